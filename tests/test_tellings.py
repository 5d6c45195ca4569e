"""Two tellings side by side, one thing over time, and how claims of different sources stand to each other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Kb

TOWERS = """
units:
  - lamp = [lamp]
  - km = [distance]
kinds:
  - {id: tower, meaning: A building that guides ships.}
  - {id: party, meaning: Somebody who says something.}
keys:
  - {id: season, meaning: Part of the year., values: {year: {summer: null, winter: null}}}
attributes:
  - {id: tower.lamps, about: tower, meaning: How many lamps it has., unit: lamp, count: true}
  - {id: tower.reach, about: tower, meaning: How far it is seen., unit: km, keys: {season: {parts: own}}}
  - {id: tower.sort, about: tower, meaning: What sort it is., type: term, single: many}
sources:
  - {id: first, kind: article, title: A, by: [Ann], published: "2031-01"}
  - {id: again, kind: article, title: B, by: [Bo], published: "2031-02", retells: first}
  - {id: other, kind: article, title: C, by: [Cy], published: "2031-03"}
entities:
  - {id: North Light, kind: tower}
  - {id: Ann, kind: party}
  - {id: Bo, kind: party}
  - {id: Cy, kind: party}
claims:
  - {id: first:lamps, subject: North Light, attribute: tower.lamps, value: 24 lamp, holders: [Ann],
     source: {cite: first, at: p0.s0}, statement: It has 24 lamps.}
  - {id: first:reach, subject: North Light, attribute: tower.reach, scope: {season: winter}, value: 30 km,
     holders: [Ann], source: {cite: first, at: p0.s1}, statement: In winter it is seen for 30 km.}
  - {id: first:sort, subject: North Light, attribute: tower.sort, value: stone, holders: [Ann],
     source: {cite: first, at: p0.s2}, statement: It is of stone.}
  - {id: again:lamps, subject: North Light, attribute: tower.lamps, value: 48 lamp, holders: [Bo, Ann],
     source: {cite: again, at: p0.s0}, statement: It has 48 lamps.}
  - {id: again:reach, subject: North Light, attribute: tower.reach, value: 30 km, holders: [Bo, Ann],
     source: {cite: again, at: p0.s1}, statement: It is seen for 30 km.}
  - {id: other:lamps, subject: North Light, attribute: tower.lamps, value: 24 lamp, holders: [Cy],
     source: {cite: other, at: p0.s0}, statement: It has 24 lamps.}
  - {id: other:reach, subject: North Light, attribute: tower.reach, scope: {season: winter}, value: 29.6 km,
     holders: [Cy], source: {cite: other, at: p0.s1}, statement: In winter it is seen for 29.6 km.}
"""


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Kb:
    folder: Path = tmp_path_factory.mktemp("towers")
    made = Kb(folder, columns=200)
    (folder / "towers.yaml").write_text(TOWERS, encoding="utf-8")
    done = made("import", "--fresh", "towers.yaml")
    assert done.returncode == 0, done.stderr
    return made


def said(kb: Kb, *words: str) -> Any:
    done = kb(*words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def relations(kb: Kb, one: str, other: str) -> dict[str, tuple[str, str]]:
    return {each["attribute"]: (each["relation"], each["by"]) for each in said(kb, "compare", one, other)}


def test_a_retelling_stands_beside_what_it_retells(kb: Kb) -> None:
    assert relations(kb, "again", "first") == {
        "tower.lamps": ("conflict", "a factor of 2"),
        "tower.reach": ("different definition", "season not said or winter"),
        "tower.sort": ("only there", ""),
    }


def test_independent_sources_stand_beside_each_other(kb: Kb) -> None:
    found = relations(kb, "other", "first")
    assert found["tower.lamps"] == ("agreement", "")
    assert found["tower.reach"] == ("rounding", "")


def test_a_comparison_is_the_same_in_every_form(kb: Kb) -> None:
    plain = kb("compare", "again", "first")
    assert "conflict" in plain.stdout
    assert "only first:" in plain.stdout
    assert plain.stderr.strip().endswith("1 only there")
    assert len(kb("compare", "again", "first", "--format", "csv").stdout.splitlines()) == 4


def test_who_is_not_known_is_told(kb: Kb) -> None:
    assert kb("compare", "first", "frist").returncode == 4
    assert "did you mean" in kb("compare", "first", "frist").stderr
    assert kb("timeline", "North Lite").returncode == 4


def test_values_stand_in_the_order_of_their_sources(kb: Kb) -> None:
    found = said(kb, "timeline", "North Light", "--attribute", "tower.lamps")
    assert [(each["published"], each["value"]) for each in found] == [
        ("2031-01", "24 lamp"),
        ("2031-02", "48 lamp"),
        ("2031-03", "24 lamp"),
    ]
    assert found[1]["then"].startswith(("conflict", "superseded"))
    assert found[2]["then"] == "the same as first p0.s0"


def test_what_independent_origins_agree_on_is_in_the_report(kb: Kb) -> None:
    agreed = said(kb, "report")["agreements"]
    assert {(frozenset(each["claims"]), each["origins"]) for each in agreed} == {
        (frozenset({"first:lamps", "other:lamps"}), 2),
        (frozenset({"first:reach", "other:reach"}), 2),
    }
    assert "2 independent origins agree" in kb("report").stdout


SUMS = """
units:
  - loaf = [loaf]
kinds:
  - {id: bakery, meaning: A shop that bakes.}
  - {id: party, meaning: Somebody who says something.}
attributes:
  - {id: bakery.loaves, about: bakery, meaning: How many it bakes., unit: loaf, single: many}
sources:
  - {id: news, kind: article, title: A, by: [Ann]}
entities:
  - {id: Hill Bakery, kind: bakery}
  - {id: Mill Bakery, kind: bakery}
  - {id: Ann, kind: party}
defaults: {cite: news, holders: [Ann]}
claims:
  - {id: sum, subject: Hill Bakery, attribute: bakery.loaves, value: 36 thousand loaf, working: 3 * 40 * 300,
     source: {at: p0.s0}, statement: Three ovens make 36 thousand loaves.}
  - {id: untold, subject: Hill Bakery, attribute: bakery.loaves, value: undisclosed, source: {at: p0.s1},
     statement: How many they sell is not told., rests_on: [{claim: sum, as: computed-from}]}
  - {id: twice, subject: Hill Bakery, attribute: bakery.loaves, value: '2', than: Mill Bakery, source: {at: p0.s2},
     statement: It is twice as many as at the mill., rests_on: [{claim: sum, as: computed-from}]}
"""


def test_what_is_no_amount_is_not_held_against_a_calculation(tmp_path: Path) -> None:
    kb = Kb(tmp_path, columns=200)
    (tmp_path / "sums.yaml").write_text(SUMS, encoding="utf-8")
    done = kb("import", "--fresh", "sums.yaml")
    assert done.returncode == 0, done.stderr
    report = said(kb, "report")
    assert [each["code"] for each in report["findings"] if each["code"] == "calculation"] == []
    assert {each["id"]: each["verdict"] for each in report["claims"]}["news:sum"] == "holds"


# ------------------------------------------------------------------------------------------- one failure, told twice

FAILURE = """
sources:
  - {{id: bay-news, kind: article, title: News, by: [Bay News], published: "2031-02-01"{back}}}
  - {{id: bay-digest, kind: article, title: Digest, by: [Bay Digest], published: "2031-02-02"{retells}}}
entities:
  - {{id: Rowan, kind: model}}
  - {{id: Bay News, kind: party}}
  - {{id: Bay Digest, kind: party}}
claims:
{claims}"""
LINE = """\
  - {{id: "{source}:{name}", subject: Rowan/training, attribute: run.{name}, value: {value}, holders: {holders},
     source: {{cite: {source}, at: p0.s0}}, statement: It is {value}.}}
"""
TOLD = {"devices": "640 device", "duration": "30 day", "device_time": "9.2 million device*h"}


def failures(kb: Kb, *, retells: bool = True, back: str = "", **changed: str) -> list[dict[str, Any]]:
    """What recompute says of one source and of another that tells the same but for what is changed, by a file."""
    lines = [
        LINE.format(source=source, name=name, value=value, holders=holders)
        for source, holders, told in (
            ("bay-news", "[Bay News]", TOLD),
            ("bay-digest", "[Bay Digest, Bay News]", TOLD | changed),
        )
        for name, value in told.items()
    ]
    text = FAILURE.format(claims="".join(lines), retells=", retells: bay-news" if retells else "", back=back)
    (kb.folder / "bay.yaml").write_text(text, encoding="utf-8")
    found = json.loads(kb("check", "bay.yaml", "--format", "json").stdout)["findings"]
    return [each for each in found if each["code"] == "recompute"]


@pytest.fixture
def ours(shipped_store: Path, tmp_path: Path) -> Kb:
    made = Kb(tmp_path, columns=200)
    shutil.copyfile(shipped_store, made.path)
    return made


def test_a_failure_that_is_passed_on_is_one_finding(ours: Kb) -> None:
    [found] = failures(ours)
    assert found["claims"][0] == "bay-digest:device_time"
    assert found["claims"][-1] == "bay-news:device_time"
    assert found["consequences"] == ["the same of what this retells: 9.2 million device*h (bay-news:device_time)"]


def test_who_retells_nobody_fails_by_himself(ours: Kb) -> None:
    assert len(failures(ours, retells=False)) == 2


def test_of_sources_that_retell_each_other_none_is_passed_over(ours: Kb) -> None:
    assert len(failures(ours, back=", retells: bay-digest")) == 2


def test_what_is_accepted_of_the_origin_is_so_in_its_report(ours: Kb) -> None:
    failures(ours)
    assert ours("import", "bay.yaml").returncode == 0
    report = "report", "--source", "bay-news", "--format", "json"
    [found] = [each for each in json.loads(ours(*report).stdout)["findings"] if each["code"] == "recompute"]
    assert ours("accept", found["id"], "--reason", "asked them").returncode == 0
    [again] = [each for each in json.loads(ours(*report).stdout)["findings"] if each["id"] == found["id"]]
    assert again["status"] == "accepted"


def test_another_value_is_another_failure(ours: Kb) -> None:
    assert len(failures(ours, device_time="92 million device*h")) == 2


def test_a_report_on_what_is_retold_has_its_own_failure(ours: Kb) -> None:
    failures(ours)
    assert ours("import", "bay.yaml").returncode == 0
    heads = {}
    for source in ("bay-news", "bay-digest"):
        said = json.loads(ours("report", "--source", source, "--format", "json").stdout)
        [heads[source]] = [each for each in said["findings"] if each["code"] == "recompute"]
    assert heads["bay-news"]["claims"][0] == "bay-news:device_time"
    assert heads["bay-digest"]["claims"][0] == "bay-digest:device_time"
    for each in heads.values():
        assert "recompute" in ours("explain", each["id"]).stdout
    shown = ours("show", "bay-news:device_time").stdout
    assert heads["bay-digest"]["id"] in shown
