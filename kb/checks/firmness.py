"""Firmness: a conclusion put more firmly than what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Claim, Firmness, Mode, Role, Severity

CARRIES = {Role.PREMISE, Role.INPUT, Role.EVIDENCE}
# What is stipulated has no place here: what follows from it is true of the case that was supposed.
STRENGTH = {
    Mode.RUMOUR: 0,
    Mode.OPINION: 1,
    Mode.CONDITIONAL: 2,
    Mode.PREDICTION: 3,
    Mode.INFERENCE: 4,
    Mode.ESTIMATE: 4,
    Mode.STATEMENT: 5,
}
FIRMNESS = list(Firmness)  # the weakest first
FAR = 4  # steps that no manner of speaking explains: an outright statement on an opinion, an estimate on a rumour


@check
def firmness(evidence: Evidence) -> Iterator[Case | Looked]:
    """A claim is put more firmly than something that it rests on."""
    bases: dict[int, list[int]] = {}
    for claim, basis, role in evidence.rests:
        if role in CARRIES:
            bases.setdefault(claim, []).append(basis)
    evidence.fetch({*bases, *(basis for mine in bases.values() for basis in mine)})
    weighed = {claim: [each for each in mine if _comparable(evidence, claim, each)] for claim, mine in bases.items()}
    yield Looked(sum(map(len, bases.values())))
    for claim, mine in weighed.items():
        own = strength(evidence.claim(claim))
        if weaker := [each for each in mine if strength(evidence.claim(each)) < own]:
            yield _case(evidence, claim, weaker)


def strength(claim: Claim) -> tuple[int, int]:
    """How firmly a claim is put: first by what kind of assertion it is, then by its manner."""
    return STRENGTH[claim.mode], FIRMNESS.index(claim.firmness)


def _comparable(evidence: Evidence, number: int, basis: int) -> bool:
    """Whether who concludes also answers for what it rests on, as the source tells it, and neither is stipulated."""
    claim, other = evidence.claim(number), evidence.claim(basis)
    ordinary = claim.standing is None and other.standing is None
    chained = claim.holders[-1] in other.holders
    return ordinary and chained and {claim.mode, other.mode} <= STRENGTH.keys() and not _hedged(claim)


def _hedged(claim: Claim) -> bool:
    return claim.firmness is Firmness.HEDGED


def _case(evidence: Evidence, number: int, weaker: list[int]) -> Case:
    """The conclusion against the weakest of what is weaker; the others are counted."""
    weaker = sorted(weaker, key=lambda each: strength(evidence.claim(each)))
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
