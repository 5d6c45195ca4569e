"""The report as JSON: raw values in declared units, unbounded ends as null; report-1.schema.json is frozen."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from kb.applications import Lot
from kb.bearing import bearings, why
from kb.columns import STANDINGS
from kb.evidence import Evidence
from kb.interval import Interval
from kb.joint.exchange import holds
from kb.model import Claim, Finding
from kb.outcomes import IMPLIES, UNSURE, compared, derivation_name, finite, slot_names
from kb.pipeline import Examination
from kb.reports import MOST_LEFT, Heading, Verified
from kb.reports._implied import records, scope
from kb.rowtable import NONE
from kb.sidebyside import agreements

MOST_FIRST = 10  # claims to verify first
SCHEMA_VERSION = 1  # later versions of the same number only add fields


def render(examination: Examination, heading: Heading) -> str:
    """The whole report, indented, keys in a fixed order."""
    return dumps(document(examination, heading))


def dumps(data: Any) -> str:
    """Plain data as JSON text with a last newline; numbers are finite."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def document(examination: Examination, heading: Heading) -> dict[str, Any]:
    """The report as plain data."""
    mine = None if examination.only is None else set(np.flatnonzero(examination.only).tolist())
    limit = heading.limit
    return {
        "schema_version": SCHEMA_VERSION,
        "title": heading.title,
        "limited_to": {
            "source": limit.source or None,
            "subject": limit.subject or None,
            "entities": [*limit.entities, *(name for names in limit.theirs.values() for name in names)],
        }
        if limit
        else None,
        "date": heading.date,
        "history": heading.history,
        "sources": [source.model_dump(mode="json", exclude_none=True) for source in heading.sources.values()],
        "claims": [
            claim_entry(examination, number, rest=len(examination.verdicts) <= MOST_LEFT)
            for number in range(len(examination.verdicts))
            if mine is None or number in mine
        ],
        "applications": _concerning(
            [entry for lot in examination.evidence.judged.bound.made.lots for entry in _applications(examination, lot)],
            None if mine is None else {examination.evidence.id_of(number) for number in mine},
        ),
        **checked(examination),
        "verified": None if heading.verified is None else verified_entry(heading.verified),
        "verify_first": verify_first(examination),
        "agreements": [
            {"claims": [examination.evidence.id_of(claim) for claim in claims], "origins": origins}
            for claims, origins in agreements(examination)
            if examination.only is None or any(examination.only[claim] for claim in claims)
        ],
        "implied": [
            {key: _ends(value) if isinstance(value, Interval) else value for key, value in each.items()}
            for each in records(examination)
        ],
    }


def verify_first(examination: Examination) -> list[dict[str, Any]]:
    """The claims to verify first, with the numbers of their scores."""
    found = bearings(examination, MOST_FIRST)
    return [
        {
            "claim": examination.evidence.id_of(each.claim),
            "rank": rank,
            "rests": each.rests,
            "uncertainty": each.uncertainty,
            "sources": {"weakness": each.weakness, "origins": each.origins},
            "score": each.score,
            "why": why(each),
        }
        for rank, each in enumerate(found, 1)
    ]


def verified(examination: Examination) -> Verified:
    """Every proof checked again, as whoever reads the JSON would: from its data alone."""
    proofs = 0
    failed: list[str] = []
    by_intervals: list[str] = []
    for finding in examination.findings:
        entry = json.loads(dumps(finding_entry(examination.explained(finding))))
        if (certificate := entry["certificate"]) is not None:
            proofs += 1 + len(certificate.get("other_readings", ()))
            failed += [] if holds(certificate) else [finding.id]
        elif entry["by_intervals"]:
            by_intervals.append(finding.id)
    return Verified(proofs, tuple(failed), tuple(by_intervals))


def verified_entry(found: Verified) -> dict[str, Any]:
    """How many proofs were checked again, whether all hold, and the findings of which none does or there is none."""
    return {
        "proofs": found.proofs,
        "all_hold": not found.failed,
        "failed": list(found.failed),
        "by_intervals": list(found.by_intervals),
    }


def checked(examination: Examination) -> dict[str, Any]:
    """What `kb check` prints: findings, what each check looked at, and what was not checked."""
    return {
        "schema_version": SCHEMA_VERSION,
        "findings": [finding_entry(examination.explained(finding)) for finding in examination.findings],
        "examined": examination.examined,
        "not_checked": [
            {"what": each.what, "reason": each.reason, "claims": list(each.claims)} for each in examination.unchecked
        ],
    }


def claim_entry(examination: Examination, number: int, *, rest: bool = True) -> dict[str, Any]:
    """One claim with its value, its place and its verdict; `rest`: whether to say what all others leave of it."""
    claim: Claim = examination.evidence.claim(number)
    reason = examination.why(number) if examination.verdicts[number] in UNSURE else None
    return {
        "id": claim.id,
        "statement": claim.statement,
        "subject": claim.subject,
        "attribute": claim.attribute,
        "scope": claim.scope,
        "inferred": list(claim.inferred),
        "value": _value(examination.evidence, claim, number),
        "than": claim.than,
        "mode": claim.mode.value,
        "firmness": claim.firmness.value,
        "holders": list(claim.holders),
        "source": claim.source.cite,
        "at": claim.source.at,
        "span": list(claim.source.span) if claim.source.span else None,
        "digest": claim.source.digest,
        "rests_on": [{"claim": rest.claim, "as": rest.role.value} for rest in claim.rests_on],
        "working": claim.working,
        "standing": claim.standing.value if claim.standing else None,
        "verdict": examination.verdicts[number].value,
        "reason": reason,
        "stretch": finite(float(examination.stretch[number])),
        "power": finite(float(examination.power[number])),
        "rest": _rest(examination, number) if rest else None,
    }


def _rest(examination: Examination, number: int) -> dict[str, Any] | None:
    """What everything else leaves of a claim."""
    left = examination.evidence.left(number)
    return None if left is None else {"interval": _ends(left.interval), "entailed": left.entailed, "power": left.power}


def _value(evidence: Evidence, claim: Claim, number: int) -> dict[str, Any]:
    rows = evidence.columns.rows
    low, high = np.searchsorted(rows.claim, [number, number + 1])
    unit = evidence.unit_of(int(low)) if low < high else None
    return {
        "kind": claim.value.kind.value,
        "text": claim.value.text,
        "terms": list(claim.value.terms),
        "unit": unit,
        "intervals": [
            {
                "written": _ends(evidence.value(row, 0.0)),
                "tolerated": _ends(evidence.value(row, 1.0)),
                "scope": scope(evidence, row),
            }
            for row in range(int(low), int(high))
            if evidence.table.usable[row] or claim.than or claim.standing
        ],
    }


def _ends(interval: Interval) -> list[float | None]:
    """Both ends, null for an open one."""
    return [float(end) if math.isfinite(float(end)) else None for end in (interval.lo, interval.hi)]


def _concerning(entries: list[dict[str, Any]], claims: set[str] | None) -> list[dict[str, Any]]:
    """The applications that some claims stand in, with those that imply what they take; all of them for no limit."""
    if claims is None:
        return entries
    by_number = {entry["number"]: entry for entry in entries}
    waiting = [entry["number"] for entry in entries if any(each.get("claim") in claims for each in _values(entry))]
    wanted = set(waiting)
    while waiting:
        makers = {each["application"] for each in _values(by_number[waiting.pop()]) if "application" in each}
        waiting += makers - wanted
        wanted |= makers
    return [entry for entry in entries if entry["number"] in wanted]


def _values(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """What an application takes and gives."""
    return [*entry["inputs"], entry["output"]]


def _applications(examination: Examination, lot: Lot) -> list[dict[str, Any]]:
    return [_application(examination, lot, line) for line in range(len(lot))]


def _application(examination: Examination, lot: Lot, line: int) -> dict[str, Any]:
    evidence = examination.evidence
    comparisons = evidence.judged.comparisons
    entry: dict[str, Any] = {
        "number": lot.start + line,
        "derivation": derivation_name(evidence, lot),
        "subject": evidence.columns.entity_ids[lot.anchor[line]],
        "source": evidence.columns.source_ids[lot.world[line]],
        "inputs": _inputs(evidence, lot, line),
        "output": None,
        "outcome": IMPLIES,
        "stated": None,
        "due": {"written": _ends(evidence.due(lot, line, 0.0)), "tolerated": _ends(evidence.due(lot, line, 1.0))},
        "ratio": None,
        "stretch": None,
        "power": None,
        "assumed": list(evidence.assumed(int(lot.notes[line]), lot.past[line])),
    }
    if lot.implying:
        entry["output"] = _reference(evidence, int(lot.result[line]))
        return entry
    position = int(np.flatnonzero((comparisons.lot == _index(examination, lot)) & (comparisons.line == line))[0])
    output = int(lot.slots[line, -1])
    stretch = float(comparisons.stretch[position])
    entry["output"] = _reference(evidence, output)
    entry["outcome"] = compared(stretch)
    entry["stated"] = {"written": _ends(evidence.value(output, 0.0)), "tolerated": _ends(evidence.value(output, 1.0))}
    for key, value in (("ratio", comparisons.ratio), ("stretch", comparisons.stretch), ("power", comparisons.power)):
        entry[key] = finite(float(value[position]))
    return entry


def _index(examination: Examination, lot: Lot) -> int:
    return next(i for i, each in enumerate(examination.evidence.judged.bound.made.lots) if each is lot)


def _inputs(evidence: Evidence, lot: Lot, line: int) -> list[dict[str, Any]]:
    """Each filled slot; the output of a comparison is left out, the output that something was solved from is not."""
    return [
        {"slot": name, **_reference(evidence, int(row))}
        for name, row in zip(slot_names(evidence, lot), lot.slots[line], strict=False)
        if row != NONE
    ]


def _reference(evidence: Evidence, row: int) -> dict[str, Any]:
    """A claim, or the application that implies the value."""
    claim = int(evidence.table.claim[row])
    if claim >= 0:
        return {
            "claim": evidence.claim(claim).id,
            "attribute": evidence.attribute_of(row).id,
            "reference": bool(_is_reference(evidence, claim)),
        }
    attribute = None if evidence.table.attribute[row] == NONE else evidence.attribute_of(row).id
    return {"application": int(evidence.table.maker[row]), "attribute": attribute, "subject": evidence.subject_of(row)}


def _is_reference(evidence: Evidence, claim: int) -> bool:
    return 0 <= int(evidence.columns.claims.standing[claim]) < len(STANDINGS)


def finding_entry(finding: Finding) -> dict[str, Any]:
    """A finding with its severity as a word."""
    entry = finding.model_dump(mode="json")
    entry["severity"] = finding.severity.name.lower()
    entry["factor"] = finite(finding.factor)
    return entry
