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
    cost: int  # how many wordings
    ties: tuple[frozenset[T], ...] = ()  # other sets at the same cost
    margin: int | None = None  # how much more the next best costs, at least 2 from there on; None for too many ties

    @property
    def ways(self) -> tuple[frozenset[T], ...]:
        """Every cheapest set."""
        return self.statements, *self.ties


def correction(
    statements: Sequence[T],
    find: Callable[[Sequence[T]], Sequence[T] | None],
    wording: Mapping[T, Hashable],
) -> Correction[T] | None:
    """The cheapest correction, where what is worded alike is corrected together, at the price of one.

    find: a conflict among some statements, None if all of them can be true. None if even without any of the statements
    it is impossible.
    """
    together: dict[Hashable, list[T]] = {}
    word = {each: wording.get(each, each) for each in statements}
    for each in statements:
        together.setdefault(word[each], []).append(each)
    conflicts: list[frozenset[Hashable]] = []

    def clash(words: Sequence[Hashable]) -> frozenset[Hashable] | None:
        # another name than that of the mapping: Python 3.12.1 and 3.13.0 take one for the other in the next line
        found = find([each for said in words for each in together[said]])
        return None if found is None else frozenset(word[each] for each in found)

    def opened(words: Iterable[Hashable]) -> frozenset[T]:
        return frozenset(each for word in words for each in together[word])

    words = list(together)
    best = cheapest(words, clash, conflicts, (), math.inf)
    if best is None:
        return None
    ties = [best]
    while len(ties) < MOST_TIES and (other := cheapest(words, clash, conflicts, ties, len(best))) is not None:
        ties.append(other)
    margin = None
    if len(ties) < MOST_TIES:
        next_ = cheapest(words, clash, conflicts, ties, len(best) + FURTHER)
        margin = FURTHER + 1 if next_ is None else len(next_) - len(best)
    return Correction(opened(best), len(best), tuple(map(opened, ties[1:])), margin)


MOST_TIES = 16
FURTHER = 1  # by which the next best may cost more to be looked for: beyond, there are too many sets


def cheapest(
    words: Sequence[Hashable],
    clash: Callable[[Sequence[Hashable]], frozenset[Hashable] | None],
    conflicts: list[frozenset[Hashable]],
    besides: Sequence[frozenset[Hashable]],
    most: float,
) -> frozenset[Hashable] | None:
    """The smallest set that meets every conflict and holds none of some sets; conflicts found on the way are kept.

    None if there is none of at most a size.
    """
    while True:
        hit = hitting_set(conflicts, besides, most)
        if hit is None:
            return None
        left = [word for word in words if word not in hit]
        found = False
        while (more := clash(left)) is not None:  # conflicts that share nothing come together
            if not more:
                return None
            conflicts.append(more)
            left = [word for word in left if word not in more]
            found = True
        if not found:
            return hit


def hitting_set(
    conflicts: Sequence[frozenset[Hashable]], besides: Sequence[frozenset[Hashable]], most: float
) -> frozenset[Hashable] | None:
    """The smallest set with a member of each conflict that holds none of some sets, by branch and bound.

    None if there is none of at most a size.
    """
    best: frozenset[Hashable] | None = None
    least = most + 1
    order = sorted(conflicts, key=len)

    def go(chosen: frozenset[Hashable], barred: frozenset[Hashable]) -> None:
        nonlocal best, least
        if len(chosen) >= least or any(each <= chosen for each in besides):
            return
        missed = next((each for each in order if not each & chosen), None)
        if missed is None:
            best, least = chosen, len(chosen)
            return
        often = {word: sum(word in each for each in order) for word in missed}
        for word in sorted(missed - barred, key=lambda word: (-often[word], str(word))):
            go(chosen | {word}, barred)
            barred |= {word}

    go(frozenset(), frozenset())
    return best
