"""The records of claim files, section by section, whatever file they stand in; and what could not be read of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from kb.errors import did_you_mean
from kb.model import Noun
from kb.records import Fault, among, excerpt, listed, noun, plain
from kb.safeyaml import Node, Place

N = TypeVar("N", bound=Noun)
NAMES = ("defaults", "units", "kinds", "keys", "attributes", "sources", "entities", "claims", "acceptances")


@dataclass(frozen=True)
class Record(Generic[N]):
    """A noun with the node it was read from."""

    noun: N
    node: Node


class Sections:
    """All sections of some files, with the faults found so far."""

    def __init__(self, roots: list[Node]) -> None:
        self.faults: list[Fault] = []
        self.lost: dict[str, Place] = {}  # "attribute run.devices": where a record stands that could not be read
        self.files = [root for root in roots if self.is_mapping(root)]

    def is_mapping(self, root: Node) -> bool:
        """Whether a file has sections; takes down those that nobody knows."""
        if not isinstance(root.value, dict):
            if root.value is not None:
                line = (
                    "a file that is no mapping",
                    f"expected sections such as {listed(NAMES)}",
                    "write 'claims:' first",
                )
                self.faults.append(Fault(root.place, line))
            return False
        for name in root.value:
            if name not in NAMES:
                line = (
                    f"section {excerpt(name)}{did_you_mean(name, NAMES)}",
                    among(NAMES, "section"),
                    "rename or delete it",
                )
                self.faults.append(Fault(root.key_places[name], line))
        return True

    def items(self, name: str, files: list[Node] | None = None) -> Iterator[Node]:
        """Every item of a section."""
        for root in self.files if files is None else files:
            section = root.value.get(name) if isinstance(root.value, dict) else None
            if section is None or section.value is None:
                continue
            if isinstance(section.value, list):
                yield from section.value
            else:
                line = f"{name} with something else than a list", "expected a list of records", "start each with '- '"
                self.faults.append(Fault(section.place, line))

    def records(self, name: str, model: type[N]) -> dict[str, Record[N]]:
        """The readable records of a section by their ids; one id may be told twice only in the same words."""
        found: dict[str, Record[N]] = {}
        for node in self.items(name):
            if (read := self.read(model, node)) is None:
                continue
            id_ = str(getattr(read, "id", ""))
            first = found.setdefault(id_, Record(read, node))
            if first.node is not node and first.noun.model_dump_json() != read.model_dump_json():
                what = model.__name__.lower()
                found_line = f"{what} {id_} again, with other content (first in {first.node.place})"
                line = found_line, f"expected one {what} of that id", "delete or rename one of the two"
                self.faults.append(Fault(node.place, line, "duplicate"))
        return found

    def read(self, model: type[N], node: Node) -> N | None:
        """The noun of a record, if it is one."""
        try:
            if not isinstance(node.value, dict):
                line = f"no mapping for a {model.__name__.lower()}", "expected a record", "write 'field: value' lines"
                raise ExceptionGroup("", [Fault(node.place, line)])
            return noun(model, plain(node), node)
        except ExceptionGroup as group:
            self.faults.extend(fault for fault in group.exceptions if isinstance(fault, Fault))
            self.lose(model.__name__.lower(), node)
            return None

    def lose(self, what: str, node: Node) -> None:
        """Remembers that a record could not be read, so that what refers to it can say so."""
        id_ = node.value.get("id") if isinstance(node.value, dict) else None
        if id_ is not None and id_.text:
            self.lost[f"{what} {id_.text}"] = node.place
