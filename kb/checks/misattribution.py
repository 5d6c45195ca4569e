"""Misattribution: somebody is said to say what that person's own work does not say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.assumptions import listed, places
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Severity, Source
from kb.tellings import chain, told

MOST_NAMED = 8


@check
def misattribution(evidence: Evidence) -> Iterator[Case | Looked]:
    """A claim is credited to somebody whose own work, which it retells, does not say it."""
    looked = 0
    for source in np.flatnonzero(evidence.columns.retells >= 0).tolist():
        mine = told(evidence, [source]).tolist()
        evidence.fetch(mine)
        for before in chain(evidence, source):
            work = evidence.sources.get(evidence.columns.source_ids[before])
            if work is None or not work.unsaid:
                continue
            makers = {entity for name in work.by for entity in (*evidence.find(name), name)}
            credited = [claim for claim in mine if evidence.claim(claim).holders[-1] in makers]
            looked += len(credited)
            wrong = [claim for claim in credited if _unsaid(evidence, claim, work, before)]
            if wrong:
                yield _case(evidence, wrong, work)
    yield Looked(looked)


def _unsaid(evidence: Evidence, claim: int, work: Source, before: int) -> bool:
    """Whether a work is known to say nothing about an attribute, or its family, and no claim of it says it does."""
    attribute = evidence.claim(claim).attribute
    if not any(attribute == each or attribute.startswith(f"{each}.") for each in work.unsaid):
        return False
    theirs = told(evidence, [before])
    claims = evidence.columns.claims
    return not bool(
        (
            (claims.attribute[theirs] == claims.attribute[claim]) & (claims.subject[theirs] == claims.subject[claim])
        ).any()
    )


def _case(evidence: Evidence, wrong: list[int], work: Source) -> Case:
    """One finding for all that one source credits wrongly to one work."""
    claims = [evidence.claim(claim) for claim in wrong]
    holder = claims[0].holders[-1]
    about = listed(dict.fromkeys(f"{claim.attribute} of {claim.subject}" for claim in claims), MOST_NAMED)
    many = f"{len(wrong)} statements are" if len(wrong) > 1 else "a statement is"
    return Case(
        claims=wrong,
        severity=Severity.WARNING,
        message=f"{many} credited to {holder}, whose own work ({work.id}) says nothing about that: {about}; "
        f"{places(claims, MOST_NAMED)}",
    )
