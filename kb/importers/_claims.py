"""The columns of a table of claims, and from its cells to the fields that a claim file would have.

A column is named as the field of a claim is in a claim file; ``scope.season``, or ``season`` alone, is a key of the
scope. Where a file has a list or a mapping, a cell has a line of text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.answers import ALWAYS, SIDES, YES_NO
from kb.errors import did_you_mean, nearest
from kb.model import Direction, Severity
from kb.records import FIELDS, Fault, excerpt, listed
from kb.safeyaml import Place
from kb.vocabulary import Attribute, Type

OBLIGATORY = ("id", "statement", "subject", "attribute", "value", "holders")
ELSEWHERE = ("cite", "at", "span", "digest")  # where it stands in the source
WHOLE = ("complete", "announced")  # whether the terms of a value are all, and how many there are
OPTIONAL = ("than", "mode", "firmness", "standing", "slack", "note", "inferred", "rests_on", "working", *WHOLE)
KIND = "kind"  # of the subject, should nobody know it
NAMES = (*OBLIGATORY, KIND, *OPTIONAL, *ELSEWHERE)
OURS = ("verdict", "matched")  # what a listing says beside a claim: Claimcheck's own words, no claim of anybody
INSTEAD = {  # what to do about fields that a table has in another form
    "unit": "write the unit behind the figure, in the column value",
    "scope": "name a column for each key, such as scope.KEY",
    "source": "name the columns cite and at",
}
SCOPE = "scope."
OUTER = ">"  # between holders: their names have commas
APART = ";"  # between terms: a title can be one, and has commas
NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?")  # of JSON
EFFECT = re.compile(rf"({'|'.join(Direction)}) (\S+)(?: of (\S.*))?")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds which field, and which key of the scope; counted from 0."""

    fields: dict[str, int] = field(default_factory=dict)
    scope: dict[str, int] = field(default_factory=dict)
    nameless: set[int] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that each row must say; who cites another source than the table also says where."""
        return (*OBLIGATORY, "cite", "at") if "cite" in self.fields else OBLIGATORY

    def by_path(self) -> dict[str, int]:
        """The column of each field as a record has it, counted from 1."""
        fields = {f"source.{name}" if name in ELSEWHERE else name: at + 1 for name, at in self.fields.items()}
        return fields | {f"{SCOPE}{key}": at + 1 for key, at in self.scope.items()}


def columns(header: list[str], keys: Mapping[str, object], top: Place) -> Columns:
    """The columns of a header, with what is wrong with them; raises Fault for a table parted by other marks."""
    if len(header) == 1 and (mark := next((mark for mark in ";\t|" if mark in header[0]), None)):
        line = f"columns parted by {mark!r}", "expected commas between them", "save the table as CSV with commas"
        raise Fault(top, line)
    found = Columns(nameless={at for at, name in enumerate(header) if not name})
    by_name = {name.casefold(): name for name in keys}
    misspelt: set[str | None] = set()
    for at, title in enumerate(header):
        name, place = title.casefold(), top._replace(column=at + 1)
        key = by_name.get(name.removeprefix(SCOPE))
        if name in NAMES:
            found.fields[name] = at
        elif name in OURS:
            line = f"column {title}, which Claimcheck makes itself", "expected what a source says", "it is not read"
            found.faults.append(Fault(place, line, severity=Severity.NOTE))
        elif key is not None and key in found.scope:
            line = f"{excerpt(title)}, a second column for the key {key}", "expected one", "delete one of them"
            found.faults.append(Fault(place, line, "duplicate"))
        elif key is not None:
            found.scope[key] = at
        elif name:
            known = [f"{SCOPE}{key}" for key in keys] if name.startswith(SCOPE) else [*NAMES, *keys]
            misspelt.add(nearest(name, known))
            found.faults.append(Fault(place, unknown_line(title, known), "dangling"))
    missing = [name for name in found.needed if name not in found.fields and name not in misspelt]
    found.faults.extend(Fault(top, missing_line(name)) for name in missing)
    return found


def unknown_line(title: str, known: list[str]) -> tuple[str, str, str]:
    """What to say of a column that nobody knows."""
    remedy = INSTEAD.get(title.casefold(), "rename or delete the column")
    found = f"unknown column {excerpt(title)}{did_you_mean(title.casefold(), known)}"
    return found, f"expected one of {listed(known)}", remedy


def missing_line(name: str) -> tuple[str, str, str]:
    """What to say of a column that there should be."""
    return f"no column {name!r}", f"expected {what(name)} in each row", f"add a column {name}"


def blank_line(name: str) -> tuple[str, str, str]:
    """What to say of a cell that should not be blank."""
    return f"no {name}", f"expected {what(name)}", "fill the cell, or delete the row"


def what(name: str) -> str:
    """What a field is, as it stands in a cell."""
    if name == "holders":
        return "who says so, from who publishes it to who asserts it, with ' > ' between them"
    return FIELDS[name][0]


# ------------------------------------------------------------------------------------------------ cells


def number(text: str) -> float | int | str:
    """A number, or whatever else stands there."""
    return json.loads(text) if NUMBER.fullmatch(text) else text


def several(text: str, mark: str = ",") -> list[str]:
    """What a mark parts."""
    return [part.strip() for part in text.split(mark)]


def holders(text: str) -> list[str]:
    """Who says so, from the outermost."""
    return several(text, OUTER)


def span(text: str) -> list[float | int | str]:
    """Both ends of ``212-223``."""
    return [number(end.strip()) for end in text.split("-")]


def rests(text: str) -> list[dict[str, str]]:
    """What ``p1.turbines as input, p2.wind as premise`` rests on."""
    parted = (part.partition(" as ") for part in several(text))
    return [{"claim": claim.strip(), "as": role.strip()} for claim, _, role in parted]


SHAPES: Mapping[str, Callable[[str], Any]] = {  # of fields that are no text in a claim file
    "holders": holders,
    "inferred": several,
    "rests_on": rests,
    "slack": number,
    "span": span,
}


def answer(attribute: Attribute | None, text: str, more: Mapping[str, str]) -> Any:
    """What stands in the column value, as a claim file has it; `more` is `complete` and `announced`.

    A cell says an effect as reports do, ``raises run.cost of Alder``, and several terms with semicolons between them.
    """
    if attribute is None or text in ALWAYS:
        return text
    if attribute.type is Type.EFFECT and (effect := EFFECT.fullmatch(text)):
        way, on, of = effect.groups()
        return {way: on, "of": of} if of else {way: on}
    if attribute.type is Type.QUANTITY and text in SIDES:
        return {"terms": [text]}
    if attribute.type is not Type.TERM or (APART not in text and not more):
        return text
    terms = several(text, APART)
    if "complete" in more:
        said = YES_NO.get(more["complete"].lower())
        return {"terms": terms, **more, "complete": more["complete"] if said is None else said == "yes"}
    return {"terms": terms, **more} if more else terms
