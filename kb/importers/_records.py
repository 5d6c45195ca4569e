"""Records as a claim file has them, made of the cells of a table; and troubles told in the table's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kb.knowledge import Trouble
from kb.model import Severity
from kb.safeyaml import Node, Place


def record(value: object, place: Place) -> Node:
    """A value as the node of a claim file, all of it in one place; fields that are empty are left out."""
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
