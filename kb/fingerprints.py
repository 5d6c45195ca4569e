"""Which code this is: digests of its files, so that what other code has derived is not taken for its own; its corpora.

No library is imported here: a command that only reads what is kept asks this first.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import derivations

MACHINE = Path(__file__).parent
ROOM = Path(__file__).resolve().parents[1] / "claims"


def deriving() -> str:
    """A digest of the code that derives columns from the record."""
    return _digest(MACHINE.glob("*.py"))


def judging() -> str:
    """A digest of all code that has a say in a verdict: the machine with its checks, and every derivation."""
    formulas = (file for room in derivations.__path__ for file in Path(room).rglob("*.py"))
    return _digest([*MACHINE.rglob("*.py"), *formulas])


def shipped() -> list[Path]:
    """Every corpus that comes with Claimcheck."""
    return sorted(ROOM.rglob("*.yaml"))


def _digest(files: Iterable[Path]) -> str:
    """A digest of what some files hold, in the order of their paths."""
    return sha256(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()
