"""Commands about sources: which there are, what of their texts is captured, and the texts themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli._shell import FOUND, Form, Format, app, desk, out, say, width

if TYPE_CHECKING:
    from kb.desk import Desk
    from kb.model import Source

group = typer.Typer(help="The sources, and how far their texts bear out their claims.", rich_markup_mode=None)
app.add_typer(group, name="source")

Named = Annotated[str, typer.Argument(metavar="SOURCE", help="A source's id, as `kb source` prints it.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The text of the source, in UTF-8.")]


@group.callback(invoke_without_command=True)
def sources(context: typer.Context, form: Form = Format.TERMINAL) -> None:
    """List the sources: kind, date, language, claims, whether the text is attached, what they retell."""
    from kb import lists, sourceviews

    if context.invoked_subcommand is not None:
        return
    with desk() as at:
        counts = at.store.claims_by_source()
        records = sourceviews.source_records(at.knowledge.sources, counts, at.store.attached())
    columns = ["id", "kind", "published", "language", "claims", "text", "retells", "title"]
    out(lists.as_rows(records) if form is Format.JSON else lists.table(records, columns, width()))


@group.command()
def verify(source: Named, file: File, form: Form = Format.TERMINAL) -> None:
    """Prove the claims of a source by its text: places, digests, sentences, figures; exit 1 if anything is amiss."""
    from kb import proofs, sourceviews
    from kb.reports import json

    with desk() as at:
        known, text = asked(at, source), read(file)
        names = proofs.names_of(at.knowledge.entities.values())
        proof = proofs.prove(known, at.store.claims_of(source), names, text)
    if form is Format.JSON:
        out(json.dumps(sourceviews.proof_record(source, proof)))
    else:
        out("".join((*sourceviews.proof_text(source, proof), sourceviews.proof_summary(source, proof))))
    if proof.problems:
        raise typer.Exit(FOUND)


@group.command()
def sentences(source: Named, file: File) -> None:
    """Print the sentence table of a text as YAML, to be pasted into the record of its source."""
    from kb import proofs, sourceviews, texts

    with desk() as at:
        known, found = asked(at, source), texts.sentences(read(file))
        held = proofs.coverage(known.model_copy(update={"sentences": found}), at.store.claims_of(source))
    out("".join(sourceviews.table(known, found, held)))


@group.command()
def coverage(source: Named, form: Form = Format.TERMINAL) -> None:
    """List the sentences of a source with the claims that each holds; its text is not needed."""
    from kb import lists, proofs, sourceviews
    from kb.reports import json

    with desk() as at:
        known = asked(at, source)
        if not known.sentences:
            raise proofs.NoTable(source)
        found = proofs.coverage(known, at.store.claims_of(source))
    out(
        json.dumps(sourceviews.coverage_record(source, found))
        if form is Format.JSON
        else lists.table(sourceviews.coverage_rows(found), ["at", "holds"], width())
    )


@group.command()
def attach(
    source: Named,
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Although it seems to be another text.")] = False,
) -> None:
    """Keep the text of a source in this database, never exported, so that its own words stand beside its claims."""
    from kb import proofs, sourceviews

    with desk() as at:
        known, text = asked(at, source), read(file)
        held = proofs.held(known, at.store.claims_of(source), text)
        if held.is_another and not force:
            raise proofs.Mismatch(str(file), source, held)
        at.store.attach(source, text)
    say(f"attached to {source}: {len(text):,} characters, {sourceviews.held(held)}; it is in this database alone")


@group.command()
def detach(source: Named) -> None:
    """Keep the text of a source no longer."""
    with desk() as at:
        asked(at, source)
        gone = at.store.attach(source, None)
    say(f"detached from {source}" if gone else f"nothing was attached to {source}")


def asked(at: Desk, source: str) -> Source:
    """The source of that id; raises NotFound."""
    from kb.errors import NotFound

    if source not in at.knowledge.sources:
        raise NotFound("source", source, at.knowledge.sources, "kb source")
    return at.knowledge.sources[source]


def read(file: Path) -> str:
    """The text of a file; raises NoFile, NotText."""
    from kb import corpus, texts

    return texts.decoded(corpus.content(file)[0], str(file))
