"""The report as one HTML file that needs no other: for a browser in any light, a phone, paper, a screen reader."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from kb.model import Bar
from kb.pipeline import Examination
from kb.reports import Heading
from kb.reports._page import Section, page, words
from kb.reports._plots import plot

FOLDED = {"because": "arithmetic", "assuming": "what this takes for granted"}
KINDS = {"IMPOSSIBLE": "impossible", "CANNOT BE AS WRITTEN": "wrong", "CONFLICTS": "conflicts", "HOLDS": "holds"}


def render(examination: Examination, heading: Heading) -> str:
    """The whole report as one file."""
    return template().render(
        page=page(examination, heading),
        foot=heading.foot(),
        folded=FOLDED,
        kind=kind,
        slug=slug,
        words=words,
        plot=drawing,
    )


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
