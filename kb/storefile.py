"""The file of the store: made with mode 0600; one engine that reads, one that writes; or one line that says why not."""

from __future__ import annotations

import os
import sqlite3
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from kb.storeplace import Damaged, StoreUnavailable, Unsound
from kb.tables import APPLICATION, SCHEMA, TRIGGERS

WAIT = 30.0  # seconds, for another process that writes
RETRY = 0.02  # seconds
MOST_TOLD = 160  # characters of what SQLite says


REASONS = {  # by the first words of SQLite's name for the error
    "SQLITE_NOTADB": ("is not a database", "a store of Claimcheck", "name another file"),
    "SQLITE_CORRUPT": ("is damaged", "a readable database", "restore a copy, or name another file and import again"),
    "SQLITE_CANTOPEN": (
        "cannot be opened",
        "a file that can be read and written",
        "check the path and its permissions",
    ),
    "SQLITE_PERM": ("cannot be opened", "a file that can be read and written", "check the path and its permissions"),
    "SQLITE_AUTH": ("cannot be opened", "a file that can be read and written", "check the path and its permissions"),
    "SQLITE_READONLY": ("cannot be written", "a file and folder that can be written", "check their permissions"),
    "SQLITE_BUSY": ("is being written by another process", "it to be done sooner", "try again later"),
    "SQLITE_LOCKED": ("is being written by another process", "it to be done sooner", "try again later"),
    "SQLITE_FULL": ("has no room left on its disk", "some free space", "make room and do the same again"),
    "SQLITE_IOERR": ("cannot be read or written (input/output error)", "a working disk", "check the disk"),
}


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """Tells what the file system or SQLite cannot do, and what is not as it was made, as StoreUnavailable."""
    try:
        yield
    except DBAPIError as error:
        raise unavailable(path, error.orig) from error
    except sqlite3.Error as error:
        raise unavailable(path, error) from error
    except Unsound as error:
        raise Damaged(path, str(error)) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        line = f"cannot be used ({reason})", "a file in a folder that can be written", "name another path"
        raise StoreUnavailable(path, *line) from error


def unavailable(path: Path, error: BaseException | None) -> BaseException:
    """What to raise for an error of SQLite; wrong use of the driver is told as it is, because it is ours."""
    name = str(getattr(error, "sqlite_errorname", ""))
    for start, line in REASONS.items():
        if name.startswith(start):
            return StoreUnavailable(path, *line)
    if isinstance(error, (sqlite3.ProgrammingError, sqlite3.InterfaceError)):
        return error
    return Damaged(path, shortened(str(error)))  # a table or column that is gone, a row that there may not be


def shortened(text: str) -> str:
    """A text on one line, cut where it is long."""
    return textwrap.shorten(text, MOST_TOLD, placeholder=" ...")


# ------------------------------------------------------------------------------------------------ engines


def engine(connect: Callable[[], sqlite3.Connection], begin: str, pragmas: tuple[str, ...]) -> Engine:
    """An engine whose transactions are what SQLite calls by that name.

    The driver's own transactions begin at the first write, after what was read has grown old; so they are switched off.
    """
    made = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(made, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def begin_it(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return made


def reader(path: Path, wait: float = WAIT) -> Engine:
    """The engine that can only read."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(os.fsencode(path))}?mode=ro", uri=True, timeout=wait, check_same_thread=False
        )

    return engine(connect, "BEGIN", ("query_only=ON", "trusted_schema=OFF", f"busy_timeout={int(wait * 1000)}"))


def writer(path: Path, wait: float = WAIT) -> Engine:
    """The engine that writes: nobody else writes between the first thing it reads and its commit."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(os.fsencode(path))}?mode=rw", uri=True, timeout=wait, check_same_thread=False
        )

    pragmas = "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON", "trusted_schema=OFF"
    return engine(connect, "BEGIN IMMEDIATE", (*pragmas, f"busy_timeout={int(wait * 1000)}"))


# ------------------------------------------------------------------------------------------------ the file


def ensure(path: Path, wait: float = WAIT) -> None:
    """Makes the file if there is none, and sees that it is a store; raises StoreUnavailable."""
    with failures(path):
        if path.is_dir():
            raise StoreUnavailable(path, "is a folder", "a file", "name a file in it")
        if not path.exists():
            make_file(path)
        if path.stat().st_size == 0 or not is_store(path, wait):
            make_tables(path, wait)


def make_file(path: Path) -> None:
    """An empty file that nobody else may read; SQLite gives the files beside it the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):  # another process was faster
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def is_store(path: Path, wait: float) -> bool:
    """Whether the file is a store with all tables, and not just an empty database; raises StoreUnavailable."""
    made = reader(path, wait)
    try:
        with made.connect() as connection:
            return schema(path, connection) == SCHEMA
    finally:
        made.dispose()


def schema(path: Path, connection: Connection) -> int:
    """The version of the tables, 0 if there are none; raises StoreUnavailable if they are not ours or newer."""

    def ask(question: str) -> Any:
        return connection.exec_driver_sql(question).scalar()

    application, version = ask("PRAGMA application_id"), int(ask("PRAGMA user_version"))
    if application == APPLICATION and 0 < version <= SCHEMA:
        return version
    if application == APPLICATION:
        found = f"has tables of version {version}"
        raise StoreUnavailable(
            path, found, f"version {SCHEMA}", "use the Claimcheck that made it, or name another file"
        )
    if application != 0 or version != 0 or ask("SELECT count(*) FROM sqlite_schema"):
        raise StoreUnavailable(path, "is a database of something else", "a store of Claimcheck", "name another file")
    return 0


def make_tables(path: Path, wait: float) -> None:
    """All tables and triggers that are not there yet, in one transaction; nothing if another process was faster.

    An older store gets the tables that it lacks, and the triggers of this code; its record stays as it is.
    """
    made = writer(path, wait)
    try:
        go_ahead(made, wait)
        with made.begin() as connection:
            before = schema(path, connection)
            if before == SCHEMA:
                return
            SQLModel.metadata.create_all(connection)
            for name, does in TRIGGERS.items():
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
                connection.exec_driver_sql(f"CREATE TRIGGER {name} {does}")
            if before == 0:
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
    finally:
        made.dispose()


def go_ahead(made: Engine, wait: float) -> None:
    """Makes the file write ahead, for good; SQLite does not wait for others here, so this does."""
    until = time.monotonic() + wait
    while True:
        connection = made.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
        else:
            return
        finally:
            connection.close()
        time.sleep(RETRY)
