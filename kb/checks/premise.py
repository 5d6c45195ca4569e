"""Premise: what a claim takes for granted, set otherwise elsewhere.

What is itself only supposed, because it follows from the premise, takes nothing for granted: *with 120 layers it would
be larger* and *it has 96 layers* go together. What is foretold is about a later time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.assumptions import listed
from kb.checks._words import in_mode
from kb.checks.single_value import MOST_NAMED, Said, asserted, beyond, said
from kb.columns import MODES
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import SUPPOSED, Mode, Severity


@check
def premise(evidence: Evidence) -> Iterator[Case | Looked]:
    """A claim rests on an assumption that another claim sets differently."""
    used: dict[int, list[int]] = {}
    for claim, on, _ in evidence.rests:
        used.setdefault(on, []).append(claim)
    yield Looked(len(used))
    elsewhere = in_mode(evidence, np.arange(len(evidence.columns.claims.mode)), *SUPPOSED, Mode.PREDICTION)
    stipulated = evidence.columns.claims.mode == MODES.index(Mode.PREMISE)
    used = {on: concluded for on, mine in used.items() if (concluded := [each for each in mine if not elsewhere[each]])}
    every = said(evidence, asserted(evidence))
    in_use = stipulated[every.claim] & np.isin(every.claim, list(used))
    for cell in every.take(np.isin(every.cell, every.cell[in_use])).conflicting():
        outright = cell.take(~elsewhere[cell.claim])  # two stipulations are two scenarios
        for position in np.flatnonzero(stipulated[cell.claim]).tolist():
            one = cell.take([position])
            rivals = outright.apart_from(one)
            if len(rivals.claim):
                for claim in used.get(int(one.claim[0]), []):
                    yield _case(evidence, claim, one, rivals)


def _case(evidence: Evidence, claim: int, one: Said, rivals: Said) -> Case:
    assumed, named = int(one.claim[0]), rivals.claim[:MOST_NAMED].tolist()
    evidence.fetch([claim, assumed, *named])
    firm = beyond(rivals.lowest, one.highest) | beyond(one.lowest, rivals.highest)
    rest = len(rivals.claim) - len(named)
    quoted = [*(evidence.quoted(each) for each in named), *([f"{rest:,} more"] if rest else [])]
    otherwise = f"{listed(quoted, len(quoted))} say{'' if len(quoted) > 1 else 's'} otherwise"
    return Case(
        claims=[claim, assumed, *named],
        severity=Severity.WARNING if firm.any() else Severity.NOTE,
        message=f"rests on {evidence.claim(assumed).attribute} of {evidence.claim(assumed).subject} "
        f"being {evidence.quoted(assumed)}, while {otherwise}",
    )
