"""Partly filled applications of one derivation, and what is settled once all their slots are filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.columns import Bits, Columns, Ints
from kb.notes import Note
from kb.plan import Plan, Reach
from kb.rowtable import NONE, RowTable


@dataclass(slots=True)
class Fillings:
    """Partly filled applications: one line each."""

    at: Ints  # which anchor
    world: Ints  # of the anchor
    entity: Ints  # the anchor itself
    masks: Bits
    slots: dict[int, Ints]
    notes: Bits

    def take(self, lines: Ints) -> Fillings:
        """Some of the lines, in that order."""
        slots = {position: rows[lines] for position, rows in self.slots.items()}
        return Fillings(
            self.at[lines], self.world[lines], self.entity[lines], self.masks[lines], slots, self.notes[lines]
        )

    def __len__(self) -> int:
        return len(self.at)


class Settling:
    """Decides what filling alone leaves open: silent keys, wholes, holders."""

    def __init__(self, columns: Columns, table: RowTable) -> None:
        self.columns = columns
        self.vocabulary = columns.vocabulary
        self.table = table

    def settled(self, each: Plan, state: Fillings, reaches: Sequence[Reach]) -> Fillings:
        """Silent keys decided, wholes kept, one holder preferred to several."""
        for position, reach in enumerate(reaches):
            if position in state.slots and not reach.slot.each:
                state = self.first_value(state, position, reach)
        self._note_silence(state)
        fine = np.ones(len(state), bool)
        for column, whole in each.whole.items():
            fine &= (state.masks[:, column] & np.uint32(whole)) != 0
        return self._one_holder(state.take(np.flatnonzero(fine)))

    def first_value(self, state: Fillings, position: int, reach: Reach) -> Fillings:
        """For a silent key with a `first` list: the first value that the rest of the application can meet.

        An empty slot (position NONE) is as silent as a claim that does not word the key.
        """
        for key, rule in reach.attribute.keys.items():
            column = self.vocabulary.key_order[key]
            if rule.silent and rule.silent.first and column not in reach.pins and len(state):
                bits = [np.uint32(self.vocabulary.keys[key].mask([value])) for value in rule.silent.first]
                state = self._picked(state, position, column, bits)
        return state

    def _picked(self, state: Fillings, position: int, column: int, bits: Sequence[np.uint32]) -> Fillings:
        """The lines with the best value that any line with the same filler reaches, and that value alone."""
        rows = np.zeros(len(state), np.int64) if position == NONE else state.slots[position]
        soft = np.ones(len(state), bool)
        if position != NONE:
            soft = (self.table.first[rows] >> np.uint32(column) & 1).astype(bool)
        worst = len(bits)
        rank = np.full(len(state), worst)
        for place, bit in reversed(list(enumerate(bits))):
            has = (state.masks[:, column] & bit) != 0
            rank[has] = place
            state.masks[soft & has, column] = bit
        _, inverse = np.unique(state.at.astype(np.int64) * (len(self.table) + 1) + rows, return_inverse=True)
        best = np.full(inverse.max() + 1, worst)
        np.minimum.at(best, inverse, rank)
        return state.take(np.flatnonzero(~soft | ((rank == best[inverse]) & (rank < worst))))

    def _note_silence(self, state: Fillings) -> None:
        """Mark lines where silence was read as something: a reading picked, or the main part for the whole."""
        for rows in state.slots.values():
            stated = np.flatnonzero(rows < self.table.stated)
            silent, wholes = self.columns.rows.silent[rows[stated]], self.table.whole[rows[stated]]
            for column in range(state.masks.shape[1]):
                spoken_for = (silent >> np.uint32(column)) & 1 == 1
                if not spoken_for.any():
                    continue
                part = spoken_for & (wholes[:, column] & state.masks[stated, column] == 0) & (wholes[:, column] != 0)
                weak = part & ((self.table.parted[rows[stated]] >> np.uint32(column)) & 1 == 1)
                usual = (spoken_for & (wholes[:, column] == 0)) | (part & ~weak)
                state.notes[stated[usual]] |= np.uint32(Note.SILENCE)
                state.notes[stated[weak]] |= np.uint32(Note.PART)

    def narrowed(self, state: Fillings, column: int) -> Bits:
        """What reading a silent key as a part amounts to: usual, or weak once another part is named."""
        named = np.zeros(len(state), bool)
        for rows in state.slots.values():
            past = self.table.past(rows)
            named |= ((self.table.parted[past] >> np.uint32(column)) & 1 == 1).any(axis=1, where=past >= 0)
        return np.where(named, np.uint32(Note.PART), np.uint32(Note.SILENCE))

    def _one_holder(self, state: Fillings) -> Fillings:
        """Fillings whose own claims share one holder, where an anchor has any; others are marked."""
        if not len(state):
            return state
        low = np.full(len(state), np.iinfo(np.int32).max, np.int64)
        high = np.full(len(state), -1, np.int64)
        for rows in state.slots.values():
            own = self.table.world[rows] == state.world
            holder = self.table.holder[rows]
            known = own & (holder >= 0)
            low = np.where(known, np.minimum(low, holder), low)
            high = np.where(known, np.maximum(high, holder), high)
        mixed = high > low
        if not mixed.any():
            return state
        uniform = np.zeros(int(state.at.max()) + 1, bool)
        uniform[state.at[~mixed]] = True
        state.notes |= np.where(mixed, np.uint32(Note.HOLDERS), np.uint32(0))
        return state.take(np.flatnonzero(~mixed | ~uniform[state.at]))
