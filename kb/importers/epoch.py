"""Epoch AI's table of notable AI models: each row becomes a model with its training run, and a claim for each figure.

What a row leaves open stays open: tokens may be unique or seen, the compute of a model made from another may include
that of the other, a chip without a variant is a family. Nothing of one row is said of the subject of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import PurePath

from kb import corpus
from kb.importers import _workings as workings
from kb.importers._models import Models, one_line
from kb.importers._notes import TOKEN, counted_in, has_experts
from kb.importers._table import Cell, Row, Table
from kb.knowledge import Corpus, Knowledge, Trouble
from kb.model import Mode, Severity
from kb.records import Fault
from kb.safeyaml import Node, Place

HOLDER = "Epoch AI"
MODES = {"likely": Mode.ESTIMATE, "speculative": Mode.RUMOUR}  # "Confident", "Unknown", and blank: as stated
STEM = 60  # characters of a file's name that a source keeps
ZERO = re.compile(r"[-+]?0*\.?0*(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A column that holds one quantity, and how a claim says it."""

    word: str  # ends the claim's id and place
    columns: tuple[str, ...]  # its names in one export or another
    attribute: str
    unit: str
    saying: str  # what stands between the model's name and the figure
    what: str  # what stands behind the figure
    run: bool = False  # said of the training run, not of the model
    zero: bool = False  # whether 0 means "not recorded"
    scope: dict[str, str] = field(default_factory=dict)


PARAMETERS = Figure("parameters", ("Parameters",), "parameters.total", "param", "has", "parameters")
COMPUTE = Figure(
    "compute",
    ("Training compute (FLOP)",),
    "training.compute",
    "FLOP",
    "took",
    "FLOP to train",
    scope={"stage": "training"},
)
FINETUNING = Figure(
    "finetune",
    ("Finetune compute (FLOP)",),
    "training.compute",
    "FLOP",
    "took",
    "FLOP to train from its base model",
    scope={"stage": "training", "base": "excluded"},
)
SIZES = ("Training dataset size (datapoints)", "Training dataset size (total)", "Training dataset size")
TOKENS = Figure("data", SIZES, "data.tokens", "token", "has training data of", "tokens")
ITEMS = Figure("data", SIZES, "data.items", "item", "has training data of", "data points")
EPOCHS = Figure("epochs", ("Epochs",), "data.epochs", "", "saw its data", "times")
BATCH = Figure("batch", ("Batch size",), "batch.tokens", "token/step", "takes in", "tokens at each step")
RUN = (
    Figure("hours", ("Training time (hours)",), "run.duration", "h", "was trained for", "hours", run=True),
    Figure(
        "devices", ("Hardware quantity",), "run.devices", "device", "was trained on", "devices", run=True, zero=True
    ),
)
SHARE = Figure(
    "mfu",
    ("Hardware utilization", "Hardware utilization (MFU)"),
    "run.mfu",
    "",
    "was trained at a share of",
    "of its devices' peak rate",
    run=True,
)


def read(data: bytes, name: str, base: Knowledge) -> Corpus:
    """What the table says on top of `base`; a file that is no such table gives a corpus with one trouble."""
    try:
        table = Table(data, name)
        table.require("Model")
        return Import(table, base).corpus()
    except Fault as fault:
        return Corpus(base, troubles=(fault.trouble(),))


class Import:
    """One reading of one table: records like those of a claim file, which are then read as such a file is."""

    def __init__(self, table: Table, base: Knowledge) -> None:
        self.table = table
        self.base = base
        self.title = f"{HOLDER}: table of AI models, {one_line(PurePath(table.name).name)[:200]}"
        self.source = source_id(table.name, self.title, base)
        self.holder = next(iter(base.find(HOLDER, "party")), HOLDER)
        self.models = Models(self.source, base)
        self.faults: list[Fault] = []
        self.columns: dict[tuple[int, int], str] = {}  # names of the cells that claims were made of
        self.claims: list[Node] = []

    def corpus(self) -> Corpus:
        """Everything that the rows say; troubles stand in the order of the table."""
        for row in self.table.rows([]):  # all names first: a row can come before the one that it builds on
            if (cell := row.find(["Model"])) is not None:
                self.models.enter(row.number, cell.text)
        for row in self.table.rows(self.faults):
            if row.number in self.models.ids:
                self.read_row(row)
            else:
                line = f"row {row.number} has no Model", "expected a name", "write the model's name, or delete the row"
                self.faults.append(Fault(row.place, line))
        made = corpus.read([self.file()], self.base)
        troubles = [*(fault.trouble() for fault in self.faults), *map(self.named, made.troubles)]
        return replace(made, troubles=tuple(sorted(troubles, key=in_order)))

    def file(self) -> Node:
        """The table as a claim file."""
        top = self.table.top
        source = {"id": self.source, "kind": "data set", "title": self.title, "by": [self.holder]}
        party = [] if self.holder in self.base.entities else [record({"id": self.holder, "kind": "party"}, top)]
        defaults = {"cite": self.source, "holders": [self.holder]}
        sections = {
            "defaults": record(defaults, top),
            "sources": Node([record(source, top)], None, top),
            "entities": Node([*party, *(record(entity, top) for entity in self.models.new())], None, top),
            "claims": Node(self.claims, None, top),
        }
        return Node(sections, None, top, dict.fromkeys(sections, top))

    def named(self, trouble: Trouble) -> Trouble:
        """A trouble of a claim, told with its row and the name of its column."""
        row, column = position(trouble)
        where = f"row {row}, {self.columns[row, column]}: " if (row, column) in self.columns else ""
        return replace(trouble, message=f"{where}{trouble.message}")

    # -------------------------------------------------------------------------------------------- one row

    def read_row(self, row: Row) -> None:
        """The claims of one row."""
        confidence = row.find(["Confidence"])
        mode = MODES.get(confidence.text.casefold()) if confidence else None
        for figure, scope, inferred in self.figures(row):
            cell = row.find(figure.columns)
            if cell is not None and not (figure.zero and ZERO.fullmatch(cell.text)):
                self.quantity(row, figure, cell, mode=mode, scope=scope, inferred=inferred)
        if (day := row.find(["Publication date"])) is not None:
            self.claim(row, day, "released", "model.released", day.text, said=f"was made public on {day.text}")
        self.chips(row)
        self.bases(row)
        self.experts(row)

    def figures(self, row: Row) -> Iterator[tuple[Figure, dict[str, str], list[str]]]:
        """The columns that this row answers: each with its scope, and what of it no word of the table says."""
        for figure in (PARAMETERS, FINETUNING, EPOCHS, *RUN):
            yield figure, figure.scope, []
        if row.find(["Base model"]) is not None:  # the work on the base may be counted in: the table does not say
            yield COMPUTE, COMPUTE.scope, []
        else:
            yield COMPUTE, {**COMPUTE.scope, "base": "excluded"}, ["base"]
        if not of_hardware(row.notes()):
            yield SHARE, SHARE.scope, []
        yield (TOKENS if counts_tokens(row, SIZES, "Dataset size notes") else ITEMS), {}, []
        if counts_tokens(row, BATCH.columns, "Batch size notes"):
            yield BATCH, {}, []

    def quantity(self, row: Row, figure: Figure, cell: Cell, **details: object) -> None:
        """The claim of a cell that holds a figure, in its digits."""
        value = f"{cell.text} {figure.unit}".rstrip()
        said = f"{figure.saying} {one_line(cell.text).removesuffix('.0')} {figure.what}"
        self.claim(row, cell, figure.word, figure.attribute, value, said=said, run=figure.run, **details)

    def chips(self, row: Row) -> None:
        """On which chips the model was trained, each by its whole name; one that nobody knows stays a name."""
        cell = row.find(["Training hardware"])
        for word, name in numbered("chip", parts(cell.text) if cell else ()):
            chip = self.models.written(name)
            self.claim(row, cell, word, "run.on", chip, said=f"was trained on {chip}", run=True)

    def bases(self, row: Row) -> None:
        """From which models the model was made."""
        cell = row.find(["Base model"])
        if cell is None:
            return
        names = [cell.text] if self.models.are_called(cell.text) else parts(cell.text)
        for word, name in numbered("base", names):
            try:
                base = self.models.base_of(row.number, name, cell.place)
            except Fault as fault:
                self.columns[row.number, cell.place.column] = cell.column
                self.faults.append(fault)
            else:
                self.claim(row, cell, word, "model.base", base, said=f"was made from {base}")

    def experts(self, row: Row) -> None:
        """That the model has experts, if the notes say so; how many is for later."""
        if has_experts(row.notes()):
            cell = Cell("", "notes", Place(self.table.name, row.number, len(self.table.header)))
            said = "is called a mixture of experts by the notes"
            self.claim(row, cell, "experts", "moe.experts", "undisclosed", said=said, mode=Mode.INFERENCE)

    def claim(
        self,
        row: Row,
        cell: Cell,
        word: str,
        attribute: str,
        value: str,
        *,
        said: str,
        run: bool = False,
        **more: object,
    ) -> None:
        """Adds one claim of a row."""
        subject = self.models.ids[row.number]
        fields = {
            "id": f"r{row.number}.{word}",
            "statement": f"{subject} {said} (row {row.number}).",
            "subject": f"{subject}/training" if run else subject,
            "attribute": attribute,
            "value": value,
            "source": {"at": f"r{row.number}.{word}"},
            **more,
        }
        self.columns[row.number, cell.place.column] = cell.column
        self.claims.append(record(fields, cell.place))


# ------------------------------------------------------------------------------------------------ words


def counts_tokens(row: Row, columns: tuple[str, ...], notes: str) -> bool:
    """Whether the notes say that a figure counts tokens; silence does not, in whatever domain."""
    cell, said = row.find(columns), row.find([notes])
    return cell is not None and said is not None and counted_in(cell.text, said.text) == TOKEN


def parts(text: str) -> list[str]:
    """The names that commas part, each once."""
    return list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def numbered(word: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name with a word of its own: chip, chip2, chip3."""
    return ((f"{word}{number}" if number > 1 else word, name) for number, name in enumerate(names, 1))


def source_id(name: str, title: str, base: Knowledge) -> str:
    """The id of the source that a file is: its name after "epoch", and a digest where that would not be its own."""
    stem = PurePath(name).stem
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-.")[:STEM]
    id_ = plain if plain.casefold().startswith("epoch") else f"epoch-{plain}".rstrip("-")
    other = base.sources.get(id_)
    if plain == stem and (other is None or other.title == title):
        return id_
    return f"{id_}-{sha256(stem.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


# ------------------------------------------------------------------------------------------------ records


def record(value: object, place: Place) -> Node:
    """A value as the node of a claim file, all of it in one place."""
    if isinstance(value, dict):
        return Node({name: record(inner, place) for name, inner in value.items() if inner}, None, place)
    if isinstance(value, list | tuple):
        return Node([record(inner, place) for inner in value], None, place)
    return Node(str(value), str(value), place)


def position(trouble: Trouble) -> tuple[int, int]:
    """The row and column of a trouble."""
    _, row, column = trouble.place.rsplit(":", 2)
    return int(row), int(column)


def in_order(trouble: Trouble) -> tuple[int, int, Severity, str]:
    """What troubles are sorted by."""
    return *position(trouble), trouble.severity, trouble.message
