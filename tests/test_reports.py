"""Reports as HTML and Markdown: the same page, nothing from outside, whatever is said in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import corpus
from kb.desk import examine_claims
from kb.errors import NotFound
from kb.knowledge import Knowledge
from kb.limits import limited, shown
from kb.model import Bar, Verdict
from kb.pipeline import Examination
from kb.reports import Heading, json, renderer
from kb.reports._page import OF_OTHERS, Block, page
from kb.reports._page import Page as Told
from kb.reports._plots import GAP, MOST_TICKS, WIDTH, Axis, axis_of, marked, plot
from kb.reports._words import LEGEND, Glossary

HEADING = Heading("a <b>bold</b> leak", "2031-05-02", "aaaa…bb", {}, digest="ab" * 32)
EXAMPLES = Path(__file__).parent / "examples"
VOID = {"meta", "rect", "line"}  # without an end tag here


@cache
def examined(name: str, hostile: bool = False) -> Examination:
    return examined_text((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), hostile)


@cache
def shipped() -> Knowledge:
    return corpus.read(corpus.shipped()).knowledge


def examined_text(text: str, hostile: bool = False) -> Examination:
    base = shipped()
    read = corpus.read([("leak.yaml", text.encode())], base)
    claims = [claim for claim in read.knowledge.claims.values() if claim.standing is not None]
    claims += [read.knowledge.claims[id_] for id_ in read.new.claims if read.knowledge.claims[id_] not in claims]
    marks = '<script>alert(1)</script> & "so" | *on* ' if hostile else ""
    claims = [claim.model_copy(update={"statement": marks + claim.statement}) for claim in claims]
    return examine_claims(read.knowledge, claims, read)


class Page(HTMLParser):
    """What stands in a page: its tags, their anchors and addresses, its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        named = dict(attrs)
        self.ids += [value for name in ("id",) if (value := named.get(name))]
        self.addresses += [value for name in ("href", "src") if (value := named.get(name))]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("name", ["recompute", "bound", "single_value", "readings", "recompute.memory"])
def test_a_page_is_whole_and_needs_nothing_from_outside(name: str) -> None:
    examination = examined(name)
    found = Page(renderer("html")(examination, HEADING))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert {finding.id for finding in examination.findings} <= set(found.ids)
    assert found.addresses
    assert all(address.startswith("#") and address[1:] in found.ids for address in found.addresses)
    assert found.tags.isdisjoint({"script", "link", "img", "iframe"})


@pytest.mark.parametrize("form", ["html", "markdown", "terminal"])
def test_every_form_says_the_same(form: str) -> None:
    examination = examined("recompute")
    text = renderer(form)(examination, HEADING)
    said = "".join(Page(text).text) if form == "html" else text.replace("\\", "")
    squeezed = " ".join(said.split())
    told = page(examination, HEADING)
    entries = [entry for section in told.sections for entry in section.entries]
    assert entries
    for entry in entries:
        assert " ".join(entry.text.split()) in squeezed
        for block in entry.blocks:
            assert all(" ".join(each.split()) in squeezed for each in block.texts)


def test_what_is_said_is_never_taken_for_marks() -> None:
    examination = examined("recompute", hostile=True)
    assert examination.findings
    found = Page(renderer("html")(examination, HEADING))
    assert "script" not in found.tags
    assert any("<script>alert(1)</script>" in text for text in found.text)
    assert "<script>" not in renderer("markdown")(examination, HEADING).replace("\\<", "")


def test_the_foot_tells_what_it_can_be_made_from_again() -> None:
    for form in ("html", "markdown"):
        text = renderer(form)(examined("recompute"), HEADING).replace("\\", "")
        assert "ab" * 32 in text
        assert re.search(r"Claimcheck \d+\.\d+", text)
        assert "5%" in text


# ------------------------------------------------------------------------------------------------ words


def test_a_range_told_twice_prints_both_products() -> None:
    examination = examined("tied_ranges")
    [finding] = [examination.explained(each) for each in examination.findings if each.code == "tied-ranges"]
    assert "the same product (2,000 device x 60 day against 2,400 device x 50 day)" in finding.message
    assert [step.text for step in finding.arithmetic[:2]] == [
        "opposite ends agree: 2,000 device x 60 day = 120,000 device*day; 2,400 device x 50 day = 120,000 device*day",
        "like ends do not: 2,000 device x 50 day = 100,000 device*day; 2,400 device x 60 day = 144,000 device*day",
    ]


def test_all_units_that_may_be_confused_are_one_line() -> None:
    examination = examined("slip")
    [found] = [each for each in examination.findings if each.explanations]
    [mention] = found.explanations
    assert mention.text.count("a factor of 1,000") > 1
    assert mention.text.count("arithmetic cannot say") == 1


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("60 TFLOP/token", "OFF BY 1,000"),
        ("59.94 TFLOP/token", "OFF BY 1,000"),  # 2 x 30 billion has two digits
        ("58 TFLOP/token", "OFF BY 967"),
    ],
)
def test_a_factor_that_digits_do_not_tell_from_a_plain_one_is_that(stated: str, title: str) -> None:
    text = (EXAMPLES / "slip.yaml").read_text(encoding="utf-8").replace("60 TFLOP/token", stated)
    told = page(examined_text(text), HEADING)
    assert title in {section.title for section in told.sections}
    factor = title.removeprefix("OFF BY ")
    assert f"apart by a factor of {factor}" in str(told)
    assert f"{stated} (quay-letter p1.s1), a factor of {factor}" in str(told)


def test_what_holds_says_in_plain_words_how_well_it_was_checked() -> None:
    text = renderer("terminal")(examined("recompute.silent"), HEADING)
    assert "would show" in text
    assert "tolerance allowed" not in text


def test_what_holds_says_what_it_takes_for_granted() -> None:
    examination = examined("recompute.silent")
    [entry] = [
        entry
        for section in page(examination, HEADING).sections
        for entry in section.entries
        if section.title == "HOLDS" and entry.text.startswith("run.cost ")
    ]
    [assuming] = [block.texts for block in entry.blocks if block.label == "assuming"]
    assert len(assuming) == 1, "one line"
    assert "a premise of Quay Letter is used: chip.rent of 2 USD/(device*h)" in assuming[0]
    assert "<dt>assuming</dt>" in renderer("html")(examination, HEADING), "in sight, not folded away"


QUARTZ = """
sources: [{id: quay-letter, kind: article, title: Alder, by: [Quay Letter]}]
entities:
  - {id: Alder, kind: model}
  - {id: Quartz, kind: chip}
  - {id: Quartz S, kind: chip, links: {within: Quartz}}
  - {id: Quartz L, kind: chip, links: {within: Quartz}}
defaults: {cite: quay-letter, holders: [Quay Letter]}
claims:
"""
RUN = {
    "on": "{id: on, statement: S., subject: Alder/training, attribute: run.on, value: Quartz}",
    "devices": "{id: devices, statement: S., subject: Alder/training, attribute: run.devices, value: '1,000 device'}",
    "days": "{id: days, statement: S., subject: Alder/training, attribute: run.duration, value: 10 day}",
    "compute": "{id: compute, statement: S., subject: Alder, attribute: training.compute, value: 2.6e23 FLOP}",
    "s": "{id: s, statement: S., subject: Quartz S, attribute: chip.peak, scope: {precision: tensor16}, "
    "value: 100 TFLOP/(s*device)}",
    "l": "{id: l, statement: S., subject: Quartz L, attribute: chip.peak, scope: {precision: tensor16}, "
    "value: 1000 TFLOP/(s*device)}",
}
PARTS = {
    "total": "{id: total, statement: S., subject: Alder, attribute: parameters.total, value: 300亿 param}",
    "active": "{id: active, statement: S., subject: Alder, attribute: parameters.active, value: 70亿 param}",
    "routed": "{id: routed, statement: S., subject: Alder, attribute: moe.routed, value: 2 expert}",
    "expert": "{id: expert, statement: S., subject: Alder, attribute: parameters.expert, value: 30亿 param/expert}",
    "shared": "{id: shared, statement: S., subject: Alder, attribute: parameters.shared, value: 10亿 param, "
    "scope: {held: once}}",
}


def told(claims: Iterable[str], title: str) -> list[str]:
    """The entries of one section of a report about a machine."""
    text = QUARTZ + "".join(f"  - {claim[:-1]}, source: {{at: p1}}}}\n" for claim in claims)
    sections = page(examined_text(text), HEADING).sections
    return [entry.text for section in sections if section.title.startswith(title) for entry in section.entries]


def test_what_is_implied_names_its_readings_and_what_is_impossible() -> None:
    [mfu] = [text for text in told(RUN.values(), "IMPLIED") if text.startswith("run.mfu")]
    assert mfu == (
        "run.mfu{precision=tensor16} of Alder/training: 301 % (impossible: over 100 %; with chip.peak 100 "
        "TFLOP/(s*device) of Quartz S) or 30.1 % (with chip.peak 1000 TFLOP/(s*device) of Quartz L); "
        "believing devices, days, compute, s and l"
    )


def test_one_value_needs_no_readings() -> None:
    mine = {name: claim for name, claim in RUN.items() if name != "s"}
    [mfu] = [text for text in told(mine.values(), "IMPLIED") if text.startswith("run.mfu")]
    assert mfu == "run.mfu{precision=tensor16} of Alder/training: 30.1 %; believing devices, days, compute and l"


def test_every_formula_that_a_value_meets_is_told() -> None:
    found = [text for text in told(PARTS.values(), "HOLDS") if text.startswith("parameters.active ")]
    assert [re.findall(r": (\w+) gives", text) for text in found] == [["active_from_routed"], ["at_most"]]
    assert all("70亿 param (7 billion; quay-letter p1)" in text for text in found)


# ------------------------------------------------------------------------------------------------ for strangers


def headed(examination: Examination) -> Heading:
    """A heading that knows the sources of the examination."""
    return replace(HEADING, sources=dict(examination.evidence.sources))


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_a_report_says_whose_work_it_is_about(form: str) -> None:
    text = (EXAMPLES / "recompute.yaml").read_text(encoding="utf-8")
    more = "retells: harbour-news, by: [Quay Letter]"
    text = text.replace("by: [Quay Letter]", more).replace(
        "entities:", "  - {id: harbour-news, kind: article, title: The long run, by: [Ann]}\nentities:", 1
    )
    examination = examined_text(text)
    told = renderer(form)(examination, headed(examination)).replace("\\", "")
    said = "".join(Page(told).text) if form == "html" else told
    lines = " ".join(said.split())
    assert "What it took to train Alder" in lines[:200]
    assert "quay-letter" in lines
    assert "published by Quay Letter; retells “The long run” (harbour-news) by Ann" in lines
    assert HEADING.title in lines, "which state it is of stays in sight"


def test_a_finding_names_who_asserts_it_and_who_passes_it_on() -> None:
    text = (EXAMPLES / "recompute.yaml").read_text(encoding="utf-8")
    text = text.replace("holders: [Quay Letter]", "holders: [Quay Letter, Bo, Ann]")
    [entry] = [entry for section in page(examined_text(text), HEADING).sections[:1] for entry in section.entries]
    assert Block("said by", ("Ann, a conditional; told by Bo, retold by Quay Letter",)) in entry.blocks
    html = renderer("html")(examined_text(text), HEADING)
    assert "Ann, a conditional; told by Bo, retold by Quay Letter · p1.s2" in html


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_verdicts_and_ids_are_explained(form: str) -> None:
    examination = examined("recompute")
    text = renderer(form)(examination, HEADING).replace("\\", "")
    for verdict in ("holds", "holds with rounding", "off", "impossible", "undetermined", "not numeric"):
        meaning = LEGEND[Verdict(verdict)]
        mark = f"<dt>{verdict}</dt><dd>{meaning}" if form == "html" else f"- **{verdict}**: {meaning}"
        assert mark in text
    meaning = examination.evidence.vocabulary.attribute("run.cost").meaning
    assert (
        f'<dt id="word-run.cost">run.cost</dt><dd>{meaning}' if form == "html" else f"**run.cost**: {meaning}"
    ) in text
    if form == "html":
        first, *others = re.findall(r'<(?:a class="word" href="#word-run.cost"|abbr) title="[^"]*">run.cost<', text)
        assert first.startswith("<a ")
        assert all(each.startswith("<abbr ") for each in others)


def test_an_id_within_a_longer_one_is_not_taken_for_it() -> None:
    glossary = Glossary(examined("recompute").evidence)
    assert list(glossary.used(["run.ways.reason is split. It says run.ways.", "run.ways-like", "my.run.cost"])) == [
        "run.ways",
        "run.ways.reason",
    ]


# ------------------------------------------------------------------------------------------------ drawings


def in_order(pair: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
    low, high = pair
    return (high, low) if low is not None and high is not None and high < low else pair


ENDS = st.one_of(st.none(), st.floats(-1e30, 1e30, allow_subnormal=False))
PAIRS = st.tuples(ENDS, ENDS).map(in_order)
BARS = st.builds(Bar, label=st.text(max_size=8), unit=st.just("W"), written=PAIRS, tolerated=PAIRS)


@given(st.lists(BARS, max_size=5))
def test_every_drawing_stays_on_its_page(bars: list[Bar]) -> None:
    drawn = plot(bars)
    ends = [end for bar in bars for pair in (bar.written, bar.tolerated) for end in pair if end is not None]
    assert bool(drawn) == (len(bars) > 1 and bool(ends))
    for x, width in re.findall(r'<rect class="\w+" x="([^"]+)" y="[^"]+" width="([^"]+)"', drawn):
        assert -2 <= float(x) <= float(x) + float(width) <= WIDTH + 2
    if drawn:
        assert Page(drawn).open == []


@given(st.lists(st.floats(1e-20, 1e20), min_size=2, max_size=6))
def test_an_axis_holds_its_figures_and_a_few_round_ones(known: list[float]) -> None:
    axis = axis_of(known)
    assert axis.low <= min(known) <= max(known) <= axis.high
    places = [axis.place(value) for value in sorted(known)]
    assert places == sorted(places)
    found, _ = marked(axis)
    assert 1 < len(found) <= MOST_TICKS
    assert all(axis.low <= tick.value <= axis.high for tick in found)
    assert len({tick.text for tick in found}) == len(found)
    assert found[0].start >= 0
    assert found[-1].end <= WIDTH
    assert all(one.end + GAP <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("low", "high", "straight", "texts", "scale"),
    [
        (21.4e6, 22.3e6, True, ["21.4", "21.6", "21.8", "22", "22.2"], "million"),
        (9.7, 11.25, True, ["10", "10.5", "11"], ""),
        (1.76e12, 1.87e12, True, ["1.76", "1.78", "1.8", "1.82", "1.84", "1.86"], "trillion"),
        (2.1, 7.1, False, ["3", "4", "5", "6", "7"], ""),
        (80.0, 2100.0, False, ["100", "200", "500", "1,000", "2,000"], ""),
    ],
)
def test_ticks_are_steps_of_one_two_or_five_and_tell_themselves_apart(
    low: float, high: float, straight: bool, texts: list[str], scale: str
) -> None:
    found, word = marked(Axis(low, high, straight))
    assert [tick.text for tick in found] == texts
    assert word == scale


def test_a_drawing_is_no_wider_than_a_phone_can_show_it_in_readable_size() -> None:
    text = renderer("html")(examined("recompute"), HEADING)
    assert re.findall(r'viewBox="0 0 (\d+)', text)
    assert all(int(width) <= 360 for width in re.findall(r'viewBox="0 0 (\d+)', text))
    assert "min-width" not in (re.search(r"\.plot {[^}]*}", text) or [""])[0]
    assert "overflow-wrap: anywhere" in (re.search(r"main, header, footer[^}]*}", text) or [""])[0]


def test_the_number_of_an_entry_stands_beside_its_text() -> None:
    text = renderer("html")(examined("recompute.silent"), HEADING)
    assert 'class="number"' in text
    assert re.search(r"\.top {[^}]*}", text)
    assert "flex-wrap" not in (re.search(r"\.top {[^}]*}", text) or [""])[0]


# ------------------------------------------------------------------------------------------------ limited


def limited_page(name: str, source: str = "", subject: str = "") -> tuple[Examination, Heading, Told]:
    examination, limit = limited(examined(name), source, subject)
    heading = replace(HEADING, limit=limit)
    return examination, heading, page(examination, heading)


def test_a_report_about_a_thing_takes_in_what_is_of_it_and_says_so() -> None:
    assert limited_page("bound", subject="Alder")[2].sections[0].title == "IMPOSSIBLE"
    whole = examined("bound.implied")
    examination, heading, told = limited_page("bound.implied", subject="birch")
    assert whole.tally[Verdict.IMPOSSIBLE]
    assert examination.tally[Verdict.IMPOSSIBLE] == whole.tally[Verdict.IMPOSSIBLE]
    assert "IMPOSSIBLE" in [section.title for section in told.sections]
    for form in ("terminal", "markdown", "html"):
        said = " ".join(renderer(form)(examination, heading).split())
        assert "limited to Birch and its runs Birch/training" in said, form
    data = json.document(examination, heading)
    assert data["limited_to"]["entities"] == ["Birch", "Birch/training"]
    assert {claim["subject"] for claim in data["claims"]} == {"Birch", "Birch/training"}
    assert data["applications"]
    numbers = {each["number"] for each in data["applications"]}
    assert {
        each["application"] for a in data["applications"] for each in a["inputs"] if "application" in each
    } <= numbers
    assert json.document(whole, HEADING)["limited_to"] is None
    [unchecked] = [section for section in told.sections if section.title == "NOT CHECKED"]
    assert [line for line in unchecked.entries[0].text.split("; ") if "--subject birch" in line]


def test_what_is_found_of_others_stands_apart_from_what_the_tally_counts() -> None:
    whole = examined("bound.implied")
    accused = whole.evidence.claim(whole.verdicts.index(Verdict.IMPOSSIBLE)).subject
    assert accused == "Birch"
    examination, _, told = limited_page("bound.implied", subject="Birch/training")
    titles = [section.title for section in told.sections]
    assert examination.tally[Verdict.IMPOSSIBLE] == 0
    assert (OF_OTHERS in titles, "IMPOSSIBLE" in titles) == (True, False)


def test_a_source_of_references_alone_is_said_to_be_one() -> None:
    examination, _, told = limited_page("bound.implied", source="quartz-sheet")
    assert "no claim that is judged" in " ".join(told.head)
    assert not told.tally
    assert "HOLDS" not in [section.title for section in told.sections]
    assert shown(examination) == ["quartz-sheet"]
    with pytest.raises(NotFound, match="did you mean 'quartz-sheet'"):
        limited(examined("bound.implied"), "quarz-sheet", "")
    with pytest.raises(NotFound, match="did you mean 'Birch'"):
        limited(examined("bound.implied"), "", "Birsh")


# ------------------------------------------------------------------------------------------------ what is missing

EXPERTS = """
sources:
  - {id: quay-letter, kind: article, title: Alder}
  - {id: moor-letter, kind: article, title: Birch}
entities: [{id: Alder, kind: model}, {id: Birch, kind: model}, {id: Letter, kind: party}]
defaults: {cite: quay-letter, holders: [Letter]}
claims:
  - {id: each, statement: A., subject: Alder, attribute: moe.experts, value: 16 expert, source: {at: p1}}
  - {id: one, statement: B., subject: Alder, attribute: parameters.expert, value: 11 billion param/expert,
     source: {at: p1}}
  - {id: all, statement: C., subject: Alder, attribute: parameters.total, value: 180 billion param, source: {at: p1}}
  - {id: other, statement: D., subject: Birch, attribute: parameters.shared, value: 5 billion param,
     source: {cite: moor-letter, at: p1}}
"""


def test_what_a_derivation_needs_is_what_nobody_says_of_the_same_thing() -> None:
    read = corpus.read([("leak.yaml", EXPERTS.encode())], corpus.read(corpus.shipped()).knowledge)
    mine = [claim for claim in read.knowledge.claims.values() if claim.id in read.new.claims or claim.standing]
    reasons = {each.what: each.reason.split("; ") for each in examine_claims(read.knowledge, mine, read).unchecked}
    for name in ("each", "one", "all"):
        assert "total_from_experts also needs parameters.shared" in reasons[f"quay-letter:{name}"]
    assert all(len(each) == len(set(each)) for each in reasons.values()), "each is said once"
    assert "at_most finds no inputs of the same subject and scope" not in reasons["quay-letter:each"]
