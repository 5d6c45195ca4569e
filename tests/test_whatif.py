"""What if: verdicts and findings before and after, and nothing stored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kb import store as stores
from kb import updating
from kb.desk import Desk
from kb.store import Store
from kb.storefile import reader
from kb.storehistory import SHIPPED
from kb.whatif import parted
from tests.bakery import BAKERY, corpus, dump, new_claim
from tests.commands import Kb

SHOP = BAKERY.replace("value: about 120 kg", "value: 120 kg").replace(", holders: [Old Rye, her cook]", "")
SHOP = SHOP.replace(", grain: rye", "")
SHOP += new_claim("shop", "40 kg").partition("claims:\n")[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Rye bakes 120 kg, Corner Shop 40 kg, and Rye is said to be 3 times as big: everything fits."""
    with Store.open(tmp_path / "kb.sqlite") as store:
        store.add(corpus(SHOP), "bakery.yaml")
        store.mark(SHIPPED, updating.shipped())
    return tmp_path / "kb.sqlite"


@pytest.fixture
def kb(path: Path) -> Kb:
    return Kb(path.parent, path.name, columns=400)


def test_a_value_is_tried(kb: Kb, path: Path) -> None:
    before = dump(path)
    done = kb("whatif", "--set", "shop=10 kg")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "if        ledger:shop is 10 kg, not 40 kg"
    assert "verdict   ledger:ratio: holds -> off" in lines
    [appears] = [line for line in lines if line.startswith("appears")]
    assert re.match(r"appears   warning recompute-[0-9a-f]{6}: states 3; ratio gives ", appears)
    assert "off 0 -> 1" in lines[-3]
    assert lines[-2] == "findings  warning 0 -> 1, note 3 -> 1"
    assert lines[-1].endswith("findings: 1 new, 0 changed, 2 gone; nothing was stored")
    assert dump(path) == before


def test_what_is_told_is_what_the_revision_comes_to(kb: Kb) -> None:
    """The same finding with the same words, and the same verdicts, after the edit has been stored in earnest."""
    told = json.loads(kb("whatif", "--set", "ledger:shop=10 kg", "--format", "json").stdout)
    was = {each["id"]: each["verdict"] for each in json.loads(kb("list", "--format", "json").stdout)}
    assert kb("revise", "shop", "--value", "10 kg", "--yes").returncode == 0
    now = {each["id"]: each["verdict"] for each in json.loads(kb("list", "--format", "json").stdout)}
    changed = {id_: (was[id_], verdict) for id_, verdict in now.items() if was[id_] != verdict}
    assert changed, "nothing was seen"
    assert {each["id"]: (each["was"], each["verdict"]) for each in told["verdicts"]} == changed
    found = {each["id"]: each["message"] for each in json.loads(kb("report", "--format", "json").stdout)["findings"]}
    [new] = told["appears"]
    assert found[new["id"]] == new["message"]
    assert sum(told["after"]["findings"].values()) == len(found)
    back = json.loads(kb("whatif", "--set", "shop=40 kg", "--format", "json").stdout)
    assert [each["id"] for each in back["vanishes"]] == [new["id"]]
    assert (back["set"], back["drop"]) == ([{"id": "ledger:shop", "value": "40 kg", "was": "10 kg"}], [])
    other = json.loads(kb("whatif", "--set", "shop=5 kg", "--format", "json").stdout)
    [changes] = other["changes"]
    assert changes["id"] == new["id"]
    assert changes["was"]["message"] == new["message"] != changes["message"]


def test_several_are_tried_together(kb: Kb) -> None:
    """Each alone would break the ratio; a dropped claim has no verdict to change, what was compared with it has."""
    both = kb("whatif", "--set", "shop=10 kg", "--set", "bread=30 kg")
    assert "verdict " not in both.stdout, both.stdout
    for alone in ("shop=10 kg", "bread=30 kg"):
        assert "verdict   ledger:ratio: holds -> off" in kb("whatif", "--set", alone).stdout
    dropped = kb("whatif", "--drop", "ratio", "--set", "bread=130 kg")
    assert "if        ledger:ratio is not there (3 compared with Corner Shop)\n" in dropped.stdout
    assert "verdict   ledger:shop: holds -> undetermined (" in dropped.stdout
    assert "verdict   ledger:ratio" not in dropped.stdout
    loose = kb("whatif", "--drop", "bread")
    assert re.search(r"^appears   warning dangling-\w+: ledger:sold rests on ledger:bread", loose.stdout, re.MULTILINE)


def test_nothing_changes_is_one_line(kb: Kb) -> None:
    done = kb("whatif", "--set", "famous=false")
    assert done.stdout == "nothing changes: all 6 verdicts and 3 findings stay as they are\n"
    data = json.loads(kb("whatif", "--set", "famous=false", "--format", "json").stdout)
    assert data["before"] == data["after"]
    assert not any(data[key] for key in ("verdicts", "appears", "changes", "vanishes", "drop"))


def test_a_value_is_read_as_a_revision_reads_it(kb: Kb) -> None:
    for value in ("7 hour", "7", "", "many kg"):
        tried, revised = kb("whatif", "--set", f"bread={value}"), kb("revise", "bread", "--value", value, "--yes")
        assert (tried.returncode, tried.stdout) == (revised.returncode, revised.stdout) == (3, "")
        there, here = (
            [
                re.sub(r"--set ledger:bread|--value|options|ask again|revise it again", "OPTION", line)
                for line in done.stderr.splitlines()
            ]
            for done in (revised, tried)
        )
        assert here == there
    two = kb("whatif", "--set", "bread=7 hour", "--set", "sold=8 hour").stderr.splitlines()
    assert [line.partition(": ")[0] for line in two] == ["--set ledger:bread", "--set ledger:sold", "kb"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ([], 2, "nothing to suppose; expected --set ID=VALUE or --drop ID"),
        (["--set", "bread"], 2, "--set 'bread'; expected ID=VALUE; write --set bread=VALUE"),
        (["--set", "bred=7 kg"], 4, "no claim 'bred'; did you mean 'bread'?"),
        (["--drop", "ledger:sould"], 4, "no claim 'ledger:sould'; did you mean 'ledger:sold'?"),
        (["--set", "bread=7 kg", "--drop", "ledger:bread"], 2, "ledger:bread is named twice"),
        (["--set", "bread=7 kg", "--set", "ledger:bread=8 kg"], 2, "ledger:bread is named twice"),
    ],
)
def test_wrong_use_is_one_line(kb: Kb, path: Path, words: list[str], code: int, told: str) -> None:
    before = dump(path)
    done = kb("whatif", *words)
    assert (done.returncode, done.stdout) == (code, "")
    [line] = done.stderr.splitlines()
    assert told in line
    assert dump(path) == before


def test_an_id_may_have_an_equals_sign_in_it() -> None:
    assert parted("ledger:x = 7 kg", {"ledger:x"}) == ("ledger:x", "7 kg")
    assert parted("t:row=3=x=7", {"t:row=3", "t:row"}) == ("t:row", "3=x=7")
    assert parted("t:row=3=x=7", {"t:row=3"}) == ("t:row=3", "x=7")
    assert parted("nobody=3=4", set()) == ("nobody", "3=4")


def test_a_store_for_reading_only_will_do(kb: Kb, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is root may write every file, so the store is given no connection that writes."""

    def refuse(*_: object) -> None:
        raise AssertionError("something was about to be written")

    monkeypatch.setattr(Store, "write", refuse)
    monkeypatch.setattr(Desk, "_keep", refuse)
    monkeypatch.setattr(stores, "writer", reader)
    before = dump(path)
    done = kb("whatif", "--drop", "bread", "--set", "shop=10 kg")
    assert done.returncode == 0, done.stderr
    assert "nothing was stored" in done.stdout
    assert dump(path) == before


def test_lines_are_folded_to_the_width(kb: Kb) -> None:
    told = kb.wide(70)("whatif", "--set", "shop=10 kg").stdout
    assert max(map(len, told.splitlines())) <= 70
    assert re.search(r"^ {10}\S", told, re.MULTILINE)
