"""From the dual of a linear program to a certificate: laws to powers, multiplied, that bounds keep from holding.

The dual says in floats which laws, tangents and chords take part. Their exact powers are those with which each number
cancels that no bound is needed of: a solution of linear equations, in fractions (Farkas' lemma).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction
from math import gcd, lcm

from kb.joint.certificate import (
    AtMost,
    Bound,
    Certificate,
    Chord,
    Combined,
    Line,
    Tangent,
    broken,
    chord_sides,
    known,
    powers_of,
    steepest,
    weighted_mean,
)
from kb.joint.linear import GAP, Answer, GaveUp, Made, Program
from kb.joint.part import Part
from kb.joint.proof import Search, multiplied, rounded, trimmed
from kb.joint.rows import Product, Sum

ZERO = 1e-6  # a weight that is smaller, as a share of the largest, is none
FINE = 10_000  # the largest denominator of a power that is not determined, and the largest power


def combined(part: Part, on: Collection[int]) -> Certificate | None:
    """A proof that some claims of a part cannot all be true, by laws multiplied; None if none is found."""
    claims = frozenset(on)
    stated = part.box(claims)
    low, high = (list(ends) for ends in stated)
    laws = part.tied(*stated)
    tried = [stated, (low, high)] if part.contract(low, high, laws) else [stated]  # what is stated is easier to follow
    for bounds in tried:
        try:
            answer = Program(part, laws, *tried[-1]).apart(*bounds)
        except GaveUp:
            return None
        if answer.least > GAP and (proof := proven(part, claims, laws, answer)) is not None:
            return proof
    return None


def proven(part: Part, on: Collection[int], laws: Sequence[int], answer: Answer) -> Certificate | None:
    """The certificate that the dual of a program of some laws tells; None if these do not make one."""
    search = Search(part, on)
    if search.settled({law: part.laws[law] for law in laws}):
        return search.certificate()
    lines: list[Line] = list(search.steps)
    rows: list[tuple[int, AtMost | Product, float]] = []  # number of a law, the law, its weight
    size = len(part.laws)
    for row, weight in answer.rows:
        if row.made.kind == "product":
            law = part.laws[row.made.law]
            assert isinstance(law, Product)
            rows.append((row.made.law, law, weight))
        else:
            line = line_of(part, search, row.made)
            if line is None:
                return None
            lines.append(line)
            rows.append((size, line.law, weight / row.made.q))  # the law is the row q times
            size += 1
    factors = exact([(law, weight) for _, law, weight in rows])
    if factors is None:
        return None
    last = multiplied([law for _, law, _ in rows], factors)
    lines.append(Combined(tuple((rows[place][0], power) for place, power in enumerate(factors) if power), last))
    uses = ends(search, last)
    return None if uses is None else trimmed(search.told(lines, size, uses))


def line_of(part: Part, search: Search, made: Made) -> Tangent | Chord | None:
    """The line that a row is proven by; None where a bound for it is missing."""
    law = part.laws[made.law]
    assert isinstance(law, Sum)
    if made.kind == "tangent":
        return Tangent(made.law, made.p, made.q, weighted_mean(law, made.p, made.q))
    sides = chord_sides(law, made.p, made.q)
    if any(side not in search.best for side in sides):
        return None
    top = rounded(steepest(made.p, made.q, [search.known[side] for side in sides]), True)
    uses = tuple(search.best[side] for side in sides)
    return Chord(made.law, made.p, made.q, uses, AtMost(powers_of(law, -made.p, made.p - made.q, made.q), top))


def exact(rows: Sequence[tuple[AtMost | Product, float]]) -> list[int] | None:
    """Integer powers of laws in the ratio of some weights, with which the same numbers cancel; None for none."""
    sums: dict[int, float] = {}
    sizes: dict[int, float] = {}
    for law, weight in rows:
        for variable, power in law.powers:
            sums[variable] = sums.get(variable, 0.0) + weight * float(power)
            sizes[variable] = max(sizes.get(variable, 0.0), abs(weight * float(power)))
    gone = [variable for variable, total in sums.items() if abs(total) <= ZERO * sizes[variable]]
    table = [[dict(law.powers).get(variable, Fraction(0)) for law, _ in rows] for variable in gone]
    found = balanced(table, [weight for _, weight in rows])
    if found is None:
        return None
    scale = lcm(*(each.denominator for each in found))
    powers = [int(each * scale) for each in found]
    common = gcd(*powers)
    powers = [each // common for each in powers] if common else []
    fine = powers and all(abs(each) <= FINE for each in powers)
    fit = all(power > 0 or isinstance(law, Product) for (law, _), power in zip(rows, powers, strict=False))
    return powers if fine and fit else None


def balanced(table: list[list[Fraction]], near: Sequence[float]) -> list[Fraction] | None:
    """Numbers near some, up to a common factor, whose sum weighted by each row is nothing; Gauss and Jordan's way."""
    size = len(near)
    pivots: dict[int, int] = {}  # column to row
    for column in sorted(range(size), key=lambda column: abs(near[column])):  # the largest stay free
        row = next((r for r in range(len(pivots), len(table)) if table[r][column]), None)
        if row is None:
            continue
        place = len(pivots)
        table[place], table[row] = table[row], table[place]
        own = table[place][column]
        table[place] = [each / own for each in table[place]]
        for other in range(len(table)):
            if other != place and table[other][column]:
                times = table[other][column]
                table[other] = [a - times * b for a, b in zip(table[other], table[place], strict=True)]
        pivots[column] = place
    free = [column for column in range(size) if column not in pivots]
    if not free:
        return None
    unit = max(abs(near[column]) for column in free)
    found = [Fraction(0)] * size
    for column in free:
        found[column] = Fraction(near[column] / unit).limit_denominator(FINE)
    for column, row in pivots.items():
        found[column] = -sum((table[row][other] * found[other] for other in free), Fraction(0))
    return found


def ends(search: Search, law: AtMost | Product) -> list[int] | None:
    """The bounds that keep a law from holding: stated ones if they do, else what follows; None if it can hold."""
    sides = [(variable, power < 0) for variable, power in law.powers]
    stated: dict[tuple[int, bool], int] = {}
    for number, premise in enumerate(search.premises):
        side = premise.bound.variable, premise.bound.upper
        if side not in stated or tighter(premise.bound, search.premises[stated[side]].bound):
            stated[side] = number
    for known_by in (stated, search.best):
        if all(side in known_by for side in sides):
            uses = [known_by[side] for side in sides]
            if broken(law, known([bound_of(search, number) for number in uses])):
                return uses
    return None


def tighter(one: Bound, other: Bound) -> bool:
    """Whether a bound says more than another one of the same side."""
    return one.value < other.value if one.upper else one.value > other.value


def bound_of(search: Search, number: int) -> Bound:
    """A bound by its number among premises and steps."""
    given = len(search.premises)
    return search.premises[number].bound if number < given else search.steps[number - given].bound
