"""Filling slots: which rows meet a partly filled application, from the nearest tier that has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from kb.applications import Made
from kb.columns import Bits, Columns, Ints
from kb.fillings import UNDECIDED, Fillings, LeftOuts, Settling, consistent, empty
from kb.links import DEEPEST, DOUBLED, Links
from kb.notes import Note
from kb.plan import Plan, Reach
from kb.readings import ALL
from kb.rowtable import NONE, among


class Met(NamedTuple):
    """Rows that can fill a slot: for which line, and what looking there takes for granted."""

    lines: Ints
    rows: Ints
    notes: Bits

    def take(self, fine: np.ndarray) -> Met:
        """The pieces of it for which that is so."""
        return Met(self.lines[fine], self.rows[fine], self.notes[fine])


def gathered(found: Sequence[Met]) -> Met:
    """Pieces as one, ordered by line and row."""
    if not found:
        return Met(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint32))
    lines, rows, notes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((rows, lines))
    return Met(lines[order], rows[order], notes[order])


@dataclass(slots=True)
class Found:
    """What was found so far for one slot."""

    state: Fillings
    reach: Reach
    own_only: bool
    pieces: list[Met] = field(default_factory=list)


class Joins:
    """Every way to fill the slots of a derivation, for all its anchors at once."""

    def __init__(self, columns: Columns, links: Links, made: Made, settling: Settling, left_out: LeftOuts) -> None:
        self.columns = columns
        self.vocabulary = columns.vocabulary
        self.table = made.table
        self.links = links
        self.made = made
        self.settling = settling
        self.left_out = left_out
        self._worlds, self._subjects = self._present()
        self._every = {kind: columns.entity(f"every {kind}") for kind in self.vocabulary.kinds}
        self._bearers: dict[int, int] = {}
        self._starts: dict[int, Fillings] = {}  # the anchors of each plan, by its identity: no new row changes them

    # ------------------------------------------------------------------------------------------ anchors

    def _present(self) -> tuple[Ints, Ints]:
        """(world, entity) of everything an ordinary source speaks of, or that its links lead to."""
        known = fresh = self.table.present()
        while len(fresh):
            world, subject = np.divmod(fresh, max(self.table.entities, 1))
            reached = []
            for name, attribute in self.vocabulary.attributes.items():
                if attribute.type == "link":
                    end = self.links.follow(self.vocabulary.attribute_order[name], world, subject)
                    reached.append(self.table.place(world[end >= 0], end[end >= 0]))
            places = np.concatenate([known[:0], *reached])
            fresh = np.unique(places[~among(places, known)])
            known = np.sort(np.concatenate([known, fresh]))
        world, subject = np.divmod(known, max(self.table.entities, 1))
        return world.astype(np.int64), subject.astype(np.int64)

    def anchored(self, each: Plan) -> Fillings:
        """One empty line for every entity of the anchor's kind of which a source speaks, that the marks allow."""
        if each.factor:
            rows = self.table.factors(each.gives.number)
            world, entity = self.table.world[rows].astype(np.int64), self.table.subject[rows].astype(np.int64)
            return empty(world, entity, self.table.masks[rows])
        mine = self.columns.entities.kind[self._subjects] == each.kind
        world, entity = self._worlds[mine], self._subjects[mine]
        fine = np.ones(len(entity), bool)
        for column, mask in each.where.items():
            own = self.columns.entities.own[entity, column]
            fine &= (own & np.uint32(mask) != 0) & (own != ALL)
        if each.unless is not None:
            fine &= ~np.isin(entity, self.table.subjects_with(each.unless))
        state = empty(world[fine], entity[fine], self.columns.entities.own[entity[fine]])
        for column, bits in each.usual.items():
            state.masks[:, column] &= np.uint32(sum(bits))
        if each.unless is not None:  # weak, unless it is said outright that there is none
            denied = np.isin(state.entity, self.table.subjects_without(each.unless))
            state.notes[~denied] = Note.UNLESS
        return state

    def fill(self, each: Plan, reaches: Sequence[Reach], known: int = 0, own_first: bool = False) -> Fillings:
        """Every way to fill these slots with rows whose scopes meet, at anchors that reach a row from `known` on."""
        if id(each) not in self._starts:
            self._starts[id(each)] = self.anchored(each)
        state = self._touched(each, self._starts[id(each)], known)
        for position, reach in enumerate(reaches):
            if not len(state):
                return state
            met = self.meeting(each, state, reach, own_only=own_first and position == 0)
            state = self.left_out.cap(each, self.join(state, position, met, reach), UNDECIDED)
        return self.settling.settled(each, state, reaches)

    def _touched(self, each: Plan, state: Fillings, known: int) -> Fillings:
        """The anchors from which a derivation reaches a row from `known` on: at the others nothing has changed."""
        new = np.arange(known, len(self.table))
        touched = np.zeros(len(state), bool)
        for reach in (each.gives, *each.takes) if known else ():
            rows = new[self.table.attribute[new] == reach.number]
            if not len(rows):
                continue
            for_all = bool((self.table.world[rows] == self.table.references).any())  # it is looked up from everywhere
            if reach.slot.each or reach.attribute.travels or for_all:  # what is about others counts too
                return state
            places = np.sort(self.table.place(self.table.world[rows], self.table.subject[rows]))
            subject = self.locate(each, reach, state)
            touched |= subject == DOUBLED  # to be left out with its reason
            for world in (state.world, self.links.retold(state.world)):
                touched |= (subject >= 0) & (world >= 0) & among(self.table.place(world, subject), places)
        return state.take(np.flatnonzero(touched)) if known else state

    def spoken_of(self, each: Plan, reaches: Iterable[Reach]) -> bool:
        """Whether there is any row for each slot; without, a derivation need not be tried at any anchor."""
        rows = {True: self.table.factors, False: self.table.rows_of}
        return all(len(rows[each.factor and reach is each.gives](reach.number)) for reach in reaches)

    def join(self, state: Fillings, position: int, met: Met, reach: Reach) -> Fillings:
        """The lines with one more slot filled."""
        joined = state.take(met.lines)
        for column in reach.domain:
            if column not in reach.pins:
                joined.masks[:, column] &= self.table.masks[met.rows, column]
        joined.slots[position] = met.rows
        joined.notes |= met.notes
        return joined

    # ------------------------------------------------------------------------------------------ one slot

    def meeting(self, each: Plan, state: Fillings, reach: Reach, own_only: bool = False) -> Met:
        """Every row that meets a line, from the nearest tier that has one."""
        if each.factor and reach is each.gives:
            rows = self.table.factors(reach.number)[state.at]
            return self._once(state, Met(np.arange(len(state)), rows, np.zeros(len(state), np.uint32)))
        if reach.slot.each:
            return self._once(state, self._members(each, state, reach))
        subject = self.locate(each, reach, state)
        self.left_out.add(each, state, subject == DOUBLED, "a link leads to several, or to a name that is not known")
        lines, found = np.flatnonzero(subject >= 0), Found(state, reach, own_only)
        met = self._look(found, lines, subject[lines])
        if reach.attribute.travels and not own_only:
            self._travel(found, lines[~met], subject[lines[~met]])
        return gathered(found.pieces)

    def _look(self, found: Found, lines: Ints, subject: Ints, note: int = 0) -> np.ndarray:
        """Add the rows about the subjects of some lines from each line's nearest tier; whether a line met any."""
        done = np.zeros(len(found.state), bool)
        for more, world, about in self._tiers(found, found.state.world[lines], subject):
            usable = np.flatnonzero((world >= 0) & (about >= 0) & ~done[lines])
            if len(usable):
                position, rows = self.table.look(found.reach.number, world[usable], about[usable])
                met = Met(lines[usable[position]], rows, np.full(len(rows), note | more, np.uint32))
                met = self._once(found.state, met.take(self._meets(found.state, met.lines, rows, found.reach)))
                found.pieces.append(met)
                done[met.lines] = True
        return done[lines]

    def _once(self, state: Fillings, met: Met) -> Met:
        """What of it uses no claim twice: a claim has one reading, and fills one slot only."""
        others = [rows[met.lines] for rows in state.slots.values()]
        return met.take(consistent(self.table, [*others, met.rows])) if others else met

    def _tiers(self, found: Found, world: Ints, subject: Ints) -> Iterator[tuple[int, Ints, Ints]]:
        """Where to look, nearest first: the same source, references, what is true of every such thing, the retold."""
        yield 0, world, subject
        if found.own_only:
            return
        references = np.full_like(world, self.table.references)
        yield Note.REFERENCE, references, subject
        every = self._every.get(found.reach.attribute.about, NONE)
        if every != NONE:
            yield Note.REFERENCE, references, np.full_like(subject, every)
        yield Note.RETOLD, self.links.retold(world), subject

    def _travel(self, found: Found, lines: Ints, subject: Ints) -> None:
        """Add rates of the nearest wider entity, else of each narrower one, if no claim at all is about the subject."""
        mute = ~self._spoken_of(found.reach, found.state.world[lines], subject)
        lines, subject = lines[mute], subject[mute]
        met, wider = np.zeros(len(lines), bool), subject
        for _ in range(DEEPEST):
            wider = np.where(met, NONE, self.links.broader(wider))
            going = np.flatnonzero(wider >= 0)
            if not len(going):
                break
            met[going] = self._look(found, lines[going], wider[going], Note.WIDER)
        position, narrower = self.links.narrower(subject[~met])
        self._look(found, lines[~met][position], narrower, Note.NARROWER)

    def _spoken_of(self, reach: Reach, world: Ints, subject: Ints) -> np.ndarray:
        spoken = np.zeros(len(subject), bool)
        for place in (world, np.full_like(world, self.table.references), self.links.retold(world)):
            usable = np.flatnonzero(place >= 0)
            position, _ = self.table.look(reach.number, place[usable], subject[usable])
            spoken[usable[position]] = True
        return spoken

    def _meets(self, state: Fillings, lines: Ints, rows: Ints, reach: Reach) -> np.ndarray:
        """Whether scopes intersect on every key, pinned keys inside the slot only."""
        fine = np.ones(len(lines), bool)
        for column in reach.domain:
            wanted = np.uint32(reach.pins[column]) if column in reach.pins else state.masks[lines, column]
            fine &= (self.table.masks[rows, column] & wanted) != 0
        return fine

    # ------------------------------------------------------------------------------------------ subjects

    def locate(self, each: Plan, reach: Reach, state: Fillings) -> Ints:
        """The subject of a slot for each line; NONE missing, DOUBLED when a link has several ends."""
        if each.factor and reach.slot.name == "that":
            rows = self.table.factors(reach.number)[state.at]
            return self.columns.claims.than[self.table.claim[rows]].astype(np.int64)
        if reach.constant:
            return np.full(len(state), self._bearer(reach.number), np.int64)
        subject = state.entity.astype(np.int64)
        for link in reach.path:
            here = subject >= 0
            subject[here] = self.links.follow(link, state.world[here], subject[here])
        return subject

    def _bearer(self, attribute: int) -> int:
        """The entity that a constant is said of; the first by name if there are several."""
        if attribute not in self._bearers:
            about = np.unique(self.table.subject[self.table.rows_of(attribute)])
            self._bearers[attribute] = min(about.tolist(), key=self.columns.entity_ids.__getitem__, default=NONE)
        return self._bearers[attribute]

    def _members(self, each: Plan, state: Fillings, reach: Reach) -> Met:
        """For a group slot: one summed row for each line whose linked entities all have one value."""
        position, member = self.links.follow_many(reach.path[0], state.world, state.entity)
        known = np.flatnonzero(member >= 0)
        at, rows = self.table.look(reach.number, state.world[position[known]], member[known])
        pairs = known[at]
        fine = self._meets(state, position[pairs], rows, reach)
        pairs, rows = pairs[fine], rows[fine]
        size = np.bincount(position, minlength=len(state))
        whole = size > 0
        whole[position[np.bincount(pairs, minlength=len(position)) != 1]] = False
        self.left_out.add(each, state, (size > 0) & ~whole, "a linked entity has no stated value, or several")
        found = list[Met]()
        for count in np.unique(size[whole]):
            lines = np.flatnonzero(whole & (size == count))
            found.append(self._summed(each, state, reach, lines, rows[np.isin(position[pairs], lines)]))
        return gathered(found)

    def _summed(self, each: Plan, state: Fillings, reach: Reach, lines: Ints, rows: Ints) -> Met:
        """A row that sums the same number of members for each of these lines."""
        members = rows.reshape(len(lines), -1)
        group = state.take(lines)
        group.slots = {i: members[:, i] for i in range(members.shape[1])}
        group.masks = np.bitwise_and.reduce(self.table.masks[members], axis=1)
        group.notes = np.zeros(len(lines), np.uint32)
        fine = (group.masks != 0).all(axis=1) & consistent(self.table, list(group.slots.values()))
        apart = np.zeros(len(state), bool)
        apart[lines[~fine]] = True
        self.left_out.add(each, state, apart, "the linked entities' values have different scopes or readings")
        group, lines = group.take(np.flatnonzero(fine)), lines[fine]
        self.settling.note(group, dict.fromkeys(group.slots, reach))
        summed = self.made.groups(each, group) if len(lines) else lines
        return Met(lines[summed != NONE], summed[summed != NONE], np.zeros(int((summed != NONE).sum()), np.uint32))
