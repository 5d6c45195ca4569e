"""The columns of Epoch AI's tables of models, by the headers that they have in one export or another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds one quantity, and how a claim puts it."""

    word: str  # ends the claim's id and place
    names: tuple[str, ...]  # its headers in one export or another
    attribute: str
    unit: str
    saying: str  # what stands between the model's name and the figure
    what: str  # what stands behind the figure
    notes: str = ""  # the column that tells how the figure came about
    run: bool = False  # said of the training run, not of the model
    scope: dict[str, str] = field(default_factory=dict)
    counted: tuple[str, ...] = ()  # what may stand behind a result in the notes that is one of this column

    @property
    def reckoned(self) -> str:
        """The attribute of calculations that give such a quantity."""
        return f"{self.attribute}.reckoned"


PARAMETERS = Column(
    "parameters",
    ("Parameters",),
    "parameters.total",
    "param",
    "has",
    "parameters",
    notes="Parameters notes",
    counted=("parameters", "parameter", "params", "param", "weights"),
)
COMPUTE = Column(
    "compute",
    ("Training compute (FLOP)",),
    "training.compute",
    "FLOP",
    "took",
    "FLOP to train",
    notes="Training compute notes",
    scope={"stage": "training"},
    counted=("FLOP",),
)
FINETUNING = Column(
    "finetune",
    ("Finetune compute (FLOP)",),
    "training.compute",
    "FLOP",
    "took",
    "FLOP to train from its base model",
    notes="Finetune compute notes",
    scope={"stage": "training", "base": "excluded"},
    counted=("FLOP",),
)
SIZES = ("Training dataset size (datapoints)", "Training dataset size (total)", "Training dataset size")
DATA = ("data", SIZES), "has training data of", "Dataset size notes"
TOKENS = Column(*DATA[0], "data.tokens", "token", DATA[1], "tokens", notes=DATA[2], counted=("tokens", "token"))
ITEMS = Column(*DATA[0], "data.items", "item", DATA[1], "data points", notes=DATA[2], counted=("",))  # without a word
EPOCHS = Column("epochs", ("Epochs",), "data.epochs", "", "went over its data", "times")
BATCH = Column(
    "batch", ("Batch size",), "batch.tokens", "token/step", "takes in", "tokens a step", notes="Batch size notes"
)
TIME = Column(
    "hours",
    ("Training time (hours)",),
    "run.duration",
    "h",
    "was trained for",
    "hours",
    notes="Training time notes",
    run=True,
    counted=("hours", "hour", "h"),
)
DEVICES = Column("devices", ("Hardware quantity",), "run.devices", "device", "was trained on", "devices", run=True)
SHARE = Column(
    "mfu",
    ("Hardware utilization (MFU)", "Hardware utilization"),
    "run.mfu",
    "",
    "was trained at a share of",
    "of its devices' peak rate",
    notes="Training compute notes",
    run=True,
)
CHIP_HOURS = Column(
    "chip-hours",
    ("Training chip-hours", "Chip-hours"),
    "run.device_time",
    "device*h",
    "took",
    "hours of a device to train",
    notes="Training time notes",
    run=True,
)
COST = Column(
    "cost",
    (
        "Training compute cost (2023 USD)",
        "Training compute cost (2020 USD)",
        "Training compute cost (USD)",
        "Training compute cost (cloud)",
        "Training compute cost",
    ),
    "run.cost",
    "USD",
    "cost",
    "US dollars to train",
    notes="Compute cost notes",
    run=True,
)
POWER = Column(
    "power",
    ("Training power draw (W)", "Power draw (W)", "Training power draw"),
    "run.power",
    "W",
    "took",
    "watts while it was trained",
    run=True,
)
ESTIMATED = (PARAMETERS, COMPUTE, TOKENS, ITEMS)
BARE = re.compile(r"[\d.]\S*")  # a figure without words of its own
