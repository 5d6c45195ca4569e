"""Records as a claim file has them, made of the cells of a table; its id as a source; and where its troubles stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from kb.knowledge import Knowledge, Trouble
from kb.model import Severity
from kb.safeyaml import Node, Place

STEM = 60  # characters of a file's name that the id of its source keeps


def record(value: object, place: Place) -> Node:
    """A value as the node of a claim file, all of it in one place; fields that are empty are left out."""
    if isinstance(value, str):  # by far the most
        return Node(str(value), str(value), place)
    if isinstance(value, Node):
        return value
    if isinstance(value, dict):
        inner = {str(name): record(each, place) for name, each in value.items() if each}
        return Node(inner, None, place, dict.fromkeys(inner, place))
    if isinstance(value, list):
        return Node([record(each, place) for each in value], None, place)
    return Node(value if isinstance(value, int) else str(value), str(value), place)


def claim_file(place: Place, claims: list[Node], **sections: Any) -> Node:
    """A whole claim file of these claims and whatever else it has."""
    nodes = {name: record(section, place) for name, section in sections.items()}
    nodes["claims"] = Node(claims, None, place)
    return Node(nodes, None, place, dict.fromkeys(nodes, place))


def source_id(name: str, word: str, title: str, base: Knowledge) -> str:
    """The id of the source that a file is: its name behind a word, and a digest where that would not be its own."""
    stem = PurePath(name).stem
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-.")[:STEM]
    id_ = plain if plain.casefold().startswith(word) else f"{word}-{plain}".rstrip("-")
    other = base.sources.get(id_)
    if plain == stem and (other is None or other.title == title):
        return id_
    return f"{id_}-{sha256(stem.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def parts(text: str) -> list[str]:
    """The names that commas part, each once."""
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def numbered(word: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name with a word of its own: chip, chip2, chip3."""
    return ((f"{word}{number}" if number > 1 else word, name) for number, name in enumerate(names, 1))


def position(trouble: Trouble) -> tuple[int, int]:
    """The row and column of a trouble."""
    _, row, column = trouble.place.rsplit(":", 2)
    return int(row), int(column)


def in_order(trouble: Trouble) -> tuple[int, int, Severity, str]:
    """What troubles are sorted by: their place in the table."""
    return *position(trouble), trouble.severity, trouble.message
