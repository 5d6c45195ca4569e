"""Who is meant: entities by id or whole name, and those that a name such as ``Alder/training`` declares by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from kb.errors import a, did_you_mean
from kb.knowledge import Knowledge
from kb.model import Entity
from kb.records import MEND, Fault, Told, among, excerpt, listed
from kb.safeyaml import Node, Place
from kb.vocabulary import Kind

MOST_NAMES = 1000  # among which a near one is looked for: comparing is slow


class Roster:
    """The entities of a knowledge base while claims are read; it grows by those that names declare."""

    def __init__(self, knowledge: Knowledge, lost: Mapping[str, Place] | None = None) -> None:
        self.knowledge = knowledge
        self.kinds = knowledge.vocabulary.kinds
        self.entities = dict(knowledge.entities)
        self.made: list[Entity] = []
        self.lost = lost or {}  # entities that could not be read, and where they stand
        self.hints: dict[tuple[str, str | None], str] = {}
        self.called: dict[tuple[str | None, str], list[str]] = {}  # names, by kind and by how they begin
        self.calling = 0  # of how many entities these are

    def entity(self, name: str, kind: str | None, place: Place) -> Entity:
        """The one entity of that name, best of that kind; raises Fault when there is none, or more than one."""
        if (known := self.entities.get(name)) is not None:
            return known
        found = self.knowledge.find(name, kind)
        if len(found) > 1:
            line = f"{excerpt(name)} is a name of {listed(found)}", "expected one of them", "write its id"
            raise Fault(place, line, "dangling")
        return self.entities[found[0]] if found else self.declared_by_name(name, kind, place)

    def of_kind(self, name: str, kind: str, place: Place, what: str) -> Entity:
        """The one entity of that name; raises Fault also when it is of another kind."""
        entity = self.entity(name, kind, place)
        if entity.kind != kind:
            line = f"{what} is {a(kind)}; {entity.id} is {a(entity.kind)}", f"expected {a(kind)}", "name another entity"
            raise Fault(place, line)
        return entity

    def declared_by_name(self, name: str, kind: str | None, place: Place) -> Entity:
        """The entity that a name with a slash declares; raises Fault for other names."""
        holder, slash, label = name.strip().rpartition("/")
        for named in sorted(self.named_kinds(), key=lambda named: named.id != kind) if slash else ():
            assert named.named is not None
            if kind not in {None, named.id} and not self.knowledge.find(holder):
                continue  # a name with a slash in it, not a name of this kind
            link, key = named.named.link, named.named.key
            start = self.of_kind(holder, named.links[link].to, place, f"what {excerpt(name)} is {link}")
            id_ = f"{start.id}/{label}"
            if id_ in self.entities:
                return self.entities[id_]
            values = self.knowledge.vocabulary.keys[key].order
            if label not in values:
                found = f"no {named.id} {excerpt(id_)}, and {excerpt(label)} is no {key}{did_you_mean(label, values)}"
                raise Fault(place, (found, among(values, key), "correct it, or declare it under entities:"), "dangling")
            return self.add(Entity(id=id_, kind=named.id, links={link: start.id}, own={key: label}))
        raise self.unknown(name, kind, place)

    def add(self, entity: Entity) -> Entity:
        """Takes in an entity that its name declares."""
        self.entities[entity.id] = entity
        self.made.append(entity)
        return entity

    def named_kinds(self) -> Iterable[Kind]:
        """The kinds whose entities can be declared by their names."""
        return (kind for kind in self.kinds.values() if kind.named is not None)

    def unknown(self, name: str, kind: str | None, place: Place) -> Fault:
        """What to say of a name that nobody has."""
        if name in self.lost:
            line = f"{name} could not be read (see {self.lost[name]})", "expected an entity", MEND
            return Fault(place, line, "dangling")
        found = f"no {kind or 'entity'} {excerpt(name)}{self.hint(name, kind)}"
        line = found, "expected an entity or one of its names", "correct it, or declare it under entities:"
        return Fault(place, line, "dangling")

    def hint(self, name: str, kind: str | None) -> str:
        """The nearest name of the kind."""
        if (name, kind) not in self.hints:
            self.call()
            near = self.called.get((kind, ""), [])
            if len(near) > MOST_NAMES:
                near = self.called.get((kind, name[:2].casefold()), [])[:MOST_NAMES]
            self.hints[name, kind] = did_you_mean(name, near)
        return self.hints[name, kind]

    def call(self) -> None:
        """Sorts the names of entities that came since it was done last: many names may be unknown, among many known."""
        for entity in islice(self.entities.values(), self.calling, None):
            for name in (entity.id, *(name for names in entity.names.values() for name in names)):
                for kind in (None, entity.kind):
                    for start in ("", name[:2].casefold()):
                        self.called.setdefault((kind, start), []).append(name)
        self.calling = len(self.entities)

    # -------------------------------------------------------------------------------------------- declared entities

    def completed(self, entity: Entity, node: Node) -> tuple[Entity, list[Fault]]:
        """A declared entity with its links as ids and with what its name says; and what is wrong with it."""
        kind, faults = self.kinds[entity.kind], []
        links, own = dict(entity.links), dict(entity.own)
        for name, target in entity.links.items():
            try:
                links[name] = self.link(kind, name, target, node)
            except Fault as fault:
                faults.append(fault)
                del links[name]
        for key, value in entity.own.items():
            if wrong := self.own_fault(kind, key, value, node):
                faults.append(wrong)
                del own[key]
        self.complete_by_name(entity.id, kind, links, own)
        if links != entity.links or own != entity.own:
            entity = entity.model_copy(update={"links": links, "own": own})
        return entity, faults

    def link(self, kind: Kind, name: str, target: str, node: Node) -> str:
        """The id that a link leads to."""
        places = part(node, "links")
        if name not in kind.links:
            found = f"{a(kind.id)} has no link {excerpt(name)}{did_you_mean(name, kind.links)}"
            raise Fault(
                places.key_places.get(name, places.place), (found, among(kind.links, "link"), "rename or delete it")
            )
        return self.of_kind(target, kind.links[name].to, part(places, name).place, f"{name} of {a(kind.id)}").id

    def own_fault(self, kind: Kind, key: str, value: str, node: Node) -> Fault | None:
        """What is wrong with a key that an entity says of itself."""
        places = part(node, "own")
        if key not in kind.own:
            found = f"{a(kind.id)} has no key {excerpt(key)} of its own{did_you_mean(key, kind.own)}"
            return Fault(
                places.key_places.get(key, places.place), (found, among(kind.own, "own key"), "rename or delete it")
            )
        values = self.knowledge.vocabulary.keys[key].order
        if value not in values:
            found = f"{key} {excerpt(value)}{did_you_mean(value, values)}"
            return Fault(part(places, key).place, (found, among(values, key), "correct it"), "dangling")
        return None

    def complete_by_name(self, id_: str, kind: Kind, links: dict[str, str], own: dict[str, str]) -> None:
        """Adds the link and the own key that a name with a slash tells, where the entity does not say them itself."""
        holder, slash, label = id_.rpartition("/")
        if kind.named is None or not slash:
            return
        link, key = kind.named.link, kind.named.key
        found = self.knowledge.find(holder, kind.links[link].to)
        if link not in links and len(found) == 1:
            links[link] = found[0]
        if label in self.knowledge.vocabulary.keys[key].order:
            own.setdefault(key, label)


def part(node: Node, name: str) -> Node:
    """A field's node, or the node itself when there is none of that name."""
    if isinstance(node, Told):
        return node.part(name)
    return node.value.get(name, node) if isinstance(node.value, dict) else node
