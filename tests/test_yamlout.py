"""What is written is what is read: every text comes back as that text, and only those in need of quotes have them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kb import safeyaml
from kb.yamlout import Tree, Unwritable, written

HOSTILE = [
    "", " ", "  leading", "trailing ", "a: b", "a:", ":a", "a:b", "a #b", "#a", "a#b", "- a", "-", "-a", "---", "...",
    "... a", "?", "? a", "a?", "|", ">", "'", '"', "it's", '"a" b', "a\\b", "\\", "a\nb", "\n", "a\r\nb", "a\tb", "\t",
    "null", "Null", "~", "true", "True", "TRUE", "false", "yes", "no", "on", "off", "none", "1", "-1", "2.20", "1e5",
    ".5", "5.", "+3", "0777", "1_000", "12:30", "2023-07-10", ".inf", "-.NaN", "@a", "`a", "%a", "&a", "*a", "!a",
    "!!x", "<<", "=", "a, b", "[a", "a]", "{a}", "a {b", ",", "万亿", "一：二", "，", "　全", "a\u00a0b",
    "\u200b", "\u202e", "\ue000", "😀", "x" * 5000, "a  b", "1.8万亿 param", "more than 十", "é", "\u0301", "{",
    "k: [v", "{{x}}",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=30)).filter(
    lambda text: safeyaml.unwanted(text) is None
)
KEYS = TEXTS.filter(lambda text: len(text) < 60)
SCALARS = st.one_of(
    TEXTS, st.booleans(), st.none(), st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False)
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


def same(found: Any, given_: Any) -> bool:
    """Whether the reader gave back a value, with a decimal number for a float."""
    if isinstance(given_, dict):
        return list(found) == list(given_) and all(same(found[key], given_[key]) for key in given_)
    if isinstance(given_, list):
        return len(found) == len(given_) and all(map(same, found, given_))
    if isinstance(given_, float):
        return isinstance(found, int | Decimal) and float(found) == given_
    return type(found) is type(given_) and found == given_


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True, scope="module")
def parser(request: pytest.FixtureRequest) -> Any:
    """Both parsers that PyYAML may have."""
    before, safeyaml.PARSER = safeyaml.PARSER, getattr(yaml, request.param)
    yield
    safeyaml.PARSER = before


@given(TREES)
def test_what_is_written_is_read_back(tree: Tree) -> None:
    assert same(safeyaml.read(written(tree).encode()).plain(), tree)


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_text_comes_back_wherever_it_stands(text: str) -> None:
    tree: dict[str, Tree] = {"claims": [{"id": text, "names": [text, {"key": text}]}, text], "text": text}
    if len(text) < 100:
        tree[text] = {text: [text]}
    assert safeyaml.read(written(tree).encode()).plain() == tree


@pytest.mark.parametrize(
    "text", ["a:b", "it's", "yes", "1.8万亿 param", "more than 十", "12:30", "a#b", "2 < 3", "0777"]
)
def test_what_needs_no_quotes_has_none(text: str) -> None:
    assert written({"value": text, "list": [text]}) == f"value: {text}\nlist:\n  - {text}\n"
    assert written([[[[text]]]]) == f"- - - [{text}]\n"


def test_commas_and_brackets_need_quotes_only_between_brackets() -> None:
    assert written({"a": [{"b": "x, [y]", "c": ["x, [y]"]}]}) == 'a:\n  - b: x, [y]\n    c: ["x, [y]"]\n'


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u2028", "\ufeff", "\x85", "\ud800"])
def test_what_no_file_may_hold_is_told(character: str) -> None:
    with pytest.raises(Unwritable, match=r"with the character U\+[0-9A-F]{4}; expected printable text; "):
        written({"a": f"x{character}"})
