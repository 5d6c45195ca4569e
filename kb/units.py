"""The one door to pint: an empty registry with the vocabulary's own units, and a table of factors."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pint

from kb.errors import KbError


class UnknownUnit(KbError):
    """A unit expression with a word that the vocabulary does not define."""

    def __init__(self, unit: str, reason: str) -> None:
        super().__init__(
            f"unit {unit!r} ({reason}); expected an expression of the vocabulary's units such as USD/(device*h); define it under units: or correct it"
        )
        self.unit = unit


class UnitMismatch(KbError):
    """A unit of the wrong dimension."""

    def __init__(self, unit: str, dimension: str, wanted: str, wanted_dimension: str) -> None:
        super().__init__(
            f"unit {unit or '1'!r} has dimension {dimension}; expected {wanted or '1'!r} with dimension {wanted_dimension}; correct the unit or the attribute"
        )
        self.unit = unit


class Units:
    """Conversions between the units that some definition lines (pint's own syntax) define."""

    def __init__(self, definitions: Iterable[str] = ()) -> None:
        self.registry: Any = pint.UnitRegistry(None, cache_folder=None, on_redefinition="raise")
        for line in definitions:
            try:
                self.registry.define(line)
            except Exception as error:  # pint raises many kinds here, some of them bare
                raise UnknownUnit(line, f"not a definition: {error}") from None
        self.factor = lru_cache(maxsize=None)(self._factor)

    def _parse(self, unit: str) -> Any:
        if unit in ("", "1"):
            return self.registry.Quantity(1.0, "")
        try:
            quantity = self.registry.Quantity(1.0, self.registry.parse_units(unit))
            quantity.to_root_units()  # a definition can lead nowhere, or in a circle
        except Exception as error:  # pint lets errors of its tokenizer through, some without a word
            reason = (str(error).splitlines() or [""])[0][:80]
            raise UnknownUnit(unit, reason or type(error).__name__) from None
        return quantity

    def _factor(self, unit: str, into: str) -> float:
        """What one `unit` is in `into`; raises UnknownUnit, UnitMismatch."""
        found, wanted = self._parse(unit), self._parse(into)
        if found.dimensionality != wanted.dimensionality:
            raise UnitMismatch(unit, str(found.dimensionality), into, str(wanted.dimensionality))
        return float((found.to_root_units() / wanted.to_root_units()).to_root_units().magnitude)

    def quantity(self, value: float, unit: str) -> Any:
        """A pint quantity, for tests of dimensions."""
        return value * self._parse(unit)
