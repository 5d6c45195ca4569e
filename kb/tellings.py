"""Two tellings of one thing: how their claims stand to each other, and where what a source says comes from.

A telling is what one source says of one attribute of one thing. Sources that retell the same one in the end are one
origin, and what they agree on has one witness. Two values are a conflict only if subject, attribute and scope are the
same; where a scope parts them they are no conflict, and what a holder said later takes the place of what went before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from kb.columns import Ints
from kb.dates import ordinals
from kb.evidence import Evidence
from kb.interval import middle
from kb.model import Claim, Effect, ValueKind
from kb.sameness import amounts, meet, surely_meet
from kb.texts import printed
from kb.vocabulary import Parts, Single

MAYBE = "perhaps "  # before what parts two claims if some reading of both is about the same


class Relation(StrEnum):
    """How two claims about one attribute stand to each other."""

    AGREEMENT = "agreement"
    ROUNDING = "rounding"  # they agree once each may be as far off as its digits allow
    SCOPE = "different scope"
    DEFINITION = "different definition"
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    OPEN = "not comparable"


SAME = frozenset({Relation.AGREEMENT, Relation.ROUNDING})


class Beside(NamedTuple):
    """Two claims beside each other."""

    relation: Relation
    ratio: float  # of the other to the one, of quantities that are apart; NaN otherwise
    by: str  # what parts them, in words


def root(evidence: Evidence, source: int) -> int:
    """The source that a source retells in the end."""
    seen = {source}
    while (before := int(evidence.columns.retells[source])) >= 0 and before not in seen:
        source = before
        seen.add(source)
    return source


def chain(evidence: Evidence, source: int) -> list[int]:
    """What a source retells, what that retells, and so on."""
    found: list[int] = []
    while (source := int(evidence.columns.retells[source])) >= 0 and source not in found:
        found.append(source)
    return found


def told(evidence: Evidence, sources: Iterable[int]) -> Ints:
    """The claims of some sources, references left out."""
    order, starts = evidence.by_source
    mine = [order[starts[source] : starts[source + 1]] for source in sorted({*sources})]
    found: Ints = np.sort(np.concatenate(mine)) if mine else order[:0]
    return found[evidence.columns.claims.standing[found] < 0]


def beside(evidence: Evidence, one: int, other: int) -> Beside:
    """How two claims about one attribute stand to each other."""
    first, second = evidence.claim(one), evidence.claim(other)
    if first.than != second.than:
        return Beside(Relation.OPEN, math.nan, "compared with another thing")
    relation, ratio = values(evidence, one, other)
    if relation in {Relation.OPEN, Relation.DEFINITION}:
        effects = [claim.value.effect.on for claim in (first, second) if claim.value.effect is not None]
        return Beside(relation, math.nan, " or ".join(effects) if relation is Relation.DEFINITION else "")
    apart = relation is Relation.CONFLICT
    parted = parts(evidence, first, second)
    if parted.by or not apart:
        return Beside(parted.relation if parted.by else relation, ratio if apart else math.nan, parted.by)
    sources = {int(evidence.columns.claims.source[each]) for each in (one, other)}
    retold = any(sources <= {source, *chain(evidence, source)} for source in sources)  # which is nothing new
    order = 0 if retold or first.holders[-1] != second.holders[-1] else later(evidence, first, second)
    if order:
        newer = second if order > 0 else first
        return Beside(Relation.SUPERSEDED, ratio, f"{newer.holders[-1]} said {printed(newer.value)} later")
    return Beside(Relation.CONFLICT, ratio, "")


def parts(evidence: Evidence, one: Claim, other: Claim) -> Beside:
    """What parts two claims by what they are about; nothing if they are about the same, or may be."""
    if one.subject != other.subject:
        return Beside(Relation.SCOPE, math.nan, f"{one.subject} or {other.subject}")
    vocabulary = evidence.vocabulary
    rules = vocabulary.attributes[one.attribute].keys
    differ = [name for name in rules if one.scope.get(name) != other.scope.get(name)]
    if surely_meet(vocabulary, one, other) or not differ:
        return Beside(Relation.OPEN, math.nan, "")
    words = ", ".join(f"{name} {_said(one, name)} or {_said(other, name)}" for name in differ)
    own = all(rules[name].parts is Parts.OWN for name in differ)
    maybe = MAYBE if meet(vocabulary, one, other) else ""
    return Beside(Relation.DEFINITION if own else Relation.SCOPE, math.nan, f"{maybe}{words}")


def _said(claim: Claim, key: str) -> str:
    return claim.scope.get(key, "not said")


def values(evidence: Evidence, one: int, other: int) -> tuple[Relation, float]:
    """Whether what two claims say can be the same: AGREEMENT, ROUNDING, CONFLICT, or OPEN if nobody can tell.

    DEFINITION where one effect is on a family of quantities, and the other on one of it.
    """
    first, second = evidence.claim(one).value, evidence.claim(other).value
    kinds = {first.kind, second.kind}
    if kinds == {ValueKind.QUANTITY}:
        return _figures(evidence, one, other)
    if ValueKind.UNDISCLOSED in kinds:
        relation = Relation.AGREEMENT if len(kinds) == 1 else Relation.OPEN
    elif len(kinds) > 1:
        relation = Relation.CONFLICT
    elif first.kind is ValueKind.DATE:
        relation = _dates(evidence, one, other)
    elif first.effect is not None and second.effect is not None:
        relation = _effects(first.effect, second.effect)
    else:
        many = evidence.vocabulary.attributes[evidence.claim(one).attribute].single is Single.MANY
        same = {*first.terms} == {*second.terms} if first.terms else first.text == second.text
        shared = bool({*first.terms} & {*second.terms})
        apart = Relation.OPEN if many else Relation.CONFLICT
        relation = Relation.AGREEMENT if same or (many and shared) else apart
    return relation, math.nan


def _effects(one: Effect, other: Effect) -> Relation:
    """Whether two effects are the same; DEFINITION where one is on a family of quantities, the other on one of it."""
    if one == other:
        return Relation.AGREEMENT
    if one.direction is not other.direction or (one.of != other.of and None not in {one.of, other.of}):
        return Relation.OPEN
    wide, narrow = sorted((one.on, other.on), key=len)
    return Relation.DEFINITION if narrow.startswith(f"{wide}.") else Relation.OPEN


def _figures(evidence: Evidence, one: int, other: int) -> tuple[Relation, float]:
    for stretch, relation in ((0.0, Relation.AGREEMENT), (1.0, Relation.ROUNDING)):
        mine, theirs = (amounts(evidence, number, stretch) for number in (one, other))
        if any(bool(a.meets(b)) for a in mine for b in theirs):
            return relation, math.nan
    written = [amounts(evidence, number, 0.0) for number in (one, other)]
    if not all(written):
        return Relation.OPEN, math.nan
    low, high = (middle(each[0]) for each in written)
    return Relation.CONFLICT, high / low if low > 0 and math.isfinite(high) else math.nan


def _dates(evidence: Evidence, one: int, other: int) -> Relation:
    spans = []
    for number in (one, other):
        claim = evidence.claim(number)
        source = evidence.sources.get(claim.source.cite)
        spans.append(ordinals(claim.value.text, source.published if source else None))
    if None in spans:
        return Relation.OPEN
    (a, b), (c, d) = spans  # type: ignore[misc]  # neither is None
    return Relation.AGREEMENT if a <= d and c <= b else Relation.CONFLICT


def later(evidence: Evidence, one: Claim, other: Claim) -> int:
    """1 if the other was published surely later, -1 if earlier, 0 if nobody can tell or both are of one source."""
    if one.source.cite == other.source.cite:
        return 0
    found = [evidence.sources.get(claim.source.cite) for claim in (one, other)]
    spans = [ordinals(each.published) if each is not None and each.published else None for each in found]
    if None in spans:
        return 0
    (first, last), (begins, ends) = spans  # type: ignore[misc]  # neither is None
    return 1 if begins > last else -1 if first > ends else 0


# ------------------------------------------------------------------------------------------------ matched claims


class Match(NamedTuple):
    """A claim and the one of another source that it is to be held against, if there is one."""

    claim: int
    other: int | None
    how: Beside | None


RANK = {
    Relation.AGREEMENT: 0,
    Relation.ROUNDING: 1,
    Relation.CONFLICT: 2,
    Relation.SUPERSEDED: 2,
    Relation.DEFINITION: 3,
    Relation.SCOPE: 4,
    Relation.OPEN: 5,
}


def nearness(pair: tuple[int, Beside]) -> tuple[int, bool, int]:
    """How near two claims are to each other: first by their relation, then by whether their values agree."""
    how = pair[1]
    return RANK[how.relation], math.isfinite(how.ratio), len(how.by)


def matched(evidence: Evidence, mine: Sequence[int], theirs: Sequence[int]) -> Iterator[Match]:
    """For each claim the one of another telling, about the same attribute of the same thing, that is nearest to it."""
    claims = evidence.columns.claims
    by_place: dict[tuple[int, int], list[int]] = {}
    for other in theirs:
        by_place.setdefault((int(claims.attribute[other]), int(claims.subject[other])), []).append(other)
    evidence.fetch([*mine, *theirs])
    for claim in mine:
        found = by_place.get((int(claims.attribute[claim]), int(claims.subject[claim])), [])
        pairs = [(other, beside(evidence, claim, other)) for other in found]
        best = min(pairs, key=nearness, default=None)
        yield Match(claim, None, None) if best is None else Match(claim, *best)
