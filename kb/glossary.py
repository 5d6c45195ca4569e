"""The vocabulary that claim files bring: units, kinds, keys and attributes that hang together, and what does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from kb.answers import line_of
from kb.errors import KbError
from kb.knowledge import Knowledge, Parts, unit_name, units_of
from kb.records import Fault, among, excerpt
from kb.roster import part
from kb.safeyaml import Node, Place
from kb.sections import Record, Sections
from kb.units import Units, UnknownUnit
from kb.vocabulary import Attribute, Key, Kind, Type, VocabularyError

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,79}")
Read: TypeAlias = dict[str, Record[Any]]


def glossary(sections: Sections, base: Knowledge, needed: Mapping[str, str]) -> Parts:
    """The parts of the files' vocabulary that can be added to the base's; the rest becomes faults of the sections.

    needed: parts of the base's vocabulary that must stay as they are, such as ``key season``, each with the reason.
    """
    lines = unit_lines(sections, base, needed.get("units"))
    units = units_of(merged(base.unit_lines, tuple(lines)))
    read: dict[str, Read] = {
        "kind": dict(sections.records("kinds", Kind)),
        "key": dict(sections.records("keys", Key)),
        "attribute": dict(sections.records("attributes", Attribute)),
    }
    for what, records in read.items():
        for id_, record in list(records.items()):
            if reason := needed.get(f"{what} {id_}"):
                faults = [Fault(record.node.place, (f"{what} {id_} without what is in use: {reason}", *STAYS))]
            else:
                faults = list(FLAWS[what](record, units))
            if faults:
                sections.faults.extend(faults)
                drop(sections, read, what, id_)
    return assembled(sections, base, read, tuple(lines))


STAYS = "expected a revision that fits what is known", "keep it as it was, or correct the other with it"


def assembled(sections: Sections, base: Knowledge, read: dict[str, Read], lines: tuple[str, ...]) -> Parts:
    """The parts that hang together with each other and the base; one that does not is dropped, and the rest tried."""
    while True:
        parts = Parts(lines, *(tuple(record.noun for record in records.values()) for records in read.values()))
        try:
            parts.vocabulary(base)
        except VocabularyError as error:
            what, id_ = culprit(str(error), read)
            if not what:  # a record of the base no longer fits: nothing of these files can be blamed alone
                place = sections.files[0].place
                sections.faults.append(Fault(place, line_of(error)))
                return Parts(lines)
            node = read[what][id_].node
            sections.faults.append(Fault(named_in(str(error), node), line_of(error)))
            drop(sections, read, what, id_)
        else:
            return parts


def culprit(message: str, read: Mapping[str, Read]) -> tuple[str, str]:
    """The record that a complaint of the vocabulary begins with."""
    for what, records in read.items():
        for id_ in records:
            if message.startswith((f"{what} {id_} ", f"link {id_}.")):
                return what, id_
    return "", ""


def drop(sections: Sections, read: dict[str, Read], what: str, id_: str) -> None:
    """Takes a record out, so that what refers to it can say why."""
    sections.lose(what, read[what].pop(id_).node)


def named_in(message: str, node: Node) -> Place:
    """Where in a record the name stands that a message quotes, or the record's own place."""
    quoted = re.search(r"'([^']+)'", message)

    def places(at: Node) -> Iterator[Place]:
        if isinstance(at.value, dict):
            for name, inner in at.value.items():
                yield from [at.key_places[name]] if quoted and name == quoted[1] else []
                yield from places(inner)
        elif isinstance(at.value, list):
            for item in at.value:
                yield from places(item)
        elif quoted and at.text == quoted[1]:
            yield at.place

    return next(places(node), node.place)


# ------------------------------------------------------------------------------------------------ units


def merged(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Definition lines of which a new one replaces the old one of the same name."""
    return tuple({unit_name(line): line for line in (*old, *new)}.values())


def unit_lines(sections: Sections, base: Knowledge, needed: str | None) -> dict[str, None]:
    """The definition lines of the files that define something."""
    nodes: dict[str, Node] = {}
    for node in sections.items("units"):
        line = " ".join((node.text or "").split())
        if not line:
            told = "a unit that is no text", "expected a definition", "write it as in 'hour = 60 minute', in quotes"
            sections.faults.append(Fault(node.place, told, "unit"))
            continue
        first = nodes.setdefault(unit_name(line), node)
        if " ".join((first.text or "").split()) != line:
            found = f"unit {excerpt(unit_name(line))} again, with another meaning (first in {first.place})"
            sections.faults.append(Fault(node.place, (found, "expected one", "delete one of the two"), "duplicate"))
    lines = {" ".join((node.text or "").split()): node for node in nodes.values()}
    if needed is not None:  # which of them does the harm is hard to tell, so all that is known stays
        known = {unit_name(line): line for line in base.unit_lines}
        for line in [line for line in lines if known.get(unit_name(line), line) != line]:
            found = f"unit {excerpt(line)} with another meaning than what is in use: {needed}"
            sections.faults.append(Fault(lines.pop(line).place, (found, *STAYS), "unit"))
    while True:
        try:
            check_units(merged(base.unit_lines, tuple(lines)), lines)
        except UnknownUnit as error:
            blamed = next((line for line in lines if error.unit in {line, unit_name(line)}), None)
            if blamed is None:
                sections.faults.append(Fault(sections.files[0].place, line_of(error), "unit"))
                return {}
            remedy = "write it as in 'hour = 60 minute', with units that are defined"
            told = f"unit {excerpt(blamed)}", "expected a definition", remedy
            sections.faults.append(Fault(lines.pop(blamed).place, told, "unit"))
        else:
            return dict.fromkeys(lines)


def check_units(every: tuple[str, ...], new: Mapping[str, Node]) -> None:
    """Raises UnknownUnit for a line that is no definition, or whose definition leads nowhere."""
    units = units_of(every)
    for line in new:
        name = unit_name(line)
        if WORD.fullmatch(name) and not name.endswith("-"):  # neither a prefix nor an alias nor a dimension
            units.factor(name, name)


# ------------------------------------------------------------------------------------------------ flaws of one record


def kind_flaws(record: Record[Kind], _units: Units) -> Iterator[Fault]:
    """What is wrong with how a kind's entities are named."""
    kind, node = record.noun, part(record.node, "named")
    if kind.named is None:
        return
    if kind.named.link not in kind.links:
        found = f"kind {kind.id} is named by link {excerpt(kind.named.link)}"
        yield Fault(part(node, "link").place, (found, among(kind.links, "link"), "correct it"))
    if kind.named.key not in kind.own:
        found = f"kind {kind.id} is named by key {excerpt(kind.named.key)}"
        yield Fault(part(node, "key").place, (found, among(kind.own, "own key"), "correct it"))


def key_flaws(record: Record[Key], _units: Units) -> Iterator[Fault]:
    """What is wrong with a key's tree of values."""
    seen: set[str] = set()

    def walk(tree: Node) -> Iterator[Fault]:
        for name, inner in tree.value.items() if isinstance(tree.value, dict) else ():
            place = tree.key_places[name]
            if not WORD.fullmatch(name) or name == "undisclosed":
                yield Fault(place, (f"value {excerpt(name)}", "expected a word other than 'undisclosed'", "rename it"))
            if name in seen:
                yield Fault(
                    place, (f"value {excerpt(name)} again", "expected each value once in the tree", "rename one")
                )
            seen.add(name)
            if inner.value is not None and not isinstance(inner.value, dict):
                yield Fault(
                    inner.place, (f"something else under {name}", "expected values or nothing", "write {a: , b: }")
                )
            yield from walk(inner)

    yield from walk(part(record.node, "values"))
    if not seen:
        yield Fault(
            part(record.node, "values").place, ("a key without values", "expected some", "add them under values:")
        )


def attribute_flaws(record: Record[Attribute], units: Units) -> Iterator[Fault]:
    """What is wrong with an attribute's unit or with how it reads silence."""
    attribute, node = record.noun, record.node
    if attribute.type is Type.QUANTITY:
        try:
            units.factor(attribute.unit, attribute.unit)
        except KbError as error:
            yield Fault(part(node, "unit").place, line_of(error), "unit")
        else:
            try:
                units.factor(attribute.shown or attribute.unit, attribute.unit)
            except KbError as error:
                yield Fault(part(node, "shown").place, line_of(error), "unit")
    for name, rule in attribute.keys.items():
        lists = [rule.silent.together, rule.silent.either, rule.silent.first] if rule.silent else []
        if rule.silent and sum(map(bool, lists)) != 1:
            line = (
                f"silence on {name} with {sum(map(bool, lists))} lists",
                "expected one of together, either, first",
                "keep one",
            )
            yield Fault(part(part(part(node, "keys"), name), "silent").place, line)


FLAWS: Mapping[str, Any] = {"kind": kind_flaws, "key": key_flaws, "attribute": attribute_flaws}
