"""Evidence transfer: one work is believed because another one is."""

from __future__ import annotations

from collections.abc import Iterator

from kb.checks._words import outright
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Role, Severity
from kb.vocabulary import Part

ARGUES = {Role.PREMISE, Role.INPUT, Role.EVIDENCE}


@check
def evidence_transfer(evidence: Evidence) -> Iterator[Case | Looked]:
    """That a work is to be believed is argued from another one alone."""
    judged = evidence.said(lambda attribute: attribute.plays is Part.CREDENCE)
    bases: dict[int, list[int]] = {}
    for claim, basis, role in evidence.rests:
        if claim in judged and role in ARGUES and outright(judged[claim]):
            bases.setdefault(claim, []).append(basis)
    yield Looked(len(bases))
    evidence.fetch(basis for mine in bases.values() for basis in mine)
    for claim, mine in bases.items():
        work = judged[claim].subject
        borrowed = [basis for basis in mine if basis in judged and judged[basis].subject != work]
        if borrowed and all(evidence.claim(basis).subject != work for basis in mine):
            yield _case(evidence, claim, borrowed)


def _case(evidence: Evidence, number: int, borrowed: list[int]) -> Case:
    claim, basis = evidence.claim(number), evidence.claim(borrowed[0])
    return Case(
        claims=[number, *borrowed],
        severity=Severity.NOTE,
        message=f"{claim.attribute} of {claim.subject}, said by {evidence.told(number)}, is argued from "
        f"{basis.attribute} of {basis.subject}, said by {evidence.told(borrowed[0])}; "
        f"nothing about {claim.subject} itself is given for it",
    )
