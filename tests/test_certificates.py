"""Proofs of what is impossible by itself: found for each reading, exported, read back, and none once it is changed."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb import corpus, views
from kb.checks._proofs import lines
from kb.desk import examine_claims
from kb.joint import alone, engines
from kb.joint.exchange import certificate_from, exported, holds
from kb.joint.part import Part, Statement
from kb.joint.proof import Search
from kb.joint.rows import Product
from kb.model import Finding, Severity, Verdict
from kb.pipeline import Examination
from kb.reports import Verified
from kb.reports import json as reports
from tests.commands import Kb

EXAMPLES = Path(__file__).parent / "examples"
PROVEN = [
    "bound", "bound.implied", "bound.own", "bound.range", "bound.served", "bound.sheet", "joint",
    "recompute.part", "slip.bound",
]  # fmt: skip
WIND = """
units:
  - load = [load]
kinds:
  - {id: farm, meaning: A group of wind turbines.}
attributes:
  - {id: farm.sold, about: farm, meaning: What it sells., unit: load, positive: true}
  - {id: farm.change, about: farm, meaning: How much more it sells than the year before., unit: load}
sources:
  - {id: rules, kind: definition, title: Rules, by: [Harbour Gazette]}
  - {id: north-bank, kind: article, title: Notes on North Bank, by: [Harbour Gazette]}
entities:
  - {id: North Bank, kind: farm}
  - {id: limit, kind: farm}
  - {id: Harbour Gazette, kind: party}
defaults: {cite: north-bank, holders: [Harbour Gazette]}
claims:
  - {id: most, statement: At most that., subject: limit, attribute: farm.change, value: at most 5 load,
     standing: hard, source: {cite: rules, at: a}}
  - {id: least, statement: At least that., subject: limit, attribute: farm.change, value: at least -5 load,
     standing: hard, source: {cite: rules, at: b}}
  - {id: change, statement: It sells less., subject: North Bank, attribute: farm.change, value: -7 load,
     source: {at: p1}}
"""


def examined(text: str) -> Examination:
    """Some claims beside the shipped references."""
    shipped = corpus.read(corpus.shipped()).knowledge
    read = corpus.read([("leak.yaml", text.encode())], shipped)
    known = read.knowledge.claims
    references = [claim for claim in known.values() if claim.standing is not None]
    new = [known[id_] for id_ in read.new.claims if known[id_].standing is None]
    return examine_claims(read.knowledge, [*references, *new], read)


@cache
def example(name: str) -> Examination:
    return examined((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))


def told(examination: Examination) -> list[Finding]:
    return [examination.explained(finding) for finding in examination.findings]


@cache
def proven(name: str) -> list[dict[str, Any]]:
    """The certificates of an example as whoever reads the JSON has them."""
    return [json.loads(json.dumps(each.certificate)) for each in told(example(name)) if each.certificate]


@pytest.mark.parametrize("name", PROVEN)
def test_what_is_impossible_is_proven_in_each_reading_and_holds_when_it_is_read_back(name: str) -> None:
    found = told(example(name))
    assert not [each.by_intervals for each in found if each.by_intervals]
    certificates = proven(name)
    assert certificates
    for data in certificates:
        assert holds(data)
        again = exported(certificate_from(data))
        assert {key: strip(data[key]) for key in again} == again
        assert {each["number"] for each in data["numbers"]} >= {each["number"] for each in data["premises"]}


def strip(value: Any) -> Any:
    """Laws and premises without what is added for readers."""
    if isinstance(value, list):
        return [strip(each) for each in value]
    return {k: strip(v) for k, v in value.items() if k not in {"of", "claim"}} if isinstance(value, dict) else value


def changed(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A proof with one thing changed, so that it is none."""
    for number, premise in enumerate(data["premises"]):
        other = copy.deepcopy(data)
        factor = 10**6 if premise["side"] == "at most" else 10**-6
        other["premises"][number]["value"] = str(float(Fraction(premise["value"])) * factor)
        yield "a premise moved", other
    for number, law in enumerate(data["laws"]):
        other = copy.deepcopy(data)
        if "product" in law:
            other["laws"][number]["product"][0][0] = 999
        else:
            other["laws"][number]["whole"] = 999
        yield "a law changed", other
    for number, line in enumerate(data["lines"]):
        if line["kind"] == "step":
            other = copy.deepcopy(data)
            by = Fraction("1/2") if line["bound"]["side"] == "at most" else Fraction("2")
            other["lines"][number]["bound"]["value"] = str(Fraction(line["bound"]["value"]) * by)
            yield "a step narrowed", other
    for key in ("laws", "premises", "lines", "uses"):
        yield f"no {key}", {each: value for each, value in data.items() if each != key}
    yield "a fraction of nothing", {**data, "premises": [{**each, "value": "1/0"} for each in data["premises"]]}
    yield "one reading that is not proven", {**data, "other_readings": [{**data, "premises": []}]}


@pytest.mark.parametrize("name", PROVEN)
def test_a_proof_that_is_changed_is_none(name: str) -> None:
    kinds = set()
    for data in proven(name):
        for kind, other in changed(data):
            kinds.add(kind)
            assert not holds(other), kind
        for number, law in enumerate(data["laws"]):
            if "equals" in law:  # what is due moves up or down: one of both is on the side where nothing clashes
                both = [copy.deepcopy(data), copy.deepcopy(data)]
                for other, factor in zip(both, (Fraction(10**9), Fraction(1, 10**9)), strict=True):
                    other["laws"][number]["equals"] = str(Fraction(law["equals"]) * factor)
                assert not all(map(holds, both))
    assert len(kinds) >= 7


def test_what_needs_two_formulas_is_proven_in_lines() -> None:
    [data] = proven("bound.served")
    assert len(data["lines"]) == 3
    assert {law["of"] for law in data["laws"]} == {"cost_per_token", "forward_per_token", "inference_throughput"}
    assert {"quay-letter:cost", "quay-letter:rent"} <= {each["claim"] for each in data["premises"]}
    [finding] = [each for each in example("bound.served").findings if each.code == "bound"]
    text = views.finding_text(example("bound.served"), finding, 200)
    assert "run.mfu of Birch/inference at most 1: at most 1" in text
    assert "run.mfu of Birch/inference would have to be at least" in text


def test_what_is_negative_is_checked_by_intervals_and_says_so() -> None:
    examination = examined(WIND)
    [finding] = [each for each in told(examination) if each.severity is Severity.ERROR]
    assert (finding.by_intervals, finding.certificate) == (alone.SIGNED, None)
    text = views.finding_text(examination, finding, 200)
    assert "checked by intervals alone: a figure that it rests on is zero or negative" in text
    verified = reports.verified(examination)
    assert verified == Verified(0, (), (finding.id,))
    assert str(verified) == "no proofs to re-check; 1 finding checked by intervals alone"


@pytest.mark.parametrize("name", ["bound", "recompute.part"])
def test_a_proof_that_does_not_hold_up_accuses_nobody(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (alone, engines):
        monkeypatch.setattr(module, "verified", lambda certificate: False)
    examination = examined((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert Verdict.IMPOSSIBLE in example(name).verdicts
    assert Verdict.IMPOSSIBLE not in examination.verdicts
    assert not [each for each in examination.findings if each.severity is Severity.ERROR]
    assert alone.REFUTED in examination.evidence.judged.reason.values()


def test_every_proof_of_the_shipped_claims_holds(kb: Kb) -> None:
    report = kb("report", "--verify")
    assert report.returncode == 0
    last = report.stdout.rstrip("\n").rpartition("\n")[2]
    assert last.endswith("re-checked in exact fractions: all hold")
    found = json.loads(kb("report", "--verify", "--format", "json").stdout)
    assert found["verified"]["proofs"] == int(last.split()[0]) > 0
    assert found["verified"]["by_intervals"] == found["verified"]["failed"] == []
    for form in ("markdown", "html"):
        assert kb("report", "--verify", "--format", form).stdout.count(last) == 1
    assert json.loads(kb("report", "--format", "json").stdout)["verified"] is None


def test_a_proof_that_does_not_hold_makes_the_command_fail(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "holds", lambda data: False)
    report = kb("report", "--verify")
    assert report.returncode == 1
    assert "do not hold" in " ".join(report.stdout.split())


def test_what_differs_from_several_figures_is_proven_beside_each() -> None:
    text = (EXAMPLES / "bound.sheet.yaml").read_text(encoding="utf-8")
    before, _, claim = text.partition("  - {id: peak,")
    claim = claim.replace("1000 TFLOP", "3000 TFLOP").replace("scope: {precision: tensor16, sparsity: dense}, ", "")
    text = f"{before}  - {{id: peak,{claim}"
    [finding] = [each for each in told(examined(text)) if each.code == "bound"]
    assert finding.certificate is not None
    certificates = [finding.certificate, *finding.certificate["other_readings"]]
    limits = {each["claim"] for data in certificates for each in data["premises"] if each["side"] == "at most"}
    assert len(limits) == len(certificates) == 2
    assert holds(json.loads(json.dumps(finding.certificate)))


def test_laws_that_are_multiplied_are_told() -> None:
    part = Part(np.arange(6))
    part.laws = [
        Product(tuple((each, Fraction(power)) for each, power in zip(names, (1, -1, -1, -1), strict=True)))
        for names in ((0, 4, 5, 1), (2, 4, 5, 3))
    ]
    part.statements = [
        Statement(each, math.log(value), math.log(value), 0.0, 0.0, -1, -1, soft=False)
        for each, value in enumerate((10.0, 2.0, 3.0, 1.0))
    ]
    certificate = Search(part, None).certificate()
    assert certificate is not None
    proof = alone.Proof(part, certificate, (-1,) * 6, ("bread", "cake"))
    said = [each.text for each in lines(example("bound").evidence, proof)]
    both = "step 1 of bread x step 2 of cake / step 0 of bread / step 3 of cake"
    assert said[4] == f"{both} is 1   [multiplied: bread^-1 x cake]"
    assert said[5].endswith("[bread and cake]")
    assert said[-1].endswith(", which nothing is")
    ended = replace(certificate, lines=certificate.lines[:1], end=2, uses=(0, 1, 2, 3))
    told_last = list(lines(example("bound").evidence, replace(proof, certificate=ended)))[-1]
    assert told_last.text == f"so {both}, which has to be 1, would be at most 0.6, which nothing is"
