"""Orphan: things defined for nobody."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence, Looked
from kb.marks import check


@check
def orphan(evidence: Evidence) -> Iterator[Case | Looked]:
    """A source is listed of which no claim is taken and which no source retells, or an entity that nothing mentions."""
    yield from evidence.reported("orphan")
