"""What takes something out of the store: a claim retracted, which stays in the history, or a record erased from it."""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection

from kb import storetexts
from kb.derived import Unfit, chained
from kb.errors import KbError
from kb.storefile import failures
from kb.storehistory import BEGINNING, answers, append, chunks, marks, rebuild
from kb.storepast import TOMB, NoRecord, told_by
from kb.tables import GONE
from kb.vocabulary import VocabularyError

MOST_NAMED = 3


class Needed(KbError):
    """A record that cannot be erased while others are about it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} cannot be forgotten while it is needed ({reason}); expected a record that no other needs; "
            "nothing was erased: retract or forget first what needs it"
        )


@dataclass(frozen=True)
class Forgotten:
    """What is left of a record that was erased, and what still names it."""

    change: int
    tomb: str  # the random name that it has now
    revisions: int
    naming: tuple[str, ...]  # other records in whose words its name occurs, now or in the past


def retract(db: Connection, claims: Sequence[str], reason: str) -> int:
    """Takes claims out of the current state, as one change; gives its id; raises NoRecord.

    Every claim after them gets another number, so all that is derived is filled again.
    """
    told = []
    for names in chunks(claims):
        question = (
            "SELECT l.name, r.number FROM latest l JOIN revision r ON r.id = l.revision "
            f"WHERE l.part = 'claim' AND l.name IN ({marks(names)}) ORDER BY l.number"
        )
        told += answers(db, question, tuple(names))
    if missing := set(claims) - {name for name, _ in told}:
        raise NoRecord(min(missing), ())
    body = json.dumps({"retracted": reason}, ensure_ascii=False)
    change, _ = append(db, [("claim", name, number + 1, body) for name, number in told], f"retract {some(claims)}")
    rebuild(db)
    return change


def some(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def forget(db: Connection, part: str, name: str, reason: str) -> Forgotten:
    """Erases a record from every revision and every derived table, and leaves a tombstone; raises NoRecord, Needed.

    The bytes are gone only after `scrub`.
    """
    db.exec_driver_sql("PRAGMA secure_delete = ON")
    found = [number for (number,) in answers(db, OF_NAME, (part, name))]
    if not found:
        raise NoRecord(name, ())
    naming = tuple(f"{part_} {other}" for part_, other in answers(db, NAMING, (name, part, name)))
    tomb = f"{TOMB}{secrets.token_hex(8)}"
    erase(db, part, name, tomb)
    touched = answers(db, "SELECT DISTINCT change FROM revision WHERE part = ? AND name = ?", (part, tomb))
    left = {str(change): chained(BEGINNING, told_by(db, change)) for (change,) in touched}  # to verify what is left
    body = json.dumps({"forgotten": reason, "left": left}, ensure_ascii=False)
    change, _ = append(db, [(part, tomb, len(found) + 1, body)], f"forget {tomb}")
    empty_words(db)
    try:
        rebuild(db, strict=True)
    except (Unfit, VocabularyError) as error:
        raise Needed(f"{part} {name}", str(error)) from error
    return Forgotten(change, tomb, len(found), naming)


OF_NAME = "SELECT id FROM revision WHERE part = ? AND name = ?"
NAMING = (
    "SELECT DISTINCT part, name FROM revision "
    f"WHERE instr(body, ?) AND NOT (part = ? AND name = ?) AND NOT {GONE} ORDER BY part, name"
)


def erase(db: Connection, part: str, name: str, tomb: str) -> None:
    """Makes every revision of a record a tombstone, and takes its name out of what is said of changes.

    A text that is attached to a source goes with it.
    """
    whole_word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    db.exec_driver_sql(f"INSERT INTO erasing {OF_NAME}", (part, name))
    body = json.dumps({"forgotten": tomb})
    db.exec_driver_sql("UPDATE revision SET name = ?, body = ? WHERE part = ? AND name = ?", (tomb, body, part, name))
    for change, what in answers(db, "SELECT id, what FROM change WHERE instr(what, ?)", (name,)):
        said = whole_word.sub(tomb, what)
        db.exec_driver_sql("UPDATE change SET what = ? WHERE id = ?", (said, change))
    db.exec_driver_sql("DELETE FROM erasing")
    if part == "source":
        storetexts.attach(db, name, None)


def empty_words(db: Connection) -> None:
    """Forgets every word that claims are filed under, with all that refers to one; they are found again."""
    for table in ("restrow", "readingrow", "claimrow", "word"):
        db.exec_driver_sql(f"DELETE FROM {table}")


def scrub(path: Path, wait: float) -> bool:
    """Writes the file anew, without what was deleted from it; gives whether nobody kept it from that.

    Whoever reads an older state needs the log in which that still stands.
    """
    address = f"file:{quote(os.fsencode(path))}?mode=rw"
    with failures(path), closing(sqlite3.connect(address, uri=True, timeout=wait, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = ON")
        try:
            db.execute("VACUUM")
        except sqlite3.OperationalError as error:
            if not str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise
            return False
        [busy, *_] = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
