"""The network of quantities that all strong applications tie together: what must hold of them at once.

A variable is what one row is about: a stated one, whose claim bounds it, or an implied one, which nobody bounds. A
reference is a variable of its own in each source, so that what two sources say stays apart. An application that rests
on a weak assumption ties nothing. Where one of several figures of a reference may be meant (the variants of a family,
the number formats of a chip), its variable can be any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np

from kb.applications import TOTAL, Lot
from kb.arrays import joined
from kb.bind import Bound
from kb.columns import MODES, Floats, Ints
from kb.errors import KbError
from kb.families import mixture_of_parts
from kb.interval import SLACK
from kb.joint.rows import Signed, Template, compiled, slackened
from kb.marks import Relation
from kb.model import SUPPOSED
from kb.notes import WEAK, Note
from kb.plan import Plan
from kb.rowtable import NONE
from kb.tape import record
from kb.verdicts import Judged, cells, limiting

LIMIT = 276.0  # the logarithm of 1e120: further out than anything real
UNBOUNDED = 0.7 * LIMIT  # what is bounded by nothing but the ends of all numbers, after some steps, is not bounded
EXPONENTS = {Relation.EQUALS: 0, Relation.AT_MOST: -1, Relation.AT_LEAST: 1}  # of a slack that is at least 1


@dataclass(frozen=True, slots=True)
class Block:
    """Applications of one formula: a variable in each place of its template, line by line."""

    template: Template
    variables: Ints  # shape (lines, template.size)
    lot: int
    lines: Ints  # of the lot

    def __len__(self) -> int:
        return len(self.variables)


@dataclass
class Network:
    """All variables and what ties them; bounds are logarithms, widths those that one unit of stretch adds."""

    judged: Judged
    blocks: list[Block]
    rows: Ints  # of each variable, -1 for one in between
    low: Floats
    high: Floats
    below: Floats
    above: Floats
    by: Ints  # the stated row that bounds it, or one of several
    least: Floats  # what a definition allows
    most: Floats
    limit: Ints  # the row of that definition
    alone: dict[str, str]  # derivations that tie nothing, and why

    def derivation(self, block: int) -> str:
        """The name of the derivation whose applications a block holds."""
        plan = self.judged.bound.made.lots[self.blocks[block].lot].plan
        return "total" if plan == TOTAL else self.judged.bound.plans[plan].derivation.name

    @cached_property
    def component(self) -> Ints:
        """For each variable the least one that it is tied to, over however many applications."""
        label = np.arange(len(self.rows))
        while True:
            before = label.copy()
            for block in self.blocks:
                least = label[block.variables].min(axis=1)
                np.minimum.at(label, block.variables.ravel(), np.repeat(least, block.template.size))
            label = label[label]
            if (label == before).all():
                return label


def network(judged: Judged) -> Network:
    """The network of everything that was judged."""
    return Weaver(judged).network()


class Weaver:
    """One weaving: rows become variables as applications need them.

    A variable has a key until all are known: an ordinary row its number, a reference one for each world, what can be
    one of several references one for each anchor, and what stands in between one of its own.
    """

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.bound = judged.bound
        self.table = judged.bound.table
        self.columns = judged.bound.table.columns
        self.rows = self.columns.rows
        self.alone: dict[str, str] = {}
        self.alias = np.arange(len(self.table))  # the row that stands for each: variants of one family are one
        self.worlds = self.table.references + 1
        self._templates: dict[tuple[int, int, bool], Template | None] = {}
        self._apart = self._alternatives()
        self._bounds: list[tuple[Ints, Ints, Floats]] = []  # keys, rows, and the four figures that bound each
        self._inner = -2  # the key of the next variable in between

    def network(self) -> Network:
        """Every lot as a block, then variables numbered and bounded."""
        woven = [
            found
            for number, lot in enumerate(self.bound.made.lots)
            if len(lot) and (found := self._block(number, lot)) is not None and len(found)
        ]
        every = joined([block.variables.ravel() for block in woven], np.int64)
        keys, inverse = np.unique(every, return_inverse=True)
        starts = np.cumsum([0, *(block.variables.size for block in woven)])
        blocks = [
            Block(b.template, inverse[start : start + b.variables.size].reshape(b.variables.shape), b.lot, b.lines)
            for b, start in zip(woven, starts[:-1], strict=True)
        ]
        figures = self._figures(keys)
        rows = np.where((keys >= 0) & (keys < len(self.table)), keys, NONE)
        return Network(self.judged, blocks, rows, *figures, *self._limits(rows), self.alone)

    # ------------------------------------------------------------------------------------------ one lot

    def _block(self, number: int, lot: Lot) -> Block | None:
        """The strong applications of a lot, with a key in each place of their template."""
        template = self._template(lot)
        if template is None:
            return None
        filled = self._filled(lot)
        strong = ((lot.notes & np.uint32(WEAK)) == 0) & self._positive(filled) & ~self._supposed_apart(lot)
        strong &= ~self._rests_on_open(lot)
        lines = np.flatnonzero(strong & ~self._apart[number] if number in self._apart else strong)
        filled, keys = filled[lines], self._keys(lot, lines, filled[lines])
        first = self._merged(lot, lines, filled, keys)
        lines, filled, keys = lines[first], filled[first], keys[first]
        inner = template.size - keys.shape[1]
        between = self._inner - np.arange(len(lines) * inner).reshape(len(lines), inner)
        self._inner -= len(lines) * inner
        if inner and template.slack:
            self._slacken(lot, lines, between[:, -1])
        return Block(template, np.concatenate([keys, between], axis=1), number, lines)

    def _rests_on_open(self, lot: Lot) -> np.ndarray:
        """Whether a claim behind each line can be meant in several ways: only for one of them does the formula hold.

        To leave that claim unbounded is not enough: two formulas that share one of its readings would tie all others.
        """
        rows = np.column_stack([lot.past, lot.slots])
        stated = (rows >= 0) & (rows < self.table.stated)
        if not self.table.stated:
            return np.zeros(len(lot), bool)
        return np.asarray((stated & self._open(np.where(stated, rows, 0))).any(axis=1))

    def _supposed_apart(self, lot: Lot) -> np.ndarray:
        """Whether what is stated is said for the sake of an argument of which no input is a part."""
        output, past = lot.slots[:, -1], lot.past
        stated = (output >= 0) & (output < self.table.stated) & (lot.plan != TOTAL)
        beside = (past >= 0) & (past != output[:, None])
        return np.asarray(stated & self._supposed[output] & ~(beside & self._supposed[past]).any(axis=1))

    @cached_property
    def _supposed(self) -> np.ndarray:
        """Whether each row is one of a claim that is only supposed."""
        modes = [number for number, mode in enumerate(MODES) if mode in SUPPOSED]
        found = np.zeros(len(self.table), bool)
        found[: self.table.stated] = np.isin(self.columns.claims.mode[self.rows.claim], modes)
        return found

    def _template(self, lot: Lot) -> Template | None:
        """The rows of a lot's formula; None, with the reason noted, where it has none."""
        rounded = lot.plan != TOTAL and not lot.implying and self._counts(self.bound.plans[lot.plan])
        key = lot.plan, lot.slots.shape[1], rounded
        if key not in self._templates:
            self._templates[key] = self._compiled(lot, rounded)
        return self._templates[key]

    def _compiled(self, lot: Lot, rounded: bool) -> Template | None:
        try:
            return template_of(self.bound, lot, rounded=rounded)
        except (Signed, NoFormula) as error:
            self.alone[self.bound.plans[lot.plan].derivation.name] = str(error)
            return None

    @staticmethod
    def _counts(plan: Plan) -> bool:
        """Whether what a derivation gives is told in whole numbers."""
        return plan.gives.attribute.integer and not plan.factor and plan.derivation.relation is Relation.EQUALS

    def _filled(self, lot: Lot) -> Ints:
        """The row in each slot, the implied one where a slot was empty."""
        if lot.plan == TOTAL:
            return np.column_stack([lot.slots, lot.result])
        filled = lot.slots.copy()
        if lot.implying:
            filled[:, lot.solved] = lot.result  # the last slot when going forward
        return filled

    def _positive(self, filled: Ints) -> np.ndarray:
        """Whether every figure of each line can be positive, and none negative."""
        stated = (filled >= 0) & (filled < self.table.stated)
        known = np.where(stated, filled, 0)
        fine = (self.rows.lo[known] >= 0) & (self.rows.hi[known] > 0) if self.table.stated else stated
        return np.asarray((fine | ~stated).all(axis=1) & (filled >= 0).all(axis=1))

    def _keys(self, lot: Lot, lines: Ints, filled: Ints) -> Ints:
        """The key of the variable in each place; bounds of references are noted."""
        keys = self.alias[filled]
        line, place = np.nonzero(self.table.world[filled] == self.table.references)
        rows, world = filled[line, place], lot.world[lines][line].astype(np.int64)
        narrow = (lot.notes[lines] & np.uint32(Note.NARROWER))[line] != 0
        own = len(self.table) * (1 + world) + rows
        shared = self.table.place(world, lot.anchor[lines][line].astype(np.int64))
        attribute = self.table.attribute[rows].astype(np.int64)
        several = len(self.table) * (1 + self.worlds) + attribute * self.worlds * self.table.entities + shared
        keys[line, place] = np.where(narrow, several, own)
        self._note(keys[line, place], rows, self._reference(rows))
        return keys

    def _merged(self, lot: Lot, lines: Ints, filled: Ints, keys: Ints) -> Ints:
        """The first of the lines that became one; what the others imply is what the first implies."""
        if not len(lines):
            return lines
        empty = lot.solved if lot.plan != TOTAL else -1
        given = np.delete(keys, empty, axis=1) if lot.implying else keys
        _, first, inverse = np.unique(given, axis=0, return_index=True, return_inverse=True)
        if lot.implying:
            result = filled[:, empty]
            self.alias[result] = result[first][inverse.reshape(-1)]
            keys[:, empty] = self.alias[result]
        return np.sort(first)

    def _slacken(self, lot: Lot, lines: Ints, slack: Ints) -> None:
        """Bounds how far what is stated may lie from what is due: on one side, or by one in whole numbers."""
        relation = self.bound.plans[lot.plan].derivation.relation
        low, high = np.zeros(len(lines)), np.full(len(lines), LIMIT)
        if relation is Relation.EQUALS:
            due = np.asarray(self.judged.evaluator.due(lot, lines).lo)
            share = np.minimum(1 / np.maximum(due, 1.0), 1 - SLACK)  # by which one more or less changes it at most
            low, high = np.log1p(-share), np.log1p(share)
            low[due <= 1], high[due <= 1] = -LIMIT, LIMIT
        still = np.zeros(len(lines))
        self._note(slack, np.full(len(slack), NONE), np.stack([low, high, still, still], axis=1))

    # ------------------------------------------------------------------------------------------ bounds

    def _note(self, keys: Ints, rows: Ints, figures: Floats) -> None:
        self._bounds.append((keys, rows, figures))

    def _reference(self, rows: Ints) -> Floats:
        """What bounds each reference: its figure, and all others of the same thing, of which another may be meant."""
        figures = self._stated(rows)
        for row in np.unique(rows).tolist():
            if beside := self.judged.excuses.beside(row):
                figures[rows == row] = hull(self._stated(np.array([row, *beside])))
        return figures

    def _stated(self, rows: Ints) -> Floats:
        """The logarithms of both ends of stated rows, and how far one unit of stretch moves them."""
        with np.errstate(divide="ignore"):
            low = np.maximum(np.log(np.maximum(self.rows.lo[rows], 0)), -LIMIT)
            high = np.minimum(np.log(self.rows.hi[rows]), LIMIT)
        return np.stack([low, high, self.rows.below[rows], self.rows.above[rows]], axis=1)

    def _figures(self, keys: Ints) -> tuple[Floats, Floats, Floats, Floats, Ints]:
        """The bounds of each variable: those noted, those of stated rows, and none; and the row that they are of."""
        figures = np.tile(np.array([-LIMIT, LIMIT, 0.0, 0.0]), (len(keys), 1))
        by = np.full(len(keys), NONE, np.int64)
        stated = np.flatnonzero((keys >= 0) & (keys < self.table.stated))
        single = stated[~self._open(keys[stated])]
        figures[single], by[single] = self._stated(keys[single]), keys[single]
        noted = joined([each for each, _, _ in self._bounds], np.int64)
        if len(noted):
            rows, told = (
                joined([each for _, each, _ in self._bounds], np.int64),
                joined([f for *_, f in self._bounds], np.float64),
            )
            at = np.minimum(np.searchsorted(keys, noted), len(keys) - 1)
            used = np.flatnonzero(keys[at] == noted)  # those of lines that were left out are not
            at, told = at[used], told[used]
            by[at], figures[at] = rows[used], [LIMIT, -LIMIT, 0.0, 0.0]
            np.minimum.at(figures[:, 0], at, told[:, 0])
            for column in (1, 2, 3):
                np.maximum.at(figures[:, column], at, told[:, column])
        low, high, below, above = figures.T
        return low, high, below, above, by

    def _open(self, rows: Ints) -> np.ndarray:
        """Whether the claim of each stated row can be meant in several ways, so that no row of it is certain."""
        return np.asarray(self._many[self.rows.claim[rows]])

    @cached_property
    def _many(self) -> np.ndarray:
        """Whether each claim has several readings."""
        factor = self.columns.claims.than[self.rows.claim] >= 0
        mine = self.table.usable[: self.table.stated] | factor
        return np.bincount(self.rows.claim[mine], minlength=len(self.columns.claims.kind)) > 1

    def _limits(self, rows: Ints) -> tuple[Floats, Floats, Ints]:
        """What definitions allow of each variable, as logarithms, and the row that says so; of a cell with one row."""
        low, high, by = np.full(len(rows), -LIMIT), np.full(len(rows), LIMIT), np.full(len(rows), NONE)
        known = np.flatnonzero(rows >= 0)
        claim = self.table.claim[rows[known]]
        factor = (claim >= 0) & (self.columns.claims.than[claim] >= 0)
        cell = cells(self.table, rows[known])
        _, inverse, count = np.unique(cell, return_inverse=True, return_counts=True)
        known = known[(count[inverse.reshape(-1)] == 1) & ~factor]
        for limit in np.flatnonzero(limiting(self.table)).tolist():
            mine = known[self.table.attribute[rows[known]] == self.table.attribute[limit]]
            low[mine] = np.maximum(low[mine], self._stated(np.array([limit]))[0, 0])
            high[mine] = np.minimum(high[mine], self._stated(np.array([limit]))[0, 1])
            by[mine] = limit
        return low, high, by

    # ------------------------------------------------------------------------------------------ alternatives

    def _alternatives(self) -> dict[int, np.ndarray]:
        """The lines of each lot that are one of several which need not hold together.

        A comparison fits when any of its readings does. Readings of one claim are bounded nowhere, so that all of them
        can stand; what rests on different claims can not.
        """
        c = self.judged.comparisons
        if not len(c.lot):
            return {}
        past = c.past
        claims = np.where(past >= 0, self.table.claim[np.maximum(past, 0)], NONE)
        referred = (past >= 0) & (self.table.world[np.maximum(past, 0)] == self.table.references)
        claims[referred & ((c.notes & np.uint32(Note.NARROWER)) != 0)[:, None]] = NONE
        claims = np.sort(claims, axis=1)
        claims[:, 1:][claims[:, 1:] == claims[:, :-1]] = NONE
        _, kind = np.unique(np.sort(claims, axis=1), axis=0, return_inverse=True)
        kind = kind.reshape(-1)
        most, least = np.full(len(c.starts), NONE), np.full(len(c.starts), len(kind))
        np.maximum.at(most, c.group, kind)
        np.minimum.at(least, c.group, kind)
        apart = most[c.group] != least[c.group]
        found = {}
        for number in np.unique(c.lot[apart]).tolist():
            mine = np.zeros(len(self.bound.made.lots[number]), bool)
            mine[c.line[apart & (c.lot == number)]] = True
            found[number] = mine
        return found


class NoFormula(KbError):
    """A derivation that says between what a value lies, not what it is."""

    def __init__(self) -> None:
        super().__init__("it says between what a mean of parts lies, which is no formula")


def template_of(bound: Bound, lot: Lot, *, rounded: bool = False) -> Template:
    """The rows of a lot's formula, with slack where it sets a limit or, rounded, where whole numbers are told.

    Raises Signed, NoFormula.
    """
    if lot.plan == TOTAL:
        return template_of_total(lot.slots.shape[1])
    plan = bound.plans[lot.plan]
    if plan.derivation.function is mixture_of_parts:
        raise NoFormula
    names = tuple(slot.name for slot in plan.derivation.takes)
    template = template_of_function(plan.derivation.function, names, plan.gives.attribute.positive)
    exponent = EXPONENTS[plan.derivation.relation]
    return slackened(template, exponent or 1) if exponent or rounded else template


@cache
def template_of_total(count: int) -> Template:
    """The rows of a sum of so many parts."""
    names = [f"part_{i}" for i in range(count)]
    return compiled(record(lambda *parts: sum(parts[1:], parts[0]), names), names)


@lru_cache(maxsize=1024)  # the derivations of a house, and those of tests
def template_of_function(function: Callable[..., Any], names: tuple[str, ...], positive: bool) -> Template:
    """The rows of what a function computes: compiled once, since fractions are slow. Raises Signed."""
    return compiled(record(function, names), names, positive=positive)


def hull(figures: Floats) -> Floats:
    """Bounds that hold all of some bounds."""
    return np.array([figures[:, 0].min(), figures[:, 1].max(), figures[:, 2].max(), figures[:, 3].max()])
