"""Claims held against what a definition or a data sheet says of the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from kb.columns import STANDINGS, Ints
from kb.evaluate import Evaluator
from kb.model import Standing
from kb.rowtable import among

ROOM = 2.0  # on all tolerances: only what is firmly apart is told


class Difference(NamedTuple):
    """A claim that no figure of its subject fits."""

    claim: int
    rows: Ints  # all its readings
    figure: int  # the row of a reference that it differs from
    pairs: tuple[tuple[int, int], ...]  # each reading with each figure that it is held against


class Facts:
    """The figures of references that cannot be otherwise, and what is said of the same things."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.table = evaluator.table
        self.looked_at = 0  # readings

    def differences(self) -> Iterator[Difference]:
        """Claims that differ from every figure that references have of the same thing in their scope.

        On a key that a claim does not word it is held against the figures of all scopes, the unusual ones among them.
        A claim of which some reading is about what no reference has a figure of is not held against any.
        """
        stated = self.table.usable[: self.table.stated]
        rows = np.flatnonzero(stated & (self.table.world[: self.table.stated] != self.table.references))
        for attribute in np.unique(self.table.attribute[self.figures]).tolist():
            mine = rows[self.table.attribute[rows] == attribute]
            home = np.full(len(mine), self.table.references)
            line, other = self.table.look(attribute, home, self.table.subject[mine])
            same = among(other, self.figures)
            line, other = mine[line[same]], other[same]
            silent = (self.table.columns.rows.silent[line, None] >> np.arange(self.table.masks.shape[1])) & 1 == 1
            meets = (silent | ((self.table.masks[line] & self.table.masks[other]) != 0)).all(axis=1)
            yield from self._apart(line[meets], other[meets])

    def _apart(self, rows: Ints, figures: Ints) -> Iterator[Difference]:
        """The claims of which no reading fits any figure, of pairs that can be compared."""
        self.looked_at += len(np.unique(rows))
        one, other = (self.evaluator.value(each, ROOM) for each in (rows, figures))
        apart = (np.asarray(one.lo) > np.asarray(other.hi)) | (np.asarray(one.hi) < np.asarray(other.lo))
        claims = self.table.claim[rows]
        for claim in np.setdiff1d(claims, claims[~apart]).tolist():
            mine = np.flatnonzero(claims == claim)
            readings = np.flatnonzero(self.table.usable[: self.table.stated] & (self.table.columns.rows.claim == claim))
            if np.isin(readings, rows[mine]).all():
                pairs = tuple(zip(rows[mine].tolist(), figures[mine].tolist(), strict=True))
                yield Difference(claim, readings, int(figures[mine[0]]), pairs)

    @cached_property
    def figures(self) -> Ints:
        """The rows of references that have a figure which cannot be otherwise."""
        columns = self.table.columns
        hard = [STANDINGS.index(each) for each in (Standing.HARD, Standing.HARD_IN_SCOPE)]
        stands = np.isin(columns.claims.standing[columns.rows.claim], hard)
        return np.flatnonzero(stands & self.table.usable[: self.table.stated])
