"""Readings: which readings of an open scope the numbers leave."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb.arithmetic import leeway, steps
from kb.checks._words import settled
from kb.evidence import Case, Evidence, Looked, Why
from kb.figures import figure, rounded, times
from kb.marks import check
from kb.texts import printed
from kb.verdicts import BORDERLINE, Result


@check
def readings(evidence: Evidence) -> Iterator[Case | Looked]:
    """Words that can be read in several ways: the numbers leave some of the readings."""
    ruled_out = evidence.ruled_out
    rows = evidence.columns.rows
    yield Looked(int(evidence.several.sum()))
    claims = sorted({int(rows.claim[row]) for row in ruled_out})
    evidence.fetch(claims)
    for claim in claims:
        mine = evidence.readings_of(claim)
        left = [row for row in mine if row not in ruled_out]
        if left:
            yield _case(evidence, claim, left, {row: ruled_out[row] for row in mine if row in ruled_out}, "fits with")
    yield from _left_open(evidence)


def _left_open(evidence: Evidence) -> Iterator[Case]:
    """Every reading that could be looked at fails, and one could not be: it is what is left."""
    rows, c = evidence.columns.rows, evidence.judged.comparisons
    for group in evidence.judged.groups.values():
        if group.weak or group.result is not Result.OPEN or c.stretch[group.best] < BORDERLINE[1]:
            continue
        behind = {row: int(member) for member in group.members for row in evidence.behind(int(member))}
        for claim in sorted({int(rows.claim[row]) for row in behind}):
            mine = evidence.readings_of(claim)
            left = [row for row in mine if row not in behind]
            if left:
                yield _case(
                    evidence, claim, left, {row: behind[row] for row in mine if row in behind}, "is left only with"
                )


def _case(evidence: Evidence, claim: int, left: list[int], out: dict[int, int], how: str) -> Case:
    member = next(iter(out.values()))
    survive = " or ".join(evidence.scope_of(row) for row in left)
    gone = ", ".join(evidence.scope_of(row) for row in out)
    return Case(
        claims=[claim],
        message=f"{printed(evidence.claim(claim).value)} {how} {survive}; {gone} {_fails(evidence, member)}",
        why=lambda: Why(
            arithmetic=steps(evidence, *evidence.member(member)),
            resolutions=[settled(evidence.claim(claim), f"if it said {survive}")],
            assumed=evidence.assumed(int(evidence.judged.comparisons.notes[member]), evidence.past(member)),
        ),
    )


def _fails(evidence: Evidence, member: int) -> str:
    """By which derivation a reading fails, how far it is off, and how far off it could be."""
    c = evidence.judged.comparisons
    lot, line = evidence.member(member)
    name = evidence.judged.bound.plans[lot.plan].derivation.name
    ratio = float(c.ratio[member])
    off = max(ratio, 1 / ratio) if ratio > 0 else math.inf
    stated, due = evidence.value(int(c.output[member])), evidence.due(lot, line)
    off = rounded(off, leeway(stated, due))
    low, high = (stated.lo, due.hi) if ratio > 1 else (due.lo, stated.hi)
    left = over(float(low), float(high))
    apart, excused = distinct(off, off / left if left else math.nan)
    firm = c.stretch[member] >= BORDERLINE[1]
    factor = f"a factor of {apart}" if math.isfinite(off) else "any factor"
    told = f"is ruled out by {name}: off by {factor}" if firm else f"fails {name} by {factor}"
    return f"{told}, where the tolerances excuse {'' if firm else 'up to '}{excused}" if excused else told


def over(one: float, other: float) -> float:
    """The ratio; not a number over nothing or of what has no end."""
    return one / other if other and math.isfinite(one) and math.isfinite(other) else math.nan


def distinct(more: float, less: float) -> tuple[str, str]:
    """Two factors in print, with as many digits as it takes to tell them apart; nothing for one that is not known."""
    if not math.isfinite(less):
        return times(more), ""
    digits = next((n for n in range(3, 7) if figure(more, n) != figure(less, n)), 6)
    return figure(more, digits), "nothing" if figure(less, digits) == "1" else figure(less, digits)
