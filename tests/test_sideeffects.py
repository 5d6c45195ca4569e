"""What else a correction would do: told beside what would fit, by the user's own command."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Kb

COST = """
sources:
  - {id: quay-letter, kind: article, title: What it took to train Alder, by: [Quay Letter]}
entities:
  - {id: Alder, kind: model}
  - {id: Flint, kind: chip}
  - {id: Quay Letter, kind: party}
defaults: {cite: quay-letter, holders: [Quay Letter]}
claims:
  - {id: devices, subject: Alder/training, attribute: run.devices, value: '1,010 device',
     source: {at: p1.s0}, statement: It took 1010 devices.}
  - {id: days, subject: Alder/training, attribute: run.duration, value: 31.0 day,
     source: {at: p1.s1}, statement: They worked for 31.0 days.}
  - {id: hours, subject: Alder/training, attribute: run.device_time, value: '751,000 device*h',
     source: {at: p1.s2}, statement: That makes so many device-hours.}
  - {id: chip, subject: Alder/training, attribute: run.on, value: Flint,
     source: {at: p1.s3}, statement: It ran on the Flint.}
  - {id: rent, subject: Flint, attribute: chip.rent, value: 2.00 USD/(device*h),
     source: {at: p1.s3}, statement: An hour of a Flint costs 2.00 dollars.}
  - {id: cost, subject: Alder/training, attribute: run.cost, value: 3.75 million USD,
     source: {at: p1.s3}, statement: It took 3.75 million dollars.}
"""
AGAIN = """
  - {id: other.chip, subject: Birch/training, attribute: run.on, value: Flint, source: {at: p2},
     statement: So did Birch.}
  - {id: other.hours, subject: Birch/training, attribute: run.device_time, value: '100,000 device*h',
     source: {at: p2}, statement: Birch took 100 thousand device-hours.}
  - {id: other.cost, subject: Birch/training, attribute: run.cost, value: 0.500 million USD,
     source: {at: p2}, statement: That took 0.500 million dollars.}
"""

Fits = Mapping[str, Mapping[str, Any]]
Asked = Callable[[str], Fits]


@pytest.fixture
def kb(shipped_store: Path, tmp_path: Path) -> Kb:
    made = Kb(tmp_path, columns=400)
    shutil.copyfile(shipped_store, made.path)
    return made


@pytest.fixture
def fits(kb: Kb) -> Asked:
    """What would make the cost fit, by claim."""

    def asked(text: str) -> Fits:
        (kb.folder / "leak.yaml").write_text(text, encoding="utf-8")
        said = json.loads(kb("check", "leak.yaml", "--format", "json").stdout)
        [finding] = [each for each in said["findings"] if each["claims"][0] == "quay-letter:cost"]
        return {each["claim"].partition(":")[2]: each for each in finding["resolutions"]}

    return asked


def test_a_correction_that_breaks_another_calculation_says_which(fits: Asked) -> None:
    found = fits(COST)
    assert found["cost"]["side_effects"] == []
    assert found["rent"]["side_effects"] == []
    assert found["hours"]["side_effects"] == [
        {"claim": "quay-letter:hours", "effect": "fails device_time by a factor of 2.5"}
    ]


def test_without_that_calculation_it_breaks_nothing(fits: Asked) -> None:
    alone = COST.replace("'1,010 device'", "undisclosed")
    assert all(each["side_effects"] == [] for each in fits(alone).values())


def test_a_correction_that_explains_another_failure_says_so(fits: Asked) -> None:
    both = (
        COST.replace("  - {id: Flint, kind: chip}", "  - {id: Flint, kind: chip}\n  - {id: Birch, kind: model}") + AGAIN
    )
    found = fits(both)
    assert found["rent"]["mends"] == ["quay-letter:other.cost"]
    assert fits(both.replace("0.500 million", "0.200 million"))["rent"]["mends"] == []


def test_words(fits: Asked, kb: Kb) -> None:
    fits(COST)
    kb("import", "leak.yaml")
    listed = json.loads(kb("report", "--source", "quay-letter", "--format", "json").stdout)["findings"]
    [name] = [each["id"] for each in listed if each["claims"][0] == "quay-letter:cost"]
    said = " ".join(kb("explain", name).stdout.split())
    assert "nothing else breaks" in said
    assert "but then it fails device_time" in said
    assert said.count("fails device_time by a factor of 2.5") == 1
    assert " ".join(kb("report", "--source", "quay-letter").stdout.split()).count("nothing else breaks") == 2


TWICE = """
sources:
  - {id: quay-letter, kind: article, title: What it took to train Alder, by: [Quay Letter]}
entities:
  - {id: Alder, kind: model}
  - {id: Quay Letter, kind: party}
defaults: {cite: quay-letter, holders: [Quay Letter]}
claims:
  - {id: dense, subject: Alder, attribute: moe.experts, value: none, source: {at: p1}, statement: It is dense.}
  - {id: size, subject: Alder, attribute: parameters.total, value: SIZE billion param, source: {at: p1.s0},
     statement: It has so many weights.}
  - {id: data, subject: Alder, attribute: data.tokens, scope: {counted: seen}, value: 16 trillion token,
     source: {at: p1.s1}, statement: It saw 16 trillion tokens.}
  - {id: chip, subject: Alder/training, attribute: run.on, value: A100, source: {at: p1.s2}, statement: On A100.}
  - {id: devices, subject: Alder/training, attribute: run.devices, value: '24,000 device', source: {at: p1.s2},
     statement: 24 thousand devices.}
  - {id: days, subject: Alder/training, attribute: run.duration, value: 75 day, source: {at: p1.s2},
     statement: For 75 days.}
  - {id: mfu, subject: Alder/training, attribute: run.mfu, value: 40 %, source: {at: p1.s2}, statement: At 40 %.}
  - {id: compute, subject: Alder, attribute: training.compute, value: 6.0e25 FLOP, source: {at: p1.s3},
     statement: That took so many operations.}
"""


@pytest.mark.parametrize(("size", "stays"), [("50", True), ("190", False)])
def test_a_correction_after_which_the_claim_fails_elsewhere_says_so(kb: Kb, size: str, stays: bool) -> None:
    """Two routes that differ cannot both be met: no value of what they give would do."""
    (kb.folder / "leak.yaml").write_text(TWICE.replace("SIZE", size), encoding="utf-8")
    found = json.loads(kb("check", "leak.yaml", "--format", "json").stdout)["findings"]
    effects = [
        effect["effect"]
        for each in found
        if each["code"] == "recompute"
        for resolution in each["resolutions"]
        if resolution["claim"] == "quay-letter:compute"
        for effect in resolution["side_effects"]
    ]
    told = [effect for effect in effects if effect.startswith("still fails compute_by_")]
    assert bool(told) is stays, effects
