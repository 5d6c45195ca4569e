"""How long the command takes as a process of its own, from the shell's call to its end."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

CHECKOUT = Path(__file__).resolve().parents[1]
COMMANDS = {
    "kb --help": ["--help"],
    "kb report": ["report"],
    "kb report --format json": ["report", "--format", "json"],
    "kb query, one claim": [
        "query",
        "SELECT * FROM claims WHERE id = (SELECT max(name) FROM latest WHERE part = 'claim')",
    ],
}


def startup(runs: int) -> dict[str, float]:
    """Median seconds of each command on the shipped corpora, which were stored before."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KB_DB": str(Path(folder) / "kb.sqlite"), "NO_COLOR": "1"}
        return {
            name: statistics.median([once(words, environment) for _ in range(runs + 1)][1:])
            for name, words in COMMANDS.items()
        }


def once(words: list[str], environment: dict[str, str]) -> float:
    """Seconds of one call."""
    start = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "kb", *words], cwd=CHECKOUT, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return perf_counter() - start
