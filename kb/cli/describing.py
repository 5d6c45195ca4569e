"""The command that describes files to other programs: claim files to editors, and the JSON of reports."""

from __future__ import annotations

from typing import Annotated

import typer

from kb.cli._shell import app, out


@app.command()
def schema(
    report: Annotated[bool, typer.Option("--report", help="That of the JSON of reports instead.")] = False,
) -> None:
    """Print the JSON Schema of claim files, for an editor: first line `# yaml-language-server: $schema=FILE`."""
    import json

    from kb import schemas

    out(json.dumps(schemas.report() if report else schemas.claim_file(), ensure_ascii=False, indent=2) + "\n")
