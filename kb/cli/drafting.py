"""The command that drafts: claims as they may stand in a text, for somebody to correct; nothing is stored."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from kb.cli._shell import USAGE, app, desk, fail, out, say
from kb.cli.sourcing import read

SOURCE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(help="A text in UTF-8; - reads what is piped in.")],
    source: Annotated[str, typer.Option("--source", help="The id that the source is to have.")] = "pasted-text",
    title: Annotated[str, typer.Option("--title", help="Its title.")] = "A pasted text",
    by: Annotated[str, typer.Option("--by", help="Who says it.")] = "unknown author",
) -> None:
    """Draft claims from a text: each quantity with its place, what it most likely is of, and why; to be corrected."""
    from kb import drafting
    from kb.texts import decoded

    if not SOURCE.fullmatch(source):
        fail(f"--source {source!r}; expected small letters and digits with dashes between; write it so", USAGE)
    text = decoded(sys.stdin.buffer.read(), "-") if str(file) == "-" else read(file)
    with desk() as at:
        found = drafting.drafted(text, at.knowledge)
    out(drafting.text_of(found, source, title, by))
    placed, left = len(found.proposals), len(found.unplaced)
    say(f"{placed} quantities placed, {left} not; correct the draft, then kb check it and kb import it")
