"""Commands that set what was said beside what else was said: two sources, or one thing over time."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli._choosing import ListForm, Listing
from kb.cli._shell import app, desk, out, say, width
from kb.cli.sourcing import asked


@app.command()
def compare(
    one: Annotated[str, typer.Argument(metavar="SOURCE", help="A source, such as a retelling.")],
    other: Annotated[str, typer.Argument(metavar="SOURCE", help="The source to set beside it.")],
    form: ListForm = Listing.TERMINAL,
) -> None:
    """Show two tellings side by side: what agrees, what is apart and by how much, what only one of them says."""
    from collections import Counter

    from kb import lists, sidebyside

    with desk() as at:
        known = [asked(at, name).id for name in (one, other)]
        examination = at.examine_and_keep()
        ids = examination.columns.source_ids
        first, second = (ids.index(name) for name in known)
        records = sidebyside.compared(examination, first, second)
    if form is Listing.JSON:
        out(lists.as_rows(records))
    elif form is Listing.CSV:
        out(lists.as_csv(records, sidebyside.COMPARED))
    else:
        both = [record for record in records if record["relation"] != sidebyside.ONLY]
        heads = {"one": known[0], "other": known[1]}
        shown = ("attribute", "subject", "relation", "one", "other", "by")
        out(lists.aligned([dict.fromkeys(shown, "") | {k: record[k] for k in shown} for record in both], shown))
        for side, name in heads.items():
            alone = [record for record in records if record["relation"] == sidebyside.ONLY and record[side]]
            what = ", ".join(dict.fromkeys(f"{record['attribute']} of {record['subject']}" for record in alone))
            if alone:
                out(lists.table([{"who": f"only {name}:", "what": what}], ["who", "what"], width()))
        counts = Counter(record["relation"] for record in records)
        say(", ".join(f"{count} {relation}" for relation, count in counts.items()) or "nothing to compare")


@app.command()
def timeline(
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="A thing, by any of its names.")],
    attribute: Annotated[str, typer.Option("--attribute", help="Only this attribute, or a family of them.")] = "",
    form: ListForm = Listing.TERMINAL,
) -> None:
    """Show what was said of a thing and of its runs over time: values by the day on which their source came out."""
    from kb import lists, sidebyside
    from kb.errors import NotFound

    with desk() as at:
        found = at.knowledge.find(entity)
        if len(found) != 1:
            raise NotFound("entity", entity, at.knowledge.entities, "kb entities")
        examination = at.examine_and_keep()
        records = sidebyside.timeline(examination, examination.columns.entity_ids.index(found[0]), attribute)
    if form is Listing.JSON:
        out(lists.as_rows(records))
    elif form is Listing.CSV:
        out(lists.as_csv(records, sidebyside.TIMES))
    elif records:
        shown = ("attribute", "published", "value", "subject", "holder", "source", "then")
        out(lists.aligned([{key: record[key] for key in shown} for record in records], shown))
    else:
        say(f"nothing is said of {found[0]} in figures")
