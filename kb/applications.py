"""Applications: one derivation bound to particular rows, kept in batches of one derivation each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from kb.columns import Bits, Ints
from kb.fillings import Fillings, LeftOuts, first_to_speak, holders
from kb.marks import Relation
from kb.plan import Plan
from kb.rowtable import HISTORY, NONE, Batch, RowTable, union

TOO_LONG = f"it rests on more than {HISTORY} readings or applications"
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


class Use(NamedTuple):
    """How a derivation is used, by all applications of a lot."""

    plan: int
    solved: int
    implying: bool


class Gives(NamedTuple):
    """Whose value applications imply: the number of the attribute, and a subject for each line."""

    attribute: int
    subject: Ints


class Behind(NamedTuple):
    """What some applications rest on, line by line."""

    filled: Ints  # a row for each input, then the output; NONE where empty
    past: Ints  # stated rows, padded
    origins: Ints  # codes of applications, padded; their own among them

    def take(self, lines: Ints) -> Behind:
        """Some of the lines, in that order."""
        return Behind(self.filled[lines], self.past[lines], self.origins[lines])


class Made:
    """All applications of one binding run."""

    def __init__(self, table: RowTable, plans: Sequence[Plan], left_out: LeftOuts) -> None:
        self.table = table
        self.plans = plans
        self.left_out = left_out
        self.lots: list[Lot] = []
        self.count = 0
        self._known: dict[tuple[int, int], set[bytes]] = {}
        self._unnamed: dict[tuple[int, int], list[tuple[Ints, Ints]]] = {}  # applications that are not among them yet
        self._groups: dict[bytes, int] = {}

    def add(self, plan: int, state: Fillings, masks: Bits) -> None:
        """Keep the comparisons that are new and no echo."""
        if len(state):
            behind = self._behind(plan, state)
            lines = self._fresh(plan, NONE, state, behind, False)
            self._keep(Use(plan, NONE, False), state.take(lines), behind.take(lines), masks[lines])

    def imply(self, plan: int, state: Fillings, subject: Ints, masks: Bits, solved: int = NONE) -> None:
        """Keep applications with one slot empty, and append the value that each implies about a subject."""
        if not len(state):
            return
        behind = self._behind(plan, state)
        lines = self._fresh(plan, solved, state, behind, True)
        lines = lines[first_to_speak(self.table, state.take(lines), subject[lines])]
        reach = self.plans[plan].gives if solved == NONE else self.plans[plan].takes[solved]
        state, behind = state.take(lines), behind.take(lines)
        self._keep(Use(plan, solved, True), state, behind, masks[lines], Gives(reach.number, subject[lines]))

    def lot_of(self, number: int) -> tuple[Lot, int]:
        """The lot that holds an application, and its line there."""
        starts = [lot.start for lot in self.lots]
        lot = self.lots[int(np.searchsorted(starts, number, "right")) - 1]
        return lot, number - lot.start

    def groups(self, each: Plan, state: Fillings) -> Ints:
        """For each line the row that sums the rows in its slots, made once; NONE where they rest on too much."""
        filled = np.stack([*state.slots.values()], axis=1).astype(np.int64)
        filled.sort(axis=1)
        names = [line.tobytes() for line in np.column_stack([state.world, state.entity, filled])]
        fresh = np.array([i for i, name in enumerate(names) if name not in self._groups], np.int64)
        mine = state.take(fresh)
        past, origins = self._rests_on(mine)
        short = np.flatnonzero(self._short(each, mine, past, origins))
        kept, mine = fresh[short], mine.take(short)
        behind = Behind(filled[kept], past[short], origins[short])
        rows = self._keep(Use(TOTAL, NONE, True), mine, behind, mine.masks, Gives(NONE, mine.entity))
        self._groups.update({names[i]: NONE for i in fresh})
        self._groups.update({names[i]: int(row) for i, row in zip(kept, rows, strict=True)})
        return np.array([self._groups[name] for name in names], np.int64)

    # ------------------------------------------------------------------------------------------ keeping

    def _keep(self, use: Use, state: Fillings, behind: Behind, masks: Bits, gives: Gives | None = None) -> Ints:
        """A lot of applications, and the row that each implies if it gives anything."""
        if not len(state):
            return np.empty(0, np.int64)
        here = (state.notes, state.world, state.entity, masks, behind.past)
        lot = Lot(use.plan, self.count, behind.filled, use.solved, use.implying, *here)
        self.lots.append(lot)
        self.count += len(lot)
        unnamed = self._code(use.plan, state.world, state.entity), behind.filled
        self._unnamed.setdefault((use.plan, use.solved), []).append(unnamed)
        if gives is not None:
            lot.result = self.table.append(self._implied(lot, state, behind, gives))
        return lot.result

    def _implied(self, lot: Lot, state: Fillings, behind: Behind, gives: Gives) -> Batch:
        backward = np.full(len(lot), lot.solved != NONE)
        for rows in state.slots.values():
            backward |= self.table.was_solved(rows)
        return Batch(
            attribute=np.full(len(lot), gives.attribute, np.int32),
            subject=gives.subject.astype(np.int32),
            world=lot.world.astype(np.int32),
            holder=holders(self.table, state).astype(np.int32),
            masks=lot.masks,
            maker=np.arange(lot.start, lot.start + len(lot), dtype=np.int32),
            history=behind.past.astype(np.int32),
            origins=behind.origins,
            solved=backward.astype(np.int32),
            notes=lot.notes,
        )

    def _rests_on(self, state: Fillings) -> tuple[Ints, Ints]:
        rows = list(state.slots.values())
        return union([self.table.past(each) for each in rows]), union([self.table.came_from(each) for each in rows])

    def _behind(self, plan: int, state: Fillings) -> Behind:
        filled = np.full((len(state), len(self.plans[plan].takes) + 1), NONE, np.int64)
        for position, rows in state.slots.items():
            filled[:, position] = rows
        past, origins = self._rests_on(state)
        return Behind(filled, past, union([self._code(plan, state.world, state.entity)[:, None], origins]))

    def _fresh(self, plan: int, solved: int, state: Fillings, behind: Behind, implying: bool) -> Ints:
        """The lines that are no echo, not too long, and not made before."""
        each = self.plans[plan]
        code = self._code(plan, state.world, state.entity)
        fine = ~self._echo(behind.filled, state.slots, code, implying, each.derivation.relation)
        lines = np.flatnonzero(fine & self._short(each, state, behind.past, behind.origins))
        known = self._made_before(plan, solved)
        if not known:
            return lines
        names = self._names(code[lines], behind.filled[lines])
        return lines[[name not in known for name in names]]

    def _made_before(self, plan: int, solved: int) -> set[bytes]:
        """The names of the applications of one use of a derivation; made when a second lot of them may come."""
        known = self._known.setdefault((plan, solved), set())
        for code, filled in self._unnamed.pop((plan, solved), ()):
            known.update(self._names(code, filled))
        return known

    @staticmethod
    def _names(code: Ints, filled: Ints) -> list[bytes]:
        """What tells the applications of one use of a derivation apart."""
        lines = np.column_stack([code, filled])
        whole, width = lines.tobytes(), lines.shape[1] * lines.itemsize
        return [whole[start : start + width] for start in range(0, len(whole), width)]

    def _short(self, each: Plan, state: Fillings, past: Ints, origins: Ints) -> np.ndarray:
        """Whether each line fits the width that rows keep; others are left out."""
        short = np.ones(len(state), bool)
        for table in (past, origins):
            short &= (table[:, HISTORY:] == NONE).all(axis=1)
        self.left_out.add(each, state, ~short, TOO_LONG)
        return short

    def _code(self, plan: int, world: Ints, anchor: Ints) -> Ints:
        """One integer for a derivation at an anchor."""
        worlds = self.table.references + 1
        return plan * worlds * self.table.entities + self.table.place(world, anchor)

    def _echo(self, filled: Ints, slots: dict[int, Ints], code: Ints, implying: bool, relation: Relation) -> np.ndarray:
        """Whether a value enters the application it came from, or completes one that holds what it was solved from."""
        echo = np.zeros(len(filled), bool)
        bounds = relation is not Relation.EQUALS  # a part made from the whole is no evidence about either
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
            echo |= (self.table.was_solved(rows) & shared) | holds_output | (shared & bounds)
        return echo


def _overlap(left: Ints, right: Ints) -> np.ndarray:
    """Whether two tables padded with -1 share a value, line by line."""
    shared = np.zeros(len(left), bool)
    for column in range(left.shape[1]):
        value = left[:, column : column + 1]
        shared |= ((right == value) & (value != NONE)).any(axis=1)
    return shared
