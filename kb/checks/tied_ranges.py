"""Tied ranges: two ranges of one product, used as if each could vary alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from kb.arithmetic import steps
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check

CLOSER = 2.0  # opposite ends must agree at least this much better than like ends do


@check
def tied_ranges(evidence: Evidence) -> Iterator[Case | Looked]:
    """Two ranges may be one seen twice: the low end of each fits with the high end of the other."""
    rows = evidence.columns.rows
    is_range = np.isfinite(rows.hi) & (rows.lo > 0) & (rows.hi > rows.lo * (1 + 1e-9))
    ordinary = evidence.columns.claims.standing[rows.claim] < 0
    c = evidence.judged.comparisons
    ranges = (c.past >= 0) & (is_range & ordinary)[c.past]
    seen: set[tuple[int, int]] = set()
    for member in np.flatnonzero((c.stretch <= 1) & (ranges.sum(axis=1) > 1)):
        behind = sorted(c.past[member][ranges[member]].tolist())
        yield Looked(len(behind) * (len(behind) - 1) // 2)
        for one, other in combinations(behind, 2):
            if (one, other) not in seen and _tied(evidence, int(member), one, other):
                seen.add((one, other))
                yield _case(evidence, int(member), one, other)


def _tied(evidence: Evidence, member: int, one: int, other: int) -> bool:
    """Whether opposite ends of the two ranges give one value, which fits with the rest, and like ends do not.

    Two ranges that vary on their own give two values at opposite ends; by chance these agree as rarely as the ends are
    written precisely.
    """
    rows, nominal = evidence.columns.rows, evidence.nominal
    lot, line = evidence.member(member)
    output = int(evidence.judged.comparisons.output[member])
    first, second = int(rows.claim[one]), int(rows.claim[other])
    if first == second:
        return False

    def gap(a: float, b: float) -> float:
        instead = {first: float(a), second: float(b)}
        return math.log(nominal.value(output, instead) / nominal.due(lot, line, instead))

    try:
        like = [gap(rows.lo[one], rows.lo[other]), gap(rows.hi[one], rows.hi[other])]
        opposite = [gap(rows.lo[one], rows.hi[other]), gap(rows.hi[one], rows.lo[other])]
    except (ValueError, ZeroDivisionError):
        return False
    written = sum(float(rows.below[row] + rows.above[row]) for row in (one, other))
    room = written + sum(_room(evidence, row) for row in evidence.behind(member) if row not in {one, other})
    agree = abs(opposite[0] - opposite[1]) <= written and max(map(abs, opposite)) <= room
    return agree and like[0] * like[1] < 0 and CLOSER * max(map(abs, opposite)) < min(map(abs, like))


def _room(evidence: Evidence, row: int) -> float:
    """How far a claim's figure may be from its middle, as a logarithm."""
    value = evidence.value(row)
    return math.log(value.hi / value.lo) / 2 if value.lo > 0 and math.isfinite(value.hi) else math.inf


def _case(evidence: Evidence, member: int, one: int, other: int) -> Case:
    rows = evidence.columns.rows
    first, second = (evidence.claim(int(rows.claim[row])) for row in (one, other))
    return Case(
        claims=[int(rows.claim[one]), int(rows.claim[other])],
        message=f"{first.attribute} of {first.value.text} and {second.attribute} of {second.value.text} fit as one "
        "range seen twice: the low end of each goes with the high end of the other, and not with its low end",
        why=lambda: Why(arithmetic=steps(evidence, *evidence.member(member))),
    )
