"""Dates: one that hangs on nothing, one that lies ahead of who reports it, two in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from kb.assumptions import listed
from kb.dates import Span, span
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Claim, Firmness, Mode, Severity, Source, ValueKind
from kb.vocabulary import Type


class Dated(NamedTuple):
    """A claim that gives a date, and the days that it can mean; none if it cannot be placed."""

    number: int
    claim: Claim
    days: Span | None


@check
def dates(evidence: Evidence) -> Iterator[Case | Looked]:
    """A date cannot be placed, lies ahead of the source that reports it, or is in the wrong order with another."""
    dated = list(_dated(evidence))
    retellings = list(_retellings(evidence))
    yield Looked(len(dated) + len(retellings))
    yield from _unplaced(evidence, [each for each in dated if each.days is None])
    yield from _ahead(evidence, dated)
    yield from _out_of_order(evidence, dated)
    yield from _told_too_early(evidence, retellings)


def _dated(evidence: Evidence) -> Iterator[Dated]:
    for number, claim in evidence.said(lambda attribute: attribute.type is Type.DATE).items():
        if claim.value.kind is ValueKind.DATE:
            yield Dated(number, claim, span(claim.value.text, _published(evidence, claim.source.cite)))


def _published(evidence: Evidence, source: str) -> str | None:
    found = evidence.sources.get(source)
    return found.published if found is not None else None


# ------------------------------------------------------------------------------------------------ one date


def _unplaced(evidence: Evidence, dated: Sequence[Dated]) -> Iterator[Case]:
    """Dates that hang on the day of a source of which nobody says it: one finding for each source."""
    by_source: dict[str, list[Dated]] = {}
    for each in dated:
        by_source.setdefault(each.claim.source.cite, []).append(each)
    for source, mine in by_source.items():
        named = [f"{each.claim.attribute} of {each.claim.subject}, {evidence.quoted(each.number)}" for each in mine]
        yield Case(
            claims=[each.number for each in mine],
            message=f"cannot be placed, because nobody says when {source} was published: {listed(named)}",
        )


def _ahead(evidence: Evidence, dated: Sequence[Dated]) -> Iterator[Case]:
    """Dates after the publication of a source that states them outright."""
    for each in dated:
        published = _published(evidence, each.claim.source.cite)
        told = span(published) if published else None
        plain = each.claim.mode is Mode.STATEMENT and each.claim.firmness is not Firmness.HEDGED
        if plain and told is not None and each.days is not None and each.days[0] > told[1]:
            yield Case(
                claims=[each.number],
                message=f"{each.claim.attribute} of {each.claim.subject} is put as a fact, "
                f"{evidence.quoted(each.number)}, but {each.claim.source.cite} was published before, {published}",
            )


# ------------------------------------------------------------------------------------------------ two dates


def _out_of_order(evidence: Evidence, dated: Sequence[Dated]) -> Iterator[Case]:
    """Dates that go against the order in which a link puts its two ends."""
    by_place: dict[tuple[str, str], list[Dated]] = {}
    for each in dated:
        if each.days is not None:
            by_place.setdefault((each.claim.attribute, each.claim.subject), []).append(each)
    for link, after in _orders(evidence).items():
        for start, end, claimed in _linked(evidence, link):
            later, earlier = (by_place.get((after, name), []) for name in (start, end))
            pairs = list(product(later, earlier))
            if pairs and all(before(one.days, other.days) for one, other in pairs):
                yield _reversed(evidence, link, (later, earlier), claimed)


def before(one: Span | None, other: Span | None) -> bool:
    """Whether one date is over when the other begins."""
    return one is not None and other is not None and one[1] < other[0]


def _orders(evidence: Evidence) -> Mapping[str, str]:
    """The links that put their ends in an order, each with the date that it orders."""
    return {
        f"{kind.id}.{name}": link.after
        for kind in evidence.vocabulary.kinds.values()
        for name, link in kind.links.items()
        if link.after is not None
    }


def _linked(evidence: Evidence, link: str) -> Iterator[tuple[str, str, list[int]]]:
    """The ends of a link wherever there is one, and the claims that say so; none if it is a definition."""
    number, names = evidence.vocabulary.attribute_order[link], evidence.columns.entity_ids
    defined, claims = evidence.columns.links, evidence.columns.claims
    mine = np.flatnonzero(defined.name == number)
    told: dict[tuple[str, str], list[int]] = {
        (names[defined.start[each]], names[defined.end[each]]): [] for each in mine.tolist()
    }
    for each in np.flatnonzero((claims.attribute == number) & (claims.target >= 0) & (claims.standing < 0)).tolist():
        told.setdefault((names[claims.subject[each]], names[claims.target[each]]), []).append(each)
    yield from ((start, end, claimed) for (start, end), claimed in told.items())


def _reversed(
    evidence: Evidence, link: str, sides: tuple[Sequence[Dated], Sequence[Dated]], claimed: Sequence[int]
) -> Case:
    later, earlier = (side[0] for side in sides)
    says = "".join(f" ({place.cite} {place.at})" for place in (evidence.claim(each).source for each in claimed[:1]))
    linked = f"{link} of {later.claim.subject} is {earlier.claim.subject}{says}"
    return Case(
        claims=[*(each.number for side in sides for each in side), *claimed],
        severity=Severity.WARNING,
        message=f"{later.claim.attribute} of {later.claim.subject} is {evidence.quoted(later.number)}, before that of "
        f"{earlier.claim.subject}, {evidence.quoted(earlier.number)}, although {linked}",
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
        if source.published and retold and before(span(source.published), span(retold)):
            ids = evidence.library.claim_ids(np.flatnonzero((claims.source == number) & (claims.standing < 0)).tolist())
            yield Case(
                claims=[min(ids, key=lambda each: ids[each])],
                severity=Severity.WARNING,
                message=f"{source.id}, published {source.published}, retells {source.retells}, "
                f"which came out after it, {retold}",
            )
