"""Unit slips: the factors by which a wrong unit word changes a quantity of some kind (CHECKING, section 4)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FAMILIES: dict[str, dict[float, str]] = {
    "money": {100: "cents and whole units", 1e3: "thousand, million or billion", 1e6: "million and trillion"},
    "per": {1e3: "per one and per thousand", 1e6: "per one and per million"},
    "prefix": {1e3: "neighbouring prefixes such as giga and tera", 1e6: "prefixes two steps apart"},
    "bytes": {
        8: "bits and bytes",
        1e3: "neighbouring prefixes such as mega and giga",
        1.024**3: "GB and GiB",
        1.024**4: "TB and TiB",
    },
    "count": {1e3: "thousand, million or billion", 1e6: "million and trillion"},
    "myriad": {10: "亿 and billion", 1e4: "万 dropped or doubled", 1e8: "亿 dropped"},
    "time": {
        60: "minutes and seconds, or hours and minutes",
        3600: "hours and seconds",
        24: "days and hours",
        7: "weeks and days",
        30.4: "months and days",
        12: "years and months",
        365: "years and days",
    },
    "share": {100: "per cent and fractions"},
}
BETWEEN = {  # the units of time that each factor lies between, in seconds: of a duration in days nobody means minutes
    60: (1.0, 60.0, 3600.0),
    3600: (1.0, 3600.0),
    24: (3600.0, 86400.0),
    7: (86400.0, 604800.0),
    30.4: (86400.0, 2.63e6),
    12: (2.63e6, 3.156e7),
    365: (86400.0, 3.156e7),
}
MEMBERS = {
    "money": {"USD", "EUR", "GBP", "CNY", "cent"},
    "prefix": {"FLOP", "J", "W"},
    "bytes": {"byte", "bit"},
    "time": {"s"},
}


DECADES = 6.0  # over which an error that is no slip is taken to be spread evenly, in logarithms
SELDOM = 0.05  # a coincidence less likely than this is not believed
SAME = 0.02  # relative: units of time that differ by less are one
NEAR = 100.0  # a slip that puts a value two decades inside a bound explains it no better than any other error


@dataclass(frozen=True, slots=True)
class Window:
    """By how much what is stated may exceed what is needed; open at the top when only a bound is known."""

    low: float
    high: float

    def __contains__(self, factor: float) -> bool:
        return self.low <= factor <= self.high

    @property
    def decades(self) -> float:
        """How wide it is; infinite when it is open."""
        return math.log10(self.high / self.low) if 0 < self.low <= self.high < math.inf else math.inf

    def is_near(self, factor: float) -> bool:
        """Whether a factor overshoots the one closed side of an open window by no more than NEAR."""
        if math.isfinite(self.high) and self.low > 0:
            return True
        return factor <= self.low * NEAR if self.low > 0 else factor * NEAR >= self.high


@dataclass(frozen=True, slots=True)
class Printed:
    """What tells which units can have been confused: that of the attribute, the language, and the words themselves."""

    unit: str
    language: str
    scaled: bool = False  # whether it has a scale word, such as million
    share: bool = False  # whether people give it in per cent
    lengths: tuple[float, ...] | None = None  # of the units of time in it, in seconds; None if that is not known


def kinds(printed: Printed) -> list[str]:
    """The families that a quantity belongs to."""
    top, _, bottom = printed.unit.partition("/")
    words, below = set(re.findall(r"[A-Za-z]+", top)), set(re.findall(r"[A-Za-z]+", bottom))
    if not words and not below:
        return ["share"] if printed.share else []
    found = [family for family, members in MEMBERS.items() if words & members]
    if not found or printed.scaled:
        found += ["count", *(["myriad"] if printed.language == "zh" else [])]
    return [*found, *(["per"] if below else [])]


def candidates(printed: Printed) -> dict[float, tuple[str, ...]]:
    """Every factor by which a word taken for another would be off, with what may have been taken for what."""
    found: dict[float, dict[str, None]] = {}
    for kind in kinds(printed):
        for factor, confused in FAMILIES[kind].items():
            if kind != "time" or printed.lengths is None or between(factor, printed.lengths):
                for direction in (1, -1):
                    found.setdefault(float(factor) ** direction, {})[confused] = None
    return {factor: tuple(names) for factor, names in found.items()}


def between(factor: float, lengths: Iterable[float]) -> bool:
    """Whether one of the units of time is one that a factor leads to another from."""
    return any(abs(length / each - 1) < SAME for length in lengths for each in BETWEEN[factor])


def chance(window: Window, factors: int) -> float:
    """How likely it is that an error which is no slip lands where one of so many factors lies in the window."""
    return min(factors * window.decades / DECADES, 1.0)


def named(printed: Printed, window: Window) -> Iterator[str]:
    """The slips that would explain a factor in the window; of an open window, those that end near its closed side."""
    for factor, names in candidates(printed).items():
        if factor in window and window.is_near(factor):
            yield from (f"{each} (a factor of {max(factor, 1 / factor):,.10g})" for each in names)
