"""Slip: a unit written for another one would explain a failure; asserted where nothing else would (CHECKING, 4)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from kb.assumptions import listed
from kb.checks.bound import nearest
from kb.evidence import Case, Evidence, Looked
from kb.marks import Relation, check
from kb.model import Certainty, Explanation
from kb.slips import Window, named
from kb.stories import Stories, Story
from kb.verdicts import Breach, Group

MOST_NAMED = 6
UNSURE = "Not asserted, since other errors would look the same"


@check
def slip(evidence: Evidence) -> Iterator[Case | Looked]:
    """A unit word confused with another of its family would explain the difference."""
    stories = Stories(evidence)
    told: dict[int, list[Story]] = {}
    mentioned: dict[int, dict[str, None]] = {}
    failures: list[Group | Breach] = [*evidence.failures, *evidence.breaches]
    yield Looked(len(failures))
    for failure in failures:
        if failure.claim >= 0 and failure.cause is None and not failure.weak:
            if found := stories.of(failure):
                told.setdefault(failure.claim, found)
            else:
                mentioned.setdefault(failure.claim, {}).update(dict.fromkeys(_found(evidence, stories, failure)))
    for claim, mine in told.items():
        why = explanation(evidence, mine)
        yield Case(told_of(mine), why.text, accused=claim, explains=True, certainty=why.certainty, factor=why.factor)
    for claim, slips in mentioned.items():
        if slips and claim not in told:
            text = f"a unit confused would explain it: {'; or '.join(slips)}. {UNSURE}"
            yield Case(claims=[claim], accused=claim, explains=True, message=text)


def explanation(evidence: Evidence, stories: Sequence[Story]) -> Explanation:
    """What explains a failure: asserted if it is the only story and hardly chance."""
    sure = len(stories) == 1 and stories[0].sure
    return Explanation(
        code="slip",
        certainty=Certainty.ASSERTED if sure else Certainty.MENTIONED,
        text=_asserted(evidence, stories[0]) if sure else _tied(evidence, stories),
        claims=tuple(evidence.id_of(claim) for claim in told_of(stories)),
        factor=stories[0].factor if len(stories) == 1 else None,
    )


def told_of(stories: Sequence[Story]) -> list[int]:
    """The claims that some stories are about."""
    return sorted({claim for story in stories for claim in story.claims})


def _asserted(evidence: Evidence, story: Story) -> str:
    return (
        f"one unit word was taken for another, {_confused(evidence, [story])}. Put right, everything that is tied to "
        f"it fits; an error of another kind would look so {_often(story.chance)}"
    )


def _tied(evidence: Evidence, stories: Sequence[Story]) -> str:
    """Several stories, or one that may be chance; zeros come last, since any figure may have lost some."""
    alike: dict[tuple[bool, tuple[str, ...], float], list[Story]] = {}
    for each in stories:
        alike.setdefault((not each.unit, each.confused, max(each.factor, 1 / each.factor)), []).append(each)
    ways = "; or ".join(_confused(evidence, alike[how]) for how in sorted(alike))
    if len(stories) > 1:
        return f"a unit confused would explain it: {ways}. Which, arithmetic cannot say"
    rate = "" if stories[0].chance >= 1 else f" {_often(stories[0].chance)}"
    return f"a unit confused would explain it: {ways}. Not asserted, since another error would look the same{rate}"


def _confused(evidence: Evidence, stories: Sequence[Story]) -> str:
    """``by a factor of 60 (hours and minutes), in 3 h (log p1.s0), or in 4 h (log p2.s0)``."""
    factor = max(stories[0].factor, 1 / stories[0].factor)
    where = sorted(listed(sorted(evidence.quoted(each) for each in story.claims), MOST_NAMED) for story in stories)
    return f"by a factor of {factor:,.10g} ({', or '.join(stories[0].confused)}), in {', or in '.join(where)}"


def _often(chance: float) -> str:
    """How often something happens by chance."""
    return f"{chance * 100:.0f} times in 100" if chance >= 0.015 else "once in 100 times or less"


# ------------------------------------------------------------------------------------------------ of one claim alone


def _found(evidence: Evidence, stories: Stories, failure: Group | Breach) -> Iterator[str]:
    """The slips of the accused claim that would explain a failure, whatever they do to other claims."""
    window = _of_group(evidence, failure) if isinstance(failure, Group) else _of_breach(evidence, failure)
    yield from named(stories.printed(failure.claim), window)


def _of_group(evidence: Evidence, group: Group) -> Window:
    c = evidence.judged.comparisons
    lot, line = evidence.member(group.best)
    stated, due = evidence.value(int(c.output[group.best])), evidence.due(lot, line)
    relation = evidence.judged.bound.plans[lot.plan].derivation.relation
    return Window(
        0.0 if relation is Relation.AT_LEAST else over(float(stated.lo), float(due.hi)),
        math.inf if relation is Relation.AT_MOST else over(float(stated.hi), float(due.lo)),
    )


def _of_breach(evidence: Evidence, breach: Breach) -> Window:
    row = nearest(evidence, breach)
    found, allowed = evidence.value(row), evidence.value(breach.bound)
    beyond = float(found.lo) / float(allowed.hi) if math.isfinite(float(allowed.hi)) else 0.0
    falls = not breach.stated and _falls(evidence, breach.claim, row)
    return Window(0.0, 1 / beyond) if falls and beyond else Window(beyond, math.inf)


def over(one: float, other: float) -> float:
    """The ratio; infinite over nothing."""
    return one / other if other else math.inf


def _falls(evidence: Evidence, claim: int, row: int) -> bool:
    """Whether the implied value falls when the claim rises."""
    nominal = evidence.nominal
    start = nominal.middle(int(evidence.columns.rows.claim.searchsorted(claim)))
    return nominal.value(row, {claim: start * 2}) < nominal.value(row)
