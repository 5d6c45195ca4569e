"""Another engine agrees: what z3 says can be true is not accused, and what it says cannot be true is found."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from kb.joint.certificate import Certificate, Combined, Line, Step, verified
from kb.joint.part import Part, Statement
from kb.joint.rows import Product, Sum
from tests.oracle import Seen, accusations, answer, can_be_true, seen
from tests.random_parts import SLIGHTLY, STYLES, WRONG, part_of, with_error

SMALLEST, SIZES = 4, 9  # 4 to 12 numbers
AIM = 0.995


def parts(style: str, count: int, wrong: tuple[float, ...] = ()) -> Iterator[Part]:
    """So many parts, each with one statement that is wrong by one of some factors."""
    for seed in range(count):
        dice = Random(seed)
        part = part_of(dice, SMALLEST + seed % SIZES, STYLES[style])
        if part.claims:
            if wrong:
                with_error(part, dice, wrong)
            yield part


@pytest.mark.parametrize("style", STYLES)
def test_what_can_be_true_is_not_accused(style: str) -> None:
    found = [seen(part) for part in parts(style, 60)]
    assert not [each for each in found if each.clashes]
    assert not [each for each in found if each.possible is False]  # the oracle knows what is true, too
    assert sum(each.possible is None for each in found) < len(found) / 5  # or it would have looked at nothing


@pytest.mark.parametrize(("style", "count"), [(style, 300 if style == "usual" else 200) for style in STYLES])
def test_what_is_accused_cannot_be_true_and_what_cannot_be_true_is_found(style: str, count: int) -> None:
    found = [seen(part) for part in parts(style, count, (*WRONG, *SLIGHTLY))]
    assert not [each for each in found if each.satisfied or (each.possible and each.clashes)]
    assert sum(each.possible is None for each in found) < len(found) / 5
    wrong = [each for each in found if each.possible is False]
    assert len(wrong) > len(found) / 4
    assert share_found(wrong) >= AIM


def share_found(wrong: list[Seen]) -> float:
    """How much of what cannot be true is accused."""
    return sum(bool(each.clashes) for each in wrong) / len(wrong)


def test_what_is_verified_cannot_be_true_whoever_wrote_the_proof() -> None:
    """Proofs with something changed at random, most of all a premise loosened: those that still pass are proofs."""
    dice, passed, failed = Random(0), 0, 0
    for part in parts("varied", 120, WRONG):
        for clash in accusations(part):
            for _ in range(20):
                proof = forged(clash.certificate, dice)
                if verified(proof):
                    passed += 1
                    assert answer(proof.laws, [each.bound for each in proof.premises]) is not True
                else:
                    failed += 1
    assert passed > 50
    assert failed > 50


def forged(proof: Certificate, dice: Random) -> Certificate:
    """A proof with one of its premises, and perhaps one of its lines, changed."""
    premises, lines = list(proof.premises), list(proof.lines)
    number = dice.randrange(len(premises))
    bound = premises[number].bound
    off = Fraction(dice.choice([1.01, 2.0, 9.0, 900.0])) ** (1 if bound.upper else -1)
    premises[number] = replace(premises[number], bound=replace(bound, value=bound.value * off))
    if lines and dice.random() < 0.7:
        number = dice.randrange(len(lines))
        lines[number] = forged_line(lines[number], dice)
    return replace(proof, premises=tuple(premises), lines=tuple(lines))


def forged_line(line: Line, dice: Random) -> Line:
    """A line that says something else."""
    if isinstance(line, Step):
        bound = line.bound
        if dice.random() < 0.3:
            return replace(line, uses=tuple(dice.sample(line.uses, len(line.uses) // 2)))
        return replace(line, bound=replace(bound, value=bound.value * Fraction(dice.choice([0.001, 0.5, 1.5, 900.0]))))
    if isinstance(line, Combined):
        return replace(line, factors=tuple((law, power * dice.choice([1, -1, 2])) for law, power in line.factors))
    return replace(line, law=replace(line.law, constant=line.law.constant * Fraction(dice.choice([0.5, 0.99, 1.5]))))


def stated(*ends: tuple[float, float]) -> list[Statement]:
    """One statement, of one claim, for each variable."""
    return [
        Statement(number, math.log(low), math.log(high), 0.0, 0.0, -1, number, False)
        for number, (low, high) in enumerate(ends)
    ]


@pytest.mark.parametrize(
    ("law", "least", "most"),
    [
        (Sum(2, 0, 1), 13.0, 25.0),
        (Product(((0, Fraction(1)), (1, Fraction(1)), (2, Fraction(-1))), Fraction(1, 2)), 72.0, 288.0),
        (Product(((0, Fraction(1, 2)), (1, Fraction(1)), (2, Fraction(-1)))), 18.0, 48.0),
        (Product(((0, Fraction(-1)), (1, Fraction(-1)), (2, Fraction(1, 3))), Fraction(1, 6)), 216.0, 24.0**3),
    ],
)
def test_the_oracle_reads_laws_as_they_are(law: Product | Sum, least: float, most: float) -> None:
    """With x0 in [4, 9] and x1 in [9, 16], x2 is just inside, or just outside, of what the law leaves."""
    for value, expected in [(least * 0.99, False), (least * 1.01, True), (most * 0.99, True), (most * 1.01, False)]:
        part = Part(np.arange(3), [law])
        part.statements = stated((4, 9), (9, 16), (value, value))
        assert can_be_true(part) is expected
