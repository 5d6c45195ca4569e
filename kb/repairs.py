"""What one input would have to be: chains of formulas on single numbers, solved for one claim at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from kb import tape
from kb.applications import TOTAL, Lot
from kb.bind import Bound

# Repairs further than the last factor from what is stated are not looked for. The near ones are close together: a
# difference has no logarithm beyond the point where it vanishes, and the repair must be found before that.
FACTORS = (1.05, 1.1, 1.2, 1.5, 2.0, 4.0, 10.0, 1e3, 1e6, 1e12)
HALVINGS = 80


class Nominal:
    """Values in the middle of what is written, with some claims replaced."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.table = bound.table
        self.rows = bound.table.columns.rows

    def value(self, row: int, instead: Mapping[int, float] | None = None) -> float:
        """A row's number; `instead` gives other numbers for some claims."""
        if row >= self.table.stated:
            lot, line = self.bound.made.lot_of(int(self.table.maker[row]))
            return self.due(lot, line, instead)
        claim = int(self.table.claim[row])
        return instead[claim] if instead and claim in instead else self.middle(row)

    def middle(self, row: int) -> float:
        """The geometric middle of what is written, or its one finite end."""
        lo, hi = float(self.rows.lo[row]), float(self.rows.hi[row])
        if math.isinf(hi):
            return lo
        if math.isinf(lo):
            return hi
        return math.sqrt(lo * hi) if lo > 0 else (lo + hi) / 2

    def due(self, lot: Lot, line: int, instead: Mapping[int, float] | None = None) -> float:
        """What an application gives on these numbers."""
        slots = lot.slots[line]
        if lot.plan == TOTAL:
            return sum(self.value(int(row), instead) for row in slots)
        derivation = self.bound.plans[lot.plan].derivation
        names = [slot.name for slot in derivation.takes]
        values = {name: self.value(int(slots[i]), instead) for i, name in enumerate(names) if i != lot.solved}
        if lot.solved < 0:
            if derivation.name == "hull":
                return math.sqrt(min(values.values()) * max(values.values()))
            return float(derivation.function(*(values[name] for name in names)))
        formula = tape.inverse(derivation.formula, names[lot.solved], "the result")
        return float(tape.evaluate(formula, {**values, "the result": self.value(int(slots[-1]), instead)}))


def needed(start: float, gap: Callable[[float], float]) -> float | None:
    """The number nearest to `start` at which `gap` (a logarithm) is zero, found by halving; None when there is none.

    >>> round(needed(8.0, lambda taken: math.log(6 / (16 - taken))) or 0, 6)  # what must be taken from 16 to leave 6
    10.0
    """
    here = _at(gap, start) if start > 0 else math.nan
    if here == 0:
        return start
    for factor in FACTORS:
        for end in (start * factor, start / factor):
            if _at(gap, end) * here <= 0:
                return _halve(gap, math.log(start), math.log(end))
    return None


def _at(gap: Callable[[float], float], number: float) -> float:
    """The gap there; not a number where it has no logarithm."""
    try:
        return gap(number)
    except (ArithmeticError, ValueError, TypeError):  # a division by zero; a logarithm or a root of what is negative
        return math.nan


def _halve(gap: Callable[[float], float], near: float, far: float) -> float:
    sign = _at(gap, math.exp(near)) > 0
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        if (_at(gap, math.exp(middle)) > 0) == sign:
            near = middle
        else:
            far = middle
    return math.exp((near + far) / 2)
