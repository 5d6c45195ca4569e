"""Premise: what a claim takes for granted, set otherwise elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from kb.checks.single_value import apart, pairs
from kb.columns import MODES
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Mode


@check
def premise(evidence: Evidence) -> Iterator[Case | Looked]:
    """A claim rests on an assumption that another claim sets differently."""
    used: dict[int, list[int]] = {}
    for claim, on, _ in evidence.rests:
        used.setdefault(on, []).append(claim)
    stipulated = MODES.index(Mode.PREMISE)
    yield Looked(len(used))
    for pair in pairs(evidence):
        premises = [claim for claim in pair if evidence.columns.claims.mode[claim] == stipulated]
        if len(premises) != 1:
            continue  # two stipulations are two scenarios, two assertions are single-value's business
        assumed = premises[0]
        said = pair[0] if pair[1] == assumed else pair[1]
        for claim in used.get(assumed, []):
            yield Case(
                claims=[claim, assumed, said],
                severity=evidence.firmness(apart(evidence, assumed, said)),
                message=f"rests on {evidence.claim(assumed).attribute} of {evidence.claim(assumed).subject} "
                f"being {evidence.quoted(assumed)}, while {evidence.quoted(said)} says otherwise",
            )
