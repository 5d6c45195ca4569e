"""What excuses a value beyond a definition: another figure of a reference that nobody has said to be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from kb.columns import Ints
from kb.evaluate import Evaluator
from kb.interval import SLACK
from kb.readings import ALL
from kb.repairs import Nominal


class Excuses:
    """Values of one binding, seen with other figures of the references behind them."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.table = evaluator.table
        self.columns = evaluator.table.columns
        self.nominal = Nominal(evaluator)
        self._others: dict[int, list[int]] = {}

    def excused(self, row: int, limit: int) -> bool:
        """Whether a value would be allowed by another figure of a reference that nobody has said to be the wrong one.

        A share of a peak rate is told of the usual number format; a run that nobody says is in that format may be in
        one for which its chip has a higher peak.
        """
        if row < self.table.stated:
            return False
        allowed, wide, usual = self.evaluator.one(limit), self.evaluator.one(row), self.nominal.value(row)
        past = self.table.past(np.array([row]))[0]
        for other, instead in self._alternatives(past[past >= 0]):
            factor = self.nominal.value(row, {other: instead}) / usual
            if wide.lo * factor <= allowed.hi * (1 + SLACK) and wide.hi * factor >= allowed.lo:
                return True
        return False

    def _alternatives(self, past: Ints) -> Iterator[tuple[int, float]]:
        """For each reference among some stated rows, what else references say of the same thing in another scope.

        Only along keys that are usually read in one way, and that no other row speaks of.
        """
        referred = self.table.world[past] == self.table.references
        ordinary = past[~referred]
        for row in past[referred].tolist():
            keys = self._keys[self.table.attribute[row]]
            silent = (self.columns.rows.silent[ordinary, None] >> np.array(keys, np.uint32)) & 1 == 1
            if keys and not ((self.table.masks[ordinary][:, keys] != ALL) & ~silent).any():
                for other in self.beside(row):
                    yield int(self.table.claim[row]), self.nominal.middle(other)

    @cached_property
    def _keys(self) -> list[list[int]]:
        """The columns of the keys of each attribute."""
        order = self.columns.vocabulary.key_order
        return [[order[key] for key in attribute.keys] for attribute in self.columns.vocabulary.attributes.values()]

    def beside(self, row: int) -> list[int]:
        """The other rows in which references say something of the same attribute and subject as one of them."""
        table = self.table
        if row not in self._others:
            rows = table.rows_of(int(table.attribute[row]))
            same = (rows < table.stated) & (rows != row) & (table.subject[rows] == table.subject[row])
            self._others[row] = rows[same & (table.world[rows] == table.references)].tolist()
        return self._others[row]
