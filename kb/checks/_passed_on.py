"""Failures that are passed on: where a claim fails and one that only retells it does so too, that is one event."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from kb.evidence import Case, Evidence
from kb.tellings import SAME, beside, chain
from kb.texts import printed

NEAR = math.log(1.05)  # between the factors by which both fail: hedges are lost on the way, and widen one of them


Accused = tuple[str, int]  # by which check, and which claim


def passed_on(evidence: Evidence, own: Sequence[tuple[str, Case]]) -> dict[Accused, list[int]]:
    """What is accused whose failure stands under that of other claims, which retell it; with those claims.

    The retelling stands for both: it is what its readers have, and can hold more that goes with it.
    """
    claims = evidence.columns.claims
    alike: dict[tuple[str, int, int], list[Case]] = defaultdict(list)
    for code, case in own:
        if case.accused is not None and case.factor:
            alike[code, int(claims.attribute[case.accused]), int(claims.subject[case.accused])].append(case)
    found: dict[Accused, list[int]] = {}
    for (code, _, _), cases in alike.items():
        for case in cases if len(cases) > 1 else ():
            heads = [other.accused for other in cases if retells(evidence, other, case)]
            if heads and case.accused is not None:
                found[code, case.accused] = [head for head in heads if head is not None]
    shown = {each: [head for head in heads if (each[0], head) not in found] for each, heads in found.items()}
    return {each: heads for each, heads in shown.items() if heads}  # sources that retell each other have no first one


def retells(evidence: Evidence, one: Case, other: Case) -> bool:
    """Whether what one case accuses is what the other one does, told again without a change."""
    assert one.accused is not None
    assert other.accused is not None
    sources = evidence.columns.claims.source
    if int(sources[other.accused]) not in chain(evidence, int(sources[one.accused])):
        return False
    apart = abs(math.log(one.factor / other.factor)) if one.factor and other.factor else math.inf
    if apart > NEAR or one.severity is not other.severity:
        return False
    how = beside(evidence, one.accused, other.accused)
    return how.relation in SAME and not how.by


def line(evidence: Evidence, claim: int) -> str:
    """What is said under a failure of a claim that passes it on."""
    told = evidence.claim(claim)
    return f"the same of what this retells: {printed(told.value)} ({told.id})"
