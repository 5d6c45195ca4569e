"""Routes to a quantity: what is stated of it, and what each derivation gives for it from other claims, side by side.

A derivation gives a value forward, or backward where it can be solved for an input. What is found here is only looked
at beside each other: it makes no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import networkx as nx
import numpy as np

from kb.applications import TOTAL, Lot
from kb.columns import STANDINGS, Ints
from kb.evidence import Evidence, limited
from kb.interval import SLACK, Interval
from kb.marks import Relation
from kb.model import Standing
from kb.notes import WEAK
from kb.outcomes import derivation_name, slot_names
from kb.pipeline import Examination
from kb.rowtable import NONE
from kb.tape import NoInverse

STATED = "stated"


class Target(NamedTuple):
    """What is asked for: an attribute of a subject, or its factor of another subject; by their numbers."""

    attribute: int
    subject: int
    than: int = NONE
    claim: int = NONE  # whose scope is meant, any if none


class Span(NamedTuple):
    """One value that a route can give: what is within rounding, and the row whose scope it has."""

    row: int
    value: Interval


class Input(NamedTuple):
    """What fills one slot of a derivation: a claim, or what follows from several."""

    row: int
    claims: tuple[int, ...]


@dataclass(frozen=True)
class Route:
    """One way to a quantity, in every reading of the claims that it goes over."""

    by: str  # a derivation, or STATED
    solved: str  # the input for which the derivation is solved, if it is
    spans: tuple[Span, ...]
    inputs: tuple[Input, ...]
    claims: frozenset[int]  # all that it rests on
    weak: tuple[str, ...]  # assumptions that make it no strong evidence

    @property
    def low(self) -> float:
        """The least that it can give."""
        return min(float(span.value.lo) for span in self.spans)

    @property
    def high(self) -> float:
        """The most that it can give."""
        return max(float(span.value.hi) for span in self.spans)


@dataclass(frozen=True)
class Quantity:
    """All routes to what is one question: an attribute of a subject in scopes that meet."""

    row: int  # one that has its scope
    routes: tuple[Route, ...]  # those that agree stand together
    meeting: frozenset[tuple[int, int]]  # pairs of positions, the lesser first
    apart: frozenset[tuple[int, int]]  # the same; pairs in neither are of scopes that do not meet
    shared: tuple[int, ...]  # claims that all of several routes rest on
    of: tuple[int, ...]  # the positions of the routes that share them: all, or all that are derived

    def meets(self, position: int) -> list[int]:
        """The positions of the routes that one agrees with."""
        return sorted(other for pair in self.meeting if position in pair for other in pair if other != position)

    @cached_property
    def outlier(self) -> int | None:
        """The position of the one route that agrees with none of the others, if all of these agree."""
        every = set(pairs(len(self.routes)))
        for each in range(len(self.routes)):
            mine = {pair for pair in every if each in pair}
            if mine <= self.apart and every - mine and every - mine <= self.meeting:
                return each
        return None


def quantities(examination: Examination, target: Target) -> tuple[Quantity, ...]:
    """The routes to a quantity, a part for each scope that meets none of the others."""
    return Finder(examination.evidence, target).quantities()


class Finder:
    """Looks for routes through what was bound."""

    def __init__(self, evidence: Evidence, target: Target) -> None:
        self.evidence = evidence
        self.table = evidence.table
        self.target = target
        keys = evidence.attributes[target.attribute].keys
        self.keys = [evidence.vocabulary.key_order[key] for key in keys]
        self.rows = self._rows()

    def _rows(self) -> Ints:
        """Every row that is a value of the quantity, stated or implied."""
        table, claims = self.table, self.evidence.columns.claims
        mine = (table.attribute == self.target.attribute) & (table.subject == self.target.subject)
        than = np.where(table.claim >= 0, claims.than[table.claim], NONE)
        rows = np.flatnonzero(mine & (than == self.target.than) & (table.usable | (self.target.than != NONE)))
        if self.target.claim == NONE:
            return rows
        own = rows[table.claim[rows] == self.target.claim]
        return rows[[any(self._meet(row, other) for other in own.tolist()) for row in rows.tolist()]]

    def _meet(self, row: int, other: int) -> bool:
        """Whether the scopes of two rows meet."""
        return bool((self.table.masks[row, self.keys] & self.table.masks[other, self.keys] != 0).all())

    def quantities(self) -> tuple[Quantity, ...]:
        """The routes, part by part in the order in which they were stated."""
        scopes: nx.Graph[int] = nx.Graph()
        scopes.add_nodes_from(self.rows.tolist())
        distinct: dict[bytes, int] = {}
        for row in self.rows.tolist():
            first = distinct.setdefault(self.table.masks[row, self.keys].tobytes(), row)
            scopes.add_edge(row, first)
        names = list(distinct.values())
        scopes.add_edges_from((i, j) for i in names for j in names if i < j and self._meet(i, j))
        parts = sorted(nx.connected_components(scopes), key=min)
        part_of = {row: number for number, part in enumerate(parts) for row in part}
        found: list[dict[tuple[str, str, frozenset[int]], Route]] = [{} for _ in parts]
        for route in self._every():
            mine, key = found[part_of[route.spans[0].row]], (route.by, route.solved, route.claims)
            mine[key] = merged(mine[key], route) if key in mine else route
        return tuple(
            self._quantity(min(part), list(each.values())) for part, each in zip(parts, found, strict=True) if each
        )

    # ------------------------------------------------------------------------------------------ one route each

    def _every(self) -> Iterator[Route]:
        """Every route, reading by reading."""
        for row in self.rows[self.rows < self.table.stated].tolist():
            claim = int(self.table.claim[row])
            value = self.evidence.value(row)
            yield Route(STATED, "", (Span(row, value),), (), frozenset([claim]), ())
        for lot in self.evidence.judged.bound.made.lots:
            if lot.plan != TOTAL and len(lot):
                yield from self._of(lot)

    def _of(self, lot: Lot) -> Iterator[Route]:
        """What the applications of one lot give: what they imply or are compared with, and what can be solved."""
        given = lot.result if lot.implying else lot.slots[:, -1]
        for line in np.flatnonzero(np.isin(given, self.rows)).tolist():
            yield from self._route(lot, line, int(given[line]))
        for position in [] if lot.implying else self._solvable(lot):
            backward = replace(lot, solved=position)
            for line in np.flatnonzero(np.isin(lot.slots[:, position], self.rows)).tolist():
                yield from self._route(backward, line, int(lot.slots[line, position]))

    def _solvable(self, lot: Lot) -> Iterator[int]:
        """The inputs for which the formula of a lot can be solved.

        The vocabulary may not let a value be implied so; here it implies nothing, and the finding of a failure says as
        much under what would fit.
        """
        plan = self.evidence.judged.bound.plans[lot.plan]
        if plan.inert or plan.derivation.relation is not Relation.EQUALS:
            return
        for position, reach in enumerate(plan.takes):
            if reach.number == self.target.attribute and not reach.constant and not reach.slot.each:
                try:
                    self.evidence.evaluator.formula(replace(lot, solved=position))
                except NoInverse:
                    continue
                yield position

    def _route(self, lot: Lot, line: int, row: int) -> Iterator[Route]:
        """What one application gives, unless it says nothing or only gives back what was put in."""
        filled = self._filled(lot, line)
        past = self.table.past(np.array(filled, np.int64))
        rows = np.unique(past[past >= 0])
        claims = frozenset(self.table.claim[rows].tolist())
        value = self._value(lot, line)
        if not claims.isdisjoint(self._stating(row)) or not (
            math.isfinite(float(value.lo)) or math.isfinite(float(value.hi))
        ):
            return
        ordinary = rows[self.evidence.columns.claims.standing[self.table.claim[rows]] < 0]
        weak = self.evidence.assumed(int(lot.notes[line]) & int(WEAK), ordinary.tolist())
        solved = ""
        if lot.solved >= 0:
            solved = self.evidence.judged.bound.plans[lot.plan].derivation.takes[lot.solved].name
        inputs = tuple(Input(each, self._claims(each)) for each in self._opened(filled))
        name = derivation_name(self.evidence, lot)
        yield Route(name, solved, (Span(row, value),), inputs, claims, weak)

    def _stating(self, row: int) -> set[int]:
        """The claims that state what a row is a value of."""
        stated = self.rows[self.rows < self.table.stated].tolist()
        return {int(self.table.claim[each]) for each in stated if self._meet(each, row)}

    def _filled(self, lot: Lot, line: int) -> list[int]:
        """The rows that an application computes with."""
        count = len(slot_names(self.evidence, lot))
        rows: list[int] = lot.slots[line, :count].tolist()
        return [row for position, row in enumerate(rows) if row != NONE and position != lot.solved]

    def _opened(self, rows: Iterable[int]) -> Iterator[int]:
        """The same with the parts of a sum in its place, which has no name of its own."""
        for row in rows:
            if row >= self.table.stated and self.table.attribute[row] == NONE:
                lot, line = self.evidence.evaluator.maker(row)
                yield from self._opened(each for each in lot.slots[line].tolist() if each != NONE)
            else:
                yield row

    def _claims(self, row: int) -> tuple[int, ...]:
        past = self.table.past(np.array([row]))[0]
        return tuple(dict.fromkeys(self.table.claim[past[past >= 0][::-1]].tolist()))

    def _value(self, lot: Lot, line: int) -> Interval:
        """What an application gives within rounding: all up to a bound, and of counts whole numbers."""
        # As a column of stretches, since what is solved here is no lot of its own that may be remembered.
        found = self.evidence.evaluator.due(lot, np.array([line]), np.array([1.0]))
        lo, hi = float(np.ravel(found.lo)[0]), float(np.ravel(found.hi)[0])
        if math.isnan(lo) or math.isnan(hi) or lo == math.inf:  # more than a float can hold
            return Interval(-math.inf, math.inf)
        plan = self.evidence.judged.bound.plans[lot.plan]
        if self.evidence.attributes[self.target.attribute].integer and self.target.than == NONE:
            lo = math.floor(lo * (1 + SLACK)) if math.isfinite(lo) else lo
            hi = math.ceil(hi * (1 - SLACK)) if math.isfinite(hi) else hi
        return limited(Interval(lo, hi), plan.derivation.relation if lot.solved < 0 else Relation.EQUALS)

    # ------------------------------------------------------------------------------------------ side by side

    def _quantity(self, row: int, routes: Sequence[Route]) -> Quantity:
        """Routes side by side, those that agree together, the most first; what is stated before what follows."""
        agreeing: nx.Graph[int] = nx.Graph()
        agreeing.add_nodes_from(range(len(routes)))
        several = list(pairs(len(routes)))
        agreeing.add_edges_from((i, j) for i, j in several if self._agree(routes[i], routes[j]))
        groups = sorted(
            nx.connected_components(agreeing), key=lambda group: (-len(group), min(routes[each].low for each in group))
        )
        place = {each: number for number, group in enumerate(groups) for each in group}
        order = sorted(
            range(len(routes)), key=lambda each: (place[each], routes[each].by != STATED, routes[each].low, each)
        )
        ordered = tuple(routes[each] for each in order)
        told = {(i, j): self._agree(ordered[i], ordered[j]) for i, j in several}
        shared, of = self._shared(ordered)
        return Quantity(
            row,
            ordered,
            frozenset(pair for pair, agree in told.items() if agree),
            frozenset(pair for pair, agree in told.items() if agree is False),
            shared,
            of,
        )

    def _agree(self, one: Route, other: Route) -> bool | None:
        """Whether two routes can give one value; nothing if no scope of one meets a scope of the other."""
        meeting = [(a.value, b.value) for a in one.spans for b in other.spans if self._meet(a.row, b.row)]
        return any(overlap(a, b) for a, b in meeting) if meeting else None

    def _shared(self, routes: Sequence[Route]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The claims that all routes rest on, else those of all that are derived; definitions are no evidence."""
        every = tuple(range(len(routes)))
        derived = tuple(each for each in every if routes[each].by != STATED)
        hard, standing = STANDINGS.index(Standing.HARD), self.evidence.columns.claims.standing
        for some in (every, derived):
            if len(some) > 1:
                common = frozenset.intersection(*(routes[each].claims for each in some))
                if mine := tuple(sorted(each for each in common if standing[each] != hard)):
                    return mine, some
        return (), ()


def pairs(count: int) -> Iterator[tuple[int, int]]:
    """Every pair of so many, the lesser first."""
    return ((i, j) for j in range(count) for i in range(j))


def overlap(one: Interval, other: Interval) -> bool:
    """Whether two intervals meet, a relative slack allowed as in comparisons."""
    low, high = max(float(one.lo), float(other.lo)), min(float(one.hi), float(other.hi))
    return low <= high + SLACK * abs(high)


def merged(one: Route, other: Route) -> Route:
    """The same way in other readings of the same claims; the fewer weak assumptions will do."""
    least = min(one, other, key=lambda route: len(route.weak))
    known = {(span.row, float(span.value.lo), float(span.value.hi)) for span in one.spans}
    new = (s for s in other.spans if (s.row, float(s.value.lo), float(s.value.hi)) not in known)
    return replace(least, spans=(*one.spans, *new))
