"""A copy of the store while others may write: whole or not there, private, and read again before it counts."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from kb.errors import KbError
from kb.storefile import WAIT, failures, reader, schema
from kb.storehistory import BEGINNING
from kb.storeplace import BESIDE, Damaged, StoreUnavailable, belongs
from kb.tables import APPLICATION

HISTORY = "SELECT digest FROM change ORDER BY id DESC LIMIT 1"


class BackupRefused(KbError):
    """A place at which no copy is made."""

    def __init__(self, target: Path, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{str(target)!r} {found}; expected {expected}; {remedy}")


def backup(source: Path, target: Path, *, force: bool = False) -> str:
    """Copies the store to a new file and gives the digest of its history; raises BackupRefused, StoreUnavailable.

    Whoever is stopped half-way leaves no file of that name, or the one that was there before.
    """
    if not source.exists():
        raise StoreUnavailable(source, "is not there", "a store", "name the one that is to be copied")
    with failures(source):
        see_that_it_is_a_store(source)
    with failures(target):
        refuse(source, target, force=force)
        handle, name = tempfile.mkstemp(prefix=".kb-backup-", suffix=".part", dir=target.parent)  # of mode 0600
        os.close(handle)
        partial = Path(name)
        try:
            history = copied(source, partial)
            verify(partial, target, history)
            place(partial, target, force=force)
        finally:
            for ending in ("", *BESIDE):
                Path(f"{partial}{ending}").unlink(missing_ok=True)
    return history


def see_that_it_is_a_store(path: Path) -> None:
    """Raises StoreUnavailable for another database, and for an empty one."""
    made = reader(path)
    try:
        with made.connect() as connection:
            if schema(path, connection) == 0:
                raise StoreUnavailable(path, "holds nothing", "a store of Claimcheck", "name another file")
    finally:
        made.dispose()


def refuse(source: Path, target: Path, *, force: bool) -> None:
    """Raises BackupRefused where a copy would destroy something."""
    if belongs(target, source):
        raise BackupRefused(target, "belongs to the store itself", "another file", "name another one")
    for ending in BESIDE:
        if Path(f"{target}{ending}").exists():
            found = f"has a file {target.name + ending!r} beside it, of a database that is open or was not closed"
            raise BackupRefused(target, found, "none", "name another file")
    if os.path.lexists(target):
        if not force:
            raise already_there(target)
        if not stat.S_ISREG(target.lstat().st_mode):
            raise BackupRefused(target, "is no regular file", "a file that can be replaced", "name another one")


def already_there(target: Path) -> BackupRefused:
    """What to say of a file that would be overwritten."""
    return BackupRefused(target, "is already there", "a new file", "name another one, or add --force to replace it")


def opened(path: Path, options: str) -> sqlite3.Connection:
    """A file as SQLite opens it, with no transaction but ours."""
    address = f"file:{quote(os.fsencode(path))}?{options}"
    return sqlite3.connect(address, uri=True, timeout=WAIT, isolation_level=None)


def copied(source: Path, partial: Path) -> str:
    """Copies one state of the store, whatever others write meanwhile; gives the digest of its history."""
    with closing(opened(source, "mode=ro")) as store, closing(opened(partial, "mode=rw")) as copy:
        store.execute("BEGIN")
        history = history_of(store)
        store.backup(copy)
        return history


def verify(partial: Path, target: Path, history: str) -> None:
    """Reads the copy again; raises Damaged. Nothing is made beside the file: it is opened as one that nobody writes."""
    with closing(opened(partial, "mode=ro&immutable=1")) as copy:
        told = [line for (line,) in copy.execute("PRAGMA integrity_check(1)")]
        if told != ["ok"]:
            raise Damaged(target, f"the copy says: {told[0]}")
        if copy.execute("PRAGMA application_id").fetchone() != (APPLICATION,) or history_of(copy) != history:
            raise Damaged(target, "the copy has another history")


def history_of(db: sqlite3.Connection) -> str:
    """The digest of the whole history."""
    found = db.execute(HISTORY).fetchone()
    return str(found[0]) if found else BEGINNING


def place(partial: Path, target: Path, *, force: bool) -> None:
    """Gives the copy its name, at once and for good."""
    if force:
        partial.replace(target)
    else:
        try:
            os.link(partial, target)  # unlike renaming, this replaces nothing that came there meanwhile
        except FileExistsError:
            raise already_there(target) from None
        except OSError:  # a file system without links
            if os.path.lexists(target):
                raise already_there(target) from None
            partial.replace(target)
    with suppress(OSError):  # not every system lets a folder be synchronized
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
