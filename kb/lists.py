"""Lists of what is known: claims with their verdicts as records, and records as aligned columns or JSON."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kb.model import Claim, Verdict

if TYPE_CHECKING:
    from kb.search import Hit

QUOTE = '"'
FORMULA = re.compile(r"'*(\s*[=+\-@＝＋－＠]|[\t\r])")  # spreadsheets take the wide ones too
FIGURE = re.compile(r"[+-]\s?[\d.][\w\s.,%°^-]*")  # nothing in it can call a function or another program
QUOTED = re.compile(r'[",\r\n]|^[=+\-@\s]|\s$')


def claims(judged: Iterable[tuple[Claim, Verdict]]) -> list[dict[str, str]]:
    """One record for each claim that is no reference."""
    return [
        {
            "id": claim.id,
            "verdict": verdict.value,
            "subject": claim.subject,
            "attribute": claim.attribute,
            "value": value_of(claim),
            "statement": claim.statement,
        }
        for claim, verdict in judged
        if claim.standing is None
    ]


CLAIM = ["id", "verdict", "subject", "attribute", "value", "statement"]


def found(hits: Iterable[Hit]) -> list[dict[str, str]]:
    """One record for each claim that a search found, references too."""
    return [
        {
            "id": hit.claim.id,
            "verdict": hit.verdict.value if hit.verdict else "reference" if hit.claim.standing else "",
            "subject": hit.claim.subject,
            "attribute": hit.claim.attribute,
            "value": value_of(hit.claim),
            "matched": ", ".join(hit.fields),
            "statement": hit.claim.statement,
        }
        for hit in hits
    ]


FOUND = [*CLAIM[:-1], "matched", "statement"]


def value_of(claim: Claim) -> str:
    """A claim's value in a few words."""
    text = claim.value.text or ", ".join(claim.value.terms) or claim.value.kind.value
    return f"{text} compared with {claim.than}" if claim.than else text


def table(records: Sequence[dict[str, str]], columns: Sequence[str], width: int) -> str:
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
