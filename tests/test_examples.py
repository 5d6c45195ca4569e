"""Each check fires on its example and stays silent on its counter-example, one edit away, through the user's command.

An example is ``<check>.yaml`` or ``<check>.<variant>.yaml`` in `examples/`, its counter-example ``….silent.yaml``. The
mark ``# expect: recompute error, slip`` stands on the line that must be found; whatever else is found fails. A mark may
also ask for an explanation (`slip`) or a `consequence`, which are folded under another finding.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kb import checks, corpus
from kb.desk import examine_claims
from kb.evidence import Case, Evidence, Looked
from kb.reports import json as reports

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "examples"
COUNTER = ".silent"
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.stem.endswith(COUNTER))
FILES = [name + kind for name in EXAMPLES for kind in ("", COUNTER)]
WORKERS = 2
MARK = re.compile(r"\s*# expect: (.*)$")
CLAIM = re.compile(r"\s*- \{?id: '?([^\s',]+)")

# Many files in one process: starting Python takes four times as long as checking a file.
DRIVER = """
import contextlib, io, json, sys
from kb.cli import main
database, *files = sys.argv[1:]
for file in files:
    sys.argv = ["kb", "--db", database, "check", file, "--format", "json"]
    out, code = io.StringIO(), 0
    with contextlib.redirect_stdout(out):
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
    print(json.dumps([file, code, out.getvalue()]), flush=True)
"""


class Mark(NamedTuple):
    """Something that must be found, and where; no severity if any will do."""

    line: int
    code: str
    severity: str


@dataclass(frozen=True)
class Answer:
    """What `kb check FILE --format json` said."""

    code: int
    said: Mapping[str, Any]


class Text:
    """An example as text: its marks, and the lines of its claims."""

    def __init__(self, name: str) -> None:
        self.lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()

    def marks(self) -> list[Mark]:
        return [
            Mark(number, code, severity)
            for number, line in enumerate(self.lines, 1)
            for found in MARK.findall(line)
            for code, _, severity in (word.strip().partition(" ") for word in found.split(","))
        ]

    def unmarked(self) -> list[str]:
        return [MARK.sub("", line) for line in self.lines]

    def line_of(self, claim: str) -> int:
        """Where a claim starts; ids in a file may lack the source."""
        start = self.lines.index("claims:")
        ids = {match[1]: number for number, line in enumerate(self.lines, 1) if (match := CLAIM.match(line))}
        [found] = [line for id_, line in ids.items() if line > start and claim in {id_, f"{self.cite}:{id_}"}]
        return found

    @property
    def cite(self) -> str:
        """The source that the claims of the file are from."""
        found = re.search(r"^defaults: \{cite: ([\w-]+)", "\n".join(self.lines), re.MULTILINE)
        return found[1] if found else ""

    def found(self, answer: Answer) -> Iterator[Mark]:
        """Every finding with the line that the report names, and what is folded under it."""
        for finding in answer.said["findings"]:
            place = finding["place"]
            line = int(place.rsplit(":", 2)[1]) if place else self.line_of(finding["claims"][0])
            yield Mark(line, finding["code"], finding["severity"])
            for why in {explanation["code"] for explanation in finding["explanations"]}:
                yield Mark(line, why, "")
            for consequence in finding["consequences"]:
                yield Mark(self.line_of(consequence.partition(": ")[0]), "consequence", "")


# ------------------------------------------------------------------------------------------------ running the command


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base that has the shipped corpora and nothing else."""
    path = tmp_path_factory.mktemp("examples") / "kb.db"
    kb("--db", str(path), "attributes")
    return path


def kb(*words: str) -> subprocess.CompletedProcess[str]:
    """The user's own command."""
    command = [sys.executable, "-m", "kb", *words]
    return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def answers(database: Path) -> Iterator[Mapping[str, Future[Answer]]]:
    """What the command says of each file, on the way."""
    waiting: dict[str, Future[Answer]] = {name: Future() for name in FILES}
    with ThreadPoolExecutor(WORKERS) as pool:
        for worker in range(WORKERS):
            own = shutil.copy(database, database.with_name(f"{worker}.db"))
            pool.submit(drive, Path(own), FILES[worker::WORKERS], waiting)
        yield waiting


def drive(database: Path, names: list[str], waiting: Mapping[str, Future[Answer]]) -> None:
    """Checks files one after the other, in one process."""
    command = [sys.executable, "-c", DRIVER, str(database), *(str(FOLDER / f"{name}.yaml") for name in names)]
    try:
        with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                file, code, said = json.loads(line)
                waiting[Path(file).stem].set_result(Answer(code, json.loads(said)))
    finally:
        for name in names:
            if not waiting[name].done():
                waiting[name].set_exception(RuntimeError(f"the command gave no answer about {name}"))


# ------------------------------------------------------------------------------------------------ what it must say


@pytest.mark.parametrize("name", FILES)
def test_everything_that_is_marked_is_found_and_nothing_else(name: str, answers: Mapping[str, Future[Answer]]) -> None:
    text, answer = Text(name), answers[name].result()
    marks, found = text.marks(), list(text.found(answer))
    said = {mark[:2] for mark in marks if mark.severity}  # a mark that names no severity is met by any
    assert Counter(mark if mark[:2] in said else Mark(*mark[:2], "") for mark in found) == Counter(marks)


@pytest.mark.parametrize("name", FILES)
def test_the_exit_code_tells_whether_an_error_was_found(name: str, answers: Mapping[str, Future[Answer]]) -> None:
    answer = answers[name].result()
    severities = {finding["severity"] for finding in answer.said["findings"]}
    assert answer.code == int("error" in severities)
    assert [each for each in answer.said["not_checked"] if "crashed" in each["reason"]] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_check_that_an_example_is_for_tells_the_two_apart(name: str, answers: Mapping[str, Future[Answer]]) -> None:
    code = code_of(name)
    fires, silent = Text(name), Text(name + COUNTER)
    assert code in {mark.code for mark in fires.found(answers[name].result())}
    answer = answers[name + COUNTER].result()
    assert code not in {mark.code for mark in silent.found(answer)}
    assert answer.said["examined"][code] > 0, "silent because it looked at nothing"


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_counter_example_is_one_edit_away(name: str) -> None:
    one, other = Text(name).unmarked(), Text(name + COUNTER).unmarked()
    assert len(one) == len(other)
    assert sum(line != edited for line, edited in zip(one, other, strict=True)) == 1


def test_every_check_has_an_example(database: Path) -> None:
    listed = json.loads(kb("--db", str(database), "checks", "--format", "json").stdout)
    assert {code_of(name) for name in EXAMPLES} == {check["code"] for check in listed}


def test_no_file_of_the_folder_is_left_out() -> None:
    """The cases that were collected, counted against the folder."""
    [cases] = test_everything_that_is_marked_is_found_and_nothing_else.pytestmark  # type: ignore[attr-defined]  # pytest
    files = [path.name for path in FOLDER.iterdir()]
    assert sorted(f"{name}.yaml" for name in cases.args[1]) == sorted(files)
    assert len(EXAMPLES) * 2 == len(files)


@pytest.mark.parametrize("name", ["recompute", "recompute.silent", "malformed.file"])
def test_one_process_for_many_files_says_what_the_command_says(
    name: str, database: Path, answers: Mapping[str, Future[Answer]]
) -> None:
    alone = kb("--db", str(database), "check", str(FOLDER / f"{name}.yaml"), "--format", "json")
    assert Answer(alone.returncode, json.loads(alone.stdout)) == answers[name].result()


def code_of(name: str) -> str:
    """The check that an example is for."""
    return name.partition(".")[0].replace("_", "-")


# ------------------------------------------------------------------------------------------------ a check that crashes


def test_a_check_that_crashes_is_named_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(evidence: Evidence) -> Iterator[Case | Looked]:
        """Breaks after its first finding."""
        yield Case(claims=[0], message="found before the crash")
        raise LookupError("no such turbine")

    known = checks.discovered()
    monkeypatch.setattr(checks, "discovered", lambda: {**known, "broken": broken})
    read = corpus.read([*corpus.shipped(), FOLDER / "recompute.yaml"])
    own = [claim for claim in read.knowledge.claims.values() if claim.standing or claim.source.cite == "quay-letter"]
    said = reports.checked(examine_claims(read.knowledge, own, read))
    assert [finding["code"] for finding in said["findings"]] == ["recompute"]
    [crash] = [each for each in said["not_checked"] if "crashed" in each["reason"]]
    assert crash["what"] == "broken: LookupError: no such turbine"
    assert set(said["examined"]) == set(known)
