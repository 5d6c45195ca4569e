"""The numeric check of one large knowledge base, in a process of its own, so that its memory can be told."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from benchmarks.bases import generate
from benchmarks.searching import search
from kb.bind import bind
from kb.knowledge import collector_paused
from kb.pipeline import derivations
from kb.store import Store
from kb.verdicts import judge

Result = TypeVar("Result")

CHECKOUT = Path(__file__).resolve().parents[1]
PARTS = {
    "load": "load: the store into columns",
    "bind": "bind: all applications",
    "judge": "judge: evaluate them, verdicts",
    "like": "a Chinese word of two characters, by LIKE",
    "search": "the same word, by the index",
}


def large(size: int, runs: int) -> dict[str, float]:
    """Median seconds of each part, and MB and counts of one check; the store is made first, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kb.sqlite"
        with Store.open(path) as store:
            store.add(generate(size).corpus, "benchmark")
        words = [sys.executable, "-m", "benchmarks.large", str(path), str(runs)]
        found = subprocess.run(words, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    seconds: dict[str, list[float]] = {}
    search(lambda part, action: timed(seconds, part, action), size, runs)
    medians = {part: statistics.median(taken) for part, taken in seconds.items()}
    return {**json.loads(found), **medians}


def timed(seconds: dict[str, list[float]], part: str, action: Callable[[], Result]) -> Result:
    """What an action gives; its seconds are noted."""
    start = perf_counter()
    result = action()
    seconds.setdefault(part, []).append(perf_counter() - start)
    return result


def check(path: Path, runs: int) -> dict[str, float]:
    """Load, bind and judge what a store holds, so many times."""
    seconds: dict[str, list[float]] = {}
    counts: dict[str, int] = {}
    with Store.open(path, read_only=True) as store:
        for _ in range(runs):
            with collector_paused():
                columns = timed(seconds, "load", store.columns)
                bound = timed(seconds, "bind", partial(bind, columns, derivations()))
                judged = timed(seconds, "judge", partial(judge, bound))
            counts = {
                "claims": len(columns.claims.kind),
                "applications": bound.made.count,
                "comparisons": len(judged.comparisons.lot),
            }
            del columns, bound, judged  # two at once would count twice
    return {**{part: statistics.median(taken) for part, taken in seconds.items()}, **counts, "MB": peak()}


def peak() -> float:
    """The most memory that this process has had, in MB; Linux tells it."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1000 if found else float("nan")


if __name__ == "__main__":
    print(json.dumps(check(Path(sys.argv[1]), int(sys.argv[2]))))
