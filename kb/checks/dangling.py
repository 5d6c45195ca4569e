"""Dangling: names that nothing bears."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.columns import KINDS
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import ValueKind


@check
def dangling(evidence: Evidence) -> Iterator[Case | Looked]:
    """A claim names something that nobody has defined."""
    yield from evidence.reported("dangling")
    claims = evidence.columns.claims
    links = claims.kind == KINDS.index(ValueKind.LINK)
    yield Looked(int(links.sum()))
    unknown = np.flatnonzero(links & (claims.target < 0))
    evidence.fetch(unknown.tolist())
    reported = {name for trouble in evidence.troubles for name in trouble.claims}
    for number in unknown:
        claim = evidence.claim(int(number))
        if claim.id not in reported:
            yield Case(
                claims=[int(number)],
                message=f"{claim.attribute} of {claim.subject} is {claim.value.text!r}; "
                "expected the name of an entity; name the entity, or add it",
            )
