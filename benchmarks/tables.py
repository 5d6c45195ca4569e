"""A table of models as one would import it: most rows say little, and nothing of one row is said of another."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from benchmarks import rates
from benchmarks.chips import Shop
from benchmarks.drafts import Agreement, Draft, Scene, Style, Work
from benchmarks.names import Names
from kb.model import Entity, Mode, Source, SourceKind, ValueKind

HOLDER = "Keepers of tables"
ROWS = 1000  # of one table
TRAINING = 6.0  # operations for each weight and token
SOFT = math.log(1.2)  # how far that may be off, as the shipped reference says
HOUR = 3600.0
PRINT = 2 * math.log(1.05)  # what the digits of a data sheet can hide on both sides
ROOM = 2.5  # byte of memory for each weight that a run has at least


@dataclass(frozen=True, slots=True)
class Base:
    """A model that others can start from, and the work spent on it."""

    name: str
    compute: float


class Row:
    """One row: what is true of a model, and the figures that the row has of it."""

    def __init__(self, dice: random.Random, name: str, number: int, shop: Shop) -> None:
        self.dice = dice
        self.name = name
        self.number = number
        self.pattern = rates.pick(dice, rates.TABLE_PATTERNS)
        self.drafts: dict[str, Draft] = {}
        self.experts = "N" in self.pattern and dice.random() < rates.TABLE_EXPERTS
        self.parameters = 10 ** dice.uniform(8, 12)
        self.active = self.parameters * (dice.uniform(0.1, 0.5) if self.experts else 1.0)
        self.epochs = dice.randint(1, 4)
        self.unique = False  # whether the tokens it says are counted once
        self.seen = self.active * dice.uniform(5, 60)
        self.compute = TRAINING * self.active * self.seen
        self.chip = shop.some(dice, rates.TABLE_FAMILY)
        self.mfu = dice.uniform(0.25, 0.5)
        least = ROOM * self.parameters / self.chip.memory
        wanted = self.compute / (self.chip.peak * self.mfu * dice.uniform(50, 2500) * HOUR)
        self.devices = math.ceil(max(least, wanted, 1.0))
        self.hours = self.compute / (self.chip.peak * self.mfu * self.devices * HOUR)
        estimate, rumour = rates.TABLE_ESTIMATES, rates.TABLE_RUMOURS
        self.mode = dice.choices(
            [Mode.ESTIMATE, Mode.RUMOUR, Mode.STATEMENT], [estimate, rumour, 1 - estimate - rumour]
        )[0]

    def figure(self, word: str, attribute: str, truth: float, unit: str = "", **scope: str) -> Draft:
        """Adds a figure of the model, or of its run."""
        digits = 3 if unit == "device" else rates.pick(self.dice, rates.DIGITS)
        style = Style(unit, digits, count=unit == "device" or attribute == "data.epochs")
        return self.add(word, attribute, style=style, truth=truth, scope=scope, mode=self.mode)

    def add(self, word: str, attribute: str, **more: object) -> Draft:
        """Adds a claim about the model, or about its run."""
        subject = f"{self.name}/training" if attribute.startswith("run.") else self.name
        draft = Draft(f"r{self.number}.{word}", subject, attribute, **more)  # type: ignore[arg-type]  # fields of Draft
        self.drafts[word] = draft
        return draft

    # -------------------------------------------------------------------------------------------- what it says

    def write(self, bases: list[Base]) -> None:
        """Everything the row says."""
        self.add("released", "model.released", kind=ValueKind.DATE, text=f"20{self.dice.randint(10, 25)}-01")
        if "N" in self.pattern:
            self.figure("parameters", "parameters.total", self.parameters, "param")
        if self.experts:
            self.add("experts", "moe.experts", kind=ValueKind.UNDISCLOSED, text="undisclosed", mode=Mode.INFERENCE)
        if "D" in self.pattern:
            self.write_data()
        if bases and "N" in self.pattern and not set(self.pattern) & set("DHh"):
            self.write_base(bases)
        if "C" in self.pattern:
            own = {} if "base" in self.drafts else {"base": "excluded"}
            self.figure("compute", "training.compute", self.compute, "FLOP", stage="training", **own)
        if "base" not in self.drafts:
            bases.append(Base(self.name, self.compute))
        self.write_hardware()

    def write_data(self) -> None:
        """Data in tokens, or in items of which nobody says how many tokens they hold."""
        detailed = {"N", "C"} <= set(self.pattern)
        if self.dice.random() < rates.TABLE_EPOCHS[detailed]:
            self.figure("epochs", "data.epochs", self.epochs)
        if self.dice.random() < rates.TABLE_TOKENS[detailed]:
            self.unique = "epochs" in self.drafts and self.dice.random() < 0.5
            self.figure("tokens", "data.tokens", self.seen / (self.epochs if self.unique else 1), "token")
        else:
            self.figure("items", "data.items", 10 ** self.dice.uniform(4, 9), "item")

    def write_base(self, bases: list[Base]) -> None:
        """From which model it was made, in a share of the rows."""
        if self.dice.random() >= rates.TABLE_BASE:
            return
        base = self.dice.choice(bases)
        self.add("base", "model.base", kind=ValueKind.LINK, text=base.name)
        own = base.compute * self.dice.uniform(0.01, 0.3)
        self.compute = own + base.compute
        if self.dice.random() < rates.TABLE_FINETUNE:
            self.figure("finetune", "training.compute", own, "FLOP", stage="training", base="excluded")

    def write_hardware(self) -> None:
        """Hours, devices, chip and utilisation, or some of them."""
        words: tuple[str, ...] = ()
        if "H" in self.pattern:
            words = ("chip", "devices", "hours")
        elif "h" in self.pattern:
            words = rates.pick(self.dice, rates.TABLE_SOME_HARDWARE)
        if "chip" in words:
            self.write_chip()
        if "devices" in words:
            self.figure("devices", "run.devices", self.devices, "device")
        if "hours" in words:
            self.figure("hours", "run.duration", self.hours, "h")
        if "H" in self.pattern and self.dice.random() < rates.TABLE_MFU:
            self.figure("mfu", "run.mfu", self.mfu)

    def write_chip(self) -> None:
        """One chip; now and then a name that nobody knows, or two chips with one count."""
        known = self.dice.random() >= rates.TABLE_UNKNOWN
        self.add("chip", "run.on", kind=ValueKind.LINK, text=self.chip.name if known else f"{self.chip.name} Mark 9")
        if known and self.dice.random() < rates.TABLE_TWO_CHIPS:
            self.add("chip2", "run.on", kind=ValueKind.LINK, text=f"{self.chip.name} Mark 9")

    # -------------------------------------------------------------------------------------------- what must agree

    def agreements(self) -> list[Agreement]:
        """The checks that look at figures of this row under every reading, and so can fail."""
        found: list[Agreement] = []
        said = self.drafts
        if {"parameters", "tokens", "epochs", "compute"} <= set(said) and not self.experts:
            other = -math.log(self.epochs) if self.unique else math.log(self.epochs)
            powers = {said["compute"]: 1.0, said["parameters"]: -1.0, said["tokens"]: -1.0}
            found.append(Agreement(powers, tuple(powers), ((0, 0), (other, other)), SOFT))
        chips = [draft.text for word, draft in said.items() if word.startswith("chip")]
        if {"compute", "devices", "hours"} <= set(said) and chips == [self.chip.name]:
            powers = {said["compute"]: 1.0, said["devices"]: -1.0, said["hours"]: -1.0}
            if "mfu" in said:
                powers[said["mfu"]] = -1.0
                lower = -math.log(self.chip.spread)
                found.append(Agreement(powers, tuple(powers), ((0, 0), (lower, lower)), PRINT))
            else:  # what the utilisation would have to be is at most 1
                found.append(Agreement(powers, tuple(powers), ((-math.inf, -math.log(self.mfu)),), PRINT))
        return found


def scene(dice: random.Random, names: Names, number: int, shop: Shop, bases: list[Base]) -> Scene:
    """One row of a table; `bases` are the models of the rows before it, and grow."""
    row = Row(dice, names.new(), number, shop)
    row.write(bases)
    entities = [Entity(id=row.name, kind="model")]
    if any(draft.subject != row.name for draft in row.drafts.values()):
        run = Entity(id=f"{row.name}/training", kind="run", links={"of": row.name}, own={"stage": "training"})
        entities.append(run)
    return Scene([Work(source(number // ROWS), (HOLDER,), list(row.drafts.values()))], entities, row.agreements())


def source(number: int) -> Source:
    """A table as a source."""
    return Source(id=f"table-{number}", kind=SourceKind.DATASET, title=f"Table {number} of models", by=(HOLDER,))
