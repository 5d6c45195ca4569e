"""The arithmetic of a finding, line by line for a pocket calculator, and what each input would have to be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from kb import figures, tape
from kb.applications import TOTAL, Lot
from kb.evidence import Evidence
from kb.interval import Interval
from kb.model import Resolution, Step
from kb.repairs import needed
from kb.rowtable import NONE

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
            yield from _lines(evidence, *evidence.judged.bound.made.lot_of(int(evidence.table.maker[row])), seen)
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
    formula = derivation.formula
    if lot.solved >= 0:
        formula = tape.inverse(formula, names[lot.solved], "result")
        words["result"] = _range(evidence.value(int(slots[-1]), 0.0), inside=True)
    shown = tape.show(formula, words)
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


def resolutions(
    evidence: Evidence, rows: list[int], gap: Callable[[dict[int, float]], float], bound: str = ""
) -> tuple[Resolution, ...]:
    """For each stated row the number that would make the gap vanish, least strained first.

    gap: the logarithm of what is stated over what is due, with some claims replaced. bound: "at most" or "at least" put
    before a value when the fact that it must meet is a bound.
    """
    nominal = evidence.nominal
    found: list[tuple[float, Resolution]] = []
    for row in rows:
        claim = int(evidence.table.claim[row])
        if evidence.columns.claims.standing[claim] >= 0:
            continue
        start = nominal.middle(row)
        value = needed(start, lambda number, claim=claim: gap({claim: number}))  # type: ignore[misc]  # the default binds the loop's claim
        if value is None:
            continue
        tolerance = (
            float(evidence.columns.rows.above[row])
            + math.log(
                max(float(evidence.columns.rows.hi[row]) / max(float(evidence.columns.rows.lo[row]), 1e-300), 1.0)
            )
            / 2
        )
        distance = abs(math.log(value / start))
        strain = distance / tolerance if tolerance > 0 else None
        direction = _direction(bound, start, value)
        text = f"{direction}{evidence.say(row, Interval(value))}"
        found.append(
            (
                strain if strain is not None else math.inf,
                Resolution(
                    claim=evidence.claim(claim).id, needed=text, strain=strain, note=_note(evidence, claim, strain)
                ),
            )
        )
    found.sort(key=lambda pair: pair[0])
    return tuple(resolution for _, resolution in found[:MOST_RESOLUTIONS])


def _direction(bound: str, start: float, value: float) -> str:
    if not bound:
        return ""
    return "at least " if value > start else "at most "


def _note(evidence: Evidence, claim: int, strain: float | None) -> str:
    text = f"instead of {evidence.quoted(claim)}"
    if strain is None:
        return f"{text}; stated as exact"
    return f"{text}; {figures.figure(strain, 2)} times its own tolerance"
