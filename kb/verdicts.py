"""Verdicts: what all applications together make of each claim (CHECKING, section 2).

Comparisons of one stated value under different readings form a group, and a group fails only when every reading fails.
A failing group gives its verdict to the stated output alone; its inputs are alternatives, not accused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np

from kb.applications import TOTAL
from kb.arrays import grouped, joined, stacked
from kb.bind import Bound
from kb.columns import KINDS, MODES, STANDINGS, Bits, Columns, Floats, Ints
from kb.evaluate import Evaluator
from kb.excuses import Excuses
from kb.facts import Facts
from kb.interval import SLACK
from kb.marks import Relation
from kb.model import SUPPOSED, Standing, ValueKind, Verdict
from kb.notes import WEAK
from kb.plan import rivals
from kb.rowtable import NONE, RowTable

POWERLESS = 10.0  # a check that an error of this factor would pass says nothing
BORDERLINE = 0.5, 2.0


class Result(IntEnum):
    """What one group of comparisons says."""

    HOLDS = 0
    ROUNDING = 1
    FAILS = 2
    OPEN = 3  # every reading looked at fails, but another could not be looked at
    SILENT = 4  # passes, but would pass nearly anything


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Every comparison of a stated or implied value with what its derivation gives, as columns."""

    lot: Ints
    line: Ints
    plan: Ints
    output: Ints  # row
    stretch: Floats
    power: Floats
    ratio: Floats
    notes: Bits
    group: Ints
    past: Ints  # stated rows behind each, padded with -1
    order: Ints  # positions, by group
    starts: Ints  # where each group begins in `order`, and the end

    def members(self, group: int) -> Ints:
        """The positions of a group's comparisons, in their order."""
        return self.order[self.starts[group] : self.starts[group + 1]]


@dataclass(slots=True)
class Group:
    """All readings of one comparison; made for those that matter, not for each."""

    number: int
    members: Ints  # positions in Comparisons
    best: int  # the member that fits best
    result: Result
    claim: int  # the stated output, -1 for a comparison of two implied values
    inputs: frozenset[int]  # claims behind it, the output left out
    ways: tuple[frozenset[int], ...]  # the same of each reading
    weak: bool
    hard: bool  # fails against a definition or data sheet
    cause: int | None = None  # the claim through which it is suspended


@dataclass(slots=True)
class Breach:
    """A value beyond what a definition allows, under every reading."""

    rows: Ints
    bound: int  # row of the definition
    claim: int  # the stated value that it follows from, -1 when several claims share it
    inputs: frozenset[int]
    ways: tuple[frozenset[int], ...]  # the claims behind each reading
    weak: bool
    stated: bool  # the claim itself, not what follows from it
    cause: int | None = None
    pairs: tuple[tuple[int, int], ...] = ()  # each reading with each figure, where there may be several figures


@dataclass
class Judged:
    """Everything that judging found."""

    bound: Bound
    evaluator: Evaluator
    comparisons: Comparisons
    results: Ints  # Result of each group
    best: Ints  # the best member of each group
    groups: dict[int, Group]  # the ones that fail or are open, by number
    breaches: list[Breach]
    bounded: int  # values that were held against a definition
    excuses: Excuses
    verdict: list[Verdict] = field(default_factory=list)
    reason: dict[int, str] = field(default_factory=dict)
    through: dict[int, int] = field(default_factory=dict)  # the claim that a reason ends with

    def forbids(self, row: int, value: float) -> bool:
        """Whether a definition excludes a value of a row's attribute."""
        table, rows = self.bound.table, self.bound.table.columns.rows
        if table.claim[row] >= 0 and table.columns.claims.than[table.claim[row]] >= 0:
            return False
        limits = self.limits[table.attribute[self.limits] == table.attribute[row]]
        return any(not rows.lo[limit] <= value <= rows.hi[limit] * (1 + SLACK) for limit in limits)

    @cached_property
    def limits(self) -> Ints:
        """The rows that are bounds which a definition sets."""
        return np.flatnonzero(limiting(self.bound.table))


def judge(bound: Bound) -> Judged:
    """Outcomes of all applications and the verdict of every claim."""
    return Judge(bound).run()


class Judge:
    """One judging run over one binding."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.table = bound.table
        self.columns: Columns = bound.table.columns
        self.evaluator = Evaluator(bound)
        self.bounded = 0
        self.excuses = Excuses(self.evaluator)
        self.comparisons = self._compare()

    def run(self) -> Judged:
        """Compare, group, look at bounds, find what only follows, and give each claim its verdict."""
        results, best = self._results()
        groups = {
            int(g): self._group(int(g), int(best[g]), Result.FAILS) for g in np.flatnonzero(results == Result.FAILS)
        }
        for number in [n for n, group in groups.items() if self._supposed_apart(group.claim, group.inputs)]:
            del groups[number]
            results[number] = Result.SILENT
        for number, group in groups.items():
            if not self._every_reading(self.comparisons.output[group.members], self._pasts(group)):
                group.result = Result.OPEN
                results[number] = Result.OPEN
        breaches = self._breaches()
        found = results, best, groups, breaches, self.bounded, self.excuses
        judged = Judged(self.bound, self.evaluator, self.comparisons, *found)
        self._suspend([g for g in groups.values() if g.result is Result.FAILS], breaches)
        self._verdicts(judged)
        return judged

    # ------------------------------------------------------------------------------------------ comparing

    def _compare(self) -> Comparisons:
        family = rivals(self.bound.plans)
        compared = [
            (number, lot)
            for number, lot in enumerate(self.bound.made.lots)
            if not lot.implying and lot.plan != TOTAL and len(lot)
        ]
        outcomes = [self.evaluator.outcome(lot) for _, lot in compared]
        output = joined([lot.slots[:, -1] for _, lot in compared], np.int64)
        plan = joined([np.full(len(lot), lot.plan) for _, lot in compared], np.int64)
        anchor = joined([self.table.place(lot.world, lot.anchor) for _, lot in compared], np.int64)
        group, order, starts = grouped(cells(self.table, output), np.asarray(family, np.int64)[plan], anchor)
        return Comparisons(
            lot=joined([np.full(len(lot), number) for number, lot in compared], np.int64),
            line=joined([np.arange(len(lot)) for _, lot in compared], np.int64),
            plan=plan,
            output=output,
            stretch=joined([found.stretch for found in outcomes], np.float64),
            power=joined([found.power for found in outcomes], np.float64),
            ratio=joined([found.ratio for found in outcomes], np.float64),
            notes=joined([lot.notes for _, lot in compared], np.uint32),
            group=group,
            past=stacked([lot.past for _, lot in compared]),
            order=order,
            starts=starts,
        )

    def _results(self) -> tuple[Ints, Ints]:
        """The result of each group, and its best member."""
        c = self.comparisons
        order = np.lexsort((c.lot, c.power, c.stretch, c.group))
        first = np.ones(len(order), bool)
        first[1:] = np.diff(c.group[order]) != 0
        best = order[first]
        stretch = c.stretch[best]
        result = np.select([stretch == 0, stretch <= 1], [Result.HOLDS, Result.ROUNDING], Result.FAILS).astype(np.int64)
        result[(stretch <= 1) & (c.power[best] > POWERLESS)] = Result.SILENT
        return result, best

    def _group(self, number: int, best: int, result: Result) -> Group:
        c = self.comparisons
        members = c.members(number)
        claim = int(self.table.claim[c.output[best]])
        inputs = set(self._claims_behind(best)) - {claim}
        relation = self.bound.plans[c.plan[best]].derivation.relation
        weak = bool((c.notes[members] & np.uint32(WEAK)).any())
        hard = relation is not Relation.EQUALS and not self._rests_on_soft(inputs)
        ways = tuple(frozenset(self._claims_behind(int(member))) - {claim} for member in members)
        return Group(number, members, best, result, claim, frozenset(inputs), ways, weak, hard)

    def _supposed_apart(self, claim: int, inputs: Iterable[int]) -> bool:
        return supposed_apart(self.columns, claim, inputs)

    def _claims_behind(self, member: int) -> list[int]:
        past = self.comparisons.past[member]
        claims: list[int] = self.table.claim[past[past >= 0]].tolist()
        return claims

    def _pasts(self, group: Group) -> set[int]:
        return set(self.comparisons.past[group.members].ravel().tolist()) - {NONE}

    def _every_reading(self, outputs: Ints, looked_at: set[int]) -> bool:
        """Whether each claim behind some comparisons was looked at in all its readings."""
        return self.table.every_reading(looked_at | set(outputs[outputs < self.table.stated].tolist()))

    def _rests_on_soft(self, claims: frozenset[int] | set[int]) -> bool:
        soft = STANDINGS.index(Standing.SOFT)
        return any(self.columns.claims.standing[claim] == soft for claim in claims)

    # ------------------------------------------------------------------------------------------ bounds

    def _breaches(self) -> list[Breach]:
        """Values that no reading keeps within a definition."""
        rows = self.columns.rows
        found: list[Breach] = []
        for limit in np.flatnonzero(limiting(self.table)):
            mine = np.flatnonzero(
                (self.table.attribute == self.table.attribute[limit]) & (self.table.world != self.table.references)
            )
            mine = mine[self.table.usable[mine]]
            self.bounded += len(mine)
            value = self.evaluator.value(mine, 1.0)
            low, high = rows.lo[limit], rows.hi[limit]
            beyond = (np.asarray(value.lo) > high + SLACK * abs(high)) | (np.asarray(value.hi) < low - SLACK * abs(low))
            _, order, starts = grouped(cells(self.table, mine))
            together = np.split(mine[order], starts[1:-1])
            for each in np.flatnonzero(np.logical_and.reduceat(beyond[order], starts[:-1])) if len(mine) else ():
                found.extend(self._breach(together[each], int(limit)))
        return [*found, *self._differences()]

    def _differences(self) -> Iterator[Breach]:
        """Claims beside which a definition or a data sheet has another figure of the same thing."""
        facts = Facts(self.evaluator)
        for each in facts.differences():
            if not is_supposed(self.columns, each.claim):
                found = Breach(each.rows, each.figure, each.claim, frozenset(), (frozenset(),), weak=False, stated=True)
                found.pairs = each.pairs
                yield found
        self.bounded += facts.looked_at

    def _breach(self, rows: Ints, limit: int) -> list[Breach]:
        past = {int(r) for line in self.table.past(rows) for r in line if r >= 0}
        if not self._every_reading(np.empty(0, np.int64), past):
            return []
        seeds = {self._seed(int(row)) for row in rows}
        seed = seeds.pop() if len(seeds) == 1 else NONE
        inputs = frozenset(int(self.table.claim[row]) for row in past) - {seed}
        ways = tuple(frozenset(self.table.claim[line[line >= 0]].tolist()) - {seed} for line in self.table.past(rows))
        if self._supposed_apart(seed, inputs):
            return []
        assumed = bool((self.table.notes[rows] & np.uint32(WEAK)).any())
        weak = assumed or any(self.excuses.excused(int(row), limit) for row in rows)
        return [Breach(rows, limit, seed, inputs, ways, weak, bool(self.table.claim[rows[0]] >= 0))]

    def _seed(self, row: int) -> int:
        """The stated output that a solved value was solved from; the claim itself for a stated row."""
        while row >= self.table.stated:
            lot, line = self.evaluator.maker(row)
            if lot.solved < 0:
                return NONE
            row = int(lot.slots[line, -1])
        return int(self.table.claim[row])

    # ------------------------------------------------------------------------------------------ consequences

    def _suspend(self, groups: Sequence[Group], breaches: Sequence[Breach]) -> None:
        """Name the cause of every failure that rests on a claim which fails without it."""
        failures: list[Group | Breach] = [*groups, *breaches]
        accusing: dict[int, list[Group | Breach]] = {}
        for each in failures:
            if each.claim >= 0 and not each.weak and self._is_firm(each):
                accusing.setdefault(each.claim, []).append(each)
        for _ in range(len(accusing) + 1):
            changed = False
            for each in failures:
                cause = self._cause(each, accusing)
                changed, each.cause = changed or cause != each.cause, cause
            if not changed:
                return

    def _is_firm(self, failure: Group | Breach) -> bool:
        """Whether a failure is not near the border: one that is explains no other."""
        return isinstance(failure, Breach) or bool(self.comparisons.stretch[failure.best] >= BORDERLINE[1])

    @staticmethod
    def _cause(each: Group | Breach, accusing: Mapping[int, Sequence[Group | Breach]]) -> int | None:
        """The claim through which a failure only follows; None if some reading of it fails without any such claim."""
        found = [
            next(
                (
                    claim
                    for claim in sorted(way)
                    if any(other.cause is None and each.claim not in other.inputs for other in accusing.get(claim, ()))
                ),
                None,
            )
            for way in each.ways
        ]
        return None if None in found or not found else found[0]

    def _verdicts(self, judged: Judged) -> None:
        """One verdict for each claim, the first of CHECKING's list that applies."""
        claims = self.columns.claims
        ordinary = (claims.kind == KINDS.index(ValueKind.QUANTITY)) & (claims.standing < 0)
        judged.verdict = [Verdict.UNDETERMINED if each else Verdict.NOT_NUMERIC for each in ordinary.tolist()]
        support(judged)
        for group in judged.groups.values():
            self._doubt(group, judged.verdict, judged.reason)
        accusing: list[Group | Breach] = [group for group in judged.groups.values() if group.result is Result.FAILS]
        for each in [*accusing, *judged.breaches]:
            if each.claim >= 0:
                self._accuse(each, judged)

    def _doubt(self, group: Group, verdict: list[Verdict], reason: dict[int, str]) -> None:
        """Say why the claims of a failure or of an open comparison are undetermined."""
        for claim in {group.claim, *group.inputs} - {NONE}:
            if verdict[claim] is Verdict.UNDETERMINED:
                why = (
                    "every reading that could be looked at fails, but not every reading could be"
                    if group.result is Result.OPEN
                    else "an input of a check that fails; which input is wrong, arithmetic cannot say"
                )
                reason.setdefault(claim, why)

    def _accuse(self, each: Group | Breach, judged: Judged) -> None:
        verdict, reason = judged.verdict, judged.reason
        if each.weak:
            if verdict[each.claim] is Verdict.UNDETERMINED:
                reason[each.claim] = "it fails only under a weak assumption"
        elif each.cause is not None:
            if verdict[each.claim] not in {Verdict.IMPOSSIBLE, Verdict.OFF}:
                verdict[each.claim] = Verdict.SUSPENDED
                reason[each.claim], judged.through[each.claim] = "it fails through", each.cause
        elif isinstance(each, Breach) or each.hard:
            verdict[each.claim] = Verdict.IMPOSSIBLE
        elif verdict[each.claim] is not Verdict.IMPOSSIBLE:
            verdict[each.claim] = Verdict.OFF


def supposed_apart(columns: Columns, claim: int, inputs: Iterable[int]) -> bool:
    """Whether a claim is said for the sake of an argument of which nothing else here is a part."""
    return is_supposed(columns, claim) and not any(is_supposed(columns, each) for each in inputs)


def is_supposed(columns: Columns, claim: int) -> bool:
    """Whether a claim is said for the sake of an argument."""
    return claim != NONE and MODES[columns.claims.mode[claim]] in SUPPOSED


def support(judged: Judged, spared: frozenset[int] = frozenset()) -> None:
    """Claims in comparisons that fit hold: the stated output and what it rests on, unless one of them fails elsewhere.

    spared: claims that fail somewhere and are right all the same.
    """
    failing = {
        g.claim for g in judged.groups.values() if g.result is Result.FAILS and not g.weak and g.cause is None
    } | {b.claim for b in judged.breaches if not b.weak and b.cause is None}
    best = as_good_as_the_best(judged)
    result = judged.results[judged.comparisons.group[best]]
    rounding, holding = (best[result == each] for each in (Result.ROUNDING, Result.HOLDS))
    involved = involved_in(judged, np.concatenate([rounding, holding]))
    ordinary = (involved >= 0) & (judged.bound.table.columns.claims.standing[involved] < 0)
    blamed = np.isin(involved, list(failing - spared - {NONE}))
    first = np.where(blamed, involved, len(judged.verdict)).min(axis=1)
    last = np.where(blamed, involved, NONE).max(axis=1)
    sound = (last == NONE)[:, None] | ((last == first)[:, None] & (involved == first[:, None]))
    line, column = np.nonzero(ordinary & sound)
    claims = involved[line, column]
    since = np.full(len(judged.verdict), len(involved))
    np.minimum.at(since, claims, line)
    for claim in claims[line < len(rounding)].tolist():
        judged.verdict[claim] = Verdict.ROUNDING
    for claim in claims[line >= len(rounding)].tolist():
        judged.verdict[claim] = Verdict.HOLDS
    for at, where in zip(*(each.tolist() for each in np.nonzero(ordinary & ~sound)), strict=True):
        claim = int(involved[at, where])
        if at < since[claim]:
            judged.reason[claim], judged.through[claim] = "it fits only together with", int(first[at])


def as_good_as_the_best(judged: Judged) -> Ints:
    """The members of all groups that fit just as well as the best one, which is then only the first of them."""
    c = judged.comparisons
    first = judged.best[c.group[c.order]]
    tied = (c.stretch[c.order] == c.stretch[first]) & (c.power[c.order] == c.power[first])
    found: Ints = c.order[tied]
    return found


def involved_in(judged: Judged, members: Ints) -> Ints:
    """The claims in some comparisons, the stated output among them: a table padded with -1."""
    rows = np.column_stack([judged.comparisons.past[members], judged.comparisons.output[members]])
    stated = (rows >= 0) & (rows < judged.bound.table.stated)
    return np.where(stated, judged.bound.table.claim[np.where(stated, rows, 0)], NONE).astype(np.int64)


def cells(table: RowTable, rows: Ints) -> Ints:
    """What a comparison of each row is about: its claim, or the attribute and subject of an implied value."""
    claim = table.claim[rows].astype(np.int64)
    place = table.place(table.world[rows], table.subject[rows])
    return np.where(claim >= 0, claim, -2 - (place * len(table.columns.vocabulary.attributes) + table.attribute[rows]))


def limiting(table: RowTable) -> np.ndarray:
    """Which rows are bounds that a definition sets."""
    rows, claims = table.columns.rows, table.columns.claims
    hard = claims.standing[rows.claim] == STANDINGS.index(Standing.HARD)
    return np.asarray(hard & ~(np.isfinite(rows.lo) & np.isfinite(rows.hi)))
