"""Binding: which claims fill which derivations, without anybody wiring them.

The fifteen lines of the rule (docs/binding.md) as joins over columns: every anchor of a derivation is tried at once.
Forward until nothing is new, then one step backward where the vocabulary lets a value be solved, then forward again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from kb.applications import Made
from kb.columns import Bits, Columns
from kb.families import Families, family_plans
from kb.fillings import Fillings, LeftOut, LeftOuts, Settling, contested, empty
from kb.joins import Joins, Met
from kb.links import Links
from kb.marks import Derivation, Relation
from kb.plan import CannotBind, Plan, empty_masks, plan
from kb.rowtable import NONE, RowTable
from kb.watching import Watch, unwatched

__all__ = ["Bound", "LeftOut", "bind"]

ROUNDS = 8  # backward steps in a chain


@dataclass(slots=True)
class Bound:
    """Everything that binding found."""

    table: RowTable
    links: Links
    plans: Sequence[Plan]
    made: Made
    left_out: list[LeftOut] = field(default_factory=list)
    unfit: list[CannotBind] = field(default_factory=list)  # derivations that the vocabulary has no room for


def bind(columns: Columns, derivations: Iterable[Derivation], watch: Watch = unwatched) -> Bound:
    """All applications of the derivations to the claims; one that does not fit the vocabulary is named."""
    return Binder(columns, derivations, watch).run()


class Binder:
    """One binding run over one set of columns."""

    def __init__(self, columns: Columns, derivations: Iterable[Derivation], watch: Watch) -> None:
        self.watch = watch
        self.vocabulary = columns.vocabulary
        self.table = RowTable(columns)
        self.links = Links(columns, self.table)
        found = sorted(derivations, key=lambda d: (d.gives.attribute, d.name))
        fitting: list[Plan] = []
        self.unfit: list[CannotBind] = []
        for derivation in found:
            try:
                fitting.append(plan(derivation, self.vocabulary))
            except CannotBind as error:  # one that does not fit must not hide what the others find
                self.unfit.append(error)
        self.plans = [
            *ordered(fitting),
            *family_plans(self.vocabulary),
        ]
        self.left_out = LeftOuts()
        self.settling = Settling(columns, self.table)
        self.made = Made(self.table, self.plans, self.left_out)
        self.families = Families(self.table, self.made, self.settling, self.left_out)
        self.joins = Joins(columns, self.links, self.made, self.settling, self.left_out)
        self._seen: dict[tuple[int, int], tuple[int, ...]] = {}
        self._known: dict[tuple[int, int], int] = {}  # how many rows there were then

    def run(self) -> Bound:
        """Forward until nothing is new, one step backward, and again."""
        for _ in range(ROUNDS):
            self._forward()
            if not self._backward():
                break
        return Bound(self.table, self.links, self.plans, self.made, list(self.left_out.found.values()), self.unfit)

    # ------------------------------------------------------------------------------------------ forward

    def _forward(self) -> None:
        going = True
        while going:
            going = False
            for index, each in enumerate(self.watch(self.plans, "applying derivations")):
                known = self._known.get((index, NONE), 0)
                if not each.inert and self._changed(index, each, NONE):
                    before = len(self.table)
                    self._apply(index, each, known)
                    going = going or len(self.table) > before
            going = self.families.apply() or going

    def _changed(self, index: int, each: Plan, position: int) -> bool:
        """Whether any attribute of the derivation has new rows since it was last applied this way."""
        now = tuple(self.table.version.get(reach.number, 0) for reach in (each.gives, *each.takes))
        then = self._seen.get((index, position))
        if now != then:
            self._seen[index, position], self._known[index, position] = now, len(self.table)
        return now != then

    def _apply(self, index: int, each: Plan, known: int) -> None:
        """All fillings of all inputs: compared with the output where there is one, else implying it.

        Only at anchors that reach a row from `known` on: there is nothing new at the others.
        """
        if not self.joins.spoken_of(each, each.takes):
            del self._known[index, NONE]  # it was not tried anywhere
            return
        state = self.left_out.cap(each, self.joins.fill(each, each.takes, known))
        if not len(state):
            return
        met = self._answers(each, state)
        self._compare(index, each, state, met)
        if each.derivation.relation is Relation.EQUALS and not each.factor:
            self._imply(index, each, *self._unanswered(each, state, met), NONE)
            if not self._own_reason(each, state):
                self._changed(index, each, NONE)

    def _own_reason(self, each: Plan, state: Fillings) -> bool:
        """Whether what a derivation implies can be a reason to apply it again: as an input, or at a second anchor."""
        if each.gives.number in {reach.number for reach in each.takes}:
            return True
        subject = self.joins.locate(each, each.gives, state)
        known = np.flatnonzero(subject >= 0)
        return len(contested(self.table, state.take(known), subject[known])) > 0

    def _answers(self, each: Plan, state: Fillings) -> Met:
        """What the own source gives for the output of each line: what it states, else what is implied elsewhere."""
        met = self.joins.meeting(each, state, each.gives, own_only=True)
        stated = met.rows < self.table.stated
        has_stated = np.zeros(len(state), bool)
        has_stated[met.lines[stated]] = True
        keep = stated | ~has_stated[met.lines]
        return Met(met.lines[keep], met.rows[keep], met.notes[keep])

    def _compare(self, index: int, each: Plan, state: Fillings, met: Met) -> None:
        """Record the lines with each answer to their output; the same holder's where there is one."""
        position = len(each.takes)
        full = self.joins.join(replace(state, at=np.arange(len(state))), position, met, each.gives)
        full = self.settling.first_value(full, position, each.gives)
        full = self.settling.one_holder(full, full.at)
        self.settling.note(full, {position: each.gives})
        masks, fine = empty_masks(each.gives, full.masks, self.vocabulary)
        self.made.add(index, full.take(np.flatnonzero(fine)), masks[fine])

    def _unanswered(self, each: Plan, state: Fillings, met: Met) -> tuple[Fillings, Bits]:
        """The lines that imply something nobody gives, with the scope of it.

        It is the whole output, or what implied values of narrower scopes leave of it along the first key that they do
        not exhaust. What a source states is left alone: a remainder would be an answer to a question it has answered.
        """
        masks, fine = empty_masks(each.gives, state.masks, self.vocabulary)
        answered = np.zeros(len(state), bool)
        answered[met.lines] = True
        stated = np.zeros(len(state), bool)
        stated[met.lines[met.rows < self.table.stated]] = True
        for column in each.gives.domain:
            if column in each.gives.pins:
                continue
            told = np.zeros(len(state), np.uint32)
            np.bitwise_or.at(told, met.lines, self.table.masks[met.rows, column])
            left = masks[:, column] & ~told
            partly = np.flatnonzero(answered & ~stated & (left != 0))
            masks[partly, column] = left[partly]
            state.notes[partly] |= self.settling.narrowed(state.take(partly), column)
            answered[partly] = False
        lines = np.flatnonzero(fine & ~answered)
        return state.take(lines), masks[lines]

    # ------------------------------------------------------------------------------------------ backward

    def _backward(self) -> bool:
        """Solve what may be solved, all from the values known before this step; whether anything came of it."""
        found = [
            (index, each, position, self._solved(index, each, position, known))
            for index, each in enumerate(self.plans)
            for position in each.solvable
            for known in [self._known.get((index, position), 0)]
            if self._changed(index, each, position)
        ]
        before = len(self.table)
        for index, each, position, state in found:
            if not len(state):
                continue
            left = self._missing(each, position, state)  # two that solve one value would find one loop twice
            masks, fine = empty_masks(each.takes[position], left.masks, self.vocabulary)
            lines = np.flatnonzero(fine)
            self._imply(index, each, left.take(lines), masks[lines], position)
        return len(self.table) > before

    def _solved(self, index: int, each: Plan, position: int, known: int) -> Fillings:
        """Fillings, where a row is new, of the output and all inputs but one that nothing fills."""
        others = [i for i in range(len(each.takes)) if i != position]
        reaches = (each.gives, *(each.takes[i] for i in others))
        if not self.joins.spoken_of(each, reaches):
            del self._known[index, position]  # it was not tried anywhere
            return empty(np.empty(0, np.int64), np.empty(0, np.int64), self.table.masks[:0])
        state = self.joins.fill(each, reaches, known, own_first=True)
        state.slots = dict(zip([len(each.takes), *others], state.slots.values(), strict=False))
        state = self.settling.first_value(state, NONE, each.takes[position])
        return self._missing(each, position, self.left_out.cap(each, state))

    def _missing(self, each: Plan, position: int, state: Fillings) -> Fillings:
        """The lines for whose empty input there is nothing."""
        if not len(state):
            return state
        met = self.joins.meeting(each, state, each.takes[position])
        without = np.ones(len(state), bool)
        without[met.lines] = False
        return state.take(np.flatnonzero(without))

    # ------------------------------------------------------------------------------------------ implied values

    def _imply(self, index: int, each: Plan, state: Fillings, masks: Bits, solved: int) -> None:
        """Append the values that fillings with one slot empty imply."""
        reach = each.gives if solved == NONE else each.takes[solved]
        subject = self.joins.locate(each, reach, state)
        lines = np.flatnonzero(subject >= 0)
        self.made.imply(index, state.take(lines), subject[lines], masks[lines], solved)


def ordered(plans: Sequence[Plan]) -> list[Plan]:
    """Plans so that what gives an attribute mostly stands before what takes it, whatever the order of the input."""
    rest, out = sorted(plans, key=lambda p: p.derivation.name), []
    while rest:
        wanted = {p.gives.number for p in rest if p.derivation.relation is Relation.EQUALS}  # a bound gives no value
        ready = [p for p in rest if not {t.number for t in p.takes} & (wanted - {p.gives.number})] or rest[:1]
        out += ready
        rest = [p for p in rest if p not in ready]
    return out
