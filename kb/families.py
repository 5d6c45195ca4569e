"""What every attribute obeys because of what it is: parts at most wholes, sums, mixtures, and factors of each other.

These derivations are not written down one by one; the vocabulary says which attributes have parts, a ceiling, factors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, product
from math import prod
from typing import Any, NamedTuple

import numpy as np

from kb.applications import Made
from kb.columns import Ints
from kb.fillings import FILLINGS, UNDECIDED, Fillings, LeftOuts, Settling, consistent
from kb.marks import Derivation, Relation, Slot
from kb.notes import Note
from kb.plan import Plan, reach_of
from kb.readings import ALL
from kb.rowtable import NONE, RowTable
from kb.vocabulary import Attribute, KeyRule, Parts, Type, Vocabulary

MOST_PARTS = 8


def at_most(whole: Any) -> Any:
    """A part of something is at most the whole.

    Reference: definition of a part.
    """
    return whole


def factor_of(this: Any, that: Any) -> Any:
    """One value as a factor of another.

    Reference: definition of a ratio.
    """
    return this / that


def sum_of_parts(*parts: Any) -> Any:
    """A whole is the sum of all its parts.

    Reference: definition of a sum.
    """
    return sum(parts[1:], parts[0])


def mixture_of_parts(*parts: Any) -> Any:
    """A mean over parts lies between the smallest and the largest of them.

    Reference: definition of a mean.
    """
    return parts[0].hull(*parts[1:])


def family_plans(vocabulary: Vocabulary) -> list[Plan]:
    """A plan for each ceiling, ratio, sum, mixture and part that the vocabulary's attributes allow."""
    plans: list[Plan] = []
    for attribute in vocabulary.attributes.values():
        if attribute.type is not Type.QUANTITY or vocabulary.kinds[attribute.about].everywhere:
            continue
        if attribute.at_most is not None:
            plans.append(_ceiling(attribute, vocabulary.attributes[attribute.at_most], vocabulary))
        plans.append(_ratio(attribute, vocabulary))
        for rule in (Parts.SUM, Parts.MEAN):
            if any(each.parts is rule for each in attribute.keys.values()):
                plans += [_assembly(attribute, rule, count, vocabulary) for count in range(2, MOST_PARTS + 1)]
        if any(each.parts in {Parts.SUM, Parts.MAX} for each in attribute.keys.values()):
            plans.append(_ceiling(attribute, attribute, vocabulary))
    return plans


def _ceiling(attribute: Attribute, whole: Attribute, vocabulary: Vocabulary) -> Plan:
    name = "part_at_most_whole" if whole is attribute else "at_most"
    derivation = Derivation(
        name, "families", at_most, Slot("gives", attribute.id), (Slot("whole", whole.id),), Relation.AT_MOST
    )
    return _plain(derivation, attribute, vocabulary, inert=whole is attribute)


def _ratio(attribute: Attribute, vocabulary: Vocabulary) -> Plan:
    slots = (Slot("this", attribute.id), Slot("that", attribute.id))
    return _plain(
        Derivation("ratio", "families", factor_of, Slot("gives", attribute.id), slots),
        attribute,
        vocabulary,
        factor=True,
    )


def _assembly(attribute: Attribute, rule: Parts, count: int, vocabulary: Vocabulary) -> Plan:
    name, function = ("parts", sum_of_parts) if rule is Parts.SUM else ("hull", mixture_of_parts)
    slots = tuple(Slot(f"part_{i + 1}", attribute.id) for i in range(count))
    return _plain(
        Derivation(name, "families", function, Slot("gives", attribute.id), slots), attribute, vocabulary, inert=True
    )


def _plain(
    derivation: Derivation, attribute: Attribute, vocabulary: Vocabulary, factor: bool = False, inert: bool = False
) -> Plan:
    """A plan about one entity; an inert one is applied by imply_wholes, not by joins over anchors."""
    gives = reach_of(derivation.gives, vocabulary)
    return Plan(
        derivation=derivation,
        kind=vocabulary.kind_order[attribute.about],
        gives=gives,
        takes=tuple(
            replace(gives, slot=slot) if slot.attribute == attribute.id else reach_of(slot, vocabulary)
            for slot in derivation.takes
        ),
        where={},
        unless=None,
        whole={},
        factor=factor,
        inert=inert,
    )


# ------------------------------------------------------------------------------------------------ wholes from parts


class Family(NamedTuple):
    """A value of a key and what it holds: one subject's rows that name a part outright, and those of the whole."""

    mask: int  # of the value
    parts: list[list[int]]  # rows of each part that is named
    complete: bool  # whether all parts are
    wholes: list[int]  # rows of the value itself or of what holds it


class Families:
    """Applies part-at-most-whole, sums and mixtures to the rows of a binding run."""

    def __init__(self, table: RowTable, made: Made, settling: Settling, left_out: LeftOuts) -> None:
        self.table = table
        self.made = made
        self.settling = settling
        self.left_out = left_out
        self.vocabulary = table.columns.vocabulary
        self.plan = {
            (p.gives.number, p.derivation.name, len(p.takes)): index for index, p in enumerate(made.plans) if p.inert
        }
        self._seen: dict[int, int] = {}
        self._known: dict[int, int] = {}  # how many rows there were then
        self._trees: dict[str, list[tuple[int, int, list[int]]]] = {}  # by key

    def apply(self) -> bool:
        """Compare parts with wholes and imply wholes that nobody gives; whether any value was implied."""
        before = len(self.table)
        for name, attribute in self.vocabulary.attributes.items():
            number = self.vocabulary.attribute_order[name]
            version = self.table.version.get(number, 0)
            if self._seen.get(number) != version:
                self._seen[number] = version
                known, self._known[number] = self._known.get(number, 0), len(self.table)
                for key, rule in attribute.keys.items():
                    if rule.parts in {Parts.SUM, Parts.MEAN, Parts.MAX}:
                        self._along(number, key, rule, known)
        return len(self.table) > before

    def _along(self, attribute: int, name: str, rule: KeyRule, known: int) -> None:
        """Every comparison and value along one key, about subjects that have a row from `known` on."""
        groups = self._with_parts(attribute, name, rule.only, known)
        families = [family for rows in groups for family in self._families(name, rows)]
        column = self.vocabulary.key_order[name]
        if rule.parts is not Parts.MEAN:
            self._ceilings(self.plan.get((attribute, "part_at_most_whole", 1), NONE), column, families)
        word = {Parts.SUM: "parts", Parts.MEAN: "hull"}.get(rule.parts, "")
        for count in range(2, MOST_PARTS + 1):
            mine = [f for f in families if len(f.parts) == count and (f.complete or rule.parts is Parts.MEAN)]
            if mine and (attribute, word, count) in self.plan:
                self._wholes(self.plan[attribute, word, count], column, mine)

    def _with_parts(self, attribute: int, name: str, only: str | None, known: int) -> Iterator[Ints]:
        """For each subject of which a part is given along the key, and a row from `known` on: all its rows."""
        key, column = self.vocabulary.keys[name], self.vocabulary.key_order[name]
        rows = self.table.rows_of(attribute)
        within = key.inside(only) if only else tuple(key.order)  # what holds the whole of the attribute has no figure
        inner = [key.mask([value]) for value in within if key.parent[value] is not None and value != only]
        parts = rows[np.isin(self.table.masks[rows, column], inner)]
        if not len(parts):
            return
        places = self.table.place(self.table.world[rows], self.table.subject[rows])
        mine = np.isin(places, self.table.place(self.table.world[parts], self.table.subject[parts]))
        mine &= np.isin(places, places[rows >= known])
        if not mine.any():
            return
        rows, places = rows[mine], places[mine]
        order = np.lexsort((rows, places))
        yield from np.split(rows[order], np.flatnonzero(np.diff(places[order])) + 1)

    def _families(self, name: str, rows: Ints) -> Iterator[Family]:
        """For each value of the key of which a part is given: its parts and wholes among some rows."""
        said: dict[int, list[int]] = {}
        masks = self.table.masks[rows, self.vocabulary.key_order[name]].tolist()
        for row, mask in zip(rows.tolist(), masks, strict=True):
            said.setdefault(mask, []).append(row)
        for value, above, children in self._tree(name):
            if parts := [said[child] for child in children if child in said]:
                wholes = sorted(row for mask, mine in said.items() if mask & ~above == 0 for row in mine)
                yield Family(value, parts, len(parts) == len(children), wholes)

    def _tree(self, name: str) -> list[tuple[int, int, list[int]]]:
        """Each value of a key that holds others: its mask, that of it and all that holds it, and those of its parts."""
        if name not in self._trees:
            key = self.vocabulary.keys[name]
            held = {value: [child for child, parent in key.parent.items() if parent == value] for value in key.order}
            self._trees[name] = [
                (key.mask([value]), key.mask(key.above(value)), [key.mask([child]) for child in children])
                for value, children in held.items()
                if children
            ]
        return self._trees[name]

    def _ceilings(self, plan: int, column: int, families: Sequence[Family]) -> None:
        """Hold each part against what holds it; two implied values are compared elsewhere."""
        pairs = [
            (part, whole, part)
            for family in families
            for part in chain.from_iterable(family.parts)
            for whole in family.wholes
            if min(whole, part) < self.table.stated
        ]
        if pairs and plan != NONE:
            state = self._fitting(plan, self._side_by_side(column, pairs))
            state = self.settling.one_holder(state, state.at)
            self.made.add(plan, state, self.table.masks[state.slots[1]])

    def _wholes(self, plan: int, column: int, families: Sequence[Family]) -> None:
        """Wholes from one row of each part: compared where they are given, stated ones first, implied where not."""
        families = self._few(plan, families)
        if not families:
            return
        products = [(number, *rows) for number, family in enumerate(families) for rows in product(*family.parts)]
        state = self._fitting(plan, self._side_by_side(column, products))
        state = self.left_out.cap(self.made.plans[plan], self.settling.one_holder(state, state.at))
        state.notes[[not families[number].complete for number in state.at]] |= np.uint32(Note.INCOMPLETE)
        mask = np.array([family.mask for family in families], np.uint32)[state.at]
        lines, wholes = self._given(state, column, families)
        each = [rows[lines] for rows in state.slots.values()]
        full = self._fitting(plan, self._side_by_side(column, np.column_stack([lines, *each, wholes])))
        full.notes |= state.notes[full.at]
        full = self.settling.one_holder(full, full.at)
        self.made.add(plan, full, self.table.masks[full.slots[len(each)]])
        state.masks[:, column] = mask
        rest = np.setdiff1d(np.arange(len(state)), lines)
        self.made.imply(plan, state.take(rest), state.entity[rest], state.masks[rest])

    def _given(self, state: Fillings, column: int, families: Sequence[Family]) -> tuple[Ints, Ints]:
        """(line, row) of the wholes that each line is compared with."""
        pairs = [
            (line, whole)
            for line, number in enumerate(state.at)
            for whole in families[number].wholes
            if int(self.table.masks[whole, column]) & families[number].mask
        ]
        lines, rows = np.array(pairs, np.int64).reshape(-1, 2).T
        met = (state.masks[lines] & self.table.masks[rows]) != 0
        met[:, column] = True
        once = consistent(self.table, [*(each[lines] for each in state.slots.values()), rows])
        fine = np.flatnonzero(met.all(axis=1) & once)
        lines, rows = lines[fine], rows[fine]
        stated = np.zeros(len(state), bool)
        stated[lines[rows < self.table.stated]] = True
        keep = (rows < self.table.stated) | ~stated[lines]
        return lines[keep], rows[keep]

    def _side_by_side(self, column: int, rows: Sequence[Sequence[int]] | Ints) -> Fillings:
        """Applications that fill the slots with these rows, after a number for the group; one key is left open."""
        table = np.asarray(rows, np.int64)
        filled = table[:, 1:]
        masks = np.bitwise_and.reduce(self.table.masks[filled], axis=1)
        masks[:, column] = ALL
        slots: dict[int, Ints] = {position: filled[:, position] for position in range(filled.shape[1])}
        world, subject = self.table.world[filled[:, 0]], self.table.subject[filled[:, 0]]
        notes = np.zeros(len(filled), np.uint32)
        return Fillings(table[:, 0], world.astype(np.int64), subject.astype(np.int64), masks, slots, notes)

    def _fitting(self, plan: int, state: Fillings) -> Fillings:
        """Those whose scopes meet and that use no claim twice, with what they take for granted."""
        if len(state):
            once = consistent(self.table, list(state.slots.values()))
            state = state.take(np.flatnonzero((state.masks != 0).all(axis=1) & once))
        self.settling.note(state, dict.fromkeys(state.slots, self.made.plans[plan].gives))
        return state

    def _few(self, plan: int, families: Sequence[Family]) -> list[Family]:
        """The families whose rows go together in few ways; the others are left out, with the count."""
        ways = [prod(len(part) for part in family.parts) for family in families]
        for family, count in zip(families, ways, strict=True):
            if count > UNDECIDED:
                row = family.parts[0][0]
                here = (int(self.table.world[row]), int(self.table.subject[row]))
                self.left_out.put(self.made.plans[plan], *here, f"{count} fillings, more than {FILLINGS}")
        return [family for family, count in zip(families, ways, strict=True) if count <= UNDECIDED]
