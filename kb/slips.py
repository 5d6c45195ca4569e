"""Unit slips: the factors by which a wrong unit word changes a quantity of some kind (CHECKING, section 4)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
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
MEMBERS = {
    "money": {"USD", "EUR", "GBP", "CNY", "cent"},
    "prefix": {"FLOP", "J", "W"},
    "bytes": {"byte", "bit"},
    "time": {"s"},
}


NEAR = 100.0  # a slip that puts a value two decades inside a bound explains it no better than any other error


@dataclass(frozen=True, slots=True)
class Window:
    """By how much what is stated may exceed what is needed; open at the top when only a bound is known."""

    low: float
    high: float

    def __contains__(self, factor: float) -> bool:
        return self.low <= factor <= self.high

    def is_near(self, factor: float) -> bool:
        """Whether a factor overshoots the one closed side of an open window by no more than NEAR."""
        if math.isfinite(self.high) and self.low > 0:
            return True
        return factor <= self.low * NEAR if self.low > 0 else factor * NEAR >= self.high


def kinds(unit: str, language: str) -> list[str]:
    """The families that a quantity of this unit belongs to."""
    top, _, bottom = unit.partition("/")
    words, below = set(re.findall(r"[A-Za-z]+", top)), set(re.findall(r"[A-Za-z]+", bottom))
    if not words and not below:
        return ["share"]
    found = [family for family, members in MEMBERS.items() if words & members]
    if not found:
        found = ["count", *(["myriad"] if language == "zh" else [])]
    return [*found, *(["per"] if below else [])]


def named(unit: str, language: str, window: Window) -> Iterator[str]:
    """The slips that would explain a factor in the window; of an open window, those that end near its closed side."""
    for kind in kinds(unit, language):
        for direction in (1, -1):
            for factor in FAMILIES[kind]:
                if factor**direction in window and window.is_near(factor**direction):
                    yield f"{FAMILIES[kind][factor]} (a factor of {factor:,.10g})"
