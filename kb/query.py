"""Questions in SQL to the views of the store: one that reads, within a time and a number of rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from kb.errors import KbError
from kb.kept import fresh, opened
from kb.storeplace import StoreUnavailable

Value: TypeAlias = str | int | float | None

READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
KEPT = frozenset({"verdictrow", "applicationrow", "inputrow", "findingrow", "findingclaimrow"})  # of an examination
STEPS = 10_000  # of SQLite's machine between two looks at the clock
LONGEST = 50_000_000  # bytes of one value
EXPECTED = "one statement that reads"
VIEWS_ARE = "see docs/store.md for the views and their columns"


class Wrong(KbError):
    """A question that SQLite does not answer."""

    exit_code = 2

    def __init__(self, found: str, remedy: str = VIEWS_ARE) -> None:
        super().__init__(f"{' '.join(found.split())}; expected {EXPECTED}; {remedy}")


class Stale(StoreUnavailable):
    """A question to what an examination found, while none is kept of what is stored now."""

    def __init__(self, path: Path) -> None:
        line = "one that can be written, so that they can be kept", "make it writable, or ask kb list or kb report"
        super().__init__(path, "has no verdicts and findings of what it holds now", *line)


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer."""

    columns: list[str]  # each once
    rows: list[list[Value]]
    more: bool  # whether there are rows beyond the limit


def ask(path: Path, question: str, most: int, seconds: float) -> Answer:
    """The first rows of what SQL answers; raises Wrong, and Stale before anything stale or missing is read."""
    with opened(path) as db:
        closed = frozenset[str]() if fresh(db) else KEPT  # the views see to the record, not to the code
        end = time.monotonic() + seconds
        asked = confine(db, end, closed)
        try:
            cursor = db.execute(question)
            if cursor.description is None:
                raise Wrong("a question that asks nothing")
            rows = cursor.fetchmany(most + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            if asked:
                raise Stale(path) from error
            raise wrong(error, end, seconds) from error
        columns = distinct([name for name, *_ in cursor.description])
        return Answer(columns, [[plain(value) for value in row] for row in rows[:most]], len(rows) > most)


def confine(db: sqlite3.Connection, end: float, closed: Collection[str]) -> list[str]:
    """Lets a connection only read, not for ever, and not from closed tables; gives those that it will have asked."""
    asked: list[str] = []

    def allowed(action: int, table: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_READ and table and table.casefold() in closed:
            asked.append(table)
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY

    db.execute("PRAGMA query_only = ON")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    db.set_authorizer(allowed)
    db.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    return asked


def wrong(error: Exception, end: float, seconds: float) -> Wrong:
    """What is wrong with a question, as SQLite says it."""
    name = str(getattr(error, "sqlite_errorname", ""))
    if name == "SQLITE_INTERRUPT" and time.monotonic() > end:
        return Wrong(f"no answer within {seconds:g} seconds", "ask for less, or give it more with --seconds")
    if name == "SQLITE_AUTH":
        return Wrong(f"{error}: a query only reads", VIEWS_ARE)
    return Wrong(str(error))


def distinct(names: list[str]) -> list[str]:
    """The names of columns, later ones of the same name with a number behind it."""
    found: list[str] = []
    for name in names:
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return found


def plain(value: object) -> Value:
    """A value as text or number; bytes as SQLite writes them."""
    return f"X'{value.hex()}'" if isinstance(value, bytes) else value  # type: ignore[return-value]
