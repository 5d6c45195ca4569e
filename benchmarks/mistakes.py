"""Errors put into claims, each so large that a check must notice it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks.drafts import Draft, Scene
from kb.model import Mode

SHARE = 0.01  # of all claims
TRIES = 30
OTHER_UNITS = {"day": (("h", 1 / 24), ("week", 7.0), ("month", 30.4375)), "h": (("day", 24.0), ("min", 1 / 60))}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong claim: what was done to it, and what it should have said."""

    claim: str  # id
    kind: str
    was: str
    now: str


Change = tuple[float, Draft]  # by how much it is wrong, and the draft that replaces it


def power_of_ten(dice: random.Random, draft: Draft) -> Change | None:
    """Some zeros too many or too few."""
    factor = 10.0 ** dice.choice([-2, -1, 1, 2])
    return factor, figure(draft, factor)


def small_factor(dice: random.Random, draft: Draft) -> Change | None:
    """A figure that is wrong by 2 to 5."""
    factor = dice.uniform(2, 5) ** dice.choice([-1, 1])
    return factor, figure(draft, factor)


def thousand(dice: random.Random, draft: Draft) -> Change | None:
    """Million for billion, billion for trillion."""
    for word, other in (("million", "billion"), ("billion", "trillion")):
        for old, new, factor in ((word, other, 1e3), (other, word, 1e-3)):
            if old in draft.text:
                return factor, replace(draft, style=None, text=draft.text.replace(old, new))
    return None


def unit_of_time(dice: random.Random, draft: Draft) -> Change | None:
    """Days for hours and the like, in the same digits."""
    if draft.style is None or draft.style.unit not in OTHER_UNITS:
        return None
    unit, factor = dice.choice(OTHER_UNITS[draft.style.unit])
    return factor, replace(draft, style=None, text=f"{draft.text.removesuffix(draft.style.unit)}{unit}")


def too_few_devices(dice: random.Random, draft: Draft) -> Change | None:
    """So few devices, or so short a time, that they would have to do more than they can."""
    if draft.attribute not in {"run.devices", "run.duration"}:
        return None
    factor = 1 / dice.uniform(3, 30)
    return factor, figure(draft, factor)


def figure(draft: Draft, factor: float) -> Draft:
    """The same words with another figure."""
    wrong = draft.truth * factor
    return replace(draft, truth=max(round(wrong), 1) if draft.style is not None and draft.style.count else wrong)


KINDS: dict[str, Callable[[random.Random, Draft], Change | None]] = {
    "power of ten": power_of_ten,
    "factor of 2 to 5": small_factor,
    "million, billion, trillion": thousand,
    "unit of time": unit_of_time,
    "utilisation above 1": too_few_devices,
}


def seed(dice: random.Random, scenes: Sequence[Scene], wanted: int) -> list[Mistake]:
    """Puts so many errors in, at most one in a scene; fewer when not so many scenes have checks that would notice."""
    able = [scene for scene in scenes if scene.agreements]
    found: list[Mistake] = []
    for scene in dice.sample(able, len(able)):
        if len(found) == wanted:
            break
        found += spoil(dice, scene)
    return found


def spoil(dice: random.Random, scene: Scene) -> list[Mistake]:
    """One error that a check must notice, if one is found after some tries."""
    for _ in range(TRIES):
        agreement = dice.choice(scene.agreements)
        draft = dice.choice(agreement.suspects)
        kind = dice.choice(list(KINDS))
        change = KINDS[kind](dice, draft)
        if change is None or draft.mode is Mode.PREMISE:
            continue
        factor, wrong = change
        if wrong.style is not None:
            factor = wrong.truth / draft.truth  # a count stays whole
        powers = {wrong if each is draft else each: power for each, power in agreement.powers.items()}
        if replace(agreement, powers=powers).notices(wrong, factor):
            work = next(work for work in scene.works if draft in work.drafts)
            work.drafts[work.drafts.index(draft)] = wrong
            return [Mistake(f"{work.source.id}:{draft.name}", kind, draft.text, wrong.text)]
    return []
