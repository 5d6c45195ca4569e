"""Direction: one thing is said to raise and to lower the same quantity, while it is open which quantity is meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kb.checks._effects import (
    BASELINE,
    Pair,
    Told,
    clashing,
    effects,
    events,
    in_words,
    numbers_of,
    open_words,
    severity,
    targets,
    unsaid,
)
from kb.checks._words import NO_BASELINE, grouped, if_named, settled, torn, who
from kb.checks.single_value import primary
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check
from kb.model import Direction, Severity, Step
from kb.tellings import chain


class Sides(NamedTuple):
    """Two quantities that can be set side by side and have values of their own: the rows of both."""

    low: int
    high: int


@check
def direction(evidence: Evidence) -> Iterator[Case | Looked]:
    """Something is said to raise and to lower the same quantity, and no written scope tells the two apart."""
    told = effects(evidence)
    yield Looked(len(told))
    for event in events(evidence.vocabulary, opposed(evidence, told)):
        yield _case(evidence, event)


def opposed(evidence: Evidence, told: list[Told]) -> list[Pair]:
    """Pairs of which the first lowers what the second raises."""
    found = clashing(evidence, told, lambda one, other: (one, other) == (Direction.LOWERS, Direction.RAISES))
    return [pair for pair in found if not _retold(evidence, pair)]


def _retold(evidence: Evidence, pair: Pair) -> bool:
    """Whether one side is of a source that retells that of the other: what became of it is drift."""
    sources = {int(evidence.columns.claims.source[each.number]) for each in pair}
    return len(sources) > 1 and any(sources <= {source, *chain(evidence, source)} for source in sources)


def _case(evidence: Evidence, event: list[Pair]) -> Case:
    one, other = event[0]
    sides = _sides(evidence, one, other)
    open_ = unsaid(evidence.vocabulary, one, other)
    both = torn([one.claim], [other.claim])
    kind = "scope missing" if open_ else "self-contradiction" if both else "disagreement"
    numbers = numbers_of(event)
    more = f"; {len(numbers) - 2:,} more of the kind" if len(numbers) > 2 else ""
    details = [who(both, [one.claim, other.claim]), open_words(open_), _fitting(evidence, sides)]
    return Case(
        claims=numbers,
        severity=Severity.NOTE if sides else severity(evidence.vocabulary, one, other),
        message=f"{'apparent conflict' if sides else kind}: {one.claim.subject} {in_words(evidence, one)} and "
        f"{in_words(evidence, other)}{more}; {'; '.join(each for each in details if each)}",
        why=lambda: _why(evidence, one, other, sides),
    )


# ------------------------------------------------------------------------------------------------ what is meant


def _sides(evidence: Evidence, one: Told, other: Told) -> Sides | None:
    """Sub-attributes with distinct values, the lower of what is lowered and the higher of what is raised."""
    lowered, raised = (evidence.vocabulary.family(each.effect.on) for each in (one, other))
    found = [
        rows for entity in targets(evidence, one, other) for rows in _comparable(evidence, entity, {*lowered, *raised})
    ]
    sources = [evidence.columns.source_ids.index(each.claim.source.cite) for each in (one, other)]
    own = [[row for row in rows if evidence.table.world[row] in sources] for rows in found]
    for groups in (own, found):  # first what the sources themselves say of it
        for rows in groups:
            named = [(float(evidence.value(row, 0.0).lo), row, evidence.attribute_of(row).id) for row in rows]
            low = min((each for each in named if each[2] in lowered), default=None)
            high = max((each for each in named if each[2] in raised), default=None)
            if low and high and low[2] != high[2] and evidence.value(low[1]).hi < evidence.value(high[1]).lo:
                return Sides(low[1], high[1])
    return None


def _comparable(evidence: Evidence, entity: int, family: set[str]) -> Iterator[list[int]]:
    """Stated values of a family about one entity: those of one unit and of one scope, by the same keys."""
    table = evidence.table
    number = evidence.vocabulary.attribute_order
    rows = np.concatenate([table.rows_of(number[name]) for name in sorted(family)])
    rows = rows[(rows < table.stated) & (table.subject[rows] == entity) & (table.world[rows] != table.references)]
    scopes = primary(evidence, rows)
    yield from grouped((_measure(evidence, int(row), scopes[i]), int(row)) for i, row in enumerate(rows)).values()


def _measure(evidence: Evidence, row: int, scope: np.ndarray) -> tuple[object, ...]:
    attribute = evidence.attribute_of(row)
    return attribute.unit, tuple(sorted(attribute.keys)), tuple(scope.tolist())


def _fitting(evidence: Evidence, sides: Sides | None) -> str:
    """Which sub-attribute each side must mean, with the numbers."""
    if sides is None:
        return ""
    low, high = (f"{evidence.attribute_of(row).id} ({evidence.written(row)})" for row in sides)
    return f'of {evidence.subject_of(sides.low)}, "lowers" would be right of {low} and "raises" of {high}'


def _why(evidence: Evidence, one: Told, other: Told, sides: Sides | None) -> Why:
    steps = []
    resolutions = []
    for each, row in zip((one, other), sides or (), strict=False):
        stated = int(evidence.table.claim[row])
        text = f"{evidence.named(row)} = {evidence.quoted(stated)}"
        steps.append(Step(text=text, claims=(evidence.id_of(stated),)))
        resolutions.append(
            settled(each.claim, f"if it said that it {each.effect.direction} {evidence.attribute_of(row).id}")
        )
    for key, silent in unsaid(evidence.vocabulary, one, other):
        for each in ((one, other)[i] for i in silent):
            needed = NO_BASELINE if key == BASELINE else if_named(evidence.vocabulary.keys[key])
            resolutions.append(settled(each.claim, needed))
    return Why(arithmetic=steps, resolutions=resolutions)
