"""Integrality: counts that would not be whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.arithmetic import steps
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check

TINY = 1e-6  # relative: room for the rounding of floats


@check
def integrality(evidence: Evidence) -> Iterator[Case | Looked]:
    """A count that follows from others is not a whole number, even allowing for rounding."""
    table = evidence.table
    whole = [i for i, a in enumerate(evidence.vocabulary.attributes.values()) if a.integer]
    rows = np.flatnonzero(np.isin(table.attribute, whole) & (np.arange(len(table)) >= table.stated))
    yield Looked(len(rows))
    if not len(rows):
        return
    value = evidence.evaluator.value(rows, 1.0)
    low, high = np.asarray(value.lo), np.asarray(value.hi)
    none = np.floor(high * (1 + TINY)) < np.ceil(low * (1 - TINY))
    cell = (
        table.place(table.world[rows], table.subject[rows]) * len(evidence.vocabulary.attributes)
        + table.attribute[rows]
    )
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    together = np.split(rows[order], starts[1:])
    for each in np.flatnonzero(np.logical_and.reduceat(none[order], starts)):
        past = table.past(together[each])
        if evidence.every_reading(set(past[past >= 0].tolist())):
            yield _case(evidence, int(together[each][0]))


def _case(evidence: Evidence, row: int) -> Case:
    past = [int(r) for r in evidence.table.past(np.array([row]))[0] if r >= 0]
    claims = sorted({int(evidence.table.claim[r]) for r in past})
    return Case(
        claims=[claim for claim in claims if evidence.columns.claims.standing[claim] < 0],
        message=f"{evidence.cell(row)} would be {evidence.written(row)}, not a whole number; "
        "the split would have to be uneven",
        why=lambda: Why(
            arithmetic=steps(evidence, *evidence.evaluator.maker(row)),
            assumed=evidence.assumed(int(evidence.table.notes[row]), past),
        ),
    )
