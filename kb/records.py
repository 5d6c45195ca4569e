"""From the nodes of a claim file to nouns: complaints of the types, one line each at the place to be changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import to_json

from kb.errors import a, did_you_mean, nearest
from kb.knowledge import Trouble
from kb.model import Locator, Noun, Pin, Rest, Sentence, Severity, SilentFigure
from kb.safeyaml import Node, Place, Rejected
from kb.vocabulary import Clash, KeyRule, Link, Named, Silence

N = TypeVar("N", bound=Noun)

NUMBERS = frozenset({"slack", "span", "steady"})  # the fields that are numbers; everywhere else digits are text
INNER: Mapping[str, type[Noun]] = {
    "claims": Pin,
    "clashes": Clash,
    "figures": SilentFigure,
    "keys": KeyRule,
    "links": Link,
    "named": Named,
    "rests_on": Rest,
    "sentences": Sentence,
    "silent": Silence,
    "source": Locator,
}
PATTERNS = {  # what the patterns of the types ask for, in words
    "[a-z-]*-": "the id of a finding, such as recompute-0a1b2c",
    r"\d{2}-\d{2}$": "a day such as 2023-07-10, in quotes",
    "A-Za-z0-9_.": "a letter, then letters, digits, '_', '.', '-'",
    "0-9a-f": "64 digits from 0-9a-f",
    r"\d{4}": "a date such as 2023, 2023-07 or 2023-07-10, in quotes",
    "[a-z]{2,3}": "a language such as en or zh",
    r"[^\s:]+:": "source:name without spaces",
    r"\x00": "one line of text",
}
EXCERPT = 60
MEND = "mend that first"  # what to do about a name whose record could not be read


class Fault(Rejected):
    """Something in a claim file that is wrong, with the code of the finding it becomes."""

    def __init__(
        self, place: Place, line: tuple[str, str, str], code: str = "malformed", severity: Severity = Severity.ERROR
    ) -> None:
        super().__init__(place, *line)
        self.code = code
        self.severity = severity
        self.claims: tuple[str, ...] = ()
        self.about = ""  # the source or entity that nothing mentions

    def trouble(self) -> Trouble:
        """The same as what the corpus hands on."""
        place = str(self.place)
        return Trouble(self.code, self.severity, place, str(self).removeprefix(f"{place}: "), self.claims, self.about)


def excerpt(text: str) -> str:
    """The text in quotes, cut where it is long."""
    return repr(text) if len(text) <= EXCERPT else f"{text[:EXCERPT]!r}..."


def listed(names: Iterable[str], most: int = 12) -> str:
    """Some names with commas, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more


def among(names: Iterable[str], what: str) -> str:
    """What was expected instead of an unknown name."""
    known = list(names)
    return f"expected one of {listed(known)}" if known else f"expected none: no {what} is known"


# ------------------------------------------------------------------------------------------------ nodes to nouns


class Told(Node):
    """A record of a table: its fields as JSON takes them; its nodes are made for whoever asks where one stands.

    columns: in which column of the row each field is, and ``source.cite`` or ``scope.season``; counted from 1.
    """

    __slots__ = ("columns", "fields")

    def __init__(self, fields: dict[str, Any], place: Place, columns: Mapping[str, int]) -> None:
        self.fields = fields
        self.columns = columns
        self.text, self.place, self.key_places = None, place, {}  # type: ignore[misc]  # final, for who has a node

    @property  # type: ignore[misc]  # final in a node, and here never set
    def value(self) -> dict[str, Node]:
        """The nodes of all fields."""
        return {name: self.part(name) for name in self.fields}

    def part(self, name: str) -> Node:
        """The node of one field, or the record itself when there is none of that name."""
        return self.node(name, self.fields[name], self.place) if name in self.fields else self

    def node(self, path: str, value: Any, place: Place) -> Node:
        """A node of a field, or of a part of it."""
        if (column := self.columns.get(path)) is not None:
            place = Place(place.file, place.line, column)
        if isinstance(value, dict):
            inner = {name: self.node(f"{path}.{name}", each, place) for name, each in value.items()}
            return Node(inner, None, place, {name: each.place for name, each in inner.items()})
        if isinstance(value, list):
            return Node([self.node(path, each, place) for each in value], None, place)
        return Node(value, str(value), place)


def plain(node: Node, name: str = "") -> Any:
    """A node as JSON takes it; digits stay as printed, except in the fields that are numbers."""
    if isinstance(node, Told):
        return node.fields
    value = node.value
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, dict):
        return {  # most are texts: asking here saves most of the calls
            key: inner.value if isinstance(inner.value, str) else plain(inner, key) for key, inner in value.items()
        }
    if isinstance(value, list):
        return [plain(item, name) for item in value]
    return json.loads(str(value)) if name in NUMBERS else node.text


def noun(model: type[N], record: Mapping[str, Any], node: Node) -> N:
    """The record as a noun; raises ExceptionGroup of Fault, one for each thing that is wrong with it."""
    try:
        return model.model_validate_json(to_json(record))
    except ValidationError as error:
        faults = list(faults_of(error, model, node))
    raise ExceptionGroup(model.__name__, faults)


def faults_of(error: ValidationError, model: type[Noun], node: Node) -> Iterator[Fault]:
    """The complaints of a type, each at its place; a field that is only misspelt is not missing as well."""
    every = error.errors(include_url=False)
    unknown = [one["loc"] for one in every if one["type"] == "extra_forbidden"]
    misspelt = {(*path[:-1], nearest(str(path[-1]), field_names(inner_model(model, path)))) for path in unknown}
    for one in every:
        if one["type"] != "missing" or one["loc"] not in misspelt:
            cut = cut_short(node, one["loc"]) if one["type"] == "extra_forbidden" else None
            yield Fault(place_of(node, one["loc"], one["type"]), cut or line_of(dict(one), model))


def cut_short(node: Node, path: tuple[int | str, ...]) -> tuple[str, str, str] | None:
    """What to say of a field without a value that stands behind a value and its comma: the rest of that value.

    Inside braces a comma ends a value: ``{value: 16,000 km}`` is a value of 16 and a field named ``000 km``.
    """
    for step in path[:-1]:
        node = inner_node(node, step) or node
    names = list(node.key_places)
    if not path or path[-1] not in names[1:]:
        return None
    rest = str(path[-1])
    before = names[names.index(rest) - 1]
    held, start, there = inner_node(node, before), node.key_places[rest], inner_node(node, rest)
    if held is None or not held.text or there is None or there.value is not None or start.line != held.place.line:
        return None
    gap = start.column - held.place.column - len(held.text)
    if gap not in {1, 2}:
        return None
    whole = f"{held.text},{' ' * (gap - 1)}{rest}"
    found = f"{before} {excerpt(held.text)}, and behind a comma {excerpt(rest)}"
    return found, "expected one value: inside braces a comma ends it", f"put it in quotes: {before}: '{whole}'"


def place_of(node: Node, path: tuple[int | str, ...], kind: str) -> Place:
    """Where a path leads, as far as it can be followed; an unknown key is wrong itself, not its value."""
    for step in path[:-1]:
        node = inner_node(node, step) or node
    if not path:
        return node.place
    if kind == "extra_forbidden":
        return node.key_places.get(str(path[-1]), node.place)
    return (inner_node(node, path[-1]) or node).place


def inner_node(node: Node, step: int | str) -> Node | None:
    """One step down."""
    value = node.value
    if isinstance(value, dict):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


# ------------------------------------------------------------------------------------------------ words of complaints


def line_of(error: Mapping[str, Any], model: type[Noun]) -> tuple[str, str, str]:
    """Found, expected and what to do for one complaint of pydantic."""
    kind, path, context = error["type"], error["loc"], error.get("ctx", {})
    field = next((str(step) for step in reversed(path) if isinstance(step, str)), model.__name__.lower())
    found = shown(error["input"])
    if kind == "value_error":
        parts = str(context["error"]).split("; ")
        return parts[0], "; ".join(parts[1:-1]) or "expected fields that agree", parts[-1]
    if kind == "missing":
        what = FIELDS[field][0] if field in FIELDS else a(field)
        return f"no {field}", f"expected {what}", f"add {field}: {form_of(field, None)}".rstrip()
    if kind == "extra_forbidden":
        known = field_names(inner_model(model, path))
        return f"unknown field {field!r}{did_you_mean(field, known)}", among(known, "field"), "rename or delete it"
    if kind == "enum":
        known = [word.strip(" '") for word in str(context["expected"]).replace(" or ", ",").split(",")]
        hint = did_you_mean(str(error["input"]), known)
        return f"{field} {found}{hint}", among(known, field), "choose one of them"
    expected, remedy = EXPECTED.get(kind, (f"another ({error['msg'].lower()})", "correct it"))
    limit = next((str(value) for name, value in context.items() if name != "pattern"), "")
    if kind == "string_pattern_mismatch":
        limit = next((words for part, words in PATTERNS.items() if part in context["pattern"]), context["pattern"])
    if kind in SHAPES and field in FIELDS:
        return (
            f"{field} {found}",
            f"expected {FIELDS[field][0]}",
            f"write it as in {field}: {form_of(field, error['input'])}",
        )
    return f"{field} {found}", f"expected {expected.format(limit)}", remedy


def form_of(field: str, written: object) -> str:
    """How a field is written, with what somebody wrote in another way if that is a plain text."""
    form = FIELDS[field][1] if field in FIELDS else ""
    plainly = isinstance(written, str) and re.fullmatch(r"[\w .:\-]{1,40}", written) is not None
    return form.replace(FILLED, str(written)) if plainly else form.replace(FILLED, EXAMPLES.get(field, "NAME"))


SHAPES = frozenset({"tuple_type", "dict_type", "model_type", "model_attributes_type"})
FILLED = "..."  # where in a form the own words go
FIELDS = {  # what a field is, and how it is written
    "id": ("a name of its own", ""),
    "statement": ("what is claimed, in words of your own", ""),
    "subject": ("what the claim is about", ""),
    "attribute": ("one of those that 'kb attributes' lists", ""),
    "value": ("what is said, as the source has it", ""),
    "holders": ("a list of who says so, from who publishes it to who asserts it", "[...]"),
    "by": ("a list of those who made it", "[...]"),
    "source": ("the place in the source", "{at: ...}"),
    "at": ("the place in the source, such as p1.s0", ""),
    "cite": ("the id of a source", ""),
    "scope": ("keys with their values", "{key: ...}"),
    "inferred": ("a list of keys of the scope", "[...]"),
    "rests_on": ("claims, each with its role", "[{claim: ..., as: input}]"),
    "names": ("lists of names by language", "{en: [...]}"),
    "links": ("links, each with where it leads", "{link: ...}"),
    "own": ("keys with their values", "{key: ...}"),
    "working": ("the calculation that the source prints for the value", ""),
    "title": ("what it is called", ""),
    "kind": ("of what kind it is", ""),
    "meaning": ("what it means, in a sentence", ""),
}
EXAMPLES = {"source": "p1.s0", "scope": "value", "own": "value", "inferred": "key", "rests_on": "ID"}


EXPECTED = {
    "string_type": ("text", "write it as text, in quotes if need be"),
    "string_too_long": ("at most {} characters", "shorten it"),
    "string_too_short": ("at least {} character", "write it out or delete the field"),
    "string_pattern_mismatch": ("{}", "write it in that form"),
    "bool_type": ("true or false", "write true or false without quotes"),
    "float_type": ("a number", "write a number without quotes"),
    "int_type": ("a whole number", "write a whole number without quotes"),
    "greater_than": ("more than {}", "correct the number"),
    "less_than_equal": ("at most {}", "correct the number"),
    "tuple_type": ("a list", "put it in [ ]"),
    "dict_type": ("a mapping", "write 'key: value' lines under it"),
    "model_type": ("a mapping of fields", "write 'field: value' lines under it"),
    "model_attributes_type": ("a mapping of fields", "write 'field: value' lines under it"),
    "too_long": ("at most {}", "keep what matters"),
    "too_short": ("at least {}", "add what is missing"),
}


def shown(value: object) -> str:
    """An input in few words."""
    if isinstance(value, str):
        return excerpt(value)
    if value is None:
        return "is empty"
    if isinstance(value, list | tuple | dict):
        what = "field" if isinstance(value, dict) else "item"
        return f"with {len(value)} {what}{'' if len(value) == 1 else 's'}"
    return str(value).lower()


def field_names(model: type[Noun]) -> list[str]:
    """The fields of a type under the names that a file uses."""
    return [field.alias or name for name, field in model.model_fields.items()]


def inner_model(model: type[Noun], path: tuple[int | str, ...]) -> type[Noun]:
    """The type that the last step of a path is a field of."""
    return next((INNER[step] for step in reversed(path[:-1]) if isinstance(step, str) and step in INNER), model)
