"""The decorators for derivations and checks, and the maths names that work on every kind of argument.

A formula is code, a binding is data: :func:`derivation` says which attribute of whom each parameter is, and nothing
else has to be wired. The text of a slot reads ``link>attribute{key=value}``; a link is needed only where the kinds
leave a choice.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from kb import tape
from kb.errors import KbError, did_you_mean

F = TypeVar("F", bound=Callable[..., Any])

SLOT = re.compile(
    r"""(?P<each>each\ )?
        (?P<links>(?:[a-z_]+>)*)
        (?P<attribute>[a-z_]+(?:\.[a-z_0-9]+)+)
        (?:\{(?P<pins>[a-z_]+=[\w.-]+(?:,\ ?[a-z_]+=[\w.-]+)*)\})?""",
    re.VERBOSE,
)


class BadMark(KbError):
    """A derivation or check that is not marked as the machine needs it."""

    def __init__(
        self, name: str, found: str, expected: str, remedy: str = "correct the decorator or the parameters"
    ) -> None:
        super().__init__(f"{name}: {found}; expected {expected}; {remedy}")


class Relation(StrEnum):
    """What a derivation says of the attribute it gives."""

    EQUALS = "equals"
    AT_MOST = "at most"
    AT_LEAST = "at least"

    @property
    def limit(self) -> str:
        """What to put before a value that it bounds; nothing where it gives the value itself."""
        return "" if self is Relation.EQUALS else f"{self} "


@dataclass(frozen=True, slots=True)
class Slot:
    """One attribute of the anchor, or of what links lead to from it."""

    name: str
    attribute: str
    links: tuple[str, ...] = ()
    pins: dict[str, str] = field(default_factory=dict)
    each: bool = False

    @staticmethod
    def read(name: str, text: str, where: str) -> Slot:
        """The slot that the text describes; raises BadMark."""
        match = SLOT.fullmatch(text)
        if match is None:
            raise BadMark(
                where, f"{name}={text!r}", "'link>attribute{key=value}' such as 'on>chip.peak{precision=fp16}'"
            )
        if match["each"] and not match["links"]:
            raise BadMark(where, f"{name}={text!r}", "a link behind 'each', such as 'each base>training.compute'")
        pins = dict(pair.strip().split("=") for pair in (match["pins"] or "").split(",") if pair)
        links = tuple(link for link in match["links"].split(">") if link)
        return Slot(name, match["attribute"], links, pins, bool(match["each"]))


@dataclass(frozen=True, slots=True)
class Derivation:
    """A function with the attribute it gives and the attributes it takes."""

    name: str
    topic: str
    function: Callable[..., Any]
    gives: Slot
    takes: tuple[Slot, ...]
    relation: Relation = Relation.EQUALS
    where: dict[str, str] = field(default_factory=dict)
    unless: str | None = None

    @property
    def title(self) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]

    @property
    def reference(self) -> str:
        """Where the formula is from."""
        text = inspect.getdoc(self.function) or ""
        found = re.search(r"^Reference: (.+?)(?:\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
        return " ".join(found[1].split()) if found else ""

    @property
    def formula(self) -> tape.Tape:
        """What the function does, recorded."""
        return tape.record(self.function, [slot.name for slot in self.takes])


def derivation(gives: str, *, where: str = "", unless: str = "", **takes: str) -> Callable[[F], F]:
    """Mark a plain function as a derivation.

    gives: the attribute it computes, ``at most `` or ``at least `` before it for a bound; where: own keys that the
    anchor must have (``stage=training``, which takes in what the value holds); unless: an attribute whose presence
    forbids it; takes: for each parameter, the attribute that fills it. Raises BadMark, or Branching for a function that
    branches.
    """

    def mark(function: F) -> F:
        name = function.__name__
        parameters = list(inspect.signature(function).parameters)
        if parameters != list(takes):
            lacking = [p for p in parameters if p not in takes]
            hint = did_you_mean(lacking[0], [p for p in takes if p not in parameters]) if lacking else ""
            raise BadMark(
                name,
                f"parameters {parameters} against marks {list(takes)}{hint}",
                "the same names in the same order",
            )
        relation = next((each for each in Relation if each.limit and gives.startswith(each.limit)), Relation.EQUALS)
        made = Derivation(
            name=name,
            topic=function.__module__.rpartition(".")[2],
            function=function,
            gives=Slot.read("gives", gives.removeprefix(relation.limit), name),
            takes=tuple(Slot.read(parameter, text, name) for parameter, text in takes.items()),
            relation=relation,
            where=_where(name, where),
            unless=unless or None,
        )
        str(made.formula)  # records it once: a function that branches is refused here, not when it is first used
        function.derivation = made  # type: ignore[attr-defined]  # functions take attributes
        return function

    return mark


def _where(name: str, text: str) -> dict[str, str]:
    """The own keys that an anchor must have."""
    pairs = [pair.strip().split("=") for pair in text.split(",") if pair]
    if any(len(pair) != 2 for pair in pairs):
        raise BadMark(name, f"where={text!r}", "'key=value' such as 'stage=training'")
    return {pair[0]: pair[1] for pair in pairs}


def check(function: F) -> F:
    """Mark a function of the evidence as a check: a question; the first line of its docstring is what users read."""
    if not (inspect.getdoc(function) or "").strip():
        raise BadMark(function.__name__, "no docstring", "a first line that says what the finding means")
    function.check = True  # type: ignore[attr-defined]  # functions take attributes
    return function


def sqrt(value: Any) -> Any:
    """The square root of a float, column, interval, tape or quantity."""
    return value**0.5
