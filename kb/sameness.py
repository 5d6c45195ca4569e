"""Whether two claims speak of the same part of the same thing, and what each can mean."""

from __future__ import annotations

from functools import reduce
from operator import or_

import numpy as np

from kb.evidence import Evidence
from kb.interval import Interval
from kb.model import Claim
from kb.readings import ALL, choice
from kb.vocabulary import Vocabulary


def meet(vocabulary: Vocabulary, one: Claim, other: Claim) -> bool:
    """Whether some reading of two claims is about the same part."""
    mine, theirs = (_reach(vocabulary, claim) for claim in (one, other))
    return all(mine.get(key, ALL) & theirs.get(key, ALL) for key in {*mine, *theirs})


def _reach(vocabulary: Vocabulary, claim: Claim) -> dict[str, int]:
    """All that a claim can be about, along each key that its attribute has: keys are open one by one."""
    rules = vocabulary.attributes[claim.attribute].keys.items()
    return {key: reduce(or_, choice(vocabulary.keys[key], rule, claim.scope.get(key)).masks) for key, rule in rules}


def surely_meet(vocabulary: Vocabulary, one: Claim, other: Claim) -> bool:
    """Whether two claims about one attribute are about the same part: named alike, or the one part that both can mean.

    Silence on both sides is alike. A part of what the other is about is not the same.
    """
    for name, rule in vocabulary.attributes[one.attribute].keys.items():
        said = one.scope.get(name), other.scope.get(name)
        mine, theirs = (choice(vocabulary.keys[name], rule, value) for value in said)
        if (said[0] != said[1] or said[0] == "undisclosed") and (len(mine.masks) > 1 or mine.masks != theirs.masks):
            return False
    return True


def amounts(evidence: Evidence, number: int, stretch: float) -> list[Interval]:
    """What a claim can mean, without rounding (0) or with all of it (1); nothing where it gives no figure."""
    low, high = np.searchsorted(evidence.columns.rows.claim, [number, number + 1])
    return [evidence.value(int(row), stretch) for row in range(low, high)]
