"""A table of claims, one row a claim, as somebody keeps it in a spreadsheet: read exactly as a claim file would be.

Cells become the records of a claim file, which are then read as such a file is. A place in the table is
file:line:column, where the line is the one on which the row starts and columns count from 1; a row's own number,
which claims of the table itself are cited by, is the one that a spreadsheet shows: the header is row 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from kb import corpus, safeyaml
from kb.errors import a
from kb.importers._claims import ELSEWHERE, KIND, SHAPES, WHOLE, Columns, answer, blank_line, columns
from kb.importers._models import one_line
from kb.importers._records import claim_file, in_order, position, record, source_id
from kb.importers._table import Record, Table
from kb.knowledge import Corpus, Knowledge, Trouble, collector_paused
from kb.lists import unguarded
from kb.records import Fault, Told, excerpt
from kb.safeyaml import Node, Place
from kb.watching import Watch, unwatched

WORD = "table"  # begins the id of a source that is a table
DECLARE, DEFINE = "declare it under entities:", "define it under"  # what the reader of a claim file has to suggest
BY_KIND = "give its kind in a column kind"


class Sheet(Table):
    """A table whose places are lines of the file: its readers have it open beside the messages."""

    most = 200_000  # as many claims

    def row_place(self, number: int, line: int) -> Place:
        """The line on which a row starts."""
        return Place(self.name, line, 1)


def read(data: bytes, name: str, base: Knowledge, watch: Watch = unwatched) -> Corpus:
    """What the table says on top of `base`; a file that is no such table gives a corpus with what is wrong with it."""
    try:
        table = Sheet(data, name)
        found = columns(table.header, base.vocabulary.keys, table.top)
    except Fault as fault:
        return Corpus(base, troubles=(fault.trouble(),))
    if any(needed not in found.fields for needed in found.needed):
        return Corpus(base, troubles=tuple(sorted((fault.trouble() for fault in found.faults), key=in_order)))
    with collector_paused():
        return Import(table, found, base).corpus(watch)


class Import:
    """One reading of one table: a claim file's record for each row."""

    def __init__(self, table: Sheet, found: Columns, base: Knowledge) -> None:
        self.table, self.found, self.base = table, found, base
        self.title = f"Table of claims, {one_line(PurePath(table.name).name)[:200]}"
        self.source = None if "cite" in found.fields else source_id(table.name, WORD, self.title, base)
        self.needed = frozenset(found.needed)
        self.shapes = {name: shape for name, shape in SHAPES.items() if name in found.fields}
        self.clean = safeyaml.unwanted(table.data.decode("utf-8-sig")) is None
        self.faults = found.faults
        self.blamed: set[str] = set()  # places of which all is said, whatever a claim file's reader finds there
        self.columns = found.by_path()
        self.kinds: dict[str, tuple[str, Place]] = {}  # of subjects, by their names in lower case, and who said so
        self.entities: list[Node] = []

    def corpus(self, watch: Watch) -> Corpus:
        """Everything that the rows say; troubles stand in the order of the table."""
        claims: list[Node] = [self.claim(row) for row in watch(self.table.entries(self.faults), "reading rows")]
        made = corpus.read([self.file(claims)], self.base, watch, by_hand=True)
        troubles = [self.told(trouble) for trouble in made.troubles if trouble.place not in self.blamed]
        troubles += [fault.trouble() for fault in self.faults]
        return replace(made, troubles=tuple(sorted(troubles, key=in_order)))

    def file(self, claims: list[Node]) -> Node:
        """The table as a claim file; unless its rows cite others, it is the source itself."""
        more: dict[str, Any] = {}
        if self.source is not None:
            more["defaults"] = {"cite": self.source}
            more["sources"] = [{"id": self.source, "kind": "data set", "title": self.title}]
        return claim_file(self.table.top, claims, entities=self.entities, **more)

    def told(self, trouble: Trouble) -> Trouble:
        """A trouble with a remedy that a table has room for."""
        _, column = position(trouble)
        declare = (
            BY_KIND if column == self.found.fields["subject"] + 1 else "declare it in a claim file, under entities:"
        )
        message = trouble.message.replace(DECLARE, declare).replace(DEFINE, "define it in a claim file, under")
        return replace(trouble, message=message)

    # -------------------------------------------------------------------------------------------- one row

    def claim(self, row: Record) -> Told:
        """The record of a row."""
        if self.found.nameless:
            self.look_at_nameless(row)
        said: dict[str, Any] = self.cells(row, self.found.fields)
        for name in sorted(self.needed - said.keys()):
            said |= self.blank(name, row)
        if self.source is not None:
            said["id"] = self.own(said["id"], row)
        for name, shape in self.shapes.items():
            if name in said:
                said[name] = shape(said[name])
        if kind := said.pop(KIND, ""):
            said["subject"] = self.declared(said["subject"], kind, row)
        whole = {name: said.pop(name) for name in WHOLE if name in said}
        said["value"] = answer(self.base.vocabulary.attributes.get(said["attribute"]), said["value"], whole)
        said["source"] = where = {name: said.pop(name) for name in ELSEWHERE if name in said}
        if "at" not in where:
            where["at"] = f"r{row.number + 1}"
        if scope := self.cells(row, self.found.scope):
            said["scope"] = scope
        return Told(said, row.place, self.columns)

    def cells(self, row: Record, wanted: Mapping[str, int]) -> dict[str, str]:
        """The filled cells of some columns."""
        texts = row.cells
        found = {name: text for name, at in wanted.items() if (text := unguarded(texts[at].strip()).strip())}
        return found if self.clean else {name: self.printable(text, row, wanted[name]) for name, text in found.items()}

    def look_at_nameless(self, row: Record) -> None:
        """Takes down the first cell of each column without a name: blank columns are a habit of spreadsheets."""
        for at in sorted(self.found.nameless):
            if text := row.cells[at].strip():
                line = f"{excerpt(text)} in a column without a name", "expected a field of claims", "name the column"
                self.faults.append(Fault(place(row, at), line))
                self.found.nameless.discard(at)

    def own(self, id_: str, row: Record) -> str:
        """The id of a row, unless it is in full and of another source: the row would revise what somebody else says."""
        cite, colon, name = id_.partition(":")
        if not colon or cite == self.source:
            return id_
        line = f"{excerpt(id_)}, an id of another source", f"expected one of {self.source}"
        return self.aside(row, "id", (*line, f"write {name}, or name the source in a column cite"))

    def printable(self, text: str, row: Record, at: int) -> str:
        """A cell without what no claim file may hold; nothing, if that is taken down."""
        if (mark := safeyaml.unwanted(text)) is None:
            return text
        self.take_down(place(row, at), (f"the character {mark!r}", "expected text, tabs and line ends", "delete it"))
        return ""

    def blank(self, name: str, row: Record) -> dict[str, str]:
        """What stands for a cell that should not be blank, so that all else of its row is read."""
        self.aside(row, name, blank_line(name))
        if name != "cite":
            return {name: ""}
        self.blamed.add(str(self.table.top))  # there the reader says once that claims cite nothing
        return {}

    def aside(self, row: Record, name: str, line: tuple[str, str, str]) -> str:
        """Nothing, in the place of a cell; why is taken down."""
        self.take_down(place(row, self.found.fields[name]), line)
        return ""

    def take_down(self, there: Place, line: tuple[str, str, str]) -> None:
        """Remembers all that is to be said of a cell."""
        self.faults.append(Fault(there, line))
        self.blamed.add(str(there))

    def declared(self, subject: str, kind: str, row: Record) -> str:
        """The subject of a row, which from here on is known; nothing if it is of another kind."""
        there = place(row, self.found.fields[KIND])
        first, first_place = self.kinds.setdefault(subject.casefold(), (kind, there))
        known = {self.base.entities[id_].kind for id_ in self.base.find(subject, kind)}
        if kind in known or not subject:
            return subject
        if known or first != kind:
            before = "" if known else f" in {first_place}"
            found = f"kind {excerpt(kind)}, but {subject} is {a(min(known) if known else first)}{before}"
            self.faults.append(Fault(there, (found, "expected one kind of each subject", "correct one of the two")))
            self.blamed.add(str(place(row, self.found.fields["subject"])))
            return ""
        if first_place is there:
            self.entities.append(record({"id": subject, "kind": kind}, there))
        return subject


def place(row: Record, at: int) -> Place:
    """Where the cell of a column is."""
    return row.place._replace(column=at + 1)
