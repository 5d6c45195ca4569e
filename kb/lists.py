"""Lists of what is known: claims with their verdicts as records, and records as aligned columns or JSON."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from kb.model import Claim, Verdict
from kb.storeviews import REFERENCE

if TYPE_CHECKING:
    from kb.search import Hit

Record: TypeAlias = dict[str, Any]
QUOTE = '"'
FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r])")  # spreadsheets take the wide ones too
FIGURE = re.compile(r"[+-]\s?[\d.][\w\s.,%°^-]*")  # nothing in it can call a function or another program
QUOTED = re.compile(r'[",\r\n]|^[=+\-@\s]|\s$')


CLAIM = [
    *("id", "verdict", "subject", "attribute", "value", "complete", "announced", "than", "scope", "inferred"),
    *(
        "mode",
        "firmness",
        "standing",
        "slack",
        "holders",
        "cite",
        "at",
        "span",
        "digest",
        "rests_on",
        "working",
        "note",
    ),
    "statement",
]
FOUND = [*CLAIM[:-1], "matched", "statement"]


def claims(judged: Iterable[tuple[Claim, Verdict]]) -> list[Record]:
    """One record for each claim that is no reference."""
    return [said(claim, verdict.value) for claim, verdict in judged if claim.standing is None]


def found(hits: Iterable[Hit]) -> list[Record]:
    """One record for each claim that a search found, references too."""
    return [
        said(
            hit.claim,
            hit.verdict.value if hit.verdict else REFERENCE if hit.claim.standing else "",
            matched=", ".join(hit.fields),
        )
        for hit in hits
    ]


def said(claim: Claim, verdict: str, **more: str) -> Record:
    """All that a claim says, each field under its name in a claim file, as a cell of a table of claims says it."""
    value, source = claim.value, claim.source
    return {
        "id": claim.id,
        "verdict": verdict,
        "subject": claim.subject,
        "attribute": claim.attribute,
        "value": "; ".join(value.terms) if len(value.terms) > 1 else printed(claim),
        "complete": "" if value.complete is None else "yes" if value.complete else "no",
        "announced": value.announced or "",
        "than": claim.than or "",
        "scope": claim.scope,
        "inferred": ", ".join(claim.inferred),
        "mode": claim.mode.value,
        "firmness": claim.firmness.value,
        "standing": claim.standing.value if claim.standing else "",
        "slack": str(claim.slack) if claim.slack else "",
        "holders": " > ".join(claim.holders),
        "cite": source.cite,
        "at": source.at,
        "span": "-".join(map(str, source.span or ())),
        "digest": source.digest or "",
        "rests_on": ", ".join(f"{rest.claim} as {rest.role.value}" for rest in claim.rests_on),
        "working": claim.working or "",
        "note": claim.note or "",
        **more,
        "statement": claim.statement,
    }


def shown(records: Sequence[Record], claims: Iterable[Claim], columns: Sequence[str], width: int) -> str:
    """The records of claims as aligned columns, each value as it is printed, with what it is compared with."""
    pairs = zip(records, claims, strict=True)
    return table([{**record, "value": value_of(claim)} for record, claim in pairs], columns, width)


def value_of(claim: Claim) -> str:
    """A claim's value in a few words."""
    return f"{printed(claim)} compared with {claim.than}" if claim.than else printed(claim)


def printed(claim: Claim) -> str:
    """A claim's value alone."""
    return claim.value.text or ", ".join(claim.value.terms) or claim.value.kind.value


def table(records: Sequence[Record], columns: Sequence[str], width: int) -> str:
    """Records as aligned columns, the last one folded to the width."""
    if not records:
        return "nothing\n"
    sizes = [min(max(len(record[column]) for record in records), 44) for column in columns[:-1]]
    indent = sum(sizes) + 2 * len(sizes)
    lines: list[str] = []
    for record in records:
        head = "".join(f"{record[column]:<{size}}  " for column, size in zip(columns[:-1], sizes, strict=True))
        last = record[columns[-1]] or "-"
        lines += textwrap.wrap(
            head + last,
            max(width, indent + 30),
            subsequent_indent=" " * indent,
            break_long_words=False,
            drop_whitespace=True,
        ) or [head]
    return "\n".join(lines) + "\n"


def aligned(records: Sequence[dict[str, str]], columns: Sequence[str]) -> str:
    """Records as aligned columns under their names, each on a line, nothing cut."""
    lines = [dict(zip(columns, columns, strict=True)), *records]
    lines = [{key: " ".join(text.split()) for key, text in line.items()} for line in lines]
    sizes = {column: max(len(line[column]) for line in lines) for column in columns}
    return "".join("  ".join(f"{line[c]:<{sizes[c]}}" for c in columns).rstrip() + "\n" for line in lines)


def as_rows(records: Sequence[dict[str, Any]]) -> str:
    """Records as JSON, one document."""
    import json  # noqa: PLC0415  # only when asked for

    return json.dumps(list(records), ensure_ascii=False, indent=2) + "\n"


def as_csv(records: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Records as comma-separated values (RFC 4180) under a line of names; null is an empty field."""
    lines = [columns, *([record[column] for column in columns] for record in records)]
    return "".join(",".join(map(_cell, line)) + "\r\n" for line in lines)


def spread(records: Sequence[Record], columns: Sequence[str]) -> tuple[list[Record], list[str]]:
    """The same with a column for each key of a column that holds mappings, such as ``scope.counted``.

    >>> spread([{"id": "a", "scope": {"stage": "training"}}, {"id": "b", "scope": {}}], ["id", "scope"])
    ([{'id': 'a', 'scope.stage': 'training'}, {'id': 'b', 'scope.stage': None}], ['id', 'scope.stage'])
    """
    keys = {
        column: dict.fromkeys(key for record in records for key in record[column])
        for column in columns
        if any(isinstance(record[column], dict) for record in records)
    }
    wide = [(column, key) for column in columns for key in keys.get(column, [None])]
    names = [f"{column}.{key}" if key else column for column, key in wide]
    cells = [[record[column].get(key) if key else record[column] for column, key in wide] for record in records]
    return [dict(zip(names, row, strict=True)) for row in cells], names


def guarded(text: str) -> str:
    """A text as a spreadsheet takes it for one: with an apostrophe before what would be a formula.

    A figure with its sign and unit stays as it is: it calls nothing, and who reads the column wants a number.
    """
    return f"'{text}" if FORMULA.match(text) and not FIGURE.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded; any other as it is."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def _cell(value: object) -> str:
    """A field: quoted where it must be, and where it begins as a formula does; a text that is one is guarded."""
    text = "" if value is None else guarded(value) if isinstance(value, str) else str(value)
    return f'"{text.replace(QUOTE, QUOTE * 2)}"' if QUOTED.search(text) else text
