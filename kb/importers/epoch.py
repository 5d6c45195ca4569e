"""Epoch AI's table of notable AI models: each row becomes a model with its training run, and a claim for each figure.

What a row leaves open stays open: tokens may be unique or seen, the compute of a model made from another may include
that of the other, a chip without a variant is a family. Nothing of one row is said of the subject of another. Notes are
not stored, but they decide how a column is taken: what it counts, whether it is rough, whether it is about the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from kb import corpus
from kb.importers import _workings as workings
from kb.importers._echoes import NAMED, other_figure, stands_in
from kb.importers._epoch_columns import (
    BARE,
    BATCH,
    CHIP_HOURS,
    COMPUTE,
    COST,
    DEVICES,
    EPOCHS,
    ESTIMATED,
    FINETUNING,
    ITEMS,
    PARAMETERS,
    POWER,
    SHARE,
    TIME,
    TOKENS,
    Column,
)
from kb.importers._hardware import NAME, Chips
from kb.importers._models import Models, one_line
from kb.importers._notes import TOKEN, counted_in, has_experts, size, speaks_of_experts
from kb.importers._reckoned import gives, reckoned
from kb.importers._records import claim_file, in_order, numbered, parts, position, record, source_id
from kb.importers._table import Cell, Row, Table
from kb.knowledge import Corpus, Knowledge, Trouble
from kb.model import Mode, Role, Severity
from kb.records import Fault
from kb.safeyaml import Node
from kb.watching import Watch, unwatched

HOLDER = "Epoch AI"
MODES = {"likely": Mode.ESTIMATE, "speculative": Mode.ESTIMATE}  # "Confident", "Unknown" and blank: as stated
# What the table's documentation (epoch.ai, "Data on AI Models", estimation) says that "Speculative" is good for, about
# parameters, compute and data; recalled, not verified.
SPECULATIVE = {"firmness": "hedged", "slack": 30}
NAMES = ("Model", "System")  # of the column that names what a row is about
FORMATS = {  # of "Numerical format", by the number format whose peak rate a share is of
    word: format_
    for format_, words in (
        ("tensor16", "fp16 bf16 fp16/bf16 mixed half bfloat16 float16"),
        ("tf32", "tf32"),
        ("fp32", "fp32 float32"),
        ("fp8", "fp8"),
        ("int8", "int8"),
    )
    for word in words.split()
}
HOURS = (1.0, 24.0, 168.0, 730.5)  # in an hour, a day, a week, a month
LEAST_RESIDUE, MOST_DIGITS, RESIDUE = 12, 8, 1e-9  # characters, digits of what is left, relative size of what is not
ZERO = re.compile(r"0+(?:\.0*)?|\.0+")


def read(data: bytes, name: str, base: Knowledge, watch: Watch = unwatched) -> Corpus:
    """What the table says on top of `base`; a file that is no such table gives a corpus with one trouble."""
    try:
        table = Table(data, name)
        if table.has(NAME):
            return Chips(table, base, watch).corpus()
        table.require(*NAMES)
        return Import(table, base, watch).corpus()
    except Fault as fault:
        return Corpus(base, troubles=(fault.trouble(),))


class Import:
    """One reading of one table: records like those of a claim file, which are then read as such a file is."""

    def __init__(self, table: Table, base: Knowledge, watch: Watch) -> None:
        self.table = table
        self.base = base
        self.watch = watch
        self.title = f"{HOLDER}: table of AI models, {one_line(PurePath(table.name).name)[:200]}"
        self.source = source_id(table.name, "epoch", self.title, base)
        self.holder = next(iter(base.find(HOLDER, "party")), HOLDER)
        self.models = Models(self.source, base)
        self.faults: list[Fault] = []
        self.columns: dict[tuple[int, int], str] = {}  # names of the cells that something is said of
        self.claims: list[Node] = []

    def corpus(self) -> Corpus:
        """Everything that the rows say; troubles stand in the order of the table."""
        for row in self.table.rows([]):  # all names first: a row can come before the one that it builds on
            if (cell := row.find(NAMES)) is not None:
                self.models.enter(row.number, cell.text)
        for row in self.watch(self.table.rows(self.faults), "reading rows"):
            if row.number in self.models.ids:
                self.read_row(row)
            else:
                line = "a row without a name", "expected one under Model", "write the model's name, or delete the row"
                self.faults.append(Fault(row.place, line))
        made = corpus.read([self.file()], self.base, self.watch)
        troubles = [self.told(trouble) for trouble in (*(fault.trouble() for fault in self.faults), *made.troubles)]
        return replace(made, troubles=tuple(sorted(troubles, key=in_order)))

    def file(self) -> Node:
        """The table as a claim file."""
        party = [] if self.holder in self.base.entities else [{"id": self.holder, "kind": "party"}]
        return claim_file(
            self.table.top,
            self.claims,
            defaults={"cite": self.source, "holders": [self.holder]},
            sources=[{"id": self.source, "kind": "data set", "title": self.title, "by": [self.holder]}],
            entities=[*party, *self.models.new()],
        )

    def told(self, trouble: Trouble) -> Trouble:
        """A trouble told with its row and the name of its column."""
        row, column = position(trouble)
        name = self.columns.get((row, column))
        where = f"row {row}{f', {name}' if name else ''}: " if row else ""
        return replace(trouble, message=f"{where}{trouble.message}")

    # -------------------------------------------------------------------------------------------- one row

    def read_row(self, row: Row) -> None:
        """The claims of one row."""
        confidence = row.find(["Confidence"])
        word = confidence.text.casefold() if confidence else ""
        mode = MODES.get(word)
        for column in answered(row):
            if (cell := row.find(column.names)) is None:
                continue
            if doubt := doubtful(row, column, cell):
                self.aside(row, cell, Fault(cell.place, doubt, severity=Severity.NOTE))
            elif column is not DEVICES or not ZERO.fullmatch(cell.text):  # there 0 means "not recorded"
                doubts = SPECULATIVE if word == "speculative" and column in ESTIMATED else {}
                figure = quantity(row, column, cell)
                sums = self.sums(row, column, cell, mode) or self.noted(row, column, cell, mode)
                self.claim(row, cell, figure, mode=mode, scope=scope_of(row, column), rests_on=sums, **doubts)
        if (day := row.find(["Publication date"])) is not None:
            said = f"was made public on {one_line(day.text)}"
            self.claim(row, day, Said("released", "model.released", day.text, said))
        self.chips(row)
        self.bases(row)
        self.experts(row)

    def sums(self, row: Row, column: Column, cell: Cell, mode: Mode | None) -> list[dict[str, str]]:
        """The calculations in the notes of a column, each as a claim; and how the column rests on them."""
        notes = row.find([column.notes]) if column.notes and column.counted else None
        if notes is None:
            return []
        value = size(cell.text)
        found = reckoned(notes.text, value, column.counted, column.unit)
        words = [f"{column.word}-sum{number if number > 1 else ''}" for number in range(1, len(found) + 1)]
        for word, each in zip(words, found, strict=True):
            phrase = f"{column.saying} {one_line(each.value)} by a calculation in its notes"
            said = Said(word, column.reckoned, each.value, phrase, column.run)
            self.claim(row, notes, said, mode=mode, working=each.working)
        if found and value and gives(value, found):
            role = Role.COMPUTED_FROM
        elif not (found and value) or stands_in(value, notes.text):
            return []
        elif column is not TIME and (row.find(["Base model"]) is None or value < min(each.result for each in found)):
            role = Role.COMPUTED_FROM
        else:
            return []
        return [{"claim": f"r{row.number}.{word}", "as": role.value} for word in words]

    def noted(self, row: Row, column: Column, cell: Cell, mode: Mode | None) -> list[dict[str, str]]:
        """The figure that notes print for a column in the place of its own, if a slip of the pen lies between them."""
        notes = row.find([column.notes] if column.notes else ["Training time notes", "Training compute notes"])
        if notes is None or column.unit not in NAMED:
            return []
        if (other := other_figure(column.unit, cell.text, notes.text, row.words())) is None:
            return []
        said = Said(
            f"{column.word}-noted",
            column.reckoned,
            other.value,
            f"{column.saying} {other.value} by its notes",
            column.run,
        )
        self.claim(row, notes, said, mode=mode, working=other.printed)
        return [{"claim": f"r{row.number}.{said.word}", "as": Role.COMPUTED_FROM.value}]

    def chips(self, row: Row) -> None:
        """On which chips the model was trained, each by its whole name; one that nobody knows stays a name."""
        if (cell := row.find(["Training hardware"])) is not None:
            for word, name in numbered("chip", parts(cell.text)):
                chip = self.models.written(name)
                self.claim(row, cell, Said(word, "run.on", chip, f"was trained on {chip}", run=True))

    def bases(self, row: Row) -> None:
        """From which models the model was made; one that nobody knows stays a name."""
        if (cell := row.find(["Base model"])) is None:
            notes = row.find([COMPUTE.notes])
            if notes is not None and workings.has_base(notes.text):
                said = Said("base", "model.base", "undisclosed", "was made from another model by its notes")
                self.claim(row, notes, said, mode=Mode.INFERENCE)
            return
        names = [cell.text] if self.models.are_called(cell.text) else parts(cell.text)
        for word, name in numbered("base", names):
            try:
                base = self.models.base_of(row.number, name, cell.place)
            except Fault as fault:
                self.aside(row, cell, fault)
            else:
                self.claim(row, cell, Said(word, "model.base", base, f"was made from {base}"))

    def experts(self, row: Row) -> None:
        """That the model has experts, if the notes say so; how many is for later."""
        if has_experts(row.words()):
            cell = next(cell for cell in row.notes() if speaks_of_experts(cell.text))
            said = Said("experts", "moe.experts", "undisclosed", "is a mixture of experts by its notes")
            self.claim(row, cell, said, mode=Mode.INFERENCE)

    def claim(self, row: Row, cell: Cell, said: Said, **more: Any) -> None:
        """Adds what a row says in a cell."""
        subject = self.models.ids[row.number]
        self.columns[row.number, cell.place.column] = cell.column
        fields = {
            "id": f"r{row.number}.{said.word}",
            "statement": f"{subject} {said.phrase} (row {row.number}).",
            "subject": f"{subject}/training" if said.run else subject,
            "attribute": said.attribute,
            "value": said.value,
            "source": {"at": f"r{row.number}.{said.word}"},
            **more,
        }
        self.claims.append(record(fields, cell.place))

    def aside(self, row: Row, cell: Cell, fault: Fault) -> None:
        """Takes down why a cell is left aside."""
        self.columns[row.number, cell.place.column] = cell.column
        self.faults.append(fault)


# ------------------------------------------------------------------------------------------------ what a row answers


@dataclass(frozen=True, slots=True)
class Said:
    """What one cell says of the model, or of its training run."""

    word: str
    attribute: str
    value: str
    phrase: str
    run: bool = False


def answered(row: Row) -> Iterator[Column]:
    """The columns that a row can answer."""
    yield PARAMETERS
    yield COMPUTE  # whether the work on a base is counted in, the table does not say
    yield FINETUNING
    yield TOKENS if counts_tokens(row, TOKENS) else ITEMS
    yield EPOCHS
    if counts_tokens(row, BATCH):
        yield BATCH
    yield from (TIME, DEVICES, SHARE, CHIP_HOURS, COST, POWER)


def scope_of(row: Row, column: Column) -> dict[str, str]:
    """The scope of a column's claim: of a share also the number format, if the row names one."""
    cell = row.find(["Numerical format"])
    format_ = FORMATS.get(cell.text.casefold()) if column is SHARE and cell is not None else None
    return {"precision": format_} if format_ else column.scope


def counts_tokens(row: Row, column: Column) -> bool:
    """Whether the notes say that a figure counts tokens; silence does not, in whatever domain."""
    cell, notes = row.find(column.names), row.find([column.notes])
    if cell is None or notes is None:
        return False
    other = column is TOKENS and other_figure(TOKEN, cell.text, notes.text, row.words())  # so many, but for a slip
    return bool(other) or counted_in(cell.text, notes.text) == TOKEN


def quantity(row: Row, column: Column, cell: Cell) -> Said:
    """A figure in its digits, with the hedge that its notes ask for."""
    text = hedge(row, column, cell) + without_residue(cell.text)
    phrase = f"{column.saying} {one_line(text).removesuffix('.0')} {column.what}"
    return Said(column.word, column.attribute, f"{text} {column.unit}".rstrip(), phrase, column.run)


def without_residue(text: str) -> str:
    """A figure without what sums of floats, or a mark that tells it from others, leave in its last digits.

    >>> without_residue("56000000001.00008"), without_residue("2.9599999999999996e+25"), without_residue("1.234567")
    ('5.6e+10', '2.96e+25', '1.234567')
    """
    if len(text) < LEAST_RESIDUE or not BARE.fullmatch(text):
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    short = (f"{value:.{digits}e}" for digits in range(MOST_DIGITS))
    near = next((each for each in short if value and abs(float(each) / value - 1) < RESIDUE), text)
    return near if float(near) != value else text


def hedge(row: Row, column: Column, cell: Cell) -> str:
    """What to put before a bare figure: the notes may call it rough, a peak, or one of several estimates."""
    if not BARE.fullmatch(cell.text):
        return ""
    if column is DEVICES:
        return "at most " if workings.is_peak(cell.text, row.words()) else ""
    notes = row.find([column.notes]) if column.notes else None
    if notes is None or column is BATCH:
        return ""
    rough = workings.is_rough(cell.text, notes.text, HOURS if column is TIME else (1.0,))
    several = column is COMPUTE and workings.is_one_of_several(cell.text, notes.text)
    return "about " if rough or several else ""


def doubtful(row: Row, column: Column, cell: Cell) -> tuple[str, str, str] | None:
    """Why a column is not about the same as the row's others, by the row's own notes."""
    compute, notes = row.find(COMPUTE.names), row.find([column.notes])
    if column is SHARE and size(cell.text) > 1:
        return None  # whatever the notes say, it is no share
    if column is SHARE and workings.is_of_hardware(row.words()):
        return f"{cell.text}, by the notes that of the hardware", "expected that of the model", "give the model's"
    if column is SHARE and notes is not None and (other := workings.other_share(cell.text, notes.text)) is not None:
        return f"{cell.text}, where the notes work with {other:g}", "expected one utilization", "correct one of the two"
    if column is TIME and notes is not None and compute is not None:
        other = workings.other_total(compute.text, notes.text)
        if other is not None:
            found = f"{cell.text}, which the notes work out from {other:g} FLOP, not {compute.text}"
            return found, "expected one amount of compute", "correct one of the two"
    return None
