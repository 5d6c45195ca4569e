"""Dates as sources give them: a day, a month, a year, or so long before or after the source came out.

>>> span("2031-05"), span("3 day before publication", "2031-05-10")
((datetime.date(2031, 5, 1), datetime.date(2031, 5, 31)), (datetime.date(2031, 5, 7), datetime.date(2031, 5, 7)))
>>> span("1 month before publication", "2031-05-10")
(datetime.date(2031, 4, 1), datetime.date(2031, 4, 30))
>>> span("1 day before publication") is None
True
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TypeAlias

Span: TypeAlias = tuple[date, date]  # first and last day

ISO = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
RELATIVE = re.compile(r"(\d{1,4}) (day|week|month|year)s? (before|after) publication")


def is_date(text: str) -> bool:
    """Whether a text is a date, or so long before or after the publication of its source."""
    if RELATIVE.fullmatch(text):
        return True
    try:
        return _calendar(text) is not None
    except ValueError:  # the 30th of February
        return False


def is_relative(text: str) -> bool:
    """Whether a date hangs on that of its source."""
    return RELATIVE.fullmatch(text) is not None


def span(text: str, published: str | None = None) -> Span | None:
    """The first and the last day that a date can mean; None for a relative one whose source is undated.

    "a month before" is any day of the month before: whoever says so seldom counts days.
    """
    relative = RELATIVE.fullmatch(text)
    if relative is None:
        return _calendar(text)
    anchor = _calendar(published) if published else None
    if anchor is None:
        return None
    count = int(relative[1]) * (-1 if relative[3] == "before" else 1)
    first, last = (_moved(day, count, relative[2]) for day in anchor)
    return first[0], last[1]


def ordinals(text: str, published: str | None = None) -> tuple[int, int] | None:
    """The first and the last day as numbers, day 1 being the first of the year 1; None as for :func:`span`."""
    found = span(text, published)
    return (found[0].toordinal(), found[1].toordinal()) if found else None


def _calendar(text: str) -> Span | None:
    found = ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day = int(found[1]), found[2], found[3]
    if day:
        return (exact := date(year, int(month), int(day))), exact
    return _month(year, int(month)) if month else (date(year, 1, 1), date(year, 12, 31))


def _month(year: int, month: int) -> Span:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def _moved(day: date, count: int, unit: str) -> Span:
    """The days that are so many units away from a day."""
    if unit == "day":
        moved = day + timedelta(days=count)
        return moved, moved
    if unit == "week":
        middle = day + timedelta(weeks=count)
        return middle - timedelta(days=3), middle + timedelta(days=3)
    if unit == "year":
        return date(day.year + count, 1, 1), date(day.year + count, 12, 31)
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return _month(year, month + 1)
