"""How the history of a store grows: what is new becomes revisions and derived rows, all within one transaction."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from kb import storewords
from kb.derived import (
    PARTS,
    VOCABULARY,
    Entry,
    Numbers,
    Unfit,
    chained,
    claim_rows,
    entity_rows,
    entry,
    knowledge_of,
    link_rows,
    noun_of,
)
from kb.errors import KbError
from kb.fingerprints import deriving
from kb.knowledge import Corpus, Knowledge, Trouble
from kb.model import Severity
from kb.storeplace import Unsound
from kb.tables import CURRENT, DERIVED, JUDGED, Stamp, living
from kb.vocabulary import VocabularyError
from kb.watching import Watch, unwatched

T = TypeVar("T")
Nouns: TypeAlias = dict[str, list[tuple[int, Any]]]  # of each part, with their numbers

BEGINNING = "0" * 64  # the digest of a history without changes
SHIPPED = "shipped corpora"  # the stamp of those that were last looked at; nothing in the record tells
CHUNK = 900  # values in one statement: older SQLite takes 999
SHOWN = 3  # troubles in one message


@dataclass(frozen=True)
class Receipt:
    """What an import came to: the change it made, if it made any, and how many records of each part."""

    change: int | None
    added: Mapping[str, int] = field(default_factory=dict)
    revised: Mapping[str, int] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of what was revised


class Refused(KbError):
    """Something that was not stored, with the troubles that kept it out.

    remedy: what whoever gave it has to do; the store itself does not know by which command it came.
    """

    def __init__(self, troubles: Sequence[Trouble], remedy: str = "mend this and do the same again") -> None:
        first = " | ".join(f"{trouble.place}: {trouble.message}".removeprefix(": ") for trouble in troubles[:SHOWN])
        count = f"{len(troubles)} error{'s' if len(troubles) > 1 else ''} in what was to be stored"
        super().__init__(f"{count} ({first}); expected none; nothing was stored: {remedy}")
        self.troubles = tuple(troubles)


class Moved(KbError):
    """An edit that was not stored, because the history grew after it had been looked at."""

    def __init__(self, change: int, what: str) -> None:
        super().__init__(
            f"the history has changed since this was looked at (change {change}: {what}); expected the same history; "
            "nothing was stored: do the same again, and look at it again"
        )


class Known(NamedTuple):
    """Where the store has a record."""

    position: int  # in its part
    number: int  # of its latest revision
    body: str


def grow(
    db: Connection, entries: Sequence[Entry], what: str, places: Mapping[str, str], watch: Watch = unwatched
) -> Receipt:
    """Stores what is new; raises Refused, with the places of claims, when it does not fit what is there."""
    known = known_entries(db, entries)
    fresh = [e for e in entries if (e.part, e.name) not in known or known[e.part, e.name].body != e.body]
    count = Counter(e.part for e in entries)
    revised = Counter(e.part for e in fresh if (e.part, e.name) in known)
    added = Counter(e.part for e in fresh) - revised
    change = record(db, fresh, known, what) if fresh else None
    if fresh:
        try:
            derive(db, fresh, known, watch)
        except (Unfit, VocabularyError) as error:
            claims = (error.claim,) if isinstance(error, Unfit) else ()
            place = places.get(claims[0], "") if claims else ""
            raise Refused([Trouble("malformed", Severity.ERROR, place, str(error), claims)]) from error
    names = {part: [e.name for e in fresh if e.part == part and (part, e.name) in known] for part in revised}
    return Receipt(change, dict(added), dict(revised), dict(count - added - revised), names)


def entries_of(corpus: Corpus) -> Iterator[Entry]:
    """Everything that the files of a corpus hold."""
    known, new = corpus.knowledge, corpus.new
    vocabulary = known.vocabulary
    wanted = set(new.units)
    yield from (e for e in (entry("unit", line) for line in known.unit_lines) if e.name in wanted)
    yield from (entry("kind", vocabulary.kinds[id_]) for id_ in new.kinds)
    yield from (entry("key", vocabulary.keys[id_]) for id_ in new.keys)
    yield from (entry("attribute", vocabulary.attributes[id_]) for id_ in new.attributes)
    yield from (entry("source", known.sources[id_]) for id_ in new.sources)
    yield from (entry("entity", known.entities[id_]) for id_ in new.entities)
    yield from (entry("claim", known.claims[id_]) for id_ in new.claims)
    yield from (entry("acceptance", known.acceptances[id_]) for id_ in new.acceptances)


# ------------------------------------------------------------------------------------------------ the record


def known_entries(db: Connection, entries: Iterable[Entry]) -> dict[tuple[str, str], Known]:
    """What the store says now of the records that are to be stored."""
    known = {}
    for part in PARTS:
        for names in chunks([e.name for e in entries if e.part == part]):
            found = answers(
                db,
                "SELECT l.name, l.number, r.number, r.body FROM latest l JOIN revision r ON r.id = l.revision "
                f"WHERE l.part = ? AND l.name IN ({marks(names)})",
                (part, *names),
            )
            known.update({(part, name): Known(*others) for name, *others in found})
    return known


def record(db: Connection, fresh: Sequence[Entry], known: Mapping[tuple[str, str], Known], what: str) -> int:
    """Appends a change with its revisions; gives its id."""
    added = [(i, e) for i, e in enumerate(fresh) if (e.part, e.name) not in known]
    numbers = {name: each.number for name, each in known.items()} | gone_numbers(db, [e for _, e in added])
    told = [(e.part, e.name, numbers.get((e.part, e.name), 0) + 1, e.body) for e in fresh]
    change, first = append(db, told, what)
    execute(db, TO_LATEST, [(first + i, e.part, e.name) for i, e in enumerate(fresh) if (e.part, e.name) in known])
    numbered = positions(db)
    insert(db, "latest", [(e.part, next(numbered[e.part]), e.name, first + i) for i, e in added])
    return change


def append(db: Connection, told: Sequence[tuple[str, str, int, str]], what: str) -> tuple[int, int]:
    """Appends a change with these revisions (part, name, number, body); gives its id and that of its first revision."""
    change = int(db.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM change").scalar_one())
    first = int(db.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM revision").scalar_one())
    now = datetime.now(UTC).isoformat(timespec="seconds")
    insert(db, "change", [(change, now, what, chained(digest(db), told))])
    insert(db, "revision", [(first + i, change, *one) for i, one in enumerate(told)])
    return change, first


def gone_numbers(db: Connection, entries: Sequence[Entry]) -> dict[tuple[str, str], int]:
    """The number of the last revision of each record that was known before, and is no more."""
    found: dict[tuple[str, str], int] = {}
    for part in PARTS:
        for names in chunks([e.name for e in entries if e.part == part]):
            question = (
                f"SELECT name, max(number) FROM revision WHERE part = ? AND name IN ({marks(names)}) GROUP BY name"
            )
            found.update({(part, name): number for name, number in answers(db, question, (part, *names))})
    return found


TO_LATEST = "UPDATE latest SET revision = ? WHERE part = ? AND name = ?"


def positions(db: Connection) -> dict[str, Iterator[int]]:
    """The numbers that are free in each part, from the least."""
    return {part: itertools.count(size) for part, size in sizes(db).items()}


def digest(db: Connection) -> str:
    """The digest of the whole history."""
    return db.exec_driver_sql("SELECT digest FROM change ORDER BY id DESC LIMIT 1").scalar() or BEGINNING


# ------------------------------------------------------------------------------------------------ derived


def derive(db: Connection, fresh: Sequence[Entry], known: Mapping[tuple[str, str], Known], watch: Watch) -> None:
    """Brings the derived tables up to date with new revisions; raises Unfit, VocabularyError."""
    if concerns_all(db, fresh, known):
        rebuild(db, strict=True, watch=watch)
        return
    number = {part: numbers_of(db, part) for part in ("source", "entity", "claim")}
    nouns: Nouns = {part: [(number[part][e.name], e.noun) for e in fresh if e.part == part] for part in number}
    for table, column, part in OLD_ROWS:
        old = [(known[e.part, e.name].position,) for e in fresh if e.part == part and (part, e.name) in known]
        execute(db, f"DELETE FROM {table} WHERE {column} = ?", old)
    fill(db, nouns, number, strict=True, watch=watch)


OLD_ROWS = (
    ("linkrow", "entity", "entity"),
    ("entityrow", "number", "entity"),
    ("sourcerow", "number", "source"),
    ("readingrow", "claim", "claim"),
    ("restrow", "claim", "claim"),
    ("claimrow", "number", "claim"),
)


def concerns_all(db: Connection, fresh: Sequence[Entry], known: Mapping[tuple[str, str], Known]) -> bool:
    """Whether records that were stored before may have to be derived anew: their words or units mean something else."""
    if not any(e.part in VOCABULARY and (e.part in {"key", "unit"} or (e.part, e.name) in known) for e in fresh):
        return False
    return bool(
        db.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM entityrow) OR EXISTS (SELECT 1 FROM claimrow)").scalar()
    )


def rebuild(db: Connection, *, strict: bool = False, watch: Watch = unwatched) -> None:
    """Fills the derived tables from the record alone, and empties what was kept of an examination.

    Raises Unfit if strict, VocabularyError, Unsound.
    """
    seen = seen_corpora(db)
    empty(db, (Stamp, *JUDGED, *DERIVED))
    storewords.remake(db)
    db.exec_driver_sql(
        "INSERT INTO latest (part, number, name, revision) "
        f"SELECT part, row_number() OVER (PARTITION BY part ORDER BY since) - 1, name, revision FROM ({living()})"
    )
    if strange := sizes(db).keys() - set(PARTS):
        raise Unsound(f"the record has an unknown part {min(strange)!r}")
    number = {part: numbers_of(db, part) for part in ("source", "entity", "claim")}
    numbered: Nouns = {part: list(enumerate(nouns)) for part, nouns in latest(db, tuple(number)).items()}
    fill(db, numbered, number, strict=strict, watch=watch)
    insert(db, "stamp", [("derived", deriving()), *seen])


def seen_corpora(db: Connection) -> list[tuple[str, str]]:
    """The one stamp that cannot be made again; nothing if the table cannot be read."""
    with suppress(DBAPIError):
        found: list[tuple[str, str]] = answers(db, "SELECT name, text FROM stamp WHERE name = ?", (SHIPPED,))
        return found
    return []


def empty(db: Connection, tables: Sequence[Any]) -> None:
    """Makes tables anew that hold nothing of the record: whatever they were, they are as this code makes them."""
    for table in tables:
        table.__table__.drop(db, checkfirst=True)
    for table in reversed(tables):
        table.__table__.create(db)


def fill(db: Connection, nouns: Nouns, number: Mapping[str, dict[str, int]], *, strict: bool, watch: Watch) -> None:
    """Adds the derived rows of sources, entities and claims, which have none yet."""
    known = knowledge(db, VOCABULARY)
    insert(db, "sourcerow", [(position, source.retells) for position, source in nouns["source"]])
    insert(db, "entityrow", list(entity_rows(nouns["entity"], known.vocabulary)))
    insert(db, "linkrow", list(link_rows(nouns["entity"])))
    db.exec_driver_sql(
        "UPDATE claimrow SET wanted = NULL, "
        "target = (SELECT number FROM latest WHERE part = 'entity' AND name = wanted) "
        "WHERE wanted IN (SELECT name FROM latest WHERE part = 'entity')"
    )
    words = {text: n for n, text in answers(db, "SELECT number, text FROM word ORDER BY number")}
    before = len(words)
    claims = watch(nouns["claim"], "storing claims")
    rows = claim_rows(claims, known, Numbers(number["entity"], number["source"], words), strict=strict)
    insert(db, "word", [(n, text) for text, n in words.items() if n >= before])
    insert(db, "claimrow", rows.claimrow)
    insert(db, "readingrow", rows.readingrow)
    insert(db, "restrow", rows.restrow)
    storewords.index(db, nouns)


# ------------------------------------------------------------------------------------------------ reading the record


def latest(db: Connection, parts: Sequence[str]) -> dict[str, list[Any]]:
    """The current nouns of some parts, in the order in which they became known."""
    found: dict[str, list[Any]] = {part: [] for part in parts}
    for part, name, body in answers(
        db,
        f"SELECT l.part, l.name, r.body FROM {CURRENT} WHERE l.part IN ({marks(parts)}) ORDER BY l.part, l.number",
        parts,
    ):
        found[part].append(noun_of(part, name, body))
    return found


def knowledge(db: Connection, parts: Sequence[str]) -> Knowledge:
    """What is known now, of some parts."""
    return knowledge_of(latest(db, parts))


def sizes(db: Connection) -> dict[str, int]:
    """How many records there are of each part."""
    found: dict[str, int] = dict(answers(db, "SELECT part, count(*) FROM latest GROUP BY part"))
    return dict.fromkeys(PARTS, 0) | found


def numbers_of(db: Connection, part: str) -> dict[str, int]:
    """The number of each record of a part."""
    return dict(answers(db, "SELECT name, number FROM latest WHERE part = ?", (part,)))


# ------------------------------------------------------------------------------------------------ statements


def answers(db: Connection, question: str, values: Sequence[object] = ()) -> Any:
    """All rows of an answer as the driver gives them: tuples, not objects that look like them."""
    cursor: Any = db.exec_driver_sql(question, tuple(values) or None).cursor
    return cursor.fetchall()


def insert(db: Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows that have every column of a table."""
    if rows:
        db.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks(rows[0])})", list(rows))


def execute(db: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Runs a statement once for each row."""
    if rows:
        db.exec_driver_sql(statement, list(rows))


def marks(values: Sequence[object]) -> str:
    """As many placeholders."""
    return ", ".join("?" * len(values))


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values, as many at a time as one statement takes."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
