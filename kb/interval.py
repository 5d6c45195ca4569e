"""Closed intervals over floats or numpy columns: what a figure can be, carried through ordinary arithmetic.

A derivation is called with intervals exactly as with floats. The ends may be floats or equally long arrays, so one call
recomputes a whole column. No outward rounding: claims carry two to four digits, and comparisons use a relative slack
of 1e-9.
"""

from __future__ import annotations

from typing import Any, NoReturn, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from kb.errors import KbError

Ends: TypeAlias = float | NDArray[np.float64]
Operand: TypeAlias = Union["Interval", float]

SLACK = 1e-9


class Branching(KbError):
    """A derivation asked for the truth or the float of a value that is not one number."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"a derivation used {what} on its argument; expected arithmetic that works on intervals and the tape too; "
            "use + - * / **, sqrt from kb.marks, or one derivation for each case"
        )


class Unbranching:
    """Base of what stands for many numbers at once: it has no truth, order or float for a formula to branch on."""

    __slots__ = ()
    __array_ufunc__ = None  # an array on the left defers to the reflected method here

    def __bool__(self) -> NoReturn:
        raise Branching("a truth test")

    def __float__(self) -> NoReturn:
        raise Branching("float()")

    def __int__(self) -> NoReturn:
        raise Branching("int()")

    def __round__(self, digits: object = None) -> NoReturn:
        raise Branching("round()")

    def __lt__(self, other: object) -> NoReturn:
        raise Branching("a comparison")

    __le__ = __gt__ = __ge__ = __lt__


class Interval(Unbranching):
    """Every number from lo to hi; the ends are floats or columns of the same length."""

    __slots__ = ("hi", "lo")

    def __init__(self, lo: Ends, hi: Ends | None = None) -> None:
        self.lo = lo
        self.hi = lo if hi is None else hi

    @staticmethod
    def of(value: Operand | Ends) -> Interval:
        """The value itself, or the interval that holds just it."""
        return value if isinstance(value, Interval) else Interval(value)

    def __add__(self, other: Operand) -> Interval:
        that = Interval.of(other)
        return Interval(self.lo + that.lo, self.hi + that.hi)

    __radd__ = __add__

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)

    def __sub__(self, other: Operand) -> Interval:
        return self + -Interval.of(other)

    def __rsub__(self, other: Operand) -> Interval:
        return Interval.of(other) + -self

    def __mul__(self, other: Operand) -> Interval:
        that = Interval.of(other)
        if _positive(self) and _positive(that):
            return Interval(self.lo * that.lo, self.hi * that.hi)
        return _hull(*(_times(a, b) for a in (self.lo, self.hi) for b in (that.lo, that.hi)))

    __rmul__ = __mul__

    def __truediv__(self, other: Operand) -> Interval:
        that = Interval.of(other)
        if _positive(self) and _positive(that):
            return Interval(self.lo / that.hi, self.hi / that.lo)
        return self * that._reciprocal()

    def __rtruediv__(self, other: Operand) -> Interval:
        return Interval.of(other) / self

    def __pow__(self, power: float) -> Interval:
        if power < 0:
            return (self**-power)._reciprocal()
        lo, hi = np.asarray(self.lo, float), np.asarray(self.hi, float)
        if power != int(power):
            lo, hi = np.maximum(lo, 0.0), np.maximum(hi, 0.0)  # a root exists of the part that is not negative
        elif int(power) % 2 == 0:
            lo, hi = np.maximum(np.maximum(lo, -hi), 0.0), np.maximum(np.abs(lo), np.abs(hi))
        return Interval(_plain(lo**power), _plain(hi**power))

    def _reciprocal(self) -> Interval:
        """1 / self; everything where zero lies inside, or is all there is."""
        lo, hi = np.asarray(self.lo, float), np.asarray(self.hi, float)
        across = (lo < 0) & (hi > 0)
        with np.errstate(divide="ignore", over="ignore"):
            low = np.where(across | (hi == 0), -np.inf, 1 / hi)
            high = np.where(across | (lo == 0), np.inf, 1 / lo)
        return Interval(_plain(low), _plain(high))

    def hull(self, *others: Interval) -> Interval:
        """The smallest interval that holds this one and the others."""
        return _hull(self.lo, self.hi, *(end for other in others for end in (other.lo, other.hi)))

    def meets(self, other: Interval, slack: float = SLACK) -> Any:
        """Whether the two have a number in common, within a relative slack."""
        return (self.lo <= other.hi + slack * np.abs(other.hi)) & (other.lo <= self.hi + slack * np.abs(self.hi))

    def __contains__(self, value: float) -> bool:
        return bool(np.all(self.meets(Interval(value))))

    def __repr__(self) -> str:
        return f"[{self.lo:.6g}, {self.hi:.6g}]" if np.ndim(self.lo) == 0 else f"Interval({self.lo!r}, {self.hi!r})"


def _plain(end: Any) -> Ends:
    return float(end) if np.ndim(end) == 0 else end


def _positive(interval: Interval) -> bool:
    return bool(np.all(interval.lo > 0))


def _times(a: Ends, b: Ends) -> Ends:
    """The product a * b, with 0 * infinity = 0 as interval arithmetic needs it."""
    with np.errstate(invalid="ignore"):
        product = np.asarray(a, float) * np.asarray(b, float)
    return _plain(np.where(np.isnan(product), 0.0, product))


def _hull(*ends: Ends) -> Interval:
    low, high = ends[0], ends[0]
    for end in ends[1:]:
        low, high = np.minimum(low, end), np.maximum(high, end)
    return Interval(_plain(low), _plain(high))


def middle(interval: Interval) -> float:
    """The geometric middle of one positive interval, else the arithmetic one, or the end that there is."""
    low, high = float(interval.lo), float(interval.hi)
    ends = [end for end in (low, high) if -np.inf < end < np.inf]
    if low > 0 and len(ends) == 2:
        return float(np.sqrt(low) * np.sqrt(high))
    return sum(ends) / len(ends) if ends else float("inf")
