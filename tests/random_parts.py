"""Parts made at random: numbers that are tied by products and sums, and claims that state them, all true but one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

import numpy as np

from kb.joint.network import LIMIT
from kb.joint.part import Part, Statement
from kb.joint.rows import Product, Sum
from kb.rowtable import NONE

ROOMS = (0.0005, 0.005, 0.05)  # tolerances, in logarithms
FAR = 200.0  # logarithms: numbers beyond are no quantities
CONSTANTS = (Fraction(1), Fraction(6), Fraction(1, 8), Fraction("3.6e6"))
WRONG = (10.0, 1e3, 1e-3, 60.0)
SLIGHTLY = (1.001, 1.01, 1.03, 1.1, 0.9, 0.99)  # near the tolerances


@dataclass(frozen=True, slots=True)
class Style:
    """How parts are made."""

    rooms: tuple[float, ...] = ROOMS
    span: tuple[float, float] = (-5, 30)  # of the first numbers, in logarithms
    stated: float = 0.8  # the share of numbers that are stated
    varied: bool = False  # whether there are constants, inequalities, ranges, bounds on one side, and what is given


USUAL = Style()
EXACT = Style(rooms=(0.0,))
NEAR = (-1.0, 1.0)  # so that no part of a sum is negligible
STYLES = {
    "usual": USUAL,
    "varied": Style(varied=True),
    "near": Style(span=NEAR),
    "sparse": Style(stated=0.5),  # much that nothing bounds
    "sparse and near": Style(span=NEAR, stated=0.5),
}


def part_of(dice: Random, size: int, style: Style = USUAL) -> Part:
    """Numbers that are tied by products and sums, each stated by a claim that is right within its tolerance."""
    truth = [math.exp(dice.uniform(*style.span)) for _ in range(3)]
    laws: list[Product | Sum] = []
    while len(truth) < size:
        left, right = dice.sample(range(len(truth)), 2)
        fresh = len(truth)
        if dice.random() < 0.3:
            truth.append(truth[left] + truth[right])
            laws.append(Sum(fresh, left, right))
        else:
            power = Fraction(dice.choice([1.0, 1.0, 1.0, -1.0, 2.0, 0.5]))
            if abs(math.log(truth[left]) + float(power) * math.log(truth[right])) > FAR:
                continue
            constant = dice.choice(CONSTANTS) if style.varied else Fraction(1)
            truth.append(float(constant) * truth[left] * truth[right] ** float(power))
            powers = ((left, Fraction(-1)), (right, -power), (fresh, Fraction(1)))
            laws.append(Product(tuple(sorted(powers)), constant))
    part = Part(np.arange(size), laws)
    for variable, value in enumerate(truth):
        if dice.random() < style.stated:
            room = dice.choice(style.rooms)
            middle = math.log(value) + dice.uniform(-room, room)
            stated = Statement(variable, middle, middle, room, room, NONE, variable, False)
            part.statements.append(varied(stated, dice) if style.varied else stated)
    if style.varied and laws:
        loosen(part, dice)
    part.believed = tuple(part.claims)
    return part


def varied(stated: Statement, dice: Random) -> Statement:
    """What is stated, or a range around it, a bound on one side, or the same as a given fact."""
    how = dice.random()
    if how < 0.1:
        return replace(stated, low=stated.low - dice.uniform(0, 1), high=stated.high + dice.uniform(0, 1))
    if how < 0.2:
        return replace(stated, low=-LIMIT, below=0.0)
    if how < 0.3:
        return replace(stated, high=LIMIT, above=0.0)
    return replace(stated, claim=NONE) if how < 0.4 else stated


def loosen(part: Part, dice: Random) -> None:
    """Makes one product an inequality, as the network does: with a factor that is given to be at least one."""
    number = dice.randrange(len(part.laws))
    law = part.laws[number]
    if isinstance(law, Product):
        slack = len(part.variables)
        part.laws[number] = Product((*law.powers, (slack, Fraction(dice.choice([-1, 1])))), law.constant)
        part.variables = np.arange(slack + 1)
        part.statements.append(Statement(slack, 0.0, LIMIT, 0.0, 0.0, NONE, NONE, False))


def with_error(part: Part, dice: Random, wrong: Sequence[float] = WRONG) -> int:
    """Makes one statement wrong by a factor; gives its claim."""
    number = dice.choice([place for place, each in enumerate(part.statements) if each.claim != NONE])
    old = part.statements[number]
    off = math.log(dice.choice(wrong))
    low, high = (end if abs(end) == LIMIT else end + off for end in (old.low, old.high))
    part.statements[number] = replace(old, low=low, high=high)
    return old.claim
