"""The store: an append-only history of claims and all they refer to, in one SQLite file, and columns derived from it.

One import is one transaction. What is derived changes in the same transaction as the record, so it is never behind; it
is a cache all the same, and :meth:`Store.rebuild` fills it again from the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy import Connection

from kb import storecolumns, storehistory, storetexts
from kb.columns import Columns
from kb.derived import PARTS, noun_of
from kb.errors import KbError
from kb.fingerprints import deriving
from kb.knowledge import Corpus, Knowledge, collector_paused
from kb.model import Acceptance, Claim
from kb.storefile import WAIT, ensure, failures, reader, shortened, writer
from kb.storehistory import BEGINNING, Moved, Receipt, Refused, answers, chunks, marks
from kb.storeplace import Damaged, StoreUnavailable, Unsound, default_path, located
from kb.tables import CURRENT, FORGOTTEN, HEAD, RETRACTED
from kb.watching import Watch, unwatched

__all__ = ["BEGINNING", "Moved", "NoClaim", "Receipt", "Refused", "Store", "StoreUnavailable", "default_path"]

T = TypeVar("T")

UNFORESEEN = ArithmeticError, LookupError, TypeError, ValueError  # what reading raises of values of another kind

READ_ONLY = "is open for reading only", "one that can be written", "open it for writing"


@contextmanager
def foreseen() -> Iterator[None]:
    """Raises Unsound for what a reader stumbles over, who trusts what he finds: somebody else may have written here."""
    try:
        yield
    except UNFORESEEN as error:
        raise Unsound(shortened(f"{type(error).__name__}: {error}")) from error


class NoClaim(KbError):
    """A claim that is not in the store."""

    exit_code = 4

    def __init__(self, claim: str | int) -> None:
        super().__init__(f"no claim {claim!r} in the store; expected one that 'kb list' names; correct the id")
        self.claim = claim


class Store:
    """One store, which any number of processes may have open."""

    def __init__(self, path: Path, *, read_only: bool = False, wait: float = WAIT, watch: Watch = unwatched) -> None:
        self.path = path
        self.read_only = read_only
        self.wait = wait
        self.watch = watch
        self._reader = reader(path, wait)
        self._writer = writer(path, wait)

    @classmethod
    def open(
        cls,
        path: Path | str | None = None,
        *,
        read_only: bool = False,
        wait: float = WAIT,
        watch: Watch = unwatched,
    ) -> Self:
        """The store in that file, made if there is none; raises StoreUnavailable.

        wait: seconds to wait for another process that writes; watch: who looks on while much is derived.
        """
        place = located(path)
        ensure(place, wait)
        store = cls(place, read_only=read_only, wait=wait, watch=watch)
        try:
            if store.stamp("derived") != deriving():
                store._rebuild()
        except BaseException:  # nobody else will close what was opened on the way
            store.close()
            raise
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
        with failures(self.path), collector_paused(), self._reader.connect() as db, db.begin(), foreseen():
            yield db

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The only transaction that writes; it is committed as a whole or not at all."""
        with failures(self.path), collector_paused(), self._writer.begin() as db:
            yield db

    # -------------------------------------------------------------------------------------------- writing

    def add(self, corpus: Corpus, what: str, *, keep_good: bool = False, expecting: str | None = None) -> Receipt:
        """Stores what a corpus says, as one change; a record that says what it said before makes no revision.

        expecting: the digest of the history that the corpus was made for; Moved is raised if it is another by now.
        Raises Refused for a corpus with errors (unless `keep_good`, which stores whatever could be read) and for one
        that does not fit what is stored; Moved; StoreUnavailable. When it returns, the change is on the disk.
        """
        if corpus.errors and not keep_good:
            raise Refused(corpus.errors)
        with collector_paused():
            entries = list(storehistory.entries_of(corpus))  # before the transaction, which keeps others waiting
        return self.write(lambda db: storehistory.grow(db, entries, what, corpus.places, self.watch), expecting)

    def write(self, edit: Callable[[Connection], T], expecting: str | None = None) -> T:
        """What an edit gives that is stored as a whole or not at all; raises StoreUnavailable.

        expecting: the digest of the history that the edit is meant for; raises Moved when there is another by now.
        """
        if self.read_only:
            raise StoreUnavailable(self.path, *READ_ONLY)
        with self._writing() as db:
            if expecting not in (None, storehistory.digest(db)):
                found = answers(db, "SELECT id, what FROM change ORDER BY id DESC LIMIT 1")
                raise Moved(*(found[0] if found else (0, "there is none")))
            return edit(db)

    def read(self, question: Callable[[Connection], T]) -> T:
        """The answer to a question about one state of the store; raises StoreUnavailable."""
        with self._reading() as db:
            return question(db)

    def mark(self, name: str, text: str) -> None:
        """Keeps a word beside the record under a name; raises StoreUnavailable."""
        with self._writing() as db:
            storehistory.execute(db, "INSERT OR REPLACE INTO stamp VALUES (?, ?)", [(name, text)])

    def stamp(self, name: str) -> str | None:
        """What was last kept under that name; None if nothing is."""
        found = self._ask("SELECT text FROM stamp WHERE name = ?", name)
        return None if found is None else str(found)

    def rebuild(self) -> None:
        """Fills every derived table again from the record alone."""
        self._rebuild()

    def _rebuild(self) -> None:
        with self._writing() as db, foreseen():
            storehistory.rebuild(db, watch=self.watch)

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

    def acceptances(self) -> dict[str, Acceptance]:
        """What was ever accepted, by the id of the finding; also what was revoked."""
        with self._reading() as db:
            return {each.id: each for each in storehistory.latest(db, ["acceptance"])["acceptance"]}

    def origins(self) -> dict[tuple[str, str], str]:
        """What the change was called that each record is from as it is now, by part and name."""
        question = "SELECT l.part, l.name, c.what FROM latest l JOIN revision r ON r.id = l.revision "
        with self._reading() as db:
            found = answers(db, f"{question} JOIN change c ON c.id = r.change")
        return {(part, name): what for part, name, what in found}

    def bodies(self) -> dict[tuple[str, str], str]:
        """What each record says now, by part and name."""
        with self._reading() as db:
            return {
                (part, name): body for part, name, body in answers(db, f"SELECT l.part, l.name, r.body FROM {CURRENT}")
            }

    def retracted(self) -> frozenset[tuple[str, str]]:
        """The part and name of each record whose last revision takes it out."""
        last = "SELECT part, name, body, max(id) FROM revision GROUP BY part, name"
        question = f"SELECT part, name FROM ({last}) WHERE {HEAD} = ?"
        with self._reading() as db:
            return frozenset((part, name) for part, name in answers(db, question, (RETRACTED,)))

    def forgotten(self, part: str) -> int:
        """How many records of a part were erased."""
        question = f"SELECT count(DISTINCT name) FROM revision WHERE part = ? AND {HEAD} = ?"
        return int(self._ask(question, part, FORGOTTEN))

    def claim_number(self, id_: str) -> int | None:
        """The number of a claim, which it keeps for good; None if there is none of that id."""
        number = self._ask("SELECT number FROM latest WHERE part = 'claim' AND name = ?", id_)
        return None if number is None else int(number)

    def claim_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """The ids of some claims by their numbers."""
        found = self._claims("SELECT number, name FROM latest l WHERE l.part = 'claim' AND l.number", numbers)
        return dict(found)

    def claims(self, numbers: Iterable[int]) -> dict[int, Claim]:
        """Some claims by their numbers."""
        question = f"SELECT l.number, l.name, r.body FROM {CURRENT} WHERE l.part = 'claim' AND l.number"
        with failures(self.path):
            return {number: noun_of("claim", *record) for number, *record in self._claims(question, numbers)}

    def claim(self, number: int) -> Claim:
        """One claim by its number; raises NoClaim."""
        for claim in self.claims([number]).values():
            return claim
        raise NoClaim(number)

    def claims_of(self, source: str) -> list[Claim]:
        """The claims of one source, in their order."""
        with self._reading() as db:
            return storetexts.claims_of(db, source)

    def claims_by_source(self) -> dict[str, int]:
        """How many claims each source has that has any."""
        with self._reading() as db:
            return storetexts.claims_by_source(db)

    def rests(self) -> list[tuple[int, int, str]]:
        """Which claim rests on which, and in which role."""
        with self._reading() as db:
            found: list[tuple[int, int, str]] = answers(
                db,
                "SELECT claim, latest.number, role FROM restrow "
                "JOIN latest ON latest.part = 'claim' AND latest.name = basis ORDER BY claim, position",
            )
            return found

    def workings(self) -> list[tuple[int, str, str]]:
        """The claims that a source prints a calculation for, each with that and with its value."""
        with self._reading() as db:
            found: list[tuple[int, str, str]] = answers(
                db,
                "SELECT l.number, json_extract(r.body, '$.working') AS working, json_extract(r.body, '$.value.text') "
                f"FROM {CURRENT} WHERE l.part = 'claim' AND instr(r.body, '\"working\":\"') > 0 "
                "AND working IS NOT NULL ORDER BY l.number",
            )
            return found

    def loose(self) -> list[tuple[str, str]]:
        """The claims that rest on one that is not there, each with its id."""
        with self._reading() as db:
            found: list[tuple[str, str]] = answers(
                db,
                "SELECT c.name, basis FROM restrow JOIN latest c ON c.part = 'claim' AND c.number = claim "
                "WHERE NOT EXISTS (SELECT 1 FROM latest b WHERE b.part = 'claim' AND b.name = basis) "
                "ORDER BY claim, position",
            )
            return found

    def _claims(self, statement: str, numbers: Iterable[int]) -> list[tuple[int, Any]]:
        """What a statement says of the claims of these numbers; read whole, so that nothing is left open behind it."""
        wanted, found = [int(number) for number in numbers], list[tuple[int, Any]]()
        with self._reading() as db:
            for some in chunks(wanted):
                found += answers(db, f"{statement} IN ({marks(some)})", some)
        return found

    # -------------------------------------------------------------------------------------------- texts

    def attach(self, source: str, text: str | None) -> bool:
        """Keeps the user's own copy of a source's text, or with None keeps it no longer; whether there was one.

        It is no part of the history, and is not handed on with it.
        """
        if self.read_only:
            raise StoreUnavailable(self.path, *READ_ONLY)
        with self._writing() as db:
            return storetexts.attach(db, source, text)

    def text(self, source: str) -> str | None:
        """The text of a source, if one is attached."""
        with self._reading() as db:
            return storetexts.text(db, source)

    def attached(self) -> frozenset[str]:
        """The sources whose texts are attached."""
        with self._reading() as db:
            return storetexts.attached(db)

    # -------------------------------------------------------------------------------------------- columns

    def columns(self) -> Columns:
        """Everything the engine sees: what `kb.columns.columns` gives of the same records; no object for a claim.

        Derived tables that cannot be read are filled again first: the record says all that they say.
        """
        try:
            return self._columns()
        except Damaged as damage:
            with suppress(StoreUnavailable):
                self._rebuild()
                return self._columns()
            raise damage

    def _columns(self) -> Columns:
        with self._reading() as db:
            return storecolumns.columns(db)
