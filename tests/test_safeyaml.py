"""The safe reader: what a claim file may say, where it says it, and the one line for everything else."""

import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kb import safeyaml
from kb.errors import KbError
from kb.safeyaml import Limits, Node, Place, Rejected, read

PARSERS: dict[str, Any] = {"libyaml": yaml.CSafeLoader, "python": yaml.SafeLoader}
CHOSEN = safeyaml.PARSER
DEFAULTS = Limits()
CLAIM = """\
- id: alder.power # 风机
  subject: 阿尔德 wind farm
  "value": about 2.20 MW
  scope: {season: winter, '风速': 12.50}
  holder: [survey-2020,
    first-author]
"""


@pytest.fixture(autouse=True, scope="module", params=list(PARSERS))
def _parser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Everything holds for both of PyYAML's parsers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safeyaml, "PARSER", PARSERS[request.param])
        yield


def rejected(text: str | bytes, limits: Limits = DEFAULTS) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read(text.encode() if isinstance(text, str) else text, "bakery.yaml", limits)
    return caught.value


def at(node: Node, *path: str | int) -> Node:
    """The node that one reaches by these keys and indices."""
    for step in path:
        if isinstance(step, str):
            assert isinstance(node.value, dict)
            node = node.value[step]
        else:
            assert isinstance(node.value, list)
            node = node.value[step]
    return node


# ---------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("True", True), ("FALSE", False),
        ("null", None), ("Null", None), ("~", None),
        ("0", 0), ("-0", 0), ("+12", 12), ("-2020", -2020), ("9" * 100, 10**100 - 1),
        ("2.20", Decimal("2.20")), ("-0.5", Decimal("-0.5")), (".5", Decimal(".5")),
        ("5.", Decimal(5)), ("1e3", Decimal("1e3")), ("2.5E-7", Decimal("2.5E-7")),
        ("0e9999", Decimal("0e9999")), ("1e308", Decimal("1e308")),
    ],
)  # fmt: skip
def test_words_and_numbers_of_yaml_1_2(text: str, value: object) -> None:
    node = read(text.encode())
    assert (node.value, type(node.value), node.text) == (value, type(value), text)


@pytest.mark.parametrize("quoted", ['"{}"', "'{}'", "|-\n  {}", ">-\n  {}"])
@pytest.mark.parametrize("text", ["true", "null", "~", "12", "2.20", ".inf", "1e999"])
def test_what_is_quoted_is_text(quoted: str, text: str) -> None:
    assert read(quoted.format(text).encode()).plain() == text


LOOKALIKES = """
    yes no on off y tRUE nULL 0777 007.5 0x1F 0o17 0b1 1_000 1,000 12:30 1:2:3.5 2023-07-10 2023-07-10T12:30:00Z
    = + -. . 1e e5 1.2.3 ١٢ ½ inf nan
"""


@pytest.mark.parametrize("text", LOOKALIKES.split())
def test_what_only_resembles_a_number_or_a_word_is_text(text: str) -> None:
    node = read(text.encode())
    assert node.value == node.text == text


def test_digits_survive_as_printed() -> None:
    printed = ["2.20", "2.2", "0.1000000000000000055511151231257827", "1.10e+2"]
    list_of_them = read(f"[{', '.join(printed)}]".encode())
    nodes = [at(list_of_them, index) for index in range(4)]
    assert [node.text for node in nodes] == printed
    assert [str(node.value) for node in nodes] == [*printed[:3], "110"]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "--- # nothing\n...\n", "\ufeff", " "])
def test_an_empty_file_is_none(text: str) -> None:
    node = read(text.encode(), "empty.yaml")
    assert (node.plain(), node.text, str(node.place)) == (None, "", "empty.yaml:1:1")


def test_plain_gives_the_values_alone() -> None:
    scope = {"season": "winter", "风速": Decimal("12.50")}
    head = {"id": "alder.power", "subject": "阿尔德 wind farm", "value": "about 2.20 MW"}
    assert read(CLAIM.encode()).plain() == [{**head, "scope": scope, "holder": ["survey-2020", "first-author"]}]


def test_text_is_kept_unfolded_and_unescaped() -> None:
    node = read(b"a: \"x\\u98CE\\n\ty\"\nb: |\n  two\n  lines\nc: one\n  line\nd: 'it''s'\n")
    assert node.plain() == {"a": "x风\n\ty", "b": "two\nlines\n", "c": "one line", "d": "it's"}


def test_a_quoted_merge_sign_is_an_ordinary_key() -> None:
    assert read(b"{'<<': <<}").plain() == {"<<": "<<"}


# ---------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ((), 1, 1),
        ((0,), 1, 3),
        ((0, "id"), 1, 7),
        ((0, "subject"), 2, 12),
        ((0, "value"), 3, 12),
        ((0, "scope"), 4, 10),
        ((0, "scope", "season"), 4, 19),
        ((0, "scope", "风速"), 4, 33),
        ((0, "holder"), 5, 11),
        ((0, "holder", 1), 6, 5),
    ],
)
def test_every_value_has_its_place(
    mark: str, line_end: str, path: tuple[str | int, ...], line: int, column: int
) -> None:
    node = at(read((mark + CLAIM.replace("\n", line_end)).encode(), "alder.yaml"), *path)
    assert node.place == Place("alder.yaml", line, column)


def test_every_key_has_its_place() -> None:
    node = read(CLAIM.encode(), "f")
    places = {"id": (1, 3), "subject": (2, 3), "value": (3, 3), "scope": (4, 3), "holder": (5, 3)}
    assert at(node, 0).key_places == {key: Place("f", *place) for key, place in places.items()}
    assert at(node, 0, "scope").key_places == {"season": Place("f", 4, 11), "风速": Place("f", 4, 27)}
    assert node.key_places == at(node, 0, "id").key_places == {}


@pytest.mark.parametrize("text", ["x: 1\nnote:\n", "x: 1\nnote:", "x: 1\nnote: \n\n# end\n", "x: 1\n? note"])
def test_a_value_that_is_not_written_stands_at_its_key(text: str) -> None:
    node = read(text.encode(), "f")
    assert at(node, "note").value is None
    assert at(node, "note").place == node.key_places["note"]


def test_a_quoted_nothing_stands_where_it_is() -> None:
    assert str(at(read(b"{note: ''}", "f"), "note").place) == "f:1:8"


def test_nothing_in_a_list_stands_behind_its_dash() -> None:
    assert [str(at(read(b"- 1\n-\n- 3\n", "f"), index).place) for index in range(3)] == ["f:1:3", "f:2:2", "f:3:3"]


def test_columns_count_characters_beyond_the_basic_plane() -> None:
    assert str(at(read("😀é: 𝟙 # x".encode(), "f"), "😀é").place) == "f:1:5"


# ---------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "place", "found", "remedy"),
    [
        ("a: !!str 12", "1:4", "tag '!!str'", "delete the tag"),
        ("- !turbine {a: 1}", "1:3", "tag '!turbine'", "delete the tag"),
        ("- ! 12", "1:3", "tag '!'", "delete the tag"),
        ("- !!python/object/apply:os.system [ls]", "1:3", "tag '!!python/", "delete the tag"),
        ("a: 1\nb: &loaf 2", "2:4", "anchor '&loaf'", "repeat the value"),
        ("a: 1\nb: &loaf [2]", "2:4", "anchor '&loaf'", "repeat the value"),
        ("a: 1\nb: *loaf", "2:4", "alias '*loaf'", "write the value out"),
        ("a: 1\n<<: {b: 2}", "2:1", "a merge key", "copy them"),
        ("a: 1\nb: 2\n'a': 3", "3:1", "key 'a' again (first in line 1)", "rename"),
        ("{风: 1, 风: 2}", "1:8", "key '风' again", "rename"),
        ("2023: x", "1:1", "key '2023', which is not text", "quote it"),
        ("2.20: x", "1:1", "key '2.20'", "quote it"),
        ("null: x", "1:1", "key 'null'", "quote it"),
        ("a:\n  true: x", "2:3", "key 'true'", "quote it"),
        ("? \n: x", "1:2", "no key", "quote it"),
        ("? [a]\n: x", "1:3", "list or mapping as a key", "quote it"),
        ("{{a: 1}: x}", "1:2", "list or mapping as a key", "quote it"),
        ("a: 1e999", "1:4", "number '1e999'", "another unit"),
        ("a: -2.5e-999", "1:4", "number '-2.5e-999'", "another unit"),
        ("a: 1e" + "9" * 50, "1:4", "number '1e999", "another unit"),
        ("a: .inf", "1:4", ".inf", "quote"),
        ("a: -.Inf", "1:4", "-.Inf", "quote"),
        ("a: .NaN", "1:4", ".NaN", "quote"),
        ("a: 1\n---\nb: 2", "2:1", "a second document", "split the file"),
        ("---\n---\n", "2:1", "a second document", "split the file"),
        ("%YAML 1.2\n---\na: 1", "1:1", "directive", "delete the line"),
        ("# x\r\n%TAG ! x\r\n---\r\na: 1", "2:1", "directive", "delete the line"),
        ("# x\r%TAG ! x\r---\ra: 1", "2:1", "directive", "delete the line"),
        ("a: 1\n...\n%SOME thing\n---\n", "3:1", "directive", "delete the line"),
    ],
)
def test_refused_although_it_is_yaml(text: str, place: str, found: str, remedy: str) -> None:
    error = rejected(text)
    assert str(error.place) == f"bakery.yaml:{place}"
    assert found in error.found
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("text", "place", "found", "remedy"),
    [
        ("a: [1,\nb", "1:4", "no end of what starts here", "add it"),
        ("a: 1\nb: {c: [", "2:8", "no end of what starts here", "add it"),
        ("a: 1\nb: 'x\n\n", "2:4", "no end of what starts here", "add it"),
        ('- "x', "1:3", "no end of what starts here", "add it"),
        ("a: 1\n风\n", "2:1", "a key without a colon", "add the colon"),
        ("a: 1\nb\nc: 2", "2:1", "a key without a colon", "add the colon"),
        ("\ta: 1", "1:1", "a tab", "indent with spaces"),
        ("a:\n  b: 1\n\tc: 2", "3:1", "a tab", "indent with spaces"),
        ("风: @x", "1:4", "text that starts with '@'", "quotes"),
        ("风: `x`", "1:4", "text that starts with '`'", "quotes"),
        ("风: %x", "1:4", "text that starts with '%'", "quotes"),
        ("风: b: c", "1:5", "a colon where no key can stand", "quote the text that holds the colon"),
        ("a: 1\n b: 2", "2:3", "a colon where no key can stand", "line up"),
        ("- a\nb: c", "2:1", "'b' out of place", "indentation"),
        ("a: [1]]", "1:7", "']' out of place", "indentation"),
        ("a: 'it's'", "1:8", "'s' out of place", "quotes"),
        ("key: - a", "1:6", "'-' out of place", "indentation"),
    ],
)
def test_refused_because_it_is_not_yaml(text: str, place: str, found: str, remedy: str) -> None:
    error = rejected(text)
    assert str(error.place) == f"bakery.yaml:{place}"
    assert found in error.found
    assert remedy in error.remedy


@pytest.mark.parametrize("escape", [r"\q", r"\xZZ", r"\u12", r"\U00110000", r"\UFFFFFFFF", r"\ud800", r"\udfff"])
def test_an_escape_that_does_not_exist(escape: str) -> None:
    error = rejected(f'a: 1\nb: "loaf {escape}"')
    assert error.place.line == 2
    assert "escape" in error.found


@pytest.mark.parametrize("tag", ["!<%ED%A0%80>", "!<%FF>", "!%C3"])
def test_a_tag_that_is_not_text(tag: str) -> None:
    assert rejected(f"a: 1\nb: {tag} x").place.line == 2


@pytest.mark.parametrize("character", [*map(chr, (0, 1, 7, 0x1B, 0x7F, 0x85, 0x9B, 0x2028, 0x2029, 0xFEFF, 0xFFFE))])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_an_unwanted_character(character: str, line_end: str) -> None:
    error = rejected(f"a: 1{line_end}{line_end}风: x{character}y")
    assert str(error.place) == "bakery.yaml:3:5"
    assert f"U+{ord(character):04X}" in error.found


@pytest.mark.parametrize("escape", [r"\0", r"\a", r"\e", r"\x1b", r"\N", r"\L", r"\P", r"\uFEFF", r"\u0000", r"\x9b"])
def test_an_unwanted_character_by_an_escape(escape: str) -> None:
    error = rejected(f'风: "x{escape}y"')
    assert str(error.place) == "bakery.yaml:1:4"
    assert error.found.startswith("an escape for the character U+")


@pytest.mark.parametrize(
    ("data", "place", "found"),
    [
        (b"\xff\xfea\x00", "1:1", "UTF-16"),
        (b"\xfe\xff\x00a", "1:1", "UTF-16"),
        ("a".encode("utf-16-le"), "1:2", "U+0000"),
        (b"a: 1\n\xe9: 2", "2:1", "byte 0xe9"),
        ("a: 1\r\n风: 😀".encode() + b"\xf0\x9f", "2:5", "byte 0xf0"),
        (b"\xef\xbb\xbfa: \xed\xa0\x80", "1:4", "byte 0xed"),
        (b"a: \xc0\xaf", "1:4", "byte 0xc0"),
    ],
)
def test_bytes_that_are_not_utf_8(data: bytes, place: str, found: str) -> None:
    error = rejected(data)
    assert str(error.place) == f"bakery.yaml:{place}"
    assert found in error.found
    assert "UTF-8" in error.remedy or "delete" in error.remedy


# ---------------------------------------------------------------------------------------------- messages


def test_a_rejection_is_one_line_of_three_parts() -> None:
    error = rejected("a: 1\na: 2")
    assert isinstance(error, KbError)
    assert str(error) == (
        "bakery.yaml:2:1: the key 'a' again (first in line 1); expected each key once; delete or rename one of the two"
    )
    assert str(error) == f"{error.place}: {error.found}; {error.expected}; {error.remedy}"


def test_a_message_shows_no_more_than_a_piece_of_the_input() -> None:
    error = rejected(f"{'loaf' * 200}: 1\n{'loaf' * 200}: 2")
    assert "loaf" * 15 in error.found
    assert "loaf" * 16 not in str(error)


@pytest.mark.parametrize("part", range(4))
def test_no_part_of_a_message_can_break_its_line(part: int) -> None:
    parts = ["风机", "风机", "风机", "风机"]
    parts[part] = "x\n\x1b[31m\u2028\u202e\udc80y"
    message = str(Rejected(Place(parts[0], 1, 2), *parts[1:]))
    assert message.isprintable()
    assert r"x\n\x1b[31m\u2028\u202e\udc80y" in message
    assert message.count("风机") == 3


# ---------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("limits", "fits", "exceeds", "place"),
    [
        (Limits(bytes=6), "风: 1", "风: 12", "1:1"),
        (Limits(depth=2), "[[], {}]", "[{a: []}]", "1:6"),
        (Limits(depth=2), "- - 1", "- - - 1", "1:5"),
        (Limits(nodes=3), "a: b", "a: [b]", "1:5"),
        (Limits(nodes=4), "[1, 2, 3]", "[1, 2, 3, 4]", "1:11"),
        (Limits(scalar=5), "a: '12345'", "a: '123456'", "1:4"),
        (Limits(scalar=5), "风机风机风: 1", "风机风机风机: 1", "1:1"),
        (Limits(digits=5), "[-1.25, '123456', 12345a]", "[-1.25, -1.250]", "1:9"),
    ],
)
def test_a_limit_is_the_last_that_fits(limits: Limits, fits: str, exceeds: str, place: str) -> None:
    read(fits.encode(), limits=limits)
    error = rejected(exceeds, limits)
    assert str(error.place) == f"bakery.yaml:{place}"
    assert "expected at most" in error.expected


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[" * 100_000, 1, 41),
        ("{a: " * 100_000, 1, 161),
        ("- " * 100_000, 1, 81),
        ("? " * 100_000, 1, 3),
        ("".join(" " * level + "a:\n" for level in range(500)), 41, 41),
    ],
)
def test_deep_nesting_stops_at_the_limit(text: str, line: int, column: int) -> None:
    assert rejected(text).place == Place("bakery.yaml", line, column)


def test_a_bomb_is_refused_at_its_first_anchor() -> None:
    laughs = "".join(
        f"{name}: &{name} [{', '.join(['*' + inner] * 9)}]\n"
        for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    merges = "".join(f"m{level}: &m{level}\n  <<: [*m{level - 1}, *m{level - 1}]\n" for level in range(1, 100))
    assert str(rejected("a: &a loaf\n" + laughs).place) == "bakery.yaml:1:4"
    assert str(rejected("m0: &m0 {x: 1}\n" + merges).place) == "bakery.yaml:1:5"


@pytest.mark.parametrize(
    "text", ["9" * 10**6, "0." + "9" * 10**6, "a: '" + "loaf " * 10**5 + "'", "|\n" + " loaf\n" * 10**5]
)
def test_a_long_scalar(text: str) -> None:
    error = rejected(text)
    assert error.found.endswith(" characters")
    assert len(str(error)) < 100


def test_a_file_too_large_is_refused_unread() -> None:
    assert "16777217 bytes" in rejected(b"\xff" * (2**24 + 1)).found


def test_many_directives_never_reach_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that libyaml takes for them grows with the square of their number."""
    monkeypatch.setattr(safeyaml, "PARSER", None)
    assert "directive" in rejected("a: 1\n...\n" + "".join(f"%TAG !{n}! x\n" for n in range(100_000))).found


def test_the_parser_is_asked_for_no_more_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    class Counting:
        def __init__(self, text: str) -> None:
            self.parser = PARSERS["libyaml"](text)

        def get_event(self) -> object:
            nonlocal asked
            asked += 1
            return self.parser.get_event()

    monkeypatch.setattr(safeyaml, "PARSER", Counting)
    rejected("[" + "1, " * 100_000 + "]", Limits(nodes=10))
    assert asked == 2 + 11  # the stream, the document, and one node too many


# ---------------------------------------------------------------------------------------------- properties

SYNTAX = st.lists(
    st.sampled_from(
        [*"ab风😀 \n\t\r:-[]{},?#&*!|>'\"%@`~.019eE+<=\\/_", "\r\n", ": ", "- ", "\n  ", "\n- ", "a: ", "---\n"]
    )
    | st.sampled_from(
        ["...\n", "<<: ", "null", "1e5", "|\n", "\\u", "\\x", "!!", "!<", "%41", "&a ", "*a", "2.20", "? "]
    ),
    max_size=30,
).map("".join)
ANY_BYTES = st.binary(max_size=30) | SYNTAX.map(str.encode) | st.builds(
    lambda text, start, patch: text[:start] + patch + text[start:],
    st.just(CLAIM.encode()), st.integers(0, len(CLAIM)), st.binary(max_size=3) | SYNTAX.map(str.encode),
)  # fmt: skip


def outcome(data: bytes) -> Iterator[tuple[Place, str]]:
    """The places of all keys and values, or the one of the rejection with its message."""
    try:
        nodes = [read(data)]
    except Rejected as error:
        nodes = []
        yield error.place, str(error)
    while nodes:
        node = nodes.pop()
        yield from ((place, "") for place in (node.place, *node.key_places.values()))
        if isinstance(node.value, dict | list):
            nodes += node.value.values() if isinstance(node.value, dict) else node.value


@given(ANY_BYTES)
def test_any_bytes_are_read_or_rejected_in_one_line_and_every_place_is_in_the_file(data: bytes) -> None:
    lines = re.split(r"\r\n|\r|\n", data.decode("utf-8-sig", errors="replace"))
    for place, message in outcome(data):
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
        assert message.isprintable()


@given(SYNTAX)
def test_what_both_parsers_accept_they_read_alike(text: str) -> None:
    nodes = []
    for parser in PARSERS.values():
        with pytest.MonkeyPatch.context() as patch, suppress(Rejected):
            patch.setattr(safeyaml, "PARSER", parser)
            nodes.append(read(text.encode()))
    assert nodes[:1] == nodes[-1:]


PYYAML_SEES_NO_NUMBER = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?|[-+]?\.(inf|nan)", re.IGNORECASE)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff")
    | st.sampled_from("\n\t'\":-#%")
).filter(lambda text: not PYYAML_SEES_NO_NUMBER.fullmatch(text))  # and would not quote what YAML 1.2 takes for one
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def with_floats(value: object) -> object:
    """The value with a float for each Decimal."""
    if isinstance(value, dict):
        return {key: with_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_floats(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


@given(VALUES, st.sampled_from([None, False, True]), st.integers(20, 200))
def test_what_is_written_is_read(value: object, flow: bool | None, width: int) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, width=width, sort_keys=False)
    assert repr(with_floats(read(text.encode()).plain())) == repr(value)  # repr: 1, 1.0 and True are not the same


# ---------------------------------------------------------------------------------------------- surroundings


def test_libyaml_is_used_where_it_is_present() -> None:
    assert CHOSEN is yaml.CSafeLoader


def test_without_libyaml_the_reader_still_works() -> None:
    program = "import sys; sys.modules['yaml._yaml'] = None; from kb import safeyaml; import yaml;"
    program += "assert safeyaml.PARSER is yaml.SafeLoader; print(safeyaml.read(b'{a: 2.20}').plain())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'a': Decimal('2.20')}"


@pytest.mark.parametrize("text", ["a: 1", "a: *b"])
@pytest.mark.parametrize("was_on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(text: str, was_on: bool) -> None:
    (gc.enable if was_on else gc.disable)()
    try:
        with suppress(Rejected):
            read(text.encode())
        assert gc.isenabled() is was_on
    finally:
        gc.enable()
