"""Derivations as the slow binder sees them: the anchor, the way to each slot, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kb.marks import Derivation, Relation, Slot
from kb.vocabulary import Attribute, Parts, Type
from tests.slow_claims import Claims


@dataclass(frozen=True)
class Signature:
    """A derivation with its anchor's kind, the links to each slot, and the keys along which the whole must survive."""

    derivation: Derivation
    kind: str
    ways: dict[str, tuple[str, ...]]  # by the slot's name
    wholes: dict[str, str] = field(default_factory=dict)
    usual: dict[str, tuple[str, ...]] = field(default_factory=dict)  # `first` keys that only one slot has
    factor: bool = False

    @property
    def takes(self) -> dict[int, Slot]:
        """The inputs by their position."""
        return dict(enumerate(self.derivation.takes))

    @property
    def code(self) -> tuple[str, ...]:
        """What tells it from others."""
        return self.derivation.name, self.derivation.gives.attribute, str(len(self.derivation.takes))


def family(name: str, attribute: Attribute, takes: Sequence[str], relation: Relation = Relation.EQUALS) -> Signature:
    """One of the derivations that attributes have because of what they are."""
    slots = tuple(Slot(f"slot {i}", each) for i, each in enumerate(takes))
    made = Derivation(name, "families", max, Slot("gives", attribute.id), slots, relation)
    return Signature(made, attribute.about, {slot.name: () for slot in (made.gives, *slots)}, factor=name == "ratio")


class Signatures(Claims):
    """How derivations go with a vocabulary."""

    def signature(self, derivation: Derivation) -> Signature:
        """The kind from which links reach all slots, and the way to each."""
        slots = (derivation.gives, *derivation.takes)
        kinds = [kind for kind in self.vocabulary.kinds.values() if not kind.everywhere]
        starts = {self.vocabulary.attributes[slot.attribute].about for slot in slots if not slot.links}
        for slot in slots:  # a written link starts at a kind that has it
            if slot.links:
                starts |= {kind.id for kind in kinds if slot.links[0] in kind.links}
        for kind in sorted(starts):
            ways = {slot.name: self.way(kind, slot) for slot in slots}
            if all(way is not None for way in ways.values()):
                found = {name: way for name, way in ways.items() if way is not None}
                return Signature(derivation, kind, found, self.wholes(derivation, kind), self.usual(derivation, kind))
        raise AssertionError(f"{derivation.name} has no anchor")

    def way(self, kind: str, slot: Slot) -> tuple[str, ...] | None:
        """The shortest way from a kind to a slot's subject, its written links last."""
        about = self.vocabulary.attributes[slot.attribute].about
        if self.vocabulary.kinds[about].everywhere:
            return ()
        ways: list[tuple[tuple[str, ...], str]] = [((), kind)]
        while ways:
            for way, end in ways:
                written = self.written(end, slot)
                if written is not None and not (slot.each and way):
                    return *way, *written
            ways = [
                ((*way, f"{end}.{name}"), link.to)
                for way, end in ways
                if len(way) < len(self.vocabulary.kinds)
                for name, link in self.vocabulary.kinds[end].links.items()
                if not link.many and not link.wider
            ]
        return None

    def written(self, kind: str, slot: Slot) -> tuple[str, ...] | None:
        """The slot's own links from a kind, if they lead to what the attribute is about."""
        way = []
        for name in slot.links:
            link = self.vocabulary.kinds[kind].links.get(name)
            if link is None or link.many != slot.each:
                return None
            way.append(f"{kind}.{name}")
            kind = link.to
        return tuple(way) if kind == self.vocabulary.attributes[slot.attribute].about else None

    def wholes(self, derivation: Derivation, kind: str) -> dict[str, str]:
        """Keys along which an input has parts and the output none, each with the whole."""
        output = self.vocabulary.attributes[derivation.gives.attribute].keys
        found = {}
        for slot in derivation.takes:
            for key, rule in self.vocabulary.attributes[slot.attribute].keys.items():
                root = rule.only or self.vocabulary.keys[key].root
                spoken_of = key in self.vocabulary.kinds[kind].own or key in output or key in slot.pins
                if rule.parts in {Parts.SUM, Parts.MEAN, Parts.MAX} and root and not spoken_of:
                    found[key] = root
        return found

    def usual(self, derivation: Derivation, kind: str) -> dict[str, tuple[str, ...]]:
        """Keys with a `first` list that only one slot has: the signature is silent on them, as a claim can be."""
        slots = (derivation.gives, *derivation.takes)
        keys = [k for slot in slots for k in self.vocabulary.attributes[slot.attribute].keys if k not in slot.pins]
        found = {}
        for slot in slots:
            for key, rule in self.vocabulary.attributes[slot.attribute].keys.items():
                said = key in slot.pins or key in self.vocabulary.kinds[kind].own or keys.count(key) > 1
                if rule.silent is not None and rule.silent.first and not said:
                    found[key] = rule.silent.first
        return found

    def families(self) -> Iterator[Signature]:
        """The derivations that attributes have because of what they are."""
        for attribute in self.vocabulary.attributes.values():
            if attribute.type is Type.QUANTITY and not self.vocabulary.kinds[attribute.about].everywhere:
                if attribute.at_most:
                    yield family("at_most", attribute, [attribute.at_most], Relation.AT_MOST)
                yield family("ratio", attribute, [attribute.id, attribute.id])

    def may_be_solved(self, signature: Signature, position: int) -> bool:
        """Marked `solve` and about the anchor itself; either side of a factor."""
        slot = signature.takes[position]
        attribute = self.vocabulary.attributes[slot.attribute]
        constant = self.vocabulary.kinds[attribute.about].everywhere
        return signature.factor or (
            attribute.solve
            and signature.derivation.relation is Relation.EQUALS
            and not (signature.ways[slot.name] or constant or slot.each)
        )


def in_turn(signatures: Iterable[Signature]) -> list[Signature]:
    """By name, but what gives an attribute before what takes it, as far as that goes."""
    rest = sorted(signatures, key=lambda each: each.derivation.name)
    done: list[Signature] = []
    while rest:
        ready = [each for each in rest if not any(gives_to(other, each) for other in rest)] or rest[:1]
        done += ready
        rest = [each for each in rest if each not in ready]
    return done


def gives_to(one: Signature, other: Signature) -> bool:
    """Whether what one gives is what the other takes; a bound gives no value, and what both give does not count."""
    given, taken = one.derivation.gives.attribute, {slot.attribute for slot in other.derivation.takes}
    gives = one.derivation.relation is Relation.EQUALS
    return gives and given != other.derivation.gives.attribute and given in taken
