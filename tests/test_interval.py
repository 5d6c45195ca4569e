"""Interval arithmetic: a table worked out by hand, and the laws that make it worth trusting."""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kb.errors import KbError
from kb.interval import Branching, Interval
from tests.drawn import draws

INF = math.inf
EVERYTHING = (-INF, INF)
OPERATIONS = [operator.add, operator.sub, operator.mul, operator.truediv]
POWERS = [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3]

Operation = Callable[[Any, Any], Any]

# Not so small that a quotient overflows; zero, which every sign rule turns on, comes often.
NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.0, -3.0]),
    st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-6),
)


@st.composite
def members(draw: st.DrawFn) -> tuple[Interval, float]:
    """An interval of any sign, perhaps without an end, and a number in it."""
    lo, inside, hi = sorted(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
    return Interval(draw(st.sampled_from([lo, lo, inside, -INF])), draw(st.sampled_from([hi, hi, inside, INF]))), inside


INTERVALS = members().map(lambda pair: pair[0])


def ends(interval: Interval) -> tuple[Any, Any]:
    return interval.lo, interval.hi


def holds(outer: Interval, inner: Interval) -> bool:
    low = outer.lo <= inner.lo or math.isclose(outer.lo, inner.lo)
    return low and bool(inner.hi <= outer.hi or math.isclose(inner.hi, outer.hi))


# ------------------------------------------------------------------------------------------------ by hand


@pytest.mark.parametrize(
    ("found", "lo", "hi"),
    [
        (Interval(1, 2) + Interval(3, 5), 4, 7),
        (Interval(1, 2) + 10, 11, 12),
        (10 + Interval(1, 2), 11, 12),
        (Interval(1, 2) - Interval(3, 5), -4, -1),
        (10 - Interval(1, 3), 7, 9),
        (-Interval(-1, 3), -3, 1),
        (Interval(1, 2) * Interval(3, 5), 3, 10),
        (Interval(-1, 2) * Interval(3, 5), -5, 10),
        (Interval(-1, 2) * Interval(-3, 5), -6, 10),
        (Interval(-2, -1) * Interval(-5, -3), 3, 10),
        (-2 * Interval(-1, 3), -6, 2),
        (Interval(0, 0) * Interval(*EVERYTHING), 0, 0),
        (Interval(0, 2) * Interval(1, INF), 0, INF),
        (Interval(6, 12) / Interval(2, 3), 2, 6),
        (12 / Interval(2, 3), 4, 6),
        (Interval(6, 12) / 3, 2, 4),
        (Interval(6, 12) / Interval(-3, -2), -6, -2),
        (Interval(6, 12) / Interval(0, 3), 2, INF),
        (Interval(6, 12) / Interval(-0.0, 3), 2, INF),
        (Interval(6, 12) / Interval(-3, 0), -INF, -2),
        (Interval(6, 12) / Interval(-3, -0.0), -INF, -2),
        (Interval(6, 12) / Interval(-3, 2), *EVERYTHING),
        (Interval(6, 12) / Interval(0, 0), *EVERYTHING),
        (Interval(6, 12) / Interval(2, INF), 0, 6),
        (Interval(0, 12) / Interval(2, 3), 0, 6),
        (Interval(2, 3) ** 2, 4, 9),
        (Interval(-3, -2) ** 2, 4, 9),
        (Interval(-2, 3) ** 2, 0, 9),
        (Interval(-2, 3) ** 3, -8, 27),
        (Interval(-INF, 3) ** 2, 0, INF),
        (Interval(-INF, 3) ** 3, -INF, 27),
        (Interval(-2, 3) ** 0, 1, 1),
        (Interval(2, 4) ** -1, 0.25, 0.5),
        (Interval(-2, 4) ** -2, 1 / 16, INF),
        (Interval(4, 9) ** 0.5, 2, 3),
        (Interval(-4, 9) ** 0.5, 0, 3),
        (Interval(4, INF) ** -0.5, 0, 0.5),
        (Interval(1, 2).hull(Interval(5, 6), Interval(-1, 0)), -1, 6),
    ],
)
def test_by_hand(found: Interval, lo: float, hi: float) -> None:
    assert ends(found) == (lo, hi)


def test_one_number_is_an_interval() -> None:
    assert ends(Interval(3.0)) == (3.0, 3.0)
    assert ends(Interval.of(3.0)) == (3.0, 3.0)
    same = Interval(1, 2)
    assert Interval.of(same) is same


# ------------------------------------------------------------------------------------------------ inclusion


@pytest.mark.parametrize("operation", OPERATIONS)
@given(members(), members())
@example((Interval(-1.0, 1.0), 0.5), (Interval(-1.0, 0.0), -1.0))
@example((Interval(0.0, INF), 0.0), (Interval(0.0, 1.0), 1.0))
def test_what_numbers_give_lies_in_what_intervals_give(
    operation: Operation, one: tuple[Interval, float], other: tuple[Interval, float]
) -> None:
    assume(operation is not operator.truediv or other[1] != 0)
    assert operation(one[1], other[1]) in operation(one[0], other[0])


@pytest.mark.parametrize("operation", OPERATIONS)
@given(members(), NUMBERS)
def test_a_number_on_either_side(operation: Operation, one: tuple[Interval, float], number: float) -> None:
    interval, inside = one
    assume(operation is not operator.truediv or (inside != 0 and number != 0))
    assert operation(inside, number) in operation(interval, number)
    assert operation(number, inside) in operation(number, interval)


@pytest.mark.parametrize("power", POWERS)
@given(members())
def test_a_power_of_a_number_lies_in_that_of_the_interval(power: float, one: tuple[Interval, float]) -> None:
    interval, inside = one
    assume(inside > 0 or (inside == 0 and power >= 0) or (inside < 0 and power == int(power)))
    assert inside**power in interval**power


@pytest.mark.parametrize("operation", OPERATIONS)
@given(INTERVALS, INTERVALS, INTERVALS, INTERVALS)
def test_wider_gives_wider(
    operation: Operation, one: Interval, other: Interval, more: Interval, still: Interval
) -> None:
    assume(operation is not operator.truediv or other.lo < other.hi or other.lo != 0)  # by zero itself is anything
    assert holds(operation(one.hull(more), other.hull(still)), operation(one, other))


@pytest.mark.parametrize("operation", OPERATIONS)
@given(st.lists(NUMBERS, min_size=4, max_size=4))
def test_both_ends_are_reached(operation: Operation, numbers: list[float]) -> None:
    """No interval is wider than it must be: its ends are what some ends of the operands give."""
    one, other = Interval(*sorted(numbers[:2])), Interval(*sorted(numbers[2:]))
    assume(operation is not operator.truediv or other.lo > 0 or other.hi < 0)
    corners = [operation(a, b) for a in ends(one) for b in ends(other)]
    assert ends(operation(one, other)) == pytest.approx((min(corners), max(corners)), rel=1e-12, abs=0)


@given(INTERVALS)
def test_a_quotient_by_what_holds_zero_has_no_end(one: Interval) -> None:
    over = 1 / one.hull(Interval(0.0))
    assert over.lo == -INF or over.hi == INF


# ------------------------------------------------------------------------------------------------ columns


FEWER = draws(40)


def column(intervals: list[Interval]) -> Interval:
    return Interval(np.array([i.lo for i in intervals], float), np.array([i.hi for i in intervals], float))


def agree(found: Interval, single: list[Interval]) -> None:
    for end, expected in zip(ends(found), ends(column(single)), strict=True):
        np.testing.assert_allclose(end, expected, rtol=1e-12)


@pytest.mark.parametrize("operation", OPERATIONS)
@FEWER
@given(st.lists(st.tuples(INTERVALS, INTERVALS), min_size=1, max_size=5), NUMBERS)
def test_columns_are_scalars_side_by_side(
    operation: Operation, pairs: list[tuple[Interval, Interval]], number: float
) -> None:
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    agree(operation(column(left), column(right)), [operation(a, b) for a, b in pairs])
    agree(operation(column(left), number), [operation(a, number) for a in left])
    agree(operation(number, column(right)), [operation(number, b) for b in right])
    agree(operation(left[0], column(right)), [operation(left[0], b) for b in right])


@pytest.mark.parametrize("power", POWERS)
@FEWER
@given(st.lists(INTERVALS, min_size=1, max_size=5))
def test_powers_of_columns(power: float, intervals: list[Interval]) -> None:
    agree(column(intervals) ** power, [interval**power for interval in intervals])


@FEWER
@given(st.lists(st.tuples(INTERVALS, INTERVALS), min_size=1, max_size=5))
def test_columns_meet_and_join_line_by_line(pairs: list[tuple[Interval, Interval]]) -> None:
    left, right = column([a for a, _ in pairs]), column([b for _, b in pairs])
    assert list(left.meets(right)) == [bool(a.meets(b)) for a, b in pairs]
    agree(left.hull(right), [a.hull(b) for a, b in pairs])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_array_on_the_left_leaves_the_work_to_the_interval(operation: Operation) -> None:
    agree(operation(np.array([6.0, -6.0]), Interval(2.0, 3.0)), [operation(n, Interval(2.0, 3.0)) for n in (6.0, -6.0)])
    agree(operation(np.float64(6.0), Interval(2.0, 3.0)), [operation(6.0, Interval(2.0, 3.0))])


@given(members())
def test_scalars_stay_floats(one: tuple[Interval, float]) -> None:
    interval = one[0]
    for found in (interval * interval, interval / interval, interval**2, interval**0.5, interval.hull(interval)):
        assert (type(found.lo), type(found.hi)) == (float, float)


# ------------------------------------------------------------------------------------------------ meeting


@given(st.lists(NUMBERS, min_size=4, max_size=4))
def test_two_meet_if_they_have_a_number_in_common(numbers: list[float]) -> None:
    one, other = Interval(*sorted(numbers[:2])), Interval(*sorted(numbers[2:]))
    low, high = max(ends(one)[0], ends(other)[0]), min(ends(one)[1], ends(other)[1])
    assume(low <= high or low - high > 1e-6 * max(abs(low), abs(high)))  # nearer than that, they may
    assert bool(one.meets(other)) is (low <= high)
    assert bool(other.meets(one)) is (low <= high)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Interval(1, 2), Interval(2, 3), True),
        (Interval(1, 2), Interval(2 + 1e-10, 3), True),
        (Interval(1, 2), Interval(2 + 1e-6, 3), False),
        (Interval(-2, -1), Interval(-1 + 1e-10, 0), True),
        (Interval(-2, -1), Interval(-1 + 1e-6, 0), False),
        (Interval(1e25, 2e25), Interval(2.0000000001e25, 3e25), True),
        (Interval(1e25, 2e25), Interval(2.1e25, 3e25), False),
        (Interval(0, 0), Interval(1e-300, 1), False),
        (Interval(5, INF), Interval(1e30, INF), True),
        (Interval(5, INF), Interval(-INF, 4), False),
        (Interval(*EVERYTHING), Interval(7), True),
    ],
)
def test_meeting_allows_for_the_rounding_of_floats(one: Interval, other: Interval, meet: bool) -> None:
    assert bool(one.meets(other)) is meet
    assert bool(other.meets(one)) is meet


def test_a_wider_slack_can_be_given() -> None:
    assert not Interval(1, 2).meets(Interval(2.1, 3))
    assert Interval(1, 2).meets(Interval(2.1, 3), slack=0.1)


@given(INTERVALS, INTERVALS)
def test_the_hull_holds_both_and_ends_with_them(one: Interval, other: Interval) -> None:
    hull = one.hull(other)
    assert ends(hull) == (min(one.lo, other.lo), max(one.hi, other.hi))
    assert ends(one.hull()) == ends(one)


def test_a_number_is_in_a_column_if_every_line_holds_it() -> None:
    lines = column([Interval(1, 3), Interval(2, 4)])
    assert 2.5 in lines
    assert 1.5 not in lines


# ------------------------------------------------------------------------------------------------ what it is not


@pytest.mark.parametrize(
    "ask",
    [bool, float, int, round, math.sqrt, lambda i: i < 2, lambda i: i >= 2, lambda i: min(2.0, i)],
)
def test_an_interval_is_not_one_number(ask: Callable[[Any], Any]) -> None:
    for interval in (Interval(1.0, 2.0), Interval(1.0), Interval(np.array([1.0]), np.array([2.0]))):
        with pytest.raises(Branching, match=r"^a derivation used .+; expected arithmetic that .+; use .+$"):
            ask(interval)
    assert issubclass(Branching, KbError)


def test_it_shows_its_ends() -> None:
    assert repr(Interval(1.0, 2.5e12)) == "[1, 2.5e+12]"
    assert "array" in repr(column([Interval(1, 2)]))
