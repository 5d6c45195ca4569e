"""Jump: one hidden quantity, two scenarios, implausibly different."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from kb.arithmetic import steps
from kb.evidence import Case, Evidence, Looked, Why
from kb.figures import times
from kb.marks import check


@check
def jump(evidence: Evidence) -> Iterator[Case | Looked]:
    """A quantity that nobody states, solved from two scenarios, differs more than such quantities do."""
    table = evidence.table
    breached = {int(row) for breach in evidence.breaches for row in breach.rows}
    for number, attribute in enumerate(evidence.vocabulary.attributes.values()):
        if attribute.steady is None:
            continue
        rows = table.rows_of(number)
        rows = rows[(table.world[rows] != table.references) & ~np.isin(rows, list(breached))]
        siblings = list(_siblings(evidence, attribute.about, rows))
        yield Looked(len(siblings))
        jumps = [pair for pair in siblings if _apart(evidence, *pair) > attribute.steady]
        for one, other in jumps:
            yield _case(evidence, one, other, attribute.steady)


def _apart(evidence: Evidence, one: int, other: int) -> float:
    """The least factor between two values; 0 where one of them can be nothing."""
    low, high = sorted((float(value.lo), float(value.hi)) for value in (evidence.value(one), evidence.value(other)))
    return high[0] / low[1] if low[1] > 0 else 0.0


def _claims(evidence: Evidence, one: int, other: int) -> list[int]:
    """The claims behind two values."""
    past = evidence.table.past(np.array([one, other]))
    return sorted(set(evidence.table.claim[past[past >= 0]].tolist()))


def _siblings(evidence: Evidence, kind: str, rows: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs of rows about two things that belong to the same one, at least one of the two solved."""
    table = evidence.table
    links = [f"{kind}.{name}" for name, link in evidence.vocabulary.kinds[kind].links.items() if link.defining]
    if not links or not len(rows):
        return
    owner = evidence.judged.bound.links.follow(
        evidence.vocabulary.attribute_order[links[0]],
        table.world[rows].astype(np.int64),
        table.subject[rows].astype(np.int64),
    )
    owned = np.flatnonzero(owner >= 0)
    key = table.place(table.world[rows[owned]], owner[owned])
    order = np.argsort(key, kind="stable")
    for together in np.split(rows[owned][order], np.flatnonzero(np.diff(key[order])) + 1):
        subjects = table.subject[together].tolist()
        alone = [row for row, subject in zip(together.tolist(), subjects, strict=True) if subjects.count(subject) == 1]
        for one, other in combinations(alone, 2):  # a value with a rival reading is open: no jump is told of it
            if max(one, other) >= table.stated:
                yield one, other


def _case(evidence: Evidence, one: int, other: int, steady: float) -> Case:
    values = [float(evidence.nominal.value(row)) for row in (one, other)]
    solved = max(one, other)
    name = evidence.attribute_of(one).id
    return Case(
        claims=[claim for claim in _claims(evidence, one, other) if evidence.columns.claims.standing[claim] < 0],
        factor=max(values) / min(values),
        message=f"{name} is {evidence.say(one, evidence.value(one, 0.0))} for {evidence.subject_of(one)} and "
        f"{evidence.say(other, evidence.value(other, 0.0))} for {evidence.subject_of(other)}; "
        f"apart by {times(max(values) / min(values))}, where {times(steady)} would be much",
        why=lambda: Why(arithmetic=steps(evidence, *evidence.evaluator.maker(solved))),
    )
