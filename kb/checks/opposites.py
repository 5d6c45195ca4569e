"""Opposites: answers that the vocabulary calls incompatible, about the same object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

from kb.assumptions import listed
from kb.checks._words import ahead, cell, grouped, if_named, ordinary, outright, quoted, settled, torn, who
from kb.evidence import Case, Evidence, Looked, Why
from kb.marks import check
from kb.model import Claim, Resolution, Severity, ValueKind
from kb.readings import ALL
from kb.vocabulary import Attribute, Clash, Single

MOST_PARTS = 12  # named of an object; the others are counted
About = tuple[str, str, bool]  # subject, attribute, and whether it is foretold
Scope = tuple[int, ...]


@check
def opposites(evidence: Evidence) -> Iterator[Case | Looked]:
    """Two answers about the same object cannot both be: the vocabulary calls them incompatible."""
    registered = [(each, clash) for each in evidence.attributes for clash in each.clashes]
    told = _told(evidence, registered)
    yield Looked(sum(len(claims) for claims in told.values()))
    for attribute, clash in registered:
        beside = clash.attribute or attribute.id
        if beside == attribute.id and attribute.single is not Single.MANY:
            continue  # two answers where there is one: single-value tells that
        for (subject, name, later), numbers in told.items():
            if name == attribute.id and (subject, beside, later) in told:
                yield from _cases(evidence, clash, numbers, told[subject, beside, later])


def _told(evidence: Evidence, registered: Sequence[tuple[Attribute, Clash]]) -> dict[About, list[int]]:
    """The claims about what can clash, by what they are about."""
    order = evidence.vocabulary.attribute_order
    wanted = {order[name] for each, clash in registered for name in (each.id, clash.attribute or each.id)}
    numbers = ordinary(evidence, wanted).tolist()
    evidence.fetch(numbers)
    claims = [(number, evidence.claim(number)) for number in numbers]
    return grouped(((claim.subject, claim.attribute, ahead(claim)), n) for n, claim in claims if outright(claim))


def _cases(evidence: Evidence, clash: Clash, numbers: list[int], beside: list[int]) -> Iterator[Case]:
    """One case for each scope in which both answers are given; a claim that gives both is not against itself."""
    ones, others = _giving(evidence, clash.value, numbers), _giving(evidence, clash.other, beside)
    for scope, mine in ones.items():
        theirs = [n for at, each in others.items() if _one_object(scope, at) for n in each if n not in mine]
        if theirs:
            yield _case(evidence, mine, theirs)


def _giving(evidence: Evidence, answer: str, numbers: list[int]) -> dict[Scope, list[int]]:
    """The claims that give an answer, by scope; those that can be of several scopes are left out."""
    giving = [(n, evidence.claim(n)) for n in numbers]
    scopes = ((cell(evidence.vocabulary, claim), n) for n, claim in giving if answer in answers_of(claim))
    return {scope: each for scope, each in grouped(scopes).items() if scope is not None}


def answers_of(claim: Claim) -> tuple[str, ...]:
    """The answers that a claim gives: its terms, or yes or no."""
    return (claim.value.text,) if claim.value.kind is ValueKind.YES_NO else claim.value.terms


def _one_object(one: Scope, other: Scope) -> bool:
    """Whether two scopes are the same on every key; one that an attribute does not have is no difference."""
    return all(ALL in {a, b} or a == b for a, b in zip(one, other, strict=True))


def _case(evidence: Evidence, ones: list[int], others: list[int]) -> Case:
    first, second = (min(map(evidence.claim, each), key=attrgetter("id")) for each in (ones, others))  # in any order
    both = torn(map(evidence.claim, ones), map(evidence.claim, others))
    return Case(
        claims=[*ones, *others],
        severity=Severity.WARNING if both else Severity.NOTE,
        message=f"{'self-contradiction' if both else 'disagreement'}: {first.attribute} of {first.subject} is "
        f"{quoted(evidence, ones)}, but {second.attribute} is {quoted(evidence, others)}; "
        "the vocabulary calls these answers incompatible; "
        f"{who(both, map(evidence.claim, [*ones, *others]))}",
        why=lambda: Why(resolutions=list(_splits(evidence, first, second))),
    )


def _splits(evidence: Evidence, *claims: Claim) -> Iterator[Resolution]:
    """What could tell the two apart: a part of the object, or a key of the attribute."""
    links, ids = evidence.columns.links, evidence.columns.entity_ids
    parts = [ids[start] for start in links.start[links.end == evidence.columns.entity(claims[0].subject)].tolist()]
    for claim in claims:
        keys = evidence.vocabulary.attributes[claim.attribute].keys
        if parts:
            yield settled(
                claim, f"if it were said of one of these instead of {claim.subject}: {listed(parts, MOST_PARTS)}"
            )
        for key in keys:
            yield settled(claim, if_named(evidence.vocabulary.keys[key]))
