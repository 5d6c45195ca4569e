"""Commands that look: the report, the claims with their verdicts, one claim, one finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli._shell import USAGE, Fail, FailOn, Form, Format, State, app, desk, fail, leave, out, say, width

if TYPE_CHECKING:
    from kb.model import Claim, Verdict


AsOf = Annotated[
    str,
    typer.Option("--as-of", help="As it was after this change, or at the end of this day (UTC).", show_default=False),
]


@app.command()
def report(form: Form = Format.TERMINAL, fail_on: Fail = FailOn.NEVER, as_of: AsOf = "") -> None:
    """Examine everything that is known and say what holds, what is off, what is impossible, what was not checked."""
    from kb import chronicle
    from kb.reports import formats

    with desk() as at:
        if as_of:
            past = chronicle.past(at.store, as_of)
            examination, heading = past.examination, past.heading(at, width())
        else:
            examination = at.examine_and_keep()
            heading = at.heading(examination, width())
        out(formats()[form](examination, heading))
    leave(examination, fail_on)


@app.command("list")
def list_claims(
    verdict: Annotated[
        str, typer.Option("--verdict", help="Only claims with this verdict, such as holds or undetermined.")
    ] = "",
    form: Form = Format.TERMINAL,
    as_of: AsOf = "",
) -> None:
    """List the claims with their verdicts."""
    from kb import lists

    wanted = verdict_named(verdict)
    records = lists.claims(judged_then(as_of, wanted) if as_of else judged(wanted))
    out(
        lists.as_rows(records)
        if form is Format.JSON
        else lists.table(records, ["id", "verdict", "value", "statement"], width())
    )


@app.command()
def show(
    claim: Annotated[str, typer.Argument(help="A claim's id, or the part after the colon.")],
    form: Form = Format.TERMINAL,
) -> None:
    """Show one claim: its words, place, holders, what it can stand for, and every application it stands in."""
    from kb import views
    from kb.reports import json

    with desk() as at:
        examination = at.examine_and_keep()
        number = views.claim_number(examination, claim)
        entry = json.claim_entry(examination, number)
        out(json.dumps(entry) if form is Format.JSON else views.claim_text(examination, number, width()))


@app.command()
def explain(
    finding: Annotated[str, typer.Argument(help="A finding's id, as the report prints it.")],
    form: Form = Format.TERMINAL,
) -> None:
    """Explain one finding: inputs with their places, arithmetic step by step, what each input would have to be."""
    from kb import views
    from kb.reports import json

    with desk() as at:
        examination = at.examine_and_keep()
        found = views.finding(examination, finding)
        out(
            json.dumps(json.finding_entry(examination.explained(found)))
            if form is Format.JSON
            else views.finding_text(examination, found, width())
        )


def judged(wanted: Verdict | None) -> list[tuple[Claim, Verdict]]:
    """The claims with their verdicts: those that are kept, or of an examination when none are or they are stale."""
    from kb import kept
    from kb.storeplace import located

    found = kept.verdicts(located(State.db), wanted)
    if found is not None:
        return found
    with desk() as at:
        return at.verdicts(wanted)


def judged_then(as_of: str, wanted: Verdict | None) -> list[tuple[Claim, Verdict]]:
    """The claims of a past state with the verdicts that they have in it; says which state that is."""
    from kb import chronicle

    with desk() as at:
        past = chronicle.past(at.store, as_of)
    say(str(past))
    return past.verdicts(wanted)


def verdict_named(word: str) -> Verdict | None:
    """The verdict of that name; exits 2 for a word that is none."""
    from kb.errors import did_you_mean
    from kb.model import Verdict

    if not word:
        return None
    names = [verdict.value for verdict in Verdict]
    if word not in names:
        fail(f"no verdict {word!r}{did_you_mean(word, names)}; expected one of {', '.join(names)}; correct it", USAGE)
    return Verdict(word)
