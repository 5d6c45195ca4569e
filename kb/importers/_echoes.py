"""Figures in the notes of a row that can only be the one of a column, and are another: a slip on one of the two sides.

A figure counts only if the notes name what it counts, if the column's own figure stands nowhere in the notes, and if a
slip of the pen leads from one to the other, and from no other such figure: so many zeros, two digits exchanged, a unit
of time taken for another. Whatever else differs may be about another thing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from kb.importers._notes import Figure, figures_of, size, tidy
from kb.importers._workings import DEVICE
from kb.redoing import exchanged

NEAR = 0.006  # relative: two prints of one figure
SAME = 0.02  # relative: a figure that bears a column out
LEAST_DIGITS = 2  # of a figure whose zeros are in question: those of 3 and 30 are any
MOST_ZEROS = 6
HOURS: Mapping[str, float] = {"s": 1 / 3600, "mi": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0, "mo": 730.5}
UNITS = {"s": "s", "mi": "min", "h": "h", "d": "day", "w": "week", "mo": "month"}
TIME_SLIPS = (24.0, 7.0, 60.0, 3600.0, 168.0)
TIME = re.compile(
    r"[ -]?(?P<word>seconds?|minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?)\b(?!\s*/|-)", re.IGNORECASE
)
WEIGHTS = re.compile(r"[ -]?(?:[a-z]+[ -]){0,2}?(?:parameters?|params?|weights)\b", re.IGNORECASE)
TOKENS = re.compile(r"\s(?:[a-z]+\s){0,2}?tokens?\b", re.IGNORECASE)
FACTOR = re.compile(r"[*×·x/^+]\s?$")  # in front of a part of a calculation
NAMED = {"param": WEIGHTS, "token": TOKENS, "device": DEVICE, "h": TIME}


class Noted(NamedTuple):
    """A figure in the notes."""

    value: str  # as a claim writes it
    printed: str


def other_figure(unit: str, cell: str, own: str, every: str) -> Noted | None:
    """The figure that notes print for a column instead of its own; None if there is no doubt.

    unit: of the column; own: its own notes; every: all notes of the row.

    >>> other_figure("param", "437700000", "a model of 473.7M parameters", "")
    Noted(value='473.7M param', printed='473.7M parameters')
    >>> other_figure("h", "53", "it took 53 days", "").value, other_figure("param", "7e9", "70B parameters, and 7B", "")
    ('53 day', None)
    """
    value, own = size(cell), tidy(own)
    figures = {figure: factor for figure in figures_of(own) if (factor := _counted(figure, own, unit))}
    if value <= 0 or any(
        abs(each * factor / value - 1) <= SAME for figure, factor in figures.items() for each in figure.values
    ):
        return None
    slips = [
        (figure, factor)
        for figure, factor in figures.items()
        if any(_is_slip(value, each * factor, unit, figure) for each in figure.values if each > 0)
    ]
    if len({figure.values for figure, _ in slips}) != 1 or _stands_in(value, own, every, slips[0][0]):
        return None
    figure = slips[0][0]
    words = NAMED[unit].match(own, figure.end)
    printed = own[figure.start : words.end() if words else figure.end].strip()
    return Noted(f"{own[figure.start : figure.end].strip()} {_written(figure, own, unit)}", printed)


def _counted(figure: Figure, notes: str, unit: str) -> float:
    """How much of a column's unit one of a figure is, by the word behind it; 0 if it counts something else."""
    found = NAMED[unit].match(notes, figure.end)
    if found is None or FACTOR.search(notes, max(0, figure.start - 3), figure.start):
        return 0.0
    return HOURS[_short(found["word"])] if unit == "h" else 1.0


def _short(word: str) -> str:
    word = word.lower()
    return word[:2] if word[:2] in HOURS else word[0]


def _written(figure: Figure, notes: str, unit: str) -> str:
    if unit != "h":
        return unit
    found = TIME.match(notes, figure.end)
    return UNITS[_short(found["word"])] if found else unit


def stands_in(value: float, notes: str) -> bool:
    """Whether notes print a figure, whatever it is the figure of."""
    return any(figure.prints(value) for figure in figures_of(tidy(notes)))


def _stands_in(value: float, own: str, every: str, but: Figure) -> bool:
    """Whether notes print a column's figure anywhere, with whatever unit, except as the one in question."""
    return any(
        figure.prints(value) and figure.values != but.values for figure in (*figures_of(own), *figures_of(tidy(every)))
    )


def _is_slip(value: float, said: float, unit: str, figure: Figure) -> bool:
    ratio = value / said
    power = round(math.log10(ratio))
    digits = f"{figure.values[0]:.12g}".replace(".", "").strip("0")
    if power and abs(power) <= MOST_ZEROS and abs(ratio / 10.0**power - 1) <= NEAR and len(digits) >= LEAST_DIGITS:
        return True
    if unit == "h" and any(abs(each / times - 1) <= NEAR for times in TIME_SLIPS for each in (ratio, 1 / ratio)):
        return True
    return exchanged(f"{value:.12g}", f"{said:.12g}")
