"""What follows from claims, and nobody states: with the readings that the numbers leave, and what one must believe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kb.assumptions import listed
from kb.columns import STANDINGS, Ints
from kb.evidence import Evidence
from kb.interval import Interval
from kb.model import Standing
from kb.pipeline import Examination
from kb.reports import counted
from kb.rowtable import NONE
from kb.uses import differing

COMPARISON = STANDINGS.index(Standing.COMPARISON)
MOST_IMPLIED = 80
MOST_BELIEVED = 5  # claims named behind one quantity


def lines(examination: Examination) -> Iterator[str]:
    """A line for each quantity: its values, on which readings each rests, and what all of them take to be true."""
    evidence, found = examination.evidence, left(examination)
    table = evidence.table
    cells: dict[str, dict[str, list[int]]] = {}
    several = len(np.unique(table.world[found])) > 1
    for row in found[:MOST_IMPLIED].tolist():
        by = f" ({evidence.columns.source_ids[int(table.world[row])]})" if several else ""
        values = cells.setdefault(f"{evidence.cell(row)}{by}{norm(evidence, evidence.attribute_of(row).id)}", {})
        values.setdefault(evidence.written(row), []).append(row)
    for cell, values in sorted(cells.items()):
        basis = believed(evidence, [row for rows in values.values() for row in rows], short=not several)
        yield f"{cell}: {' or '.join(alternatives(evidence, values))}; believing {basis}"
    if len(found) > MOST_IMPLIED:
        yield f"and {len(found) - MOST_IMPLIED} more (kb report --format json lists all)"


def left(examination: Examination) -> Ints:
    """The implied rows whose readings no number rules out, and that no finding is about."""
    evidence, table = examination.evidence, examination.evidence.table
    rows = np.arange(table.stated, len(table))
    if not len(rows):
        return rows
    gone = np.array(sorted({int(row) for breach in evidence.breaches for row in breach.rows}), np.int64)
    out = np.array(sorted(evidence.decided.out), np.int64)
    past = table.past(rows)
    kept = ~np.isin(past, out).any(axis=1) & (table.attribute[rows] != NONE) & ~np.isin(rows, gone)
    if examination.only is not None:
        kept &= (examination.ordinary[evidence.columns.rows.claim[past]] & (past != NONE)).any(axis=1)
    found: Ints = rows[kept]
    return found


def believed(evidence: Evidence, rows: Iterable[int], *, short: bool) -> str:
    """``p1.devices, p1.days and 2 references``: the claims behind some values; short: without their source."""
    behind = {int(evidence.table.claim[each]) for row in rows for each in evidence.stated_behind(row)}
    standing = evidence.columns.claims.standing
    ordinary = sorted(claim for claim in behind if standing[claim] < 0)
    names = [evidence.id_of(claim) for claim in ordinary]
    names = [name.partition(":")[2] or name for name in names] if short else names
    more = len(names) - MOST_BELIEVED
    told = [*names[:MOST_BELIEVED], *([counted(more, "more claim")] if more > 0 else [])]
    references = len(behind) - len(ordinary)
    return listed([*told, *([counted(references, "reference")] if references else [])], MOST_BELIEVED + 2)


def records(examination: Examination) -> list[dict[str, Any]]:
    """Each implied value with its ends in the unit of its attribute, and what it rests on."""
    evidence = examination.evidence
    table, standing = evidence.table, evidence.columns.claims.standing
    found = []
    for row in left(examination).tolist():
        past = sorted(evidence.stated_behind(row))
        behind = sorted({int(table.claim[each]) for each in past})
        attribute, world = evidence.attribute_of(row), int(table.world[row])
        found.append(
            {
                "attribute": attribute.id,
                "subject": evidence.subject_of(row),
                "scope": scope(evidence, row),
                "source": evidence.columns.source_ids[world] if world < table.references else None,
                "unit": attribute.unit,
                "written": evidence.value(row, 0.0),
                "tolerated": evidence.value(row),
                "application": int(table.maker[row]),
                "claims": [evidence.id_of(each) for each in behind if standing[each] < 0],
                "references": [evidence.id_of(each) for each in behind if standing[each] >= 0],
                "assumed": list(evidence.assumed(int(table.notes[row]), past)),
            }
        )
    return found


def scope(evidence: Evidence, row: int) -> dict[str, list[str]]:
    """The values that one row leaves to each key its attribute has."""
    keys, vocabulary = evidence.attribute_of(row).keys, evidence.vocabulary
    return {
        key: list(vocabulary.keys[key].values_of(int(evidence.table.masks[row, vocabulary.key_order[key]])))
        for key in keys
    }


def norm(evidence: Evidence, attribute: str) -> str:
    """A recommended value to set beside an implied one."""
    columns = evidence.columns
    number = evidence.vocabulary.attribute_order[attribute]
    mine = np.flatnonzero((columns.claims.attribute == number) & (columns.claims.standing == COMPARISON))
    return "".join(
        f" (for comparison: {evidence.claim(int(c)).value.text}, {evidence.claim(int(c)).source.cite})" for c in mine
    )


def alternatives(evidence: Evidence, values: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Values that follow for one thing, each with the readings and variants on which it rests, and with its limit.

    values: the rows that give each value in print.
    """
    pasts = {text: [evidence.stated_behind(row) for row in rows] for text, rows in values.items()}
    every = [past for each in pasts.values() for past in each]
    for text, rows in values.items():
        rests = differing(evidence, pasts[text], every) if len(values) > 1 else ""
        told = [beyond(evidence, rows[0]), f"with {rests}" if rests else ""]
        notes = "; ".join(each for each in told if each)
        yield f"{text} ({notes})" if notes else text


def beyond(evidence: Evidence, row: int) -> str:
    """What a definition says of an implied value that lies beyond it: ``impossible: over 100 %``."""
    table, rows = evidence.table, evidence.columns.rows
    for limit in evidence.judged.limits[table.attribute[evidence.judged.limits] == table.attribute[row]].tolist():
        low, high = float(rows.lo[limit]), float(rows.hi[limit])
        written, wide = evidence.value(row, 0.0), evidence.value(row)
        for over, end, inner, outer in (
            (float(wide.lo) > high, high, float(written.lo) > high, float(written.hi) > high),
            (float(wide.hi) < low, low, float(written.hi) < low, float(written.lo) < low),
        ):
            edge = f"{'over' if end == high else 'under'} {evidence.say(row, Interval(end))}"
            if over:
                return f"impossible: {edge}"
            if inner or outer:
                return f"{edge} but for rounding" if inner else f"impossible where {edge}"
    return ""
