"""Everything that was judged, with some stated figures moved: which comparisons would fail then, and which would fit.

Only the applications that rest on a moved figure are evaluated again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kb.columns import Floats, Ints
from kb.evaluate import Evaluator
from kb.excuses import Excuses
from kb.interval import SLACK
from kb.notes import WEAK
from kb.rowtable import NONE
from kb.verdicts import Judged, Result, cells, supposed_apart


@dataclass(frozen=True, slots=True)
class Turned:
    """What is judged otherwise once figures are moved."""

    failing: tuple[int, ...]  # groups that fit, and would fail: their best members as they were
    fitting: tuple[int, ...]  # groups that fail, and would fit: their numbers
    beyond: tuple[int, ...]  # rows that are within what definitions allow, and would not be
    within: tuple[int, ...]  # the numbers of breaches that would be none

    @property
    def breaks(self) -> bool:
        """Whether something would fail that fits now."""
        return bool(self.failing or self.beyond)


class Moving:
    """One knowledge base, asked what some moved figures would change."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.table = judged.bound.table
        self._known: dict[int, tuple[Ints, Ints]] = {}  # what definitions hold something against, by attribute

    def by(self, logarithms: Mapping[int, float]) -> Turned:
        """What changes if some stated rows are multiplied, each by the exponential of a number."""
        rows = self.table.columns.rows
        moved = np.fromiter(logarithms, np.int64, len(logarithms))
        factors = np.exp(np.fromiter(logarithms.values(), np.float64, len(logarithms)))
        low, high = rows.lo.copy(), rows.hi.copy()
        low[moved], high[moved] = low[moved] * factors, high[moved] * factors
        return self._turned(moved, low, high)

    def _turned(self, moved: Ints, low: Floats, high: Floats) -> Turned:
        columns = self.table.columns
        table = copy(self.table)
        table.columns = replace(columns, rows=replace(columns.rows, lo=low, hi=high))
        evaluator = Evaluator(replace(self.judged.bound, table=table))
        groups = self._groups(moved)
        fits, best = self._fit(evaluator, groups), self.judged.best[groups]
        fitted = self.judged.comparisons.stretch[best] <= 1
        broken = [member for member in best[fitted & ~fits].tolist() if self._accuses(member)]
        mended = groups[fits & (self.judged.results[groups] == Result.FAILS)]
        return Turned(tuple(broken), tuple(mended.tolist()), *self._bounded(evaluator, moved))

    # ------------------------------------------------------------------------------------------ comparisons

    @cached_property
    def _members(self) -> tuple[Ints, Ints]:
        """Stated rows in order, and beside each a comparison that rests on it or states it."""
        c = self.judged.comparisons
        rows = np.column_stack([c.past, np.where(c.output < self.table.stated, c.output, NONE)])
        member, column = np.nonzero(rows >= 0)
        row = rows[member, column]
        order = np.argsort(row, kind="stable")
        return row[order], member[order]

    def _groups(self, moved: Ints) -> Ints:
        """The groups of comparisons in which a moved row takes part."""
        rows, members = self._members
        spans = zip(np.searchsorted(rows, moved), np.searchsorted(rows, moved, "right"), strict=True)
        mine = [members[start:end] for start, end in spans]
        found = np.unique(self.judged.comparisons.group[np.concatenate(mine)]) if mine else np.empty(0, np.int64)
        firm: Ints = found[~self._weak[found]]
        return firm

    @cached_property
    def _weak(self) -> np.ndarray:
        """Whether each group rests on a weak assumption."""
        c = self.judged.comparisons
        found = np.zeros(len(c.starts), bool)
        np.logical_or.at(found, c.group, (c.notes & np.uint32(WEAK)) != 0)
        return found

    def _accuses(self, member: int) -> bool:
        """Whether a comparison that fails would accuse: all readings were looked at, and it is no mere supposition."""
        c = self.judged.comparisons
        claim, past = int(self.table.claim[c.output[member]]), c.past[member]
        if supposed_apart(self.table.columns, claim, {*self.table.claim[past[past >= 0]].tolist()} - {claim}):
            return False
        group = c.members(int(c.group[member]))
        seen = {*c.past[group].ravel().tolist(), *c.output[group].tolist()}
        return self.table.every_reading({row for row in seen if 0 <= row < self.table.stated})

    def _fit(self, evaluator: Evaluator, groups: Ints) -> np.ndarray:
        """Whether a reading of each group fits."""
        c = self.judged.comparisons
        fits = np.zeros(len(groups), bool)
        each = [c.members(int(group)) for group in groups]
        members = np.concatenate(each) if each else np.empty(0, np.int64)
        place = np.repeat(np.arange(len(groups)), [len(mine) for mine in each])
        for number in np.unique(c.lot[members]).tolist():
            mine = np.flatnonzero(c.lot[members] == number)
            lot, lines = self.judged.bound.made.lots[number], c.line[members[mine]]
            above, below = evaluator.gap(lot, lines, np.ones(len(lines)))
            np.logical_or.at(fits, place[mine], (above <= 0) & (below <= 0))
        return fits

    # ------------------------------------------------------------------------------------------ definitions

    @cached_property
    def _beyond(self) -> Mapping[tuple[int, int], int]:
        """The number of the breach that each row is in, with what it is held against."""
        breaches = enumerate(self.judged.breaches)
        return {(int(row), each.bound): number for number, each in breaches for row in each.rows}

    @cached_property
    def _resting(self) -> tuple[Ints, Ints]:
        """Stated rows in order, and beside each an implied one that rests on it."""
        line, column = np.nonzero(self.table.history >= 0)
        row = self.table.history[line, column].astype(np.int64)
        order = np.argsort(row, kind="stable")
        return row[order], line[order] + self.table.stated

    def _bounded(self, evaluator: Evaluator, moved: Ints) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Rows beyond a definition that are within it now, and the breaches that would be none."""
        rows, implied = self._resting
        spans = zip(np.searchsorted(rows, moved), np.searchsorted(rows, moved, "right"), strict=True)
        resting = np.unique(np.concatenate([moved, *(implied[start:end] for start, end in spans)]))
        held = [(limit, cell) for limit in self.judged.limits.tolist() for cell in self._cells(limit, resting)]
        if not held:
            return (), ()
        every = np.concatenate([cell for _, cell in held])
        value, at = evaluator.value(every, np.ones(len(every))), 0
        beyond: list[int] = []
        within: set[int] = set()
        for limit, cell in held:
            mine, at = slice(at, at + len(cell)), at + len(cell)
            known = {self._beyond[row, limit] for row in cell.tolist() if (row, limit) in self._beyond}
            if not self._out(np.asarray(value.lo)[mine], np.asarray(value.hi)[mine], limit):
                within |= known
            elif not known and self._firm(evaluator, cell, limit):
                beyond.append(int(cell[0]))
        return tuple(beyond), tuple(sorted(within))

    def _out(self, least: Floats, most: Floats, limit: int) -> bool:
        """Whether each of some values, with all rounding, is beyond what a definition allows."""
        low, high = (float(each[limit]) for each in (self.table.columns.rows.lo, self.table.columns.rows.hi))
        return bool(((least > high + SLACK * abs(high)) | (most < low - SLACK * abs(low))).all())

    def _cells(self, limit: int, resting: Ints) -> Iterator[Ints]:
        """What a definition holds something against: all readings of each that one of some rows is a reading of."""
        mine = resting[self.table.attribute[resting] == self.table.attribute[limit]]
        if not len(mine):
            return
        rows, cell = self._held(int(self.table.attribute[limit]))
        for each in np.unique(cells(self.table, mine)):
            start, end = np.searchsorted(cell, each), np.searchsorted(cell, each, "right")
            if end > start:
                yield rows[start:end]

    def _held(self, attribute: int) -> tuple[Ints, Ints]:
        """The rows of an attribute that sources say or imply, and what each is about, in the order of that."""
        if attribute not in self._known:
            mine = (self.table.attribute == attribute) & (self.table.world != self.table.references) & self.table.usable
            rows = np.flatnonzero(mine)
            cell = cells(self.table, rows)
            order = np.argsort(cell, kind="stable")
            self._known[attribute] = rows[order], cell[order]
        return self._known[attribute]

    def _firm(self, evaluator: Evaluator, rows: Ints, limit: int) -> bool:
        """Whether what is beyond a definition is so in every reading, by no weak assumption, and nothing excuses it."""
        past = {row for line in self.table.past(rows) for row in line.tolist() if row >= 0}
        weak = (self.table.notes[rows] & np.uint32(WEAK)).any()
        if weak or not self.table.every_reading(past):
            return False
        return not any(Excuses(evaluator).excused(row, limit) for row in rows.tolist())
