"""The file that a command is told to write: whole or as it was, and never one of the store's own."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kb.errors import KbError
from kb.storeplace import belongs

STREAMS = 1, 2  # standard output and errors: under whatever name, what was written there before stays


class Unwritable(KbError):
    """A file that cannot be written."""

    exit_code = 5

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{str(path)!r} cannot be written ({reason}); expected a file; name another one")


class OfTheStore(KbError):
    """A file of the store itself, under whatever name."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{str(path)!r} belongs to the store itself; expected another file; name another one")


class Nameless(KbError):
    """An empty name."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__("'' is no name of a file; expected one; name it, or leave -o out to print")


def named(name: str, store: Path) -> Path:
    """The file of that name; raises Nameless, OfTheStore."""
    if not name:
        raise Nameless
    if belongs(Path(name), store):
        raise OfTheStore(Path(name))
    return Path(name)


def write(name: str, text: str, store: Path) -> None:
    """Writes a text into a file; raises Nameless, OfTheStore, Unwritable.

    A file is replaced whole and keeps its mode, and a link leads to it; a pipe or a device takes the text as it comes.
    """
    path, data = named(name, store), text.encode("utf-8", "backslashreplace")
    try:
        there = status(path)
        if there is not None and (stream := stream_at(there)) is not None:
            pour(stream, data)
        elif there is None or stat.S_ISREG(there.st_mode):
            replace(path, data, there)
        else:
            with opened(path, os.O_WRONLY) as handle:
                pour(handle, data)
    except BrokenPipeError:
        pass  # whoever reads has seen enough, as on standard output
    except OSError as error:
        raise Unwritable(path, error.strerror or type(error).__name__) from error


def status(path: Path) -> os.stat_result | None:
    """What a name leads to; none if there is nothing yet."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def stream_at(there: os.stat_result) -> int | None:
    """The stream of this process that is that file; none if none is."""
    for stream in STREAMS:
        with suppress(OSError):  # it is closed
            if os.path.samestat(os.fstat(stream), there):
                return stream
    return None


def replace(path: Path, data: bytes, there: os.stat_result | None) -> None:
    """Puts a new file in the place of what a name leads to, once all of it is on the disk."""
    real = Path(os.path.realpath(path))
    if there is not None and not (there.st_mode & 0o222 and os.access(real, os.W_OK)):  # root may, but is told as well
        raise PermissionError(13, "it is read-only")
    partial = real.with_name(f".kb-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        mode = 0o666 if there is None else 0o600  # less what the umask takes; what is private stays so meanwhile
        with opened(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode) as handle:
            if there is not None:
                resemble(handle, there)
            pour(handle, data)
            os.fsync(handle)
        partial.replace(real)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def resemble(handle: int, there: os.stat_result) -> None:
    """Gives a file the owner and mode of another, as far as the user and the file system can."""
    with suppress(OSError):
        os.fchown(handle, there.st_uid, there.st_gid)
    with suppress(OSError):
        os.fchmod(handle, stat.S_IMODE(there.st_mode))


@contextmanager
def opened(path: Path, flags: int, mode: int = 0o666) -> Iterator[int]:
    """A file's handle, open."""
    handle = os.open(path, flags | os.O_CLOEXEC, mode)
    try:
        yield handle
    finally:
        os.close(handle)


def pour(handle: int, data: bytes) -> None:
    """Writes all of it: a pipe or a full disk takes less at a time."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
