"""What an examination found, as rows of plain values: a verdict for each claim, applications with inputs, findings.

Columns become rows at once; no object is made for a claim or an application.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from kb.applications import TOTAL, Lot
from kb.columns import Floats, Ints
from kb.evidence import Evidence
from kb.knowledge import collector_paused
from kb.model import Verdict
from kb.pipeline import Examination
from kb.rowtable import NONE

Row: TypeAlias = tuple[Any, ...]

UNSURE = frozenset({Verdict.UNDETERMINED, Verdict.SUSPENDED, Verdict.UNKNOWN})  # the verdicts that have a reason
IMPLIES = "implies"
FITS, ROUNDING, FAILS = COMPARED = "fits", "fits with rounding", "fails"


class Outcomes(NamedTuple):
    """The rows of one examination, by the table that keeps them."""

    verdictrow: list[Row]
    applicationrow: list[Row]
    inputrow: list[Row]
    findingrow: list[Row]
    findingclaimrow: list[Row]


def outcomes(examination: Examination) -> Outcomes:
    """Everything that an examination found, but for the words of evidence."""
    lots = list(enumerate(examination.evidence.judged.bound.made.lots))
    with collector_paused():
        return Outcomes(
            verdictrow=list(_verdicts(examination)),
            applicationrow=[row for index, lot in lots for row in _applications(examination.evidence, index, lot)],
            inputrow=[row for _, lot in lots for row in _inputs(examination.evidence, lot)],
            findingrow=[
                (each.id, position, each.code, each.severity.name.lower(), each.message, finite(each.factor))
                for position, each in enumerate(examination.findings)
            ],
            findingclaimrow=list(_named(examination)),
        )


def derivation_name(evidence: Evidence, lot: Lot) -> str:
    """The name of what a lot applies."""
    return "sum" if lot.plan == TOTAL else evidence.judged.bound.plans[lot.plan].derivation.name


def slot_names(evidence: Evidence, lot: Lot) -> list[str]:
    """The names of a lot's columns that are inputs: the stated output is one only where another input is solved."""
    if lot.plan == TOTAL:
        return [f"part_{i}" for i in range(lot.slots.shape[1])]
    names = [slot.name for slot in evidence.judged.bound.plans[lot.plan].derivation.takes]
    return [*names, "result"] if lot.solved >= 0 else names


def compared(stretch: float) -> str:
    """What came of a comparison that needs so much stretch."""
    return FITS if stretch == 0 else ROUNDING if stretch <= 1 else FAILS


def finite(value: float | None) -> float | None:
    """A number, or none for what has no end or is none."""
    return value if value is not None and math.isfinite(value) else None


# ------------------------------------------------------------------------------------------------ rows


def _verdicts(examination: Examination) -> Iterator[Row]:
    """The verdict of each claim, and why it is unsure."""
    examination.evidence.fetch(examination.evidence.judged.through.values())  # those that reasons name
    for claim, verdict in enumerate(examination.verdicts):
        yield claim, verdict.value, examination.why(claim) if verdict in UNSURE else None


def _applications(evidence: Evidence, index: int, lot: Lot) -> Iterator[Row]:
    """The row of each application of a lot."""
    table = evidence.table
    given = lot.result if lot.implying else lot.slots[:, -1]
    attributes = [*(each.id for each in evidence.attributes), None]  # the last one is that of NONE
    return zip(
        range(lot.start, lot.start + len(lot)),
        repeat(derivation_name(evidence, lot)),
        lot.anchor.tolist(),
        or_none(np.where(lot.world < table.references, lot.world, NONE)),
        *_compared(evidence, index, lot),
        or_none(table.claim[given]),
        or_none(table.maker[given]),
        [attributes[number] for number in table.attribute[given].tolist()],
        table.subject[given].tolist(),
        strict=False,  # what is the same for all of them has no end
    )


def _compared(evidence: Evidence, index: int, lot: Lot) -> tuple[Iterable[Any], ...]:
    """Outcome, ratio, stretch and power of each application of a lot."""
    if lot.implying:
        return repeat(IMPLIES), repeat(None), repeat(None), repeat(None)
    c = evidence.judged.comparisons
    start = int(np.searchsorted(c.lot, index))
    mine = slice(start, start + len(lot))
    stretch = c.stretch[mine]
    outcome = np.select([stretch == 0, stretch <= 1], [0, 1], 2)
    return (
        [COMPARED[number] for number in outcome.tolist()],
        *(_finite(each[mine]) for each in (c.ratio, c.stretch, c.power)),
    )


def _inputs(evidence: Evidence, lot: Lot) -> Iterator[Row]:
    """A row for each filled input, application by application."""
    names = slot_names(evidence, lot)
    slots = lot.slots[:, : len(names)]
    line, position = np.nonzero(slots != NONE)
    rows = slots[line, position]
    return zip(
        (lot.start + line).tolist(),
        position.tolist(),
        [names[number] for number in position.tolist()],
        or_none(evidence.table.claim[rows]),
        or_none(evidence.table.maker[rows]),
        strict=True,
    )


def _named(examination: Examination) -> Iterator[Row]:
    """The claims of each finding; one that could not be read has no number."""
    numbers = examination.evidence.numbers
    for finding in examination.findings:
        for position, claim in enumerate(finding.claims):
            if claim in numbers:
                yield finding.id, position, numbers[claim]


def or_none(numbers: Ints) -> list[int | None]:
    """Numbers as plain ones, none for NONE."""
    found: list[int | None] = numbers.tolist()
    return [None if number == NONE else number for number in found] if NONE in numbers else found


def _finite(values: Floats) -> Sequence[float | None]:
    """Figures as plain ones, none for one that has no end."""
    return [
        value if there else None for value, there in zip(values.tolist(), np.isfinite(values).tolist(), strict=True)
    ]
