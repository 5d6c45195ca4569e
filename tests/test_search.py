"""Searching: what is found is what stands there, whatever is typed, in texts with and without spaces."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb import chronicle, hints, kept, search, storeedits, storepast
from kb.desk import Desk
from kb.filters import Choice, Unknown
from kb.model import Verdict
from kb.search import Unsearchable
from kb.store import Store
from kb.storeplace import Damaged
from kb.storewords import INDEX
from kb.wording import WALL, phrase, spaced, words
from tests.bakery import BAKERY, FIRST, corpus, dump, new_claim, tamper
from tests.drawn import draws

ROOT = Path(__file__).resolve().parent.parent
ALPHABET = '参数模型的ー가ラ𠮷aé9 ，。、-"*' + WALL
EXTRA = """
entities:
  - {id: Corner Shop, kind: bakery, names: {zh: [街角面包店], fr: [Le Pétrin]}, links: {within: Rye}, note: Small.}
defaults: {cite: ledger, holders: [Old Rye, A Gossip]}
claims:
  - {id: quoted, statement: 'It said "NEAR AND" c:d* ^e.', subject: Rye, attribute: bakery.bread, value: 9 kg,
     source: {at: x1}, note: 夜里有两名面包师。, mode: rumour, firmness: hedged}
"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with Desk(Store.open(tmp_path / "kb.sqlite")) as made:
        made.store.add(FIRST, "bakery.yaml")
        made.store.add(corpus(EXTRA, FIRST.knowledge), "more")
        yield made


def ids(at: Desk, *texts: str, choice: Choice | None = None, verdict: Verdict | None = None) -> set[str]:
    """What is found, without the name of the source."""
    found = search.search(at.store.path, list(texts), choice or Choice(), verdict)
    assert found.count == len(found.hits)
    return {hit.claim.id.partition(":")[2] for hit in found.hits}


# ------------------------------------------------------------------------------------------------ words


@given(
    st.lists(st.text(ALPHABET, max_size=14), min_size=1, max_size=20),
    st.text("参数模型的ー가ラ𠮷", min_size=2, max_size=2),
)
@draws(200)
def test_a_word_of_two_characters_is_found_where_like_finds_it(texts: list[str], word: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(INDEX)
        db.execute("CREATE TABLE plain (text)")
        whole = [*texts, f"在{word}上"]
        db.executemany("INSERT INTO wording (statement) VALUES (?)", [(spaced(text),) for text in whole])
        db.executemany("INSERT INTO plain VALUES (?)", [(text,) for text in whole])
        like = db.execute("SELECT rowid FROM plain WHERE text LIKE ? ORDER BY rowid", (f"%{word}%",)).fetchall()
        match = "SELECT rowid FROM wording WHERE wording MATCH ? ORDER BY rowid"
        assert db.execute(match, (phrase(word),)).fetchall() == like
        assert (len(whole),) in like


@given(st.text(max_size=20))
@example("0\0")
@example("0\0a b")
@draws(300)
def test_whatever_is_typed_is_plain_text(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(INDEX)
        db.execute("INSERT INTO wording (statement) VALUES (?)", (spaced(text),))
        for word in words([text]):
            if word.isascii():
                found = db.execute("SELECT rowid FROM wording WHERE wording MATCH ?", (phrase(word),)).fetchall()
                assert found == [(1,)], word
            elif word.isprintable():
                db.execute("SELECT rowid FROM wording WHERE wording MATCH ?", (phrase(word),)).fetchall()


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["loaves"], {"night"}),
        (["loav*"], {"night"}),
        (["loav"], set()),
        (["LOAVES", "night"], {"night"}),
        (["loaves night"], {"night"}),
        (["loaves", "bakes"], set()),
        (["petrin"], {"owner", "rules"}),
        (["面包店"], {"owner", "rules"}),
        (["面包"], {"owner", "rules", "quoted"}),
        (["包店街"], set()),
        (["两名"], {"quoted"}),
        (["rule", "街角"], {"rules"}),
        (["gossip"], {"quoted"}),
        (["her cook"], {"ratio"}),
        (["cook", "rye"], {"ratio"}),
        (["whether"], {"famous"}),
        (["shift.loaves"], {"night"}),
        (["bread"], {"bread", "sold", "ratio", "rules", "quoted"}),
        (["books"], {"bread", "sold", "ratio", "night", "rules", "quoted"}),
        (["people", "say"], {"famous"}),
        (["people", "say", "famous"], {"famous"}),
        (["people", "say", "800"], set()),
        (["people", "say", "everybody"], {"famous"}),
        (["miller"], {"owner"}),
        (["800"], {"night"}),
        (['"NEAR'], {"quoted"}),
        (["AND", "NEAR"], {"quoted"}),
        (["AND"], {"bread", "sold", "ratio", "night", "famous", "quoted"}),
        (["c:d"], {"quoted"}),
        (["^e"], {"quoted"}),
        (["statement:it"], set()),
        (["NOT", "bakes"], set()),
        (['"', "*", "^", "(", ":", "-"], set()),
    ],
)
def test_what_is_found(at: Desk, texts: list[str], wanted: set[str]) -> None:
    assert ids(at, *texts) == wanted


def test_where_it_matched_and_what_is_better(at: Desk) -> None:
    [hit] = search.search(at.store.path, ["people", "everybody"]).hits
    assert hit.fields == ("statement", "title", "attribute")
    assert {hit.fields for hit in search.search(at.store.path, ["街角"]).hits} == {("name",)}
    first, *others = search.search(at.store.path, ["rye"]).hits
    assert others
    found = search.search(at.store.path, ["rye"], most=1)
    assert (found.hits, found.count) == ((first,), 1 + len(others))


def test_a_name_that_is_near_is_hinted(at: Desk) -> None:
    def told(*texts: str, choice: Choice | None = None) -> str:
        return search.search(at.store.path, list(texts), choice or Choice()).hint

    assert told("cornr", "shop") == "nothing has 'cornr'; did you mean 'Corner Shop'?"
    assert told("Rye", "qqqqqqqqqqqqqqqqqqqq") == "nothing has 'qqqqqqqqqqqqqqqqqqqq'"
    assert told("Corner", "qq", "zz") == "nothing has 'qq' or 'zz'"
    assert told("loaves") == ""
    assert told("loaves", "everybody") == "no claim has all of the words; 'loaves' is in 1, 'everybody' is in 1"
    assert told("loaves", choice=Choice(mode="rumour")) == "", "the filter may be why"
    assert told("--") == ""


def test_a_title_alone_is_an_answer_only_where_there_is_no_other(at: Desk) -> None:
    text = new_claim("told").replace("It bakes.", "Everybody knows what people say.")
    at.store.add(corpus(text, at.store.knowledge()), "told")
    assert ids(at, "say") == {"told"}
    assert ids(at, "say", choice=Choice(source="gossip")) == {"famous", "owner"}
    assert ids(at, "say", "everybody") == {"told", "famous"}, "a title and a statement"


def test_what_is_asked_comes_after_what_is_said(at: Desk) -> None:
    text = new_claim("told").replace("It bakes.", "Famous for all time.")
    at.store.add(corpus(text, at.store.knowledge()), "told")
    found = search.search(at.store.path, ["famous"]).hits
    assert [hit.claim.id for hit in found] == ["ledger:told", "gossip:famous"]


def test_a_holder_is_found_under_any_name(at: Desk) -> None:
    text = "entities:\n  - {id: her cook, kind: party, names: {zh: [面点师], en: [Ann]}}\n"
    at.store.add(corpus(text, at.store.knowledge()), "cook")
    assert (ids(at, "面点"), ids(at, "Ann")) == ({"ratio"}, {"ratio"})
    assert search.search(at.store.path, ["Ann"]).hits[0].fields == ("holder",)


# ------------------------------------------------------------------------------------------------ filters


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        (Choice(), {"bread", "sold", "ratio", "famous", "night", "owner", "rules", "quoted"}),
        (Choice(subject="Rye"), {"bread", "sold", "ratio", "famous", "quoted", "night"}),
        (Choice(subject="Rye and Sons/night"), {"night"}),
        (Choice(subject="le pétrin"), {"owner", "rules"}),
        (Choice(attribute="bakery.bread"), {"bread", "sold", "ratio", "rules", "quoted"}),
        (Choice(attribute="bakery"), {"bread", "sold", "ratio", "rules", "famous", "owner", "quoted"}),
        (Choice(source="gossip"), {"famous", "owner"}),
        (Choice(holder="her cook"), {"ratio"}),
        (Choice(holder="a gossip"), {"quoted"}),
        (Choice(mode="opinion"), {"famous"}),
        (Choice(mode="statement"), {"bread", "sold", "ratio", "night", "owner", "rules"}),
        (Choice(firmness="hedged"), {"quoted"}),
        (Choice(kind="link"), {"owner"}),
        (Choice(subject="Rye", attribute="bakery.bread", mode="rumour"), {"quoted"}),
        (Choice(subject="Old Rye"), set()),
    ],
)
def test_a_choice_is_the_same_wherever_it_is_made(at: Desk, choice: Choice, wanted: set[str]) -> None:
    everything = {name.partition(":")[2] for name in kept.chosen(at.store.path, choice)}
    assert everything == wanted
    then = storepast.chosen(at.store.path, at.store.counts()["change"], choice)
    assert {name.partition(":")[2] for name in then} == wanted
    at.verdicts()
    listed = kept.verdicts(at.store.path, None, choice)
    assert listed is not None
    assert {claim.id.partition(":")[2] for claim, _ in listed} == wanted
    assert ids(at, "it", choice=choice) == wanted & ids(at, "it")


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Choice(subject="Cornr Shop"), "did you mean 'Corner Shop'"),
        (Choice(attribute="bakery.bred"), "did you mean 'bakery.bread'"),
        (Choice(attribute="baker"), "did you mean 'bakery'"),
        (Choice(source="ledgr"), "did you mean 'ledger'"),
        (Choice(holder="her cok"), "did you mean 'her cook'"),
        (Choice(mode="rumor"), "did you mean 'rumour'"),
        (Choice(firmness="plane"), "did you mean 'plain'"),
        (Choice(kind="quantities"), "did you mean 'quantity'"),
    ],
)
def test_a_word_that_names_nothing(at: Desk, choice: Choice, told: str) -> None:
    at.verdicts()
    for ask in (
        kept.chosen,
        lambda path, choice: kept.verdicts(path, None, choice),
        lambda path, choice: storepast.chosen(path, 2, choice),
    ):
        with pytest.raises(Unknown, match=told):
            ask(at.store.path, choice)


def test_a_choice_of_the_past_is_made_of_what_was_known_then(at: Desk) -> None:
    at.store.write(lambda db: storeedits.retract(db, ["ledger:ratio"], "wrong"))
    text = re.sub(r"(subject: |within: |Sons, )Rye\b", r"\1Wheat", BAKERY.replace("mode: opinion", "mode: rumour"))
    at.store.add(corpus(text, at.store.knowledge(claims=True)), "revised")

    def listed(change: int, **wanted: str) -> set[str]:
        past = chronicle.past(at.store, str(change))
        return {claim.id.partition(":")[2] for claim, _ in past.verdicts(None, Choice(**wanted))}

    assert listed(1, source="ledger") == {"bread", "sold", "ratio", "night", "rules"}
    assert listed(2, source="ledger") == {"bread", "sold", "ratio", "night", "rules", "quoted"}
    assert listed(3, source="ledger") == {"bread", "sold", "night", "rules", "quoted"}
    assert [listed(change, mode="opinion") for change in (2, 3, 4)] == [{"famous"}, {"famous"}, set()]
    assert [listed(change, mode="rumour") for change in (1, 2, 4)] == [set(), {"quoted"}, {"quoted", "famous"}]
    assert listed(2, holder="her cook", attribute="bakery") == {"ratio"}
    with pytest.raises(Unknown, match="no holder 'her cook'"):
        listed(3, holder="her cook")
    with pytest.raises(Unknown, match="no holder 'A Gossip'"):
        listed(1, holder="A Gossip")
    assert listed(3, subject="rye") == {"bread", "sold", "famous", "quoted", "night"}
    with pytest.raises(Unknown, match="no entity 'Rye'"):
        listed(4, subject="Rye")
    with pytest.raises(Unknown, match="no entity 'Le Pétrin'"):
        listed(1, subject="Le Pétrin")


def test_a_holder_is_found_together_with_others_and_that_is_said(at: Desk) -> None:
    text = (
        new_claim("joint")
        .replace("Old Rye", "Old Rye and her cook")
        .replace("value: 7 kg", "value: 7 kg, mode: rumour")
    )
    at.store.add(corpus(text, at.store.knowledge()), "joint")
    choice = Choice(holder="old rye", mode="rumour")
    assert {"ledger:joint"} <= kept.chosen(at.store.path, choice)
    claims = at.store.knowledge(claims=True).claims
    [told] = hints.beside((claims[id_] for id_ in kept.chosen(at.store.path, choice)), choice)
    assert told == "with 'old rye' are taken in the holders 'Old Rye and her cook'"
    assert "ledger:joint" in kept.chosen(at.store.path, Choice(holder="her cook"))
    with pytest.raises(Unknown, match="no holder 'ld Rye'"):
        kept.chosen(at.store.path, Choice(holder="ld Rye"))


def test_a_list_of_nothing_says_what_there_would_be(at: Desk) -> None:
    def count(choice: Choice, wanted: Verdict | None) -> int:
        return len(kept.verdicts(at.store.path, wanted, choice) or ())

    at.verdicts()
    found = hints.instead(Choice(subject="Corner Shop", mode="opinion"), Verdict.IMPOSSIBLE, count)
    assert found == ""
    found = hints.instead(Choice(subject="Corner Shop", mode="opinion"), None, count)
    assert found == "nothing; 1 without --subject, 2 without --mode"
    assert hints.instead(Choice(subject="Old Rye"), None, count).endswith(" with --holder in the place of --subject")
    assert hints.instead(Choice(subject="Corner Shop"), Verdict.HOLDS, count) == "nothing; 2 without --verdict"


def test_verdicts_are_told_while_they_are_fresh(at: Desk) -> None:
    before = search.search(at.store.path, ["everybody"])
    assert not before.judged
    assert [hit.verdict for hit in before.hits] == [None]
    known = {claim.id: verdict for claim, verdict in at.verdicts()}
    found = search.search(at.store.path, ["it"])
    assert found.judged
    assert found.hits
    for hit in found.hits:
        assert hit.verdict == (None if hit.claim.standing else known[hit.claim.id])
    assert ids(at, "it", verdict=Verdict.UNDETERMINED) == {
        hit.claim.id.partition(":")[2] for hit in found.hits if hit.verdict is Verdict.UNDETERMINED
    }


# ------------------------------------------------------------------------------------------------ the index


def test_what_is_revised_is_found_by_its_new_words_alone(at: Desk) -> None:
    at.store.add(corpus(BAKERY.replace("Loaves at", "Buns at"), at.store.knowledge(claims=True)), "revised")
    assert [hit.fields for hit in search.search(at.store.path, ["loaves"]).hits] == [("attribute",)]
    assert ids(at, "buns") == {"night"}
    assert ids(at, "街角") == set(), "the entity has lost its names"
    grown = dump(at.store.path)["wording"]
    at.store.rebuild()
    assert dump(at.store.path)["wording"] == grown


def test_a_new_claim_is_found(at: Desk) -> None:
    at.store.add(corpus(new_claim("a"), at.store.knowledge()), "a")
    assert "a" in ids(at, "bakes")


def test_a_store_without_an_index_is_told_in_one_line(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MODULE", "SELECT 0")
    with pytest.raises(Unsearchable, match=r"cannot be searched .*; expected SQLite with its FTS5 extension; ") as told:
        ids(at, "loaves")
    assert told.value.exit_code == 5


def test_what_grows_where_there_is_no_full_text_search_is_indexed_later(
    at: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.storewords.MODULE", "SELECT 0")
    at.store.add(corpus(new_claim("a"), at.store.knowledge()), "a")
    monkeypatch.undo()
    with pytest.raises(Damaged, match="no index of words"):
        ids(at, "bakes")
    at.store.rebuild()
    assert "a" in ids(at, "bakes")


SEARCH = """
import sys
from kb.cli import main
sys.argv = ["kb", "--db", sys.argv[1], *sys.argv[2:]]
try:
    main()
finally:
    print(sorted({"networkx", "numpy", "pint", "sqlalchemy"} & sys.modules.keys()))
"""


def test_searching_needs_no_engine_and_mends_what_it_needs(at: Desk) -> None:
    def run(*words: str) -> str:
        command = [sys.executable, "-c", SEARCH, str(at.store.path), *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, encoding="utf-8").stdout

    found = run("search", "面包", "--format", "csv")
    assert found.endswith("[]\n")
    tamper(at.store.path, "DROP TABLE wording")
    assert run("search", "面包", "--format", "csv").rpartition("[")[0] == found.rpartition("[")[0]
    assert run("search", "qqqqq") == "nothing\n[]\n"
    assert run("query", "SELECT id FROM claims WHERE id = 'ledger:sold'") == "id\nledger:sold\n[]\n"
