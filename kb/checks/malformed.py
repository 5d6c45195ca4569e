"""Malformed: trouble found while reading, reported at its place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence, Looked
from kb.marks import check


@check
def malformed(evidence: Evidence) -> Iterator[Case | Looked]:
    """Something in a file cannot be read as what it should be."""
    return evidence.reported("malformed")
