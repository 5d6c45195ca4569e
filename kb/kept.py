"""What the last examination left in the store, for commands that need no more than that.

It is read by the driver alone: the engine and the rest of the store take longer to import than this to answer. Whatever
is not as it should be is no error here but nothing kept; the examination that follows finds out what it is.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from kb.filters import EVERYTHING, Choice, condition
from kb.fingerprints import deriving, judging
from kb.knowledge import collector_paused
from kb.model import Claim, Verdict

T = TypeVar("T")

HISTORY, CODE = "judged history", "judged code"  # the names of the stamps
MOMENT = 0.1  # seconds, for another process that locks the file

FRESH = (
    "SELECT count(*) FROM stamp WHERE (name, text) IN "
    f"(('{HISTORY}', (SELECT digest FROM change ORDER BY id DESC LIMIT 1)), ('{CODE}', ?))"
)
DERIVED = "SELECT text FROM stamp WHERE name = 'derived'"
CLAIMS = (
    "SELECT r.body, v.verdict FROM latest l LEFT JOIN verdictrow v ON v.claim = l.number "
    "LEFT JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name "
    "WHERE l.part = 'claim' AND {} ORDER BY l.number"
)
CHOSEN = (
    "SELECT l.name FROM latest l LEFT JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name "
    "WHERE l.part = 'claim' AND {}"
)


def is_fresh(path: Path) -> bool:
    """Whether what is kept was found of the store's present history by this code."""
    return read(path, lambda db: True) or False


def is_ready(path: Path) -> bool:
    """Whether there is a store whose derived tables are those of this code, so that it can be read without opening."""
    try:
        with opened(path) as db:
            return bool(db.execute(DERIVED).fetchone() == (deriving(),))
    except (sqlite3.Error, OSError):
        return False


def verdicts(
    path: Path, wanted: Verdict | None = None, choice: Choice = EVERYTHING
) -> list[tuple[Claim, Verdict]] | None:
    """The claims in their order, all or those with one verdict and of a choice; None unless that is kept, and fresh."""
    with collector_paused():
        return read(path, lambda db: list(_verdicts(db, wanted, choice)))


def chosen(path: Path, choice: Choice) -> set[str]:
    """The ids of the claims of a choice, whatever their verdicts; raises Unknown."""
    with opened(path) as db:
        where, values = condition(db, choice)
        return {name for (name,) in db.execute(CHOSEN.format(where), values)}


def _verdicts(db: sqlite3.Connection, wanted: Verdict | None, choice: Choice) -> Iterator[tuple[Claim, Verdict]]:
    where, values = condition(db, choice)
    for body, word in db.execute(CLAIMS.format(where), values):
        verdict = Verdict(word)
        if wanted in (None, verdict):
            yield Claim.model_validate_json(body), verdict


def read(path: Path, answer: Callable[[sqlite3.Connection], T]) -> T | None:
    """An answer from what is kept, all of one state of the store; None unless it is fresh and can be read."""
    try:
        with opened(path) as db:
            return answer(db) if fresh(db) else None
    except (sqlite3.Error, OSError, TypeError, ValueError):
        return None


def fresh(db: sqlite3.Connection) -> bool:
    """Whether what is kept was found of the present history by this code."""
    return bool(db.execute(FRESH, (judging(),)).fetchone() == (2,))


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, for one transaction that only reads."""
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise sqlite3.OperationalError("not a file")
    address = f"file:{quote(os.fsencode(path))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=MOMENT, isolation_level=None)) as db:
        db.execute("BEGIN")
        yield db
