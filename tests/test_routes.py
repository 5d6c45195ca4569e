"""Routes to a quantity: each with its numbers, which agree, the odd one out, and what they share."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from kb.desk import Desk
from kb.routes import STATED, Finder, Target, quantities
from tests.commands import Kb

LEAK = """
sources:
  - {id: birch-leak, kind: article, title: Notes on Birch}
  - {id: birch-echo, kind: article, title: More on Birch}
entities:
  - {id: Birch, kind: model, names: {en: [Old Birch]}}
  - {id: Alder, kind: model}
defaults: {cite: birch-leak, holders: [A newsletter]}
claims:
  - {id: dense, statement: No experts., subject: Birch, attribute: moe.experts, value: none, source: {at: p0}}
  - {id: size, statement: So many weights., subject: Birch, attribute: parameters.total, value: 20 billion param,
     source: {at: p0.s0}}
  - {id: seen, statement: It saw so many., subject: Birch, attribute: data.tokens, scope: {counted: seen},
     value: 3.0 trillion token, source: {at: p0.s1}}
  - {id: held, statement: It has so many., subject: Birch, attribute: data.tokens, scope: {counted: unique},
     value: 1.0 trillion token, source: {at: p0.s1}}
  - {id: work, statement: So much work., subject: Birch, attribute: training.compute, value: 3.6e23 FLOP,
     mode: rumour, source: {at: p0.s2}}
  - {id: again, statement: So much work., subject: Birch, attribute: training.compute, value: 3.55e23 FLOP,
     holders: [Another newsletter], source: {cite: birch-echo, at: p1.s0}}
  - {id: experts, statement: So many., subject: Alder, attribute: moe.experts, value: 8 expert, source: {at: p2.s0}}
  - {id: expert, statement: Each., subject: Alder, attribute: parameters.expert, value: 10.0 billion param/expert,
     source: {at: p2.s1}}
  - {id: shared, statement: The rest., subject: Alder, attribute: parameters.shared, value: 5.0 billion param,
     source: {at: p2.s2}}
"""
FAR = """
  - {id: far, statement: So much work., subject: Birch, attribute: training.compute, value: 9.9e24 FLOP,
     holders: [Another newsletter], source: {cite: birch-echo, at: p1.s1}}
"""


@pytest.fixture
def kb(kb: Kb) -> Kb:
    return with_leak(kb, LEAK)


def with_leak(kb: Kb, text: str) -> Kb:
    (kb.folder / "leak.yaml").write_text(text, encoding="utf-8")
    done = kb("import", "leak.yaml")
    assert done.returncode == 0, done.stderr
    return kb


def told(kb: Kb, *words: str) -> Any:
    done = kb("routes", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_is_stated_stands_beside_what_follows(kb: Kb) -> None:
    """Six a weight and token, a rule good to a factor of 1.2: 20 billion weights, 3.0 trillion tokens, half a digit."""
    [found] = told(kb, "training.compute", "Birch")
    assert found["unit"] == "FLOP"
    stated = {each["claim"]: each for each in found["routes"] if each["by"] == "stated"}
    assert stated.keys() == {"birch-leak:work", "birch-echo:again"}
    work = stated["birch-leak:work"]
    assert (work["holder"], work["source"], work["at"]) == ("A newsletter", "birch-leak", "p0.s2")
    assert work["intervals"] == [pytest.approx([3.55e23, 3.65e23], rel=1e-3)]
    [derived] = [each for each in found["routes"] if each["by"] != "stated"]
    assert (derived["by"], derived["solved"], derived["weak"]) == ("compute_by_counting", None, [])
    assert derived["intervals"] == [pytest.approx([6 / 1.2 * 19.5e9 * 2.95e12, 6 * 1.2 * 20.5e9 * 3.05e12], rel=2e-3)]
    assert {"birch-leak:size", "birch-leak:seen"} < set(derived["claims"])
    [tokens] = [each for each in derived["inputs"] if each["attribute"] == "data.tokens"]
    assert (tokens["value"], tokens["claims"], tokens["stated"]) == ("3.0 trillion token", ["birch-leak:seen"], True)
    assert [each["meets"] for each in found["routes"]] == [[2, 3], [1, 3], [1, 2]]
    assert found["outlier"] is None
    assert found["shared"] == {"claims": [], "by": []}


def test_what_is_stated_can_be_solved_for(kb: Kb) -> None:
    """Tokens from compute; the unique ones are another question, which nothing else answers."""
    found = {each["of"]: each for each in told(kb, "data.tokens", "Old Birch")}
    [seen] = [each for name, each in found.items() if "seen" in name]
    [backward] = [each for each in seen["routes"] if each["by"] != "stated"]
    assert (backward["by"], backward["solved"]) == ("compute_by_counting", "tokens")
    low, high = 3.55e23 / 6 / 1.2 / 20.5e9, 3.65e23 / 6 * 1.2 / 19.5e9
    assert backward["intervals"] == [pytest.approx([low, high], rel=2e-3)]
    assert "birch-leak:work" in backward["claims"]
    [unique] = [each for name, each in found.items() if "unique" in name]
    assert [each["claim"] for each in unique["routes"]] == ["birch-leak:held"]
    [same] = told(kb, "seen")
    assert same == seen
    assert "there is no second route to compare it with\n" in kb("routes", "held").stdout


def test_one_that_meets_none_is_the_outlier(kb: Kb) -> None:
    with_leak(kb, LEAK + FAR)
    [found] = told(kb, "training.compute", "Birch")
    [far] = [each for each in found["routes"] if each["claim"] == "birch-echo:far"]
    assert found["outlier"] == far["number"] == len(found["routes"]) == 4, "those that agree stand together, first"
    assert (far["meets"], far["apart"]) == ([], [1, 2, 3])
    assert "  outlier: 4 meets none of the others, which all meet\n" in kb("routes", "far").stdout
    with_leak(kb, LEAK.replace("3.55e23", "8.8e24") + FAR)
    [two] = told(kb, "training.compute", "Birch")
    assert two["outlier"] is None, "of two pairs none is the odd one"


def test_what_all_share_is_told(kb: Kb) -> None:
    """Two formulas on the same three claims are one piece of evidence."""
    [found] = told(kb, "parameters.total", "Alder")
    assert all(each["by"] != "stated" for each in found["routes"])
    assert len(found["routes"]) > 1
    mine = {f"birch-leak:{each}" for each in ("experts", "expert", "shared")}
    assert set(found["shared"]["claims"]) == mine
    assert found["shared"]["by"] == [each["number"] for each in found["routes"]]
    assert "shared: all routes rest on birch-leak:experts" in kb("routes", "parameters.total", "Alder").stdout


def test_weak_assumptions_are_marked(kb: Kb) -> None:
    """Without the claim that there are no experts, nothing but silence says so."""
    bare = "\n".join(line for line in LEAK.splitlines() if "id: dense" not in line)
    kb("retract", "birch-leak:dense", "--reason", "x", "--yes")
    with_leak(kb, bare)
    [found] = told(kb, "training.compute", "Birch")
    [derived] = [each for each in found["routes"] if each["by"] == "compute_by_counting"]
    assert derived["weak"]
    shown = kb.wide(126)("routes", "training.compute", "Birch").stdout
    assert "compute_by_counting, weak" in shown
    assert f"weak: {derived['number']} takes for granted: " in shown


def test_the_table_folds_to_the_width(kb: Kb) -> None:
    for columns in (60, 80, 126):
        lines = kb.wide(columns)("routes", "training.compute", "Birch").stdout.splitlines()
        assert max(map(len, lines)) <= columns
        assert lines[1].split() == ["gives", "by", "meets", "from"]
    assert "stated, rumour" in kb.wide(126)("routes", "training.compute", "Birch").stdout


def test_routes_are_records_as_well(kb: Kb) -> None:
    done = kb("routes", "training.compute", "Birch", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(done.stdout)))
    [found] = told(kb, "training.compute", "Birch")
    assert [int(each["number"]) for each in lines] == [each["number"] for each in found["routes"]]
    assert [float(each["low"]) for each in lines] == [each["intervals"][0][0] for each in found["routes"]]
    assert {each["holder"] for each in lines} == {"A newsletter", "Another newsletter", ""}


def test_where_there_is_no_route(kb: Kb) -> None:
    none = "no route to {}: no claim gives a figure of it that could be compared, and none follows\n"
    assert kb("routes", "run.mfu", "Birch").stdout == none.format("run.mfu of Birch")
    assert kb("routes", "birch-leak:dense").stdout == none.format("moe.experts of Birch")
    assert told(kb, "run.mfu", "Birch") == []


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["training.computer", "Birch"], 4, "no attribute 'training.computer'; did you mean 'training.compute'?"),
        (["training.compute", "Birhc"], 4, "no entity 'Birhc'; did you mean 'Birch'?"),
        (["birch-leak:wrk"], 4, "no claim 'birch-leak:wrk'; did you mean 'birch-leak:work'?"),
        (["a", "b", "c"], 2, "3 words; expected ATTRIBUTE SUBJECT, or a claim"),
    ],
)
def test_wrong_use_is_one_line(kb: Kb, words: list[str], code: int, line: str) -> None:
    done = kb("routes", *words)
    assert (done.returncode, done.stdout) == (code, "")
    [said] = done.stderr.splitlines()
    assert line in said


def test_routes_agree_as_verdicts_have_it(kb: Kb) -> None:
    """Whatever is compared is a route, and it meets what is stated if the comparison fits within rounding."""
    with Desk.open(kb.path) as at:
        examination = at.examine()
    evidence, claims = examination.evidence, examination.columns.claims
    c, seen = evidence.judged.comparisons, {True: 0, False: 0}
    for member in range(len(c.lot)):
        claim = int(evidence.table.claim[c.output[member]])
        if claim < 0:
            continue
        target = Target(int(claims.attribute[claim]), int(claims.subject[claim]), int(claims.than[claim]), claim)
        past = frozenset(evidence.table.claim[evidence.past(member)].tolist()) - {claim}
        if past & Finder(evidence, target)._stating(int(c.output[member])):
            continue
        name = evidence.judged.bound.plans[c.plan[member]].derivation.name
        found = [
            (part, position)
            for part in quantities(examination, target)
            for position, route in enumerate(part.routes)
            if (route.by, route.solved, route.claims) == (name, "", past)
        ]
        assert found, (name, evidence.id_of(claim))
        fits = bool(c.stretch[member] <= 1)
        agree = []
        for part, position in found:
            own = {i for i, route in enumerate(part.routes) if route.by == STATED and claim in route.claims}
            agree += [bool(own & set(part.meets(position)))]
        assert any(agree) or not fits, (name, evidence.id_of(claim))
        seen[fits] += 1
        if len(evidence.readings_of(claim)) == 1 and not any(evidence.several[each] for each in past):
            assert any(agree) is fits, (name, evidence.id_of(claim))
    assert min(seen.values()) > 1, "both were seen"
    for part in quantities(examination, Target(int(claims.attribute[0]), int(claims.subject[0]))):
        assert not part.meeting & part.apart
