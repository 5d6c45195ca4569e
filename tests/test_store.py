"""The store: nothing is lost, nothing is half there, nothing that was said is ever unsaid."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from kb.columns import Columns, columns
from kb.knowledge import Knowledge
from kb.store import NoClaim, Refused, Store, StoreUnavailable, default_path
from kb.tables import JUDGED, REFUSED, SCHEMA, AttachedText
from tests.bakery import BAKERY, FIRST, NEW, PLAIN, corpus, dump, new_claim, tamper
from tests.drawn import draws

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "kb.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as made:
        assert made.is_empty()
        made.add(FIRST, "bakery.yaml")
        yield made


def differences(one: object, other: object, name: str = "columns") -> list[str]:
    """The names of the parts in which two sets of columns differ."""
    if is_dataclass(one) and is_dataclass(other):
        return [
            way
            for part in fields(one)
            for way in differences(getattr(one, part.name), getattr(other, part.name), f"{name}.{part.name}")
        ]
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        same = one.dtype == other.dtype and one.shape == other.shape and bool((one == other).all())
        return [] if same else [name]
    return [] if one == other else [name]


# ------------------------------------------------------------------------------------------------ what is kept


def test_what_was_stored_is_known_again(store: Store) -> None:
    assert FIRST.troubles[0].message.startswith("no party 'The Miller'"), "the only one, a note"
    assert FIRST.errors == ()
    assert store.knowledge(claims=True) == FIRST.knowledge
    assert store.knowledge().claims == {}
    assert store.knowledge().entities == FIRST.knowledge.entities


def test_counts_and_receipt(path: Path) -> None:
    with Store.open(path) as store:
        receipt = store.add(FIRST, "bakery.yaml")
        parts = {"unit": 4, "kind": 3, "key": 3, "attribute": 3, "source": 2, "entity": 4, "claim": 7}
        assert (receipt.change, receipt.added, receipt.revised, receipt.unchanged) == (1, parts, {}, {})
        assert store.counts() == {**parts, "acceptance": 0, "change": 1, "revision": sum(parts.values())}
        assert not store.is_empty()


def test_claims_by_number_and_id(store: Store) -> None:
    ids = list(FIRST.knowledge.claims)
    assert [store.claim_number(id_) for id_ in ids] == list(range(7))
    assert store.claim_number("ledger:nobody") is None
    assert store.claim_ids([6, 0]) == {6: ids[6], 0: ids[0]}
    assert store.claims([2, 3]) == {n: FIRST.knowledge.claims[ids[n]] for n in (2, 3)}
    assert store.claim(4) == FIRST.knowledge.claims[ids[4]]
    assert store.rests() == [(1, 0, "input")]
    with pytest.raises(NoClaim, match="no claim 99 in the store; expected one that 'kb list' names; correct the id"):
        store.claim(99)


def test_more_claims_than_one_statement_takes(store: Store) -> None:
    text = PLAIN + "".join(NEW.format(id=f"c{n}", value=f"{n + 1} kg", subject="Rye") for n in range(2000))
    more = corpus(text, store.knowledge())
    store.add(more, "more")
    assert store.add(more, "more").unchanged == {"claim": 2000}
    assert len(store.claims(range(2007))) == 2007


def test_an_import_without_news_makes_no_revision(store: Store) -> None:
    before = store.counts(), store.digest()
    receipt = store.add(corpus(BAKERY, store.knowledge(claims=True)), "again")
    assert receipt.change is None
    assert receipt.unchanged["claim"] == 7
    assert (store.counts(), store.digest()) == before


def test_what_changed_makes_exactly_one_revision(store: Store) -> None:
    before = store.counts()["revision"]
    changed = BAKERY.replace("about 120 kg", "about 130 kg")
    receipt = store.add(corpus(changed, store.knowledge(claims=True)), "corrected")
    assert (receipt.change, receipt.added, receipt.revised) == (2, {}, {"claim": 1})
    assert store.counts()["revision"] == before + 1
    assert store.counts()["claim"] == 7
    assert store.claim(0).value.text == "about 130 kg", "the number stays"
    rows = store.columns().rows
    assert rows.lo[rows.claim == 0].tolist() == [130_000.0] * 2


def test_the_digest_is_a_chain_over_the_history(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store, Store.open(tmp_path / "other.sqlite") as other:
        assert store.digest() == "0" * 64
        for each in (store, other):
            each.add(FIRST, "by any name")
        first = store.digest()
        assert other.digest() == first
        store.add(corpus(new_claim("a"), FIRST.knowledge), "a")
        other.add(corpus(new_claim("a", "8 kg"), FIRST.knowledge), "a")
        body = store._ask("SELECT body FROM revision ORDER BY id DESC LIMIT 1")
        link = json.dumps(["claim", "ledger:a", 1, body]) + "\n"
        assert store.digest() == sha256(first.encode() + link.encode()).hexdigest()
        assert other.digest() != store.digest()


# ------------------------------------------------------------------------------------------------ columns


def of_objects(known: Knowledge) -> Columns:
    """The columns of what is known, made without a store."""
    entities, sources, claims = known.entities.values(), known.sources.values(), list(known.claims.values())
    return columns(known.vocabulary, known.units, entities, sources, claims)


def assert_derived_as_from_scratch(store: Store) -> None:
    """What was derived step by step is what the objects give, and what the record alone gives."""
    assert differences(store.columns(), of_objects(store.knowledge(claims=True))) == []
    before = dump(store.path)
    store.rebuild()
    assert dump(store.path) == before


def test_columns_equal_those_of_objects(store: Store) -> None:
    made = of_objects(FIRST.knowledge)
    assert differences(store.columns(), made) == []
    assert made.claims.target.tolist() == [-1] * 7
    assert len(made.rows.lo) == 2 + 1 + 2 + 1 + 2
    assert made.rows.masks.shape[1] == 3


def test_a_difference_between_columns_is_seen(store: Store) -> None:
    other = of_objects(corpus(BAKERY.replace("about 120 kg", "about 121 kg")).knowledge)
    assert differences(store.columns(), other) == ["columns.rows.lo", "columns.rows.hi", *ABOUT]


ABOUT = ["columns.rows.below", "columns.rows.above"]  # one digit more is more exact
ONE_IMPORT = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 5), st.sampled_from(["Rye", "Corner Shop"])),
    max_size=6,
    unique_by=lambda one: one[0],
)


@draws(15)
@given(imports=st.lists(ONE_IMPORT, max_size=4))
def test_columns_stay_equal_through_any_history(
    tmp_path_factory: pytest.TempPathFactory, imports: list[list[tuple[int, int, str]]]
) -> None:
    """Claims come and are revised in any order."""
    with Store.open(tmp_path_factory.mktemp("history") / "kb.sqlite") as store:
        store.add(FIRST, "first")
        for claims in imports:
            text = PLAIN + "".join(NEW.format(id=f"c{n}", value=f"{v} kg", subject=s) for n, v, s in claims)
            store.add(corpus(text, store.knowledge(claims=True)), "more")
        assert_derived_as_from_scratch(store)


def test_holders_and_entities_can_change(store: Store) -> None:
    text = BAKERY.replace("holders: [Old Rye]", "holders: [A new clerk]").replace("links: {within: Rye}", "")
    receipt = store.add(corpus(text, store.knowledge(claims=True)), "corrected")
    assert receipt.revised == {"entity": 1, "claim": 6}
    assert len(store.columns().links.start) == 2, "Rye's owner and the shift"
    assert_derived_as_from_scratch(store)


def test_a_link_is_found_when_its_entity_becomes_known(store: Store) -> None:
    number = store.claim_number("gossip:owner") or -1
    assert store.columns().claims.target[number] == -1
    store.add(corpus("entities: [{id: The Miller, kind: party}]", store.knowledge()), "the miller")
    found = store.columns()
    assert found.entity_ids[found.claims.target[number]] == "The Miller"
    assert_derived_as_from_scratch(store)


@pytest.mark.parametrize(
    "vocabulary",
    [
        "keys: [{id: place, meaning: Where., values: {shop: , market: }}]",
        "keys: [{id: counted, meaning: How., values: {given: , baked: , sold: }}]",
        'units: ["loaf = [loaf]", "gram = 2 [mass] = g"]'.replace("2 [mass]", "[weight]"),
        "attributes: [{id: bakery.bread, about: bakery, meaning: X., unit: kg, keys: {counted: {parts: own}}}]",
        "attributes: [{id: bakery.ovens, about: bakery, meaning: X., unit: loaf}]",
        "kinds: [{id: oven, meaning: Bakes.}]",
    ],
)
def test_what_was_derived_follows_the_vocabulary(store: Store, vocabulary: str) -> None:
    base = store.knowledge()
    if (
        "bakery.bread" in vocabulary
    ):  # the claim that says which grain no longer fits: it is corrected in the same import
        fixed = BAKERY.partition("claims:")[2].replace("scope: {counted: sold, grain: rye}", "scope: {counted: sold}")
        vocabulary += "\ndefaults: {cite: ledger, holders: [Old Rye]}\nclaims:" + fixed
    receipt = store.add(corpus(vocabulary, base), "vocabulary")
    assert receipt.change == 2
    assert_derived_as_from_scratch(store)


def test_a_vocabulary_that_stored_claims_do_not_fit_is_refused(store: Store) -> None:
    text = "attributes: [{id: bakery.bread, about: bakery, meaning: X., unit: hour}]"
    before = dump(store.path)
    with pytest.raises(Refused, match=r"claim ledger:bread: unit 'kg' has dimension .*; nothing was stored") as caught:
        store.add(corpus(text, store.knowledge()), "bread in hours")
    assert caught.value.troubles[0].claims == ("ledger:bread",)
    assert dump(store.path) == before


def test_tables_that_other_code_filled_are_filled_again(store: Store, path: Path) -> None:
    whole = dump(path)
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM readingrow")
        db.execute("UPDATE stamp SET text = 'an older Claimcheck'")
    db.close()
    with Store.open(path, read_only=True) as again:
        assert differences(again.columns(), of_objects(FIRST.knowledge)) == []
    assert dump(path) == whole


# ------------------------------------------------------------------------------------------------ what is refused


def test_a_corpus_with_errors_is_not_stored(store: Store) -> None:
    bad = corpus(new_claim("a") + NEW.format(id="b", value="7 kg", subject="Rey"), store.knowledge())
    before = dump(store.path)
    with pytest.raises(
        Refused, match=r"1 error in what was to be stored \(x.yaml:\d+:\d+: no bakery 'Rey'.*\); expected"
    ):
        store.add(bad, "bad")
    assert dump(store.path) == before
    assert store.add(bad, "bad", keep_good=True).added == {"claim": 1}
    assert store.claim_number("ledger:a") == 7


def test_a_corpus_read_on_top_of_something_else_is_not_stored(path: Path) -> None:
    stranger = corpus(new_claim("a"), FIRST.knowledge)
    with Store.open(path) as store:
        with pytest.raises(
            Refused, match=r"x\.yaml:5:5: claim ledger:a: 'bakery.bread' is not in this store; expected"
        ):
            store.add(stranger, "claims only")
        assert store.is_empty()


def test_a_store_for_reading_cannot_be_written(store: Store, path: Path) -> None:
    with Store.open(path, read_only=True) as other:
        assert other.counts()["claim"] == 7
        with pytest.raises(StoreUnavailable, match="is open for reading only"):
            other.add(FIRST, "again")
        with (
            pytest.raises(OperationalError, match="readonly"),
            other._reader.begin() as db,
        ):
            db.exec_driver_sql("DELETE FROM word")


RECORD = {
    "update": "UPDATE revision SET body = '{}' WHERE id = 1",
    "update of a change": "UPDATE change SET digest = ''",
    "delete": "DELETE FROM revision",
    "delete of a change": "DELETE FROM change",
    "replace": "REPLACE INTO revision SELECT * FROM revision WHERE id = 1",
    "insert or replace": "INSERT OR REPLACE INTO revision SELECT id, change, part, name, number, '{}' FROM revision",
    "replace by name": "REPLACE INTO revision SELECT id + 1000, change, part, name, number, '{}' FROM revision",
    "replace by id": "REPLACE INTO revision SELECT id, change, part, name || '*', 1, '{}' FROM revision WHERE id = 1",
    "replace of a change": "INSERT OR REPLACE INTO change SELECT id, at, 'nothing', digest FROM change",
    "insert or ignore": "INSERT OR IGNORE INTO revision SELECT id, change, part, name, number, '{}' FROM revision",
    "on conflict": "INSERT INTO revision SELECT * FROM revision WHERE true ON CONFLICT DO UPDATE SET body = '{}'",
    "update or replace": "UPDATE OR REPLACE revision SET id = 1 WHERE id = 2",
    "a number left out": "INSERT INTO revision SELECT id + 1000, change, part, name, number + 2, '{}' FROM revision",
}


@pytest.mark.parametrize("way", RECORD)
def test_the_record_is_append_only_for_everybody(store: Store, way: str) -> None:
    """Also for a program that sets none of our pragmas."""
    before = dump(store.path)
    with sqlite3.connect(store.path) as db, pytest.raises(sqlite3.IntegrityError, match="the record is append-only"):
        db.execute(RECORD[way])
    db.close()
    assert dump(store.path) == before


def test_a_new_revision_can_be_appended_by_hand(store: Store) -> None:
    """The counter-example: the triggers refuse rewriting, not writing."""
    with sqlite3.connect(store.path) as db:
        db.execute(
            "INSERT INTO revision SELECT id + 1000, change, part, name, number + 1, '{}' FROM revision WHERE id = 1"
        )
    db.close()


# ------------------------------------------------------------------------------------------------ the file


def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    with Store.open(path) as store:
        store.add(FIRST, "bakery.yaml")
        files = sorted(path.parent.iterdir())
        assert [file.name for file in files] == ["kb.sqlite", "kb.sqlite-shm", "kb.sqlite-wal"]
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_the_pragmas_are_set(store: Store) -> None:
    def ask(engine: Engine, pragma: str) -> object:
        with engine.connect() as db:
            return db.exec_driver_sql(f"PRAGMA {pragma}").scalar()

    with store._writer.connect() as db:
        assert getattr(db.connection.driver_connection, "isolation_level", "") is None, (
            "the driver begins nothing itself"
        )
    assert ask(store._writer, "journal_mode") == "wal"
    assert ask(store._writer, "synchronous") == 2, "FULL"
    assert ask(store._writer, "foreign_keys") == 1
    assert ask(store._writer, "recursive_triggers") == 1
    assert ask(store._writer, "busy_timeout") == 30_000
    assert ask(store._reader, "query_only") == 1
    assert ask(store._reader, "foreign_key_check") is None, "no row points nowhere"
    assert ask(store._reader, "integrity_check") == "ok"


def test_the_default_is_in_the_data_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name, appauthor: str(tmp_path / name))
    assert default_path() == tmp_path / "claimcheck" / "kb.sqlite"
    with Store.open() as store:
        assert store.path == default_path()


def make_nothing(path: Path) -> None:
    path.write_bytes(b"")


def make_text(path: Path) -> None:
    path.write_text("claims: []\n" * 1000, encoding="utf-8")


def make_other(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE cake (id)")
    db.close()


def make_newer(path: Path) -> None:
    Store.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


LATER = (*JUDGED, AttachedText)  # the tables that the first stores did not have


def make_older(path: Path) -> None:
    """A store as it was before it kept what an examination found, or texts, and before anything could be erased."""
    with Store.open(path) as store:
        store.add(FIRST, "bakery.yaml")
    tamper(path, "DROP TABLE erasing")
    with sqlite3.connect(path) as db:
        for table, verb in (("change", "update"), ("change", "delete"), ("revision", "update"), ("revision", "delete")):
            refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            db.execute(f"CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb.upper()} ON {table} {refuse}")
        for table in LATER:
            db.execute(f"DROP TABLE {table.__tablename__}")
        db.execute("PRAGMA user_version = 1")
    db.close()


def make_damaged(path: Path) -> None:
    with Store.open(path) as store:
        store.add(FIRST, "bakery.yaml")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def make_folder(path: Path) -> None:
    path.mkdir()


UNUSABLE: dict[Callable[[Path], None], str] = {
    make_text: "is not a database; expected a store of Claimcheck; name another file",
    make_other: "is a database of something else; expected a store of Claimcheck; name another file",
    make_newer: f"has tables of version 99; expected version {SCHEMA}; "
    "use the Claimcheck that made it, or name another file",
    make_damaged: "is damaged; expected a readable database; restore a copy, or name another file and import again",
    make_folder: "is a folder; expected a file; name a file in it",
}


@pytest.mark.parametrize("make", UNUSABLE, ids=lambda make: make.__name__)
def test_a_file_that_is_no_store(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "kb.sqlite"
    make(path)
    with pytest.raises(StoreUnavailable) as caught:
        Store.open(path)
    assert str(caught.value) == f"store {str(path)!r} {UNUSABLE[make]}"


def test_an_older_store_gets_the_tables_that_it_lacks(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    make_older(old)
    before = dump(old)
    with Store.open(old) as store:
        assert store.digest() == before["change"][0][-1]
        assert_derived_as_from_scratch(store)
        assert store._ask("PRAGMA user_version") == SCHEMA
    Store.open(new).close()
    after = dump(old)
    assert after.keys() - before.keys() == {"erasing", *(table.__tablename__ for table in LATER)}
    assert {name: after[name] for name in before} == before
    assert layout(old) == layout(new)


def layout(path: Path) -> list[tuple[str, str]]:
    """Every table, index and trigger of a store, as it was made."""
    with sqlite3.connect(path) as db:
        found = sorted(db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))
    db.close()
    return found


def test_an_older_store_that_somebody_else_is_writing(tmp_path: Path) -> None:
    path = tmp_path / "kb.sqlite"
    make_older(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="is being written by another process"):
            Store.open(path, wait=0.05)
        db.execute("ROLLBACK")
    with Store.open(path) as store:
        assert store.counts()["claim"] == 7


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "kb.sqlite"
    make_nothing(path)
    with Store.open(path) as store:
        assert store.is_empty()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(
        StoreUnavailable, match=r"cannot be used \(.+\); expected a file in a folder that can be written"
    ):
        Store.open(tmp_path / "file" / "deep" / "kb.sqlite")


def test_a_store_that_somebody_else_is_writing(store: Store) -> None:
    with Store.open(store.path, wait=0.05) as other:
        news = corpus(new_claim("a"), other.knowledge())
        with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            assert other.counts()["claim"] == 7, "reading goes on"
            with pytest.raises(
                StoreUnavailable, match="is being written by another process; expected it to be done soon"
            ):
                other.add(news, "a")
            db.execute("ROLLBACK")
        assert other.add(news, "a").added == {"claim": 1}


def test_a_full_disk(store: Store) -> None:
    with store._writer.connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    before = dump(store.path)
    text = PLAIN + "".join(NEW.format(id=f"c{n}", value=f"{n + 1} kg", subject="Rye") for n in range(500))
    with pytest.raises(StoreUnavailable, match="has no room left on its disk; expected some free space; make room"):
        store.add(corpus(text, store.knowledge()), "much")
    assert dump(store.path) == before


# ------------------------------------------------------------------------------------------------ other processes

WORKER = """
import sys
from kb.corpus import read
from kb.store import Store

path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Store.open(path) as store:
    for n in range(count):
        text = f'''
defaults: {{cite: ledger, holders: [{name}]}}
claims: [{{id: {name}{n}, statement: X., subject: Rye, attribute: bakery.bread, value: {n + 1} kg,
  source: {{at: {name}{n}}}}}]
'''
        corpus = read([("x.yaml", text.encode())], store.knowledge())
        assert not corpus.errors, corpus.errors
        store.add(corpus, name)
"""

MAKER = """
import sys
from pathlib import Path
from kb.corpus import read
from kb.store import Store

corpus = read([Path(sys.argv[2])])
sys.stdin.readline()
with Store.open(sys.argv[1]) as store:
    store.add(corpus, "first")
"""

VICTIM = """
import sys, time
from pathlib import Path
from kb import storehistory
from kb.corpus import read
from kb.store import Store

whole = getattr(storehistory, sys.argv[3])

def and_then_stop(*values, **named):
    whole(*values, **named)
    print("in the middle", flush=True)
    time.sleep(60)

setattr(storehistory, sys.argv[3], and_then_stop)
with Store.open(sys.argv[1]) as store:
    store.add(read([Path(sys.argv[2])]), "never done")
"""


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finished(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


def test_processes_that_write_at_once_lose_nothing(store: Store) -> None:
    for worker in [start(WORKER, store.path, name, 25) for name in ("ann", "bob", "cid")]:
        finished(worker)
    counts = store.counts()
    assert (counts["claim"], counts["change"]) == (7 + 75, 1 + 75)
    assert all(store.claim_number(f"ledger:{name}{n}") for name in ("ann", "bob", "cid") for n in range(25))
    assert_derived_as_from_scratch(store)


def test_processes_that_make_the_store_at_once_make_one(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "bakery.yaml"
    file.write_text(BAKERY, encoding="utf-8")
    makers = [start(MAKER, path, file) for _ in range(3)]
    for maker in makers:  # all at one moment, when their imports are done
        assert maker.stdin is not None
        maker.stdin.write("go\n")
        maker.stdin.flush()
    for maker in makers:
        finished(maker)
    with Store.open(path) as store:
        assert (store.counts()["change"], store.counts()["claim"]) == (1, 7)


@pytest.mark.parametrize("moment", ["known_entries", "record", "derive"])
def test_an_import_that_is_killed_leaves_nothing(path: Path, tmp_path: Path, moment: str) -> None:
    """Before anything is written, between record and derived tables, and with only the commit missing."""
    Store.open(path).close()
    file = tmp_path / "bakery.yaml"
    many = "".join(
        NEW.format(id=f"c{n}", value=f"{n + 1} kg", subject=f"Rye, note: {'long ' * 390}") for n in range(2000)
    )
    file.write_text(BAKERY + many, encoding="utf-8")
    with start(VICTIM, path, file, moment) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "in the middle\n"
        spilled = path.with_name("kb.sqlite-wal").stat().st_size
        os.kill(victim.pid, signal.SIGKILL)
    assert victim.returncode == -signal.SIGKILL
    assert (spilled > 1_000_000) is (moment != "known_entries"), "what is not committed has reached the disk"
    with Store.open(path, read_only=True) as store:
        assert store.is_empty()
        assert store.counts()["revision"] == 0
        assert len(store.columns().claims.subject) == 0
    with Store.open(path) as store:
        assert store.add(FIRST, "done").change == 1
        assert_derived_as_from_scratch(store)
