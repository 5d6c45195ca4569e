"""Formulas as rows: products of powers, and sums of two. Both engines and the verifier read the same rows.

A formula that only multiplies, divides and takes powers is one row, whatever way it was written: a factor that cancels
is gone, one that repeats has one exponent. Quantities are positive; what need not be is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from kb.errors import KbError
from kb.tape import Literal, Step, Tape, Variable


class Signed(KbError):
    """A formula whose value, or a part of it, need not be positive."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; expected what must be positive")


@dataclass(frozen=True, slots=True)
class Product:
    """A product of powers of variables that equals a constant: each variable once, no exponent of 0."""

    powers: tuple[tuple[int, Fraction], ...]
    constant: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Sum:
    """A variable that is the sum of two others."""

    whole: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Template:
    """A formula compiled once: variables are its arguments in order, its result, and what stands in between."""

    size: int
    result: int
    products: tuple[Product, ...]
    sums: tuple[Sum, ...]
    slack: bool = False  # whether the last variable is how far the result may lie from what the formula gives


Monomial = tuple[Fraction, dict[int, Fraction]]  # a constant, and an exponent for each variable


@dataclass(slots=True)
class Compiler:
    """One compilation: `number` has the arguments, further variables are numbered as they are needed."""

    number: dict[str, int]
    size: int
    products: list[Product] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)

    def monomial(self, tape: Tape) -> Monomial:
        """A node as a constant times powers of variables; raises Signed."""
        if isinstance(tape, Variable):
            return Fraction(1), {self.number[tape.name]: Fraction(1)}
        if isinstance(tape, Literal):
            if tape.value <= 0:
                raise Signed(f"a formula holds {tape.value:g}")
            return Fraction(tape.value), {}
        assert isinstance(tape, Step)
        if tape.sign == "**":
            assert isinstance(tape.right, Literal)
            return power(self.monomial(tape.left), Fraction(tape.right.value).limit_denominator(64))
        if tape.sign == "-":
            raise Signed("a formula holds a difference")
        left, right = self.monomial(tape.left), self.monomial(tape.right)
        if tape.sign == "+":
            return self.sum(left, right)
        return times(left, right if tape.sign == "*" else power(right, Fraction(-1)))

    def sum(self, left: Monomial, right: Monomial) -> Monomial:
        """A fresh variable that is the sum of both."""
        if not left[1] and not right[1]:
            return left[0] + right[0], {}
        self.sums.append(Sum(whole := self.fresh(), self.variable(left), self.variable(right)))
        return Fraction(1), {whole: Fraction(1)}

    def variable(self, value: Monomial) -> int:
        """A variable that equals a monomial: itself where it is one."""
        constant, powers = value
        if constant == 1 and list(powers.values()) == [1]:
            return next(iter(powers))
        self.equate(number := self.fresh(), value)
        return number

    def equate(self, number: int, value: Monomial) -> None:
        """Adds the row that makes a variable equal to a monomial."""
        constant, powers = times(value, (Fraction(1), {number: Fraction(-1)}))
        self.products.append(Product(tuple(sorted(powers.items())), 1 / constant))

    def fresh(self) -> int:
        """A variable of which nothing is known yet."""
        self.size += 1
        return self.size - 1


def times(one: Monomial, other: Monomial) -> Monomial:
    """The product of two monomials."""
    powers = {each: one[1].get(each, Fraction(0)) + other[1].get(each, Fraction(0)) for each in {**one[1], **other[1]}}
    return one[0] * other[0], {each: exponent for each, exponent in powers.items() if exponent}


def power(value: Monomial, exponent: Fraction) -> Monomial:
    """A power of a monomial; raises Signed for a constant that would not be rational any more."""
    constant, powers = value
    if exponent.denominator != 1 and constant != 1:
        raise Signed(f"a formula takes a root of {constant}, which no fraction is")
    raised = constant if exponent.denominator != 1 else constant**exponent.numerator
    return Fraction(raised), {each: own * exponent for each, own in powers.items()}


def compiled(formula: Tape, names: Sequence[str], *, positive: bool = True) -> Template:
    """The rows of a formula; raises Signed.

    positive: whether its result cannot be negative, so that a difference at the end says which side is the larger.
    """
    result = len(names)
    made = Compiler({name: number for number, name in enumerate(names)}, result + 1)
    if isinstance(formula, Step) and formula.sign == "-" and positive:
        left, right = (made.variable(made.monomial(side)) for side in (formula.left, formula.right))
        made.sums.append(Sum(left, result, right))
    elif isinstance(formula, Step) and formula.sign == "+":
        left, right = (made.variable(made.monomial(side)) for side in (formula.left, formula.right))
        made.sums.append(Sum(result, left, right))
    else:
        made.equate(result, made.monomial(formula))
    return Template(made.size, result, tuple(made.products), tuple(made.sums))


def slackened(template: Template, exponent: int) -> Template:
    """A template whose result is what its formula gives times a power of one more variable, the last one."""
    inner, slack = template.size, template.size + 1
    swap = {template.result: inner}
    products = tuple(
        Product(tuple(sorted((swap.get(each, each), e) for each, e in row.powers)), row.constant)
        for row in template.products
    )
    sums = tuple(Sum(*(swap.get(each, each) for each in (row.whole, row.left, row.right))) for row in template.sums)
    powers = ((template.result, Fraction(1)), (inner, Fraction(-1)), (slack, Fraction(-exponent)))
    return Template(template.size + 2, template.result, (*products, Product(powers)), sums, slack=True)


def log(value: Fraction) -> float:
    """The logarithm of a fraction of any size."""
    return math.log(value.numerator) - math.log(value.denominator)
