"""Lists of what is known: claims with their verdicts as records, and records as aligned columns or JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from kb.model import Claim, Verdict


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


def as_rows(records: Sequence[dict[str, Any]]) -> str:
    """Records as JSON, one document."""
    import json  # noqa: PLC0415  # only when asked for

    return json.dumps(list(records), ensure_ascii=False, indent=2) + "\n"
