"""Claims found by their words: in what they say and who says it, in names, attributes, titles and attached texts.

The index has one row for each claim, entity and source, of which the driver alone can answer; a claim is found when
each word stands in a row of its own, of its subject or of its source, or in what :mod:`kb.searchaids` has beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import did_you_mean, nearest
from kb.filters import EVERYTHING, Choice, Condition, condition, known_names
from kb.kept import fresh, opened
from kb.model import Claim, Verdict
from kb.searchaids import or_held, prepare
from kb.storeplace import Damaged, StoreUnavailable
from kb.wording import phrase, words

SORTS = CLAIM, ENTITY, SOURCE = range(3)
FIELDS = ("statement", "value", "note", "holder", "name", "title")  # the columns of the index
ASIDE = ("attribute", "original")  # what is asked besides
WEIGHTS = "8.0, 4.0, 1.0, 2.0, 4.0, 1.0"
SEARCHED = "searched"  # the stamp that there is while the index has everything
MODULE = "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'"
OPEN, CLOSE = "\x02", "\x03"  # around what matched; no name or statement has them
# Where a word stands: with the claim, in what it is an answer to, in no more than the title of its source.
SAID, ASKED, TITLED = range(3)

RANKED = f"m{{n}}(id, score) AS (SELECT rowid, bm25(wording, {WEIGHTS}) FROM wording WHERE wording MATCH ?)"
BESIDE = "{name}{n}(id, score) AS (SELECT rowid, bm25({name}) FROM {name} WHERE {name} MATCH ?)"
REACHED = (
    "h{n}(claim, score, place) AS (SELECT claim, min(score), min(place) FROM ("
    f"SELECT id / {len(SORTS)} AS claim, score, {SAID} AS place FROM m{{n}} WHERE id % {len(SORTS)} = {CLAIM} "
    "UNION ALL "
    f"SELECT c.number, score, {SAID} FROM m{{n}} CROSS JOIN claimrow c ON c.subject = id / {len(SORTS)} "
    f"WHERE id % {len(SORTS)} = {ENTITY} UNION ALL "
    f"SELECT id, score, {SAID} FROM original{{n}} UNION ALL "
    f"SELECT c.number, score, {ASKED} FROM claimrow c JOIN attribute{{n}} ON id = c.attribute UNION ALL "
    f"SELECT c.number, score, {TITLED} FROM m{{n}} CROSS JOIN claimrow c ON c.source = id / {len(SORTS)} "
    f"WHERE id % {len(SORTS)} = {SOURCE}) GROUP BY claim)"
)
WANTED = (  # those whose sources' titles alone have the words are wanted only where there is nothing else
    "f(claim, place, score) AS (SELECT h0.claim, {place}, {score} FROM h0 {others} "
    "JOIN latest l ON l.part = 'claim' AND l.number = h0.claim "
    "JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name "
    "LEFT JOIN verdictrow v ON v.claim = h0.claim WHERE {where})"
)
FOUND = (
    "SELECT f.claim, r.body, v.verdict, c.subject, c.source, c.attribute, count(*) OVER () FROM f "
    "JOIN latest l ON l.part = 'claim' AND l.number = f.claim "
    "JOIN revision r ON r.id = l.revision AND r.part = l.part AND r.name = l.name "
    "JOIN claimrow c ON c.number = f.claim LEFT JOIN verdictrow v ON v.claim = f.claim "
    f"WHERE f.place < {TITLED} OR (SELECT min(place) FROM f) = {TITLED} ORDER BY f.place, f.score, f.claim LIMIT ?"
)
MARKED = ", ".join(f"highlight(wording, {column}, '{OPEN}', '{CLOSE}')" for column in range(len(FIELDS)))


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is asked for."""

    phrase: str
    indexed: str  # of the index: the phrase, or a holder whom it names


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
    hint: str = ""  # why nothing was found, if nothing was


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
    asked = words(texts)
    try:
        with opened(path) as db:
            ready(path, db)
            where, values = condition(db, choice)
            judged = fresh(db)
            if verdict is not None:
                where, values = f"{where} AND v.verdict = ?", [*values, verdict.value]
            prepare(db)
            wanted = [Word(phrase(word), or_held(db, word)) for word in asked]
            rows = ask(db, wanted, (where, values), most) if wanted else []
            hits = tuple(hit(db, row, wanted, judged=judged) for row in rows)
            hint = "" if hits else hint_of(db, asked, alone=not choice and verdict is None)
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


def ask(db: sqlite3.Connection, wanted: Sequence[Word], where: Condition, most: int) -> list[Sequence[Any]]:
    """The rows of the best claims in which some words occur."""
    values = [value for word in wanted for value in (word.indexed, word.phrase, word.phrase)]
    return db.execute(question(len(wanted), where[0]), [*values, *where[1], most]).fetchall()


def question(count: int, where: str) -> str:
    """What SQL asks for claims in which so many words occur."""
    parts = [
        part
        for n in range(count)
        for part in (RANKED.format(n=n), *(BESIDE.format(n=n, name=name) for name in ASIDE), REACHED.format(n=n))
    ]
    others = " ".join(f"JOIN h{n} ON h{n}.claim = h0.claim" for n in range(1, count))
    score = " + ".join(f"h{n}.score" for n in range(count))
    places = ", ".join([f"h{n}.place" for n in range(count)] + [str(TITLED)])  # min() of one value would be another
    wanted = WANTED.format(others=others, where=where, score=score, place=f"min({places})")
    return f"WITH {', '.join([*parts, wanted])} {FOUND}"


def hit(db: sqlite3.Connection, row: Sequence[Any], wanted: Sequence[Word], *, judged: bool) -> Hit:
    """What was found, of a row of the answer."""
    number, body, word, subject, source, attribute, _ = row
    claim = Claim.model_validate_json(body)
    verdict = Verdict(word) if judged and claim.standing is None else None
    rows = row_of(CLAIM, number), row_of(ENTITY, subject), row_of(SOURCE, source)
    return Hit(claim, verdict, (*places(db, wanted, rows), *asides(db, wanted, (attribute, number))))


def places(db: sqlite3.Connection, wanted: Sequence[Word], rows: Sequence[int]) -> tuple[str, ...]:
    """The fields in which some words stand, in the rows that speak for a claim."""
    found = set()
    marks = ", ".join("?" * len(rows))
    for word in wanted:
        asked = f"SELECT {MARKED} FROM wording WHERE wording MATCH ? AND rowid IN ({marks})"
        for texts in db.execute(asked, (word.indexed, *rows)):
            found |= {field for field, text in zip(FIELDS, texts, strict=True) if OPEN in text}
    return tuple(field for field in FIELDS if field in found)


def asides(db: sqlite3.Connection, wanted: Sequence[Word], rows: Sequence[int]) -> tuple[str, ...]:
    """What is asked besides the index and has some words, in the rows that speak for a claim."""
    return tuple(
        name
        for name, row in zip(ASIDE, rows, strict=True)
        for asked in [f"SELECT 1 FROM {name} WHERE {name} MATCH ? AND rowid = ?"]
        if any(db.execute(asked, (word.phrase, row)).fetchone() for word in wanted)
    )


def hint_of(db: sqlite3.Connection, asked: list[str], *, alone: bool) -> str:
    """Which words nothing has, and a name that may have been meant; or, where each is there, in how many claims.

    alone: whether no filter may be why nothing is found
    """
    counts = {word: count_of(db, word) for word in dict.fromkeys(asked)}
    missing = [word for word, count in counts.items() if not count]
    if missing:
        near = near_name(db, asked, missing)
        return f"nothing has {' or '.join(map(repr, missing))}{near}"
    parts = ", ".join(f"{word!r} is in {count:,}" for word, count in counts.items())
    return f"no claim has all of the words; {parts}" if alone and parts else ""


def count_of(db: sqlite3.Connection, word: str) -> int:
    """In how many claims a word occurs."""
    rows = ask(db, [Word(phrase(word), or_held(db, word))], ("1", []), 1)
    return int(rows[0][-1]) if rows else 0


def near_name(db: sqlite3.Connection, asked: list[str], missing: list[str]) -> str:
    """A question whether a name was meant: by all words, if it has as many, or by one that nothing has."""
    names = sorted(set(known_names(db)))
    whole = nearest(" ".join(asked), names)
    if whole and len(whole.split()) == len(asked):
        return f"; did you mean {whole!r}?"
    return next((near for word in missing if (near := did_you_mean(word, names))), "")
