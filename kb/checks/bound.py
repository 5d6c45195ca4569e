"""Bound: values beyond what a definition allows, stated or implied."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kb.arithmetic import Misfit, leeway, resolutions, steps
from kb.checks._proofs import alone
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check
from kb.model import Severity, Standing
from kb.verdicts import Breach


@check
def bound(evidence: Evidence) -> Iterator[Case | Looked]:
    """A value, or what follows from it, lies beyond what a definition or data sheet allows."""
    yield Looked(evidence.judged.bounded)
    for breach in evidence.breaches:
        yield _case(evidence, breach)


def nearest(evidence: Evidence, breach: Breach) -> int:
    """The row of the reading that comes nearest to what is allowed."""
    allowed = evidence.value(breach.bound)
    above = math.isfinite(float(allowed.hi))

    def beyond(row: int) -> float:
        value = evidence.value(row)
        return float(value.lo) if above else -float(value.hi)

    return min((int(row) for row in breach.rows), key=beyond)


def _case(evidence: Evidence, breach: Breach) -> Case:
    row, limit = nearest(evidence, breach), breach.bound
    allowed = evidence.value(limit)
    nominal = evidence.nominal
    value, wide = evidence.value(row, 0.0), evidence.value(row, 1.0)
    below = not math.isfinite(float(allowed.hi)) or float(wide.hi) < float(allowed.lo)
    edge = float(allowed.lo) if below else float(allowed.hi)
    attribute = evidence.attribute_of(row).id
    fact = evidence.claim(int(evidence.table.claim[limit]))
    rule = f'{"the definition" if fact.standing is Standing.HARD else fact.source.cite}: "{fact.statement}"'
    subject = evidence.subject_of(row)
    if breach.stated:
        message = f"states {attribute} of {evidence.say(row, value)} for {subject}; {rule}"
    else:
        message = (
            f"needs {attribute} of {evidence.say(row, value)} for {subject} "
            f"({evidence.say(row, wide)} with all rounding); {rule}"
        )
    past = [int(r) for r in evidence.table.past(np.array([row]))[0] if r >= 0]
    claims = [breach.claim, *sorted(breach.inputs)] if breach.claim >= 0 else sorted(breach.inputs)
    notes = int(np.bitwise_or.reduce(evidence.table.notes[breach.rows]))
    return Case(
        claims=[claim for claim in claims if evidence.columns.claims.standing[claim] < 0],
        accused=breach.claim if breach.claim >= 0 else None,
        cause=breach.cause,
        severity=Severity.NOTE if breach.weak else Severity.ERROR,
        message=message,
        factor=nominal.value(row) / edge if edge else None,
        why=lambda: Why(
            arithmetic=() if breach.stated else steps(evidence, *evidence.evaluator.maker(row)),
            resolutions=resolutions(
                evidence,
                Misfit(
                    past,
                    lambda instead: math.log(nominal.value(row, instead) / edge),
                    frozenset(claims),
                    bound=True,
                    room=leeway(wide),
                ),
            ),
            assumed=evidence.assumed(notes, past),
            bars=[
                evidence.bar("stated" if breach.stated else "needed", row, value, wide),
                evidence.bar("allowed", row, allowed, allowed),
            ],
            **alone(evidence, breach, row),
        ),
    )
