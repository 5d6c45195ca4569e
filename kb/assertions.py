"""From the record of a claim in a file to the claim, or to every reason why it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.answers import Answers, line_of
from kb.calculations import parsed
from kb.errors import Unreadable, a, did_you_mean
from kb.knowledge import Knowledge
from kb.model import Claim, Entity, Firmness, Mode, Names, Noun, Severity, Standing, ValueKind, Word
from kb.records import MEND, Fault, among, excerpt, listed, noun, plain
from kb.roster import Roster, part
from kb.safeyaml import Node, Place
from kb.vocabulary import Attribute, Type

UNREAD = {"kind": ValueKind.NONE.value}  # in the place of a value that cannot be read, so that other fields can


class Given(Noun):
    """What a file says once for all its claims."""

    cite: Word | None = None
    holders: Names | None = None
    mode: Mode | None = None
    firmness: Firmness | None = None
    standing: Standing | None = None


@dataclass(frozen=True)
class Defaults:
    """What the claims of a file are given that do not say it themselves."""

    cite: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    uncited: Fault | None = None  # why the source cannot be cited: one finding for all claims of the file
    lost: frozenset[str] = frozenset()  # fields that could not be read, which is a finding already
    foreign: bool = False  # not written by hand: an importer made it of a table


@dataclass
class Draft:
    """A claim on its way: its fields as JSON takes them, and what is wrong so far."""

    node: Node
    fields: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def __getitem__(self, name: str) -> Node:
        """The node of a field, or of the whole record if it has no such field."""
        return part(self.node, name)

    def text(self, name: str) -> str | None:
        """A field that is a text."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else None

    def __enter__(self) -> None:
        """Takes down what is raised within, so that the next field has its turn."""

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, Fault):
            self.faults.append(error)
        return isinstance(error, Fault)


class Reader:
    """Reads claims on top of a vocabulary, sources and entities."""

    def __init__(self, knowledge: Knowledge, roster: Roster, lost: Mapping[str, Place]) -> None:
        self.vocabulary = knowledge.vocabulary
        self.sources = knowledge.sources
        self.roster = roster
        self.lost = lost  # attributes and sources that could not be read, and where they stand
        self.answers = Answers(knowledge.vocabulary, knowledge.units, roster)

    def read(self, node: Node, defaults: Defaults) -> tuple[Claim | None, list[Fault]]:
        """The claim of a record, and what is wrong with it; no claim if something keeps it from being known."""
        fields = plain(node)
        if not isinstance(fields, dict):
            return None, [Fault(node.place, ("no mapping", "expected a claim", "write 'field: value' lines"))]
        draft = Draft(node, {**defaults.fields, **fields})
        fill_in(draft.fields, defaults.cite)
        attribute = self.attribute(draft)
        if attribute is not None:
            subject = self.subject(draft, attribute)
            self.than(draft, attribute)
            self.scope(draft, attribute, subject)
        self.value(draft, attribute, defaults.foreign)
        claim = self.claim(draft, defaults)
        if claim is not None and attribute is not None and claim.value.kind is ValueKind.QUANTITY:
            with draft:
                self.answers.examine(claim, attribute, draft["value"])
        if claim is not None and claim.working is not None:
            with draft:
                self.working(claim, claim.working, draft["working"].place)
        kept = True
        for fault in draft.faults:
            fault.claims = (id_,) if (id_ := draft.text("id")) else ()
            kept = kept and fault.severity < Severity.ERROR
        return claim if kept else None, draft.faults

    # -------------------------------------------------------------------------------------------- what it is about

    def attribute(self, draft: Draft) -> Attribute | None:
        """The attribute that is named."""
        name = draft.text("attribute")
        if name is not None and name not in self.vocabulary.attributes:
            draft.faults.append(self.unknown(draft["attribute"].place, "attribute", name, self.vocabulary.attributes))
        return self.vocabulary.attributes.get(name or "")

    def unknown(self, place: Place, what: str, name: str, known: Mapping[str, Any]) -> Fault:
        """What to say of a name that is not defined."""
        if (there := self.lost.get(f"{what} {name}")) is not None:
            line = f"{what} {name} could not be read (see {there})", f"expected a known {what}", MEND
        else:
            remedy = f"correct it, or define it under {what}s:"
            line = f"no {what} {excerpt(name)}{did_you_mean(name, known)}", f"expected a known {what}", remedy
        return Fault(place, line, "dangling")

    def subject(self, draft: Draft, attribute: Attribute) -> Entity | None:
        """The entity that the claim is about, which must be of the attribute's kind."""
        name = draft.text("subject")
        if name is None:
            return None
        place = draft["subject"].place
        with draft:
            entity = self.roster.entity(name, attribute.about, place)
            draft.fields["subject"] = entity.id
            if entity.kind == attribute.about:
                return entity
            found = f"{attribute.id} is about {a(attribute.about)}; {entity.id} is {a(entity.kind)}"
            raise Fault(place, (found, f"expected {a(attribute.about)}", self.instead(entity, attribute)))
        return None

    def instead(self, entity: Entity, attribute: Attribute) -> str:
        """What to write when the subject is of the wrong kind."""
        kind = self.vocabulary.kinds[attribute.about]
        if kind.named is None or kind.links[kind.named.link].to != entity.kind:
            return "correct the subject or the attribute"
        link, key = kind.named.link, kind.named.key
        known = [other.id for other in self.roster.entities.values() if other.links.get(link) == entity.id]
        values = listed(self.vocabulary.keys[key].order, 24)
        return f"write {listed([*known, f'{entity.id}/{key.upper()}'], 4)} with {key.upper()} one of {values}"

    def than(self, draft: Draft, attribute: Attribute) -> None:
        """The entity that the value is a factor of, or with which an effect is compared: that can be of any kind."""
        name = draft.text("than")
        if name is None:
            return
        place = draft["than"].place
        with draft:
            if attribute.type is Type.EFFECT:
                draft.fields["than"] = self.roster.entity(name, None, place).id
                return
            if attribute.type is not Type.QUANTITY:
                found = f"than, but {attribute.id} is no quantity and no effect"
                raise Fault(place, (found, "expected it beside a factor or an effect only", "delete it"))
            draft.fields["than"] = self.roster.of_kind(name, attribute.about, place, f"than of {attribute.id}").id

    # -------------------------------------------------------------------------------------------- scope

    def scope(self, draft: Draft, attribute: Attribute, subject: Entity | None) -> None:
        """Every key must matter to the attribute, and every value must be one of the key's."""
        scope = draft.fields.get("scope")
        if not isinstance(scope, dict):
            return
        node = draft["scope"]
        for key, value in scope.items():
            with draft:
                self.scope_key(key, node.key_places.get(key, node.place), attribute, subject)
                if isinstance(value, str) and value != "undisclosed":
                    self.scope_value(key, value, part(node, key).place, attribute)

    def scope_key(self, key: str, place: Place, attribute: Attribute, subject: Entity | None) -> None:
        """Raises Fault for a key that the attribute does not ask for."""
        if subject is not None and key in self.vocabulary.kinds[subject.kind].own:
            found = f"{key} in the scope, but it belongs to the {subject.kind} {subject.id} itself"
            raise Fault(place, (found, among(attribute.keys, "key"), f"delete it, or name another {subject.kind}"))
        if key not in self.vocabulary.keys:
            raise self.unknown(place, "key", key, attribute.keys)
        if key not in attribute.keys:
            remedy = "delete it, or declare it of the attribute"
            raise Fault(place, (f"{attribute.id} has no key {key}", among(attribute.keys, "key"), remedy))

    def scope_value(self, key: str, value: str, place: Place, attribute: Attribute) -> None:
        """Raises Fault for a value that is not the key's, or is outside what the attribute is about."""
        values, only = self.vocabulary.keys[key], attribute.keys[key].only
        if value not in values.order:
            found = f"{key} {excerpt(value)}{did_you_mean(value, values.order)}"
            raise Fault(place, (found, among(values.order, key), "correct it"), "dangling")
        if only is not None and value not in values.inside(only):
            found = f"{key} {value}, but {attribute.id} is only about {only}"
            raise Fault(place, (found, among(values.inside(only), key), "correct it"))

    # -------------------------------------------------------------------------------------------- all of it

    def value(self, draft: Draft, attribute: Attribute | None, foreign: bool) -> None:
        """Puts a value of the attribute's type in the place of what is written."""
        if "value" not in draft.fields:
            return
        draft.fields["value"] = UNREAD
        if attribute is not None:
            with draft:
                draft.fields["value"] = self.answers.value(attribute, draft["value"], draft.faults.append)
        for fault in draft.faults if foreign else ():
            if fault.severity is Severity.WARNING:  # tables name many things that nobody needs to know
                fault.severity = Severity.NOTE

    @staticmethod
    def working(claim: Claim, working: str, place: Place) -> None:
        """Raises Fault for a calculation that cannot be read, or that gives what is no figure."""
        if claim.value.kind is not ValueKind.QUANTITY:
            found = f"a calculation {excerpt(working)} beside a value that is no figure"
            raise Fault(place, (found, "expected it beside the figure that it gives", "delete it"))
        try:
            parsed(working)
        except Unreadable as error:
            raise Fault(place, line_of(error)) from None

    def claim(self, draft: Draft, defaults: Defaults) -> Claim | None:
        """The claim, if its fields are what the type asks for and its source is known."""
        if ("holders" in defaults.lost and "holders" not in draft.fields) or self.uncited(draft, defaults):
            return None
        try:
            claim = noun(Claim, draft.fields, draft.node)
        except ExceptionGroup as group:
            draft.faults.extend(fault for fault in group.exceptions if isinstance(fault, Fault))
            return None
        cite = claim.source.cite
        if cite in self.sources:
            return claim
        if defaults.uncited is not None and cite == defaults.cite:
            defaults.uncited.claims += (claim.id,)
        else:
            draft.faults.append(self.unknown(part(draft["source"], "cite").place, "source", cite, self.sources))
        return None

    @staticmethod
    def uncited(draft: Draft, defaults: Defaults) -> bool:
        """Whether neither the claim nor its file says which source it is from: one finding for the whole file."""
        source = draft.fields.get("source")
        if not isinstance(source, dict) or "cite" in source:
            return False
        if defaults.uncited is not None and (id_ := draft.text("id")):
            defaults.uncited.claims += (id_,)
        return True


def fill_in(fields: dict[str, Any], default: str | None) -> None:
    """The conveniences of a file: the source and its prefix of ids; and one order of scope keys."""
    source, cite = fields.get("source"), default
    if isinstance(source, dict):
        if default is not None:
            source.setdefault("cite", default)
        cite = source.get("cite")
    if isinstance(cite, str):
        prefix(fields, "id", cite)
        rests = fields.get("rests_on")
        for rest in rests if isinstance(rests, list) else ():
            if isinstance(rest, dict):
                prefix(rest, "claim", cite)
    if isinstance(scope := fields.get("scope"), dict) and len(scope) > 1:
        fields["scope"] = dict(sorted(scope.items()))


def prefix(fields: dict[str, Any], name: str, cite: str) -> None:
    """Makes an id that is local to a source one that is unique."""
    if isinstance(own := fields.get(name), str) and ":" not in own:
        fields[name] = f"{cite}:{own}"
