"""Epoch AI's table of machine learning hardware: each row is a chip, with a claim for each figure of its data sheet.

A figure of a chip whose data sheet the knowledge base has is held against that; of any other chip, the table's figures
are references, good within their scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from kb import corpus
from kb.importers._models import LONGEST, one_line, shortened
from kb.importers._records import claim_file, in_order, position, record, source_id
from kb.importers._table import Cell, Row, Table
from kb.knowledge import Corpus, Knowledge
from kb.model import Standing
from kb.records import Fault
from kb.safeyaml import Node
from kb.watching import Watch

NAME = "Hardware name"
CHIP = "chip"
HOLDER = "Epoch AI"
ZERO = re.compile(r"0+(?:\.0*)?|\.0+")


@dataclass(frozen=True, slots=True)
class Figure:
    """What a column says of a chip."""

    word: str
    header: re.Pattern[str]
    attribute: str
    unit: str
    phrase: str
    scope: dict[str, str]


def rate(word: str, header: str) -> Figure:
    """The peak rate in a number format."""
    scope = {"precision": word, "sparsity": "dense"}
    pattern = re.compile(rf"(?:{header}).*\((?:FL)?OP/s\)", re.IGNORECASE)
    return Figure(word, pattern, "chip.peak", "FLOP/(s*device)", f"operations a second in {word}", scope)


def plain(word: str, header: str, attribute: str, unit: str, phrase: str, **scope: str) -> Figure:
    """Any other figure."""
    return Figure(word, re.compile(header, re.IGNORECASE), attribute, unit, phrase, scope)


BYTES, BITS = "byte/(s*device)", "bit/(s*device)"
FIGURES = (
    rate("tensor16", "tensor.*(?:fp16|bf16)|bf16 tensor|fp16 tensor"),
    rate("tf32", "tf32|tensorfloat"),
    rate("fp64", "fp64"),
    rate("fp32", "fp32"),
    rate("fp16", "fp16"),
    rate("fp8", "fp8"),
    rate("int8", "int8"),
    rate("int4", "int4"),
    plain("memory", r"memory \(bytes?\)|memory size per board", "chip.memory", "byte/device", "bytes of memory"),
    plain("reads", "memory bandwidth", "chip.bandwidth", BYTES, "bytes a second of its memory", reach="memory"),
    plain("link", "intranode bandwidth", "chip.bandwidth", BYTES, "bytes a second in a machine", reach="intranode"),
    plain("net", "internode bandwidth", "chip.bandwidth", BITS, "bits a second between machines", reach="internode"),
    plain("power", r"tdp|max(?:imum)? power", "chip.power", "W/device", "watts"),
    plain("price", "release price", "chip.price", "USD/device", "US dollars when it came out"),
)


class Chips:
    """One reading of one table."""

    def __init__(self, table: Table, base: Knowledge, watch: Watch) -> None:
        self.table, self.base, self.watch = table, base, watch
        self.title = f"{HOLDER}: table of machine learning hardware, {one_line(PurePath(table.name).name)[:200]}"
        self.source = source_id(table.name, "epoch", self.title, base)
        self.holder = next(iter(base.find(HOLDER, "party")), HOLDER)
        self.known = {claim.subject for claim in base.claims.values() if claim.standing is not None}
        self.columns = {
            name: figure for figure in reversed(FIGURES) for name in table.header if figure.header.search(name)
        }
        self.entities: dict[str, dict[str, str]] = {}
        self.faults: list[Fault] = []
        self.claims: list[Node] = []
        self.cells: dict[tuple[int, int], str] = {}
        self.seen: set[str] = set()

    def corpus(self) -> Corpus:
        """Everything that the rows say; troubles stand in the order of the table."""
        for row in self.watch(self.table.rows(self.faults), "reading rows"):
            if (cell := row.find([NAME])) is None:
                line = "a row without a name", f"expected one under {NAME}", "write the chip's name, or delete the row"
                self.faults.append(Fault(row.place, line))
            else:
                self.read_row(row, self.chip(row, one_line(cell.text)))
        party = [] if self.holder in self.base.entities else [{"id": self.holder, "kind": "party"}]
        node = claim_file(
            self.table.top,
            self.claims,
            defaults={"cite": self.source, "holders": [self.holder]},
            sources=[{"id": self.source, "kind": "data set", "title": self.title, "by": [self.holder]}],
            entities=[*party, *self.entities.values()],
        )
        made = corpus.read([node], self.base, self.watch)
        troubles = []
        for trouble in (*(fault.trouble() for fault in self.faults), *made.troubles):
            number, column = position(trouble)
            name = self.cells.get((number, column))
            where = f"row {number}{f', {name}' if name else ''}: " if number else ""
            troubles.append(replace(trouble, message=f"{where}{trouble.message}"))
        return replace(made, troubles=tuple(sorted(troubles, key=in_order)))

    def chip(self, row: Row, name: str) -> str:
        """The chip that a row is about: the only known one of that name, or a new one."""
        known = self.base.find(name, CHIP)
        id_ = known[0] if len(known) == 1 else shortened(name, LONGEST)
        while id_.casefold() in self.seen or (self.base.find(id_) and id_ not in known):
            id_ = f"{shortened(id_, LONGEST - 20)} (row {row.number})"
        self.seen.add(id_.casefold())
        if id_ not in self.base.entities:
            self.entities[id_] = {"id": id_, "kind": CHIP}
        return id_

    def read_row(self, row: Row, chip: str) -> None:
        """The claims of one row."""
        for figure, cell in self.figures(row):
            if ZERO.fullmatch(cell.text):
                continue
            more: dict[str, Any] = {"scope": figure.scope}
            if chip not in self.known:
                more["standing"] = (Standing.COMPARISON if figure.word == "price" else Standing.HARD_IN_SCOPE).value
            fact = f"has {one_line(cell.text).removesuffix('.0')} {figure.phrase}"
            self.claim(row, cell, figure.word, chip, (figure.attribute, f"{cell.text} {figure.unit}", fact), **more)
        if (day := row.find(["Release date"])) is not None:
            fact = f"came out on {one_line(day.text)}"
            self.claim(row, day, "released", chip, ("chip.released", day.text, fact))

    def figures(self, row: Row) -> Iterator[tuple[Figure, Cell]]:
        """The filled cells that hold a figure; the first column of a kind counts."""
        found: dict[str, tuple[Figure, Cell]] = {}
        for name, figure in self.columns.items():
            if (cell := row.find([name])) is not None:
                found.setdefault(figure.word, (figure, cell))
        yield from found.values()

    def claim(self, row: Row, cell: Cell, word: str, chip: str, said: tuple[str, str, str], **more: Any) -> None:
        """Adds what a row says in a cell."""
        attribute, value, fact = said
        self.cells[row.number, cell.place.column] = cell.column
        fields = {
            "id": f"r{row.number}.{word}",
            "statement": f"{chip} {fact} (row {row.number}).",
            "subject": chip,
            "attribute": attribute,
            "value": value,
            "source": {"at": f"r{row.number}.{word}"},
            **more,
        }
        self.claims.append(record(fields, cell.place))
