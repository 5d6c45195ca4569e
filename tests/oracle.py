"""What another engine says of a part: z3, which knows real numbers and nothing of how ours looks for conflicts.

Laws as they are, over positive reals; a root is told by powers of both sides. Bounds are the ends of what is stated,
at stretch 1, as the fractions that their floats are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import Any, cast

import z3

from kb.joint.certificate import Bound
from kb.joint.clashes import Clash, in_part
from kb.joint.engines import Engines
from kb.joint.network import LIMIT, Network
from kb.joint.part import Part
from kb.joint.rows import Product, Sum
from kb.rowtable import NONE

EFFORT = 300_000  # of one question, in z3's own unit: where it ends does not depend on the machine
PATIENCE = 2_000  # milliseconds, where effort is not counted


def can_be_true(part: Part, on: Collection[int] | None = None) -> bool | None:
    """Whether what is given and some claims can all be true, all of them unless told which; None where z3 gives up."""
    return answer(part.laws, stated(part, on))


def stated(part: Part, on: Collection[int] | None) -> Iterator[Bound]:
    """What is given and what some claims say."""
    for each in part.statements:
        if each.claim == NONE or on is None or each.claim in on:
            if each.low > -LIMIT:
                yield Bound(each.variable, False, Fraction(math.exp(each.low - each.below)))
            if each.high < LIMIT:
                yield Bound(each.variable, True, Fraction(math.exp(each.high + each.above)))


def answer(laws: Iterable[Product | Sum], bounds: Iterable[Bound]) -> bool | None:
    """Whether positive numbers can be within bounds and obey laws; None where z3 gives up."""
    solver = z3.Tactic("qfnra-nlsat").solver()
    solver.set("rlimit", EFFORT)
    solver.set("timeout", PATIENCE)
    for each in told(laws, bounds):
        solver.add(each)
    found = solver.check()
    return None if found == z3.unknown else bool(found == z3.sat)


def told(laws: Iterable[Product | Sum], bounds: Iterable[Bound]) -> Iterator[Any]:  # z3 has no types
    """Everything that must hold at once."""
    numbers = Numbers()
    for law in laws:
        if isinstance(law, Sum):
            yield numbers[law.whole] == numbers[law.left] + numbers[law.right]
        else:
            yield product(law, numbers)
    for bound in bounds:
        end, number = fraction(bound.value), numbers[bound.variable]
        yield number <= end if bound.upper else number >= end
    yield from (number > 0 for number in numbers.values())


class Numbers(dict[int, Any]):
    """The unknowns, made as they are named."""

    def __missing__(self, number: int) -> Any:
        return self.setdefault(number, z3.Real(f"x{number}"))


def product(law: Product, numbers: Mapping[int, Any]) -> Any:
    """A product without roots and quotients: both sides to one power, and divisors on the other side."""
    scale = math.lcm(*(power.denominator for _, power in law.powers))
    sides: dict[bool, Any] = {True: z3.RealVal(1), False: fraction(law.constant**scale)}
    for variable, power in law.powers:
        for _ in range(abs(int(power * scale))):
            sides[power > 0] = sides[power > 0] * numbers[variable]
    return sides[True] == sides[False]


def fraction(value: Fraction) -> Any:
    """An exact number of z3."""
    return z3.Q(value.numerator, value.denominator)


@dataclass(frozen=True, slots=True)
class Seen:
    """What both engines say of one part, and how long each took, in seconds."""

    possible: bool | None  # z3
    clashes: tuple[Clash, ...]  # ours, each with a proof that was verified
    satisfied: tuple[tuple[int, ...], ...]  # the claims of those of which z3 finds that they can be true
    unknown: int  # those of which z3 cannot tell
    engine: float
    z3: float


def seen(part: Part) -> Seen:
    """Asks both engines, and z3 once more of each conflict."""
    start = perf_counter()
    clashes = accusations(part)
    between = perf_counter()
    possible = can_be_true(part)
    end = perf_counter()
    answers = {clash.claims: can_be_true(part, clash.claims) for clash in clashes}
    satisfied = tuple(claims for claims, answer in answers.items() if answer)
    unknown = sum(answer is None for answer in answers.values())
    return Seen(possible, clashes, satisfied, unknown, between - start, end - between)


def accusations(part: Part) -> tuple[Clash, ...]:
    """The clashes of one part, as the check finds them."""
    return tuple(in_part(cast(Network, None), Engines(part)))  # which a clash only keeps for those who tell of it
