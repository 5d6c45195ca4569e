"""Which claims are wanted: by what they are about, who says it, how; each word checked against what there is.

A choice becomes a condition of SQL over `l`, a row of `latest` that is a claim's, and `r`, the revision that it names.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeAlias, TypeVar

from kb.errors import KbError, did_you_mean
from kb.model import Claim, Firmness, Mode, ValueKind
from kb.storeviews import RECORD
from kb.vocabulary import Kind
from kb.wording import spaced

T = TypeVar("T")
WORD = re.compile(r"\w+")
Condition: TypeAlias = tuple[str, list[object]]  # with its values

NUMBERS = "l.number IN (SELECT c.number FROM claimrow c WHERE c.{} IN ({}))"
BODIES = f"SELECT r.body FROM {RECORD} WHERE l.part = ? ORDER BY l.number"
OF = (
    f"SELECT l.name, json_extract(r.body, ?) AS whole FROM {RECORD} "
    "WHERE l.part = 'entity' AND json_extract(r.body, '$.kind') = ? AND whole IS NOT NULL ORDER BY l.number"
)
NAMES = "SELECT name FROM latest WHERE part = ? ORDER BY number"
HOLDERS = f"SELECT DISTINCT h.value FROM {RECORD} JOIN json_each(r.body, '$.holders') h WHERE l.part = 'claim'"
HELD = "EXISTS (SELECT 1 FROM json_each(r.body, '$.holders') h WHERE h.value IN ({}))"


@dataclass(frozen=True)
class Choice:
    """What is wanted of each property; everything where it is empty."""

    subject: str = ""  # or of what is of it, such as its runs
    attribute: str = ""  # or a family of them
    source: str = ""
    holder: str = ""  # anywhere in the chain, alone or together with others
    mode: str = ""
    firmness: str = ""
    kind: str = ""  # of value

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


EVERYTHING = Choice()


class Unknown(KbError):
    """A word of a choice that names nothing."""

    exit_code = 2

    def __init__(self, what: str, name: str, known: Iterable[str], expected: str) -> None:
        super().__init__(f"no {what} {name!r}{did_you_mean(name, known)}; expected {expected}; correct it")


def condition(db: sqlite3.Connection, choice: Choice) -> Condition:
    """What SQL asks for a choice; raises Unknown."""
    parts = [find(db, getattr(choice, name)) for name, find in FINDERS.items() if getattr(choice, name)]
    return " AND ".join(["1", *(text for text, _ in parts)]), [value for _, values in parts for value in values]


def one_of(what: str, name: str, words: type[StrEnum]) -> StrEnum:
    """The word of that name; raises Unknown."""
    names = [word.value for word in words]
    if name not in names:
        raise Unknown(what, name, names, f"one of {', '.join(names)}")
    return words(name)


def entity_names(db: sqlite3.Connection) -> dict[str, set[str]]:
    """The ids of the entities that have a name, by the name in lower case; an id is a name."""
    found: dict[str, set[str]] = {}
    for (body,) in db.execute(BODIES, ("entity",)):
        entity = json.loads(body)
        for name in (entity["id"], *(name for names in entity.get("names", {}).values() for name in names)):
            found.setdefault(name.casefold(), set()).add(entity["id"])
    return found


def with_theirs(names: Iterable[T], pairs: Iterable[tuple[T, T]]) -> list[T]:
    """Some things and whatever is of them, such as the runs of a model, however far.

    pairs: each thing with what it is of, by a link that identifies it

    >>> with_theirs(["Alder"], [("Alder/training", "Alder"), ("Birch/training", "Birch")])
    ['Alder', 'Alder/training']
    """
    theirs: dict[T, list[T]] = {}
    for thing, whole in pairs:
        theirs.setdefault(whole, []).append(thing)
    found = dict.fromkeys(names)
    waiting = list(found)
    while waiting:
        new = [thing for thing in theirs.get(waiting.pop(), ()) if thing not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def belonging(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Each entity with what it is of, by a link that identifies it."""
    kinds = (Kind.model_validate_json(body) for (body,) in db.execute(BODIES, ("kind",)))
    for path, of in [(f'$.links."{link}"', each.id) for each in kinds for link in each.identifying]:
        yield from db.execute(OF, (path, of))


def stands_in(name: str, other: str) -> bool:
    """Whether a name is another one, or some of its words in a row: who is a holder together with somebody else.

    >>> stands_in("Ann Lee", "Ann Lee and Bo Li"), stands_in("Ann Le", "Ann Lee and Bo Li"), stands_in("传言", "传言者")
    (True, False, True)
    """
    return name.casefold() == other.casefold() or f" {_words(name)} " in f" {_words(other)} "


def taken_in(claims: Iterable[Claim], name: str) -> list[str]:
    """The holders of some claims of whose names another name is a part."""
    holders = dict.fromkeys(holder for claim in claims for holder in claim.holders)
    return [one for one in holders if one.casefold() != name.casefold() and stands_in(name, one)]


def known_names(db: sqlite3.Connection) -> Iterator[str]:
    """Every name of an entity as it is written."""
    for (body,) in db.execute(BODIES, ("entity",)):
        entity = json.loads(body)
        yield from (entity["id"], *(name for names in entity.get("names", {}).values() for name in names))


# ------------------------------------------------------------------------------------------------ one property each


def _subject(db: sqlite3.Connection, name: str) -> Condition:
    ids = [name] if db.execute("SELECT 1 FROM latest WHERE part = 'entity' AND name = ?", (name,)).fetchone() else []
    ids = ids or sorted(entity_names(db).get(name.casefold(), ()))
    if not ids:
        raise Unknown("entity", name, known_names(db), "one that 'kb entities' lists")
    ids = with_theirs(ids, belonging(db))
    numbers = "SELECT number FROM latest WHERE part = 'entity' AND name IN (SELECT value FROM json_each(?))"
    return NUMBERS.format("subject", numbers), [json.dumps(ids)]  # as one value: SQLite takes only so many


def _attribute(db: sqlite3.Connection, name: str) -> Condition:
    attributes = [one for (one,) in db.execute(NAMES, ("attribute",))]
    kinds = map(json.loads, (body for (body,) in db.execute(BODIES, ("kind",))))
    attributes += [f"{kind['id']}.{link}" for kind in kinds for link in kind.get("links", {})]
    families = {".".join(one.split(".")[:end]) for one in attributes for end in range(1, one.count(".") + 2)}
    if name not in families:
        raise Unknown("attribute", name, sorted(families), "one that 'kb attributes' lists, or how some of them begin")
    numbers = "SELECT number FROM word WHERE text = ? OR substr(text, 1, length(?) + 1) = ? || '.'"
    return NUMBERS.format("attribute", numbers), [name] * 3


def _source(db: sqlite3.Connection, name: str) -> Condition:
    sources = [one for (one,) in db.execute(NAMES, ("source",))]
    if name not in sources:
        raise Unknown("source", name, sources, f"one of {', '.join(sources[:8])}" if sources else "one that is stored")
    return NUMBERS.format("source", "SELECT number FROM latest WHERE part = 'source' AND name = ?"), [name]


def _holder(db: sqlite3.Connection, name: str) -> Condition:
    holders = [one for (one,) in db.execute(HOLDERS)]
    names = entity_names(db)
    meant = names.get(name.casefold(), set())
    mine = [
        one
        for one in holders
        if not meant.isdisjoint(names.get(one.casefold(), set()))
        or any(stands_in(each, one) for each in (name, *meant))
    ]
    if not mine:
        raise Unknown("holder", name, holders, "somebody who holds a claim, as 'kb show' prints it")
    return HELD.format(_marks(mine)), list(mine)


def _mode(_: sqlite3.Connection, name: str) -> Condition:
    one_of("mode", name, Mode)
    return f"coalesce(json_extract(r.body, '$.mode'), '{Mode.STATEMENT}') = ?", [name]


def _firmness(_: sqlite3.Connection, name: str) -> Condition:
    one_of("firmness", name, Firmness)
    return f"coalesce(json_extract(r.body, '$.firmness'), '{Firmness.PLAIN}') = ?", [name]


def _kind(_: sqlite3.Connection, name: str) -> Condition:
    one_of("kind of value", name, ValueKind)
    return "json_extract(r.body, '$.value.kind') = ?", [name]


FINDERS = {
    "subject": _subject,
    "attribute": _attribute,
    "source": _source,
    "holder": _holder,
    "mode": _mode,
    "firmness": _firmness,
    "kind": _kind,
}


def _words(name: str) -> str:
    return " ".join(WORD.findall(spaced(name.casefold()))) or name.casefold()


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))
