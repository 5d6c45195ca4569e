"""The command that supposes: what would be found if claims said something else or were not there; nothing is stored."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli._progress import LINE
from kb.cli._shell import USAGE, Form, Format, app, desk, fail, out, width
from kb.cli.editing import acceptable


@app.command()
def whatif(
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="ID=VALUE", help="A claim, and a value to try instead of its own; repeatable."),
    ] = None,
    drops: Annotated[
        list[str] | None, typer.Option("--drop", metavar="ID", help="A claim to leave out; repeatable.")
    ] = None,
    form: Form = Format.TERMINAL,
) -> None:
    """Show which verdicts and findings change if claims had other values or were not there; nothing is stored."""
    import json

    from kb import whatif as supposing

    if not (sets or drops):
        fail("nothing to suppose; expected --set ID=VALUE or --drop ID; see kb whatif --help", USAGE)
    for word in sets or ():
        if "=" not in word:
            fail(f"--set {word!r}; expected ID=VALUE; write --set {word}=VALUE", USAGE)
    with desk() as here:
        supposed = supposing.supposed(here.store.knowledge(claims=True), sets or (), drops or ())
        corpus = supposing.read(supposed)
        acceptable(corpus, "correct these options and ask again")
        LINE.go_on("looking ahead")
        found = supposing.looked_at(supposed, corpus)
    out(
        json.dumps(supposing.as_json(found), ensure_ascii=False, indent=2) + "\n"
        if form is Format.JSON
        else supposing.text(found, width())
    )
