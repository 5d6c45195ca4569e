"""The command that shows every way to one quantity."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli._choosing import ListForm, Listing
from kb.cli._shell import USAGE, app, desk, fail, out, width

if TYPE_CHECKING:
    from kb.desk import Desk
    from kb.pipeline import Examination
    from kb.routes import Target


@app.command()
def routes(
    words: Annotated[
        list[str],
        typer.Argument(metavar="ATTRIBUTE SUBJECT | CLAIM", help="What is asked of what, or a claim that answers it."),
    ],
    form: ListForm = Listing.TERMINAL,
) -> None:
    """Show every route to a quantity: what is stated, what each derivation gives, which agree, what they share."""
    from kb import lists, routeforms
    from kb.routes import quantities

    if len(words) > 2:
        fail(f"{len(words)} words; expected ATTRIBUTE SUBJECT, or a claim; quote a name that has spaces in it", USAGE)
    with desk() as at:
        examination = at.examine_and_keep()
        target = target_of(at, examination, words)
        evidence = examination.evidence
        found = quantities(examination, target)
        if form is Listing.JSON:
            out(json.dumps(routeforms.data(evidence, found), ensure_ascii=False, indent=2) + "\n")
        elif form is Listing.CSV:
            out(lists.as_csv(routeforms.records(evidence, found), routeforms.FIELDS))
        elif found:
            out(routeforms.text(evidence, found, width()))
        else:
            ids = evidence.columns.entity_ids
            out(routeforms.nothing(f"{evidence.attributes[target.attribute].id} of {ids[target.subject]}"))


def target_of(at: Desk, examination: Examination, words: list[str]) -> Target:
    """What some words ask for; raises NotFound, Ambiguous."""
    from kb import bygone, views
    from kb.errors import NotFound
    from kb.routes import Target

    columns, vocabulary = examination.columns, examination.evidence.vocabulary
    if len(words) == 1:
        ids = views.claim_ids(examination)
        claims, number = columns.claims, ids.index(bygone.claim_named(at.store, ids, words[0]))
        what, whom = int(claims.attribute[number]), int(claims.subject[number])
        return Target(what, whom, int(claims.than[number]), number)
    attribute, subject = words
    if attribute not in vocabulary.attributes:
        raise NotFound("attribute", attribute, vocabulary.attributes, "kb attributes")
    meant = at.knowledge.find(subject, vocabulary.attributes[attribute].about)
    if not meant:
        names = [name for each in at.knowledge.entities.values() for name in (each.id, *sum(each.names.values(), ()))]
        raise NotFound("entity", subject, names, "kb entities")
    if len(meant) > 1:
        fail(f"{subject!r} is a name of {', '.join(meant)}; expected one of them; write its id", USAGE)
    return Target(vocabulary.attribute_order[attribute], columns.entity_ids.index(meant[0]))
