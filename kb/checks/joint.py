"""Joint: claims that are fine one by one, and cannot all be true."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kb import figures
from kb.arithmetic import ranked
from kb.assumptions import listed
from kb.checks._proofs import data, ending, lines
from kb.checks.slip import explanation
from kb.evidence import Case, Evidence, Looked, Why
from kb.interval import Interval
from kb.joint.alone import together
from kb.joint.clashes import Clash
from kb.marks import check
from kb.model import Explanation, Resolution, Severity
from kb.sideeffects import after
from kb.stories import Stories
from kb.verdicts import BORDERLINE

MOST_NAMED = 12


@check
def joint(evidence: Evidence) -> Iterator[Case | Looked]:
    """Several claims, each fine alone, cannot all be true."""
    yield Looked(evidence.together)
    evidence.fetch({claim for clash in evidence.clashes for claim in (*clash.claims, *blamed(clash))})
    for clash in evidence.clashes:
        firm = clash.stretch >= BORDERLINE[1]
        severity = Severity.NOTE if not firm else Severity.WARNING if clash.soft else Severity.ERROR
        yield Case(
            claims=sorted(clash.claims),
            severity=severity,
            message=message(evidence, clash),
            explanations=slips(evidence, clash),
            why=lambda clash=clash: Why(  # type: ignore[misc]  # the default binds the loop's clash
                arithmetic=tuple(lines(evidence, together(clash))),
                certificate=data(evidence, together(clash)),
                resolutions=ranked(resolutions(evidence, clash)),
                assumed=evidence.assumed(clash.notes, clash.rows),
            ),
        )


def message(evidence: Evidence, clash: Clash) -> str:
    """What cannot all be true, by how much, and the least that has to be wrong."""
    said = [f"{evidence.about(claim)} {evidence.quoted(claim)}" for claim in sorted(clash.claims)]
    rules = " if rules of thumb hold" if clash.soft else ""
    end = f"even with all rounding {ending(evidence, together(clash))}"
    return f"cannot all be true{rules}: {listed(said, MOST_NAMED)}; {end}{least(evidence, clash)}"


def slips(evidence: Evidence, clash: Clash) -> list[Explanation]:
    """The unit, if one was taken for another in one of the claims that may be wrong."""
    stories = Stories(evidence).of_clash(clash, blamed(clash))
    return [explanation(evidence, stories)] if stories else []


def blamed(clash: Clash) -> list[int]:
    """The claims of the cheapest corrections."""
    return [] if clash.least is None else sorted({claim for way in clash.least.ways for claim in way})


def least(evidence: Evidence, clash: Clash) -> str:
    """The fewest claims that have to be wrong, whether there is a choice, and what the next best would take."""
    found = clash.least
    if found is None:
        return ""
    ways = sorted(sorted(evidence.claim(claim).id for claim in each) for each in found.ways)
    more = "" if found.margin is None else f"; any other way takes at least {found.cost + found.margin} claims"
    if len(ways) == 1:
        return f"; the least that has to be wrong is {listed(ways[0])}{more}"
    if found.cost == 1:
        return f"; at the least {' or '.join(way[0] for way in ways)} is wrong; which, arithmetic cannot say{more}"
    count = found.cost
    return f"; at the least {count} claims are wrong; there are {len(ways)} ways to choose them{more}"


def resolutions(evidence: Evidence, clash: Clash) -> Iterator[Resolution]:
    """For each claim the values that everything else leaves it, the least strained first."""
    found = []
    for claim in clash.claims:
        needed = clash.needed(claim)
        statement = next(each for each in clash.part.statements if each.claim == claim)
        if needed is None or (needed[0] <= statement.high and needed[1] >= statement.low):
            continue  # nothing is left of it, or it would not have to change
        low, high = needed
        apart = low - statement.high if low > statement.high else statement.low - high
        room = statement.below + statement.above
        found.append((apart / room if room > 0 else math.inf, claim, low, high, apart))
    for strain, claim, low, high, apart in sorted(found):
        statement = next(each for each in clash.part.statements if each.claim == claim)
        then = after(evidence, claim, math.exp(apart if low > statement.high else -apart), frozenset(clash.claims))
        yield Resolution(
            claim=evidence.claim(claim).id,
            needed=evidence.say(statement.row, Interval(math.exp(low), math.exp(high))),
            strain=strain if math.isfinite(strain) else None,
            note=f"instead of {evidence.quoted(claim)}, a factor of {figures.times(math.exp(apart))}",
            side_effects=then.breaks,
            mends=then.mends,
        )
