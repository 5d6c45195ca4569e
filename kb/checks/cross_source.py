"""Cross-source: what independent sources say of one thing, where it only seems to differ, or was said anew."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from kb.assumptions import listed
from kb.columns import KINDS, Ints, things
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Mode, ValueKind
from kb.tellings import MAYBE, Beside, Relation, beside, root
from kb.vocabulary import Single

MOST_PAIRS = 60  # of one attribute of one thing
MOST_NAMED = 6
PARTED = frozenset({Relation.SCOPE, Relation.DEFINITION, Relation.SUPERSEDED})


@check
def cross_source(evidence: Evidence) -> Iterator[Case | Looked]:
    """Independent sources give different values, and only speak of different things, or at different times."""
    groups = independent(evidence)
    yield Looked(len(groups))
    evidence.fetch(claim for group in groups for claim in group)
    for group in groups:
        pairs = [(pair, beside(evidence, *pair)) for pair in across(evidence, group)]
        apart = any(how.relation is Relation.CONFLICT for _, how in pairs)  # told elsewhere, which is enough
        found = [
            (pair, how)
            for pair, how in pairs
            if how.relation in PARTED and math.isfinite(how.ratio) and not (apart and how.by.startswith(MAYBE))
        ]
        if found:
            yield _case(evidence, found)


def independent(evidence: Evidence) -> list[list[int]]:
    """Quantities of one attribute of one thing, or of its runs, that more than one origin gives."""
    claims = evidence.columns.claims
    many = [number for number, attribute in enumerate(evidence.attributes) if attribute.single is Single.MANY]
    wanted = (claims.standing < 0) & (claims.kind == KINDS.index(ValueKind.QUANTITY)) & (claims.than < 0)
    numbers: Ints = np.flatnonzero(wanted & ~np.isin(claims.attribute, many))
    about = things(evidence.columns)[claims.subject[numbers]]
    place = claims.attribute[numbers].astype(np.int64) * len(evidence.columns.entity_ids) + about
    roots = np.array([root(evidence, source) for source in range(len(evidence.columns.source_ids))], np.int64)
    origin = roots[claims.source[numbers]]
    order = np.lexsort((numbers, place))
    pairs = np.unique(np.column_stack([place, origin]), axis=0)
    places, count = np.unique(pairs[:, 0], return_counts=True)
    mine = order[np.isin(place[order], places[count > 1])]
    cuts = np.flatnonzero(np.diff(place[mine])) + 1
    return [numbers[each].tolist() for each in np.split(mine, cuts) if len(each)]


def across(evidence: Evidence, group: list[int]) -> Iterator[tuple[int, int]]:
    """Pairs of outright claims from different origins."""
    sources = evidence.columns.claims.source
    outright = [claim for claim in group if evidence.claim(claim).mode is not Mode.PREMISE]
    pairs = (
        pair for pair in combinations(outright, 2) if len({root(evidence, int(sources[each])) for each in pair}) > 1
    )
    for number, pair in enumerate(pairs):
        if number >= MOST_PAIRS:
            return
        yield pair


def _case(evidence: Evidence, found: list[tuple[tuple[int, int], Beside]]) -> Case:
    """One finding for all pairs that are only apparently in conflict."""
    told = [_pair(evidence, pair, how) for pair, how in found]
    first = evidence.claim(found[0][0][0])
    return Case(
        claims=list(dict.fromkeys(claim for pair, _ in found for claim in pair)),
        message=f"no conflict about {first.attribute}: {listed(told, MOST_NAMED)}",
    )


def _pair(evidence: Evidence, pair: tuple[int, int], how: Beside) -> str:
    one, other = (evidence.quoted(each) for each in pair)
    return f"{one} and {other}: {how.relation.value}, {how.by}"
