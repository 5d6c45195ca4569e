"""What else changes if one claim is corrected: what fits now and would fail then, and what fails and would fit.

A correction that explains one failure and breaks three other calculations explains little.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

from kb import figures
from kb.assumptions import listed
from kb.evidence import Evidence
from kb.interval import Interval
from kb.model import Resolution, SideEffect
from kb.moved import Turned
from kb.rowtable import NONE

MOST_TOLD = 3


@dataclass(frozen=True, slots=True)
class After:
    """What else one correction does."""

    breaks: tuple[SideEffect, ...] = ()
    mends: tuple[str, ...] = ()  # claims that would not fail any more


def after(evidence: Evidence, claim: int, factor: float, failure: Set[int]) -> After:
    """What else changes if a claim is multiplied by a factor.

    failure: the claims of the failure that this is to explain.
    """
    turned = evidence.moving.by({row: math.log(factor) for row in evidence.rows_of(claim)})
    breaks = [*_failing(evidence, turned, claim, factor), *_beyond(evidence, turned, claim, factor)]
    breaks += _staying(evidence, turned, claim, factor, failure)
    told = {each.claim: each for each in reversed(breaks)}
    return After(tuple(told[name] for name in sorted(told)), tuple(_mended(evidence, turned, failure)))


def _failing(evidence: Evidence, turned: Turned, claim: int, factor: float) -> Iterator[SideEffect]:
    """The comparisons that fit now, each told of the claim that it would accuse."""
    c, instead = evidence.judged.comparisons, {claim: evidence.middle(claim) * factor}
    for member in turned.failing:
        output = int(c.output[member])
        stated = int(evidence.table.claim[output])
        other = stated if stated != NONE else _other(evidence, evidence.claims_behind(member), claim)
        yield SideEffect(claim=evidence.id_of(other), effect=_fails(evidence, member, instead))


def _fails(evidence: Evidence, member: int, instead: dict[int, float]) -> str:
    """What a comparison says with some claims replaced: ``fails run_cost by a factor of 3``."""
    lot, line = evidence.member(member)
    output = int(evidence.judged.comparisons.output[member])
    ratio = evidence.nominal.value(output, instead) / evidence.nominal.due(lot, line, instead)
    off = f" by a factor of {figures.times(max(ratio, 1 / ratio))}" if ratio > 0 else ""
    return f"fails {evidence.judged.bound.plans[lot.plan].derivation.name}{off}"


def _staying(evidence: Evidence, turned: Turned, claim: int, factor: float, failure: Set[int]) -> Iterator[SideEffect]:
    """The other comparisons that accuse the corrected claim, and would go on to: no value of it fits them all."""
    instead = {claim: evidence.middle(claim) * factor}
    for group in evidence.failing.get(claim, ()):
        if group.number not in turned.fitting and {claim, *group.inputs} != failure:
            effect = f"still {_fails(evidence, group.best, instead)}"
            yield SideEffect(claim=evidence.id_of(claim), effect=effect)


def _beyond(evidence: Evidence, turned: Turned, claim: int, factor: float) -> Iterator[SideEffect]:
    """The values that definitions allow now, each told of a claim that it follows from."""
    instead = {claim: evidence.middle(claim) * factor}
    for row in turned.beyond:
        past = [int(each) for each in evidence.stated_behind(row)]
        other = _other(evidence, [int(evidence.table.claim[each]) for each in past], claim)
        value = evidence.say(row, Interval(evidence.nominal.value(row, instead)))
        yield SideEffect(claim=evidence.id_of(other), effect=f"needs {evidence.named(row)} of {value}")


def _other(evidence: Evidence, claims: Iterable[int], corrected: int) -> int:
    """The ordinary claim, other than the corrected one, whose id comes first; that one if there is none."""
    standing = evidence.columns.claims.standing
    others = (each for each in claims if each not in (NONE, corrected) and standing[each] < 0)
    return min(others, key=evidence.id_of, default=corrected)


def _mended(evidence: Evidence, turned: Turned, failure: Set[int]) -> Iterator[str]:
    """The other claims that fail now, and would not."""
    judged = evidence.judged
    accused = {judged.groups[number].claim for number in turned.fitting if number in judged.groups}
    accused |= {judged.breaches[number].claim for number in turned.within}
    yield from sorted(evidence.id_of(each) for each in accused - failure - {NONE})


def in_words(resolutions: Sequence[Resolution]) -> Iterator[str]:
    """Each resolution in words, with what else it does; that it breaks nothing is told where others break something."""
    some = any(each.side_effects for each in resolutions)
    for each in resolutions:
        words = [f"{each.needed} {each.note}"]
        if each.side_effects:
            effects = [
                f"{'it' if effect.claim == each.claim else effect.claim} {effect.effect}"
                for effect in each.side_effects[:MOST_TOLD]
            ]
            more = len(each.side_effects) - MOST_TOLD
            words.append(f"but then {listed(effects, MOST_TOLD)}{f' and {more} more' if more > 0 else ''}")
        elif some:
            words.append("nothing else breaks")
        if each.mends:
            words.append(f"it would explain {listed(each.mends, MOST_TOLD)} too")
        yield "; ".join(words)
