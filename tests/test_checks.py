"""What checks say, in the words a reader meets."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import corpus
from kb.checks.readings import distinct, over
from kb.checks.single_value import Said
from kb.desk import examine_claims
from kb.model import Finding


@pytest.mark.parametrize(
    ("more", "less", "told"),
    [
        (2.85, 2.2, ("2.85", "2.2")),
        (1.3, 1.0004, ("1.3", "nothing")),
        (1.2344, 1.2339, ("1.2344", "1.2339")),
        (3.0, math.nan, ("3", "")),
    ],
)
def test_what_a_reading_is_off_by_differs_in_print_from_what_is_excused(
    more: float, less: float, told: tuple[str, str]
) -> None:
    assert distinct(more, less) == told


def test_what_has_no_end_is_over_nothing() -> None:
    assert over(6.0, 3.0) == 2.0
    assert math.isnan(over(6.0, 0.0))
    assert math.isnan(over(math.inf, 3.0))


# ------------------------------------------------------------------------------------------------ many values

CHOIR = """
units: ["singer = [singer]"]
kinds: [{id: choir, meaning: People who sing together.}]
attributes: [{id: choir.singers, about: choir, meaning: How many sing., unit: singer, count: true, integer: true}]
sources: [{id: news, kind: article, title: The choirs of the valley}]
entities: [{id: Lark Choir, kind: choir}]
defaults: {cite: news}
claims:
"""


def found(values: list[str], holders: list[str], mode: str = "statement") -> list[Finding]:
    """The findings about a choir of which so much is said; the first claim can be a premise, on which another rests."""
    lines = [
        f"  - {{id: c{i}, statement: S., subject: Lark Choir, attribute: choir.singers, value: {value} singer, "
        f"holders: [{holder}], source: {{at: p{i}}}, mode: {'statement' if i else mode}}}"
        for i, (value, holder) in enumerate(zip(values, holders, strict=True))
    ]
    if mode == "premise":
        lines.append(
            "  - {id: rest, statement: S., subject: Lark Choir, attribute: choir.singers, value: {terms: [high]}, "
            "holders: [A], source: {at: q}, rests_on: [{claim: c0, as: premise}]}"
        )
    read = corpus.read([("choir.yaml", (CHOIR + "\n".join(lines)).encode())])
    assert read.troubles == ()
    return list(examine_claims(read.knowledge, list(read.knowledge.claims.values()), read).findings)


def test_two_values_are_told_side_by_side() -> None:
    [finding] = found(["120", "95"], ["Ann", "Bo"])
    assert finding.message == (
        "disagreement: choir.singers of Lark Choir is 120 singer (news p0) and 95 singer (news p1); Ann and Bo differ"
    )


def test_several_claims_of_one_cell_are_one_finding_by_what_they_say() -> None:
    [finding] = found(["120", "95", "about 119", "40 to 130", "60"], ["Ann", "Bo", "Cy", "Di", "Ed"])
    assert finding.message == (
        "disagreement: choir.singers of Lark Choir has several values: 2 say 120 singer or close to it "
        "(news p0 and p2); 1 says 95 singer (news p1); 1 says 60 singer (news p4); Ann, Bo, Cy and Ed differ"
    )
    assert finding.claims == ("news:c0", "news:c1", "news:c2", "news:c4"), "one that meets all others is in no conflict"


def test_who_says_more_than_one_contradicts_itself_whoever_else_differs() -> None:
    [finding] = found(["120", "95", "60"], ["Ann", "Ann", "Bo"])
    assert finding.message == (
        "self-contradiction: choir.singers of Lark Choir has several values: 120 singer (news p0); "
        "95 singer (news p1); 60 singer (news p2); more than one of them said by Ann"
    )


def test_thousands_of_values_are_one_finding_that_names_a_dozen_and_counts_the_rest() -> None:
    [finding] = found([str(101 + 2 * i) for i in range(2000)], ["Ann"] * 2000)
    assert len(finding.claims) == 2000
    assert finding.message.count("(news ") == 12
    assert "; 1,988 more say other values; " in finding.message
    assert len(finding.message) < 1000


def test_hundreds_of_claims_against_a_premise_are_one_finding_too() -> None:
    every = found([str(100 + 2 * i) for i in range(501)], ["Ann"] * 501, "premise")
    [finding] = [each for each in every if each.code == "premise"]
    assert finding.claims[:2] == ("news:rest", "news:c0")
    assert len(finding.claims) == 14
    assert finding.message.endswith("and 488 more say otherwise")


ENDS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 8)), min_size=2, max_size=12)


@given(ENDS)
def test_what_is_apart_is_what_every_pair_says(ends: list[tuple[int, int]]) -> None:
    low = np.array([float(start) for start, _ in ends])
    high = np.array([float(start + width) for start, width in ends])
    number = np.arange(len(ends))
    said = Said(number, np.zeros(len(ends), np.int64), low, high, low, high)
    apart = {(a, b) for a, b in combinations(range(len(ends)), 2) if low[a] > high[b] or low[b] > high[a]}
    event = said.apart_from_any()
    assert said.conflicts() is bool(apart)
    assert set(event.claim.tolist()) == {each for pair in apart for each in pair}
    for each in number.tolist():
        rivals = set(said.apart_from(said.take([each])).claim.tolist())
        assert rivals == {sum(pair) - each for pair in apart if each in pair}
    groups = [group.claim.tolist() for group in event.together()] if apart else []
    assert sorted(each for group in groups for each in group) == sorted(event.claim.tolist())
    assert not any(pair in apart for group in groups for pair in combinations(sorted(group), 2))
    assert not apart or len(groups) > 1
