"""Single value: two values where there can be only one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kb.columns import MODES, Ints
from kb.evidence import Case, Evidence, Looked
from kb.interval import SLACK
from kb.marks import check
from kb.model import Mode, Severity
from kb.verdicts import BORDERLINE
from kb.vocabulary import Parts, Single

CROWD = 64  # values of one cell that are compared with each other


@check
def single_value(evidence: Evidence) -> Iterator[Case | Looked]:
    """One subject, attribute and scope has two values that cannot be the same."""
    yield Looked(len(compared(evidence)[0]))
    asserted = [pair for pair in pairs(evidence) if not any(_is_premise(evidence, claim) for claim in pair)]
    evidence.fetch(claim for pair in asserted for claim in pair)
    for one, other in asserted:
        yield _case(evidence, one, other)


def pairs(evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Pairs of claims whose every reading is of one cell and apart."""
    left, right, clash = compared(evidence)
    claim = evidence.columns.rows.claim
    claims = len(evidence.columns.claims.kind)
    pair, inverse = np.unique(claim[left].astype(np.int64) * claims + claim[right], return_inverse=True)
    one, other = np.divmod(pair, max(claims, 1))
    readings = np.bincount(claim[evidence.table.usable[: len(claim)]], minlength=claims)
    whole = np.bincount(inverse, weights=clash, minlength=len(pair)) == readings[one] * readings[other]
    yield from zip(one[whole].tolist(), other[whole].tolist(), strict=True)


def compared(evidence: Evidence) -> tuple[Ints, Ints, np.ndarray]:
    """(row, row, whether the two are of one cell and apart) for rows of different claims about one subject."""
    table, columns = evidence.table, evidence.columns
    rows = np.flatnonzero(_asserted(evidence))
    place = table.attribute[rows].astype(np.int64) * table.entities + table.subject[rows]
    order = np.argsort(place, kind="stable")
    rows, place = rows[order], place[order]
    effective = primary(evidence, rows)
    low, high = evidence.evaluator._stated(rows, np.ones(len(rows)))
    lefts, rights, clashes = [], [], []
    for offset in range(1, CROWD):
        same = np.flatnonzero(place[offset:] == place[:-offset])
        if not len(same):
            break
        a, b = same, same + offset
        different = columns.rows.claim[rows[a]] != columns.rows.claim[rows[b]]
        a, b = a[different], b[different]
        one_cell = (effective[a] == effective[b]).all(axis=1)
        apart = (low[a] > high[b] + SLACK * np.abs(high[b])) | (low[b] > high[a] + SLACK * np.abs(high[a]))
        lefts.append(rows[a])
        rights.append(rows[b])
        clashes.append(one_cell & apart)
    if not lefts:
        nothing = np.empty(0, np.int64)
        return nothing, nothing, np.empty(0, bool)
    left, right = np.concatenate(lefts), np.concatenate(rights)
    return np.minimum(left, right), np.maximum(left, right), np.concatenate(clashes)


def _asserted(evidence: Evidence) -> np.ndarray:
    """Rows of ordinary claims about attributes that have one value."""
    table = evidence.table
    many = [i for i, a in enumerate(evidence.vocabulary.attributes.values()) if a.single is Single.MANY]
    ordinary = (table.world != table.references)[: table.stated] & table.usable[: table.stated]
    return np.asarray(ordinary & ~np.isin(table.attribute[: table.stated], many))


def primary(evidence: Evidence, rows: Ints) -> np.ndarray:
    """Scopes with each silent key read as the first value it can stand for: a part is not compared with a whole."""
    table, vocabulary = evidence.table, evidence.vocabulary
    masks = table.masks[rows].copy()
    silent = evidence.columns.rows.silent[rows]
    for number, attribute in enumerate(vocabulary.attributes.values()):
        for name, rule in attribute.keys.items():
            if rule.silent is None or not (rule.silent.together or rule.silent.first):
                continue
            column = vocabulary.key_order[name]
            mine = (table.attribute[rows] == number) & ((silent >> np.uint32(column)) & 1 == 1)
            masks[mine, column] = vocabulary.keys[name].mask(rule.silent.values[:1])
        for name, rule in attribute.keys.items():
            if rule.parts is Parts.SAME:  # what holds everywhere is one cell whatever part is named
                masks[table.attribute[rows] == number, vocabulary.key_order[name]] = 0
    return masks


def _is_premise(evidence: Evidence, claim: int) -> bool:
    return bool(evidence.columns.claims.mode[claim] == MODES.index(Mode.PREMISE))


def apart(evidence: Evidence, one: int, other: int) -> float:
    """By what factor on both tolerances two claims would meet: above 1 for a conflict."""
    rows = evidence.columns.rows
    a, b = (int(np.searchsorted(rows.claim, claim)) for claim in (one, other))
    if rows.lo[a] > rows.lo[b]:
        a, b = b, a
    if rows.hi[a] <= 0 or rows.lo[b] <= 0:
        return float("inf")
    room = float(rows.above[a] + rows.below[b])
    return float(np.log(rows.lo[b] / rows.hi[a])) / room if room > 0 else float("inf")


def _case(evidence: Evidence, one: int, other: int) -> Case:
    columns = evidence.columns
    first, second = evidence.claim(one), evidence.claim(other)
    attribute = evidence.vocabulary.attributes[first.attribute]
    same = columns.claims.holder[one] == columns.claims.holder[other]
    what = "self-contradiction" if same else "disagreement"
    firm = apart(evidence, one, other) >= BORDERLINE[1]
    severity = Severity.WARNING if firm and (same or attribute.single is Single.ONE) else Severity.NOTE
    who = f"{first.holders[-1]} says both" if same else f"{first.holders[-1]} and {second.holders[-1]} differ"
    return Case(
        claims=[one, other],
        severity=severity,
        message=f"{what}: {first.attribute} of {first.subject} is {evidence.quoted(one)} "
        f"and {evidence.quoted(other)}; {who}",
    )
