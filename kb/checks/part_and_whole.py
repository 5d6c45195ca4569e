"""Part and whole: one figure is all of something and also a part of it, beside which there is another part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from kb.assumptions import listed
from kb.checks._words import in_mode
from kb.evidence import Case, Evidence, Looked
from kb.interval import Interval
from kb.marks import check
from kb.model import SUPPOSED, Claim, Mode, Severity, ValueKind
from kb.sameness import amounts
from kb.texts import printed
from kb.vocabulary import Attribute, Parts

EXISTS = {ValueKind.QUANTITY, ValueKind.UNDISCLOSED, ValueKind.TERM}
FEWEST = 3  # the whole, the part, the other part


@dataclass(frozen=True)
class Family:
    """Claims of one source about one subject and one attribute that adds up along a key."""

    evidence: Evidence
    attribute: Attribute
    name: str  # of the key
    numbers: Sequence[int]

    @cached_property
    def scopes(self) -> dict[int, dict[str, str | None]]:
        """What each claim is about, on every key; a silent key is the whole unless the vocabulary leaves it open."""
        return {number: self._scope(self.evidence.claim(number)) for number in self.numbers}

    def _scope(self, claim: Claim) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for name, rule in self.attribute.keys.items():
            open_ = rule.silent is not None and not rule.silent.together
            whole = None if open_ else rule.only or self.evidence.vocabulary.keys[name].root
            found[name] = claim.scope.get(name, whole)
        return found

    def value(self, number: int) -> str | None:
        """What a claim is about on the key."""
        return self.scopes[number][self.name]

    def above(self, number: int) -> tuple[str, ...]:
        """The value on the key and all that holds it; nothing where it is open."""
        key, value = self.evidence.vocabulary.keys[self.name], self.value(number)
        return key.above(value) if value in key.order else ()

    def inside(self, whole: int, part: int) -> bool:
        """Whether one claim is about a part of what the other is about, and all else is the same."""
        rest = [{**self.scopes[each], self.name: None} for each in (whole, part)]
        return rest[0] == rest[1] and self.value(whole) in self.above(part)[1:]

    def surely(self, whole: int) -> bool:
        """Whether a claim is about the whole, and not about its main part, for which silence can stand as well."""
        return self.name in self.evidence.claim(whole).scope or self.attribute.keys[self.name].silent is None

    def beside(self, part: int, other: int) -> bool:
        """Whether two claims are about parts that lie apart, the second of which is more than nothing."""
        apart = self.value(part) not in self.above(other) and self.value(other) not in self.above(part)
        exists = self.evidence.claim(other).value.kind in EXISTS
        return apart and exists and all(amount.lo > 0 for amount in self.amounts(other, 1.0))

    def amounts(self, number: int, stretch: float) -> list[Interval]:
        """What a claim can mean, without rounding (0) or with all of it (1); nothing where it gives no figure."""
        return amounts(self.evidence, number, stretch)

    def figures(self, number: int) -> list[tuple[Interval, Interval]]:
        """The bounded figures that a claim can mean, each without rounding and with all of it."""
        both = zip(self.amounts(number, 0.0), self.amounts(number, 1.0), strict=True)
        return [(core, wide) for core, wide in both if np.isfinite(float(core.hi) - float(core.lo))]

    def same(self, one: int, other: int) -> bool:
        """Whether two claims give one figure: single ones that meet with rounding, or ranges that are rounded alike."""
        return any(
            (_single(core) and _single(core_other) and not _apart(wide, wide_other))
            or (_holds(wide, core_other) and _holds(wide_other, core))
            for (core, wide), (core_other, wide_other) in product(self.figures(one), self.figures(other))
        )

    def fits(self, whole: int, part: int, other: int) -> bool:
        """Whether the rounding of a whole leaves room for both of two parts."""
        least = sum(min(float(each.lo) for each in self.amounts(number, 1.0)) for number in (part, other))
        return least <= max(float(each.hi) for each in self.amounts(whole, 1.0))


def _single(core: Interval) -> bool:
    return bool(core.lo == core.hi)


def _apart(one: Interval, other: Interval) -> bool:
    return bool(one.lo > other.hi or other.lo > one.hi)


def _holds(outer: Interval, inner: Interval) -> bool:
    return bool(outer.lo <= inner.lo and inner.hi <= outer.hi)


@check
def part_and_whole(evidence: Evidence) -> Iterator[Case | Looked]:
    """One figure is given for a whole and for one part of it, beside which another part is said to exist."""
    for attribute, numbers in _together(evidence):
        for name, rule in attribute.keys.items():
            if rule.parts is Parts.SUM:
                yield from _along(Family(evidence, attribute, name, numbers))


def _along(family: Family) -> Iterator[Case | Looked]:
    """One case for each whole and part of it that have one figure, however many claims repeat that."""
    pairs: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for whole, part in product(family.numbers, family.numbers):
        if family.inside(whole, part):
            yield Looked(1)
            if family.same(whole, part):
                pairs.setdefault((family.value(whole), *family.scopes[part].values()), []).append((whole, part))
    for found in pairs.values():
        whole, part = found[0]
        others = [each for each in family.numbers if family.inside(whole, each) and family.beside(part, each)]
        if others:
            yield _case(family, found, others)


def _together(evidence: Evidence) -> Iterator[tuple[Attribute, list[int]]]:
    """The claims of one source about one subject and one attribute that adds up along a key, if they are enough."""
    claims = evidence.columns.claims
    sums = [
        i for i, each in enumerate(evidence.attributes) if any(rule.parts is Parts.SUM for rule in each.keys.values())
    ]
    mine = np.isin(claims.attribute, sums) & (claims.standing < 0) & (claims.than < 0)
    numbers = np.flatnonzero(mine)
    numbers = numbers[~in_mode(evidence, numbers, *SUPPOSED)]
    ahead = in_mode(evidence, numbers, Mode.PREDICTION)  # a part of later is no part of now
    about = np.column_stack([claims.attribute[numbers], claims.source[numbers], claims.subject[numbers], ahead])
    _, place, count = np.unique(about, axis=0, return_inverse=True, return_counts=True)
    place = place.reshape(-1)
    kept = count[place] >= FEWEST
    numbers, place = numbers[kept], place[kept]
    order = np.argsort(place, kind="stable")
    evidence.fetch(numbers.tolist())
    for together in np.split(numbers[order], np.flatnonzero(np.diff(place[order])) + 1):
        if len(together):
            yield evidence.attributes[int(claims.attribute[together[0]])], together.tolist()


# ------------------------------------------------------------------------------------------------ what is told


def _case(family: Family, pairs: Sequence[tuple[int, int]], others: Sequence[int]) -> Case:
    evidence, (whole, part) = family.evidence, pairs[0]
    claim = evidence.claim(whole)
    known = [each for each in others if family.amounts(each, 1.0)]
    crowded = [each for each in known if not any(family.fits(*pair, each) for pair in pairs)]
    sure = bool(crowded) and any(family.surely(whole) for whole, _ in pairs)
    beside = listed([f"{family.name} {family.value(each)}, {_figure(family, each)}" for each in others])
    return Case(
        claims=list(dict.fromkeys([*(number for pair in pairs for number in pair), *others])),
        severity=Severity.WARNING if sure else Severity.NOTE,
        accused=whole,
        explains=bool(crowded),  # why the parts make more than the whole, if that is found as well
        message=f"{claim.attribute} of {claim.subject}: {printed(claim.value)} is said to be {_all(family, whole)} by "
        f"{evidence.told(whole)}, and to be {family.name} {family.value(part)} alone by {evidence.told(part)}, "
        f"beside {beside}; {_growth(family, known, crowded)}",
    )


def _all(family: Family, number: int) -> str:
    """The whole in words, by its name where the claim names it."""
    named = family.evidence.claim(number).scope.get(family.name)
    return f"all of {family.name} {named}" if named else "all of it"


def _figure(family: Family, number: int) -> str:
    claim = family.evidence.claim(number)
    return f"{printed(claim.value)}, by {family.evidence.told(number)}"


def _growth(family: Family, known: Sequence[int], crowded: Sequence[int]) -> str:
    """By how much the whole would have to be larger, as far as somebody says it."""
    if not known:
        return "by how much the whole would have to be larger, nobody says"
    most = max(known, key=lambda each: min(float(amount.lo) for amount in family.amounts(each, 1.0)))
    needed = f"the whole would have to be larger by {printed(family.evidence.claim(most).value)}"
    return f"{needed}, for which its rounding {'has no' if crowded else 'has'} room"
