"""Undisclosed value: something is said not to be disclosed, and a value of it is given.

What only bounds a value, tells its order of magnitude, or sets it beside something unknown, discloses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.assumptions import listed
from kb.checks._words import ahead, grouped, ordinary, outright, place
from kb.columns import KINDS, Ints
from kb.dates import span
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Claim, Mode, Severity, ValueKind
from kb.sameness import amounts, meet, surely_meet

MOST_NAMED = 12  # values in one message; the others are counted
GIVEN = frozenset({Mode.STATEMENT})  # how what is known is put; one can guess at what is not disclosed
ROUGH = 2.0  # a range whose ends are further apart than by this factor tells a size, and no value


@check
def undisclosed_value(evidence: Evidence) -> Iterator[Case | Looked]:
    """Something is said to be undisclosed, and somebody gives a value of it."""
    kind = evidence.columns.claims.kind
    every = ordinary(evidence, range(len(evidence.attributes)))
    withheld = every[kind[every] == KINDS.index(ValueKind.UNDISCLOSED)]
    yield Looked(len(withheld))
    if not len(withheld):
        return
    about = place(evidence, every)
    given = about[kind[every] != KINDS.index(ValueKind.UNDISCLOSED)]
    at = np.isin(about, np.intersect1d(place(evidence, withheld), given))
    evidence.fetch(every[at].tolist())
    known = place(evidence, every[(kind[every] == KINDS.index(ValueKind.QUANTITY)) & ~_beside(evidence, every)])
    for numbers in grouped(zip(about[at].tolist(), every[at].tolist(), strict=True)).values():
        yield from _cases(evidence, numbers, known)


def _beside(evidence: Evidence, numbers: Ints) -> np.ndarray:
    """Whether each claim says what something is beside another thing: so many times as much."""
    return np.asarray(evidence.columns.claims.than[numbers] >= 0)


def _cases(evidence: Evidence, numbers: list[int], known: Ints) -> Iterator[Case]:
    """One case for each claim that a thing is undisclosed, with the values that are given all the same."""
    claims = {number: evidence.claim(number) for number in numbers if outright(evidence.claim(number))}
    values = {number: claim for number, claim in claims.items() if claim.value.kind is not ValueKind.UNDISCLOSED}
    for number in claims.keys() - values.keys():
        one = [n for n, claim in values.items() if _of_one(evidence, claims[number], claim)]
        given = [n for n in one if _gives(evidence, n, known)]
        if given:
            yield _case(evidence, number, given)


def _of_one(evidence: Evidence, withheld: Claim, given: Claim) -> bool:
    """Whether two claims can be about the same part, at the same time."""
    return ahead(withheld) is ahead(given) and meet(evidence.vocabulary, withheld, given)


def _gives(evidence: Evidence, number: int, known: Ints) -> bool:
    """Whether a claim gives a value: a figure or a narrow range, the day of a date, a multiple of what is known."""
    claim, claims = evidence.claim(number), evidence.columns.claims
    if claim.value.kind is ValueKind.DATE:
        source = evidence.sources.get(claim.source.cite)
        days = span(claim.value.text, source.published if source else None)
        return days is not None and days[0] == days[1]
    if claim.value.kind is not ValueKind.QUANTITY:
        return True
    if claims.than[number] >= 0:
        beside = claims.attribute[number].astype(np.int64) * len(evidence.columns.entity_ids) + claims.than[number]
        return bool(np.isin(beside, known))
    return any(each.lo == each.hi or each.hi <= ROUGH * each.lo for each in amounts(evidence, number, 0.0))


def _case(evidence: Evidence, withheld: int, given: list[int]) -> Case:
    claim = evidence.claim(withheld)
    own = [n for n in given if evidence.claim(n).holders[-1] == claim.holders[-1]]
    firm = [n for n in own if _surely(evidence, claim, n)]
    given = list(dict.fromkeys([*firm, *own, *given]))
    told = listed([_value(evidence, n) for n in given], MOST_NAMED)
    return Case(
        claims=[withheld, *given],
        severity=Severity.WARNING if firm else Severity.NOTE,
        message=f"{claim.attribute} of {claim.subject} is said to be undisclosed by {claim.holders[-1]} "
        f"({claim.source.cite} {claim.source.at}), and given as {told}",
    )


def _surely(evidence: Evidence, withheld: Claim, number: int) -> bool:
    """Whether a claim states the very thing that is undisclosed, and not perhaps another part or a multiple of it."""
    claim = evidence.claim(number)
    return claim.mode in GIVEN and claim.than is None and surely_meet(evidence.vocabulary, withheld, claim)


def _value(evidence: Evidence, number: int) -> str:
    """``about 120 crown (memo p3.s1) by Ann, an estimate``."""
    claim: Claim = evidence.claim(number)
    how = "" if claim.mode in GIVEN else f" as {'an' if claim.mode.value[0] in 'aeio' else 'a'} {claim.mode}"
    return f"{evidence.quoted(number)} by {claim.holders[-1]}{how}"
