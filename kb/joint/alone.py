"""Proofs of what cannot be by itself: one calculation, or one value beyond a definition, as laws and what bounds them.

A finding of one check rests on intervals. Where the numbers are positive and the formulas products and sums, the same
can be proven in lines, reading by reading, by the search that proves what cannot be together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kb.applications import TOTAL, Lot
from kb.joint.certificate import Bound, Certificate, Step, verified
from kb.joint.clashes import Clash, fails
from kb.joint.network import LIMIT, NoFormula, template_of
from kb.joint.part import Part, Statement, placed
from kb.joint.proof import Search
from kb.joint.rows import Product, Signed, Sum
from kb.model import Verdict
from kb.rowtable import NONE
from kb.verdicts import Breach, Group, Judged, Result

NOT_FOUND = "no proof in lines was found"
SIGNED = "a figure that it rests on is zero or negative"
EMPTY = "an input of a formula is left out"
REFUTED = "it fails a check whose proof does not hold up"


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate, and what the numbers and laws of its part are."""

    part: Part
    certificate: Certificate
    rows: tuple[int, ...]  # of each variable of the part; -1 for one in between
    of: tuple[str, ...]  # the derivation of each law of the part

    @property
    def bounds(self) -> list[Bound]:
        """Premises, then what follows from them."""
        steps = (line.bound for line in self.certificate.lines if isinstance(line, Step))
        return [*(premise.bound for premise in self.certificate.premises), *steps]

    @property
    def holds(self) -> bool:
        """Whether it holds up in exact fractions."""
        return verified(self.certificate)


class Unproven(Exception):
    """Why something is checked by intervals alone."""


def together(clash: Clash) -> Proof:
    """The proof of a clash."""
    net, part = clash.net, clash.part
    rows = [int(net.rows[each]) if net.rows[each] != NONE else int(net.by[each]) for each in part.variables]
    return Proof(part, clash.certificate, tuple(rows), tuple(net.derivation(block) for block, _ in part.origin))


def proofs(judged: Judged, failure: Group | Breach, first: int = NONE) -> list[Proof]:
    """A proof of each reading, beside each figure that it is held against; raises Unproven.

    first: the one whose proof stands first, a member of the group or a row of the breach.
    """
    if isinstance(failure, Group):
        return [compared(judged, member) for member in sorted(failure.members.tolist(), key=lambda each: each != first)]
    pairs = failure.pairs or [(row, failure.bound) for row in failure.rows.tolist()]
    return [beyond(judged, *pair) for pair in sorted(pairs, key=lambda pair: pair[0] != first)]


def compared(judged: Judged, member: int) -> Proof:
    """The proof that one comparison cannot fit."""
    return chained(judged, member).proof()


def calculation(judged: Judged, member: int) -> Part:
    """The laws and statements of one comparison, down to what is stated; raises Unproven."""
    return chained(judged, member).whole()


def chained(judged: Judged, member: int) -> Chain:
    """The chain of one comparison."""
    lot = judged.bound.made.lots[judged.comparisons.lot[member]]
    chain = Chain(judged)
    chain.apply(lot, int(judged.comparisons.line[member]), NONE)
    return chain


def beyond(judged: Judged, row: int, limit: int) -> Proof:
    """The proof that a value is beyond what a definition allows."""
    chain = Chain(judged)
    chain.state(chain.variable(row), limit, given=True)
    return chain.proof()


def impossible(failure: Group | Breach) -> bool:
    """Whether a failure says that something is impossible, by itself."""
    return fails(failure) and not failure.weak and (isinstance(failure, Breach) or failure.hard)


def sift(judged: Judged) -> None:
    """Drops failures of which a proof was found that does not hold up: that is a fault of ours, and accuses nobody."""
    refuted = [each for each in failures(judged) if impossible(each) and doubted(judged, each)]
    for each in refuted:
        if isinstance(each, Group):
            del judged.groups[each.number]
            judged.results[each.number] = Result.SILENT
    judged.breaches = [each for each in judged.breaches if not any(each is other for other in refuted)]
    left = {each.claim for each in failures(judged) if fails(each) and not each.weak}
    for claim in {each.claim for each in refuted} - left - {NONE}:
        judged.verdict[claim], judged.reason[claim] = Verdict.UNDETERMINED, REFUTED


def failures(judged: Judged) -> list[Group | Breach]:
    """Everything that does not fit when it is looked at alone."""
    return [*judged.groups.values(), *judged.breaches]


def doubted(judged: Judged, failure: Group | Breach) -> bool:
    """Whether the proof of some reading does not hold up."""
    try:
        return not all(proof.holds for proof in proofs(judged, failure))
    except Unproven:
        return False


class Chain:
    """One calculation down to what is stated: a variable for each row, laws for each application."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.part = Part(np.empty(0, np.int64))
        self.number: dict[int, int] = {}  # the variable of each row
        self.rows: list[int] = []
        self.of: list[str] = []

    def proof(self) -> Proof:
        """The proof that it cannot be; raises Unproven."""
        part = self.whole()
        certificate = Search(part, None).certificate()
        if certificate is None:
            raise Unproven(NOT_FOUND)
        return Proof(part, certificate, tuple(self.rows), tuple(self.of))

    def whole(self) -> Part:
        """All of it, as a part."""
        self.part.variables = np.arange(len(self.rows))
        return self.part

    def fresh(self, row: int = NONE) -> int:
        """A variable of which nothing is known yet."""
        self.rows.append(row)
        return len(self.rows) - 1

    def variable(self, row: int) -> int:
        """The variable of a row, with all that it rests on."""
        if row not in self.number:
            number = self.number[row] = self.fresh(row)
            if row < self.judged.bound.table.stated:
                self.state(number, row)
            else:
                self.apply(*self.judged.evaluator.maker(row), row)
        return self.number[row]

    def state(self, number: int, row: int, *, given: bool = False) -> None:
        """Bounds a variable by what a stated row says, as wide as one unit of stretch makes it.

        given: whether it is what a definition allows, which may be all that is below something.
        """
        table, rows = self.judged.bound.table, self.judged.bound.table.columns.rows
        low, high = float(rows.lo[row]), float(rows.hi[row])
        if (low < 0 and not given) or high <= 0:
            raise Unproven(SIGNED)
        claim = int(table.claim[row])
        own = claim if table.columns.claims.standing[claim] < 0 else NONE
        ends = max(math.log(low), -LIMIT) if low > 0 else -LIMIT, min(math.log(high), LIMIT)
        widths = float(rows.below[row]), float(rows.above[row])
        self.part.statements.append(Statement(number, *ends, *widths, row, own, soft=False))

    def apply(self, lot: Lot, line: int, row: int) -> None:
        """Adds the laws of an application.

        row: the one that it implies; -1 where it compares.
        """
        filled: list[int] = lot.slots[line].tolist()
        if lot.plan == TOTAL:
            filled.append(row)
        elif lot.implying:
            filled[lot.solved] = row  # the last slot when going forward
        if NONE in filled:
            raise Unproven(EMPTY)
        name = "total" if lot.plan == TOTAL else self.judged.bound.plans[lot.plan].derivation.name
        try:
            template = template_of(self.judged.bound, lot)
        except (Signed, NoFormula) as error:
            raise Unproven(f"{name}: {error}") from error
        place = [self.variable(each) for each in filled]
        place += [self.fresh() for _ in range(template.size - len(place))]
        if template.slack:
            self.part.statements.append(Statement(place[-1], 0.0, LIMIT, 0.0, 0.0, NONE, NONE, soft=False))
        laws: list[Product | Sum] = [placed(law, place) for law in template.products]
        laws += [Sum(place[each.whole], place[each.left], place[each.right]) for each in template.sums]
        self.part.laws += laws
        self.of += [name] * len(laws)
