"""Commands that say what there is to ask and to check: derivations, attributes, entities, checks."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli._shell import Form, Format, app, desk, out, width


@app.command()
def derivations(form: Form = Format.TERMINAL) -> None:
    """List the derivations: what each gives, from what, and where the formula is from."""
    from kb import lists, pipeline, views

    records = views.derivation_records(pipeline.derivations())
    out(lists.as_rows(records) if form is Format.JSON else views.entries(records, width()))


@app.command()
def attributes(form: Form = Format.TERMINAL) -> None:
    """List the attributes: what can be asked of which kind of thing, in which unit and scope."""
    from kb import lists, views

    with desk() as at:
        records = views.attribute_records(at.knowledge.vocabulary)
    out(lists.as_rows(records) if form is Format.JSON else views.described(records, width()))


@app.command()
def entities(
    kind: Annotated[str, typer.Argument(help="Only entities of this kind, such as chip.")] = "",
    form: Form = Format.TERMINAL,
) -> None:
    """List the entities that claims can be about, with the names that may stand for them."""
    from kb import lists, views

    with desk() as at:
        records = views.entity_records(at.knowledge.entities.values(), kind)
    out(lists.as_rows(records) if form is Format.JSON else lists.table(records, ["id", "kind", "names"], width()))


@app.command()
def checks(form: Form = Format.TERMINAL) -> None:
    """List the checks and what a finding of each means."""
    from kb import lists, views

    records = views.check_records()
    out(lists.as_rows(records) if form is Format.JSON else lists.table(records, ["code", "says"], width()))
