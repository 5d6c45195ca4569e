"""Knowledge bases of any size: half of the claims in articles, half in tables, consistent but for the errors put in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import articles, mistakes, rates, tables
from benchmarks.chips import Shop, shop
from benchmarks.drafts import Scene
from benchmarks.mistakes import Mistake
from benchmarks.names import Names
from kb.knowledge import Corpus, Knowledge, New, unit_name

GENERAL = {"rule", "method"}  # kinds of entity that are kept of what is shipped, besides "every model" and the like


@dataclass(frozen=True, slots=True)
class Generated:
    """A knowledge base, and what is wrong in it."""

    corpus: Corpus
    claims: int  # without the references
    mistakes: dict[str, Mistake]  # by claim
    unknown: int  # links to chips that nobody knows


def generate(size: int, seed: int = 0) -> Generated:
    """A knowledge base of about so many claims besides the references; the same for the same numbers."""
    dice = random.Random(f"{size} {seed}")
    names = Names(dice)
    chips = shop(dice, names, size)
    told = some_articles(dice, names, size // 2, chips)
    rows = some_rows(dice, names, size - count(told), chips)
    wanted = round(mistakes.SHARE * count([*told, *rows]))
    found = mistakes.seed(dice, told, wanted // 2)
    found += mistakes.seed(dice, rows, wanted - len(found))
    known = everything([*told, *rows], chips)
    links = [claim for claim in known.claims.values() if claim.attribute == "run.on"]
    unknown = sum(claim.value.text not in known.entities for claim in links)
    return Generated(as_corpus(known), count([*told, *rows]), {each.claim: each for each in found}, unknown)


def some_articles(dice: random.Random, names: Names, wanted: int, chips: Shop) -> list[Scene]:
    """Articles with at least so many claims."""
    scenes: list[Scene] = []
    claims = 0
    while claims < wanted:
        scenes.append(articles.scene(dice, names, len(scenes), chips))
        claims += count(scenes[-1:])
    return scenes


def some_rows(dice: random.Random, names: Names, wanted: int, chips: Shop) -> list[Scene]:
    """Rows of tables with at least so many claims."""
    scenes: list[Scene] = []
    bases: list[tables.Base] = []
    claims = 0
    while claims < wanted:
        scenes.append(tables.scene(dice, names, len(scenes), chips, bases))
        claims += count(scenes[-1:])
    return scenes


def count(scenes: Sequence[Scene]) -> int:
    """How many claims there are in some scenes."""
    return sum(len(work.drafts) for scene in scenes for work in scene.works)


def general() -> Knowledge:
    """The shipped vocabulary, definitions and rules of thumb; no chip, no model, nothing of any article."""
    known = rates.shipped()
    entities = {id_: e for id_, e in known.entities.items() if e.kind in GENERAL or id_.startswith("every ")}
    claims = {id_: c for id_, c in known.claims.items() if c.standing is not None and c.subject in entities}
    cited = {claim.source.cite for claim in claims.values()}
    sources = {id_: source for id_, source in known.sources.items() if id_ in cited}
    return Knowledge(known.vocabulary, known.unit_lines, entities, sources, claims)


def everything(scenes: Sequence[Scene], chips: Shop) -> Knowledge:
    """All of it together."""
    works = [work for scene in scenes for work in scene.works]
    return general().plus(
        sources=[chips.source, *(work.source for work in works)],
        entities=[*chips.entities, *(entity for scene in scenes for entity in scene.entities)],
        claims=[*chips.claims, *(claim for work in works for claim in work.claims())],
    )


def as_corpus(known: Knowledge) -> Corpus:
    """A knowledge base as if it had just been read from files."""
    new = New(
        units=tuple(unit_name(line) for line in known.unit_lines),
        kinds=tuple(known.vocabulary.kinds),
        keys=tuple(known.vocabulary.keys),
        attributes=tuple(known.attributes),
        sources=tuple(known.sources),
        entities=tuple(known.entities),
        claims=tuple(known.claims),
    )
    return Corpus(known, new)
