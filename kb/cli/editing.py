"""Commands that change what is known, each after showing what would come of it: add, revise, retract, forget."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from kb.cli._asking import agreed
from kb.cli._progress import LINE
from kb.cli._shell import USAGE, Form, Format, app, desk, fail, out, say, width
from kb.cli.filing import counted, references, told, undone

if TYPE_CHECKING:
    from kb.desk import Desk
    from kb.editing import Edit
    from kb.knowledge import Corpus, Knowledge
    from kb.preview import Preview
    from kb.storeedits import Forgotten
    from kb.watching import Watch

STDIN = "-"
REFUSED = 3
MOST_TOLD = 12  # claims that rest on one

Statement = Annotated[str | None, typer.Option(help="What it says, in your own words.")]
Subject = Annotated[str | None, typer.Option(help="The entity that it is about.")]
Attribute = Annotated[str | None, typer.Option(help="What it says of that entity: see kb attributes.")]
Value = Annotated[str | None, typer.Option(help="The value as the source prints it, with its unit.")]
Cite = Annotated[str | None, typer.Option(help="The source.")]
At = Annotated[str | None, typer.Option(help="Where in the source: p3.s2, or a row and column.")]
Holder = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Who says so, from publisher to who asserts; repeatable.")
]
ScopeKeys = Annotated[list[str] | None, typer.Option("--scope", metavar="KEY=VALUE", help="Repeatable.")]
Mode = Annotated[str | None, typer.Option(help="statement, estimate, premise, conditional, prediction ...")]
Firmness = Annotated[str | None, typer.Option(help="hedged, plain or emphatic.")]
Than = Annotated[str | None, typer.Option(help="The entity that the value is a factor of.")]
Note = Annotated[str | None, typer.Option(help="What a reader should know.")]
Yes = Annotated[bool, typer.Option("--yes", help="Store without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would come of it, and store nothing.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays in the history.")]
Force = Annotated[bool, typer.Option("--force", help="Although other claims rest on it.")]


class How(NamedTuple):
    """What the options say about storing."""

    yes: bool
    dry_run: bool
    form: Format


@app.command()
def add(
    file: Annotated[str, typer.Argument(help="A file of claims, or - for standard input.", show_default=False)] = "",
    id_: Annotated[str | None, typer.Option("--id", help="The new claim's id, unique in its source.")] = None,
    subject: Subject = None,
    attribute: Attribute = None,
    value: Value = None,
    statement: Statement = None,
    cite: Cite = None,
    at: At = None,
    holder: Holder = None,
    scope: ScopeKeys = None,
    mode: Mode = None,
    firmness: Firmness = None,
    than: Than = None,
    note: Note = None,
    template: Annotated[bool, typer.Option("--template", help="Print a file of claims to start from.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    form: Form = Format.TERMINAL,
) -> None:
    """Add claims, with what they need, from a file or one by options; show first what would come of it, then ask."""
    from kb import bygone, editing

    given = options(
        id=id_, subject=subject, attribute=attribute, value=value, statement=statement, cite=cite, at=at,
        holders=holder, mode=mode, firmness=firmness, than=than, note=note,
    )  # fmt: skip
    if template:
        out(editing.TEMPLATE)
        return
    if bool(file) == bool(given or scope):
        found = "a file and a claim by options" if file else "nothing to add"
        fail(f"{found}; expected a file, or the options of one claim; see kb add --help and kb add --template", USAGE)
    with desk() as here:
        history, base = here.store.digest(), here.store.knowledge(claims=True)
        corpus = read(file, base, here.store.watch) if file else editing.read(editing.stated(given, pairs(scope)), base)
        acceptable(corpus, "mend the file and add it again" if file else "correct these options and add it again")
        what = f"add {named(file)}" if file else f"add {', '.join(corpus.new.claims)}"
        before = undone(bygone.undoing(here.store, corpus))
        store(here, editing.Edit(corpus, base, history, what), How(yes, dry_run, form), before)


@app.command()
def revise(
    claim: Annotated[str, typer.Argument(help="A claim's id, or the part after the colon.")],
    subject: Subject = None,
    attribute: Attribute = None,
    value: Value = None,
    statement: Statement = None,
    cite: Cite = None,
    at: At = None,
    holder: Holder = None,
    scope: ScopeKeys = None,
    mode: Mode = None,
    firmness: Firmness = None,
    than: Than = None,
    note: Note = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    form: Form = Format.TERMINAL,
) -> None:
    """Change some fields of a claim, as a new revision; an empty text takes a field out, KEY= a key of the scope."""
    from kb import bygone, editing
    from kb.proofs import names_of

    given = options(
        subject=subject, attribute=attribute, value=value, statement=statement, cite=cite, at=at, holders=holder,
        mode=mode, firmness=firmness, than=than, note=note,
    )  # fmt: skip
    if not given and not scope:
        fail("nothing to change; expected at least one option such as --value; see kb revise --help", USAGE)
    with desk() as here:
        history, base = here.store.digest(), here.store.knowledge(claims=True)
        id_ = bygone.claim_named(here.store, base.claims, claim)
        corpus = editing.read(editing.changed(base.claims[id_], given, pairs(scope)), base)
        acceptable(corpus, "correct these options and revise it again")
        left = editing.still_says(base.claims[id_], corpus.knowledge.claims[id_], names_of(base.entities.values()))
        says = f"the statement still says {' and '.join(map(repr, left))}: " if left else ""
        store(
            here,
            editing.Edit(corpus, base, history, f"{editing.REVISE} {id_}"),
            How(yes, dry_run, form),
            before=[f"{says}{'correct' if statement else 'add'} --statement"] if left else [],
            after=[f"{says}kb revise {id_} --statement TEXT corrects it"] if left else [],
        )


@app.command()
def retract(
    claims: Annotated[list[str], typer.Argument(help="Claims' ids, or the parts after the colon.")],
    reason: Reason,
    force: Force = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    form: Form = Format.TERMINAL,
) -> None:
    """Take claims out of what is known; the history keeps them, and they can be added again."""
    from kb import bygone, preview, storeedits

    reasoned(reason)
    with desk() as here:
        history, base = here.store.digest(), here.store.knowledge(claims=True)
        ids = list(dict.fromkeys(bygone.claim_named(here.store, base.claims, claim) for claim in claims))
        if (count := resting(base, ids)) and not force:
            line = f"{rest_count(count)} on what is to be retracted; expected none; retract them together, revise them"
            fail(f"{line}, or say --force and they become findings; nothing was stored", REFUSED)
        LINE.go_on("looking ahead")
        show(preview.of_retraction(ids, base), form)
        agreed(f"retract {len(ids)} {'claim' if len(ids) == 1 else 'claims'}? [y/N] ", "y", yes, dry_run)
        change = here.store.write(lambda db: storeedits.retract(db, ids, reason), history)
    say(f"stored as change {change}: {len(ids)} {'claim' if len(ids) == 1 else 'claims'} retracted")


@app.command()
def forget(
    record: Annotated[str, typer.Argument(help="The id of a claim, entity, source or attribute, now or in the past.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays, so do not repeat what must go.")],
    part: Annotated[str, typer.Option("--part", help="claim, entity, source ..., where several have that id.")] = "",
    force: Force = False,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
) -> None:
    """Erase a record for good, from every revision, as the law may demand; otherwise revise or retract it."""
    from kb import storeedits, storepast
    from kb.tables import TOMB

    reasoned(reason)
    with desk() as here:
        part, name = only_record(here, record, part)
        if not name.startswith(TOMB):
            told_, count = f"{part} {name}", len(here.store.read(lambda db: storepast.revisions(db, part, name)))
            say(f"this erases {told_}: {count} {'revision' if count == 1 else 'revisions'}, for good")
            if findings := here.store.read(lambda db: storeedits.acceptances(db, name)) if part == "claim" else ():
                say(f"and what was accepted of {', '.join(findings)}: reasons, and digests of what the claim said")
            if part == "claim":
                unfounded(here, name, force)
            agreed("type its id to erase it: ", name, yes)
            erased = here.store.write(lambda db: storeedits.forget(db, part, name, reason))
            farewell(erased, part)
            name = erased.tomb
        storeedits.finish(here.store.path, here.store.wait, name)
    say("the file was written anew, without it")


def only_record(at: Desk, name: str, part: str) -> tuple[str, str]:
    """The one record that is meant, as its part and name; raises Shared, NoRecord."""
    from kb import storepast

    found = at.store.read(lambda db: storepast.records(db, name))
    fit = [(each, whole) for each, whole in found if part in ("", each)]
    if len(fit) != 1:
        raise storepast.Shared(name, [f"{each} {whole}" for each, whole in found])
    return fit[0]


# ------------------------------------------------------------------------------------------------ steps


def options(**given: Any) -> dict[str, Any]:
    """The options that were given, by the names of their fields."""
    return {name: value for name, value in given.items() if value not in (None, [])}


def pairs(scope: list[str] | None) -> list[tuple[str, str]]:
    """Keys and values of a scope; exits 2 for a word that is not one of each."""
    for word in scope or ():
        if "=" not in word:
            fail(f"--scope {word!r}; expected KEY=VALUE; write --scope {word}=VALUE", USAGE)
    return [(key.strip(), value.strip()) for key, _, value in (word.partition("=") for word in scope or ())]


def read(file: str, base: Knowledge, watch: Watch) -> Corpus:
    """A file of claims, or standard input, on top of what is known."""
    from kb import corpus as corpora
    from kb import updating

    found = ("standard input", sys.stdin.buffer.read()) if file == STDIN else Path(file)
    return updating.untroubled(corpora.read([found], base, watch), watch)


def named(file: str) -> str:
    """What to call a file in the history."""
    return "standard input" if file == STDIN else Path(file).name


def acceptable(corpus: Corpus, remedy: str) -> None:
    """Says what is wrong with what was read; raises Refused with what to do about it if that keeps it out."""
    from kb.store import Refused

    for trouble in corpus.troubles:
        say(f"{trouble.place}: {trouble.severity.name.lower()}: {trouble.message}")
    if corpus.errors:
        raise Refused(corpus.errors, remedy)


def store(at: Desk, edit: Edit, how: How, before: Sequence[str] = (), after: Sequence[str] = ()) -> None:
    """Shows what would come of it, asks, and stores, if the history is still the one that was looked at.

    before, after: what to say besides, while it can still be left, and when it is done.
    """
    from kb import preview

    LINE.go_on("looking ahead")
    found = preview.of_corpus(edit.corpus, edit.base)
    show(found, how.form, before)
    if not (found.receipt.added or found.receipt.revised):
        say(told(found.receipt))
        return
    for line in (*before, f"to be stored: {counted(found.receipt)}"):
        say(line)
    agreed("store? [y/N] ", "y", how.yes, how.dry_run)
    say(told(at.store.add(edit.corpus, edit.what, expecting=edit.history)))
    for line in filter(None, (references(edit.corpus), *after)):
        say(line)


def show(found: Preview, form: Format, before: Sequence[str] = ()) -> None:
    """Prints what would come of an edit; before: what is said besides, which JSON has too."""
    import json

    from kb import preview

    out(
        json.dumps({**preview.as_json(found), "cautions": list(before)}, ensure_ascii=False, indent=2) + "\n"
        if form is Format.JSON
        else preview.text(found, width())
    )


def reasoned(reason: str) -> None:
    """Exits 2 without a reason."""
    if not reason.strip():
        fail("no reason; expected --reason TEXT; say why, for whoever reads the history", USAGE)


def resting(base: Knowledge, ids: list[str]) -> int:
    """Says which claims rest on those that are to go, and gives how many do.

    They would be left with a basis that nobody knows, and no file that holds them could be imported again.
    """
    left = [
        f"{claim.id} rests on {rest.claim} ({rest.role.value})"
        for claim in base.claims.values()
        for rest in claim.rests_on
        if rest.claim in ids and claim.id not in ids
    ]
    for line in [*left[:MOST_TOLD], *([f"and {len(left) - MOST_TOLD} more"] if len(left) > MOST_TOLD else [])]:
        say(line)
    return len(left)


def rest_count(count: int) -> str:
    """``2 claims rest``."""
    return f"{count} {'claim rests' if count == 1 else 'claims rest'}"


def unfounded(at: Desk, claim: str, force: bool) -> None:
    """Says which claims rest on one that is to be erased, and that their rests will dangle; exits 3 unless forced.

    One that was retracted before is forgotten without that: nothing dangles that does not already.
    """
    base = at.store.knowledge(claims=True)
    count = resting(base, [claim])
    if not count or claim not in base.claims:
        return
    if not force:
        remedy = "retract or revise them first, or say --force and each becomes a finding (dangling)"
        fail(f"{rest_count(count)} on what is to be erased; expected none; {remedy}; nothing was erased", REFUSED)
    say(f"{rest_count(count)} on nothing that is known after that: each becomes a finding (dangling)")


def farewell(erased: Forgotten, part: str) -> None:
    """Says what was erased, what still names it, and what cannot be reached."""
    count = f"{erased.revisions} {'revision' if erased.revisions == 1 else 'revisions'}"
    say(f"erased as change {erased.change}: {count} of this {part}; its name is now {erased.tomb}")
    if erased.accepted:
        say(f"erased with it: what was accepted of {', '.join(erased.accepted)}; what is found again is open again")
    if erased.naming:
        more = " ..." if len(erased.naming) > MOST_TOLD else ""
        say(f"its old name still stands in the words of {', '.join(erased.naming[:MOST_TOLD])}{more}")
    say("out of reach: backups, exports, copies of the file, the files that it was read from, and what was printed")
