"""The store: an append-only history of claims and all they refer to, in one SQLite file, and columns derived from it.

One import is one transaction. What is derived changes in the same transaction as the record, so it is never behind; it
is a cache all the same, and :meth:`Store.rebuild` fills it again from the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from kb import storehistory
from kb.columns import ClaimColumns, Columns, EntityColumns, LinkColumns, RowColumns
from kb.derived import BITS, PARTS, VOCABULARY, fingerprint, noun_of
from kb.errors import KbError
from kb.knowledge import Corpus, Knowledge, collector_paused
from kb.model import Claim
from kb.storefile import WAIT, StoreUnavailable, default_path, ensure, failures, reader, writer
from kb.storehistory import Receipt, Refused, answers, chunks, marks
from kb.vocabulary import Vocabulary

__all__ = ["NoClaim", "Receipt", "Refused", "Store", "StoreUnavailable", "default_path"]

CLAIM = ("attribute", "subject", "source", "holder", "than", "kind", "standing", "mode", "target")
FIGURES = ("lo", "hi", "below", "above")
LEAST_BITS = 3  # of a reading: first, open, silent; then a mask for each key


class NoClaim(KbError):
    """A claim that is not in the store."""

    exit_code = 4

    def __init__(self, claim: str | int) -> None:
        super().__init__(f"no claim {claim!r} in the store; expected one that 'kb list' names; correct the id")
        self.claim = claim


class Store:
    """One store, which any number of processes may have open."""

    def __init__(self, path: Path, *, read_only: bool = False, wait: float = WAIT) -> None:
        self.path = path
        self.read_only = read_only
        self._reader = reader(path, wait)
        self._writer = writer(path, wait)

    @classmethod
    def open(cls, path: Path | str | None = None, *, read_only: bool = False, wait: float = WAIT) -> Self:
        """The store in that file, made if there is none; raises StoreUnavailable.

        wait: seconds to wait for another process that writes.
        """
        given = Path(path if path is not None else default_path())
        try:
            place = given.expanduser().absolute()
        except RuntimeError as error:  # the home of nobody
            line = f"has no place ({error})", "a path that can be found", "name another path"
            raise StoreUnavailable(given, *line) from None
        ensure(place, wait)
        store = cls(place, read_only=read_only, wait=wait)
        if store._stamp() != fingerprint():
            store._rebuild()
        return store

    def close(self) -> None:
        """Gives the file back."""
        self._reader.dispose()
        self._writer.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """One state of the store, whatever others write meanwhile."""
        with failures(self.path), collector_paused(), self._reader.connect() as db, db.begin():
            yield db

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The only transaction that writes; it is committed as a whole or not at all."""
        with failures(self.path), collector_paused(), self._writer.begin() as db:
            yield db

    # -------------------------------------------------------------------------------------------- writing

    def add(self, corpus: Corpus, what: str, *, keep_good: bool = False) -> Receipt:
        """Stores what a corpus says, as one change; a record that says what it said before makes no revision.

        Raises Refused for a corpus with errors (unless `keep_good`, which stores whatever could be read) and for one
        that does not fit what is stored; StoreUnavailable. When it returns, the change is on the disk.
        """
        if corpus.errors and not keep_good:
            raise Refused(corpus.errors)
        if self.read_only:
            raise StoreUnavailable(
                self.path, "is open for reading only", "one that can be written", "open it for writing"
            )
        entries = list(storehistory.entries_of(corpus))  # before the transaction, which keeps others waiting
        with self._writing() as db:
            return storehistory.grow(db, entries, what, corpus.places)

    def rebuild(self) -> None:
        """Fills every derived table again from the record alone."""
        self._rebuild()

    def _rebuild(self) -> None:
        with self._writing() as db:
            storehistory.rebuild(db)

    def _stamp(self) -> str:
        """Which code filled the derived tables."""
        return str(self._ask("SELECT text FROM stamp WHERE name = 'derived'"))

    # -------------------------------------------------------------------------------------------- the record

    def _ask(self, question: str, *values: Any) -> Any:
        """The first value of the first row, or None."""
        with self._reading() as db:
            return db.exec_driver_sql(question, values).scalar()

    def is_empty(self) -> bool:
        """Whether nothing was ever stored."""
        return bool(self._ask("SELECT NOT EXISTS (SELECT 1 FROM change)"))

    def digest(self) -> str:
        """A digest of the whole history: equal histories have equal digests, whenever and wherever they were made."""
        with self._reading() as db:
            return storehistory.digest(db)

    def counts(self) -> dict[str, int]:
        """How many current records there are of each part, and how many changes and revisions."""
        with self._reading() as db:
            found = storehistory.sizes(db)
            changes = db.exec_driver_sql("SELECT count(*) FROM change").scalar_one()
            revisions = db.exec_driver_sql("SELECT count(*) FROM revision").scalar_one()
        return {**found, "change": changes, "revision": revisions}

    def knowledge(self, *, claims: bool = False, entities: bool = True) -> Knowledge:
        """What is known now; with the claims only when asked for, because there may be many."""
        without = {part for part, wanted in (("claim", claims), ("entity", entities)) if not wanted}
        with self._reading() as db:
            return storehistory.knowledge(db, [part for part in PARTS if part not in without])

    def claim_number(self, id_: str) -> int | None:
        """The number of a claim, which it keeps for good; None if there is none of that id."""
        number = self._ask("SELECT number FROM latest WHERE part = 'claim' AND name = ?", id_)
        return None if number is None else int(number)

    def claim_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """The ids of some claims by their numbers."""
        return dict(self._claims("SELECT number, name FROM latest WHERE part = 'claim' AND number", numbers))

    def claims(self, numbers: Iterable[int]) -> dict[int, Claim]:
        """Some claims by their numbers."""
        found = self._claims(
            "SELECT l.number, r.body FROM latest l JOIN revision r ON r.id = l.revision "
            "WHERE l.part = 'claim' AND l.number",
            numbers,
        )
        return {number: noun_of("claim", body) for number, body in found}

    def claim(self, number: int) -> Claim:
        """One claim by its number; raises NoClaim."""
        for claim in self.claims([number]).values():
            return claim
        raise NoClaim(number)

    def rests(self) -> list[tuple[int, int, str]]:
        """Which claim rests on which, and in which role."""
        with self._reading() as db:
            found: list[tuple[int, int, str]] = answers(
                db,
                "SELECT claim, latest.number, role FROM restrow "
                "JOIN latest ON latest.part = 'claim' AND latest.name = basis ORDER BY claim, position",
            )
            return found

    def _claims(self, statement: str, numbers: Iterable[int]) -> Iterator[tuple[int, Any]]:
        """What a statement says of the claims of these numbers."""
        wanted = [int(number) for number in numbers]
        with self._reading() as db:
            for some in chunks(wanted):
                yield from answers(db, f"{statement} IN ({marks(some)})", some)

    # -------------------------------------------------------------------------------------------- columns

    def columns(self) -> Columns:
        """Everything the engine sees: what `kb.columns.columns` gives of the same records; no object for a claim."""
        with self._reading() as db:
            vocabulary = storehistory.knowledge(db, VOCABULARY).vocabulary
            return Columns(
                vocabulary=vocabulary,
                entity_ids=names(db, "entity"),
                source_ids=names(db, "source"),
                retells=retells(db),
                claims=claim_columns(db, vocabulary),
                rows=row_columns(db, len(vocabulary.keys)),
                entities=entity_columns(db, vocabulary),
                links=link_columns(db, vocabulary),
            )


def table(db: Connection, question: str, fields: list[tuple[str, str]]) -> NDArray[Any]:
    """The answer as an array of records, straight from the driver."""
    answer: Any = db.exec_driver_sql(question).cursor
    return np.fromiter(answer, np.dtype(fields))


def names(db: Connection, part: str) -> list[str]:
    """The ids of a part, by number."""
    question = "SELECT name FROM latest WHERE part = ? ORDER BY number"
    return [name for (name,) in answers(db, question, (part,))]


def retells(db: Connection) -> NDArray[np.int32]:
    """For each source the one that it retells, or -1."""
    question = (
        "SELECT coalesce(latest.number, -1) FROM sourcerow "
        "LEFT JOIN latest ON latest.part = 'source' AND latest.name = retells ORDER BY sourcerow.number"
    )
    return np.array([number for (number,) in answers(db, question)], np.int32)


def claim_columns(db: Connection, vocabulary: Vocabulary) -> ClaimColumns:
    """The integers of every claim; attributes as the vocabulary numbers them, holders by first appearance."""
    words = [text for (text,) in answers(db, "SELECT text FROM word ORDER BY number")]
    attribute = np.array([vocabulary.attribute_order.get(word, -1) for word in words], np.int32)
    found = table(db, f"SELECT {', '.join(CLAIM)} FROM claimrow ORDER BY number", [(name, "i4") for name in CLAIM])
    columns = {name: np.ascontiguousarray(found[name]) for name in CLAIM}
    columns["attribute"] = attribute[columns["attribute"]]
    columns["holder"] = by_appearance(columns["holder"])
    return ClaimColumns(**columns)


def by_appearance(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """The same values numbered from 0 as they first appear."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return rank[inverse]


def row_columns(db: Connection, keys: int) -> RowColumns:
    """Every reading."""
    width = (LEAST_BITS + keys) * BITS.itemsize
    found = table(
        db,
        f"SELECT claim, {', '.join(FIGURES)}, bits FROM readingrow ORDER BY claim, position",
        [("claim", "i4"), *((name, "f8") for name in FIGURES), ("bits", f"V{width}")],
    )
    bits = np.ascontiguousarray(found["bits"]).view(BITS).astype(np.uint32).reshape(len(found), LEAST_BITS + keys)
    first, opened, silent = (np.ascontiguousarray(bits[:, column]) for column in range(LEAST_BITS))
    figures = {name: np.ascontiguousarray(found[name]) for name in FIGURES}
    return RowColumns(
        claim=np.ascontiguousarray(found["claim"]),
        first=first,
        open=opened,
        silent=silent,
        masks=np.ascontiguousarray(bits[:, LEAST_BITS:]),
        **figures,
    )


def entity_columns(db: Connection, vocabulary: Vocabulary) -> EntityColumns:
    """Kinds and own keys."""
    found = answers(db, "SELECT kind, own FROM entityrow ORDER BY number")
    own = np.frombuffer(b"".join(masks for _, masks in found), BITS).astype(np.uint32)
    kinds = np.array([vocabulary.kind_order[kind] for kind, _ in found], np.int32)
    return EntityColumns(kinds, own.reshape(len(found), len(vocabulary.keys)))


def link_columns(db: Connection, vocabulary: Vocabulary) -> LinkColumns:
    """The links that entities have by definition, to entities that there are."""
    question = (
        "SELECT linkrow.name, entity, latest.number FROM linkrow "
        "JOIN latest ON latest.part = 'entity' AND latest.name = target ORDER BY entity, position"
    )
    order = vocabulary.attribute_order
    found = [(order[name], start, end) for name, start, end in answers(db, question) if name in order]
    return LinkColumns(*np.array(found, np.int32).reshape(-1, 3).T.copy())
