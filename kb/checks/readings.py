"""Readings: which readings of an open scope the numbers leave."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb.arithmetic import steps
from kb.evidence import Case, Evidence, Looked, Why
from kb.figures import times
from kb.marks import check
from kb.model import Resolution
from kb.verdicts import BORDERLINE, Result


@check
def readings(evidence: Evidence) -> Iterator[Case | Looked]:
    """Words that can be read in several ways: the numbers leave some of the readings."""
    ruled_out = evidence.ruled_out
    rows = evidence.columns.rows
    yield Looked(int(evidence.several.sum()))
    claims = sorted({int(rows.claim[row]) for row in ruled_out})
    evidence.fetch(claims)
    for claim in claims:
        mine = evidence.readings_of(claim)
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
        behind = {row: int(member) for member in group.members for row in evidence.behind(int(member))}
        for claim in sorted({int(rows.claim[row]) for row in behind}):
            mine = evidence.readings_of(claim)
            left = [row for row in mine if row not in behind]
            if left:
                yield _case(
                    evidence, claim, left, {row: behind[row] for row in mine if row in behind}, "is left only with"
                )


def _case(evidence: Evidence, claim: int, left: list[int], out: dict[int, int], how: str) -> Case:
    member = next(iter(out.values()))
    lot, _ = evidence.member(member)
    ratio = float(evidence.judged.comparisons.ratio[member])
    off = max(ratio, 1 / ratio) if ratio else math.inf
    name = evidence.judged.bound.plans[lot.plan].derivation.name
    firm = evidence.judged.comparisons.stretch[member] >= BORDERLINE[1]
    verb = "is ruled out by" if firm else "narrowly fails"
    survive = " or ".join(evidence.scope_of(row) for row in left)
    gone = ", ".join(evidence.scope_of(row) for row in out)
    return Case(
        claims=[claim],
        message=f"{evidence.claim(claim).value.text} {how} {survive}; "
        f"{gone} {verb} {name}, which would be off by {times(off)}",
        why=lambda: Why(
            arithmetic=steps(evidence, *evidence.member(member)),
            resolutions=[Resolution(claim=evidence.id_of(claim), needed=survive, note="write the scope down")],
            assumed=evidence.assumed(int(evidence.judged.comparisons.notes[member]), evidence.past(member)),
        ),
    )
