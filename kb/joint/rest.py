"""What everything else leaves of each claim: the bounds of its quantity if nobody had said it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb.interval import SLACK, Interval
from kb.joint.network import LIMIT, Network
from kb.joint.part import Part, parts
from kb.rowtable import NONE

MOST = 400  # numbers of a part: of a larger one it would take long to leave out claim after claim


@dataclass(frozen=True, slots=True)
class Left:
    """What all others leave of a claim."""

    row: int  # the stated row of the claim
    interval: Interval  # in the unit of its attribute, open where nothing bounds it
    entailed: bool  # whether it lies inside of what the claim can stand for
    power: float | None  # the factor by which a claim that fits would have to be wrong, either way, not to


class Rest:
    """The network of what was judged, asked for one claim at a time; parts are kept."""

    def __init__(self, net: Network, believed: np.ndarray) -> None:
        self.net = net
        self.believed = believed  # whether each claim is: those that are accused are not
        self._parts: dict[int, Part] = {}

    def of(self, claim: int) -> Left | None:
        """What others leave of a claim; None if that is anything, if they clash among themselves, or are too many."""
        part = self.around(claim)
        if part is None:
            return None
        statement = next((each for each in part.statements if each.claim == claim), None)
        if statement is None:
            return None  # a reference
        found = part.left(statement.variable, frozenset(each for each in part.claims if self.believed[each]) - {claim})
        if found is None or found == (-math.inf, math.inf):
            return None
        least, most = found
        low, high = statement.low, statement.high
        own = low - statement.below if low > -LIMIT else -math.inf, high + statement.above if high < LIMIT else math.inf
        fits = own[0] <= most + SLACK and least <= own[1] + SLACK
        power = (
            math.exp(max(most - own[0], own[1] - least)) if fits and all(map(math.isfinite, (*found, *own))) else None
        )
        entailed = own[0] - SLACK <= least and most <= own[1] + SLACK
        return Left(statement.row, Interval(math.exp(least), math.exp(most)), entailed, power)

    def around(self, claim: int) -> Part | None:
        """The part of the network that a claim bounds something in; None if it bounds nothing, or the part is large."""
        variable = self.variables.get(claim)
        if variable is None:
            return None
        part = self.part(int(self.net.component[variable]))
        return part if len(part.variables) <= MOST else None

    @cached_property
    def variables(self) -> dict[int, int]:
        """The variable that each claim bounds, of claims that bound one."""
        known = np.flatnonzero(self.net.by != NONE)
        claims = self.net.judged.bound.table.claim[self.net.by[known]]
        single = np.bincount(claims, minlength=1)[claims] == 1 if len(claims) else known > 0
        return dict(zip(claims[single].tolist(), known[single].tolist(), strict=True))

    def part(self, label: int) -> Part:
        """The part of the network of that label."""
        if label not in self._parts:
            self._parts[label] = next(parts(self.net, [label]))
        return self._parts[label]
