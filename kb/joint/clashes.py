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
from kb.joint.certificate import Bound, Certificate, Step, verified
from kb.joint.conflicts import Correction, conflict, correction
from kb.joint.contraction import box, contracted
from kb.joint.network import LIMIT, Network, network
from kb.joint.part import Part, parts
from kb.joint.proof import Search
from kb.model import Verdict
from kb.rowtable import NONE
from kb.verdicts import BORDERLINE, Breach, Group, Judged, Result, support

ACCUSED = frozenset({Verdict.OFF, Verdict.IMPOSSIBLE})
HALVINGS = 24
FAR = 0.7 * LIMIT  # what is bounded by nothing but the ends of all numbers is not bounded
TOGETHER = "it fits alone, but not together with others"
AGREED = "it fails a check, but other routes agree with it"


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

    @property
    def ends(self) -> tuple[Bound, Bound]:
        """The bounds at which the proof ends: the least of a number, above its most."""
        proof = self.certificate
        bounds = [
            *(each.bound for each in proof.premises),
            *(line.bound for line in proof.lines if isinstance(line, Step)),
        ]
        least, most = (bounds[number] for number in proof.uses)
        return least, most

    @property
    def notes(self) -> int:
        """What the applications that the proof uses take for granted."""
        notes = 0
        for law in self.certificate.taken:
            block, line = self.part.origin[law]
            lot = self.net.judged.bound.made.lots[self.net.blocks[block].lot]
            notes |= int(lot.notes[self.net.blocks[block].lines[line]])
        return notes

    @property
    def rows(self) -> list[int]:
        """The stated rows that the proof has its premises from."""
        by = (self.part.statements[premise.by].row for premise in self.certificate.premises)
        return [row for row in dict.fromkeys(by) if row != NONE]

    def needed(self, claim: int) -> tuple[float, float] | None:
        """What everything else that is believed leaves of a claim's value, as logarithms; None if that is nothing."""
        rest = frozenset(self.part.believed) - {claim}
        low, high = self.part.box(rest)
        variable = next(each.variable for each in self.part.statements if each.claim == claim)
        if not self.part.contract(low, high):
            return None
        least, most = low[variable], high[variable]
        ends = least if least > -FAR else -math.inf, most if most < FAR else math.inf
        return None if ends == (-math.inf, math.inf) else ends


class Together:
    """Everything that was judged, examined together; the verdicts of claims are set to what that says of them."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.net = network(judged)
        own = np.flatnonzero(self.net.rows != NONE)
        claim = judged.bound.table.claim[self.net.rows[own]]
        self.count = len(np.unique(claim[claim != NONE]))  # claims
        found: list[Group | Breach] = [*judged.groups.values(), *judged.breaches]
        self.failures = [each for each in found if fails(each) and not each.weak]
        self._told: dict[int, list[frozenset[int]]] = {}  # of each claim, the ordinary claims of failures that it is in
        for each in map(self._claims, self.failures):
            for ordinary in each:
                self._told.setdefault(ordinary, []).append(each)
        self.clashes: list[Clash] = []
        self.acquitted: dict[int, tuple[int, ...]] = {}  # accused claims, with those of which one alone explains it all
        accused = np.array([verdict in ACCUSED for verdict in judged.verdict] or [False], bool)
        free = own[(claim != NONE) & accused[claim]]
        _, dead = contracted(self.net, box(self.net))
        _, clashing = contracted(self.net, box(self.net, free=free))
        labels, count = np.unique(self.net.component[free], return_counts=True)
        doubtful = np.intersect1d(labels[count > 1], self.net.component[dead])  # else the one that is accused is enough
        found_parts = list(parts(self.net, np.union1d(doubtful, self.net.component[clashing]).tolist()))
        for part in found_parts:
            self._acquit(part)
        self._spare()
        for part in found_parts:
            self._clash(part)

    def _spare(self) -> None:
        """The acquitted are undetermined, and what fits together with one of them does so in earnest."""
        judged, spared = self.judged, frozenset(self.acquitted)
        freed = [claim for claim, cause in judged.through.items() if cause in spared]
        before = list(judged.verdict)
        if freed:
            support(judged, spared)
        for claim in freed:
            before[claim] = judged.verdict[claim]
        judged.verdict = before
        for claim in spared:
            judged.verdict[claim], judged.reason[claim] = Verdict.UNDETERMINED, AGREED

    def _acquit(self, part: Part) -> None:
        """Sees whom of the accused other routes agree with; the others are not believed."""
        accused = [claim for claim in part.claims if self.judged.verdict[claim] in ACCUSED]
        suspects = {claim: found for claim in accused if (found := self._suspects(part, claim))}
        self.acquitted |= suspects
        part.believed = tuple(each for each in part.claims if each not in accused or each in suspects)

    def _clash(self, part: Part) -> None:
        """Notes the clashes of one part of which no check has told."""
        for clash in in_part(self.net, part):
            mine = frozenset(clash.claims)
            told = {each for claim in clash.claims for each in self._told.get(claim, ())}
            if not any(each <= mine or mine <= each for each in told):
                self.clashes.append(clash)
                doubt(self.judged, clash)

    def _claims(self, failure: Group | Breach) -> frozenset[int]:
        """The ordinary claims of a failure."""
        standing = self.judged.bound.table.columns.claims.standing
        return frozenset(each for each in {failure.claim, *failure.inputs} - {NONE} if standing[each] < 0)

    def _suspects(self, part: Part, claim: int) -> tuple[int, ...]:
        """Claims of which one alone would explain everything, where the accused claim alone would not.

        Other routes agree with the accused claim then.
        """
        every = frozenset(part.claims)
        if part.possible(every - {claim}):
            return ()
        beside = {other for each in self.failures if each.claim == claim for other in self._claims(each)} - {claim}
        return tuple(sorted(other for other in beside & every if part.possible(every - {other})))


def fails(failure: Group | Breach) -> bool:
    """Whether something does not fit, by itself and not through a claim that is accused elsewhere."""
    return failure.cause is None and (isinstance(failure, Breach) or failure.result is Result.FAILS)


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
