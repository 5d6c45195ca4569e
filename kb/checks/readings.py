"""Readings: which readings of an open scope the numbers leave."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from kb.arithmetic import leeway, steps
from kb.checks._words import settled
from kb.evidence import Case, Evidence, Looked, Why
from kb.figures import figure, rounded, times
from kb.marks import check
from kb.model import Severity
from kb.texts import printed
from kb.verdicts import BORDERLINE, Result


@check
def readings(evidence: Evidence) -> Iterator[Case | Looked]:
    """Words that can be read in several ways: the numbers leave some of the readings."""
    ruled_out = evidence.decided.out
    rows = evidence.columns.rows
    yield Looked(int(evidence.several.sum()))
    claims = sorted({int(rows.claim[row]) for row in ruled_out})
    evidence.fetch(claims)
    for claim in claims:
        mine = evidence.readings_of(claim)
        left = [row for row in mine if row not in ruled_out]
        out = {row: ruled_out[row] for row in mine if row in ruled_out}
        yield _case(evidence, claim, left, out, "fits with") if left else _none(evidence, claim, out)
    yield from _stuck(evidence)
    yield from _left_open(evidence)


def _none(evidence: Evidence, claim: int, out: Mapping[int, int]) -> Case:
    """Each reading fails some check that another one fits: they cannot all be right."""
    members = list(dict.fromkeys(out.values()))
    how = "; ".join(f"{evidence.scope_of(row)} {_fails(evidence, member)}" for row, member in out.items())
    return _unfit(evidence, [claim], members, f"{printed(evidence.claim(claim).value)} fits in no reading: {how}")


def _stuck(evidence: Evidence) -> Iterator[Case]:
    """A comparison that fits in readings alone that other comparisons rule out."""
    found, rows, c = evidence.decided, evidence.columns.rows, evidence.judged.comparisons
    for group in found.stuck:
        members = [int(each) for each in c.members(group) if c.stretch[each] <= 1]
        out = {row: found.out[row] for each in members for row in evidence.behind(each) if row in found.out}
        claims = sorted({int(rows.claim[row]) for row in out})
        if any(all(row in found.out for row in evidence.readings_of(claim)) for claim in claims):
            continue  # told of that claim
        evidence.fetch(claims)
        how = "; ".join(
            f"{evidence.about(int(rows.claim[row]))} with {evidence.scope_of(row)} {_fails(evidence, member)}"
            for row, member in out.items()
        )
        lot, _ = evidence.member(members[0])
        name = evidence.judged.bound.plans[lot.plan].derivation.name
        claim = int(evidence.table.claim[c.output[members[0]]])
        said = f"{evidence.quoted(claim)}: " if claim >= 0 else ""
        message = f"{said}{name} fits only in readings that are ruled out: {how}"
        yield _unfit(evidence, claims, [*dict.fromkeys(out.values())], message, fitting=members)


def _unfit(
    evidence: Evidence, open_: list[int], failing: list[int], message: str, *, fitting: Sequence[int] = ()
) -> Case:
    """Claims of which no reading fits everything, with the comparisons that say so.

    fitting: those that fit in a reading that the failing ones rule out.
    """
    c, table, members = evidence.judged.comparisons, evidence.table, [*fitting, *failing]
    behind = {int(table.claim[row]) for member in members for row in evidence.behind(member)}
    claims = [claim for claim in behind if evidence.columns.claims.standing[claim] < 0]
    firm = all(c.stretch[member] >= BORDERLINE[1] for member in failing)
    return Case(
        claims=[*open_, *sorted(set(claims) - set(open_))],
        severity=Severity.WARNING if firm else Severity.NOTE,
        message=message,
        why=lambda: Why(
            arithmetic=tuple(step for member in members for step in steps(evidence, *evidence.member(member))),
            resolutions=[],
            assumed=evidence.assumed(
                int(np.bitwise_or.reduce(c.notes[members])), [row for each in members for row in evidence.past(each)]
            ),
        ),
    )


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
    since = sorted({each for row in out for each in evidence.decided.since.get(row, ())})
    jointly = "".join(
        f", since {evidence.about(int(evidence.columns.rows.claim[each]))} is not read as {evidence.scope_of(each)}"
        for each in since
    )
    return Case(
        claims=[claim],
        message=f"{printed(evidence.claim(claim).value)} {how} {survive}; {gone} {_fails(evidence, member)}{jointly}",
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
