"""The command `kb`: read, examine, render, exit. It decides nothing; heavy modules are imported inside commands."""

from __future__ import annotations

import codecs
import io
import os
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from kb import __version__

if TYPE_CHECKING:
    from kb.desk import Desk
    from kb.knowledge import Corpus
    from kb.model import Claim, Verdict
    from kb.pipeline import Examination
    from kb.store import Receipt

OK, FOUND, USAGE = range(3)  # 3 to 5 are what errors say of themselves
UNAVAILABLE = 5
MOST_NAMED = 3  # of what an import revises
NARROW, WIDE = 60, 126
BIDI = {code: f"\\u{code:04x}" for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}

app = typer.Typer(
    name="kb",
    help="A knowledge base of claims: what holds, what is off, what is impossible, what was not checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """Forms of output."""

    TERMINAL = "terminal"
    JSON = "json"


class FailOn(StrEnum):
    """The least severity of a finding that makes the command fail."""

    NEVER = "never"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class State:
    """What the options before the command say."""

    db: Path | None = None


Db = Annotated[
    Path | None,
    typer.Option(
        "--db", envvar="KB_DB", help="The database file; the user's data folder by default.", show_default=False
    ),
]
Form = Annotated[Format, typer.Option("--format", help="How to print it.")]
Fail = Annotated[FailOn, typer.Option("--fail-on", help="Exit 1 at a finding this severe or worse.")]


def version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        out(f"claimcheck {__version__}\n")
        raise typer.Exit(OK)


@app.callback()
def options(
    db: Db = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that every command has."""
    State.db = db


@app.command()
def report(form: Form = Format.TERMINAL, fail_on: Fail = FailOn.NEVER) -> None:
    """Examine everything that is known and say what holds, what is off, what is impossible, what was not checked."""
    from kb.reports import formats

    with desk() as at:
        examination = at.examine_and_keep()
        out(formats()[form](examination, at.heading(examination, width())))
    leave(examination, fail_on)


@app.command("list")
def list_claims(
    verdict: Annotated[
        str, typer.Option("--verdict", help="Only claims with this verdict, such as holds or undetermined.")
    ] = "",
    form: Form = Format.TERMINAL,
) -> None:
    """List the claims with their verdicts."""
    from kb import lists

    records = lists.claims(judged(verdict_named(verdict)))
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
        for place, found in views.placed(examination.findings, corpus.places):
            out(views.finding_line(found, place) + "\n")
        for line in filter(None, (summary(corpus, examination), revisions(revised), references(corpus))):
            say(line)
    leave(examination, fail_on)


@app.command("import")
def import_file(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[FORMAT] FILE", help="A file of claims, or a foreign table after the name of its format."
        ),
    ],
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Store what can be read although the file has errors.")
    ] = False,
) -> None:
    """Read a file of claims, or a foreign table such as `kb import epoch FILE.csv`, and store what it says."""
    if len(words) > 2:
        fail(
            f"{len(words)} words after import; expected a file, or a format and a file; name one file at a time", USAGE
        )
    with desk() as at:
        corpus = at.read(words[-1], words[0] if len(words) == 2 else None)
        for trouble in corpus.troubles:
            say(f"{trouble.place}: {trouble.severity.name.lower()}: {trouble.message}")
        receipt = at.store.add(corpus, f"import {Path(words[-1]).name}", keep_good=keep_good)
    say(told(receipt))
    if receipt.change and (line := references(corpus)):
        say(line)


# ------------------------------------------------------------------------------------------------ the way in and out


def desk() -> Desk:
    """The knowledge base that the options name, open; filled with the shipped corpora on first use."""
    from kb.desk import Desk

    return Desk.open(State.db)


def judged(wanted: Verdict | None) -> list[tuple[Claim, Verdict]]:
    """The claims with their verdicts: those that are kept, or of an examination when none are or they are stale."""
    from kb import kept
    from kb.storeplace import located

    found = kept.verdicts(located(State.db), wanted)
    if found is not None:
        return found
    with desk() as at:
        return at.verdicts(wanted)


def width() -> int:
    """The width to write at: the terminal's, within reason; a wide page where there is none."""
    if (sys.stdout is None or not sys.stdout.isatty()) and "COLUMNS" not in os.environ:
        return WIDE
    return max(NARROW, min(WIDE, shutil.get_terminal_size((WIDE, 40)).columns))


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


def told(receipt: Receipt) -> str:
    """One line about what an import stored, once it is safely stored; what was known before and is revised, by name."""
    parts = []
    for verb, counts in (("new", receipt.added), ("revised", receipt.revised), ("unchanged", receipt.unchanged)):
        for what, count in ((what, count) for what, count in counts.items() if count):
            names = f" ({some(receipt.names[what])})" if verb == "revised" else ""
            parts.append(f"{count} {what if count == 1 else plural(what)} {verb}{names}")
    return (
        f"stored as change {receipt.change}: {', '.join(parts)}"
        if receipt.change
        else f"nothing new: {', '.join(parts)}"
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
    return f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"


def summary(corpus: Corpus, examination: Examination) -> str:
    """One line about files that were checked: how much of them could be, and what was found."""
    checked, numeric = examination.checked(corpus.new.claims)
    counts = [
        (sum(found.severity.name == name.upper() for found in examination.findings), name)
        for name in ("error", "warning", "note")
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


def leave(examination: Examination, fail_on: FailOn) -> None:
    """Exit 1 if a finding is as severe as the user cares about."""
    from kb.model import Severity

    if fail_on is not FailOn.NEVER and examination.worst is not None and examination.worst >= Severity[fail_on.name]:
        raise typer.Exit(FOUND)


def out(text: str) -> None:
    """Data, on standard output; a reader that has seen enough is no error."""
    if sys.stdout is None:  # closed by whoever started this
        return
    try:
        sys.stdout.write(text.translate(BIDI))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        fail(f"standard output cannot be written ({error.strerror}); expected room; write it elsewhere", UNAVAILABLE)


def escaped(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, as JSON escapes it, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)), error.end


def say(text: str) -> None:
    """A message, on standard error."""
    sys.stderr.write(f"{text}\n")


def fail(message: str, code: int) -> NoReturn:
    """One line on standard error and the exit code."""
    say(f"kb: {message}")
    raise typer.Exit(code)


def main() -> None:
    """Run the command; every error that Claimcheck knows is one line and an exit code."""
    from kb.errors import KbError

    codecs.register_error("escaped", escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="escaped")
    try:
        app()
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(OK) from None
    except KbError as error:
        say(f"kb: {error}")
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
