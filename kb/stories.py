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
from kb.model import Severity
from kb.moved import Turned
from kb.quantity import read
from kb.rowtable import NONE
from kb.slips import SELDOM, Printed, Window, candidates, chance
from kb.verdicts import Breach, Group

ZEROS = tuple(10.0**power for power in (-3, -2, -1, 1, 2, 3))
MOST_READINGS = 8  # of one failure that are looked at one by one
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
    mends: int  # how many failures are none then
    unit: bool = True  # a word was taken for another; else zeros were lost or added

    @property
    def sure(self) -> bool:
        """Whether hardly anything else would look so."""
        return self.unit and self.chance < SELDOM


@dataclass(frozen=True, slots=True)
class View:
    """Laws and claims that cannot all be true."""

    part: Part
    inside: frozenset[int]  # claims that are taken to be right, unless they are worded like a suspect


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a failure is seen: in the network around it, or in its own calculation, read in each way."""

    needed: frozenset[int]  # the claims of the failure
    views: tuple[View, ...]
    failure: Group | Breach | None = None  # none of a clash


class Stories:
    """The stories of each failure of one knowledge base."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._wordings: dict[int, Wording] = {}
        self._mended: dict[tuple[int, frozenset[int], float], int] = {}  # a word and zeros can mean the same
        self._asked: dict[int, Scene] = {}  # by identity, so that no other scene gets it

    def of(self, failure: Group | Breach) -> list[Story]:
        """Every word that would explain a failure if it were another, and leave nothing else that fails."""
        scene = self._scenes.get(id(failure))
        return [] if scene is None else self.among(scene, self.evidence.acquitted.get(failure.claim, scene.needed))

    def of_clash(self, clash: Clash, suspects: Iterable[int]) -> list[Story]:
        """The same of claims that cannot all be true, where only some of them may be wrong."""
        view = View(clash.part, frozenset(clash.part.believed))
        return self.among(Scene(frozenset(clash.claims), (view,)), suspects)

    def among(self, scene: Scene, suspects: Iterable[int]) -> list[Story]:
        """The stories of some suspects that explain the most; none if only zeros would explain it."""
        self._asked[id(scene)] = scene
        mine = sorted(suspects)
        found = [story for suspect in mine for story in self._told(scene, suspect)]
        if found:
            found += [story for suspect in mine for story in self._zeros(scene, suspect)]
        most = max((story.mends for story in found), default=0)
        best = {(story.claims, story.factor): story for story in reversed(found) if story.mends == most}
        return list(best.values()) if any(story.unit for story in best.values()) else []

    # ------------------------------------------------------------------------------------------ where it is seen

    @cached_property
    def _scenes(self) -> dict[int, Scene]:
        """Where each failure is seen that does not only follow from another, by its identity."""
        found: Iterable[Group | Breach] = [*self.evidence.failures, *self.evidence.breaches]
        scenes = {
            id(each): Scene(self._claims(each), views, each)
            for each in found
            if self._is_firm(each) and (views := tuple(self._views(each)))
        }
        self._fetch(scenes.values())
        return scenes

    def _is_firm(self, failure: Group | Breach) -> bool:
        """Whether a failure is no consequence, rests on nothing weak, and is not near the border."""
        near = isinstance(failure, Group) and self.evidence.firmness(self._stretch(failure)) is Severity.NOTE
        return failure.cause is None and not failure.weak and not near

    def _stretch(self, failure: Group) -> float:
        return float(self.evidence.judged.comparisons.stretch[failure.best])

    def _views(self, failure: Group | Breach) -> Iterator[View]:
        """The network around a failure; its own calculation where the network does not see that it fails."""
        needed, rest = self._claims(failure), self.evidence.rest
        part = rest.around(min(needed)) if rest is not None and needed else None
        if part is not None and needed <= set(part.claims):
            inside = needed | frozenset(claim for claim in part.claims if self._believed(claim))
            if not Engines(part).possible(inside):
                yield View(part, inside)
                return
        if isinstance(failure, Group) and len(failure.members) <= MOST_READINGS:
            for member in failure.members.tolist():
                with suppress(Unproven):
                    own = calculation(self.evidence.judged, member)
                    yield View(own, frozenset(own.claims))

    def _believed(self, claim: int) -> bool:
        return self.evidence.rest is not None and bool(self.evidence.rest.believed[claim])

    def _claims(self, failure: Group | Breach) -> frozenset[int]:
        standing = self.evidence.columns.claims.standing
        return frozenset(each for each in {failure.claim, *failure.inputs} - {NONE} if standing[each] < 0)

    # ------------------------------------------------------------------------------------------ what would explain it

    def _told(self, scene: Scene, suspect: int) -> Iterator[Story]:
        """The stories of one claim of a failure."""
        factors = candidates(self.printed(suspect))
        alike = self.alike(scene, suspect)
        windows = self._windows(scene, suspect, alike)
        hits = within(windows, factors)
        for factor in hits:
            if mends := self._mends(scene, alike, factor):
                likely = 1.0
                if len(hits) == 1:
                    likely = sum(chance(window, len(factors)) for window in windows)
                    likely *= math.prod(self._beside(scene, alike, factor))
                yield Story(tuple(sorted(alike)), factor, factors[factor], min(likely, 1.0), mends)

    def _zeros(self, scene: Scene, suspect: int) -> Iterator[Story]:
        """What would explain it as well: a figure that has lost zeros, or has some too many."""
        for factor in within(self._windows(scene, suspect, frozenset({suspect})), ZEROS):
            if mends := self._mends(scene, frozenset({suspect}), factor):
                yield Story((suspect,), factor, ("zeros lost or added",), 1.0, mends, unit=False)

    @staticmethod
    def _windows(scene: Scene, suspect: int, alike: frozenset[int]) -> list[Window]:
        """By how much a claim may exceed what others leave of it, in each view that has it."""
        mine = (view for view in scene.views if suspect in view.part.claims)
        found = (window_of(view.part, suspect, view.inside - alike) for view in mine)
        return [window for window in found if window is not None]

    def _mends(self, scene: Scene, claims: frozenset[int], factor: float) -> int:
        """How many failures are none once some claims are divided by a factor; 0 if something fails then."""
        asked = id(scene), claims, factor
        if asked not in self._mended:
            self._mended[asked] = self._look(scene, claims, -math.log(factor))
        return self._mended[asked]

    def _look(self, scene: Scene, claims: frozenset[int], by: float) -> int:
        turned = self.evidence.moving.by({row: by for claim in claims for row in self.evidence.rows_of(claim)})
        if turned.breaks or not self._explains(scene, turned) or not self._fits(scene, claims, by):
            return 0
        return len(turned.fitting) + len(turned.within) + (scene.failure is None)

    def _explains(self, scene: Scene, turned: Turned) -> bool:
        """Whether the failure is none then; of a clash the network tells."""
        if isinstance(scene.failure, Group):
            return scene.failure.number in turned.fitting
        breaches = self.evidence.judged.breaches
        return scene.failure is None or any(breaches[number] is scene.failure for number in turned.within)

    def _fits(self, scene: Scene, claims: frozenset[int], by: float) -> bool:
        """Whether the network around a failure is possible with some claims moved, and that around each of them."""
        rest = self.evidence.rest
        around = {} if rest is None else {id(part): part for each in claims if (part := rest.around(each)) is not None}
        single = len(scene.views) == 1  # of several readings one is enough, and that one fits
        views = {id(view.part): view for view in (scene.views if single else ())}
        views |= {
            key: View(part, frozenset(claim for claim in part.claims if self._believed(claim)))
            for key, part in around.items()
            if key not in views
        }
        for view in views.values():
            engines = Engines(view.part.shifted(claims, by))
            right = view.inside | (claims & set(view.part.claims))
            if not engines.possible(right) and (right == view.inside or Engines(view.part).possible(view.inside)):
                return False
            if engines.trouble:
                return False
        return True

    def _beside(self, scene: Scene, alike: frozenset[int], factor: float) -> Iterator[float]:
        """The chances of other failures that the same word explains, and that share no claim but those worded so."""
        taken = scene.needed - alike
        for other in self._scenes.values():
            mine = other.needed & alike
            if len(mine) != 1 or (other.needed - alike) & taken or other.needed == scene.needed:
                continue
            [suspect] = mine
            factors = candidates(self.printed(suspect))
            windows = self._windows(other, suspect, alike)
            if within(windows, factors) == [factor]:
                taken |= other.needed - alike
                yield min(sum(chance(window, len(factors)) for window in windows), 1.0)

    # ------------------------------------------------------------------------------------------ wordings

    def alike(self, scene: Scene, claim: int) -> frozenset[int]:
        """The claims around a failure that write the unit of one as it does, itself among them."""
        rest = self.evidence.rest
        parts = [*(view.part for view in scene.views), None if rest is None else rest.around(claim)]
        near = {each for part in parts if part is not None for each in part.claims}
        mine = [each for each in near if self._kind(each) == self._kind(claim)]
        self.evidence.fetch(mine)
        return frozenset(each for each in mine if self.wording(each) == self.wording(claim)) | {claim}

    def _kind(self, claim: int) -> tuple[int, str]:
        """The source of a claim, and the unit of its attribute."""
        claims = self.evidence.columns.claims
        return int(claims.source[claim]), self.evidence.attributes[claims.attribute[claim]].unit

    def _fetch(self, scenes: Iterable[Scene]) -> None:
        """Looks up all claims whose wordings will be asked for, at once."""
        wanted: set[int] = set()
        for scene in scenes:
            kinds = {self._kind(each) for each in scene.needed}
            wanted |= {each for view in scene.views for each in view.part.claims if self._kind(each) in kinds}
        self.evidence.fetch(wanted)

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


def within(windows: Iterable[Window], factors: Iterable[float]) -> list[float]:
    """The factors that lie in a window, near its closed side if it is open."""
    every = list(windows)
    return [each for each in factors if any(each in window and window.is_near(each) for window in every)]


def window_of(part: Part, claim: int, on: frozenset[int]) -> Window | None:
    """By how much a claim may exceed what others leave of it; None if they leave nothing."""
    statement = next(each for each in part.statements if each.claim == claim)
    left = part.left(statement.variable, on)
    if left is None:
        return None
    low = statement.low - statement.below if statement.low > -LIMIT else -math.inf
    high = statement.high + statement.above if statement.high < LIMIT else math.inf
    return Window(math.exp(low - left[1]), math.exp(high - left[0]))
