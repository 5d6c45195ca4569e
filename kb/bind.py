"""Binding: which claims fill which derivations, without anybody wiring them.

The fifteen lines of the rule (docs/binding.md) as joins over columns: every anchor of a derivation is tried at once.
Forward until nothing is new, then one step backward where the vocabulary allows a value to be solved, then forward again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.applications import Made
from kb.columns import MODES, Bits, Columns, Ints
from kb.families import Families, family_plans
from kb.links import Links
from kb.marks import Derivation, Relation
from kb.model import Mode
from kb.notes import Note
from kb.plan import Plan, Reach, output_masks, plan
from kb.readings import ALL
from kb.rowtable import HISTORY, NONE, RowTable, union

FILLINGS = 16  # more fillings of one anchor than this are not checked, and counted
UNDECIDED = 16 * FILLINGS  # the same before silent keys are decided
ROUNDS = 8  # backward steps in a chain
EXPANSION = 4096  # rows that one slot of one anchor may offer before scopes are met


@dataclass(slots=True)
class State:
    """Partly filled applications: one line each."""

    at: Ints  # which anchor
    masks: Bits
    slots: dict[int, Ints]
    notes: Bits

    def take(self, lines: Ints) -> State:
        """Some of the lines, in that order."""
        return State(self.at[lines], self.masks[lines], {k: v[lines] for k, v in self.slots.items()}, self.notes[lines])

    def __len__(self) -> int:
        return len(self.at)


@dataclass(slots=True)
class LeftOut:
    """Why an anchor has no application of a derivation."""

    derivation: str
    world: int
    anchor: int
    reason: str


@dataclass(slots=True)
class Bound:
    """Everything that binding found."""

    table: RowTable
    links: Links
    plans: Sequence[Plan]
    made: Made
    left_out: list[LeftOut] = field(default_factory=list)


def bind(columns: Columns, derivations: Iterable[Derivation]) -> Bound:
    """All applications of the derivations to the claims; raises CannotBind for a derivation that does not fit."""
    return Binder(columns, derivations).run()


class Binder:
    """One binding run over one set of columns."""

    def __init__(self, columns: Columns, derivations: Iterable[Derivation]) -> None:
        self.columns = columns
        self.vocabulary = columns.vocabulary
        self.table = RowTable(columns)
        self.links = Links(columns, self.table)
        found = sorted(derivations, key=lambda d: (d.gives.attribute, d.name))
        self.plans = [
            *ordered([plan(derivation, self.vocabulary) for derivation in found]),
            *family_plans(self.vocabulary),
        ]
        self.made = Made(self.table, self.plans)
        self.families = Families(self.table, self.made, self.plans, self.vocabulary)
        self.left_out: dict[tuple[str, int, int], LeftOut] = {}
        self._worlds, self._subjects = self._present()
        self._anchors: dict[int, tuple[Ints, Ints]] = {}
        self._seen: dict[tuple[int, int], tuple[int, ...]] = {}
        self._every = {kind: columns.entity(f"every {kind}") for kind in self.vocabulary.kinds}

    def run(self) -> Bound:
        """Forward until nothing is new, one step backward, and again."""
        for _ in range(ROUNDS):
            self._forward()
            if not self._backward():
                break
        return Bound(self.table, self.links, self.plans, self.made, list(self.left_out.values()))

    # ------------------------------------------------------------------------------------------ sweeps

    def _forward(self) -> None:
        going = True
        while going:
            going = False
            for index, each in enumerate(self.plans):
                if not each.inert and self._changed(index, each, -1):
                    before = len(self.table)
                    self._apply(index, each)
                    going = going or len(self.table) > before
            going = self.families.apply() or going

    def _backward(self) -> bool:
        """Solve what may be solved, all from the values known before this step; whether anything came of it."""
        found = [
            (index, each, position, state)
            for index, each in enumerate(self.plans)
            for position in each.solvable
            if self._changed(index, each, position)
            for state in [self._solved(index, each, position)]
            if len(state)
        ]
        before = len(self.table)
        for index, each, position, state in found:
            self.world, self.entity = self._anchored(each)
            self._imply(index, each, state, position)
        return len(self.table) > before

    def _changed(self, index: int, each: Plan, position: int) -> bool:
        """Whether any attribute of the derivation has new rows since it was last applied this way."""
        now = tuple(self.table.version.get(reach.number, 0) for reach in (each.gives, *each.takes))
        then = self._seen.get((index, position))
        self._seen[(index, position)] = now
        return now != then

    def _apply(self, index: int, each: Plan) -> None:
        """All fillings of all inputs: compared with the output where there is one, else implying it."""
        state = self._capped(each, self._fill_all(each, each.takes), FILLINGS)
        if not len(state):
            return
        rest, masks = self._compare(index, each, state)
        if each.derivation.relation is Relation.EQUALS and not each.factor and len(rest):
            lines, waiting = self._first_to_speak(each, state, rest)
            self._imply(index, each, state.take(lines), -1, masks[np.searchsorted(rest, lines)])
            if not waiting and each.gives.number not in {reach.number for reach in each.takes}:
                self._changed(index, each, -1)  # what it implied itself is no reason to apply it again

    def _compare(self, index: int, each: Plan, state: State) -> tuple[Ints, Bits]:
        """Record the fillings whose output has a value, stated or implied elsewhere.

        Gives the lines that imply something nobody gives, with the scope of it: the whole output, or what an implied
        value of a narrower scope leaves of it.
        """
        lines, rows, notes = self._meeting(each, state, each.gives, own_only=True)
        own = self._consistent(state, lines, rows)  # another reading of an input is no output
        lines, rows, notes = lines[own], rows[own], notes[own]
        stated = rows < self.table.stated
        has_stated = np.zeros(len(state), bool)
        has_stated[lines[stated]] = True
        keep = stated | ~has_stated[lines]
        lines, rows, notes = lines[keep], rows[keep], notes[keep]
        full = self._join(state, len(each.takes), lines, rows, notes, each.gives)
        self._record(index, each, full, -1)
        masks, fine = output_masks(each, state.masks, self.vocabulary)
        for column in each.gives.domain if each.derivation.relation is Relation.EQUALS else ():
            if column in each.gives.pins:
                continue
            told = np.zeros(len(state), np.uint32)
            np.bitwise_or.at(told, lines, self.table.masks[rows, column])
            left = masks[:, column] & ~told
            partly = (told != 0) & (left != 0) & ~has_stated
            masks[partly, column] = left[partly]
            state.notes[partly] |= self._narrowed(state, column)[partly]
            fine &= (told == 0) | partly
        if len(each.gives.domain) == len(each.gives.pins):
            fine[lines] = False
        rest = np.flatnonzero(fine)
        return rest, masks[rest]

    def _narrowed(self, state: State, column: int) -> Bits:
        """What reading a silent key as a part amounts to: usual, or weak once another part is named."""
        named = np.zeros(len(state), bool)
        for rows in state.slots.values():
            past = self.table.past(rows)
            named |= ((self.table.parted[past] >> np.uint32(column)) & 1 == 1).any(axis=1, where=past >= 0)
        return np.where(named, np.uint32(Note.PART), np.uint32(Note.SILENCE))

    def _first_to_speak(self, each: Plan, state: State, lines: Ints) -> tuple[Ints, bool]:
        """The lines of the first anchor for each output; others of the same output wait, to be compared with it."""
        place = self.table.place(self.world[state.at[lines]], self._locate(each, each.gives, state.take(lines)))
        _, inverse = np.unique(place, return_inverse=True)
        first = np.full(inverse.max() + 1, len(self.entity))
        np.minimum.at(first, inverse, state.at[lines])
        speaks = state.at[lines] == first[inverse]
        return lines[speaks], not bool(speaks.all())

    def _solved(self, index: int, each: Plan, position: int) -> State:
        """Fillings of the output and all inputs but one that nothing fills."""
        missing = each.takes[position]
        others = tuple(reach for i, reach in enumerate(each.takes) if i != position)
        state = self._fill_all(each, (each.gives, *others), own_first=True)
        if not len(state):
            return state
        state = self._capped(each, self._first_value(state, NONE, missing), FILLINGS)
        lines, _, _ = self._meeting(each, state, missing)
        state = state.take(np.setdiff1d(np.arange(len(state)), lines))
        order = [len(each.takes), *(i for i in range(len(each.takes)) if i != position)]
        state.slots = {order[k]: rows for k, rows in state.slots.items()}
        return state

    # ------------------------------------------------------------------------------------------ joins

    def _anchored(self, each: Plan) -> tuple[Ints, Ints]:
        """(world, entity) of every entity of the anchor's kind of which a source speaks, that the marks allow."""
        if each.kind not in self._anchors:
            mine = self.columns.entities.kind[self._subjects] == each.kind
            self._anchors[each.kind] = (self._worlds[mine], self._subjects[mine])
        world, entity = self._anchors[each.kind]
        if each.factor:
            rows = self.table.factors(each.gives.number)
            return self.table.world[rows].astype(np.int64), self.table.subject[rows].astype(np.int64)
        fine = np.ones(len(entity), bool)
        for column, mask in each.where.items():
            own = self.columns.entities.own[entity, column]
            fine &= (own & np.uint32(mask) != 0) & (own != ALL)
        if each.unless is not None:
            fine &= ~np.isin(entity, self.table.subjects_with(each.unless))
        return world[fine], entity[fine]

    def _fill_all(self, each: Plan, reaches: Sequence[Reach], own_first: bool = False) -> State:
        """Every way to fill these slots with rows whose scopes meet."""
        world, entity = self._anchored(each)
        notes = np.zeros(len(entity), np.uint32)
        if each.unless is not None:  # weak, unless it is said outright that there is none
            notes[~np.isin(entity, self.table.subjects_without(each.unless))] = Note.UNLESS
        self.world, self.entity = world, entity
        masks = (
            self.table.masks[self.table.factors(each.gives.number)]
            if each.factor
            else self.columns.entities.own[entity]
        )
        state = State(np.arange(len(entity)), masks.copy(), {}, notes)
        for position, reach in enumerate(reaches):
            if not len(state):
                break
            lines, rows, more = self._meeting(each, state, reach, own_only=own_first and position == 0)
            state = self._capped(each, self._join(state, position, lines, rows, more, reach), UNDECIDED)
        return self._settled(each, state, reaches)

    def _meeting(self, each: Plan, state: State, reach: Reach, own_only: bool = False) -> tuple[Ints, Ints, Bits]:
        """(line, row, notes) of every row that meets a line, from the nearest tier that has one."""
        world = self.world[state.at]
        subject = self._locate(each, reach, state)
        if each.factor and reach is each.gives:
            return np.arange(len(state)), self.table.factors(reach.number)[state.at], np.zeros(len(state), np.uint32)
        if reach.slot.each:
            return self._members(each, state, reach, world, subject)
        waiting = np.flatnonzero(subject >= 0)
        found: list[tuple[Ints, Ints, Bits]] = []
        for note, tier_world, tier_subject in self._tiers(reach, world, subject, own_only):
            if not len(waiting):
                break
            usable = waiting[(tier_world[waiting] >= 0) & (tier_subject[waiting] >= 0)]
            position, rows = self.table.look(reach.number, tier_world[usable], tier_subject[usable])
            lines = usable[position]
            fine = self._meets(state, lines, rows, reach)
            lines, rows = lines[fine], rows[fine]
            found.append((lines, rows, np.full(len(lines), note, np.uint32)))
            waiting = np.setdiff1d(waiting, lines)
        if reach.attribute.travels and not own_only and len(waiting):
            found.extend(self._travelled(state, reach, world, subject, waiting))
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
        self, state: State, reach: Reach, world: Ints, subject: Ints, waiting: Ints
    ) -> Iterable[tuple[Ints, Ints, Bits]]:
        """Rates of the wider entity, else of each narrower one, where no claim at all is about the subject itself."""
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
                mute = np.setdiff1d(mute, lines[at][fine])

    def _spoken_of(self, reach: Reach, world: Ints, subject: Ints) -> np.ndarray:
        spoken = np.zeros(len(subject), bool)
        for place in (world, np.full_like(world, self.table.references), self._retold(world)):
            usable = np.flatnonzero(place >= 0)
            position, _ = self.table.look(reach.number, place[usable], subject[usable])
            spoken[usable[position]] = True
        return spoken

    def _meets(self, state: State, lines: Ints, rows: Ints, reach: Reach) -> np.ndarray:
        """Whether scopes intersect on every key, pinned keys inside the slot only."""
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
        return fine

    def _join(self, state: State, position: int, lines: Ints, rows: Ints, notes: Bits, reach: Reach) -> State:
        """The lines with one more slot filled; a claim has one reading, and fills one slot only."""
        fine = np.ones(len(lines), bool)
        for other in state.slots.values():
            taken = other[lines]
            claim, that = self.table.claim[rows], self.table.claim[taken]
            fine &= ~((claim >= 0) & (claim == that))
        fine &= self._consistent(state, lines, rows)
        lines, rows, notes = lines[fine], rows[fine], notes[fine]
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

    def _consistent(self, state: State, lines: Ints, rows: Ints) -> np.ndarray:
        """Whether each claim behind the filled slots and the new row keeps one reading."""
        behind = [self.table.past(rows), *(self.table.past(other[lines]) for other in state.slots.values())]
        if len(behind) == 1 and behind[0].shape[1] == 1:
            return np.ones(len(lines), bool)
        past = union(behind)
        claim = np.where(past >= 0, self.table.claim[past], -1 - np.arange(past.shape[1]))
        return ~(claim[:, 1:] == claim[:, :-1]).any(axis=1) & (past.shape[1] <= HISTORY)

    def _settled(self, each: Plan, state: State, reaches: Sequence[Reach]) -> State:
        """Silent keys decided, wholes kept, one holder preferred to several."""
        for position, reach in enumerate(reaches):
            if position in state.slots and not reach.slot.each:
                state = self._first_value(state, position, reach)
        self._note_silence(state)
        fine = np.ones(len(state), bool)
        for column, whole in each.whole.items():
            fine &= (state.masks[:, column] & np.uint32(whole)) != 0
        state = state.take(np.flatnonzero(fine))
        return self._one_holder(state)

    def _first_value(self, state: State, position: int, reach: Reach) -> State:
        """For a silent key with a `first` list: the first value that the rest of the application can meet.

        An empty slot is as silent as a claim that does not word the key.
        """
        empty = position not in state.slots
        for key, rule in reach.attribute.keys.items():
            column = self.vocabulary.key_order[key]
            if not rule.silent or not rule.silent.first or column in reach.pins or not len(state):
                continue
            rows = np.zeros(len(state), np.int64) if empty else state.slots[position]
            soft = (
                np.ones(len(state), bool) if empty else (self.table.first[rows] >> np.uint32(column) & 1).astype(bool)
            )
            worst = len(rule.silent.first)
            rank = np.full(len(state), worst)
            for place, value in reversed(list(enumerate(rule.silent.first))):
                bit = np.uint32(self.vocabulary.keys[key].mask([value]))
                has = (state.masks[:, column] & bit) != 0
                rank[has] = place
                state.masks[soft & has, column] = np.where(
                    rank[soft & has] == place, bit, state.masks[soft & has, column]
                )
            _, inverse = np.unique(state.at.astype(np.int64) * (len(self.table) + 1) + rows, return_inverse=True)
            best = np.full(inverse.max() + 1, worst)
            np.minimum.at(best, inverse, rank)
            keep = ~soft | ((rank == best[inverse]) & (rank < worst))
            state = state.take(np.flatnonzero(keep))
        return state

    def _note_silence(self, state: State) -> None:
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

    def _one_holder(self, state: State) -> State:
        """Fillings whose own claims share one holder, where an anchor has any; others are marked."""
        if not len(state):
            return state
        low = np.full(len(state), np.iinfo(np.int32).max, np.int64)
        high = np.full(len(state), -1, np.int64)
        for rows in state.slots.values():
            own = self.table.world[rows] == self.world[state.at]
            holder = self.table.holder[rows]
            known = own & (holder >= 0)
            low = np.where(known, np.minimum(low, holder), low)
            high = np.where(known, np.maximum(high, holder), high)
        mixed = high > low
        if not mixed.any():
            return state
        uniform = np.zeros(len(self.world), bool)
        uniform[state.at[~mixed]] = True
        state.notes |= np.where(mixed, np.uint32(Note.HOLDERS), np.uint32(0))
        return state.take(np.flatnonzero(~mixed | ~uniform[state.at]))

    def _locate(self, each: Plan, reach: Reach, state: State) -> Ints:
        """The subject of a slot for each line; -1 missing, -2 doubled."""
        world, entity = self.world[state.at], self.entity[state.at]
        if each.factor and reach.slot.name == "that":
            rows = self.table.factors(reach.number)[state.at]
            return self.columns.claims.than[self.table.claim[rows]].astype(np.int64)
        if reach.constant:
            about = np.flatnonzero(self.table.attribute == reach.number)
            subject = self.table.subject[about[0]] if len(about) else NONE
            return np.full(len(entity), subject, np.int64)
        if reach.slot.each:
            return entity.astype(np.int64)
        subject = entity.astype(np.int64)
        for link in reach.path:
            here = subject >= 0
            subject[here] = self.links.follow(link, world[here], subject[here])
        return subject

    def _members(self, each: Plan, state: State, reach: Reach, world: Ints, subject: Ints) -> tuple[Ints, Ints, Bits]:
        """For a group slot: one summed row for each line whose linked entities all have one value."""
        position, member = self.links.follow_many(reach.path[0], world, subject)
        found: list[tuple[int, int, int]] = []
        for line in np.unique(position):
            members = member[position == line]
            at, rows = self.table.look(reach.number, np.full(len(members), world[line]), members)
            fine = self._meets(state, np.full(len(rows), line), rows, reach)
            at, rows = at[fine], rows[fine]
            if len(members) and (members >= 0).all() and len(at) == len(members) and len(np.unique(at)) == len(members):
                row, notes = self.made.group(rows, reach.number, int(subject[line]), int(world[line]))
                found.append((int(line), row, notes))
            elif len(members):
                self._leave_out(
                    each, int(world[line]), int(subject[line]), "a linked entity has no stated value, or several"
                )
        table = np.array(found, np.int64).reshape(-1, 3)
        return table[:, 0], table[:, 1], table[:, 2].astype(np.uint32)

    def _capped(self, each: Plan, state: State, most: int) -> State:
        counts = np.bincount(state.at, minlength=len(self.world))
        over = counts > most
        for anchor in np.flatnonzero(over):
            self._leave_out(
                each,
                int(self.world[anchor]),
                int(self.entity[anchor]),
                f"{counts[anchor]} fillings, more than {most}",
            )
        return state.take(np.flatnonzero(~over[state.at])) if over.any() else state

    def _leave_out(self, each: Plan, world: int, entity: int, reason: str) -> None:
        self.left_out[(each.derivation.name, world, entity)] = LeftOut(each.derivation.name, world, entity, reason)

    # ------------------------------------------------------------------------------------------ results

    def _record(self, index: int, each: Plan, state: State, solved: int) -> None:
        """Keep complete applications that are no echo of themselves."""
        if not len(state):
            return
        masks, fine = output_masks(each, state.masks, self.vocabulary)
        state = state.take(np.flatnonzero(fine))
        self.made.add(index, state.slots, state.notes, self.world[state.at], self.entity[state.at], masks[fine], solved)

    def _imply(self, index: int, each: Plan, state: State, solved: int, given: Bits | None = None) -> None:
        """Record applications with one slot empty and append the values they imply, in the given scopes if any."""
        if not len(state):
            return
        reach = each.gives if solved < 0 else each.takes[solved]
        masks, fine = solved_masks(reach, state.masks) if given is None else (given, np.ones(len(state), bool))
        world, entity = self.world[state.at], self.entity[state.at]
        subject = self._locate(each, reach, state)
        keep = np.flatnonzero(fine & (subject >= 0))
        state, masks, world, entity, subject = state.take(keep), masks[keep], world[keep], entity[keep], subject[keep]
        self.made.imply(index, state.slots, state.notes, world, entity, subject, masks, solved)

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


def solved_masks(reach: Reach, masks: Bits) -> tuple[Bits, np.ndarray]:
    """The scope of a solved input: what the rest leaves of its keys."""
    out = np.full_like(masks, ALL)
    fine = np.ones(len(masks), bool)
    for column, allowed in reach.domain.items():
        out[:, column] = reach.pins.get(column, 0) or masks[:, column] & np.uint32(allowed)
        fine &= out[:, column] != 0
    return out, fine


def ordered(plans: Sequence[Plan]) -> list[Plan]:
    """Plans so that what gives an attribute mostly stands before what takes it; the order of the input does not matter."""
    rest, out = sorted(plans, key=lambda p: p.derivation.name), []
    while rest:
        wanted = {each.gives.number for each in rest}
        ready = [p for p in rest if not {t.number for t in p.takes} & (wanted - {p.gives.number})] or rest[:1]
        out += ready
        rest = [p for p in rest if p not in ready]
    return out


def _gathered(found: list[tuple[Ints, Ints, Bits]]) -> tuple[Ints, Ints, Bits]:
    """Pieces of (line, row, notes) as one, ordered by line and row."""
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint32)
    lines, rows, notes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((rows, lines))
    return lines[order], rows[order], notes[order]
