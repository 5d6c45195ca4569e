"""Which readings of open words the numbers leave: decided jointly, over all comparisons (CHECKING, section 3).

A comparison of one value is a group of members, one for each way to read the words behind it, and one of them has to
fit. A reading is ruled out where it fails beside another reading of its claim that fits; then every member with it is
out as well, which can rule out readings of other claims, and so on until nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kb.columns import Ints
from kb.notes import WEAK
from kb.rowtable import among
from kb.verdicts import Judged


@dataclass
class Decided:
    """What was decided; a reading is a stated row, a member the number of a comparison."""

    out: dict[int, int] = field(default_factory=dict)  # readings that are ruled out, each with the member that fails
    since: dict[int, tuple[int, ...]] = field(default_factory=dict)  # those out only since other readings are: which
    stuck: list[int] = field(default_factory=list)  # groups of which each member that fits has a reading that is out


def decided(judged: Judged, several: np.ndarray) -> Decided:
    """The readings that are ruled out; `several`: whether each claim can be meant in more than one way."""
    return Deciding(judged, several).run()


class Deciding:
    """One decision over the groups in which some members fit and others do not."""

    def __init__(self, judged: Judged, several: np.ndarray) -> None:
        c, stated = judged.comparisons, judged.bound.table.stated
        claims = judged.bound.table.columns.rows.claim
        fits = c.stretch <= 1
        mixed = np.intersect1d(c.group[fits], c.group[~fits])
        self.members: Ints = c.order[among(c.group[c.order], mixed)]
        self.group = c.group[self.members]
        self.fits = fits[self.members]
        self.strong = (
            c.notes[self.members] & np.uint32(WEAK)
        ) == 0  # what is taken for granted may be at fault instead
        rows = np.column_stack([c.past[self.members], c.output[self.members]])
        self.rows = np.where((rows >= 0) & (rows < stated), rows, -1)
        self.open = (self.rows >= 0) & several[claims[self.rows]] if len(claims) else self.rows >= 0
        self.claims = claims
        self.found = Decided()

    def run(self) -> Decided:
        """Rules out readings until nothing changes."""
        while fresh := self._round():
            self.found.out |= fresh
        gone = self._gone()
        left = np.unique(self.group[self.fits & ~gone])
        had = np.unique(self.group[self.fits & gone])
        self.found.stuck = np.setdiff1d(had, left).tolist()
        return self.found

    def _gone(self) -> np.ndarray:
        """Whether each member has a reading that is ruled out."""
        return np.asarray((self.open & np.isin(self.rows, list(self.found.out))).any(axis=1))

    def _round(self) -> dict[int, int]:
        """Readings that fail beside others that fit, of what is not ruled out so far."""
        gone = self._gone()
        member, column = np.nonzero(self.open)
        row, group = self.rows[member, column], self.group[member]
        claim = self.claims[row]
        fit, fail = (self.fits & ~gone)[member], (~self.fits & ~gone & self.strong)[member]
        of_row, of_claim = group * (len(self.claims) + 1) + row, group * (len(self.claims) + 1) + claim
        out = fail & among(of_claim, np.unique(of_claim[fit])) & ~among(of_row, np.unique(of_row[fit]))
        fresh: dict[int, int] = {}
        for place in np.flatnonzero(out).tolist():
            reading = int(row[place])
            if reading not in self.found.out and reading not in fresh:
                fresh[reading] = int(self.members[member[place]])
                if others := self._beside(int(group[place]), reading):
                    self.found.since[reading] = others
        return fresh

    def _beside(self, group: int, reading: int) -> tuple[int, ...]:
        """The readings that are out of which the members of a group with some reading fit otherwise."""
        mine = (self.group == group) & self.fits & (self.rows == reading).any(axis=1)
        rows = self.rows[mine][self.open[mine]]
        return tuple(sorted({int(each) for each in rows.tolist()} & self.found.out.keys()))
