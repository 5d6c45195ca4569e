"""Empty slot: a claim says little as long as something is missing: a kind, a baseline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.checks._effects import effects
from kb.checks._words import NO_BASELINE, ordinary, outright, settled
from kb.checks.direction import opposed
from kb.columns import KINDS
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check
from kb.model import Claim, ValueKind
from kb.quantity import TIMES
from kb.readings import ALL
from kb.vocabulary import Attribute, Type

OPEN = frozenset({None, "undisclosed"})
NO_VALUE = frozenset({ValueKind.UNDISCLOSED, ValueKind.NONE})


@check
def empty_slot(evidence: Evidence) -> Iterator[Case | Looked]:
    """A claim lacks what makes it say something: the kind of a degree, the baseline of a change or of a factor."""
    needing = {n: claim for n, claim in evidence.said(lambda each: bool(each.needs)).items() if _speaks(claim)}
    told = effects(evidence)
    factors = list(_multiples(evidence))
    yield Looked(len(needing) + len(told) + len(factors))
    for number, claim in needing.items():
        if missing := _missing(evidence, number, claim):
            yield _keyless(evidence, number, missing)
    known = {each.number for pair in opposed(evidence, told) for each in pair}  # direction says what these lack
    for number in [each.number for each in told if each.number not in known] + factors:
        if evidence.claim(number).than is None:
            yield _baseless(evidence, number)


def _speaks(claim: Claim) -> bool:
    return outright(claim) and claim.value.kind not in NO_VALUE


def _missing(evidence: Evidence, number: int, claim: Claim) -> list[str]:
    """The keys that an attribute needs and that neither the claim nor its subject has a value for."""
    order = evidence.vocabulary.key_order
    own = evidence.columns.entities.own[evidence.columns.claims.subject[number]]
    needs = evidence.vocabulary.attributes[claim.attribute].needs
    return [key for key in needs if claim.scope.get(key) in OPEN and own[order[key]] == ALL]


def _multiples(evidence: Evidence) -> Iterator[int]:
    """Claims that something is so many times something."""
    wanted = [number for number, attribute in enumerate(evidence.attributes) if _can_be_multiple(attribute)]
    told = ordinary(evidence, wanted)
    numbers = told[evidence.columns.claims.kind[told] == KINDS.index(ValueKind.QUANTITY)].tolist()
    evidence.fetch(numbers)
    for number in numbers:
        if outright(evidence.claim(number)) and TIMES.search(evidence.claim(number).value.text):
            yield number


def _can_be_multiple(attribute: Attribute) -> bool:
    """Whether a bare "three times" can be meant: it cannot where there is a unit, or for counts and shares."""
    bare = attribute.unit in {"", "1"} and attribute.shown in {"", "1"}
    return attribute.type is Type.QUANTITY and bare and not attribute.count


# ------------------------------------------------------------------------------------------------ what is told


def _keyless(evidence: Evidence, number: int, missing: list[str]) -> Case:
    claim = evidence.claim(number)
    told = [f"{key}: it could be {either(_values(evidence, claim, key))}" for key in missing]
    resolutions = [settled(claim, f"if it named its {key}") for key in missing]
    return Case(
        claims=[number],
        message=f"{claim.attribute} of {claim.subject} is {evidence.quoted(number)} by {claim.holders[-1]}, "
        f"without a {' and a '.join(told)}",
        why=lambda: Why(resolutions=resolutions),
    )


def either(values: Sequence[str]) -> str:
    """``red, green or blue``."""
    return f"{', '.join(values[:-1])} or {values[-1]}" if len(values) > 1 else "".join(values)


def _values(evidence: Evidence, claim: Claim, key: str) -> tuple[str, ...]:
    """What could be in a slot."""
    silent = evidence.vocabulary.attributes[claim.attribute].keys[key].silent
    return silent.values if silent else tuple(evidence.vocabulary.keys[key].order)


def _baseless(evidence: Evidence, number: int) -> Case:
    claim = evidence.claim(number)
    verb = "" if claim.value.kind is ValueKind.EFFECT else "is "
    return Case(
        claims=[number],
        message=f"{claim.attribute} of {claim.subject}: {verb}{evidence.quoted(number)} by {claim.holders[-1]}, "
        "without a baseline: it is not said what it is compared with",
        why=lambda: Why(resolutions=[settled(claim, NO_BASELINE)]),
    )
