"""The texts that a user has attached to sources, in a table of their own, and the claims that can be held to them.

What is attached is the user's: it is no revision, no part of the history's digest, and no export has it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from kb.derived import noun_of
from kb.model import Claim
from kb.storehistory import answers, insert
from kb.storeplace import Unsound
from kb.tables import CURRENT


def attach(db: Connection, source: str, text: str | None) -> bool:
    """Puts a text in the place of what was attached to a source, or nothing; gives whether something was."""
    gone = db.exec_driver_sql("DELETE FROM attachedtext WHERE source = ?", (source,)).rowcount
    if text is not None:
        insert(db, "attachedtext", [(source, text)])
    return bool(gone)


def text(db: Connection, source: str) -> str | None:
    """The text of a source; raises Unsound for what is none."""
    found = db.exec_driver_sql("SELECT body FROM attachedtext WHERE source = ?", (source,)).scalar()
    if found is not None and not isinstance(found, str):
        raise Unsound(f"what is attached to {source!r} is no text")
    return found


def attached(db: Connection) -> frozenset[str]:
    """The sources that have a text."""
    return frozenset(str(source) for (source,) in answers(db, "SELECT source FROM attachedtext"))


def claims_of(db: Connection, source: str) -> list[Claim]:
    """The claims of a source, in their order."""
    found = answers(
        db,
        f"SELECT l.name, r.body FROM {CURRENT} JOIN claimrow c ON c.number = l.number WHERE l.part = 'claim' "
        "AND c.source = (SELECT number FROM latest WHERE part = 'source' AND name = ?) ORDER BY l.number",
        (source,),
    )
    return [noun_of("claim", name, body) for name, body in found]


def claims_by_source(db: Connection) -> dict[str, int]:
    """How many claims each source has that has any."""
    found = answers(
        db,
        "SELECT l.name, count(*) FROM claimrow c JOIN latest l ON l.part = 'source' AND l.number = c.source "
        "GROUP BY l.name ORDER BY l.number",
    )
    return {str(name): int(count) for name, count in found}
