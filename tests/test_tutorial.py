"""The tutorial, as somebody who follows it: its files are written, its commands run, what it shows is what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.commands import Kb

TUTORIAL = Path(__file__).resolve().parent.parent / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEAST_COMMANDS = 6


def shown(text: str) -> str:
    """What a block shows, as a pattern: three dots stand for anything, white space for any white space."""
    parts = (r"\s+".join(map(re.escape, part.split())) for part in text.split("..."))
    return r"[\s\S]*".join(parts)


def test_whoever_follows_the_tutorial_sees_what_it_shows(tmp_path: Path) -> None:
    kb, commands = Kb(tmp_path, columns=120), 0
    for kind, name, body in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        if name:
            (tmp_path / name).write_text(body, encoding="utf-8")
            continue
        assert kind == "console", kind
        first, _, wanted = body.partition("\n")
        words = shlex.split(first)
        assert words[:2] == ["$", "kb"], first
        done = kb(*words[2:])
        assert done.returncode == 0, f"{first}: {done.stderr}"
        said = f"{done.stdout}\n{done.stderr}"
        assert re.search(shown(wanted), said), f"{first} says\n{said}"
        commands += 1
    assert commands >= LEAST_COMMANDS
