"""Unit: trouble found while reading, reported at its place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence
from kb.marks import check


@check
def unit(evidence: Evidence) -> Iterator[Case]:
    """A unit is unknown, or of another dimension than the attribute's."""
    return evidence.reported("unit")
