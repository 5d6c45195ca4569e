"""The command that drafts: claims as they may stand in a text, for somebody to correct; nothing is stored."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kb.cli._shell import USAGE, app, desk, fail, out, say
from kb.cli.sourcing import read

if TYPE_CHECKING:
    from kb.drafting import Drafted
    from kb.knowledge import Knowledge

ADDRESS = re.compile(r"https?://[^\s/]")
NAMED = re.compile(r"(?!\s)[^\x00-\x1f\x7f/]{1,120}(?<!\s)")
SOURCE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(help="A text in UTF-8; - reads what is piped in.")],
    source: Annotated[str, typer.Option("--source", help="The id that the source is to have.")] = "pasted-text",
    title: Annotated[str, typer.Option("--title", help="Its title.")] = "A pasted text",
    by: Annotated[str, typer.Option("--by", help="Who says it.")] = "unknown author",
    about: Annotated[
        list[str] | None,
        typer.Option("--about", help="A model that it is about and that is not known yet.", metavar="NAME"),
    ] = None,
    llm: Annotated[
        str | None,
        typer.Option(
            "--llm",
            help="A language model that suggests what the figures are of, as provider:model (needs the extra llm); "
            "the text is sent to it.",
            metavar="MODEL",
        ),
    ] = None,
    llm_url: Annotated[
        str | None,
        typer.Option("--llm-url", help="Where it answers in OpenAI's protocol: an address.", metavar="URL"),
    ] = None,
) -> None:
    """Draft claims from a text: each quantity with its place, what it most likely is of, and why; to be corrected."""
    from kb import drafting
    from kb.draftfile import Heading, text_of
    from kb.texts import decoded

    if not SOURCE.fullmatch(source):
        fail(f"--source {source!r}; expected small letters and digits with dashes between; write it so", USAGE)
    if llm_url is not None and (llm is None or not ADDRESS.match(llm_url)):
        fail(f"--llm-url {llm_url!r}; expected http:// or https:// beside --llm MODEL; write it so", USAGE)
    for name in about or ():
        if not NAMED.fullmatch(name):
            fail(f"--about {name!r}; expected a name of at most 120 characters on one line; write it so", USAGE)
    text = decoded(sys.stdin.buffer.read(), "-") if str(file) == "-" else read(file)
    remarks = ""
    with desk() as at:
        known, new = drafting.with_models(at.knowledge, about or ())
        found = drafting.drafted(text, known)
        if llm is not None:
            found, remarks = helped(found, known, llm, llm_url)
    out(text_of(found, Heading(source, title, by, new, remarks)))
    placed, left = len(found.proposals), len(found.unplaced)
    say(f"{placed} quantities placed, {left} not; correct the draft, then kb check it and kb import it")
    if hint := drafting.unknown(found, known):
        say(hint)


def helped(found: Drafted, known: Knowledge, model: str, address: str | None) -> tuple[Drafted, str]:
    """The draft with a language model's help, and what is to be said of that in it."""
    try:
        from kb.assisted import assisted, remarked
        from kb.suggesting import Assistant, parts
    except ModuleNotFoundError as missing:
        fail(f"found no {missing.name}; expected the extra llm; install claimcheck[llm], or draft without --llm", USAGE)
    calls = sum(1 for _ in parts(found.text))
    where = f"{model}{f' at {address}' if address else ''}"
    say(f"{len(found.text):,} characters go to {where}, in {calls:,} call{'s' if calls > 1 else ''}")
    better, dropped = assisted(found, known, Assistant(model, address))
    return better, remarked(better, dropped, model)
