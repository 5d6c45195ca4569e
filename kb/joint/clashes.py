"""Sets of claims of which each is fine alone, and not all can be true: found, proven, and what each would have to be.

A claim that is accused already is left aside: what it clashes with is known. A clash in which a rule of thumb takes
part, and that is none without it, is soft: it says that something is off, not that it is impossible.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kb.evaluate import GROSS
from kb.joint.certificate import Certificate, verified
from kb.joint.conflicts import Correction, conflict, correction
from kb.joint.contraction import box, contracted
from kb.joint.network import LIMIT, Network, network
from kb.joint.part import Part, parts
from kb.joint.proof import Search
from kb.model import Verdict
from kb.rowtable import NONE
from kb.verdicts import BORDERLINE, Judged

ACCUSED = frozenset({Verdict.OFF, Verdict.IMPOSSIBLE})
HALVINGS = 24
TOGETHER = "it fits alone, but not together with others"


@dataclass(frozen=True, slots=True)
class Clash:
    """Claims that cannot all be true, with the proof and the ways out."""

    net: Network
    part: Part
    claims: tuple[int, ...]  # a smallest set: without any one of them the others can be true
    certificate: Certificate
    soft: bool  # whether it is one only if rules of thumb hold within what is said of them
    stretch: float  # the least factor on all tolerances at which it is none; infinite for a gross one
    least: Correction[int] | None  # the fewest claims of the part that have to be wrong

    def needed(self, claim: int) -> tuple[float, float] | None:
        """What everything else that is believed leaves of a claim's value, as logarithms; None if that is nothing."""
        rest = frozenset(self.part.believed) - {claim}
        low, high = self.part.box(rest)
        variable = next(each.variable for each in self.part.statements if each.claim == claim)
        if not self.part.contract(low, high) or (low[variable] <= -LIMIT and high[variable] >= LIMIT):
            return None
        return low[variable], high[variable]


def clashes(judged: Judged) -> list[Clash]:
    """Every clash of what was judged; the verdicts of its claims are set to say so."""
    net = network(judged)
    accused = np.array([verdict in ACCUSED for verdict in judged.verdict], bool)
    own = np.flatnonzero(net.rows != NONE)
    claim = judged.bound.table.claim[net.rows[own]]
    free = own[(claim != NONE) & accused[claim]] if len(accused) else own[:0]
    _, dead = contracted(net, box(net, free=free))
    found = []
    for part in parts(net, np.unique(net.component[dead]).tolist()):
        part.believed = tuple(each for each in part.claims if not accused[each])
        found += list(in_part(net, part))
    for clash in found:
        doubt(judged, clash)
    return found


def in_part(net: Network, part: Part) -> Iterator[Clash]:
    """The clashes of one part that share no claim; one whose proof does not hold up is none."""
    open_ = list(part.believed)
    least = correction(open_, part.possible, dict.fromkeys(open_, 1.0), {})
    while (claims := conflict(open_, part.possible)) is not None and claims:
        proof = Search(part, frozenset(claims)).certificate()
        if proof is not None and verified(proof):
            soft = part.possible(frozenset(claims), soft=False)
            yield Clash(net, part, claims, proof, soft, stretch(part, claims), least)
        open_ = [each for each in open_ if each not in claims]


def stretch(part: Part, claims: Sequence[int]) -> float:
    """The least factor on all tolerances at which some claims can all be true."""
    on, low, high = frozenset(claims), 1.0, GROSS
    if not part.possible(on, high):
        return math.inf
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if part.possible(on, middle) else (middle, high)
    return high


def doubt(judged: Judged, clash: Clash) -> None:
    """Sets the verdicts of claims that clash: nothing that fits alone is sure any more."""
    firm = not clash.soft and clash.stretch >= BORDERLINE[1]
    for claim in clash.claims:
        judged.verdict[claim] = Verdict.JOINT if firm else Verdict.UNDETERMINED
        judged.reason[claim] = TOGETHER
