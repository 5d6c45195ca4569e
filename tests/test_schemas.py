"""The JSON Schema of claim files: it holds of every file that can be read, and marks what no reader takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kb import corpus, safeyaml
from kb.schemas import claim_file

SCHEMA = claim_file()
FILES = [*corpus.shipped(), *sorted((Path(__file__).parent / "examples").glob("*.silent.yaml"))]


def wrong(text: bytes) -> list[str]:
    """What the schema finds wrong with a file."""
    found: Any = read(safeyaml.read(text))
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(found)]


def read(node: safeyaml.Node) -> object:
    """A file as an editor sees it: plain data, decimal figures as floats."""
    if isinstance(node.value, dict):
        return {key: read(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [read(inner) for inner in node.value]
    return node.value if isinstance(node.value, str | bool | int | None) else float(node.value)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert len(FILES) > 40


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_that_can_be_read_is_right(file: Path) -> None:
    assert wrong(file.read_bytes()) == []


@pytest.mark.parametrize(
    "text",
    [
        b"claim: []",
        b"claims: [{id: a}]",
        b"claims: [{id: a, statement: X., subject: S, atribute: a.b, value: 1, source: {at: p1}}]",
        b"claims: [{id: a, statement: X., subject: S, attribute: a.b, value: 1, source: p1}]",
        b"claims: [{id: a, statement: X., subject: S, attribute: a.b, value: 1, source: {at: p1}, mode: gossip}]",
        b"sources: [{id: a, kind: song, title: X}]",
        b"entities: [{id: A}]",
    ],
)
def test_what_no_reader_takes_is_marked(text: bytes) -> None:
    assert wrong(text)
