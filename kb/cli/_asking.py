"""How a command asks before it writes: on a terminal, and only there."""

from __future__ import annotations

import sys

import typer

from kb.cli._shell import OK, USAGE, fail, say


def agreed(question: str, answer: str, yes: bool, dry_run: bool = False) -> None:
    """Returns only if what was shown is to be done; exits 0 if not, and 2 where nobody can be asked.

    answer: what has to be typed, in any case of letters.
    """
    if dry_run:
        say("nothing was stored: this was a dry run")
        raise typer.Exit(OK)
    if yes:
        return
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stderr.isatty():
        found = "nothing was stored: there is no terminal to ask on"
        fail(f"{found}; expected --yes to go ahead, or --dry-run to look only; add one of them", USAGE)
    sys.stderr.write(question)
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() not in {answer.casefold(), *(["yes"] if answer == "y" else [])}:
        say("nothing was stored")
        raise typer.Exit(OK)
