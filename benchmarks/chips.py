"""Chips and their data sheets: some are families, of which only the variants have figures."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchmarks.drafts import Draft, Style
from benchmarks.names import Names
from kb.model import Claim, Entity, Source, SourceKind, Standing

FEWEST, MOST = 8, 200
PER_CHIP = 500  # claims
SHEET = "data-sheets"
MAKER = "Makers of chips"
DOMAIN = 8  # devices that a fast link joins


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip as texts name it, with the figures of the variant that is meant."""

    name: str
    peak: float  # FLOP/s
    memory: float  # byte, of the smallest variant
    family: bool
    spread: float  # the highest peak of a variant over the lowest


@dataclass(frozen=True, slots=True)
class Shop:
    """Every chip, with what the data sheets say."""

    chips: tuple[Chip, ...]
    entities: tuple[Entity, ...]
    source: Source
    claims: tuple[Claim, ...]

    def some(self, dice: random.Random, family: float) -> Chip:
        """A chip; with that probability one named by its family."""
        wanted = dice.random() < family
        return dice.choice([chip for chip in self.chips if chip.family is wanted])


def shop(dice: random.Random, names: Names, claims_wanted: int) -> Shop:
    """As many chips as so many claims name, half of them families of two."""
    chips: list[Chip] = []
    entities: list[Entity] = []
    claims: list[Claim] = []
    for number in range(min(max(claims_wanted // PER_CHIP, FEWEST), MOST)):
        name, peak = names.new(), float(f"{dice.uniform(1e14, 1e15):.2e}")
        memory = dice.choice([40, 80, 96]) * 1e9
        variants = [name] if number % 2 else [f"{name} board", f"{name} card"]
        peaks = [peak] if number % 2 else [peak, float(f"{peak * dice.uniform(0.75, 1):.2e}")]
        if len(variants) > 1:
            entities.append(Entity(id=name, kind="chip"))
        for variant, rate in zip(variants, peaks, strict=True):
            links = {"within": name} if variant != name else {}
            entities.append(Entity(id=variant, kind="chip", links=links))
            claims += sheet(variant, rate, memory, len(claims))
        chips.append(Chip(name, peak, memory, len(variants) > 1, max(peaks) / min(peaks)))
    source = Source(id=SHEET, kind=SourceKind.DATASHEET, title="Data sheets of all chips", by=(MAKER,))
    return Shop(tuple(chips), tuple(entities), source, tuple(claims))


def sheet(chip: str, peak: float, memory: float, line: int) -> list[Claim]:
    """What a data sheet says."""
    matrix = {"precision": "tensor16", "sparsity": "dense"}
    plain = {"precision": "fp32", "sparsity": "dense"}
    rate, power = Style("TFLOP/(s*device)"), Style("W/device")
    drafts = [
        Draft(f"s{line}.tensor16", chip, "chip.peak", rate, peak / 1e12, scope=matrix),
        Draft(f"s{line}.fp32", chip, "chip.peak", rate, peak / 16e12, scope=plain),
        Draft(f"s{line}.memory", chip, "chip.memory", Style("GB/device", digits=2), memory / 1e9),
        Draft(f"s{line}.power", chip, "chip.power", power, 400.0),
        Draft(f"s{line}.domain", chip, "chip.domain", Style("device", count=True), DOMAIN),
    ]
    return [
        draft.claim(SHEET, (MAKER,), line).model_copy(update={"standing": Standing.HARD_IN_SCOPE}) for draft in drafts
    ]
