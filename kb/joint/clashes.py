"""Sets of claims of which each is fine alone, and not all can be true: found, proven, and what each would have to be.

A claim that is accused already is left aside: what it clashes with is known. A clash in which a rule of thumb takes
part, and that is none without it, is soft: it says that something is off, not that it is impossible.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb.joint.certificate import Certificate
from kb.joint.conflicts import Correction, correction
from kb.joint.contraction import box, contracted
from kb.joint.engines import Engines
from kb.joint.loops import looped
from kb.joint.network import Network, network
from kb.joint.part import Part, parts
from kb.model import Verdict
from kb.rowtable import NONE
from kb.verdicts import BORDERLINE, Breach, Group, Judged, Result, support

ACCUSED = frozenset({Verdict.OFF, Verdict.IMPOSSIBLE})
TOGETHER = "it fits alone, but not together with others"
GAVE_UP = "the linear program that looks at several claims together gave up ({})"
AGREED = "it fails a check, but other routes agree with it"


@dataclass(frozen=True)
class Clash:
    """Claims that cannot all be true, with the proof and the ways out."""

    net: Network
    engines: Engines
    claims: tuple[int, ...]  # a smallest set: without any one of them the others can be true
    certificate: Certificate
    soft: bool  # whether it is one only if rules of thumb hold within what is said of them
    stretch: float  # the least factor on all tolerances at which it is none; infinite for a gross one

    @property
    def part(self) -> Part:
        """The part of the network that it is in."""
        return self.engines.part

    @cached_property
    def least(self) -> Correction[int] | None:
        """The fewest claims of the part that have to be wrong."""
        return self.correction({})

    def correction(self, wording: Mapping[int, Hashable]) -> Correction[int] | None:
        """The cheapest correction of the part; what is worded alike is corrected together, at the price of one."""
        return correction(self.part.believed, self.engines.conflict, wording)

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
        variable = next(each.variable for each in self.part.statements if each.claim == claim)
        found = self.part.left(variable, frozenset(self.part.believed) - {claim})
        return None if found == (-math.inf, math.inf) else found


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
        self.trouble: dict[str, tuple[int, ...]] = {}  # why an engine gave up, and on which claims
        accused = np.array([verdict in ACCUSED for verdict in judged.verdict] or [False], bool)
        free = own[(claim != NONE) & accused[claim]]
        _, dead = contracted(self.net, box(self.net))
        _, clashing = contracted(self.net, box(self.net, free=free))
        labels, count = np.unique(self.net.component[free], return_counts=True)
        doubtful = np.intersect1d(labels[count > 1], self.net.component[dead])  # else the one that is accused is enough
        doubtful = np.union1d(doubtful, self.net.component[clashing])
        seen = np.union1d(doubtful, looped(self.net))
        engines_of = [Engines(part) for part in parts(self.net, seen.tolist())]
        for engines in engines_of:
            self._acquit(engines, bool(np.isin(self.net.component[engines.part.variables[0]], doubtful)))
        self._spare()
        for engines in engines_of:
            self._clash(engines)
        for why, claims_of in self.trouble.items():
            for number in claims_of:
                if judged.verdict[number] is Verdict.UNDETERMINED:
                    judged.verdict[number], judged.reason[number] = Verdict.UNKNOWN, GAVE_UP.format(why)

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

    def _acquit(self, engines: Engines, doubtful: bool) -> None:
        """Sees whom of the accused other routes agree with, where that is in doubt; the others are not believed."""
        part = engines.part
        accused = [claim for claim in part.claims if self.judged.verdict[claim] in ACCUSED]
        suspects = {claim: found for claim in accused if doubtful and (found := self._suspects(engines, claim))}
        self.acquitted |= suspects
        part.believed = tuple(each for each in part.claims if each not in accused or each in suspects)

    def _clash(self, engines: Engines) -> None:
        """Notes the clashes of one part of which no check has told."""
        for clash in in_part(self.net, engines, self._is_told):
            self.clashes.append(clash)
            doubt(self.judged, clash)
        if engines.trouble:
            self.trouble[engines.trouble] = (*self.trouble.get(engines.trouble, ()), *engines.part.claims)

    def _is_told(self, claims: tuple[int, ...]) -> bool:
        """Whether a failure tells of some claims already."""
        mine = frozenset(claims)
        return any(each <= mine or mine <= each for claim in claims for each in self._told.get(claim, ()))

    def _claims(self, failure: Group | Breach) -> frozenset[int]:
        """The ordinary claims of a failure."""
        standing = self.judged.bound.table.columns.claims.standing
        return frozenset(each for each in {failure.claim, *failure.inputs} - {NONE} if standing[each] < 0)

    def _suspects(self, engines: Engines, claim: int) -> tuple[int, ...]:
        """Claims of which one alone would explain everything, where the accused claim alone would not.

        Other routes agree with the accused claim then.
        """
        every = frozenset(engines.part.claims)
        if engines.possible(every - {claim}):
            return ()
        beside = {other for each in self.failures if each.claim == claim for other in self._claims(each)} - {claim}
        return tuple(sorted(other for other in beside & every if engines.possible(every - {other})))


def fails(failure: Group | Breach) -> bool:
    """Whether something does not fit, by itself and not through a claim that is accused elsewhere."""
    return failure.cause is None and (isinstance(failure, Breach) or failure.result is Result.FAILS)


def in_part(
    net: Network, engines: Engines, told: Callable[[tuple[int, ...]], bool] = lambda claims: False
) -> Iterator[Clash]:
    """The clashes of one part that share no claim; one of which no proof is found, or none that holds up, is none.

    told: whether some claims are known to clash, so that nobody asks for a proof.
    """
    open_ = list(engines.part.believed)
    while (claims := engines.conflict(open_)) is not None and claims:
        proof = None if told(claims) else engines.certificate(claims)
        if proof is not None:
            soft = engines.possible(frozenset(claims), soft=False)
            yield Clash(net, engines, claims, proof, soft, engines.stretch(claims))
        open_ = [each for each in open_ if each not in claims]


def doubt(judged: Judged, clash: Clash) -> None:
    """Sets the verdicts of claims that clash: nothing that fits alone is sure any more."""
    firm = not clash.soft and clash.stretch >= BORDERLINE[1]
    for claim in clash.claims:
        judged.verdict[claim] = Verdict.JOINT if firm else Verdict.UNDETERMINED
        judged.reason[claim] = TOGETHER
