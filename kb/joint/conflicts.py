"""Which statements cannot all be true: a smallest conflict, and the cheapest set that resolves all conflicts.

Both only ask whether some statements can stand together. Junker, "QuickXplain: preferred explanations and relaxations
for over-constrained problems", AAAI 2004; Moreno-Centeno and Karp, "The implicit hitting set approach to solve
combinatorial optimization problems", Operations Research 61(2), 2013.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
Possible = Callable[[frozenset[T]], bool]  # whether some statements can all be true


def conflict(statements: Sequence[T], possible: Possible[T]) -> tuple[T, ...] | None:
    """A conflict of which each part is needed, rather of the first statements; None if all can be true."""
    if possible(frozenset(statements)):
        return None

    def needed(kept: tuple[T, ...], added: bool, open_: tuple[T, ...]) -> tuple[T, ...]:
        """What of the open ones makes a conflict together with the kept ones; added: whether those are new."""
        if added and not possible(frozenset(kept)):
            return ()
        if len(open_) == 1:
            return open_
        first, second = open_[: len(open_) // 2], open_[len(open_) // 2 :]
        late = needed((*kept, *first), bool(first), second)
        early = needed((*kept, *late), bool(late), first)
        return (*early, *late)

    return needed((), True, tuple(statements))


@dataclass(frozen=True, slots=True)
class Correction(Generic[T]):
    """A cheapest set of statements without which all others can be true, what it costs, and as cheap ones."""

    statements: frozenset[T]
    cost: float
    ties: tuple[frozenset[T], ...] = ()  # other sets at the same cost


def correction(
    statements: Sequence[T], possible: Possible[T], cost: Mapping[T, float], wording: Mapping[T, Hashable]
) -> Correction[T] | None:
    """The cheapest correction, where what is worded alike is corrected together, at the price of one.

    None if even without any of the statements it is impossible.
    """
    together: dict[Hashable, list[T]] = {}
    for each in statements:
        together.setdefault(wording.get(each, each), []).append(each)
    words = list(together)
    price = {word: max(cost[each] for each in together[word]) for word in words}

    def can(kept: frozenset[Hashable]) -> bool:
        return possible(frozenset(each for word in kept for each in together[word]))

    def opened(sets: Iterable[frozenset[Hashable]]) -> list[frozenset[T]]:
        return [frozenset(each for word in found for each in together[word]) for found in sets]

    conflicts: list[frozenset[Hashable]] = []
    best = cheapest(words, can, price, conflicts, ())
    if best is None:
        return None
    told = sum(price[word] for word in best)
    ties: list[frozenset[Hashable]] = [best]
    while len(ties) < MOST_TIES:
        other = cheapest(words, can, price, conflicts, ties)
        if other is None:
            break
        ties.append(other)
    sets = opened(ties)
    return Correction(sets[0], told, tuple(sets[1:]))


MOST_TIES = 16
ALIKE = 1e-9


def cheapest(
    words: Sequence[Hashable],
    can: Callable[[frozenset[Hashable]], bool],
    price: Mapping[Hashable, float],
    conflicts: list[frozenset[Hashable]],
    besides: Sequence[frozenset[Hashable]],
) -> frozenset[Hashable] | None:
    """The cheapest set that meets every conflict and holds none of some sets; conflicts found on the way are kept.

    None if there is none, or none as cheap as the first of those sets.
    """
    while True:
        hit = hitting_set(conflicts, price, besides)
        if hit is None:
            return None
        left = [word for word in words if word not in hit]
        found = False
        while (clash := conflict(left, can)) is not None:  # conflicts that share nothing come together
            if not clash:
                return None
            conflicts.append(frozenset(clash))
            left = [word for word in left if word not in clash]
            found = True
        if not found:
            return hit


def hitting_set(
    conflicts: Sequence[frozenset[Hashable]], price: Mapping[Hashable, float], besides: Sequence[frozenset[Hashable]]
) -> frozenset[Hashable] | None:
    """The cheapest set with a member of each conflict that holds none of some sets, by branch and bound.

    It costs no more than the first of those: many conflicts are met by one claim, and without that one by far too many
    sets to look through.
    """
    best: frozenset[Hashable] | None = None
    least = sum(price[word] for word in besides[0]) * (1 + ALIKE) if besides else math.inf
    order = sorted(conflicts, key=len)

    def go(chosen: frozenset[Hashable], spent: float, barred: frozenset[Hashable]) -> None:
        nonlocal best, least
        if spent >= least or any(each <= chosen for each in besides):
            return
        missed = next((each for each in order if not each & chosen), None)
        if missed is None:
            best, least = chosen, spent
            return
        often = {word: sum(word in each for each in order) for word in missed}
        for word in sorted(missed - barred, key=lambda word: (price[word], -often[word], str(word))):
            go(chosen | {word}, spent + price[word], barred)
            barred |= {word}

    go(frozenset(), 0.0, frozenset())
    return best
