"""Dates: one that hangs on nothing, one that lies ahead of who reports it, two in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from kb.assumptions import listed
from kb.checks._words import in_mode
from kb.columns import FIRMNESSES, KINDS, MODES, Ints
from kb.dates import ordinals
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import SUPPOSED, Firmness, Mode, Severity, Source, ValueKind

NEVER = np.iinfo(np.int64).max  # the day of what has none


@dataclass(frozen=True, slots=True)
class Dated:
    """The claims that give a date, and the first and the last day that each can mean; -1 if it cannot be placed."""

    numbers: Ints
    begins: Ints
    ends: Ints

    def take(self, fine: np.ndarray) -> Dated:
        """Those of which that is so."""
        return Dated(self.numbers[fine], self.begins[fine], self.ends[fine])


@check
def dates(evidence: Evidence) -> Iterator[Case | Looked]:
    """A date cannot be placed, lies ahead of the source that reports it, or is in the wrong order with another."""
    dated = _dated(evidence)
    retellings = list(_retellings(evidence))
    yield Looked(len(dated.numbers) + len(retellings))
    yield from _unplaced(evidence, dated.numbers[dated.begins < 0].tolist())
    placed = dated.take(dated.begins >= 0)
    yield from _ahead(evidence, placed)
    yield from _out_of_order(evidence, placed)
    yield from _told_too_early(evidence, retellings)


def _dated(evidence: Evidence) -> Dated:
    """Every date; one that hangs on the day of its source is placed by that."""
    claims = evidence.columns.claims
    numbers = np.flatnonzero((claims.kind == KINDS.index(ValueKind.DATE)) & (claims.standing < 0))
    dated = Dated(numbers, claims.begins[numbers], claims.ends[numbers])
    relative = np.flatnonzero(dated.begins < 0)
    evidence.fetch(numbers[relative].tolist())
    for line in relative.tolist():
        claim = evidence.claim(int(numbers[line]))
        days = ordinals(claim.value.text, _published(evidence, claim.source.cite))
        if days is not None:
            dated.begins[line], dated.ends[line] = days
    return dated


def _published(evidence: Evidence, source: str) -> str | None:
    found = evidence.sources.get(source)
    return found.published if found is not None else None


# ------------------------------------------------------------------------------------------------ one date


def _unplaced(evidence: Evidence, numbers: Sequence[int]) -> Iterator[Case]:
    """Dates that hang on the day of a source of which nobody says it: one finding for each source."""
    by_source: dict[str, list[int]] = {}
    for each in numbers:
        by_source.setdefault(evidence.claim(each).source.cite, []).append(each)
    for source, mine in by_source.items():
        named = [f"{evidence.about(each)}, {evidence.quoted(each)}" for each in mine]
        yield Case(
            claims=mine,
            message=f"cannot be placed, because nobody says when {source} was published: {listed(named)}",
        )


def _ahead(evidence: Evidence, dated: Dated) -> Iterator[Case]:
    """Dates after the publication of a source that states them outright."""
    claims = evidence.columns.claims
    source = claims.source[dated.numbers]
    out = np.full(len(evidence.columns.source_ids), NEVER)
    for each in np.unique(source).tolist():
        published = _published(evidence, evidence.columns.source_ids[each])
        days = ordinals(published) if published else None
        out[each] = days[1] if days else NEVER
    plain = claims.mode[dated.numbers] == MODES.index(Mode.STATEMENT)
    plain &= claims.firmness[dated.numbers] != FIRMNESSES.index(Firmness.HEDGED)
    for each in dated.numbers[plain & (dated.begins > out[source])].tolist():
        cite = evidence.claim(each).source.cite
        yield Case(
            claims=[each],
            message=f"{evidence.about(each)} is put as a fact, {evidence.quoted(each)}, "
            f"but {cite} was published before, {_published(evidence, cite)}",
        )


# ------------------------------------------------------------------------------------------------ two dates


def _out_of_order(evidence: Evidence, dated: Dated) -> Iterator[Case]:
    """Dates that go against the order in which a link puts its two ends; what is supposed or foretold is no date."""
    claims, attributes = evidence.columns.claims, evidence.vocabulary.attribute_order
    asserted = dated.take(~in_mode(evidence, dated.numbers, *SUPPOSED, Mode.PREDICTION))
    for link, after in _orders(evidence).items():
        mine = asserted.take(claims.attribute[asserted.numbers] == attributes[after])
        lines: dict[int, list[int]] = {}
        for line, subject in enumerate(claims.subject[mine.numbers].tolist()):
            lines.setdefault(subject, []).append(line)
        for start, end, claimed in _linked(evidence, link):
            later, earlier = lines.get(start, []), lines.get(end, [])
            pairs = list(product(later, earlier))
            if pairs and all(mine.ends[one] < mine.begins[other] for one, other in pairs):
                sides = mine.numbers[later].tolist(), mine.numbers[earlier].tolist()
                yield _reversed(evidence, link, sides, claimed)


def _orders(evidence: Evidence) -> Mapping[str, str]:
    """The links that put their ends in an order, each with the date that it orders."""
    return {
        f"{kind.id}.{name}": link.after
        for kind in evidence.vocabulary.kinds.values()
        for name, link in kind.links.items()
        if link.after is not None
    }


def _linked(evidence: Evidence, link: str) -> Iterator[tuple[int, int, list[int]]]:
    """The ends of a link wherever there is one, and the claims that say so; none if it is a definition."""
    number = evidence.vocabulary.attribute_order[link]
    defined, claims = evidence.columns.links, evidence.columns.claims
    mine = defined.name == number
    told: dict[tuple[int, int], list[int]] = {
        ends: [] for ends in zip(defined.start[mine].tolist(), defined.end[mine].tolist(), strict=True)
    }
    said = np.flatnonzero((claims.attribute == number) & (claims.target >= 0) & (claims.standing < 0))
    for each in said[~in_mode(evidence, said, *SUPPOSED, Mode.PREDICTION)].tolist():
        told.setdefault((int(claims.subject[each]), int(claims.target[each])), []).append(each)
    yield from ((start, end, claimed) for (start, end), claimed in told.items())


def _reversed(
    evidence: Evidence, link: str, sides: tuple[Sequence[int], Sequence[int]], claimed: Sequence[int]
) -> Case:
    later, earlier = (side[0] for side in sides)
    says = "".join(f" ({place.cite} {place.at})" for place in (evidence.claim(each).source for each in claimed[:1]))
    ends = evidence.claim(later).subject, evidence.claim(earlier).subject
    return Case(
        claims=[*(each for side in sides for each in side), *claimed],
        severity=Severity.WARNING,
        message=f"{evidence.about(later)} is {evidence.quoted(later)}, before that of {ends[1]}, "
        f"{evidence.quoted(earlier)}, although {link} of {ends[0]} is {ends[1]}{says}",
    )


def _retellings(evidence: Evidence) -> Iterator[tuple[int, Source]]:
    """Sources with claims that retell another one, each with its number."""
    claims = evidence.columns.claims
    for number in np.unique(claims.source[claims.standing < 0]).tolist():
        source = evidence.sources.get(evidence.columns.source_ids[number])
        if source is not None and source.retells is not None:
            yield number, source


def _told_too_early(evidence: Evidence, retellings: Sequence[tuple[int, Source]]) -> Iterator[Case]:
    """Sources that came out before what they retell; the claim whose id comes first stands for all of a source."""
    claims = evidence.columns.claims
    for number, source in retellings:
        retold = _published(evidence, source.retells or "")
        if source.published and retold and _before(source.published, retold):
            ids = evidence.library.claim_ids(np.flatnonzero((claims.source == number) & (claims.standing < 0)).tolist())
            yield Case(
                claims=[min(ids, key=lambda each: ids[each])],
                severity=Severity.WARNING,
                message=f"{source.id}, published {source.published}, retells {source.retells}, "
                f"which came out after it, {retold}",
            )


def _before(one: str, other: str) -> bool:
    """Whether one date is over when the other begins."""
    days, others = ordinals(one), ordinals(other)
    return days is not None and others is not None and days[1] < others[0]
