"""What the record says of its own past: its changes, every revision of a name, any state that it has had."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from kb.derived import PARTS, chained, knowledge_of, noun_of
from kb.errors import KbError, did_you_mean
from kb.filters import Choice, condition
from kb.kept import CHOSEN, opened
from kb.knowledge import Knowledge
from kb.storefile import failures
from kb.storehistory import BEGINNING, answers, chunks, marks
from kb.storeviews import RECORD
from kb.tables import FORGOTTEN, GONE, HEAD, RETRACTED, living

NUMBER = re.compile("[0-9]+")  # other digits look like these and are not
DAY = re.compile("[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}(:[0-9]{2}(:[0-9]{2})?)?)?)?)?")
MOST_DIGITS = 18  # of an integer in SQLite
LEAST = "0001-01-01T00:00:00"  # completes what is left out of a day

TOLD = f"""SELECT id, change, part, name, number, body, CASE
    WHEN {HEAD} = '{RETRACTED}' THEN 'retracted'
    WHEN {HEAD} = '{FORGOTTEN}' THEN 'forgotten'
    WHEN number = 1 OR lag({GONE}) OVER (PARTITION BY part, name ORDER BY number) THEN 'added'
    ELSE 'revised' END AS state FROM revision"""

THEN = {  # what a choice asks, as it was then; what a claim names stands in the place of the number of a word
    "latest": (
        "SELECT part, row_number() OVER (PARTITION BY part ORDER BY since) - 1 AS number, name, revision FROM ({})"
    ),
    "claimrow": (
        "SELECT l.number, json_extract(r.body, '$.attribute') AS attribute, s.number AS subject, c.number AS source "
        f"FROM {RECORD} "
        "JOIN latest s ON s.part = 'entity' AND s.name = json_extract(r.body, '$.subject') "
        "JOIN latest c ON c.part = 'source' AND c.name = json_extract(r.body, '$.source.cite') WHERE l.part = 'claim'"
    ),
    "word": "SELECT DISTINCT attribute AS number, attribute AS text FROM claimrow",
}


class Told(NamedTuple):
    """One revision, and what it did to its record."""

    part: str
    name: str
    number: int
    state: str  # added, revised, retracted, forgotten
    change: int
    at: str
    what: str
    body: str


class Changed(NamedTuple):
    """One change, with how many records it added, revised, retracted, and how many of its revisions were erased."""

    id: int
    at: str
    what: str
    digest: str
    added: int
    revised: int
    retracted: int
    forgotten: int


class NoMoment(KbError):
    """A word that is neither a number nor a day or time."""

    exit_code = 2

    def __init__(self, word: str, last: int) -> None:
        super().__init__(
            f"{word!r} is no change and no day; expected a number from 1 to {last}, or a date such as 2031-05-10 or "
            "2031-05-10T08:30; 'kb changes' lists them"
        )


class NoChange(KbError):
    """A change or date before the first, or a number that no change has."""

    exit_code = 4

    def __init__(self, word: str, last: int) -> None:
        super().__init__(
            f"no change {word!r}; expected a number from 1 to {last}, or a date since the first such as 2031-05-10; "
            "'kb changes' lists them"
        )


def changes(db: Connection) -> list[Changed]:
    """Every change, oldest first."""
    counts: dict[int, dict[str, int]] = {}
    for change, state, count in answers(db, f"SELECT change, state, count(*) FROM ({TOLD}) GROUP BY change, state"):
        counts.setdefault(change, {})[state] = count
    every = answers(db, "SELECT id, at, what, digest FROM change ORDER BY id")
    states = "added", "revised", "retracted", "forgotten"
    return [Changed(*row, *(counts.get(row[0], {}).get(state, 0) for state in states)) for row in every]


def change_named(db: Connection, word: str) -> int:
    """The change of that number, or the last one up to the end of that day or moment in UTC.

    Raises NoMoment, NoChange.
    """
    found, last = [], int(db.exec_driver_sql("SELECT coalesce(max(id), 0) FROM change").scalar_one())
    if not NUMBER.fullmatch(word) and not is_day(word):
        raise NoMoment(word, last)
    if NUMBER.fullmatch(word):
        found = answers(
            db,
            "SELECT id FROM change WHERE id = ?",
            (int(word[-MOST_DIGITS:]) if len(word.lstrip("0")) <= MOST_DIGITS else 0,),
        )
    if not found and is_day(word):
        question = "SELECT id FROM change WHERE substr(at, 1, ?) <= ? ORDER BY id DESC LIMIT 1"
        found = answers(db, question, (len(word), word))
    for (number,) in found:
        return int(number)
    raise NoChange(word, last)


def is_day(word: str) -> bool:
    """Whether a word is a year, month, day or time that there is."""
    if not DAY.fullmatch(word):
        return False
    try:
        datetime.fromisoformat(word + LEAST[len(word) :])
    except ValueError:
        return False
    return True


def revisions(db: Connection, part: str, name: str) -> list[Told]:
    """Every revision of a record, oldest first."""
    question = (
        f"SELECT part, name, number, state, change, at, what, body FROM ({TOLD} WHERE part = ? AND name = ?) t "
        "JOIN change c ON c.id = t.change ORDER BY number"
    )
    return [Told(*row) for row in answers(db, question, (part, name))]


def is_revised(db: Connection) -> bool:
    """Whether anything was ever revised, retracted or erased."""
    return bool(answers(db, "SELECT EXISTS (SELECT 1 FROM revision WHERE number > 1)")[0][0])


def retold(db: Connection, part: str, names: Iterable[str]) -> dict[str, list[Told]]:
    """Every revision of those of some records that have more than one, which is few of a file's."""
    found: list[str] = []
    for some in chunks(list(names)):
        question = (
            f"SELECT name FROM revision WHERE part = ? AND name IN ({marks(some)}) GROUP BY name HAVING count(*) > 1"
        )
        found += [name for (name,) in answers(db, question, (part, *some))]
    return {name: revisions(db, part, name) for name in found}


def between(db: Connection, start: int, end: int) -> list[tuple[str, str]]:
    """The records (part, name) that have revisions after one change and up to another, in the order of the first."""
    question = "SELECT part, name FROM revision WHERE change > ? AND change <= ? GROUP BY part, name ORDER BY min(id)"
    return [(part, name) for part, name in answers(db, question, (start, end))]


def names(db: Connection) -> list[str]:
    """Every name that a record has or had."""
    return [name for (name,) in answers(db, "SELECT DISTINCT name FROM revision ORDER BY name")]


def bodies(db: Connection, change: int) -> dict[tuple[str, str], str]:
    """What each record said after a change, in the order in which they had become known."""
    question = (
        f"SELECT r.part, r.name, r.body FROM ({living(change)}) l JOIN revision r ON r.id = l.revision ORDER BY l.since"
    )
    return {(part, name): body for part, name, body in answers(db, question)}


def state(db: Connection, change: int) -> Knowledge:
    """What was known after a change, as far as it was not erased since; raises Unsound."""
    found: dict[str, list[object]] = {part: [] for part in PARTS}
    for (part, name), body in bodies(db, change).items():
        found[part].append(noun_of(part, name, body))
    return knowledge_of(found)


def chosen(path: Path, change: int, choice: Choice) -> set[str]:
    """The ids of the claims of a choice as they were after a change, whatever their verdicts; raises Unknown.

    The tables that a choice asks are made of that state, under their own names, which hide those of the present.
    """
    with failures(path), opened(path) as db:
        for name, question in THEN.items():
            db.execute(f"CREATE TEMP TABLE {name} AS {question.format(living(change))}")
        where, values = condition(db, choice)
        return {name for (name,) in db.execute(CHOSEN.format(where), values)}


def moment(db: Connection, change: int) -> tuple[str, str]:
    """When a change was made, and the digest of the history up to it."""
    [(at, digest)] = answers(db, "SELECT at, digest FROM change WHERE id = ?", (change,))
    return at, digest


# ------------------------------------------------------------------------------------------------ the chain


def broken(db: Connection) -> Iterator[int]:
    """The changes whose digest is not that of their revisions and of the change before them.

    The digest of a change of which something was erased cannot be found again: what is left of it is held against the
    digest that the erasing made of that.
    """
    before, left = BEGINNING, dict[str, str]()
    for (body,) in answers(db, f"SELECT body FROM revision WHERE {HEAD} = '{FORGOTTEN}' ORDER BY id"):
        left |= json.loads(body).get("left", {})
    for change, digest in answers(db, "SELECT id, digest FROM change ORDER BY id"):
        told = told_by(db, change)
        if chained(before, told) != digest and chained(BEGINNING, told) != left.get(str(change)):
            yield change
        before = digest


def told_by(db: Connection, change: int) -> list[tuple[str, str, int, str]]:
    """The revisions of a change, as its digest is made of them."""
    question = "SELECT part, name, number, body FROM revision WHERE change = ? ORDER BY id"
    return [(part, name, number, body) for part, name, number, body in answers(db, question, (change,))]


# ------------------------------------------------------------------------------------------------ names


class NoRecord(KbError):
    """A name that no record has or had."""

    exit_code = 4

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"no record {name!r}{did_you_mean(name, known)}; expected the id of a claim, entity, source or attribute, "
            "now or in the past; correct it"
        )


class Shared(KbError):
    """A name that several records have."""

    exit_code = 2

    def __init__(self, name: str, found: Sequence[str]) -> None:
        super().__init__(
            f"{name!r} is a name of {', '.join(found)}; expected one record; write the whole id, or --part"
        )


def records(db: Connection, name: str) -> list[tuple[str, str]]:
    """The records (part, name) of that name, and the claim of which it is the part after the colon; raises NoRecord.

    Raises Shared for the end of several claims' ids.
    """
    named = f"SELECT DISTINCT part, name FROM revision WHERE part IN ({marks(PARTS)}) AND name = ? ORDER BY part"
    ends = "SELECT DISTINCT part, name FROM revision WHERE part = 'claim' AND substr(name, instr(name, ':') + 1) = ?"
    whole, claims = answers(db, named, (*PARTS, name)), answers(db, ends, (name,))
    if not whole and not claims:
        known = names(db)
        raise NoRecord(name, [*known, *(each.partition(":")[2] for each in known)])
    if len(claims) > 1:
        raise Shared(name, [claim for _, claim in claims])
    return [(part, each) for part, each in (*whole, *claims)]
