"""Commands that say what has been decided about a finding: accepted with a reason, or no longer."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli._shell import USAGE, Form, Format, app, desk, fail, out, say, width

Finding = Annotated[str, typer.Argument(help="A finding's id, as the report prints it.")]


@app.command()
def accept(
    finding: Finding = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it may stay as it is.", metavar="TEXT")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who says so.", metavar="NAME")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List what was accepted instead.")] = False,
    form: Form = Format.TERMINAL,
) -> None:
    """Accept a finding, with its claims as they are: it is open again as soon as one of them says something else."""
    from kb import accepting, bygone, lists
    from kb.desk import today

    if listed:
        with desk() as at:
            records = accepting.listed(at.store.acceptances(), at.examine_and_keep())
        columns = ["id", "status", "at", "by", "reason"]
        out(lists.as_rows(records) if form is Format.JSON else lists.table(records, columns, width()))
        return
    if not finding or not reason:
        found = "no finding" if not finding else "no --reason"
        fail(f"{found}; expected both; write kb accept FINDING --reason TEXT, or kb accept --list", USAGE)
    with desk() as at:
        examination = at.examine()
        made = accepting.acceptance(examination, bygone.finding(at.store, examination, finding), reason, by, today())
        receipt = at.store.add(accepting.as_corpus(made), f"accept {finding}")
    say(f"{finding} {'is' if receipt.change else 'was already'} {accepting.told_of(made)}")


@app.command()
def unaccept(finding: Finding) -> None:
    """Revoke that a finding was accepted: it is open again."""
    from kb import accepting
    from kb.desk import today

    with desk() as at:
        made = accepting.revoked(at.store.acceptances(), finding, today())
        at.store.add(accepting.as_corpus(made), f"unaccept {finding}")
    say(f"{finding} is no longer accepted")
