"""Readings: which readings of an open scope the numbers leave."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.arithmetic import steps
from kb.evidence import Case, Evidence, Looked
from kb.figures import times
from kb.marks import check
from kb.model import Resolution
from kb.verdicts import BORDERLINE, Result


@check
def readings(evidence: Evidence) -> Iterator[Case | Looked]:
    """Words that can be read in several ways: the numbers leave some of the readings."""
    ruled_out = _ruled_out(evidence)
    rows = evidence.columns.rows
    yield Looked(int((np.bincount(rows.claim[evidence.table.usable[: evidence.table.stated]]) > 1).sum()))
    for claim in sorted({int(rows.claim[row]) for row in ruled_out}):
        mine = [int(r) for r in np.arange(*np.searchsorted(rows.claim, [claim, claim + 1])) if evidence.table.usable[r]]
        left = [row for row in mine if row not in ruled_out]
        if left:
            yield _case(evidence, claim, left, {row: ruled_out[row] for row in mine if row in ruled_out}, "fits with")
    yield from _left_open(evidence)


def _left_open(evidence: Evidence) -> Iterator[Case]:
    """Every reading that could be looked at fails, and one could not be: it is what is left."""
    rows, c = evidence.columns.rows, evidence.judged.comparisons
    for group in evidence.judged.groups.values():
        if group.result is not Result.OPEN or c.stretch[group.best] < BORDERLINE[1]:
            continue
        behind = {row: int(member) for member in group.members for row in _behind(evidence, int(member))}
        for claim in sorted({int(rows.claim[row]) for row in behind}):
            mine = [
                int(r) for r in np.arange(*np.searchsorted(rows.claim, [claim, claim + 1])) if evidence.table.usable[r]
            ]
            left = [row for row in mine if row not in behind]
            if left:
                yield _case(
                    evidence, claim, left, {row: behind[row] for row in mine if row in behind}, "can only be meant with"
                )


def _ruled_out(evidence: Evidence) -> dict[int, int]:
    """Readings that fail firmly where another reading of the same claim fits, with the comparison that says so."""
    c, rows, table = evidence.judged.comparisons, evidence.columns.rows, evidence.table
    several = np.bincount(rows.claim[table.usable[: table.stated]], minlength=len(evidence.columns.claims.kind)) > 1
    fitting = np.unique(c.group[c.stretch <= 1])
    out: dict[int, int] = {}
    firm = np.flatnonzero((c.stretch >= BORDERLINE[1]) & np.isin(c.group, fitting))
    for group in np.unique(c.group[firm]):
        members = np.flatnonzero(c.group == group)
        fits = {row for m in members if c.stretch[m] <= 1 for row in _behind(evidence, int(m))}
        claims = {int(rows.claim[row]) for row in fits}
        for member in members[c.stretch[members] >= BORDERLINE[1]]:
            for row in _behind(evidence, int(member)):
                if several[rows.claim[row]] and row not in fits and int(rows.claim[row]) in claims:
                    out.setdefault(row, int(member))
    return out


def _behind(evidence: Evidence, member: int) -> list[int]:
    output = int(evidence.judged.comparisons.output[member])
    return [*(int(row) for row in evidence.past(member)), *([output] if output < evidence.table.stated else [])]


def _case(evidence: Evidence, claim: int, left: list[int], out: dict[int, int], how: str) -> Case:
    member = next(iter(out.values()))
    lot, _ = evidence.member(member)
    ratio = float(evidence.judged.comparisons.ratio[member])
    off = max(ratio, 1 / ratio)
    name = evidence.judged.bound.plans[lot.plan].derivation.name
    survive = " or ".join(evidence.scope_of(row) for row in left)
    gone = ", ".join(evidence.scope_of(row) for row in out)
    return Case(
        claims=[claim],
        message=f"{evidence.claim(claim).value.text} {how} {survive}; "
        f"{gone} is ruled out by {name}, which would be off by {times(off)}",
        arithmetic=steps(evidence, *evidence.member(member)),
        resolutions=[Resolution(claim=evidence.claim(claim).id, needed=survive, note="write the scope down")],
        assumed=evidence.assumed(int(evidence.judged.comparisons.notes[member]), evidence.past(member)),
    )
