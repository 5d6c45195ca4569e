"""What the notes of a row tell of how its figures came about: roughly, as a peak, or by way of other figures.

A figure that its own notes call rough is not held against another to its last digit, and one that they worked with
another value of is not held against the result.
"""

from __future__ import annotations

import re

from kb.importers._notes import NEAR, Figure, figures_of, size, tidy

SHARE_NEAR = 0.1  # two prints of one utilization: 0.4107 and "41-42%"
SAME_THING = 3.0  # factor up to which two totals are estimates of the same thing

BEFORE = 24  # characters in front of a figure that say how it is meant

ROUGHLY = re.compile(
    r"(?:[~≈∼≃]=?|\b(?:about|around|approximately|approx\.?|roughly|circa|nearly|almost|estimated))\s*$", re.IGNORECASE
)
AT_MOST = re.compile(r"\b(?:up\s+to|at\s+most|no\s+more\s+than|a\s+maximum\s+of|peak\s+of)\s*~?$", re.IGNORECASE)
DEVICE = re.compile(
    r"\s*[x×]?\s*(?:[A-Z][\w-]*\s+){0,3}?"
    r"(?:[GTN]PUs?\b|TPU\s?v?\d\w*|(?:[ABHKPV]|RTX |GTX )\d{2,4}\w*|Ascend"
    r"|(?:chip|accelerator|device|card)s?\b)"
)
FOR_A_TIME = re.compile(r"(?:\s\w{1,30}){0,3}?\sfor\s(?:~|about\s)?\s*\d")
TOTAL_BEFORE = re.compile(r"[=≈]\s*~?\s*$")
TOTAL_BEHIND = re.compile(r"\s?FLOPs?\b(?!\s?/\s?s|\sper\b)")  # FLOPS is a rate
UTILIZATION = r"(?:utili[sz]ation|MFU|HFU)\b"
PERCENT, FRACTION = r"(?<![\d.])(\d{1,3}(?:\.\d{1,9})?)(?:-[\d.]{1,9})?\s?%", r"(?<![\d.])(0?\.\d{1,9})"
WORDS_ON, WORDS_BACK = r"\s\(?(?:[\w/-]{1,30}\s){0,3}?", r"\)?(?:,?\s[\w-]{1,30}){0,7}?[\s=:~]{1,3}"
SHARES = [  # with what makes a share of the figure
    (re.compile(pattern, re.IGNORECASE), of)
    for figure, of in ((PERCENT, 100), (FRACTION, 1))
    for pattern in (figure + WORDS_ON + UTILIZATION, UTILIZATION + WORDS_BACK + figure)
]
STARTED_FROM = re.compile(
    r"\binitiali[sz]ed\s(?:from|with)\b|\bpruned\s(?:version|from)\b|\bdistill|\bwarm[- ]start"
    r"|\bfine-?tun\w{1,4}\sfrom\b|\bcontinued?\s(?:pre-?)?training\s(?:of|from)\b",
    re.IGNORECASE,
)
HARDWARE_SHARE = re.compile(r"\bHFU\b|\bhardware\s+FLOPs?(?:/s)?\s+utili[sz]ation\b", re.IGNORECASE)
MODEL_SHARE = re.compile(r"\bMFU\b|\bmodel[\s-]FLOPs?(?:/s)?[\s-]utili[sz]ation\b", re.IGNORECASE)


def is_rough(cell: str, notes: str, spans: tuple[float, ...] = (1.0,)) -> bool:
    """Whether notes print the figure of a cell with a word like "about"; `spans` are units of the notes in the cell's.

    >>> is_rough("1270.0", "trained for ~53 days", (1.0, 24.0)), is_rough("1270.0", "trained for 1270 hours")
    (True, False)
    """
    notes, value = tidy(notes), size(cell)
    return any(
        any(figure.prints(value, span) for span in spans) and ROUGHLY.search(before(figure, notes))
        for figure in figures_of(notes)
    )


def is_one_of_several(cell: str, notes: str) -> bool:
    """Whether notes arrive at other totals too, near enough to be estimates of the same thing.

    >>> is_one_of_several("1.2e23", "20B * 1T * 6 = 1.2e23. By hardware: 5e8 s * 2.26e14 = 1.13e23")
    True
    """
    notes, value = tidy(notes), size(cell)
    return value != 0 and any(
        1 / SAME_THING <= figure.values[0] / value <= SAME_THING and not figure.prints(value)
        for figure in figures_of(notes)
        if is_total(figure, notes)
    )


def is_peak(cell: str, notes: str) -> bool:
    """Whether notes say that so many devices were the most at any time: "up to", or fewer of them for another while.

    >>> is_peak("16384.0", "used up to 16K H100 GPUs"), is_peak("64", "64 TPUv4 for 12 hours + 32 TPUv4 for 8 hours")
    (True, True)
    >>> is_peak("128.0", "128 A100s for 30 days")
    False
    """
    notes, value = tidy(notes), size(cell)
    counts = [figure for figure in figures_of(notes) if DEVICE.match(notes, figure.end)]
    own = [figure for figure in counts if figure.prints(value)]
    if any(AT_MOST.search(before(figure, notes)) for figure in own):
        return True
    timed = [figure for figure in counts if takes_a_time(figure, notes)]
    return any(figure.prints(value) for figure in timed) and any(
        figure.values[0] < value * (1 - NEAR) for figure in timed
    )


def other_share(cell: str, notes: str) -> float | None:
    """The utilization that notes work with when it is not that of the cell; None when it is, or when they name none.

    >>> other_share("0.5", "96 chips * 2e14 FLOP/s * 1e6 s * 0.3 (utilization assumption)")
    0.3
    >>> other_share("0.4107", "MFU was 41-42%")
    """
    notes, value = tidy(notes), size(cell)
    shares = [float(found) / of for pattern, of in SHARES for found in pattern.findall(notes)]
    same = [share for share in shares if value and abs(share / value - 1) <= SHARE_NEAR]
    return shares[0] if shares and not same else None


def other_total(cell: str, notes: str) -> float | None:
    """The number of operations that notes work with when it is not that of the cell; None when it is, or without one.

    >>> other_total("3e22", "4e22 FLOP at 40% utilization on 512 chips of 1e14 FLOP/s -> 543 hours")
    4e+22
    """
    notes, value = tidy(notes), size(cell)
    totals = [figure for figure in figures_of(notes) if TOTAL_BEHIND.match(notes, figure.end)]
    return totals[0].values[0] if totals and not any(figure.prints(value) for figure in totals) else None


def is_of_hardware(notes: str) -> bool:
    """Whether notes speak of hardware utilization, which counts recomputed work, and not of that of the model."""
    return bool(HARDWARE_SHARE.search(notes)) and not MODEL_SHARE.search(notes)


def before(figure: Figure, notes: str) -> str:
    """The few characters in front of a figure."""
    return notes[max(0, figure.start - BEFORE) : figure.start]


def has_base(notes: str) -> bool:
    """Whether notes on compute speak of another model that this one started from."""
    return bool(STARTED_FROM.search(tidy(notes)))


def is_total(figure: Figure, notes: str) -> bool:
    """Whether a figure stands as a result, or as so many operations."""
    return bool(TOTAL_BEFORE.search(before(figure, notes)) or TOTAL_BEHIND.match(notes, figure.end))


def takes_a_time(figure: Figure, notes: str) -> bool:
    """Whether so many devices are said to have worked for some time."""
    devices = DEVICE.match(notes, figure.end)
    return devices is not None and FOR_A_TIME.match(notes, devices.end()) is not None
