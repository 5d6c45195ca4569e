"""Unit: trouble found while reading, reported at its place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence, Looked
from kb.marks import check


@check
def unit(evidence: Evidence) -> Iterator[Case | Looked]:
    """A unit is unknown, or of another dimension than the attribute's."""
    return evidence.reported("unit")
