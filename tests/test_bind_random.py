"""The fast binder against the slow loop, and against itself in another order, on knowledge bases made at random."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import TypeVar

import pytest

from kb.notes import Note
from kb.vocabulary import Vocabulary
from tests.random_cases import KEYS, KINDS, case
from tests.slow_bind import Facts, LeftOut
from tests.small import Small

T = TypeVar("T")
CASES = 320
BATCH = 40


@cache
def quickly(seed: int) -> tuple[Facts, LeftOut]:
    """What the fast binder makes of a case."""
    return case(seed).quickly()


def differences(one: Facts, other: Facts) -> list[str]:
    """What one binder finds otherwise than the other."""
    return [
        f"{made}: {one.get(made)} and {other.get(made)}"
        for made in one.keys() | other.keys()
        if one.get(made) != other.get(made)
    ]


def anchors(left_out: LeftOut) -> set[tuple[str, str, str]]:
    """What was left out, without the reason: of several, the last one is kept."""
    return {each[:3] for each in left_out}


@pytest.mark.parametrize("start", range(0, CASES, BATCH))
def test_the_fast_binder_finds_what_the_slow_loop_finds(start: int) -> None:
    for seed in range(start, start + BATCH):
        (slow, slowly_left), (fast, quickly_left) = case(seed).slowly(), quickly(seed)
        assert differences(slow, fast) == [], f"case {seed}, slow and fast"
        assert anchors(slowly_left) == anchors(quickly_left), f"case {seed}, left out"


def shuffled(small: Small, chance: Random) -> Small:
    """The same in another order: vocabulary, entities, sources, claims, derivations."""

    def mixed(things: Sequence[T]) -> list[T]:
        return chance.sample(things, len(things))

    declared = [each for each in small.vocabulary.attributes.values() if each.unit]
    return replace(
        small,
        vocabulary=Vocabulary.of(mixed(KINDS), mixed(KEYS), mixed(declared)),
        entities=mixed(small.entities),
        sources=mixed(small.sources),
        claims=mixed(small.claims),
        derivations=mixed(small.derivations),
    )


@pytest.mark.parametrize("start", range(0, CASES // 2, BATCH))
def test_the_order_of_everything_does_not_matter(start: int) -> None:
    for seed in range(start, start + BATCH):
        there, here = quickly(seed), shuffled(case(seed), Random(seed)).quickly()
        assert differences(there[0], here[0]) == [], f"case {seed}, in order and shuffled"
        assert anchors(there[1]) == anchors(here[1]), f"case {seed}, left out"


def test_the_cases_reach_every_corner_of_the_rule() -> None:
    seen: Counter[str] = Counter()
    for seed in range(CASES):
        facts, left_out = quickly(seed)
        for (name, _, _, _, solved, slots), (_, notes) in facts.items():
            seen.update(str(note.name) for note in Note if note & notes)
            seen.update(["solved"] if solved is not None else ["compared" if slots[-1] else "implied"])
            seen.update([name] if not name.startswith("d") else [])
            seen.update(["summed"] if any(" + " in (slot or "") for slot in slots) else [])
        seen.update(reason.lstrip("0123456789 ").partition(",")[0] for *_, reason in left_out)
    wanted = [*(str(note.name) for note in Note), "solved", "compared", "implied", "summed"]
    wanted += ["at_most", "ratio", "parts", "hull", "part_at_most_whole"]
    wanted += ["fillings", "a link leads to several", "a linked entity has no stated value"]
    assert [each for each in wanted if seen[each] < 3] == []
