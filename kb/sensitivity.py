"""Which claims move a verdict most: how a comparison answers to each figure behind it, and what change would turn it.

The elasticity of a figure is the logarithmic derivative of what is stated over what is due, at the middles of what is
written: of a product its exponent. The share of the rounding is its tolerance times that, of all figures together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kb import figures
from kb.checks.bound import nearest as closest
from kb.evidence import Evidence
from kb.interval import SLACK, Interval
from kb.joint.clashes import Clash
from kb.marks import Relation
from kb.pipeline import Examination
from kb.repairs import needed
from kb.rowtable import NONE
from kb.verdicts import Breach, involved_in

STEP = 1e-6  # of a logarithm, for a derivative
STILL = 1e-9  # an elasticity below is none


@dataclass(frozen=True, slots=True)
class Lever:
    """One figure behind a check."""

    claim: int
    elasticity: float
    share: float | None  # of the rounding; none where nothing is rounded
    turn: float | None  # the factor nearest to 1 by which it alone would turn the outcome; none if no factor does


@dataclass(frozen=True, slots=True)
class Asked:
    """One check that decides about a claim: a comparison, or a value held against a definition."""

    label: str  # of what, and what against what
    derivation: str
    row: int  # what is compared
    fits: bool
    rows: tuple[int, ...]  # the stated ones behind it
    gap: Callable[[dict[int, float]], float]  # what is stated over what is due, as a logarithm, with other numbers
    margins: tuple[float, ...]  # by how much that would have to move to turn the outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """One check with what moves it, most first."""

    asked: Asked
    levers: tuple[Lever, ...]


def answers(examination: Examination, claim: int) -> list[Answer]:
    """The checks that decide about a claim: those that fail, else those that fit, the sharpest first."""
    evidence = examination.evidence
    judged, c = evidence.judged, evidence.judged.comparisons
    breaches = [each for each in evidence.breaches if claim == each.claim or claim in each.inputs]
    best = judged.best[(involved_in(judged, judged.best) == claim).any(axis=1)]
    failing = best[c.stretch[best] > 1]
    own = failing[evidence.table.claim[c.output[failing]] == claim]
    mine = own if len(own) else failing if len(failing) else best[:0] if breaches else best
    order = np.lexsort((mine, c.power[mine], -c.stretch[mine]))
    asked = [compared(evidence, int(member)) for member in mine[order]]
    return [answer(evidence, each) for each in [*asked, *(bounded(evidence, each) for each in breaches)]]


def compared(evidence: Evidence, member: int) -> Asked:
    """A comparison."""
    lot, line = evidence.member(member)
    c, nominal = evidence.judged.comparisons, evidence.nominal
    output = int(c.output[member])
    derivation = evidence.judged.bound.plans[lot.plan].derivation
    fits = bool(c.stretch[member] <= 1)
    stated, due = ends(evidence.value(output)), ends(evidence.due(lot, line))
    against = f"{derivation.relation.limit}{evidence.say(output, evidence.due(lot, line, 0.0))}"
    return Asked(
        f"{derivation.name}: {evidence.named(output)}, {evidence.written(output)} against {against}",
        derivation.name,
        output,
        fits,
        tuple(evidence.behind(member)),
        lambda instead: math.log(nominal.value(output, instead)) - math.log(nominal.due(lot, line, instead)),
        edges(stated, due, derivation.relation) if fits else (nearest(stated, due),),
    )


def bounded(evidence: Evidence, breach: Breach) -> Asked:
    """A value beyond a definition."""
    row, nominal = closest(evidence, breach), evidence.nominal
    value, allowed = ends(evidence.value(row)), ends(evidence.value(breach.bound))
    edge = allowed[1] if value[0] > allowed[1] else allowed[0]
    written, limit = evidence.written(row), evidence.written(breach.bound)
    return Asked(
        f"bound: {evidence.named(row)}, {written} against {limit}",
        "bound",
        row,
        False,
        tuple(sorted(evidence.stated_behind(row))),
        lambda instead: math.log(nominal.value(row, instead)) - math.log(edge),
        (nearest(value, allowed),),
    )


def answer(evidence: Evidence, asked: Asked) -> Answer:
    """One check with the figures behind it, in the order in which they move it."""
    rows = {int(evidence.table.claim[row]): row for row in asked.rows}
    slopes = {claim: slope(evidence, asked, row) for claim, row in rows.items()}
    widths = {claim: abs(slopes[claim]) * width(evidence, row) for claim, row in rows.items()}
    every = sum(widths.values())
    levers = [
        Lever(claim, slopes[claim], widths[claim] / every if every > 0 else None, turn(evidence, asked, row))
        for claim, row in rows.items()
        if abs(slopes[claim]) > STILL
    ]
    return Answer(asked, tuple(sorted(levers, key=lambda each: (round(distance(each), 9), evidence.id_of(each.claim)))))


def distance(lever: Lever) -> float:
    """How far a figure would have to move, as a logarithm; infinite if no change of it alone is enough."""
    return math.inf if lever.turn is None else abs(math.log(lever.turn))


def slope(evidence: Evidence, asked: Asked, row: int) -> float:
    """The elasticity of what is stated over what is due; 0 where there is none."""
    start, claim = evidence.nominal.middle(row), int(evidence.table.claim[row])
    try:
        up, down = (asked.gap({claim: start * math.exp(step)}) for step in (STEP, -STEP))
    except (ArithmeticError, ValueError):  # of what is not positive there is none
        return 0.0
    return round((up - down) / (2 * STEP), 6) + 0.0


def width(evidence: Evidence, row: int) -> float:
    """Half of the width of a row with its tolerances, as a logarithm; 0 for what has no end or is not positive."""
    low, high = ends(evidence.value(row))
    return math.log(high / low) / 2 if 0 < low <= high < math.inf else 0.0


def turn(evidence: Evidence, asked: Asked, row: int) -> float | None:
    """The factor nearest to 1 by which a claim alone turns the outcome: what fits fails, or what fails fits."""
    start, claim, here = evidence.nominal.middle(row), int(evidence.table.claim[row]), asked.gap({})
    found = []
    for margin in filter(math.isfinite, asked.margins):
        number = needed(start, lambda value, goal=here + margin: asked.gap({claim: value}) - goal)  # type: ignore[misc]  # the default binds the loop's goal
        found += [number / start] if number is not None and number > 0 else []
    return min(found, key=lambda each: abs(math.log(each)), default=None)


Ends = tuple[float, float]


def edges(stated: Ends, due: Ends, relation: Relation) -> Ends:
    """How far stated over due can rise and fall, as logarithms, before a comparison that fits fails."""
    rise = math.inf if relation is Relation.AT_LEAST else over(due[1], stated[0])
    fall = math.inf if relation is Relation.AT_MOST else over(stated[1], due[0])
    return rise + SLACK, -(fall + SLACK)


def nearest(stated: Ends, due: Ends) -> float:
    """How far stated over due has to move, as a logarithm, before what fails fits."""
    return over(due[1], stated[0]) if stated[0] > due[1] else -over(stated[1], due[0])


def ends(interval: Interval) -> Ends:
    """Both ends as plain numbers."""
    return float(interval.lo), float(interval.hi)


def over(one: float, other: float) -> float:
    """The logarithm of a ratio; infinite where it has none."""
    return math.log(one) - math.log(other) if 0 < one < math.inf and 0 < other < math.inf else math.inf


# ------------------------------------------------------------------------------------------------ in words


def text(examination: Examination, claim: int) -> Iterator[str]:
    """What moves the verdict of a claim, line by line."""
    evidence = examination.evidence
    verdict = examination.verdicts[claim]
    yield f"{evidence.id_of(claim)}: {verdict.value}; states {evidence.quoted(claim)}"
    found = answers(examination, claim)
    if not found:
        yield f"  nothing that is stated can be compared with it: {examination.why(claim)}"
    for each in found:
        yield from lines(evidence, each)
    for clash in clashes_of(evidence, claim):
        yield "  cannot all be true together, though each fits alone:"
        for other, factor in turns(clash):
            attribute = evidence.attributes[evidence.columns.claims.attribute[other]].id
            turned = "no change of it alone is enough" if factor is None else f"fits at {change(factor)}"
            yield f"    {turned}: {attribute} {evidence.quoted(other)}"


def clashes_of(evidence: Evidence, claim: int) -> list[Clash]:
    """The sets of claims that cannot all be true, of which a claim is one."""
    return [clash for clash in evidence.clashes if claim in clash.claims]


def turns(clash: Clash) -> list[tuple[int, float | None]]:
    """Each claim of a clash with the factor nearest to 1 by which it alone would end it, the nearest first."""
    found: list[tuple[int, float | None]] = []
    for claim in clash.claims:
        statement = next(each for each in clash.part.statements if each.claim == claim)
        left = clash.needed(claim)
        apart = None if left is None else max(left[0] - statement.high, 0.0) + min(left[1] - statement.low, 0.0)
        found.append((claim, math.exp(apart) if apart else None))
    return sorted(found, key=lambda each: (math.inf if each[1] is None else abs(math.log(each[1])), each[0]))


def lines(evidence: Evidence, found: Answer) -> Iterator[str]:
    """One check and its levers."""
    yield f"  {found.asked.label}: {outcome(found.asked)}"
    for lever in found.levers:
        yield f"    {told(evidence, lever, found.asked)}"


def outcome(asked: Asked) -> str:
    """Whether a check fits."""
    return "fits" if asked.fits else "fails"


def told(evidence: Evidence, lever: Lever, asked: Asked) -> str:
    """``fails at 0.5 % more: run.devices 100 (log p1), elasticity -1, 20 % of the rounding``."""
    share = "" if lever.share is None else f", {100 * lever.share:.0f} % of the rounding"
    then = "fails" if asked.fits else "fits"
    turned = f"{then} at {change(lever.turn)}" if lever.turn is not None else "no change of it alone is enough"
    attribute = evidence.attributes[evidence.columns.claims.attribute[lever.claim]].id
    reference = ", a reference" if evidence.columns.claims.standing[lever.claim] >= 0 else ""
    said = f"{attribute} {evidence.quoted(lever.claim)}{reference}"
    return f"{turned}: {said}, elasticity {figures.figure(lever.elasticity)}{share}"


def change(factor: float) -> str:
    """``3 % more``, ``0.5 % less``, ``7 times as much``, ``1/7 of it``: in per cent below a factor of two."""
    if factor >= 2:
        return f"{figures.times(factor)} times as much"
    if factor <= 0.5:
        return f"1/{figures.times(1 / factor)} of it"
    share = 100 * abs(factor - 1)
    return f"{figures.figure(share)} % {'more' if factor > 1 else 'less'}"


def data(examination: Examination, claim: int) -> dict[str, Any]:
    """The same as JSON takes it."""
    evidence = examination.evidence
    return {
        "claim": evidence.id_of(claim),
        "verdict": examination.verdicts[claim].value,
        "checks": [
            {
                "derivation": each.asked.derivation,
                "attribute": evidence.attribute_of(each.asked.row).id,
                "subject": evidence.subject_of(each.asked.row),
                "outcome": outcome(each.asked),
                "levers": levers(evidence, each.levers),
            }
            for each in answers(examination, claim)
        ],
        "clashes": [
            [{"claim": evidence.id_of(each), "turn": factor} for each, factor in turns(clash)]
            for clash in clashes_of(evidence, claim)
        ],
    }


def levers(evidence: Evidence, found: Sequence[Lever]) -> list[dict[str, Any]]:
    """Each figure that moves a comparison."""
    return [
        {
            "claim": evidence.id_of(each.claim),
            "reference": bool(evidence.columns.claims.standing[each.claim] != NONE),
            "elasticity": each.elasticity,
            "share": each.share,
            "turn": each.turn,
        }
        for each in found
    ]
