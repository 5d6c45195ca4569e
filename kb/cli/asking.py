"""Commands that ask: for words, for what rests on what, in SQL."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kb.cli import _choosing as by
from kb.cli._choosing import ListForm, Listing, listed, verdict_named
from kb.cli._shell import State, app, desk, out, printable, say, told, width

if TYPE_CHECKING:
    from kb.filters import Choice
    from kb.graph import Graph
    from kb.model import Verdict
    from kb.query import Value

T = TypeVar("T")

STALE = "no verdicts are kept of what is stored now; kb list finds and keeps them"


class Drawing(StrEnum):
    """Forms of a graph."""

    TEXT = "text"
    DOT = "dot"
    JSON = "json"


MOST = 10**9  # no store has more rows; SQLite cannot count much further

Most = Annotated[
    int,
    typer.Option("--limit", min=1, help="The most rows to print.", callback=lambda given: min(given, MOST)),
]


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words, which must all occur; a last * stands for any ending.")],
    *,
    verdict: by.Wanted = "",
    subject: by.Subject = "",
    attribute: by.Attributes = "",
    source: by.Source = "",
    holder: by.Holder = "",
    mode: by.Modes = "",
    firmness: by.Firm = "",
    kind: by.Kind = "",
    limit: Most = 50,
    form: ListForm = Listing.TERMINAL,
) -> None:
    """Find claims by words of what they say and who says it, of names, attributes, titles and attached texts."""
    from kb import hints, kept, lists
    from kb import search as searching
    from kb.filters import Choice

    choice = Choice(subject, attribute, source, holder, mode, firmness, kind)
    wanted = verdict_named(verdict)
    path = ready()
    if wanted is not None and not kept.is_fresh(path):
        with desk() as at:
            at.verdicts(wanted)  # keeps them
    found = mended(lambda path: searching.search(path, words, choice, wanted, limit))
    records = lists.found(found.hits)
    shown = ["id", "verdict", "value", "matched", "statement"]
    listed(records, lists.FOUND, form, lists.shown(records, [hit.claim for hit in found.hits], shown, width()))
    for hint in hints.beside((hit.claim for hit in found.hits), choice):
        say(hint)

    def count(choice: Choice, wanted: Verdict | None) -> int:
        return searching.search(path, words, choice, wanted).count

    told(found.hint)
    if not (found.hits or found.hint):
        told(hints.instead(choice, wanted, count, more=True))
    if found.count > len(found.hits):
        say(f"the best {len(found.hits)} of {found.count:,}; --limit shows more")
    if not found.judged:
        say(STALE)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over the views that docs/store.md names.")],
    limit: Most = 1000,
    seconds: Annotated[float, typer.Option("--seconds", min=0, help="How long it may take.")] = 30.0,
    form: ListForm = Listing.TERMINAL,
) -> None:
    """Ask the store in SQL: claims, sources, entities, holders, readings, verdicts, applications, inputs, findings."""
    from kb import lists
    from kb.query import Stale, ask

    path = ready()
    try:
        found = ask(path, sql, limit, seconds)
    except Stale:
        with desk() as at:
            at.verdicts()  # keeps what it finds
        found = ask(path, sql, limit, seconds)
    records = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    if form is Listing.JSON:
        records = [{key: finite(value) for key, value in record.items()} for record in records]
    texts = [
        {key: "" if value is None else printable(str(value)) for key, value in record.items()} for record in records
    ]
    listed(records, found.columns, form, "" if form is not Listing.TERMINAL else lists.aligned(texts, found.columns))
    if found.more:
        say(f"the first {len(found.rows):,} rows; --limit shows more")


@app.command()
def graph(
    claim: Annotated[str, typer.Argument(help="A claim's id, or the part after the colon.")],
    depth: Annotated[int, typer.Option("--depth", min=0, max=50, help="How many steps from the claim.")] = 2,
    form: Annotated[Drawing, typer.Option("--format", help="How to print it.")] = Drawing.TEXT,
) -> None:
    """Show what a claim rests on and what rests on it, by what is said and by derivations that use it."""
    from kb import graphforms
    from kb.errors import NotFound
    from kb.graph import around

    ready()
    try:
        found = mended(lambda path: around(path, claim, depth)) or examined(claim, depth)
    except NotFound:
        from kb import bygone

        with desk() as at:
            if (last := bygone.retraction(at.store, claim)) is not None:
                raise bygone.Retracted(last) from None
        raise
    if form is Drawing.JSON:
        out(json.dumps(graphforms.data(found), ensure_ascii=False, indent=2) + "\n")
    else:
        out(graphforms.dot(found) if form is Drawing.DOT else graphforms.text(found))


def examined(claim: str, depth: int) -> Graph:
    """The graph around a claim by an examination, because what is kept of one is stale."""
    from kb.graph import around
    from kb.outcomes import outcomes

    with desk() as at:
        found = outcomes(at.examine_and_keep())
        made = around(at.store.path, claim, depth, found._asdict())
    assert made is not None  # rows were given
    return made


def ready() -> Path:
    """The path of the store, which is made or brought up to date if it has to be."""
    from kb.kept import is_ready
    from kb.storeplace import located

    path = located(State.db)
    if not is_ready(path):
        desk().store.close()
    return path


def mended(answer: Callable[[Path], T]) -> T:
    """An answer of the store; one that cannot be read is filled again from its record first."""
    from kb.storeplace import Damaged

    path = ready()
    try:
        return answer(path)
    except Damaged:
        with desk() as at:
            at.store.rebuild()
        return answer(path)


def finite(value: Value) -> Value:
    """A value that JSON has; what has no end is null, as in the report."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
