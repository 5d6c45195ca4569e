"""Enumeration: a set is announced as many, or as so many, and another number of things is listed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.assumptions import listed
from kb.checks._words import cell, grouped, outright, place, settled
from kb.columns import KINDS
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check
from kb.model import Claim, Severity, ValueKind

MOST_NAMED = 12  # terms in one message; the others are counted
MANY = "many"
FEW = 3  # fewer than that are not many


@check
def enumeration(evidence: Evidence) -> Iterator[Case | Looked]:
    """A set is announced as many or as a number, and another number of things is listed."""
    claims = evidence.columns.claims
    terms = np.flatnonzero((claims.kind == KINDS.index(ValueKind.TERM)) & (claims.standing < 0))
    evidence.fetch(terms.tolist())
    announced = [n for n in terms.tolist() if evidence.claim(n).value.announced and outright(evidence.claim(n))]
    yield Looked(len(announced))
    about = place(evidence, np.array(announced, np.int64))
    of_them = terms[np.isin(place(evidence, terms), about)].tolist()
    sets = grouped((_whose(evidence, evidence.claim(number)), number) for number in of_them)
    for number in announced:
        claim = evidence.claim(number)
        beside = sets[_whose(evidence, claim)]
        told = {term.casefold(): term for each in beside for term in evidence.claim(each).value.terms}
        if found := _found(claim, len(told)):
            yield _case(evidence, [number, *(each for each in beside if each != number)], list(told.values()), *found)


def _whose(evidence: Evidence, claim: Claim) -> tuple[object, ...]:
    """What claims have in common that list one set: what it is of, who lists it and in which source."""
    scope = cell(evidence.vocabulary, claim)
    return claim.subject, claim.attribute, scope or claim.id, claim.holders[-1], claim.source.cite


def _found(claim: Claim, in_all: int) -> tuple[Severity, str] | None:
    """What is wrong with the number of things that are listed, here or in all that the holder says there.

    Things listed elsewhere make up for what is missing here; they may be the same in other words, so that they are
    never too many.
    """
    announced, here = claim.value.announced, len({term.casefold() for term in claim.value.terms})
    closed, open_ended = claim.value.complete is True, claim.value.complete is False
    if announced == MANY:
        return None if open_ended or in_all >= FEW else (Severity.NOTE, f"only {_are(in_all)} named")
    due = int(announced or 0)
    if here > due:
        return Severity.WARNING, f"{_are(here)} listed"
    if in_all >= due or open_ended:
        return None
    if closed:
        return Severity.WARNING, f"{_are(in_all)} listed, which are said to be all"
    return Severity.NOTE, f"only {_are(in_all)} named"


def _are(count: int) -> str:
    return f"{count} {'is' if count == 1 else 'are'}"


def _case(evidence: Evidence, numbers: list[int], terms: list[str], severity: Severity, what: str) -> Case:
    claim = evidence.claim(numbers[0])
    count = claim.value.announced
    needed = f"if it announced another number than {count}, named what is missing, or did not say that this is all"
    return Case(
        claims=numbers,
        severity=severity,
        message=f"{claim.attribute} of {claim.subject}: {claim.holders[-1]} announces {count} "
        f"({claim.source.cite} {claim.source.at}) and {what}: {listed(terms, MOST_NAMED)}",
        why=lambda: Why(resolutions=[settled(claim, needed)]),
    )
