"""Claims in bulk: a table of them read, checked and stored, beside the same rows put into the same tables by SQLite.

What is timed of the product is all of it: text of the table to a commit that is on the disk. The plain way is given the
finished rows of every table, and one transaction.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.bases import as_corpus, generate
from kb import corpus, quantity, yamlout
from kb.exporting import claim_record, text_of
from kb.importers import importers
from kb.knowledge import Corpus, Knowledge, collector_paused
from kb.lists import as_csv
from kb.model import Claim
from kb.search import FIELDS
from kb.store import Store

Result = TypeVar("Result")
Take = Callable[[str, Callable[[], Result]], Result]

GROWING = ("change", "revision", "latest", "word", "claimrow", "readingrow", "restrow")  # as claims are added, in order
MOST = 20_000  # claims in one file
PRAGMAS = "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"  # what the store asks of SQLite, too
WORDS = f"rowid, {', '.join(FIELDS)}"


def bulk(take: Take[Any], size: int, runs: int) -> None:
    """Takes the time of the product and of SQLite for about so many claims, and of reading claim files of all."""
    known = generate(size).corpus.knowledge
    said = [claim for claim in known.claims.values() if claim.standing is None]
    data = table(said)
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before.sqlite"
        with Store.open(before) as store:
            store.add(without(known, said), "before")
        for _ in range(runs):
            product, plain = (Path(shutil.copy(before, Path(folder) / name)) for name in ("product", "plain"))
            with Store.open(product) as store:
                quantity.read.cache_clear()  # the figures were read when they were generated
                take("table", partial(imported, store, data))
            rows = grown(product, before)
            with closing(sqlite3.connect(plain, isolation_level=None)) as db:
                for pragma in PRAGMAS:
                    db.execute(f"PRAGMA {pragma}")
                take("executemany", partial(put, db, rows))
    files = list(claim_files(known))
    for _ in range(runs):
        quantity.read.cache_clear()
        take("claim files", partial(corpus.read, files))


def claim_files(known: Knowledge) -> Iterator[tuple[str, bytes]]:
    """Everything that is known as an export writes it, in files no larger than what is read at once."""
    yield "0.yaml", text_of(replace(known, claims={})).encode()
    records = [claim_record(claim, known) for claim in known.claims.values()]
    for start in range(0, len(records), MOST):
        text = yamlout.written({"claims": records[start : start + MOST]})
        yield f"{1 + start // MOST}.yaml", text.encode()


def table(claims: Iterable[Claim]) -> bytes:
    """Claims as a table has them."""
    rows = list(map(cells, claims))
    columns = dict.fromkeys(name for row in rows for name in row)
    return as_csv([{name: row.get(name) for name in columns} for row in rows], list(columns)).encode()


def cells(claim: Claim) -> dict[str, str | None]:
    """The cells of one claim, by the names of their columns."""
    return {
        "id": claim.id,
        "statement": claim.statement,
        "subject": claim.subject,
        "attribute": claim.attribute,
        "value": claim.value.text,
        "than": claim.than,
        "mode": claim.mode.value,
        "holders": " > ".join(claim.holders),
        "cite": claim.source.cite,
        "at": claim.source.at,
        "rests_on": ", ".join(f"{rest.claim} as {rest.role.value}" for rest in claim.rests_on),
        **{f"scope.{key}": value for key, value in claim.scope.items()},
    }


def without(known: Knowledge, claims: Iterable[Claim]) -> Corpus:
    """Everything but some claims."""
    left = {**known.claims}
    for claim in claims:
        del left[claim.id]
    return as_corpus(replace(known, claims=left))


def imported(store: Store, data: bytes) -> None:
    """What `kb import csv` does with a table."""
    with collector_paused():
        add(store, data)


def add(store: Store, data: bytes) -> None:
    """Reads a table on top of a store, and stores what it says."""
    read = importers()["csv"](data, "bulk.csv", store.knowledge(claims=True))
    assert not read.errors, read.errors[:3]
    store.add(read, "bulk")


def grown(after: Path, before: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each table that are in one store and not in the other, by the statement that puts them in."""
    with closing(sqlite3.connect(after)) as db:
        db.execute("ATTACH ? AS old", (str(before),))
        found = {
            f"INSERT INTO {name}": db.execute(f"SELECT * FROM main.{name} EXCEPT SELECT * FROM old.{name}").fetchall()
            for name in GROWING
        }
        new = f"SELECT {WORDS} FROM main.wording WHERE rowid NOT IN (SELECT rowid FROM old.wording)"
        return {**found, f"INSERT INTO wording ({WORDS})": db.execute(new).fetchall()}


def put(db: sqlite3.Connection, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Puts all rows in, in one transaction."""
    db.execute("BEGIN IMMEDIATE")
    for statement, some in rows.items():
        if some:
            db.executemany(f"{statement} VALUES ({', '.join('?' * len(some[0]))})", some)
    db.execute("COMMIT")
