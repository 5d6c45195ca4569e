"""Calculation: what a source prints as worked out, done again; and what is computed from it, set beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb import figures
from kb.calculations import Number, parsed
from kb.evidence import Case, Evidence, Looked, Why
from kb.interval import Interval
from kb.marks import check
from kb.model import Certainty, Explanation, Resolution, Severity, Step
from kb.redoing import NEAR, Redone, slips_of_the_pen
from kb.texts import printed
from kb.worked import BEYOND, Drawn, Mistaken

MOST_QUOTED = 160  # characters


@check
def calculation(evidence: Evidence) -> Iterator[Case | Looked]:
    """A calculation that a source prints does not give what it says, or not what is computed from it."""
    worked = evidence.worked
    yield Looked(len(worked.redone) + len(worked.drawn))
    off = {claim: again for claim, again in worked.redone.items() if again.stretch > BEYOND}
    apart = {claim: one for claim, one in worked.drawn.items() if one.stretch > BEYOND}
    bases = {base for one in apart.values() for base in one.bases}
    evidence.fetch({*off, *apart, *bases, *(each.other for each in worked.mistaken.values())})
    for claim, again in off.items():
        yield _miscalculated(evidence, claim, again)
    for claim, one in apart.items():
        yield _apart(evidence, claim, one)


def _miscalculated(evidence: Evidence, claim: int, again: Redone) -> Case:
    """A calculation whose figures give something else."""
    working, found = evidence.worked.words[claim], evidence.claim(claim)
    given = figures.figure(again.given, 4)
    row = int(evidence.columns.rows.claim.searchsorted(claim))
    factor = again.ratio if again.ratio > 0 and math.isfinite(again.ratio) else None
    off = f"apart by a factor of {_times(factor)}" if factor else "whatever the factor"
    due = evidence.say(row, Interval(evidence.nominal.middle(row) / factor)) if factor else ""
    return Case(
        claims=[claim],
        severity=Severity.WARNING,
        factor=factor,
        message=f"prints {_cut(working)} = {printed(found.value)}; its figures give {given}; {off}",
        explanations=list(_reasons(factor, working)),
        why=lambda: Why(
            arithmetic=[Step(text=f"{_cut(working)} = {given}", claims=(found.id,))],
            resolutions=[Resolution(claim=found.id, needed=due, note=f"instead of {printed(found.value)}")]
            if due
            else [],
        ),
    )


def _apart(evidence: Evidence, claim: int, one: Drawn) -> Case:
    """A claim that none of the calculations it is computed from gives."""
    row = int(evidence.columns.rows.claim.searchsorted(claim))
    given = evidence.say(row, Interval(float(one.given.lo), float(one.given.hi)))
    mistaken = evidence.worked.mistaken.get(claim)
    factor = one.ratio if one.ratio > 0 and math.isfinite(one.ratio) else None
    off = f"apart by a factor of {_times(factor)}" if factor else "whatever the factor"
    said = printed(evidence.claim(claim).value)
    return Case(
        claims=[*one.bases, claim] if mistaken else [claim, *one.bases],
        severity=Severity.WARNING if one.outright else Severity.NOTE,
        factor=factor,
        message=f"{_source(evidence, one, given, said, taken=mistaken is not None)}; {off}",
        explanations=list(_why(evidence, one, mistaken, factor)),
        why=lambda: Why(
            arithmetic=[
                Step(
                    text=f"{_cut(evidence.worked.words[base])} = {printed(evidence.claim(base).value)}"
                    f"   [{evidence.claim(base).source.cite} {evidence.claim(base).source.at}]",
                    claims=(evidence.claim(base).id,),
                )
                for base in one.bases
            ],
            resolutions=[
                *_put_right(evidence, one, mistaken),
                Resolution(claim=evidence.claim(claim).id, needed=given, note=f"instead of {said}"),
            ],
        ),
    )


def _source(evidence: Evidence, one: Drawn, given: str, said: str, *, taken: bool) -> str:
    """What a claim says and what it is computed from, in words; first the calculation, if that is taken to be wrong."""
    words = [evidence.worked.words[base] for base in one.bases]
    if taken:
        return f"prints {_cut(words[0])} = {given}; what is computed from it is {said}"
    if len(words) == 1 and isinstance(parsed(words[0]), Number):
        return f"states {said}; the figure that it is taken from is {given}"
    what = "the calculation" if len(words) == 1 else f"the {one.way} of what"
    given_by = "it is computed from gives" if len(words) > 1 else "that it is computed from gives"
    if not one.outright:
        given_by = given_by.replace("it is computed from", "is printed for it" if len(words) == 1 else "is printed")
    return f"states {said}; {what} {given_by} {given}: {'; '.join(map(_cut, words))}"


def _times(factor: float) -> str:
    return figures.times(figures.rounded(max(factor, 1 / factor), NEAR))


def _cut(working: str) -> str:
    return working if len(working) <= MOST_QUOTED else f"{working[:MOST_QUOTED].rstrip()}..."


def _reasons(factor: float | None, working: str) -> Iterator[Explanation]:
    for text in slips_of_the_pen(factor, working) if factor is not None else ():
        yield Explanation(code="calculation", certainty=Certainty.MENTIONED, text=text, factor=factor)


def _why(evidence: Evidence, one: Drawn, mistaken: Mistaken | None, factor: float | None) -> Iterator[Explanation]:
    """What would explain that one calculation and what is computed from it are apart."""
    if mistaken is not None:
        row = int(evidence.columns.rows.claim.searchsorted(mistaken.other))
        value, ids = (
            evidence.say(row, Interval(mistaken.value)),
            [evidence.id_of(each) for each in (one.bases[0], mistaken.other)],
        )
        text = (
            f"the calculation has {figures.figure(mistaken.figure)} where {evidence.named(row)} is {value} "
            f"({ids[1]}); with that it gives {figures.figure(mistaken.given)}"
        )
        yield Explanation(code="calculation", certainty=Certainty.MENTIONED, text=text, claims=tuple(ids))
    elif len(one.bases) == 1:
        yield from _reasons(factor, evidence.worked.words[one.bases[0]])


def _put_right(evidence: Evidence, one: Drawn, mistaken: Mistaken | None) -> Iterator[Resolution]:
    """What the calculation should have."""
    if mistaken is not None:
        needed, note = figures.figure(mistaken.value), f"instead of {figures.figure(mistaken.figure)} in it"
        yield Resolution(claim=evidence.id_of(one.bases[0]), needed=needed, note=note)
