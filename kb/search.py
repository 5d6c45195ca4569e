"""Claims found by their words: in what they say, in the names of what they are about, in the titles of their sources.

The index has one row for each claim, entity and source, of which the driver alone can answer; a claim is found when
each word stands in a row of its own, of its subject or of its source.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import did_you_mean
from kb.filters import EVERYTHING, Choice, condition, known_names
from kb.kept import fresh, opened
from kb.model import Claim, Verdict
from kb.storeplace import Damaged, StoreUnavailable
from kb.wording import phrase, words

SORTS = CLAIM, ENTITY, SOURCE = range(3)
FIELDS = ("statement", "value", "note", "name", "title")  # the columns of the index
WEIGHTS = "8.0, 4.0, 1.0, 4.0, 1.0"
SEARCHED = "searched"  # the stamp that there is while the index has everything
MODULE = "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'"
OPEN, CLOSE = "\x02", "\x03"  # around what matched; no name or statement has them

RANKED = f"m{{n}}(id, score) AS (SELECT rowid, bm25(wording, {WEIGHTS}) FROM wording WHERE wording MATCH ?)"
REACHED = (
    "h{n}(claim, score) AS (SELECT claim, min(score) FROM ("
    f"SELECT id / {len(SORTS)} AS claim, score FROM m{{n}} WHERE id % {len(SORTS)} = {CLAIM} UNION ALL "
    f"SELECT c.number, score FROM m{{n}} CROSS JOIN claimrow c ON c.subject = id / {len(SORTS)} "
    f"WHERE id % {len(SORTS)} = {ENTITY} UNION ALL "
    f"SELECT c.number, score FROM m{{n}} CROSS JOIN claimrow c ON c.source = id / {len(SORTS)} "
    f"WHERE id % {len(SORTS)} = {SOURCE}) GROUP BY claim)"
)
FOUND = (
    "SELECT h0.claim, r.body, v.verdict, c.subject, c.source, count(*) OVER () FROM h0 {others} "
    "JOIN latest l ON l.part = 'claim' AND l.number = h0.claim "
    "JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name "
    "JOIN claimrow c ON c.number = h0.claim LEFT JOIN verdictrow v ON v.claim = h0.claim "
    "WHERE {where} ORDER BY {score}, h0.claim LIMIT ?"
)
MARKED = ", ".join(f"highlight(wording, {column}, '{OPEN}', '{CLOSE}')" for column in range(len(FIELDS)))


@dataclass(frozen=True, slots=True)
class Hit:
    """A claim that was found."""

    claim: Claim
    verdict: Verdict | None  # none of a reference, and while none is kept
    fields: tuple[str, ...]  # where the words stand


@dataclass(frozen=True, slots=True)
class Hits:
    """The best of what was found."""

    hits: tuple[Hit, ...]
    count: int  # of all
    judged: bool  # whether verdicts are kept
    hint: str = ""  # a name that is nearly one of the words, if nothing was found


class Unsearchable(StoreUnavailable):
    """A store without an index, because this SQLite has no full text search."""

    def __init__(self, path: Path) -> None:
        line = "SQLite with its FTS5 extension", "use a Python whose sqlite3 has it; kb list filters without it"
        super().__init__(path, f"cannot be searched by SQLite {sqlite3.sqlite_version}", *line)


def row_of(sort: int, number: int) -> int:
    """The row of the index that a claim, entity or source of that number has."""
    return number * len(SORTS) + sort


def search(
    path: Path, texts: list[str], choice: Choice = EVERYTHING, verdict: Verdict | None = None, most: int = 50
) -> Hits:
    """The claims in which all words occur, the best first; raises Unknown, Unsearchable, Damaged."""
    wanted = [phrase(word) for word in words(texts)]
    try:
        with opened(path) as db:
            ready(path, db)
            where, values = condition(db, choice)
            judged = fresh(db)
            if verdict is not None:
                where, values = f"{where} AND v.verdict = ?", [*values, verdict.value]
            rows = db.execute(question(len(wanted), where), [*wanted, *values, most]).fetchall() if wanted else []
            hits = tuple(hit(db, row, wanted, judged=judged) for row in rows)
            hint = "" if hits else hint_of(db, words(texts))
            return Hits(hits, rows[0][-1] if rows else 0, judged, hint)
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise Damaged(path, str(error).splitlines()[0]) from error


def ready(path: Path, db: sqlite3.Connection) -> None:
    """Sees that there is an index of everything; raises Damaged, Unsearchable."""
    with closing(sqlite3.connect(":memory:")) as plain:
        if not plain.execute(MODULE).fetchone()[0]:
            raise Unsearchable(path)
    if not db.execute("SELECT 1 FROM stamp WHERE name = ?", (SEARCHED,)).fetchone():
        raise Damaged(path, "it has no index of words")


def question(count: int, where: str) -> str:
    """What SQL asks for claims in which so many words occur."""
    parts = [part.format(n=n) for n in range(count) for part in (RANKED, REACHED)]
    others = " ".join(f"JOIN h{n} ON h{n}.claim = h0.claim" for n in range(1, count))
    score = " + ".join(f"h{n}.score" for n in range(count))
    return f"WITH {', '.join(parts)} {FOUND.format(others=others, where=where, score=score)}"


def hit(db: sqlite3.Connection, row: Sequence[Any], wanted: Sequence[str], *, judged: bool) -> Hit:
    """What was found, of a row of the answer."""
    number, body, word, subject, source, _ = row
    claim = Claim.model_validate_json(body)
    verdict = Verdict(word) if judged and claim.standing is None else None
    rows = row_of(CLAIM, number), row_of(ENTITY, subject), row_of(SOURCE, source)
    return Hit(claim, verdict, places(db, wanted, rows))


def places(db: sqlite3.Connection, wanted: Sequence[str], rows: Sequence[int]) -> tuple[str, ...]:
    """The fields in which some words stand, in the rows that speak for a claim."""
    found = set()
    marks = ", ".join("?" * len(rows))
    for word in wanted:
        asked = f"SELECT {MARKED} FROM wording WHERE wording MATCH ? AND rowid IN ({marks})"
        for texts in db.execute(asked, (word, *rows)):
            found |= {field for field, text in zip(FIELDS, texts, strict=True) if OPEN in text}
    return tuple(field for field in FIELDS if field in found)


def hint_of(db: sqlite3.Connection, asked: list[str]) -> str:
    """A question whether a name was meant that one of the words nearly is."""
    names = sorted(set(known_names(db)))
    known = {name.casefold() for name in names}
    for word in dict.fromkeys([" ".join(asked), *asked]):
        if word.casefold() not in known and (near := did_you_mean(word, names)):
            return near.removeprefix("; ")
    return ""
