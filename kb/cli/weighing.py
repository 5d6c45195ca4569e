"""Commands that weigh: what moves a verdict, and what to verify first."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from kb.cli._choosing import ListForm, Listing, listed
from kb.cli._shell import Form, Format, app, desk, out, width
from kb.cli.asking import Most


@app.command()
def sensitivity(
    claim: Annotated[str, typer.Argument(help="A claim's id, or the part after the colon.")],
    form: Form = Format.TERMINAL,
) -> None:
    """Show which claims move a claim's verdict most: elasticities, shares of the rounding, what change turns it."""
    from kb import bygone, sensitivity, views
    from kb.preview import folded

    with desk() as at:
        examination = at.examine_and_keep()
        ids = views.claim_ids(examination)
        number = ids.index(bygone.claim_named(at.store, ids, claim))
        if form is Format.JSON:
            out(json.dumps(sensitivity.data(examination, number), ensure_ascii=False, indent=2) + "\n")
        else:
            out(folded(sensitivity.text(examination, number), width()))


@app.command("load-bearing")
def load_bearing(
    limit: Most = 20,
    form: ListForm = Listing.TERMINAL,
) -> None:
    """Rank claims by what to verify first: how much rests on them, how uncertain they are, how weakly sourced."""
    from kb import bearing, lists

    with desk() as at:
        examination = at.examine_and_keep()
        records = bearing.records(examination.evidence, bearing.bearings(examination, limit))
    shown = ["rank", "claim", "why", "statement"]
    texts = [{name: str(record[name]) for name in bearing.FIELDS} for record in records]
    listed(records, bearing.FIELDS, form, lists.aligned(texts, shown))
