"""The command that describes claim files to editors."""

from __future__ import annotations

from kb.cli._shell import app, out


@app.command()
def schema() -> None:
    """Print the JSON Schema of claim files, for an editor: first line `# yaml-language-server: $schema=FILE`."""
    import json

    from kb import schemas

    out(json.dumps(schemas.claim_file(), ensure_ascii=False, indent=2) + "\n")
