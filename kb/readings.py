"""The rows of a claim: one for each reading of what its words leave open.

Silence on a scope key is not a wildcard: the vocabulary says which few values it can stand for (BINDING, section b).
A row depends on the claim and the vocabulary alone, so rows can be kept and need no other claim to be made.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple, TypeAlias

from kb.model import Claim, Mode, Standing, ValueKind
from kb.quantity import Meaning, read
from kb.units import Units
from kb.vocabulary import Attribute, Key, KeyRule, Parts, Vocabulary

ALL = 0xFFFFFFFF  # a key that says nothing about this attribute


Span: TypeAlias = tuple[float, float, float, float]  # core and tolerances


class Row(NamedTuple):
    """One reading of one quantity: its scope as bits, its core and its tolerances in the attribute's unit."""

    masks: tuple[int, ...]  # one for each key of the vocabulary
    lo: float
    hi: float
    below: float
    above: float
    first: int  # bit k: key k was silent and takes the first value that the rest can meet
    open: int  # bit k: key k was silent and this row is one of several readings
    silent: int  # bit k: key k was silent and a list of the vocabulary speaks for it


class Cell(NamedTuple):
    """The scope part of a row."""

    masks: tuple[int, ...]
    first: int
    open: int
    silent: int


class Readings:
    """Reads quantities by one vocabulary; what repeats, a figure of an attribute or a scope, is read once."""

    def __init__(self, vocabulary: Vocabulary, units: Callable[[], Units]) -> None:
        self.vocabulary = vocabulary
        self.units = units  # when there is a quantity: they are slow to make
        self.cells: dict[Hashable, list[Cell]] = {}
        self.spans: dict[Hashable, list[Span]] = {}

    def rows(self, claim: Claim) -> list[Row]:
        """Every reading of a quantity; empty for other values. Raises Unreadable, UnknownUnit, UnitMismatch."""
        if claim.value.kind is not ValueKind.QUANTITY:
            return []
        attribute = self.vocabulary.attribute(claim.attribute)
        figure = claim.value.text, attribute.id, claim.than is None, exact(claim), claim.standing is None, claim.slack
        if (spans := self.spans.get(figure)) is None:
            meant = meanings(claim, attribute, self.units())
            spans = [tolerance(claim, meaning, factor, attribute.positive) for meaning, factor in meant]
            self.spans[figure] = spans
        scope = attribute.id, *claim.scope.items()
        if (found := self.cells.get(scope)) is None:
            found = self.cells[scope] = list(cells(attribute, claim.scope, self.vocabulary))
        return [Row(cell.masks, *span, cell.first, cell.open, cell.silent) for cell in found for span in spans]


def exact(claim: Claim) -> bool:
    """Whether figures of a claim are stipulated, so that their digits leave no room."""
    return claim.mode is Mode.PREMISE or claim.standing is Standing.HARD


def meanings(claim: Claim, attribute: Attribute, units: Units) -> list[tuple[Meaning, float]]:
    """What the written words can stand for, each with the factor into the attribute's unit."""
    written = read(claim.value.text, count=attribute.count and claim.than is None, exact=exact(claim))
    factor = units.factor(written.unit, "1" if claim.than is not None else attribute.unit)
    return [(meaning, factor) for meaning in written.meanings]


def tolerance(claim: Claim, meaning: Meaning, factor: float, positive: bool) -> Span:
    """Core and tolerances in the attribute's unit; what is said to be good within a factor has that width."""
    lo, hi = float(meaning.lo) * factor, float(meaning.hi) * factor
    below, above = meaning.below, meaning.above
    if positive and claim.standing is None and math.isinf(lo):  # "at most 40" of something that cannot be negative
        lo = 0.0
    if lo <= 0:  # an absolute tolerance scales with the unit
        below, above = below * factor, above * factor
    if claim.slack is not None:
        return lo, hi, math.log(claim.slack), math.log(claim.slack)
    return lo, hi, below, above


def cells(attribute: Attribute, scope: dict[str, str], vocabulary: Vocabulary) -> Iterator[Cell]:
    """The scopes that these words can mean: one, or one for each combination of open keys."""
    choices = [choice(key, attribute.keys.get(name), scope.get(name)) for name, key in vocabulary.keys.items()]
    for picked in itertools.product(*(choice.masks for choice in choices)):
        yield Cell(
            picked,
            sum(1 << column for column, c in enumerate(choices) if c.how == "first"),
            sum(1 << column for column, c in enumerate(choices) if len(c.masks) > 1),
            sum(1 << column for column, c in enumerate(choices) if c.how),
        )


class Choice(NamedTuple):
    """What one key can be, and which list of the vocabulary said so."""

    masks: tuple[int, ...]
    how: str = ""


def choice(key: Key, rule: KeyRule | None, said: str | None) -> Choice:
    """The masks that a key can have: as said, or as the vocabulary reads silence."""
    if rule is None:
        return Choice((ALL,))
    within = key.mask(key.inside(rule.only)) if rule.only else key.everything
    if said == "undisclosed":
        return Choice(tuple(1 << bit for value, bit in key.order.items() if within >> bit & 1), "undisclosed")
    if said is not None:
        return Choice((key.mask(key.inside(said)) if rule.parts is Parts.SAME else key.mask([said]),))
    if rule.silent is None:
        root = rule.only or key.root
        return Choice((within if rule.parts is Parts.SAME or root is None else key.mask([root]),))
    if rule.silent.either:
        return Choice(tuple(key.mask([value]) for value in rule.silent.either), "either")
    how = "first" if rule.silent.first else "together"
    return Choice((key.mask(rule.silent.values),), how)
