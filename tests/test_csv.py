"""Tables of claims: what a claim file would say, said in rows; and every cell that cannot be read, with its place."""

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import corpus, lists
from kb.exporting import text_of
from kb.importers import importers
from kb.importers._claims import NAMES
from kb.knowledge import Corpus, Knowledge
from kb.model import Claim, Entity, Mode, Severity, SourceKind
from kb.store import Store

ROOT = Path(__file__).resolve().parent.parent
HARBOUR = b"""
units: ["turbine = [turbine]", "watt = [power] = W", mega- = 1e6 = M]
kinds:
  - {id: farm, meaning: Turbines on one cable., links: {within: {to: farm, wider: true}}}
  - {id: party, meaning: Somebody.}
keys:
  - {id: season, meaning: Part of the year., values: {year: {summer: null, winter: null}}}
  - {id: mode, meaning: Shares its name with a field., values: {idle: null, busy: null}}
attributes:
  - {id: farm.turbines, about: farm, meaning: How many., unit: turbine, count: true, integer: true}
  - {id: farm.power, about: farm, meaning: How much., unit: W, keys: {season: {parts: mean}, mode: {parts: own}}}
  - {id: farm.colour, about: farm, meaning: Which colours., type: term, single: many, terms: [red, "blue, pale"]}
  - {id: farm.smell, about: farm, meaning: What it smells of., type: term, single: many}
  - {id: farm.safe, about: farm, meaning: Whether it is safe., type: yes-no}
  - {id: farm.opened, about: farm, meaning: When it opened., type: date}
  - {id: farm.effect, about: farm, meaning: What it does., type: effect}
sources: [{id: gazette, kind: article, title: The news}]
entities:
  - {id: North Bank, kind: farm, names: {en: [The Bank]}}
  - {id: South Bank, kind: farm}
  - {id: Ann, kind: party}
claims: [{id: old, statement: It is there., subject: North Bank, attribute: farm.turbines, value: 9 turbine,
  holders: [Ann], source: {cite: gazette, at: p9}}]
"""
HARBOUR_READ = corpus.read([("harbour.yaml", HARBOUR)])
assert not HARBOUR_READ.errors, HARBOUR_READ.errors
BASE = HARBOUR_READ.knowledge
ROW = {
    "id": "size",
    "statement": "The North Bank has 60 turbines.",
    "subject": "North Bank",
    "attribute": "farm.turbines",
    "value": "60 turbine",
    "holders": "Harbour Gazette",
}
POWER = {"attribute": "farm.power", "value": "about 210 MW"}


def table(*rows: Mapping[str, str]) -> bytes:
    header = list(dict.fromkeys(name for row in rows for name in row))
    return lines(header, *([row.get(name, "") for name in header] for row in rows))


@pytest.mark.parametrize("text", ["=2+3 turbines, says a cell.", "'=2+3", "@home", "-SUM(1)", "- a list", "plain"])
def test_what_a_list_guards_from_spreadsheets_is_read_as_it_was(text: str) -> None:
    written = lists.as_csv([ROW | {"statement": text, "note": text}], [*ROW, "note"])
    claim = only(read(written.encode()))
    assert (claim.statement, claim.note) == (text, text)


def lines(*records: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(records)
    return out.getvalue().encode()


def read(data: bytes, base: Knowledge = BASE, name: str = "leak.csv") -> Corpus:
    return importers()["csv"](data, name, base)


def row(**cells: str) -> dict[str, str]:
    return ROW | {name.replace("__", "."): text for name, text in cells.items()}


def only(found: Corpus) -> Claim:
    assert found.troubles == ()
    [id_] = found.new.claims
    return found.knowledge.claims[id_]


def told(found: Corpus) -> list[str]:
    return [f"{trouble.place.partition(':')[2]} {trouble.message}" for trouble in found.troubles]


# ------------------------------------------------------------------------------------------------ what it says


def test_a_row_is_a_claim_and_the_table_is_its_source() -> None:
    found = read(table(ROW))
    claim = only(found)
    assert (claim.id, claim.subject, claim.value.text) == ("table-leak:size", "North Bank", "60 turbine")
    assert (claim.holders, claim.source.cite, claim.source.at) == (("Harbour Gazette",), "table-leak", "r2")
    assert (claim.mode, claim.scope, claim.note) == (Mode.STATEMENT, {}, None)
    source = found.knowledge.sources["table-leak"]
    assert (source.kind, source.title) == (SourceKind.DATASET, "Table of claims, leak.csv")
    assert found.places == {"table-leak:size": "leak.csv:2:1"}


def test_a_table_that_cites_makes_no_source() -> None:
    found = read(table(row(cite="gazette", at="p1.s0")))
    assert only(found).id == "gazette:size"
    assert found.new.sources == ()


def test_every_field_of_a_claim_has_a_column() -> None:
    cells = row(
        **POWER,
        cite="gazette",
        at="p1.s0",
        span="212-223",
        digest="0" * 64,
        holders="Harbour Gazette > Ann",
        mode="rumour",
        firmness="hedged",
        slack="1.5",
        note="Hm.",
        season="winter",
        scope__mode="busy",
        inferred="season, mode",
        rests_on="old as input, gazette:old as premise",
    )
    claim = only(read(table(cells)))
    said = """
defaults: {cite: gazette}
claims:
  - {id: size, statement: The North Bank has 60 turbines., subject: North Bank, attribute: farm.power,
     value: about 210 MW, holders: [Harbour Gazette, Ann], mode: rumour, firmness: hedged, slack: 1.5, note: Hm.,
     scope: {season: winter, mode: busy}, inferred: [season, mode],
     source: {at: p1.s0, span: [212, 223], digest: "DIGEST"},
     rests_on: [{claim: old, as: input}, {claim: old, as: premise}]}
""".replace("DIGEST", "0" * 64)
    assert claim == only(corpus.read([("leak.yaml", said.encode())], BASE))


@pytest.mark.parametrize(
    ("attribute", "text", "value"),
    [
        ("farm.colour", "red", "red"),
        ("farm.colour", "red; blue, pale", "[red, 'blue, pale']"),
        ("farm.smell", "salt, and tar", "'salt, and tar'"),
        ("farm.safe", "TRUE", "true"),
        ("farm.opened", "2031-05", "'2031-05'"),
        ("farm.within", "South Bank", "South Bank"),
        ("farm.effect", "raises farm.power", "{raises: farm.power}"),
        ("farm.effect", "lowers farm.power of south bank", "{lowers: farm.power, of: South Bank}"),
        ("farm.power", "high", "{terms: [high]}"),
        ("farm.power", "undisclosed", "undisclosed"),
        ("farm.turbines", "none", "none"),
    ],
)
def test_a_cell_says_what_a_file_says_in_its_own_form(attribute: str, text: str, value: str) -> None:
    said = f"""
defaults: {{cite: gazette, holders: [Harbour Gazette]}}
claims: [{{id: size, statement: The North Bank has 60 turbines., subject: North Bank, attribute: {attribute},
  value: {value}, source: {{at: p1}}}}]"""
    claim = only(read(table(row(attribute=attribute, value=text, cite="gazette", at="p1"))))
    assert claim == only(corpus.read([("leak.yaml", said.encode())], BASE))


def test_terms_can_be_announced() -> None:
    claim = only(read(table(row(attribute="farm.smell", value="salt; tar", complete="no", announced="3"))))
    assert (claim.value.terms, claim.value.complete, claim.value.announced) == (("salt", "tar"), False, "3")


def test_a_column_of_kinds_makes_the_subjects_known() -> None:
    rows = [row(id=id_, subject=name, kind=kind) for id_, name, kind in (("a", "West", "farm"), ("b", "west", "farm"))]
    found = read(table(*rows, row(id="c", subject="West"), row(id="d", subject="The Bank", kind="farm")))
    assert found.troubles == ()
    assert found.new.entities == ("West",)
    assert found.knowledge.entities["West"] == Entity(id="West", kind="farm")
    subjects = [found.knowledge.claims[id_].subject for id_ in found.new.claims]
    assert subjects == ["West", "West", "West", "North Bank"]


def test_names_of_columns_may_be_in_capitals_and_blank_columns_and_rows_say_nothing() -> None:
    header = [name.upper() for name in ROW]
    blank = [""] * (len(header) + 1)
    found = read(lines([*header, ""], blank, [*ROW.values(), " "], blank))
    assert only(found).source.at == "r3"
    assert found.places == {"table-leak:size": "leak.csv:3:1"}


def test_a_link_that_nobody_knows_is_a_warning_as_in_a_file() -> None:
    [trouble] = read(table(row(attribute="farm.within", value="Nowhere"))).troubles
    assert (trouble.severity, trouble.place) == (Severity.WARNING, "leak.csv:2:5")
    assert "declare it in a claim file" in trouble.message


# ------------------------------------------------------------------------------------------------ what it cannot say


@pytest.mark.parametrize(
    ("cells", "place", "words"),
    [
        ({"subject": "Nord Bank"}, "2:3", ["no farm 'Nord Bank'", "did you mean 'North Bank'", "a column kind"]),
        ({"attribute": "farm.turbine"}, "2:4", ["did you mean 'farm.turbines'", "in a claim file"]),
        ({"value": "lots"}, "2:5", ["'lots' is not a quantity"]),
        ({"value": "60.5 turbine"}, "2:5", ["expected a whole number"]),
        ({"value": "60 MW"}, "2:5", ["dimension"]),
        ({"value": "=1+1"}, "2:5", ["'=1+1' is not a quantity"]),
        ({"holders": "Ann > > Bob"}, "2:6", ["at least 1 character"]),
        ({"holders": " "}, "2:6", ["no holders", "' > '", "fill the cell"]),
        ({"statement": ""}, "2:2", ["no statement", "in words of your own"]),
        ({"statement": "a\0b"}, "2:2", [r"'\x00'", "delete it"]),
        ({"statement": "x" * 100_000}, "2:2", ["at most 2000 characters"]),
        ({"value": "1" * 100_000}, "2:5", ["at most 500 characters"]),
        ({"id": "x" * 1000}, "2:1", ["at most 240 characters"]),
        ({"id": "gazette:size"}, "2:1", ["an id of another source", "a column cite"]),
        ({"subject": "x" * 100_000}, "2:3", ["no farm"]),
        ({"mode": "rumor"}, "2:7", ["did you mean 'rumour'"]),
        ({"slack": "much"}, "2:7", ["expected a number"]),
        ({"span": "7"}, "2:7", ["span"]),
        ({"season": "winter"}, "2:7", ["farm.turbines has no key season"]),
        ({**POWER, "season": "wintr"}, "2:7", ["did you mean 'winter'"]),
        ({"cite": "gazett", "at": "p1"}, "2:7", ["no source 'gazett'", "did you mean 'gazette'"]),
        ({"cite": "", "at": "p1"}, "2:7", ["no cite"]),
        ({"cite": "gazette", "at": ""}, "2:8", ["no at"]),
        ({"kind": "frm", "subject": "West"}, "2:7", ["no kind", "did you mean 'farm'"]),
        ({"kind": "party"}, "2:7", ["kind 'party', but North Bank is a farm", "one kind"]),
        ({"than": "Ann"}, "2:7", ["than of farm.turbines is a farm"]),
    ],
)
def test_what_cannot_be_read_is_told_at_its_cell(cells: dict[str, str], place: str, words: list[str]) -> None:
    found = read(table(ROW | cells))
    assert not found.new.claims
    line = next(line for line in told(found) if line.startswith(f"{place} "))
    for word in words:
        assert word in line
    assert line.count("; ") >= 2
    assert len(line) < 500
    assert line.isprintable()


def test_everything_wrong_in_all_rows_is_told_in_their_order() -> None:
    wrong = row(id="", subject="Nobody", value="")
    places = [line.split(" ")[0] for line in told(read(table(wrong, ROW, row(statement="", attribute="x"))))]
    assert places == ["2:1", "2:3", "2:5", "4:2", "4:4"]


def test_a_newline_in_a_cell_moves_the_lines_below_but_not_the_rows() -> None:
    found = read(table(row(statement="Two\nlines."), row(id="two", value="?"), row(id="three")))
    assert [line.split(" ")[0] for line in told(found)] == ["4:5"]
    assert found.knowledge.claims["table-leak:three"].source.at == "r4"
    assert found.knowledge.claims["table-leak:size"].statement == "Two\nlines."


def test_what_a_row_rests_on_must_be_there() -> None:
    [line] = told(read(table(row(rests_on="older as input"))))
    assert line.startswith("2:7 rests on 'table-leak:older', no claim")


def test_an_id_again_is_told_where_it_stands() -> None:
    [line] = told(read(table(ROW, ROW)))
    assert line.startswith("3:1 claim table-leak:size again (first in leak.csv:2:1)")


def test_a_subject_has_one_kind() -> None:
    found = read(table(row(subject="West", kind="farm"), row(id="two", subject="West", kind="party")))
    assert any("kind 'party', but West is a farm in leak.csv:2:7" in line for line in told(found))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["id", "holder"], {"1:1 no column 'statement'", "1:2 unknown column 'holder'; did you mean 'holders'?"}),
        ([*ROW, "saeson"], {"1:7 unknown column 'saeson'; did you mean 'season'?"}),
        ([*ROW, "scope.saeson"], {"1:7 unknown column 'scope.saeson'; did you mean 'scope.season'?"}),
        ([*ROW, "unit"], {"1:7 unknown column 'unit'"}),
        ([*ROW, "season", "scope.season"], {"1:8 'scope.season', a second column for the key season"}),
        ([*ROW, "ID"], {"1:1 column 'id' 2 times"}),
        ([*ROW, "cite"], {"1:1 no column 'at'"}),
        ([";".join(ROW)], {"1:1 columns parted by ';'"}),
        ([], {"1:1 an empty file"}),
    ],
)
def test_what_is_wrong_with_a_header(header: list[str], expected: set[str]) -> None:
    found = told(read(lines(header)))
    assert expected <= {line.partition("; expected")[0] for line in found}
    assert not any("no column 'holders'" in line for line in found)


def test_a_column_without_a_name_must_be_blank() -> None:
    [line] = told(read(lines([*ROW, ""], [*ROW.values(), "lost"], ["b", *list(ROW.values())[1:], "also"])))
    assert line.startswith("2:7 'lost' in a column without a name")


def test_verdicts_of_a_listing_are_left_aside_with_a_note() -> None:
    found = read(table(row(verdict="holds", matched="")))
    assert len(found.new.claims) == 1
    assert [trouble.severity for trouble in found.troubles] == [Severity.NOTE] * 2
    assert told(found)[0].startswith("1:7 column verdict, which Claimcheck makes itself")


@pytest.mark.parametrize("data", [b"\xff\xfei\0d\0", b"id,\xe9", b'id,"', b"", b"\0", b"\n\n\n", b"id\r\n1,2\r\n"])
def test_what_is_no_table_is_one_line_or_more(data: bytes) -> None:
    found = read(data)
    assert found.errors
    assert found.knowledge == BASE


def test_a_ragged_row_is_told_and_the_others_are_read() -> None:
    found = read(lines([*ROW], ["x"], [*ROW.values()], [*ROW.values(), "more"]))
    assert [line.split(";")[0] for line in told(found)] == ["2:1 1 cells", "4:1 7 cells"]
    assert found.new.claims == ("table-leak:size",)


def test_a_quote_that_is_never_closed_is_told_where_its_row_starts() -> None:
    found = read(table(row(statement="a\nb"), ROW) + b'x,"open\n\n')
    assert told(found)[-1].startswith("5:1 a row that breaks off")


def test_a_byte_order_mark_and_any_line_ends_are_no_part_of_the_table() -> None:
    plain = table(ROW)
    for data in (b"\xef\xbb\xbf" + plain, plain.replace(b"\r\n", b"\n"), plain.replace(b"\r\n", b"\r")):
        assert read(data) == read(plain)


def test_quotes_commas_and_formulas_are_text() -> None:
    said = '=HYPERLINK("x"), said Ann'
    claim = only(read(table(row(statement=said, note="=1+1"))))
    assert (claim.statement, claim.note) == (said, "=1+1")


def test_a_file_with_another_name_is_another_source() -> None:
    ids = {only(read(table(ROW), name=name)).source.cite for name in ("a.csv", "ä.csv", "ö.csv", "table.csv", "1.csv")}
    assert len(ids) == 5


CELLS = st.dictionaries(
    st.sampled_from([*NAMES, "season", "scope.mode", "verdict", "colour", ""]),
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(["North Bank", "West", "farm.power", "farm.smell", "farm.effect", "2 MW", "winter", "farm"]),
        st.sampled_from(["a > b", "old as input", "1-2", "raises farm.power", "gazette", "old", "p1", "rumour", "7"]),
    ),
    max_size=8,
)


@given(st.lists(CELLS, max_size=4), st.booleans())
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_its_cells_is_read_or_told(rows: list[dict[str, str]], whole: bool) -> None:
    told_rows = [(ROW if whole else {}) | cells for cells in rows]
    found = read(table(*told_rows))
    filled = sum(any(map(str.strip, cells.values())) for cells in told_rows)
    of_header = any(trouble.place.startswith("leak.csv:1:") for trouble in found.errors)
    assert of_header or len(found.new.claims) + len(found.errors) >= filled
    for trouble in found.troubles:
        assert re.fullmatch(r"leak\.csv:\d+:\d+", trouble.place)
        assert trouble.message.isprintable()
        assert trouble.message.count("; ") >= 2


# ------------------------------------------------------------------------------------------------ beside claim files


def test_the_same_claims_in_a_table_and_in_a_file_are_the_same_bodies(tmp_path: Path) -> None:
    """All that is shipped, told once as an export writes it, and once with its claims in a table."""
    whole = corpus.read(corpus.shipped()).knowledge
    frame = Knowledge(whole.vocabulary, whole.unit_lines, whole.entities, whole.sources)
    bodies = []
    for name in ("file", "table"):
        with Store.open(tmp_path / name) as store:
            store.add(corpus.read([("frame.yaml", text_of(frame).encode())]), "frame")
            base = store.knowledge(claims=True)
            if name == "file":
                made = corpus.read([("claims.yaml", text_of(whole).encode())], base)
            else:
                made = read(table(*map(cells, whole.claims.values())), base)
            assert made.errors == ()
            store.add(made, "claims")
            bodies.append(store.bodies())
    assert bodies[0] == bodies[1]
    assert sum(part == "claim" for part, _ in bodies[0]) == len(whole.claims)


def cells(claim: Claim) -> dict[str, str]:
    """A claim as a row."""
    value, source = claim.value, claim.source
    said = {
        **{name: str(text) for name, text in claim.model_dump(mode="json").items() if isinstance(text, str | float)},
        "value": "; ".join(value.terms) or value.text,
        "complete": {True: "yes", False: "no", None: ""}[value.complete],
        "announced": value.announced or "",
        "holders": " > ".join(claim.holders),
        "inferred": ", ".join(claim.inferred),
        "rests_on": ", ".join(f"{rest.claim} as {rest.role.value}" for rest in claim.rests_on),
        "cite": source.cite,
        "at": source.at,
        "span": "-".join(map(str, source.span or ())),
        "digest": source.digest or "",
    }
    return said | {f"scope.{key}": value for key, value in claim.scope.items()}


# ------------------------------------------------------------------------------------------------ the command


def test_the_command_stores_all_or_nothing_unless_told_to_keep_the_good(tmp_path: Path) -> None:
    (tmp_path / "harbour.yaml").write_bytes(HARBOUR)
    leak = tmp_path / "leak.csv"

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kb", "--db", "kb.sqlite", "import", *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    def stored() -> int:
        with Store.open(tmp_path / "kb.sqlite") as store:
            return store.counts()["claim"]

    assert run("--fresh", "harbour.yaml").returncode == 0
    leak.write_bytes(table(ROW, row(id="two", value="?"), row(id="gazette:old", value="8 turbine")))
    refused = run("csv", "leak.csv")
    assert refused.returncode == 3
    assert [line.split(" ")[0] for line in refused.stderr.splitlines()] == ["leak.csv:3:5:", "leak.csv:4:1:", "kb:"]
    assert stored() == 1
    run("csv", "leak.csv", "--keep-good")
    assert stored() == 2, "and nothing of the gazette is revised"
    leak.write_bytes(table(ROW, row(id="two")))
    assert "1 claim new, 1 source unchanged, 1 claim unchanged" in run("csv", "leak.csv").stderr
    assert stored() == 3
