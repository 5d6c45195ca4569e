"""How numbers are printed: tables of figures as people write them, and what is never printed."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.figures import exact, figure, interval, power, round_to, times

INF = math.inf
WORDS = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
SIZES = st.floats(-12, 30).map(lambda power: 10**power)


def number(text: str) -> float:
    """The number that a printed figure says."""
    digits, _, word = text.replace(",", "").partition(" ")
    return float(digits) * WORDS.get(word, 1.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (1.19, "1.19"),
        (1.994, "1.99"),
        (1.996, "2"),
        (12.34, "12.3"),
        (0.36, "0.36"),
        (0.001, "0.001"),
        (0.00099951, "0.001"),
        (0.0007, "7e-4"),
        (0.000525, "5.25e-4"),
        (2.1e-8, "2.1e-8"),
        (100, "100"),
        (999.4, "999"),
        (999.6, "1,000"),
        (8.766e3, "8,770"),
        (25_000, "25,000"),
        (999_400, "999,000"),
        (999_600, "1 million"),
        (1e6, "1 million"),
        (1.5e6, "1.5 million"),
        (63e6, "63 million"),
        (999.4e6, "999 million"),
        (999.6e6, "1 billion"),
        (175e9, "175 billion"),
        (999.6e9, "1 trillion"),
        (1.8e12, "1.8 trillion"),
        (13e12, "13 trillion"),
        (999.4e12, "999 trillion"),
        (999.6e12, "1e15"),
        (1e15, "1e15"),
        (2.15e25, "2.15e25"),
        (6e24, "6e24"),
        (1e100, "1e100"),
        (-1.8e12, "-1.8 trillion"),
        (-25_000, "-25,000"),
        (-2.15e25, "-2.15e25"),
        (INF, "any amount"),
        (-INF, "minus any amount"),
        (math.nan, "nan"),
    ],
)
def test_figures_as_people_write_them(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1649.2, 4, "1,649"),
        (1.6492e9, 4, "1.649 billion"),
        (57.6, 2, "58"),
        (576.0, 2, "580"),
        (5.4, 1, "5"),
        (0.54, 1, "0.5"),
    ],
)
def test_so_many_digits(value: float, digits: int, text: str) -> None:
    assert figure(value, digits) == text


@given(SIZES, st.integers(1, 6))
@example(999.9995e6, 3)
@example(999.9995e12, 3)
def test_a_figure_says_the_rounded_number(value: float, digits: int) -> None:
    assert number(figure(value, digits)) == pytest.approx(round_to(value, digits), rel=1e-12)
    assert number(figure(-value, digits)) == -number(figure(value, digits))


@given(SIZES, st.integers(1, 3))
@example(999.6e6, 3)
@example(999.6e12, 3)
def test_no_thousand_million(value: float, digits: int) -> None:
    assert not re.search(r"\d,\d{3} \w", figure(value, digits))


@given(SIZES, st.integers(1, 6))
def test_no_figure_ends_in_zeros_after_the_point(value: float, digits: int) -> None:
    for text in (figure(value, digits), exact(value, digits)):
        assert not re.search(r"\.\d*0(?!\d)", text)


# ------------------------------------------------------------------------------------------------ for a calculator


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (3600, "3,600"),
        (86_400.0, "86,400"),
        (99_999.7, "99,999.7"),
        (123_456.0, "123,456"),
        (123_456.7, "123,457"),
        (987_654_321, "987,654,321"),
        (1e9, "1e9"),
        (1.8e12, "1.8e12"),
        (2.15e25, "2.15e25"),
        (0.00027777777, "0.000277778"),
        (4.9e-8, "4.9e-8"),
        (1 / 3, "0.333333"),
        (-1.8e12, "-1.8e12"),
        (INF, "infinity"),
        (-INF, "-infinity"),
        (math.nan, "nan"),
    ],
)
def test_exact_figures_have_no_scale_words(value: float, text: str) -> None:
    assert exact(value) == text


@given(SIZES)
def test_an_exact_figure_is_good_to_its_digits(value: float) -> None:
    assert float(exact(value).replace(",", "")) == pytest.approx(value, rel=0.5e-4)


@given(st.integers(0, 10**9 - 1))
def test_an_exact_integer_keeps_its_digits(value: int) -> None:
    assert exact(float(value)) == f"{value:,}"


def test_a_power_of_ten_keeps_the_zeros_before_its_point() -> None:
    assert power(2e20, 1) == "2e20"
    assert power(-3.0e-7, 4) == "-3e-7"


# ------------------------------------------------------------------------------------------------ ranges


@pytest.mark.parametrize(
    ("lo", "hi", "unit", "text"),
    [
        (1.77, 1.77, "TWh", "1.77 TWh"),
        (36.0, 36.0, "%", "36 %"),
        (7.2, 7.2, "1", "7.2"),
        (7.2, 7.2, "", "7.2"),
        (0.0, 0.0, "oven", "0 oven"),
        (1.7701, 1.7702, "TWh", "1.77 TWh"),
        (90, 100, "day", "90 to 100 day"),
        (0.32, 0.36, "1", "0.32 to 0.36"),
        (800, 1290, "%", "800 to 1,290 %"),
        (1.2e12, 1.8e12, "loaf", "1.2 to 1.8 trillion loaf"),
        (54e6, 60e6, "", "54 to 60 million"),
        (900e9, 1.1e12, "loaf", "900 billion to 1.1 trillion loaf"),
        (900_000, 1.1e6, "loaf", "900,000 to 1.1 million loaf"),
        (5, 6e6, "loaf", "5 to 6,000,000 loaf"),
        (999, 2.5e9, "", "999 to 2,500,000,000"),
        (1.94e25, 2.43e25, "FLOP", "1.94e25 to 2.43e25 FLOP"),
        (500e12, 2e15, "", "500 trillion to 2e15"),
        (-1.8e12, -1.2e12, "", "-1.8 to -1.2 trillion"),
        (-5, 3e6, "", "-5 to 3,000,000"),
        (-3, 4, "oven", "-3 to 4 oven"),
        (3, INF, "oven", "at least 3 oven"),
        (0, INF, "", "at least 0"),
        (0, 8, "oven", "at most 8 oven"),
        (-INF, 1.8e12, "", "at most 1.8 trillion"),
        (-INF, INF, "oven", "anything"),
    ],
)
def test_ranges_and_bounds(lo: float, hi: float, unit: str, text: str) -> None:
    assert interval(lo, hi, unit) == text


@given(SIZES, SIZES)
@example(5.0, 6e6)
@example(999.4, 1e9)
@example(1e14, 1e15)
def test_a_range_says_both_ends(one: float, other: float) -> None:
    """Whoever reads "5 to 6 million" takes the scale word to hold for the first number too."""
    lo, hi = min(one, other), max(one, other)
    low, _, high = interval(lo, hi, "").partition(" to ")
    assert number(high or low) == pytest.approx(round_to(hi, 3))
    scale = high.partition(" ")[2]
    shared = f"{low} {scale}" if scale and " " not in low and number(low) < number(high.partition(" ")[0]) else low
    assert number(shared) == pytest.approx(round_to(lo, 3))


@pytest.mark.parametrize(
    ("factor", "text"), [(1.0, "1"), (1.19, "1.19"), (8.3, "8.3"), (1000.0, "1,000"), (1e6, "1 million")]
)
def test_factors(factor: float, text: str) -> None:
    assert times(factor) == text
