"""Evaluation: each application's formula on columns of intervals, and how far tolerances must stretch for it to fit.

Nothing here judges: it gives intervals, stretch and power (CHECKING, section 1); verdicts are made elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb import tape
from kb.applications import TOTAL, Lot
from kb.bind import Bound
from kb.columns import Floats, Ints
from kb.interval import SLACK, Ends, Interval
from kb.marks import Relation

GROSS = 64.0  # a stretch beyond this is reported as infinite
CLOSE = 1e-6  # relative: a bracket as narrow is as good as its end
MOST_TURNS = 90
RESULT = "the result"  # what an input is solved from


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the comparisons of one lot gave, line by line."""

    lot: Lot
    stretch: Floats
    power: Floats
    ratio: Floats  # stated over due, between the middles of what was written


class Evaluator:
    """Values of rows and applications of one binding, at any stretch of the tolerances."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.table = bound.table
        self.rows = bound.table.columns.rows
        self._values: dict[float, Interval] = {}  # of every row, by stretch
        self._formulas: dict[tuple[int, int], tape.Tape] = {}  # by plan and solved input
        self._dues: dict[tuple[int, float], Interval] = {}  # of every line of a lot, by the lot's start and stretch

    @cached_property
    def starts(self) -> Ints:
        """The number of each lot's first application."""
        return np.array([lot.start for lot in self.bound.made.lots], np.int64)

    def value(self, rows: Ints, stretch: Floats | float = 1.0) -> Interval:
        """The interval of each row; implied ones are computed from the claims behind them."""
        if np.ndim(stretch) == 0:
            every = self._everything(float(stretch))
            return Interval(np.asarray(every.lo)[rows], np.asarray(every.hi)[rows])
        lo, hi = np.empty(len(rows)), np.empty(len(rows))
        stated = rows < self.table.stated
        factor = np.asarray(stretch)
        lo[stated], hi[stated] = self._stated(rows[stated], factor[stated])
        implied = np.flatnonzero(~stated)
        if len(implied):
            maker = self.table.maker[rows[implied]]
            which = np.searchsorted(self.starts, maker, "right") - 1
            for index in np.unique(which):
                mine = implied[which == index]
                lot = self.bound.made.lots[index]
                found = self.due(lot, maker[which == index] - lot.start, factor[mine])
                lo[mine], hi[mine] = found.lo, found.hi
        return Interval(lo, hi)

    def maker(self, row: int) -> tuple[Lot, int]:
        """The lot that implies a row, and the line there."""
        number = int(self.table.maker[row])
        lot = self.bound.made.lots[int(np.searchsorted(self.starts, number, "right")) - 1]
        return lot, number - lot.start

    def one(self, row: int, stretch: float = 1.0) -> Interval:
        """The interval of one row."""
        every = self._everything(stretch)
        return Interval(float(np.asarray(every.lo)[row]), float(np.asarray(every.hi)[row]))

    def _everything(self, stretch: float) -> Interval:
        """The interval of every row at one stretch, made once: a lot only rests on rows that were there before it."""
        if stretch not in self._values:
            lo, hi = np.empty(len(self.table)), np.empty(len(self.table))
            self._values[stretch] = Interval(lo, hi)
            stated = self.table.stated
            lo[:stated], hi[:stated] = self._stated(np.arange(stated), np.full(stated, stretch))
            for lot in self.bound.made.lots:
                if lot.implying:
                    found = self.due(lot, np.arange(len(lot)), stretch)
                    lo[lot.result], hi[lot.result] = found.lo, found.hi
        return self._values[stretch]

    def _stated(self, rows: Ints, stretch: Floats) -> tuple[Floats, Floats]:
        """Cores widened by their tolerances: in logarithm where positive, absolutely elsewhere."""
        lo, hi, below, above = self.rows.lo[rows], self.rows.hi[rows], self.rows.below[rows], self.rows.above[rows]
        with np.errstate(over="ignore", invalid="ignore"):
            relative = lo > 0
            low = np.where(relative, lo * np.exp(-stretch * below), lo - stretch * below)
            high = np.where(relative, hi * np.exp(stretch * above), hi + stretch * above)
        return low, high

    def due(self, lot: Lot, lines: Ints, stretch: Floats | float = 1.0) -> Interval:
        """What the formula of a lot gives for its output, or for the input that was solved."""
        if np.ndim(stretch) > 0:
            return self._formula(lot, lot.slots[lines], stretch)
        key = lot.start, float(stretch)
        if key not in self._dues:
            self._dues[key] = self._formula(lot, lot.slots, stretch)
        every = self._dues[key]
        return Interval(np.asarray(every.lo)[lines], np.asarray(every.hi)[lines])

    def _formula(self, lot: Lot, slots: Ints, stretch: Floats | float) -> Interval:
        """The formula of a lot on the rows in some slots, line by line."""
        if lot.plan == TOTAL:
            total = self.value(slots[:, 0], stretch)
            for position in range(1, slots.shape[1]):
                total = total + self.value(slots[:, position], stretch)
            return total
        derivation = self.bound.plans[lot.plan].derivation
        names = [slot.name for slot in derivation.takes]
        values = {name: self.value(slots[:, i], stretch) for i, name in enumerate(names) if i != lot.solved}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if lot.solved < 0:
                found = derivation.function(*(values[name] for name in names))
            else:
                values[RESULT] = self.value(slots[:, -1], stretch)
                found = tape.evaluate(self.formula(lot), values)
        return Interval(*np.broadcast_arrays(found.lo, found.hi)) if np.ndim(found.lo) == 0 else found

    def formula(self, lot: Lot) -> tape.Tape:
        """What a lot computes, recorded once; of one that solves an input, the formula for that input."""
        key = lot.plan, lot.solved
        if key not in self._formulas:
            derivation = self.bound.plans[lot.plan].derivation
            formula = derivation.formula
            solved = derivation.takes[lot.solved].name if lot.solved >= 0 else ""
            self._formulas[key] = tape.inverse(formula, solved, RESULT) if solved else formula
        return self._formulas[key]

    def outcome(self, lot: Lot) -> Outcome:
        """Stretch, power and ratio of every comparison in a lot."""
        lines = np.arange(len(lot))
        stated, due = self.value(lot.slots[:, -1], 0.0), self.due(lot, lines, 0.0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = _middle(stated) / _middle(due)
        return Outcome(lot, self.stretch(lot), self.power(lot), ratio)

    def gap(self, lot: Lot, lines: Ints, stretch: Floats | float) -> tuple[Floats, Floats]:
        """How far what is stated lies above what is due, and below it, when all tolerances are multiplied by `stretch`.

        Logarithms, at most 0 where nothing is amiss; of values without one 1 where the two do not meet, and -1 where
        they do. At most one of the two is above 0, and it falls as the stretch grows.
        """
        stated, due = self._sides(lot, lines, stretch)
        relation, never = self.bound.plans[lot.plan].derivation.relation, np.full(len(lines), -1.0)
        above = never if relation is Relation.AT_LEAST else _logarithm(stated.lo, due.hi)
        below = never if relation is Relation.AT_MOST else _logarithm(due.lo, stated.hi)
        return above, below

    def _sides(self, lot: Lot, lines: Ints, stretch: Floats | float) -> tuple[Interval, Interval]:
        """What is stated, and what is due as it can be stated: a count is told in whole numbers, one up or down."""
        plan = self.bound.plans[lot.plan]
        stated, due = self.value(lot.slots[lines, -1], stretch), self.due(lot, lines, stretch)
        lost = np.isnan(due.lo) | np.isnan(due.hi) | np.isposinf(due.lo)  # more than a float can hold
        if np.any(lost):
            due = Interval(np.where(lost, -np.inf, due.lo), np.where(lost, np.inf, due.hi))
        if plan.gives.attribute.integer and not plan.factor:
            due = Interval(np.floor(due.lo * (1 + SLACK)), np.ceil(due.hi * (1 - SLACK)))
        return stated, due

    def stretch(self, lot: Lot) -> Floats:
        """The smallest factor on all tolerances at which each comparison fits; infinite beyond GROSS."""
        found = np.zeros(len(lot))
        for side, near in enumerate(self.gap(lot, np.arange(len(lot)), 0.0)):
            failing = np.flatnonzero(near > 0)
            if len(failing):
                far = self.gap(lot, failing, GROSS)[side]
                found[failing[far > 0]] = np.inf
                rest = failing[far <= 0]
                found[rest] = self._zero(lot, rest, side, (near[rest], far[far <= 0]))
        return found

    def _zero(self, lot: Lot, lines: Ints, side: int, gaps: tuple[Floats, Floats]) -> Floats:
        """The least stretch at which each line fits, from the gaps at 0 and at GROSS.

        Of a product the gap is a straight line; elsewhere halving has its turn too. Guesses lie a little beyond what
        the straight line says, on either side in turn, so that the bracket closes from both.
        """
        near, far = gaps
        low, high, left = np.zeros(len(lines)), np.full(len(lines), GROSS), np.arange(len(lines))
        for turn in range(MOST_TURNS):
            left = left[high[left] - low[left] > CLOSE * high[left]]
            if not len(left):
                break
            a, b = low[left], high[left]
            if turn % 3 == 2:
                guess = np.where(a > 0, np.sqrt(a * b), b / 16)
            else:
                straight = a + (b - a) * near[left] / (near[left] - far[left])
                guess = np.clip(straight * (1 + CLOSE / (3 if turn % 3 else -3)), a, b)
            gap = self.gap(lot, lines[left], guess)[side]
            fits = gap <= 0
            high[left[fits]], far[left[fits]] = guess[fits], gap[fits]
            low[left[~fits]], near[left[~fits]] = guess[~fits], gap[~fits]
        return high

    def power(self, lot: Lot) -> Floats:
        """The factor by which each stated value would have to be wrong before its comparison failed.

        Upward and downward are looked at apart; a side on which what is stated or due has no end says nothing, and of
        two sides that say something the worse one counts. Infinite when neither does.
        """
        stated, due = self._sides(lot, np.arange(len(lot)), 1.0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            upward = np.asarray(due.hi / stated.lo)
            downward = np.asarray(stated.hi / due.lo)
        upward = np.where(np.isfinite(upward) & (np.asarray(stated.lo) > 0), upward, 0.0)
        downward = np.where(np.isfinite(downward) & (np.asarray(due.lo) > 0), downward, 0.0)
        relation = self.bound.plans[lot.plan].derivation.relation
        if relation is Relation.AT_MOST:
            downward = np.zeros(len(lot))
        if relation is Relation.AT_LEAST:
            upward = np.zeros(len(lot))
        worse = np.maximum(upward, downward)
        return np.where(worse > 0, worse, np.inf)


def _logarithm(one: Ends, other: Ends) -> Floats:
    """The logarithm of how many times one is the other, a relative slack taken off; 1 or -1 where it has none."""
    one, other = np.asarray(one, float), np.asarray(other, float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        apart = np.log(one / other) - SLACK
    more = np.where(one > other + SLACK * np.abs(other), 1.0, -1.0)
    return np.where((one > 0) & (other > 0) & np.isfinite(apart), apart, more)


def _middle(interval: Interval) -> Floats:
    """The geometric middle, or the finite end of a half-open interval."""
    lo, hi = np.asarray(interval.lo, float), np.asarray(interval.hi, float)
    with np.errstate(invalid="ignore", over="ignore"):
        middle = np.where((lo > 0) & np.isfinite(hi), np.sqrt(np.abs(lo * hi)), (lo + hi) / 2)
    return np.where(np.isfinite(middle), middle, np.where(np.isfinite(lo), lo, hi))
