"""The knowledge base as columns: what the engine computes on. Objects are made for findings only.

Entities, attributes, keys, sources and holders are integers; scopes are bits; a claim has one row for each reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.dates import ordinals
from kb.model import Claim, Entity, Firmness, Mode, Source, Standing, ValueKind
from kb.readings import ALL, Readings, Row
from kb.units import Units
from kb.vocabulary import Vocabulary

Ints = NDArray[np.integer[Any]]
Bits = NDArray[np.uint32]
Floats = NDArray[np.float64]

KINDS = list(ValueKind)
STANDINGS = list(Standing)
MODES = list(Mode)
FIRMNESSES = list(Firmness)  # the weakest first
NOBODY = -1


@dataclass(frozen=True, slots=True)
class ClaimColumns:
    """One entry for each claim, by claim number."""

    attribute: Ints
    subject: Ints
    source: Ints
    holder: Ints  # the innermost one, interned
    than: Ints  # -1 when the value is not a factor
    kind: Ints  # index into KINDS
    standing: Ints  # index into STANDINGS, -1 for an ordinary claim
    mode: Ints  # index into MODES
    firmness: Ints  # index into FIRMNESSES
    begins: Ints  # for a calendar date: its first day, counted from the year 1; -1 for a relative one
    ends: Ints  # and its last day
    target: Ints  # for a link: the entity it names, -1 when unknown


@dataclass(frozen=True, slots=True)
class RowColumns:
    """One entry for each reading of each quantity, by claim number."""

    claim: Ints
    lo: Floats
    hi: Floats
    below: Floats
    above: Floats
    first: Bits
    open: Bits
    silent: Bits
    masks: Bits  # shape (rows, keys)


@dataclass(frozen=True, slots=True)
class EntityColumns:
    """One entry for each entity."""

    kind: Ints
    own: Bits  # shape (entities, keys): the bits of its own keys, everything elsewhere


@dataclass(frozen=True, slots=True)
class LinkColumns:
    """Links that entities have by definition; links that sources claim are claims."""

    name: Ints  # attribute number of the link
    start: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class Columns:
    """Everything the engine sees."""

    vocabulary: Vocabulary
    entity_ids: Sequence[str]
    source_ids: Sequence[str]
    retells: Ints  # for each source, the source it retells or -1
    claims: ClaimColumns
    rows: RowColumns
    entities: EntityColumns
    links: LinkColumns

    def entity(self, name: str) -> int:
        """The number of an entity, -1 when there is none of that name."""
        try:
            return self.entity_ids.index(name)
        except ValueError:
            return -1


def columns(
    vocabulary: Vocabulary, units: Units, entities: Iterable[Entity], sources: Iterable[Source], claims: Sequence[Claim]
) -> Columns:
    """Columns of objects in memory; claim numbers are positions in `claims`. The store has the same in its tables."""
    things, works = list(entities), list(sources)
    number = {entity.id: i for i, entity in enumerate(things)}
    work = {source.id: i for i, source in enumerate(works)}
    holder: dict[str, int] = {}
    per_claim = [claim_record(claim, vocabulary, number, work, holder) for claim in claims]
    readings = Readings(vocabulary, lambda: units)
    per_row = [(i, row) for i, claim in enumerate(claims) for row in readings.rows(claim)]
    return Columns(
        vocabulary=vocabulary,
        entity_ids=[entity.id for entity in things],
        source_ids=[source.id for source in works],
        retells=np.array([work.get(source.retells or "", -1) for source in works], np.int32),
        claims=ClaimColumns(*np.array(per_claim, np.int32).reshape(-1, len(fields(ClaimColumns))).T.copy()),
        rows=row_columns(per_row, len(vocabulary.keys)),
        entities=entity_columns(things, vocabulary),
        links=link_columns(things, vocabulary, number),
    )


def claim_record(
    claim: Claim,
    vocabulary: Vocabulary,
    entities: Mapping[str, int],
    sources: Mapping[str, int],
    holders: dict[str, int],
) -> tuple[int, ...]:
    """The entry of one claim, in the order of ClaimColumns; new holders are numbered as they come."""
    days = ordinals(claim.value.text) if claim.value.kind is ValueKind.DATE else None
    return (
        vocabulary.attribute_order[claim.attribute],
        entities[claim.subject],
        sources[claim.source.cite],
        holders.setdefault(claim.holders[-1], len(holders)),
        entities[claim.than] if claim.than is not None else -1,
        KINDS.index(claim.value.kind),
        STANDINGS.index(claim.standing) if claim.standing is not None else -1,
        MODES.index(claim.mode),
        FIRMNESSES.index(claim.firmness),
        *(days or (-1, -1)),
        entities.get(claim.value.text, -1) if claim.value.kind is ValueKind.LINK else -1,
    )


def row_columns(numbered: Sequence[tuple[int, Row]], keys: int) -> RowColumns:
    """The columns of some rows, each with its claim's number."""
    table: Any = list(zip(*((claim, *row[1:]) for claim, row in numbered), strict=True)) or [()] * 8
    claim, lo, hi, below, above, first, open_, silent = table
    return RowColumns(
        claim=np.array(claim, np.int32),
        lo=np.array(lo, np.float64),
        hi=np.array(hi, np.float64),
        below=np.array(below, np.float64),
        above=np.array(above, np.float64),
        first=np.array(first, np.uint32),
        open=np.array(open_, np.uint32),
        silent=np.array(silent, np.uint32),
        masks=np.array([row.masks for _, row in numbered], np.uint32).reshape(len(numbered), keys),
    )


def entity_columns(entities: Sequence[Entity], vocabulary: Vocabulary) -> EntityColumns:
    """Kinds and own keys."""
    own = np.full((len(entities), len(vocabulary.keys)), ALL, np.uint32)
    for i, entity in enumerate(entities):
        for key, value in entity.own.items():
            own[i, vocabulary.key_order[key]] = vocabulary.keys[key].mask([value])
    return EntityColumns(np.array([vocabulary.kind_order[e.kind] for e in entities], np.int32), own)


def link_columns(entities: Sequence[Entity], vocabulary: Vocabulary, number: Mapping[str, int]) -> LinkColumns:
    """The defining links of the entities; a link to an unknown entity is left out (the corpus reports it)."""
    found = [
        (vocabulary.attribute_order[f"{entity.kind}.{name}"], number[entity.id], number[target])
        for entity in entities
        for name, target in entity.links.items()
        if target in number
    ]
    return LinkColumns(*np.array(found, np.int32).reshape(-1, 3).T.copy())


def things(columns: Columns) -> Ints:
    """For each entity what it is about in the end: of a run, what it is a run of."""
    order = columns.vocabulary.attribute_order
    found: Ints = np.arange(len(columns.entity_ids))
    for kind in columns.vocabulary.kinds.values():
        number = order.get(f"{kind.id}.{kind.named.link}") if kind.named is not None else None
        if number is not None:
            mine = columns.links.name == number
            found[columns.links.start[mine]] = columns.links.end[mine]
    return found
