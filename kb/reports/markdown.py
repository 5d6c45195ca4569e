"""The report as Markdown: the same page for a wiki, an issue or a mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.pipeline import Examination
from kb.reports import Heading
from kb.reports._page import Entry, page, words

MARKED = re.compile(r"([\\`*_{}\[\]<>#|~!])")
CODE = {"because", "explain"}


def render(examination: Examination, heading: Heading) -> str:
    """The whole report."""
    return "\n".join(lines(examination, heading)) + "\n"


def lines(examination: Examination, heading: Heading) -> Iterator[str]:
    """Every line, top to bottom."""
    told = page(examination, heading)
    yield f"# {plain(told.title)}"
    yield ""
    for work in told.works:
        yield f"- {plain(work.title)} ({plain(work.id)}){f', {plain(work.told)}' if work.told else ''}"
    yield from [""] if told.works else []
    yield plain(" · ".join(told.meta))
    yield ""
    yield " · ".join(f"**{number}** {words(verdict, number)}" for verdict, number in told.tally)
    for section in told.sections:
        yield ""
        yield f"## {section.title}"
        yield ""
        for entry in section.entries:
            yield from entry_lines(entry)
    yield from listed("What the verdicts mean", told.legend)
    yield from listed("What the ids mean", told.words.items())
    yield ""
    for line in told.foot(heading):
        yield f"*{plain(line)}*  "


def listed(title: str, meanings: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Words with what they mean, under a heading; nothing without any."""
    for number, (word, meaning) in enumerate(meanings):
        yield from ["", f"## {title}", ""] if not number else []
        yield f"- **{plain(word)}**: {plain(meaning)}"


def entry_lines(entry: Entry) -> Iterator[str]:
    """One entry as a list item, its blocks below it."""
    start = f"{entry.number}. " if entry.number is not None else "- "
    place = f" ({plain(' '.join(entry.place.split()))})" if entry.place else ""
    text = f"**{plain(entry.text)}**" if entry.finding else plain(entry.text)
    yield f"{start}{text}{place}"
    margin = " " * len(start)
    for block in entry.blocks:
        for text in block.texts:
            told = f"`{text.replace('`', chr(39))}`" if block.label in CODE else plain(text)
            yield f"{margin}- {block.label}: {told}"


def plain(text: str) -> str:
    """Text in which nothing is taken for a mark."""
    return MARKED.sub(r"\\\1", text)
