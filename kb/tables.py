"""The tables of the store: an append-only record, and what is derived from it.

The record is two tables, `change` and `revision`; triggers refuse to update, delete or replace any row of them, but for
the revisions that `erasing` names while they are made tombstones. Every other table can be emptied and filled again
from the record: columns while it grows, verdicts by an examination.
"""

from __future__ import annotations

from sys import maxsize
from typing import Any

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

APPLICATION = 0x436C6D43  # "ClmC", in the header of the file
# Of these tables; 1 lacked those of an examination, 2 attached texts, the index of words, the views and what erases; a
# greater one was made by a newer Claimcheck.
SCHEMA = 3

WITHOUT_ROWID = {"sqlite_with_rowid": False}  # the primary key is the order in which rows are read


# ------------------------------------------------------------------------------------------------ the record


class Change(SQLModel, table=True):
    """One import: all that it added or revised, or nothing."""

    id: int = Field(primary_key=True)
    at: str  # UTC
    what: str
    digest: str  # SHA-256 over the previous one and this change's revisions, in hexadecimal digits


class Revision(SQLModel, table=True):
    """What one record said from one change on; the latest revision is current."""

    __table_args__ = (UniqueConstraint("part", "name", "number"),)

    id: int = Field(primary_key=True)
    change: int = Field(foreign_key="change.id", index=True)
    part: str  # claim, entity, source, kind, key, attribute, unit, acceptance
    name: str
    number: int  # 1, 2, ... of this name
    body: str  # JSON of what it says, or {"retracted": why}, or {"forgotten": ...}, as which nothing is ever written


class Erasing(SQLModel, table=True):
    """The revisions that may be made tombstones: rows only inside the transaction that does it."""

    revision: int = Field(primary_key=True)


# ------------------------------------------------------------------------------------------------ derived


class Stamp(SQLModel, table=True):
    """Which code filled the derived tables; which code examined which history."""

    name: str = Field(primary_key=True)
    text: str


class Word(SQLModel, table=True):
    """Attributes and holders as integers; a word keeps its number for good."""

    number: int = Field(primary_key=True)
    text: str = Field(unique=True)


class Latest(SQLModel, table=True):
    """The latest revision of each record, numbered from 0 in each part by first appearance."""

    __table_args__ = (UniqueConstraint("part", "name"), WITHOUT_ROWID)

    part: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    name: str
    revision: int = Field(foreign_key="revision.id")


class ClaimRow(SQLModel, table=True):
    """The integers of one claim, as :class:`kb.columns.ClaimColumns` has them."""

    number: int = Field(primary_key=True)
    attribute: int = Field(foreign_key="word.number")
    subject: int = Field(index=True)
    source: int = Field(index=True)
    holder: int = Field(foreign_key="word.number")
    than: int
    kind: int
    standing: int
    mode: int
    firmness: int
    begins: int
    ends: int
    target: int
    wanted: str | None = Field(default=None, index=True)  # what a link names that is no entity yet


class ReadingRow(SQLModel, table=True):
    """One reading of a quantity, as :class:`kb.columns.RowColumns` has it."""

    __table_args__ = WITHOUT_ROWID

    claim: int = Field(primary_key=True, foreign_key="claimrow.number")
    position: int = Field(primary_key=True)
    lo: float
    hi: float
    below: float
    above: float
    bits: bytes = Field(
        sa_column=Column(LargeBinary, nullable=False)
    )  # uint32: first, open, silent, a mask for each key


class RestRow(SQLModel, table=True):
    """One thing that a claim rests on."""

    __table_args__ = WITHOUT_ROWID

    claim: int = Field(primary_key=True, foreign_key="claimrow.number")
    position: int = Field(primary_key=True)
    basis: str
    role: str


class SourceRow(SQLModel, table=True):
    """What a source retells."""

    number: int = Field(primary_key=True)
    retells: str | None


class EntityRow(SQLModel, table=True):
    """An entity's kind, and its own keys as uint32 masks."""

    number: int = Field(primary_key=True)
    kind: str
    own: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LinkRow(SQLModel, table=True):
    """A link that an entity has by definition."""

    __table_args__ = WITHOUT_ROWID

    entity: int = Field(primary_key=True, foreign_key="entityrow.number")
    position: int = Field(primary_key=True)
    name: str  # of the attribute, such as run.of
    target: str


# ------------------------------------------------------------------------------------------------ judged
# What one examination of the whole store found: good for the history and the code that two stamps name, stale beside
# any other. Nothing here refers by a key to what it was found of, or no claim could be revised beside stale rows.


class VerdictRow(SQLModel, table=True):
    """What the evidence makes of a claim."""

    claim: int = Field(primary_key=True)
    verdict: str
    reason: str | None  # why it is undetermined or suspended


class ApplicationRow(SQLModel, table=True):
    """One derivation bound to particular values, and what came of it."""

    number: int = Field(primary_key=True)
    derivation: str
    anchor: int  # entity
    source: int | None  # none when it rests on references alone
    outcome: str  # implies, fits, fits with rounding, fails
    ratio: float | None  # stated over due
    stretch: float | None  # as ratio and power, none where it is infinite or nothing was compared
    power: float | None
    output: int | None = Field(default=None, index=True)  # the claim that states what it gives
    implied: int | None  # otherwise the application that implies it, which may be this one
    attribute: str | None  # of what it gives; none for a sum of parts
    subject: int  # entity of which it gives that


class InputRow(SQLModel, table=True):
    """One value that an application takes: a claim's, or one that another application implies."""

    __table_args__ = WITHOUT_ROWID

    application: int = Field(primary_key=True, foreign_key="applicationrow.number")
    position: int = Field(primary_key=True)
    slot: str
    claim: int | None = Field(default=None, index=True)
    implied: int | None = Field(default=None, index=True)  # the application that implies it


class FindingRow(SQLModel, table=True):
    """One finding, in a report's order."""

    id: str = Field(primary_key=True)
    position: int = Field(unique=True)
    code: str
    severity: str
    message: str
    factor: float | None


class FindingClaimRow(SQLModel, table=True):
    """One claim that a finding is about."""

    __table_args__ = WITHOUT_ROWID

    finding: str = Field(primary_key=True, foreign_key="findingrow.id")
    position: int = Field(primary_key=True)
    claim: int


# ------------------------------------------------------------------------------------------------ private
# The user's own copies of texts: no part of the history, of its digest, or of anything that is handed on.


class AttachedText(SQLModel, table=True):
    """The text of a source, as :mod:`kb.texts` counts its characters."""

    source: str = Field(primary_key=True)  # its id
    body: str


CURRENT = (  # what a record says now; nothing, where the two tables do not agree
    "latest l LEFT JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name"
)
RETRACTED, FORGOTTEN = HEADS = '{"retracted":', '{"forgotten":'  # how the body begins of what says nothing any more
TOMB = "forgotten:"  # how the random name begins that is left of what was erased
HEAD = f"substr(body, 1, {len(RETRACTED)})"
GONE = f"{HEAD} IN ('{RETRACTED}', '{FORGOTTEN}')"


def living(change: int = maxsize) -> str:
    """The query for what was current after a change: part, name, its first revision since it was gone, its latest."""
    gone = f"SELECT part, name, max(id) AS last FROM revision WHERE {GONE} AND change <= {change} GROUP BY part, name"
    return (
        "SELECT r.part AS part, r.name AS name, min(r.id) AS since, max(r.id) AS revision FROM revision r "
        f"LEFT JOIN ({gone}) g ON g.part = r.part AND g.name = r.name "
        f"WHERE r.id > coalesce(g.last, 0) AND r.change <= {change} GROUP BY r.part, r.name"
    )


DERIVED: tuple[Any, ...] = (
    LinkRow,
    EntityRow,
    SourceRow,
    RestRow,
    ReadingRow,
    ClaimRow,
    Latest,
)  # in order of emptying
JUDGED: tuple[Any, ...] = (VerdictRow, InputRow, ApplicationRow, FindingClaimRow, FindingRow)  # in order of emptying

REFUSED = "the record is append-only"
RAISE = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
# REPLACE deletes silently unless the connection sets recursive_triggers: so a taken id is refused before it gets there.
TRIGGERS = {
    **{f"{table}_keeps_delete": f"BEFORE DELETE ON {table} {RAISE}" for table in ("change", "revision")},
    "change_keeps_update": "BEFORE UPDATE ON change WHEN NOT EXISTS (SELECT 1 FROM erasing) "
    f"OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.digest <> OLD.digest {RAISE}",
    "revision_keeps_update": "BEFORE UPDATE ON revision WHEN NOT EXISTS "
    "(SELECT 1 FROM erasing WHERE revision = OLD.id) OR NEW.id <> OLD.id OR NEW.change <> OLD.change "
    "OR NEW.part <> OLD.part OR NEW.number <> OLD.number "
    f"OR {HEAD.replace('body', 'NEW.body')} <> '{FORGOTTEN}' {RAISE}",
    "change_keeps_replace": f"BEFORE INSERT ON change WHEN NEW.id <= (SELECT max(id) FROM change) {RAISE}",
    "revision_keeps_replace": "BEFORE INSERT ON revision "
    "WHEN NEW.id <= (SELECT max(id) FROM revision) OR NEW.number <> 1 + coalesce("
    f"(SELECT max(number) FROM revision WHERE part = NEW.part AND name = NEW.name), 0) {RAISE}",
}
