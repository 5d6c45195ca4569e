"""What claims can mean to the slow binder: a row for each reading, and where links lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import isfinite

from kb.model import Claim, Entity, Source, Standing, ValueKind
from kb.notes import Note
from kb.quantity import read
from kb.vocabulary import Attribute, Parts, Type, Vocabulary

NOTHING = Note(0)
REFERENCES = "all references"
SEVERAL = "several"  # in place of a link's end or of a holder
Scope = Mapping[str, frozenset[str]]  # what each key can be; a key that is not there can be anything
Place = tuple[str, str]  # world, entity


@dataclass(frozen=True, eq=False)
class Row:
    """A reading of a claim, or an implied value."""

    name: str
    attribute: str
    subject: str
    world: str
    scope: Scope
    holder: str | None = None
    claim: Claim | None = None
    lists: Mapping[str, str] = field(default_factory=dict)  # silent keys, each with the list that speaks for it
    fills: bool = True
    notes: Note = NOTHING
    came_from: frozenset[tuple[str, ...]] = frozenset()
    solved: bool = False
    rests_on: frozenset[Row] = frozenset()  # stated rows; of a stated one, see behind()

    def behind(self) -> frozenset[Row]:
        """The stated rows that this one rests on."""
        return frozenset({self}) if self.claim else self.rests_on


class Claims:
    """Everything that is said, each claim in all its readings."""

    def __init__(
        self, vocabulary: Vocabulary, entities: Iterable[Entity], sources: Iterable[Source], claims: Sequence[Claim]
    ) -> None:
        self.vocabulary = vocabulary
        self.entities = {entity.id: entity for entity in entities}
        self.retells = {source.id: source.retells for source in sources}
        self.claims = claims
        self.rows = [row for claim in claims for row in self.readings(claim)]
        self.rows = [replace(row, fills=row.fills and not self.outdone(row)) for row in self.rows]

    def readings(self, claim: Claim) -> Iterator[Row]:
        """A row for each thing that the open keys can stand for."""
        if claim.value.kind is not ValueKind.QUANTITY:
            return
        attribute = self.vocabulary.attributes[claim.attribute]
        options = {name: self.options(attribute, name, claim.scope.get(name)) for name in attribute.keys}
        for picked in product(*(values for values, _ in options.values())):
            scope = dict(zip(options, picked, strict=True))
            yield Row(
                name=row_name(claim, scope),
                attribute=claim.attribute,
                subject=claim.subject,
                world=REFERENCES if claim.standing else claim.source.cite,
                scope=scope,
                holder=claim.holders[-1],
                claim=claim,
                lists={name: how for name, (_, how) in options.items() if how},
                fills=fills_slots(claim),
            )

    def options(self, attribute: Attribute, name: str, said: str | None) -> tuple[list[frozenset[str]], str]:
        """The sets of values that a key can have, one for each reading, and the list that said so."""
        rule, key = attribute.keys[name], self.vocabulary.keys[name]
        if said == "undisclosed":
            return [frozenset({value}) for value in self.allowed(attribute, name)], "undisclosed"
        if said is not None:
            return [frozenset(key.inside(said)) if rule.parts is Parts.SAME else frozenset({said})], ""
        if rule.silent is None:
            return [self.silence(attribute, name)], ""
        if rule.silent.either:
            return [frozenset({value}) for value in rule.silent.either], "either"
        return [self.silence(attribute, name)], "first" if rule.silent.first else "together"

    def allowed(self, attribute: Attribute, name: str) -> list[str]:
        """The values that the attribute allows for a key."""
        key, only = self.vocabulary.keys[name], attribute.keys[name].only
        return [value for value in key.order if only is None or only in key.above(value)]

    def silence(self, attribute: Attribute, name: str) -> frozenset[str]:
        """All that silence on a key can stand for, at once."""
        rule, key = attribute.keys[name], self.vocabulary.keys[name]
        if rule.silent is not None:
            return frozenset(rule.silent.values)
        root = rule.only or key.root
        return frozenset(self.allowed(attribute, name) if rule.parts is Parts.SAME or root is None else [root])

    def siblings(self, row: Row) -> Iterator[Row]:
        """What the same source says of the same attribute and subject."""
        here = (row.world, row.attribute, row.subject)
        return (other for other in self.rows if other.claim and (other.world, other.attribute, other.subject) == here)

    def outdone(self, row: Row) -> bool:
        """Said beats silent: another claim of the source names outright what this row only reads into silence."""
        return any(
            key not in other.lists and other.scope[key] == row.scope[key]
            for key, how in row.lists.items()
            if how in {"either", "undisclosed"} and len(self.options_of(row, key)) > 1
            for other in self.siblings(row)
        )

    def options_of(self, row: Row, key: str) -> list[frozenset[str]]:
        """The readings that the claim of a row has along a key."""
        assert row.claim is not None
        attribute = self.vocabulary.attributes[row.attribute]
        return self.options(attribute, key, row.claim.scope.get(key))[0]

    def main_and_whole(self, row: Row, key: str) -> str | None:
        """The whole, if silence on the key can also stand for its main part."""
        silent = self.vocabulary.attributes[row.attribute].keys[key].silent
        return silent.together[0] if row.lists.get(key) == "together" and silent else None

    def part_is_named(self, row: Row, key: str) -> bool:
        """Whether another claim of the source says the key that this one is silent on."""
        return self.main_and_whole(row, key) is not None and any(
            key not in other.lists and len(other.scope[key]) == 1 for other in self.siblings(row)
        )

    # ------------------------------------------------------------------------------------------ links

    def ends(self, link: str, world: str | None, subject: str) -> set[str]:
        """What the claims of a world say a link leads to."""
        return {
            claim.value.text if claim.value.text in self.entities else "unknown"
            for claim in self.claims
            if claim.attribute == link and claim.subject == subject and claim.value.kind is ValueKind.LINK
            if (REFERENCES if claim.standing else claim.source.cite) == world
        }

    def follow(self, link: str, world: str, subject: str) -> str | None:
        """The end of a single-valued link; None without one, SEVERAL when it is doubled or unknown."""
        for elsewhere in (world, REFERENCES, self.retells.get(world)):
            ends = self.ends(link, elsewhere, subject)
            if ends:
                return ends.pop() if len(ends) == 1 and "unknown" not in ends else SEVERAL
        return self.defined(link, subject)

    def defined(self, link: str, subject: str) -> str | None:
        """The end of a link that belongs to what the entity is."""
        entity = self.entities[subject]
        target = entity.links.get(link.removeprefix(f"{entity.kind}."))
        return target if link.startswith(f"{entity.kind}.") and target in self.entities else None

    def wider(self, subject: str) -> str | None:
        """What an entity is directly within."""
        kind = self.vocabulary.kinds[self.entities[subject].kind]
        found = [self.defined(f"{kind.id}.{name}", subject) for name, link in kind.links.items() if link.wider]
        return next((each for each in found if each), None)

    def narrower(self, subject: str) -> list[str]:
        """Everything within an entity, however deep."""
        inside = [each for each in self.entities if self.wider(each) == subject]
        return [*inside, *(deeper for each in inside for deeper in self.narrower(each))]

    @cached_property
    def spoken_of(self) -> set[Place]:
        """Everything that an ordinary source speaks of, and what links lead to from there."""
        known: set[Place] = set()
        more = {
            (claim.source.cite, name)
            for claim in self.claims
            if not claim.standing
            for name in (claim.subject, claim.than)
            if name
        }
        links = [name for name, attribute in self.vocabulary.attributes.items() if attribute.type is Type.LINK]
        while more - known:
            known |= more
            ends = {(world, self.follow(link, world, name)) for world, name in known for link in links}
            more = {(world, end) for world, end in ends if end and end != SEVERAL}
        return known

    def look(self, attribute: str, world: str | None, subject: str) -> list[Row]:
        """Every row of an attribute about a subject in a world that can fill a slot."""
        here = (attribute, world, subject)
        return [row for row in self.rows if row.fills and (row.attribute, row.world, row.subject) == here]


def row_name(claim: Claim, scope: Scope) -> str:
    """A claim with what its keys are taken for."""
    return f"{claim.id} {sorted((key, sorted(values)) for key, values in scope.items())}"


def fills_slots(claim: Claim) -> bool:
    """Not factors of another's value, figures kept for comparison, nor bounds that a reference sets."""
    if claim.than or claim.standing is Standing.COMPARISON:
        return False
    meanings = read(claim.value.text).meanings
    return not claim.standing or all(isfinite(each.lo) and isfinite(each.hi) for each in meanings)


def once(rows: Sequence[Row]) -> bool:
    """8: no claim fills two slots, and each claim behind them has one reading."""
    direct = [row.claim.id for row in rows if row.claim]
    behind = {(each.claim.id, each.name) for row in rows for each in row.behind() if each.claim}
    return len(direct) == len(set(direct)) and len(behind) == len({claim for claim, _ in behind})
