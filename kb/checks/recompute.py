"""Recompute: stated values against what their derivations give."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kb import figures
from kb.arithmetic import Misfit, leeway, resolutions, steps
from kb.checks._proofs import alone
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import Relation, check
from kb.model import Severity
from kb.texts import printed
from kb.verdicts import Group


@check
def recompute(evidence: Evidence) -> Iterator[Case | Looked]:
    """A stated value cannot be what its derivation gives."""
    yield Looked(len(evidence.judged.results))
    evidence.fetch(group.claim for group in evidence.failures if group.claim >= 0)
    for group in evidence.failures:
        yield failure(evidence, group)


def failure(evidence: Evidence, group: Group) -> Case:
    """A failing comparison in the reading that comes nearest."""
    c = evidence.judged.comparisons
    lot, line = evidence.member(group.best)
    output = int(c.output[group.best])
    plan = evidence.judged.bound.plans[lot.plan]
    notes = int(np.bitwise_or.reduce(c.notes[group.members]))
    involved = [group.claim, *sorted(group.inputs)] if group.claim >= 0 else sorted(group.inputs)
    ordinary = [claim for claim in involved if evidence.columns.claims.standing[claim] < 0]
    nominal = evidence.nominal

    def gap(instead: dict[int, float]) -> float:
        return math.log(nominal.value(output, instead) / nominal.due(lot, line, instead))

    relation, room = plan.derivation.relation, leeway(evidence.value(output), evidence.due(lot, line))
    severity = Severity.ERROR if group.hard else evidence.firmness(float(c.stretch[group.best]))
    return Case(
        claims=ordinary,
        accused=group.claim if group.claim >= 0 else None,
        cause=group.cause,
        severity=Severity.NOTE if group.weak else severity,
        message=_message(evidence, group, relation),
        factor=_apart(float(c.ratio[group.best]), room),
        why=lambda: Why(
            arithmetic=steps(evidence, lot, line),
            resolutions=resolutions(
                evidence,
                Misfit(suspected(evidence, group), gap, frozenset(involved), bool(relation.limit), room),
            ),
            assumed=evidence.assumed(notes, evidence.past(group.best)),
            bars=evidence.bars(group.best),
            **alone(evidence, group, group.best),
        ),
    )


def suspected(evidence: Evidence, group: Group) -> list[int]:
    """The stated rows behind a failure of which one may be wrong; where other routes decide, those that explain all."""
    rows = evidence.past(group.best).tolist()
    suspects = evidence.acquitted.get(group.claim)
    return rows if suspects is None else [row for row in rows if int(evidence.table.claim[row]) in suspects]


def _message(evidence: Evidence, group: Group, relation: Relation) -> str:
    """What is stated, what is due, how far apart, and what rounding could excuse."""
    c = evidence.judged.comparisons
    lot, line = evidence.member(group.best)
    output = int(c.output[group.best])
    name = evidence.judged.bound.plans[lot.plan].derivation.name
    due, wide = evidence.due(lot, line, 0.0), evidence.due(lot, line, 1.0)
    said = (
        f"states {printed(evidence.claim(group.claim).value)}"
        if group.claim >= 0
        else f"one route gives {evidence.say(output, evidence.value(output, 0.0))}"
    )
    due_text, wide_text = evidence.say(output, due), evidence.say(output, wide)
    rounding = f" ({wide_text} with all rounding)" if wide_text != due_text else ""
    ratio = _apart(float(c.ratio[group.best]), leeway(evidence.value(output), wide))
    off = f"by a factor of {figures.times(max(ratio, 1 / ratio))}" if 0 < ratio < math.inf else "whatever the factor"
    readings = f"; no reading fits ({len(group.members)} looked at)" if len(group.members) > 1 else ""
    agreed = evidence.agreed(group.claim)
    return f"{said}; {name} gives {relation.limit}{due_text}{rounding}; apart {off}{readings}{agreed}"


def _apart(ratio: float, room: float) -> float:
    """What is stated over what is due: a plain power of ten where the digits do not tell another factor from it."""
    return 1 / figures.rounded(1 / ratio, room) if 0 < ratio < 1 else figures.rounded(ratio, room)
