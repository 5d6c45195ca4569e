"""Checks of words and sources where an example has no room: lineage, open scopes, repetition, names in the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import corpus
from kb.desk import Desk, examine_claims
from kb.model import Finding, Severity
from kb.store import Store

VALLEY = """
units: ["sack = [sack]"]
kinds:
  - {id: mill, meaning: Grinds., links: {follows: {to: mill, after: mill.built}}}
  - {id: guide, meaning: A printed guide., links: {shows: {to: mill, many: true}}}
keys:
  - {id: grain, meaning: Of what., values: {all: {rye: null, wheat: {soft: null, hard: null}}}}
  - {id: matter, meaning: What is told., values: {anything: {trade: null, building: null}}}
attributes:
  - {id: mill.sacks, about: mill, meaning: Flour., unit: sack, topic: trade, keys: {grain: {parts: sum}}}
  - {id: mill.built, about: mill, meaning: When., type: date, topic: building}
  - {id: guide.all, about: guide, meaning: Tells all., type: yes-no, plays: coverage, keys: {matter: {parts: own}}}
  - {id: guide.words, about: guide, meaning: Uses for one., type: term, single: many, plays: gloss}
sources:
  - {id: walk, kind: article, title: A walk, retells: survey}
  - {id: survey, kind: data set, title: Mills}
  - {id: gossip, kind: statement, title: Talk}
entities:
  - {id: Upper Mill, kind: mill, names: {en: [Upper Mill], de: [Obere]}}
  - {id: Lower Mill, kind: mill, names: {en: [Lower Mill], de: [Untere]}}
  - {id: the guide, kind: guide}
defaults: {cite: walk, holders: [Ann]}
claims:
"""


def text(*claims: str) -> bytes:
    """A file about mills: each claim is given without its id, statement and place."""
    lines = [f"  - {{id: c{i}, statement: S{i}., source: {{at: p{i}}}, {claim}}}" for i, claim in enumerate(claims)]
    return (VALLEY + "\n".join(lines)).encode()


def found(code: str, *claims: str) -> list[Finding]:
    """The findings of one check."""
    read = corpus.read([("mills.yaml", text(*claims))])
    assert read.errors == ()
    examination = examine_claims(read.knowledge, list(read.knowledge.claims.values()), read)
    assert examination.ran.crashed == ()
    return [finding for finding in examination.findings if finding.code == code]


ALL = "subject: the guide, attribute: guide.all, value: true"


@pytest.mark.parametrize(("source", "told"), [("survey", 1), ("gossip", 0)])
def test_what_a_source_retells_counts_as_withheld_by_it_and_what_others_say_does_not(source: str, told: int) -> None:
    secret = f"{{id: s, statement: S., subject: Upper Mill, attribute: mill.sacks, value: undisclosed, \
source: {{at: q, cite: {source}}}}}"
    read = corpus.read([("mills.yaml", text(ALL) + f"\n  - {secret}".encode())])
    examination = examine_claims(read.knowledge, list(read.knowledge.claims.values()), read)
    assert [finding.code for finding in examination.findings].count("coverage") == told


def test_an_undisclosed_scope_is_withheld_too() -> None:
    [finding] = found(
        "coverage", ALL, "subject: Upper Mill, attribute: mill.sacks, scope: {grain: undisclosed}, value: 40 sack"
    )
    assert finding.message == (
        "Ann (walk p0) says that the guide tells everything, "
        "although grain of mill.sacks of Upper Mill (walk p1) is undisclosed"
    )


def test_a_guide_to_one_mill_need_not_tell_of_another() -> None:
    shows = "subject: the guide, attribute: guide.shows, value: {}"
    secret = "subject: Upper Mill, attribute: mill.sacks, value: undisclosed"
    assert found("coverage", ALL, shows.format("Lower Mill"), secret) == []
    assert len(found("coverage", ALL, shows.format("Upper Mill"), secret)) == 1


@pytest.mark.parametrize("mode", ["premise", "conditional", "prediction"])
def test_what_is_not_asserted_of_now_withholds_nothing_and_promises_nothing(mode: str) -> None:
    secret = "subject: Upper Mill, attribute: mill.sacks, value: undisclosed"
    assert found("coverage", f"{ALL}, mode: {mode}", secret) == []
    assert found("coverage", ALL, f"{secret}, mode: {mode}") == []


@pytest.mark.parametrize("mode", ["premise", "conditional", "prediction"])
def test_dates_and_links_that_are_not_asserted_are_in_no_order(mode: str) -> None:
    built = "subject: {} Mill, attribute: mill.built, value: '{}'"
    follows = "subject: Upper Mill, attribute: mill.follows, value: Lower Mill"
    upper, lower = built.format("Upper", 1801), built.format("Lower", 1850)
    assert len(found("dates", upper, lower, follows)) == 1
    for other in ((f"{upper}, mode: {mode}", lower, follows), (upper, lower, f"{follows}, mode: {mode}")):
        assert found("dates", *other) == []


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ("holders: [Ann]", Severity.WARNING),
        ("holders: [Bo, Ann]", Severity.WARNING),
        ("holders: [Ann, Bo]", Severity.NOTE),
        ("firmness: hedged", Severity.NOTE),
    ],
)
def test_who_promises_all_is_warned_of_what_the_same_holder_withholds(more: str, severity: Severity) -> None:
    [finding] = found("coverage", ALL, f"subject: Upper Mill, attribute: mill.sacks, value: undisclosed, {more}")
    assert finding.severity is severity


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("{}", []),  # told after all
        ("{grain: rye}", [Severity.NOTE]),  # silence can stand for rye here
        ("{grain: wheat}", [Severity.WARNING]),
    ],
)
def test_what_may_be_told_after_all_is_a_note(scope: str, told: list[Severity]) -> None:
    either = VALLEY.replace("{parts: sum}", "{parts: own, silent: {either: [rye, wheat]}}")
    given = f"subject: Upper Mill, attribute: mill.sacks, scope: {scope}, value: 40 sack"
    secret = "subject: Upper Mill, attribute: mill.sacks, value: undisclosed"
    if scope == "{grain: wheat}":
        secret = f"{secret}, scope: {{grain: rye}}"
    claims = text(ALL, secret, given).decode().removeprefix(VALLEY)
    read = corpus.read([("mills.yaml", (either + claims).encode())])
    examination = examine_claims(read.knowledge, list(read.knowledge.claims.values()), read)
    assert [each.severity for each in examination.findings if each.code == "coverage"] == told


SACKS = "subject: Upper Mill, attribute: mill.sacks, scope: {{grain: {}}}, value: {}"


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (SACKS.format("rye", "30 sack"), [Severity.WARNING]),
        (SACKS.format("rye", "{terms: [high]}"), [Severity.NOTE]),
        (SACKS.format("soft", "30 sack"), []),  # a part of that part
        (SACKS.format("rye", "at most 30 sack"), []),  # it may be nothing
    ],
)
def test_another_part_lies_apart_from_the_first_and_is_something(other: str, told: list[Severity]) -> None:
    claims = "subject: Upper Mill, attribute: mill.sacks, value: 71 sack", SACKS.format("wheat", "71 sack"), other
    read = corpus.read([("mills.yaml", text(*claims))])
    examination = examine_claims(read.knowledge, list(read.knowledge.claims.values()), read)
    alone = [each.severity for each in examination.findings if each.code == "part-and-whole"]
    folded = [
        each.severity
        for each in examination.findings
        if any(reason.code == "part-and-whole" for reason in each.explanations)
    ]
    assert alone + folded == told


def test_a_figure_that_is_repeated_is_told_once() -> None:
    whole = "subject: Upper Mill, attribute: mill.sacks, value: {} sack"
    parts = SACKS.format("wheat", "71 sack"), SACKS.format("rye", "undisclosed")
    assert len(found("part-and-whole", whole.format("71"), whole.format("about 71"), *parts)) == 1


def test_a_range_is_not_the_figure_that_lies_in_it() -> None:
    whole = "subject: Upper Mill, attribute: mill.sacks, value: 40 to 90 sack"
    rye = SACKS.format("rye", "undisclosed")
    assert found("part-and-whole", whole, SACKS.format("wheat", "71 sack"), rye) == []
    assert len(found("part-and-whole", whole, SACKS.format("wheat", "40 to 90 sack"), rye)) == 1


def test_dates_that_cannot_be_placed_are_one_finding_for_each_source() -> None:
    [finding] = found(
        "dates",
        "subject: Upper Mill, attribute: mill.built, value: 3 years before publication",
        "subject: Lower Mill, attribute: mill.built, value: 2 years before publication",
    )
    assert len(finding.claims) == 2


def test_names_are_found_in_the_store(tmp_path: Path) -> None:
    gloss = "subject: the guide, attribute: guide.words, value: [Upper Mill, {}]"
    with Desk(Store.open(tmp_path / "mills.db")) as desk:
        read = corpus.read([("mills.yaml", text(gloss.format("Untere"), gloss.format("Obere"), gloss.format("Alte")))])
        desk.store.add(read, "mills")
        [finding] = [each for each in desk.examine().findings if each.code == "gloss"]
    assert finding.message == (
        "Ann (walk p0) gives 'Upper Mill' and 'Untere' as one thing, "
        "but the first names Upper Mill, the second Lower Mill"
    )


@pytest.mark.parametrize("wrong", ["mill.sacks", "guide.all"])
def test_a_link_orders_a_date_of_both_its_ends(wrong: str) -> None:
    broken = text(ALL).replace(b"after: mill.built", f"after: {wrong}".encode())
    troubles = corpus.read([("mills.yaml", broken)]).errors
    said = f"link mill.follows is after '{wrong}', which is not a date of both its ends"
    assert [trouble for trouble in troubles if said in trouble.message]
