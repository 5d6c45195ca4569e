"""The arithmetic of a finding, line by line for a pocket calculator, and what each input would have to be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from kb import figures, tape
from kb.applications import TOTAL, Lot
from kb.evaluate import RESULT
from kb.evidence import Evidence
from kb.interval import Interval
from kb.model import Resolution, Step
from kb.repairs import needed
from kb.rowtable import NONE
from kb.sideeffects import after

MOST_RESOLUTIONS = 12


def steps(evidence: Evidence, lot: Lot, line: int) -> tuple[Step, ...]:
    """Inputs with their places, then each formula with its numbers, the first things first."""
    seen: set[int] = set()
    return tuple(_lines(evidence, lot, line, seen))


def _lines(evidence: Evidence, lot: Lot, line: int, seen: set[int]) -> Iterator[Step]:
    rows = [int(row) for row in lot.slots[line] if row != NONE]
    if lot.solved < 0 and not lot.implying:
        rows = rows[:-1]  # the stated output stands in the finding itself
    for row in rows:
        if row in seen:
            continue
        seen.add(row)
        if row >= evidence.table.stated:
            yield from _lines(evidence, *evidence.evaluator.maker(row), seen)
        else:
            yield _input(evidence, row)
    yield Step(text=_formula(evidence, lot, line))


def _input(evidence: Evidence, row: int) -> Step:
    claim = evidence.claim(int(evidence.table.claim[row]))
    text = f"{evidence.attribute_of(row).id} = {claim.value.text}"
    unit, value = evidence.unit_of(row), evidence.value(row, 0.0)
    numbers = figures.with_unit(_range(value), unit)
    if numbers != claim.value.text:
        text += f" = {numbers}"
    return Step(text=f"{text}   [{claim.source.cite} {claim.source.at}]", claims=(claim.id,))


def _formula(evidence: Evidence, lot: Lot, line: int) -> str:
    """``run.cost = 40,000 x 2,000 = 8e7 USD``: the formula with numbers in it and what it gives as written."""
    slots = lot.slots[line]
    due = evidence.due(lot, line, 0.0)
    if lot.plan == TOTAL:
        terms = " + ".join(_range(evidence.value(int(row), 0.0), inside=True) for row in slots)
        return f"total = {terms} = {_range(due)}"
    derivation = evidence.judged.bound.plans[lot.plan].derivation
    names = [slot.name for slot in derivation.takes]
    attribute = derivation.gives.attribute if lot.solved < 0 else derivation.takes[lot.solved].attribute
    unit = (
        "1"
        if evidence.judged.bound.plans[lot.plan].factor and lot.solved < 0
        else evidence.vocabulary.attributes[attribute].unit
    )
    words = {
        name: _range(evidence.value(int(slots[i]), 0.0), inside=True) for i, name in enumerate(names) if i != lot.solved
    }
    if derivation.name == "hull":
        return f"{attribute}: between the parts {', '.join(words.values())} = {_range(due)}"
    if lot.solved >= 0:
        words[RESULT] = _range(evidence.value(int(slots[-1]), 0.0), inside=True)
    shown = tape.show(evidence.evaluator.formula(lot), words)
    result = figures.with_unit(_range(due), unit)
    return f"{attribute} = {shown} = {result}" if shown != _range(due) else f"{attribute} = {result}"


def _range(interval: Interval, inside: bool = False) -> str:
    """An interval in calculator digits; in brackets where it stands inside a formula."""
    lo, hi = figures.exact(float(interval.lo)), figures.exact(float(interval.hi))
    if lo == hi:
        return lo
    if math.isinf(float(interval.hi)):
        text = f"at least {lo}"
    elif math.isinf(float(interval.lo)):
        text = f"at most {hi}"
    else:
        text = f"{lo} to {hi}"
    return f"({text})" if inside else text


# ------------------------------------------------------------------------------------------------ what would fit


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit, and of which figures one may be wrong."""

    rows: Sequence[int]  # stated
    gap: Callable[[dict[int, float]], float]  # stated over due, as a logarithm, with some claims replaced
    failure: Set[int]  # the claims of it
    bound: bool = False  # whether what must be met is a bound
    room: float = 0.0  # by how much the gap may be another one


def resolutions(evidence: Evidence, misfit: Misfit) -> tuple[Resolution, ...]:
    """For each stated row the number that would make the gap vanish, least strained first."""
    nominal = evidence.nominal
    found: list[Resolution] = []
    for row in misfit.rows:
        claim = int(evidence.table.claim[row])
        if evidence.columns.claims.standing[claim] >= 0:
            continue
        start = nominal.middle(row)
        value = needed(start, lambda number, claim=claim: misfit.gap({claim: number}))  # type: ignore[misc]  # the default binds the loop's claim
        if value is None or evidence.judged.forbids(row, value):
            continue
        strain = _strain(evidence, row, start, value)
        then = after(evidence, claim, value / start, misfit.failure)
        found.append(
            Resolution(
                claim=evidence.claim(claim).id,
                needed=f"{_direction(misfit, start, value)}{evidence.say(row, Interval(value))}",
                strain=strain if math.isfinite(strain) else None,
                note=_note(evidence, claim, value / start, misfit.room),
                side_effects=then.breaks,
                mends=then.mends,
            )
        )
    return ranked(found)[:MOST_RESOLUTIONS]


def ranked(found: Iterable[Resolution]) -> tuple[Resolution, ...]:
    """The least strained first; of those equally strained first what breaks the least else."""
    return tuple(
        sorted(found, key=lambda each: (math.inf if each.strain is None else each.strain, len(each.side_effects)))
    )


def leeway(*values: Interval) -> float:
    """How far the ratio of two values may be from that of their middles, as a logarithm; 0 if one has no end."""
    ends = [(float(value.lo), float(value.hi)) for value in values]
    return sum(math.log(hi / lo) / 2 for lo, hi in ends) if all(0 < lo <= hi < math.inf for lo, hi in ends) else 0.0


def _strain(evidence: Evidence, row: int, start: float, value: float) -> float:
    """How many times its own tolerance a claim would have to give, in logarithms; infinite for an exact one."""
    rows = evidence.columns.rows
    width = math.log(max(float(rows.hi[row]) / max(float(rows.lo[row]), 1e-300), 1.0)) / 2
    tolerance = float(rows.above[row]) + width
    return abs(math.log(value / start)) / tolerance if tolerance > 0 else math.inf


def _direction(misfit: Misfit, start: float, value: float) -> str:
    if not misfit.bound:
        return ""
    return "at least " if value > start else "at most "


def _note(evidence: Evidence, claim: int, factor: float, room: float) -> str:
    """What is stated instead, and how far that is from what would fit."""
    apart = figures.times(figures.rounded(max(factor, 1 / factor), room))
    return f"instead of {evidence.quoted(claim)}, a factor of {apart}"
