"""The JSON of reports, version 1: it is what its schema says, and the schema only ever gains fields."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kb.desk import examine_claims
from kb.knowledge import Knowledge
from kb.limits import limited
from kb.model import Source
from kb.pipeline import Examination
from kb.reports import Heading
from kb.reports import json as reports
from kb.schemas import report as schema
from tests.commands import Kb
from tests.test_certificates import EXAMPLES, WIND, examined, example

SCHEMA = schema()
FROZEN = Path(__file__).parent / "golden" / "report-1.fields.txt"
ALL = sorted(path.stem for path in EXAMPLES.glob("*.yaml") if not path.stem.endswith(".silent"))
OTHERS = {"claim": "kb show", "finding": "kb explain", "check": "kb check", "whatif": "kb whatif"}


def wrong(data: Any, of: str = "", made: dict[str, Any] = SCHEMA) -> list[str]:
    """What a schema finds wrong with an output of `kb report`, or with that of another command."""
    top = {"$ref": f"#/$defs/{of}", "$defs": made["$defs"]} if of else made
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(top).iter_errors(data)]


def closed(made: Any) -> Any:
    """The same schema that takes no field which it does not name."""
    if isinstance(made, list):
        return [closed(each) for each in made]
    if not isinstance(made, dict):
        return made
    found = {key: closed(value) for key, value in made.items()}
    return found | {"additionalProperties": False} if "properties" in made and made.get("type") == "object" else found


CLOSED = closed(SCHEMA)


def data(examination: Examination, **heading: Any) -> Any:
    made = Heading("a leak", "2031-05-02", "aaaa…bb", heading.pop("sources", {}), **heading)
    return json.loads(reports.render(examination, made))


# ------------------------------------------------------------------------------------------------ outputs


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema_version"]["const"] == reports.SCHEMA_VERSION == 1
    assert '"additionalProperties": false' not in json.dumps(SCHEMA), "every object may gain fields"


@pytest.mark.parametrize("name", ALL)
def test_every_example_is_as_the_schema_says_and_it_names_every_field(name: str) -> None:
    examination = example(name)
    found = data(examination, verified=reports.verified(examination))
    assert wrong(found, made=CLOSED) == []


def test_a_base_of_nothing_is_as_the_schema_says() -> None:
    examination = examine_claims(Knowledge(), [])
    found = data(examination)
    assert (found["claims"], found["applications"], found["findings"]) == ([], [], [])
    assert wrong(found, made=CLOSED) == []


def test_what_is_checked_by_intervals_is_as_the_schema_says() -> None:
    found = data(examined(WIND))
    assert [each["certificate"] for each in found["findings"] if each["by_intervals"]] == [None]
    assert wrong(found, made=CLOSED) == []


def test_a_limited_report_is_as_the_schema_says() -> None:
    examination, limit = limited(example("bound.served"), "", "Birch")
    found = data(examination, limit=limit)
    assert found["limited_to"]["entities"]
    assert wrong(found, made=CLOSED) == []


def test_every_command_prints_what_the_schema_says(kb: Kb) -> None:
    found = json.loads(kb("report", "--verify", "--format", "json").stdout)
    assert wrong(found, made=CLOSED) == []
    assert json.loads(kb("schema", "--report").stdout) == SCHEMA
    finding = next(each["id"] for each in found["findings"] if each["certificate"])
    claim = next(each["id"] for each in found["claims"] if each["value"]["intervals"])
    (kb.folder / "leak.yaml").write_text(WIND, encoding="utf-8")
    printed = {
        "claim": kb("show", claim, "--format", "json"),
        "finding": kb("explain", finding, "--format", "json"),
        "check": kb("check", "leak.yaml", "--format", "json"),
        "whatif": kb("whatif", "--drop", claim, "--format", "json"),
    }
    assert printed.keys() == OTHERS.keys()
    for of, each in printed.items():
        assert wrong(json.loads(each.stdout), of, CLOSED) == [], of


def test_what_others_add_later_is_no_fault() -> None:
    found = data(example("joint"))
    for each in (found, found["claims"][0], found["claims"][0]["value"], found["findings"][0]):
        each["new"] = {"of": [1, None]}
    assert wrong(found) == []


# ------------------------------------------------------------------------------------------------ frozen


@cache
def rich() -> Any:
    """A report in which every list that can be filled by an example is."""
    examination = example("joint")
    found = data(examination, verified=reports.verified(examination), sources={"x": SOURCE})
    more = data(example("bound.served"))
    return found | {"findings": found["findings"] + more["findings"]}


SOURCE = Source.model_validate_json(
    """{"id": "x", "kind": "article", "title": "X", "sentences": [{"at": "p0.s0", "span": [0, 9],
    "digest": "%s", "figures": [{"span": [1, 2], "silent": "a part of a name"}]}]}"""
    % ("ab" * 32)
)


def spots(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """The fields of an output, each kind of place once."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*at, key), key
            yield from spots(inner, (*at, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from spots(inner, (*at, number))


def kind(place: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(each for each in place if isinstance(each, str))


def test_a_field_that_is_missing_or_of_another_type_is_a_fault() -> None:
    seen: set[tuple[Any, ...]] = set()
    free = {"scope", "examined"}  # of names that are nobody's fields
    maybe = (line.split()[:2] for line in fields(SCHEMA))
    optional = {path.rpartition(".")[2] for path, always in maybe if always == "maybe"}
    for place, name in spots(rich()):
        if kind(place) in seen or free & set(kind(place)[:-1]):
            continue
        seen.add(kind(place))
        changed, without = copy.deepcopy(rich()), copy.deepcopy(rich())
        for each in (changed, without):
            inner = each
            for key in place[:-1]:
                inner = inner[key]
            if each is changed:
                inner[name] = {"of": "another type"} if not isinstance(inner[name], dict) else 7
            else:
                del inner[name]
        assert wrong(changed), place
        assert wrong(without) or name in optional, place
    assert len(seen) > 120


def fields(made: dict[str, Any]) -> Iterator[str]:
    """Each field of a schema with its type and whether it is always there, one a line."""
    yield from inside("report", {key: value for key, value in made.items() if key != "$defs"})
    for name, each in made["$defs"].items():
        yield from inside(name, each)


def inside(name: str, made: Any) -> Iterator[str]:
    for key, value in made.get("properties", {}).items():
        always = "always" if key in made["required"] else "maybe"
        yield f"{name}.{key} {always} {json.dumps(bare(value), sort_keys=True)}"
        yield from inside(f"{name}.{key}", value.get("items", {}))
    if "properties" not in made and "type" in made:
        yield f"{name} is {json.dumps(bare(made), sort_keys=True)}"


def bare(value: Any) -> Any:
    """A type without its description; of an object that is written out, that it is one."""
    if isinstance(value, list):
        return [bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    hidden = {"description", "properties", "required"}
    return {key: bare(each) for key, each in value.items() if key not in hidden}


def test_what_version_1_has_stays() -> None:
    """To add fields, add them to the schema and their lines to the frozen list; nothing may leave it or change."""
    frozen = FROZEN.read_text(encoding="utf-8").splitlines()
    assert len(frozen) > 150
    now = list(fields(SCHEMA))
    assert [line for line in frozen if line not in now] == [], "a field is gone, or has another type"
    assert [line for line in now if line not in frozen] == [], "a new field: add its line to the frozen list"
    lost = copy.deepcopy(SCHEMA)
    lost["$defs"]["claim"]["required"].remove("verdict")
    assert set(frozen) - set(fields(lost)) == {'claim.verdict always {"type": "string"}'}
