"""The store: nothing is lost, nothing is half there, nothing that was said is ever unsaid."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.columns import columns
from kb.corpus import Corpus, read
from kb.knowledge import Knowledge
from kb.store import NoClaim, Store

ROOT = Path(__file__).resolve().parent.parent

BAKERY = """
units: ["gram = [mass] = g", "kilo- = 1e3 = k", "loaf = [loaf]", "hour = [time] = h"]
kinds:
  - {id: bakery, meaning: Bakes., links: {owner: {to: party}, within: {to: bakery, wider: true}}}
  - id: shift
    meaning: A bakery at work for some hours.
    links: {of: {to: bakery, defining: true}}
    own: [time]
    named: {link: of, key: time}
  - {id: party, meaning: Somebody.}
keys:
  - {id: time, meaning: When., values: {day: {morning: , night: }}}
  - {id: grain, meaning: Of what., values: {all: {rye: , wheat: }}}
  - {id: counted, meaning: How., values: {baked: , sold: }}
attributes:
  - id: bakery.bread
    about: bakery
    meaning: Bread of a day.
    unit: g
    positive: true
    keys:
      grain: {parts: sum, silent: {together: [all, rye]}}
      counted: {parts: own, silent: {either: [baked, sold]}}
  - {id: shift.loaves, about: shift, meaning: How many., unit: loaf, count: true, integer: true}
  - {id: bakery.famous, about: bakery, meaning: Whether people know it., type: yes-no}
sources:
  - {id: ledger, kind: data set, title: The books}
  - {id: gossip, kind: statement, title: What people say, retells: ledger}
entities:
  - {id: Rye and Sons, kind: bakery, names: {en: [Rye and Sons, Rye]}, links: {owner: Old Rye}}
  - {id: Corner Shop, kind: bakery, links: {within: Rye}}
  - {id: Old Rye, kind: party}
defaults: {cite: ledger, holders: [Old Rye]}
claims:
  - {id: bread, statement: It bakes., subject: Rye, attribute: bakery.bread, value: about 120 kg, source: {at: r1.bread}}
  - {id: sold, statement: It sells., subject: Rye, attribute: bakery.bread, scope: {counted: sold, grain: rye},
     value: 90 to 100 kg, source: {at: r1.sold}, rests_on: [{claim: bread, as: input}]}
  - {id: ratio, statement: It is bigger., subject: Rye, attribute: bakery.bread, value: 3, than: Corner Shop,
     source: {at: r2}, holders: [Old Rye, her cook]}
  - {id: night, statement: Loaves at night., subject: Rye/night, attribute: shift.loaves, value: 800 loaf,
     source: {at: r3}, standing: hard}
  - {id: famous, statement: Everybody knows it., subject: Rye, attribute: bakery.famous, value: true,
     source: {cite: gossip, at: p1}, mode: opinion}
  - {id: owner, statement: Somebody else has it., subject: Corner Shop, attribute: bakery.owner, value: The Miller,
     source: {cite: gossip, at: p2}}
  - {id: rules, statement: The rule., subject: Corner Shop, attribute: bakery.bread, value: 5 kg, standing: soft,
     slack: 1.5, source: {at: r5}}
"""
PLAIN = """
defaults: {cite: ledger, holders: [Old Rye]}
claims:
"""
NEW = """
  - {{id: {id}, statement: It bakes., subject: {subject}, attribute: bakery.bread, value: {value}, source: {{at: {id}}}}}
"""


def corpus(text: str, base: Knowledge | None = None) -> Corpus:
    return read([("x.yaml", text.encode())], base)


def new_claim(id_: str, value: str = "7 kg", subject: str = "Corner Shop") -> str:
    return PLAIN + NEW.format(id=id_, value=value, subject=subject)


FIRST = corpus(BAKERY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "kb.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as made:
        assert made.is_empty()
        made.add(FIRST, "bakery.yaml")
        yield made


def differences(one: object, other: object, name: str = "columns") -> list[str]:
    """The names of the parts in which two sets of columns differ."""
    if is_dataclass(one) and is_dataclass(other):
        return [
            way
            for part in fields(one)
            for way in differences(getattr(one, part.name), getattr(other, part.name), f"{name}.{part.name}")
        ]
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        same = one.dtype == other.dtype and one.shape == other.shape and bool((one == other).all())
        return [] if same else [name]
    return [] if one == other else [name]


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of a store."""
    with sqlite3.connect(path) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    db.close()
    return found


# ------------------------------------------------------------------------------------------------ what is kept


def test_what_was_stored_is_known_again(store: Store) -> None:
    assert FIRST.troubles[0].message.startswith("no party 'The Miller'"), "the only one, a note"
    assert FIRST.errors == ()
    assert store.knowledge(claims=True) == FIRST.knowledge
    assert store.knowledge().claims == {}
    assert store.knowledge().entities == FIRST.knowledge.entities


def test_counts_and_receipt(path: Path) -> None:
    with Store.open(path) as store:
        receipt = store.add(FIRST, "bakery.yaml")
        parts = {"unit": 4, "kind": 3, "key": 3, "attribute": 3, "source": 2, "entity": 4, "claim": 7}
        assert (receipt.change, receipt.added, receipt.revised, receipt.unchanged) == (1, parts, {}, {})
        assert store.counts() == {**parts, "change": 1, "revision": sum(parts.values())}
        assert not store.is_empty()


def test_claims_by_number_and_id(store: Store) -> None:
    ids = list(FIRST.knowledge.claims)
    assert [store.claim_number(id_) for id_ in ids] == list(range(7))
    assert store.claim_number("ledger:nobody") is None
    assert store.claim_ids([6, 0]) == {6: ids[6], 0: ids[0]}
    assert store.claims([2, 3]) == {n: FIRST.knowledge.claims[ids[n]] for n in (2, 3)}
    assert store.claim(4) == FIRST.knowledge.claims[ids[4]]
    assert store.rests() == [(1, 0, "input")]
    with pytest.raises(NoClaim, match="no claim 99 in the store; expected one that 'kb list' names; correct the id"):
        store.claim(99)


def test_more_claims_than_one_statement_takes(store: Store) -> None:
    text = PLAIN + "".join(NEW.format(id=f"c{n}", value=f"{n + 1} kg", subject="Rye") for n in range(2000))
    more = corpus(text, store.knowledge())
    store.add(more, "more")
    assert store.add(more, "more").unchanged == {"claim": 2000}
    assert len(store.claims(range(2007))) == 2007


def test_an_import_without_news_makes_no_revision(store: Store) -> None:
    before = store.counts(), store.digest()
    receipt = store.add(corpus(BAKERY, store.knowledge(claims=True)), "again")
    assert receipt.change is None
    assert receipt.unchanged["claim"] == 7
    assert (store.counts(), store.digest()) == before


def test_what_changed_makes_exactly_one_revision(store: Store) -> None:
    before = store.counts()["revision"]
    changed = BAKERY.replace("about 120 kg", "about 130 kg")
    receipt = store.add(corpus(changed, store.knowledge(claims=True)), "corrected")
    assert (receipt.change, receipt.added, receipt.revised) == (2, {}, {"claim": 1})
    assert store.counts()["revision"] == before + 1
    assert store.counts()["claim"] == 7
    assert store.claim(0).value.text == "about 130 kg", "the number stays"
    rows = store.columns().rows
    assert rows.lo[rows.claim == 0].tolist() == [130_000.0] * 2


def test_the_digest_is_a_chain_over_the_history(path: Path, tmp_path: Path) -> None:
    with Store.open(path) as store, Store.open(tmp_path / "other.sqlite") as other:
        assert store.digest() == "0" * 64
        for each in (store, other):
            each.add(FIRST, "by any name")
        first = store.digest()
        assert other.digest() == first
        store.add(corpus(new_claim("a"), FIRST.knowledge), "a")
        other.add(corpus(new_claim("a", "8 kg"), FIRST.knowledge), "a")
        body = store._ask("SELECT body FROM revision ORDER BY id DESC LIMIT 1")
        link = json.dumps(["claim", "ledger:a", 1, body]) + "\n"
        assert store.digest() == sha256(first.encode() + link.encode()).hexdigest()
        assert other.digest() != store.digest()


# ------------------------------------------------------------------------------------------------ columns


def test_columns_equal_those_of_objects(store: Store) -> None:
    known = store.knowledge(claims=True)
    made = columns(
        known.vocabulary, known.units, known.entities.values(), known.sources.values(), list(known.claims.values())
    )
    assert differences(store.columns(), made) == []
    assert made.claims.target.tolist() == [-1] * 7
    assert len(made.rows.lo) == 2 + 1 + 2 + 1 + 2
    assert made.rows.masks.shape[1] == 3


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 9), st.integers(1, 5), st.sampled_from(["Rye", "Corner Shop"])),
            max_size=6,
            unique_by=lambda one: one[0],
        ),
        max_size=4,
    )
)
def test_columns_stay_equal_through_any_history(
    tmp_path_factory: pytest.TempPathFactory, imports: list[list[tuple[int, int, str]]]
) -> None:
    """Claims come and are revised in any order; what is derived on the way is what the record alone gives."""
    path = tmp_path_factory.mktemp("history") / "kb.sqlite"
    with Store.open(path) as store:
        store.add(FIRST, "first")
        for claims in imports:
            text = PLAIN + "".join(NEW.format(id=f"c{n}", value=f"{v} kg", subject=s) for n, v, s in claims)
            store.add(corpus(text, store.knowledge(claims=True)), "more")
        known = store.knowledge(claims=True)
        claims_, entities, sources = (list(d.values()) for d in (known.claims, known.entities, known.sources))
        expected = columns(known.vocabulary, known.units, entities, sources, claims_)  # type: ignore[arg-type]  # dicts of three types in one line
        assert differences(store.columns(), expected) == []
        before = dump(path)
        store.rebuild()
        assert dump(path) == before
