"""Origin: what agrees because it comes from one work is one witness, however many repeat it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.assumptions import listed
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.tellings import Relation, matched, root, told

MOST_NAMED = 6
SAME = frozenset({Relation.AGREEMENT, Relation.ROUNDING})


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
    found: dict[tuple[int, int], list[int]] = {}
    claims = evidence.columns.claims
    for number, source in enumerate(sources):
        others = told(evidence, sources[:number]).tolist()
        for claim, other, how in matched(evidence, told(evidence, [source]).tolist(), others):
            if other is not None and how is not None and how.relation in SAME and not how.by:
                place = int(claims.attribute[claim]), int(claims.subject[claim])
                mine = found.setdefault(place, [])
                mine += [each for each in (claim, other) if each not in mine]
    if not found:
        return
    names = evidence.columns.source_ids
    agree = listed([evidence.about(mine[0]) for mine in found.values()], MOST_NAMED)
    many = f"{len(found)} statements" if len(found) > 1 else "one statement"
    yield Case(
        claims=[claim for mine in found.values() for claim in mine],
        message=f"{listed([names[each] for each in sources])} agree on {many}, and all go back to {names[first]}: "
        f"one witness, not {len(sources)}: {agree}",
    )
