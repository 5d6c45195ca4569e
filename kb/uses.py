"""What a claim is used in: the calculations that it stands in, alike ones in one line with what differs between them.

A verdict can also come from a comparison further down, of a value that follows from the claim; those stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kb.applications import Lot
from kb.assumptions import listed
from kb.evidence import Evidence
from kb.outcomes import derivation_name
from kb.rowtable import NONE
from kb.texts import printed
from kb.verdicts import POWERLESS, Result

MOST_NAMED = 6  # of what differs between calculations that give the same
MOST_BEHIND = 12  # comparisons that stand behind a claim


@dataclass(frozen=True)
class Use:
    """One application that a claim stands in."""

    lot: Lot
    line: int
    member: int  # the comparison that it is, NONE for one that implies a value

    @property
    def past(self) -> frozenset[int]:
        """The stated rows behind it."""
        return frozenset(int(row) for row in self.lot.past[self.line] if row != NONE)


@dataclass(frozen=True)
class Line:
    """What is told of some applications that give the same."""

    label: str
    text: str
    assumed: tuple[str, ...] = ()


def uses(evidence: Evidence, number: int) -> Iterator[Line]:
    """All that a claim is used in: first where it stands itself, then the comparisons that only rest on it."""
    direct = list(_direct(evidence, number))
    families: dict[tuple[str, str], list[Use]] = {}
    for use in direct:
        families.setdefault((derivation_name(evidence, use.lot), _about(evidence, number, use)), []).append(use)
    for (name, about), family in families.items():
        yield from _lines(evidence, name, about, family)
    yield from _behind(evidence, number, {use.member for use in direct})


def _direct(evidence: Evidence, number: int) -> Iterator[Use]:
    """The applications of which a claim is an input or the output."""
    comparisons, table = evidence.judged.comparisons, evidence.table
    for index, lot in enumerate(evidence.judged.bound.made.lots):
        rows = np.where((lot.slots >= 0) & (lot.slots < table.stated), lot.slots, NONE)
        for line in np.flatnonzero(((table.claim[rows] == number) & (rows >= 0)).any(axis=1)).tolist():
            found = (comparisons.lot == index) & (comparisons.line == line)
            yield Use(lot, line, int(np.argmax(found)) if found.any() else NONE)


# ------------------------------------------------------------------------------------------------ in words


def _about(evidence: Evidence, number: int, use: Use) -> str:
    """What an application is about, as far as it is not the claim itself."""
    if use.member == NONE:
        return f"{evidence.named(int(use.lot.result[use.line]))}: "
    output = int(evidence.judged.comparisons.output[use.member])
    claim = int(evidence.table.claim[output])
    if claim == number:
        return ""
    return f"{evidence.named(output)}, {_stated(evidence, output)}, "


def _stated(evidence: Evidence, output: int) -> str:
    """What a comparison compares: a value as printed, with its place, or one that nobody states."""
    claim = int(evidence.table.claim[output])
    return evidence.quoted(claim) if claim >= 0 else f"{evidence.written(output)} by another route"


def _result(evidence: Evidence, about: str, use: Use) -> str:
    """What an application gives, and whether that fits."""
    if use.member == NONE:
        return f"implies {about}{evidence.written(int(use.lot.result[use.line]))}"
    return f"{_fit(evidence, use.member)}: {about}due {_due(evidence, use.member)}"


def _due(evidence: Evidence, member: int) -> str:
    lot, line = evidence.member(member)
    limit = evidence.judged.bound.plans[lot.plan].derivation.relation.limit
    return f"{limit}{evidence.say(int(evidence.judged.comparisons.output[member]), evidence.due(lot, line, 0.0))}"


def _fit(evidence: Evidence, member: int) -> str:
    """Whether a comparison fits; one that fails beside a reading that fits is only another reading."""
    judged = evidence.judged
    c = judged.comparisons
    if c.stretch[member] == 0:
        return "fits"
    if c.stretch[member] <= 1:
        return "fits with rounding"
    return "fails" if judged.results[c.group[member]] in {Result.FAILS, Result.OPEN} else "another reading, which fails"


def _lines(evidence: Evidence, name: str, about: str, family: Sequence[Use]) -> Iterator[Line]:
    """The applications of one formula about one thing: a line for each result, with what leads to it."""
    alike: dict[str, list[Use]] = {}
    for use in family:
        alike.setdefault(_result(evidence, about, use), []).append(use)
    for result, mine in alike.items():
        different = differing(evidence, (use.past for use in mine), (use.past for use in family))
        ways = f" ({len(mine):,} ways)" if len(mine) > 1 else ""
        best = [use for use in mine if use.member in _best(evidence)]
        yield Line(name, f"{result}{f', with {different}' if different else ''}{ways}", _assumed(evidence, best))


def _best(evidence: Evidence) -> frozenset[int]:
    """The comparisons that decide, one of each group."""
    return frozenset(evidence.judged.best.tolist())


def differing(evidence: Evidence, mine: Iterable[frozenset[int]], every: Iterable[frozenset[int]]) -> str:
    """What some ways to a result rest on and others do not, the inputs of one kind together.

    mine, every: the stated rows behind each way that is told of, and behind all ways; what all have in common, and what
    inputs of a kind have in common, is left out.
    """
    ways, others = list(mine), list(every)
    common = frozenset.intersection(*others)
    kinds = _by_kind(evidence, frozenset.union(*others) - common)
    told = []
    for kind, rows in _by_kind(evidence, frozenset.union(*ways) - common).items():
        known = list(zip(*(_parts(evidence, row) for row in kinds[kind]), strict=True))
        names = dict.fromkeys(_variant(evidence, row, known) for row in rows)
        together = any(len(way & set(rows)) > 1 for way in ways)
        told.append(f"{kind} {(' and ' if together else ' or ').join(names)}")
    return listed(told, MOST_NAMED)


def _by_kind(evidence: Evidence, rows: Iterable[int]) -> dict[str, list[int]]:
    """Inputs by their attribute, those that are a multiple of something else apart from the others."""
    kinds: dict[str, list[int]] = {}
    for row in sorted(rows):
        than = evidence.claim(int(evidence.table.claim[row])).than
        kind = evidence.attribute_of(row).id + (f" compared with {than}," if than else "")
        kinds.setdefault(kind, []).append(row)
    return kinds


def _variant(evidence: Evidence, row: int, known: Sequence[Sequence[str]]) -> str:
    """What tells one input from others of its kind."""
    told = [part for part, values in zip(_parts(evidence, row), known, strict=True) if len(set(values)) > 1]
    return " ".join(told) or evidence.quoted(int(evidence.table.claim[row]))  # nothing differs but where it stands


def _parts(evidence: Evidence, row: int) -> tuple[str, str, str]:
    """What tells one input from another of the same attribute: its value, its reading or scope, and whose it is."""
    claim = evidence.claim(int(evidence.table.claim[row]))
    if evidence.several[int(evidence.table.claim[row])]:
        scope = f"read as {evidence.scope_of(row)}"
    else:
        named = ", ".join(f"{key} = {value}" for key, value in claim.scope.items())
        scope = f"({named or 'no scope named'})"
    return printed(claim.value), scope, f"of {evidence.subject_of(row)}"


def _assumed(evidence: Evidence, mine: Sequence[Use]) -> tuple[str, ...]:
    """What the first of some applications that decide takes for granted."""
    for use in mine:
        return evidence.assumed(int(evidence.judged.comparisons.notes[use.member]), use.past)
    return ()


# ------------------------------------------------------------------------------------------------ further down


def _behind(evidence: Evidence, number: int, known: set[int]) -> Iterator[Line]:
    """The comparisons that decide about what follows from a claim: its verdict can come from them."""
    judged, rows = evidence.judged, evidence.columns.rows
    c = judged.comparisons
    best = judged.best[~np.isin(judged.best, list(known))]
    resting = ((rows.claim[c.past[best]] == number) & (c.past[best] != NONE)).any(axis=1)
    found = best[resting]
    told: dict[str, Line] = {}
    for member in found[np.argsort(c.power[found], kind="stable")].tolist():
        lot, line = evidence.member(member)
        output = int(c.output[member])
        weak = "; an error by a factor of 10 would pass" if c.power[member] > POWERLESS else ""
        text = (
            f"{derivation_name(evidence, lot)} {_fit(evidence, member)}: {evidence.named(output)}, "
            f"{_stated(evidence, output)}, due {_due(evidence, member)}{weak}"
        )
        told.setdefault(text, Line("stands behind", text, _assumed(evidence, [Use(lot, line, member)])))
    yield from list(told.values())[:MOST_BEHIND]
    if len(told) > MOST_BEHIND:
        yield Line("", f"and {len(told) - MOST_BEHIND:,} more comparisons")
