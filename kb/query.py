"""Questions in SQL to the views of the store: one that reads, within a time and a number of rows."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from kb.errors import KbError
from kb.kept import fresh, opened
from kb.storeviews import JUDGED

Value: TypeAlias = str | int | float | None

READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
STEPS = 10_000  # of SQLite's machine between two looks at the clock
LONGEST = 50_000_000  # bytes of one value
EXPECTED = "one statement that reads"
VIEWS_ARE = "see docs/store.md for the views and their columns"


class Wrong(KbError):
    """A question that SQLite does not answer."""

    exit_code = 2

    def __init__(self, found: str, remedy: str = VIEWS_ARE) -> None:
        super().__init__(f"{' '.join(found.split())}; expected {EXPECTED}; {remedy}")


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer."""

    columns: list[str]  # each once
    rows: list[list[Value]]
    more: bool  # whether there are rows beyond the limit
    judged: bool  # whether what an examination found is kept, and fresh


def ask(path: Path, question: str, most: int, seconds: float) -> Answer:
    """The first rows of what SQL answers; raises Wrong."""
    with opened(path) as db:
        judged = fresh(db)
        if not judged:  # the views see to the record, not to the code
            for view in JUDGED:
                db.execute(f"CREATE TEMP VIEW {view} AS SELECT * FROM main.{view} WHERE 0")
        end = time.monotonic() + seconds
        confine(db, end)
        try:
            cursor = db.execute(question)
            if cursor.description is None:
                raise Wrong("a question that asks nothing")
            rows = cursor.fetchmany(most + 1)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise wrong(error, end, seconds) from error
        columns = distinct([name for name, *_ in cursor.description])
        return Answer(columns, [[plain(value) for value in row] for row in rows[:most]], len(rows) > most, judged)


def confine(db: sqlite3.Connection, end: float) -> None:
    """Lets a connection only read, and that not for ever."""
    db.execute("PRAGMA query_only = ON")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    db.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY)
    db.set_progress_handler(lambda: time.monotonic() > end, STEPS)


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
