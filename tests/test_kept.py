"""What the store keeps of an examination: all that it found, never beside another record, in nobody's way."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb import desk, keeping, kept
from kb.desk import Desk
from kb.model import Verdict
from kb.outcomes import outcomes
from kb.reports.json import document
from kb.store import Store
from kb.storefile import reader
from kb.tables import JUDGED
from tests.bakery import BAKERY, FIRST, corpus, dump, new_claim, tamper

ROOT = Path(__file__).resolve().parent.parent
TABLES = [table.__tablename__ for table in JUDGED]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with Desk(Store.open(tmp_path / "kb.sqlite")) as made:
        made.store.add(FIRST, "bakery.yaml")
        yield made


def judged(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The tables of an examination."""
    return {name: rows for name, rows in dump(path).items() if name in TABLES}


def found(at: Desk) -> list[tuple[str, str]]:
    """What an examination gives now, kept or not."""
    examination = at.examine()
    ids = at.store.claim_ids(range(len(examination.verdicts)))
    return [(ids[number], verdict.value) for number, verdict in enumerate(examination.verdicts)]


def kept_now(path: Path) -> list[tuple[str, str]] | None:
    """The same of what is kept."""
    known = kept.verdicts(path)
    return None if known is None else [(claim.id, verdict.value) for claim, verdict in known]


# ------------------------------------------------------------------------------------------------ what is kept


def ask(db: sqlite3.Connection, question: str) -> list[dict[str, Any]]:
    """The rows of an answer by the names of their columns."""
    cursor = db.execute(question)
    return [dict(zip([name for name, *_ in cursor.description], row, strict=True)) for row in cursor]


NAMES = "(SELECT number, name FROM latest WHERE part = '{}')"
APPLICATIONS = (
    "SELECT a.*, e.name AS anchor_name, s.name AS source_name, c.name AS output_name, o.name AS subject_name "
    f"FROM applicationrow a JOIN {NAMES.format('entity')} e ON e.number = anchor "
    f"JOIN {NAMES.format('entity')} o ON o.number = subject "
    f"LEFT JOIN {NAMES.format('source')} s ON s.number = source "
    f"LEFT JOIN {NAMES.format('claim')} c ON c.number = output ORDER BY a.number"
)
INPUTS = (
    f"SELECT i.*, c.name AS name FROM inputrow i LEFT JOIN {NAMES.format('claim')} c ON c.number = i.claim "
    "ORDER BY application, position"
)
FINDINGS = "SELECT id, code, severity, message, factor FROM findingrow ORDER BY position"
NAMED = (
    f"SELECT finding, c.name AS name FROM findingclaimrow f JOIN {NAMES.format('claim')} c ON c.number = f.claim "
    "ORDER BY finding, position"
)


def reference(claim: str | None, implied: int | None) -> dict[str, object]:
    """Where a value is from, as the report says it."""
    return {"claim": claim} if claim is not None else {"application": implied}


def said(given: dict[str, Any]) -> dict[str, object]:
    """The same part of what the report says."""
    return {key: given[key] for key in ("claim", "application") if key in given}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[sqlite3.Connection, dict[str, Any]]]:
    """The shipped corpora: the store after an examination, and the report."""
    with Desk.open(tmp_path_factory.mktemp("shipped") / "kb.sqlite") as at:
        examination = at.examine_and_keep()
        report = json.loads(json.dumps(document(examination, at.heading(examination, 80))))
        with closing(sqlite3.connect(at.store.path)) as db:
            yield db, report


def test_verdicts_are_those_of_the_report(shipped: tuple[sqlite3.Connection, dict[str, Any]]) -> None:
    db, report = shipped
    rows = ask(db, f"SELECT name AS id, verdict, reason FROM verdictrow JOIN {NAMES.format('claim')} ON number = claim")
    assert rows == [{key: claim[key] for key in ("id", "verdict", "reason")} for claim in report["claims"]]
    assert {row["reason"] is None for row in rows} == {True, False}


def test_applications_are_those_of_the_report(shipped: tuple[sqlite3.Connection, dict[str, Any]]) -> None:
    db, report = shipped
    rows, wanted = ask(db, APPLICATIONS), report["applications"]
    assert {row["outcome"] for row in rows} >= {"implies", "fits", "fits with rounding", "fails"}
    for row, entry in zip(rows, wanted, strict=True):
        for key in ("number", "derivation", "outcome", "ratio", "stretch", "power"):
            assert row[key] == entry[key], key
        assert (row["anchor_name"], row["source_name"]) == (entry["subject"], entry["source"])
        assert row["attribute"] == entry["output"]["attribute"]
        assert reference(row["output_name"], row["implied"]) == said(entry["output"])
        assert (row["output"] is None) or (row["implied"] is None)
        assert row["subject_name"] == entry["output"].get("subject", row["subject_name"])


def test_inputs_are_those_of_the_report(shipped: tuple[sqlite3.Connection, dict[str, Any]]) -> None:
    db, report = shipped
    rows = [(row["application"], row["slot"], reference(row["name"], row["implied"])) for row in ask(db, INPUTS)]
    wanted = [
        (entry["number"], each["slot"], said(each)) for entry in report["applications"] for each in entry["inputs"]
    ]
    assert rows == wanted
    assert {"claim", "application"} == {key for *_, where in rows for key in where}


def test_findings_are_those_of_the_report(shipped: tuple[sqlite3.Connection, dict[str, Any]]) -> None:
    db, report = shipped
    keys = ("id", "code", "severity", "message", "factor")
    assert ask(db, FINDINGS) == [{key: finding[key] for key in keys} for finding in report["findings"]]
    named: dict[str, list[str]] = {}
    for row in ask(db, NAMED):
        named.setdefault(row["finding"], []).append(row["name"])
    assert named == {finding["id"]: finding["claims"] for finding in report["findings"] if finding["claims"]}
    assert named


def test_no_row_points_nowhere(shipped: tuple[sqlite3.Connection, dict[str, Any]]) -> None:
    db, _ = shipped
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_claims_with_their_verdicts(at: Desk) -> None:
    path = at.store.path
    assert kept.verdicts(path) is None
    given = at.verdicts()
    assert kept.verdicts(path) == given
    assert [claim for claim, _ in given] == list(FIRST.knowledge.claims.values())
    undetermined = kept.verdicts(path, Verdict.UNDETERMINED)
    assert undetermined == at.verdicts(Verdict.UNDETERMINED)
    assert undetermined == [one for one in given if one[1] is Verdict.UNDETERMINED]
    assert 0 < len(undetermined) < len(given)


def test_the_query_of_the_docs(at: Desk) -> None:
    text = (ROOT / "docs" / "store.md").read_text(encoding="utf-8")
    [query] = re.findall(r"^    SELECT .*?;$", text, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`(\w+row)`", text))
    assert set(TABLES) <= named <= dump(at.store.path).keys()
    with closing(sqlite3.connect(at.store.path)) as db:
        assert db.execute(query).fetchall() == []
        at.examine_and_keep()
        assert sorted(db.execute(query)) == sorted(found(at))
        at.store.add(corpus(new_claim("a"), at.store.knowledge()), "a")
        assert db.execute(query).fetchall() == [], "it is stale"


# ------------------------------------------------------------------------------------------------ fresh or stale


def test_an_import_makes_it_stale(at: Desk) -> None:
    path = at.store.path
    at.examine_and_keep()
    assert kept_now(path) == found(at)
    at.store.add(corpus(BAKERY, at.store.knowledge(claims=True)), "nothing new")
    assert kept.is_fresh(path)
    at.store.add(corpus(new_claim("a"), at.store.knowledge()), "a")
    assert not kept.is_fresh(path)
    assert kept.verdicts(path) is None
    at.examine_and_keep()
    assert kept.is_fresh(path)
    assert kept_now(path) == found(at)
    assert len(found(at)) == 8


def test_a_revised_claim_makes_it_stale(at: Desk) -> None:
    """Also of a claim that what is kept speaks of."""
    at.examine_and_keep()
    text = BAKERY.replace("value: 3, than", "value: 24, than")
    at.store.add(corpus(text, at.store.knowledge(claims=True)), "corrected")
    assert kept.verdicts(at.store.path) is None
    at.examine_and_keep()
    assert ("ledger:ratio", "holds") in (kept_now(at.store.path) or [])


@pytest.mark.parametrize("stamp", [kept.CODE, kept.HISTORY])
def test_what_other_code_or_another_history_gave_is_not_read(at: Desk, stamp: str) -> None:
    at.examine_and_keep()
    whole = dump(at.store.path)
    tamper(at.store.path, f"UPDATE stamp SET text = 'something else' WHERE name = '{stamp}'")
    assert not kept.is_fresh(at.store.path)
    assert kept.verdicts(at.store.path) is None
    at.examine_and_keep()
    assert dump(at.store.path) == whole


def test_a_changed_check_or_derivation_is_other_code(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at.examine_and_keep()
    read = Path.read_bytes
    for file in ("kb/checks/recompute.py", "kb/verdicts.py", "derivations/compute.py"):
        assert (ROOT / file).is_file()

        def changed(path: Path, file: str = file) -> bytes:
            return read(path) + (b"# changed" if path == ROOT / file else b"")

        assert kept.is_fresh(at.store.path)
        monkeypatch.setattr(Path, "read_bytes", changed)
        assert not kept.is_fresh(at.store.path), file
        monkeypatch.undo()


def test_a_rebuild_empties_it(at: Desk) -> None:
    at.examine_and_keep()
    assert all(judged(at.store.path).values())
    at.store.rebuild()
    assert judged(at.store.path) == {name: [] for name in TABLES}
    assert kept.verdicts(at.store.path) is None


def test_what_is_fresh_is_not_written_again(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at.examine_and_keep()
    monkeypatch.delattr(keeping, "keep")
    at.examine_and_keep()
    with pytest.raises(AttributeError):
        at.verdicts()


def test_much_is_kept_only_for_those_who_ask_for_verdicts(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_KEPT", 6)
    at.examine_and_keep()
    assert not kept.is_fresh(at.store.path)
    at.verdicts()
    assert kept.is_fresh(at.store.path)


# ------------------------------------------------------------------------------------------------ in nobody's way


def test_what_was_found_of_a_record_that_has_grown_since_is_not_kept(at: Desk) -> None:
    history, examination = at.store.digest(), at.examine()
    with Store.open(at.store.path) as other:
        other.add(corpus(new_claim("a"), other.knowledge()), "a")
    before = dump(at.store.path)
    assert not keeping.keep(at.store.path, history, outcomes(examination))
    assert dump(at.store.path) == before


def test_a_store_that_somebody_else_is_writing(at: Desk) -> None:
    whole = found(at)
    with closing(sqlite3.connect(at.store.path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        assert len(at.examine_and_keep().verdicts) == 7
        assert [(claim.id, verdict.value) for claim, verdict in at.verdicts()] == whole
        assert not kept.is_fresh(at.store.path)
        db.execute("ROLLBACK")
    at.examine_and_keep()
    assert kept_now(at.store.path) == whole


def test_a_store_for_reading_only(at: Desk) -> None:
    before = dump(at.store.path)
    with Desk(Store.open(at.store.path, read_only=True)) as other:
        assert [(claim.id, verdict.value) for claim, verdict in other.verdicts()] == found(at)
        other.examine_and_keep()
    assert dump(at.store.path) == before


def test_a_file_that_cannot_be_written(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says the same of a connection that only reads as of a file without permission, also to root."""
    before = dump(at.store.path)
    monkeypatch.setattr(keeping, "writer", reader)
    assert len(at.verdicts()) == 7
    assert dump(at.store.path) == before
    monkeypatch.undo()
    at.verdicts()
    assert dump(at.store.path) != before


KEEPER = """
import sys
from kb.desk import Desk
from kb.store import Store

with Desk(Store.open(sys.argv[1])) as at:
    for n in range(6):
        assert len(at.verdicts()) >= 7
"""
WRITER = """
import sys
from kb.store import Store
from tests.bakery import corpus, new_claim

with Store.open(sys.argv[1]) as store:
    for n in range(12):
        assert store.add(corpus(new_claim(f"c{n}", f"{n + 1} kg"), store.knowledge()), "more").change
"""


def test_processes_that_keep_and_write_at_once(at: Desk) -> None:
    path = at.store.path
    at.store.columns()
    programs = [KEEPER, WRITER, KEEPER]
    started = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], cwd=ROOT, text=True, stderr=subprocess.PIPE)
        for program in programs
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    whole = found(at)
    assert len(whole) == 7 + 12
    assert kept_now(path) in (None, whole)
    at.verdicts()
    assert kept_now(path) == whole
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


# ------------------------------------------------------------------------------------------------ tampered with

UNREADABLE = {
    "a table is gone": "DROP TABLE verdictrow",
    "a table is another": "ALTER TABLE verdictrow RENAME COLUMN verdict TO cake",
    "a word that nobody knows": "UPDATE verdictrow SET verdict = 'delicious' WHERE claim = 0",
    "a number for a word": "UPDATE verdictrow SET verdict = 5",
    "bytes for a word": "UPDATE verdictrow SET verdict = x'ff'",
    "text that is no text": "UPDATE verdictrow SET verdict = CAST(x'ff' AS TEXT)",
    "a claim without a verdict": "DELETE FROM verdictrow WHERE claim = 3",
    "a verdict of no claim": "UPDATE verdictrow SET claim = 77 WHERE claim = 3",
    "no stamp": "DELETE FROM stamp WHERE name LIKE 'judged%'",
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("wanted", [None, Verdict.NOT_NUMERIC])
def test_what_cannot_be_read_is_found_again(at: Desk, what: str, wanted: Verdict | None) -> None:
    given = at.verdicts(wanted)
    whole = dump(at.store.path)
    tamper(at.store.path, UNREADABLE[what])
    assert kept.verdicts(at.store.path, wanted) is None
    assert at.verdicts(wanted) == given
    assert dump(at.store.path) == whole


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_gone_is_made_again(at: Desk, table: str) -> None:
    at.verdicts()
    whole = dump(at.store.path)
    tamper(at.store.path, f"DROP TABLE {table}")
    at.verdicts()
    assert dump(at.store.path) == whole


@pytest.mark.parametrize("name", ["nothing", "folder", "text", "other"])
def test_nothing_is_kept_in_what_is_no_store(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif name == "text":
        path.write_text("claims: []", encoding="utf-8")
    elif name == "other":
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE stamp (name)")
    assert kept.verdicts(path) is None
    assert not kept.is_fresh(path)
    assert path.exists() is (name != "nothing")
