"""Numbers as people write them: 12,500, 3.4 trillion, 7.05e25, 41 %, with the digits they deserve."""

from __future__ import annotations

import math
from functools import lru_cache

SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
LARGE, SMALL = 1e15, 1e-3
WHOLE = 100_000
SAME = 0.005  # factors that are closer than this in their logarithms differ in the third digit only


def figure(value: float, digits: int = 3) -> str:
    """The number in print with so many significant digits."""
    if math.isinf(value):
        return "any amount" if value > 0 else "minus any amount"
    if value == 0 or math.isnan(value):
        return f"{abs(value):g}"
    size = round_to(abs(value), digits)
    if size >= LARGE or size < SMALL:
        return power(value, digits)
    for scale, word in SCALES:
        if size >= scale:
            return f"{plain(value / scale, digits)} {word}"
    return plain(value, digits)


def plain(value: float, digits: int) -> str:
    """The number without a scale word or a power of ten, its thousands parted by commas."""
    rounded = round_to(value, digits)
    if abs(rounded) >= 10 ** (digits - 1):
        return f"{rounded:,.0f}"
    return f"{rounded:,.{max(0, digits - 1 - math.floor(math.log10(abs(rounded) or 1)))}f}".rstrip("0").rstrip(".")


def power(value: float, digits: int) -> str:
    """The number with a power of ten: 7.05e25."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def round_to(value: float, digits: int) -> float:
    """The number to so many significant digits."""
    return float(f"{value:.{digits - 1}e}")


@lru_cache(maxsize=4096)  # one finding after another has the same rules, rents and chips in it
def exact(value: float, digits: int = 6) -> str:
    """The number for a calculator: no scale words, enough digits to redo the arithmetic."""
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    if value == 0 or math.isnan(value):
        return f"{abs(value):g}"
    if 1e-4 <= abs(value) < 1e9:
        return plain(value, digits) if abs(value) < WHOLE or value != int(value) else f"{value:,.0f}"
    return power(value, digits)


def with_unit(text: str, unit: str) -> str:
    """The figure with its unit: per cent signs and factors as people write them."""
    return text if unit in ("", "1") else f"{text} {unit}"


def interval(lo: float, hi: float, unit: str, digits: int = 3) -> str:
    """A range, a bound or one figure, with its unit."""
    low, high = figure(lo, digits), figure(hi, digits)
    if math.isinf(hi) and math.isinf(lo):
        return "anything"
    if math.isinf(hi):
        return with_unit(f"at least {low}", unit)
    if math.isinf(lo) or lo == 0 < hi:
        return with_unit(f"at most {high}", unit)
    if low == high:
        return with_unit(low, unit)
    number, _, scale = high.partition(" ")
    if scale and low.endswith(f" {scale}"):
        low = low.removesuffix(f" {scale}")
    elif scale and abs(lo) < 1000:  # "5 to 6 million" would be read as 5 million to 6 million
        number, scale = plain(hi, digits), ""
    return with_unit(f"{low} to {number} {scale}".rstrip(), unit)


def times(factor: float) -> str:
    """A factor in print: 1.19, 1,000, 8.3."""
    return figure(factor, 3)


def rounded(factor: float, room: float) -> float:
    """A factor, or the power of ten beside it that the digits of the figures do not tell it from.

    room: the logarithm by which the factor may be another one. What would be seen in three digits to be further than
    half of the last one away is never hidden.

    >>> rounded(998.9, 0.05), rounded(998.9, 0.0), rounded(1.03e3, 0.05), rounded(1.0, 0.05)
    (1000.0, 998.9, 1030.0, 1.0)
    """
    if not (factor > 0 and math.isfinite(factor)):
        return factor
    plain_one = 10.0 ** round(math.log10(factor))
    apart = abs(math.log(factor / plain_one))
    return plain_one if plain_one != 1 and apart <= min(room, SAME) else factor
