"""A table of comma-separated values, one row at a time: cells by the names of their columns, and where each stands.

A place in a table is file:row:column. Rows count from 1, the header is row 0; columns count from 1. A format whose
readers look into the file itself can count lines instead: see :meth:`Table.row_place`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, ClassVar, NamedTuple

from kb.records import Fault, excerpt, listed
from kb.safeyaml import Place

MOST_ROWS = 20_000  # each row becomes a handful of claims that are held in memory until they are stored
SHOWN = 6  # column names in a message


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell."""

    text: str  # without the blanks around it
    column: str
    place: Place


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of a row, by the names of their columns in lower case."""

    number: int
    place: Place
    cells: dict[str, Cell]

    def find(self, columns: Sequence[str]) -> Cell | None:
        """The filled cell of the first of these columns that has one."""
        return next((self.cells[name] for column in columns if (name := column.casefold()) in self.cells), None)

    def notes(self) -> list[Cell]:
        """The cells of notes."""
        return [cell for name, cell in self.cells.items() if name.endswith("notes")]

    def words(self) -> str:
        """All that the row's notes say, each cell on lines of its own."""
        return "\n".join(cell.text for cell in self.notes())


class Record(NamedTuple):
    """The cells of a row as they stand in the file, one for each column."""

    number: int
    place: Place
    cells: list[str]


class Table:
    """The rows of a CSV file in UTF-8, read again each time they are asked for; never all in memory at once.

    Raises Fault for a file that is no such table, or one with more rows than `most`.
    """

    most: ClassVar[int] = MOST_ROWS

    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.name = data, name
        self.top = self.row_place(0, 1)
        self.check_encoding()
        self.header = self.read_header()
        self.check_length()

    def row_place(self, number: int, line: int) -> Place:
        """Where a row is, by its number and by the line of the file on which it starts."""
        return Place(self.name, number, 1)

    def check_encoding(self) -> None:
        """Raises Fault for bytes that are not UTF-8: which encoding they are in instead is not guessed."""
        try:
            self.data.decode()
        except UnicodeDecodeError as error:
            found = f"the byte 0x{self.data[error.start]:02x} at position {error.start}, which is not UTF-8"
            raise Fault(self.top, (found, "expected text in UTF-8", "save the table as CSV in UTF-8")) from None

    def read_header(self) -> list[str]:
        """The names of the columns; raises Fault when there are none, or one stands twice."""
        try:
            header = [name.strip() for name in next(self.records(), [])]
        except csv.Error as error:
            raise self.broken(self.top, error) from None
        if not any(header):
            raise Fault(self.top, ("an empty file", "expected a table with a header", "name the file of the table"))
        for name, times in Counter(name.casefold() for name in header if name).items():
            if times > 1:
                found = f"column {excerpt(name)} {times} times"
                raise Fault(self.top, (found, "expected each column once", "rename or delete one"), "duplicate")
        return header

    def check_length(self) -> None:
        """Raises Fault for a table with too many rows, before anything is made of the first."""
        if self.data.count(b"\n") + self.data.count(b"\r") <= self.most:
            return
        try:
            beyond = next(islice(self.records(), self.most + 1, None), None)
        except csv.Error:
            return  # whoever reads the rows is told which
        if beyond is not None:
            line = f"more than {self.most} rows", f"expected at most {self.most}", "split the table"
            raise Fault(self.top, line)

    def has(self, column: str) -> bool:
        """Whether there is a column of that name."""
        return column.casefold() in {name.casefold() for name in self.header}

    def require(self, column: str, *others: str) -> None:
        """Raises Fault when there is no column of that name, or of one of the others."""
        if not any(map(self.has, (column, *others))):
            found = f"no column {column!r} among {listed(map(excerpt, self.header), SHOWN)}"
            raise Fault(self.top, (found, f"expected a table with a column {column!r}", "name the file of that table"))

    def records(self) -> Any:
        """The CSV reader, which knows its line; its field limit holds (131,072 characters). Raises csv.Error."""
        return csv.reader(io.TextIOWrapper(io.BytesIO(self.data), "utf-8-sig", newline=""), strict=True)

    def entries(self, faults: list[Fault]) -> Iterator[Record]:
        """The rows that can be read; `faults` takes the others. A blank row counts, but says nothing."""
        records = self.records()
        next(records)  # the header
        for number in count(1):
            place = self.row_place(number, records.line_num + 1)
            try:
                cells = next(records, None)
            except csv.Error as error:  # nothing says where the next row starts
                faults.append(self.broken(place, error))
                return
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) == len(self.header):
                yield Record(number, place, cells)
            else:
                faults.append(self.uneven(place, len(cells)))

    def rows(self, faults: list[Fault]) -> Iterator[Row]:
        """The same rows with their filled cells by the names of their columns."""
        return map(self.row, self.entries(faults))

    def row(self, record: Record) -> Row:
        """The filled cells of a record."""
        named = zip(self.header, record.cells, count(1), strict=False)  # columns are counted without end
        cells = {
            name.casefold(): Cell(cell.strip(), name, record.place._replace(column=column))
            for name, cell, column in named
            if name and cell.strip()
        }
        return Row(record.number, record.place, cells)

    def uneven(self, place: Place, cells: int) -> Fault:
        """What to say of a row whose cells do not answer to the columns."""
        found = f"{cells} cells"
        expected = f"expected {len(self.header)}, one for each column"
        return Fault(place, (found, expected, "add the missing cells or quote the commas in one"))

    @staticmethod
    def broken(place: Place, error: csv.Error) -> Fault:
        """What to say where the text stops being a table."""
        found = f"a row that breaks off ({error})"
        remedy = "close or double the quotes in it; rows after it were not read"
        return Fault(place, (found, "expected comma-separated values", remedy))
