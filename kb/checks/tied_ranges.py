"""Tied ranges: two ranges of one product, used as if each could vary alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from kb import figures
from kb.arithmetic import steps
from kb.evidence import Case, Evidence, Looked, Why
from kb.interval import Interval
from kb.marks import check
from kb.model import Step
from kb.texts import printed

CLOSER = 2.0  # opposite ends must agree at least this much better than like ends do


@check
def tied_ranges(evidence: Evidence) -> Iterator[Case | Looked]:
    """Two ranges may be one told twice: the low end of each, with the high end of the other, gives the same."""
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
    rows = evidence.columns.rows
    if rows.claim[one] == rows.claim[other]:
        return False
    gap = _gap(evidence, member, one, other)
    try:
        like = [gap(rows.lo[one], rows.lo[other]), gap(rows.hi[one], rows.hi[other])]
        opposite = [gap(rows.lo[one], rows.hi[other]), gap(rows.hi[one], rows.lo[other])]
    except (ValueError, ZeroDivisionError):
        return False
    written = sum(float(rows.below[row] + rows.above[row]) for row in (one, other))
    room = written + sum(_room(evidence, row) for row in evidence.behind(member) if row not in {one, other})
    agree = abs(opposite[0] - opposite[1]) <= written and max(map(abs, opposite)) <= room
    return agree and like[0] * like[1] < 0 and CLOSER * max(map(abs, opposite)) < min(map(abs, like))


def _gap(evidence: Evidence, member: int, one: int, other: int) -> Callable[[float, float], float]:
    """What is stated over what is due, as a logarithm, with two numbers in the place of two ranges."""
    first, second = (int(evidence.table.claim[row]) for row in (one, other))
    lot, line = evidence.member(member)
    output, nominal = int(evidence.judged.comparisons.output[member]), evidence.nominal

    def gap(a: float, b: float) -> float:
        instead = {first: float(a), second: float(b)}
        return math.log(nominal.value(output, instead) / nominal.due(lot, line, instead))

    return gap


def _room(evidence: Evidence, row: int) -> float:
    """How far a claim's figure may be from its middle, as a logarithm."""
    value = evidence.value(row)
    return math.log(value.hi / value.lo) / 2 if value.lo > 0 and math.isfinite(value.hi) else math.inf


def _case(evidence: Evidence, member: int, one: int, other: int) -> Case:
    rows = evidence.columns.rows
    first, second = (evidence.claim(int(rows.claim[row])) for row in (one, other))
    ends = _ends(evidence, member, one, other)
    return Case(
        claims=[int(rows.claim[one]), int(rows.claim[other])],
        message=f"{first.attribute} of {printed(first.value)} and {second.attribute} of {printed(second.value)}: "
        f"the low end of one with the high end of the other gives {ends.told}, "
        "as far as the digits tell: it looks like one range told twice, not two independent ones",
        why=lambda: Why(arithmetic=[*ends.steps(), *steps(evidence, *evidence.member(member))]),
    )


class Ends(NamedTuple):
    """What the ends of two ranges give: the opposite ones, which are said to agree, and those alike, which do not."""

    opposite: tuple[str, str]
    alike: tuple[str, str]
    told: str

    def steps(self) -> Iterator[Step]:
        """Both pairs as lines for a pocket calculator."""
        yield Step(text=f"opposite ends agree: {self.opposite[0]}; {self.opposite[1]}")
        yield Step(text=f"like ends do not: {self.alike[0]}; {self.alike[1]}")


def _ends(evidence: Evidence, member: int, one: int, other: int) -> Ends:
    """The ends of two ranges as products, else by what the formula gives with them."""
    rows = evidence.columns.rows
    (a, b), (c, d) = ((float(rows.lo[row]), float(rows.hi[row])) for row in (one, other))
    gap = _gap(evidence, member, one, other)
    is_product = math.isclose(abs(gap(a, d) - gap(b, c)), abs(math.log(a * d / b / c)), abs_tol=1e-9)
    say = _product if is_product else _together
    low, high = say(evidence, member, (one, a), (other, d)), say(evidence, member, (one, b), (other, c))
    alike = say(evidence, member, (one, a), (other, c)), say(evidence, member, (one, b), (other, d))
    told = (f"{_times(evidence, (one, row_a), (other, row_b))}" for row_a, row_b in ((a, d), (b, c)))
    same = f"the same product ({' against '.join(told)})" if is_product else "the same"
    return Ends((low, high), alike, same)


def _times(evidence: Evidence, *ends: tuple[int, float]) -> str:
    """``50 day x 20 %``."""
    return " x ".join(evidence.say(row, Interval(end)) for row, end in ends)


def _product(evidence: Evidence, _: int, one: tuple[int, float], other: tuple[int, float]) -> str:
    """``50 day x 20 % = 10 day``: a share or a factor counts as the number that it is."""
    shown = [evidence.shown(row) for row, _ in (one, other)]
    units = [unit for unit, _ in shown if unit not in {"", "1", "%"}]
    number = math.prod(
        end * (1.0 if unit == "%" else factor) for (_, end), (unit, factor) in zip((one, other), shown, strict=True)
    )
    text = figures.with_unit(figures.exact(number), "*".join(units))
    return f"{_times(evidence, one, other)} = {text}"


def _together(evidence: Evidence, member: int, one: tuple[int, float], other: tuple[int, float]) -> str:
    """``5 m with 3 m gives 16 m``: what is due with two ends in the place of two ranges."""
    lot, line = evidence.member(member)
    output = int(evidence.judged.comparisons.output[member])
    instead = {int(evidence.table.claim[row]): end for row, end in (one, other)}
    due, stated = evidence.nominal.due(lot, line, instead), evidence.nominal.value(output, instead)
    return (
        f"{evidence.say(one[0], Interval(one[1]))} with {evidence.say(other[0], Interval(other[1]))} gives "
        f"{evidence.say(output, Interval(due))} beside {evidence.say(output, Interval(stated))}"
    )
