"""Commands that carry knowledge elsewhere: everything as one file, a copy; and bring it: what a new version ships."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli._shell import Form, Format, Output, State, app, deliver, desk, destined, out, say, width

if TYPE_CHECKING:
    from kb.updating import Update


@app.command()
def export(
    output: Output = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Only what this source says, with all it refers to; repeatable."),
    ] = None,
) -> None:
    """Write everything that is known now as one claim file, which `kb import` reads."""
    from kb import exporting
    from kb.errors import NotFound

    destined(output)
    with desk() as at:
        known = at.store.knowledge(claims=True)
    for name in source or ():
        if name not in known.sources:
            raise NotFound("source", name, known.sources, "kb report")
    made = exporting.export(known, source or (), str(output or "export"))
    for trouble in made.troubles:
        say(f"{trouble.place}: {trouble.severity.name.lower()}: {trouble.message}")
    if exporting.is_too_large(made.text):
        say("kb: this is more than 'kb import' reads at once; export it source by source, with --source")
    if output is None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever a terminal can show: this is a file
    deliver(made.text, output)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to make.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Copy the whole store, with its history, to a file; others may go on writing."""
    from kb import storebackup
    from kb.storeplace import located

    target = located(file)
    history = storebackup.backup(located(State.db), target, force=force)
    say(f"copied to {str(target)!r}, and read again: history {history[:4]}…{history[-2:]}")


@app.command()
def update(
    yes: Annotated[bool, typer.Option("--yes", help="Store it without being asked.")] = False,
    theirs: Annotated[
        bool, typer.Option("--theirs", help="Take the shipped words also where you have revised a record.")
    ] = False,
    form: Form = Format.TERMINAL,
) -> None:
    """Show what the corpora that come with this version would change, and store it if that is wanted."""
    from kb import lists, updating
    from kb.cli.filing import told

    with desk(offer=False) as at:
        found = updating.prepared(at.store, theirs=theirs)
        records = found.records()
        if form is Format.JSON:
            out(lists.as_rows(records))
        elif records:
            out(lists.table(records, ["change", "part", "name"], width()))
        for line in arriving(found):
            say(line)
        if not found:
            updating.carry_out(at.store, found)
            say("nothing to update" + (": --theirs would take back what you have revised" if records else ""))
        elif yes or asked():
            say(told(updating.carry_out(at.store, found)))
        else:
            say("nothing was stored; 'kb update --yes' stores it")


def arriving(found: Update) -> list[str]:
    """What to say of claims that an update brings in."""
    from kb.cli import filing

    return filing.arriving(found.arriving, found.forgotten)


def asked() -> bool:
    """Whether the user wants it, when there is somebody to be asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    return typer.confirm("Store this?", err=True)
