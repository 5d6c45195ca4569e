"""Columns read from the derived tables; what no such table can hold is told, not handed to the engine."""

from __future__ import annotations

from contextlib import closing
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from kb import storehistory
from kb.columns import (
    FIRMNESSES,
    KINDS,
    MODES,
    STANDINGS,
    ClaimColumns,
    Columns,
    EntityColumns,
    LinkColumns,
    RowColumns,
)
from kb.derived import BITS, VOCABULARY
from kb.rowtable import NONE
from kb.storehistory import answers
from kb.storeplace import Unsound
from kb.vocabulary import Vocabulary

CLAIM = tuple(field.name for field in fields(ClaimColumns))
FIGURES = ("lo", "hi", "below", "above")
DAYS = date.max.toordinal() + 1
LEAST_BITS = 3  # of a reading: first, open, silent; then a mask for each key


def columns(db: Connection) -> Columns:
    """Everything the engine sees; raises Unsound."""
    vocabulary = storehistory.knowledge(db, VOCABULARY).vocabulary
    found = Columns(
        vocabulary=vocabulary,
        entity_ids=names(db, "entity"),
        source_ids=names(db, "source"),
        retells=retells(db),
        claims=claim_columns(db, vocabulary),
        rows=row_columns(db, len(vocabulary.keys)),
        entities=entity_columns(db, vocabulary),
        links=link_columns(db, vocabulary),
    )
    for part in ("entity", "source", "claim"):
        counted(db, part)
    within(found)
    return found


# ------------------------------------------------------------------------------------------------ soundness


def counted(db: Connection, part: str) -> None:
    """Sees that there is one row for each record of a part, numbered from 0 without a gap; raises Unsound."""
    question = "SELECT count(*), coalesce(max(number), -1) + 1, coalesce(min(number), 0) FROM"
    [known] = answers(db, f"{question} latest WHERE part = ?", (part,))
    [found] = answers(db, f"{question} {part}row")
    if not known == found == (known[0], known[0], 0):
        raise Unsound(f"table {part}row does not have one row for each {part}")


def within(found: Columns) -> None:
    """Sees that every number is one of a thing that there is; raises Unsound."""
    claims, rows, links = found.claims, found.rows, found.links
    entities, sources = len(found.entity_ids), len(found.source_ids)
    limits = [
        ("attribute", claims.attribute, 0, len(found.vocabulary.attributes)),
        ("subject", claims.subject, 0, entities),
        ("source", claims.source, 0, sources),
        ("than", claims.than, NONE, entities),
        ("kind", claims.kind, 0, len(KINDS)),
        ("standing", claims.standing, NONE, len(STANDINGS)),
        ("mode", claims.mode, 0, len(MODES)),
        ("firmness", claims.firmness, 0, len(FIRMNESSES)),
        ("day", claims.begins, NONE, DAYS),
        ("day", claims.ends, NONE, DAYS),
        ("target", claims.target, NONE, entities),
        ("reading", rows.claim, 0, len(claims.kind)),
        ("link", links.start, 0, entities),
        ("retold source", found.retells, NONE, sources),
    ]
    for what, values, least, end in limits:
        if len(values) and not (least <= values.min() and values.max() < end):
            raise Unsound(f"a {what} has a number of nothing")
    if not (rows.lo <= rows.hi).all():
        raise Unsound("a reading ends before it begins")


# ------------------------------------------------------------------------------------------------ one table each


def table(db: Connection, question: str, fields: list[tuple[str, str]]) -> NDArray[Any]:
    """The answer as an array of records, straight from the driver."""
    answer: Any = db.exec_driver_sql(question).cursor
    with closing(answer):  # one left open where it fails would go on reading the state that failed
        return np.fromiter(answer, np.dtype(fields))


def names(db: Connection, part: str) -> list[str]:
    """The ids of a part, by number."""
    question = "SELECT name FROM latest WHERE part = ? ORDER BY number"
    return [name for (name,) in answers(db, question, (part,))]


def retells(db: Connection) -> NDArray[np.int32]:
    """For each source the one that it retells, or -1."""
    question = (
        "SELECT coalesce(latest.number, -1) FROM sourcerow "
        "LEFT JOIN latest ON latest.part = 'source' AND latest.name = retells ORDER BY sourcerow.number"
    )
    return np.array([number for (number,) in answers(db, question)], np.int32)


def claim_columns(db: Connection, vocabulary: Vocabulary) -> ClaimColumns:
    """The integers of every claim; attributes as the vocabulary numbers them, holders by first appearance."""
    words = [text for (text,) in answers(db, "SELECT text FROM word ORDER BY number")]
    attribute = np.array([vocabulary.attribute_order.get(word, -1) for word in words], np.int32)
    found = table(db, f"SELECT {', '.join(CLAIM)} FROM claimrow ORDER BY number", [(name, "i4") for name in CLAIM])
    columns = {name: np.ascontiguousarray(found[name]) for name in CLAIM}
    columns["attribute"] = attribute[columns["attribute"]]
    columns["holder"] = by_appearance(columns["holder"])
    return ClaimColumns(**columns)


def by_appearance(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """The same values numbered from 0 as they first appear."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return rank[inverse]


def row_columns(db: Connection, keys: int) -> RowColumns:
    """Every reading."""
    width = (LEAST_BITS + keys) * BITS.itemsize
    found = table(
        db,
        f"SELECT claim, {', '.join(FIGURES)}, CASE length(bits) WHEN {width} THEN bits END FROM readingrow "
        "ORDER BY claim, position",  # a blob of another length would be cut or filled up
        [("claim", "i4"), *((name, "f8") for name in FIGURES), ("bits", f"V{width}")],
    )
    bits = np.ascontiguousarray(found["bits"]).view(BITS).astype(np.uint32).reshape(len(found), LEAST_BITS + keys)
    first, opened, silent = (np.ascontiguousarray(bits[:, column]) for column in range(LEAST_BITS))
    figures = {name: np.ascontiguousarray(found[name]) for name in FIGURES}
    return RowColumns(
        claim=np.ascontiguousarray(found["claim"]),
        first=first,
        open=opened,
        silent=silent,
        masks=np.ascontiguousarray(bits[:, LEAST_BITS:]),
        **figures,
    )


def entity_columns(db: Connection, vocabulary: Vocabulary) -> EntityColumns:
    """Kinds and own keys."""
    found = answers(db, "SELECT kind, own FROM entityrow ORDER BY number")
    own = np.frombuffer(b"".join(masks for _, masks in found), BITS).astype(np.uint32)
    kinds = np.array([vocabulary.kind_order[kind] for kind, _ in found], np.int32)
    return EntityColumns(kinds, own.reshape(len(found), len(vocabulary.keys)))


def link_columns(db: Connection, vocabulary: Vocabulary) -> LinkColumns:
    """The links that entities have by definition, to entities that there are."""
    question = (
        "SELECT linkrow.name, entity, latest.number FROM linkrow "
        "JOIN latest ON latest.part = 'entity' AND latest.name = target ORDER BY entity, position"
    )
    order = vocabulary.attribute_order
    found = [(order[name], start, end) for name, start, end in answers(db, question) if name in order]
    return LinkColumns(*np.array(found, np.int32).reshape(-1, 3).T.copy())
