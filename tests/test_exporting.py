"""The export: everything that is known, in one file that a new store reads back to the same characters."""

from __future__ import annotations

from json import dumps
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import corpus as corpora
from kb import exporting
from kb.accepting import as_corpus
from kb.exporting import export
from kb.knowledge import Corpus, Knowledge
from kb.model import Acceptance, Pin
from kb.store import Store
from tests.bakery import BAKERY, FIRST, PLAIN, corpus, new_claim
from tests.drawn import draws

MORE = """
attributes:
  - {id: bakery.sells, about: bakery, meaning: What., type: term, single: many}
  - {id: bakery.opened, about: bakery, meaning: When., type: date}
  - {id: bakery.change, about: bakery, meaning: What a thing does., type: effect, single: many}
"""
VALUES = {
    "bakery.bread": ["2.20 kg", "7e3 g", "三 kg", "1.50万 g", "90 to 100 kg", "more than 十 kg", "{terms: [high]}"],
    "bakery.famous": ["true", "no", "none", "undisclosed"],
    "bakery.owner": ["Old Rye", "nobody knows", "undisclosed", "'2 or 3: who knows?'"],
    "bakery.sells": [
        "bread",
        "[bread, cake]",
        "['none']",
        "[]",
        "{terms: [bread], complete: true}",
        "{terms: [bread, 面包], announced: 3}",
        "{terms: [], announced: many, complete: false}",
        "'no: #1, [fresh]'",
    ],
    "bakery.opened": ["2031-05", "'2031'", "1 day before publication", "3 weeks after publication"],
    "bakery.change": ["{raises: bakery.bread}", "{leaves: bakery, of: Old Rye}", "{lowers: bakery.bread, of: Rye}"],
}
SEEN = st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from(" :#'-,[]{}@%万")
WORDS = st.text(SEEN, max_size=20).map(lambda text: f"{text}.".strip())
CLAIMS = st.tuples(
    st.sampled_from([(attribute, value) for attribute, values in VALUES.items() for value in values]),
    WORDS,  # the statement
    WORDS,  # a holder
    st.sampled_from(["", "standing: soft, slack: 1.5, ", "standing: hard, ", "mode: rumour, firmness: hedged, "]),
    st.booleans(),  # whether it rests on the first
)


def through_a_store(path: Path, text: str) -> str:
    """What a new store that read a text exports."""
    with Store.open(path) as store:
        store.add(corpora.read([("export.yaml", text.encode())], store.knowledge(claims=True)), "import")
        return exported(store)


def exported(store: Store) -> str:
    made = export(store.knowledge(claims=True))
    assert made.troubles == ()
    return made.text


def file_of(claims: list[tuple[tuple[str, str], str, str, str, bool]]) -> str:
    """A claim file of generated claims; quotes are JSON's."""
    lines = [PLAIN]
    for number, ((attribute, value), statement, holder, standing, rests) in enumerate(claims):
        rest = ", rests_on: [{claim: bread, as: input}]" if rests else ""
        lines.append(
            f"  - {{id: g{number}, statement: {dumps(statement, ensure_ascii=False)}, subject: Rye, {standing}"
            f"attribute: {attribute}, value: {value}, holders: [{dumps(holder, ensure_ascii=False)}],"
            f" source: {{at: g{number}}}{rest}}}\n"
        )
    return "".join(lines)


# ------------------------------------------------------------------------------------------------ round trips


def test_the_shipped_corpora_come_back_as_they_are(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one.sqlite") as store:
        shipped = corpora.read(corpora.shipped())
        store.add(shipped, "shipped")
        text = exported(store)
        assert through_a_store(tmp_path / "two.sqlite", text) == text
        with Store.open(tmp_path / "two.sqlite") as other:
            assert other.knowledge(claims=True) == store.knowledge(claims=True)
            assert other.digest() == store.digest(), "numbers, order and bodies are the same"
    assert "\n    value: 1.8万亿 param\n" in text


@draws(25)
@given(claims=st.lists(CLAIMS, max_size=8), turned=st.booleans())
def test_generated_claims_come_back_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, claims: list[tuple[tuple[str, str], str, str, str, bool]], turned: bool
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    with Store.open(folder / "one.sqlite") as store:
        store.add(FIRST, "bakery")
        texts = [MORE, file_of(claims[:4]), file_of(claims).replace("2.20 kg", "2.30 kg")]
        for text in [texts[0], *(reversed(texts[1:]) if turned else texts[1:])]:
            read = corpora.read([("x.yaml", text.encode())], store.knowledge(claims=True))
            assert not read.errors
            store.add(read, "x")
        text, known = exported(store), store.knowledge(claims=True)
    assert through_a_store(folder / "two.sqlite", text) == text
    with Store.open(folder / "two.sqlite") as other:
        assert other.knowledge(claims=True) == known
    assert export(known).text == text, "the same characters whenever it is asked"


def test_every_form_of_value_comes_back(tmp_path: Path) -> None:
    every = [((name, value), "It is.", "Ada", "", False) for name, values in VALUES.items() for value in values]
    with Store.open(tmp_path / "one.sqlite") as store:
        for text in (BAKERY, MORE, file_of(every)):
            read = corpora.read([("x.yaml", text.encode())], store.knowledge(claims=True))
            assert not read.errors
            store.add(read, "x")
        text, known = exported(store), store.knowledge(claims=True)
    for told in (
        "value: 2.20 kg",
        "value: more than 十 kg",
        "value: {terms: [high]}",
        'value: {terms: [bread, 面包], announced: "3"}',
        "value: {terms: [], complete: false, announced: many}",
        "value: 1 day before publication",
        "value: {lowers: bakery.bread, of: Rye and Sons}",
        "value: [none]",
        "value: []",
        "value: undisclosed",
        "slack: 1.5",
        "rests_on: [{claim: ledger:bread, as: input}]",
    ):
        assert f"\n    {told}\n" in text, told
    assert through_a_store(tmp_path / "two.sqlite", text) == text
    with Store.open(tmp_path / "two.sqlite") as other:
        assert other.knowledge(claims=True) == known


def test_revisions_keep_their_place_and_the_last_words(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one.sqlite") as store:
        store.add(FIRST, "bakery")
        before, now = exported(store), BAKERY
        for old, new in (("about 120 kg", "about 130.0 kg"), ("title: The books", "title: 'Books: 2'")):
            now = now.replace(old, new)
            store.add(corpus(now, store.knowledge(claims=True)), "corrected")
        text = exported(store)
    changed = [(a, b) for a, b in zip(before.splitlines(), text.splitlines(), strict=True) if a != b]
    assert changed == [
        ("    title: The books", '    title: "Books: 2"'),
        ("    value: about 120 kg", "    value: about 130.0 kg"),
    ]
    assert through_a_store(tmp_path / "two.sqlite", text) == text


def test_an_entity_that_only_a_name_declares_is_a_record_of_its_own() -> None:
    assert (
        "  - id: Rye and Sons/night\n    kind: shift\n    links: {of: Rye and Sons}\n" in export(FIRST.knowledge).text
    )


def test_a_name_that_has_become_known_since_is_told_as_its_reader_will_have_it(tmp_path: Path) -> None:
    """The store keeps the link as it was said; whoever reads the file knows the entity from the first."""
    with Store.open(tmp_path / "one.sqlite") as store:
        store.add(FIRST, "bakery")
        assert "    value: The Miller\n" in exported(store)
        mill = "entities: [{id: M, kind: party, names: {en: [The Miller]}}]"
        store.add(corpus(mill, store.knowledge(claims=True)), "mill")
        text = exported(store)
    assert "    value: M\n" in text
    assert through_a_store(tmp_path / "two.sqlite", text) == text


def test_what_cannot_be_read_back_is_told_with_its_line() -> None:
    """A later vocabulary may take a term away that some claim has."""
    known = corpus(MORE + file_of([(("bakery.sells", "bread"), "It is.", "Ada", "", False)]), FIRST.knowledge).knowledge
    sells = known.vocabulary.attributes["bakery.sells"]
    known.vocabulary.attributes["bakery.sells"] = sells.model_copy(update={"terms": ("cake",)})
    made = export(known, name="out.yaml")
    [trouble] = made.troubles
    line = made.text.splitlines().index("    value: bread") + 1
    assert trouble.place == f"out.yaml:{line}:12"


def test_nothing_known_is_a_file_without_sections(tmp_path: Path) -> None:
    text = export(Knowledge()).text
    assert text.splitlines() == [exporting.HEAD.strip()]
    assert through_a_store(tmp_path / "two.sqlite", text) == text


def test_acceptances_come_back_also_when_revoked(tmp_path: Path) -> None:
    pins = (Pin(claim="ledger:bread", digest="0" * 64),)
    told = [
        Acceptance(id="bound-00aa11", code="bound", reason='we know: "it", #1', by="爱", at="2031-01-02", claims=pins),
        Acceptance(id="bound-00aa12", code="bound", reason="x", at="2031-01-02", revoked="2031-02-01"),
    ]
    with Store.open(tmp_path / "one.sqlite") as store:
        store.add(FIRST, "bakery")
        for each in told:
            store.add(as_corpus(each), "accept")
        text = exported(store)
    assert through_a_store(tmp_path / "two.sqlite", text) == text
    with Store.open(tmp_path / "two.sqlite") as other:
        assert list(other.acceptances().values()) == told


def test_an_acceptance_that_cannot_be_read_is_told_at_its_place() -> None:
    wrong: Corpus = corpus('acceptances: [{id: Bound, code: bound, reason: x, at: "2031-01-02", claim: []}]')
    assert [str(each.place) for each in wrong.errors] == ["x.yaml:1:20", "x.yaml:1:69"]
    assert "expected the id of a finding, such as recompute-0a1b2c" in wrong.errors[0].message
    assert "did you mean 'claims'" in wrong.errors[1].message


# ------------------------------------------------------------------------------------------------ some sources


def test_one_source_brings_what_it_refers_to_and_no_more(tmp_path: Path) -> None:
    known = corpus(new_claim("alone", subject="Rye"), FIRST.knowledge).knowledge
    some = exporting.narrowed(known, ["gossip"])
    assert list(some.claims) == ["gossip:famous", "gossip:owner"]
    assert list(some.sources) == ["ledger", "gossip"], "which it retells"
    assert list(some.entities) == ["Rye and Sons", "Corner Shop", "Old Rye"]
    made = export(known, ["gossip"])
    assert made.troubles == ()
    assert through_a_store(tmp_path / "two.sqlite", made.text).split("\n", 1)[1] == made.text.split("\n", 1)[1]


def test_what_a_claim_rests_on_comes_with_it() -> None:
    rests = (
        new_claim("on", "5 kg")
        .replace("ledger,", "gossip,")
        .replace("{at: on}", "{at: on}, rests_on: [{claim: 'ledger:bread', as: input}]")
    )
    known = corpus(rests, FIRST.knowledge).knowledge
    assert next(iter(exporting.narrowed(known, ["gossip"]).claims)) == "ledger:bread"
    assert export(known, ["gossip"]).troubles == ()
