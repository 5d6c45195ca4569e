"""Commands that say what there is to ask and to check: derivations, attributes, entities, checks."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli._choosing import ListForm, Listing, listed
from kb.cli._shell import app, desk, width


@app.command()
def derivations(form: ListForm = Listing.TERMINAL) -> None:
    """List the derivations: what each gives, from what, and where the formula is from."""
    from kb import pipeline, views

    records = views.derivation_records(pipeline.derivations())
    listed(records, list(records[0]), form, views.entries(records, width()))


@app.command()
def attributes(form: ListForm = Listing.TERMINAL) -> None:
    """List the attributes: what can be asked of which kind of thing, in which unit and scope."""
    from kb import views

    with desk() as at:
        records = views.attribute_records(at.knowledge.vocabulary)
    columns = ["name", "about", "type", "unit", "scope", "says"]
    listed(records, columns, form, views.described(records, width()))


@app.command()
def entities(
    kind: Annotated[str, typer.Argument(help="Only entities of this kind, such as chip.")] = "",
    form: ListForm = Listing.TERMINAL,
) -> None:
    """List the entities that claims can be about, with the names that may stand for them."""
    from kb import lists, views

    with desk() as at:
        records = views.entity_records(at.knowledge.entities.values(), kind)
    columns = ["id", "kind", "names"]
    listed(records, columns, form, lists.table(records, columns, width()))


@app.command()
def checks(form: ListForm = Listing.TERMINAL) -> None:
    """List the checks and what a finding of each means."""
    from kb import lists, views

    records = views.check_records()
    columns = ["code", "says"]
    listed(records, columns, form, lists.table(records, columns, width()))
