"""Applications: one derivation bound to particular rows, kept in batches of one derivation each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.columns import Bits, Ints
from kb.marks import Relation
from kb.plan import Plan
from kb.readings import ALL
from kb.rowtable import HISTORY, NONE, Batch, RowTable, padded, union

TOTAL = -1  # in place of a derivation's number: the sum of a group slot


@dataclass(slots=True)
class Lot:
    """Applications of one derivation, made together."""

    plan: int  # index of the derivation's plan, TOTAL for a summed group
    start: int  # number of the first
    slots: Ints  # shape (applications, inputs + 1): a row for each input, then the output; -1 where empty
    solved: int  # the input that was solved, -1 when going forward
    implying: bool  # whether the empty slot's value is implied, not compared
    notes: Bits
    world: Ints
    anchor: Ints
    masks: Bits  # the scope of the output or of the solved input
    past: Ints  # stated rows behind each, padded with -1
    result: Ints = field(default_factory=lambda: np.empty(0, np.int64))  # the implied row of each

    def __len__(self) -> int:
        return len(self.slots)


@dataclass(frozen=True, slots=True)
class Applications:
    """What adding some applications gave: which lines were kept, and what is behind each."""

    lines: Ints
    number: Ints
    past: Ints
    origins: Ints
    solved: np.ndarray
    notes: Bits


class Made:
    """All applications of one binding run."""

    def __init__(self, table: RowTable, plans: Sequence[Plan]) -> None:
        self.table = table
        self.plans = plans
        self.lots: list[Lot] = []
        self.count = 0
        self._groups: dict[tuple[int, ...], tuple[int, int]] = {}

    def add(
        self,
        plan: int,
        slots: dict[int, Ints],
        notes: Bits,
        world: Ints,
        anchor: Ints,
        masks: Bits,
        solved: int,
        implying: bool = False,
    ) -> Applications | None:
        """Keep the applications that are new and no echo; None when there are none."""
        width = len(self.plans[plan].takes) + 1
        filled = np.full((len(anchor), width), NONE, np.int64)
        for position, rows in slots.items():
            filled[:, position] = rows
        past = union([self.table.past(filled[:, p]) for p in slots])
        code = self._code(plan, world, anchor)
        origins = union([code[:, None], *(self.table.came_from(filled[:, p]) for p in slots)])
        fresh = (
            ~self._echo(filled, slots, code, implying, self.plans[plan].derivation.relation)
            & self._short(past)
            & self._short(origins)
            & self._new(plan, solved, filled)
        )
        lines = np.flatnonzero(fresh)
        if not len(lines):
            return None
        lot = Lot(
            plan,
            self.count,
            filled[lines],
            solved,
            implying,
            notes[lines],
            world[lines],
            anchor[lines],
            masks[lines],
            past[lines],
        )
        self.lots.append(lot)
        self.count += len(lines)
        backward = np.zeros(len(lines), bool)
        for rows in slots.values():
            backward |= self.table.was_solved(rows[lines])
        return Applications(
            lines, np.arange(lot.start, self.count), past[lines], origins[lines], backward, notes[lines]
        )

    def imply(
        self,
        plan: int,
        slots: dict[int, Ints],
        notes: Bits,
        world: Ints,
        anchor: Ints,
        subject: Ints,
        masks: Bits,
        solved: int,
    ) -> None:
        """Keep applications with one slot empty and append the value that each implies."""
        made = self.add(plan, slots, notes, world, anchor, masks, solved, implying=True)
        if made is None:
            return
        reach = self.plans[plan].gives if solved < 0 else self.plans[plan].takes[solved]
        lines = made.lines
        self.lots[-1].result = self.table.append(
            Batch(
                attribute=np.full(len(lines), reach.number, np.int32),
                subject=subject[lines].astype(np.int32),
                world=world[lines].astype(np.int32),
                holder=np.full(len(lines), NONE, np.int32),
                masks=masks[lines],
                maker=made.number.astype(np.int32),
                history=padded(made.past).astype(np.int32),
                origins=padded(made.origins),
                solved=(made.solved | (solved >= 0)).astype(np.int32),
                notes=made.notes,
            )
        )

    def lot_of(self, number: int) -> tuple[Lot, int]:
        """The lot that holds an application, and its line there."""
        starts = [lot.start for lot in self.lots]
        lot = self.lots[int(np.searchsorted(starts, number, "right")) - 1]
        return lot, number - lot.start

    def group(self, rows: Ints, attribute: int, subject: int, world: int) -> tuple[int, int]:
        """The row that sums some rows, and its notes; made once."""
        key = (subject, world, *(int(row) for row in np.sort(rows)))
        if key not in self._groups:
            filled = np.sort(rows)[None, :].astype(np.int64)
            masks = np.bitwise_and.reduce(self.table.masks[rows], axis=0)[None, :]
            past = union([self.table.past(filled[:, p]) for p in range(filled.shape[1])])
            origins = union([self.table.came_from(filled[:, p]) for p in range(filled.shape[1])])
            notes = np.bitwise_or.reduce(self.table.notes[rows])
            one = np.array([0])
            lot = Lot(TOTAL, self.count, filled, -1, True, notes[None], one + world, one + subject, masks, past)
            lot.result = self.table.append(
                Batch(
                    attribute=(one + NONE).astype(np.int32),  # found through the group slot only
                    subject=(one + subject).astype(np.int32),
                    world=(one + world).astype(np.int32),
                    holder=(one + NONE).astype(np.int32),
                    masks=np.where(masks == 0, np.uint32(ALL), masks),
                    maker=(one + self.count).astype(np.int32),
                    history=padded(past).astype(np.int32),
                    origins=padded(origins),
                    solved=self.table.was_solved(rows).any()[None].astype(np.int32),
                    notes=notes[None],
                )
            )
            self.lots.append(lot)
            self.count += 1
            self._groups[key] = (int(lot.result[0]), int(notes))
        return self._groups[key]

    def _code(self, plan: int, world: Ints, anchor: Ints) -> Ints:
        """One integer for a derivation at an anchor."""
        worlds = self.table.references + 1
        return plan * worlds * self.table.entities + self.table.place(world, anchor)

    def _echo(self, filled: Ints, slots: dict[int, Ints], code: Ints, implying: bool, relation: Relation) -> np.ndarray:
        """Whether a value enters the application it came from, or completes one that holds what it was solved from."""
        echo = np.zeros(len(filled), bool)
        at_most = relation is Relation.AT_MOST  # a part made from the whole is no evidence about either
        for position in slots:
            rows = filled[:, position]
            echo |= (self.table.came_from(rows) == code[:, None]).any(axis=1)
            if implying or not (rows >= self.table.stated).any():
                continue
            others = [self.table.past(filled[:, p]) for p in slots if p != position]
            shared = (
                _overlap(self.table.past(rows), np.concatenate(others, axis=1)) if others else np.zeros(len(rows), bool)
            )
            output = position != filled.shape[1] - 1 and (filled[:, -1] < self.table.stated)
            holds_output = _overlap(self.table.past(rows), filled[:, -1:]) & output
            echo |= (self.table.was_solved(rows) & shared) | holds_output | (shared & at_most)
        return echo

    @staticmethod
    def _short(table: Ints) -> np.ndarray:
        """Whether each line fits the width that rows keep."""
        return (table[:, HISTORY:] == NONE).all(axis=1) if table.shape[1] > HISTORY else np.ones(len(table), bool)

    def _new(self, plan: int, solved: int, filled: Ints) -> np.ndarray:
        """Whether each line has not been made in an earlier sweep."""
        earlier = [lot.slots for lot in self.lots if lot.plan == plan and lot.solved == solved]
        if not earlier:
            return np.ones(len(filled), bool)
        known = {line.tobytes() for lot in earlier for line in lot}
        return np.array([line.tobytes() not in known for line in filled], bool)


def _overlap(left: Ints, right: Ints) -> np.ndarray:
    """Whether two tables padded with -1 share a value, line by line."""
    shared = np.zeros(len(left), bool)
    for column in range(left.shape[1]):
        value = left[:, column : column + 1]
        shared |= ((right == value) & (value != NONE)).any(axis=1)
    return shared
