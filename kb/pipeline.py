"""From columns to findings: bind, judge, check; and what was left unchecked, with the reason."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np

import derivations as formulas
from kb import checks
from kb.bind import bind
from kb.checks import Ran
from kb.columns import KINDS, Columns, Floats, Ints
from kb.evidence import Evidence, Library
from kb.joint.alone import sift
from kb.joint.clashes import ACCUSED, Together
from kb.joint.rest import Rest
from kb.knowledge import Trouble, collector_paused
from kb.marks import Derivation, Relation
from kb.model import Finding, Severity, Source, Status, ValueKind, Verdict
from kb.plan import CannotBind, Plan
from kb.rowtable import NONE
from kb.units import Units
from kb.verdicts import involved_in, judge
from kb.watching import Watch, unwatched
from kb.worked import rejudge, worked

ALONE = "checked alone, not together with other calculations"


@cache
def derivations() -> tuple[Derivation, ...]:
    """Every derivation, found by looking through its room; sorted by topic and name."""
    found: dict[str, Derivation] = {}
    for module in pkgutil.iter_modules(formulas.__path__):
        loaded = importlib.import_module(f"{formulas.__name__}.{module.name}")
        for _, function in inspect.getmembers(loaded, inspect.isfunction):
            made = getattr(function, "derivation", None)
            if made is not None and function.__module__ == loaded.__name__:
                if made.name in found:
                    raise CannotBind(made.name, "two functions of that name", "one name for one derivation")
                found[made.name] = made
    return tuple(sorted(found.values(), key=lambda d: (d.topic, d.name)))


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Something that was not checked, and why."""

    what: str  # a claim's id, or a derivation with its subject
    reason: str
    claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Knowing:
    """What an examination needs besides columns: texts of claims, units, languages, trouble found while reading."""

    library: Library
    units: Units
    languages: Mapping[int, str] = field(default_factory=dict)
    troubles: Sequence[Trouble] = ()
    rests: Sequence[tuple[int, int, str]] = ()
    read: int = 0  # claims just read from files
    sources: Mapping[str, Source] = field(default_factory=dict)
    find: Callable[[str], Sequence[str]] = lambda name: ()  # the entities that a name can mean, in any language
    workings: Sequence[tuple[int, str, str]] = ()  # claims with the calculations that are printed for their values


@dataclass(frozen=True)
class Examination:
    """Everything found out about a knowledge base."""

    evidence: Evidence
    ran: Ran
    only: np.ndarray | None = None  # the claims that it is limited to, as a truth value for each

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, worst first."""
        return self.ran.findings

    def explained(self, finding: Finding) -> Finding:
        """The finding with its arithmetic, with what would make it fit, and with what it takes for granted."""
        return self.ran.explained(finding)

    @property
    def examined(self) -> dict[str, int]:
        """How many things each check looked at."""
        return self.ran.examined

    @property
    def columns(self) -> Columns:
        """The claims as columns."""
        return self.evidence.columns

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdict of each claim, by its number."""
        return self.evidence.judged.verdict

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst finding that is open, or open again."""
        return max((found.severity for found in self.findings if found.status is not Status.ACCEPTED), default=None)

    @property
    def ordinary(self) -> np.ndarray:
        """Whether each claim is judged: no reference, and one of those that the examination is limited to."""
        ordinary = self.columns.claims.standing == NONE
        return np.asarray(ordinary if self.only is None else ordinary & self.only)

    def limited(self, only: np.ndarray) -> Examination:
        """The same about some claims alone: what is found of them, of the others nothing."""
        mine = np.flatnonzero(only).tolist()
        self.evidence.name(mine)
        ids = {self.evidence.id_of(number) for number in mine}
        findings = tuple(self._seen_by(ids))
        return replace(self, ran=replace(self.ran, findings=findings), only=only)

    def _seen_by(self, ids: Set[str]) -> Iterator[Finding]:
        """The findings about some claims; for that of a retelling the one of its origin, if only that is theirs."""
        for found in self.findings:
            instead = [each for each in self.ran.origins.get(found.id, ()) if each.claims[0] in ids]
            if instead and found.claims[0] not in ids:
                yield from instead
            elif not ids.isdisjoint(found.claims):
                yield found

    @cached_property
    def tally(self) -> Counter[Verdict]:
        """How many ordinary claims have each verdict; references are not judged."""
        return Counter(self.verdicts[claim] for claim in np.flatnonzero(self.ordinary))

    @cached_property
    def reached(self) -> np.ndarray:
        """Whether some application takes up each claim."""
        found = np.zeros(len(self.columns.claims.kind), bool)
        for lot in self.evidence.judged.bound.made.lots:
            rows = np.concatenate([lot.past.ravel(), lot.slots[:, -1]])
            rows = rows[(rows >= 0) & (rows < self.evidence.table.stated)]
            found[self.evidence.table.claim[rows]] = True
        found[[*self.evidence.worked.redone, *self.evidence.worked.drawn]] = True
        return found

    @property
    def numeric(self) -> np.ndarray:
        """Whether each claim is an ordinary one with a quantity."""
        claims = self.columns.claims
        return np.asarray((claims.kind == KINDS.index(ValueKind.QUANTITY)) & self.ordinary)

    def checked(self, claims: Collection[str]) -> tuple[int, int]:
        """Of some claims, how many numeric ones stand in a comparison, and how many are numeric."""
        lots = self.evidence.judged.bound.made.lots
        past = [lot.past.ravel() for lot in lots if not lot.implying] or [np.empty(0, np.int64)]
        rows = np.unique(np.concatenate(past))
        compared = {int(claim) for claim in self.evidence.table.claim[rows[rows >= 0]]}
        compared |= {*self.evidence.worked.redone, *self.evidence.worked.drawn}
        compared |= {claim for breach in self.evidence.breaches for claim in (breach.claim, *breach.inputs)}
        mine = [int(n) for n in np.flatnonzero(self.numeric) if self.evidence.claim(int(n)).id in claims]
        return sum(number in compared for number in mine), len(mine)

    @cached_property
    def stretch(self) -> Floats:
        """For each claim the least factor on tolerances at which what decides about it fits; NaN where nothing does.

        A comparison that fails decides about what is stated, not about its inputs.
        """
        c, best = self.evidence.judged.comparisons, self.evidence.judged.best
        found = np.full(len(self.columns.claims.kind), -1.0)
        fit = best[c.stretch[best] <= 1]
        claims, line = self._deciding(fit)
        np.maximum.at(found, claims, c.stretch[fit][line])
        off = best[(c.stretch[best] > 1) & (self.evidence.table.claim[c.output[best]] != NONE)]
        np.maximum.at(found, self.evidence.table.claim[c.output[off]], c.stretch[off])
        return np.where(found < 0, np.nan, found)

    @cached_property
    def power(self) -> Floats:
        """For each claim the least power of what fits and decides about it; infinite for nothing."""
        c, best = self.evidence.judged.comparisons, self.evidence.judged.best
        best = best[c.stretch[best] <= 1]
        found = np.full(len(self.columns.claims.kind), np.inf)
        claims, line = self._deciding(best)
        np.minimum.at(found, claims, c.power[best][line])
        return found

    def _deciding(self, members: Ints) -> tuple[Ints, Ints]:
        """The claims in some comparisons, and the place of the comparison for each."""
        involved = involved_in(self.evidence.judged, members)
        line, column = np.nonzero(involved >= 0)
        return involved[line, column], line

    @cached_property
    def unchecked(self) -> tuple[Unchecked, ...]:
        """What was not checked: undetermined claims, combinations left out, checks that did not run."""
        with collector_paused():
            return (
                *self._undetermined(),
                *(self._left_out() if self.only is None else ()),
                *(self._alone() if self.only is None else ()),
                *(Unchecked(each.name, str(each)) for each in self.evidence.judged.bound.unfit),
                *(Unchecked(text, "this check crashed; the others ran") for text in self.ran.crashed),
            )

    def _undetermined(self) -> Iterator[Unchecked]:
        unsure = {Verdict.UNDETERMINED, Verdict.UNKNOWN}
        open_ = [n for n in np.flatnonzero(self.numeric).tolist() if self.verdicts[n] in unsure]
        ids = self.evidence.library.claim_ids(open_)
        for number in open_:
            yield Unchecked(ids[number], self.why(number), (ids[number],))

    def _alone(self) -> Iterator[Unchecked]:
        for name, why in sorted(self.evidence.alone.items()):
            yield Unchecked(name, f"{ALONE}: {why}")
        for why, claims in sorted(self.evidence.trouble.items()):
            ids = self.evidence.library.claim_ids(claims)
            named = tuple(ids[claim] for claim in claims)
            yield Unchecked(f"{len(named)} claims together", f"an engine gave up on them ({why})", named)

    def _left_out(self) -> Iterator[Unchecked]:
        for each in self.evidence.judged.bound.left_out:
            yield Unchecked(f"{each.derivation} of {self.columns.entity_ids[each.anchor]}", each.reason)

    def why(self, claim: int) -> str:
        """Why a claim is undetermined."""
        if claim in self.evidence.judged.reason:
            reason, through = self.evidence.judged.reason[claim], self.evidence.judged.through.get(claim)
            return reason if through is None else f"{reason} {self.evidence.claim(through).id}"
        if self.reached[claim]:
            return self._implied_only(claim)
        claims = self.columns.claims
        if claims.than[claim] >= 0:
            subject, other = (self.columns.entity_ids[each[claim]] for each in (claims.subject, claims.than))
            return f"the ratio needs a value for {subject} or for {other}"
        cell = int(claims.attribute[claim]), int(claims.subject[claim]), int(claims.source[claim])
        if cell not in self._wanting:
            self._wanting[cell] = "; ".join(dict.fromkeys(self._missing(*cell))) or "no derivation uses what it says"
        return self._wanting[cell]

    def _implied_only(self, claim: int) -> str:
        """What a claim helps to imply, when nothing that is stated can be compared with it."""
        row = int(self._implies[claim])
        if row == NONE:
            return "the checks that reach it would pass nearly any value"
        return f"it implies {self.evidence.named(row)}, {self.evidence.written(row)}, which no claim states"

    @cached_property
    def _implies(self) -> Ints:
        """For each claim the first value that it helps to imply, or -1."""
        first = np.full(len(self.columns.claims.kind), NONE)
        for lot in reversed(self.evidence.judged.bound.made.lots):
            if lot.implying:
                line, column = (each[::-1] for each in np.nonzero(lot.past >= 0))  # the first one is written last
                first[self.evidence.table.claim[lot.past[line, column]]] = lot.result[line]
        return first

    @cached_property
    def _wanting(self) -> dict[tuple[int, int, int], str]:
        """What the derivations still need that could take up an attribute of a thing in a source, as far as asked."""
        return {}

    def _missing(self, attribute: int, subject: int, source: int) -> Iterator[str]:
        """For each derivation that could take the attribute up: what else it needs, anywhere or of the same thing."""
        for plan in self._taking.get(attribute, ()):
            reaches = (plan.gives, *plan.takes)
            nowhere = {r.attribute.id for r in reaches if r.number not in (attribute, *self._attributes_present)}
            beside = {reach.path for reach in reaches if reach.number == attribute and not reach.slot.each}
            needed = plan.takes if plan.derivation.relation is Relation.EQUALS else reaches  # a bound gives no value
            here = {
                reach.attribute.id
                for reach in needed
                if reach.number != attribute and reach.path in beside and not (reach.constant or reach.slot.each)
                if not self._told(reach.number, subject, source)
            }
            absent = sorted(nowhere | here)
            if len(absent) > 1 or (
                absent and not any(reach.attribute.id == absent[0] and reach.attribute.solve for reach in plan.takes)
            ):
                yield f"{plan.derivation.name} also needs {' and '.join(absent)}"
            elif not nowhere:
                yield f"{plan.derivation.name} finds no inputs of the same subject and scope"

    @cached_property
    def _taking(self) -> dict[int, list[Plan]]:
        """The derivations that could take each attribute up."""
        found: dict[int, list[Plan]] = {}
        for plan in self.evidence.judged.bound.plans:
            if not (plan.factor or plan.inert):
                for attribute in {reach.number for reach in (plan.gives, *plan.takes)}:
                    found.setdefault(attribute, []).append(plan)
        return found

    def _told(self, attribute: int, subject: int, source: int) -> bool:
        """Whether a source, the one that it retells or a reference gives an attribute of a thing."""
        worlds = source, int(self.columns.retells[source]), self.evidence.table.references
        return any((attribute, subject, world) in self._cells for world in worlds)

    @cached_property
    def _cells(self) -> frozenset[tuple[int, int, int]]:
        table = self.evidence.table
        return frozenset(zip(*(each.tolist() for each in (table.attribute, table.subject, table.world)), strict=True))

    @cached_property
    def _attributes_present(self) -> frozenset[int]:
        return frozenset(int(a) for a in np.unique(self.evidence.table.attribute))


def examine(columns: Columns, knowing: Knowing, watch: Watch = unwatched) -> Examination:
    """Bind, judge and check one knowledge base."""
    with collector_paused():
        judged = judge(bind(columns, derivations(), watch))
        sift(judged)
        together = Together(judged)
        found = worked(judged, knowing.workings, knowing.rests, knowing.library.claims)
        rejudge(judged, found)
        evidence = Evidence(
            judged,
            knowing.library,
            knowing.units,
            knowing.troubles,
            knowing.rests,
            knowing.languages,
            knowing.read,
            knowing.sources,
            knowing.find,
            together.clashes,
            together.acquitted,
            together.count,
            together.net.alone,
            together.trouble,
            found,
            Rest(together.net, np.array([verdict not in ACCUSED for verdict in judged.verdict])),
        )
        ran = checks.run(evidence, watch)
    return Examination(evidence, ran)
