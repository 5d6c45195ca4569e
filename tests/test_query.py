"""Questions in SQL, graphs and lists as data: what the docs promise, and nothing but reading."""

import csv
import io
import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kb import graphforms, keeping, lists
from kb.cli import asking, looking, naming
from kb.cli._shell import app, out
from kb.desk import Desk
from kb.errors import Ambiguous, NotFound
from kb.graph import Key, Sort, around
from kb.model import Verdict
from kb.outcomes import outcomes
from kb.query import Stale, Wrong, ask
from kb.store import Store
from kb.storeviews import JUDGED, VIEWS
from tests.bakery import FIRST, corpus, dump, new_claim, tamper
from tests.commands import Kb, Stream

ROOT = Path(__file__).resolve().parent.parent
DOCS = re.findall(
    r"^\| `(\w+)` \| ([^|]*) \| `(SELECT [^`]*)` \|$", (ROOT / "docs" / "store.md").read_text("utf-8"), re.MULTILINE
)
ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT {} FROM t"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with Desk(Store.open(tmp_path / "kb.sqlite")) as made:
        made.store.add(FIRST, "bakery.yaml")
        yield made


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped corpora, examined."""
    with Desk.open(tmp_path_factory.mktemp("shipped") / "kb.sqlite") as at:
        at.examine_and_keep()
        return at.store.path


# ------------------------------------------------------------------------------------------------ the views


def test_the_docs_name_every_view() -> None:
    assert [name for name, *_ in DOCS] == list(VIEWS)


@pytest.mark.parametrize(("view", "columns", "example"), DOCS)
def test_every_column_and_every_example_of_the_docs(shipped: Path, view: str, columns: str, example: str) -> None:
    found = ask(shipped, f"SELECT * FROM {view}", 1, 60)
    assert [f"`{column}`" for column in found.columns] == columns.split(", ")
    assert found.rows
    assert f"FROM {view}" in example
    assert ask(shipped, example, 5, 60).columns


def test_the_views_say_what_the_record_says(at: Desk) -> None:
    claims = at.store.knowledge(claims=True).claims.values()
    names = "id, statement, subject, attribute, value, kind, than, mode, firmness, standing, source, at, note"
    assert ask(at.store.path, f"SELECT {names} FROM claims ORDER BY number", 100, 60).rows == [
        [
            *(c.id, c.statement, c.subject, c.attribute, lists.value_of(c), c.value.kind.value, c.than, c.mode.value),
            *(c.firmness.value, c.standing.value if c.standing else None, c.source.cite, c.source.at, c.note),
        ]
        for c in claims
    ]
    held = [[c.id, i, holder] for c in claims for i, holder in enumerate(c.holders)]
    assert ask(at.store.path, "SELECT * FROM holders", 100, 60).rows == held


def test_what_an_examination_found_is_there_while_it_is_fresh(at: Desk) -> None:
    def is_stale() -> bool:
        for view in (*JUDGED, "verdictrow", "Inputs"):
            with pytest.raises(Stale, match="expected one that can be written"):
                ask(at.store.path, f"WITH a AS (SELECT * FROM {view}) SELECT count(*) FROM a", 1, 60)
        return ask(at.store.path, "SELECT count(*) FROM claims", 1, 60).rows == [[7]]

    assert is_stale()
    at.verdicts()
    assert ask(at.store.path, "SELECT count(*) FROM verdicts", 1, 60).rows == [[7]]
    tamper(at.store.path, "UPDATE stamp SET text = 'other' WHERE name = 'judged code'")
    assert is_stale(), "other code found it"
    at.verdicts()
    at.store.add(corpus(new_claim("a"), at.store.knowledge()), "a")
    with closing(sqlite3.connect(at.store.path)) as db:
        assert [db.execute(f"SELECT count(*) FROM {view}").fetchone() for view in JUDGED] == [(0,)] * len(JUDGED)


def test_a_question_to_what_is_found_has_it_found_first(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at.leave_shipped()
    question = "SELECT verdict, count(*) AS n FROM verdicts GROUP BY verdict"
    words = ["--db", str(at.store.path), "query", question, "--format", "json"]
    monkeypatch.setattr(keeping, "keep", lambda *_: False)  # as where nothing can be written
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, Stale)
    assert done.stdout == ""
    monkeypatch.undo()
    done = CliRunner().invoke(app, words)
    counts = {each["verdict"]: each["n"] for each in json.loads(done.stdout)}
    assert done.stderr == ""
    tally = at.examine().tally
    assert counts == {**{verdict.value: number for verdict, number in tally.items()}, "reference": 2}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("DELETE FROM change", "not authorized: a query only reads"),
        ("UPDATE latest SET number = 3", "not authorized"),
        ("INSERT INTO stamp VALUES ('a', 'b')", "not authorized"),
        ("DROP TABLE revision", "not authorized"),
        ("CREATE TEMP TABLE t (a)", "not authorized"),
        ("ATTACH ':memory:' AS m", "not authorized"),
        ("PRAGMA query_only = OFF", "not authorized"),
        ("VACUUM", "not authorized|cannot VACUUM"),
        ("COMMIT", "not authorized"),
        ("SELECT load_extension('x')", "not authorized"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELEC 1", "syntax error"),
        ("SELECT cake FROM claims", "no such column: cake"),
        ("SELECT * FROM cake", "no such table: cake"),
        ("SELECT ?", "bindings"),
        ("", "asks nothing"),
        ("-- nothing", "asks nothing"),
        ("SELECT '\0'", "null character"),
        ("SELECT '\ud800'", "surrogates"),
        ("SELECT hex(zeroblob(100000000))", "too big"),
        (ENDLESS.format("count(*)"), "no answer within 0.3 seconds"),
    ],
)
def test_what_is_no_question_is_one_line_and_changes_nothing(at: Desk, question: str, told: str) -> None:
    before = dump(at.store.path)
    with pytest.raises(Wrong, match=told) as caught:
        ask(at.store.path, question, 10, 0.3)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert dump(at.store.path) == before


def test_rows_are_limited_and_columns_are_distinct(at: Desk) -> None:
    found = ask(at.store.path, ENDLESS.format("n, n, x'00ff' AS n_2, NULL"), 3, 60)
    assert found.columns == ["n", "n_2", "n_2_2", "NULL"]
    assert found.rows == [[n, n, "X'00ff'", None] for n in (1, 2, 3)]
    assert found.more
    assert not ask(at.store.path, "SELECT 1", 1, 60).more


# ------------------------------------------------------------------------------------------------ graphs


def test_a_graph_has_what_is_kept_around_a_claim(shipped: Path) -> None:
    [[claim]] = ask(
        shipped, "SELECT claim FROM inputs WHERE claim IS NOT NULL GROUP BY claim ORDER BY count(*) DESC LIMIT 1", 1, 60
    ).rows
    found = around(shipped, str(claim), 1)
    assert found is not None
    data = graphforms.data(found)
    edges = {(edge["above"], edge["below"], edge["role"]) for edge in data["edges"]}
    taken = ask(shipped, f"SELECT application, slot FROM inputs WHERE claim = '{claim}'", 10_000, 60).rows
    assert taken
    assert {(f"#{number}", claim, slot) for number, slot in taken} <= edges
    given = ask(shipped, f"SELECT number FROM applications WHERE output = '{claim}'", 10_000, 60).rows
    assert {(claim, f"#{number}", "gives") for (number,) in given} <= edges
    assert {end for *ends, _ in edges for end in ends} == {node["id"] for node in data["nodes"]}


def test_a_graph_of_an_examination_is_that_of_what_is_kept(at: Desk) -> None:
    assert around(at.store.path, "bread", 3) is None
    found = outcomes(at.examine())
    fresh = around(at.store.path, "bread", 3, found._asdict())
    at.verdicts()
    assert around(at.store.path, "bread", 3) == fresh
    assert fresh is not None
    assert "ledger:sold" in {node["id"] for node in graphforms.data(fresh)["nodes"]}
    assert graphforms.text(fresh).count("  carries\n    input: ledger:sold  90 to 100 kg [") == 1


def test_steps_are_counted(at: Desk) -> None:
    at.verdicts()
    sizes = []
    for depth in range(3):
        found = around(at.store.path, "bread", depth)
        assert found is not None
        sizes.append(len(found.nodes))
    assert sizes[0] == 1 < sizes[1] <= sizes[2]


def test_a_circle_ends_and_is_marked(at: Desk) -> None:
    text = """
defaults: {cite: ledger, holders: [Old Rye]}
claims:
  - {id: one, statement: A., subject: Rye, attribute: bakery.famous, value: true, source: {at: z1},
     rests_on: [{claim: two, as: input}]}
  - {id: two, statement: B., subject: Rye, attribute: bakery.famous, value: true, source: {at: z2},
     rests_on: [{claim: one, as: evidence}]}
"""
    at.store.add(corpus(text, at.store.knowledge()), "circle", keep_good=True)
    at.verdicts()
    found = around(at.store.path, "one", 50)
    assert found is not None
    told = graphforms.text(found)
    assert told.count("(see above)") == 2
    assert [line.strip().partition(" ")[0] for line in told.splitlines()[1:]] == (
        ["rests", "input:", "evidence:", "carries", "evidence:", "input:"]
    )


def test_names_of_claims(at: Desk) -> None:
    at.verdicts()
    found = around(at.store.path, "ledger:bread", 0)
    assert found == around(at.store.path, "bread", 0)
    assert found is not None
    assert found.centre == Key(Sort.CLAIM, 0)
    with pytest.raises(NotFound, match="did you mean 'bread'"):
        around(at.store.path, "bred", 1)
    text = new_claim("bread").replace("cite: ledger", "cite: gossip")
    at.store.add(corpus(text, at.store.knowledge()), "another")
    at.verdicts()
    with pytest.raises(Ambiguous, match="ledger:bread, gossip:bread"):
        around(at.store.path, "bread", 1)


def test_a_drawing_quotes_what_it_names() -> None:
    assert graphforms.quoted('a "b" \\ c') == '"a \\"b\\" \\\\ c"'


@pytest.mark.parametrize("words", [["query", "SELECT * FROM claims"], ["search", "bread"]])
def test_a_limit_beyond_any_number_of_rows_is_none(kb: Kb, words: list[str]) -> None:
    done = kb(*words, "--limit", "99999999999999999999")
    assert (done.returncode, done.stdout) == (0, kb(*words).stdout)


HOSTILE = "SELECT 'a\x1b[31mb' || char(0) || char(8, 155) || '\x1b]0;t\x07' || char(8238) AS \"x\x1b[2Jy\""


def test_nothing_in_an_answer_is_obeyed_by_a_terminal(kb: Kb) -> None:
    shown = "a\\u001b[31mb\\u0000\\u0008\\u009b\\u001b]0;t\\u0007\\u202e"
    assert kb("query", HOSTILE).stdout == f"x\\u001b[2Jy\n{shown}\n"
    raw = "a\x1b[31mb\x00\x08\x9b\x1b]0;t\x07\u202e"
    assert json.loads(kb("query", HOSTILE, "--format", "json").stdout) == [{"x\x1b[2Jy": raw}]
    assert kb("query", HOSTILE, "--format", "csv").stdout == f"x\x1b[2Jy\r\n{raw}\r\n", "data is data"


def test_data_on_a_terminal_is_for_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, shown in ((True, "a\\u001b,b\n"), (False, "a\x1b,b\r\n")):
        stream = Stream(terminal=terminal)
        monkeypatch.setattr(sys, "stdout", stream)
        out("a\x1b,b\r\n", exact=True)
        assert stream.bytes.getvalue().decode() == shown


def test_no_file_name_is_obeyed_by_a_terminal(kb: Kb) -> None:
    name = "\x1b[31mred\x07.yaml"
    (kb.folder / name).write_text("entities: [{id: Someone, kind: party}]\n", encoding="utf-8")
    first = kb("import", name)
    assert first.returncode == 0, first.stderr
    assert "import \\u001b[31mred\\u0007.yaml" in kb("changes").stdout
    told = kb("changes"), kb("history", "Someone"), kb("check", f"no{name}"), kb("export", "-o", name)
    assert not any("\x1b" in each.stdout + each.stderr for each in told)


# ------------------------------------------------------------------------------------------------ lists as data


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2))
def test_values_come_back_from_csv(values: list[str]) -> None:
    text = lists.as_csv([dict(zip("ab", values, strict=True))], ["a", "b"])
    _, row = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert [lists.unguarded(cell) for cell in row] == values
    assert all(cell == lists.guarded(cell) or cell.startswith("'") for cell in row)


def test_csv_is_quoted_where_it_must_be() -> None:
    record = {"a": "=1", "b": 'x"y', "c": None, "d": -1.5, "e": "two\nlines", "f": "plain"}
    assert lists.as_csv([record], list("abcdef")) == 'a,b,c,d,e,f\r\n\'=1,"x""y",,"-1.5","two\nlines",plain\r\n'


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|'x'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "'=1",
        "-HYPERLINK(1)",
        "＝1",
        "- a",
    ],
)
def test_a_text_is_no_formula_of_a_spreadsheet(text: str) -> None:
    assert (lists.guarded(text), lists.unguarded(f"'{text}")) == (f"'{text}", text)
    assert lists.unguarded(lists.guarded(f"'{text}")) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-5", "-5 kg", "+3.2 %", "-5 to -7 °C", "-1e-05", "- 5", "'tis", "plain", "", "'", "-.5"]
)
def test_a_figure_stays_as_it_is(text: str) -> None:
    assert lists.guarded(text) == lists.unguarded(text) == text


def test_a_list_has_the_fields_of_a_claim_file() -> None:
    claims = FIRST.knowledge.claims
    records = lists.claims((claims[id_], Verdict.HOLDS) for id_ in ("ledger:sold", "ledger:ratio"))
    assert records[1]["holders"] == "Old Rye > her cook"
    assert (records[1]["value"], records[1]["than"]) == ("3", "Corner Shop")
    assert records[0]["scope"] == {"counted": "sold", "grain": "rye"}
    rows = list(csv.DictReader(io.StringIO(lists.as_csv(*lists.spread(records, lists.CLAIM)))))
    assert [row["scope.counted"] for row in rows] == ["sold", ""]
    assert [rows[0][name] for name in ("mode", "firmness", "cite", "at")] == ["statement", "plain", "ledger", "r1.sold"]
    told = lists.shown(records, [claims["ledger:sold"], claims["ledger:ratio"]], ["id", "value", "statement"], 120)
    assert "3 compared with Corner Shop" in told


@pytest.mark.parametrize("words", [["list"], ["search", "the", "--limit", "1000"]])
def test_what_is_listed_can_be_read_back_as_it_is(shipped: Path, tmp_path: Path, words: list[str]) -> None:
    run = CliRunner()
    text = run.invoke(app, ["--db", str(shipped), *words, "--format", "csv"]).stdout_bytes
    with Desk.open(shipped) as at:
        (tmp_path / "claims.csv").write_bytes(text)
        made = at.read(str(tmp_path / "claims.csv"), "csv")
        known = at.store.knowledge(claims=True).claims
    assert made.new.claims
    assert {id_ for id_ in made.new.claims if made.knowledge.claims[id_] != known[id_]} == set()


def test_what_would_be_found_is_told_beside_the_data(at: Desk) -> None:
    at.leave_shipped()
    at.verdicts()
    words = ["--db", str(at.store.path), "list", "--format", "csv"]
    done = CliRunner().invoke(app, [*words, "--subject", "Corner Shop", "--mode", "opinion"])
    assert done.stdout.splitlines() == [",".join(lists.CLAIM)]
    assert done.stderr == "nothing; 1 without --subject, 1 without --mode\n"
    done = CliRunner().invoke(app, [*words, "--subject", "Rye and Sons/night"])
    assert done.stderr == "nothing that is judged: 1 reference, which kb search finds\n"
    done = CliRunner().invoke(app, [*words, "--holder", "cook"])
    assert "her cook" in done.stdout
    assert done.stderr == "with 'cook' are taken in the holders 'her cook'\n"


COMMANDS = {
    "list": ["list"],
    "search": ["search", "the"],
    "query": ["query", "SELECT * FROM claims"],
    "derivations": ["derivations"],
    "attributes": ["attributes"],
    "entities": ["entities"],
    "checks": ["checks"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_json_and_csv_have_the_same_columns_and_rows(shipped: Path, command: str) -> None:
    assert all(module.__doc__ for module in (asking, looking, naming))  # imported, so that `app` has their commands
    run, forms = CliRunner(), {}
    for form in ("json", "csv"):
        done = run.invoke(app, ["--db", str(shipped), *COMMANDS[command], "--format", form])
        assert done.exit_code == 0
        forms[form] = done.stdout_bytes.decode()
    records = json.loads(forms["json"])
    rows = list(csv.DictReader(io.StringIO(forms["csv"], newline="")))
    assert records
    records, _ = lists.spread(records, list(records[0]))  # JSON has mappings, CSV a column for each key
    assert [list(row) for row in rows] == [list(record) for record in records]
    assert rows == [{key: "" if value is None else str(value) for key, value in each.items()} for each in records]
