"""The command `kb` as tests run it: in this process, which spares the second that starting takes, or in its own.

`tests/test_cli.py` shows that both say the same, so a test starts a process only for what a process alone can show:
what starting imports, signals, pipes, a real terminal.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kb.cli import main

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Kb:
    """The command, run in a folder, with a knowledge base of its own there."""

    folder: Path
    database: str = "kb.sqlite"
    columns: int | None = None  # of the terminal; as wide as it likes if unknown

    def __call__(self, *words: str, given: str = "", typed: str | None = None) -> subprocess.CompletedProcess[str]:
        """What the command says in this process, to a file as its input or to somebody who types at a terminal."""
        source = Stream(given if typed is None else typed, typed is not None)
        out, errors = Stream(), Stream(terminal=typed is not None)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            for key, value in self.environment.items():
                patch.setenv(key, value)
            patch.setenv("TERM", "dumb")  # however slow the machine, nothing is said of what work is at
            patch.setattr(sys, "argv", ["kb", *words])
            for name, stream in {"stdin": source, "stdout": out, "stderr": errors}.items():
                patch.setattr(sys, name, stream)
            try:
                main()
                code = 0
            except SystemExit as stop:
                code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        return subprocess.CompletedProcess(["kb", *words], code, out.text, errors.text)

    def process(self, *words: str, given: str = "", python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        """What the command says in a process of its own; `python` has options for the interpreter."""
        return subprocess.run(
            [sys.executable, *python, "-m", "kb", *words],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            input=given,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def wide(self, columns: int) -> Kb:
        """The same on so wide a terminal."""
        return replace(self, columns=columns)

    @property
    def path(self) -> Path:
        """Where the knowledge base is."""
        return self.folder / self.database

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told besides its words."""
        width = {} if self.columns is None else {"COLUMNS": str(self.columns)}
        return {"KB_DB": str(self.path), "PYTHONPATH": str(ROOT), **width}


class Stream(io.TextIOWrapper):
    """A stream in memory, with bytes below as the streams of a process have them."""

    def __init__(self, text: str = "", terminal: bool = False) -> None:
        self.bytes = io.BytesIO(text.encode())
        self.terminal = terminal
        super().__init__(self.bytes, encoding="utf-8")

    def isatty(self) -> bool:
        """Whether it passes for a terminal."""
        return self.terminal

    @property
    def text(self) -> str:
        """All that has been written."""
        self.flush()
        return self.bytes.getvalue().decode()
