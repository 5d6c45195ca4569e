"""What `-o` writes: whole or not at all, what was there keeps what it is, and the store is never overwritten."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kb.output import Nameless, OfTheStore, Unwritable, write
from kb.store import Store
from tests.bakery import FIRST, dump
from tests.commands import Kb

WRITERS = ["export", "report"]
NAMES = ["kb.sqlite", "kb.sqlite-wal", "kb.sqlite-shm", "kb.sqlite-journal", "x/../kb.sqlite", "soft", "hard"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "x").mkdir()
    return tmp_path / "x" / "out.txt"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "kb.sqlite"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("command", WRITERS)
def test_no_command_writes_over_the_store(kb: Kb, command: str) -> None:
    (kb.folder / "x").mkdir()
    (kb.folder / "soft").symlink_to(kb.path)
    os.link(kb.path, kb.folder / "hard")
    before = dump(kb.path)
    for name in NAMES:
        done = kb(command, "-o", name)
        refused = "belongs to the store itself; expected another file; name another one"
        assert (done.returncode, done.stderr) == (3, f"kb: {name!r} {refused}\n")
    assert dump(kb.path) == before
    assert kb("list").returncode == 0


@pytest.mark.parametrize("ending", ["-wal", "-shm"])
def test_nor_over_what_stands_beside_it_by_another_name(tmp_path: Path, ending: str) -> None:
    linked = tmp_path / "linked.sqlite"
    linked.symlink_to(tmp_path / "kb.sqlite")
    with Store.open(tmp_path / "kb.sqlite") as store:
        store.add(FIRST, "bakery")
        beside = tmp_path / f"kb.sqlite{ending}"
        assert beside.exists(), "or it shows nothing"
        os.link(beside, tmp_path / "hard")
        for path, target in ((store.path, tmp_path / "hard"), (linked, beside), (linked, tmp_path / "hard")):
            with pytest.raises(OfTheStore):
                write(str(target), "text", path)


@pytest.mark.parametrize("command", WRITERS)
def test_both_write_a_file_alike(kb: Kb, command: str) -> None:
    printed = kb(command).stdout
    kb.folder.joinpath("there").write_text("before", encoding="utf-8")
    kb.folder.joinpath("there").chmod(0o640)
    kb.folder.joinpath("link").symlink_to("there")
    before = os.umask(0o027)
    try:
        for name in ("new", "link"):
            done = kb(command, "-o", name)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", f"written to {name}\n")
    finally:
        os.umask(before)
    assert {name: (kb.folder / name).read_text(encoding="utf-8") for name in ("new", "there")} == {
        "new": printed,
        "there": printed,
    }
    assert (mode(kb.folder / "new"), mode(kb.folder / "there")) == (0o640, 0o640)
    assert kb.folder.joinpath("link").is_symlink()
    assert not list(kb.folder.glob("*.part"))


@pytest.mark.parametrize("command", WRITERS)
def test_no_name_and_no_place_are_told_in_a_line(kb: Kb, command: str) -> None:
    for name, code in (("", 2), (".", 5), ("no/where", 5), ("/dev/full", 5)):
        done = kb(command, "-o", name)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1), done.stderr
    assert kb(command, "-o", "/dev/null").returncode == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("command", WRITERS)
def test_standard_output_by_its_name_keeps_what_it_has(kb: Kb, command: str) -> None:
    printed = kb(command).stdout
    assert kb.process(command, "-o", "/dev/stdout").stdout == printed
    log = kb.folder / "log"
    log.write_text("before\n", encoding="utf-8")
    with log.open("a", encoding="utf-8") as end:
        line = [sys.executable, "-m", "kb", command, "-o", "/dev/stdout"]
        subprocess.run(line, env={**os.environ, **kb.environment}, cwd=kb.folder, stdout=end, check=True)
    assert log.read_text(encoding="utf-8") == "before\n" + printed


def test_a_pipe_stays_a_pipe(place: Path, store: Path) -> None:
    os.mkfifo(place)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(place.read_text(encoding="utf-8")))
    reader.start()
    write(str(place), "text\n" * 50_000, store)
    reader.join(timeout=30)
    assert found == ["text\n" * 50_000]
    assert stat.S_ISFIFO(place.stat().st_mode)


def test_a_file_that_may_not_be_written_stays(place: Path, store: Path) -> None:
    place.write_text("mine", encoding="utf-8")
    place.chmod(0o444)
    with pytest.raises(Unwritable, match=r"cannot be written \(it is read-only\); expected a file; name another one"):
        write(str(place), "text", store)
    assert (place.read_text(encoding="utf-8"), mode(place)) == ("mine", 0o444)


@pytest.mark.parametrize("there", [False, True])
def test_a_full_disk_leaves_what_was_there(
    place: Path, store: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    if there:
        place.write_text("mine", encoding="utf-8")
    taken = iter([3])

    def full(handle: int, data: memoryview) -> int:
        for size in taken:
            return size
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Unwritable, match="No space left on device"):
        write(str(place), "text", store)
    monkeypatch.undo()
    assert [(each.name, each.read_text(encoding="utf-8")) for each in place.parent.iterdir()] == (
        [("out.txt", "mine")] if there else []
    )


def test_a_link_to_nothing_leads_to_the_new_file(place: Path, store: Path) -> None:
    place.symlink_to("other.txt")
    write(str(place), "text", store)
    assert place.is_symlink()
    assert place.with_name("other.txt").read_text(encoding="utf-8") == "text"


def test_an_empty_name_is_no_name(store: Path) -> None:
    with pytest.raises(Nameless, match="'' is no name of a file; expected one; name it"):
        write("", "text", store)
