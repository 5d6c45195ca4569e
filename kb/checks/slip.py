"""Slip: a unit written for another one would explain a failure; only ever mentioned here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from kb.checks.bound import nearest
from kb.evidence import Case, Evidence, Looked
from kb.marks import Relation, check
from kb.slips import Window, named


@check
def slip(evidence: Evidence) -> Iterator[Case | Looked]:
    """A unit word confused with another of its family would explain the difference."""
    yield Looked(sum(1 for _ in evidence.failures) + len(evidence.breaches))
    slips: dict[int, dict[str, None]] = {}
    for claim, found in _found(evidence):
        slips.setdefault(claim, {}).update(dict.fromkeys(found))
    for claim, mine in slips.items():
        if mine:
            yield Case(claims=[claim], accused=claim, explains=True, message=_message(list(mine)))


def _message(slips: Sequence[str]) -> str:
    """All that would explain a failure, in one line."""
    return (
        f"a unit confused would explain it: {'; or '.join(slips)}. Not asserted, since other errors would look the same"
    )


def _found(evidence: Evidence) -> Iterator[tuple[int, list[str]]]:
    """The slips that would explain each failure, by the claim that fails."""
    for group in evidence.failures:
        if group.claim >= 0 and group.cause is None:
            c = evidence.judged.comparisons
            lot, line = evidence.member(group.best)
            stated, due = evidence.value(int(c.output[group.best])), evidence.due(lot, line)
            relation = evidence.judged.bound.plans[lot.plan].derivation.relation
            window = Window(
                0.0 if relation is Relation.AT_LEAST else over(float(stated.lo), float(due.hi)),
                math.inf if relation is Relation.AT_MOST else over(float(stated.hi), float(due.lo)),
            )
            yield group.claim, _named(evidence, group.claim, int(c.output[group.best]), window)
    for breach in evidence.breaches:
        if breach.claim >= 0 and breach.cause is None and not breach.weak:
            row = nearest(evidence, breach)
            found, allowed = evidence.value(row), evidence.value(breach.bound)
            beyond = float(found.lo) / float(allowed.hi) if math.isfinite(float(allowed.hi)) else 0.0
            output = _row_of(evidence, breach.claim)
            falls = not breach.stated and _falls(evidence, breach.claim, row)
            window = Window(0.0, 1 / beyond) if falls and beyond else Window(beyond, math.inf)
            yield breach.claim, _named(evidence, breach.claim, output, window)


def over(one: float, other: float) -> float:
    """The ratio; infinite over nothing."""
    return one / other if other else math.inf


def _row_of(evidence: Evidence, claim: int) -> int:
    return int(evidence.columns.rows.claim.searchsorted(claim))


def _falls(evidence: Evidence, claim: int, row: int) -> bool:
    """Whether the implied value falls when the claim rises."""
    nominal = evidence.nominal
    start = nominal.middle(_row_of(evidence, claim))
    return nominal.value(row, {claim: start * 2}) < nominal.value(row)


def _named(evidence: Evidence, claim: int, row: int, window: Window) -> list[str]:
    """The slips that a window allows, of a row's unit in the language of a claim's source."""
    source = evidence.columns.claims.source[claim]
    return list(named(evidence.unit_of(row), evidence.languages.get(int(source), "en"), window))
