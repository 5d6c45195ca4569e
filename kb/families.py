"""What every attribute obeys because of what it is: parts at most wholes, sums, mixtures, and factors of each other.

These derivations are not written down one by one; the vocabulary says which attributes have parts, a ceiling, or factors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kb.applications import Made
from kb.columns import Bits, Ints
from kb.marks import Derivation, Relation, Slot
from kb.notes import Note
from kb.plan import Plan, reach_of
from kb.rowtable import RowTable
from kb.vocabulary import Attribute, Parts, Type, Vocabulary

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
    return Plan(
        derivation=derivation,
        kind=vocabulary.kind_order[attribute.about],
        gives=reach_of(derivation.gives, vocabulary),
        takes=tuple(reach_of(slot, vocabulary) for slot in derivation.takes),
        where={},
        unless=None,
        whole={},
        factor=factor,
        inert=inert,
    )


# ------------------------------------------------------------------------------------------------ wholes from parts


class Families:
    """Applies part-at-most-whole, sums and mixtures to the rows of a binding run."""

    def __init__(self, table: RowTable, made: Made, plans: Sequence[Plan], vocabulary: Vocabulary) -> None:
        self.table = table
        self.made = made
        self.vocabulary = vocabulary
        self._seen: dict[int, int] = {}
        self.plan = {
            (p.gives.number, p.derivation.name, len(p.takes)): index for index, p in enumerate(plans) if p.inert
        }

    def apply(self) -> bool:
        """Compare parts with wholes and imply wholes that nobody states; whether any value was implied."""
        before = len(self.table)
        for number, attribute in enumerate(self.vocabulary.attributes.values()):
            version = self.table.version.get(number, 0)
            if self._seen.get(number) == version:
                continue
            self._seen[number] = version
            for name, rule in attribute.keys.items():
                if rule.parts in {Parts.SUM, Parts.MEAN, Parts.MAX}:
                    for rows in self._with_parts(attribute, name):
                        self._group(attribute, name, rule.parts, rows)
        return len(self.table) > before

    def _with_parts(self, attribute: Attribute, name: str) -> Iterator[Ints]:
        """For each subject of which a part is stated along the key: all its rows of the attribute."""
        key, column = self.vocabulary.keys[name], self.vocabulary.key_order[name]
        rows = self.table.rows_of(self.vocabulary.attribute_order[attribute.id])
        whole = attribute.keys[name].only or key.root
        inner = [key.mask([value]) for value in (key.inside(whole) if whole else ()) if value != whole]
        parts = rows[np.isin(self.table.masks[rows, column], inner)]
        if not len(parts):
            return
        places = self.table.place(self.table.world[rows], self.table.subject[rows])
        mine = np.isin(places, self.table.place(self.table.world[parts], self.table.subject[parts]))
        rows, places = rows[mine], places[mine]
        order = np.lexsort((rows, places))
        yield from np.split(rows[order], np.flatnonzero(np.diff(places[order])) + 1)

    def _group(self, attribute: Attribute, name: str, rule: Parts, rows: Ints) -> None:
        """Everything that one subject's rows say of parts and wholes along one key."""
        key, column = self.vocabulary.keys[name], self.vocabulary.key_order[name]
        by_value: dict[str, list[int]] = {}
        for row in rows:
            if len(values := key.values_of(int(self.table.masks[row, column]))) == 1:
                by_value.setdefault(values[0], []).append(int(row))
        held = {parent for value in by_value if (parent := key.parent[value]) is not None}
        for value in sorted(held, key=key.order.__getitem__):
            children = [child for child, parent in key.parent.items() if parent == value]
            above = np.uint32(key.mask(key.above(value)))
            wholes = [int(row) for row in rows if self.table.masks[row, column] & ~above == 0]
            named = [by_value[child] for child in children if child in by_value]
            if rule is not Parts.MEAN:
                self._ceilings(attribute, [row for choices in named for row in choices], wholes, column)
            complete = len(named) == len(children)
            if len(named) > 1 and (complete or rule is Parts.MEAN) and rule is not Parts.MAX:
                self._whole(attribute, rule, named, wholes, column, key.mask([value]), complete)

    def _ceilings(self, attribute: Attribute, parts: list[int], wholes: list[int], column: int) -> None:
        plan = self.plan.get((self.vocabulary.attribute_order[attribute.id], "part_at_most_whole", 1))
        for part in parts if plan is not None else ():
            for whole in wholes:
                implied = min(part, whole) >= self.table.stated  # two routes to the same thing are compared elsewhere
                if not implied and self._else_meet([part, whole], column):
                    self._compare(plan or 0, [whole], part, 0)

    def _whole(
        self,
        attribute: Attribute,
        rule: Parts,
        parts: list[list[int]],
        wholes: list[int],
        column: int,
        mask: int,
        complete: bool,
    ) -> None:
        """A whole from one row of each part: compared where it is stated, implied where not."""
        rows = [choices[0] for choices in parts]
        name = "parts" if rule is Parts.SUM else "hull"
        plan = self.plan.get((self.vocabulary.attribute_order[attribute.id], name, len(rows)))
        if plan is None or any(len(choices) != 1 for choices in parts) or not self._else_meet(rows, column):
            return
        note = 0 if complete else Note.INCOMPLETE
        stated = [whole for whole in wholes if whole < self.table.stated and self._else_meet([*rows, whole], column)]
        for whole in stated:
            self._compare(plan, rows, whole, note)
        if not stated:
            masks = np.bitwise_and.reduce(self.table.masks[rows], axis=0)
            masks[column] = mask
            slots, notes, world, subject = self._one(rows, note)
            self.made.imply(plan, slots, notes, world, subject, subject, masks[None], -1)

    def _compare(self, plan: int, inputs: list[int], output: int, note: int) -> None:
        slots, notes, world, subject = self._one([*inputs, output], note)
        self.made.add(plan, slots, notes, world, subject, self.table.masks[[output]], -1)

    def _one(self, rows: list[int], note: int) -> tuple[dict[int, Ints], Bits, Ints, Ints]:
        """Slots, notes, world and subject of one application."""
        notes = np.bitwise_or.reduce(self.table.notes[rows]) | np.uint32(note)
        first = np.array(rows[:1])
        slots = {position: np.array([row]) for position, row in enumerate(rows)}
        return (
            slots,
            np.array([notes], np.uint32),
            self.table.world[first].astype(np.int64),
            self.table.subject[first].astype(np.int64),
        )

    def _else_meet(self, rows: list[int], column: int) -> bool:
        """Whether the scopes of some rows meet on every key but one."""
        met = np.bitwise_and.reduce(self.table.masks[rows], axis=0) != 0
        met[column] = True
        claims = [int(claim) for claim in self.table.claim[rows] if claim >= 0]
        return bool(met.all()) and len(set(claims)) == len(claims)
