"""The commands that change what is known, as their user meets them: shown first, asked about on a terminal only."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kb import updating
from kb.store import Store
from kb.storehistory import SHIPPED
from tests.bakery import BAKERY, FIRST, NEW, corpus, dump, new_claim
from tests.commands import Kb

TWO = new_claim("a") + NEW.format(id="b", value="9 kg", subject="Corner Shop")
ONE = ["--id", "c", "--statement", "X.", "--subject", "Rye", "--attribute", "bakery.bread", "--cite", "ledger"]
ONE += ["--at", "r9", "--holder", "Old Rye", "--scope", "counted=sold"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "kb.sqlite") as store:
        store.add(FIRST, "bakery.yaml")
        store.mark(SHIPPED, updating.shipped())
    (tmp_path / "two.yaml").write_text(TWO, encoding="utf-8")
    return tmp_path / "kb.sqlite"


@pytest.fixture
def kb(path: Path) -> Kb:
    return Kb(path.parent, path.name, columns=400)


def ids(path: Path) -> set[str]:
    """The claims that are known."""
    with Store.open(path) as store:
        return {id_.partition(":")[2] for id_ in store.knowledge(claims=True).claims}


# ------------------------------------------------------------------------------------------------ add


def test_an_addition_is_shown_and_stored_only_when_told(kb: Kb, path: Path) -> None:
    before = dump(path)
    unasked, dry = kb("add", "two.yaml"), kb("add", "two.yaml", "--dry-run")
    assert (unasked.returncode, dry.returncode) == (2, 0)
    assert "kb: nothing was stored: there is no terminal to ask on; expected --yes" in unasked.stderr
    assert dry.stderr.splitlines() == ["to be stored: 2 claims new", "nothing was stored: this was a dry run"]
    assert unasked.stdout == dry.stdout
    first, *_, last = dry.stdout.splitlines()
    assert first == "joins     ratio of Rye and Sons as input: ledger:a"
    assert last == "in all    uses in calculations: 2 new, 0 gone; findings: 1 created, 0 changed, 1 resolved"
    assert re.search(r"^creates   note recompute-[0-9a-f]{6}: states 3; ratio gives ", dry.stdout, re.MULTILINE)
    assert dump(path) == before
    done = kb("add", "-", "--yes", given=TWO)
    assert (done.returncode, done.stdout) == (0, dry.stdout)
    assert done.stderr.splitlines()[-1] == "stored as change 2: 2 claims new"
    again = kb("add", "two.yaml")
    assert (again.returncode, again.stderr) == (0, "nothing new: 2 claims unchanged\n")


def test_one_claim_comes_by_options(kb: Kb, path: Path) -> None:
    done = kb("add", *ONE, "--value", "7 kg", "--yes", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["new"] == {"claim": 1}
    assert "c" in ids(path)
    wrong = kb("add", *ONE, "--value", "7 hour", "--mode", "guess", "--yes")
    assert wrong.returncode == 3
    assert [line.partition(": ")[0] for line in wrong.stderr.splitlines()] == ["--mode", "kb"]


def test_refused_data_is_told_line_by_line(kb: Kb, path: Path) -> None:
    before = dump(path)
    bad = TWO.replace("bakery.bread", "bakery.bred", 1).replace("9 kg", "9 hour")
    done = kb("add", "-", "--yes", given=bad)
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    assert [re.sub(r"\d+", "N", line.partition(" error: ")[0]) for line in lines[:-1]] == ["standard input:N:N:"] * 2
    assert lines[-1].startswith("kb: 2 errors in what was to be stored")
    assert lines[-1].endswith("; expected none; nothing was stored: mend the file and add it again")
    assert dump(path) == before


def test_what_to_do_about_refused_data_fits_the_command(kb: Kb, path: Path) -> None:
    (path.parent / "bad.yaml").write_text(TWO.replace("9 kg", "9 hour"), encoding="utf-8")
    todo = {
        ("add", "bad.yaml"): "mend the file and add it again",
        ("add", *ONE, "--value", "7 hour"): "correct these options and add it again",
        ("revise", "bread", "--value", "7 hour"): "correct these options and revise it again",
        ("import", "bad.yaml"): "mend this and do the same again",
    }
    told = {words: kb(*words) for words in todo}
    assert {done.returncode for done in told.values()} == {3}
    assert {words: done.stderr.rstrip().rpartition("nothing was stored: ")[2] for words, done in told.items()} == todo


def test_the_template_needs_no_store(kb: Kb, tmp_path: Path) -> None:
    done = kb("--db", str(tmp_path / "none.sqlite"), "add", "--template")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nclaims:\n" in done.stdout
    assert not (tmp_path / "none.sqlite").exists()


WRONG = {
    "nothing": (["add"], 2, "nothing to add; expected a file, or the options of one claim"),
    "both": (["add", "two.yaml", "--id", "x"], 2, "a file and a claim by options"),
    "no file": (["add", "nowhere.yaml"], 2, "no file 'nowhere.yaml'"),
    "half a scope": (["add", "--id", "x", "--scope", "sold"], 2, "--scope 'sold'; expected KEY=VALUE"),
    "nothing to change": (["revise", "bread"], 2, "nothing to change; expected at least one option"),
    "nobody": (["revise", "bred", "--value", "7 kg"], 4, "no claim 'bred'; did you mean 'bread'?"),
    "nobody to retract": (["retract", "nigt", "--reason", "x"], 4, "no claim 'nigt'; did you mean 'night'?"),
    "no reason": (["retract", "night", "--reason", " "], 2, "no reason; expected --reason TEXT"),
    "no history": (["history", "bred"], 4, "no record 'bred'; did you mean 'bread'?"),
    "nobody to forget": (["forget", "bred", "--reason", "x"], 4, "no record 'bred'; did you mean 'bread'?"),
    "no change": (["diff", "1", "9"], 4, "no change '9'; expected a number from 1 to 1, or a date"),
    "no such past": (["list", "--as-of", "1999"], 4, "no change '1999'"),
    "no such report": (["report", "--as-of", "soon"], 2, "'soon' is no change and no day"),
    "no month": (["list", "--as-of", "2031-13-01"], 2, "'2031-13-01' is no change and no day"),
    "no word": (["list", "--as-of", ""], 2, "'' is no change and no day"),
    "no word either": (["report", "--as-of", ""], 2, "'' is no change and no day"),
    "no word at all": (["show", "bread", "--as-of", ""], 2, "'' is no change and no day"),
    "needed": (["forget", "Rye and Sons", "--reason", "x", "--yes"], 3, "cannot be forgotten while it is needed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_use_is_one_line_and_stores_nothing(kb: Kb, path: Path, what: str) -> None:
    words, code, told = WRONG[what]
    before = dump(path)
    done = kb(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert dump(path) == before


# ------------------------------------------------------------------------------------------------ a claim's life


def test_a_claim_is_revised_retracted_and_looked_back_at(kb: Kb, path: Path) -> None:
    assert kb("add", "two.yaml", "--yes").returncode == 0
    assert kb("revise", "b", "--value", "11 kg", "--note", "Weighed.", "--yes").returncode == 0
    gone = kb("retract", "a", "ledger:b", "--reason", "Of another shop.", "--yes")
    assert (gone.returncode, gone.stderr) == (0, "stored as change 4: 2 claims retracted\n")
    assert "leaves    ratio of Rye and Sons as input: ledger:a" in gone.stdout
    assert not {"a", "b"} & ids(path)
    told = kb("history", "b").stdout
    assert "claim ledger:b revised by change 3, " in told
    assert "    value.text: 9 kg -> 11 kg\n    note: - -> Weighed.\n" in told
    assert "    because Of another shop.\n" in told
    diff = json.loads(kb("diff", "2", "3", "--format", "json").stdout)
    assert [(each["name"], each["state"]) for each in diff] == [("ledger:b", "revised")]
    assert "retracted claim ledger:a\n" in kb("diff", "2", "4").stdout
    assert [each["what"] for each in json.loads(kb("changes", "--format", "json").stdout)] == [
        "bakery.yaml",
        "add two.yaml",
        "revise ledger:b",
        "retract ledger:a, ledger:b",
    ]
    then = kb("list", "--as-of", "2", "--format", "json")
    assert {each["id"]: each["value"] for each in json.loads(then.stdout)}["ledger:b"] == "9 kg"
    assert re.fullmatch(r"as of change 2, \S+\n", then.stderr)
    assert "ledger, gossip, as of change 3, " in kb("report", "--as-of", "3").stdout.splitlines()[0]
    limited = " ".join(kb("report", "--as-of", "3", "--subject", "rye", "--source", "ledger").stdout.split())
    assert "report · ledger, as of change 3, " in limited
    assert " · limited to Rye and Sons and its shifts Rye and Sons/night, in the source ledger · " in limited
    assert kb("changes", "--verify").stderr.startswith("every change is as its digest says")


def test_a_revision_says_when_the_statement_says_the_old_value(kb: Kb, path: Path) -> None:
    assert (
        kb("add", *ONE, "--value", "7 kg", "--statement", "It sells 7 kg.", "--yes").returncode == 0
    )  # the last counts
    dry = kb("revise", "c", "--value", "9 kg", "--dry-run")
    assert dry.stderr.splitlines()[:-1] == [
        "the statement still says '7': add --statement",
        "to be stored: 1 claim revised (ledger:c)",
    ]
    done = kb("revise", "c", "--value", "9 kg", "--yes")
    assert done.returncode == 0
    assert done.stderr.splitlines()[-2:] == [
        "stored as change 3: 1 claim revised (ledger:c)",
        "the statement still says '7': kb revise ledger:c --statement TEXT corrects it",
    ]
    mended = kb("revise", "c", "--value", "11 kg", "--statement", "It sells 11 kg.", "--yes")
    assert "still says" not in mended.stderr
    wrong = kb("revise", "c", "--value", "12 kg", "--statement", "It sells 11 kg a day.", "--dry-run")
    assert wrong.stderr.startswith("the statement still says '11': correct --statement\n")


def test_what_others_rest_on_goes_only_by_force(kb: Kb, path: Path) -> None:
    done = kb("retract", "bread", "--reason", "x", "--yes")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines()[0] == "ledger:sold rests on ledger:bread (input)"
    assert done.stderr.splitlines()[1].startswith(
        "kb: 1 claim rests on what is to be retracted; expected none; retract"
    )
    assert "bread" in ids(path)
    forced = kb("retract", "bread", "--reason", "x", "--yes", "--force")
    assert forced.returncode == 0
    [line] = [line for line in forced.stdout.splitlines() if "dangling" in line]
    assert line.startswith("creates   warning dangling-")
    assert line.partition(": ")[2] in kb("report").stdout.replace("\n", " ")


def test_the_past_is_listed_shown_and_explained(kb: Kb, path: Path) -> None:
    (path.parent / "bakery.yaml").write_text(BAKERY, "utf-8")
    for words in (
        ["add", "two.yaml", "--yes"],
        ["revise", "b", "--value", "11 kg", "--mode", "rumour", "--yes"],
        ["retract", "bread", "--reason", "x", "--yes", "--force"],
        ["import", "bakery.yaml"],
    ):
        assert kb(*words).returncode == 0

    def listed(*words: str) -> list[str]:
        done = kb("list", "--as-of", *words, "--format", "csv")
        assert done.stderr.startswith(f"as of change {words[0]}, ")
        return [line.partition(",")[0] for line in done.stdout.splitlines()[1:]]

    assert listed("1", "--source", "ledger", "--holder", "Old Rye") == ["ledger:bread", "ledger:sold", "ledger:ratio"]
    assert listed("4", "--source", "ledger", "--holder", "Old Rye", "--mode", "statement", "--subject", "Rye") == [
        "ledger:sold",
        "ledger:ratio",
    ]
    assert listed("2", "--mode", "rumour") == []
    assert listed("3", "--mode", "rumour", "--attribute", "bakery") == ["ledger:b"]
    undetermined = listed("4", "--verdict", "undetermined")
    assert listed("4", "--verdict", "undetermined", "--source", "gossip") == [
        id_ for id_ in undetermined if id_.startswith("gossip:")
    ]
    [line] = json.loads(kb("list", "--as-of", "2", "--attribute", "bakery.bread", "--format", "json").stdout)[-1:]
    assert (line["id"], line["value"]) == ("ledger:b", "9 kg")
    assert kb("list", "--as-of", "1", "--mode", "rumor").returncode == 2

    shown = kb("show", "b", "--as-of", "2")
    assert "value       9 kg\n" in shown.stdout
    assert "mode        statement" in shown.stdout
    assert re.fullmatch(r"as of change 2, \S+\n", shown.stderr)
    assert "value       11 kg\n" in kb("show", "b").stdout
    assert json.loads(kb("show", "b", "--as-of", "3", "--format", "json").stdout)["mode"] == "rumour"
    assert kb("show", "b", "--as-of", "1").returncode == 4

    [finding] = re.findall(r"dangling-\w+", kb("report", "--as-of", "4", "--source", "ledger").stdout)
    assert finding in kb("report", "--as-of", "4", "--subject", "Rye and Sons").stdout
    assert finding not in kb("report", "--as-of", "4", "--source", "gossip").stdout
    assert finding not in kb("report", "--as-of", "4", "--subject", "Corner Shop").stdout
    then = kb("explain", finding, "--as-of", "4")
    assert (then.returncode, finding in then.stdout) == (0, True)
    assert json.loads(kb("explain", finding, "--as-of", "4", "--format", "json").stdout)["id"] == finding
    assert kb("explain", finding).returncode == 4, "its basis is back"


@pytest.mark.parametrize("command", ["add", "import"])
def test_a_file_read_again_says_what_it_takes_back(kb: Kb, path: Path, command: str) -> None:
    text = BAKERY.replace("statement: The rule.", "statement: A rule.")
    (path.parent / "bakery.yaml").write_text(text, "utf-8")
    for words in (
        ["revise", "bread", "--value", "about 130 kg", "--note", "Weighed."],
        ["revise", "rules", "--value", "6 kg"],
        ["retract", "night", "--reason", "Of another shop."],
        ["forget", "famous", "--reason", "x"],
    ):
        assert kb(*words, "--yes").returncode == 0
    told = [
        "ledger:bread was revised here by change 2 (revise ledger:bread): value about 120 kg -> about 130 kg; "
        "note - -> Weighed.; this undoes change 2",
        "ledger:night was retracted here by change 4 because Of another shop.; this brings it back",
        "ledger:rules was revised here by change 3 (revise ledger:rules): value 5 kg -> 6 kg; this undoes change 3",
        "brings in 1 claim that is not in this store: gossip:famous",
        "1 claim was erased here by kb forget, and what is left of it does not tell which: look whether it comes back "
        "by this",
    ]
    before = dump(path)
    if command == "add":
        dry = kb("add", "bakery.yaml", "--dry-run", "--format", "json")
        assert dry.stderr.splitlines()[1:6] == told
        assert dry.stderr.splitlines()[6].startswith(
            "to be stored: 2 claims new, 2 claims revised (ledger:bread, ledger:"
        )
        assert json.loads(dry.stdout)["cautions"] == told
        assert dump(path) == before
    done = kb(command, "bakery.yaml", *(["--yes"] if command == "add" else []))
    assert done.returncode == 0
    assert done.stderr.splitlines()[1:6] == told
    assert "\nstored as change 6: 2 claims new, 2 claims revised (ledger:bread, ledger:rules), " in done.stderr


def test_a_file_that_is_edited_and_read_again_takes_nothing_back(kb: Kb, path: Path) -> None:
    (path.parent / "two.yaml").write_text(TWO, "utf-8")
    assert kb("add", "two.yaml", "--yes").returncode == 0
    for value, told in (
        ("10 kg", ""),
        ("11 kg", ""),
        ("9 kg", "ledger:b was revised here by change 4 (add two.yaml): value 9 kg -> 11 kg; this undoes change 4"),
    ):
        (path.parent / "two.yaml").write_text(TWO.replace("9 kg", value), "utf-8")
        done = kb("add", "two.yaml", "--yes")
        assert [line for line in done.stderr.splitlines() if "was revised" in line] == [told] * bool(told)
    assert kb("revise", "b", "--value", "12 kg", "--yes").returncode == 0
    (path.parent / "two.yaml").write_text(TWO.replace("9 kg", "13 kg"), "utf-8")
    assert kb("add", "two.yaml", "--dry-run").stderr.splitlines()[0] == (
        "ledger:b was revised here by change 6 (revise ledger:b): value 9 kg -> 12 kg, and this says 13 kg; "
        "this overrules change 6"
    )


def test_an_import_says_what_its_file_no_longer_claims(kb: Kb, path: Path) -> None:
    head, _, tail = BAKERY.partition("  - {id: night")
    (path.parent / "bakery.yaml").write_text(head + "  - {id: famous" + tail.partition("  - {id: famous")[2], "utf-8")
    done = kb("import", "bakery.yaml")
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == (
        "1 claim of ledger is in the store but not in this file; to take it out: kb retract ledger:night --reason TEXT"
    )
    (path.parent / "other.yaml").write_text(new_claim("x"), "utf-8")
    assert "not in this file" not in kb("import", "other.yaml").stderr, "it only adds to a source"


# ------------------------------------------------------------------------------------------------ known no more


def test_a_retracted_claim_is_told_as_such_wherever_it_is_named(kb: Kb, path: Path) -> None:
    assert kb("retract", "night", "--reason", "Of another\nshop.", "--yes").returncode == 0
    told = (
        "kb: claim 'ledger:night' was retracted by change 2 because Of another shop.; "
        "expected one that 'kb list' prints; see 'kb history ledger:night'\n"
    )
    for words in (
        ["show", "night"],
        ["show", "ledger:night"],
        ["graph", "night"],
        ["revise", "night", "--value", "7 loaf"],
        ["retract", "night", "--reason", "x"],
    ):
        done = kb(*words)
        assert (done.returncode, done.stdout, done.stderr) == (4, "", told), words
    assert kb("show", "night", "--as-of", "1").returncode == 0
    assert kb("show", "night", "--as-of", "2").stderr.endswith(told)
    assert "did you mean 'night'" not in kb("show", "nigt").stderr, "which is not there either"


def test_nothing_is_told_of_a_forgotten_claim(kb: Kb) -> None:
    assert kb("forget", "night", "--reason", "x", "--yes").returncode == 0
    done = kb("show", "ledger:night")
    assert done.returncode == 4
    assert done.stderr.startswith("kb: no claim 'ledger:night'")
    assert "forgotten" not in done.stderr


def test_a_finding_that_was_resolved_is_told_as_such(kb: Kb, path: Path) -> None:
    assert kb("add", "two.yaml", "--yes").returncode == 0
    [finding] = re.findall(r"single-value-[0-9a-f]{6}|recompute-[0-9a-f]{6}", kb("report").stdout)[:1]
    assert kb("retract", "a", "b", "--reason", "x", "--yes").returncode == 0
    assert kb("revise", "bread", "--note", "Weighed.", "--yes").returncode == 0
    told = (
        f"kb: finding '{finding}' is resolved: it is found no more since change 3 (retract ledger:a, ledger:b); "
        f"expected one that 'kb report' prints; see 'kb explain {finding} --as-of 2'\n"
    )
    for words in (["explain", finding], ["accept", finding, "--reason", "x"]):
        done = kb(*words)
        assert (done.returncode, done.stdout, done.stderr) == (4, "", told), words
    assert kb("explain", finding, "--as-of", "2").returncode == 0


def test_a_finding_that_never_was_is_not_taken_for_another(kb: Kb) -> None:
    assert kb("add", "two.yaml", "--yes").returncode == 0
    [finding, *_] = re.findall(r"recompute-[0-9a-f]{6}", kb("report").stdout)
    code, _, digits = finding.rpartition("-")
    for other in (
        digits[::-1],
        f"{digits[:3]}{digits[3:].translate(str.maketrans('0123456789abcdef', '123456789abcdef0'))}",
    ):
        assert kb("explain", f"{code}-{other}").stderr.startswith(
            f"kb: no finding '{code}-{other}'; expected one that "
        )
    typo = f"{code}-{digits[0]}{digits[2]}{digits[1]}{digits[3:]}"
    assert kb("explain", typo).stderr.startswith(f"kb: no finding '{typo}'; did you mean '{finding}'?; expected one ")


# ------------------------------------------------------------------------------------------------ on a terminal


def on_a_terminal(kb: Kb, words: list[str], answer: str, meanwhile: Callable[[], object] = int) -> tuple[int, str]:
    """Runs a command whose input and errors are a terminal; its exit code, and what it says."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "kb", *words]
    with subprocess.Popen(
        command,
        cwd=kb.folder,
        env={**os.environ, **kb.environment},
        stdin=terminal,
        stderr=terminal,
        stdout=subprocess.PIPE,
    ) as process:
        os.close(terminal)
        said = b""
        while not re.search(rb"(\[y/N\]|erase it:) $", said):
            said += os.read(controller, 4096)
        meanwhile()
        os.write(controller, f"{answer}\n".encode())
        try:
            while more := os.read(controller, 4096):
                said += more
        except OSError:  # the other end is closed
            pass
        process.communicate(timeout=60)
    os.close(controller)
    return process.returncode, said.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(("answer", "stored"), [("y", True), ("n", False)])
def test_on_a_terminal_it_asks(kb: Kb, answer: str, stored: bool) -> None:
    code, said = on_a_terminal(kb, ["add", "two.yaml"], answer)
    assert code == 0
    assert said.endswith("stored as change 2: 2 claims new\n" if stored else "nothing was stored\n")
    assert ("a" in ids(kb.path)) is stored


@pytest.mark.parametrize(("answer", "stored"), [("y", True), ("YES", True), ("n", False), ("", False), ("sure", False)])
def test_only_yes_is_yes(kb: Kb, answer: str, stored: bool) -> None:
    done = kb("add", "two.yaml", typed=f"{answer}\n")
    assert done.returncode == 0
    assert done.stderr.endswith("stored as change 2: 2 claims new\n" if stored else "nothing was stored\n")
    assert ("a" in ids(kb.path)) is stored


def test_a_change_between_preview_and_answer_stores_nothing(kb: Kb, path: Path) -> None:
    def meanwhile() -> None:
        with Store.open(path) as store:
            store.add(corpus(new_claim("other"), store.knowledge(claims=True)), "somebody else")

    code, said = on_a_terminal(kb, ["add", "two.yaml"], "y", meanwhile)
    assert code == 3
    assert "kb: the history has changed since this was looked at (change 2: somebody else)" in said
    assert ids(path) & {"a", "b", "other"} == {"other"}


# ------------------------------------------------------------------------------------------------ forget


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def test_what_is_forgotten_is_gone_and_that_is_said(kb: Kb, path: Path) -> None:
    assert kb("revise", "night", "--note", "Seen by Gooseberry.", "--yes").returncode == 0
    kb("report")
    assert b"Gooseberry" in on_disk(path)
    unasked = kb("forget", "night", "--reason", "A court said so.")
    assert unasked.returncode == 2
    assert unasked.stderr.startswith(
        "this erases claim ledger:night: 2 revisions, for good\nkb: nothing was stored: there"
    )
    done = kb("forget", "night", "--reason", "A court said so.", "--yes")
    assert done.returncode == 0, done.stderr
    [tomb] = set(re.findall(r"forgotten:[0-9a-f]{16}", done.stderr))
    assert "out of reach: backups, exports, copies of the file" in done.stderr
    assert done.stderr.endswith("the file was written anew, without it\n")
    assert b"Gooseberry" not in on_disk(path)
    assert b"ledger:night" not in on_disk(path)
    assert "because A court said so." in kb("history", tomb).stdout
    assert kb("changes", "--verify").returncode == 0
    assert kb("forget", tomb, "--reason", "again").stderr == "the file was written anew, without it\n"


def test_what_was_accepted_goes_with_a_forgotten_claim_and_that_is_said(kb: Kb, path: Path) -> None:
    finding = next(each for each in json.loads(kb("report", "--format", "json").stdout)["findings"] if each["claims"])
    assert kb("accept", finding["id"], "--reason", "seen").returncode == 0
    lines = kb("forget", finding["claims"][0], "--reason", "A court said so.", "--yes").stderr.splitlines()
    assert lines[1].startswith(f"and what was accepted of {finding['id']}: reasons, and digests")
    assert lines[3].startswith(f"erased with it: what was accepted of {finding['id']}; ")
    assert kb("accept", "--list").stdout == "nothing\n"


def test_the_id_has_to_be_typed(kb: Kb, path: Path) -> None:
    done = kb("forget", "night", "--reason", "x", typed="y\n")
    assert done.returncode == 0
    assert done.stderr.endswith("type its id to erase it: nothing was stored\n")
    assert "night" in ids(path)
    code, _ = on_a_terminal(kb, ["forget", "night", "--reason", "x"], "ledger:night")
    assert code == 0
    assert "night" not in ids(path)


def test_what_others_rest_on_is_forgotten_only_by_force(kb: Kb, path: Path) -> None:
    before = dump(path)
    refused = kb("forget", "bread", "--reason", "x", "--yes")
    assert (refused.returncode, refused.stdout) == (3, "")
    erases, resting, last = refused.stderr.splitlines()
    assert erases == "this erases claim ledger:bread: 1 revision, for good"
    assert resting == "ledger:sold rests on ledger:bread (input)"
    assert last.startswith(
        "kb: 1 claim rests on what is to be erased; expected none; retract or revise them first, or "
    )
    assert dump(path) == before
    forced = kb("forget", "bread", "--reason", "x", "--yes", "--force")
    assert forced.returncode == 0
    assert forced.stderr.splitlines()[1:3] == [
        "ledger:sold rests on ledger:bread (input)",
        "1 claim rests on nothing that is known after that: each becomes a finding (dangling)",
    ]
    assert "rests on ledger:bread, which is not in the store" in " ".join(kb("report").stdout.split())


def test_what_was_retracted_by_force_is_forgotten_without_more(kb: Kb, path: Path) -> None:
    assert kb("retract", "bread", "--reason", "x", "--yes", "--force").returncode == 0
    done = kb("forget", "bread", "--reason", "x", "--yes")
    assert done.returncode == 0, "its rest dangles already"
    assert "ledger:sold rests on ledger:bread (input)\n" in done.stderr


def test_a_name_of_two_records_is_not_forgotten_by_chance(kb: Kb, path: Path) -> None:
    text = "entities: [{id: famous, kind: party}]\n"
    assert kb("add", "-", "--yes", given=text).returncode == 0
    done = kb("forget", "famous", "--reason", "x", "--yes")
    assert done.returncode == 2
    assert "'famous' is a name of entity famous, claim gossip:famous; expected one record" in done.stderr
    assert kb("forget", "famous", "--part", "entity", "--reason", "x", "--yes").returncode == 0
    assert "famous" in ids(path)
