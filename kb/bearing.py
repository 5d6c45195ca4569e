"""What to verify first: claims by how much rests on them, how uncertain they are, and how weakly they are sourced.

A score is the product of three numbers that a reader can redo:

- **rests**: how many results rest on the claim: other ordinary claims that stand in a comparison with it, or rest on it
  by what is said, at any depth, and quantities that follow from it and that nobody states.
- **uncertainty**: the error that no check would notice, as a share of a decade: the logarithm to base 10 of the least
  power of a comparison of it that fits, 1 at the most, and 1 where nothing fits.
- **weakness**: 1, and 1 more for each of: put with a hedge; an estimate, inference, opinion or prediction (2 more for a
  rumour); told by a source that retells another; divided by the number of origins that state the same within rounding.

Premises are not ranked: nobody can verify what is only supposed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb.columns import FIRMNESSES, KINDS, MODES, Floats, Ints
from kb.evidence import Evidence
from kb.figures import times
from kb.joint.clashes import ACCUSED
from kb.model import SUPPOSED, Firmness, Mode, ValueKind, Verdict
from kb.pipeline import Examination
from kb.tellings import root
from kb.verdicts import involved_in

WEAKER = {Mode.ESTIMATE: 1, Mode.INFERENCE: 1, Mode.OPINION: 1, Mode.PREDICTION: 1, Mode.RUMOUR: 2}
DECADE = math.log(10)
FIELDS = ("rank", "claim", "rests", "uncertainty", "weakness", "score", "origins", "why", "statement")
SOUND = (Verdict.HOLDS, Verdict.ROUNDING)


@dataclass(frozen=True, slots=True)
class Bearing:
    """One claim that much rests on."""

    claim: int
    rests: int
    uncertainty: float
    weakness: float
    power: float  # the factor up to which an error would pass; infinite where nothing checks it
    origins: int
    accused: bool  # whether a check fails it
    reasons: tuple[str, ...]  # why it is weakly sourced

    @property
    def score(self) -> float:
        """How much depends on verifying it."""
        return self.rests * self.uncertainty * self.weakness


def bearings(examination: Examination, most: int) -> list[Bearing]:
    """So many claims, what to verify first coming first; those on which nothing rests, or that are sure, are none."""
    return Ranking(examination).first(most)


class Ranking:
    """The three numbers of every claim, as columns."""

    def __init__(self, examination: Examination) -> None:
        self.examination = examination
        self.evidence: Evidence = examination.evidence
        self.columns = examination.columns
        self.count = len(self.columns.claims.kind)

    def first(self, most: int) -> list[Bearing]:
        """The claims with the highest scores; of equal ones that which was told first."""
        score = self.rests * self.uncertainty * self.weakness
        score[~self.ranked] = 0.0
        order = np.argsort(-score, kind="stable")[:most]
        return [self.bearing(int(claim)) for claim in order if score[claim] > 0]

    def bearing(self, claim: int) -> Bearing:
        """One claim with its numbers."""
        return Bearing(
            claim,
            int(self.rests[claim]),
            float(self.uncertainty[claim]),
            float(self.weakness[claim]),
            float(self.power[claim]),
            int(self.origins[claim]),
            self.examination.verdicts[claim] in ACCUSED,
            tuple(self.reasons(claim)),
        )

    @cached_property
    def ranked(self) -> np.ndarray:
        """Whether each claim can be verified: an ordinary one that is not only supposed."""
        supposed = [number for number, mode in enumerate(MODES) if mode in SUPPOSED]
        return self.examination.ordinary & ~np.isin(self.columns.claims.mode, supposed)

    # ------------------------------------------------------------------------------------------ how much rests on it

    @cached_property
    def rests(self) -> Ints:
        """How many results rest on each claim."""
        pairs = np.unique(np.concatenate([self._compared(), self._said()]), axis=0)
        standing = self.columns.claims.standing
        pairs = pairs[(pairs[:, 0] != pairs[:, 1]) & (standing[pairs[:, 1]] < 0)]
        return np.bincount(pairs[:, 0], minlength=self.count) + self._implied()

    def _implied(self) -> Ints:
        """How many quantities follow from each claim that nobody states."""
        table = self.evidence.table
        rows = np.arange(table.stated, len(table))
        place = table.place(table.world[rows], table.subject[rows]) * len(self.evidence.attributes)
        _, cell = np.unique(place + table.attribute[rows], return_inverse=True)
        line, column = np.nonzero(table.history >= 0)
        claim = table.claim[table.history[line, column]]
        pairs = np.unique(np.column_stack([claim, cell.reshape(-1)[line]]), axis=0)
        return np.bincount(pairs[:, 0], minlength=self.count)

    def _compared(self) -> Ints:
        """Pairs of claims that stand in one comparison, of those that decide."""
        together = np.sort(involved_in(self.evidence.judged, self.evidence.judged.best), axis=1)
        together = np.unique(together, axis=0)
        width = together.shape[1] if together.ndim > 1 else 0
        found = [together[:, [one, other]] for one in range(width) for other in range(width) if one != other]
        pairs = np.concatenate(found) if found else np.empty((0, 2), np.int64)
        return np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0)

    def _said(self) -> Ints:
        """Pairs of a claim and one that rests on it, at any depth, by what is said."""
        above: dict[int, list[int]] = {}
        for claim, basis, _ in self.evidence.rests:
            above.setdefault(basis, []).append(claim)
        found = [(basis, claim) for basis in above for claim in reached(above, basis)]
        return np.array(found, np.int64).reshape(-1, 2)

    # ------------------------------------------------------------------------------------------ how uncertain it is

    @cached_property
    def power(self) -> Floats:
        """The least power of a comparison that fits and decides, of those that each claim stands in."""
        least = self.examination.power.copy()
        sound = np.array([verdict in SOUND for verdict in self.examination.verdicts] or [False], bool)[: self.count]
        least[~sound] = np.inf
        return least

    @cached_property
    def uncertainty(self) -> Floats:
        """The error that no check would notice, as a share of a decade."""
        return np.minimum(np.log(np.maximum(self.power, 1.0)) / DECADE, 1.0)

    # ------------------------------------------------------------------------------------------ how well it is sourced

    @cached_property
    def weakness(self) -> Floats:
        """One and the number of reasons for doubt, over the number of origins."""
        claims = self.columns.claims
        by_mode = np.array([WEAKER.get(mode, 0) for mode in MODES])
        hedged = claims.firmness == FIRMNESSES.index(Firmness.HEDGED)
        retold = self.columns.retells[claims.source] >= 0
        return np.asarray((1.0 + by_mode[claims.mode] + hedged + retold) / self.origins)

    @cached_property
    def origins(self) -> Ints:
        """How many origins say of each quantity what fits with the claim, itself among them; 1 for other claims."""
        rows = self.columns.rows
        found = np.ones(self.count, np.int64)
        first = np.unique(rows.claim, return_index=True)[1]
        quantity = self.columns.claims.kind[rows.claim[first]] == KINDS.index(ValueKind.QUANTITY)
        first = first[quantity & self.ranked[rows.claim[first]]]
        claims = self.columns.claims
        of = rows.claim[first]
        keys = np.column_stack([claims.attribute[of], claims.subject[of], claims.than[of], rows.masks[first]])
        _, cell = np.unique(keys, axis=0, return_inverse=True)
        cell = cell.reshape(-1)
        for each in np.flatnonzero(np.bincount(cell) > 1).tolist():
            mine = first[cell == each]
            for row in mine.tolist():
                agreeing = [other for other in mine.tolist() if self._meet(row, other)]
                sources = {int(claims.source[rows.claim[other]]) for other in agreeing}
                found[rows.claim[row]] = len({root(self.evidence, source) for source in sources})
        return found

    def _meet(self, row: int, other: int) -> bool:
        one, two = self.evidence.value(row), self.evidence.value(other)
        return bool(one.lo <= two.hi and two.lo <= one.hi)

    def reasons(self, claim: int) -> Iterator[str]:
        """Why a claim is weakly sourced, in words."""
        claims = self.columns.claims
        mode = MODES[claims.mode[claim]]
        if mode in WEAKER:
            yield f"{'an' if mode.value[0] in 'aeiou' else 'a'} {mode.value}"
        if claims.firmness[claim] == FIRMNESSES.index(Firmness.HEDGED):
            yield "hedged"
        if self.columns.retells[claims.source[claim]] >= 0:
            yield "retold"
        count = int(self.origins[claim])
        yield "one origin" if count == 1 else f"{count} origins agree"


def reached(above: dict[int, list[int]], start: int) -> set[int]:
    """Everything that can be reached from a start."""
    seen: set[int] = set()
    waiting = list(above.get(start, ()))
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += above.get(each, ())
    return seen - {start}


# ------------------------------------------------------------------------------------------------ in words


def why(bearing: Bearing) -> str:
    """``12 results rest on it; an error up to a factor of 3 would pass; a rumour, retold, one origin``."""
    rest = "1 result rests" if bearing.rests == 1 else f"{bearing.rests:,} results rest"
    passes = (
        f"an error by a factor up to {times(bearing.power)} would pass"
        if bearing.power < math.inf
        else "a check fails it"
        if bearing.accused
        else "no check confirms it"
    )
    return f"{rest} on it; {passes}; {', '.join(bearing.reasons)}"


def records(evidence: Evidence, found: Sequence[Bearing]) -> list[dict[str, object]]:
    """The same as rows of plain values."""
    evidence.fetch(each.claim for each in found)
    return [
        {
            "rank": rank,
            "claim": evidence.claim(each.claim).id,
            "rests": each.rests,
            "uncertainty": round(each.uncertainty, 4),
            "weakness": round(each.weakness, 4),
            "score": round(each.score, 4),
            "origins": each.origins,
            "why": why(each),
            "statement": evidence.claim(each.claim).statement,
        }
        for rank, each in enumerate(found, 1)
    ]
