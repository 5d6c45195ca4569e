"""Accepted findings: pinned to what their claims said, open again when one says something else, never silently lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kb import accepting, views
from kb.accepting import NotAccepted, Unacceptable, as_corpus
from kb.corpus import read
from kb.desk import Desk
from kb.model import Acceptance, Finding, Severity, Status
from kb.pipeline import Examination
from kb.reports import Heading
from kb.reports.terminal import render
from kb.store import Store, StoreUnavailable
from tests.bakery import BAKERY, corpus, new_claim

ROOT = Path(__file__).resolve().parent.parent
TWICE = """
  - {id: other, statement: It bakes less., subject: Rye, attribute: bakery.bread, scope: {grain: rye, counted: sold},
     value: 40 kg, source: {at: r9}}
"""
TWO = BAKERY + TWICE
DAY = "2031-01-02"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with Store.open(tmp_path / "kb.sqlite") as store:
        store.add(corpus(TWO), "bakery")
        yield Desk(store)


def found(examination: Examination) -> Finding:
    """The one finding about both amounts."""
    [one] = [each for each in examination.findings if set(each.claims) == {"ledger:other", "ledger:sold"}]
    return one


def accept(at: Desk, reason: str = "two years", by: str | None = "Ada") -> Acceptance:
    examination = at.examine()
    made = accepting.acceptance(examination, found(examination), reason, by, DAY)
    at.store.add(as_corpus(made), "accept")
    return made


def add(at: Desk, text: str) -> None:
    more = read([("x.yaml", text.encode())], at.store.knowledge(claims=True))
    assert not more.errors
    assert at.store.add(more, "x").change


def report(examination: Examination) -> str:
    return render(examination, Heading("title", DAY, "0", {}))


def test_what_is_accepted_is_folded_at_the_end(at: Desk) -> None:
    before = at.examine()
    assert found(before).status is Status.OPEN
    assert before.worst is Severity.WARNING
    accept(at)
    after = at.examine()
    told = found(after)
    assert (told.status, told.accepted) == (Status.ACCEPTED, "accepted on 2031-01-02 by Ada because two years")
    assert after.worst != before.worst, "nothing else is as bad"
    assert f"kb explain {told.id}" in report(before)
    assert f"kb explain {told.id}" not in report(after)
    assert report(after).partition("\n\nVERIFY FIRST\n")[0].endswith(f"\n\nACCEPTED\n     {told.id}: {told.accepted}")
    assert told not in views.still_open(after)
    assert f"{told.id}   warning, accepted\n" in views.finding_text(after, told, 80)
    assert told.accepted in views.finding_text(after, told, 100)
    assert after.explained(told).arithmetic == before.explained(found(before)).arithmetic


CHANGES = {
    "the value": ("value: 40 kg", "value: 41 kg"),
    "the digits": ("value: 40 kg", "value: 40.0 kg"),
}
SAME = {
    "the words": ("It bakes less.", "It bakes much less."),
    "the place": ("at: r9", "at: r10"),
    "the mode": ("value: 40 kg", "value: 40 kg, mode: estimate"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_it_is_open_again_when_a_claim_says_something_else(at: Desk, what: str) -> None:
    made = accept(at)
    add(at, TWO.replace(*CHANGES[what]))
    examination = at.examine()
    told = next(each for each in examination.findings if each.id == made.id)
    assert told.status is Status.STALE
    assert told.accepted.endswith("because two years, but ledger:other has changed since")
    assert told in views.still_open(examination)
    assert examination.worst is Severity.WARNING
    assert "ACCEPTED" not in report(examination)
    assert "but ledger:other has changed since" in " ".join(report(examination).split())
    add(at, TWO)
    assert found(at.examine()).status is Status.ACCEPTED, "it says again what was accepted"


@pytest.mark.parametrize("what", SAME)
def test_other_words_for_the_same_leave_it_accepted(at: Desk, what: str) -> None:
    accept(at)
    add(at, TWO.replace(*SAME[what]))
    assert found(at.examine()).status is Status.ACCEPTED


def test_a_pinned_claim_that_is_gone_is_a_change(at: Desk) -> None:
    examination = at.examine()
    made = accepting.acceptance(examination, found(examination), "x", None, DAY)
    gone = made.model_copy(update={"claims": (*made.claims, made.claims[0].model_copy(update={"claim": "a:gone"}))})
    told = found(accepting.judged(examination, {made.id: gone}))
    assert (told.status, told.accepted) == (
        Status.STALE,
        "accepted on 2031-01-02 because x, but a:gone has changed since",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("subject: Rye", "subject: Corner Shop"),
        ("value: 40 kg", "value: 3, than: Corner Shop"),
        ("value: 40 kg", "value: undisclosed"),
        ("counted: sold}", "counted: baked}"),
    ],
)
def test_a_digest_tells_every_part_that_is_pinned(old: str, new: str) -> None:
    claims = [corpus(BAKERY + text).knowledge.claims["ledger:other"] for text in (TWICE, TWICE.replace(old, new))]
    assert len({accepting.digest(claim) for claim in claims}) == 2


def test_what_is_revoked_is_open_again_and_can_be_accepted_again(at: Desk) -> None:
    made = accept(at)
    at.store.add(as_corpus(accepting.revoked(at.store.acceptances(), made.id, "2031-02-03")), "unaccept")
    assert found(at.examine()).status is Status.OPEN
    assert found(at.examine()).accepted == ""
    [record] = accepting.listed(at.store.acceptances(), at.examine())
    assert record["status"] == "revoked"
    with pytest.raises(NotAccepted, match="no accepted finding"):
        accepting.revoked(at.store.acceptances(), made.id, "2031-02-04")
    accept(at, "after all")
    assert found(at.examine()).accepted == "accepted on 2031-01-02 by Ada because after all"
    assert at.store.counts()["acceptance"] == 1
    assert [body for body in revisions(at) if "after all" not in body] != [], "all three are in the record"
    assert len(revisions(at)) == 3


def revisions(at: Desk) -> list[str]:
    with closing(sqlite3.connect(at.store.path)) as db:
        return [body for (body,) in db.execute("SELECT body FROM revision WHERE part = 'acceptance' ORDER BY id")]


def test_the_list_says_what_is_no_longer_found(at: Desk) -> None:
    accept(at)
    gone = Acceptance(id="bound-00aa11", code="bound", reason="x", at=DAY)
    at.store.add(as_corpus(gone), "accept")
    told = accepting.listed(at.store.acceptances(), at.examine())
    assert [each["status"] for each in told] == ["accepted", "no longer found"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 501, "two\nlines", "\x1b[31m", "a\u2028b", "\ud800"])
@pytest.mark.parametrize("option", ["reason", "by"])
def test_what_no_line_is_cannot_be_kept(at: Desk, text: str, option: str) -> None:
    examination = at.examine()
    words = {"reason": "x", "by": None, option: text}
    with pytest.raises(Unacceptable, match=f"--{option} .*; expected one line of 1 to 500 characters; write another"):
        accepting.acceptance(examination, found(examination), words["reason"] or "", words["by"], DAY)


def test_a_rebuilt_store_has_them_still(at: Desk) -> None:
    made = accept(at)
    at.store.rebuild()
    assert at.store.acceptances() == {made.id: made}
    assert found(at.examine()).status is Status.ACCEPTED


def test_a_file_that_is_checked_counts_only_what_is_open(at: Desk) -> None:
    accept(at)
    file = at.store.path.with_name("more.yaml")
    file.write_text(new_claim("more", "9 kg"), encoding="utf-8")
    _, examination = at.check([file])
    assert found(examination).status is Status.ACCEPTED


def test_a_store_for_reading_only_takes_none(at: Desk) -> None:
    examination = at.examine()
    made = accepting.acceptance(examination, found(examination), "x", None, DAY)
    with (
        Store.open(at.store.path, read_only=True) as other,
        pytest.raises(StoreUnavailable, match="is open for reading only"),
    ):
        other.add(as_corpus(made), "accept")
    assert at.store.acceptances() == {}


ACCEPTER = """
import sys
from kb.accepting import as_corpus
from kb.model import Acceptance
from kb.store import Store

with Store.open(sys.argv[1]) as store:
    for n in range(12):
        made = Acceptance(id=f"bound-00000{n % 4}", code="bound", reason=f"{sys.argv[2]} {n}", at="2031-01-02")
        assert store.add(as_corpus(made), "accept").change
"""


def test_processes_that_accept_at_once_lose_nothing(at: Desk) -> None:
    command = [sys.executable, "-c", ACCEPTER, str(at.store.path)]
    started = [
        subprocess.Popen([*command, name], cwd=ROOT, text=True, stderr=subprocess.PIPE) for name in ("Ada", "Bo")
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert len(revisions(at)) == 24
    assert len(at.store.acceptances()) == 4
