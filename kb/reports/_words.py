"""What a stranger needs to read a report: which works it is about, what its verdicts and its ids mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from kb.assumptions import listed
from kb.evidence import Evidence
from kb.model import Source, Verdict
from kb.pipeline import Examination

MOST_WORKS = 6  # described at the head of a report
LEGEND = {
    Verdict.HOLDS: "what follows from the other figures agrees with it, to the digits that are printed",
    Verdict.ROUNDING: "it agrees once every printed figure may be as far off as its rounding allows",
    Verdict.OFF: "what follows from the other figures is something else, whatever the rounding; "
    "arithmetic alone cannot say which of them is wrong",
    Verdict.IMPOSSIBLE: "it, or what follows from it, is beyond what a definition or a data sheet allows",
    Verdict.JOINT: "it fits alone, but a set of claims that it belongs to cannot all be true",
    Verdict.SUSPENDED: "it fails only through another claim that fails",
    Verdict.UNDETERMINED: "nothing that could be compared with it is strong enough to tell",
    Verdict.NOT_NUMERIC: "it states no figure; only what its words say is compared",
}
ALWAYS = (
    Verdict.HOLDS,
    Verdict.ROUNDING,
    Verdict.OFF,
    Verdict.IMPOSSIBLE,
    Verdict.UNDETERMINED,
    Verdict.NOT_NUMERIC,
)


class Work(NamedTuple):
    """A source that a report is about, in words."""

    id: str
    title: str
    told: str  # who publishes it, when, and what it retells


class Glossary:
    """What the ids mean that stand in the texts of a report: of attributes and of formulas."""

    def __init__(self, evidence: Evidence) -> None:
        meanings = {each.id: each.meaning for each in evidence.attributes}
        for plan in evidence.judged.bound.plans:
            meanings.setdefault(plan.derivation.name, plan.derivation.title)
        # a name of one plain word would be found where it is no name
        self.meanings = {name: meaning for name, meaning in meanings.items() if meaning and re.search(r"[._]", name)}
        longest = sorted(self.meanings, key=len, reverse=True)
        names = "|".join(map(re.escape, longest)) or r"(?!)"
        self.pattern = re.compile(rf"(?<![\w.-])(?:{names})(?![\w-]|\.\w)")

    def used(self, texts: Iterable[str]) -> Mapping[str, str]:
        """The ids that stand in some texts with their meanings, sorted."""
        found = {name for text in texts for name in self.pattern.findall(text)}
        return {name: self.meanings[name] for name in sorted(found)}

    def split(self, text: str) -> Iterator[tuple[str, str]]:
        """A text in pieces, each with its meaning if it is an id."""
        place = 0
        for found in self.pattern.finditer(text):
            yield text[place : found.start()], ""
            yield found[0], self.meanings[found[0]]
            place = found.end()
        yield text[place:], ""


def legend(tally: Iterable[Verdict]) -> tuple[tuple[str, str], ...]:
    """What the verdicts mean: those that readers always ask for, and those that occur."""
    wanted = {*ALWAYS, *tally}
    return tuple((verdict.value, meaning) for verdict, meaning in LEGEND.items() if verdict in wanted)


def works(examination: Examination, sources: Mapping[str, Source]) -> tuple[Work, ...]:
    """The sources whose claims are judged, in words; none if they are too many to be named."""
    claims = examination.columns.claims
    ids = [examination.columns.source_ids[number] for number in np.unique(claims.source[examination.ordinary])]
    if len(ids) > MOST_WORKS:
        return ()
    return tuple(Work(id_, sources[id_].title, _told(sources[id_], sources)) for id_ in ids if id_ in sources)


def _told(source: Source, sources: Mapping[str, Source]) -> str:
    """``published by Ann, 2031-05; retells "The town" (news) by Bo``."""
    by, when = listed(source.by), source.published or ""
    told = ", ".join(each for each in (f"by {by}" if by else "", when) if each)
    told = f"published {told}" if told else ""
    if source.retells is None:
        return told
    return "; ".join(each for each in (told, f"retells {_cited(source.retells, sources)}") if each)


def _cited(id_: str, sources: Mapping[str, Source]) -> str:
    """A source that another one retells."""
    source = sources.get(id_)
    if source is None:
        return id_
    told = f"“{source.title}” ({id_})"
    return " ".join(each for each in (told, f"by {listed(source.by)}" if source.by else "") if each)
