"""What an edit would come to, before it is stored: what it joins, which findings it makes, settles or changes."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

import numpy as np

from kb import accepting
from kb.derived import Entry
from kb.desk import examine_claims
from kb.knowledge import Corpus, Knowledge, New, unit_name
from kb.model import Finding, Status
from kb.outcomes import derivation_name
from kb.pipeline import Examination
from kb.storehistory import Receipt, entries_of

MOST_JOINS = 24
MOST_FINDINGS = 60
VERBS = "creates", "changes", "resolves"
INDENT = 10  # what stands beside a verb


@dataclass(frozen=True, order=True)
class Join:
    """One place of a claim among the applications of derivations."""

    derivation: str
    anchor: str  # entity
    role: str  # input, output
    claim: str


@dataclass(frozen=True)
class Differences:
    """Which findings would be different."""

    created: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    changed: tuple[tuple[Finding, Finding], ...]  # as it is, as it would be


@dataclass(frozen=True)
class Preview(Differences):
    """What would be different."""

    receipt: Receipt
    joins: tuple[Join, ...]
    left: tuple[Join, ...]  # where claims stand now, and would not


def of_corpus(corpus: Corpus, base: Knowledge) -> Preview:
    """What storing a corpus would come to that was read on top of everything that is stored."""
    told = receipt(corpus, base)
    if not (told.added or told.revised):
        return Preview((), (), (), told, (), ())
    return compared(base, corpus.knowledge, set(corpus.new.claims), told)


def of_retraction(claims: Collection[str], base: Knowledge) -> Preview:
    """What retracting claims would come to."""
    return compared(base, without(base, claims), set(claims), Receipt(None))


def without(base: Knowledge, claims: Collection[str]) -> Knowledge:
    """What is known but for some claims."""
    return replace(base, claims={id_: claim for id_, claim in base.claims.items() if id_ not in claims})


def compared(base: Knowledge, after: Knowledge, claims: Collection[str], told: Receipt) -> Preview:
    """What is different between two states of which some claims are in only one, or are not the same."""
    now, then = (examined(each) for each in (base, after))
    found = differences(now, then)
    before, behind = joins(now, base, claims), joins(then, after, claims)
    return Preview(
        found.created,
        found.resolved,
        found.changed,
        told,
        joins=tuple(sorted(behind - before)),
        left=tuple(sorted(before - behind)),
    )


def differences(now: Examination, then: Examination) -> Differences:
    """Which findings of two examinations are in only one, or say something else."""
    old, new = ({found.id: found for found in each.findings} for each in (now, then))
    return Differences(
        created=tuple(found for id_, found in new.items() if id_ not in old),
        resolved=tuple(found for id_, found in old.items() if id_ not in new),
        changed=tuple((old[id_], found) for id_, found in new.items() if id_ in old and differs(old[id_], found)),
    )


def examined(known: Knowledge) -> Examination:
    """What is found in all that is known, with what has been accepted of it."""
    return accepting.judged(examine_claims(known, list(known.claims.values())), known.acceptances)


def differs(old: Finding, new: Finding) -> bool:
    """Whether a finding says something else than it did, or its acceptance holds no longer."""
    told = attrgetter("severity", "message", "factor", "consequences", "status")
    return bool(told(old) != told(new))


def joins(examination: Examination, known: Knowledge, claims: Collection[str]) -> set[Join]:
    """Every place that some claims have among the applications of an examination."""
    evidence, ids = examination.evidence, list(known.claims)
    mine = np.array([number for number, id_ in enumerate(ids) if id_ in claims], np.int64)
    found: set[Join] = set()
    for lot in evidence.judged.bound.made.lots:
        stated = (lot.slots >= 0) & (lot.slots < evidence.table.stated)
        claim = np.where(stated, evidence.table.claim[np.where(stated, lot.slots, 0)], -1)
        name, last = derivation_name(evidence, lot), lot.slots.shape[1] - 1
        for line, column in zip(*np.nonzero(np.isin(claim, mine)), strict=True):
            role = "output" if column == last and not lot.implying else "input"
            anchor = evidence.columns.entity_ids[int(lot.anchor[line])]
            found.add(Join(name, anchor, role, ids[int(claim[line, column])]))
    return found


# ------------------------------------------------------------------------------------------------ counts


def receipt(corpus: Corpus, base: Knowledge) -> Receipt:
    """What the store would say that it stored."""
    after = list(entries_of(corpus))
    known = {(each.part, each.name): each.body for each in entries_of(Corpus(base, known_of(corpus.new, base)))}
    state = {(e.part, e.name): known.get((e.part, e.name)) for e in after}
    added = Counter(e.part for e in after if state[e.part, e.name] is None)
    same = Counter(e.part for e in after if state[e.part, e.name] == e.body)
    names: dict[str, list[str]] = {}
    for each in after:
        if is_revised(each, state[each.part, each.name]):
            names.setdefault(each.part, []).append(each.name)
    return Receipt(None, dict(added), {part: len(each) for part, each in names.items()}, dict(same), names)


def is_revised(each: Entry, before: str | None) -> bool:
    """Whether a record says something else than it did."""
    return before is not None and before != each.body


def known_of(new: New, base: Knowledge) -> New:
    """The names that are known already, of some."""
    words = base.vocabulary
    known: dict[str, Collection[str]] = {
        "units": {unit_name(line) for line in base.unit_lines},
        "kinds": words.kinds,
        "keys": words.keys,
        "attributes": base.attributes,
        "sources": base.sources,
        "entities": base.entities,
        "claims": base.claims,
        "acceptances": base.acceptances,
    }
    return New(
        **{part.name: tuple(n for n in getattr(new, part.name) if n in known[part.name]) for part in fields(new)}
    )


# ------------------------------------------------------------------------------------------------ in words


def text(preview: Preview, width: int) -> str:
    """A preview, a line for each thing that would be different, findings worst first."""
    lines = [
        *capped((f"joins     {joined(each)}" for each in preview.joins), MOST_JOINS),
        *capped((f"leaves    {joined(each)}" for each in preview.left), MOST_JOINS),
        *findings(preview),
        summary(preview),
    ]
    return folded(lines, width)


def folded(lines: Iterable[str], width: int) -> str:
    """Lines folded to a width beside the verbs that they begin with."""
    indent = " " * INDENT
    return "".join(f"{line}\n" for each in lines for line in textwrap.wrap(each, width, subsequent_indent=indent))


def joined(join: Join) -> str:
    """``compute_by_counting of Birch as input: memo:data``."""
    return f"{join.derivation} of {join.anchor} as {join.role}: {join.claim}"


def findings(differences: Differences, verbs: Sequence[str] = VERBS) -> list[str]:
    """A line for each finding, worst first; the verbs say that it is created, changed, resolved."""
    created, changes, resolved = (f"{verb:<{INDENT}}" for verb in verbs)
    lines: list[tuple[tuple[int, int], str]] = []
    for found in differences.created:
        lines.append(((-found.severity, 0), f"{created}{said(found)}"))
    for old, new in differences.changed:
        was = "" if old.severity is new.severity else f"{old.severity.name.lower()}: "
        line = f"{changes}{said(new)} (was: {was}{old.message})"
        lines.append(((-max(old.severity, new.severity), 1), line))
    for found in differences.resolved:
        lines.append(((-found.severity, 2), f"{resolved}{said(found)}"))
    return capped((line for _, line in sorted(lines, key=lambda pair: pair[0])), MOST_FINDINGS)


def said(found: Finding) -> str:
    """A finding in one line."""
    status = "" if found.status is Status.OPEN else f" ({found.accepted})"
    return f"{found.severity.name.lower()} {found.id}: {found.message}{status}"


def summary(preview: Preview) -> str:
    """How much would be different."""
    counts = {
        "joined": preview.joins,
        "left": preview.left,
        "created": preview.created,
        "changed": preview.changed,
        "resolved": preview.resolved,
    }
    number = {name: len(each) for name, each in counts.items()}
    return (
        f"in all    uses in calculations: {number['joined']} new, {number['left']} gone; "
        f"findings: {number['created']} created, {number['changed']} changed, {number['resolved']} resolved"
    )


def capped(lines: Iterable[str], most: int) -> list[str]:
    """The first of some lines, and how many more there are."""
    every = list(lines)
    return [*every[:most], f"          and {len(every) - most} more"] if len(every) > most else every


def as_json(preview: Preview) -> dict[str, Any]:
    """A preview as JSON takes it."""
    told: Mapping[str, Any] = {
        "new": dict(preview.receipt.added),
        "revised": {part: list(names) for part, names in preview.receipt.names.items()},
        "unchanged": dict(preview.receipt.unchanged),
        "joins": [vars_of(each) for each in preview.joins],
        "leaves": [vars_of(each) for each in preview.left],
    }
    return dict(told) | briefs(preview)


def briefs(differences: Differences, verbs: Sequence[str] = VERBS) -> dict[str, Any]:
    """Findings as JSON takes them, by the verbs that say that they are created, changed, resolved."""
    created, changes, resolved = verbs
    return {
        created: [brief(each) for each in differences.created],
        changes: [brief(new) | {"was": brief(old)} for old, new in differences.changed],
        resolved: [brief(each) for each in differences.resolved],
    }


def vars_of(join: Join) -> dict[str, str]:
    """A place in a derivation as JSON takes it."""
    return {part.name: getattr(join, part.name) for part in fields(join)}


def brief(found: Finding) -> dict[str, Any]:
    """A finding as JSON takes it, without its evidence."""
    return {
        "id": found.id,
        "code": found.code,
        "severity": found.severity.name.lower(),
        "message": found.message,
        "claims": list(found.claims),
    }
