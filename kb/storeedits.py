"""What takes something out of the store: a claim retracted, which stays in the history, or a record erased from it."""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection

from kb import storepast, storetexts
from kb.derived import Unfit, chained
from kb.errors import KbError
from kb.storefile import failures
from kb.storehistory import BEGINNING, answers, append, chunks, marks, rebuild
from kb.storepast import NoRecord, told_by
from kb.storeplace import StoreUnavailable
from kb.storesaid import stands_in, without
from kb.tables import TOMB
from kb.vocabulary import VocabularyError

MOST_NAMED = 3


class Needed(KbError):
    """A record that cannot be erased while others are about it."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"{name} cannot be forgotten while it is needed ({reason}); expected a record that no other needs; "
            "nothing was erased: retract or forget first what needs it"
        )


class Unfinished(KbError):
    """A file that could not be written anew after something was erased: nothing finds that, but its bytes may stay."""

    exit_code = 5

    def __init__(self, tomb: str, found: str, expected: str, when: str) -> None:
        line = f"the erased text may still be in the file, because {found}"
        super().__init__(f"{line}; expected {expected}; {when}: kb forget {tomb} --reason again")


@dataclass(frozen=True)
class Forgotten:
    """What is left of a record that was erased, and what still names it."""

    change: int
    tomb: str  # the random name that it has now
    revisions: int
    naming: tuple[str, ...]  # other records and changes in whose words its name occurs, now or in the past
    accepted: tuple[str, ...]  # findings about it whose acceptances were erased with it


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

    What was accepted of a claim goes with it: from its digests, what the claim said could be guessed. The bytes are
    gone only after `scrub`.
    """
    db.exec_driver_sql("PRAGMA secure_delete = ON")
    if not answers(db, OF_NAME, (part, name)):
        raise NoRecord(name, ())
    accepted = acceptances(db, name) if part == "claim" else ()
    tomb, count = erase(db, part, name)
    others = [erase(db, "acceptance", finding) for finding in accepted]
    tombs = tomb, *(other for other, _ in others)
    touched = answers(db, f"SELECT DISTINCT change FROM revision WHERE name IN ({marks(tombs)})", tombs)
    left = {str(change): chained(BEGINNING, told_by(db, change)) for (change,) in touched}  # to verify what is left
    body = json.dumps({"forgotten": reason, "left": left}, ensure_ascii=False)
    also = json.dumps({"forgotten": f"with {tomb}"})
    told = [(part, tomb, count + 1, body), *(("acceptance", other, size + 1, also) for other, size in others)]
    change, _ = append(db, told, f"forget {tomb}")
    naming = tuple(naming_it(db, part, name))
    empty_words(db)
    try:
        rebuild(db, strict=True)
    except (Unfit, VocabularyError) as error:
        raise Needed(f"{part} {name}", str(error)) from error
    return Forgotten(change, tomb, count, naming, accepted)


OF_NAME = "SELECT id FROM revision WHERE part = ? AND name = ?"
NAMING = "SELECT part, name, body FROM revision WHERE instr(body, ?) ORDER BY part, name"
PINNING = (
    "SELECT DISTINCT name FROM revision, json_each(body, '$.claims') pin "
    "WHERE part = 'acceptance' AND json_extract(pin.value, '$.claim') = ? ORDER BY name"
)


def acceptances(db: Connection, claim: str) -> tuple[str, ...]:
    """The findings about a claim that were ever accepted."""
    return tuple(finding for (finding,) in answers(db, PINNING, (claim,)))


def naming_it(db: Connection, part: str, name: str) -> Iterator[str]:
    """The records and changes in whose words the name of an erased record still stands, reasons included."""
    written, seen = json.dumps(name, ensure_ascii=False)[1:-1], set()
    whole = re.compile(rf"(?<![\w.:-]){re.escape(written)}(?![:-]*[\w]|\.\w)")  # an id may begin others
    for other_part, other, body in answers(db, NAMING, (written,)):
        if (other_part, other) not in seen and (part != "claim" or whole.search(body)):
            seen.add((other_part, other))
            yield f"{other_part} {other}"
    known = set(storepast.names(db))
    for change, what in answers(db, "SELECT id, what FROM change ORDER BY id"):
        if part == "claim" and stands_in(what, name, known):
            yield f"change {change} ({what})"


def erase(db: Connection, part: str, name: str) -> tuple[str, int]:
    """Makes every revision of a record a tombstone, and takes its name out of what is said of changes.

    Gives the name that it has then, and how many revisions there are. A text that is attached to a source goes with it.
    """
    tomb, count = f"{TOMB}{secrets.token_hex(8)}", len(answers(db, OF_NAME, (part, name)))
    db.exec_driver_sql(f"INSERT INTO erasing {OF_NAME}", (part, name))
    body = json.dumps({"forgotten": tomb})
    db.exec_driver_sql("UPDATE revision SET name = ?, body = ? WHERE part = ? AND name = ?", (tomb, body, part, name))
    known = set(storepast.names(db))
    for change, what in answers(db, "SELECT id, what FROM change"):
        if (said := without(what, name, tomb, known)) != what:
            db.exec_driver_sql("UPDATE change SET what = ? WHERE id = ?", (said, change))
    db.exec_driver_sql("DELETE FROM erasing")
    if part == "source":
        storetexts.attach(db, name, None)
    return tomb, count


def empty_words(db: Connection) -> None:
    """Forgets every word that claims are filed under, with all that refers to one; they are found again."""
    for table in ("restrow", "readingrow", "claimrow", "word"):
        db.exec_driver_sql(f"DELETE FROM {table}")


def finish(path: Path, wait: float, tomb: str) -> None:
    """Scrubs the file of what was made that tombstone; raises Unfinished."""
    try:
        if not scrub(path, wait):
            raise Unfinished(tomb, "another process reads an older state", "nobody to", "when it is done")
    except StoreUnavailable as error:
        raise Unfinished(tomb, f"it {error.found}", error.expected, "when that is mended") from error


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
