"""Where the store is, and the errors that say in one line why it cannot be used."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from kb.errors import KbError

BESIDE = ("-journal", "-wal", "-shm")  # what SQLite keeps beside a file; read with another one, they destroy it


class StoreUnavailable(KbError):
    """A store that cannot be used as it is."""

    exit_code = 5

    def __init__(self, path: Path, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"store {str(path)!r} {found}; expected {expected}; {remedy}")
        self.path, self.found, self.expected = path, found, expected


class Damaged(StoreUnavailable):
    """A store whose tables are not as Claimcheck makes them, or hold what it never writes."""

    def __init__(self, path: Path, found: str) -> None:
        line = "tables as Claimcheck makes and fills them", "restore a copy, or name another file and import again"
        super().__init__(path, f"is damaged ({found})", *line)


class Unsound(Exception):
    """Something in a table that Claimcheck never writes; told as Damaged where the path is known."""


def default_path() -> Path:
    """Where the store is unless a user names another file: in the user's data folder."""
    return Path(platformdirs.user_data_dir("claimcheck", appauthor=False)) / "kb.sqlite"


def located(path: Path | str | None) -> Path:
    """The whole path of the store that is meant; raises StoreUnavailable."""
    given = Path(path if path is not None else default_path())
    try:
        return given.expanduser().absolute()
    except RuntimeError as error:  # the home of nobody
        line = f"has no place ({error})", "a path that can be found", "name another path"
        raise StoreUnavailable(given, *line) from None


def belongs(path: Path, store: Path) -> bool:
    """Whether a file is the store, or SQLite's beside it, by any name or link: to write there destroys it."""
    real = os.path.realpath(path)
    for ending in ("", *BESIDE):
        own = Path(f"{store}{ending}")
        if os.path.realpath(own) == real:
            return True
        with suppress(OSError):  # one of the two is not there
            if path.samefile(own):
                return True
    # a store that is itself a link has its files beside what it leads to
    return store.is_symlink() and belongs(path, Path(os.path.realpath(store)))
