"""A calculation that a source prints, done again from its own figures and set beside what it is said to give."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from typing import NamedTuple

from kb import figures
from kb.calculations import Number, SquareRoot, Term, figures_in, numbers, parsed, result_of
from kb.interval import SLACK, Interval
from kb.quantity import Meaning

MOST_READINGS = 16
MOST_STRETCH = 2.0  # beyond which a calculation is off, whatever its rounding
FINE = 1e-6
NEAR = 0.006  # relative: factors that differ by less are one
MOST_POWER = 15
LEAST_DIGITS = 2  # of figures that are alike by more than chance
TIMES = {60: "minutes and seconds, or hours and minutes", 3600: "hours and seconds", 24: "days and hours"}


class Redone(NamedTuple):
    """What a calculation gives when it is done again, beside what it is said to give."""

    given: float
    ratio: float  # stated over given
    stretch: float  # the least factor on all rounding at which the two meet; infinite beyond MOST_STRETCH


def redone(working: str, stated: str, instead: tuple[float, float] | None = None) -> Redone:
    """A calculation done again, and set beside the figure that it is said to give, with its unit. Raises Unreadable.

    instead: a figure of the calculation, and another that is to stand wherever it does.

    >>> round(redone("6 * 70B * 2T", "8.4e22 FLOP").ratio, 6), redone("2 days * 24 * 3600", "172,800 s").stretch
    (0.1, 0.0)
    >>> redone("7,200 GPU hours / 100", "3 days").stretch, redone("410 + 19 + 70", "499 billion").stretch
    (0.0, 0.0)
    """
    term, result = parsed(working), result_of(stated)
    if instead is not None:
        term = _swapped(term, *instead)
    said = [(result.meanings, result.scale, False)]
    if result.seconds != 1:  # counted as the words of the calculation say, or as it does without saying so
        said = [(result.meanings, result.seconds, True), *((result.meanings, each, False) for each in result.likely)]
    if result.bare and all(number.is_bare for number in numbers(term)):
        said.append((result.bare, result.scale, False))  # one scale word for all
    if all(number.is_bare for number in numbers(term)):
        said.append((result.meanings, 1.0, False))  # one unit for all
    found = [_met(term, *each) for each in said]
    if result.seconds == 1:
        found.append(_met(term, result.meanings, result.scale, True))
    return min(found, key=lambda one: (one.stretch, abs(math.log(one.ratio)) if one.ratio > 0 else math.inf))


def _swapped(term: Term, figure: float, other: float) -> Term:
    """The same with another figure in the place of one."""
    if isinstance(term, Number):
        own = _middle(term.meanings[0]) * term.scale
        times = other / figure if _is(own, figure) else 1.0
        return replace(term, scale=term.scale * times, bare=())
    if isinstance(term, SquareRoot):
        return replace(term, of=_swapped(term.of, figure, other))
    return replace(term, left=_swapped(term.left, figure, other), right=_swapped(term.right, figure, other))


def _met(term: Term, stated: tuple[Meaning, ...], scale: float, timed: bool) -> Redone:
    """The reading of a calculation that comes nearest to what is stated."""
    inside = list(numbers(term))
    best: Redone | None = None
    for meanings in islice(product(*(number.meanings for number in inside), stated), MOST_READINGS):
        chosen, result = dict(zip(map(id, inside), meanings, strict=False)), meanings[-1]
        found = _stretch(term, chosen, result, scale, timed=timed)
        if best is None or found.stretch < best.stretch:
            best = found
    assert best is not None
    return best


def _stretch(term: Term, chosen: dict[int, Meaning], result: Meaning, scale: float, *, timed: bool) -> Redone:
    def apart(stretch: float) -> bool:
        given = _value(term, chosen, stretch, timed=timed)
        low, high = (end * scale for end in result.at(max(stretch, 0.0)))
        return not bool(given.meets(Interval(low, high), SLACK))

    due = _value(term, chosen, 0.0, timed=timed)
    middle, said = (float(due.lo) + float(due.hi)) / 2, _middle(result) * scale
    ratio = said / middle if middle else math.inf
    if not math.isfinite(middle):
        return Redone(middle, ratio, math.inf)
    # What the result was rounded to needs no excuse: 0 is when exact figures give it as it is printed.
    low, high = (end * scale for end in result.at(1.0))
    if low * (1 - SLACK) <= middle <= high * (1 + SLACK):
        return Redone(middle, ratio, 0.0)
    if apart(MOST_STRETCH):
        return Redone(middle, ratio, math.inf)
    least, most = 0.0, MOST_STRETCH
    while most - least > FINE:
        half = (least + most) / 2
        least, most = (half, most) if apart(half) else (least, half)
    return Redone(middle, ratio, most)


def _middle(meaning: Meaning) -> float:
    """The geometric middle, or the end that there is."""
    low, high = float(meaning.lo), float(meaning.hi)
    if math.isfinite(low) and math.isfinite(high):
        return math.sqrt(low * high) if low > 0 else (low + high) / 2
    return low if math.isfinite(low) else high


def _value(term: Term, chosen: dict[int, Meaning], stretch: float, *, timed: bool) -> Interval:
    """What a term is, each figure widened by its rounding."""
    if isinstance(term, Number):
        low, high = chosen[id(term)].at(stretch)
        factor = term.scale * (term.seconds if timed else 1.0)
        return Interval(low * factor, high * factor)
    if isinstance(term, SquareRoot):
        inner = _value(term.of, chosen, stretch, timed=timed)
        return Interval(math.sqrt(max(float(inner.lo), 0.0)), math.sqrt(max(float(inner.hi), 0.0)))
    left, right = (_value(side, chosen, stretch, timed=timed) for side in (term.left, term.right))
    if term.sign == "over" and float(right.lo) <= 0 <= float(right.hi):
        return Interval(-math.inf, math.inf)
    return JOINED[term.sign](left, right)


def _raised(base: Interval, exponent: Interval) -> Interval:
    """A power; what floats cannot hold is anything."""
    power = (float(exponent.lo) + float(exponent.hi)) / 2
    try:
        ends = [float(end) ** power for end in (base.lo, base.hi)]
    except (OverflowError, ValueError, ZeroDivisionError):
        return Interval(-math.inf, math.inf)
    if any(isinstance(end, complex) for end in ends):
        return Interval(-math.inf, math.inf)
    return Interval(min(ends), max(ends))


JOINED: Mapping[str, Callable[[Interval, Interval], Interval]] = {
    "plus": operator.add,
    "minus": operator.sub,
    "times": operator.mul,
    "over": operator.truediv,
    "power": _raised,
}


# ------------------------------------------------------------------------------------------------ why it may differ


def slips_of_the_pen(ratio: float, working: str) -> Iterator[str]:
    """What slips would make such a ratio of stated to given: a power of ten, digits, a unit of time, a figure left out.

    >>> list(slips_of_the_pen(0.1, "6 * 70B * 2T"))
    ['a slip of 1 in the power of ten would explain it']
    """
    power = round(math.log10(ratio))
    if power and abs(power) <= MOST_POWER and _is(ratio, 10.0**power):
        yield f"a slip of {abs(power)} in the power of ten would explain it"
    for times, confused in TIMES.items():
        if _is(ratio, times) or _is(ratio, 1 / times):
            yield f"a unit of time taken for another ({confused}, a factor of {times:,}) would explain it"
    inside = figures_in(working)
    if len(inside) == 1 and exchanged(f"{ratio * inside[0]:.10g}", f"{inside[0]:.10g}"):
        yield "two neighbouring digits exchanged would explain it"
    for each in dict.fromkeys(inside):
        if each > 0 and not _is(each, 1.0) and (_is(ratio, each) or _is(ratio, 1 / each)):
            yield f"the figure {figures.figure(each)} of the calculation left out, or taken twice, would explain it"


def exchanged(one: str, other: str) -> bool:
    """Whether two figures differ in the order of two neighbouring digits alone, and have more digits than two.

    >>> exchanged("437700000", "473700000"), exchanged("437.7", "434.7")
    (True, False)
    """
    apart = [at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) != len(other) or len(apart) != 2 or apart[1] != apart[0] + 1 or len(one.strip("0")) <= LEAST_DIGITS:
        return False
    low, high = apart
    return one[low] == other[high] and one[high] == other[low]


def _is(one: float, other: float) -> bool:
    return abs(one / other - 1) <= NEAR
