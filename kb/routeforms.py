"""Routes to a quantity as a table that folds to the width, and as data."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from kb.evidence import Evidence
from kb.interval import Interval
from kb.lists import value_of
from kb.model import Mode
from kb.routes import STATED, Input, Quantity, Route

HEAD = ("", "gives", "by", "meets", "from")
WIDEST = (4, 30, 26, 14)  # of all columns but the last
FIELDS = [
    "of",
    "number",
    "by",
    "gives",
    "low",
    "high",
    "unit",
    "meets",
    "holder",
    "source",
    "at",
    "from",
    "claims",
    "weak",
]
GAP = 2


def text(evidence: Evidence, found: Sequence[Quantity], width: int) -> str:
    """Each quantity with its routes, and what can be told of these beside each other."""
    return "\n".join("".join(f"{line}\n" for line in _quantity(evidence, each, width)) for each in found)


def nothing(what: str) -> str:
    """That there is no route."""
    return f"no route to {what}: no claim gives a figure of it that could be compared, and none follows\n"


def data(evidence: Evidence, found: Sequence[Quantity]) -> list[dict[str, Any]]:
    """The same as JSON takes it; numbers are in `unit`, an end that is open is null."""
    return [
        {
            "of": evidence.cell(each.row),
            "unit": evidence.unit_of(each.row),
            "routes": [_entry(evidence, each, position) for position in range(len(each.routes))],
            "outlier": None if each.outlier is None else each.outlier + 1,
            "shared": {"claims": _ids(evidence, each.shared), "by": [position + 1 for position in each.of]},
        }
        for each in found
    ]


def records(evidence: Evidence, found: Sequence[Quantity]) -> list[dict[str, Any]]:
    """One record for each route, its readings as one range."""
    return [_record(evidence, each, position) for each in found for position in range(len(each.routes))]


# ------------------------------------------------------------------------------------------------ terminal


def _quantity(evidence: Evidence, found: Quantity, width: int) -> Iterator[str]:
    yield from textwrap.wrap(evidence.cell(found.row), width)
    yield from table([HEAD, *_rows(evidence, found)], width)
    for line in remarks(evidence, found):
        yield from textwrap.wrap(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _rows(evidence: Evidence, found: Quantity) -> Iterator[tuple[str, ...]]:
    for position, route in enumerate(found.routes):
        meets = listed(found.meets(position)) or ("none" if len(found.routes) > 1 else "-")
        by = f"{how(evidence, route)}{', weak' if route.weak else ''}"
        yield str(position + 1), gives(evidence, route), by, meets, source(evidence, route)


def table(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Rows in columns that are folded, each as wide as it needs within limits; the last one takes what is left."""
    sizes = [min(most, max(len(row[i]) for row in rows)) for i, most in enumerate(WIDEST)]
    sizes.append(max(12, width - sum(sizes) - GAP * len(sizes)))
    while sum(sizes) + GAP * (len(sizes) - 1) > width or sizes[-1] < min(24, width // 3):
        widest = max(range(1, len(WIDEST)), key=lambda column: sizes[column])
        sizes[widest] -= 1
        sizes[-1] = max(12, width - sum(sizes[:-1]) - GAP * len(WIDEST))
    for row in rows:
        cells = [
            textwrap.wrap(cell, size, break_on_hyphens=False) or [""] for cell, size in zip(row, sizes, strict=True)
        ]
        for line in zip_longest(*cells, fillvalue=""):
            yield (" " * GAP).join(f"{cell:<{size}}" for cell, size in zip(line, sizes, strict=True)).rstrip()


def remarks(evidence: Evidence, found: Quantity) -> Iterator[str]:
    """What can be told of routes beside each other."""
    every = range(len(found.routes))
    if len(found.routes) == 1:
        yield "there is no second route to compare it with"
    elif len(found.meeting) == len(found.routes) * (len(found.routes) - 1) // 2:
        yield "both routes agree" if len(found.routes) == 2 else f"all {len(found.routes)} routes agree"
    if found.outlier is not None:
        yield f"outlier: {found.outlier + 1} meets none of the others, which all meet"
    if found.shared:
        which = "all routes" if len(found.of) == len(found.routes) else f"all that are derived ({listed(found.of)})"
        names = ", ".join(_ids(evidence, found.shared))
        yield f"shared: {which} rest on {names}: that they agree is no independent evidence"
    for position in every:
        if weak := found.routes[position].weak:
            yield f"weak: {position + 1} takes for granted: {'; '.join(weak)}"


def listed(positions: Iterable[int]) -> str:
    """Positions as they are numbered in print."""
    return ", ".join(str(each + 1) for each in positions)


# ------------------------------------------------------------------------------------------------ one route


def gives(evidence: Evidence, route: Route) -> str:
    """What a route gives within rounding, reading by reading."""
    return " or ".join(dict.fromkeys(evidence.say(span.row, span.value) for span in route.spans))


def how(evidence: Evidence, route: Route) -> str:
    """``stated``, ``reference``, or the name of a derivation with the input that it is solved for."""
    if route.by != STATED:
        return f"{route.by}, solved for {route.solved}" if route.solved else route.by
    claim = evidence.claim(min(route.claims))
    if claim.standing:
        return f"{STATED}, reference"
    return STATED if claim.mode is Mode.STATEMENT else f"{STATED}, {claim.mode.value}"


def source(evidence: Evidence, route: Route) -> str:
    """Who states it and where, or the inputs with their values and ids."""
    if route.by == STATED:
        claim = evidence.claim(min(route.claims))
        return f"{evidence.quoted(min(route.claims))}, {claim.holders[-1]} [{claim.id}]"
    return "; ".join(
        f"{_name(evidence, each, route)} {_value(evidence, each)} [{', '.join(_ids(evidence, each.claims))}]"
        for each in route.inputs
    )


def _name(evidence: Evidence, given: Input, route: Route) -> str:
    """What an input is; of whom, if it is of another than the quantity."""
    same = evidence.table.subject[given.row] == evidence.table.subject[route.spans[0].row]
    return evidence.attribute_of(given.row).id if same else evidence.named(given.row)


def _value(evidence: Evidence, given: Input) -> str:
    """An input as it is printed; what follows from others, within rounding."""
    if given.row < evidence.table.stated:
        return value_of(evidence.claim(int(evidence.table.claim[given.row])))
    return evidence.say(given.row, evidence.value(given.row))


def _ids(evidence: Evidence, claims: Iterable[int]) -> list[str]:
    return [evidence.id_of(claim) for claim in claims]


# ------------------------------------------------------------------------------------------------ data


def _entry(evidence: Evidence, found: Quantity, position: int) -> dict[str, Any]:
    route = found.routes[position]
    apart = sorted(other for pair in found.apart if position in pair for other in pair if other != position)
    claim = evidence.claim(min(route.claims)) if route.by == STATED else None
    return {
        "number": position + 1,
        "by": route.by,
        "solved": route.solved or None,
        "gives": gives(evidence, route),
        "intervals": [ends(span.value) for span in route.spans],
        "claim": claim.id if claim else None,
        "text": value_of(claim) if claim else None,
        "holder": claim.holders[-1] if claim else None,
        "source": claim.source.cite if claim else None,
        "at": claim.source.at if claim else None,
        "inputs": [
            {
                "attribute": evidence.attribute_of(each.row).id,
                "subject": evidence.subject_of(each.row),
                "value": _value(evidence, each),
                "stated": each.row < evidence.table.stated,
                "claims": _ids(evidence, each.claims),
            }
            for each in route.inputs
        ],
        "claims": sorted(_ids(evidence, route.claims)),
        "weak": list(route.weak),
        "meets": [other + 1 for other in found.meets(position)],
        "apart": [other + 1 for other in apart],
    }


def _record(evidence: Evidence, found: Quantity, position: int) -> dict[str, Any]:
    route, entry = found.routes[position], _entry(evidence, found, position)
    low, high = ends(Interval(route.low, route.high))
    return {
        "of": evidence.cell(found.row),
        "number": position + 1,
        "by": how(evidence, route),
        "gives": entry["gives"],
        "low": low,
        "high": high,
        "unit": evidence.unit_of(found.row),
        "meets": listed(found.meets(position)),
        "holder": entry["holder"],
        "source": entry["source"],
        "at": entry["at"],
        "from": source(evidence, route),
        "claims": " ".join(entry["claims"]),
        "weak": "; ".join(route.weak),
    }


def ends(value: Interval) -> list[float | None]:
    """Both ends, null for an open one."""
    return [float(end) if math.isfinite(float(end)) else None for end in (value.lo, value.hi)]
