"""Origin: what agrees because it comes from one work is one witness, however many repeat it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from kb.assumptions import listed
from kb.checks._words import grouped
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.tellings import SAME, Beside, beside, root, told

MOST_NAMED = 6
MOST_COMPARED = 24  # claims of one attribute of one thing


@check
def origin(evidence: Evidence) -> Iterator[Case | Looked]:
    """Sources that agree go back to one work: one witness, not several."""
    lines: dict[int, list[int]] = {}
    for source in np.unique(evidence.columns.claims.source[evidence.columns.claims.standing < 0]).tolist():
        lines.setdefault(root(evidence, source), []).append(source)
    several = {first: sources for first, sources in lines.items() if len(sources) > 1}
    yield Looked(sum(map(len, lines.values())))
    for first, sources in several.items():
        yield from _agreeing(evidence, first, sources)


def _agreeing(evidence: Evidence, first: int, sources: list[int]) -> Iterator[Case]:
    """One finding for each origin: what its retellings agree on."""
    claims = evidence.columns.claims
    numbers = told(evidence, sources).tolist()
    evidence.fetch(numbers)
    places = grouped(((int(claims.attribute[claim]), int(claims.subject[claim])), claim) for claim in numbers)
    found: list[list[int]] = []
    for mine in places.values():
        both = combinations(mine[:MOST_COMPARED], 2)
        pairs = (pair for pair in both if claims.source[pair[0]] != claims.source[pair[1]])
        alike = {claim for pair in pairs if _same(beside(evidence, *pair)) for claim in pair}
        if alike:  # retellings first
            found.append(sorted(alike, key=lambda claim: (int(claims.source[claim]) == first, claim)))
    if not found:
        return
    names = evidence.columns.source_ids
    agree = listed([evidence.about(mine[0]) for mine in found], MOST_NAMED)
    many = f"{len(found)} statements" if len(found) > 1 else "one statement"
    yield Case(
        claims=[claim for mine in found for claim in mine],
        message=f"{listed([names[each] for each in sources])} agree on {many}, and all go back to {names[first]}: "
        f"one witness, not {len(sources)}: {agree}",
    )


def _same(how: Beside) -> bool:
    return how.relation in SAME and not how.by
