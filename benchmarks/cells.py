"""`python -m benchmarks.cells FILE.csv ...`: how much of a table of published models is checked, and what is found.

Beside that, cells of rows that hold are made wrong, one in a row, and the tables are checked again: how many of the
errors are found, and how often the wrong cell is the one that is named. The tables are no part of this project.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kb import corpus
from kb.desk import examine_claims
from kb.fingerprints import ROOM
from kb.importers import importers
from kb.knowledge import Knowledge
from kb.model import Finding, Severity, Verdict
from kb.pipeline import Examination

COUNT = 100
SOUND = {Verdict.HOLDS, Verdict.ROUNDING}
STRUCTURE = {"dangling", "orphan", "duplicate"}  # findings about names, not about figures
WORDS = {  # of claims, by the columns that they are of
    "parameters": ("Parameters",),
    "compute": ("Training compute (FLOP)",),
    "finetune": ("Finetune compute (FLOP)",),
    "data": (
        "Training dataset size (datapoints)",
        "Training dataset size (total)",
        "Training dataset size",
        "Training dataset size (gradients)",
    ),
    "epochs": ("Epochs",),
    "hours": ("Training time (hours)",),
    "devices": ("Hardware quantity",),
    "mfu": ("Hardware utilization (MFU)", "Hardware utilization"),
}
Cells = dict[str, str]
Change = Callable[[random.Random, float, str, Cells], float | None]


def power_of_ten(dice: random.Random, value: float, word: str, _: Cells) -> float | None:
    """Some zeros too many or too few."""
    return None if word == "mfu" else value * 10.0 ** dice.choice([-3, -2, -1, 1, 2, 3])


def small_factor(dice: random.Random, value: float, _word: str, _: Cells) -> float | None:
    """A figure that is wrong by 2 to 5."""
    return value * dice.uniform(2, 5) ** dice.choice([-1, 1])


def exchanged(dice: random.Random, value: float, _word: str, _: Cells) -> float | None:
    """Two neighbouring digits exchanged."""
    digits = f"{value:.10g}"
    places = [
        at for at in range(min(len(digits) - 1, 4)) if digits[at : at + 2].isdigit() and digits[at] != digits[at + 1]
    ]
    if not places or "e" in digits:
        return None
    at = dice.choice(places)
    return float(f"{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}") or None


def unit_of_time(dice: random.Random, value: float, word: str, _: Cells) -> float | None:
    """A time in days, weeks, minutes or seconds, where hours are asked for."""
    return value * dice.choice([1 / 24, 1 / 168, 60.0, 3600.0]) if word == "hours" else None


def device_hours(_dice: random.Random, value: float, word: str, cells: Cells) -> float | None:
    """The hours of all devices together, in the place of those of the run."""
    devices = number(cells, "devices")
    return value * devices if word == "hours" and devices and devices > 1 else None


def nodes(_dice: random.Random, value: float, word: str, _: Cells) -> float | None:
    """Machines of eight devices, in the place of devices."""
    return value / 8 if word == "devices" and value >= 16 else None


def percent(_dice: random.Random, value: float, word: str, _: Cells) -> float | None:
    """A share in per cent."""
    return value * 100 if word == "mfu" else None


def dropped(dice: random.Random, value: float, word: str, cells: Cells) -> float | None:
    """A factor left out of the product."""
    factors = [6.0, number(cells, "epochs"), number(cells, "devices"), number(cells, "mfu")]
    known = [each for each in factors if each and each != 1]
    return value / dice.choice(known) if word in {"compute", "finetune"} else None


KINDS: Mapping[str, Change] = {
    "power of ten": power_of_ten,
    "factor of 2 to 5": small_factor,
    "digits exchanged": exchanged,
    "unit of time": unit_of_time,
    "device-hours for hours": device_hours,
    "machines for devices": nodes,
    "per cent for a share": percent,
    "a factor dropped": dropped,
}


@dataclass
class Seen:
    """What was seen of one table."""

    name: str
    rows: int = 0
    checkable: int = 0
    hold: int = 0
    flagged: list[int] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)
    checks: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


@dataclass
class Recall:
    """What became of the wrong cells of one kind."""

    made: int = 0
    flagged: int = 0
    noted: int = 0
    named: int = 0


def number(cells: Cells, word: str) -> float:
    """The figure of a column; 0 for none."""
    text = next((cells[name] for name in WORDS[word] if cells.get(name)), "")
    try:
        return float(text)
    except ValueError:
        return 0.0


class Tables:
    """Reads tables on top of the vocabulary and the references, without any corpus."""

    def __init__(self) -> None:
        paths = [path for path in corpus.shipped() if path.parent != ROOM]
        self.base: Knowledge = corpus.read(paths).knowledge

    def examined(self, data: bytes, name: str) -> Examination:
        """A table, imported and fully checked."""
        read = importers()["epoch"](data, name, self.base)
        known = read.knowledge
        kept = [claim for claim in known.claims.values() if claim.standing is not None or claim.id in read.new.claims]
        return examine_claims(known, kept, read)


def row_of(id_: str) -> int:
    """The row that a claim of a table is of; 0 for another claim."""
    word = id_.rpartition(":")[2].partition(".")[0]
    return int(word[1:]) if word[:1] == "r" and word[1:].isdigit() else 0


def rows_of(findings: Iterable[Finding], least: Severity) -> dict[int, list[Finding]]:
    """The findings about figures from some severity on, by row."""
    found: dict[int, list[Finding]] = {}
    for each in findings:
        if each.severity >= least and each.code not in STRUCTURE and each.claims and (row := row_of(each.claims[0])):
            found.setdefault(row, []).append(each)
    return found


def holding(examination: Examination) -> dict[int, set[str]]:
    """The words of the claims that hold, by row."""
    found: dict[int, set[str]] = {}
    for claim, verdict in enumerate(examination.verdicts):
        id_ = examination.evidence.id_of(claim)
        if verdict in SOUND and (row := row_of(id_)):
            found.setdefault(row, set()).add(id_.rpartition(".")[2])
    return found


def look(tables: Tables, path: Path, runs: int) -> tuple[Seen, Examination]:
    """What a table holds as it is."""
    data, seen = path.read_bytes(), Seen(path.name)
    examination = tables.examined(data, path.name)
    for _ in range(runs):
        start = time.perf_counter()
        examination = tables.examined(data, path.name)
        seen.seconds.append(time.perf_counter() - start)
    sound, numeric = holding(examination), examination.reached & examination.numeric
    seen.rows = sum(1 for _ in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    seen.hold = len(sound)
    flagged = rows_of(examination.findings, Severity.WARNING)
    noted = rows_of(examination.findings, Severity.NOTE)
    compared = {
        row_of(examination.evidence.id_of(claim))
        for claim in numeric.nonzero()[0].tolist()
        if examination.verdicts[claim] is not Verdict.UNDETERMINED
    }
    seen.checkable = len((compared | set(flagged) | set(noted)) - {0})
    seen.flagged, seen.noted = sorted(flagged), sorted(set(noted) - set(flagged))
    seen.checks.update((each.code, each.severity.name.lower()) for every in noted.values() for each in every)
    return seen, examination


def wrong(tables: Tables, path: Path, examination: Examination, count: int, seed: int) -> dict[str, Recall]:
    """So many wrong cells in rows that hold, of every kind as evenly as the table allows; and what is found."""
    dice = random.Random(seed)
    text = path.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    sound, before = holding(examination), rows_of(examination.findings, Severity.NOTE)
    made = dict(_mistakes(dice, rows, {row: words for row, words in sound.items() if row not in before}, count))
    for row, (_, word, value) in made.items():
        column = next(name for name in WORDS[word] if rows[row - 1].get(name))
        rows[row - 1][column] = repr(value)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    after = tables.examined(out.getvalue().encode(), path.name)
    flagged, noted = rows_of(after.findings, Severity.WARNING), rows_of(after.findings, Severity.NOTE)
    recall: dict[str, Recall] = {}
    for row, (kind, word, _) in made.items():
        mine = recall.setdefault(kind, Recall())
        mine.made += 1
        mine.flagged += row in flagged
        mine.noted += row in noted and row not in flagged
        mine.named += any(_names(after, each, word) for each in flagged.get(row, ()))
    return recall


def _mistakes(
    dice: random.Random, rows: Sequence[Cells], sound: Mapping[int, set[str]], count: int
) -> Iterator[tuple[int, tuple[str, str, float]]]:
    """For so many rows a kind of error, the column, and the wrong figure."""
    left = sorted(sound)
    dice.shuffle(left)
    kinds = list(KINDS)
    for turn in range(count * 4):
        kind = kinds[turn % len(kinds)]
        for row in left:
            words = [word for word in WORDS if word in sound[row] and number(rows[row - 1], word)]
            tried = dice.sample(words, len(words))
            found = ((word, KINDS[kind](dice, number(rows[row - 1], word), word, rows[row - 1])) for word in tried)
            if (hit := next(((word, value) for word, value in found if value), None)) is not None:
                left.remove(row)
                yield row, (kind, *hit)
                count -= 1
                break
        if not count or not left:
            return


def _names(examination: Examination, finding: Finding, word: str) -> bool:
    """Whether a finding names the wrong cell: as what is accused, or as what would have to change first."""
    told = examination.explained(finding)
    first = [finding.claims[0], *(each.claim for each in told.resolutions[:1])]
    return any(id_.rpartition(".")[2] == word for id_ in first)


def page(seen: Sequence[Seen], recalls: Sequence[Mapping[str, Recall]]) -> Iterator[str]:
    """What was seen, in Markdown."""
    yield "| table | rows | can be checked | something holds | flagged | noted | import and check, s |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for each in seen:
        counts = each.rows, each.checkable, each.hold, len(each.flagged), len(each.noted)
        yield f"| {each.name} | {' | '.join(map(str, counts))} | {statistics.median(each.seconds):.2f} |"
    yield ""
    for each in seen:
        told = (f"{code} {severity} {number}" for (code, severity), number in sorted(each.checks.items()))
        yield f"{each.name}: findings by check: {', '.join(told) or 'none'}; rows flagged: {each.flagged}"
    yield ""
    yield "| kind of error | made | flagged | and the cell named | only noted | not found |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    total = Recall()
    for kind in KINDS:
        mine = [recall[kind] for recall in recalls if kind in recall]
        made, flagged, noted, named = (sum(getattr(one, name) for one in mine) for name in vars(total))
        yield line(kind, made, flagged, named, noted)
        for name, value in zip(vars(total), (made, flagged, noted, named), strict=True):
            setattr(total, name, getattr(total, name) + value)
    yield line("all", total.made, total.flagged, total.named, total.noted)


def line(kind: str, made: int, flagged: int, named: int, noted: int) -> str:
    """One line of the table of errors."""
    share = f" ({100 * flagged / made:.0f}%)" if made else ""
    return f"| {kind} | {made} | {flagged}{share} | {named} | {noted} | {made - flagged - noted} |"


def main(words: list[str] | None = None) -> None:
    """Look at each table."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.cells", description=__doc__)
    made.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a table of published models")
    made.add_argument("--count", type=int, default=COUNT, metavar="N", help=f"wrong cells in each ({COUNT})")
    made.add_argument("--seeds", type=int, default=1, metavar="N", help="so many times other cells (1)")
    made.add_argument("--runs", type=int, default=3, metavar="N", help="runs, of which the median counts (3)")
    options = made.parse_args(words)
    tables = Tables()
    seen: list[Seen] = []
    recalls: list[dict[str, Recall]] = []
    for path in options.files:
        found, examination = look(tables, path, options.runs)
        seen.append(found)
        recalls += [wrong(tables, path, examination, options.count, seed) for seed in range(1, options.seeds + 1)]
    print("\n".join(page(seen, recalls)))


if __name__ == "__main__":
    main()
