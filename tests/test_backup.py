"""The copy of a store: whole or not there, private, and never in the place of something that is needed."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb import storebackup
from kb.store import Store, StoreUnavailable
from kb.storebackup import BackupRefused, backup
from kb.storeplace import Damaged
from tests.bakery import FIRST, corpus, dump, new_claim

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "kb.sqlite") as made:
        made.add(FIRST, "bakery")
        yield made


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies" / "copy.sqlite"


def test_a_copy_is_the_store_in_one_private_file(store: Store, target: Path) -> None:
    before = os.umask(0)
    try:
        assert backup(store.path, target) == store.digest()
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(target.parent.iterdir()) == [target], "nothing is left beside it"
    assert dump(target) == dump(store.path)
    with Store.open(target) as copy:
        assert copy.knowledge(claims=True) == store.knowledge(claims=True)
        assert copy.add(corpus(new_claim("a"), copy.knowledge()), "a").change == 2


@pytest.mark.parametrize(
    "name", ["a b?mode=memory#x%41.sqlite", "维基.sqlite", "-o", "x" * 200, "new\nline", "'\"; --"]
)
def test_hostile_names(store: Store, target: Path, name: str) -> None:
    backup(store.path, target.with_name(name))
    assert [each.name for each in target.parent.iterdir()] == [name]
    assert dump(target.with_name(name)) == dump(store.path)


def test_a_file_that_is_there_is_replaced_only_by_force(store: Store, target: Path) -> None:
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(BackupRefused, match=r"is already there; expected a new file; .* --force"):
        backup(store.path, target)
    assert target.read_text(encoding="utf-8") == "mine"
    backup(store.path, target, force=True)
    assert dump(target) == dump(store.path)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_comes_meanwhile_is_not_replaced(
    store: Store, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = storebackup.verify

    def slow(*words: object) -> None:
        verify(*words)  # type: ignore[arg-type]
        target.write_text("mine", encoding="utf-8")

    monkeypatch.setattr(storebackup, "verify", slow)
    with pytest.raises(BackupRefused, match="is already there"):
        backup(store.path, target)
    assert target.read_text(encoding="utf-8") == "mine"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_the_store_is_never_its_own_copy(store: Store, ending: str) -> None:
    whole = dump(store.path)
    with pytest.raises(BackupRefused, match="belongs to the store itself"):
        backup(store.path, Path(f"{store.path}{ending}"), force=True)
    link = store.path.with_name("link.sqlite")
    link.symlink_to(store.path)
    with pytest.raises(BackupRefused, match="belongs to the store itself"):
        backup(store.path, link, force=True)
    assert dump(store.path) == whole


def test_what_another_database_has_left_there_would_spoil_the_copy(store: Store, target: Path) -> None:
    target.with_name("copy.sqlite-wal").write_bytes(b"frames")
    with pytest.raises(BackupRefused, match=r"'copy\.sqlite-wal' beside it"):
        backup(store.path, target, force=True)
    assert not target.exists()


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_no_place(store: Store, target: Path, force: bool) -> None:
    with pytest.raises(BackupRefused):
        backup(store.path, target.parent, force=force)


def test_no_folder(store: Store, target: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file"):
        backup(store.path, target.parent / "nowhere" / "copy.sqlite")


def test_a_file_system_without_links(store: Store, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", link)
    backup(store.path, target)
    assert dump(target) == dump(store.path)
    with pytest.raises(BackupRefused):
        storebackup.place(target, target, force=False)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("nothing", "is not there"),
        ("text", "is not a database"),
        ("other", "something else"),
        ("empty", "holds nothing"),
    ],
)
def test_what_is_no_store_is_not_copied(tmp_path: Path, target: Path, what: str, told: str) -> None:
    source = tmp_path / what
    if what == "text":
        source.write_text("claims: []" * 100, encoding="utf-8")
    elif what == "empty":
        source.touch()
    elif what == "other":
        with closing(sqlite3.connect(source)) as db:
            db.execute("CREATE TABLE cake (name)")
    with pytest.raises(StoreUnavailable, match=told):
        backup(source, target)
    assert list(target.parent.iterdir()) == []
    assert source.exists() is (what != "nothing")


def test_a_copy_that_is_not_sound_is_no_copy(store: Store, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = storebackup.copied

    def spoilt(source: Path, partial: Path) -> str:
        history = copied(source, partial)
        with partial.open("r+b") as file:
            file.seek(8192)
            file.write(b"\xff" * 4096)
        return history

    monkeypatch.setattr(storebackup, "copied", spoilt)
    with pytest.raises(Damaged):
        backup(store.path, target)
    monkeypatch.setattr(storebackup, "copied", lambda *each: copied(*each)[::-1])
    with pytest.raises(Damaged, match="another history"):
        backup(store.path, target)
    assert list(target.parent.iterdir()) == []


WRITER = """
import sys
from kb.store import Store
from tests.bakery import corpus, new_claim

with Store.open(sys.argv[1]) as store:
    print("ready", flush=True)
    for n in range(30):
        assert store.add(corpus(new_claim(f"c{n}", f"{n + 1} kg"), store.knowledge()), "more").change
"""


def test_a_copy_is_of_one_moment_while_others_write(store: Store, target: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(store.path)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        histories = []
        for n in range(8):
            copy = target.with_name(f"{n}.sqlite")
            histories.append(backup(store.path, copy))
            with Store.open(copy, read_only=True) as made:
                assert made.digest() == histories[-1]
                before = made.columns().claims.subject.tolist()
                made.rebuild()
                assert made.columns().claims.subject.tolist() == before
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert store.counts()["claim"] == 37


VICTIM = """
import sys, time
from pathlib import Path
from kb import storebackup

def stop(*words, verify=storebackup.verify):
    verify(*words)
    print("in the middle", flush=True)
    time.sleep(60)

storebackup.verify = stop
storebackup.backup(Path(sys.argv[1]), Path(sys.argv[2]), force=True)
"""


@pytest.mark.parametrize("there", [False, True])
def test_who_is_killed_leaves_what_was_there(store: Store, target: Path, there: bool) -> None:
    if there:
        target.write_text("mine", encoding="utf-8")
    command = [sys.executable, "-c", VICTIM, str(store.path), str(target)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "in the middle\n"
        os.kill(victim.pid, signal.SIGKILL)
    assert target.exists() is there
    assert not there or target.read_text(encoding="utf-8") == "mine"
    backup(store.path, target, force=True)
    assert dump(target) == dump(store.path)
