"""What was measured, as a page of text with tables."""

from __future__ import annotations

import math
import os
import platform
import sqlite3
import statistics
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from benchmarks import large, mistakes, rates
from benchmarks.measure import Measured

PARTS = {
    "load": "load: the store into columns",
    "bind": "bind: all applications",
    "judge": "judge: evaluate them, verdicts",
    "together": "together: conflicts of several claims, proofs, acquittals",
    "checks": "checks: all findings, in words",
    "whole check": "whole check",
    "not checked": "besides: why each other claim was not checked",
    "import": "besides: storing it all, once",
}
UNIT = {"million, billion, trillion", "unit of time"}  # errors that are unit slips
LISTED = 12  # errors missed and false accusations that are printed
LEAST = 1e-6  # seconds
SHORT = 0.01  # seconds, printed with one place more
WIDTH = 120


def page(
    measured: Sequence[Measured],
    runs: int,
    huge: Mapping[str, float],
    started: Mapping[str, float],
    brought: Mapping[str, Sequence[float]],
) -> str:
    """The whole page, in Markdown."""
    parts = [heading(runs), times(measured), yardsticks(measured), in_bulk(measured), findings(measured)]
    parts += [*([alone(huge)] if huge else []), *([arrivals(brought)] if brought else [])]
    return "\n".join([*parts, *([starts(started)] if started else [])])


def heading(runs: int) -> str:
    """What was measured, and on what."""
    article = rates.article()
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, SQLite {sqlite3.sqlite_version}"
    often = f"medians of {runs} runs" if runs > 1 else "one run"
    text = (
        f"Written by `python -m benchmarks --write docs/benchmarks.md`: {os.cpu_count()} cores, {versions}; {often}.",
        "Each knowledge base is generated, with invented names: half of its claims stand in articles about one model "
        f"each, half in tables of models. Of the quantities in articles {article.hedged:.0%} are hedged, "
        f"{article.ranged:.0%} are ranges, {article.restated:.0%} are restated by another source, {article.open:.0%} "
        "of the scope keys for whose silence the vocabulary has a list are left open, as was counted in the shipped "
        "article. Which figures a row of a table has, how many chips go by the name of a family or by one that nobody "
        f"knows, and how often data are counted in tokens was counted once in {rates.TABLE_ROWS} rows of a published "
        "table (`benchmarks/rates.py`). All figures of a model follow from one truth, rounded to two to four digits. "
        f"Then {mistakes.SHARE:.0%} of the claims are made wrong, by more than the tolerances around them could hide.",
    )
    return "\n\n".join(["# Benchmarks", *(textwrap.fill(each, WIDTH) for each in text)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, figures to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def seconds(value: float) -> str:
    """Seconds in print."""
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.{3 + (value < SHORT)}f}"


def times(measured: Sequence[Measured]) -> str:
    """Seconds of each part at each size, and how they grow."""
    head = ["seconds", *(f"{each.size:,}" for each in measured), "growth"]
    rows = [
        [
            words,
            *(seconds(each.median(part)) for each in measured),
            growth([each.median(part) for each in measured], measured),
        ]
        for part, words in PARTS.items()
    ]
    text = "Growth is the exponent between the two largest sizes: 1 is linear.\n"
    return f"## Time by number of claims\n\n{table(head, rows)}\n{text}"


def growth(values: Sequence[float], measured: Sequence[Measured]) -> str:
    """The exponent by which values grow with the number of claims."""
    if len(values) < 2:
        return ""
    rise = math.log(max(values[-1], LEAST) / max(values[-2], LEAST))
    return f"{rise / math.log(measured[-1].counts['claims'] / measured[-2].counts['claims']):.2f}"


def yardsticks(measured: Sequence[Measured]) -> str:
    """Ratios to the least that reading and multiplying as much takes, in the same run."""
    head = ["", *(f"{each.size:,}" for each in measured)]
    rows: list[list[str]] = [
        ["plain sqlite3 read of as many rows, s", *(seconds(each.median("sqlite3")) for each in measured)],
        ["load / plain read", *(f"{each.ratio('load', 'sqlite3'):.1f}" for each in measured)],
        ["whole check / plain read", *(f"{each.ratio('whole check', 'sqlite3'):.1f}" for each in measured)],
        ["the same products in numpy alone, s", *(seconds(each.median("numpy")) for each in measured)],
        ["judge / numpy", *(f"{each.ratio('judge', 'numpy'):.0f}" for each in measured)],
        ["whole check / numpy", *(f"{each.ratio('whole check', 'numpy'):.0f}" for each in measured)],
        ["a Chinese word of two characters, by LIKE, s", *(seconds(each.median("like")) for each in measured)],
        ["LIKE / search", *(f"{each.ratio('like', 'search'):.0f}" for each in measured)],
    ]
    counted = [[name, *(f"{each.counts[name]:,}" for each in measured)] for name in measured[0].counts]
    return f"## Beside plain reading and plain arithmetic\n\n{table(head, rows)}\n{table(head, counted)}"


def in_bulk(measured: Sequence[Measured]) -> str:
    """How fast claims come in, from tables and from claim files."""
    head = ["", *(f"{each.size:,}" for each in measured)]
    rows: list[list[str]] = [
        ["a table: read, checked, stored, s", *(seconds(each.median("table")) for each in measured)],
        ["the same rows by executemany, s", *(seconds(each.median("executemany")) for each in measured)],
        ["table / executemany", *(f"{each.ratio('table', 'executemany'):.1f}" for each in measured)],
        ["claims a second, from a table", *(rate(each, "table") for each in measured)],
        ["claims a second, from claim files, not stored", *(rate(each, "claim files") for each in measured)],
    ]
    text = (
        "A table (`kb import csv`) is timed from its text to the commit that is on the disk. The other way puts the "
        "same rows into the same tables of a copy of the same store, with the same indexes, triggers and pragmas, in "
        "one transaction of Python's `sqlite3`; it reads, checks and derives nothing. Claim files are what `kb export` "
        "writes of everything."
    )
    return f"## Claims in bulk\n\n{table(head, rows)}\n{textwrap.fill(text, WIDTH)}\n"


def rate(measured: Measured, part: str) -> str:
    """How many claims a second."""
    return f"{measured.size / measured.median(part):,.0f}"


def findings(measured: Sequence[Measured]) -> str:
    """What was found of the errors, and what was accused besides."""
    head = ["", *(f"{each.size:,}" for each in measured)]
    kinds = sorted({code for each in measured for code in each.found.mentioned})
    rows = [
        ["errors put in", *(str(len(each.mistakes)) for each in measured)],
        ["found", *(str(len(each.mistakes) - len(each.found.missed)) for each in measured)],
        ["accusing findings", *(str(each.found.accusing) for each in measured)],
        ["of them without an error behind", *(str(len(each.found.false)) for each in measured)],
        *(
            [f"accusing nobody: {code}", *(str(each.found.mentioned.get(code, 0)) for each in measured)]
            for code in kinds
        ),
        ["said to be unit slips, for sure", *(str(each.found.slips) for each in measured)],
        ["of them without an error in the claims named", *(str(len(each.found.wrong_slips)) for each in measured)],
        [
            "errors of a unit word or time",
            *(str(sum(m.kind in UNIT for m in each.mistakes.values())) for each in measured),
        ],
        ["errors named where a slip is told", *(str(each.found.slips_told) for each in measured)],
    ]
    text = (
        "An error is found when an accusation names its claim, as the culprit or as one of the inputs that may be: no\n"
        "arithmetic can say which. Accusing are bound, integrality, joint, jump,\n"
        "premise, recompute and single-value, what fits in no reading, and a retelling with another value.\n"
    )
    return f"## Errors found\n\n{table(head, rows)}\n{text}{''.join(listed(measured))}"


def listed(measured: Sequence[Measured]) -> Iterator[str]:
    """The errors that were missed and the false accusations, some of each."""
    for each in measured:
        told = each.found
        for title, lines in (("missed", told.missed), ("false", told.false), ("no slip", told.wrong_slips)):
            for line in lines[:LISTED]:
                yield f"\n- {each.size:,}, {title}: {line}"
            if len(lines) > LISTED:
                yield f"\n- {each.size:,}, {title}: {len(lines) - LISTED} more"


def alone(huge: Mapping[str, float]) -> str:
    """The numeric check of one large knowledge base."""
    rows = [[words, seconds(huge[part])] for part, words in large.PARTS.items()]
    rows += [["the numeric check: load, bind, judge", seconds(sum(huge[part] for part in ("load", "bind", "judge")))]]
    counts = f"{huge['applications']:,.0f} applications, {huge['comparisons']:,.0f} comparisons"
    text = f"Without the checks of words, in a process that took {huge['MB']:,.0f} MB at most: {counts}."
    return f"\n## {huge['claims']:,.0f} claims\n\n{text}\n\n{table(['seconds', ''], rows)}"


def arrivals(brought: Mapping[str, Sequence[float]]) -> str:
    """Seconds for texts and tables of others."""
    rows = [[name, seconds(statistics.median(taken))] for name, taken in brought.items()]
    text = (
        "The texts are what the claims of this project say, and the prose of its documents, repeated to a million "
        "bytes; an article about a machine has about 8 figures in 1,000 bytes. The table is made like Epoch AI's "
        "(`benchmarks/leaks.py`); its "
        "commands are whole processes, and the report examines everything in the store."
    )
    return f"\n## Texts and tables that are brought\n\n{textwrap.fill(text, WIDTH)}\n\n{table(['seconds', ''], rows)}"


def starts(started: Mapping[str, float]) -> str:
    """Seconds of whole processes."""
    rows = [[f"`{name}`", seconds(value)] for name, value in started.items()]
    text = "On the corpora that come with Claimcheck, stored before."
    return f"\n## Whole processes\n\n{text}\n\n{table(['seconds', ''], rows)}"
