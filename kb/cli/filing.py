"""Commands that read files: to check them on their own, or to store what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli._shell import USAGE, Fail, FailOn, Form, Format, app, desk, fail, leave, out, say

if TYPE_CHECKING:
    from kb.bygone import Undoing
    from kb.knowledge import Corpus
    from kb.pipeline import Examination
    from kb.store import Receipt

MOST_NAMED = 3  # of what an import revises
MOST_ARRIVING = 12  # in one line
MOST_UNDONE = 24  # lines
MOST_RETRACTED = 12  # in the command that a user may copy


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files of claims.")],
    form: Form = Format.TERMINAL,
    fail_on: Fail = FailOn.ERROR,
) -> None:
    """Examine files on their own, with the vocabulary and references that are known; nothing is stored."""
    from kb import views
    from kb.reports import json

    with desk() as at:
        corpus, whole = at.check(files)
        revised = views.revised(corpus, at.knowledge)
    examination = views.concerning(whole, corpus)
    if form is Format.JSON:
        out(json.dumps(json.checked(examination)))
    else:
        for place, found in views.placed(views.still_open(examination), corpus.places):
            out(views.finding_line(found, place) + "\n")
        for line in filter(None, (summary(corpus, examination), revisions(revised), references(corpus))):
            say(line)
    leave(examination, fail_on)


@app.command("import")
def import_file(
    words: Annotated[
        list[str],
        typer.Argument(metavar="[FORMAT] FILE", help="A file of claims, or a table after the name of its format."),
    ],
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Store what can be read although the file has errors.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Make a new store of this alone, without the corpora of Claimcheck.")
    ] = False,
) -> None:
    """Read a file of claims, or a table such as in `kb import csv FILE.csv`, and store what it says."""
    from kb import bygone
    from kb.knowledge import collector_paused

    if len(words) > 2:
        fail(
            f"{len(words)} words after import; expected a file, or a format and a file; name one file at a time", USAGE
        )
    with collector_paused(), desk(fill=not fresh) as at:
        history = at.empty() if fresh else None
        corpus = at.read(words[-1], words[0] if len(words) == 2 else None)
        for trouble in corpus.troubles:
            say(f"{trouble.place}: {trouble.severity.name.lower()}: {trouble.message}")
        if not corpus.errors or keep_good:
            for line in undone(bygone.undoing(at.store, corpus)):
                say(line)
        receipt = at.store.add(corpus, f"import {Path(words[-1]).name}", keep_good=keep_good, expecting=history)
        if fresh:
            at.leave_shipped()
    say(told(receipt))
    for line in (references(corpus) if receipt.change else "", *unsaid(corpus)):
        if line:
            say(line)


# ------------------------------------------------------------------------------------------------ in words


def told(receipt: Receipt) -> str:
    """One line about what an import stored, once it is safely stored; what was known before and is revised, by name."""
    parts = counted(receipt)
    return f"stored as change {receipt.change}: {parts}" if receipt.change else f"nothing new: {parts}"


def counted(receipt: Receipt) -> str:
    """How much of what is new, revised and unchanged."""
    parts = []
    for verb, counts in (("new", receipt.added), ("revised", receipt.revised), ("unchanged", receipt.unchanged)):
        for what, count in ((what, count) for what, count in counts.items() if count):
            names = f" ({some(receipt.names[what])})" if verb == "revised" else ""
            parts.append(f"{count} {what if count == 1 else plural(what)} {verb}{names}")
    return ", ".join(parts)


def unsaid(corpus: Corpus) -> list[str]:
    """A line for each source of which claims are stored that its file no longer makes: they stay until retracted.

    A file is a source's own when it defines the source, or makes most of its claims; one with errors may make more.
    """
    mine: dict[str, list[str]] = {}
    left: dict[str, list[str]] = {}
    new = set(corpus.new.claims)
    for id_, claim in corpus.knowledge.claims.items():
        (mine if id_ in new else left).setdefault(claim.source.cite, []).append(id_)
    return [
        silent(source, left[source])
        for source, ids in mine.items()
        if source in left and not corpus.errors
        if source in corpus.new.sources or len(ids) >= len(left[source])
    ]


def undone(found: Undoing) -> list[str]:
    """What to say of files that take back what was decided here, and may bring back what was erased."""
    lines = list(found.overruled[:MOST_UNDONE])
    if len(found.overruled) > MOST_UNDONE:
        lines.append(f"and {len(found.overruled) - MOST_UNDONE} more that this takes back")
    return lines + (arriving(found.arriving, found.forgotten) if found.forgotten else [])


def arriving(ids: Sequence[str], forgotten: int) -> list[str]:
    """What to say of claims that are not in the store and would come in: one may have been erased on purpose."""
    if not ids:
        return []
    more = f" and {len(ids) - MOST_ARRIVING} more" if len(ids) > MOST_ARRIVING else ""
    claims, are = ("claim", "is") if len(ids) == 1 else ("claims", "are")
    lines = [f"brings in {len(ids)} {claims} that {are} not in this store: {', '.join(ids[:MOST_ARRIVING])}{more}"]
    if forgotten:
        one = forgotten == 1
        erased, them, it = ("1 claim was", "it", "it") if one else (f"{forgotten} claims were", "them", "one")
        told = f"{erased} erased here by kb forget, and what is left of {them} does not tell which"
        lines.append(f"{told}: look whether {it} comes back by this")
    return lines


def silent(source: str, ids: Sequence[str]) -> str:
    """One line about claims of a source that its file no longer makes, with the command that takes them out."""
    claims, are, them = ("claim", "is", "it") if len(ids) == 1 else ("claims", "are", "them")
    named = f"{' '.join(ids[:MOST_RETRACTED])}{' ...' if len(ids) > MOST_RETRACTED else ''}"
    return (
        f"{len(ids)} {claims} of {source} {are} in the store but not in this file; "
        f"to take {them} out: kb retract {named} --reason TEXT"
    )


def some(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def references(corpus: Corpus) -> str:
    """One line about the claims of a file that are references, which decide over the others; nothing without any."""
    from kb.model import Standing

    claims = [corpus.knowledge.claims[id_] for id_ in corpus.new.claims]
    found = Counter(claim.standing for claim in claims if claim.standing is not None)
    if not found:
        return ""
    what, they, are = f"{found.total()} of the claims are references", "they", "are"
    if found.total() == 1:
        what, they, are = "1 of the claims is a reference", "it", "is"
    decide = "decide" if they == "they" else "decides"
    does = decide if set(found) != {Standing.COMPARISON} else f"{are} set beside others"
    kinds = ", ".join(f"{count} {standing.value}" for standing, count in found.items())
    return f"{what} ({kinds}): {they} {does}, and {are} not judged"


def plural(what: str) -> str:
    """``entities`` of ``entity``."""
    return f"{what[:-1]}ies" if what.endswith("y") and what[-2:] != "ey" else f"{what}s"


def summary(corpus: Corpus, examination: Examination) -> str:
    """One line about files that were checked: how much of them could be, and what was found and not accepted."""
    from kb import views

    checked, numeric = examination.checked(corpus.new.claims)
    open_ = views.still_open(examination)
    counts = [
        (sum(found.severity.name == name.upper() for found in open_), name) for name in ("error", "warning", "note")
    ]
    found = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts)
    read = len(corpus.new.claims)
    return (
        f"{read} {'claim' if read == 1 else 'claims'} read, {checked} of {numeric} numeric ones could be recomputed: "
        f"{found}; sources that these files do not speak of are compared after kb import"
    )


def revisions(revised: Mapping[str, Sequence[str]]) -> str:
    """One line about what files change of what is known already; nothing if they change nothing."""
    parts = [f"{what if len(names) == 1 else plural(what)} {some(names)}" for what, names in revised.items() if names]
    return (
        f"revises what is known already: {'; '.join(parts)}; leave these records out to keep them as they are"
        if parts
        else ""
    )
