"""What a report is limited to: a source, an entity with whatever is of it; and the examination of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from shlex import quote

import numpy as np

from kb.columns import Columns, Ints
from kb.errors import NotFound
from kb.filters import with_theirs
from kb.model import Source
from kb.pipeline import Examination

MOST_NAMED = 12  # of one kind


@dataclass(frozen=True)
class Limit:
    """What a report is limited to; nothing where it tells everything."""

    source: str = ""
    subject: str = ""  # as it was asked for
    entities: tuple[str, ...] = ()  # which that names
    theirs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what is of them, by its kind

    def __bool__(self) -> bool:
        return bool(self.source or self.subject)

    def __str__(self) -> str:
        things = [*self.entities, *(f"its {kind}s {_listed(names)}" for kind, names in self.theirs.items())]
        source = f"the source {self.source}" if self.source else ""
        return f"limited to {', in '.join(part for part in (' and '.join(things), source) if part)}"

    @property
    def options(self) -> str:
        """The same limit as the options of a command."""
        named = (("source", self.source), ("subject", self.subject))
        return "".join(f" --{name} {quote(value)}" for name, value in named if value)


NOTHING = Limit()


def limited(examination: Examination, source: str, subject: str) -> tuple[Examination, Limit]:
    """The examination limited to a source or to an entity, as far as one is named; raises NotFound."""
    columns, limit = examination.columns, Limit(source)
    only = np.ones(len(columns.claims.kind), bool)
    if source:
        if source not in columns.source_ids:
            raise NotFound("source", source, columns.source_ids, "kb source")
        only &= columns.claims.source == columns.source_ids.index(source)
    if subject:
        found = [subject] if subject in columns.entity_ids else examination.evidence.find(subject)
        named = [columns.entity_ids.index(name) for name in found]
        if not named:
            raise NotFound("entity", subject, columns.entity_ids, "kb entities")
        meant = with_theirs(named, zip(*belonging(columns), strict=True))
        only &= np.isin(columns.claims.subject, meant)
        limit = Limit(source, subject, tuple(found), by_kind(columns, meant[len(named) :]))
    return (examination.limited(only), limit) if limit else (examination, limit)


def belonging(columns: Columns) -> tuple[list[int], list[int]]:
    """The entities that are of another one by a link that identifies them, and which those are."""
    order, kinds = columns.vocabulary.attribute_order, columns.vocabulary.kinds.values()
    names = [order[f"{kind.id}.{link}"] for kind in kinds for link in kind.identifying]
    mine = np.isin(columns.links.name, names) & (columns.links.end >= 0)
    return columns.links.start[mine].tolist(), columns.links.end[mine].tolist()


def by_kind(columns: Columns, entities: Iterable[int]) -> dict[str, tuple[str, ...]]:
    """The names of entities by their kinds."""
    kinds, found = list(columns.vocabulary.kinds), dict[str, tuple[str, ...]]()
    for entity in entities:
        kind = kinds[int(columns.entities.kind[entity])]
        found[kind] = (*found.get(kind, ()), columns.entity_ids[entity])
    return found


def shown(examination: Examination) -> list[str]:
    """The sources that a report is of: those of judged claims, or of references where it is about nothing else."""
    mine: Ints = np.unique(examination.columns.claims.source[examination.ordinary])
    if not len(mine) and examination.only is not None:
        mine = np.unique(examination.columns.claims.source[examination.only])
    return [examination.columns.source_ids[source] for source in mine.tolist()]


def cited(examination: Examination, sources: Mapping[str, Source]) -> dict[str, Source]:
    """What a report says of its sources: all that are known, or those that it is limited to and what they retell."""
    if examination.only is None:
        return dict(sources)
    names = dict.fromkeys(shown(examination))
    names |= dict.fromkeys(sources[name].retells or name for name in names if name in sources)
    return {name: sources[name] for name in names if name in sources}


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
