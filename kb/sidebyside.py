"""Two tellings side by side, the values of one thing over time, and what independent sources agree on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from kb import figures
from kb.checks.cross_source import across, independent
from kb.columns import KINDS, Ints, things
from kb.evidence import Evidence
from kb.model import Claim, ValueKind
from kb.pipeline import Examination
from kb.tellings import SAME, Beside, Relation, beside, matched, root, told
from kb.texts import printed

Record = dict[str, str]
COMPARED = ("attribute", "subject", "relation", "one", "at_one", "other", "at_other", "by")
TIMES = ("published", "attribute", "subject", "value", "holder", "source", "claim", "then")
ONLY = "only there"  # said by one of two sources alone
UNDATED = "undated"


# ------------------------------------------------------------------------------------------------ two sources


def compared(examination: Examination, one: int, other: int) -> list[Record]:
    """Each claim of two sources beside the one of the other about the same, if there is one; conflicts first."""
    evidence = examination.evidence
    mine, theirs = (told(evidence, [source]).tolist() for source in (one, other))
    pairs = list(matched(evidence, mine, theirs))
    met = {pair.other for pair in pairs}
    records = [
        _record(evidence, claim, before, how) for claim, before, how in pairs if before is not None and how is not None
    ]
    records.sort(key=lambda record: list(Relation).index(Relation(record["relation"])), reverse=True)
    records += [_record(evidence, pair.claim, None, None) for pair in pairs if pair.other is None]
    return records + [_record(evidence, None, each, None) for each in theirs if each not in met]


def _record(evidence: Evidence, one: int | None, other: int | None, how: Beside | None) -> Record:
    first, second = (None if number is None else evidence.claim(number) for number in (one, other))
    about = first or second
    assert about is not None
    return {
        "attribute": about.attribute,
        "subject": about.subject,
        "relation": how.relation.value if how is not None else ONLY,
        "one": _value(first),
        "at_one": first.source.at if first else "",
        "other": _value(second),
        "at_other": second.source.at if second else "",
        "by": _by(how) if how is not None else "",
    }


def _value(claim: Claim | None) -> str:
    if claim is None:
        return ""
    scope = ", ".join(f"{key}={value}" for key, value in claim.scope.items())
    said = f"{printed(claim.value)} of {claim.than}" if claim.than else printed(claim.value)
    if claim.value.effect is not None:
        effect = claim.value.effect
        said = f"{effect.direction.value} {effect.on}{f' of {effect.of}' if effect.of else ''}"
    return f"{said} {{{scope}}}" if scope else said


def _by(how: Beside) -> str:
    apart = max(how.ratio, 1 / how.ratio) if how.ratio > 0 else math.nan
    factor = "" if math.isnan(apart) else f"a factor of {figures.times(apart)}"
    return "; ".join(each for each in (factor, how.by) if each)


# ------------------------------------------------------------------------------------------------ one thing over time


def timeline(examination: Examination, entity: int, attribute: str = "") -> list[Record]:
    """Quantities and dates of a thing and of its runs, by attribute, from the source that came out first on."""
    evidence = examination.evidence
    claims = evidence.columns.claims
    kinds = [KINDS.index(kind) for kind in (ValueKind.QUANTITY, ValueKind.DATE, ValueKind.UNDISCLOSED)]
    mine = (things(evidence.columns)[claims.subject] == entity) & (claims.standing < 0) & np.isin(claims.kind, kinds)
    numbers: Ints = np.flatnonzero(mine)
    evidence.fetch(numbers.tolist())
    groups: dict[str, list[int]] = {}
    for number in numbers.tolist():
        claim = evidence.claim(number)
        if not attribute or claim.attribute == attribute or claim.attribute.startswith(f"{attribute}."):
            groups.setdefault(claim.attribute, []).append(number)
    return [record for name in sorted(groups) for record in _over_time(evidence, groups[name])]


def _over_time(evidence: Evidence, numbers: Sequence[int]) -> Iterator[Record]:
    order = sorted(numbers, key=lambda number: (_published(evidence, number) or "9999", number))
    for place, number in enumerate(order):
        claim = evidence.claim(number)
        yield {
            "published": _published(evidence, number) or UNDATED,
            "attribute": claim.attribute,
            "subject": claim.subject,
            "value": _value(claim),
            "holder": claim.holders[-1],
            "source": claim.source.cite,
            "claim": claim.id,
            "then": _then(evidence, number, order[:place]),
        }


def _published(evidence: Evidence, number: int) -> str:
    source = evidence.sources.get(evidence.claim(number).source.cite)
    return (source.published or "") if source is not None else ""


def _then(evidence: Evidence, number: int, before: Sequence[int]) -> str:
    """How a value stands to the nearest of those before it about the same."""
    found = [(beside(evidence, each, number), each) for each in reversed(before)]
    same = [(how, each) for how, each in found if how.relation in SAME and not how.by]
    told_of = same or [(how, each) for how, each in found if how.relation in {Relation.CONFLICT, Relation.SUPERSEDED}]
    if not told_of:
        return "" if not found else "of another scope"
    how, each = told_of[0]
    where = evidence.claim(each).source
    if how.relation not in SAME:
        return f"{how.relation.value} with {where.cite} {where.at}, {_by(how._replace(by=''))}"
    sources = evidence.columns.claims.source
    alike = root(evidence, int(sources[each])) == root(evidence, int(sources[number]))
    again = ", of one origin" if alike and where.cite != evidence.claim(number).source.cite else ""
    rounded = ", rounded" if how.relation is Relation.ROUNDING else ""
    return f"the same as {where.cite} {where.at}{rounded}{again}"


# ------------------------------------------------------------------------------------------------ who agrees


def agreements(examination: Examination) -> list[tuple[list[int], int]]:
    """Quantities on which claims of several origins agree: the claims, and how many origins; most origins first."""
    evidence = examination.evidence
    groups = independent(evidence)
    evidence.fetch(claim for group in groups for claim in group)
    sources = evidence.columns.claims.source
    found: list[tuple[list[int], int]] = []
    for group in groups:
        agree: set[int] = set()
        for one, other in across(evidence, group):
            if (how := beside(evidence, one, other)).relation in SAME and not how.by:
                agree |= {one, other}
        if agree:
            origins = {root(evidence, int(sources[claim])) for claim in agree}
            found.append((sorted(agree), len(origins)))
    return sorted(found, key=lambda each: (-each[1], each[0]))


def agreement_lines(examination: Examination, only: np.ndarray | None) -> Iterator[str]:
    """One line for each quantity that independent sources agree on; limited to some claims."""
    evidence = examination.evidence
    for claims, origins in agreements(examination):
        if only is not None and not any(only[claim] for claim in claims):
            continue
        said = "; ".join(evidence.quoted(claim) for claim in claims)
        yield f"{evidence.about(claims[0])}: {origins} independent origins agree: {said}"
