"""A draft with a language model's help: it says what the figures of a text are of, never what they are.

Each suggestion names words of the text. They must be there, one figure must stand in them, and what our own reader
makes of that figure must be the suggested value; else the suggestion is dropped, and the draft says so. What is left
takes the place of what would have been drafted without it, figure by figure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.drafting import Drafted, Proposal, Suggested, Unplaced, told_of, values_of
from kb.errors import KbError, Unreadable
from kb.knowledge import Knowledge
from kb.quantity import Written, read
from kb.suggesting import Assistant, Suggestion, parts
from kb.texts import figures, same
from kb.vocabulary import Attribute

CLOSE = 1e-9
MOST_THINGS = 200  # that are told to a model


@dataclass(frozen=True, slots=True)
class Dropped:
    """A suggestion that did not stand up to the text, and why."""

    at: int
    quote: str
    why: str


class Unfit(KbError):
    """What is wrong with one suggestion."""


def assisted(found: Drafted, known: Knowledge, assistant: Assistant) -> tuple[Drafted, tuple[Dropped, ...]]:
    """A draft in which the suggestions that stand up have taken their places; raises NoAssistant, AssistantFailed."""
    by_start = {each.phrase.start: each for each in quantities(found)}
    placed: dict[int, Proposal] = {}
    dropped: list[Dropped] = []
    told = vocabulary(found, known)
    for start, part in parts(found.text):
        for each in assistant.suggest(part, told):
            try:
                made = fitted(each, Part(found, known, start, part), assistant.name)
            except Unfit as unfit:
                at = max(part.find(each.quote), 0) + start
                dropped.append(Dropped(at, each.quote, str(unfit)))
            else:
                placed.setdefault(made.phrase.start, made)
    merged: dict[int, Proposal | Unplaced] = {**by_start, **placed}
    every = [merged[start] for start in sorted(merged)]
    return (
        Drafted(
            found.text,
            tuple(each for each in every if isinstance(each, Proposal)),
            tuple(each for each in every if isinstance(each, Unplaced)),
        ),
        tuple(sorted(dropped, key=lambda each: each.at)),
    )


def quantities(found: Drafted) -> list[Proposal | Unplaced]:
    """Every quantity of a draft."""
    return [*found.proposals, *found.unplaced]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text with what was drafted of the whole."""

    found: Drafted
    known: Knowledge
    start: int
    text: str

    def quoted(self, quote: str) -> tuple[int, int]:
        """Where the quoted words stand, whatever white space is between them; raises Unfit."""
        words = r"\s+".join(map(re.escape, quote.split()))
        place = re.search(words, self.text) if words else None
        if place is None:
            raise Unfit("these words are not in the text")
        return place.start() + self.start, place.end() + self.start

    def figures(self, span: tuple[int, int]) -> Iterator[Proposal | Unplaced]:
        """The quantities that stand in some words, whole or but for their unit."""
        for each in quantities(self.found):
            if span[0] <= each.phrase.start < span[1]:
                yield each


def fitted(suggestion: Suggestion, part: Part, by: str) -> Proposal:
    """The proposal that a suggestion makes of the quantity in its words; raises Unfit."""
    span = part.quoted(suggestion.quote)
    value = readable(suggestion.value)
    here = list(part.figures(span))
    if not here:
        raise Unfit("no figure stands in these words")
    attribute = part.known.attributes.get(suggestion.attribute)
    if attribute is None or not told_of(attribute):
        raise Unfit(f"no quantity is called {suggestion.attribute!r}")
    match = next((each for each in here if agree(each.phrase.written, value, part.known)), None)
    if match is None:
        read_here = ", ".join(each.phrase.value for each in here)
        raise Unfit(f"suggested as {suggestion.value!r}, but the text is read as {read_here}")
    unit = fitting(match.phrase.written.unit, value.unit, attribute, part.known)
    subject = subject_of(suggestion.subject, attribute, part.known)
    scope, left = scoped(suggestion.scope, attribute, part.known)
    statement = suggestion.statement if bears(suggestion.statement, suggestion.quote) else ""
    said = Suggested(by, statement, scope, left, suggestion.mode, suggestion.firmness)
    return Proposal(match.phrase, match.sentence, unit, attribute, (), (), subject, "suggested", suggested=said)


def readable(text: str) -> Written:
    """A suggested value, read; raises Unfit."""
    try:
        return read(text)
    except Unreadable as error:
        raise Unfit(f"its value is no quantity: {error}") from None


def agree(printed: Written, suggested: Written, known: Knowledge) -> bool:
    """Whether two quantities are the same: the same ends, in one unit or in units of one kind."""
    factor = 1.0
    if printed.unit and suggested.unit and printed.unit != suggested.unit:
        try:
            factor = known.units.factor(suggested.unit, printed.unit)
        except KbError:
            factor = 1.0  # 36B parameters, of each expert: the same figure, told per something
    ours, theirs = printed.meanings[0], suggested.meanings[0]
    return near(float(ours.lo), float(theirs.lo) * factor) and near(float(ours.hi), float(theirs.hi) * factor)


def near(one: float, other: float) -> bool:
    """Whether two numbers are the same but for the last digits."""
    return one == other or math.isclose(one, other, rel_tol=CLOSE)


def fitting(printed: str, suggested: str, attribute: Attribute, known: Knowledge) -> str:
    """The unit that the text gives, else the suggested one or the attribute's own, whichever fits; raises Unfit."""
    for unit in dict.fromkeys((printed, suggested, attribute.unit)):
        if (unit or attribute.unit in {"", "1"}) and may_be(printed, unit):
            try:
                known.units.factor(unit, attribute.unit)
            except KbError:
                continue
            return unit
    raise Unfit(f"{attribute.id} is told in {attribute.unit!r}, the text has {printed!r}")


def may_be(printed: str, unit: str) -> bool:
    """Whether a figure with the unit that is printed may be told in another: per something that goes unsaid.

    36B parameters may be those of each expert, and $2 an hour that of a device; days are no dollars.
    """
    own, other = printed.partition("/"), unit.partition("/")
    return not printed or printed == unit or (own[0] == other[0] and bool(other[1]))


def subject_of(name: str, attribute: Attribute, known: Knowledge) -> str:
    """The thing that is meant, if it is known and of the kind that the attribute is asked of; raises Unfit."""
    stem, _, stage = name.partition("/")
    if attribute.about == "run":
        models = known.find(stem, "model")
        if stage and models and known.entities[models[0]].kind == "model":
            return f"{models[0]}/{stage}"
    found = known.find(name, attribute.about)
    if not found or known.entities[found[0]].kind != attribute.about:
        raise Unfit(f"no {attribute.about} is known as {name!r}")
    return found[0]


def scoped(scope: Mapping[str, str], attribute: Attribute, known: Knowledge) -> tuple[dict[str, str], dict[str, str]]:
    """The keys and values that an attribute can have, and the others."""
    can = values_of(attribute, known)
    kept = {key: value for key, value in scope.items() if value in can.get(key, ())}
    return kept, {key: value for key, value in scope.items() if key not in kept}


def bears(statement: str, quote: str) -> bool:
    """Whether every figure of a statement is one of the words quoted."""
    there = [each.numeral for each in figures(quote)]
    own = (each.numeral for each in figures(statement) if each.numeral is not None)
    return all(any(same(one, other) for other in there) for one in own)


# ------------------------------------------------------------------------------------------------ what a model is told


def vocabulary(found: Drafted, known: Knowledge) -> str:
    """The attributes, keys and things that a suggestion can name, as lines."""
    return "\n".join(
        (
            "Attributes (asked of; unit): meaning",
            *(f"{each.id} ({each.about}; {each.unit}): {each.meaning}" for each in asked(known)),
            "Keys of scopes: values",
            *(f"{key.id}: {', '.join(key.order)}" for key in known.vocabulary.keys.values()),
            "Things (kind)",
            *(f"{name} ({kind})" for name, kind in things(found.text, known)),
        )
    )


def asked(known: Knowledge) -> Sequence[Attribute]:
    """The attributes that a figure in a text can be a value of."""
    return [each for each in known.attributes.values() if told_of(each)]


def things(text: str, known: Knowledge) -> Iterator[tuple[str, str]]:
    """Things that are known, by their ids: those that the text names by any name."""
    lower = text.casefold()
    count = 0
    for entity in known.entities.values():
        names = entity.id, *(name for names in entity.names.values() for name in names)
        if entity.kind != "run" and count < MOST_THINGS and any(name.casefold() in lower for name in names):
            count += 1
            yield entity.id, entity.kind


# ------------------------------------------------------------------------------------------------ as a claim file


def remarked(found: Drafted, dropped: Sequence[Dropped], by: str) -> str:
    """What the head of a draft says of the help, as comments."""
    count = sum(each.suggested is not None for each in found.proposals)
    head = f"# {by} suggested what {count} of them are of; every figure was read from the text itself.\n"
    return head + "".join(
        f"# dropped, suggested by {by}: {' '.join(each.quote.split())!r}: {' '.join(each.why.split())}\n"
        for each in dropped
    )
