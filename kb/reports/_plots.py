"""Intervals on one axis, as SVG: what is stated, what is due, each as written and with all rounding."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kb import figures
from kb.model import Bar

WIDTH, ROW = 360.0, 34.0  # as wide as a phone shows it without making its words too small to read
LEFT, RIGHT = 2.0, 2.0
TOP, BOTTOM, MEASURE = 2.0, 22.0, 14.0
LABEL = 15.0  # the part of a row that its words take
APART = 3.0  # from so large a factor between the ends on, the axis is one of logarithms
MARGIN = 0.065  # of the axis, on either side
LEAST_SPAN = 1e-9  # of the figures on an axis: closer ones are drawn as one
MOST_TICKS = 7
FEW = 3  # with fewer powers of ten, 2 and 5 times them are marked, too
CHARACTER, GAP = 6.4, 9.0  # how wide a character of a tick is at most, and what keeps two of them apart
MOST_SPOKEN = 52  # characters over a bar
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
    measure = " ".join(each for each in (marked(axis)[1], bars[0].unit) if each)
    parts = [
        f'<svg class="plot" role="img" aria-label="{escaped(spoken(bars))}"',
        f' viewBox="0 0 {WIDTH:g} {bottom + BOTTOM + (MEASURE if measure else 0):g}">',
        *ticks(axis, measure, bottom),
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
    size = max(abs(low), abs(high))
    room = (high - low) * MARGIN if high - low > size * LEAST_SPAN else size * MARGIN or 1.0
    return Axis(low - room, high + room, True)


def drawn(bar: Bar, top: float, axis: Axis) -> Iterator[str]:
    """One interval: what it is in words, and below them what rounding allows and what is written."""
    yield f'<text x="{LEFT:g}" y="{top + LABEL * 0.8:g}">{escaped(titled(bar))}</text>'
    for name, pair, share in (("tolerated", bar.tolerated, 0.8), ("written", bar.written, 0.4)):
        start = axis.place(pair[0]) if pair[0] is not None else LEFT
        end = axis.place(pair[1]) if pair[1] is not None else WIDTH - RIGHT
        if end - start < THIN:
            start, end = (start + end - THIN) / 2, (start + end + THIN) / 2
        room = ROW - LABEL
        height = room * share
        box = f'x="{start:.1f}" y="{top + LABEL + (room - height) / 2:.1f}" width="{end - start:.1f}"'
        yield f'<rect class="{name}" {box} height="{height:.1f}" rx="2"/>'


def titled(bar: Bar) -> str:
    """What stands over a bar: its label, and its figures where there is room for them."""
    known = f"{bar.label} {written(bar)}"
    return known if len(known) <= MOST_SPOKEN else bar.label


class Tick(NamedTuple):
    """A figure under an axis: where it stands, and where its words do, which stay on the page."""

    value: float
    text: str
    x: float
    middle: float

    @property
    def start(self) -> float:
        """Where its words begin."""
        return self.middle - width(self.text) / 2

    @property
    def end(self) -> float:
        """Where its words end."""
        return self.middle + width(self.text) / 2


def ticks(axis: Axis, measure: str, y: float) -> Iterator[str]:
    """The axis with round figures under it, and below them what they measure: the unit, with their scale word."""
    yield f'<line class="axis" x1="{LEFT:g}" y1="{y:g}" x2="{WIDTH - RIGHT:g}" y2="{y:g}"/>'
    for tick in marked(axis)[0]:
        yield f'<line class="axis" x1="{tick.x:.1f}" y1="{y:g}" x2="{tick.x:.1f}" y2="{y + 4:g}"/>'
        place = f'x="{tick.middle:.1f}" y="{y + 16:g}" text-anchor="middle"'
        yield f'<text class="tick" {place}>{escaped(tick.text)}</text>'
    if measure:
        yield f'<text class="tick" x="{WIDTH / 2:g}" y="{y + 30:g}" text-anchor="middle">{escaped(measure)}</text>'


def marked(axis: Axis) -> tuple[list[Tick], str]:
    """The densest round figures of which no two touch or read alike, and the scale word that they have in common."""
    for values, step in choices(axis):
        if len(values) <= MOST_TICKS:
            texts, scale = unscaled([labelled(value, step) for value in values])
            found = [tick(axis, value, text) for value, text in zip(values, texts, strict=True)]
            if len(set(texts)) == len(texts) and all(a.end + GAP <= b.start for a, b in pairwise(found)):
                return found, scale
    return [], ""


def choices(axis: Axis) -> Iterator[tuple[list[float], float]]:
    """Round figures on an axis, denser ones first, each time with the step that tells them apart, 0 for one digit.

    >>> next(values for values, _ in choices(Axis(41.0, 62.0, straight=True)) if len(values) < 6)
    [45.0, 50.0, 55.0, 60.0]
    >>> next(choices(Axis(3.0, 4000.0, straight=False)))
    ([10.0, 100.0, 1000.0], 0)
    >>> next(choices(Axis(0.9, 40.0, straight=False)))
    ([1.0, 2.0, 5.0, 10.0, 20.0], 0)
    """
    low, high, straight = axis
    if not straight:
        tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        decades, fine = (
            [float(f"{digit}e{n}") for n in tens for digit in digits if low <= float(f"{digit}e{n}") <= high]
            for digits in ((1,), (1, 2, 5))
        )
        if len(decades) < FEW <= len(fine):
            yield fine, 0
        if len(fine) >= FEW:
            yield from ((decades[::every], 0) for every in range(1, len(decades) + 1))
    for step in steps(10.0 ** math.floor(math.log10((high - low) / MOST_TICKS))):
        first, last = math.ceil(low / step), math.floor(high / step)
        if last - first < MOST_TICKS:
            yield [n * step for n in range(first, last + 1)], step
        if last <= first:
            return


def steps(least: float) -> Iterator[float]:
    """1, 2, 5, 10 ... times something."""
    while True:
        yield from (least, 2 * least, 5 * least)
        least *= 10


def labelled(value: float, step: float) -> str:
    """A round figure with the digits that tell it from those a step away."""
    if not step or not value:
        return figures.figure(value, 1)
    digits = math.floor(math.log10(abs(value)) + 1e-9) - math.floor(math.log10(step) + 1e-9) + 1
    return figures.figure(value, max(digits, 1))


def unscaled(texts: list[str]) -> tuple[list[str], str]:
    """Figures without the scale word that they have in common, and that word."""
    words = {text.partition(" ")[2] for text in texts if text != "0"}
    scale = words.pop() if len(words) == 1 else ""
    return ([text.partition(" ")[0] for text in texts] if scale else texts), scale


def tick(axis: Axis, value: float, text: str) -> Tick:
    """A figure at its place; its words are moved as far as it takes to keep them on the page."""
    x, half = axis.place(value), width(text) / 2
    return Tick(value, text, x, max(min(x, WIDTH - half), half))


def width(text: str) -> float:
    """How wide the words of a tick are at most."""
    return CHARACTER * len(text)


def spoken(bars: Sequence[Bar]) -> str:
    """What the drawing shows, in words."""
    return "; ".join(told(bar) for bar in bars)


def told(bar: Bar) -> str:
    """One interval in words."""
    wide = interval(bar, bar.tolerated)
    return f"{bar.label} {written(bar)}" + (f", {wide} with all rounding" if wide != written(bar) else "")


def written(bar: Bar) -> str:
    """What is written of an interval, without its rounding."""
    return interval(bar, bar.written)


def interval(bar: Bar, pair: tuple[float | None, float | None]) -> str:
    """Two ends of a bar in words."""
    low, high = pair
    return figures.interval(-math.inf if low is None else low, math.inf if high is None else high, bar.unit)


def escaped(text: str) -> str:
    """Text as it may stand in SVG."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
