"""Corpora that come with a new version: offered, never stored unasked, never over what the user has made his own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb import fingerprints, storeedits, updating
from kb.cli.exchange import arriving
from kb.corpus import Corpus, read
from kb.desk import Desk, NotEmpty
from kb.store import Moved, Refused, Store
from kb.storesaid import FIRST, UPDATE, is_ours
from kb.updating import KEPT, NEW, REVISED
from tests.bakery import BAKERY, corpus, new_claim
from tests.commands import Kb


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped corpora."""
    folder = tmp_path / "claims"
    folder.mkdir()
    (folder / "bakery.yaml").write_text(BAKERY, encoding="utf-8")
    monkeypatch.setattr(fingerprints, "ROOM", folder)
    return folder


@pytest.fixture
def at(room: Path, tmp_path: Path) -> Iterator[Desk]:
    with Desk.open(tmp_path / "kb.sqlite") as desk:
        yield desk


def ship(room: Path, *changes: tuple[str, str]) -> None:
    text = (room / "bakery.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (room / "bakery.yaml").write_text(text, encoding="utf-8")


def revise(at: Desk, old: str, new: str) -> None:
    """What a user does with a record that was shipped."""
    assert old in BAKERY
    mine = read([("mine.yaml", BAKERY.replace(old, new).encode())], at.store.knowledge(claims=True))
    assert at.store.add(mine, "import mine.yaml").change


def value(at: Desk, claim: str) -> str:
    return at.store.knowledge(claims=True).claims[claim].value.text


TOMB = "forgotten:0123456789abcdef"
BREAD, SOLD = ("about 120 kg", "about 130 kg"), ("90 to 100 kg", "95 to 100 kg")
ADDED = (
    "claims:\n",
    "claims:\n  - {id: new, statement: X., subject: Rye, attribute: bakery.famous, value: no, source: {at: r9}}\n",
)


def test_nothing_is_offered_of_what_was_stored_at_first(at: Desk) -> None:
    assert not updating.is_offered(at.store)
    assert updating.prepared(at.store).changes == ()


def test_what_changed_is_offered_and_stored_when_wanted(at: Desk, room: Path) -> None:
    ship(room, BREAD, ADDED)
    before = at.store.digest()
    assert updating.is_offered(at.store)
    update = updating.prepared(at.store)
    assert update.changes == ((NEW, "claim", "ledger:new"), (REVISED, "claim", "ledger:bread"))
    assert at.store.digest() == before, "nothing was stored yet"
    assert updating.is_offered(at.store)
    receipt = updating.carry_out(at.store, update)
    assert (receipt.added, receipt.revised, receipt.unchanged) == ({"claim": 1}, {"claim": 1}, {})
    assert value(at, "ledger:bread") == "about 130 kg"
    assert not updating.is_offered(at.store)
    ship(room, ("about 130 kg", "about 140 kg"))
    assert updating.prepared(at.store).changes == ((REVISED, "claim", "ledger:bread"),), "it is still as shipped"


def test_what_the_user_revised_stays_unless_he_says_otherwise(at: Desk, room: Path) -> None:
    revise(at, "about 120 kg", "about 7 kg")
    ship(room, BREAD, SOLD)
    update = updating.prepared(at.store)
    assert update.changes == ((KEPT, "claim", "ledger:bread"), (REVISED, "claim", "ledger:sold"))
    updating.carry_out(at.store, update)
    assert (value(at, "ledger:bread"), value(at, "ledger:sold")) == ("about 7 kg", "95 to 100 kg")
    assert not updating.is_offered(at.store)
    assert not updating.prepared(at.store)
    theirs = updating.prepared(at.store, theirs=True)
    assert theirs.changes == ((REVISED, "claim", "ledger:bread"),)
    updating.carry_out(at.store, theirs)
    assert value(at, "ledger:bread") == "about 130 kg"
    ship(room, ("about 130 kg", "about 140 kg"))
    assert updating.prepared(at.store).changes == ((REVISED, "claim", "ledger:bread"),), "it is no longer his"


def test_what_the_user_retracted_stays_out_unless_he_says_otherwise(at: Desk, room: Path) -> None:
    at.store.write(lambda db: storeedits.retract(db, ["ledger:night"], "it was wrong"))
    ship(room, BREAD)
    assert set(updating.prepared(at.store).changes) == {
        (REVISED, "claim", "ledger:bread"),
        (KEPT, "claim", "ledger:night"),
    }
    updating.carry_out(at.store, updating.prepared(at.store, theirs=True))
    assert "ledger:night" in at.store.knowledge(claims=True).claims


def test_what_was_forgotten_may_be_among_what_is_new_and_that_is_told(at: Desk, room: Path) -> None:
    def told() -> list[str]:
        return arriving(updating.prepared(at.store))

    ship(room, BREAD)
    assert told() == [], "nothing comes in"
    ship(room, ADDED)
    assert told() == ["brings in 1 claim that is not in this store: ledger:new"]
    at.store.write(lambda db: storeedits.forget(db, "claim", "ledger:night", "a court said so"))
    assert told() == [
        "brings in 2 claims that are not in this store: ledger:new, ledger:night",
        "1 claim was erased here by kb forget, and what is left of it does not tell which: "
        "look whether it comes back by this",
    ]
    assert set(updating.prepared(at.store).changes) >= {(NEW, "claim", "ledger:night")}
    updating.carry_out(at.store, updating.prepared(at.store))
    assert told() == []
    ship(room, *((f"id: {name},", f"id: {name}-again,") for name in ("sold", "ratio", "night", "famous")))
    assert told()[0].startswith("brings in 4 claims that are not in this store: ledger:sold-again, ")


@pytest.mark.parametrize("name", ["Claimcheck", "first use", "update", "corpora that come"])
def test_what_is_forgotten_does_not_make_shipped_records_the_users(at: Desk, room: Path, name: str) -> None:
    at.store.add(corpus(f"entities: [{{id: {name}, kind: party}}]", at.store.knowledge(claims=True)), "import one.yaml")
    ship(room, SOLD)
    updating.carry_out(at.store, updating.prepared(at.store))
    at.store.write(lambda db: storeedits.forget(db, "entity", name, "a court said so"))
    ship(room, BREAD, ("95 to 100 kg", "96 to 100 kg"))
    assert {change for change, *_ in updating.prepared(at.store).changes} == {REVISED}


@pytest.mark.parametrize(
    ("what", "ours"),
    [
        (FIRST, True),
        (UPDATE, True),
        (FIRST.replace("Claimcheck", TOMB), True),
        (UPDATE.replace("update", TOMB), True),
        (f"forget {TOMB}", False),
        (f"{TOMB} {TOMB}", False),
        (f"import {TOMB}", False),
        ("first use", False),
    ],
)
def test_a_store_from_whose_words_an_older_version_took_a_name_is_still_read(what: str, ours: bool) -> None:
    assert is_ours(what) is ours


def test_a_file_that_only_looks_different_is_nothing_to_update(at: Desk, room: Path) -> None:
    ship(room, ("claims:\n", "\n# the books\nclaims:\n"))
    assert updating.is_offered(at.store)
    update = updating.prepared(at.store)
    assert not update
    assert updating.carry_out(at.store, update).change is None
    assert not updating.is_offered(at.store)


def test_what_does_not_fit_what_the_user_has_is_refused_whole(at: Desk, room: Path) -> None:
    mine = new_claim("mine").replace("value: 7 kg", "value: 7 kg, scope: {grain: wheat}")
    at.store.add(corpus(mine, at.store.knowledge(claims=True)), "import mine.yaml")
    ship(room, ("wheat: ", "oats: "), BREAD)
    before = at.store.digest()
    with pytest.raises(Refused, match="ledger:mine"):
        updating.carry_out(at.store, updating.prepared(at.store))
    assert at.store.digest() == before
    assert updating.is_offered(at.store)


def test_a_store_that_moved_meanwhile_is_left_alone(at: Desk, room: Path) -> None:
    ship(room, BREAD)
    update = updating.prepared(at.store)
    revise(at, "about 120 kg", "about 7 kg")
    with pytest.raises(Moved, match="the history has changed since this was looked at"):
        updating.carry_out(at.store, update)
    assert value(at, "ledger:bread") == "about 7 kg"


def test_a_rebuild_does_not_forget_what_was_looked_at(at: Desk, room: Path) -> None:
    at.store.rebuild()
    assert not updating.is_offered(at.store)
    with closing(sqlite3.connect(at.store.path)) as db:
        db.execute("DROP TABLE stamp")
    at.store.rebuild()
    assert updating.is_offered(at.store), "nobody knows; kb update finds out that it is nothing"
    assert not updating.prepared(at.store)


def test_a_store_made_afresh_holds_what_was_imported_alone(room: Path, tmp_path: Path) -> None:
    with Desk.open(tmp_path / "fresh.sqlite", fill=False) as at:
        empty = at.empty()
        at.store.add(corpus(BAKERY.replace(*BREAD)), "import", expecting=empty)
        at.leave_shipped()
        assert not updating.is_offered(at.store)
        assert updating.prepared(at.store).changes == ((KEPT, "claim", "ledger:bread"),)
        with pytest.raises(NotEmpty, match="already holds something; expected a new one; "):
            at.empty()
        with pytest.raises(Moved):
            at.store.add(corpus(new_claim("a"), at.store.knowledge()), "import", expecting=empty)


def test_a_store_for_reading_only_is_told_the_same(at: Desk, room: Path) -> None:
    ship(room, BREAD)
    with Store.open(at.store.path, read_only=True) as store:
        assert updating.is_offered(store)
        assert len(updating.prepared(store).changes) == 1


def orphans(corpus: Corpus) -> set[str]:
    """What some files define, nothing mentions, and that is noted."""
    return {each.about for each in corpus.troubles if each.code == "orphan"}


def test_what_is_shipped_and_mentioned_by_nothing_is_no_note_but_what_is_not_shipped_is(at: Desk, room: Path) -> None:
    ship(room, ("entities:\n", "entities:\n  - {id: Ours, kind: party}\n"))
    mine = (
        (room / "bakery.yaml")
        .read_text("utf-8")
        .replace("entities:\n", "entities:\n  - {id: The Mill, kind: party}\n")
        .replace("sources:\n", "sources:\n  - {id: leaf, kind: article, title: Nobody cites it}\n")
    )
    file = room.parent / "export.yaml"
    file.write_text(mine, "utf-8")
    wanted = {"leaf", "The Mill"}
    assert orphans(at.read(str(file), None)) == wanted
    made, examination = at.check([file])
    assert orphans(made) == wanted
    assert sum(found.code == "orphan" for found in examination.findings) == len(wanted)
    assert orphans(read([file])) == {*wanted, "Ours"}, "which is how a corpus itself is read"


# ------------------------------------------------------------------------------------------------ as commands


def test_from_one_store_to_another_and_back(kb: Kb) -> None:
    first = kb("export")
    assert (first.returncode, first.stderr) == (0, "")
    assert kb("export", "-o", "out.yaml").stdout == ""
    done = kb("--db", "two.sqlite", "import", "--fresh", "out.yaml")
    assert done.returncode == 0
    assert done.stderr.startswith("stored as change 1: "), "and no notes"
    assert kb("--db", "two.sqlite", "export").stdout == first.stdout
    again = kb("--db", "two.sqlite", "import", "--fresh", "out.yaml")
    assert (again.returncode, again.stdout) == (3, "")
    assert "already holds something" in again.stderr
    assert kb("export", "--source", "nobody").returncode == 4
    assert kb("export", "-o", "no/where.yaml").returncode == 5
    assert kb("--db", "two.sqlite", "report").stdout == kb("report").stdout


def test_a_finding_is_accepted_and_no_longer(kb: Kb) -> None:
    worst = kb("report").stdout.partition("kb explain ")[2].split()[0]
    assert kb("accept", worst, "--reason", "we know", "--by", "Ada").stderr.startswith(f"{worst} is accepted on ")
    assert kb("accept", worst, "--reason", "we know", "--by", "Ada").stderr.startswith(f"{worst} was already accepted")
    assert f"{worst}  accepted" in kb("accept", "--list").stdout
    assert "because we know" in kb("explain", worst).stdout
    report = kb("report").stdout
    assert report.partition("\n\nVERIFY FIRST\n")[0].splitlines()[-2] == "ACCEPTED"
    assert f"kb explain {worst}" not in report
    near = kb("accept", worst[:-1], "--reason", "x")
    assert (near.returncode, f"did you mean '{worst}'" in near.stderr) == (4, True)
    assert kb("accept", worst).returncode == 2
    assert kb("accept", worst, "--reason", "two\nlines").returncode == 2
    assert kb("unaccept", worst).returncode == 0
    assert kb("unaccept", worst).returncode == 4
    assert f"kb explain {worst}" in kb("report").stdout


def test_a_backup_and_an_update_as_commands(kb: Kb) -> None:
    assert "read again: history " in kb("backup", "copy.sqlite").stderr
    assert kb("backup", "copy.sqlite").returncode == 3
    assert kb("backup", "copy.sqlite", "--force").returncode == 0
    assert kb("--db", "copy.sqlite", "list").stdout == kb("list").stdout
    assert kb("--db", "nowhere.sqlite", "backup", "x.sqlite").returncode == 5
    done = kb("update")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "nothing to update\n")


def test_an_update_says_what_it_would_bring_back(kb: Kb) -> None:
    id_ = json.loads(kb("list", "--format", "json").stdout)[-1]["id"]
    assert kb("forget", id_, "--reason", "A court said so.", "--yes").returncode == 0
    done = kb("update")
    assert (done.returncode, done.stdout.split()) == (0, ["new", "claim", id_])
    first, second, last = done.stderr.splitlines()
    assert first == f"brings in 1 claim that is not in this store: {id_}"
    assert second.startswith("1 claim was erased here by kb forget")
    assert last == "nothing was stored; 'kb update --yes' stores it"
    assert id_ not in kb("list").stdout
