"""Intervals on one axis, as SVG: what is stated, what is due, each as written and with all rounding."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kb import figures
from kb.model import Bar

WIDTH, ROW, LEFT, RIGHT = 640.0, 30.0, 112.0, 16.0
TOP, BOTTOM = 4.0, 22.0
APART = 3.0  # from so large a factor between the ends on, the axis is one of logarithms
MARGIN = 0.06  # of the axis, on either side
TICKS = 4
DIGITS = (1,), (1, 3), (1, 2, 5)
LEAST, MOST = 1e-300, 1e300  # figures beyond are drawn at the end of the axis
THIN = 3.0  # a figure without any width is drawn as wide as that


class Axis(NamedTuple):
    """From where to where the figures go, and whether evenly or by powers of ten."""

    low: float
    high: float
    straight: bool

    def place(self, value: float) -> float:
        """Where on the page a figure stands; one beyond the axis stands at its end."""
        low, high, _ = self
        value = min(max(value, low), high)
        if not self.straight:
            low, high, value = math.log(low), math.log(high), math.log(value)
        share = value / (high - low) - low / (high - low)  # a difference first could overflow
        return LEFT + (WIDTH - LEFT - RIGHT) * share


def plot(bars: Sequence[Bar]) -> str:
    """A drawing of the intervals, which says in words what it shows; nothing for fewer than two, or without any end."""
    known = [end for bar in bars for pair in (bar.written, bar.tolerated) for end in pair if end is not None]
    if len(bars) < 2 or not known:
        return ""
    axis, bottom = axis_of(known), TOP + ROW * len(bars)
    parts = [
        f'<svg class="plot" role="img" aria-label="{escaped(spoken(bars))}"',
        f' viewBox="0 0 {WIDTH:g} {bottom + BOTTOM:g}">',
        *ticks(axis, bars[0].unit, bottom),
        *(piece for i, bar in enumerate(bars) for piece in drawn(bar, TOP + ROW * i, axis)),
        "</svg>",
    ]
    return "".join(parts)


def axis_of(known: Sequence[float]) -> Axis:
    """An axis for some figures: by powers of ten where they are far apart."""
    low, high = min(known), max(known)
    if low > 0 and math.log(high) - math.log(low) >= math.log(APART):
        room = math.exp(MARGIN * (math.log(high) - math.log(low)))
        return Axis(max(low / room, LEAST), min(high * room, MOST), False)
    room = (high - low) * MARGIN or abs(high) * MARGIN or 1.0
    return Axis(low - room, high + room, True)


def drawn(bar: Bar, top: float, axis: Axis) -> Iterator[str]:
    """One interval: its label, what rounding allows, what is written."""
    yield f'<text x="0" y="{top + ROW * 0.62:g}">{escaped(bar.label)}</text>'
    for name, pair, share in (("tolerated", bar.tolerated, 0.62), ("written", bar.written, 0.3)):
        start = axis.place(pair[0]) if pair[0] is not None else LEFT
        end = axis.place(pair[1]) if pair[1] is not None else WIDTH - RIGHT
        if end - start < THIN:
            start, end = (start + end - THIN) / 2, (start + end + THIN) / 2
        height = ROW * share
        box = f'x="{start:.1f}" y="{top + (ROW - height) / 2:.1f}" width="{end - start:.1f}" height="{height:.1f}"'
        yield f'<rect class="{name}" {box} rx="2"/>'


def ticks(axis: Axis, unit: str, y: float) -> Iterator[str]:
    """The axis with a few round figures under it, and the unit."""
    yield f'<line class="axis" x1="{LEFT:g}" y1="{y:g}" x2="{WIDTH - RIGHT:g}" y2="{y:g}"/>'
    for value in round_figures(axis):
        x, text = axis.place(value), escaped(figures.figure(value, 2))
        yield f'<line class="axis" x1="{x:.1f}" y1="{y:g}" x2="{x:.1f}" y2="{y + 4:g}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{y + 16:g}" text-anchor="middle">{text}</text>'
    yield f'<text class="tick" x="0" y="{y + 16:g}">{escaped(unit)}</text>'


def round_figures(axis: Axis) -> list[float]:
    """A few figures of one digit on an axis: evenly apart, or by powers of ten.

    >>> round_figures(Axis(3.0, 4000.0, straight=False)), round_figures(Axis(41.0, 62.0, straight=True))
    ([10.0, 100.0, 1000.0], [45.0, 50.0, 55.0, 60.0])
    """
    low, high, straight = axis
    if straight:
        least = 10.0 ** math.floor(math.log10((high - low) / TICKS))
        step = next(step for step in steps(least) if (high - low) / step <= TICKS + 1)
        return [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
    tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    by_digits = [[d * 10.0**n for n in tens for d in digits if low <= d * 10.0**n <= high] for digits in DIGITS]
    found = next((each for each in by_digits if len(each) >= TICKS - 1), by_digits[-1])
    return found[:: math.ceil(len(found) / (TICKS + 2)) or 1]


def steps(least: float) -> Iterator[float]:
    """1, 2, 5, 10 ... times something."""
    while True:
        yield from (least, 2 * least, 5 * least)
        least *= 10


def spoken(bars: Sequence[Bar]) -> str:
    """What the drawing shows, in words."""
    return "; ".join(told(bar) for bar in bars)


def told(bar: Bar) -> str:
    """One interval in words."""
    written, tolerated = (
        figures.interval(-math.inf if low is None else low, math.inf if high is None else high, bar.unit)
        for low, high in (bar.written, bar.tolerated)
    )
    return f"{bar.label} {written}" + (f", {tolerated} with all rounding" if tolerated != written else "")


def escaped(text: str) -> str:
    """Text as it may stand in SVG."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
