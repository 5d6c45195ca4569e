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

from kb.fingerprints import judging
from kb.knowledge import collector_paused
from kb.model import Claim, Verdict

T = TypeVar("T")

HISTORY, CODE = "judged history", "judged code"  # the names of the stamps
MOMENT = 0.1  # seconds, for another process that locks the file

FRESH = (
    "SELECT count(*) FROM stamp WHERE (name, text) IN "
    f"(('{HISTORY}', (SELECT digest FROM change ORDER BY id DESC LIMIT 1)), ('{CODE}', ?))"
)
CLAIMS = (
    "SELECT r.body, v.verdict FROM latest l LEFT JOIN verdictrow v ON v.claim = l.number "
    "LEFT JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name "
    "WHERE l.part = 'claim' ORDER BY l.number"
)


def is_fresh(path: Path) -> bool:
    """Whether what is kept was found of the store's present history by this code."""
    return _read(path, lambda db: True) or False


def verdicts(path: Path, wanted: Verdict | None = None) -> list[tuple[Claim, Verdict]] | None:
    """The claims in their order, all or those with one verdict; None unless that is kept, and fresh."""
    with collector_paused():
        return _read(path, lambda db: list(_verdicts(db, wanted)))


def _verdicts(db: sqlite3.Connection, wanted: Verdict | None) -> Iterator[tuple[Claim, Verdict]]:
    for body, word in db.execute(CLAIMS):
        verdict = Verdict(word)
        if wanted in (None, verdict):
            yield Claim.model_validate_json(body), verdict


def _read(path: Path, answer: Callable[[sqlite3.Connection], T]) -> T | None:
    """An answer from what is kept, all of one state of the store; None unless it is fresh and can be read."""
    try:
        with _opened(path) as db:
            fresh = db.execute(FRESH, (judging(),)).fetchone() == (2,)
            return answer(db) if fresh else None
    except (sqlite3.Error, OSError, TypeError, ValueError):
        return None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file, for one transaction that only reads."""
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise sqlite3.OperationalError("not a file")
    address = f"file:{quote(os.fsencode(path))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=MOMENT, isolation_level=None)) as db:
        db.execute("BEGIN")
        yield db
