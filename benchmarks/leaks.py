"""What an analyst brings: running text to be drafted, and somebody's table of models, generated, as whole processes.

The texts are at hand in this project: what the claims of its corpora say, and the prose of its own documents, without
tables and examples; each is repeated until it is long enough. The table has the columns of Epoch AI's
tables and invented rows that hold: the figures of each follow from its size, and its notes show the calculation.
"""

from __future__ import annotations

import csv
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks.startup import CHECKOUT
from kb import drafting
from kb.draftfile import Heading, text_of
from kb.store import Store

BYTES = 1_000_000
ROWS = 2_000
HEAD = [
    "Model",
    "Organization",
    "Publication date",
    "Parameters",
    "Parameters notes",
    "Training compute (FLOP)",
    "Training compute notes",
    "Training dataset size (datapoints)",
    "Dataset size notes",
    "Epochs",
    "Training time (hours)",
    "Training hardware",
    "Hardware quantity",
    "Hardware utilization",
]
PEAK = 312e12  # FLOP a second of the chip named, dense, in the format that models are trained in
CHIP = "NVIDIA A100"


def leaks(runs: int) -> dict[str, list[float]]:
    """Seconds of each run: drafting a text of a million bytes of each kind, and importing and reporting a table."""
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "KB_DB": str(Path(folder) / "kb.sqlite"), "NO_COLOR": "1"}
        call(["list"], environment)  # so that the corpora are stored
        with Store.open(Path(environment["KB_DB"])) as store:
            known = store.knowledge()
            statements = "\n".join(claim.statement for claim in store.knowledge(claims=True).claims.values())
        for name, text in (("what claims say", statements), ("documents", prose())):
            whole = long_enough(text)
            found = drafting.drafted(whole, known)
            per = (len(found.proposals) + len(found.unplaced)) / len(whole.encode()) * 1000
            for _ in range(runs):
                start = perf_counter()
                text_of(drafting.drafted(whole, known), Heading("pasted", "A pasted text", "somebody"))
                taken.setdefault(f"drafting 1 MB of {name}, {per:.0f} figures in 1,000 bytes", []).append(
                    perf_counter() - start
                )
        path = Path(folder) / "models.csv"
        write(path, ROWS)
        for run in range(runs):
            environment["KB_DB"] = str(Path(folder) / f"{run}.sqlite")
            call(["list"], environment)
            taken.setdefault(f"`kb import epoch`, {ROWS:,} rows", []).append(
                call(["import", "epoch", str(path)], environment)
            )
            taken.setdefault("`kb report` of all that", []).append(call(["report"], environment))
    return taken


def prose() -> str:
    """The lines of this project's documents that are prose."""
    texts = (path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "docs").glob("*.md")))
    lines = (line for text in texts for line in re.sub(r"(?ms)^```.*?^```", "", text).splitlines())
    return "\n".join(line for line in lines if not line.startswith(("|", "- ", "    ", "#")))


def long_enough(text: str) -> str:
    """A text of about a million bytes."""
    return text * max(round(BYTES / len(text.encode())), 1)


def write(path: Path, count: int) -> None:
    """A table of so many models."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, HEAD)
        out.writeheader()
        out.writerows(rows(random.Random(7), count))


def rows(dice: random.Random, count: int) -> Iterator[dict[str, str]]:
    """Models that were never trained, each figure rounded to three digits."""
    for number in range(count):
        params, seen = rounded(10 ** dice.uniform(8, 12)), rounded(10 ** dice.uniform(10, 13.3))
        compute = 6 * params * seen
        share, devices = round(dice.uniform(0.2, 0.55), 2), 2 ** dice.randint(5, 14)
        yield {
            "Model": f"Model {number} of nobody",
            "Organization": f"Laboratory {number % 97}",
            "Publication date": f"20{dice.randint(19, 24)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
            "Parameters": f"{params:.1f}",
            "Parameters notes": f"{params / 1e9:.3g}B parameters",
            "Training compute (FLOP)": f"{rounded(compute):.3g}",
            "Training compute notes": f"6 * {params:.3g} * {seen:.3g} = {compute:.3g}",
            "Training dataset size (datapoints)": f"{seen:.1f}",
            "Dataset size notes": f"{seen / 1e9:.3g}B tokens",
            "Epochs": "1.0",
            "Training time (hours)": f"{compute / (devices * PEAK * share) / 3600:.4g}",
            "Training hardware": CHIP,
            "Hardware quantity": f"{devices}.0",
            "Hardware utilization": f"{share}",
        }


def rounded(value: float) -> float:
    """A value of three digits."""
    return float(f"{value:.2e}")


def call(words: list[str], environment: dict[str, str]) -> float:
    """Seconds of one command; one that reports findings ends with another code than 0."""
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "kb", *words], cwd=CHECKOUT, env=environment, check=False, capture_output=True, text=True
    )
    if "Traceback" in done.stderr or done.returncode > 1:
        raise RuntimeError(f"kb {words[0]}: {done.stderr[:400]}")
    return perf_counter() - start
