"""The one door to pint: an empty registry with the vocabulary's own units, and a table of factors."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pint

from kb.errors import LEAST_TYPED, KbError, first_line, nearest

NO_UNIT = "not made of names, *, / and **"
LONGEST = 200  # characters of a unit expression or a definition line
FOREIGN = r"'\"`\\;:!@,{}|&<>?~\x00-\x1f"  # pint passes over some of these, and over comments, without a word
# pint works powers out as it reads them, so that s**9**9**9 would keep it busy for years: one power of one word at a
# time, of two digits at most. A superscript is one more way of writing a power.
POWER = re.compile(r"(?<=[\w\]])\s*(?:\*\*|\^)\s*[+-]?[1-9]\d?(?![\w.]|\s*(?:\*\*|\^))")
WORD = re.compile(r"[^\W\d]\w*")
ANY_POWER = re.compile(r"\*\*|\^|[⁰¹²³⁴⁵⁶⁷⁸⁹]")


class UnknownUnit(KbError):
    """A unit expression with a word that the vocabulary does not define."""

    def __init__(self, unit: str, reason: str, hint: str = "") -> None:
        super().__init__(
            f"unit {_excerpt(unit)} ({reason}){hint}; expected an expression of the vocabulary's units such as "
            "USD/(device*h); define it under units: or correct it"
        )
        self.unit = unit


class UnitMismatch(KbError):
    """A unit of the wrong dimension."""

    def __init__(self, unit: str, dimension: str, wanted: str, wanted_dimension: str) -> None:
        super().__init__(
            f"unit {_excerpt(unit or '1')} has dimension {dimension}; "
            f"expected {_excerpt(wanted or '1')} with dimension {wanted_dimension}; correct the unit or the attribute"
        )
        self.unit = unit


class Units:
    """Conversions between the units that some definition lines (pint's own syntax) define."""

    def __init__(self, definitions: Iterable[str] = ()) -> None:
        self.names: list[str] = []
        self.registry: Any = pint.UnitRegistry(None, cache_folder=None, on_redefinition="raise")
        for line in definitions:
            _check(line, FOREIGN)
            try:
                self.registry.define(line)
            except Exception as error:  # pint raises many kinds here, some of them bare
                raise UnknownUnit(line, f"not a definition: {first_line(error, bare=NO_UNIT)}") from None
            name, _, *others = (part.strip() for part in f"{line.partition('#')[0]}=".split("="))
            if not name.endswith("-"):  # as a prefix does
                self.names += [each for each in (name, *others) if WORD.fullmatch(each)]
        self.factor = lru_cache(maxsize=None)(self._factor)

    def _parse(self, unit: str) -> Any:
        if unit in ("", "1"):
            return self.registry.Quantity(1.0, "")
        _check(unit, f"{FOREIGN}=#")
        try:
            quantity = self.registry.Quantity(1.0, self.registry.parse_units(unit))
            if quantity.to_root_units().magnitude <= 0:  # a definition can also lead nowhere, or in a circle
                raise ValueError("a unit is more than nothing")
        except Exception as error:  # pint lets errors of its tokenizer through, some without a word
            raise UnknownUnit(unit, first_line(error, bare=NO_UNIT), self._hint(unit)) from None
        return quantity

    def _hint(self, unit: str) -> str:
        """What may have been meant by the first word of a unit that is none: ``; did you mean 'param'?``."""
        like = next((self.like(word) for word in WORD.findall(unit) if not self._knows(word)), None)
        return f"; did you mean {like!r}?" if like else ""

    def _knows(self, word: str) -> bool:
        try:
            self.registry.parse_units(word)
        except Exception:  # see _parse
            return False
        return True

    def like(self, word: str) -> str | None:
        """The unit that may be meant by a word: the one of which it is a longer name or a plural, else a near one.

        >>> Units(["param = [param]", "hour = [time] = h"]).like("Parameters")
        'param'
        """
        longer = [each for each in self.names if len(each) >= LEAST_TYPED and _begins(word, each)]
        return max(longer, key=len) if longer else nearest(word, self.names)

    def _factor(self, unit: str, into: str) -> float:
        """What one `unit` is in `into`; raises UnknownUnit, UnitMismatch."""
        found, wanted = self._parse(unit), self._parse(into)
        if found.dimensionality != wanted.dimensionality:
            raise UnitMismatch(unit, str(found.dimensionality), into, str(wanted.dimensionality))
        try:
            factor = float((found.to_root_units() / wanted.to_root_units()).to_root_units().magnitude)
        except ZeroDivisionError:
            factor = 0.0
        if not 0 < factor < math.inf:
            raise UnknownUnit(unit, f"too large or too small to be told in {_excerpt(into or '1')}")
        return factor

    def quantity(self, value: float, unit: str) -> Any:
        """A pint quantity, for tests of dimensions."""
        return value * self._parse(unit)


def _begins(word: str, name: str) -> bool:
    return word.casefold().startswith(name.casefold())


def _check(text: str, foreign: str) -> None:
    """Raises UnknownUnit for what pint would overlook or take too long over."""
    if len(text) > LONGEST:
        raise UnknownUnit(text, f"{len(text):,} characters, at most {LONGEST} are read")
    if mark := re.search(f"[{foreign}]", text):
        raise UnknownUnit(text, f"{mark[0]!r} belongs to no unit")
    if ANY_POWER.search(POWER.sub("", text)):
        raise UnknownUnit(text, "a power that is not one or two digits behind one word, as in m**2")


def _excerpt(text: str) -> str:
    """The text in quotes, on one line; only its beginning when it is long."""
    return repr(text if len(text) <= 80 else f"{text[:60]}...")
