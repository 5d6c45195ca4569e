"""Each check fires on its example and stays silent on its counter-example, one edit away, through the user's command.

An example is ``<check>.yaml`` or ``<check>.<variant>.yaml`` in `examples/`, its counter-example ``….silent.yaml``. The
mark ``# expect: recompute error, slip`` stands on the line that must be found; whatever else is found fails. A mark may
also ask for an explanation (`slip`, `slip asserted`) or a `consequence`, which are folded under another finding.
"""

import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kb import checks, corpus
from kb.desk import examine_claims
from kb.evidence import Case, Evidence, Looked
from kb.reports import json as reports
from tests.commands import Kb

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "examples"
COUNTER = ".silent"
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.stem.endswith(COUNTER))

# All tests of an example one after the other, so that whoever runs them asks the command once about each of its files.
each_example = pytest.mark.parametrize("name", EXAMPLES, scope="module")
each_file = pytest.mark.parametrize("kind", ["", COUNTER], ids=["fires", "silent"])
MARK = re.compile(r"\s*# expect: (.*)$")
CLAIM = re.compile(r"\s*- \{?id: '?([^\s',]+)")


class Mark(NamedTuple):
    """Something that must be found, and where; no severity if any will do."""

    line: int
    code: str
    severity: str


class Answer(NamedTuple):
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
            for why in {(each["code"], each["certainty"]) for each in finding["explanations"]}:
                yield Mark(line, *why)
            for consequence in finding["consequences"]:
                yield Mark(self.line_of(consequence.partition(": ")[0]), "consequence", "")


# ------------------------------------------------------------------------------------------------ running the command

Ask = Callable[[str], Answer]


@pytest.fixture(scope="session")
def examples(shipped_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Kb:
    """The user's own command beside the shipped corpora; a check stores nothing, so one store is enough."""
    made = Kb(tmp_path_factory.mktemp("examples"))
    shutil.copyfile(shipped_store, made.path)
    return made


@pytest.fixture(scope="session")
def answer(examples: Kb) -> Ask:
    """What the command says of an example; several tests ask for each."""
    return cache(lambda name: answered(examples(*check(name))))


def check(name: str) -> tuple[str, ...]:
    """The words of the command that checks an example."""
    return ("check", str(FOLDER / f"{name}.yaml"), "--format", "json")


def answered(done: subprocess.CompletedProcess[str]) -> Answer:
    """What a command said."""
    return Answer(done.returncode, json.loads(done.stdout))


# ------------------------------------------------------------------------------------------------ what it must say


@each_file
@each_example
def test_everything_that_is_marked_is_found_and_nothing_else(name: str, kind: str, answer: Ask) -> None:
    text = Text(name + kind)
    marks, found = text.marks(), list(text.found(answer(name + kind)))
    said = {mark[:2] for mark in marks if mark.severity}  # a mark that names no severity is met by any
    assert Counter(mark if mark[:2] in said else Mark(*mark[:2], "") for mark in found) == Counter(marks)


@each_file
@each_example
def test_the_exit_code_tells_whether_an_error_was_found(name: str, kind: str, answer: Ask) -> None:
    code, said = answer(name + kind)
    severities = {finding["severity"] for finding in said["findings"]}
    assert code == int("error" in severities)
    assert [each for each in said["not_checked"] if "crashed" in each["reason"]] == []


@each_example
def test_the_check_that_an_example_is_for_tells_the_two_apart(name: str, answer: Ask) -> None:
    code = code_of(name)
    fires, silent = Text(name), Text(name + COUNTER)
    assert code in {mark.code for mark in fires.found(answer(name))}
    other = answer(name + COUNTER)
    assert code not in {mark.code for mark in silent.found(other)}
    assert other.said["examined"][code] > 0, "silent because it looked at nothing"


@each_example
def test_a_counter_example_is_one_edit_away(name: str) -> None:
    one, other = Text(name).unmarked(), Text(name + COUNTER).unmarked()
    assert len(one) == len(other)
    assert sum(line != edited for line, edited in zip(one, other, strict=True)) == 1


def test_every_check_has_an_example(examples: Kb) -> None:
    listed = json.loads(examples("checks", "--format", "json").stdout)
    assert {code_of(name) for name in EXAMPLES} == {check["code"] for check in listed}


def test_no_file_of_the_folder_is_left_out() -> None:
    """The cases that were collected, counted against the folder."""
    names, kinds = test_everything_that_is_marked_is_found_and_nothing_else.pytestmark
    files = [path.name for path in FOLDER.iterdir()]
    assert sorted(f"{name}{kind}.yaml" for name in names.args[1] for kind in kinds.args[1]) == sorted(files)
    assert len(EXAMPLES) * 2 == len(files)


@pytest.mark.parametrize("name", ["recompute", "recompute.silent", "malformed.file"])
def test_one_process_for_many_files_says_what_the_command_says(name: str, examples: Kb, answer: Ask) -> None:
    assert answered(examples.process(*check(name))) == answer(name)


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
