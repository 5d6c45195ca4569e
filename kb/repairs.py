"""What one input would have to be: chains of formulas on single numbers, solved for one claim at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from kb import tape
from kb.applications import TOTAL, Lot
from kb.evaluate import RESULT, Evaluator

# Repairs further than the last factor from what is stated are not looked for. The near ones are close together: a
# difference has no logarithm beyond the point where it vanishes, and the repair must be found before that.
FACTORS = (1.05, 1.1, 1.2, 1.5, 2.0, 4.0, 10.0, 1e3, 1e6, 1e12)
HALVINGS = 80
STRAIGHT = 1e-12  # a gap as good as none, after the rounding of floats


class Nominal:
    """Values in the middle of what is written, with some claims replaced."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.bound = evaluator.bound
        self.table = evaluator.table
        self.rows = evaluator.rows
        self._plain: dict[int, float] = {}  # of rows, with nothing replaced
        self._behind: dict[int, frozenset[int]] = {}  # the claims behind rows
        self._recipes: dict[int, tuple[Callable[..., float], list[int]]] = {}  # by the number of the application

    def value(self, row: int, instead: Mapping[int, float] | None = None) -> float:
        """A row's number; `instead` gives other numbers for some claims."""
        if instead and not self.behind(row).isdisjoint(instead):
            if row < self.table.stated:
                return instead[int(self.table.claim[row])]
            return self.due(*self.evaluator.maker(row), instead)
        if row not in self._plain:
            self._plain[row] = self.due(*self.evaluator.maker(row)) if row >= self.table.stated else self.middle(row)
        return self._plain[row]

    def behind(self, row: int) -> frozenset[int]:
        """The claims that a row's number comes from."""
        if row not in self._behind:
            implied = row - self.table.stated
            past = self.table.history[implied] if implied >= 0 else np.array([row])
            self._behind[row] = frozenset(self.table.claim[past[past >= 0]].tolist())
        return self._behind[row]

    def middle(self, row: int) -> float:
        """The geometric middle of what is written, or its one finite end."""
        lo, hi = float(self.rows.lo[row]), float(self.rows.hi[row])
        if math.isinf(hi):
            return lo
        if math.isinf(lo):
            return hi
        return math.sqrt(lo) * math.sqrt(hi) if lo > 0 else (lo + hi) / 2  # the product may be beyond floats

    def due(self, lot: Lot, line: int, instead: Mapping[int, float] | None = None) -> float:
        """What an application gives on these numbers; no number where it divides by nothing."""
        if lot.start + line not in self._recipes:
            self._recipes[lot.start + line] = self.recipe(lot, line)
        formula, rows = self._recipes[lot.start + line]
        try:
            return float(formula(*[self.value(row, instead) for row in rows]))
        except ArithmeticError:
            return math.nan

    def recipe(self, lot: Lot, line: int) -> tuple[Callable[..., float], list[int]]:
        """What an application computes, and from which rows."""
        rows: list[int] = lot.slots[line].tolist()
        if lot.plan == TOTAL:
            return (lambda *parts: sum(parts)), rows
        derivation = self.bound.plans[lot.plan].derivation
        if lot.solved < 0:
            middle = derivation.name == "hull"  # of a mixture, between its smallest and its largest part
            return (lambda *parts: math.sqrt(min(parts) * max(parts))) if middle else derivation.function, rows[:-1]
        names = [*(slot.name for slot in derivation.takes), RESULT]
        del names[lot.solved], rows[lot.solved]
        formula = self.evaluator.formula(lot)
        return (lambda *values: tape.evaluate(formula, dict(zip(names, values, strict=True)))), rows


def needed(start: float, gap: Callable[[float], float]) -> float | None:
    """The number nearest to `start` at which `gap` (a logarithm) is zero; None when there is none.

    Of a product the gap is a straight line in the logarithm of the number, and three points tell all.

    >>> round(needed(8.0, lambda taken: math.log(6 / (16 - taken))) or 0, 6)  # what must be taken from 16 to leave 6
    10.0
    """
    here = _at(gap, start) if start > 0 else math.nan
    if here == 0:
        return start
    if (guess := _straight(start, here, gap)) is not None:
        return guess
    for factor in FACTORS:
        for end in (start * factor, start / factor):
            if _at(gap, end) * here <= 0:
                return _narrow(gap, math.log(start), math.log(end))
    return None


def _straight(start: float, here: float, gap: Callable[[float], float]) -> float | None:
    """Where the gap is zero if it goes on as it begins; None if it does not."""
    rise = (_at(gap, start * FACTORS[0]) - here) / math.log(FACTORS[0])
    if not abs(here) < abs(rise) * math.log(FACTORS[-1]):  # beyond reach, or no number at all
        return None
    found = start * math.exp(-here / rise)
    return found if abs(_at(gap, found)) < STRAIGHT else None


def _at(gap: Callable[[float], float], number: float) -> float:
    """The gap there; not a number where it has no logarithm."""
    try:
        return gap(number)
    except (ArithmeticError, ValueError, TypeError):  # a division by zero; a logarithm or a root of what is negative
        return math.nan


def _narrow(gap: Callable[[float], float], near: float, far: float) -> float:
    """The number between two logarithms at which the gap changes its sign: by straight lines and halving in turn."""
    ends, middle = [(near, _at(gap, math.exp(near))), (far, _at(gap, math.exp(far)))], near
    for turn in range(HALVINGS):
        (low, at_low), (high, at_high) = ends
        rise, middle = at_high - at_low, (low + high) / 2
        if turn % 2 == 0 and rise != 0 and math.isfinite(rise):
            middle = low - at_low * (high - low) / rise
        found = _at(gap, math.exp(middle))
        if abs(found) < STRAIGHT or abs(high - low) < STRAIGHT:
            break
        ends[(found > 0) != (at_low > 0)] = middle, found
    return math.exp(middle)
