"""Calculations in the notes of a row: which of them work out a column, and whether the column is what they give."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb.calculations import Calculation, calculations
from kb.errors import Unreadable
from kb.redoing import redone, slips_of_the_pen

SAME = 0.055  # relative: a cell and a result that differ by less may be one figure, rounded; more exactly is for checks
MOST = 8  # calculations of one column
MOST_TOGETHER = 6
LONGEST = 500  # characters that a claim keeps of one
UNLABELLED = 1e6  # a result without a unit is taken for the column's if it is within this factor
LETTERS = {1.0: "", 1e3: "k", 1e6: "M", 1e9: "G", 1e12: "T", 1e15: "P", 1e18: "E", 1e21: "Z", 1e24: "Y"}


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What one calculation gives of a column."""

    value: str  # as a claim writes it
    working: str
    result: float
    given: float  # by the figures of the calculation


def reckoned(notes: str, cell: float, words: Sequence[str], unit: str) -> list[Reckoned]:
    """The calculations in notes whose result is counted as a column is, by its words or without any.

    words: what a unit behind the result may be; unit: what a claim writes behind it.

    >>> [each.value for each in reckoned("6 * 7B * 2T = 8.4e22, 3 * 5 = 15 GPUs", 8.4e22, ["FLOP"], "FLOP")]
    ['8.4e22 FLOP']
    """
    found = [each for each in calculations(notes) if is_of(each, cell, words) and len(each.working) <= LONGEST]
    made = (one for each in found[:MOST] if (one := _made(each, unit)) is not None)
    return list({each.working: each for each in made}.values())


def is_of(found: Calculation, cell: float, words: Sequence[str]) -> bool:
    """Whether a result is of the kind that a column holds."""
    if found.unit and found.unit in words:
        return True
    near = found.value > 0 and cell > 0 and 1 / UNLABELLED <= found.value / cell <= UNLABELLED
    return found.unit == "" and found.last and near


def _made(found: Calculation, unit: str) -> Reckoned | None:
    prefix = LETTERS.get(found.scale)
    try:
        given = redone(found.working, found.stated).given
    except Unreadable:
        return None
    if prefix is None or not math.isfinite(given) or found.value <= 0:
        return None
    return Reckoned(f"{found.figure} {prefix}{unit}", found.working, found.value, given)


def gives(cell: float, every: Sequence[Reckoned]) -> bool:
    """Whether a column follows from some calculations, or would but for a slip of the pen."""
    return any(abs(math.log(way / cell)) <= SAME for way in _ways(every)) or any(
        True for each in every for _ in slips_of_the_pen(cell / each.result, each.working)
    )


def _ways(every: Sequence[Reckoned]) -> Iterator[float]:
    """What the calculations give one by one, and together: a sum, a mean, a geometric mean."""
    for each in every:
        yield each.result
        if each.given > 0:
            yield each.given
    results = [each.result for each in every][:MOST_TOGETHER]
    for count in range(2, len(results) + 1):
        for some in combinations(results, count):
            yield from (sum(some), sum(some) / count, math.prod(each ** (1 / count) for each in some))
