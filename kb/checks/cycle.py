"""Cycle: trouble found while reading, reported at its place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.evidence import Case, Evidence, Looked
from kb.marks import check


@check
def cycle(evidence: Evidence) -> Iterator[Case | Looked]:
    """Claims rest on each other in a circle."""
    return evidence.reported("cycle")
