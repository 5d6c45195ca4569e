"""The second engine: a linear program in logarithms, for what contraction cannot see (CHECKING, section 3).

A product of powers is a straight line there, exactly. A sum lies above its tangents and below a chord over the bounds
of its parts. The program asks by how much all bounds would have to give way for everything to fit. If that is more
than nothing, its dual names the bounds and laws of a smallest conflict, each with a power: the product that cannot be
(Gleeson and Ryan, "Identifying minimally infeasible subsystems of inequalities", ORSA J. Computing 2(1), 1990).
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import highspy
import numpy as np
from highspy._core import _Highs as Solver  # its public child greets on standard output

from kb.joint.network import UNBOUNDED
from kb.joint.part import Part
from kb.joint.rows import Product, Sum
from kb.rowtable import NONE

GAP = 1e-8  # by which bounds must have to give way, as a logarithm: less is the solver's own error
PRECISION = 1e-9  # of the solver
DEGREE = 24  # of tangents and chords: the larger, the closer and the harder to redo by hand
BROKEN = 1e-4  # as a logarithm


class GaveUp(Exception):
    """The solver says neither how far apart bounds are nor that nothing fits."""


class Made(NamedTuple):
    """How a row is proven: a law as it is, or a tangent (to a power of p of q) or a chord of a sum."""

    law: int
    kind: str  # product, tangent, chord
    p: int = 0
    q: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A weighted sum of logarithms that is a number, or at most that; `made` says why."""

    weights: Mapping[int, float]
    value: float
    made: Made

    @property
    def equal(self) -> bool:
        """Whether it is an equation."""
        return self.made.kind == "product"


@dataclass(frozen=True, slots=True)
class Answer:
    """By how much bounds would have to give way, and which rows make it so, each with its weight."""

    least: float  # to which they give way: a logarithm, or a factor on all tolerances
    rows: tuple[tuple[Row, float], ...]
    values: Mapping[int, float]  # logarithms of the numbers that come nearest


class Program:
    """The linear program of some laws of a part, whose sums are looked at within some bounds."""

    def __init__(self, part: Part, laws: Sequence[int], low: Sequence[float], high: Sequence[float]) -> None:
        self.part = part
        self.laws = laws
        self.sums = [law for law in laws if isinstance(part.laws[law], Sum)]
        self.rows = [row for law in laws for row in self._rows(law, low, high)]
        self.used = sorted({variable for row in self.rows for variable in row.weights})
        self.column = {variable: place for place, variable in enumerate(self.used)}

    def _rows(self, number: int, low: Sequence[float], high: Sequence[float]) -> Iterator[Row]:
        """The rows of one law."""
        law = self.part.laws[number]
        if isinstance(law, Product):
            variables, powers, constant = self.part.rows[number]
            yield Row(dict(zip(variables, powers, strict=True)), constant, Made(number, "product"))
        else:
            least, most = low[law.right] - high[law.left], high[law.right] - low[law.left]  # of right over left
            bounded = (
                low[law.right] > -UNBOUNDED and high[law.left] < UNBOUNDED,
                high[law.right] < UNBOUNDED and low[law.left] > -UNBOUNDED,
            )
            yield from tangents(number, law, {share(end) for end in (least, (least + most) / 2, most)})
            yield from chords(number, law, least if bounded[0] else None, most if bounded[1] else None)

    def apart(self, low: Sequence[float], high: Sequence[float]) -> Answer:
        """By how much some bounds, logarithms of each number, would have to give way; raises GaveUp."""
        bounds = [
            Given(self.column[variable], end[variable], upper, 1.0)
            for variable in self.used
            for end, upper in ((low, False), (high, True))
            if abs(end[variable]) < UNBOUNDED
        ]
        while True:
            answer = self._solved(bounds)
            if answer is None:
                raise GaveUp("infeasible")  # nothing is when all bounds give way
            fresh = [row for law in self.sums for row in self._broken(law, answer.values)]
            if answer.least > GAP or not fresh:
                return answer
            self.rows += fresh

    def stretch(self, on: Set[int]) -> float:
        """The least factor on all tolerances at which some claims can be true; infinite for none; raises GaveUp."""
        bounds = [
            Given(self.column[each.variable], end, upper, width)
            for each in self.part.statements
            if each.variable in self.column and (each.claim == NONE or each.claim in on)
            for end, upper, width in ((each.low, False, each.below), (each.high, True, each.above))
            if abs(end) < UNBOUNDED
        ]
        answer = self._solved(bounds)
        return math.inf if answer is None else answer.least

    def _broken(self, number: int, values: Mapping[int, float]) -> Iterator[Row]:
        """A tangent where a sum is less than its parts."""
        law = self.part.laws[number]
        assert isinstance(law, Sum)
        left, right = values[law.left], values[law.right]
        if values[law.whole] < np.logaddexp(left, right) - BROKEN:
            made = {row.made for row in self.rows}
            yield from (row for row in tangents(number, law, {share(right - left)}) if row.made not in made)

    def _solved(self, bounds: Sequence[Given]) -> Answer | None:
        """The least to which bounds give way so that everything fits, and its dual; None if nothing is enough."""
        give = len(self.used)
        starts, index = [0], list[int]()
        value: list[float] = []
        for row in self.rows:
            index += [self.column[variable] for variable in row.weights]
            value += row.weights.values()
            starts.append(len(index))
        for bound in bounds:
            index += (bound.column, give)
            value += (1.0, -bound.give if bound.upper else bound.give)
            starts.append(len(index))
        solver = solved(
            [0.0] * give + [1.0],
            [-math.inf] * give + [0.0],
            [row.value if row.equal else -math.inf for row in self.rows]
            + [-math.inf if each.upper else each.end for each in bounds],
            [row.value for row in self.rows] + [each.end if each.upper else math.inf for each in bounds],
            (starts, index, value),
        )
        if solver is None:
            return None
        found = solver.getSolution()
        values, dual = list(found.col_value), list(found.row_dual)[: len(self.rows)]
        small = 1e-9 * max((abs(each) for each in dual), default=0.0)
        rows = tuple((row, -each) for row, each in zip(self.rows, dual, strict=True) if abs(each) > small)
        return Answer(values[give], rows, dict(zip(self.used, values[:give], strict=True)))


class Given(NamedTuple):
    """A bound of a column, and what one unit of giving way adds to it."""

    column: int
    end: float  # a logarithm
    upper: bool
    give: float


Matrix = tuple[Sequence[int], Sequence[int], Sequence[float]]  # starts of rows, columns, values


def solved(
    cost: Sequence[float], least: Sequence[float], low: Sequence[float], high: Sequence[float], matrix: Matrix
) -> Solver | None:
    """The solver with the cheapest numbers, none below its least, whose rows are within bounds; None if there are none.

    Raises GaveUp.
    """
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(cost), len(low)
    program.col_cost_, program.col_lower_ = np.array(cost), np.array(least)
    program.col_upper_ = np.full(len(cost), math.inf)
    program.row_lower_, program.row_upper_ = np.array(low), np.array(high)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.array(matrix[0], np.int32)
    program.a_matrix_.index_ = np.array(matrix[1], np.int32)
    program.a_matrix_.value_ = np.array(matrix[2], float)
    solver = Solver()
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.passModel(program)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise GaveUp(solver.modelStatusToString(status))
    return solver


OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "presolve": "off",  # programs are small, and their duals are wanted
    "solver": "simplex",  # at a corner, so that no smaller conflict is inside of the one it tells
    "threads": 1,
    "simplex_iteration_limit": 100_000,
    "primal_feasibility_tolerance": PRECISION,
    "dual_feasibility_tolerance": PRECISION,
}


NOTHING, ALL = Fraction(0), Fraction(1)
SHARES = sorted({Fraction(part, whole) for whole in range(1, DEGREE + 1) for part in range(whole + 1)})
MIDDLES = [float((one + other) / 2) for one, other in pairwise(SHARES)]  # between which each of them is the nearest


def softplus(number: float) -> float:
    """The logarithm of 1 + e^number."""
    return max(number, 0.0) + math.log1p(math.exp(-abs(number)))


def share(ratio: float) -> Fraction:
    """What share of a sum its left part has, to a small denominator, if the right one is e^ratio times as large."""
    return small(math.exp(-softplus(ratio)))


def small(value: float) -> Fraction:
    """The fraction of a small denominator that is nearest to a number from 0 to 1."""
    place = bisect(MIDDLES, value)
    return SHARES[place]


@cache
def halves(share_: Fraction) -> tuple[float, float, float]:
    """A share, the rest of it, and the entropy of both, turned around."""
    weight, rest = float(share_), float(1 - share_)
    return weight, rest, sum(w * math.log(w) for w in (weight, rest) if w > 0)


def tangents(number: int, law: Sum, shares: set[Fraction]) -> Iterator[Row]:
    """Weighted means of the parts of a sum, each at most the whole; and that no part is more than the whole."""
    for each in sorted({NOTHING, ALL, *shares}):
        weight, rest, entropy = halves(each)
        made = Made(number, "tangent", each.numerator, each.denominator)
        yield Row(weights(law, weight, rest, -1.0), entropy, made)


def chords(number: int, law: Sum, least: float | None, most: float | None) -> Iterator[Row]:
    """The whole of a sum is at most this, where the logarithm of right over left is within bounds."""
    found = {NOTHING: least, ALL: most}
    if least is not None and most is not None:
        apart = most - least
        rise = (softplus(most) - softplus(least)) / apart if apart > PRECISION else 1 - float(share(most))
        found[small(1 - min(max(rise, 0.0), 1.0))] = most
    for each, needed in found.items():
        if needed is not None:
            weight, rest, _ = halves(each)
            ends = [end for end, need in ((least, weight < 1), (most, weight > 0)) if need and end is not None]
            top = max(softplus(end) - rest * end for end in ends)
            made = Made(number, "chord", each.numerator, each.denominator)
            yield Row(weights(law, -weight, -rest, 1.0), top, made)


def weights(law: Sum, left: float, right: float, whole: float) -> dict[int, float]:
    """The weight of each number of a sum; a number that is both parts has one."""
    found: dict[int, float] = {}
    for variable, weight in ((law.left, left), (law.right, right), (law.whole, whole)):
        found[variable] = found.get(variable, 0.0) + weight
    return {variable: weight for variable, weight in found.items() if weight}
