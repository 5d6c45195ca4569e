"""The report as one HTML file that needs no other: for a browser in any light, a phone, paper, a screen reader."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from kb.model import Bar
from kb.pipeline import Examination
from kb.reports import Heading
from kb.reports._page import Section, page, words
from kb.reports._plots import plot
from kb.reports._words import Glossary

FOLDED = {"because": "arithmetic", "assuming": "what this takes for granted"}
KINDS = {
    "IMPOSSIBLE": "impossible",
    "CANNOT BE AS WRITTEN": "wrong",
    "CANNOT ALL BE TRUE": "wrong",
    "CONFLICTS": "conflicts",
    "HOLDS": "holds",
}


def render(examination: Examination, heading: Heading) -> str:
    """The whole report as one file."""
    told = page(examination, heading)
    return template().render(
        page=told,
        works=told.works,
        glossed=Glossed(told.glossary).text,
        foot=told.foot(heading),
        folded=FOLDED,
        kind=kind,
        slug=slug,
        words=words,
        plot=drawing,
    )


class Glossed:
    """Texts in which ids have their meanings: the first mention leads to the glossary, the others only tell it."""

    def __init__(self, glossary: Glossary) -> None:
        self.glossary = glossary
        self.seen: set[str] = set()

    def text(self, text: str) -> Markup:
        """A text with its ids marked; all that is put into it is escaped."""
        return Markup("").join(self.piece(*each) for each in self.glossary.split(text))

    def piece(self, text: str, meaning: str) -> Markup:
        """A part of a text: an id with its meaning, or words."""
        if not meaning:
            return escape(text)
        if text in self.seen:
            return Markup('<abbr title="{}">{}</abbr>').format(meaning, text)
        self.seen.add(text)
        return Markup('<a class="word" href="#word-{}" title="{}">{}</a>').format(text, meaning, text)


@cache
def template() -> jinja2.Template:
    """The page's template; whatever is put into it is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    return environment.from_string((Path(__file__).parent / "page.html.jinja").read_text(encoding="utf-8"))


def kind(section: Section) -> str:
    """What a section is marked as, for its colour."""
    return "off" if section.title.startswith("OFF BY ") else KINDS.get(section.title, "plain")


def slug(number: int) -> str:
    """The anchor of a section."""
    return f"section-{number}"


def drawing(bars: tuple[Bar, ...]) -> Markup:
    """The intervals of an entry, drawn: made of figures and escaped labels only."""
    return Markup(plot(bars))
