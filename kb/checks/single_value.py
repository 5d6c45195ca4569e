"""Single value: several values where there can be only one; one finding for each cell, however many claims differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from kb.assumptions import listed, places
from kb.checks._answers import answered
from kb.checks._words import in_mode
from kb.columns import Floats, Ints
from kb.evidence import Case, Evidence, Looked
from kb.interval import SLACK
from kb.marks import check
from kb.model import SUPPOSED, Claim, Mode, Severity
from kb.rowtable import among
from kb.tellings import Relation, beside, chain
from kb.texts import printed
from kb.verdicts import BORDERLINE
from kb.vocabulary import Parts, Single

MOST_NAMED = 12  # claims in one message; the others are counted


class Said(NamedTuple):
    """Claims of one cell (subject, attribute, scope) in every reading, cell by cell; and what each can mean."""

    claim: Ints
    cell: Ints
    low: Floats  # with all rounding
    high: Floats
    lowest: Floats  # with so much more that what is apart even then is firmly so
    highest: Floats

    def take(self, which: Ints | np.ndarray | Sequence[int]) -> Said:
        """Some of the claims."""
        return Said._make(column[which] for column in self)

    def conflicting(self) -> Iterator[Said]:
        """All claims of each cell in which two are apart."""
        starts = np.flatnonzero(np.diff(self.cell, prepend=-1))
        if not len(starts):
            return
        ends = np.append(starts[1:], len(self.cell))
        apart = beyond(np.maximum.reduceat(self.low, starts), np.minimum.reduceat(self.high, starts))
        for start, end in zip(starts[apart].tolist(), ends[apart].tolist(), strict=True):
            yield self.take(np.arange(start, end))

    def conflicts(self) -> bool:
        """Whether two of the claims are apart."""
        return bool(beyond(self.low.max(), self.high.min()))

    def firmly(self) -> bool:
        """Whether two of the claims are so even if far more is allowed than rounding."""
        return bool(beyond(self.lowest.max(), self.highest.min()))

    def apart_from_any(self) -> Said:
        """The claims that are apart from at least one of the others."""
        return self.take(beyond(self.low, self.high.min()) | beyond(self.low.max(), self.high))

    def apart_from(self, one: Said) -> Said:
        """The claims that are apart from another one."""
        return self.take(beyond(self.low, one.high[0]) | beyond(one.low[0], self.high))

    def together(self) -> list[Said]:
        """The claims in groups, each with a value that all of the group can mean; the largest group first."""
        order = np.argsort(self.high, kind="stable")
        groups: list[list[int]] = []
        end = -np.inf
        for position in order.tolist():
            if not groups or beyond(self.low[position], end):
                groups.append([])
                end = self.high[position]
            groups[-1].append(position)
        return [self.take(sorted(group)) for group in sorted(groups, key=lambda group: (-len(group), min(group)))]


def beyond(low: Floats | float, high: Floats | float) -> np.ndarray:
    """Whether what begins at `low` lies above what ends at `high`, with room for the rounding of floats."""
    return np.asarray(low > high + SLACK * np.abs(high))


@check
def single_value(evidence: Evidence) -> Iterator[Case | Looked]:
    """One subject, attribute and scope has several values that cannot be the same."""
    rows = asserted(evidence)
    yield Looked(len(np.unique(evidence.table.claim[rows])))
    every = said(evidence, rows)
    outright = every.take(~in_mode(evidence, every.claim, *SUPPOSED))
    ahead = in_mode(evidence, outright.claim, Mode.PREDICTION)  # of a later time, so that it is not held against now
    times = (outright.take(~ahead), outright.take(ahead))
    events = [cell.apart_from_any() for each in times for cell in each.conflicting()]
    argued = every.take(in_mode(evidence, every.claim, Mode.CONDITIONAL))
    events += [cell.apart_from_any() for cell in argued.conflicting() if retold(evidence, cell)]
    evidence.fetch(int(claim) for event in events for claim in event.claim)
    for event in events:
        if not _told_elsewhere(evidence, event):
            yield _case(evidence, event)
    yield from answered(evidence)


# ------------------------------------------------------------------------------------------------ what is compared


def asserted(evidence: Evidence) -> Ints:
    """Rows of ordinary claims about what has one value, and what more than one of them is about."""
    table = evidence.table
    many = [i for i, a in enumerate(evidence.vocabulary.attributes.values()) if a.single is Single.MANY]
    ordinary = (table.world != table.references)[: table.stated] & table.usable[: table.stated]
    rates = [i for i, a in enumerate(evidence.vocabulary.attributes.values()) if a.travels]
    _, families = evidence.judged.bound.links.wider  # of which each variant has a rate of its own
    ordinary &= ~(np.isin(table.attribute, rates) & np.isin(table.subject, families))[: table.stated]
    rows = np.flatnonzero(ordinary & ~np.isin(table.attribute[: table.stated], many))
    place = table.attribute[rows].astype(np.int64) * table.entities + table.subject[rows]
    first = np.diff(table.claim[rows], prepend=-1) != 0  # readings of one claim are neighbours
    places, claims = np.unique(place[first], return_counts=True)
    shared: Ints = rows[among(place, places[claims > 1])]
    return shared


def _told_elsewhere(evidence: Evidence, event: Said) -> bool:
    """Whether a conflict is only between a source and what it retells (drift), or with what a holder said before."""
    if len(event.claim) > MOST_NAMED:
        return False
    sources = evidence.columns.claims.source
    for one, other in combinations(range(len(event.claim)), 2):
        if not event.take([one, other]).conflicts():
            continue
        pair = [int(event.claim[each]) for each in (one, other)]
        first, second = (int(sources[claim]) for claim in pair)
        if first in chain(evidence, second) or second in chain(evidence, first):
            continue
        if beside(evidence, *pair).relation is not Relation.SUPERSEDED:
            return False
    return True


def retold(evidence: Evidence, cell: Said) -> bool:
    """Whether a source says what another one says that it retells: what follows from suppositions is one case then.

    A source that says it twice may tell of two cases.
    """
    sources: list[int] = evidence.columns.claims.source[cell.claim].tolist()
    return len(set(sources)) == len(sources) and any(int(evidence.columns.retells[each]) in sources for each in sources)


def said(evidence: Evidence, rows: Ints) -> Said:
    """The claims behind some rows that are of one cell in all their readings, ordered by cell."""
    table = evidence.table
    scope = np.column_stack([table.attribute[rows], table.subject[rows], primary(evidence, rows)])
    cell = np.unique(scope, axis=0, return_inverse=True)[1].reshape(-1) if len(rows) else np.empty(0, np.int64)
    claim, starts = np.unique(table.claim[rows], return_index=True)  # readings of one claim are neighbours
    if not len(claim):
        return Said(claim, cell, *(np.empty(0) for _ in range(4)))
    ends = [evidence.evaluator.value(rows, np.full(len(rows), stretch)) for stretch in (1.0, BORDERLINE[1])]
    least, most = ([np.asarray(end.lo) for end in ends], [np.asarray(end.hi) for end in ends])
    low, lowest = (np.minimum.reduceat(end, starts) for end in least)
    high, highest = (np.maximum.reduceat(end, starts) for end in most)
    whole = np.minimum.reduceat(cell, starts) == np.maximum.reduceat(cell, starts)
    found = Said(claim, cell[starts], low, high, lowest, highest).take(whole)
    return found.take(np.lexsort((found.claim, found.cell)))


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


# ------------------------------------------------------------------------------------------------ what is told


def _case(evidence: Evidence, event: Said) -> Case:
    claims = [evidence.claim(int(claim)) for claim in event.claim]
    first = claims[0]
    holders = evidence.columns.claims.holder[event.claim]
    order = np.argsort(holders, kind="stable")
    by_holder = [event.take(mine) for mine in np.split(order, np.flatnonzero(np.diff(holders[order])) + 1)]
    torn = [evidence.claim(int(each.claim[0])).holders[-1] for each in by_holder if each.conflicts()]
    one_value = evidence.vocabulary.attributes[first.attribute].single is Single.ONE
    firm = event.firmly() if one_value else any(each.firmly() for each in by_holder)
    what = "self-contradiction" if torn else "disagreement"
    told = _pair(evidence, event, claims) if len(claims) == 2 else _crowd(evidence, event, torn)
    return Case(
        claims=event.claim.tolist(),
        severity=Severity.WARNING if firm else Severity.NOTE,
        message=f"{what}: {first.attribute} of {first.subject} {told}",
    )


def _pair(evidence: Evidence, event: Said, claims: Sequence[Claim]) -> str:
    one, other = (claim.holders[-1] for claim in claims)
    who = f"both said by {one}" if one == other else f"{one} and {other} differ"
    return f"is {evidence.quoted(int(event.claim[0]))} and {evidence.quoted(int(event.claim[1]))}; {who}"


def _crowd(evidence: Evidence, event: Said, torn: Sequence[str]) -> str:
    """What several claims say, those of one value together, and who differs."""
    groups = event.together()
    room = max(1, MOST_NAMED // len(groups))
    told = [_group(evidence, group, room) for group in groups[:MOST_NAMED]]  # the largest first
    if len(groups[0].claim) == 1:
        told = [text.removeprefix("1 says ") for text in told]
    if more := groups[MOST_NAMED:]:
        told.append(f"{sum(len(group.claim) for group in more):,} more say other values")
    holders = dict.fromkeys(evidence.claim(int(claim)).holders[-1] for claim in event.claim)
    who = f"{listed(holders)} differ"
    if torn:
        who = f"more than one of them said by {'each of ' if len(torn) > 1 else ''}{listed(torn)}"
    return f"has several values: {'; '.join(told)}; {who}"


def _group(evidence: Evidence, group: Said, room: int) -> str:
    """How many say one value, and where the first of them do."""
    claims = [evidence.claim(int(claim)) for claim in group.claim]
    texts = {claim.value.text for claim in claims}
    value = printed(claims[0].value) + (" or close to it" if len(texts) > 1 else "")
    return f"{len(claims):,} say{'' if len(claims) > 1 else 's'} {value} ({places(claims, room)})"
