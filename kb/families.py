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
from kb.columns import Bits, Ints
from kb.fillings import FILLINGS, UNDECIDED, Fillings, LeftOuts, Settling, consistent
from kb.marks import Derivation, Relation, Slot
from kb.notes import Note
from kb.plan import Plan, reach_of
from kb.readings import ALL
from kb.rowtable import NONE, RowTable, among, expand
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
        if attribute.positive and any(each.parts in {Parts.SUM, Parts.MAX} for each in attribute.keys.values()):
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
    """A value of a key and what it holds: of every subject whose rows name the same values, a line in each table."""

    mask: int  # of the value
    parts: list[Ints]  # for each part that is named: the rows that name it
    complete: bool  # whether all parts are named
    wholes: Ints  # rows of the value itself or of what holds it

    @property
    def ways(self) -> int:
        """In how many ways a row of each part can be taken."""
        return prod(part.shape[1] for part in self.parts)

    def products(self) -> Iterator[Ints]:
        """Each way to take a row of each part: a line for each subject."""
        return (np.stack(columns, axis=1) for columns in product(*(part.T for part in self.parts)))


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
        self.attributes = list(self.vocabulary.attributes.values())
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
        if rule.parts is not Parts.MEAN and self.attributes[attribute].positive:  # else a part can exceed the whole
            self._ceilings(self.plan.get((attribute, "part_at_most_whole", 1), NONE), column, families)
        word = {Parts.SUM: "parts", Parts.MEAN: "hull"}.get(rule.parts, "")
        for count in range(2, MOST_PARTS + 1):
            mine = [f for f in families if len(f.parts) == count and (f.complete or rule.parts is Parts.MEAN)]
            if mine and (attribute, word, count) in self.plan:
                self._wholes(self.plan[attribute, word, count], column, mine)

    def _with_parts(self, attribute: int, name: str, only: str | None, known: int) -> Iterator[Ints]:
        """The rows of each subject of which a part is given along the key, and a row from `known` on.

        Subjects whose rows name the same values of the key stand in one table, a line each.
        """
        key, column = self.vocabulary.keys[name], self.vocabulary.key_order[name]
        rows = self.table.rows_of(attribute)
        within = key.inside(only) if only else tuple(key.order)  # what holds the whole of the attribute has no figure
        inner = [key.mask([value]) for value in within if key.parent[value] is not None and value != only]
        places = self.table.place(self.table.world[rows], self.table.subject[rows])
        parted = np.sort(places[np.isin(self.table.masks[rows, column], inner)])
        mine = among(places, parted) & among(places, np.sort(places[rows >= known]))
        rows, places = rows[mine], places[mine]
        rows = rows[np.lexsort((rows, self.table.masks[rows, column], places))]
        places = self.table.place(self.table.world[rows], self.table.subject[rows])
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        sizes = np.diff(starts, append=len(rows))
        for size in np.unique(sizes):
            same_size = rows[starts[sizes == size][:, None] + np.arange(size)]
            _, kind = np.unique(self.table.masks[same_size, column], axis=0, return_inverse=True)
            yield from (same_size[kind == each] for each in range(kind.max() + 1))

    def _families(self, name: str, rows: Ints) -> Iterator[Family]:
        """For each value of the key of which a part is given: its parts and wholes among the rows of some subjects."""
        masks = self.table.masks[rows[0], self.vocabulary.key_order[name]]
        for value, above, children in self._tree(name):
            if parts := [rows[:, masks == child] for child in children if child in masks]:
                wholes = rows[:, masks & ~np.uint32(above) == 0]
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
            np.stack([part, whole], axis=1)
            for family in families
            for part in chain.from_iterable(each.T for each in family.parts)
            for whole in family.wholes.T
        ]
        if pairs and plan != NONE:
            part, whole = np.concatenate(pairs)[np.concatenate(pairs).min(axis=1) < self.table.stated].T
            state = self._fitting(plan, self._side_by_side(column, part, np.stack([whole, part], axis=1)))
            state = self.settling.one_holder(state, state.at)
            self.made.add(plan, state, self.table.masks[state.slots[1]])

    def _wholes(self, plan: int, column: int, families: Sequence[Family]) -> None:
        """Wholes from one row of each part: compared where they are given, stated ones first, implied where not."""
        families = self._few(plan, families)
        if not families:
            return
        subjects = np.cumsum([0, *(len(family.wholes) for family in families)])
        lines = [(np.arange(*subjects[i : i + 2]), each) for i, f in enumerate(families) for each in f.products()]
        state = self._side_by_side(column, *(np.concatenate(each) for each in zip(*lines, strict=True)))
        state = self._fitting(plan, state)
        state = self.left_out.cap(self.made.plans[plan], self.settling.one_holder(state, state.at))
        of = np.searchsorted(subjects, state.at, "right") - 1  # the family of each line
        state.notes[~np.array([family.complete for family in families])[of]] |= np.uint32(Note.INCOMPLETE)
        mask = np.array([family.mask for family in families], np.uint32)[of]
        given, wholes = self._given(state, column, mask, families)
        each = [rows[given] for rows in state.slots.values()]
        full = self._fitting(plan, self._side_by_side(column, given, np.stack([*each, wholes], axis=1)))
        full.notes |= state.notes[full.at]
        full = self.settling.one_holder(full, full.at)
        self.made.add(plan, full, self.table.masks[full.slots[len(each)]])
        state.masks[:, column] = mask
        rest = np.setdiff1d(np.arange(len(state)), given)
        self.made.imply(plan, state.take(rest), state.entity[rest], state.masks[rest])

    def _given(self, state: Fillings, column: int, mask: Bits, families: Sequence[Family]) -> tuple[Ints, Ints]:
        """(line, row) of the wholes that each line is compared with."""
        ends = np.cumsum([width for f in families for width in [f.wholes.shape[1]] * len(f.wholes)])
        flat = np.concatenate([family.wholes.ravel() for family in families])
        starts = np.concatenate([[0], ends])
        lines, rows = expand(starts[state.at], starts[state.at + 1], flat)
        met = (state.masks[lines] & self.table.masks[rows]) != 0
        met[:, column] = (self.table.masks[rows, column] & mask[lines]) != 0
        once = consistent(self.table, [*(each[lines] for each in state.slots.values()), rows])
        fine = np.flatnonzero(met.all(axis=1) & once)
        lines, rows = lines[fine], rows[fine]
        stated = np.zeros(len(state), bool)
        stated[lines[rows < self.table.stated]] = True
        keep = (rows < self.table.stated) | ~stated[lines]
        return lines[keep], rows[keep]

    def _side_by_side(self, column: int, at: Ints, filled: Ints) -> Fillings:
        """Applications that fill the slots with the rows of each line, `at` a group each; one key is left open."""
        masks = np.bitwise_and.reduce(self.table.masks[filled], axis=1)
        masks[:, column] = ALL
        slots: dict[int, Ints] = {position: filled[:, position] for position in range(filled.shape[1])}
        world, subject = self.table.world[filled[:, 0]], self.table.subject[filled[:, 0]]
        notes = np.zeros(len(filled), np.uint32)
        return Fillings(at, world.astype(np.int64), subject.astype(np.int64), masks, slots, notes)

    def _fitting(self, plan: int, state: Fillings) -> Fillings:
        """Those whose scopes meet and that use no claim twice, with what they take for granted."""
        if len(state):
            once = consistent(self.table, list(state.slots.values()))
            state = state.take(np.flatnonzero((state.masks != 0).all(axis=1) & once))
        self.settling.note(state, dict.fromkeys(state.slots, self.made.plans[plan].gives))
        return state

    def _few(self, plan: int, families: Sequence[Family]) -> list[Family]:
        """The families whose rows go together in few ways; the others are left out, with the count."""
        for family in families:
            if family.ways > UNDECIDED:
                rows = family.parts[0][:, 0]
                for world, subject in zip(
                    self.table.world[rows].tolist(), self.table.subject[rows].tolist(), strict=True
                ):
                    reason = f"{family.ways} fillings, more than {FILLINGS}"
                    self.left_out.put(self.made.plans[plan], world, subject, reason)
        return [family for family in families if family.ways <= UNDECIDED]
