"""Certificates: why something cannot be, in lines that exact fractions re-check, whoever found them and however.

A certificate speaks of positive numbers x_0, x_1, ... Its premises say that a number is at least, or at most, a
fraction. Its laws say that a product of powers is a constant, or at most one, or that a number is the sum of two
others. Each line adds a law or a bound that follows from those before it. The end is a law that bounds keep from
holding, or a number whose least is above its most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

from kb.joint.rows import Product, Sum

Powers: TypeAlias = tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, slots=True)
class AtMost:
    """A product of powers of variables that is at most a constant."""

    powers: Powers
    constant: Fraction


Law: TypeAlias = Product | AtMost | Sum


@dataclass(frozen=True, slots=True)
class Bound:
    """A number is at least, or at most, a fraction."""

    variable: int
    upper: bool
    value: Fraction


@dataclass(frozen=True, slots=True)
class Premise:
    """A bound that is given: by a claim, a reference, a definition, or by counting in whole numbers."""

    bound: Bound
    by: int  # the statement that says so, by its number in the part that the certificate is about


@dataclass(frozen=True, slots=True)
class Combined:
    """Laws that are products, each to an integer power, multiplied; an inequality only to a positive one."""

    factors: tuple[tuple[int, int], ...]  # number of a law, power
    law: Product | AtMost


@dataclass(frozen=True, slots=True)
class Tangent:
    """Of a sum z = x + y: x^p y^(q-p) is at most (p/q)^p ((q-p)/q)^(q-p) z^q (weighted means).

    Where p is nothing, or q, that is: a part is at most its whole.
    """

    sum: int
    p: int
    q: int
    law: AtMost


@dataclass(frozen=True, slots=True)
class Chord:
    """Of a sum z = x + y with y/x between two fractions: z^q is at most a constant times x^p y^(q-p).

    (1 + r)^q / r^(q-p) is convex in the logarithm of r = y/x, so that it is greatest at an end; where p is nothing, at
    the least r, and where it is q, at the greatest.
    """

    sum: int
    p: int
    q: int
    uses: tuple[int, ...]  # bounds: the most of x and the least of y, then the least of x and the most of y
    law: AtMost


@dataclass(frozen=True, slots=True)
class Step:
    """A bound that follows from a law and from bounds before it."""

    bound: Bound
    law: int
    uses: tuple[int, ...]


Line: TypeAlias = Combined | Tangent | Chord | Step


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof that some premises cannot all be true under some laws."""

    laws: tuple[Product | Sum, ...]
    premises: tuple[Premise, ...]
    lines: tuple[Line, ...]
    end: int | None  # a law, by its number; None where two bounds of one number clash
    uses: tuple[int, ...]  # the bounds that keep it from holding, or that clash, by their numbers
    taken: tuple[int, ...] = ()  # which laws of the part these are; the proof does not need it


def verified(certificate: Certificate) -> bool:
    """Whether every line follows and the end is a contradiction, in exact arithmetic."""
    laws: list[Law] = list(certificate.laws)
    bounds = [premise.bound for premise in certificate.premises]
    if any(bound.value <= 0 for bound in bounds) or not all(plain(law) for law in laws):
        return False
    try:
        for line in certificate.lines:
            if isinstance(line, Step):
                if line.bound.value <= 0 or not implied(line, laws, bounds):
                    return False
                bounds.append(line.bound)
            elif isinstance(line, Combined):
                if not multiplied(line, laws):
                    return False
                laws.append(line.law)
            elif line.law == (tangent(line, laws) if isinstance(line, Tangent) else chord(line, laws, bounds)):
                laws.append(line.law)
            else:
                return False
        given = [bounds[number] for number in certificate.uses]
        return clash(given) if certificate.end is None else broken(laws[certificate.end], known(given))
    except (IndexError, TypeError):  # it names a line that is not there, or one of another kind
        return False


def plain(law: Law) -> bool:
    """Whether a product is positive and names each number once, none in vain: steps look at one power of a number."""
    if isinstance(law, Sum):
        return True
    own = dict(law.powers)
    return len(own) == len(law.powers) and all(own.values()) and law.constant > 0


Known: TypeAlias = Mapping[tuple[int, bool], Fraction]


def known(bounds: Sequence[Bound]) -> Known:
    """Bounds by the variable and the side that they are on."""
    return {(bound.variable, bound.upper): bound.value for bound in bounds}


def implied(step: Step, laws: Sequence[Law], bounds: Sequence[Bound]) -> bool:
    """Whether a bound follows from a law and other bounds: the bound's opposite would break the law."""
    law, bound, given = laws[step.law], step.bound, known([bounds[number] for number in step.uses])
    if isinstance(law, Sum):
        return in_sum(bound, law, given)
    own = dict(law.powers).get(bound.variable)
    if own is None:
        return False
    # with the bound in the place of the number, and the others as they make the product least (or most), the product
    # has come to the constant: on the far side of the bound it is beyond it, whatever the others are
    least = bound.upper == (own > 0)
    found = extreme(law, {**given, (bound.variable, bound.upper): bound.value}, least, bound)
    if found is None or (not least and isinstance(law, AtMost)):
        return False
    value, constant = found
    return value >= constant if least else value <= constant


def in_sum(bound: Bound, law: Sum, given: Known) -> bool:
    """Whether a bound on a whole or a part follows from those on the two others."""
    due = due_of_sum(law, bound.variable, bound.upper, given)
    return due is not None and (bound.value >= due if bound.upper else bound.value <= due)


def due_of_sum(law: Sum, variable: int, upper: bool, given: Known) -> Fraction | None:
    """The bound that a sum sets to its whole or to a part: numbers are positive, so that a part is at least nothing."""
    if len({law.whole, law.left, law.right}) < 3:
        return None
    if variable == law.whole:
        parts = [part_of(given, part, upper) for part in (law.left, law.right)]
        return None if parts[0] is None or parts[1] is None else parts[0] + parts[1]
    other = part_of(given, law.right if variable == law.left else law.left, not upper)
    whole = given.get((law.whole, upper))
    return None if whole is None or other is None else whole - other


def part_of(given: Known, part: int, upper: bool) -> Fraction | None:
    """A bound on a part of a sum."""
    return given.get((part, upper), None if upper else Fraction(0))


def extreme(
    law: Product | AtMost, given: Known, least: bool, own: Bound | None = None
) -> tuple[Fraction, Fraction] | None:
    """The least (or most) that a product can be, and its constant, both to the power that makes exponents integers.

    own: a bound that takes its variable's place, whichever side it is on. None if a bound is missing.
    """
    scale = lcm(*(power.denominator for _, power in law.powers))
    found = Fraction(1)
    for variable, power in law.powers:
        upper = own.upper if own is not None and variable == own.variable else least == (power < 0)
        value = given.get((variable, upper))
        if value is None:
            return None
        found *= value ** int(power * scale)
    return found, law.constant**scale


def clash(bounds: Sequence[Bound]) -> bool:
    """Whether the least of a number is above its most."""
    return any(
        one.variable == other.variable and not one.upper and other.upper and one.value > other.value
        for one in bounds
        for other in bounds
    )


def in_sum_broken(law: Sum, given: Known) -> bool:
    """Whether a whole is less than its parts at the least, or more than they are at the most."""
    least, most = (due_of_sum(law, law.whole, upper, given) for upper in (False, True))
    below, above = given.get((law.whole, True)), given.get((law.whole, False))
    return (least is not None and below is not None and below < least) or (
        most is not None and above is not None and above > most
    )


def broken(law: Law, given: Known) -> bool:
    """Whether bounds keep a law from holding."""
    if isinstance(law, Sum):
        return in_sum_broken(law, given)
    least = extreme(law, given, True)
    most = None if isinstance(law, AtMost) else extreme(law, given, False)
    return (least is not None and least[0] > least[1]) or (most is not None and most[0] < most[1])


def multiplied(line: Combined, laws: Sequence[Law]) -> bool:
    """Whether a law is the product of others, each to its power."""
    powers: dict[int, Fraction] = {}
    constant, equal = Fraction(1), True
    for number, exponent in line.factors:
        law = laws[number]
        if isinstance(law, Sum) or (isinstance(law, AtMost) and exponent <= 0):
            return False
        equal = equal and isinstance(law, Product)
        constant *= law.constant**exponent
        for variable, power in law.powers:
            powers[variable] = powers.get(variable, Fraction(0)) + power * exponent
    left = {variable: power for variable, power in powers.items() if power}
    same = left == dict(line.law.powers) and constant == line.law.constant
    return same and plain(line.law) and (equal or isinstance(line.law, AtMost))


def tangent(line: Tangent, laws: Sequence[Law]) -> AtMost | None:
    """The law that weighted means give of a sum."""
    law, p, q = laws[line.sum], line.p, line.q
    if not isinstance(law, Sum) or not 0 <= p <= q or q < 1:
        return None
    return weighted_mean(law, p, q)


def weighted_mean(law: Sum, p: int, q: int) -> AtMost:
    """The law of a tangent."""
    return AtMost(powers_of(law, p, q - p, -q), Fraction(p, q) ** p * Fraction(q - p, q) ** (q - p))


def chord(line: Chord, laws: Sequence[Law], bounds: Sequence[Bound]) -> AtMost | None:
    """The law that the greatest and the least share of a part give of a sum; None if it is not what the line says."""
    law, p, q = laws[line.sum], line.p, line.q
    if not isinstance(law, Sum) or not 0 <= p <= q or q < 1:
        return None
    used = [bounds[number] for number in line.uses]
    if [(bound.variable, bound.upper) for bound in used] != chord_sides(law, p, q):
        return None
    fine = line.law.constant >= steepest(p, q, [each.value for each in used])
    return line.law if fine and line.law.powers == powers_of(law, -p, p - q, q) else None


def chord_sides(law: Sum, p: int, q: int) -> list[tuple[int, bool]]:
    """The bounds that a chord needs: variable, and whether it is the upper one."""
    least = [(law.left, True), (law.right, False)] if p < q else []
    most = [(law.left, False), (law.right, True)] if p > 0 else []
    return least + most


def steepest(p: int, q: int, used: Sequence[Fraction]) -> Fraction:
    """The most that (1 + r)^q / r^(q-p) can be, r = y/x, of the bounds that a chord needs."""
    ends = [used[1] / used[0]] if p < q else []
    if p > 0:
        ends.append(used[-1] / used[-2])
    return max((1 + ratio) ** q / ratio ** (q - p) for ratio in ends)


def powers_of(law: Sum, left: int, right: int, whole: int) -> Powers:
    """Exponents for the parts and the whole of a sum; equal parts have one."""
    found: dict[int, Fraction] = {}
    for variable, power in ((law.left, left), (law.right, right), (law.whole, whole)):
        found[variable] = found.get(variable, Fraction(0)) + power
    return tuple(sorted((variable, power) for variable, power in found.items() if power))
