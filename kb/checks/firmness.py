"""Firmness: a conclusion put more firmly than what it rests on.

What is about talk is shown by talk: that much is rumoured is certain where there are rumours.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.columns import FIRMNESSES, MODES
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Claim, Firmness, Mode, Role, Severity
from kb.rowtable import NONE
from kb.vocabulary import Part

CARRIES = {Role.PREMISE, Role.INPUT, Role.EVIDENCE}
# What is stipulated is not weighed: what follows from it is true of the case that was supposed.
STRENGTH = {
    Mode.RUMOUR: 0,
    Mode.OPINION: 1,
    Mode.CONDITIONAL: 2,
    Mode.PREDICTION: 3,
    Mode.INFERENCE: 4,
    Mode.ESTIMATE: 4,
    Mode.STATEMENT: 5,
}
FAR = 4  # steps that no manner of speaking explains: an outright statement on an opinion, an estimate on a rumour


@check
def firmness(evidence: Evidence) -> Iterator[Case | Looked]:
    """A claim is put more firmly than something that it rests on."""
    bases: dict[int, list[int]] = {}
    for claim, basis, role in evidence.rests:
        if role in CARRIES:
            bases.setdefault(claim, []).append(basis)
    yield Looked(sum(map(len, bases.values())))
    strong = strengths(evidence)
    hedged = evidence.columns.claims.firmness == FIRMNESSES.index(Firmness.HEDGED)
    talk = [number for number, attribute in enumerate(evidence.attributes) if attribute.plays is Part.TALK]
    of_talk = np.isin(evidence.columns.claims.attribute, talk)
    below = {
        claim: weaker
        for claim, mine in bases.items()
        if not hedged[claim]
        and not of_talk[claim]
        and (weaker := [each for each in mine if 0 <= strong[each] < strong[claim]])
    }
    evidence.fetch({number for claim, mine in below.items() for number in (claim, *mine)})
    for claim, mine in below.items():
        if answered := [each for each in mine if _answers_for(evidence.claim(claim), evidence.claim(each))]:
            yield _case(evidence, claim, sorted(answered, key=strong.__getitem__))


def strengths(evidence: Evidence) -> list[int]:
    """How firmly each claim is put: first by what kind of assertion it is, then by its manner; -1 if by neither.

    What is stipulated is not weighed, nor are references.
    """
    claims = evidence.columns.claims
    by_mode = np.array([STRENGTH.get(mode, NONE) for mode in MODES])[claims.mode]
    weighed = (by_mode != NONE) & (claims.standing == NONE)
    strong: list[int] = np.where(weighed, by_mode * len(FIRMNESSES) + claims.firmness, NONE).tolist()
    return strong


def _answers_for(claim: Claim, basis: Claim) -> bool:
    """Whether who concludes also answers for what it rests on, as the source tells it."""
    return claim.holders[-1] in basis.holders


def _case(evidence: Evidence, number: int, weaker: list[int]) -> Case:
    """The conclusion against the weakest of what is weaker, sorted so; the others are counted."""
    claim, weakest = evidence.claim(number), evidence.claim(weaker[0])
    gap = STRENGTH[claim.mode] - STRENGTH[weakest.mode]
    more = f" and {len(weaker) - 1:,} more that are weaker than it" if len(weaker) > 1 else ""
    return Case(
        claims=[number, *weaker],
        severity=Severity.WARNING if gap >= FAR else Severity.NOTE,
        message=f"{claim.attribute} of {claim.subject}, {put(claim)} by {evidence.told(number)}, rests on "
        f"{weakest.attribute} of {weakest.subject}, {put(weakest)} by {evidence.told(weaker[0])}{more}",
    )


def put(claim: Claim) -> str:
    """How a claim is put, in words: ``put as a hedged estimate``."""
    words = f"{'' if claim.firmness is Firmness.PLAIN else f'{claim.firmness} '}{claim.mode}"
    return f"put as {'an' if words[0] in 'aeiou' else 'a'} {words}"
