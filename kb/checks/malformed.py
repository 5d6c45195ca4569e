"""Malformed: trouble found while reading, reported at its place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence
from kb.marks import check


@check
def malformed(evidence: Evidence) -> Iterator[Case]:
    """Something in a file cannot be read as what it should be."""
    return evidence.reported("malformed")
