"""A derivation resolved against the vocabulary: which kind anchors it, how each slot is reached, which keys join."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.errors import KbError, did_you_mean
from kb.marks import Derivation, Relation, Slot
from kb.readings import ALL
from kb.vocabulary import Attribute, Key, KeyRule, Parts, Type, Vocabulary


class CannotBind(KbError):
    """A derivation whose marks do not fit the vocabulary."""

    def __init__(self, derivation: str, found: str, expected: str) -> None:
        super().__init__(f"derivation {derivation}: {found}; expected {expected}; correct its marks or the vocabulary")
        self.name = derivation


@dataclass(frozen=True, slots=True)
class Reach:
    """A slot: how its subject is reached from the anchor, its attribute, and what is pinned inside it."""

    slot: Slot
    attribute: Attribute
    number: int
    path: tuple[int, ...]  # attribute numbers of the links
    constant: bool  # a rule: the same from everywhere
    pins: dict[int, int]  # key column -> mask that a row must meet; the key goes no further
    domain: dict[int, int]  # key column -> mask that the attribute allows at all


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the binder needs to know of one derivation."""

    derivation: Derivation
    kind: int  # of the anchor
    gives: Reach
    takes: tuple[Reach, ...]
    where: dict[int, int]
    unless: int | None
    whole: dict[int, int]  # key column -> the bit of the whole that must survive
    usual: dict[int, tuple[int, ...]] = field(default_factory=dict)  # key column -> bits of a `first` list, best first
    factor: bool = False  # anchored at each claim that gives a factor of another entity's value
    inert: bool = False  # applied by kb.families, not by joins over anchors

    @property
    def solvable(self) -> tuple[int, ...]:
        """Positions of the slots that may be solved: marked so and about the anchor itself; either side of a factor."""
        if self.factor:
            return (0, 1)
        if self.inert or self.derivation.relation is not Relation.EQUALS:  # a bound gives no value
            return ()
        return tuple(
            i
            for i, reach in enumerate(self.takes)
            if reach.attribute.solve and not reach.path and not reach.constant and not reach.slot.each
        )


def plan(derivation: Derivation, vocabulary: Vocabulary) -> Plan:
    """The plan of a derivation; raises CannotBind when its names or links do not fit."""
    slots = (derivation.gives, *derivation.takes)
    for slot in slots:
        if slot.attribute not in vocabulary.attributes:
            raise CannotBind(
                derivation.name,
                f"attribute {slot.attribute!r}{did_you_mean(slot.attribute, vocabulary.attributes)}",
                "one of the vocabulary",
            )
        if vocabulary.attributes[slot.attribute].type is not Type.QUANTITY:
            found = f"attribute {slot.attribute!r}, which is no quantity"
            raise CannotBind(derivation.name, found, "a quantity")
    if derivation.unless and derivation.unless not in vocabulary.attributes:
        raise CannotBind(derivation.name, f"unless {derivation.unless!r}", "an attribute of the vocabulary")
    for key, value in derivation.where.items():
        if key not in vocabulary.keys or value not in vocabulary.keys[key].order:
            raise CannotBind(derivation.name, f"where {key}={value}", "a key and value of the vocabulary")
    anchor = _anchor(derivation, vocabulary)
    reaches = [_reach(derivation, slot, anchor, vocabulary) for slot in slots]
    own = {vocabulary.key_order[key] for key in vocabulary.kinds[anchor].own}
    return Plan(
        derivation=derivation,
        kind=vocabulary.kind_order[anchor],
        gives=reaches[0],
        takes=tuple(reaches[1:]),
        where={vocabulary.key_order[key]: _subtree(key, value, vocabulary) for key, value in derivation.where.items()},
        unless=vocabulary.attribute_order[derivation.unless] if derivation.unless else None,
        whole=_wholes(reaches[0], reaches[1:], own, vocabulary),
        usual=_usual(reaches, own, vocabulary),
    )


def _usual(reaches: Iterable[Reach], own: set[int], vocabulary: Vocabulary) -> dict[int, tuple[int, ...]]:
    """Keys with a `first` list that only one slot has: the derivation is silent on them, as a claim can be."""
    asked = Counter(column for reach in reaches for column in reach.domain if column not in reach.pins)
    return {
        vocabulary.key_order[key]: tuple(vocabulary.keys[key].mask([value]) for value in rule.silent.first)
        for reach in reaches
        for key, rule in reach.attribute.keys.items()
        if rule.silent is not None and rule.silent.first
        if asked[vocabulary.key_order[key]] == 1 and vocabulary.key_order[key] not in {*own, *reach.pins}
    }


def _subtree(key: str, value: str, vocabulary: Vocabulary) -> int:
    return vocabulary.keys[key].mask(vocabulary.keys[key].inside(value))


def _anchor(derivation: Derivation, vocabulary: Vocabulary) -> str:
    """The one kind from which links reach all the others."""
    slots = (derivation.gives, *derivation.takes)
    kinds = {start for slot in slots for start in _starts(slot, vocabulary)} - _constants(vocabulary)
    able = [kind for kind in kinds if all(_way(kind, slot, vocabulary) is not None for slot in slots)]
    if len(able) != 1:
        raise CannotBind(
            derivation.name,
            f"attributes of {', '.join(sorted(kinds))}",
            "one kind from which single-valued links reach all the others",
        )
    return able[0]


def _starts(slot: Slot, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """The kinds at which a slot's written links can start, with those links as attributes; its own kind without any."""
    about = vocabulary.attributes[slot.attribute].about
    if not slot.links:
        return {about: ()}
    found = {}
    for start in vocabulary.kinds:
        kind, path = start, []
        for name in slot.links:
            link = vocabulary.kinds[kind].links.get(name)
            if link is None or link.many is not slot.each:
                break
            path.append(f"{kind}.{name}")
            kind = link.to
        if len(path) == len(slot.links) and kind == about:
            found[start] = tuple(path)
    return found


def _way(anchor: str, slot: Slot, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """The shortest chain of links from the anchor to a slot's subject, the written ones last; None without one."""
    if vocabulary.attributes[slot.attribute].about in _constants(vocabulary):
        return ()
    starts = _starts(slot, vocabulary)
    if slot.each:  # the group is the anchor's own
        return starts.get(anchor) if len(slot.links) == 1 else None
    ways = [
        (*path, *written) for start, written in starts.items() if (path := _path(anchor, start, vocabulary)) is not None
    ]
    return min(ways, key=len, default=None)


def _constants(vocabulary: Vocabulary) -> set[str]:
    return {name for name, kind in vocabulary.kinds.items() if kind.everywhere}


def _path(start: str, goal: str, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """The shortest chain of single-valued links from one kind to another, as link attributes; None without one."""
    queue: deque[tuple[str, tuple[str, ...]]] = deque([(start, ())])
    seen = {start}
    while queue:
        kind, path = queue.popleft()
        if kind == goal:
            return path
        for name, link in vocabulary.kinds[kind].links.items():
            if not link.many and not link.wider and link.to not in seen:
                seen.add(link.to)
                queue.append((link.to, (*path, f"{kind}.{name}")))
    return None


def _reach(derivation: Derivation, slot: Slot, anchor: str, vocabulary: Vocabulary) -> Reach:
    attribute = vocabulary.attributes[slot.attribute]
    for key, value in slot.pins.items():
        if key not in attribute.keys or value not in vocabulary.keys[key].order:
            raise CannotBind(
                derivation.name, f"{slot.attribute}{{{key}={value}}}", f"a key and value that {slot.attribute} has"
            )
    return reach_of(slot, vocabulary, _way(anchor, slot, vocabulary) or ())


def reach_of(slot: Slot, vocabulary: Vocabulary, path: tuple[str, ...] = ()) -> Reach:
    """A slot with the numbers of its names, reached over the links of a path."""
    attribute = vocabulary.attributes[slot.attribute]
    return Reach(
        slot=slot,
        attribute=attribute,
        number=vocabulary.attribute_order[slot.attribute],
        path=tuple(vocabulary.attribute_order[name] for name in path),
        constant=attribute.about in _constants(vocabulary),
        pins={vocabulary.key_order[key]: vocabulary.keys[key].mask([value]) for key, value in slot.pins.items()},
        domain={vocabulary.key_order[key]: _domain(attribute, key, vocabulary) for key in attribute.keys},
    )


def _domain(attribute: Attribute, key: str, vocabulary: Vocabulary) -> int:
    only = attribute.keys[key].only
    return _subtree(key, only, vocabulary) if only else vocabulary.keys[key].everything


def _wholes(gives: Reach, takes: Iterable[Reach], own: set[int], vocabulary: Vocabulary) -> dict[int, int]:
    """Keys along which an input has parts and the output none: the whole must survive."""
    wholes: dict[int, int] = {}
    for reach in takes:
        for key, rule in reach.attribute.keys.items():
            column = vocabulary.key_order[key]
            root = rule.only or vocabulary.keys[key].root
            free = key not in gives.attribute.keys and column not in own and column not in reach.pins
            if free and rule.parts in {Parts.SUM, Parts.MEAN, Parts.MAX} and root is not None:
                wholes[column] = vocabulary.keys[key].mask([root])
    return wholes


def empty_masks(reach: Reach, masks: np.ndarray, vocabulary: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """The scope of a slot that no row fills, from what the others leave; and which lines have any.

    A key that no other slot speaks of is as silent as a claim that does not word it.
    """
    out = np.full_like(masks, ALL)
    fine = np.ones(len(masks), bool)
    for key, rule in reach.attribute.keys.items():
        column = vocabulary.key_order[key]
        if column in reach.pins:
            out[:, column] = reach.pins[column]
            continue
        silent, allowed = _silence(rule, vocabulary.keys[key], reach.domain[column]), np.uint32(reach.domain[column])
        out[:, column] = np.where(masks[:, column] == ALL, np.uint32(silent), masks[:, column] & allowed)
        fine &= out[:, column] != 0
    return out, fine


def _silence(rule: KeyRule, key: Key, domain: int) -> int:
    """The bits that silence on a key stands for, all at once."""
    root = rule.only or key.root
    if rule.silent is not None:
        return key.mask(rule.silent.values)
    return domain if rule.parts is Parts.SAME or root is None else key.mask([root])


def rivals(plans: Sequence[Plan]) -> list[int]:
    """For each plan the first one that is a rival reading of it: the same output, an attribute pinned otherwise."""
    found: list[int] = []
    for index, each in enumerate(plans):
        found.append(next((found[i] for i in range(index) if _rivals(plans[i], each)), index))
    return found


def _rivals(one: Plan, other: Plan) -> bool:
    if (
        one.gives.number != other.gives.number
        or one.kind != other.kind
        or one.derivation.relation is not other.derivation.relation
    ):
        return False
    return any(
        a.number == b.number and any(a.pins[column] != b.pins[column] for column in a.pins.keys() & b.pins.keys())
        for a in one.takes
        for b in other.takes
    )
