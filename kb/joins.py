"""Filling slots: which rows meet a partly filled application, from the nearest tier that has one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kb.applications import Made
from kb.columns import MODES, Bits, Columns, Ints
from kb.fillings import Fillings, Settling
from kb.links import Links
from kb.model import Mode
from kb.notes import Note
from kb.plan import Plan, Reach
from kb.readings import ALL
from kb.rowtable import HISTORY, NONE, RowTable, union

UNDECIDED = 256  # more fillings of one anchor than this, before silent keys are decided, are not checked


@dataclass(slots=True)
class LeftOut:
    """Why an anchor has no application of a derivation."""

    derivation: str
    world: int
    anchor: int
    reason: str


class Joins:
    """Every way to fill the slots of a derivation, for all its anchors at once."""

    def __init__(self, columns: Columns, table: RowTable, links: Links, made: Made) -> None:
        self.columns = columns
        self.vocabulary = columns.vocabulary
        self.table = table
        self.links = links
        self.made = made
        self.settling = Settling(columns, table)
        self.left_out: dict[tuple[str, int, int], LeftOut] = {}
        self._worlds, self._subjects = self._present()
        self._every = {kind: columns.entity(f"every {kind}") for kind in self.vocabulary.kinds}

    # ------------------------------------------------------------------------------------------ anchors

    def _present(self) -> tuple[Ints, Ints]:
        """(world, entity) of everything an ordinary source speaks of, or that its links lead to."""
        known = self.table.present()
        while True:
            world, subject = np.divmod(known, max(self.table.entities, 1))
            reached = [known]
            for name, attribute in self.vocabulary.attributes.items():
                if attribute.type == "link":
                    end = self.links.follow(self.vocabulary.attribute_order[name], world, subject)
                    reached.append(self.table.place(world[end >= 0], end[end >= 0]))
            more = np.unique(np.concatenate(reached))
            if len(more) == len(known):
                return world.astype(np.int64), subject.astype(np.int64)
            known = more

    def anchored(self, each: Plan) -> Fillings:
        """One empty line for every entity of the anchor's kind of which a source speaks, that the marks allow."""
        if each.factor:
            rows = self.table.factors(each.gives.number)
            world, entity = self.table.world[rows].astype(np.int64), self.table.subject[rows].astype(np.int64)
            return _unfilled(world, entity, self.table.masks[rows])
        mine = self.columns.entities.kind[self._subjects] == each.kind
        world, entity = self._worlds[mine], self._subjects[mine]
        fine = np.ones(len(entity), bool)
        for column, mask in each.where.items():
            own = self.columns.entities.own[entity, column]
            fine &= (own & np.uint32(mask) != 0) & (own != ALL)
        if each.unless is not None:
            fine &= ~np.isin(entity, self.table.subjects_with(each.unless))
        state = _unfilled(world[fine], entity[fine], self.columns.entities.own[entity[fine]])
        if each.unless is not None:  # weak, unless it is said outright that there is none
            denied = np.isin(state.entity, self.table.subjects_without(each.unless))
            state.notes[~denied] = Note.UNLESS
        return state

    def fill(self, each: Plan, reaches: Sequence[Reach], own_first: bool = False) -> Fillings:
        """Every way to fill these slots with rows whose scopes meet."""
        state = self.anchored(each)
        for position, reach in enumerate(reaches):
            if not len(state):
                break
            lines, rows, more = self.meeting(each, state, reach, own_only=own_first and position == 0)
            state = self.capped(each, self.join(state, position, lines, rows, more, reach), UNDECIDED)
        return self.settling.settled(each, state, reaches)

    # ------------------------------------------------------------------------------------------ one slot

    def meeting(self, each: Plan, state: Fillings, reach: Reach, own_only: bool = False) -> tuple[Ints, Ints, Bits]:
        """(line, row, notes) of every row that meets a line, from the nearest tier that has one."""
        subject = self.locate(each, reach, state)
        if each.factor and reach is each.gives:
            return np.arange(len(state)), self.table.factors(reach.number)[state.at], np.zeros(len(state), np.uint32)
        if reach.slot.each:
            return self._members(each, state, reach)
        waiting = np.flatnonzero(subject >= 0)
        found: list[tuple[Ints, Ints, Bits]] = []
        for note, tier_world, tier_subject in self._tiers(reach, state.world, subject, own_only):
            if not len(waiting):
                break
            usable = waiting[(tier_world[waiting] >= 0) & (tier_subject[waiting] >= 0)]
            position, rows = self.table.look(reach.number, tier_world[usable], tier_subject[usable])
            lines = usable[position]
            fine = self._meets(state, lines, rows, reach)
            lines, rows = lines[fine], rows[fine]
            found.append((lines, rows, np.full(len(lines), note, np.uint32)))
            waiting = without(waiting, lines, len(state))
        if reach.attribute.travels and not own_only and len(waiting):
            found.extend(self._travelled(state, reach, subject, waiting))
        return _gathered(found)

    def _tiers(self, reach: Reach, world: Ints, subject: Ints, own_only: bool) -> Iterable[tuple[int, Ints, Ints]]:
        """The places to look, nearest first: the same source, references, what is true of every such thing, the retold source."""
        yield 0, world, subject
        if own_only:
            return
        references = np.full_like(world, self.table.references)
        yield Note.REFERENCE, references, subject
        every = self._every.get(reach.attribute.about, NONE)
        if every != NONE:
            yield Note.REFERENCE, references, np.full_like(subject, every)
        yield Note.RETOLD, self._retold(world), subject

    def _retold(self, world: Ints) -> Ints:
        return np.append(self.columns.retells, NONE)[np.minimum(world, len(self.columns.retells))]

    def _travelled(
        self, state: Fillings, reach: Reach, subject: Ints, waiting: Ints
    ) -> Iterable[tuple[Ints, Ints, Bits]]:
        """Rates of the wider entity, else of each narrower one, where no claim at all is about the subject itself."""
        world = state.world
        mute = waiting[~self._spoken_of(reach, world[waiting], subject[waiting])]
        for note, relatives in ((Note.WIDER, self.links.broader), (Note.NARROWER, self.links.narrower)):
            if not len(mute):
                return
            position, entity = relatives(subject[mute])
            lines = mute[position]
            own, references = world[lines], np.full(len(lines), self.table.references)
            for place, extra in ((own, 0), (references, Note.REFERENCE)):
                at, rows = self.table.look(reach.number, place, entity)
                fine = self._meets(state, lines[at], rows, reach)
                yield lines[at][fine], rows[fine], np.full(int(fine.sum()), note | extra, np.uint32)
                mute = without(mute, lines[at][fine], len(state))

    def _spoken_of(self, reach: Reach, world: Ints, subject: Ints) -> np.ndarray:
        spoken = np.zeros(len(subject), bool)
        for place in (world, np.full_like(world, self.table.references), self._retold(world)):
            usable = np.flatnonzero(place >= 0)
            position, _ = self.table.look(reach.number, place[usable], subject[usable])
            spoken[usable[position]] = True
        return spoken

    def _meets(self, state: Fillings, lines: Ints, rows: Ints, reach: Reach) -> np.ndarray:
        """Whether scopes intersect on every key, pinned keys inside the slot only, and no claim is used twice."""
        fine = np.ones(len(lines), bool)
        for column in reach.domain:
            mask = self.table.masks[rows, column]
            if column in reach.pins:
                fine &= (mask & np.uint32(reach.pins[column])) != 0
            else:
                fine &= (mask & state.masks[lines, column]) != 0
        for column, allowed in reach.domain.items():
            if column not in reach.pins:
                fine &= (state.masks[lines, column] & np.uint32(allowed)) != 0
        kept = np.flatnonzero(fine)
        fine[kept] = self._once(state, lines[kept], rows[kept])
        return fine

    def join(self, state: Fillings, position: int, lines: Ints, rows: Ints, notes: Bits, reach: Reach) -> Fillings:
        """The lines with one more slot filled."""
        joined = state.take(lines)
        for column in reach.domain:
            if column not in reach.pins:
                joined.masks[:, column] &= self.table.masks[rows, column]
        joined.slots[position] = rows
        joined.notes |= notes | self.table.notes[rows] | self._premise(rows)
        return joined

    def _premise(self, rows: Ints) -> Bits:
        claim = self.table.claim[rows]
        premise = (claim >= 0) & (self.columns.claims.mode[claim] == MODES.index(Mode.PREMISE))
        return np.where(premise, np.uint32(Note.BORROWED), np.uint32(0))

    def _once(self, state: Fillings, lines: Ints, rows: Ints) -> np.ndarray:
        """Whether each claim fills one slot only, and keeps one reading in all that is behind the slots."""
        fine = np.ones(len(lines), bool)
        claim = self.table.claim[rows]
        for other in state.slots.values():
            fine &= (claim < 0) | (claim != self.table.claim[other[lines]])
        behind = [self.table.past(rows), *(self.table.past(other[lines]) for other in state.slots.values())]
        if len(behind) == 1 and behind[0].shape[1] == 1:
            return fine
        past = union(behind)
        claims = np.where(past >= 0, self.table.claim[past], -1 - np.arange(past.shape[1]))
        fine &= (past[:, HISTORY:] == NONE).all(axis=1)
        return fine & ~(claims[:, 1:] == claims[:, :-1]).any(axis=1)

    # ------------------------------------------------------------------------------------------ subjects

    def locate(self, each: Plan, reach: Reach, state: Fillings) -> Ints:
        """The subject of a slot for each line; -1 missing, -2 doubled."""
        if each.factor and reach.slot.name == "that":
            rows = self.table.factors(reach.number)[state.at]
            return self.columns.claims.than[self.table.claim[rows]].astype(np.int64)
        if reach.constant:
            about = np.flatnonzero(self.table.attribute == reach.number)
            subject = self.table.subject[about[0]] if len(about) else NONE
            return np.full(len(state), subject, np.int64)
        subject = state.entity.astype(np.int64)
        if not reach.slot.each:
            for link in reach.path:
                here = subject >= 0
                subject[here] = self.links.follow(link, state.world[here], subject[here])
        return subject

    def _members(self, each: Plan, state: Fillings, reach: Reach) -> tuple[Ints, Ints, Bits]:
        """For a group slot: one summed row for each line whose linked entities all have one value."""
        line, member = self.links.follow_many(reach.path[0], state.world, state.entity)
        known = np.flatnonzero(member >= 0)
        at, rows = self.table.look(reach.number, state.world[line[known]], member[known])
        at = known[at]
        fine = self._meets(state, line[at], rows, reach)
        at, rows = at[fine], rows[fine]
        single = np.bincount(at, minlength=len(line)) == 1  # of each member: just one value
        short = np.zeros(len(state), bool)
        short[line[~single]] = True
        for lacking in np.unique(line[~single]):
            reason = "a linked entity has no stated value, or several"
            self._leave_out(each, int(state.world[lacking]), int(state.entity[lacking]), reason)
        whole = ~short[line[at]]
        at, rows = at[whole], rows[whole]
        found = [
            (number, *self.made.group(rows[line[at] == number], reach.number, int(entity), int(world)))
            for number in np.unique(line[at])
            for entity, world in [(state.entity[number], state.world[number])]
        ]
        table = np.array(found, np.int64).reshape(-1, 3)
        return table[:, 0], table[:, 1], table[:, 2].astype(np.uint32)

    # ------------------------------------------------------------------------------------------ what is left out

    def capped(self, each: Plan, state: Fillings, most: int) -> Fillings:
        """The lines of anchors with no more of them than `most`; the others are left out, with their count."""
        if not len(state):
            return state
        counts = np.bincount(state.at)
        over = counts > most
        if not over.any():
            return state
        first = np.full(len(counts), len(state))
        np.minimum.at(first, state.at, np.arange(len(state)))
        for anchor in np.flatnonzero(over):
            line = first[anchor]
            reason = f"{counts[anchor]} fillings, more than {most}"
            self._leave_out(each, int(state.world[line]), int(state.entity[line]), reason)
        return state.take(np.flatnonzero(~over[state.at]))

    def _leave_out(self, each: Plan, world: int, entity: int, reason: str) -> None:
        self.left_out[(each.derivation.name, world, entity)] = LeftOut(each.derivation.name, world, entity, reason)


def _unfilled(world: Ints, entity: Ints, masks: Bits) -> Fillings:
    return Fillings(np.arange(len(entity)), world, entity, masks.copy(), {}, np.zeros(len(entity), np.uint32))


def without(lines: Ints, found: Ints, size: int) -> Ints:
    """The lines that are not among those found; all of them are below `size`."""
    left = np.ones(size, bool)
    left[found] = False
    return lines[left[lines]]


def _gathered(found: list[tuple[Ints, Ints, Bits]]) -> tuple[Ints, Ints, Bits]:
    """Pieces of (line, row, notes) as one, ordered by line and row."""
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint32)
    lines, rows, notes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((rows, lines))
    return lines[order], rows[order], notes[order]
