"""One part of the network: the quantities that applications tie together, small enough to be asked many questions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set
from copy import copy
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from kb.columns import STANDINGS
from kb.interval import SLACK
from kb.joint.network import LIMIT, UNBOUNDED, Network
from kb.joint.rows import Product, Sum
from kb.model import Standing
from kb.rowtable import NONE

SWEEPS = 60
MOVED = 1e-6  # of a logarithm: less is no news
SOFT = STANDINGS.index(Standing.SOFT)
FIXED = 1e-12  # of a logarithm: bounds so near are one number
FAR = 40.0  # in logarithms: what is so much smaller changes no sum


@dataclass(frozen=True, slots=True)
class Statement:
    """What bounds a variable: a claim, a reference, a definition, or counting in whole numbers."""

    variable: int  # of the part
    low: float
    high: float
    below: float  # by which one unit of stretch widens it
    above: float
    row: int  # the stated row that says so, or one of those that may be meant; -1 for whole numbers
    claim: int  # the ordinary claim that can be wrong; -1 for what is given
    soft: bool  # whether it is a rule of thumb


@dataclass
class Part:
    """Variables, laws and statements; `origin` has the block and the line of each law."""

    variables: np.ndarray  # of the network
    laws: list[Product | Sum] = field(default_factory=list)
    origin: list[tuple[int, int]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    believed: tuple[int, ...] = ()  # claims that nothing is found against when each is looked at alone

    @cached_property
    def claims(self) -> list[int]:
        """The ordinary claims that bound something here."""
        return list(dict.fromkeys(each.claim for each in self.statements if each.claim != NONE))

    @cached_property
    def rows(self) -> dict[int, tuple[tuple[int, ...], tuple[float, ...], float]]:
        """The products as floats, by law: variables, exponents, the logarithm of the constant."""
        known: dict[int, float] = {}  # by the identity of a fraction: most are of a few formulas, and slow to turn

        def turned(value: Fraction) -> float:
            if id(value) not in known:
                known[id(value)] = float(value)
            return known[id(value)]

        return {
            number: (
                tuple(variable for variable, _ in law.powers),
                tuple(turned(power) for _, power in law.powers),
                math.log(law.constant) if law.constant != 1 else 0.0,
            )
            for number, law in enumerate(self.laws)
            if isinstance(law, Product)
        }

    @cached_property
    def sums(self) -> dict[int, tuple[int, int, int]]:
        """The sums, by law: whole, left, right."""
        return {n: (law.whole, law.left, law.right) for n, law in enumerate(self.laws) if isinstance(law, Sum)}

    def box(
        self, on: Set[int] | None = None, stretch: float = 1.0, *, soft: bool = True
    ) -> tuple[list[float], list[float]]:
        """The bounds that what is given and some claims set; all of them unless told which.

        soft: whether rules of thumb count.
        """
        low, high = [-LIMIT] * len(self.variables), [LIMIT] * len(self.variables)
        for each in self.statements:
            if (each.claim == NONE or on is None or each.claim in on) and (soft or not each.soft):
                low[each.variable] = max(low[each.variable], each.low - stretch * each.below)
                high[each.variable] = min(high[each.variable], each.high + stretch * each.above)
        return low, high

    def shifted(self, claims: Set[int], by: float) -> Part:
        """The same part with what some claims say moved, as a logarithm."""
        moved = copy(self)  # with all that was worked out of its laws
        moved.statements = [
            replace(each, low=max(each.low + by, -LIMIT), high=min(each.high + by, LIMIT))
            if each.claim in claims
            else each
            for each in self.statements
        ]
        return moved

    @cached_property
    def touched(self) -> list[tuple[int, ...]]:
        """The variables of each law, each once."""
        return [
            tuple({law.whole, law.left, law.right}) if isinstance(law, Sum) else tuple(v for v, _ in law.powers)
            for law in self.laws
        ]

    @cached_property
    def around(self) -> list[list[int]]:
        """The laws of each variable."""
        found: list[list[int]] = [[] for _ in range(len(self.variables))]
        for number, mine in enumerate(self.touched):
            for variable in mine:
                found[variable].append(number)
        return found

    def tied(self, low: Sequence[float], high: Sequence[float]) -> list[int]:
        """The laws that can keep bounds from being met: none that holds for some value of a number of its own.

        low, high: what is said of each number, in logarithms.
        """
        count = [len(laws) for laws in self.around]
        loose = [low[v] <= -LIMIT and high[v] >= LIMIT for v in range(len(count))]
        gone: set[int] = set()
        open_ = [v for v, times in enumerate(count) if times == 1 and loose[v]]
        while open_:
            variable = open_.pop()
            number = next((law for law in self.around[variable] if law not in gone), None)
            if number is None:
                continue
            law = self.laws[number]
            if isinstance(law, Sum) and variable != law.whole:
                continue  # whatever the part is, the whole is more than the other one
            gone.add(number)
            for each in self.touched[number]:
                count[each] -= 1
                if count[each] == 1 and loose[each]:
                    open_.append(each)
        return [number for number in range(len(self.laws)) if number not in gone]

    def is_forest(self, laws: Sequence[int], low: Sequence[float], high: Sequence[float]) -> bool:
        """Whether no two numbers are tied in two ways by some laws; what is known exactly ties nothing.

        Contraction alone decides such a part: each value that it leaves a number fits some values of its neighbours.
        """
        above = list(range(len(self.variables)))

        def top(variable: int) -> int:
            while above[variable] != variable:
                above[variable] = variable = above[above[variable]]
            return variable

        for number in laws:
            first, *rest = [v for v in self.touched[number] if high[v] - low[v] > FIXED] or [NONE]
            for each in rest:
                if top(each) == top(first):
                    return False
                above[top(each)] = top(first)
        return True

    def left(self, variable: int, on: Set[int]) -> tuple[float, float] | None:
        """The logarithms between which some claims leave a number, infinite where nothing bounds it.

        None if they leave nothing.
        """
        low, high = self.box(on)
        if not self.contract(low, high):
            return None
        least, most = low[variable], high[variable]
        return least if least > -UNBOUNDED else -math.inf, most if most < UNBOUNDED else math.inf

    def possible(self, on: Set[int] | None = None, stretch: float = 1.0, *, soft: bool = True) -> bool:
        """Whether contraction finds nothing against some claims, all of them unless told which."""
        low, high = self.box(on, stretch, soft=soft)
        return self.contract(low, high, self.tied(low, high))

    def contract(self, low: list[float], high: list[float], laws: Sequence[int] | None = None) -> bool:
        """Narrows the bounds in place, by all laws unless told which, until nothing moves; whether anything is left."""
        if any(least > most + SLACK for least, most in zip(low, high, strict=True)):
            return False
        rows = self.rows.values() if laws is None else [self.rows[law] for law in laws if law in self.rows]
        sums = self.sums.values() if laws is None else [self.sums[law] for law in laws if law in self.sums]
        for _ in range(SWEEPS):
            moved = False
            for row in rows:
                step = narrow_product(low, high, *row)
                if step is None:
                    return False
                moved |= step
            for each in sums:
                step = narrow_sum(low, high, *each)
                if step is None:
                    return False
                moved |= step
            if not moved:
                break
        return True


def narrow_product(
    low: list[float], high: list[float], variables: Sequence[int], powers: Sequence[float], constant: float
) -> bool | None:
    """Whether a product narrows its factors; None if it leaves one nothing."""
    least = most = -constant
    for v, e in zip(variables, powers, strict=True):
        near, far = (low[v], high[v]) if e > 0 else (high[v], low[v])
        least, most = least + e * near, most + e * far
    if least > SLACK or most < -SLACK:
        return None
    moved = False
    for v, e in zip(variables, powers, strict=True):
        ends, others = (low, high) if e > 0 else (high, low)  # those at which the product is least, and the others
        up, down = ends[v] - least / e, others[v] - most / e
        if (gain := e * (others[v] - up)) > 0:
            if abs(up - ends[v]) <= SLACK:
                up = ends[v]  # bounds that cross by an error of rounding would drift apart from sweep to sweep
                gain = e * (others[v] - up)
            moved |= gain > abs(e) * MOVED
            most, others[v] = most - gain, up
        if (gain := e * (down - ends[v])) > 0:
            if abs(down - others[v]) <= SLACK:
                down = others[v]
                gain = e * (down - ends[v])
            moved |= gain > abs(e) * MOVED
            least, ends[v] = least + gain, down
        if low[v] > high[v] + SLACK:
            return None
    return moved


def narrow_sum(low: list[float], high: list[float], whole: int, left: int, right: int) -> bool | None:
    """Whether a sum narrows its whole and its parts; None if it leaves one nothing."""
    found = [
        (whole, plus(low[left], low[right]), plus(high[left], high[right])),
        (left, less(low[whole], high[right], -SLACK), less(high[whole], low[right], SLACK)),
        (right, less(low[whole], high[left], -SLACK), less(high[whole], low[left], SLACK)),
    ]
    moved = False
    for v, down, up in found:
        if up < high[v]:
            moved |= up < high[v] - MOVED
            high[v] = low[v] if abs(up - low[v]) <= SLACK else up
        if down > low[v]:
            moved |= down > low[v] + MOVED
            low[v] = high[v] if abs(down - high[v]) <= SLACK else down
        if low[v] > high[v] + SLACK:
            return None
    return moved


def plus(one: float, other: float) -> float:
    """The logarithm of a sum."""
    more, fewer = (one, other) if one > other else (other, one)
    return more + math.log1p(math.exp(fewer - more)) if more - fewer < FAR else more


def less(whole: float, part: float, room: float) -> float:
    """The logarithm of a whole less a part; as far down as it goes where nothing is left.

    room: a relative error of both, outward: of what is nearly as large as its whole, the rest is all error.
    """
    whole, part = whole + room, part - room
    apart = part - whole
    return max(whole + math.log1p(-math.exp(apart)), -LIMIT) if apart < -1e-15 else -LIMIT


def parts(net: Network, labels: Sequence[int]) -> Iterator[Part]:
    """Some components of the network, by the label of each."""
    component = net.component
    inside = np.isin(component, labels)
    members = np.flatnonzero(inside)
    members = members[np.argsort(component[members], kind="stable")]
    starts = np.flatnonzero(np.diff(component[members], prepend=NONE))
    made_of = {int(component[mine[0]]): Part(mine) for mine in np.split(members, starts[1:]) if len(mine)}
    local = np.zeros(len(component), np.int64)
    local[members] = np.arange(len(members)) - np.repeat(starts, np.diff(starts, append=len(members)))
    for number, block in enumerate(net.blocks):
        lines = np.flatnonzero(inside[block.variables[:, 0]])
        labels_of, places = component[block.variables[lines, 0]].tolist(), local[block.variables[lines]].tolist()
        for line, label, place in zip(lines.tolist(), labels_of, places, strict=True):
            made = made_of[label]
            for law in block.template.products:
                made.laws.append(placed(law, place))
                made.origin.append((number, line))
            for each in block.template.sums:
                made.laws.append(Sum(place[each.whole], place[each.left], place[each.right]))
                made.origin.append((number, line))
    for made in made_of.values():
        made.statements.extend(statements(net, made.variables))
        yield made


def placed(law: Product, place: Sequence[int]) -> Product:
    """A product of a template with the variables of one application; one that stands in two places has one exponent."""
    powers = {place[variable]: power for variable, power in law.powers}
    if len(powers) < len(law.powers):
        powers = dict.fromkeys(powers, Fraction(0))
        for variable, power in law.powers:
            powers[place[variable]] += power
        powers = {variable: power for variable, power in powers.items() if power}
    return Product(tuple(sorted(powers.items())), law.constant)


def statements(net: Network, variables: np.ndarray) -> Iterator[Statement]:
    """What bounds each of some variables."""
    table, claims = net.judged.bound.table, net.judged.bound.table.columns.claims
    bounds = (net.low, net.high, net.below, net.above, net.by, net.limit)
    columns = zip(*(each[variables].tolist() for each in bounds), strict=True)
    for number, (low, high, below, above, row, limit) in enumerate(columns):
        if low > -LIMIT or high < LIMIT:
            claim = int(table.claim[row]) if row != NONE else NONE
            own = claim if claim != NONE and claims.standing[claim] < 0 else NONE
            soft = claim != NONE and claims.standing[claim] == SOFT
            yield Statement(number, low, high, below, above, row, own, bool(soft))
        if limit != NONE:
            least, most = (float(each[variables[number]]) for each in (net.least, net.most))
            yield Statement(number, least, most, 0.0, 0.0, limit, NONE, False)
