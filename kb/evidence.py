"""What checks look at: the judged applications, in the words and numbers of the claims behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from kb import figures
from kb.applications import Lot
from kb.assumptions import Assumptions
from kb.columns import Columns, Ints
from kb.deciding import Decided, decided
from kb.evaluate import Evaluator
from kb.interval import Interval
from kb.joint.clashes import Clash
from kb.joint.rest import Left, Rest
from kb.knowledge import Trouble
from kb.marks import Relation
from kb.model import Bar, Certainty, Claim, Explanation, Resolution, Severity, Source, Step
from kb.moved import Moving
from kb.readings import ALL
from kb.repairs import Nominal
from kb.rowtable import RowTable
from kb.texts import printed
from kb.units import Units
from kb.verdicts import BORDERLINE, Breach, Group, Judged, Result
from kb.vocabulary import Attribute, Vocabulary
from kb.worked import Worked

PRINTED, COUNTED = 3, 6  # digits of a figure, and of a number of things


class Library(Protocol):
    """Where claims are looked up by number, when a finding has to say something about them."""

    def claim(self, number: int) -> Claim:
        """The claim of that number."""

    def claims(self, numbers: Iterable[int]) -> Mapping[int, Claim]:
        """Some claims by their numbers."""

    def claim_ids(self, numbers: Iterable[int]) -> Mapping[int, str]:
        """The ids of some claims by their numbers."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a finding rests on, in words: worked out for the findings that somebody looks at."""

    arithmetic: Sequence[Step] = ()
    resolutions: Sequence[Resolution] = ()
    assumed: Sequence[str] = ()
    bars: Sequence[Bar] = ()
    proof: Sequence[Step] = ()  # of what is impossible by itself
    certificate: Mapping[str, Any] | None = None  # the same, or that of a clash, for a verifier
    by_intervals: str = ""  # why there is none


@dataclass(frozen=True, slots=True)
class Case:
    """What a check yields; the runner adds code, id and place."""

    claims: Sequence[int]
    message: str
    severity: Severity = Severity.NOTE
    accused: int | None = None  # the claim that gets the verdict
    cause: int | None = None  # the claim through which this one only follows
    explains: bool = False  # says why a finding about the accused claim may be as it is
    certainty: Certainty = Certainty.MENTIONED  # of an explanation
    factor: float | None = None
    why: Callable[[], Why] = Why
    explanations: Sequence[Explanation] = ()
    names: Sequence[str] = ()  # claims that have no number because they could not be read
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """How many things a check examined; silence means something only where something was looked at."""

    count: int


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of one knowledge base when the checks run."""

    judged: Judged
    library: Library
    units: Units
    troubles: Sequence[Trouble] = ()
    rests: Sequence[tuple[int, int, str]] = ()  # (claim, claim it rests on, role)
    languages: Mapping[int, str] = field(default_factory=dict)  # of each source
    read: int = 0  # how many claims were just read from files
    sources: Mapping[str, Source] = field(default_factory=dict)
    find: Callable[[str], Sequence[str]] = lambda name: ()  # the entities that a name can mean, in any language
    clashes: Sequence[Clash] = ()  # claims that cannot all be true
    acquitted: Mapping[int, Sequence[int]] = field(default_factory=dict)  # accused claims, and what explains all else
    together: int = 0  # how many claims were looked at together
    alone: Mapping[str, str] = field(default_factory=dict)  # derivations that were not, and why
    trouble: Mapping[str, Sequence[int]] = field(default_factory=dict)  # why an engine gave up, and on which claims
    worked: Worked = field(default_factory=Worked)  # calculations that sources print, done again
    rest: Rest | None = None  # the network, asked for one claim at a time
    texts: dict[int, Claim] = field(default_factory=dict)  # claims looked up so far
    ids: dict[int, str] = field(default_factory=dict)  # of claims whose ids were looked up so far

    @cached_property
    def table(self) -> RowTable:
        """All rows, stated and implied."""
        return self.judged.bound.table

    @cached_property
    def columns(self) -> Columns:
        """The claims as columns."""
        return self.table.columns

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary the claims are in."""
        return self.columns.vocabulary

    @property
    def evaluator(self) -> Evaluator:
        """Values of rows and applications."""
        return self.judged.evaluator

    @property
    def failures(self) -> Iterator[Group]:
        """Comparisons that no reading fits."""
        return (group for group in self.judged.groups.values() if group.result is Result.FAILS)

    @cached_property
    def failing(self) -> Mapping[int, Sequence[Group]]:
        """The comparisons that fail, by the claim that they accuse."""
        found: dict[int, list[Group]] = {}
        for group in self.failures:
            found.setdefault(group.claim, []).append(group)
        return found

    @property
    def breaches(self) -> Sequence[Breach]:
        """Values beyond what a definition allows."""
        return self.judged.breaches

    def reported(self, code: str) -> Iterator[Case | Looked]:
        """Trouble of one kind that was found while reading."""
        yield Looked(self.read)
        told: set[tuple[str, ...]] = set()
        for trouble in sorted(self.troubles, key=lambda trouble: -trouble.severity):
            if trouble.code == code:
                again = trouble.claims in told  # of one code and claims is one finding: the others go by their places
                told.add(trouble.claims)
                yield Case(
                    claims=[],
                    names=() if again else trouble.claims,
                    message=trouble.message,
                    severity=trouble.severity,
                    place=trouble.place,
                )

    def left(self, claim: int) -> Left | None:
        """What all others leave of a claim."""
        return None if self.rest is None else self.rest.of(claim)

    # ------------------------------------------------------------------------------------------ words

    def claim(self, number: int) -> Claim:
        """The claim of that number, looked up once."""
        if number not in self.texts:
            self.texts[number] = self.library.claim(number)
        return self.texts[number]

    def fetch(self, numbers: Iterable[int]) -> None:
        """Looks up claims that will be asked for, all at once."""
        self.texts.update(self.library.claims(sorted({each for each in numbers if each not in self.texts})))

    def said(self, asked: Callable[[Attribute], bool]) -> dict[int, Claim]:
        """The ordinary claims about attributes of a kind, by number: what checks of words look at.

        asked: whether an attribute is one of them, by its type, what it plays, its clashes.
        """
        wanted = [number for number, attribute in enumerate(self.attributes) if asked(attribute)]
        claims = self.columns.claims
        found = np.flatnonzero(np.isin(claims.attribute, wanted) & (claims.standing < 0)).tolist()
        self.fetch(found)
        return {number: self.claim(number) for number in found}

    def id_of(self, number: int) -> str:
        """The id of the claim of that number."""
        if number not in self.ids:
            self.name([number])
        return self.ids[number]

    def name(self, numbers: Iterable[int]) -> None:
        """Looks up ids that will be asked for, all at once."""
        self.ids.update(self.library.claim_ids(sorted({each for each in numbers if each not in self.ids})))

    @property
    def numbers(self) -> Mapping[str, int]:
        """The numbers of the claims that findings name, by their ids."""
        if len(self._numbers) != len(self.ids):
            self._numbers.update({id_: number for number, id_ in self.ids.items()})
        return self._numbers

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {}

    @cached_property
    def attributes(self) -> Sequence[Attribute]:
        """The attributes of the vocabulary by their numbers."""
        return tuple(self.vocabulary.attributes.values())

    def attribute_of(self, row: int) -> Attribute:
        """The attribute of a row."""
        return self.attributes[int(self.table.attribute[row])]

    def subject_of(self, row: int) -> str:
        """The name of what a row is about."""
        return self.columns.entity_ids[int(self.table.subject[row])]

    def unit_of(self, row: int) -> str:
        """The unit of a row's value in columns: that of its attribute, none for a factor."""
        claim = self.table.claim[row]
        return "1" if claim >= 0 and self.columns.claims.than[claim] >= 0 else self.attribute_of(row).unit

    def shown(self, row: int) -> tuple[str, float]:
        """The unit in which people give a row's attribute, and by what a value is multiplied for that."""
        attribute, unit = self.attribute_of(row), self.unit_of(row)
        shown = attribute.shown if attribute.shown and unit == attribute.unit else unit
        return shown, self.units.factor(unit, shown) if shown != unit else 1.0

    def say(self, row: int, interval: Interval) -> str:
        """An interval of a row's attribute, in the unit in which people give it."""
        attribute, unit = self.attribute_of(row), self.unit_of(row)
        shown, factor = self.shown(row)
        digits = COUNTED if attribute.integer and unit == attribute.unit else PRINTED  # of devices all of them
        return figures.interval(float(interval.lo) * factor, float(interval.hi) * factor, shown, digits)

    def bar(self, label: str, row: int, written: Interval, tolerated: Interval) -> Bar:
        """An interval of a row's attribute to be drawn, in the unit in which people give it."""
        shown, factor = self.shown(row)
        unit = "" if shown == "1" else shown
        return Bar(label=label, unit=unit, written=ends(written, factor), tolerated=ends(tolerated, factor))

    def bars(self, member: int) -> tuple[Bar, ...]:
        """What a comparison compares: what is stated, and what is due."""
        lot, line = self.member(member)
        output = int(self.judged.comparisons.output[member])
        relation = self.judged.bound.plans[lot.plan].derivation.relation
        label = "stated" if output < self.table.stated else "by another route"
        due = [limited(self.due(lot, line, stretch), relation) for stretch in (0.0, 1.0)]
        return (
            self.bar(label, output, self.value(output, 0.0), self.value(output)),
            self.bar("due", output, *due),
        )

    def cell(self, row: int) -> str:
        """``training.compute{stage=vision} of Alder``: with the scope that is not the whole."""
        attribute = self.attribute_of(row)
        parts = []
        for name in attribute.keys:
            key, mask = self.vocabulary.keys[name], int(self.table.masks[row, self.vocabulary.key_order[name]])
            whole = attribute.keys[name].only or key.root
            if mask != ALL and not (whole is not None and mask & key.mask([whole])):
                parts.append(f"{name}={'/'.join(key.values_of(mask))}")
        scope = f"{{{', '.join(parts)}}}" if parts else ""
        return f"{attribute.id}{scope} of {self.subject_of(row)}"

    def named(self, row: int) -> str:
        """``run.mfu of Alder/training``."""
        return f"{self.attribute_of(row).id} of {self.subject_of(row)}"

    def written(self, row: int) -> str:
        """A row's value as written, without its tolerance."""
        return self.say(row, self.value(row, 0.0))

    def about(self, claim: int) -> str:
        """What a claim is about: ``model.released of Alder``."""
        found = self.claim(claim)
        return f"{found.attribute} of {found.subject}"

    def agreed(self, claim: int) -> str:
        """What to add where a claim fails that other routes agree with: which of the others would explain it all."""
        if claim not in self.acquitted:
            return ""
        names = sorted(self.claim(each).id for each in self.acquitted[claim])
        return f"; other routes agree with what is stated: rather, {' or '.join(names)} is wrong"

    def quoted(self, claim: int) -> str:
        """A claim's value as printed, with its place."""
        found = self.claim(claim)
        value, place = printed(found.value), f"{found.source.cite} {found.source.at}"
        if found.than:
            return f"{value} compared with {found.than} ({place})"
        return f"{value} ({place})" if value == found.value.text else f"{value[:-1]}; {place})"

    def told(self, claim: int) -> str:
        """Who asserts a claim, and where: ``Ann (valley-news p1.s0)``."""
        found = self.claim(claim)
        return f"{found.holders[-1]} ({found.source.cite} {found.source.at})"

    def scope_of(self, row: int) -> str:
        """The scope of one reading, on the keys that were left open."""
        claim = self.table.claim[row]
        open_ = int(self.columns.rows.open[row]) if claim >= 0 else 0
        words = [
            f"{key} = {'/'.join(self.vocabulary.keys[key].values_of(int(self.table.masks[row, column])))}"
            for key, column in self.vocabulary.key_order.items()
            if open_ >> column & 1
        ]
        return ", ".join(words) or self.say(row, self.value(row, 0.0))

    @cached_property
    def by_source(self) -> tuple[Ints, Ints]:
        """The numbers of all claims, source by source, and where those of each source begin."""
        source = self.columns.claims.source
        order = np.argsort(source, kind="stable")
        return order, np.searchsorted(source[order], np.arange(len(self.columns.source_ids) + 1))

    @cached_property
    def _assumptions(self) -> Assumptions:
        return Assumptions(self.table, self.judged.bound.links, self.claim)

    def assumed(self, notes: int, past: Iterable[int] = ()) -> tuple[str, ...]:
        """The assumptions of an application in words, and the references that it uses.

        past: the stated rows behind it.
        """
        return self._assumptions.words(notes, past)

    # ------------------------------------------------------------------------------------------ numbers

    def value(self, row: int, stretch: float = 1.0) -> Interval:
        """The interval of one row."""
        return self.evaluator.one(row, stretch)

    def due(self, lot: Lot, line: int, stretch: float = 1.0) -> Interval:
        """What one application gives."""
        found = self.evaluator.due(lot, np.array([line]), stretch)
        return Interval(float(np.ravel(found.lo)[0]), float(np.ravel(found.hi)[0]))

    def stated_behind(self, row: int) -> frozenset[int]:
        """The stated rows that a row's value follows from."""
        past = self.table.past(np.array([row]))[0]
        return frozenset(past[past >= 0].tolist())

    def behind(self, member: int) -> list[int]:
        """The stated rows in a comparison: inputs at any depth, and the output if a source states it."""
        output = int(self.judged.comparisons.output[member])
        return [*self.past(member).tolist(), *([output] if output < self.table.stated else [])]

    @cached_property
    def meant(self) -> np.ndarray:
        """Whether each stated row is a reading of its claim: one that fills slots, or a factor, which ratios take."""
        claims = self.columns.claims
        return np.asarray(self.table.usable[: self.table.stated] | (claims.than[self.columns.rows.claim] >= 0))

    @cached_property
    def several(self) -> np.ndarray:
        """Whether each claim can be meant in more than one way."""
        return np.bincount(self.columns.rows.claim[self.meant], minlength=len(self.columns.claims.kind)) > 1

    def readings_of(self, claim: int) -> list[int]:
        """The stated rows that a claim can be meant as."""
        return [row for row in self.rows_of(claim) if self.meant[row]]

    def rows_of(self, claim: int) -> list[int]:
        """The stated rows of a claim."""
        low, high = np.searchsorted(self.columns.rows.claim, [claim, claim + 1]).tolist()
        return list(range(low, high))

    def every_reading(self, rows: set[int]) -> bool:
        """Whether some stated rows are all that the claims of any of them can be meant as."""
        claims = {int(self.columns.rows.claim[row]) for row in rows}
        return all(row in rows for claim in claims for row in self.readings_of(claim))

    @cached_property
    def decided(self) -> Decided:
        """The readings of open words that the numbers leave."""
        return decided(self.judged, self.several)

    @cached_property
    def nominal(self) -> Nominal:
        """Single numbers in place of intervals, for repairs."""
        return Nominal(self.evaluator)

    @cached_property
    def moving(self) -> Moving:
        """What other figures would change."""
        return Moving(self.judged)

    def middle(self, claim: int) -> float:
        """The middle of what a claim states, in its first reading."""
        return self.nominal.middle(self.rows_of(claim)[0])

    def claims_behind(self, member: int) -> list[int]:
        """The claims that a comparison rests on."""
        claims: list[int] = self.table.claim[self.past(member)].tolist()
        return claims

    def firmness(self, stretch: float) -> Severity:
        """A note near the border, a warning when firm."""
        return Severity.WARNING if stretch >= BORDERLINE[1] else Severity.NOTE

    def member(self, position: int) -> tuple[Lot, int]:
        """The lot and line of a comparison."""
        c = self.judged.comparisons
        return self.judged.bound.made.lots[c.lot[position]], int(c.line[position])

    def past(self, position: int) -> Ints:
        """The stated rows behind a comparison."""
        past: Ints = self.judged.comparisons.past[position]
        return past[past >= 0]


def limited(due: Interval, relation: Relation) -> Interval:
    """What a relation allows: what is due itself, or all up to it, or all from it on."""
    if relation is Relation.AT_MOST:
        return Interval(0.0, due.hi)
    return Interval(due.lo, math.inf) if relation is Relation.AT_LEAST else due


def ends(interval: Interval, factor: float) -> tuple[float | None, float | None]:
    """Both ends in another unit, None for an open one."""
    lo, hi = (float(end) * factor if math.isfinite(float(end)) else None for end in (interval.lo, interval.hi))
    return lo, hi
