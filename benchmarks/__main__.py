"""`python -m benchmarks`: generates knowledge bases, checks them, prints how long it took and what was found."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.large import large
from benchmarks.leaks import leaks
from benchmarks.measure import measure
from benchmarks.page import page
from benchmarks.startup import startup

SIZES = [1_000, 3_000, 10_000, 30_000, 100_000]
QUICK = [1_000, 3_000]
RUNS = 5


def main(words: list[str] | None = None) -> None:
    """Measure what the options say; the page goes to standard output, or into a file."""
    options = parser().parse_args(words)
    sizes = options.sizes or (QUICK if options.quick else SIZES)
    runs = options.runs or (1 if options.quick else RUNS)
    measured = []
    for size in sizes:
        print(f"{size:,} claims, {runs} runs", file=sys.stderr)
        measured.append(measure(size, runs))
    huge = {}
    if options.large:
        print(f"{options.large:,} claims, the numeric check alone", file=sys.stderr)
        huge = large(options.large, runs)
    quick = options.quick
    text = page(measured, runs, huge, {} if quick else startup(runs), {} if quick else leaks(runs))
    if options.write is None:
        print(text)
    else:
        options.write.write_text(text, encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    made.add_argument("--sizes", type=int, nargs="+", metavar="N", help="numbers of claims, ascending")
    made.add_argument("--runs", type=int, metavar="N", help=f"runs of each, of which the median counts ({RUNS})")
    made.add_argument("--quick", action="store_true", help="two small sizes, one run, no whole processes")
    made.add_argument("--large", type=int, metavar="N", help="and the numeric check of so many, such as 1000000")
    made.add_argument("--write", type=Path, metavar="FILE", help="write the page there instead of printing it")
    return made


if __name__ == "__main__":
    main()
