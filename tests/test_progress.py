"""What long work is at: seen on a terminal where it takes long, and nowhere else; nobody below knows who looks on."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sized
from pathlib import Path
from typing import TypeVar

import pytest

from kb import updating
from kb.corpus import read
from kb.desk import Desk
from kb.importers import importers
from kb.knowledge import Knowledge
from kb.store import Store
from kb.storehistory import SHIPPED
from tests.bakery import BAKERY, FIRST, new_claim

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")
AT_ONCE, NEVER = "0", "600"  # seconds without a line
RUN = """
import sys
from kb.cli import _progress, main
_progress.PATIENCE = float(sys.argv.pop(1))
try:
    main()
finally:
    if "rich" in sys.modules:
        print("rich")
"""
LINE = re.compile(r"[-\\|/] [a-z ]+( [\d,]+( of [\d,]+)?)?, \d+ s")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
ERASED = "\x1b[2K"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "kb.sqlite") as store:
        store.add(FIRST, "bakery.yaml")
        store.mark(SHIPPED, updating.shipped())
    (tmp_path / "one.yaml").write_text(new_claim("a"), encoding="utf-8")
    return tmp_path / "kb.sqlite"


def environment(path: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "KB_DB": str(path), "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", **more}


def on_a_terminal(
    path: Path, patience: str, *words: str, stop: signal.Signals | None = None, **more: str
) -> tuple[int, str, str]:
    """Runs a command whose errors are a terminal: its exit code, its output, what the terminal is told."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", RUN, patience, *words],
        cwd=path.parent,
        env=environment(path, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        said = b""
        try:
            while part := os.read(controller, 4096):
                said += part
                if stop is not None and b" s" in said:
                    process.send_signal(stop)
                    stop = None
        except OSError:  # the other end is closed
            pass
        told, _ = process.communicate(timeout=60)
    os.close(controller)
    return process.returncode, told.decode(), said.decode().replace("\r\n", "\n")


def elsewhere(path: Path, patience: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a command whose errors are no terminal."""
    command = [sys.executable, "-c", RUN, patience, *words]
    return subprocess.run(
        command, cwd=path.parent, env=environment(path), capture_output=True, encoding="utf-8", check=False
    )


# ------------------------------------------------------------------------------------------------ on a terminal


def test_long_work_is_told_on_a_terminal_and_taken_back(path: Path) -> None:
    code, told, said = on_a_terminal(path, AT_ONCE, "report")
    assert code == 0
    assert LINE.search(said)
    assert said.endswith(ERASED)
    assert COLOUR.search(said) is None
    assert told.endswith("\nrich\n")
    assert told.removesuffix("rich\n") == elsewhere(path, AT_ONCE, "report").stdout, "nothing of it is data"


def test_a_message_stands_where_the_line_was(path: Path) -> None:
    for words, code, message in (
        (["import", "one.yaml"], 0, "stored as change 2: 1 claim new\n"),
        (["report", "--source", "nobody"], 4, "kb: no source 'nobody'"),
    ):
        done, _, said = on_a_terminal(path, AT_ONCE, *words)
        assert done == code
        before, _, after = said.rpartition(ERASED)
        assert LINE.search(before)
        assert after.startswith(message), said


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_keeps_its_cursor_however_work_ends(path: Path, stop: signal.Signals) -> None:
    first = path.parent / "first.sqlite"  # is filled at first, which takes its time
    code, _, said = on_a_terminal(first, AT_ONCE, "report", stop=stop)
    assert code == (130 if stop == signal.SIGINT else -stop), said
    assert LINE.search(said)
    assert "\x1b[?25" not in said


@pytest.mark.parametrize("columns", ["40", "16", "4", "2"])
def test_the_line_is_no_wider_than_the_terminal(path: Path, columns: str) -> None:
    code, _, said = on_a_terminal(path, AT_ONCE, "report", COLUMNS=columns)
    assert code == 0
    shown = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "\r", said).replace("\n", "\r").split("\r")
    assert 0 < max(map(len, shown)) < int(columns)
    assert "\x1b[2K\x1b[1A" not in said, "it is on one line"


def test_short_work_is_not_told(path: Path) -> None:
    assert on_a_terminal(path, NEVER, "import", "one.yaml") == (0, "", "stored as change 2: 1 claim new\n")


def test_a_terminal_that_takes_no_line_back_is_told_nothing(path: Path) -> None:
    code, told, said = on_a_terminal(path, AT_ONCE, "report", TERM="dumb")
    assert (code, said, "\nrich\n" in told) == (0, "", False)


def test_nothing_is_told_elsewhere(path: Path) -> None:
    for words, said in ((["report"], ""), (["import", "one.yaml"], "stored as change 2: 1 claim new\n")):
        done = elsewhere(path, AT_ONCE, *words)
        assert (done.returncode, done.stderr) == (0, said)
        assert "\nrich\n" not in f"\n{done.stdout}"


# ------------------------------------------------------------------------------------------------ who looks on


class Looking:
    """Somebody who looks on."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}
        self.ahead: dict[str, int] = {}  # how many there would be, where that is known

    def __call__(self, things: Iterable[T], what: str, /) -> Iterator[T]:
        if isinstance(things, Sized):
            self.ahead[what] = self.ahead.get(what, 0) + len(things)
        for thing in things:
            self.seen[what] = self.seen.get(what, 0) + 1
            yield thing


def test_whoever_looks_on_sees_each_claim_go_by(path: Path) -> None:
    look = Looking()
    known = read([("x.yaml", BAKERY.encode())], watch=look)
    assert known == FIRST
    assert look.seen == look.ahead == {"reading files": 1, "reading claims": 7}
    look = Looking()
    with Store.open(path.parent / "other.sqlite", watch=look) as store:
        store.add(known, "bakery.yaml")
        assert look.seen == look.ahead == {"storing claims": 7}
        store.rebuild()
        assert look.seen == look.ahead == {"storing claims": 14}


def test_whoever_looks_on_sees_each_check_run(path: Path) -> None:
    look = Looking()
    with Desk.open(path, watch=look) as at, Desk.open(path) as unseen:
        assert at.examine().findings == unseen.examine().findings
    assert look.seen == look.ahead
    assert look.seen["running checks"] > 20
    assert look.seen["applying derivations"] >= 2


def test_whoever_looks_on_sees_each_row_of_a_table_go_by() -> None:
    look = Looking()
    base = read([("x.yaml", b"kinds: [{id: model, meaning: M.}, {id: party, meaning: P.}]")]).knowledge
    assert isinstance(base, Knowledge)
    importers()["epoch"](b"Model\nAsh\nBirch\n", "t.csv", base, look)
    assert look.seen["reading rows"] == 2
    assert "reading rows" not in look.ahead


def test_the_first_filling_is_watched(path: Path) -> None:
    look = Looking()
    with Desk.open(path.parent / "first.sqlite", watch=look) as at:
        claims = at.store.counts()["claim"]
    assert look.seen["reading claims"] == look.seen["storing claims"] == claims
