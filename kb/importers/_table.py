"""A table of comma-separated values, one row at a time: cells by the names of their columns, and where each stands.

A place in a table is file:row:column. Rows count from 1, the header is row 0; columns count from 1.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

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


class Table:
    """The rows of a CSV file in UTF-8, read again each time they are asked for; never all in memory at once.

    Raises Fault for a file that is no such table, or one with more than MOST_ROWS rows.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.data, self.name = data, name
        self.top = Place(name, 0, 1)
        self.check_encoding()
        self.header = self.read_header()
        self.check_length()

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
            raise self.broken(0, error) from None
        if not any(header):
            raise Fault(self.top, ("an empty file", "expected a table with a header", "name the file of the table"))
        for name, times in Counter(name.casefold() for name in header if name).items():
            if times > 1:
                found = f"column {excerpt(name)} {times} times"
                raise Fault(self.top, (found, "expected each column once", "rename or delete one"), "duplicate")
        return header

    def check_length(self) -> None:
        """Raises Fault for a table with too many rows, before anything is made of the first."""
        try:
            beyond = next(islice(self.records(), MOST_ROWS + 1, None), None)
        except csv.Error:
            return  # whoever reads the rows is told which
        if beyond is not None:
            line = f"more than {MOST_ROWS} rows", f"expected at most {MOST_ROWS}", "split the table"
            raise Fault(self.top, line)

    def require(self, column: str) -> None:
        """Raises Fault when there is no column of that name."""
        if column.casefold() not in {name.casefold() for name in self.header}:
            found = f"no column {column!r} among {listed(map(excerpt, self.header), SHOWN)}"
            raise Fault(self.top, (found, f"expected a table with a column {column!r}", "name the file of that table"))

    def records(self) -> Iterator[list[str]]:
        """Every record as the CSV reader gives it; its field limit holds (131,072 characters). Raises csv.Error."""
        return csv.reader(io.TextIOWrapper(io.BytesIO(self.data), "utf-8-sig", newline=""), strict=True)

    def rows(self, faults: list[Fault]) -> Iterator[Row]:
        """The rows that can be read; `faults` takes the others. A blank row counts, but says nothing."""
        records = islice(self.records(), 1, None)
        for number in count(1):
            try:
                record = next(records, None)
            except csv.Error as error:  # nothing says where the next row starts
                faults.append(self.broken(number, error))
                return
            if record is None:
                return
            if not any(cell.strip() for cell in record):
                continue
            if len(record) == len(self.header):
                yield self.row(number, record)
            else:
                faults.append(self.uneven(number, len(record)))

    def row(self, number: int, record: list[str]) -> Row:
        """The filled cells of a record."""
        named = zip(self.header, record, count(1), strict=False)
        cells = {
            name.casefold(): Cell(cell.strip(), name, Place(self.name, number, column))
            for name, cell, column in named
            if name and cell.strip()
        }
        return Row(number, Place(self.name, number, 1), cells)

    def uneven(self, number: int, cells: int) -> Fault:
        """What to say of a row whose cells do not answer to the columns."""
        found = f"{cells} cells"
        expected = f"expected {len(self.header)}, one for each column"
        return Fault(Place(self.name, number, 1), (found, expected, "add the missing cells or quote the commas in one"))

    def broken(self, number: int, error: csv.Error) -> Fault:
        """What to say where the text stops being a table."""
        found = f"a row that breaks off ({error})"
        remedy = "close or double the quotes in it; rows after it were not read"
        return Fault(Place(self.name, number, 1), (found, "expected comma-separated values", remedy))
