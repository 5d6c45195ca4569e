"""Jump: one hidden quantity, two scenarios, implausibly different."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.arithmetic import steps
from kb.evidence import Case, Evidence, Looked
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
        for one, other in siblings:
            a, b = evidence.value(one), evidence.value(other)
            low, high = sorted([(float(a.lo), float(a.hi)), (float(b.lo), float(b.hi))])
            if low[1] > 0 and high[0] / low[1] > attribute.steady:
                yield _case(evidence, one, other, attribute.steady)


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
    key = np.where(owner >= 0, table.place(table.world[rows], owner), -1)
    for each in np.unique(key[key >= 0]):
        mine = [int(row) for row in rows[key == each]]
        for i, one in enumerate(mine):
            for other in mine[i + 1 :]:
                if (
                    table.subject[one] != table.subject[other]
                    and max(one, other) >= table.stated
                    and _alone(evidence, one, mine)
                    and _alone(evidence, other, mine)
                ):
                    yield one, other


def _alone(evidence: Evidence, row: int, rows: list[int]) -> bool:
    """Whether the value has no rival reading: a jump is told only where nothing is open."""
    return [other for other in rows if evidence.table.subject[other] == evidence.table.subject[row]] == [row]


def _case(evidence: Evidence, one: int, other: int, steady: float) -> Case:
    values = [float(evidence.nominal().value(row)) for row in (one, other)]
    claims = {int(evidence.table.claim[r]) for r in evidence.table.past(np.array([one, other])).ravel() if r >= 0}
    solved = max(one, other)
    name = evidence.attribute_of(one).id
    return Case(
        claims=sorted(claim for claim in claims if evidence.columns.claims.standing[claim] < 0),
        factor=max(values) / min(values),
        message=f"{name} is {evidence.say(one, evidence.value(one, 0.0))} for {evidence.subject_of(one)} and "
        f"{evidence.say(other, evidence.value(other, 0.0))} for {evidence.subject_of(other)}; "
        f"apart by {times(max(values) / min(values))}, where {times(steady)} would be much",
        arithmetic=steps(evidence, *evidence.judged.bound.made.lot_of(int(evidence.table.maker[solved]))),
    )
