"""One knowledge base, stored and checked several times: how long each part took, and what was found."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.bases import generate
from benchmarks.bulk import bulk
from benchmarks.mistakes import Mistake
from benchmarks.searching import search
from kb import checks
from kb.bind import Bound, bind
from kb.desk import Desk
from kb.evidence import Evidence
from kb.joint.clashes import ACCUSED, Together
from kb.joint.rest import Rest
from kb.knowledge import collector_paused
from kb.model import Certainty, Finding, Severity
from kb.pipeline import Examination, derivations
from kb.store import Store
from kb.verdicts import judge

Result = TypeVar("Result")


SOMETIMES = {"drift", "readings"}  # as warnings; what is read in one way only is no error, nor is a hedge lost
ACCUSING = {"bound", "integrality", "joint", "jump", "premise", "recompute", "single-value"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found of the errors that had been put in."""

    missed: tuple[str, ...]  # each with what was done to it
    false: tuple[str, ...]  # accusations that no error put in explains
    accusing: int  # findings
    mentioned: dict[str, int]  # findings that accuse nobody, by their check
    slips: int = 0  # findings that are said to be unit slips, for sure
    wrong_slips: tuple[str, ...] = ()  # of them those that name no claim with an error
    slips_told: int = 0  # errors that are named where a slip is asserted or mentioned


@dataclass
class Measured:
    """Seconds, by part and run; and what was counted."""

    size: int
    mistakes: dict[str, Mistake]  # by claim
    seconds: dict[str, list[float]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    found: Found = field(default_factory=lambda: Found((), (), 0, {}))

    def take(self, part: str, action: Callable[[], Result]) -> Result:
        """What an action gives; its seconds are noted."""
        start = perf_counter()
        result = action()
        self.seconds.setdefault(part, []).append(perf_counter() - start)
        return result

    def median(self, part: str) -> float:
        """Seconds of a part."""
        return statistics.median(self.seconds[part])

    def ratio(self, part: str, other: str) -> float:
        """How many times as long a part took as another, run by run."""
        return statistics.median(a / b for a, b in zip(self.seconds[part], self.seconds[other], strict=True))


def measure(size: int, runs: int) -> Measured:
    """A knowledge base of about so many claims, checked so many times; and what the last check found."""
    made = generate(size)
    measured = Measured(size, made.mistakes)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "kb.sqlite") as store:
        measured.take("import", partial(store.add, made.corpus, "benchmark"))
        del made  # so that the collector need not walk it
        examinations = [run(measured, store) for _ in range(runs)]
        measured.found = found_in(measured, examinations[-1])
    search(measured.take, size, runs)
    bulk(measured.take, size, runs)
    return measured


def run(measured: Measured, store: Store) -> Examination:
    """One check, whole and in parts, beside the least that reading and multiplying as much would take."""
    with collector_paused(), closing(sqlite3.connect(store.path)) as plain:
        measured.take("sqlite3", lambda: read_plainly(plain))
        whole = measured.take("whole check", lambda: Desk(store).examine())
        columns = measured.take("load", store.columns)
        bound = measured.take("bind", lambda: bind(columns, derivations()))
        judged = measured.take("judge", lambda: judge(bound))
        together = measured.take("together", lambda: Together(judged))
        given = whole.evidence
        evidence = Evidence(
            judged,
            store,
            given.units,
            rests=given.rests,
            languages=given.languages,
            clashes=together.clashes,
            acquitted=together.acquitted,
            rest=Rest(together.net, np.array([verdict not in ACCUSED for verdict in judged.verdict])),
            together=together.count,
        )
        measured.take("checks", lambda: checks.run(evidence))
        measured.take("numpy", Products(bound).compute)
        measured.take("not checked", lambda: whole.unchecked)
    measured.counts = {
        "claims": len(columns.claims.kind),
        "readings": len(columns.rows.claim),
        "applications": bound.made.count,
        "comparisons": len(judged.comparisons.lot),
        "findings": len(whole.findings),
    }
    return whole


def read_plainly(db: sqlite3.Connection) -> int:
    """Every claim and every reading, as many columns as the engine reads, into tuples."""
    questions = "SELECT * FROM claimrow ORDER BY number", "SELECT * FROM readingrow ORDER BY claim, position"
    return sum(len(db.execute(question).fetchall()) for question in questions)


class Products:
    """Each application as a product of the figures behind it: the arithmetic alone, at both ends, twice."""

    def __init__(self, bound: Bound) -> None:
        rows = bound.table.columns.rows
        self.ends = [self.padded(end) for end in (rows.lo, rows.hi)]
        self.widths = [self.padded(width) for width in (-rows.below, rows.above)]
        self.behind = [np.where(lot.past < 0, len(rows.claim), lot.past) for lot in bound.made.lots]

    @staticmethod
    def padded(column: NDArray[np.float64]) -> NDArray[np.float64]:
        """The column with a neutral number at the end, for which an empty place stands."""
        return np.append(np.where(np.isfinite(column) & (np.abs(column) < 1e100), column, 1.0), 1.0)

    def compute(self) -> float:
        """The sum of all products, so that none can be left out."""
        total = 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            for stretch in (0.0, 1.0):
                for end, width in zip(self.ends, self.widths, strict=True):
                    wide = end * np.exp(stretch * width)
                    total += sum(float(np.prod(wide[past], axis=1).sum()) for past in self.behind)
        return total


# ------------------------------------------------------------------------------------------------ what was found


def found_in(measured: Measured, examination: Examination) -> Found:
    """Errors found and not found; an error is found when an accusation names its claim, as culprit or as input."""
    mistakes = measured.mistakes
    accusing = [finding for finding in examination.findings if accuses(finding)]
    named = {claim for finding in accusing for claim in finding.claims}
    mentioned: dict[str, int] = {}
    slips = [each for finding in examination.findings for each in finding.explanations if each.code == "slip"]
    sure = [each for each in slips if each.certainty is Certainty.ASSERTED]
    for finding in examination.findings:
        if not accuses(finding):
            mentioned[finding.code] = mentioned.get(finding.code, 0) + 1
    return Found(
        missed=tuple(f"{m.claim}: {m.kind}, {m.was} became {m.now}" for m in mistakes.values() if m.claim not in named),
        false=tuple(
            f"{f.code} {', '.join(f.claims)}: {f.message}" for f in accusing if not explained(f.claims, mistakes)
        ),
        accusing=len(accusing),
        mentioned=mentioned,
        slips=len(sure),
        wrong_slips=tuple(each.text for each in sure if not explained(each.claims, mistakes)),
        slips_told=len({claim for each in slips for claim in each.claims} & mistakes.keys()),
    )


def accuses(finding: Finding) -> bool:
    """Whether a finding says that something is wrong: of readings, that there is none; of drift, another value."""
    return finding.code in ACCUSING or (finding.code in SOMETIMES and finding.severity >= Severity.WARNING)


def explained(claims: Iterable[str], mistakes: Iterable[str]) -> bool:
    """Whether an error was put into one of some claims."""
    return not set(claims).isdisjoint(mistakes)
