"""Commands that look back: the changes, the revisions of one record, what differs between two changes."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli._shell import FOUND, Form, Format, app, desk, out, say, width


@app.command()
def changes(
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold each change against its digest; exit 1 if one is another.")
    ] = False,
    form: Form = Format.TERMINAL,
) -> None:
    """List the changes: when, what, and how many records each added, revised, retracted."""
    from kb import chronicle, lists, storepast

    with desk() as at:
        records = chronicle.change_records(at.store)
        broken = at.store.read(lambda db: list(storepast.broken(db))) if verify else []
    out(lists.as_rows(records) if form is Format.JSON else chronicle.changes_text(records, width()))
    for change in broken:
        say(f"change {change} is not what its digest was made of; expected the record as it was written")
    if broken:
        raise typer.Exit(FOUND)
    if verify:
        say("every change is as its digest says, but for what was forgotten")


@app.command()
def history(
    record: Annotated[str, typer.Argument(help="The id of a claim, entity, source or attribute, now or in the past.")],
    form: Form = Format.TERMINAL,
) -> None:
    """Show every revision of a record: by which change, when, and which fields differ."""
    from kb import chronicle, lists

    with desk() as at:
        records = chronicle.history(at.store, record)
    out(lists.as_rows(records) if form is Format.JSON else chronicle.history_text(records, width()))


@app.command()
def diff(
    start: Annotated[str, typer.Argument(help="A change, or a day (its end, UTC).")],
    end: Annotated[str, typer.Argument(help="Another.")],
    form: Form = Format.TERMINAL,
) -> None:
    """Show what was added, revised and retracted between two changes."""
    from kb import chronicle, lists

    with desk() as at:
        records = chronicle.difference(at.store, start, end)
    out(lists.as_rows(records) if form is Format.JSON else chronicle.difference_text(records, width()))
