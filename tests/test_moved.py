"""Figures moved: what would fail then and what would fit is what judging everything again says."""

from __future__ import annotations

import math
import random
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest

from kb import corpus
from kb.desk import examine_claims
from kb.moved import Moving
from kb.verdicts import Judged, Result, judge

EXAMPLES = Path(__file__).parent / "examples"
NAMES = ["recompute.agreed", "recompute.readings", "bound.implied", "bound.weak", "slip.worded", "recompute.supposed"]
FACTORS = (1.01, 1.3, 10.0, 1e3, 0.97, 0.5, 0.01)
LEAST = 60  # moves of one corpus that change something, so that agreement means something


def judged_of(*names: str) -> Judged:
    read = corpus.read([*corpus.shipped(), *(EXAMPLES / f"{name}.yaml" for name in names)])
    return examine_claims(read.knowledge, list(read.knowledge.claims.values()), read).evidence.judged


def again(judged: Judged, row: int, factor: float) -> Judged:
    """Everything judged with one figure moved; what binding found stays."""
    table, rows = copy(judged.bound.table), judged.bound.table.columns.rows
    low, high = rows.lo.copy(), rows.hi.copy()
    low[row], high[row] = low[row] * factor, high[row] * factor
    table.columns = replace(table.columns, rows=replace(rows, lo=low, hi=high))
    return judge(replace(judged.bound, table=table))


def failing(judged: Judged) -> set[int]:
    return {number for number, each in judged.groups.items() if each.result is Result.FAILS and not each.weak}


def beyond(judged: Judged) -> set[tuple[int, tuple[int, ...]]]:
    mine = (each for each in judged.breaches if not each.weak and not each.pairs)
    return {(each.bound, tuple(sorted(each.rows.tolist()))) for each in mine}


@pytest.mark.parametrize("names", [(), tuple(NAMES)], ids=["what is shipped", "examples too"])
def test_what_changes_is_what_judging_again_says(names: tuple[str, ...]) -> None:
    judged = judged_of(*names)
    moving, dice, changes = Moving(judged), random.Random(7), 0
    rows = judged.bound.table.columns.rows
    before, out = failing(judged), beyond(judged)
    firm = {number for number, each in judged.groups.items() if each.result is Result.FAILS and not each.weak}
    compared = sorted({*judged.comparisons.past.ravel().tolist(), *judged.comparisons.output.tolist()})
    usable = [row for row in compared if 0 <= row < judged.bound.table.stated and rows.lo[row] > 0]
    for _ in range(300):
        row, factor = dice.choice(usable), dice.choice(FACTORS)
        turned, whole = moving.by({row: math.log(factor)}), again(judged, row, factor)
        after = failing(whole)
        group = judged.comparisons.group
        assert {int(group[member]) for member in turned.failing} == after - before, (row, factor)
        assert set(turned.fitting) & firm == before - after, (row, factor)
        assert len(turned.beyond) == len(beyond(whole) - out), (row, factor)
        changes += after != before or beyond(whole) != out
    assert changes > LEAST
