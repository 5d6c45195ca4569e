"""Undisclosed value: something is said not to be disclosed, and a value of it is given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.assumptions import listed
from kb.checks._words import ahead, grouped, meet, ordinary, outright, place
from kb.columns import KINDS
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Claim, Mode, Severity, ValueKind

MOST_NAMED = 12  # values in one message; the others are counted
GIVEN = frozenset({Mode.STATEMENT})  # how what is known is put; one can guess at what is not disclosed


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
    for numbers in grouped(zip(about[at].tolist(), every[at].tolist(), strict=True)).values():
        yield from _cases(evidence, numbers)


def _cases(evidence: Evidence, numbers: list[int]) -> Iterator[Case]:
    """One case for each claim that a thing is undisclosed, with the values that are given all the same."""
    claims = {number: evidence.claim(number) for number in numbers if outright(evidence.claim(number))}
    values = {number: claim for number, claim in claims.items() if claim.value.kind is not ValueKind.UNDISCLOSED}
    for number in claims.keys() - values.keys():
        given = [n for n, claim in values.items() if _of_one(evidence, claims[number], claim)]
        if given:
            yield _case(evidence, number, given)


def _of_one(evidence: Evidence, withheld: Claim, given: Claim) -> bool:
    """Whether two claims can be about the same part, at the same time."""
    return ahead(withheld) is ahead(given) and meet(evidence.vocabulary, withheld, given)


def _case(evidence: Evidence, withheld: int, given: list[int]) -> Case:
    claim = evidence.claim(withheld)
    own = [n for n in given if evidence.claim(n).holders[-1] == claim.holders[-1]]
    firm = [n for n in own if evidence.claim(n).mode in GIVEN]
    given = list(dict.fromkeys([*firm, *own, *given]))
    told = listed([_value(evidence, n) for n in given], MOST_NAMED)
    return Case(
        claims=[withheld, *given],
        severity=Severity.WARNING if firm else Severity.NOTE,
        message=f"{claim.attribute} of {claim.subject} is said to be undisclosed by {claim.holders[-1]} "
        f"({claim.source.cite} {claim.source.at}), and given as {told}",
    )


def _value(evidence: Evidence, number: int) -> str:
    """``about 120 crown (memo p3.s1) by Ann, an estimate``."""
    claim: Claim = evidence.claim(number)
    how = "" if claim.mode in GIVEN else f" as {'an' if claim.mode.value[0] in 'aeio' else 'a'} {claim.mode}"
    return f"{evidence.quoted(number)} by {claim.holders[-1]}{how}"
