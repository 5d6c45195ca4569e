"""What every command needs: the options before it, the way to the store, the way out. It decides nothing."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kb import __version__
from kb.cli import _progress

if TYPE_CHECKING:
    from kb.desk import Desk
    from kb.pipeline import Examination

OK, FOUND, USAGE = range(3)  # 3 to 5 are what errors say of themselves
UNAVAILABLE = 5
NARROW, WIDE = 60, 126
CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\t"), ord("\n")}  # a terminal obeys them
BIDI = 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)
ESCAPES = {code: f"\\u{code:04x}" for code in (*CONTROLS, *BIDI)}  # as JSON has them, so that JSON stays JSON

app = typer.Typer(
    name="kb",
    help="A knowledge base of claims: what holds, what is off, what is impossible, what was not checked.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """Forms of output."""

    TERMINAL = "terminal"
    JSON = "json"


class ReportFormat(StrEnum):
    """Forms of a report."""

    TERMINAL = "terminal"
    JSON = "json"
    HTML = "html"
    MARKDOWN = "markdown"


class FailOn(StrEnum):
    """The least severity of a finding that makes the command fail."""

    NEVER = "never"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class State:
    """What the options before the command say."""

    db: Path | None = None


Db = Annotated[
    Path | None,
    typer.Option(
        "--db", envvar="KB_DB", help="The database file; the user's data folder by default.", show_default=False
    ),
]
Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Output = Annotated[
    str | None, typer.Option("-o", "--output", help="The file to write; standard output without it.", metavar="FILE")
]
Fail = Annotated[FailOn, typer.Option("--fail-on", help="Exit 1 at a finding this severe or worse.")]


def version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        out(f"claimcheck {__version__}\n")
        raise typer.Exit(OK)


@app.callback()
def options(
    db: Db = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that every command has."""
    State.db = db


# ------------------------------------------------------------------------------------------------ the way in and out


def desk(*, fill: bool = True, offer: bool = True) -> Desk:
    """The knowledge base that the options name, open; filled with the shipped corpora on first use.

    offer: whether to say that other corpora come with this version than the store has seen.
    """
    from kb import updating
    from kb.desk import Desk

    at = Desk.open(State.db, fill=fill, watch=_progress.watching())
    if fill and offer and updating.is_offered(at.store):
        say("kb: this version comes with other corpora than this store has seen; 'kb update' shows what that changes")
    return at


def width() -> int:
    """The width to write at: the terminal's, within reason; a wide page where there is none."""
    if (sys.stdout is None or not sys.stdout.isatty()) and "COLUMNS" not in os.environ:
        return WIDE
    return max(NARROW, min(WIDE, shutil.get_terminal_size((WIDE, 40)).columns))


def leave(examination: Examination, fail_on: FailOn) -> None:
    """Exit 1 if a finding is as severe as the user cares about."""
    from kb.model import Severity

    if fail_on is not FailOn.NEVER and examination.worst is not None and examination.worst >= Severity[fail_on.name]:
        raise typer.Exit(FOUND)


def printable(text: str) -> str:
    """A text in which nothing tells a terminal what to do."""
    return text.replace("\r\n", "\n").translate(ESCAPES)


def out(text: str, *, exact: bool = False) -> None:
    """Text, on standard output; a reader that has seen enough is no error.

    exact: to the character, unless it is a terminal that reads.
    """
    _progress.LINE.hide()
    if sys.stdout is None:  # closed by whoever started this
        return
    try:
        sys.stdout.write(text if exact and not sys.stdout.isatty() else printable(text))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        fail(f"standard output cannot be written ({error.strerror}); expected room; write it elsewhere", UNAVAILABLE)


def destined(output: str | None) -> None:
    """Raises, before any work, what makes a file no place to write to."""
    if output is not None:
        from kb import output as files
        from kb.storeplace import located

        files.named(output, located(State.db))


def deliver(text: str, output: str | None) -> None:
    """Data, in a file if one is named, whole or not at all; on standard output otherwise."""
    if output is None:
        out(text)
        return
    from kb import output as files
    from kb.storeplace import located

    files.write(output, text, located(State.db))
    say(f"written to {output}")


def say(text: str) -> None:
    """A message, on standard error."""
    _progress.LINE.hide()
    sys.stderr.write(f"{printable(text)}\n")


def told(text: str) -> None:
    """A message, if there is one."""
    if text:
        say(text)


def fail(message: str, code: int) -> NoReturn:
    """One line on standard error and the exit code."""
    say(f"kb: {message}")
    raise typer.Exit(code)
