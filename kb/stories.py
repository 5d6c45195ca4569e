"""Unit slips as stories: one word taken for another wherever a source writes it, after which all fits (CHECKING, 4).

A story is asserted only if it is the only one: no other wording and no other factor would put everything right, and an
error that is no slip would seldom land on that factor. Failures that share nothing but the wording speak independently
of each other, so that their chances are multiplied.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kb.errors import KbError
from kb.evidence import Evidence
from kb.joint.alone import Unproven, calculation
from kb.joint.clashes import Clash
from kb.joint.engines import Engines
from kb.joint.network import LIMIT
from kb.joint.part import Part
from kb.quantity import read
from kb.rowtable import NONE
from kb.slips import SELDOM, Printed, Window, candidates, chance
from kb.verdicts import Breach, Group

ZEROS = tuple(10.0**power for power in (-3, -2, -1, 1, 2, 3))
WORD = re.compile("[A-Za-z]+")


class Wording(NamedTuple):
    """How a claim writes its unit: if the word is wrong in one of two claims worded alike, it is in both."""

    source: int
    unit: str  # of the attribute: the kind of quantity
    factor: float  # of the unit as printed, so that a plural and an abbreviation are the same word
    scale: str


@dataclass(frozen=True, slots=True)
class Story:
    """A word taken for another, after which everything fits."""

    claims: tuple[int, ...]  # those worded so
    factor: float  # what is stated over what is meant
    confused: tuple[str, ...]  # what may have been taken for what
    chance: float  # that an error which is no slip would look so
    wrong: int  # how many other claims that are accused would still have to be wrong
    unit: bool = True  # a word was taken for another; else zeros were lost or added

    @property
    def sure(self) -> bool:
        """Whether hardly anything else would look so."""
        return self.unit and self.chance < SELDOM


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a failure is seen: laws and claims that cannot all be true, of which the failure needs some."""

    part: Part
    inside: frozenset[int]  # claims that are taken to be right, unless they are worded like a suspect
    needed: frozenset[int]


class Stories:
    """The stories of each failure of one knowledge base."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._wordings: dict[int, Wording] = {}

    def of(self, failure: Group | Breach) -> list[Story]:
        """Every word that would explain a failure if it were another, and leave nothing else that fails."""
        scene = self._scenes.get(id(failure))
        return [] if scene is None else self.among(scene, self.evidence.acquitted.get(failure.claim, scene.needed))

    def of_clash(self, clash: Clash, suspects: Iterable[int]) -> list[Story]:
        """The same of claims that cannot all be true, where only some of them may be wrong."""
        return self.among(Scene(clash.part, frozenset(clash.part.believed), frozenset(clash.claims)), suspects)

    def among(self, scene: Scene, suspects: Iterable[int]) -> list[Story]:
        """The stories of some suspects that leave the fewest other claims to be wrong."""
        found: dict[tuple[tuple[int, ...], float], Story] = {}
        for suspect in sorted(suspects):
            for story in self._told(scene, suspect):
                found.setdefault((story.claims, story.factor), story)
        least = min((story.wrong for story in found.values()), default=0)
        best = [story for story in found.values() if story.wrong == least]
        return best if any(story.unit for story in best) else []

    def _scene(self, failure: Group | Breach) -> Scene | None:
        """The network around a failure; its own calculation alone where the network does not see that it fails."""
        needed = self._claims(failure)
        for part in self._parts(failure, needed):
            inside = needed | frozenset(claim for claim in part.claims if self._believed(claim))
            if needed <= set(part.claims) and not Engines(part).possible(inside):
                return Scene(part, inside, needed)
        return None

    def _parts(self, failure: Group | Breach, needed: frozenset[int]) -> Iterator[Part]:
        rest = self.evidence.rest
        if rest is not None and needed and (part := rest.around(min(needed))) is not None:
            yield part
        if isinstance(failure, Group) and len(failure.members) == 1:
            with suppress(Unproven):
                yield calculation(self.evidence.judged, failure.best)

    def _told(self, scene: Scene, suspect: int) -> Iterator[Story]:
        """The stories of one claim of a failure."""
        factors = candidates(self.printed(suspect))
        alike = self.alike(scene.part, suspect)
        window = window_of(scene.part, suspect, scene.inside - alike)
        hits = [factor for factor in factors if window is not None and factor in window and window.is_near(factor)]
        for factor in hits:
            engines = Engines(scene.part.shifted(alike, -math.log(factor)))
            if window is None or not engines.possible(scene.inside | alike):
                continue
            likely = chance(window, len(factors)) if len(hits) == 1 and not engines.trouble else 1.0
            likely *= math.prod(self._beside(scene, alike, factor))
            yield Story(tuple(sorted(alike)), factor, factors[factor], likely, wrong(engines, scene.inside | alike))
        for factor in ZEROS:
            if window is not None and factor in window and window.is_near(factor):
                engines = Engines(scene.part.shifted({suspect}, -math.log(factor)))
                if engines.possible(scene.inside | {suspect}):
                    left = wrong(engines, scene.inside | {suspect})
                    yield Story((suspect,), factor, ("zeros lost or added",), 1.0, left, unit=False)

    def _beside(self, scene: Scene, alike: frozenset[int], factor: float) -> Iterator[float]:
        """The chances of other failures that the same word explains, and that share no claim but those worded so."""
        taken = scene.needed - alike
        for other in self._scenes.values():
            mine = other.needed & alike
            if len(mine) != 1 or (other.needed - alike) & taken or other.needed == scene.needed:
                continue
            [suspect] = mine
            factors = candidates(self.printed(suspect))
            window = window_of(other.part, suspect, other.inside - alike)
            if window is not None and [each for each in factors if each in window] == [factor]:
                taken |= other.needed - alike
                yield chance(window, len(factors))

    def _believed(self, claim: int) -> bool:
        return self.evidence.rest is not None and bool(self.evidence.rest.believed[claim])

    @cached_property
    def _scenes(self) -> dict[int, Scene]:
        """Where each failure is seen that does not only follow from another, by its identity."""
        found: Iterable[Group | Breach] = [*self.evidence.failures, *self.evidence.breaches]
        seen = {id(each): self._scene(each) for each in found if each.cause is None and not each.weak}
        return {each: scene for each, scene in seen.items() if scene is not None}

    def _claims(self, failure: Group | Breach) -> frozenset[int]:
        standing = self.evidence.columns.claims.standing
        return frozenset(each for each in {failure.claim, *failure.inputs} - {NONE} if standing[each] < 0)

    # ------------------------------------------------------------------------------------------ wordings

    def alike(self, part: Part, claim: int) -> frozenset[int]:
        """The claims of a part that write the unit of one as it does, itself among them."""
        claims = self.evidence.columns.claims
        mine = [each for each in part.claims if claims.source[each] == claims.source[claim]]
        self.evidence.fetch(mine)
        return frozenset(each for each in mine if self.wording(each) == self.wording(claim)) | {claim}

    def wording(self, claim: int) -> Wording:
        """How a claim writes its unit."""
        if claim not in self._wordings:
            attribute = self.evidence.attributes[self.evidence.columns.claims.attribute[claim]]
            found = self.evidence.claim(claim)
            written, unit = read(found.value.text), "1" if found.than else attribute.unit
            source = int(self.evidence.columns.claims.source[claim])
            factor = self.evidence.units.factor(written.unit, unit)
            self._wordings[claim] = Wording(source, unit, factor, written.scale.casefold().removesuffix("s"))
        return self._wordings[claim]

    def printed(self, claim: int) -> Printed:
        """What of a claim tells which units can have been confused."""
        wording, found = self.wording(claim), self.evidence.claim(claim)
        language = self.evidence.languages.get(wording.source, "en")
        unit = read(found.value.text).unit
        shown = self.evidence.attributes[self.evidence.columns.claims.attribute[claim]].shown
        share = "%" in unit or (found.than is None and shown == "%")
        return Printed(wording.unit, language, bool(wording.scale), share, tuple(self._lengths(WORD.findall(unit))))

    def _lengths(self, words: Collection[str]) -> Iterator[float]:
        """The units of time among some words, in seconds."""
        for word in words:
            try:
                yield self.evidence.units.factor(word, "s")
            except KbError:
                continue  # a unit of something else


def wrong(engines: Engines, right: frozenset[int]) -> int:
    """How many of the other claims of a part have to be wrong at the most, when some are right."""
    for claim in engines.part.claims:
        if claim not in right and engines.possible(right | {claim}):
            right |= {claim}
    return len(engines.part.claims) - len(right)


def window_of(part: Part, claim: int, on: frozenset[int]) -> Window | None:
    """By how much a claim may exceed what others leave of it; None if they leave nothing."""
    statement = next(each for each in part.statements if each.claim == claim)
    left = part.left(statement.variable, on)
    if left is None:
        return None
    low = statement.low - statement.below if statement.low > -LIMIT else -math.inf
    high = statement.high + statement.above if statement.high < LIMIT else math.inf
    return Window(math.exp(low - left[1]), math.exp(high - left[0]))
