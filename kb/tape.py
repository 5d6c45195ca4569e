"""A recording of a derivation's arithmetic: its inverse for each argument, its printed form, its literals.

Calling a derivation with tape variables gives the tree of what it does; nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from kb.errors import KbError
from kb.interval import Branching, Unbranching

PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
APPLY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


class NoInverse(KbError):
    """An argument that a formula does not hold just once."""

    def __init__(self, name: str, count: int, formula: Tape) -> None:
        super().__init__(f"{name} stands {count} times in {formula}; expected once; write the formula so that it does")


class Tape(Unbranching):
    """Base of the recorded nodes; arithmetic on them records more."""

    __slots__ = ()

    def __add__(self, other: Tape | float) -> Tape:
        return Step("+", self, node(other))

    def __radd__(self, other: float) -> Tape:
        return Step("+", node(other), self)

    def __sub__(self, other: Tape | float) -> Tape:
        return Step("-", self, node(other))

    def __rsub__(self, other: float) -> Tape:
        return Step("-", node(other), self)

    def __mul__(self, other: Tape | float) -> Tape:
        return Step("*", self, node(other))

    def __rmul__(self, other: float) -> Tape:
        return Step("*", node(other), self)

    def __truediv__(self, other: Tape | float) -> Tape:
        return Step("/", self, node(other))

    def __rtruediv__(self, other: float) -> Tape:
        return Step("/", node(other), self)

    def __pow__(self, power: float) -> Tape:
        return Step("**", self, Literal(float(power)))

    def __neg__(self) -> Tape:
        return Step("-", Literal(0.0), self)

    def __eq__(self, other: object) -> NoReturn:
        raise Branching("a comparison")

    __hash__ = object.__hash__  # two nodes are never the same thing

    def __str__(self) -> str:
        return show(self)


@dataclass(frozen=True, slots=True, eq=False)
class Variable(Tape):
    """An argument of the derivation."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Tape):
    """A number written in the formula."""

    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Step(Tape):
    """One operation on two nodes."""

    sign: str
    left: Tape
    right: Tape


def node(value: Tape | float) -> Tape:
    """The value as a node of a tape."""
    return value if isinstance(value, Tape) else Literal(float(value))


def record(function: Callable[..., Any], names: Sequence[str]) -> Tape:
    """What the function does to arguments of these names."""
    return node(function(*(Variable(name) for name in names)))


def walk(tape: Tape) -> Iterator[Tape]:
    """Every node, from the root down."""
    yield tape
    if isinstance(tape, Step):
        yield from walk(tape.left)
        yield from walk(tape.right)


def variables(tape: Tape) -> list[str]:
    """The arguments, once for each time they occur."""
    return [n.name for n in walk(tape) if isinstance(n, Variable)]


def literals(tape: Tape) -> list[float]:
    """The numbers written in the formula, exponents left out."""
    if isinstance(tape, Literal):
        return [tape.value]
    if isinstance(tape, Step):
        return literals(tape.left) + ([] if tape.sign == "**" else literals(tape.right))
    return []


def show(tape: Tape, words: Mapping[str, str] | None = None, outer: int = 0, equal: bool = False) -> str:
    """The formula in print; `words` replaces arguments by what they stand for.

    outer: the precedence of the operation around it; equal: whether an operation of that precedence needs brackets too.
    """
    if isinstance(tape, Variable):
        return (words or {}).get(tape.name, tape.name)
    if isinstance(tape, Literal):
        return repr(tape.value).removesuffix(".0")
    assert isinstance(tape, Step)
    if tape.sign == "**" and isinstance(tape.right, Literal) and tape.right.value == 0.5:
        return f"sqrt({show(tape.left, words)})"
    rank = PRECEDENCE[tape.sign]
    sign = {"*": "x"}.get(tape.sign, tape.sign)
    left = show(tape.left, words, rank, tape.sign == "**")  # a ** b ** c would be a ** (b ** c)
    text = f"{left} {sign} {show(tape.right, words, rank, True)}"
    return f"({text})" if rank < outer or (rank == outer and equal) else text


def evaluate(tape: Tape, values: Mapping[str, Any]) -> Any:
    """The value of the formula; values may be floats, columns, intervals or quantities."""
    if isinstance(tape, Variable):
        return values[tape.name]
    if isinstance(tape, Literal):
        return tape.value
    assert isinstance(tape, Step)
    return APPLY[tape.sign](evaluate(tape.left, values), evaluate(tape.right, values))


def inverse(tape: Tape, name: str, result: str) -> Tape:
    """The formula that gives the argument `name` from the `result` and the other arguments.

    Walks from the root to the one place where the argument stands, undoing each step. Raises NoInverse when the
    argument stands nowhere or in more than one place: use :func:`solve`.
    """
    if (count := variables(tape).count(name)) != 1:
        raise NoInverse(name, count, tape)
    other: Tape = Variable(result)
    while isinstance(tape, Step):
        left, right, on_left = tape.left, tape.right, name in variables(tape.left)
        match tape.sign:
            case "+":
                tape, other = (left, other - right) if on_left else (right, other - left)
            case "-":
                tape, other = (left, other + right) if on_left else (right, left - other)
            case "*":
                tape, other = (left, other / right) if on_left else (right, other / left)
            case "/":
                tape, other = (left, other * right) if on_left else (right, left / other)
            case _:
                assert isinstance(right, Literal)
                tape, other = left, other ** (1 / right.value)
    return other
