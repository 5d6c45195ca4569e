"""What the store keeps to be searched and to be asked: the index of words, and the views that docs/store.md names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from kb.lists import value_of
from kb.model import Claim, Entity, Source
from kb.search import CLAIM, ENTITY, FIELDS, MODULE, SEARCHED, SOURCE, row_of
from kb.searchaids import TOKENS
from kb.storeviews import VIEWS
from kb.wording import spaced

INDEX = f"CREATE VIRTUAL TABLE wording USING fts5({', '.join(FIELDS)}, {TOKENS})"
SORTS = {"claim": CLAIM, "entity": ENTITY, "source": SOURCE}


def remake(db: Connection) -> None:
    """The views, and an empty index, whatever there was; no index where this SQLite has no full text search."""
    for name, question in VIEWS.items():
        db.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
        db.exec_driver_sql(f"CREATE VIEW {name} AS {question}")
    if searchable(db):
        db.exec_driver_sql("DROP TABLE IF EXISTS wording")
        db.exec_driver_sql(INDEX)
        db.exec_driver_sql(f"INSERT INTO stamp VALUES ('{SEARCHED}', 'wording')")


def searchable(db: Connection) -> bool:
    """Whether this SQLite has full text search."""
    return bool(db.exec_driver_sql(MODULE).scalar())


def index(db: Connection, nouns: Mapping[str, Iterable[tuple[int, Any]]]) -> None:
    """Puts the words of claims, entities and sources into the index, in the place of what they said before.

    Without full text search the index is given up: what grows behind its back would be missing from it for good.
    """
    if not searchable(db):
        db.exec_driver_sql(f"DELETE FROM stamp WHERE name = '{SEARCHED}'")
        return
    rows = [(row_of(SORTS[part], number), *texts(noun)) for part in SORTS for number, noun in nouns[part]]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        db.exec_driver_sql(f"INSERT OR REPLACE INTO wording (rowid, {', '.join(FIELDS)}) VALUES ({marks})", rows)


def texts(noun: Claim | Entity | Source) -> tuple[str, ...]:
    """What each field of the index holds of a noun."""
    said: dict[str, str] = {}
    if isinstance(noun, Claim):
        said = {
            "statement": noun.statement,
            "value": value_of(noun),
            "note": noun.note or "",
            "holder": "; ".join(noun.holders),
        }
    elif isinstance(noun, Entity):
        names = dict.fromkeys((noun.id, *(name for names in noun.names.values() for name in names)))
        said = {"name": "; ".join(names)}
    else:
        said = {"title": noun.title}
    return tuple([spaced(said[field]) if field in said else "" for field in FIELDS])
