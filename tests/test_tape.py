"""The tape: what it records evaluates, prints, and turns around as the function itself would."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kb.errors import KbError
from kb.interval import Branching, Interval
from kb.tape import (
    Literal,
    NoInverse,
    Step,
    Tape,
    Variable,
    evaluate,
    inverse,
    literals,
    record,
    show,
    variables,
    walk,
)

A, B, C = Variable("a"), Variable("b"), Variable("c")
NUMBERS = st.floats(1, 10)
VALUES = st.fixed_dictionaries({"a": NUMBERS, "b": NUMBERS, "c": NUMBERS})
POWERS = st.sampled_from([-1.0, 0.5, 2.0, 3.0])
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def joined(children: st.SearchStrategy[Tape]) -> st.SearchStrategy[Tape]:
    two = st.builds(lambda sign, a, b: OPERATIONS[sign](a, b), st.sampled_from(sorted(OPERATIONS)), children, children)
    return st.one_of(two, st.builds(lambda a, power: a**power, children, POWERS), children.map(lambda a: -a))


LEAVES = st.sampled_from([A, B, C, Literal(2.5), Literal(0.1), Literal(0.7654321)])
TAPES = st.recursive(LEAVES, joined, max_leaves=8)


@st.composite
def chains(draw: st.DrawFn) -> Tape:
    """A formula in which `a` stands once, somewhere inside."""
    found: Tape = A
    for _ in range(draw(st.integers(0, 4))):
        sign = draw(st.sampled_from([*sorted(OPERATIONS), "**"]))
        other = draw(st.sampled_from([B, C, Literal(2.0), B * C]))
        if sign == "**":
            found = found ** draw(POWERS)
        else:
            found = OPERATIONS[sign](*draw(st.sampled_from([(found, other), (other, found)])))
    return found


def calculated(text: str, values: Mapping[str, float]) -> Any:
    """What Python makes of a printed formula."""
    return eval(text.replace(" x ", " * "), {"__builtins__": {}, "sqrt": lambda value: value**0.5}, dict(values))


# ------------------------------------------------------------------------------------------------ recording


def test_a_function_is_recorded() -> None:
    found = record(lambda ovens, rate: 2 * ovens + rate, ["ovens", "rate"])
    assert show(found) == "2 x ovens + rate"
    assert variables(found) == ["ovens", "rate"]
    assert [type(node) for node in walk(found)] == [Step, Step, Literal, Variable, Variable]


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda a: a + 1, "a + 1"),
        (lambda a: 1 + a, "1 + a"),
        (lambda a: a - 1, "a - 1"),
        (lambda a: 1 - a, "1 - a"),
        (lambda a: a * 2, "a x 2"),
        (lambda a: 2 * a, "2 x a"),
        (lambda a: a / 2, "a / 2"),
        (lambda a: 2 / a, "2 / a"),
        (lambda a: -a, "0 - a"),
        (lambda a: a**2, "a ** 2"),
        (lambda a: 3, "3"),
    ],
)
def test_every_operation_on_either_side(function: Callable[[Any], Any], text: str) -> None:
    found = record(function, ["a"])
    assert str(found) == text
    assert evaluate(found, {"a": 5.0}) == function(5.0)


@pytest.mark.parametrize(
    "ask", [bool, float, int, round, math.sqrt, lambda t: t < 2, lambda t: t == 2, lambda t: t != 2]
)
def test_a_recorded_value_is_not_a_number(ask: Callable[[Any], Any]) -> None:
    for recorded in (A, Literal(2.0), A + B):
        with pytest.raises(Branching, match="; expected arithmetic that works on intervals and the tape too; use "):
            ask(recorded)


def test_literals_are_told_and_exponents_are_not() -> None:
    assert literals(24 * A + B / 3600 - 0.5) == [24.0, 3600.0, 0.5]
    assert literals((2 * A) ** 3) == [2.0]
    assert literals(A * B) == []


# ------------------------------------------------------------------------------------------------ in print


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (A - B - C, "a - b - c"),
        (A - (B - C), "a - (b - c)"),
        (A - (B + C), "a - (b + c)"),
        (A + B - C, "a + b - c"),
        (A + (B - C), "a + (b - c)"),
        ((A + B) * C, "(a + b) x c"),
        (A + B * C, "a + b x c"),
        (A * (B + C), "a x (b + c)"),
        (A / B / C, "a / b / c"),
        (A / (B / C), "a / (b / c)"),
        (A / (B * C), "a / (b x c)"),
        (A * B / C, "a x b / c"),
        (A * B**2, "a x b ** 2"),
        ((A * B) ** 2, "(a x b) ** 2"),
        ((A**2) ** 3, "(a ** 2) ** 3"),
        ((A**0.5) ** 3, "sqrt(a) ** 3"),
        ((A / (B * C)) ** 0.5, "sqrt(a / (b x c))"),
        (A**-1 * 1234567, "a ** -1 x 1234567"),
        (A * 0.1 + 1e25, "a x 0.1 + 1e+25"),
        (A * -1 - -B, "a x -1 - (0 - b)"),
    ],
)
def test_brackets_stand_where_they_must(formula: Tape, text: str) -> None:
    assert show(formula) == text


@given(TAPES, VALUES)
@example((A**2.0) ** 3.0, {"a": 2.0, "b": 1.0, "c": 1.0})
@example(A * 1234567.0, {"a": 2.0, "b": 1.0, "c": 1.0})
@example(A - (B - C), {"a": 1.0, "b": 2.0, "c": 4.0})
def test_what_is_printed_evaluates_to_the_same(formula: Tape, values: dict[str, float]) -> None:
    try:
        found = evaluate(formula, values)
    except (ArithmeticError, TypeError):  # a division by zero, a power beyond all floats
        found = None
    assume(isinstance(found, float))  # not the complex root of what is negative
    assert calculated(show(formula), values) == found


def test_words_stand_for_arguments() -> None:
    assert show((A + B) / C, {"a": "3,600", "b": "(1 to 2)"}) == "(3,600 + (1 to 2)) / c"


# ------------------------------------------------------------------------------------------------ turned around


@given(chains(), VALUES)
def test_the_inverse_gives_the_argument_back(formula: Tape, values: dict[str, float]) -> None:
    try:
        path = [evaluate(node, values) for node in walk(formula)]
    except ArithmeticError:
        path = [0.0]
    assume(all(isinstance(number, float) and 1e-3 < number < 1e6 for number in path))  # a power hides signs
    back = inverse(formula, "a", "result")
    assert evaluate(back, {**values, "result": path[0]}) == pytest.approx(values["a"], rel=1e-6)
    assert "a" not in variables(back)
    assert calculated(show(back), {**values, "result": path[0]}) == evaluate(back, {**values, "result": path[0]})


@given(chains(), VALUES, st.floats(1, 1.5), st.floats(1, 1.5))
def test_the_inverse_on_intervals_holds_the_argument(
    formula: Tape, values: dict[str, float], below: float, above: float
) -> None:
    wide = {name: Interval(value / below, value * above) for name, value in values.items()}
    path = [evaluate(node, wide) for node in walk(formula) if not isinstance(node, Literal)]
    assume(all(node.lo > 1e-3 and node.hi < 1e6 for node in path))
    back = evaluate(inverse(formula, "a", "result"), {**wide, "result": path[0]})
    for end in (wide["a"].lo, wide["a"].hi, values["a"]):
        assert back.meets(Interval(end), slack=1e-6)


def test_the_inverse_of_an_argument_itself_is_the_result() -> None:
    assert show(inverse(A, "a", "what comes out")) == "what comes out"


@pytest.mark.parametrize(("formula", "times"), [(A * B + A, 2), (B + C, 0), (A / A / A, 3)])
def test_no_inverse_where_the_argument_does_not_stand_once(formula: Tape, times: int) -> None:
    with pytest.raises(
        NoInverse, match=f"^a stands {times} times in .+; expected once; write the formula so that it does$"
    ):
        inverse(formula, "a", "result")
    assert issubclass(NoInverse, KbError)
