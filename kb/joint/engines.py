"""Both engines as one: contraction, which is fast, and the linear program where contraction alone cannot know."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set

from kb.evaluate import GROSS
from kb.joint.certificate import Certificate, verified
from kb.joint.conflicts import conflict
from kb.joint.farkas import combined
from kb.joint.linear import GAP, GaveUp, Program
from kb.joint.part import Part
from kb.joint.proof import Search

NEAR = 1e-3  # how exactly a stretch is found, as a share of it
MOST = 24  # tries
MOST_KEPT = 200  # numbers of a part whose answers are kept

Asked = tuple[str, frozenset[int] | None, float, bool]


class Engines:
    """What can be true of one part; `trouble` says why where the linear program gave up: that is never a conflict."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.trouble = ""
        self._answers: dict[Asked, bool] = {}

    def possible(self, on: Set[int] | None = None, stretch: float = 1.0, *, soft: bool = True) -> bool:
        """Whether nothing is found against some claims, all of them unless told which."""
        return self._known(self._possible, on, stretch, soft=soft)

    def _possible(self, on: Set[int] | None, stretch: float, *, soft: bool) -> bool:
        low, high = self.part.box(on, stretch, soft=soft)
        laws = self.part.tied(low, high)
        if not self.part.contract(low, high, laws):
            return False
        return self.part.is_forest(laws, low, high) or self._fits(laws, low, high)

    def _narrow(self, on: Set[int]) -> bool:
        """Whether contraction alone finds nothing against some claims."""
        return self._known(self._narrowed, on, 1.0, soft=True)

    def _narrowed(self, on: Set[int] | None, stretch: float, *, soft: bool) -> bool:
        return self.part.possible(on, stretch, soft=soft)

    def _known(self, answer: Callable[..., bool], on: Set[int] | None, stretch: float, *, soft: bool) -> bool:
        """The answer to a question; corrections ask the same again and again, so that of small parts it is kept."""
        if len(self.part.variables) > MOST_KEPT:
            return answer(on, stretch, soft=soft)
        asked = answer.__name__, None if on is None else frozenset(on), stretch, soft
        if asked not in self._answers:
            self._answers[asked] = answer(on, stretch, soft=soft)
        return self._answers[asked]

    def _fits(self, laws: Sequence[int], low: Sequence[float], high: Sequence[float]) -> bool:
        """Whether the linear program finds nothing against some bounds."""
        try:
            return Program(self.part, laws, low, high).apart(low, high).least <= GAP
        except GaveUp as error:
            self.trouble = str(error)
            return True

    def conflict(self, claims: Sequence[int]) -> tuple[int, ...] | None:
        """A conflict of which each part is needed; None if all can be true.

        What contraction finds may hold a claim that cancels: it is made smaller with both engines.
        """
        if self.possible(frozenset(claims)):
            return None
        found = conflict(claims, self._narrow)
        return conflict(claims if found is None else found, self.possible)

    def certificate(self, claims: Sequence[int]) -> Certificate | None:
        """A proof, verified, that some claims cannot all be true; None if none is found."""
        on = frozenset(claims)
        proof = Search(self.part, on).certificate()
        if proof is None or not verified(proof):
            proof = combined(self.part, on)
        return proof if proof is not None and verified(proof) else None

    def stretch(self, claims: Sequence[int]) -> float:
        """The least factor on all tolerances at which some claims can all be true; infinite for a gross one."""
        on, least = frozenset(claims), 1.0
        if not self.part.possible(on, least):
            if not self.part.possible(on, GROSS):
                return math.inf
            least = halved(least, GROSS, lambda stretch: self.part.possible(on, stretch))
        for _ in range(MOST):
            found = self._linear_stretch(on, least)
            if found <= least * (1 + NEAR):
                break
            least = found * (1 + NEAR)
        return least if least <= GROSS else math.inf

    def _linear_stretch(self, on: Set[int], stretch: float) -> float:
        """The least factor that the linear program allows, whose sums are looked at within bounds at some stretch."""
        low, high = self.part.box(on, stretch)
        laws = self.part.tied(low, high)
        if not self.part.contract(low, high, laws) or self.part.is_forest(laws, low, high):
            return stretch
        try:
            return Program(self.part, laws, low, high).stretch(on)
        except GaveUp as error:
            self.trouble = str(error)
            return stretch


def halved(low: float, high: float, fits: Callable[[float], bool]) -> float:
    """The least number between two at which something fits, found by halving; a little above it."""
    while high > low * (1 + NEAR):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high
