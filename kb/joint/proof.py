"""From a conflict to its certificate: contraction once more, in fractions, with a line for every bound it finds."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm

from kb.joint.certificate import (
    AtMost,
    Bound,
    Certificate,
    Combined,
    Known,
    Law,
    Line,
    Premise,
    Step,
    Tangent,
    due_of_sum,
)
from kb.joint.network import LIMIT
from kb.joint.part import Part
from kb.joint.rows import Product, Sum, log
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
    combined: list[Combined] = field(default_factory=list)
    best: dict[tuple[int, bool], int] = field(default_factory=dict)  # the number of the narrowest bound on each side
    known: dict[tuple[int, bool], Fraction] = field(default_factory=dict)  # and the bound
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
        side, other = (bound.variable, bound.upper), (bound.variable, not bound.upper)
        if side not in self.known or (bound.value < self.known[side]) == bound.upper:
            self.known[side], self.best[side] = bound.value, number
        least, most = (other, side) if bound.upper else (side, other)
        if other in self.known and self.known[least] > self.known[most]:
            self.clash = self.best[least], self.best[most]

    def certificate(self) -> Certificate | None:
        """A proof that nothing is left; None if none is found.

        First with the laws as they are; then also with products of them in which what is not bounded on both sides
        cancels: a bound on one side alone, as a sum sets to its parts, is none for a product in which it stands below.
        """
        on = None if self.on is None else frozenset(self.on)
        laws: dict[int, Law] = {law: self.part.laws[law] for law in self.part.tied(*self.part.box(on))}
        if not self.settled(laws):
            start = len(self.part.laws)
            self.combined = eliminated(laws, {each for each, upper in self.known if (each, not upper) in self.known})
            self.settled({**laws, **{start + number: line.law for number, line in enumerate(self.combined)}})
        return None if self.clash is None else self._proof(self.clash)

    def settled(self, laws: Mapping[int, Law]) -> bool:
        """Narrows until nothing moves or nothing is left; whether nothing is left."""
        for _ in range(SWEEPS):
            moved = [self._narrow(number, law) for number, law in laws.items() if self.clash is None]
            if self.clash is not None or not any(moved):
                break
        return self.clash is not None

    def _narrow(self, number: int, law: Law) -> bool:
        """Adds a step for each bound that a law makes narrower."""
        moved = False
        for variable in variables(law):
            for upper in (False, True):
                found = due(law, variable, upper, self.known)
                if found is None or found[0] <= 0:
                    continue
                value, uses = rounded(found[0], upper), found[1]
                old = self.known.get((variable, upper))
                narrower = old is None or (value < old * (1 - NEWS) if upper else value > old * (1 + NEWS))
                if narrower and abs(log(value)) < LIMIT:
                    step = Step(Bound(variable, upper, value), number, tuple(self.best[side] for side in uses))
                    self.steps.append(step)
                    self._keep(step.bound, len(self.premises) + len(self.steps) - 1)
                    moved = True
                    if self.clash is not None:
                        return True
        return moved

    def _proof(self, uses: tuple[int, int]) -> Certificate:
        """The lines that two bounds rest on which clash, and no others."""
        return trimmed(self.told((*self.combined, *self.steps), None, uses))

    def told(self, lines: Sequence[Line], end: int | None, uses: Sequence[int]) -> Certificate:
        """A proof of everything that is given and of some lines."""
        laws = tuple(self.part.laws)
        return Certificate(laws, tuple(self.premises), tuple(lines), end, tuple(uses), tuple(range(len(laws))))


def trimmed(proof: Certificate) -> Certificate:
    """A proof without the laws, the premises and the lines that its end does not rest on."""
    laws: list[Line | None] = [None] * len(proof.laws)  # the line that adds each law, and each bound
    bounds: list[Line | None] = [None] * len(proof.premises)
    for line in proof.lines:
        (bounds if isinstance(line, Step) else laws).append(line)
    own = {False: set(proof.uses), True: set() if proof.end is None else {proof.end}}  # bounds, laws
    open_ = [(law, number) for law in own for number in own[law]]
    while open_:
        law, number = open_.pop()
        added = (laws if law else bounds)[number]
        for need in () if added is None else needs(added):
            if need[1] not in own[need[0]]:
                own[need[0]].add(need[1])
                open_.append(need)
    law_at, bound_at = ({number: place for place, number in enumerate(sorted(own[law]))} for law in (True, False))
    kept = {id((laws if law else bounds)[number]) for law in own for number in own[law]}
    return Certificate(
        tuple(law for number, law in enumerate(proof.laws) if number in law_at),
        tuple(premise for number, premise in enumerate(proof.premises) if number in bound_at),
        tuple(renumbered(line, law_at, bound_at) for line in proof.lines if id(line) in kept),
        None if proof.end is None else law_at[proof.end],
        tuple(bound_at[number] for number in proof.uses),
        tuple(law for number, law in enumerate(proof.taken) if number in law_at),
    )


def needs(line: Line) -> list[tuple[bool, int]]:
    """What a line names: whether it is a law, else a bound, and its number."""
    if isinstance(line, Combined):
        return [(True, law) for law, _ in line.factors]
    law = line.law if isinstance(line, Step) else line.sum
    return [(True, law), *((False, bound) for bound in (() if isinstance(line, Tangent) else line.uses))]


def renumbered(line: Line, laws: Mapping[int, int], bounds: Mapping[int, int]) -> Line:
    """A line that names laws and bounds by other numbers."""
    if isinstance(line, Combined):
        return replace(line, factors=tuple((laws[law], power) for law, power in line.factors))
    if isinstance(line, Tangent):
        return replace(line, sum=laws[line.sum])
    uses = tuple(bounds[number] for number in line.uses)
    return (
        replace(line, law=laws[line.law], uses=uses)
        if isinstance(line, Step)
        else replace(line, sum=laws[line.sum], uses=uses)
    )


def eliminated(laws: Mapping[int, Law], bounded: Collection[int]) -> list[Combined]:
    """Products of laws in which a variable cancels that nothing bounds, one variable after the other."""
    rows: list[Row] = [(((n, 1),), law) for n, law in laws.items() if isinstance(law, Product)]
    found: list[Combined] = []
    for loose in sorted({variable for _, law in rows for variable in variables(law)} - set(bounded)):
        mine = [row for row in rows if loose in variables(row[1])]
        rows = [row for row in rows if loose not in variables(row[1])]
        for other in mine[1:]:
            made = without(mine[0], other, loose)
            rows.append(made)
            found.append(Combined(*made))
    return [line for line in found if line.law.powers]


Row = tuple[tuple[tuple[int, int], ...], Product]  # laws to their powers, and what that gives


def without(one: Row, other: Row, variable: int) -> Row:
    """Two products multiplied, each to such a power that a variable cancels."""
    powers = dict(one[1].powers)[variable], dict(other[1].powers)[variable]
    scale = lcm(powers[0].denominator, powers[1].denominator)
    first, second = int(powers[1] * scale), -int(powers[0] * scale)
    common = math.gcd(first, second)
    first, second = first // common, second // common
    factors: dict[int, int] = {}
    for (laws, _), exponent in ((one, first), (other, second)):
        for law, power in laws:
            factors[law] = factors.get(law, 0) + power * exponent
    made = multiplied([one[1], other[1]], [first, second])
    assert isinstance(made, Product)  # of products alone
    return tuple((law, power) for law, power in factors.items() if power), made


def multiplied(laws: Sequence[AtMost | Product], powers: Sequence[int]) -> AtMost | Product:
    """Laws to their powers, multiplied."""
    found: dict[int, Fraction] = {}
    constant, equal = Fraction(1), True
    for law, power in zip(laws, powers, strict=True):
        if power:
            equal = equal and isinstance(law, Product)
            constant *= law.constant**power
            for variable, own in law.powers:
                found[variable] = found.get(variable, Fraction(0)) + own * power
    left = tuple(sorted((variable, own) for variable, own in found.items() if own))
    return Product(left, constant) if equal else AtMost(left, constant)


def variables(law: Law) -> tuple[int, ...]:
    """The variables of a law."""
    if isinstance(law, Sum):
        return law.whole, law.left, law.right
    return tuple(variable for variable, _ in law.powers)


Sides = tuple[tuple[int, bool], ...]


def due(law: Law, variable: int, upper: bool, given: Known) -> tuple[Fraction, Sides] | None:
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
    if abs(log(rest) / int(own * scale)) > LIMIT:
        return None  # further out than anything real, and perhaps than floats reach
    return root(rest, int(own * scale), upper), sides


def root(value: Fraction, degree: int, upper: bool) -> Fraction:
    """A root, or the number itself where there is none to take; a fraction a little on that side of it."""
    if abs(degree) == 1:
        return value if degree == 1 else 1 / value
    near = Fraction(math.exp(log(value) / degree))
    return near * (1 + NEWS / 1000 if upper else 1 - NEWS / 1000)


def rounded(value: Fraction, upper: bool) -> Fraction:
    """A fraction of so many decimal digits, on that side of a positive number."""
    shift = DIGITS - 1 - math.floor(log(value) / math.log(10))
    scaled = value * Fraction(10) ** shift
    return Fraction(math.ceil(scaled) if upper else math.floor(scaled)) / Fraction(10) ** shift
