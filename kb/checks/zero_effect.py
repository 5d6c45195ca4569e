"""Zero effect: something is said to leave a quantity as it is, beside a cost or a loss on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.checks._effects import (
    OPEN,
    Pair,
    Told,
    clashing,
    effects,
    events,
    in_words,
    numbers_of,
    open_words,
    scopes_meet,
    severity,
    targets,
    unsaid,
)
from kb.checks._words import ahead, outright, settled, torn, who
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check
from kb.model import Claim, Direction, Firmness, Severity


@check
def zero_effect(evidence: Evidence) -> Iterator[Case | Looked]:
    """Something is said to have no effect on a quantity, and elsewhere to cost some of it or to change it."""
    told = effects(evidence)
    leaving = [each for each in told if each.effect.direction is Direction.LEAVES]
    yield Looked(len(leaving))
    pairs = clashing(evidence, told, lambda one, other: one is Direction.LEAVES is not other)
    for event in events(evidence.vocabulary, pairs):
        yield _moved(evidence, event)
    for each in leaving:
        for factor in _factors(evidence, each):
            yield _changed(evidence, each, factor)


def _moved(evidence: Evidence, event: list[Pair]) -> Case:
    """It is left as it is, and it is raised or lowered."""
    one, other = event[0]
    numbers = numbers_of(event)
    more = f"; {len(numbers) - 2:,} more of the kind" if len(numbers) > 2 else ""
    both = torn([one.claim], [other.claim])
    left_open = open_words(unsaid(evidence.vocabulary, one, other))
    return Case(
        claims=numbers,
        severity=severity(evidence.vocabulary, one, other),
        message=f"{one.claim.subject} {in_words(evidence, one)}, but {in_words(evidence, other)}{more}; "
        f"{who(both, [one.claim, other.claim])}{f'; {left_open}' if left_open else ''}",
        why=lambda: _why(evidence, one),
    )


def _factors(evidence: Evidence, each: Told) -> Iterator[int]:
    """Claims that what an effect leaves is so many times that of something else, and not once."""
    columns, vocabulary = evidence.columns, evidence.vocabulary
    on, than = targets(evidence, each), each.claim.than
    family = [vocabulary.attribute_order[name] for name in vocabulary.family(each.effect.on)]
    claims = columns.claims
    told = np.isin(claims.attribute, family) & np.isin(claims.subject, on) & (claims.standing < 0)
    for number in np.flatnonzero(told & (claims.than >= 0) & ~np.isin(claims.than, on)).tolist():
        claim, readings = evidence.claim(number), evidence.readings_of(number)
        values = [evidence.value(row) for row in readings]
        if (
            values
            and outright(claim)
            and ahead(claim) is ahead(each.claim)
            and than in {None, claim.than}
            and scopes_meet(vocabulary, each.claim, claim)
            and all(value.lo > 1 or value.hi < 1 for value in values)
        ):
            yield number


def _changed(evidence: Evidence, each: Told, factor: int) -> Case:
    """It is left as it is, and it is a multiple of what it was."""
    claim = evidence.claim(factor)
    both = torn([each.claim], [claim])
    same = bool(both) and each.claim.than == claim.than and _one_scope(evidence, each, claim)
    firm = same and Firmness.HEDGED not in {each.claim.firmness, claim.firmness}
    silent = "" if each.claim.than else "; the first does not name what it is compared with"
    return Case(
        claims=[each.number, factor],
        severity=Severity.WARNING if firm else Severity.NOTE,
        message=f"{each.claim.subject} {in_words(evidence, each)}, but {claim.attribute} of {claim.subject} is "
        f"{evidence.quoted(factor)}; {who(both, [each.claim, claim])}{silent}",
        why=lambda: _why(evidence, each),
    )


def _one_scope(evidence: Evidence, each: Told, factor: Claim) -> bool:
    """Whether an effect names where it holds, and a multiple is of that."""
    named, known = (evidence.vocabulary.attributes[claim.attribute].keys for claim in (each.claim, factor))
    mine, other = each.claim.scope, factor.scope
    return all(mine.get(key) not in OPEN and (key not in known or other.get(key) == mine[key]) for key in named)


def _why(evidence: Evidence, each: Told) -> Why:
    family = evidence.vocabulary.family(each.effect.on)
    which = f"one of {', '.join(family)}" if len(family) > 1 else "the part of it that is meant, in its scope"
    return Why(resolutions=[settled(each.claim, f"if it said that it {each.effect.direction} {which}")])
