"""Gloss: a term and its translation are names of different things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from kb.assumptions import listed
from kb.checks._words import kin, outright
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Severity
from kb.vocabulary import Part

Known = Mapping[str, Sequence[str]]  # what each term can name


@check
def gloss(evidence: Evidence) -> Iterator[Case | Looked]:
    """Two terms that are said to be one thing name different things."""
    for number, claim in evidence.said(lambda attribute: attribute.plays is Part.GLOSS).items():
        known = {term: found for term in claim.value.terms if (found := evidence.find(term))}
        if len(known) > 1 and outright(claim):  # of a term that nobody knows nothing can be said
            yield Looked(1)
            for one, other in combinations(known, 2):
                if _apart(evidence, known[one], known[other]):
                    yield _case(evidence, number, {term: known[term] for term in (one, other)})
                    break


def _apart(evidence: Evidence, one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether nothing that one term can name is what the other can name, or a variant of it."""
    return not any(a == b or kin(evidence, a, b) for a, b in product(one, other))


def _case(evidence: Evidence, number: int, pair: Known) -> Case:
    one, other = pair
    sure = all(len(meant) == 1 for meant in pair.values())
    return Case(
        claims=[number],
        severity=Severity.WARNING if sure else Severity.NOTE,
        message=f"{evidence.told(number)} gives {one!r} and {other!r} as one thing, but the first names "
        f"{listed(pair[one])}, the second {listed(pair[other])}",
    )
