"""Checks of words: what they compare, what they let pass, and what they say to the reader."""

import pytest

from kb import corpus
from kb.desk import examine_claims
from kb.model import Finding, Severity

TOWN = """
units: ["song = [song]", "crown = [crown]"]
kinds:
  - {id: chorus, meaning: People who sing together., links: {way: {to: custom, many: true}, home: {to: hall}}}
  - {id: custom, meaning: A way of doing things.}
  - {id: hall, meaning: Where one sings., links: {within: {to: hall, wider: true}}}
keys:
  - {id: season, meaning: When., values: {year: {winter: {carnival: null}, summer: null}}}
  - {id: dress, meaning: In what., values: {black: null, white: null}}
attributes:
  - {id: dues.gross, about: chorus, meaning: Before refunds., unit: crown, keys: {season: {parts: own}}}
  - {id: dues.net, about: chorus, meaning: After refunds., unit: crown, keys: {season: {parts: own}}}
  - {id: dues.share, about: chorus, meaning: The share that comes back., unit: "1"}
  - {id: chorus.louder, about: chorus, meaning: How loud beside another., unit: "1", single: many}
  - {id: chorus.row, about: chorus, meaning: How many rows., unit: "1", keys: {dress: {parts: own}}, needs: [dress]}
  - {id: chorus.songs, about: chorus, meaning: What it sings., type: term, single: many,
     keys: {season: {parts: own}}, clashes: [{value: hymns, other: jokes}]}
  - {id: chorus.founded, about: chorus, meaning: Since when., type: date}
  - {id: chorus.glad, about: chorus, meaning: Whether they like it., type: yes-no, single: per holder}
  - {id: custom.does, about: custom, meaning: What it does., type: effect, single: many,
     keys: {season: {parts: own}}}
sources: [{id: news, kind: article, title: The town, published: '2031-05-10'}]
entities:
  - {id: Larks, kind: chorus}
  - {id: Wrens, kind: chorus}
  - {id: auditions, kind: custom}
  - {id: open doors, kind: custom}
  - {id: Great Hall, kind: hall}
  - {id: Side Hall, kind: hall, links: {within: Great Hall}}
  - {id: Barn, kind: hall}
defaults: {cite: news, holders: [Ann]}
claims:
"""
LOWERS = "auditions | custom.does | {lowers: dues}"
RAISES = "auditions | custom.does | {raises: dues}"
LEAVES = "auditions | custom.does | {leaves: dues, of: Larks}"


def found(*lines: str, code: str = "") -> list[Finding]:
    """The findings of some claims; a line is ``subject | attribute | value | more fields``."""
    claims = []
    for i, line in enumerate(lines):
        subject, attribute, value, *more = (each.strip() for each in line.split("|"))
        fields = "".join(f", {each}" for each in more)
        claims.append(
            f"  - {{id: c{i}, statement: S., source: {{at: p{i}}}, subject: {subject}, attribute: {attribute}, "
            f"value: {value}{fields}}}"
        )
    read = corpus.read([("town.yaml", (TOWN + "\n".join(claims)).encode())])
    assert [each for each in read.troubles if each.code != "orphan"] == []
    examination = examine_claims(read.knowledge, list(read.knowledge.claims.values()), read)
    assert [each for each in examination.unchecked if "crashed" in each.reason] == []
    every = [examination.explained(each) for each in examination.findings if each.code != "orphan"]
    return [each for each in every if not code or each.code == code]


# ------------------------------------------------------------------------------------------------ effects

GROSS, NET = "Larks | dues.gross | 90 crown", "Larks | dues.net | 60 crown"
USES = "Larks | chorus.way | auditions"


def test_sub_attributes_with_distinct_values_make_a_conflict_apparent() -> None:
    [finding] = found(LOWERS, RAISES, USES, GROSS, NET, code="direction")
    assert finding.severity is Severity.NOTE
    assert finding.message == (
        "apparent conflict: auditions lowers dues (news p0) and raises dues (news p1); both said by Ann; neither names "
        'its season and neither names what it is compared with; of Larks, "lowers" would be right of dues.net '
        '(60 crown) and "raises" of dues.gross (90 crown)'
    )
    assert [each.needed for each in finding.resolutions[:2]] == [
        "if it said that it lowers dues.net",
        "if it said that it raises dues.gross",
    ]
    assert [step.text for step in finding.arithmetic] == [
        "dues.net of Larks = 60 crown (news p4)",
        "dues.gross of Larks = 90 crown (news p3)",
    ]


@pytest.mark.parametrize(
    "values",
    [
        (GROSS, NET),  # of a chorus that nobody says has auditions
        (USES, GROSS, "Larks | dues.net | 90 crown"),
        (USES, GROSS, "Larks | dues.share | 0.6"),  # no crowns
        (USES, GROSS, "Larks | dues.net | 60 crown | scope: {season: winter}"),  # of another part of the year
        (USES, GROSS, "Wrens | dues.net | 60 crown"),
    ],
)
def test_else_a_scope_is_missing(values: tuple[str, ...]) -> None:
    [finding] = found(LOWERS, RAISES, *values, code="direction")
    assert finding.message.startswith("scope missing: ")
    assert finding.severity is Severity.NOTE, "the one can be so in winter, the other in summer"


SAID = "than: open doors | scope: {season: winter}"


@pytest.mark.parametrize(
    ("one", "other", "severity"),
    [
        (SAID, SAID, Severity.WARNING),
        (SAID, f"{SAID} | firmness: hedged", Severity.NOTE),
        ("than: open doors", "than: open doors", Severity.NOTE),
        ("scope: {season: winter}", "scope: {season: winter}", Severity.NOTE),
    ],
)
@pytest.mark.parametrize("first", [LOWERS, "auditions | custom.does | {leaves: dues}"])
def test_only_what_leaves_nothing_open_and_is_not_hedged_is_a_warning(
    first: str, one: str, other: str, severity: Severity
) -> None:
    [finding] = [each for each in found(f"{first} | {one}", f"{RAISES} | {other}") if each.code != "empty-slot"]
    assert finding.severity is severity


@pytest.mark.parametrize("more", ["holders: [Bo]", "scope: {season: winter}", "than: open doors"])
def test_what_two_say_or_what_is_said_of_a_part_is_a_note(more: str) -> None:
    [finding] = found(LOWERS, f"{RAISES} | {more}", code="direction")
    assert finding.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{LOWERS} | scope: {{season: winter}}", f"{RAISES} | scope: {{season: summer}}"),
        (f"{LOWERS} | than: Larks", f"{RAISES} | than: open doors"),
        ("auditions | custom.does | {lowers: dues.net}", "auditions | custom.does | {raises: dues.gross}"),
        ("auditions | custom.does | {lowers: dues, of: Larks}", "auditions | custom.does | {raises: dues, of: Wrens}"),
        (LOWERS, "open doors | custom.does | {raises: dues}"),
        (LOWERS, f"{RAISES} | mode: conditional"),
        (LOWERS, f"{RAISES} | mode: prediction"),
        (LOWERS, LEAVES.replace("leaves", "lowers")),
    ],
)
def test_effects_that_are_told_apart_are_no_conflict(one: str, other: str) -> None:
    assert found(one, other, code="direction") == []


def test_a_part_of_the_year_is_within_the_year() -> None:
    one, other = f"{LOWERS} | scope: {{season: carnival}}", f"{RAISES} | scope: {{season: winter}}"
    [finding] = found(one, other, code="direction")
    assert "{season=carnival}" in finding.message


def test_effects_that_have_a_claim_in_common_are_one_finding_that_lacks_nothing_else() -> None:
    [finding] = found(LOWERS, f"{RAISES} | holders: [Bo]", f"{RAISES} | than: open doors", RAISES)
    assert (finding.code, finding.severity) == ("direction", Severity.NOTE)
    assert finding.claims[:2] == ("news:c0", "news:c3"), "the worst pair is told"
    assert len(finding.claims) == 4
    assert "; 2 more of the kind; " in finding.message


def test_no_effect_beside_an_effect() -> None:
    [finding] = found(LEAVES, "auditions | custom.does | {raises: dues.net, of: Larks}", code="zero-effect")
    assert finding.message == (
        "auditions leaves dues of Larks (news p0), but raises dues.net of Larks (news p1); both said by Ann; "
        "neither names its season and neither names what it is compared with"
    )
    assert [each.needed for each in finding.resolutions] == [
        "if it said that it leaves one of dues.gross, dues.net, dues.share"
    ]


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        ("Larks | dues.net | 1.4 | than: Wrens", True),
        ("Larks | dues.net | 0.7 | than: Wrens", True),
        ("Larks | dues.net | 1.0 | than: Wrens", False),
        ("Larks | chorus.louder | 1.4 | than: Wrens", False),
        ("Wrens | dues.net | 1.4 | than: Larks", False),
        ("Larks | dues.net | 1.4 | than: Wrens | mode: conditional", False),
    ],
)
def test_no_effect_beside_a_factor(factor: str, told: bool) -> None:
    assert bool(found(LEAVES, factor, code="zero-effect")) is told
    assert found(f"{LEAVES} | than: auditions", factor, code="zero-effect") == [], "beside something else"


@pytest.mark.parametrize(
    ("effect", "factor", "severity"),
    [
        ("scope: {season: winter}", "scope: {season: winter}", Severity.WARNING),
        ("scope: {season: winter}", "scope: {season: winter} | firmness: hedged", Severity.NOTE),
        ("scope: {season: winter} | firmness: hedged", "scope: {season: winter}", Severity.NOTE),
        ("scope: {season: winter}", "mode: statement", Severity.NOTE),
        ("mode: statement", "scope: {season: winter}", Severity.NOTE),
    ],
)
def test_a_factor_is_firmly_against_an_effect_in_the_scope_that_both_name(
    effect: str, factor: str, severity: Severity
) -> None:
    claims = f"{LEAVES} | than: Wrens | {effect}", f"Larks | dues.net | 1.4 | than: Wrens | {factor}"
    [finding] = found(*claims, code="zero-effect")
    assert finding.severity is severity


# ------------------------------------------------------------------------------------------------ single values


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Larks | chorus.founded | '1931'", "Larks | chorus.founded | 1932-01", True),
        ("Larks | chorus.founded | '1931'", "Larks | chorus.founded | 1931-04-02", False),
        ("Larks | chorus.founded | '1931'", "Larks | chorus.founded | 3 day before publication", False),
        ("Larks | chorus.founded | '1931'", "Larks | chorus.founded | none", True),
        ("Larks | chorus.founded | '1931'", "Larks | chorus.founded | undisclosed", False),
        ("Larks | chorus.glad | true", "Wrens | chorus.glad | false", False),
        ("Larks | chorus.glad | true", "Larks | chorus.glad | false | mode: prediction", False),
        ("Larks | chorus.glad | true | mode: prediction", "Larks | chorus.glad | false | mode: prediction", True),
        ("Larks | dues.net | 60 crown", "Larks | dues.net | 90 crown | mode: conditional", False),
        ("Larks | dues.net | 60 crown", "Larks | dues.net | 90 crown | mode: prediction", False),
        ("Larks | dues.net | 60 crown | mode: prediction", "Larks | dues.net | 90 crown | mode: prediction", True),
        ("Larks | chorus.home | Barn", "Larks | chorus.home | Side Hall", True),
        ("Larks | chorus.home | Great Hall", "Larks | chorus.home | Side Hall", False),
        ("Larks | chorus.songs | hymns", "Larks | chorus.songs | waltzes", False),
    ],
)
def test_answers_that_cannot_be_the_same(one: str, other: str, apart: bool) -> None:
    assert bool(found(one, other, code="single-value")) is apart


def test_nobody_is_torn_between_answers_that_fit_together() -> None:
    dates = ("'1931'", "1931-04", "'1933' | holders: [Bo]")
    [finding] = found(*(f"Larks | chorus.founded | {each}" for each in dates))
    assert finding.message.startswith("disagreement: ")
    [finding] = found("Larks | dues.net | none | holders: [Bo]", *["Larks | dues.net | 60 crown"] * 2)
    assert finding.message.startswith("disagreement: ")


@pytest.mark.parametrize(
    ("value", "apart"),
    [
        ("60 crown", True),
        ("more than 60 crown", True),
        ("at most 60 crown", False),
        ("0 crown", False),
        ("60 crown | mode: conditional", False),
        ("60 crown | mode: prediction", False),
        ("60 crown | scope: {season: winter}", False),
        ("3 times | than: Wrens", False),
    ],
)
def test_none_beside_a_number(value: str, apart: bool) -> None:
    assert bool(found("Larks | dues.net | none", f"Larks | dues.net | {value}", code="single-value")) is apart


def test_who_differs_and_who_says_both() -> None:
    yes, no = "Larks | chorus.glad | true", "Larks | chorus.glad | false | holders: [Bo]"
    [finding] = found(yes, no, f"{yes} | holders: [Cy]")
    assert finding.severity is Severity.NOTE, "one may differ in such things"
    assert finding.message == (
        "disagreement: chorus.glad of Larks is yes (news p0 and p2) and no (news p1); Ann, Cy and Bo differ"
    )
    [finding] = found(yes, no, "Larks | chorus.glad | true | holders: [Cy, Bo]")
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("self-contradiction: ")
    assert finding.message.endswith("; both said by Bo")


# ------------------------------------------------------------------------------------------------ other answers


def test_a_clash_is_told_with_what_could_split_it() -> None:
    [finding] = found("Larks | chorus.songs | [hymns, waltzes]", "Larks | chorus.songs | jokes | holders: [Bo]")
    assert (finding.code, finding.severity) == ("opposites", Severity.NOTE)
    assert finding.resolutions[0].needed == "if it named its season: one of year, winter, carnival, summer"
    assert finding.message == (
        "disagreement: chorus.songs of Larks is hymns, waltzes (news p0), but chorus.songs is jokes (news p1); "
        "the vocabulary calls these answers incompatible; Ann and Bo differ"
    )


@pytest.mark.parametrize(
    "other",
    [
        "Larks | chorus.songs | jokes | scope: {season: carnival}",
        "Larks | chorus.songs | jokes | mode: premise",
        "Larks | chorus.songs | jokes | mode: prediction",
        "Wrens | chorus.songs | jokes",
        "Larks | chorus.songs | waltzes",
    ],
)
def test_answers_about_other_things_do_not_clash(other: str) -> None:
    assert found("Larks | chorus.songs | hymns", other) == []


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("Larks | dues.net | 60 crown", Severity.WARNING),
        ("Larks | dues.net | 60 crown | mode: estimate", Severity.NOTE),
        ("Larks | dues.net | 60 crown | holders: [Ann, Bo]", Severity.NOTE),
        ("Larks | dues.net | 60 to 70 crown", Severity.WARNING),
    ],
)
def test_a_value_of_what_is_undisclosed(value: str, severity: Severity) -> None:
    [finding] = found("Larks | dues.net | undisclosed", value)
    assert (finding.code, finding.severity) == ("undisclosed-value", severity)


@pytest.mark.parametrize(
    "value",
    [
        "Larks | dues.net | more than 60 crown",
        "Larks | dues.net | at most 60 crown",
        "Larks | dues.net | tens of millions crown",
        "Larks | dues.net | 6 to 60 crown",
        "Larks | dues.net | 3 times | than: Wrens",
    ],
)
def test_a_bound_or_an_order_of_magnitude_or_a_multiple_of_what_nobody_knows_is_no_value(value: str) -> None:
    assert found("Larks | dues.net | undisclosed", value) == []


def test_what_is_foretold_is_about_a_later_time() -> None:
    assert found("Larks | dues.net | undisclosed", "Larks | dues.net | 60 crown | mode: prediction") == []
    effect = "auditions | custom.does | {raises: dues.net, of: Larks}"
    assert found(LEAVES, f"{effect} | mode: prediction", code="zero-effect") == []
    both = f"{LEAVES} | mode: prediction", f"{effect} | mode: prediction"
    assert len(found(*both, code="zero-effect")) == 1


def test_a_value_of_another_part_or_under_a_premise_discloses_nothing() -> None:
    parts = "Larks | dues.net | 60 crown | scope: {season: summer}", "Larks | dues.net | 60 crown | mode: premise"
    assert found("Larks | dues.net | undisclosed | scope: {season: winter}", *parts) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{terms: [a, b], announced: '3', complete: true}", "Ann announces 3 (news p0) and 2 are listed, which are"),
        ("{terms: [a, b], announced: '3'}", "Ann announces 3 (news p0) and only 2 are named: a and b"),
        ("{terms: [a, b], announced: '3', complete: false}", ""),
        ("{terms: [a, b, c], announced: '3', complete: true}", ""),
        ("{terms: [a, b, c], announced: '2', complete: false}", "Ann announces 2 (news p0) and 3 are listed: a, b"),
        ("{terms: [a], announced: many}", "Ann announces many (news p0) and only 1 is named: a"),
        ("{terms: [a], announced: many, complete: false}", ""),
        ("{terms: [a, b, c], announced: many}", ""),
    ],
)
def test_what_is_announced_is_counted(value: str, told: str) -> None:
    messages = [finding.message for finding in found(f"Larks | chorus.songs | {value}")]
    assert [message.startswith(f"chorus.songs of Larks: {told}") for message in messages] == ([True] if told else [])


def test_what_the_same_holder_lists_elsewhere_counts() -> None:
    first = "Larks | chorus.songs | {terms: [a, b], announced: '3', complete: true}"
    assert found(first, "Larks | chorus.songs | [b, c]") == []
    assert len(found(first, "Larks | chorus.songs | [b, c] | holders: [Bo]")) == 1


# ------------------------------------------------------------------------------------------------ empty slots


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "Larks | chorus.row | 3",
            "chorus.row of Larks is 3 (news p0) by Ann, without a dress: it could be black or white",
        ),
        ("Larks | chorus.row | 3 | scope: {dress: undisclosed}", "chorus.row of Larks is 3 (news p0) by Ann, without"),
        ("Larks | chorus.row | undisclosed", ""),
        ("Larks | chorus.row | 3 | scope: {dress: white}", ""),
        (LOWERS, "custom.does of auditions: lowers dues (news p0) by Ann, without a baseline"),
        (f"{LOWERS} | than: open doors", ""),
        ("Larks | chorus.louder | 3 times", "chorus.louder of Larks: is 3 times (news p0) by Ann, without a baseline"),
        ("Larks | chorus.louder | 3 times | than: Wrens", ""),
        ("Larks | chorus.louder | 3", ""),
    ],
)
def test_what_is_missing_is_named(line: str, told: str) -> None:
    messages = [finding.message for finding in found(line, code="empty-slot")]
    assert [message.startswith(told) for message in messages] == ([True] if told else [])
