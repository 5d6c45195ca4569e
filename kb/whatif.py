"""What if: the verdicts and findings of what is known, beside those with some claims set to other values or left out.

Two examinations in memory, as of an edit that is looked at ahead; nothing of it is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from kb import editing, preview, views
from kb.errors import KbError
from kb.knowledge import Corpus, Knowledge
from kb.lists import value_of
from kb.model import Severity, Verdict
from kb.outcomes import UNSURE
from kb.pipeline import Examination
from kb.preview import INDENT, Differences
from kb.reports import counted
from kb.reports.json import SCHEMA_VERSION

MOST_TURNS = 60
VERBS = "appears", "changes", "vanishes"


class Pulled(KbError):
    """A claim that is supposed to be two things at once."""

    exit_code = 2

    def __init__(self, claim: str) -> None:
        super().__init__(f"{claim} is named twice; expected one value, or --drop; leave one of them out")


@dataclass(frozen=True)
class Supposed:
    """What is known, and what is supposed instead."""

    base: Knowledge
    values: Mapping[str, str]  # by claim, as they are written
    dropped: tuple[str, ...]


class Turn(NamedTuple):
    """A claim that has another verdict then."""

    claim: str
    was: Verdict
    now: Verdict
    because: str  # of a verdict that is unsure


@dataclass(frozen=True)
class WhatIf(Differences):
    """What is different then."""

    supposed: Supposed
    turns: tuple[Turn, ...]
    before: Examination
    after: Examination

    @property
    def is_nothing(self) -> bool:
        """Whether every verdict and every finding stays as it is."""
        return not (self.turns or self.created or self.changed or self.resolved)


def supposed(base: Knowledge, sets: Iterable[str], drops: Iterable[str]) -> Supposed:
    """What the words ``ID=VALUE`` and the ids say; raises NotFound, Ambiguous, Pulled."""
    values: dict[str, str] = {}
    ends = {*base.claims, *(claim.partition(":")[2] for claim in base.claims)}
    for word in sets:
        name, value = parted(word, ends)
        claim = views.claim_named(base.claims, name)
        if claim in values:
            raise Pulled(claim)
        values[claim] = value
    dropped = tuple(dict.fromkeys(views.claim_named(base.claims, name) for name in drops))
    if both := [claim for claim in dropped if claim in values]:
        raise Pulled(both[0])
    return Supposed(base, values, dropped)


def parted(word: str, known: Collection[str]) -> tuple[str, str]:
    """Id and value of ``ID=VALUE``: an id may have a ``=`` in it, a value as well."""
    cuts = [place for place, sign in enumerate(word) if sign == "="]
    cut = next((place for place in cuts if word[:place].strip() in known), cuts[0])
    return word[:cut].strip(), word[cut + 1 :].strip()


def read(told: Supposed) -> Corpus:
    """The claims with their other values on top of what is known, or what is wrong with these, told of the option."""
    corpus = Corpus(told.base)
    for claim, value in told.values.items():
        found = editing.read(editing.changed(told.base.claims[claim], {"value": value}, ()), corpus.knowledge)
        troubles = tuple(replace(each, place=f"--set {claim}") for each in found.troubles)
        corpus = Corpus(found.knowledge, troubles=(*corpus.troubles, *troubles))
    return corpus


def looked_at(told: Supposed, corpus: Corpus) -> WhatIf:
    """What is different if the claims are as they were read, and some are not there."""
    before, after = (preview.examined(each) for each in (told.base, preview.without(corpus.knowledge, told.dropped)))
    found = preview.differences(before, after)
    return WhatIf(found.created, found.resolved, found.changed, told, tuple(turns(before, after)), before, after)


def turns(before: Examination, after: Examination) -> Iterable[Turn]:
    """The claims that have another verdict after than before, in their order."""
    was = verdicts(before)
    for claim, (number, now) in verdicts(after).items():
        if claim in was and was[claim][1] is not now:
            yield Turn(claim, was[claim][1], now, after.why(number) if now in UNSURE else "")


def verdicts(examination: Examination) -> dict[str, tuple[int, Verdict]]:
    """Number and verdict of each claim that is judged, by its id."""
    numbers = [number for number, ordinary in enumerate(examination.ordinary) if ordinary]
    ids = examination.evidence.library.claim_ids(numbers)
    return {ids[number]: (number, examination.verdicts[number]) for number in numbers}


# ------------------------------------------------------------------------------------------------ in words


def text(found: WhatIf, width: int) -> str:
    """What is different, a line for each verdict and finding; one line if nothing is."""
    if found.is_nothing:
        stay = f"{counted(found.before.tally.total(), 'verdict')} and {counted(len(found.before.findings), 'finding')}"
        return f"nothing changes: all {stay} stay as they are\n"
    return preview.folded(
        [
            *(f"{'if':<{INDENT}}{line}" for line in premises(found.supposed)),
            *preview.capped((turned(each) for each in found.turns), MOST_TURNS),
            *preview.findings(found, VERBS),
            f"{'verdicts':<{INDENT}}{tallied(judged(found.before), judged(found.after))}",
            f"{'findings':<{INDENT}}{tallied(severities(found.before), severities(found.after)) or 'none'}",
            summary(found),
        ],
        width,
    )


def premises(told: Supposed) -> Iterable[str]:
    """What is supposed, beside what is known."""
    for claim, value in told.values.items():
        yield f"{claim} is {value}, not {value_of(told.base.claims[claim])}"
    for claim in told.dropped:
        yield f"{claim} is not there ({value_of(told.base.claims[claim])})"


def turned(turn: Turn) -> str:
    """``verdict   memo:size: off -> holds``."""
    because = f" ({turn.because})" if turn.because else ""
    return f"{'verdict':<{INDENT}}{turn.claim}: {turn.was.value} -> {turn.now.value}{because}"


def tallied(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """How many there are of each kind, and how many there are then where that is another number."""
    kinds = {kind: (was, after[kind]) for kind, was in before.items() if was or after[kind]}
    return ", ".join(f"{kind} {was}" if was == now else f"{kind} {was} -> {now}" for kind, (was, now) in kinds.items())


def judged(examination: Examination) -> dict[str, int]:
    """How many claims have each verdict."""
    return {verdict.value: examination.tally[verdict] for verdict in Verdict}


def severities(examination: Examination) -> dict[str, int]:
    """How many findings are how severe, the worst first."""
    count = Counter(found.severity for found in examination.findings)
    return {severity.name.lower(): count[severity] for severity in sorted(Severity, reverse=True)}


def summary(found: WhatIf) -> str:
    """How much is different."""
    created, changed, resolved = (len(each) for each in (found.created, found.changed, found.resolved))
    verdicts_ = counted(len(found.turns), "verdict")
    return (
        f"{'in all':<{INDENT}}{verdicts_} changed; findings: {created} new, {changed} changed, {resolved} gone; "
        "nothing was stored"
    )


def as_json(found: WhatIf) -> dict[str, Any]:
    """The same as JSON takes it; `verdicts` has those that change."""
    claims = found.supposed.base.claims
    return {
        "schema_version": SCHEMA_VERSION,
        "set": [{"id": id_, "value": new, "was": value_of(claims[id_])} for id_, new in found.supposed.values.items()],
        "drop": list(found.supposed.dropped),
        "verdicts": [
            {"id": each.claim, "verdict": each.now.value, "was": each.was.value, "reason": each.because or None}
            for each in found.turns
        ],
        **preview.briefs(found, VERBS),
        "before": {"verdicts": judged(found.before), "findings": severities(found.before)},
        "after": {"verdicts": judged(found.after), "findings": severities(found.after)},
    }
