"""What a source's claims are proven by: its text, against which places, digests, sentences and figures are held.

Without the text, the sentence table of the source tells which claims each sentence holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kb.errors import KbError
from kb.model import Claim, Entity, Sentence, Source, Value
from kb.texts import Figure, Names, Places, digest, figures, quoted, same, sentences

EXCERPT = 48  # cells of a text that a problem quotes
SHOWN_DIGITS = 8  # of a digest


class Mismatch(KbError):
    """A text that is not the one from which a source's claims were taken."""

    exit_code = 3

    def __init__(self, name: str, source: str, held: Held) -> None:
        more = f", and {len(held.wrong) - 1} more" if len(held.wrong) > 1 else ""
        parts = [f"{each.at}: {each.says.partition(';')[0]}{more}" for each in held.wrong[:1]]
        parts += [f"{held.good} of {held.digests} digests hold"] if held.digests else []
        expected = "what they were made of" if held.digests else "the words that its claims are from"
        super().__init__(
            f"file {name!r} is not the text of {source} ({'; '.join(parts) or NO_FIGURE.format(held.figures)}); "
            f"expected {expected}; nothing was attached: name another copy, see 'kb source verify {source} {name}', "
            "or say --force"
        )
        self.wrong = held.wrong


NO_FIGURE = "none of the {} figures that its claims state stands in it"


class NoTable(KbError):
    """A source whose sentences are not listed."""

    exit_code = 4

    def __init__(self, source: str) -> None:
        super().__init__(
            f"source {source} has no sentence table; expected sentences: in its record; "
            f"paste what 'kb source sentences {source} FILE' prints, and import it"
        )


class Problem(NamedTuple):
    """One thing about a source that its text does not bear out."""

    start: int  # where it stands in the text
    at: str  # p3.s1
    code: str  # digest, place, table, sentence, figure
    says: str


@dataclass(frozen=True)
class Held:
    """What tells whether a text is that of a source: digests, and for want of them the figures of its claims."""

    digests: int
    good: int  # digests that the text bears out
    figures: int
    standing: int  # figures that stand anywhere in the text
    wrong: tuple[Problem, ...]

    @property
    def is_another(self) -> bool:
        """Whether it is another text than the one that the claims were taken from."""
        of, some = (self.digests, self.good) if self.digests else (self.figures, self.standing)
        return bool(self.wrong) or (of > 0 and some == 0)


@dataclass(frozen=True)
class Proof:
    """How far the claims of a source are proven by its text."""

    problems: tuple[Problem, ...]
    sentences: Mapping[str, int]  # covered, silent, missing
    figures: Mapping[str, int]  # claimed, silent, missing
    names: Mapping[str, int]  # with figures in them, and how often each stands there


@dataclass(frozen=True)
class Coverage:
    """The sentences of a source with the ids of the claims that each holds."""

    rows: tuple[tuple[Sentence, tuple[str, ...]], ...]
    strays: tuple[str, ...]  # the claims that stand in no sentence, or not in the one that they name

    @property
    def missing(self) -> list[Sentence]:
        """The sentences that no claim captures, and of which nobody says why."""
        return [sentence for sentence, claims in self.rows if not claims and sentence.silent is None]

    @property
    def silent(self) -> list[Sentence]:
        """The sentences that are said to say nothing."""
        return [sentence for sentence, _ in self.rows if sentence.silent is not None]


# ------------------------------------------------------------------------------------------------ without the text


def coverage(source: Source, claims: Iterable[Claim]) -> Coverage:
    """What the sentence table tells of a source's claims."""
    places = Places(source.sentences)
    held: dict[str, list[str]] = {each.at: [] for each in source.sentences}
    strays = []
    for claim in claims:
        around = places.around(claim.source.span) if claim.source.span else None
        if around is not None and around.at == claim.source.at:
            held[around.at].append(claim.id)
        else:
            strays.append(claim.id)
    return Coverage(tuple((each, tuple(held[each.at])) for each in source.sentences), tuple(strays))


# ------------------------------------------------------------------------------------------------ against the text


def names_of(entities: Iterable[Entity]) -> Names:
    """The names of everything that claims can be about."""
    return Names(name for each in entities for name in (each.id, *(n for names in each.names.values() for n in names)))


def prove(source: Source, claims: Sequence[Claim], names: Names, text: str) -> Proof:
    """The claims of a source held against its text: places, digests, sentences, figures."""
    return Proving(source, claims, text).proof(names)


def held(source: Source, claims: Sequence[Claim], text: str) -> Held:
    """How much of a text is what the claims of a source were made of.

    A digest without a span cannot be held against anything.
    """
    proving = Proving(source, claims, text)
    wrong = sorted(each for each in (*proving.wrong_spans(), *proving.wrong_rows()) if each.code == "digest")
    cited = [claim.source for claim in claims if claim.source.digest is not None]
    good = sum(place.span is not None and digest(text[slice(*place.span)]) == place.digest for place in cited)
    true = {(each.at, each.span, each.digest) for each in proving.places.sentences}
    good += sum((row.at, row.span, row.digest) in true for row in source.sentences)
    there = {number for figure in figures(text) if figure.numeral for number in figure.numeral.readings}
    said = [figure.numeral for claim in claims for figure in figures(printed(claim.value)) if figure.numeral]
    standing = sum(not there.isdisjoint(number.readings) for number in said)
    return Held(len(source.sentences) + len(cited), good, len(said), standing, tuple(wrong))


@dataclass
class Proving:
    """One source, its claims and its text, while they are compared."""

    source: Source
    claims: Sequence[Claim]
    text: str
    places: Places = field(init=False)
    rows: dict[str, Sentence] = field(init=False)  # of the table

    def __post_init__(self) -> None:
        self.places = Places(sentences(self.text))
        self.rows = {row.at: row for row in self.source.sentences}

    def proof(self, names: Names) -> Proof:
        """Everything, in the order of the text."""
        counts = {"sentences": dict.fromkeys(("covered", "silent", "missing"), 0)}
        counts["figures"] = dict.fromkeys(("claimed", "silent", "missing"), 0)
        found = [*self.wrong_spans(), *self.wrong_places(), *self.wrong_rows(), *self.bare(counts["sentences"])]
        every = list(figures(self.text, names))
        found += self.unclaimed([each for each in every if not each.name], counts["figures"])
        named = Counter(each.name for each in every if each.name)
        return Proof(tuple(sorted(found)), counts["sentences"], counts["figures"], named)

    # ------------------------------------------------------------------------------------------ places

    def wrong_spans(self) -> Iterator[Problem]:
        """Claims whose characters are not in the text, or are others."""
        for claim in self.claims:
            span, stated, size = claim.source.span, claim.source.digest, len(self.text)
            if span is None:
                says = f"{claim.id} has no span; expected [start, end) of the words that say it; add it"
                yield Problem(0, claim.source.at, "place", says)
            elif span[1] > size:
                says = f"{claim.id} ends at {span[1]} of {size:,} characters; expected a place in the text; correct it"
                yield Problem(span[0], claim.source.at, "digest", says)
            elif (found := digest(self.text[slice(*span)])) != stated:
                had = f"digest {stated[:SHOWN_DIGITS]}…" if stated else "no digest"
                words = quoted(self.text[slice(*span)], EXCERPT)
                says = f"{claim.id} has {had}; expected {found} of {words}; correct its span, or this"
                yield Problem(span[0], claim.source.at, "digest" if stated else "place", says)

    def wrong_places(self) -> Iterator[Problem]:
        """Claims that stand in no one sentence, or in another than the one that they name."""
        for claim in self.claims:
            span = claim.source.span
            if span is None or span[1] > len(self.text):
                continue
            around = self.places.around(span)
            if around is None:
                says = (
                    f"{claim.id} spans {list(span)}, which no sentence holds; expected words of one; shorten its span"
                )
            elif around.at != claim.source.at:
                says = f"{claim.id} is at {claim.source.at}; expected {around.at}, where its span lies; correct one"
            else:
                continue
            yield Problem(span[0], claim.source.at, "place", says)

    def wrong_rows(self) -> Iterator[Problem]:
        """Rows of the sentence table that the text does not have, and sentences that the table lacks."""
        remedy = f"paste what 'kb source sentences {self.source.id} FILE' prints"
        true = {each.at: each for each in self.places.sentences}
        for at, row in self.rows.items():
            sentence = true.get(at)
            if sentence is None or (sentence.span, sentence.digest) != (row.span, row.digest):
                stands = f"span {list(sentence.span)} and its digest" if sentence else "no such sentence"
                says = f"the sentence table has span {list(row.span)}, {row.digest[:SHOWN_DIGITS]}…; expected {stands}"
                yield Problem(row.span[0], at, "digest", f"{says}; {remedy}")
        for at in [at for at in true if self.rows and at not in self.rows]:
            says = f"no row in the sentence table; expected one for each sentence; {remedy}"
            yield Problem(true[at].span[0], at, "table", says)

    # ------------------------------------------------------------------------------------------ sentences

    def holding(self) -> dict[str, str]:
        """The sentences that hold a claim, each with the first."""
        found: dict[str, str] = {}
        for claim in self.claims:
            around = self.places.around(claim.source.span) if claim.source.span else None
            if around is not None:
                found.setdefault(around.at, claim.id)
        return found

    def bare(self, count: dict[str, int]) -> Iterator[Problem]:
        """Sentences that no claim captures without a reason, or one does in spite of it."""
        held = self.holding()
        for sentence in self.places.sentences:
            row = self.rows.get(sentence.at)
            silent = row is not None and row.silent is not None
            count["covered" if sentence.at in held else "silent" if silent else "missing"] += 1
            if sentence.at in held and silent:
                says = f"is said to say nothing; expected no claim such as {held[sentence.at]}; delete its reason"
            elif sentence.at not in held and not silent:
                words = quoted(self.text[slice(*sentence.span)], EXCERPT)
                says = f"no claim captures {words}; expected one, or the reason why not; add either"
            else:
                continue
            yield Problem(sentence.span[0], sentence.at, "sentence", says)

    # ------------------------------------------------------------------------------------------ figures

    def unclaimed(self, found: Sequence[Figure], count: dict[str, int]) -> Iterator[Problem]:
        """Figures that are the value of no claim around them, and reasons given where no such figure is."""
        said = self.said(found)
        excused = {figure.span: at for at, row in self.rows.items() for figure in row.figures}
        used = set()
        for figure in found:
            span, claimed = (figure.start, figure.end), is_said(figure, said.get(figure.start, ()))
            used |= {span} & excused.keys() if not claimed else set()
            count["claimed" if claimed else "silent" if span in excused else "missing"] += 1
            if not claimed and span not in excused:
                yield self.missing(figure)
        for span, at in excused.items():
            if span not in used:
                says = f"no claim is said to state the figure at {list(span)}; expected one that none states; delete it"
                yield Problem(span[0], at, "figure", says)

    def missing(self, figure: Figure) -> Problem:
        """A figure that no claim states."""
        around = self.places.around((figure.start, figure.end))
        words = quoted(self.text[figure.start : figure.end], EXCERPT)
        says = (
            f"no claim states the figure {words} at [{figure.start}, {figure.end}]; expected a claim around it with "
            "that value, or the reason why not; add either"
        )
        return Problem(figure.start, around.at if around else "p?", "figure", says)

    def said(self, every: Sequence[Figure]) -> dict[int, list[tuple[int, Claim]]]:
        """The claims whose spans hold the places where figures begin, with their ends."""
        starts = [figure.start for figure in every]
        found: dict[int, list[tuple[int, Claim]]] = {}
        for claim in self.claims:
            low, high = claim.source.span or (0, 0)
            for start in starts[bisect_left(starts, low) : bisect_left(starts, high)]:
                found.setdefault(start, []).append((high, claim))
        return found


def is_said(figure: Figure, around: Iterable[tuple[int, Claim]]) -> bool:
    """Whether some claim around a figure has it as its value."""
    return any(
        figure.end <= end and any(same(figure.numeral, other.numeral) for other in figures(printed(claim.value)))
        for end, claim in around
    )


def printed(value: Value) -> str:
    """Everything of a value that a source prints."""
    return " ; ".join((value.text, *value.terms, value.announced or ""))
