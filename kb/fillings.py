"""Partly filled applications of one derivation, and what is settled once all their slots are filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.columns import MODES, Bits, Columns, Ints
from kb.model import Mode
from kb.notes import Note
from kb.plan import Plan, Reach
from kb.rowtable import MIXED, NONE, RowTable, union

FILLINGS = 16  # more fillings of one anchor than this are not checked, and counted
UNDECIDED = 256  # more than this, while slots are being filled and silent keys are open, are not looked at


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why an anchor has no application of a derivation."""

    derivation: str
    world: int
    anchor: int
    reason: str


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


class LeftOuts:
    """Every anchor that was left out, with the last reason."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int, int], LeftOut] = {}

    def add(self, each: Plan, state: Fillings, lines: np.ndarray, reason: str) -> None:
        """Leave out the anchors of some lines, given as one truth value for each."""
        for world, anchor in {(int(state.world[i]), int(state.entity[i])) for i in np.flatnonzero(lines)}:
            self.put(each, world, anchor, reason)

    def put(self, each: Plan, world: int, anchor: int, reason: str) -> None:
        """Leave out one anchor."""
        name = each.derivation.name
        self.found[name, world, anchor] = LeftOut(name, world, anchor, reason)

    def cap(self, each: Plan, state: Fillings, most: int = FILLINGS) -> Fillings:
        """The lines of anchors with no more lines than that; the others are left out, with the count."""
        if not len(state):
            return state
        counts = np.bincount(state.at)[state.at]
        for count in np.unique(counts[counts > most]):
            self.add(each, state, counts == count, f"{count} fillings, more than {FILLINGS}")
        return state.take(np.flatnonzero(counts <= most))


def empty(world: Ints, entity: Ints, masks: Bits) -> Fillings:
    """A line for each anchor, with no slot filled."""
    return Fillings(np.arange(len(entity)), world, entity, masks.copy(), {}, np.zeros(len(entity), np.uint32))


def consistent(table: RowTable, slots: Sequence[Ints]) -> np.ndarray:
    """Whether no claim fills two of the slots, line by line, and each claim behind them keeps one reading."""
    fine = np.ones(len(slots[0]), bool)
    for position, rows in enumerate(slots):
        for other in slots[:position]:
            fine &= (table.claim[rows] == NONE) | (table.claim[rows] != table.claim[other])
    loose = np.zeros(len(fine), np.uint8)
    for rows in slots:
        loose += table.loose[rows]
    lines = np.flatnonzero(fine & (loose > 1))  # elsewhere no claim behind them has two readings that could differ
    implied = np.any([rows[lines] >= table.stated for rows in slots], axis=0)
    lines = lines[implied]  # elsewhere each claim behind them fills a slot itself
    if not len(lines):
        return fine
    past = union([table.past(rows[lines]) for rows in slots])
    if past.shape[1] > 1:  # readings of one claim have neighbouring numbers, and the lines are sorted
        claim = np.where(past >= 0, table.claim[past], -1 - np.arange(past.shape[1]))
        fine[lines] = ~(claim[:, 1:] == claim[:, :-1]).any(axis=1)
    return fine


def holders(table: RowTable, state: Fillings) -> Ints:
    """Who holds the own source's claims of each line: NONE when there are none, MIXED when there are several."""
    low = np.full(len(state), np.iinfo(np.int32).max, np.int64)
    high = np.full(len(state), NONE, np.int64)
    mixed = np.zeros(len(state), bool)
    for rows in state.slots.values():
        own = table.world[rows] == state.world
        holder = table.holder[rows]
        known = own & (holder >= 0)
        low = np.where(known, np.minimum(low, holder), low)
        high = np.where(known, np.maximum(high, holder), high)
        mixed |= own & (holder == MIXED)
    return np.where(mixed | (high > low), MIXED, high)


def first_to_speak(table: RowTable, state: Fillings, subject: Ints) -> np.ndarray:
    """Whether each line's anchor is the first by name of those that give the same subject's value.

    Two runs of one model give its compute: the first implies it, and the other is compared with that.
    """
    place = table.place(state.world, subject)
    speaks = np.ones(len(state), bool)
    for number in contested(table, state, subject):
        mine = np.flatnonzero(place == number)
        first = min(np.unique(state.entity[mine]).tolist(), key=table.columns.entity_ids.__getitem__)
        speaks[mine] = state.entity[mine] == first
    return speaks


def contested(table: RowTable, state: Fillings, subject: Ints) -> Ints:
    """The subjects (in their worlds) whose value several anchors give."""
    place = table.place(state.world, subject)
    order = np.lexsort((state.entity, place))
    rivals = (np.diff(place[order]) == 0) & (np.diff(state.entity[order]) != 0)
    return np.unique(place[order[1:][rivals]])


class Settling:
    """Decides what filling alone leaves open: silent keys, wholes, holders."""

    def __init__(self, columns: Columns, table: RowTable) -> None:
        self.columns = columns
        self.vocabulary = columns.vocabulary
        self.table = table

    def settled(self, each: Plan, state: Fillings, reaches: Sequence[Reach]) -> Fillings:
        """Silent keys decided, wholes kept, one holder preferred to several where an anchor has such a filling."""
        for column, bits in each.usual.items():
            state = self._picked(state, NONE, column, bits)
        for position, reach in enumerate(reaches):
            if position in state.slots and not reach.slot.each:
                state = self.first_value(state, position, reach)
        fine = np.ones(len(state), bool)
        for column, whole in each.whole.items():
            fine &= (state.masks[:, column] & np.uint32(whole)) != 0
        state = self.one_holder(state.take(np.flatnonzero(fine)), state.at[fine])
        self.note(state, dict(enumerate(reaches)))
        return state

    def note(self, state: Fillings, reaches: dict[int, Reach]) -> None:
        """Mark what the fillers of some slots take for granted: premises, silence, and what stands behind them."""
        for position, reach in reaches.items():
            if position in state.slots:
                rows = state.slots[position]
                state.notes |= self.table.notes[rows] | self._premise(rows)
                self._note_silence(state, rows, reach)

    def _premise(self, rows: Ints) -> Bits:
        claim = self.table.claim[rows]
        premise = (claim >= 0) & (self.columns.claims.mode[claim] == MODES.index(Mode.PREMISE))
        return np.where(premise, np.uint32(Note.BORROWED), np.uint32(0))

    def _note_silence(self, state: Fillings, rows: Ints, reach: Reach) -> None:
        """Mark lines where silence was read as something: a reading picked, or the main part for the whole."""
        stated = np.flatnonzero(rows < self.table.stated)
        silent, wholes = self.columns.rows.silent[rows[stated]], self.table.whole[rows[stated]]
        for column in reach.domain:
            spoken_for = (silent >> np.uint32(column)) & 1 == 1
            if not spoken_for.any():
                continue
            taken = np.uint32(reach.pins[column]) if column in reach.pins else state.masks[stated, column]
            whole = wholes[:, column]
            part = spoken_for & (whole != 0) & (whole & taken == 0)
            weak = part & ((self.table.parted[rows[stated]] >> np.uint32(column)) & 1 == 1)
            usual = (spoken_for & (whole == 0)) | (part & ~weak)
            state.notes[stated[usual]] |= np.uint32(Note.SILENCE)
            state.notes[stated[weak]] |= np.uint32(Note.PART)

    def narrowed(self, state: Fillings, column: int) -> Bits:
        """What reading a silent key as a part amounts to: usual, or weak once another part is named."""
        named = np.zeros(len(state), bool)
        for rows in state.slots.values():
            past = self.table.past(rows)
            named |= ((self.table.parted[past] >> np.uint32(column)) & 1 == 1).any(axis=1, where=past >= 0)
        return np.where(named, np.uint32(Note.PART), np.uint32(Note.SILENCE))

    def first_value(self, state: Fillings, position: int, reach: Reach) -> Fillings:
        """For a silent key with a `first` list: the first value that the rest of the application can meet.

        An empty slot (position NONE) is as silent as a claim that does not word the key.
        """
        for key, rule in reach.attribute.keys.items():
            column = self.vocabulary.key_order[key]
            if rule.silent and rule.silent.first and column not in reach.pins and len(state):
                bits = [self.vocabulary.keys[key].mask([value]) for value in rule.silent.first]
                state = self._picked(state, position, column, bits)
        return state

    def _picked(self, state: Fillings, position: int, column: int, bits: Sequence[int]) -> Fillings:
        """The lines with the best value that any line with the same filler reaches, and that value alone."""
        if not len(state):
            return state
        rows = np.zeros(len(state), np.int64) if position == NONE else state.slots[position]
        soft = np.ones(len(state), bool)
        if position != NONE:
            soft = (self.table.first[rows] >> np.uint32(column) & 1).astype(bool)
        worst = len(bits)
        rank = np.full(len(state), worst)
        for place, bit in reversed(list(enumerate(bits))):
            rank[(state.masks[:, column] & np.uint32(bit)) != 0] = place
        value = np.array([*bits, 0], np.uint32)[rank]
        state.masks[soft, column] = value[soft]
        _, inverse = np.unique(state.at.astype(np.int64) * (len(self.table) + 1) + rows, return_inverse=True)
        best = np.full(inverse.max() + 1, worst)
        np.minimum.at(best, inverse, rank)
        return state.take(np.flatnonzero(~soft | ((rank == best[inverse]) & (rank < worst))))

    def one_holder(self, state: Fillings, group: Ints) -> Fillings:
        """Lines whose own claims share one holder, where a group of lines has any; others are marked."""
        mixed = holders(self.table, state) == MIXED
        if not mixed.any():
            return state
        uniform = np.zeros(int(group.max()) + 1, bool)
        uniform[group[~mixed]] = True
        state.notes |= np.where(mixed, np.uint32(Note.HOLDERS), np.uint32(0))
        return state.take(np.flatnonzero(~mixed | ~uniform[group]))
