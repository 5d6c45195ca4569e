"""The report for a terminal: the page as text of the width asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from functools import partial

from kb.pipeline import Examination
from kb.reports import Heading
from kb.reports._page import Entry, page, words

WRAP = partial(textwrap.wrap, break_long_words=False, break_on_hyphens=False)
LABEL = 14
MARGIN = " " * 5
LEAST_ROOM = 40  # beside a place; with less of it the place stands below


def render(examination: Examination, heading: Heading) -> str:
    """The whole report as text, no wider than the heading says."""
    return "\n".join(lines(examination, heading)) + "\n"


def lines(examination: Examination, heading: Heading) -> Iterator[str]:
    """Every line, top to bottom."""
    told, width = page(examination, heading), heading.width
    yield from fold(" · ".join(told.head), width, "", "  ")
    yield ""
    tally = "   ".join(f"{number} {words(verdict, number)}" for verdict, number in told.tally)
    yield from fold(tally, width, "  ", "  ")
    for section in told.sections:
        yield ""
        yield section.title
        for entry in section.entries:
            yield from entry_lines(entry, width)
    if heading.verified is not None:
        yield ""
        yield from fold(str(heading.verified), width, "", "  ")


def entry_lines(entry: Entry, width: int) -> Iterator[str]:
    """One entry: its text, with its place at the right edge, and its blocks."""
    start = f"{entry.number:3}  " if entry.number is not None else MARGIN
    room = width - len(entry.place) - 2
    if entry.place and room >= LEAST_ROOM:
        first, *others = textwrap.wrap(start + entry.text, room, subsequent_indent=MARGIN)
        yield f"{first:<{room}}  {entry.place}"
        yield from others
    else:
        rest = MARGIN if entry.number is not None else f"{MARGIN}  "
        yield from fold(entry.text, width, start, rest)
        yield from fold(entry.place, width, MARGIN, MARGIN) if entry.place else ()
    for block in entry.blocks:
        label = block.label
        for text in block.texts:
            yield from fold(text, width, f"{MARGIN}{label:<{LABEL - 1}} ", " " * (len(MARGIN) + LABEL))
            label = ""


def fold(text: str, width: int, first: str, rest: str) -> list[str]:
    """Text in lines no wider than the page."""
    return WRAP(text, width, initial_indent=first, subsequent_indent=rest) or [""]
