"""From a conflict to its certificate: contraction once more, in fractions, with a line for every bound it finds."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from kb.joint.certificate import Bound, Certificate, Known, Premise, Step, due_of_sum
from kb.joint.network import LIMIT
from kb.joint.part import Part
from kb.joint.rows import Product, Sum
from kb.rowtable import NONE

DIGITS = 12  # of a bound; more would only make longer lines
ROOM = 5e-10  # by which a premise is wider than its figure, relatively: half the slack of all comparisons
NEWS = Fraction(1, 10**9)  # a bound that is narrower by less is none
SWEEPS = 40


@dataclass
class Search:
    """Exact bounds of one part, each with the number of its line."""

    part: Part
    on: Collection[int] | None  # the claims that are believed; all of them without
    premises: list[Premise] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    best: dict[tuple[int, bool], tuple[Fraction, int]] = field(default_factory=dict)
    clash: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for number, bound in self._given():
            self.premises.append(Premise(bound, number))
        for number, premise in enumerate(self.premises):
            self._keep(premise.bound, number)

    def _given(self) -> Iterator[tuple[int, Bound]]:
        """The bounds that statements set, each a little wider than it is."""
        for number, each in enumerate(self.part.statements):
            if each.claim == NONE or self.on is None or each.claim in self.on:
                for upper, end, width in ((False, each.low, -each.below), (True, each.high, each.above)):
                    if abs(end) < LIMIT:
                        wide = Fraction(math.exp(end + width)) * Fraction(1 + (ROOM if upper else -ROOM))
                        yield number, Bound(each.variable, upper, rounded(wide, upper))

    def _keep(self, bound: Bound, number: int) -> None:
        """Remembers a bound that is narrower than what is known, and whether it leaves nothing."""
        side = bound.variable, bound.upper
        if side not in self.best or (bound.value < self.best[side][0]) == bound.upper:
            self.best[side] = bound.value, number
        least, most = self.best.get((bound.variable, False)), self.best.get((bound.variable, True))
        if least is not None and most is not None and least[0] > most[0]:
            self.clash = least[1], most[1]

    def known(self) -> Known:
        """The narrowest bounds."""
        return {side: value for side, (value, _) in self.best.items()}

    def certificate(self) -> Certificate | None:
        """A proof that nothing is left; None if contraction does not find that."""
        for _ in range(SWEEPS):
            moved = False
            for number, law in enumerate(self.part.laws):
                if self.clash is not None:
                    return self._proof(self.clash)
                moved = self._narrow(number, law) or moved
            if not moved:
                break
        return None if self.clash is None else self._proof(self.clash)

    def _narrow(self, number: int, law: Product | Sum) -> bool:
        """Adds a step for each bound that a law makes narrower."""
        moved = False
        for variable in variables(law):
            for upper in (False, True):
                found = due(law, variable, upper, self.known())
                if found is None or found[0] <= 0:
                    continue
                value, uses = rounded(found[0], upper), found[1]
                old = self.best.get((variable, upper))
                narrower = old is None or (value < old[0] * (1 - NEWS) if upper else value > old[0] * (1 + NEWS))
                if narrower and abs(log(value)) < LIMIT:
                    step = Step(Bound(variable, upper, value), number, tuple(self.best[side][1] for side in uses))
                    self.steps.append(step)
                    self._keep(step.bound, len(self.premises) + len(self.steps) - 1)
                    moved = True
                    if self.clash is not None:
                        return True
        return moved

    def _proof(self, uses: tuple[int, int]) -> Certificate:
        """The lines that two bounds rest on which clash, and no others."""
        wanted, open_ = set(uses), list(uses)
        while open_:
            number = open_.pop()
            if number >= len(self.premises):
                fresh = set(self.steps[number - len(self.premises)].uses) - wanted
                wanted |= fresh
                open_ += fresh
        place = {number: position for position, number in enumerate(sorted(wanted))}
        premises = [self.premises[number] for number in place if number < len(self.premises)]
        steps = [self.steps[number - len(self.premises)] for number in place if number >= len(self.premises)]
        laws = sorted({step.law for step in steps})
        law = {number: position for position, number in enumerate(laws)}
        return Certificate(
            tuple(self.part.laws[number] for number in laws),
            tuple(premises),
            tuple(replace(s, law=law[s.law], uses=tuple(place[u] for u in s.uses)) for s in steps),
            None,
            tuple(place[number] for number in uses),
            tuple(laws),
        )


def variables(law: Product | Sum) -> tuple[int, ...]:
    """The variables of a law."""
    if isinstance(law, Sum):
        return law.whole, law.left, law.right
    return tuple(variable for variable, _ in law.powers)


Sides = tuple[tuple[int, bool], ...]


def due(law: Product | Sum, variable: int, upper: bool, given: Known) -> tuple[Fraction, Sides] | None:
    """The bound that a law and other bounds set to a variable, and on which sides those are; None if one is missing."""
    if isinstance(law, Sum):
        found = due_of_sum(law, variable, upper, given)
        sides: Sides = tuple((each, upper == (law.whole in (each, variable))) for each in variables(law))
        return None if found is None else (found, tuple(s for s in sides if s[0] != variable and s in given))
    own = dict(law.powers)[variable]
    scale = lcm(*(power.denominator for _, power in law.powers))
    least = upper == (own > 0)  # the others at their least leave the most
    sides = tuple((each, least == (power < 0)) for each, power in law.powers if each != variable)
    if any(side not in given for side in sides):
        return None
    rest = law.constant**scale
    for side in sides:
        rest /= given[side] ** int(dict(law.powers)[side[0]] * scale)
    return root(rest, int(own * scale), upper), sides


def root(value: Fraction, degree: int, upper: bool) -> Fraction:
    """A root, or the number itself where there is none to take; a fraction a little on that side of it."""
    if abs(degree) == 1:
        return value if degree == 1 else 1 / value
    near = Fraction(math.exp(log(value) / degree))
    return near * (1 + NEWS / 1000 if upper else 1 - NEWS / 1000)


def log(value: Fraction) -> float:
    """The logarithm of a fraction of any size."""
    return math.log(value.numerator) - math.log(value.denominator)


def rounded(value: Fraction, upper: bool) -> Fraction:
    """A fraction of so many decimal digits, on that side of a positive number."""
    shift = DIGITS - 1 - math.floor(log(value) / math.log(10))
    scaled = value * Fraction(10) ** shift
    return Fraction(math.ceil(scaled) if upper else math.floor(scaled)) / Fraction(10) ** shift
