"""Duplicate: trouble found while reading, reported at its place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence
from kb.marks import check


@check
def duplicate(evidence: Evidence) -> Iterator[Case]:
    """The same thing is claimed twice at the same place, or two things share an id."""
    return evidence.reported("duplicate")
