"""Calculations that sources print: each done again, and each set beside the claims that are computed from it.

A claim whose source prints how its value is worked out holds if the figures of that give the value, and is off if they
do not. A claim that is computed from such calculations holds if one of them gives it, or their geometric mean, their
mean, or a sum of them; it is off if nothing does. What fits only with all rounding widened is left open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from kb.calculations import figures_in
from kb.columns import things
from kb.errors import Unreadable
from kb.evaluate import Evaluator
from kb.interval import SLACK, Interval, middle
from kb.model import Claim, Role, Verdict
from kb.quantity import Meaning, read
from kb.redoing import Redone, redone
from kb.verdicts import Judged

MOST_TOGETHER = 6  # calculations of which sums and means are tried
SLIP = 1e-6  # relative, of figures that are the same but for zeros
LEFT = math.log(1.1)  # what may be left when one of them has been put right: estimates are rounded on the way
BEYOND = 2.0  # a stretch at which what does not fit is firmly off
KEPT = frozenset({Verdict.IMPOSSIBLE, Verdict.JOINT, Verdict.OFF, Verdict.SUSPENDED, Verdict.MALFORMED})


class Drawn(NamedTuple):
    """A claim beside what it is computed from: the way that comes nearest."""

    bases: tuple[int, ...]  # the calculations of that way
    way: str  # "", or what is made of several: sum, mean, geometric mean
    given: Interval  # as written, in the unit of the attribute
    ratio: float  # stated over given
    stretch: float  # 0 as written, 1 with all rounding, 2 at the border, infinite beyond
    outright: bool  # whether it is said to be computed from them; otherwise they only bear it out, or do not

    @property
    def is_off(self) -> bool:
        """Whether no rounding excuses it, and it is said to be computed so."""
        return self.outright and self.stretch > BEYOND


class Mistaken(NamedTuple):
    """A figure of a calculation that is another claim's of the same thing but for zeros; with that, nearly all fits."""

    figure: float
    value: float  # of the other claim
    other: int
    given: float  # by the calculation with that value


@dataclass(frozen=True)
class Worked:
    """What became of every calculation, by the number of its claim, and of every claim that is computed from some."""

    redone: Mapping[int, Redone] = field(default_factory=dict)
    drawn: Mapping[int, Drawn] = field(default_factory=dict)
    words: Mapping[int, str] = field(default_factory=dict)  # the calculations as printed
    mistaken: Mapping[int, Mistaken] = field(default_factory=dict)  # by the claim that is computed from one


def worked(
    judged: Judged,
    workings: Sequence[tuple[int, str, str]],
    rests: Sequence[tuple[int, int, str]],
    texts: Callable[[Iterable[int]], Mapping[int, Claim]],
) -> Worked:
    """Every calculation done again.

    workings: (claim, calculation, value); rests: (claim, what it rests on, role); texts: gives claims by their numbers.
    """
    again: dict[int, Redone] = {}
    values = {claim: value for claim, _, value in workings}
    for claim, working, value in workings:
        try:
            again[claim] = redone(working, value)
        except Unreadable:  # an older version of the reader took it: told as undetermined
            continue
    bases: dict[int, list[int]] = {}
    outright: set[int] = set()
    for claim, basis, role in rests:
        if role in {Role.COMPUTED_FROM, Role.EVIDENCE} and basis in again:
            bases.setdefault(claim, []).append(basis)
            if role == Role.COMPUTED_FROM:
                outright.add(claim)
    beside = Beside(judged.evaluator, {each: claim.value.text for each, claim in texts(bases).items()} | values)
    drawn = {
        claim: found._replace(outright=claim in outright)
        for claim, mine in bases.items()
        if (found := beside.drawn(claim, mine, again))
    }
    words = {claim: working for claim, working, _ in workings}
    off = {claim: one.bases[0] for claim, one in drawn.items() if one.is_off and len(one.bases) == 1}
    others = _others(judged, off)
    mistaken = {
        claim: slip
        for claim, base in off.items()
        if (slip := _mistaken(words[base], beside.texts[claim], others.get(claim, {}), again)) is not None
    }
    return Worked(again, drawn, words, mistaken)


def _mistaken(working: str, stated: str, others: Mapping[int, float], again: Mapping[int, Redone]) -> Mistaken | None:
    """The figure that a calculation has wrong, if that is plain."""
    inside = [each for each in dict.fromkeys(figures_in(working)) if each > 0]
    for (other, value), figure in product(others.items(), inside):
        power = round(math.log10(value / figure))
        if not power or abs(value / figure / 10.0**power - 1) > SLIP or other in again:
            continue
        with_it = redone(working, stated, (figure, value))
        if with_it.ratio > 0 and abs(math.log(with_it.ratio)) < LEFT:
            return Mistaken(figure, value, other, with_it.given)
    return None


def _others(judged: Judged, claims: Collection[int]) -> dict[int, dict[int, float]]:
    """For each of some claims, the other claims of one figure about the same thing, or about what that is of."""
    table, rows = judged.bound.table.columns, judged.evaluator.rows
    if not claims:
        return {}
    thing, subject = things(table), table.claims.subject
    single = np.bincount(rows.claim, minlength=len(subject)) == 1
    found: dict[int, dict[int, float]] = {}
    for claim in claims:
        mine = np.flatnonzero((thing[subject] == thing[subject[claim]]) & single & (table.claims.than < 0)).tolist()
        ends = ((each, rows.claim.searchsorted(each)) for each in mine if each != claim)
        spans = {each: Interval(float(rows.lo[row]), float(rows.hi[row])) for each, row in ends}
        found[claim] = {each: value for each, span in spans.items() if 0 < (value := middle(span)) < math.inf}
    return found


def rejudge(judged: Judged, found: Worked) -> None:
    """Verdicts of claims that nothing else decides about, and of those that fail here alone."""
    wrong = {claim for claim, again in found.redone.items() if again.stretch > BEYOND}
    for claim, stretch in _stretches(found, wrong):
        verdict = judged.verdict[claim]
        if verdict in KEPT or judged.bound.table.columns.claims.standing[claim] >= 0:
            continue
        if stretch > BEYOND:
            judged.verdict[claim] = Verdict.OFF
            judged.reason.pop(claim, None)
        elif stretch <= 1 and verdict is Verdict.UNDETERMINED:
            judged.verdict[claim] = Verdict.HOLDS if stretch == 0 else Verdict.ROUNDING
            judged.reason.pop(claim, None)


def _stretches(found: Worked, wrong: set[int]) -> Iterator[tuple[int, float]]:
    for claim, again in found.redone.items():
        yield claim, again.stretch
    for claim, one in found.drawn.items():
        if claim in found.mistaken:
            yield one.bases[0], math.inf
        elif one.is_off or (one.stretch <= 1 and not wrong.intersection(one.bases)):  # a wrong one bears nothing out
            yield claim, one.stretch


# ------------------------------------------------------------------------------------------------ computed from


Span = tuple[Interval, Interval, Interval]  # as written, with rounding, with twice that


class Beside:
    """Claims beside the calculations that they are computed from."""

    def __init__(self, evaluator: Evaluator, texts: Mapping[int, str]) -> None:
        self.rows = evaluator.rows
        self.attribute = evaluator.table.columns.claims.attribute
        self.than = evaluator.table.columns.claims.than
        self.units = [each.unit for each in evaluator.table.columns.vocabulary.attributes.values()]
        self.texts = texts

    def drawn(self, claim: int, bases: Sequence[int], again: Mapping[int, Redone]) -> Drawn | None:
        """The way in which some calculations come nearest to a claim; None if they give another kind of quantity."""
        if not self.is_figure(claim):
            return None
        same = [base for base in bases if self.is_figure(base) and self.unit(base) == self.unit(claim)]
        ways = _ways(same[:MOST_TOGETHER], {base: self.given(base, again[base]) for base in same})
        stated = self.span(claim)
        found = [_beside(stated, *way) for way in ways]
        return min(found, key=lambda one: (one.stretch, _off(one.ratio), len(one.bases)), default=None)

    def is_figure(self, claim: int) -> bool:
        """Whether a claim gives an amount: what is undisclosed gives none, and a factor of another thing is none."""
        low, high = np.searchsorted(self.rows.claim, [claim, claim + 1])
        return bool(low < high) and bool(self.than[claim] < 0)

    def unit(self, claim: int) -> str:
        """The unit of what a claim is about."""
        return self.units[int(self.attribute[claim])]

    def given(self, base: int, again: Redone) -> Span:
        """What a calculation gives: its printed result, or what it gives more exactly if the two agree."""
        written, rounded, wide = self.span(base)
        if again.stretch <= 1 and again.ratio > 0:
            exact = middle(written) / again.ratio
            rounded, wide = (Interval(min(float(one.lo), exact), max(float(one.hi), exact)) for one in (rounded, wide))
        return written, rounded, wide

    def span(self, claim: int) -> Span:
        """All that a claim's figure can mean by its digits: what its source thinks it good for is no matter here."""
        low, high = np.searchsorted(self.rows.claim, [claim, claim + 1])
        below, above = max((meaning.below, meaning.above) for meaning in read(self.texts[claim]).meanings)
        least, most = float(np.min(self.rows.lo[low:high])), float(np.max(self.rows.hi[low:high]))
        found = (Meaning(Decimal(least), Decimal(most), below, above).at(stretch) for stretch in (0.0, 1.0, BEYOND))
        written, rounded, wide = (Interval(*ends) for ends in found)
        return written, rounded, wide


def _ways(bases: Sequence[int], spans: Mapping[int, Span]) -> Iterator[tuple[tuple[int, ...], str, Span]]:
    """Each calculation by itself, and what can be made of several."""
    for base in bases:
        yield (base,), "", spans[base]
    for count in range(2, len(bases) + 1):
        for some in combinations(bases, count):
            parts = [spans[base] for base in some]
            if all(float(part[0].lo) > 0 for part in parts):
                yield some, "geometric mean", _each(parts, lambda ends: math.prod(ends) ** (1 / len(ends)))
            yield some, "mean", _each(parts, lambda ends: sum(ends) / len(ends))
            yield some, "sum", _each(parts, sum)


def _each(parts: Sequence[Span], make: Callable[[list[float]], float]) -> Span:
    low, mid, wide = (
        Interval(make([float(part[at].lo) for part in parts]), make([float(part[at].hi) for part in parts]))
        for at in range(3)
    )
    return low, mid, wide


def _beside(stated: Span, bases: tuple[int, ...], way: str, span: Span) -> Drawn:
    meets = (bool(one.meets(other, SLACK)) for one, other in zip(stated, span, strict=True))
    stretch = next((float(at) for at, fits in enumerate(meets) if fits), math.inf)
    given = middle(span[0])
    return Drawn(bases, way, span[0], middle(stated[0]) / given if given else math.inf, stretch, outright=True)


def _off(ratio: float) -> float:
    return abs(math.log(ratio)) if 0 < ratio < math.inf else math.inf
