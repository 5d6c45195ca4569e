"""The working life of claims in the store: revised, retracted, added again, erased; and what any past state was."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import accepting, bygone, chronicle, editing, kept, preview, storeedits, storepast
from kb import corpus as corpora
from kb.desk import Desk, examine_claims
from kb.errors import NotFound
from kb.knowledge import Knowledge
from kb.model import Value, ValueKind
from kb.store import Moved, Store, StoreUnavailable
from kb.storeedits import Needed
from kb.storepast import NoChange, NoMoment, NoRecord
from kb.texts import Names
from tests.bakery import BAKERY, FIRST, NEW, PLAIN, corpus, dump, new_claim, tamper
from tests.drawn import draws
from tests.test_store import assert_derived_as_from_scratch, start

SECRET = "The bribe of seven sacks was paid by Mr. Gooseberry."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "kb.sqlite") as made:
        made.add(FIRST, "bakery.yaml")
        yield made


def retract(store: Store, *claims: str, expecting: str | None = None) -> int:
    """Retracts claims of the ledger."""
    ids = [f"ledger:{claim}" for claim in claims]
    return store.write(lambda db: storeedits.retract(db, ids, "it was wrong"), expecting)


def add(store: Store, text: str) -> int | None:
    """Adds what a text says; gives the change."""
    return store.add(corpus(text, store.knowledge(claims=True)), "more").change


def forget(store: Store, part: str, name: str) -> storeedits.Forgotten:
    """Erases a record."""
    return store.write(lambda db: storeedits.forget(db, part, name, "a court said so"))


def states(store: Store, name: str) -> list[str]:
    """What each revision did to the claim of that name."""
    return [each["state"] for each in chronicle.history(store, name)]


def at(store: Store, change: int) -> Knowledge:
    """What was known after a change."""
    return store.read(partial(storepast.state, change=change))


# ------------------------------------------------------------------------------------------------ retracted


def test_a_retracted_claim_is_known_no_more_and_stays_in_the_history(store: Store) -> None:
    known = store.knowledge(claims=True).claims
    assert retract(store, "sold") == 2
    left = store.knowledge(claims=True).claims
    assert list(left) == [id_ for id_ in known if id_ != "ledger:sold"]
    assert store.claim_number("ledger:sold") is None
    assert store.claim_number("ledger:ratio") == 1, "the ones behind it move up"
    assert store.rests() == []
    assert store.counts()["claim"] == 6
    assert states(store, "sold") == ["added", "retracted"]
    assert chronicle.history(store, "sold")[1]["reason"] == "it was wrong"
    assert_derived_as_from_scratch(store)


def test_a_retracted_claim_can_be_added_again(store: Store) -> None:
    before = store.knowledge(claims=True).claims["ledger:sold"]
    retract(store, "sold")
    receipt = store.add(corpus(BAKERY, store.knowledge(claims=True)), "the file again")
    assert (receipt.added, receipt.revised) == ({"claim": 1}, {})
    assert store.knowledge(claims=True).claims["ledger:sold"] == before
    assert store.claim_number("ledger:sold") == 6, "as the last that became known"
    assert states(store, "sold") == ["added", "retracted", "added"]
    assert_derived_as_from_scratch(store)


def test_what_is_kept_of_an_examination_goes_with_a_retraction(store: Store) -> None:
    desk = Desk(store)
    desk.examine_and_keep()
    assert kept.verdicts(store.path) is not None
    retract(store, "ratio")
    assert kept.verdicts(store.path) is None
    desk.examine_and_keep()
    again = kept.verdicts(store.path)
    assert again is not None
    assert [claim.id for claim, _ in again] == list(store.knowledge(claims=True).claims)


def test_only_what_is_known_can_be_retracted(store: Store) -> None:
    before = dump(store.path)
    for claims in (("nobody",), ("bread", "nobody"), ("bread ",)):
        with pytest.raises(NoRecord, match="no record 'ledger:"):
            retract(store, *claims)
    assert dump(store.path) == before
    retract(store, "night")
    with pytest.raises(NoRecord):
        retract(store, "night")


def test_a_claim_whose_basis_is_gone_is_a_finding_until_it_is_back(store: Store) -> None:
    retract(store, "bread")
    assert store.loose() == [("ledger:sold", "ledger:bread")]
    known = store.knowledge(claims=True)
    for examination in (Desk(store).examine(), examine_claims(known, list(known.claims.values()))):
        [found] = [each for each in examination.findings if "ledger:sold" in each.claims and each.code == "dangling"]
        assert "rests on ledger:bread, which is not in the store" in found.message
    store.add(corpus(BAKERY, store.knowledge(claims=True)), "again")
    assert store.loose() == []


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 4), st.integers(1, 3), st.sampled_from(["Rye", "Corner Shop"])),
        st.tuples(st.just("retract"), st.integers(0, 4)),
        st.tuples(st.just("first"), st.sampled_from(["bread", "sold", "ratio"])),
        st.tuples(st.just("forget"), st.integers(0, 4)),
        st.tuples(st.just("entity"), st.integers(0, 2)),
    ),
    max_size=8,
)


@draws(25)
@given(edits=EDITS)
def test_what_is_derived_follows_any_sequence_of_edits(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[object, ...]]
) -> None:
    """Whatever is added, revised, retracted and erased: derived as from scratch, and each past state is still there."""
    with Store.open(tmp_path_factory.mktemp("edits") / "kb.sqlite") as store:
        store.add(FIRST, "first")
        seen: dict[int, Knowledge] = {}
        for edit in edits:
            erased = apply(store, edit)
            known = store.knowledge(claims=True)
            seen = {change: without(each, erased) for change, each in seen.items()}
            seen[store.counts()["change"]] = known
            assert_derived_as_from_scratch(store)
        assert {change: at(store, change) for change in seen} == seen
        assert store.read(lambda db: list(storepast.broken(db))) == []


def apply(store: Store, edit: tuple[object, ...]) -> str:
    """One edit, where it can be made; gives the claim that it erased."""
    known = store.knowledge(claims=True)
    match edit:
        case ("add", number, value, subject):
            store.add(corpus(PLAIN + NEW.format(id=f"c{number}", value=f"{value} kg", subject=subject), known), "add")
        case ("retract", number) if f"ledger:c{number}" in known.claims:
            retract(store, f"c{number}")
        case ("first", name) if f"ledger:{name}" in known.claims:
            retract(store, str(name))
        case ("forget", number) if f"ledger:c{number}" in known.claims:
            forget(store, "claim", f"ledger:c{number}")
            return f"ledger:c{number}"
        case ("entity", number):
            store.add(corpus(f"entities: [{{id: The Miller {number}, kind: party}}]", known), "entity")
    return ""


def without(known: Knowledge, claim: str) -> Knowledge:
    """What was known, but for one claim."""
    claims = {id_: each for id_, each in known.claims.items() if id_ != claim}
    return Knowledge(known.vocabulary, known.unit_lines, known.entities, known.sources, claims)


# ------------------------------------------------------------------------------------------------ the past


def test_each_past_state_is_what_was_known_then(store: Store) -> None:
    add(store, new_claim("a"))
    add(store, new_claim("a", "8 kg"))
    retract(store, "a")
    values = [at(store, change).claims.get("ledger:a") for change in (1, 2, 3, 4)]
    assert [claim and claim.value.text for claim in values] == [None, "7 kg", "8 kg", None]
    past = chronicle.past(store, "2")
    assert len(past.examination.verdicts) == 8
    assert str(past).startswith("as of change 2, ")
    assert [claim.id for claim, _ in past.verdicts()][-1] == "ledger:a"
    assert past.digest == dump(store.path)["change"][1][-1]


def test_a_past_state_has_the_vocabulary_of_its_time(store: Store) -> None:
    add(store, "attributes: [{id: bakery.ovens, about: bakery, meaning: How many., unit: loaf}]")
    assert "bakery.ovens" not in at(store, 1).attributes
    assert "bakery.ovens" in at(store, 2).attributes


def test_a_day_names_its_last_change(store: Store) -> None:
    add(store, new_claim("a"))
    add(store, new_claim("b"))
    tamper(
        store.path,
        "UPDATE change SET at = '2031-05-10T08:00:00+00:00' WHERE id = 1",
        "UPDATE change SET at = '2031-05-10T09:30:00+00:00' WHERE id = 2",
        "UPDATE change SET at = '2031-06-01T00:00:00+00:00' WHERE id = 3",
    )
    words = {"2031-05-10": 2, "2031-05-31": 2, "2031-05": 2, "2031": 3, "2031-06-01": 3, "2031-05-10T09": 2, "2": 2}
    words |= {"2031-05-10T08:30": 1, "2099-01-01": 3}
    assert {word: store.read(partial(storepast.change_named, word=word)) for word in words} == words
    for word in ("2031-05-09", "0", "4", "99999999999999999999999", "9" * 5000, f"2{0:018}"):
        with pytest.raises(NoChange, match="expected a number from 1 to 3, or a date since the first such as"):
            store.read(partial(storepast.change_named, word=word))


NO_MOMENTS = ["yesterday", "", " ", "-1", "2031-5-10", "2031-13-01", "2031-02-29", "2031-05-10T25", "２０３１-05-10"]
NO_MOMENTS += ["１", "2031-05-10T08:61", "2031-05-10T0", "2031-05-10 ", "2031-05-10\n"]


@pytest.mark.parametrize("word", NO_MOMENTS)
def test_what_is_no_day_is_not_taken_for_one(store: Store, word: str) -> None:
    with pytest.raises(NoMoment, match="is no change and no day; expected a number from 1 to 1, or a date") as caught:
        store.read(partial(storepast.change_named, word=word))
    assert caught.value.exit_code == 2


def test_the_history_of_a_record_says_what_differs(store: Store) -> None:
    add(store, new_claim("a"))
    add(store, new_claim("a", "8 kg").replace("It bakes.", "It bakes more."))
    retract(store, "a")
    first, second, third = chronicle.history(store, "a")
    assert first["fields"]["value.text"] == [None, "7 kg"]
    assert second["fields"] == {"statement": ["It bakes.", "It bakes more."], "value.text": ["7 kg", "8 kg"]}
    assert (second["change"], second["what"], third["state"]) == (3, "more", "retracted")
    text = chronicle.history_text([second, third], 100)
    assert "    value.text: 7 kg -> 8 kg\n" in text
    assert "    because it was wrong\n" in text
    told = f"claim ledger:a retracted by change 4, {third['at']}: retract ledger:a\n    because it was wrong\n"
    assert text.endswith(told), "and not once more, field by field, what it said"
    assert third["fields"]["value.text"] == ["8 kg", None], "which who asks for JSON still gets"


@pytest.mark.parametrize("name", ["Rye and Sons", "ledger", "bakery.bread", "gram", "bakery", "grain"])
def test_every_part_of_the_record_has_a_history(store: Store, name: str) -> None:
    [found] = chronicle.history(store, name)
    assert (found["name"], found["state"], found["change"]) == (name, "added", 1)


def test_a_difference_is_the_same_backward_with_the_signs_turned(store: Store) -> None:
    add(store, new_claim("a"))
    add(store, new_claim("b") + NEW.format(id="a", value="8 kg", subject="Corner Shop"))
    retract(store, "night")
    forward = {each["name"]: each["state"] for each in chronicle.difference(store, "2", "4")}
    assert forward == {"ledger:b": "added", "ledger:a": "revised", "ledger:night": "retracted"}
    backward = {each["name"]: each["state"] for each in chronicle.difference(store, "4", "2")}
    assert backward == {"ledger:b": "retracted", "ledger:a": "revised", "ledger:night": "added"}
    assert chronicle.difference(store, "3", "3") == []
    assert chronicle.difference_text([], 80) == "no difference\n"


def test_the_changes_count_what_they_did(store: Store) -> None:
    add(store, new_claim("a"))
    add(store, new_claim("a", "8 kg"))
    retract(store, "a", "night")
    add(store, new_claim("a"))
    found = [[each[state] for state in ("added", "revised", "retracted")] for each in chronicle.change_records(store)]
    assert found == [[26, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 2], [1, 0, 0]]


def test_a_rewritten_revision_breaks_the_chain_where_it_stands(store: Store) -> None:
    add(store, new_claim("a"))
    add(store, new_claim("b"))
    assert store.read(lambda db: list(storepast.broken(db))) == []
    tamper(store.path, "UPDATE revision SET body = replace(body, '7 kg', '9 kg') WHERE name = 'ledger:a'")
    assert store.read(lambda db: list(storepast.broken(db))) == [2]


# ------------------------------------------------------------------------------------------------ known no more


def test_an_acceptance_tells_of_a_finding_that_is_gone_longer_than_is_looked_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {each.id for each in Desk(store).examine().findings}
    add(store, new_claim("a") + NEW.format(id="b", value="9 kg", subject="Corner Shop"))
    [found] = [each for each in Desk(store).examine().findings if each.id not in before]
    made = accepting.acceptance(Desk(store).examine(), found, "we know", None, "2031-05-10")
    store.add(accepting.as_corpus(made), "accept")
    retract(store, "a", "b")
    now = Desk(store).examine()
    with pytest.raises(bygone.Resolved, match=r"is found no more since change 4 \(retract ledger:a, ledger:b\)"):
        bygone.finding(store, now, found.id)
    monkeypatch.setattr(bygone, "MOST_EXAMINED", 0)
    with pytest.raises(bygone.Resolved, match="it was found when it was accepted on 2031-05-10, and is no more"):
        bygone.finding(store, now, found.id)
    other = f"{found.code}-{found.id[:-7:-1]}"
    with pytest.raises(NotFound, match=f"no finding '{other}'; expected one that"):
        bygone.finding(store, now, other)


# ------------------------------------------------------------------------------------------------ previews


def drafted(store: Store, text: str) -> preview.Preview:
    """What adding a text would come to."""
    base = store.knowledge(claims=True)
    return preview.of_corpus(corpus(text, base), base)


def test_a_preview_is_what_storing_then_does(store: Store) -> None:
    text = new_claim("a", "7 kg", "Corner Shop") + NEW.format(id="b", value="9 kg", subject="Corner Shop")
    text = text.replace("{at: b}", "{at: a}")
    before = {each.id for each in Desk(store).examine().findings}
    found = drafted(store, text)
    receipt = store.add(corpus(text, store.knowledge(claims=True)), "as previewed")
    after = {each.id: each.message for each in Desk(store).examine().findings}
    assert {each.id: each.message for each in found.created} == {k: v for k, v in after.items() if k not in before}
    assert found.created, "the two contradict each other"
    assert {each.id for each in found.resolved} == before - after.keys()
    assert (found.receipt.added, found.receipt.revised) == (receipt.added, receipt.revised)


def test_a_preview_of_a_retraction_resolves_what_the_addition_created(store: Store) -> None:
    text = new_claim("a") + NEW.format(id="b", value="9 kg", subject="Corner Shop")
    made = drafted(store, text)
    add(store, text)
    settled = preview.of_retraction(["ledger:a", "ledger:b"], store.knowledge(claims=True))
    assert made.created
    assert made.resolved, "what the new ones stand beside gives another comparison"
    assert (settled.resolved, settled.created) == (made.created, made.resolved)
    assert (settled.left, settled.joins) == (made.joins, ())


def test_a_preview_says_which_finding_changes(store: Store) -> None:
    text = new_claim("a") + NEW.format(id="b", value="9 kg", subject="Corner Shop")
    add(store, text)
    changed = drafted(store, text.replace("9 kg", "11 kg"))
    assert changed.created == changed.resolved == ()
    [(old, new)] = changed.changed
    assert ("ratio gives 13.3 " in old.message, "ratio gives 10.9 " in new.message) == (True, True)
    told = preview.text(changed, 1000)
    assert f"changes   {new.severity.name.lower()} {new.id}: {new.message} (was: {old.message})\n" in told
    assert told.endswith("findings: 0 created, 1 changed, 0 resolved\n")


def test_a_preview_lists_the_worst_first() -> None:
    with_errors = json.loads(json.dumps(preview.as_json(preview.of_corpus(FIRST, Knowledge()))))
    assert with_errors["new"]["claim"] == 7
    findings = [each["severity"] for each in with_errors["creates"]]
    order = ["error", "warning", "note"]
    assert findings == sorted(findings, key=order.index)


def test_what_is_known_already_has_no_preview(store: Store) -> None:
    found = drafted(store, BAKERY)
    assert found.receipt.unchanged == {
        "unit": 4,
        "kind": 3,
        "key": 3,
        "attribute": 3,
        "source": 2,
        "entity": 3,
        "claim": 7,
    }
    assert (found.joins, found.created, found.resolved) == ((), (), ())


# ------------------------------------------------------------------------------------------------ one claim


@pytest.mark.parametrize("claim", FIRST.knowledge.claims.values(), ids=lambda claim: claim.id)
def test_a_claim_written_as_fields_is_the_same_claim(claim: object) -> None:
    base = FIRST.knowledge
    claim = base.claims[str(getattr(claim, "id", ""))]
    again = editing.read(editing.fields_of(claim), base)
    assert again.errors == ()
    assert again.knowledge.claims[claim.id] == claim


def test_every_shipped_claim_written_as_fields_is_the_same_claim() -> None:
    base = corpora.read(corpora.shipped()).knowledge
    kinds = set()
    for claim in base.claims.values():
        again = editing.read(editing.changed(claim, {}, []), base)
        assert (again.errors, again.knowledge.claims[claim.id]) == ((), claim)
        kinds.add(claim.value.kind)
    assert len(kinds) > 4


def test_fields_are_changed_and_taken_out() -> None:
    claim = FIRST.knowledge.claims["ledger:sold"]
    fields = editing.changed(claim, {"value": "95 kg", "note": "Weighed."}, [("grain", ""), ("counted", "baked")])
    again = editing.read(fields, FIRST.knowledge).knowledge.claims["ledger:sold"]
    assert (again.value.text, again.scope, again.note) == ("95 kg", {"counted": "baked"}, "Weighed.")
    assert again.rests_on == claim.rests_on
    assert editing.changed(again, {"note": ""}, []).keys() == fields.keys() - {"note"}


SAYS = [
    ("It cost 16.5 billion dollars.", "$16.5 billion", "about $16.5 million", ["16.5 billion"]),
    ("It cost 16.5B dollars.", "$16.5 billion", "about $16.5 million", ["16.5B"]),
    ("成本为165亿美元。", "$16.5 billion", "$16.5 million", ["165亿"]),
    ("It cost 16.5 million dollars.", "$16.5 billion", "$16.5 million", []),
    ("It cost much.", "$16.5 billion", "$16.5 million", []),
    ("It cost 16.5 billion dollars.", "$16.5 billion", "about $16.5 billion", []),
    ("It fell from 16.5 billion to 16.5 million.", "$16.5 billion", "$16.5 million", []),
    ("It cost 16.5 billion dollars.", "$16.5 billion", "undisclosed", ["16.5 billion"]),
    ("It bakes 90 to 100 kg.", "90 to 100 kg", "95 to 100 kg", ["90"]),
    ("Mill 40 bakes.", "40 kg", "41 kg", []),
    ("Mill 40 bakes 40 kg.", "40 kg", "41 kg", ["40"]),
    ("It takes 30 days.", "30 day", "30 month", ["30 days"]),
    ("It takes 30 months.", "30 day", "30 month", []),
    ("It takes 30 of them.", "30 day", "30 month", []),
]


@pytest.mark.parametrize(("statement", "was", "now", "left"), SAYS)
def test_a_statement_that_still_says_the_old_value(statement: str, was: str, now: str, left: list[str]) -> None:
    claim = FIRST.knowledge.claims["ledger:bread"]
    values = [
        Value(kind=ValueKind.UNDISCLOSED) if text == "undisclosed" else Value(kind=ValueKind.QUANTITY, text=text)
        for text in (was, now)
    ]
    old, new = (claim.model_copy(update={"statement": statement, "value": value}) for value in values)
    assert editing.still_says(old, new, Names(["Mill 40"])) == left
    assert editing.still_says(old, old) == []


def test_a_statement_that_still_says_the_old_words() -> None:
    claim = FIRST.knowledge.claims["gossip:owner"]

    def told(statement: str, new: str) -> list[str]:
        revised = claim.model_copy(update={"statement": statement, "value": Value(kind=ValueKind.LINK, text=new)})
        return editing.still_says(claim, revised)

    assert told("The Miller has it.", "Old Rye") == ["The Miller"]
    assert told("The Millers have it.", "Old Rye") == []
    assert told("Old Rye has it, not The Miller.", "Old Rye") == []


def test_another_place_has_another_span() -> None:
    span = {"span": [3, 9], "digest": "0" * 64}
    text = new_claim("a").replace("{at: a}", f"{{at: a, span: [3, 9], digest: '{'0' * 64}'}}")
    claim = corpus(text, FIRST.knowledge).knowledge.claims["ledger:a"]
    assert editing.changed(claim, {"at": "a"}, [])["source"] == {"cite": "ledger", "at": "a", **span}
    assert editing.changed(claim, {"at": "b"}, [])["source"] == {"cite": "ledger", "at": "b"}


GIVEN: dict[str, object] = {
    "id": "a",
    "statement": "X.",
    "subject": "Rye",
    "attribute": "bakery.bread",
    "value": "7 kg",
}
GIVEN |= {"cite": "ledger", "at": "r9", "holders": ["Old Rye"]}
WRONG: dict[str, dict[str, object]] = {
    "--subject": {"subject": "Rey"},
    "--attribute": {"attribute": "bakery.bred"},
    "--value": {"value": "seven hours"},
    "--cite, --at": {"cite": "leger"},
    "--mode": {"mode": "guess"},
    "--scope": {"scope": [("time", "day")]},
    "--than": {"than": "Old Rye", "value": "7"},
}


def test_a_claim_by_options_is_the_claim_of_a_file() -> None:
    found = editing.read(editing.stated(GIVEN, [("counted", "sold")]), FIRST.knowledge)
    assert (found.errors, found.new.claims) == ((), ("ledger:a",))
    assert found.knowledge.claims["ledger:a"].scope == {"counted": "sold"}


@pytest.mark.parametrize("option", WRONG)
def test_what_is_wrong_is_told_of_its_option(option: str) -> None:
    given: dict[str, object] = {**GIVEN, **{name: each for name, each in WRONG[option].items() if name != "scope"}}
    scope = WRONG[option].get("scope", [])
    assert isinstance(scope, list)
    places = [each.place for each in editing.read(editing.stated(given, scope), FIRST.knowledge).errors]
    assert places == [option]


@pytest.mark.parametrize("text", ['a "quoted" word: # and', "naïve\\path", "true", "- {x}", "'", "1_000", "麦"])
def test_any_text_can_be_an_option(text: str) -> None:
    found = editing.read(editing.stated({**GIVEN, "statement": text, "note": text}, []), FIRST.knowledge)
    claim = found.knowledge.claims["ledger:a"]
    assert (claim.statement, claim.note) == (text, text)


def test_the_template_is_a_file_of_claims() -> None:
    text = editing.TEMPLATE
    lines = [line.removeprefix("# ") if line.startswith("# ent") else line for line in text.splitlines()]
    found = corpora.read([("template", "\n".join(lines).encode())], FIRST.knowledge)
    assert [each.message.partition(";")[0] for each in found.errors] == ["no attribute 'ATTRIBUTE'"]
    for name in ("scope", "than", "mode", "firmness", "rests_on", "note", "by", "published", "language", "retells"):
        assert f"# {name}: " in text


# ------------------------------------------------------------------------------------------------ others write too


def test_an_edit_of_a_history_that_has_grown_is_not_stored(store: Store) -> None:
    history, base = store.digest(), store.knowledge(claims=True)
    add(store, new_claim("other"))
    before = dump(store.path)
    with pytest.raises(Moved, match=r"has changed since this was looked at \(change 2: more\); .* nothing was stored"):
        store.add(corpus(new_claim("a"), base), "late", expecting=history)
    with pytest.raises(Moved):
        retract(store, "bread", expecting=history)
    assert dump(store.path) == before
    assert store.add(corpus(new_claim("a"), base), "in time", expecting=store.digest()).change == 3


@pytest.mark.parametrize("what", ["retract", "forget"])
def test_a_store_for_reading_is_not_edited(store: Store, what: str) -> None:
    with Store.open(store.path, read_only=True) as other, pytest.raises(StoreUnavailable, match="for reading only"):
        retract(other, "night") if what == "retract" else forget(other, "claim", "ledger:night")


VICTIM = """
import sys, time
from kb import storeedits
from kb.store import Store

whole = storeedits.rebuild

def and_then_stop(*values, **named):
    whole(*values, **named)
    print("in the middle", flush=True)
    time.sleep(60)

storeedits.rebuild = and_then_stop
with Store.open(sys.argv[1]) as store:
    if sys.argv[2] == "retract":
        store.write(lambda db: storeedits.retract(db, ["ledger:bread"], "never"))
    else:
        store.write(lambda db: storeedits.forget(db, "claim", "ledger:bread", "never"))
"""


@pytest.mark.parametrize("what", ["retract", "forget"])
def test_an_edit_that_is_killed_leaves_everything(store: Store, what: str) -> None:
    before = dump(store.path)
    with start(VICTIM, store.path, what) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "in the middle\n"
        victim.kill()
    assert victim.returncode == -signal.SIGKILL
    assert dump(store.path) == before
    assert before["erasing"] == []
    assert_derived_as_from_scratch(store)


# ------------------------------------------------------------------------------------------------ erased


def told(store: Store) -> None:
    """Stores a claim that must go later, in two wordings, and who holds it."""
    text = new_claim("secret").replace("It bakes.", SECRET).replace("[Old Rye]", "[Gooseberry]")
    add(store, text)
    add(store, text.replace("7 kg", "8 kg").replace("seven", "eight"))
    store.add(corpus(new_claim("a"), store.knowledge(claims=True)), "add ledger:secret, ledger:bread")


def bytes_of(store: Store) -> bytes:
    """Everything that is on the disk of a store."""
    return b"".join(file.read_bytes() for file in sorted(store.path.parent.glob(f"{store.path.name}*")))


WORDS = [b"Gooseberry", b"bribe", b'ledger:secret"', b"seven sacks", b"eight sacks"]


def test_what_is_forgotten_is_not_in_the_bytes(store: Store) -> None:
    told(store)
    Desk(store).examine_and_keep()
    assert all(word in bytes_of(store) for word in WORDS), "the test would see them"
    erased = forget(store, "claim", "ledger:secret")
    assert erased.revisions == 2
    assert storeedits.scrub(store.path, 5)
    assert [word for word in WORDS if word in bytes_of(store)] == []
    assert store.claim_number("ledger:secret") is None
    assert store.counts()["claim"] == 8
    assert_derived_as_from_scratch(store)
    with closing(sqlite3.connect(store.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA journal_mode").fetchall() == [("wal",)]


def test_a_tombstone_is_left_with_a_random_name(store: Store) -> None:
    told(store)
    before = dump(store.path)["change"]
    erased = forget(store, "claim", "ledger:secret")
    after = dump(store.path)["change"]
    assert [(row[0], row[1], row[3]) for row in after[:-1]] == [(row[0], row[1], row[3]) for row in before]
    assert after[3][2] == f"add {erased.tomb}, ledger:bread"
    rows = [each for each in dump(store.path)["revision"] if each[3] == erased.tomb]
    assert [row[5] for row in rows[:2]] == [json.dumps({"forgotten": erased.tomb})] * 2
    last = json.loads(str(rows[2][5]))
    assert (last["forgotten"], last["left"].keys()) == ("a court said so", {"2", "3"})
    assert [each["state"] for each in chronicle.history(store, erased.tomb)] == ["forgotten"] * 3
    assert forget(store, "claim", "ledger:a").tomb != erased.tomb
    with pytest.raises(NoRecord):
        chronicle.history(store, "ledger:secret")


def test_the_chain_is_verified_around_tombstones(store: Store) -> None:
    told(store)
    forget(store, "claim", "ledger:secret")
    add(store, new_claim("later"))
    assert store.read(lambda db: list(storepast.broken(db))) == []
    tamper(store.path, "UPDATE revision SET body = replace(body, '7 kg', '9 kg') WHERE name = 'ledger:later'")
    assert store.read(lambda db: list(storepast.broken(db))) == [6]
    assert "ledger:secret" not in at(store, 3).claims
    assert [each["state"] for each in chronicle.difference(store, "1", "5")] == ["forgotten", "added"]


def test_what_is_left_of_a_change_is_still_verified(store: Store) -> None:
    forget(store, "claim", "ledger:night")
    forget(store, "claim", "ledger:rules")
    assert store.read(lambda db: list(storepast.broken(db))) == []
    tamper(store.path, "UPDATE revision SET body = replace(body, '120 kg', '9 kg') WHERE name = 'ledger:bread'")
    assert store.read(lambda db: list(storepast.broken(db))) == [1]


def test_what_was_retracted_can_still_be_forgotten(store: Store) -> None:
    told(store)
    retract(store, "secret")
    erased = forget(store, "claim", "ledger:secret")
    assert erased.revisions == 3
    assert storeedits.scrub(store.path, 5)
    assert [word for word in WORDS if word in bytes_of(store)] == []
    add(store, new_claim("secret"))
    assert states(store, "ledger:secret") == ["added"], "the name is free again"


def test_what_others_need_is_not_forgotten(store: Store) -> None:
    before = dump(store.path)
    for part, name in (
        ("entity", "Rye and Sons"),
        ("source", "ledger"),
        ("attribute", "bakery.bread"),
        ("unit", "gram"),
    ):
        with pytest.raises(Needed, match=f"{part} {name} cannot be forgotten while it is needed"):
            forget(store, part, name)
    with pytest.raises(NoRecord):
        forget(store, "claim", "ledger:nobody")
    assert dump(store.path) == before


def test_an_entity_that_nothing_needs_is_forgotten(store: Store) -> None:
    add(store, "entities: [{id: Mr Gooseberry, kind: party, note: He paid.}]")
    forget(store, "entity", "Mr Gooseberry")
    assert storeedits.scrub(store.path, 5)
    assert b"Gooseberry" not in bytes_of(store)
    assert_derived_as_from_scratch(store)


def test_who_still_names_it_is_told(store: Store) -> None:
    assert forget(store, "claim", "ledger:bread").naming == ("claim ledger:sold",)
    assert store.loose() == [("ledger:sold", "ledger:bread")]


def described(store: Store, what: str) -> None:
    """One more change, of which that is said."""
    more = f"entities: [{{id: number {store.counts()['change']}, kind: party}}]"
    store.add(corpus(more, store.knowledge(claims=True)), what)


def said_of(store: Store) -> list[str]:
    """What is said of each change."""
    return [each["what"] for each in chronicle.change_records(store)]


SAID = {  # of changes, when ledger:p1 is forgotten
    "revise ledger:p1": "revise TOMB",
    "revise ledger:p1.turbines": "revise ledger:p1.turbines",
    "revise ledger:p1-old": "revise ledger:p1-old",
    "retract ledger:p1, ledger:p1.turbines, ledger:bread and 3 more": (
        "retract TOMB, ledger:p1.turbines, ledger:bread and 3 more"
    ),
    "import old-ledger:p1.yaml": "import TOMB",
    "import ledger.yaml": "import ledger.yaml",
}


def test_the_ids_of_other_records_stay_as_they_are(store: Store) -> None:
    for claim in ("p1", "p1.turbines", "p1-old"):
        add(store, new_claim(claim))
    for what in SAID:
        described(store, what)
    erased = forget(store, "claim", "ledger:p1")
    assert said_of(store)[4:-1] == [said.replace("TOMB", erased.tomb) for said in SAID.values()]
    assert erased.naming == (), "an id that begins like another is not that"


def test_a_name_in_the_name_of_a_file_is_erased_with_the_whole_word(store: Store) -> None:
    add(store, "entities: [{id: John Doe, kind: party}, {id: import, kind: party}, {id: Doe, kind: party}]")
    for what in ("import johndoe_leak.yaml", "add about JOHN-DOE 2031.yaml", "revise ledger:bread", "import doe.yaml"):
        described(store, what)
    erased = forget(store, "entity", "John Doe")
    assert said_of(store)[2:-1] == [
        f"import {erased.tomb}",
        f"add about {erased.tomb} 2031.yaml",
        "revise ledger:bread",
        "import doe.yaml",
    ]
    forget(store, "entity", "import")
    assert said_of(store)[5] == "import doe.yaml", "what a command is called is nobody's name"


def test_reasons_and_files_that_still_name_it_are_told(store: Store) -> None:
    add(store, new_claim("secret"))
    described(store, "import the-secret.yaml")
    described(store, "revise ledger:bread")
    store.write(lambda db: storeedits.retract(db, ["ledger:night"], "ledger:secret says otherwise"))
    assert forget(store, "claim", "ledger:secret").naming == ("claim ledger:night", "change 3 (import the-secret.yaml)")


def test_what_was_accepted_of_a_forgotten_claim_goes_with_it(store: Store) -> None:
    told(store)
    examination = Desk(store).examine()
    examination.evidence.name(range(9))
    claim = examination.evidence.claim(examination.evidence.numbers["ledger:secret"])
    base = next(iter(examination.findings))
    mine = base.model_copy(update={"id": "recompute-0a1b2c", "claims": ("ledger:secret", "ledger:bread")})
    others = base.model_copy(update={"id": "recompute-0d0e0f", "claims": ("ledger:bread",)})
    for finding, reason in ((mine, "Gooseberry and the bribe are known"), (others, "weighed again")):
        made = accepting.acceptance(examination, finding, reason, "Ada", "2031-05-10")
        store.add(accepting.as_corpus(made), f"accept {finding.id}")
    store.add(accepting.as_corpus(accepting.revoked(store.acceptances(), mine.id, "2031-05-11")), f"unaccept {mine.id}")
    secrets = [accepting.digest(claim).encode(), mine.id.encode(), *WORDS]
    assert all(word in bytes_of(store) for word in secrets), "the test would see them"
    erased = forget(store, "claim", "ledger:secret")
    assert erased.accepted == (mine.id,)
    assert storeedits.scrub(store.path, 5)
    assert [word for word in secrets if word in bytes_of(store)] == []
    assert list(store.acceptances()) == [others.id]
    assert store.read(lambda db: list(storepast.broken(db))) == []
    assert_derived_as_from_scratch(store)


def test_a_reader_of_an_older_state_keeps_the_file_from_being_written_anew(store: Store) -> None:
    told(store)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM revision").fetchone()
        forget(store, "claim", "ledger:secret")
        assert not storeedits.scrub(store.path, 0.1)
        with pytest.raises(storeedits.Unfinished, match=r"because another process reads .*: kb forget forgotten:0 "):
            storeedits.finish(store.path, 0.1, "forgotten:0")
        other.execute("ROLLBACK")
    assert storeedits.scrub(store.path, 5)
    assert [word for word in WORDS if word in bytes_of(store)] == []


def test_a_full_disk_after_the_erasing_names_the_tombstone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the record is gone by then: to do the same again would find nothing."""
    told(store)
    tomb = forget(store, "claim", "ledger:secret").tomb
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Full))
    again = f"kb forget {tomb} --reason again"
    with pytest.raises(
        storeedits.Unfinished, match=f"has no room left on its disk; expected some free space; when .*: {again}"
    ):
        storeedits.finish(store.path, 5, tomb)
    monkeypatch.undo()
    storeedits.finish(store.path, 5, tomb)
    assert [word for word in WORDS if word in bytes_of(store)] == []


class Full(sqlite3.Connection):
    """A connection to a file that can grow no further."""

    def execute(self, statement: str, values: Any = (), /) -> sqlite3.Cursor:
        if statement == "VACUUM":
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise error
        return super().execute(statement, values)


GUARDED = {
    "another revision": "UPDATE revision SET body = '{\"forgotten\": 1}' WHERE id = 2",
    "other words": "UPDATE revision SET body = '{}' WHERE id = 1",
    "another place": "UPDATE revision SET change = 2, body = '{\"forgotten\": 1}' WHERE id = 1",
    "another number": "UPDATE revision SET number = 9, body = '{\"forgotten\": 1}' WHERE id = 1",
    "deleting": "DELETE FROM revision WHERE id = 1",
    "a digest": "UPDATE change SET digest = 'x'",
    "a time": "UPDATE change SET at = 'x'",
    "deleting a change": "DELETE FROM change",
}


@pytest.mark.parametrize("way", GUARDED)
def test_the_guard_lets_nothing_else_pass(store: Store, way: str) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.execute("INSERT INTO erasing VALUES (1)")
        db.execute("UPDATE revision SET body = '{\"forgotten\": 1}' WHERE id = 1")
        with pytest.raises(sqlite3.IntegrityError, match="the record is append-only"):
            db.execute(GUARDED[way])
        db.execute("ROLLBACK")
