"""The vocabulary: which entities there are, which questions can be asked of them, and which scopes qualify an answer.

It is data (``claims/vocabulary/``); this module gives its types and the look-ups that the rest needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from kb.errors import KbError, did_you_mean
from kb.model import Name, Names, Noun, Text, Word

MAX_VALUES = 32  # values of one key: they are the bits of a uint32 column


class Parts(StrEnum):
    """How the parts along a scope key make the whole."""

    SAME = "same"
    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    OWN = "own"


class Type(StrEnum):
    """What kind of answer an attribute takes."""

    QUANTITY = "quantity"
    LINK = "link"
    TERM = "term"
    YES_NO = "yes-no"
    DATE = "date"
    EFFECT = "effect"


class Part(StrEnum):
    """What part an attribute plays in judging words: checks find it by this, not by its name."""

    COVERAGE = "coverage"  # its yes says that a work tells everything about a topic
    GLOSS = "gloss"  # its two terms are said to be one thing in two languages
    CREDENCE = "credence"  # its yes says that a work is to be believed
    CAUSE = "cause"  # its terms are why something is so
    TALK = "talk"  # it is about what people say of a thing, so that a rumour shows it


class Clash(Noun):
    """That one answer is incompatible with another about the same thing: simple with complex, open with closed."""

    value: Name
    attribute: Word | None = None  # which the other answer is to; the same one if none is named
    other: Name


class Single(StrEnum):
    """Whether an attribute has one value, one value per holder, or many."""

    ONE = "one"
    PER_HOLDER = "per holder"
    MANY = "many"


class Silence(Noun):
    """What silence on a key can stand for: exactly one of the three lists."""

    together: Annotated[tuple[Word, ...], Field(max_length=MAX_VALUES)] = ()
    either: Annotated[tuple[Word, ...], Field(max_length=MAX_VALUES)] = ()
    first: Annotated[tuple[Word, ...], Field(max_length=MAX_VALUES)] = ()
    given: Word | None = None  # an `either` list is open only for subjects that have this link

    @property
    def values(self) -> tuple[str, ...]:
        """The values of whichever list is given."""
        return self.together or self.either or self.first


class KeyRule(Noun):
    """How one attribute treats one scope key."""

    parts: Parts
    silent: Silence | None = None
    only: Word | None = None


class Attribute(Noun):
    """A question one can ask of an entity of some kind."""

    id: Word
    about: Word
    meaning: Text
    type: Type = Type.QUANTITY
    unit: Annotated[str, StringConstraints(max_length=80)] = ""
    shown: Annotated[str, StringConstraints(max_length=80)] = ""  # the unit in which people give it, for reports
    single: Single = Single.ONE
    count: bool = False
    integer: bool = False
    positive: bool = False
    at_most: Word | None = None
    keys: dict[Word, KeyRule] = Field(default_factory=dict, max_length=20)
    solve: bool = False
    travels: bool = False
    steady: Annotated[float, Field(gt=1, allow_inf_nan=False)] | None = None
    terms: Names = ()
    topic: Word | None = None  # what it belongs to, as a value of a key: for what works tell and withhold
    plays: Part | None = None
    clashes: Annotated[tuple[Clash, ...], Field(max_length=MAX_VALUES)] = ()
    needs: Annotated[tuple[Word, ...], Field(max_length=MAX_VALUES)] = ()  # keys without which it says little


class Link(Noun):
    """A link from entities of a kind to entities of another: single-valued unless many."""

    to: Word
    many: bool = False
    several: bool = False  # to name two is no contradiction, though formulas follow one: a run on two kinds of chip
    wider: bool = False
    defining: bool = False
    after: Word | None = None  # a date that whoever has the link has no earlier than what it leads to


class Named(Noun):
    """How a name such as ``Alder/training`` declares an entity: the link before the slash, the own key after it."""

    link: Word
    key: Word


class Kind(Noun):
    """A kind of entity."""

    id: Word
    meaning: Text
    links: dict[Word, Link] = Field(default_factory=dict, max_length=20)
    own: tuple[Word, ...] = ()
    named: Named | None = None
    everywhere: bool = False  # constants: reachable from every anchor without a link

    @property
    def identifying(self) -> tuple[str, ...]:
        """The links without whose ends nothing of this kind would be: a run is the run *of* a model."""
        named = self.named.link if self.named else None
        return tuple(name for name, link in self.links.items() if link.defining or name == named)


class Key(Noun):
    """A scope key with its values as a tree: ``{training: {pretraining: None}}``."""

    id: Word
    meaning: Text
    values: dict[str, Any]

    def walk(self) -> Iterator[tuple[str, str | None]]:
        """Each value with the value that holds it, widest first."""

        def down(tree: dict[str, Any], parent: str | None) -> Iterator[tuple[str, str | None]]:
            for value, inside in tree.items():
                yield value, parent
                yield from down(inside or {}, value)

        yield from down(self.values, None)

    @cached_property
    def order(self) -> dict[str, int]:
        """Each value's bit."""
        return {value: bit for bit, (value, _) in enumerate(self.walk())}

    @cached_property
    def parent(self) -> dict[str, str | None]:
        """The value that directly holds each value."""
        return dict(self.walk())

    @cached_property
    def root(self) -> str | None:
        """The value that holds all others, if there is one."""
        return next(iter(self.values)) if len(self.values) == 1 else None

    def inside(self, value: str) -> tuple[str, ...]:
        """The value and everything it holds."""
        return self.holding.get(value, ())

    @cached_property
    def holding(self) -> dict[str, tuple[str, ...]]:
        """Each value with everything it holds, itself first."""
        return {value: tuple(v for v in self.order if value in self.above(v)) for value in self.order}

    def above(self, value: str) -> tuple[str, ...]:
        """The value and everything that holds it."""
        chain: list[str] = []
        at: str | None = value
        while at is not None:
            chain.append(at)
            at = self.parent[at]
        return tuple(chain)

    def mask(self, values: Iterable[str]) -> int:
        """The bits of some values."""
        return sum({1 << self.order[value] for value in values})

    def values_of(self, mask: int) -> tuple[str, ...]:
        """The values whose bits are set."""
        return tuple(value for value, bit in self.order.items() if mask >> bit & 1)

    @property
    def everything(self) -> int:
        """The mask with every value's bit set."""
        return (1 << len(self.order)) - 1


class VocabularyError(KbError):
    """A vocabulary that does not hang together."""

    def __init__(self, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{found}; {expected}; {remedy}")


@dataclass(frozen=True)
class Vocabulary:
    """Kinds, keys and attributes by their names; validated when it is made."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)

    @classmethod
    def of(cls, kinds: Iterable[Kind], keys: Iterable[Key], attributes: Iterable[Attribute]) -> Vocabulary:
        """The vocabulary of these parts, with one attribute added for each link; raises VocabularyError."""
        by_kind = {kind.id: kind for kind in kinds}
        links = (link_attribute(kind, name) for kind in by_kind.values() for name in kind.links)
        by_id = {attribute.id: attribute for attribute in [*attributes, *links]}
        made = cls(by_kind, {key.id: key for key in keys}, by_id)
        made._check()
        return made

    @cached_property
    def key_order(self) -> dict[str, int]:
        """Each key's column."""
        return {key: column for column, key in enumerate(self.keys)}

    @cached_property
    def attribute_order(self) -> dict[str, int]:
        """Each attribute's number."""
        return {attribute: number for number, attribute in enumerate(self.attributes)}

    @cached_property
    def kind_order(self) -> dict[str, int]:
        """Each kind's number."""
        return {kind: number for number, kind in enumerate(self.kinds)}

    def family(self, name: str) -> tuple[str, ...]:
        """The quantities that a name stands for: the attribute itself, or all that begin with it and a dot."""
        return tuple(
            id_
            for id_, attribute in self.attributes.items()
            if attribute.type is Type.QUANTITY and (id_ == name or id_.startswith(f"{name}."))
        )

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name; raises VocabularyError with a suggestion."""
        if name not in self.attributes:
            raise VocabularyError(
                f"no attribute {name!r}{did_you_mean(name, self.attributes)}",
                "expected one that 'kb attributes' lists",
                "add it under attributes: in a vocabulary file",
            )
        return self.attributes[name]

    def _check(self) -> None:
        if len(self.keys) > MAX_VALUES:
            raise VocabularyError(
                f"key {list(self.keys)[MAX_VALUES]} is one more than {MAX_VALUES} keys",
                f"expected at most {MAX_VALUES}",
                "use a key that there is",
            )
        for key in self.keys.values():
            if len(key.order) > MAX_VALUES:
                raise VocabularyError(
                    f"key {key.id} has {len(key.order)} values",
                    f"expected at most {MAX_VALUES}",
                    "make things with many values entities and link to them",
                )
        for kind in self.kinds.values():
            for name, link in kind.links.items():
                self._known("kind", link.to, self.kinds, f"link {kind.id}.{name}")
                self._check_order(kind, name, link)
            for own in kind.own:
                self._known("key", own, self.keys, f"kind {kind.id}")
        for attribute in self.attributes.values():
            self._check_attribute(attribute)

    def _check_order(self, kind: Kind, name: str, link: Link) -> None:
        where = f"link {kind.id}.{name}"
        if link.after is None:
            return
        self._known("attribute", link.after, self.attributes, where)
        dated = self.attributes[link.after]
        if dated.type is not Type.DATE or not dated.about == kind.id == link.to:
            raise VocabularyError(
                f"{where} is after {link.after!r}, which is not a date of both its ends",
                f"expected a date of the kind {kind.id}, to which the link leads as well",
                "name another attribute or delete 'after'",
            )

    def _check_attribute(self, attribute: Attribute) -> None:
        where = f"attribute {attribute.id}"
        self._known("kind", attribute.about, self.kinds, where)
        if attribute.at_most is not None:
            self._known("attribute", attribute.at_most, self.attributes, where)
            other = self.attributes[attribute.at_most]
            if (other.about, other.type) != (attribute.about, attribute.type) or attribute.type is not Type.QUANTITY:
                raise VocabularyError(
                    f"{where} is at most {attribute.at_most!r}, which cannot be set beside it",
                    "expected another quantity of the same kind of entity",
                    "name another attribute or delete at_most",
                )
            if other.unit != attribute.unit:
                raise VocabularyError(
                    f"{where} in {attribute.unit or '1'!r} is at most {attribute.at_most!r} in {other.unit or '1'!r}",
                    "expected two attributes of one unit",
                    "give both the same unit; use 'shown' for the one that people write",
                )
        for clash in attribute.clashes:
            beside = clash.attribute or attribute.id
            self._known("attribute", beside, self.attributes, where)
            self._known("answer", clash.value, answers(attribute) or (clash.value,), where)
            self._known("answer", clash.other, answers(self.attributes[beside]) or (clash.other,), where)
        for name in attribute.needs:
            self._known("key", name, attribute.keys, where)
        if attribute.topic is not None:
            topics = [value for key in self.keys.values() for value in key.order]
            self._known("topic", attribute.topic, topics, where)
        for name, rule in attribute.keys.items():
            self._known("key", name, self.keys, where)
            key = self.keys[name]
            for value in (*(rule.silent.values if rule.silent else ()), *([rule.only] if rule.only else [])):
                self._known(f"value of {name}", value, key.order, where)

    @staticmethod
    def _known(what: str, name: str, known: Iterable[str], where: str) -> None:
        names = list(known)
        if name not in names:
            raise VocabularyError(
                f"{where} names {what} {name!r}{did_you_mean(name, names)}",
                f"expected a {what} of the vocabulary",
                "define it or correct the name",
            )


def answers(attribute: Attribute) -> tuple[str, ...]:
    """The only answers that an attribute takes; nothing where it takes any."""
    return ("yes", "no") if attribute.type is Type.YES_NO else attribute.terms


def link_attribute(kind: Kind, name: str) -> Attribute:
    """The attribute under which a link of a kind is claimed: ``run.on``."""
    link = kind.links[name]
    return Attribute(
        id=f"{kind.id}.{name}",
        about=kind.id,
        type=Type.LINK,
        single=Single.MANY if link.many or link.several else Single.ONE,
        meaning=f"Which {link.to} a {kind.id} is linked to as its {name}.",
    )
