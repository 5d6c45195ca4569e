"""Commands that look: the report, the claims with their verdicts, one claim, one finding."""

from __future__ import annotations

from sys import maxsize
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli import _choosing as by
from kb.cli._choosing import ListForm, Listing, listed, verdict_named
from kb.cli._progress import LINE
from kb.cli._shell import (
    FOUND,
    Fail,
    FailOn,
    Form,
    Format,
    Output,
    ReportFormat,
    State,
    app,
    deliver,
    desk,
    destined,
    leave,
    out,
    say,
    told,
    width,
)

if TYPE_CHECKING:
    from kb.chronicle import Past
    from kb.desk import Desk
    from kb.filters import Choice
    from kb.model import Claim, Verdict
    from kb.pipeline import Examination
    from kb.reports import Heading


AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="As it was after this change, or at the end of this day (UTC).", show_default=False),
]


@app.command()
def report(
    *,
    form: Annotated[ReportFormat, typer.Option("--format", help="How to print it.")] = ReportFormat.TERMINAL,
    output: Output = None,
    source: Annotated[str, typer.Option("--source", help="Only what concerns the claims of this source.")] = "",
    subject: Annotated[
        str,
        typer.Option(
            "--subject", help="Only what concerns claims about this entity or what is of it, such as its runs."
        ),
    ] = "",
    quotes: Annotated[
        bool, typer.Option("--quotes/--no-quotes", help="Whether to print the words of attached texts beside claims.")
    ] = True,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every proof again in exact fractions; exit 1 if one does not hold.")
    ] = False,
    as_of: AsOf = None,
    fail_on: Fail = FailOn.NEVER,
) -> None:
    """Examine everything that is known and say what holds, what is off, what is impossible, what was not checked."""
    from kb.limits import limited
    from kb.reports import renderer

    destined(output)
    with desk() as at:
        past = then(at, as_of) if as_of is not None else None
        examination, limit = limited(past.examination if past else at.examine_and_keep(), source, subject)
        told = examination, width(), limit
        heading = past.heading(at, *told) if past else at.heading(*told)
        if not quotes:
            heading = heading.without_quotes()
        if verify:
            LINE.go_on("checking proofs again")
            heading = verified(examination, heading)
        LINE.go_on("writing the report")
        text = renderer(form)(examination, heading)
    deliver(text, output)
    if heading.verified is not None and heading.verified.failed:
        raise typer.Exit(FOUND)
    leave(examination, fail_on)


def verified(examination: Examination, heading: Heading) -> Heading:
    """A heading that tells what came of checking every proof again."""
    from dataclasses import replace

    from kb.reports import json

    return replace(heading, verified=json.verified(examination))


@app.command("list")
def list_claims(
    *,
    verdict: by.Wanted = "",
    subject: by.Subject = "",
    attribute: by.Attributes = "",
    source: by.Source = "",
    holder: by.Holder = "",
    mode: by.Modes = "",
    firmness: by.Firm = "",
    kind: by.Kind = "",
    as_of: AsOf = None,
    form: ListForm = Listing.TERMINAL,
) -> None:
    """List the claims with their verdicts."""
    from kb import hints, lists
    from kb.filters import Choice

    choice, wanted = Choice(subject, attribute, source, holder, mode, firmness, kind), verdict_named(verdict)
    found = judged_then(as_of, wanted, choice) if as_of is not None else judged(wanted, choice)
    records = lists.claims(found)
    claims, columns = [claim for claim, _ in found if claim.standing is None], ["id", "verdict", "value", "statement"]
    listed(records, lists.CLAIM, form, lists.shown(records, claims, columns, width()))
    for hint in hints.beside((claim for claim, _ in found), choice):
        say(hint)
    if not records and found:
        references = "1 reference" if len(found) == 1 else f"{len(found):,} references"
        say(f"nothing that is judged: {references}, which kb search finds")
    elif not records and as_of is None:
        told(hints.instead(choice, wanted, kept_count))


@app.command()
def show(
    claim: Annotated[str, typer.Argument(help="A claim's id, or the part after the colon.")],
    as_of: AsOf = None,
    form: Form = Format.TERMINAL,
) -> None:
    """Show one claim: its words, place, holders, what it can stand for, and every application it stands in."""
    from kb import bygone, views
    from kb.reports import json

    with desk() as at:
        examination, until = examined(at, as_of)
        ids = views.claim_ids(examination)
        number = ids.index(bygone.claim_named(at.store, ids, claim, until))
        entry = json.claim_entry(examination, number)
        out(json.dumps(entry) if form is Format.JSON else views.claim_text(examination, number, width(), at.originals))


@app.command()
def explain(
    finding: Annotated[str, typer.Argument(help="A finding's id, as the report prints it.")],
    as_of: AsOf = None,
    form: Form = Format.TERMINAL,
) -> None:
    """Explain one finding: inputs with their places, arithmetic step by step, what each input would have to be."""
    from kb import bygone, views
    from kb.reports import json

    with desk() as at:
        examination, _ = examined(at, as_of)
        found = views.finding(examination, finding) if as_of else bygone.finding(at.store, examination, finding)
        out(
            json.dumps(json.finding_entry(examination.explained(found)))
            if form is Format.JSON
            else views.finding_text(examination, found, width(), at.originals)
        )


# ------------------------------------------------------------------------------------------------ now and then


def examined(at: Desk, as_of: str | None) -> tuple[Examination, int]:
    """Everything that is known, or was known then, examined; says which past state that is, and gives its change."""
    if as_of is None:
        return at.examine_and_keep(), maxsize
    past = then(at, as_of)
    say(str(past))
    return past.examination, past.change


def judged(wanted: Verdict | None, choice: Choice) -> list[tuple[Claim, Verdict]]:
    """The claims with their verdicts: those that are kept, or of an examination when none are or they are stale."""
    from kb import kept
    from kb.storeplace import located

    found = kept.verdicts(located(State.db), wanted, choice)
    if found is not None:
        return found
    with desk() as at:
        mine = kept.chosen(at.store.path, choice) if choice else None  # before the work: a word may name nothing
        return [pair for pair in at.verdicts(wanted) if mine is None or pair[0].id in mine]


def kept_count(choice: Choice, wanted: Verdict | None) -> int:
    """How many claims there are of a choice with a verdict that is kept; references are not judged."""
    from kb import kept
    from kb.storeplace import located

    return sum(claim.standing is None for claim, _ in kept.verdicts(located(State.db), wanted, choice) or ())


def judged_then(as_of: str, wanted: Verdict | None, choice: Choice) -> list[tuple[Claim, Verdict]]:
    """The claims of a past state with the verdicts that they have in it; says which state that is."""
    with desk() as at:
        past = then(at, as_of)
        say(str(past))
        return past.verdicts(wanted, choice)


def then(at: Desk, as_of: str) -> Past:
    """A past state; only who asks for one needs what reads it."""
    from kb import chronicle

    return chronicle.past(at.store, as_of)
