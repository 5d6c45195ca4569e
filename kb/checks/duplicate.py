"""Duplicate: trouble found while reading, reported at its place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence, Looked
from kb.marks import check


@check
def duplicate(evidence: Evidence) -> Iterator[Case | Looked]:
    """The same thing is claimed twice at the same place, or two things share an id."""
    return evidence.reported("duplicate")
