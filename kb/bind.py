"""Binding: which claims fill which derivations, without anybody wiring them.

The fifteen lines of the rule (docs/binding.md) as joins over columns: every anchor of a derivation is tried at once.
Forward until nothing is new, then one step backward where the vocabulary allows a value to be solved, then forward again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.applications import Made
from kb.columns import Bits, Columns, Ints
from kb.families import Families, family_plans
from kb.fillings import Fillings
from kb.joins import Joins, LeftOut
from kb.links import Links
from kb.marks import Derivation, Relation
from kb.plan import Plan, Reach, output_masks, plan
from kb.readings import ALL
from kb.rowtable import NONE, RowTable

__all__ = ["Bound", "LeftOut", "bind"]

FILLINGS = 16  # more fillings of one anchor than this are not checked, and counted
ROUNDS = 8  # backward steps in a chain


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
        self.joins = Joins(columns, self.table, self.links, self.made)
        self._seen: dict[tuple[int, int], tuple[int, ...]] = {}

    def run(self) -> Bound:
        """Forward until nothing is new, one step backward, and again."""
        for _ in range(ROUNDS):
            self._forward()
            if not self._backward():
                break
        return Bound(self.table, self.links, self.plans, self.made, list(self.joins.left_out.values()))

    # ------------------------------------------------------------------------------------------ forward

    def _forward(self) -> None:
        going = True
        while going:
            going = False
            for index, each in enumerate(self.plans):
                if not each.inert and self._changed(index, each, NONE):
                    before = len(self.table)
                    self._apply(index, each)
                    going = going or len(self.table) > before
            going = self.families.apply() or going

    def _changed(self, index: int, each: Plan, position: int) -> bool:
        """Whether any attribute of the derivation has new rows since it was last applied this way."""
        now = tuple(self.table.version.get(reach.number, 0) for reach in (each.gives, *each.takes))
        then = self._seen.get((index, position))
        self._seen[(index, position)] = now
        return now != then

    def _apply(self, index: int, each: Plan) -> None:
        """All fillings of all inputs: compared with the output where there is one, else implying it."""
        state = self.joins.capped(each, self.joins.fill(each, each.takes), FILLINGS)
        if not len(state):
            return
        rest, masks = self._compare(index, each, state)
        if each.derivation.relation is Relation.EQUALS and not each.factor and len(rest):
            lines, waiting = self._first_to_speak(each, state, rest)
            self._imply(index, each, state.take(lines), NONE, masks[np.searchsorted(rest, lines)])
            if not waiting and each.gives.number not in {reach.number for reach in each.takes}:
                self._changed(index, each, NONE)  # what it implied itself is no reason to apply it again

    def _compare(self, index: int, each: Plan, state: Fillings) -> tuple[Ints, Bits]:
        """Record the fillings whose output has a value, stated or implied elsewhere.

        Gives the lines that imply something nobody gives, with the scope of it: the whole output, or what an implied
        value of a narrower scope leaves of it.
        """
        lines, rows, notes = self.joins.meeting(each, state, each.gives, own_only=True)
        stated = rows < self.table.stated
        has_stated = np.zeros(len(state), bool)
        has_stated[lines[stated]] = True
        keep = stated | ~has_stated[lines]
        lines, rows, notes = lines[keep], rows[keep], notes[keep]
        full = self.joins.join(state, len(each.takes), lines, rows, notes, each.gives)
        self._record(index, each, full)
        masks, fine = output_masks(each, state.masks, self.vocabulary)
        for column in each.gives.domain if each.derivation.relation is Relation.EQUALS else ():
            if column in each.gives.pins:
                continue
            told = np.zeros(len(state), np.uint32)
            np.bitwise_or.at(told, lines, self.table.masks[rows, column])
            left = masks[:, column] & ~told
            partly = (told != 0) & (left != 0) & ~has_stated
            masks[partly, column] = left[partly]
            state.notes[partly] |= self.joins.settling.narrowed(state, column)[partly]
            fine &= (told == 0) | partly
        if len(each.gives.domain) == len(each.gives.pins):
            fine[lines] = False
        rest = np.flatnonzero(fine)
        return rest, masks[rest]

    def _first_to_speak(self, each: Plan, state: Fillings, lines: Ints) -> tuple[Ints, bool]:
        """The lines of the first anchor for each output; others of the same output wait, to be compared with it."""
        place = self.table.place(state.world[lines], self.joins.locate(each, each.gives, state.take(lines)))
        _, inverse = np.unique(place, return_inverse=True)
        first = np.full(inverse.max() + 1, state.at.max() + 1)
        np.minimum.at(first, inverse, state.at[lines])
        speaks = state.at[lines] == first[inverse]
        return lines[speaks], not bool(speaks.all())

    # ------------------------------------------------------------------------------------------ backward

    def _backward(self) -> bool:
        """Solve what may be solved, all from the values known before this step; whether anything came of it."""
        found = [
            (index, each, position, state)
            for index, each in enumerate(self.plans)
            for position in each.solvable
            if self._changed(index, each, position)
            for state in [self._solved(each, position)]
            if len(state)
        ]
        before = len(self.table)
        for index, each, position, state in found:
            self._imply(index, each, state, position)
        return len(self.table) > before

    def _solved(self, each: Plan, position: int) -> Fillings:
        """Fillings of the output and all inputs but one that nothing fills."""
        missing = each.takes[position]
        others = tuple(reach for i, reach in enumerate(each.takes) if i != position)
        state = self.joins.fill(each, (each.gives, *others), own_first=True)
        if not len(state):
            return state
        state = self.joins.capped(each, self.joins.settling.first_value(state, NONE, missing), FILLINGS)
        lines, _, _ = self.joins.meeting(each, state, missing)
        state = state.take(np.setdiff1d(np.arange(len(state)), lines))
        order = [len(each.takes), *(i for i in range(len(each.takes)) if i != position)]
        state.slots = {order[k]: rows for k, rows in state.slots.items()}
        return state

    # ------------------------------------------------------------------------------------------ results

    def _record(self, index: int, each: Plan, state: Fillings) -> None:
        """Keep complete applications that are no echo of themselves."""
        if not len(state):
            return
        masks, fine = output_masks(each, state.masks, self.vocabulary)
        state = state.take(np.flatnonzero(fine))
        self.made.add(index, state.slots, state.notes, state.world, state.entity, masks[fine], NONE)

    def _imply(self, index: int, each: Plan, state: Fillings, solved: int, given: Bits | None = None) -> None:
        """Record applications with one slot empty and append the values they imply, in the given scopes if any."""
        if not len(state):
            return
        reach = each.gives if solved == NONE else each.takes[solved]
        masks, fine = solved_masks(reach, state.masks) if given is None else (given, np.ones(len(state), bool))
        subject = self.joins.locate(each, reach, state)
        keep = np.flatnonzero(fine & (subject >= 0))
        state, masks, subject = state.take(keep), masks[keep], subject[keep]
        self.made.imply(index, state.slots, state.notes, state.world, state.entity, subject, masks, solved)


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
