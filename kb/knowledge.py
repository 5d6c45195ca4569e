"""Everything that is known at one time: vocabulary, units, entities, sources, claims; and what was wrong with it."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from kb.model import Acceptance, Claim, Entity, Severity, Source
from kb.vocabulary import Attribute, Key, Kind, Vocabulary, VocabularyError

if TYPE_CHECKING:  # pint is slow to import, and who only reads claims needs no units
    from kb.units import Units


@dataclass(frozen=True)
class Knowledge:
    """Claims and whatever they refer to, each by its id; in the order in which they became known."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    unit_lines: tuple[str, ...] = ()
    entities: dict[str, Entity] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    acceptances: dict[str, Acceptance] = field(default_factory=dict)  # by the id of the finding

    @cached_property
    def units(self) -> Units:
        """The conversions between the units that are defined; raises UnknownUnit for a line that is no definition."""
        return units_of(self.unit_lines)

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The entities that each name can mean, by the name in lower case; an id is a name."""
        meant: dict[str, dict[str, None]] = {}
        for entity in self.entities.values():
            for name in (entity.id, *(name for names in entity.names.values() for name in names)):
                meant.setdefault(name.casefold(), {})[entity.id] = None
        return {name: tuple(ids) for name, ids in meant.items()}

    def find(self, name: str, kind: str | None = None) -> tuple[str, ...]:
        """The entities of that id, else of that whole name in any language, those of `kind` before all others."""
        if name in self.entities:
            return (name,)
        found = self.names.get(name.strip().casefold(), ())
        return tuple(id_ for id_ in found if self.entities[id_].kind == kind) or found

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """The attributes that were declared as such; the vocabulary adds one for each link."""
        return {id_: a for id_, a in self.vocabulary.attributes.items() if id_ not in link_names(self.vocabulary.kinds)}

    def plus(
        self,
        parts: Parts | None = None,
        *,
        entities: Iterable[Entity] = (),
        sources: Iterable[Source] = (),
        claims: Iterable[Claim] = (),
        acceptances: Iterable[Acceptance] = (),
    ) -> Knowledge:
        """This and more; what has a known id replaces what was known. Raises VocabularyError."""
        return Knowledge(
            vocabulary=parts.vocabulary(self) if parts else self.vocabulary,
            unit_lines=tuple({unit_name(line): line for line in (*self.unit_lines, *parts.units)}.values())
            if parts
            else self.unit_lines,
            entities={**self.entities, **{entity.id: entity for entity in entities}},
            sources={**self.sources, **{source.id: source for source in sources}},
            claims={**self.claims, **{claim.id: claim for claim in claims}},
            acceptances={**self.acceptances, **{each.id: each for each in acceptances}},
        )


@dataclass(frozen=True)
class Parts:
    """Parts of a vocabulary that are not put together yet."""

    units: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    keys: tuple[Key, ...] = ()
    attributes: tuple[Attribute, ...] = ()

    def vocabulary(self, base: Knowledge) -> Vocabulary:
        """The base's vocabulary with these parts added or replaced; raises VocabularyError."""
        kinds = {**base.vocabulary.kinds, **{kind.id: kind for kind in self.kinds}}
        keys = {**base.vocabulary.keys, **{key.id: key for key in self.keys}}
        attributes = {**base.attributes, **{attribute.id: attribute for attribute in self.attributes}}
        if taken := [name for name in attributes if name in link_names(kinds)]:
            found = f"attribute {taken[0]} names a link of a kind"
            raise VocabularyError(found, "expected a name of its own", "delete it: each link is an attribute by itself")
        return Vocabulary.of(kinds.values(), keys.values(), attributes.values())


def link_names(kinds: Mapping[str, Kind]) -> set[str]:
    """The names of the attributes that these kinds have by their links."""
    return {f"{kind.id}.{name}" for kind in kinds.values() for name in kind.links}


@lru_cache(maxsize=4)  # it takes a tenth of a second, and most knowledge bases differ in other things
def units_of(lines: tuple[str, ...]) -> Units:
    """The units of these definition lines; raises UnknownUnit."""
    from kb.units import Units  # noqa: PLC0415  # see above

    return Units(lines)


def unit_name(line: str) -> str:
    """What a definition line defines: ``day = 24 h`` defines ``day``."""
    return line.partition("=")[0].strip()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Saves half of the time of reading much: all of it stays, and the collector would walk it again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


# ------------------------------------------------------------------------------------------------ what was read


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong in what was read: ``found; expected; what to do``, and where."""

    code: str  # malformed, dangling, cycle, duplicate, unit, orphan
    severity: Severity
    place: str  # file:line:column
    message: str
    claims: tuple[str, ...] = ()
    about: str = ""  # the source or entity that nothing mentions


@dataclass(frozen=True)
class New:
    """What some files hold, by id, in their order."""

    units: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    acceptances: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))


@dataclass(frozen=True)
class Corpus:
    """What some files say on top of what was known before, and what of it could not be read."""

    knowledge: Knowledge
    new: New = New()
    places: Mapping[str, str] = field(default_factory=dict)  # of each new claim
    troubles: tuple[Trouble, ...] = ()

    @property
    def errors(self) -> tuple[Trouble, ...]:
        """The troubles that keep the corpus from being stored."""
        return tuple(trouble for trouble in self.troubles if trouble.severity is Severity.ERROR)
