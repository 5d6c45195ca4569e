"""Single values that are no quantities: yes or no, terms, dates, links, and none, compared cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from kb.assumptions import listed, places
from kb.checks._words import ahead, cell, grouped, kin, ordinary, outright, place, shared, torn
from kb.columns import KINDS, Ints
from kb.dates import is_relative, span
from kb.evidence import Case, Evidence, Looked
from kb.model import Claim, Severity, ValueKind
from kb.sameness import amounts
from kb.tellings import chain
from kb.vocabulary import Single, Type

COMPARED = frozenset({Type.YES_NO, Type.TERM, Type.DATE, Type.LINK})
MOST_NAMED = 12  # values in one message; the others are counted


def answered(evidence: Evidence) -> Iterator[Case | Looked]:
    """One subject, attribute and scope has several answers of which there can be only one."""
    numbers = _compared(evidence)
    yield Looked(len(numbers))
    scopes = ((_place(evidence, number), number) for number in numbers if outright(evidence.claim(number)))
    for where, mine in grouped(scopes).items():
        values = grouped((_answer(evidence.claim(number)), number) for number in mine)
        apart = [
            pair
            for pair in combinations(values.values(), 2)
            if where is not None and _apart(evidence, *(each[0] for each in pair))
            if not _is_retold(evidence, [*pair[0], *pair[1]])
        ]
        if apart:
            yield _case(evidence, [each for each in values.values() if any(each in pair for pair in apart)], apart)


def _is_retold(evidence: Evidence, numbers: Sequence[int]) -> bool:
    """Whether claims are those of one source and of a work that it retells: what became of them is drift."""
    sources = {int(evidence.columns.claims.source[each]) for each in numbers}
    return len(sources) == 2 and any(sources <= {source, *chain(evidence, source)} for source in sources)


def _compared(evidence: Evidence) -> list[int]:
    """Claims about what has one answer, and what more than one of them is about."""
    wanted = [
        number
        for number, attribute in enumerate(evidence.attributes)
        if attribute.type in COMPARED and attribute.single is not Single.MANY
    ]
    told = ordinary(evidence, wanted)
    told = told[evidence.columns.claims.kind[told] != KINDS.index(ValueKind.UNDISCLOSED)]
    numbers: list[int] = [*shared(evidence, told).tolist(), *_beside_none(evidence).tolist()]
    evidence.fetch(numbers)
    return numbers


def _beside_none(evidence: Evidence) -> Ints:
    """Numbers of what is also said to be none, and who says that; numbers are compared with each other elsewhere."""
    claims = evidence.columns.claims
    wanted = [
        number
        for number, attribute in enumerate(evidence.attributes)
        if attribute.type is Type.QUANTITY and attribute.single is not Single.MANY and not attribute.travels
    ]
    told = ordinary(evidence, wanted)
    told = told[claims.than[told] < 0]  # so many times as much is no number of it
    none, given = (told[claims.kind[told] == KINDS.index(kind)] for kind in (ValueKind.NONE, ValueKind.QUANTITY))
    about = place(evidence, none), place(evidence, given)
    both = np.intersect1d(*about)
    found: Ints = np.sort(
        np.concatenate([each[np.isin(at, both)] for each, at in zip((none, given), about, strict=True)])
    )
    return found


def _place(evidence: Evidence, number: int) -> tuple[str, str, bool, tuple[int, ...]] | None:
    """Subject, attribute, whether it is foretold, and scope; None if the scope can be one of several."""
    claim = evidence.claim(number)
    scope = cell(evidence.vocabulary, claim)
    return None if scope is None else (claim.subject, claim.attribute, ahead(claim), scope)


def _answer(claim: Claim) -> tuple[str, ...]:
    """A value such that the same words are the same value; one that hangs on its source's date is of that source."""
    if claim.value.kind is ValueKind.TERM:
        return (claim.value.kind, *sorted(term.casefold() for term in claim.value.terms))
    source = (claim.source.cite,) if is_relative(claim.value.text) else ()
    return (claim.value.kind, claim.value.text.casefold(), *source)


def _apart(evidence: Evidence, *pair: int) -> bool:
    """Whether two answers that are not worded alike cannot be the same; a date without an anchor is not compared."""
    one, other = (evidence.claim(number) for number in pair)
    kinds = {one.value.kind, other.value.kind}
    if ValueKind.QUANTITY in kinds:  # beside none: only what can be no number of things at all
        return len(kinds) > 1 and all(amount.lo > 0 for number in pair for amount in amounts(evidence, number, 1.0))
    if len(kinds) > 1:  # none, and something
        return True
    if kinds == {ValueKind.TERM}:
        few, many = sorted((set(_answer(claim)) for claim in (one, other)), key=len)
        return not few <= many
    if kinds == {ValueKind.DATE}:
        mine, theirs = (span(claim.value.text) for claim in (one, other))
        return mine is not None and theirs is not None and (mine[1] < theirs[0] or theirs[1] < mine[0])
    return kinds != {ValueKind.LINK} or not kin(evidence, one.value.text, other.value.text)


def _case(evidence: Evidence, values: list[list[int]], apart: Sequence[Sequence[list[int]]]) -> Case:
    numbers = sorted(number for claims in values for number in claims)
    claims = [evidence.claim(number) for number in numbers]
    holders = dict.fromkeys(evidence.claim(number).holders[-1] for each in values for number in each)
    sides = [[map(evidence.claim, each) for each in pair] for pair in apart]
    against = {holder for one, other in sides for holder in torn(one, other)}
    both = [holder for holder in holders if holder in against]
    one_value = evidence.vocabulary.attributes[claims[0].attribute].single is Single.ONE
    who = f"{'both' if len(values) == 2 else 'several'} said by {'each of ' if len(both) > 1 else ''}{listed(both)}"
    told = [_told(evidence, each) for each in values]
    return Case(
        claims=numbers,
        severity=Severity.WARNING if both or one_value else Severity.NOTE,
        message=f"{'self-contradiction' if both else 'disagreement'}: {claims[0].attribute} of {claims[0].subject} "
        f"is {listed(told, MOST_NAMED)}; {who if both else f'{listed(holders)} differ'}",
    )


def _told(evidence: Evidence, numbers: list[int]) -> str:
    """A value and where it stands."""
    claims = [evidence.claim(number) for number in numbers]
    return f"{claims[0].value.text} ({places(claims)})"
