"""Effects that are set beside each other: of one cause, on quantities that they have in common, in scopes that meet."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from kb.checks._words import ahead, grouped, outright, within_scope
from kb.columns import KINDS
from kb.evidence import Evidence
from kb.model import Claim, Direction, Effect, Firmness, Severity, ValueKind
from kb.vocabulary import Type, Vocabulary

BASELINE = "baseline"
OPEN = frozenset({None, "undisclosed"})


@dataclass(frozen=True)
class Told:
    """A claim that something raises, lowers or leaves a quantity."""

    number: int
    claim: Claim
    effect: Effect

    @property
    def content(self) -> Hashable:
        """What makes another claim of the same holder a repetition."""
        claim, scope = self.claim, tuple(sorted(self.claim.scope.items()))
        return claim.subject, claim.attribute, self.effect, scope, claim.than, claim.holders[-1]


Pair = tuple[Told, Told]


def effects(evidence: Evidence) -> list[Told]:
    """Every effect that is asserted."""
    said = evidence.said(lambda attribute: attribute.type is Type.EFFECT)
    return [Told(n, claim, claim.value.effect) for n, claim in said.items() if claim.value.effect and outright(claim)]


def clashing(evidence: Evidence, told: Sequence[Told], ill: Callable[[Direction, Direction], bool]) -> list[Pair]:
    """Pairs of effects, by their directions, that are about one thing as far as their words go."""
    pairs: list[Pair] = []
    for numbers in grouped((each.claim.subject, i) for i, each in enumerate(told)).values():
        kinds = list({told[i].content: told[i] for i in reversed(numbers)}.values())[::-1]
        pairs += [
            (one, other)
            for one, other in product(kinds, kinds)
            if ill(one.effect.direction, other.effect.direction) and about_one(evidence.vocabulary, one, other)
        ]
    return pairs


def about_one(vocabulary: Vocabulary, one: Told, other: Told) -> bool:
    """Whether nothing that is written down tells what two effects are on, or where, apart."""
    mine, theirs = one.claim, other.claim
    both_named = (
        (one.effect.of, other.effect.of),
        (mine.than, theirs.than),
    )
    return (
        ahead(mine) is ahead(theirs)
        and not set(vocabulary.family(one.effect.on)).isdisjoint(vocabulary.family(other.effect.on))
        and all(a is None or b is None or a == b for a, b in both_named)
        and scopes_meet(vocabulary, mine, theirs)
    )


def scopes_meet(vocabulary: Vocabulary, one: Claim, other: Claim) -> bool:
    """Whether each key that both claims name has values of which one holds the other."""
    for name in one.scope.keys() & other.scope.keys():
        mine, theirs, key = one.scope[name], other.scope[name], vocabulary.keys[name]
        if OPEN.isdisjoint({mine, theirs}) and mine not in key.above(theirs) and theirs not in key.above(mine):
            return False
    return True


def unsaid(vocabulary: Vocabulary, one: Told, other: Told) -> list[tuple[str, list[int]]]:
    """The keys, and the baseline, that one of two effects or both leave open: each with which of them do."""
    claims = (one.claim, other.claim)
    keys = dict.fromkeys(key for claim in claims for key in vocabulary.attributes[claim.attribute].keys)
    found = [(key, [i for i, claim in enumerate(claims) if claim.scope.get(key) in OPEN]) for key in keys]
    found.append((BASELINE, [i for i, claim in enumerate(claims) if claim.than is None]))
    return [(key, silent) for key, silent in found if silent]


def open_words(open_: Iterable[tuple[str, list[int]]]) -> str:
    """What two effects leave open, in words."""
    told = {0: "the first", 1: "the second"}
    return " and ".join(
        f"{'neither names' if len(silent) > 1 else f'only {told[1 - silent[0]]} names'} "
        f"{'what it is compared with' if key == BASELINE else f'its {key}'}"
        for key, silent in open_
    )


def alike(one: Told, other: Told) -> bool:
    """Whether one holder says both, in the same scope and against the same baseline."""
    mine, theirs = ((each.claim.holders[-1], each.claim.scope, each.claim.than) for each in (one, other))
    return mine == theirs


def severity(vocabulary: Vocabulary, one: Told, other: Told) -> Severity:
    """A warning only where nobody but the holder is to blame: nothing is left open, and neither is hedged.

    What both leave open is no common scope: the one can be so in training, the other in use.
    """
    hedged = Firmness.HEDGED in {one.claim.firmness, other.claim.firmness}
    firm = alike(one, other) and not hedged and not unsaid(vocabulary, one, other)
    return Severity.WARNING if firm else Severity.NOTE


def events(vocabulary: Vocabulary, pairs: Iterable[Pair]) -> list[list[Pair]]:
    """Pairs that have a claim in common are one event; the worst pair of each comes first."""
    found: list[tuple[set[int], list[Pair]]] = []
    for pair in pairs:
        ends = {each.number for each in pair}
        joined = [event for event in found if event[0] & ends]
        found = [event for event in found if not event[0] & ends]
        found.append((ends.union(*(one for one, _ in joined)), [*(p for _, ps in joined for p in ps), pair]))
    return [sorted(mine, key=lambda pair: (-severity(vocabulary, *pair), not alike(*pair))) for _, mine in found]


def numbers_of(event: Sequence[Pair]) -> list[int]:
    """The claims of an event, those of its worst pair first."""
    return list(dict.fromkeys(each.number for pair in event for each in pair))


def in_words(evidence: Evidence, each: Told) -> str:
    """``lowers parameters {stage=inference} (memo p3.s1)``."""
    claim, scope = each.claim, within_scope(each.claim)
    return evidence.quoted(each.number).replace(
        claim.value.text, f"{claim.value.text}{f' {scope}' if scope else ''}", 1
    )


# ------------------------------------------------------------------------------------------------ of what


def targets(evidence: Evidence, *told: Told) -> list[int]:
    """What effects are on, as entities: what they name and what that belongs to, else their cause and what uses it."""
    named = [evidence.columns.entity(each.effect.of) for each in told if each.effect.of is not None]
    links = evidence.columns.links
    if named:
        owners = links.end[np.isin(links.start, named)].tolist()
        return list(dict.fromkeys([*named, *owners]))
    cause = evidence.columns.entity(told[0].claim.subject)
    return list(dict.fromkeys([cause, *_users(evidence, cause)]))


def _users(evidence: Evidence, cause: int) -> Iterator[int]:
    """What is linked to a cause, by definition or because a source says so."""
    links, claims = evidence.columns.links, evidence.columns.claims
    yield from links.start[links.end == cause].tolist()
    linked = (claims.kind == KINDS.index(ValueKind.LINK)) & (claims.target == cause)
    yield from claims.subject[linked].tolist()
