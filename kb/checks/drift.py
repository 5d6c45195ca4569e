"""Drift: what a retelling changed of what it retells: value, unit, subject, scope, hedge or cause."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from kb import figures
from kb.assumptions import listed
from kb.checks._words import within_scope
from kb.checks.firmness import strengths
from kb.columns import FIRMNESSES
from kb.errors import Unreadable
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Claim, Severity, ValueKind
from kb.quantity import Written, read
from kb.tellings import SAME, Match, Relation, chain, matched, told, values
from kb.vocabulary import Part, Single

MOST_NAMED = 8
SCOPES = frozenset({Relation.SCOPE, Relation.DEFINITION})


@check
def drift(evidence: Evidence) -> Iterator[Case | Looked]:
    """A retelling says otherwise than the work that it retells: value, unit, subject, scope, hedge or cause."""
    retelling = np.flatnonzero(evidence.columns.retells >= 0).tolist()
    strong = strengths(evidence)
    for source in retelling:
        theirs = told(evidence, chain(evidence, source)).tolist()
        mine = told(evidence, [source]).tolist()
        if theirs and mine:
            pairs = list(matched(evidence, mine, theirs))
            yield Looked(sum(pair.other is not None for pair in pairs))
            yield from _changed(evidence, pairs)
            yield from _subjects(evidence, pairs, theirs)
            yield from _firmer(evidence, strong, pairs)
    if not retelling:
        yield Looked(0)


def _changed(evidence: Evidence, pairs: Sequence[Match]) -> Iterator[Case]:
    """Claims whose value, unit, scope or cause is another one."""
    kept = {pair.other for pair in pairs if pair.how is not None and pair.how.relation in SAME and not pair.how.by}
    for claim, other, how in pairs:
        if other is None or how is None:
            continue
        one, before = evidence.claim(claim), evidence.claim(other)
        told_of = f"{one.attribute} of {one.subject} is {evidence.quoted(claim)}{within_scope(one)}"
        was = f"where {evidence.quoted(other)}{within_scope(before)} is retold"
        if how.relation is Relation.CONFLICT:
            what, severity = _value(one, before, how.ratio), Severity.WARNING
        elif how.relation is Relation.OPEN and _cause(evidence, one, before):
            what, severity = "another cause", Severity.WARNING
        elif (
            how.relation in SCOPES
            and other not in kept
            and values(evidence, claim, other)[0] in {*SAME, Relation.DEFINITION}
        ):
            what, severity = f"another scope, {how.by}", Severity.NOTE
        else:
            continue
        factor = _factor(how.ratio)
        yield Case(claims=[claim, other], severity=severity, factor=factor, message=f"{what}: {told_of}, {was}")


def _factor(ratio: float) -> float | None:
    return 1 / ratio if math.isfinite(ratio) and ratio > 0 else None


def _value(one: Claim, before: Claim, ratio: float) -> str:
    """``another value, 10 times as much``, or another unit, where the digits are the same."""
    if not math.isfinite(ratio) or ratio <= 0:
        return "another value"
    factor = 1 / ratio
    apart = f"{figures.times(factor)} times as much" if factor > 1 else f"a {figures.times(ratio)}th of it"
    mine, theirs = _written(one), _written(before)
    if mine is not None and theirs is not None and mine.figure == theirs.figure and mine.unit != theirs.unit:
        return f"another unit, {apart}"
    return f"another value, {apart}"


def _written(claim: Claim) -> Written | None:
    try:
        return read(claim.value.text)
    except Unreadable:
        return None


def _cause(evidence: Evidence, one: Claim, before: Claim) -> bool:
    """Whether both say why something is so, and nothing that both say."""
    attribute = evidence.vocabulary.attributes[one.attribute]
    return attribute.plays is Part.CAUSE and one.value.kind is before.value.kind is ValueKind.TERM


# ------------------------------------------------------------------------------------------------ of another thing


def _subjects(evidence: Evidence, pairs: Sequence[Match], theirs: Sequence[int]) -> Iterator[Case]:
    """Figures that the work retold gives of another thing, of which the retelling says nothing."""
    claims = evidence.columns.claims
    told_of = {(int(claims.attribute[pair.claim]), int(claims.subject[pair.claim])) for pair in pairs}
    loose: dict[int, list[int]] = {}
    for before in theirs:
        place = int(claims.attribute[before]), int(claims.subject[before])
        if place not in told_of and evidence.claim(before).value.kind is ValueKind.QUANTITY:
            loose.setdefault(place[0], []).append(before)
    for claim, other, _ in pairs:
        number = int(claims.attribute[claim])
        one = evidence.claim(claim)
        if other is not None or one.value.kind is not ValueKind.QUANTITY or one.than is not None:
            continue
        if evidence.attributes[number].single is Single.MANY:
            continue
        same = [each for each in loose.get(number, ()) if values(evidence, claim, each)[0] is Relation.AGREEMENT]
        if len(same) == 1 and evidence.claim(same[0]).scope == one.scope:
            there = evidence.claim(same[0])
            yield Case(
                claims=[claim, same[0]],
                severity=Severity.WARNING,
                message=f"another subject: {one.attribute} is {evidence.quoted(claim)} of {one.subject}, where "
                f"{evidence.quoted(same[0])} of {there.subject} is retold; neither says it of the other one",
            )


# ------------------------------------------------------------------------------------------------ hedges


def _firmer(evidence: Evidence, strong: Sequence[int], pairs: Sequence[Match]) -> Iterator[Case]:
    """Statements that a retelling puts more firmly: one finding for all of a source."""
    firmer = [
        (claim, other)
        for claim, other, how in pairs
        if other is not None and how is not None and how.relation in SAME and not how.by
        if _is_firmer(evidence, strong, claim, other)
    ]
    if not firmer:
        return
    one, before = (evidence.claim(each).source.cite for each in firmer[0])
    named = listed([f"{evidence.about(claim)} ({evidence.claim(claim).source.at})" for claim, _ in firmer], MOST_NAMED)
    many = len(firmer) > 1
    what = f"{len(firmer)} statements that {before} hedges" if many else f"a statement that {before} hedges"
    yield Case(
        claims=[each for both in firmer for each in both],
        message=f"a hedge lost: {one} puts {what} without that: {named}",
    )


def _is_firmer(evidence: Evidence, strong: Sequence[int], claim: int, other: int) -> bool:
    """Whether one is put by steps more firmly, or without the "about" of the other."""
    if strong[claim] < 0 or strong[other] < 0:
        return False
    mine, theirs = _written(evidence.claim(claim)), _written(evidence.claim(other))
    figure = evidence.claim(claim).value.kind is ValueKind.QUANTITY
    bare = figure and mine is not None and theirs is not None and theirs.hedged and not mine.hedged
    return strong[claim] >= strong[other] + len(FIRMNESSES) or bool(bare) or _hedge_gone(evidence, claim, other)


def _hedge_gone(evidence: Evidence, claim: int, other: int) -> bool:
    one, before = evidence.claim(claim), evidence.claim(other)
    return FIRMNESSES.index(before.firmness) == 0 and FIRMNESSES.index(one.firmness) > 0
