"""The one safe reader for claim files: bytes in, values with their places out, or one line that says what to change.

It reads the part of YAML 1.2 that a person writes: mappings, lists, text, decimal numbers, true, false, null. Refused
are tags, anchors, aliases, merge keys, directives, duplicate keys, several documents, control characters, and what goes
beyond the :class:`Limits`. A number keeps its digits; what only resembles one (0777, 1_000, 12:30, 2023-07-10) is text.

PyYAML takes the text apart into events, which needs no recursion. All meaning is given here: neither its YAML 1.1 rules
nor its constructors are ever run, nothing is expanded, and a hostile file costs no more than its length.

>>> power = read(b"power: 2.20  # MW").value["power"]
>>> power.value, power.text, str(power.place)
(Decimal('2.20'), '2.20', '<input>:1:8')
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

import yaml

from kb.errors import KbError

Scalar: TypeAlias = str | bool | int | Decimal | None

PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML can lack libyaml: slower, otherwise alike
EXCERPT: Final = 60  # characters of the input that a message may show

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS: Final = frozenset("-+.0123456789")
_NUMBER: Final = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][-+]?[0-9]++)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE)
# What no text may hold, not even by an escape: control characters but tab and line ends, the separators that are line
# ends for YAML 1.1 and not for 1.2, the byte order mark, halves of surrogate pairs, and two that are no characters.
_UNWANTED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_DIRECTIVE: Final = re.compile(r"(?:\A|(?<=[\r\n]))%")


class Place(NamedTuple):
    """Where something stands: line and column from 1, the column counted in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{_one_line(self.file)}:{self.line}:{self.column}"


class Rejected(KbError):
    """A claim file that cannot be accepted; its text is one line without control characters."""

    def __init__(self, place: Place, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{place}: {_one_line(f'{found}; {expected}; {remedy}')}")
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy


@dataclass(slots=True)
class Node:
    """One value with its place; read-only by its types, because freezing it would slow reading by a tenth."""

    value: Final[Scalar | list[Node] | dict[str, Node]]
    text: Final[str | None]  # a scalar's characters, so that 2.20 keeps its zero; None for lists and mappings
    place: Final[Place]
    key_places: Final[dict[str, Place]] = field(default_factory=dict)  # of a mapping

    def plain(self) -> object:
        """The same without places: dict, list, str, int, Decimal, bool or None."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold; there is none for aliases because no alias is accepted."""

    bytes: int = 16 << 20
    depth: int = 40  # lists and mappings inside each other; stay far below Python's recursion limit
    nodes: int = 1_000_000  # keys, scalars, lists and mappings together
    scalar: int = 64 << 10  # characters of one key or value
    digits: int = 100  # characters of one number


def read(data: bytes, name: str = "<input>", limits: Limits = Limits()) -> Node:
    """The value of a claim file; an empty file gives a Node of None.

    Raises:
        Rejected: the file breaks a rule or a limit; the message leads with `name`, line and column.
    """
    text = _decoded(data, name, limits)
    with _collector_paused():
        return _Builder(text, name, limits).build()


def is_text(plain: str) -> bool:
    """Whether text without quotes is read as that text, and as no number, true, false or null."""
    number = _NUMBER.fullmatch(plain) or _NOT_FINITE.fullmatch(plain)
    return plain not in _WORDS and not number and plain != "<<"


def unwanted(text: str) -> str | None:
    """The first character of a text that no file may hold, not even by an escape."""
    found = _UNWANTED.search(text)
    return found.group() if found else None


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Saves a third of the time: reading makes no cycles, yet the collector would walk the growing tree many times."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# ---------------------------------------------------------------------------------------------- bytes to characters


def _decoded(data: bytes, name: str, limits: Limits) -> str:
    start = Place(name, 1, 1)
    if len(data) > limits.bytes:
        raise Rejected(start, f"{len(data)} bytes", f"expected at most {limits.bytes}", "split the file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Rejected(start, "text in UTF-16 or UTF-32", "expected UTF-8", "save the file as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = _place_after(data[: error.start].decode(), name)
        found = f"the byte 0x{data[error.start]:02x}, which is not UTF-8"
        raise Rejected(place, found, "expected text in UTF-8", "save the file as UTF-8") from None
    if unwanted := _UNWANTED.search(text):
        found = f"the character U+{ord(unwanted.group()):04X}"
        raise Rejected(_place_after(text[: unwanted.start()], name), found, "expected printable text", "delete it")
    if directive := _DIRECTIVE.search(text):  # before parsing: libyaml's time grows with the square of their number
        place = _place_after(text[: directive.start()], name)
        raise Rejected(
            place, "a % that starts a line, thus a directive", "expected none", "delete the line or indent it"
        )
    return text


def _place_after(text: str, name: str) -> Place:
    """The place of the character that follows the text."""
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    return Place(name, ends + 1, len(text) - max(text.rfind("\n"), text.rfind("\r")))


# ---------------------------------------------------------------------------------------------- characters to nodes


class _Open:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("entries", "items", "key", "key_places", "place")

    def __init__(self, place: Place, items: list[Node] | None = None) -> None:
        self.place = place
        self.items = items  # None in a mapping
        self.entries: dict[str, Node] = {}
        self.key_places: dict[str, Place] = {}
        self.key: str | None = None  # of the value that comes next

    @property
    def awaits_key(self) -> bool:
        return self.key is None and self.items is None

    def put(self, node: Node) -> None:
        if self.key is not None:
            self.entries[self.key] = node
            self.key = None
        elif self.items is not None:
            self.items.append(node)

    def name_next(self, key: str, place: Place) -> None:
        if first := self.key_places.get(key):
            found = f"the key {_excerpt(key)} again (first in line {first.line})"
            raise Rejected(place, found, "expected each key once", "delete or rename one of the two")
        self.key = key
        self.key_places[key] = place


class _Builder:
    """Builds the nodes of one file and refuses what breaks a rule or a limit as soon as it appears."""

    def __init__(self, text: str, name: str, limits: Limits) -> None:
        self.text = text
        self.name = name
        self.limits = limits
        self.nodes = 0
        self.documents: list[Node] = []
        self.top = _Open(Place(name, 1, 1), self.documents)
        self.outer: list[_Open] = []

    def build(self) -> Node:
        steps: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.SequenceStartEvent: self.open_list,
            yaml.MappingStartEvent: self.open_mapping,
            yaml.SequenceEndEvent: self.close,
            yaml.MappingEndEvent: self.close,
            yaml.AliasEvent: self.refuse_alias,
            yaml.DocumentStartEvent: self.start_document,
        }
        for event in self.events():
            if step := steps.get(type(event)):
                step(event)
        return self.documents[0] if self.documents else Node(None, "", self.top.place)

    def events(self) -> Iterator[Any]:
        """The parser's events; its complaints come out as ours."""
        event = None
        try:
            next_event = PARSER(self.text).get_event
            while type(event := next_event()) is not yaml.StreamEndEvent:
                yield event
        except yaml.MarkedYAMLError as error:
            raise self.not_yaml(error) from None
        except (ValueError, OverflowError):  # PyYAML leaves these uncaught, without a place: look behind the last event
            place = self.place(event.end_mark) if event else self.top.place
            found = "after this an escape that stands for no character"
            raise Rejected(place, found, "expected plain or quoted text", "write the character itself") from None

    def place(self, mark: Any) -> Place:
        return Place(self.name, mark.line + 1, mark.column + 1)

    def scalar(self, event: Any) -> None:
        place = self.admitted(event)
        text: str = event.value
        if len(text) > self.limits.scalar:
            raise Rejected(place, f"{len(text)} characters", f"expected at most {self.limits.scalar}", "shorten it")
        style = event.style  # of plain text: '' from libyaml, None from the Python parser
        if style == '"' and (unwanted := _UNWANTED.search(text)):
            found = f"an escape for the character U+{ord(unwanted.group()):04X}"
            raise Rejected(place, found, "expected printable text", "delete the escape")
        value = text if style else self.resolved(text, place)
        if self.top.awaits_key:
            self.top.name_next(_key(value, text, not style, place), place)
        else:
            self.top.put(Node(value, text, place if text or style else self.place_of_empty(place)))

    def place_of_empty(self, place: Place) -> Place:
        """The key's, or the file's: for what is not written libyaml may give the next token's, or a line too many."""
        if self.top.key is not None:
            return self.top.key_places[self.top.key]
        return place if self.outer else self.top.place

    def resolved(self, text: str, place: Place) -> Scalar:
        """What plain text means: null, true, false, a decimal number, or itself."""
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in _NUMBER_STARTS:
            return text
        if _NUMBER.fullmatch(text):
            return self.number(text, place)
        if _NOT_FINITE.fullmatch(text):
            raise Rejected(place, text, "expected a finite number", "leave it out, or quote text")
        return text

    def number(self, text: str, place: Place) -> int | Decimal:
        if len(text) > self.limits.digits:
            raise Rejected(place, f"{len(text)} digits", f"expected at most {self.limits.digits}", "round or quote it")
        if _beyond_floats(text):
            found, expected = f"the number {_excerpt(text)}", "expected one that a float can hold"
            raise Rejected(place, found, expected, "use another unit, or quote text")
        return int(text) if text.lstrip("-+").isdecimal() else Decimal(text)

    def open_list(self, event: Any) -> None:
        place = self.admitted(event)
        items: list[Node] = []
        self.descend(_Open(place, items), Node(items, None, place))

    def open_mapping(self, event: Any) -> None:
        inner = _Open(self.admitted(event))
        self.descend(inner, Node(inner.entries, None, inner.place, inner.key_places))

    def descend(self, inner: _Open, node: Node) -> None:
        if self.top.awaits_key:
            raise Rejected(inner.place, "a list or mapping as a key", "expected text", "quote it, or make it a value")
        if len(self.outer) >= self.limits.depth:
            found, expected = "one more list or mapping inside others", f"expected at most {self.limits.depth} levels"
            raise Rejected(inner.place, found, expected, "nest less, or close a bracket")
        self.top.put(node)
        self.outer.append(self.top)
        self.top = inner

    def close(self, _event: Any) -> None:
        self.top = self.outer.pop()

    def admitted(self, event: Any) -> Place:
        """The place of a node that is one of not too many and carries nothing but its value."""
        mark = event.start_mark
        place = Place(self.name, mark.line + 1, mark.column + 1)
        self.nodes += 1
        if self.nodes > self.limits.nodes:
            raise Rejected(place, "one more key or value", f"expected at most {self.limits.nodes}", "split the file")
        if event.tag is not None:
            found = f"the tag {_excerpt(event.tag.replace('tag:yaml.org,2002:', '!!'))}"
            raise Rejected(place, found, "expected a value without a tag", "delete the tag, and quote text")
        if event.anchor is not None:
            found = f"the anchor {_excerpt('&' + event.anchor)}"
            raise Rejected(place, found, "expected a value without an anchor", "delete it, and repeat the value")
        return place

    def refuse_alias(self, event: Any) -> NoReturn:
        place, found = self.place(event.start_mark), f"the alias {_excerpt('*' + event.anchor)}"
        raise Rejected(place, found, "expected the value itself", "write the value out, or quote text")

    def start_document(self, event: Any) -> None:
        if self.documents:
            place = self.place(event.start_mark)
            raise Rejected(place, "a second document", "expected one", "delete the line ---, or split the file")

    def not_yaml(self, error: yaml.MarkedYAMLError) -> Rejected:
        """The parser's complaint in our words, at the place that has to be changed."""
        problem, mark, opened = str(error.problem), error.problem_mark, error.context_mark
        if opened is not None and "expected ':'" in problem:
            return Rejected(self.place(opened), "a key without a colon", "expected 'key: value'", "add the colon")
        if mark is not None and opened is not None and "expected ','" in problem and mark.index < len(self.text):
            return Rejected(*self.unclosed(self.text[mark.index], self.place(mark), self.place(opened)))
        if mark is not None and mark.index < len(self.text):
            return Rejected(self.place(mark), *_diagnosis(problem, self.text[mark.index]))
        place = self.place(opened) if opened is not None and opened.index < len(self.text) else self.top.place
        return Rejected(place, "no end of what starts here", "expected a closing quote or bracket", "add it")

    def unclosed(self, character: str, place: Place, opened: Place) -> tuple[Place, str, str, str]:
        """What to say where a bracket should have been closed: at a colon in text, or where the bracket was opened."""
        if character == ":":
            return place, "a colon inside text", "expected ',' or a closing bracket", "put the whole text in quotes"
        found = f"a bracket that is not closed before line {place.line}, where {character!r} stands"
        return opened, found, "expected ',' or a closing bracket", "add it, or put text with brackets in quotes"


def _key(value: Scalar, text: str, plain: bool, place: Place) -> str:
    if not isinstance(value, str):
        found = f"the key {_excerpt(text)}, which is not text" if text else "no key"
        remedy = "quote it, or the whole value before it if its comma is part of that"
        raise Rejected(place, found, "expected text as a key", remedy)
    if plain and value == "<<":
        raise Rejected(place, "a merge key", "expected keys written out", "copy them here, or quote text")
    return value


def _beyond_floats(number: str) -> bool:
    """Whether a float would make it infinite, or zero although it is not."""
    size = abs(float(number))
    return size == float("inf") or (size == 0 and re.search("^[^eE]*[1-9]", number) is not None)


# ---------------------------------------------------------------------------------------------- words of messages


def _diagnosis(problem: str, character: str) -> tuple[str, str, str]:
    """Found, expected and remedy for the parser's complaint about this character."""
    if character == "\t":
        return "a tab", "expected spaces before a key or value", "indent with spaces"
    if "cannot start any token" in problem:
        return f"text that starts with {character!r}", "expected a letter, a digit or a quote", "put the text in quotes"
    if "mapping values are not allowed" in problem:
        remedy = "quote the text that holds the colon, or line up the key"
        return "a colon where no key can stand", "expected one 'key: value' per line", remedy
    if "escape" in problem or "hexdecimal" in problem:  # so spelt by libyaml
        return "an escape that does not exist", "expected one of YAML", "double the backslash, or use single quotes"
    found = f"{character!r} out of place ({problem[:EXCERPT]})"
    return found, "expected keys, items and brackets that line up", "mend the indentation, or put the text in quotes"


def _excerpt(text: str) -> str:
    """The text in quotes, cut and escaped."""
    return repr(text) if len(text) <= EXCERPT else f"{text[:EXCERPT]!r}..."


def _one_line(text: str) -> str:
    """The text, with an escape for each character that could break or reorder a line of a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
