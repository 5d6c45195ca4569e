"""The command as its user meets it: streams, exit codes, both forms of output, and that nothing is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Set
from pathlib import Path

import pytest

from kb.cli.filing import told as receipt_told
from kb.storehistory import Receipt
from tests.bakery import tamper
from tests.commands import Kb

LEAK = """
sources:
  - {id: ferry-leak, kind: article, title: Notes on the Birch run}
entities:
  - {id: Birch, kind: model}
defaults: {cite: ferry-leak, holders: [A newsletter]}
claims:
  - {id: dense, statement: It has no experts., subject: Birch, attribute: moe.experts, value: none, source: {at: p0}}
  - {id: size, statement: Birch has 20 billion weights., subject: Birch, attribute: parameters.total,
     value: 20 billion param, source: {at: p0.s0}}
  - {id: data, statement: It saw 3.0 trillion tokens., subject: Birch, attribute: data.tokens, scope: {counted: seen},
     value: 3.0 trillion token, source: {at: p0.s1}}
  - {id: work, statement: Training took 3.6e24 FLOP., subject: Birch, attribute: training.compute,
     value: 3.6e24 FLOP, source: {at: p0.s2}}
"""


@pytest.fixture
def kb(kb: Kb) -> Kb:
    (kb.folder / "leak.yaml").write_text(LEAK, encoding="utf-8")
    (kb.folder / "broken.yaml").write_text("claims: [{id: 3", encoding="utf-8")
    return kb


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["report"], 0),
        (["add", "-", "--dry-run"], 0),
        (["check", "leak.yaml", "--fail-on", "warning"], 1),
        (["list", "--verdict", "hold"], 2),
        (["report", "--format", "nonsense"], 2),
        (["import", "broken.yaml"], 3),
        (["show", "nothing"], 4),
        (["--db", "leak.yaml", "report"], 5),
    ],
)
def test_a_process_says_what_this_one_says(kb: Kb, words: list[str], code: int) -> None:
    """All other tests may run the command in this process, and believe it."""
    there, here = kb.process(*words, given=LEAK), kb(*words, given=LEAK)
    assert (there.returncode, there.stdout, named(there.stderr)) == (code, here.stdout, named(here.stderr))
    assert here.returncode == code


def named(errors: str) -> str:
    """Errors in which the command has one name, however it was started."""
    return re.sub(r"python -m [\w.]+", "kb", errors)


def test_the_report_is_plain_text_of_the_width_asked_for(kb: Kb) -> None:
    done = kb.wide(80)("report")
    assert done.stdout.startswith("Claimcheck report · ")
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert {"HOLDS", "NOT CHECKED"} <= set(done.stdout.splitlines())
    long = [line for line in done.stdout.splitlines() if len(line) > 80 and " " in line.strip()]
    assert long == []


def test_the_example_of_a_claim_file_checks_clean_by_itself_and_beside_everything_else(kb: Kb) -> None:
    text = (Path(__file__).parents[1] / "claims" / "README.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (kb.folder / "farm.yaml").write_text(example, encoding="utf-8")
    clean = "0 errors, 0 warnings, 0 notes; sources that these files do not speak of are compared after kb import\n"
    beside = kb("check", "farm.yaml", "--fail-on", "note")
    assert (beside.returncode, beside.stdout) == (0, "")
    assert beside.stderr.endswith(clean), "and says of nothing that it revises it"
    fresh = kb("--db", "farm.sqlite", "import", "--fresh", "farm.yaml")
    assert (fresh.returncode, fresh.stderr.count("\n")) == (0, 1), fresh.stderr
    alone = kb("--db", "farm.sqlite", "check", "farm.yaml", "--fail-on", "note")
    assert (alone.returncode, alone.stdout) == (0, "")
    assert alone.stderr.endswith(clean)


def test_the_json_report_has_the_keys_that_the_docs_name(kb: Kb) -> None:
    report = json.loads(kb("report", "--format", "json").stdout)
    text = (Path(__file__).parents[1] / "docs" / "checking.md").read_text(encoding="utf-8")
    named = {match.removesuffix("[]") for match in re.findall(r"^\| `([a-z_\[\]]+)` \|", text, re.MULTILINE)}
    assert named
    assert named <= set(report)
    assert report["schema_version"] == 1
    assert {claim["verdict"] for claim in report["claims"]} >= {"holds", "undetermined"}
    for finding in report["findings"]:
        assert re.fullmatch(r"[a-z-]+-[0-9a-f]{6}", finding["id"])


def test_a_finding_keeps_its_id_when_a_value_changes(kb: Kb) -> None:
    ids = set()
    for value in ("3.6e24 FLOP", "7.2e24 FLOP"):
        file = kb.folder / "other.yaml"
        file.write_text(LEAK.replace("3.6e24 FLOP, source", f"{value}, source"), encoding="utf-8")
        [found] = json.loads(kb("check", "--format", "json", str(file)).stdout)["findings"]
        ids.add((found["id"], found["factor"] > 15))
    assert len({name for name, _ in ids}) == 1
    assert len(ids) == 2


def test_check_points_at_the_line_and_stores_nothing(kb: Kb) -> None:
    before = kb("list").stdout
    done = kb("check", "leak.yaml", "--fail-on", "warning")
    assert done.returncode == 1
    assert re.match(r"leak\.yaml:13:5: warning: states 3\.6e24 FLOP; compute_by_counting gives ", done.stdout)
    assert kb("check", "leak.yaml").returncode == 0
    assert kb("list").stdout == before


def test_an_import_is_acknowledged_and_then_there_to_be_shown_and_explained(kb: Kb) -> None:
    assert kb("import", "leak.yaml").stderr.startswith("stored as change ")
    assert kb("import", "leak.yaml").stderr.startswith("nothing new: ")
    assert "off" in kb("list", "--verdict", "off").stdout
    shown = kb("show", "work").stdout
    assert "compute_by_counting" in shown
    [finding] = re.findall(r"recompute-[0-9a-f]{6}", shown)
    told = kb("explain", finding).stdout
    assert "6 x 2e10 x 3e12 = 3.6e23 FLOP" in told
    assert "would fit" in told


def test_a_check_tells_what_concerns_the_file_alone_and_what_it_revises(kb: Kb) -> None:
    other = str(kb.folder / "check.sqlite")
    assert kb("--db", other, "import", "leak.yaml").returncode == 0
    file = kb.folder / "more.yaml"
    claim = "  - {id: more, statement: X., subject: Birch, attribute: model.layers, value: 7 layer, source: {at: p9}}\n"
    more = f"claims:\n{claim}"
    head = LEAK.partition("claims:")[0].replace("id: Birch,", "id: Birch, note: Again,")
    file.write_text(head + more, encoding="utf-8")
    done = kb("--db", other, "check", "more.yaml", "--fail-on", "note")
    assert (done.returncode, done.stdout) == (0, ""), "what is wrong with stored claims alone is no finding of the file"
    assert done.stderr.splitlines() == [
        "1 claim read, 0 of 1 numeric ones could be recomputed: 0 errors, 0 warnings, 0 notes; "
        "sources that these files do not speak of are compared after kb import",
        "revises what is known already: entity Birch; leave these records out to keep them as they are",
    ]
    file.write_text(head + more + claim.replace("id: more", "id: else").replace("7", "8"), "utf-8")
    done = kb("--db", other, "check", "more.yaml", "--fail-on", "warning")
    assert done.returncode == 1
    assert re.match(r"more\.yaml:8:5: warning: self-contradiction: model\.layers of Birch ", done.stdout)


def test_an_import_names_what_it_revises_and_counts_what_decides(kb: Kb) -> None:
    other = kb.folder / "receipt.sqlite"
    leak = LEAK.replace("source: {at: p0.s1}", "source: {at: p0.s1}, standing: soft").replace(
        "dense,", "dense, standing: hard,"
    )
    (kb.folder / "receipt.yaml").write_text(leak, encoding="utf-8")
    first = kb("--db", str(other), "import", "receipt.yaml").stderr
    assert re.fullmatch(
        r"stored as change 2: 1 source new, 1 entity new, 4 claims new\n"
        r"2 of the claims are references \(1 hard, 1 soft\): they decide, and are not judged\n",
        first,
    )
    (kb.folder / "receipt.yaml").write_text(leak.replace("Notes on", "More on").replace("20 billion", "21 billion"))
    again = kb("--db", str(other), "import", "receipt.yaml").stderr.splitlines()[0]
    assert again == (
        "stored as change 3: 1 source revised (ferry-leak), 1 claim revised (ferry-leak:size), "
        "1 entity unchanged, 3 claims unchanged"
    )


def test_a_receipt_names_three_of_each_part_and_counts_the_others() -> None:
    names = {"entity": ["Ash", "Birch", "Cedar", "Dune", "Elm"], "source": ["memo"]}
    receipt = Receipt(7, {"claim": 2}, {part: len(each) for part, each in names.items()}, {}, names)
    assert receipt_told(receipt) == (
        "stored as change 7: 2 claims new, 5 entities revised (Ash, Birch, Cedar and 2 more), 1 source revised (memo)"
    )


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nonsense"], 2, "No such command"),
        (["report", "--format", "nonsense"], 2, "nonsense"),
        (["list", "--verdict", "hold"], 2, "did you mean 'holds'"),
        (["list", "--subject", "GPT-44"], 2, "did you mean 'GPT-4'"),
        (["search", "x", "--mode", "rumor"], 2, "did you mean 'rumour'"),
        (["search", "x", "--verdict", "hold"], 2, "did you mean 'holds'"),
        (["query", "SELEC"], 2, "syntax error"),
        (["query", "DELETE FROM revision"], 2, "a query only reads"),
        (["graph", "nothing"], 4, "no claim 'nothing'"),
        (["--db", "leak.yaml", "search", "x"], 5, "is not a database"),
        (["--db", "leak.yaml", "query", "SELECT 1"], 5, "is not a database"),
        (["check", "nowhere.yaml"], 2, "no file"),
        (["import", "nonsense", "leak.yaml"], 2, "no format 'nonsense'"),
        (["import", "broken.yaml"], 3, "nothing was stored"),
        (["show", "nothing"], 4, "no claim 'nothing'"),
        (["explain", "recompute-000000"], 4, "no finding"),
        (["--db", "leak.yaml", "report"], 5, "is not a database"),
    ],
)
def test_every_error_is_one_line_with_its_exit_code(kb: Kb, words: list[str], code: int, told: str) -> None:
    done = kb(*words)
    assert done.returncode == code
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_broken_file_is_findings_to_check(kb: Kb) -> None:
    done = kb("check", "broken.yaml")
    assert done.returncode == 1
    assert done.stdout.startswith("broken.yaml:1:")


@pytest.mark.parametrize("command", ["derivations", "attributes", "checks", "list"])
def test_lists_come_in_both_forms(kb: Kb, command: str) -> None:
    assert kb(command).stdout
    assert isinstance(json.loads(kb(command, "--format", "json").stdout), list)


def test_a_reader_that_stops_reading_is_no_error(kb: Kb) -> None:
    assert kb.process("--version").stdout.startswith("claimcheck ")
    reading, writing = os.pipe()
    os.close(reading)  # before anything is written: a report is short enough to wait in a pipe for whoever reads it
    known = {**os.environ, **kb.environment}
    command = [sys.executable, "-m", "kb", "report"]
    done = subprocess.run(command, cwd=kb.folder, env=known, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


# ------------------------------------------------------------------------------------------------ what is kept

ENGINE = {"networkx", "numpy", "pint", "sqlalchemy"}


def imported(kb: Kb, *words: str, of: Set[str] = ENGINE) -> tuple[str, Set[str]]:
    """What a command prints, and which of some modules it imports: of the engine's libraries, if nothing is said."""
    done = kb.process(*words, python=("-X", "importtime"))
    assert done.returncode == 0
    return done.stdout, {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()} & of


@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["list", "--format", "json"],
        ["list", "--verdict", "undetermined"],
        ["list", "--attribute", "parameters", "--firmness", "plain"],
    ],
)
def test_a_list_of_what_is_kept_needs_no_engine(kb: Kb, words: list[str]) -> None:
    shipped = kb(*words).stdout
    assert kb("import", "leak.yaml").returncode == 0
    found, engine = imported(kb, *words)
    assert engine >= {"numpy", "pint"}, "it is stale"
    assert len(found) > len(shipped) > 0
    assert imported(kb, *words) == (found, set()), "a list keeps what it found"


def test_the_first_list_fills_the_store_and_keeps_what_it_found(kb: Kb) -> None:
    kb.path.unlink()
    first, engine = imported(kb, "list")
    assert engine == ENGINE
    assert first
    assert imported(kb, "list") == (first, set())


def test_what_a_report_found_is_kept(kb: Kb) -> None:
    assert kb("import", "leak.yaml").returncode == 0
    assert kb("report").returncode == 0
    found, engine = imported(kb, "list")
    assert "work" in found
    assert engine == set()


def test_a_plain_report_imports_nothing_that_it_does_not_need(kb: Kb) -> None:
    others = {"kb.chronicle", "kb.storepast", "kb.corpus", "yaml", "jinja2", "rich"}
    for words, needed in (
        ([], set()),
        (["--as-of", "1"], {"kb.chronicle", "kb.storepast"}),
        (["--format", "html"], {"jinja2"}),
    ):
        assert imported(kb, "report", *words, of=others)[1] == needed


def rewrite(kb: Kb, *statements: str) -> str:
    """A copy of the knowledge base into which somebody has written; its name."""
    shutil.copyfile(kb.path, kb.folder / "bad.sqlite")
    tamper(kb.folder / "bad.sqlite", *statements)
    return "bad.sqlite"


@pytest.mark.parametrize(
    ("command", "statement"),
    [
        ("list", "DROP TABLE revision"),
        ("list", "UPDATE revision SET body = 'no JSON' WHERE part = 'claim'"),
        ("report", "UPDATE revision SET body = 'no JSON' WHERE part = 'claim'"),
        ("report", "UPDATE revision SET body = 'no JSON' WHERE part = 'source'"),
        ("report", "UPDATE revision SET part = 'cake' WHERE part = 'attribute'"),
        ("attributes", "DROP TABLE latest"),
    ],
)
def test_damage_is_one_line(kb: Kb, command: str, statement: str) -> None:
    done = kb("--db", rewrite(kb, statement), command)
    assert (done.returncode, done.stdout) == (5, "")
    line = r"kb: store '[^\n]+' is damaged \([^\n]+\); expected [^\n]+; restore a copy, [^\n]+\n"
    assert re.fullmatch(line, done.stderr), done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE readingrow",
        "DROP TABLE verdictrow",
        "UPDATE claimrow SET subject = 'nobody'",
        "UPDATE verdictrow SET verdict = 'delicious'",
    ],
)
def test_damage_to_what_is_derived_is_mended_unsaid(kb: Kb, statement: str) -> None:
    path = rewrite(kb, statement)
    for words in (["list"], ["report"]):
        done, whole = kb("--db", path, *words), kb(*words)
        assert (done.returncode, done.stdout, done.stderr) == (0, whole.stdout, "")
