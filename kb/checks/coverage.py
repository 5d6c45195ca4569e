"""Coverage: everything about a topic is said to be told, and something of that topic is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from kb.assumptions import listed
from kb.checks._words import ahead, outright
from kb.checks.single_value import MOST_NAMED
from kb.columns import KINDS
from kb.evidence import Case, Evidence, Looked
from kb.marks import check
from kb.model import Claim, Firmness, Severity, ValueKind
from kb.sameness import meet, surely_meet
from kb.vocabulary import Part

WITHHELD = "undisclosed"  # as the value of a scope key
NO_ANSWER = (ValueKind.UNDISCLOSED, ValueKind.NONE)


@check
def coverage(evidence: Evidence) -> Iterator[Case | Looked]:
    """A work is said to tell everything about a topic, of which something is undisclosed."""
    for number, claim in evidence.said(lambda attribute: attribute.plays is Part.COVERAGE).items():
        if claim.value.text == "yes":
            inside = _inside(evidence, number, claim) if outright(claim) else []
            yield Looked(1)
            if withheld := [
                each for each in inside if _at_once(evidence, number, each) and _withheld(evidence, each, inside)
            ]:
                yield _case(evidence, number, withheld, inside)


def _inside(evidence: Evidence, number: int, claim: Claim) -> list[int]:
    """Claims about the topic, and about what the work is about, of the same source or of what that one retells."""
    topics = [i for i, attribute in enumerate(evidence.attributes) if covers(evidence, claim, attribute.topic)]
    claims = evidence.columns.claims
    sources = _lineage(evidence, int(claims.source[number]))
    mine = np.isin(claims.attribute, topics) & np.isin(claims.source, sources) & (claims.standing < 0)
    about = _ends(evidence, int(claims.subject[number]))
    found = [each for each in np.flatnonzero(mine).tolist() if _concerned(evidence, each, about)]
    evidence.fetch(found)
    return found


def covers(evidence: Evidence, claim: Claim, topic: str | None) -> bool:
    """Whether a topic lies in what a claim of coverage names; silence on a key names all of it."""
    for name, rule in evidence.vocabulary.attributes[claim.attribute].keys.items():
        key = evidence.vocabulary.keys[name]
        if topic in key.order:
            covered = claim.scope.get(name) or rule.only or key.root
            return covered is None or covered in key.above(str(topic))
    return False


def _lineage(evidence: Evidence, source: int) -> list[int]:
    """A source and what it retells, as far as that goes."""
    found: list[int] = []
    while source >= 0 and source not in found:
        found.append(source)
        source = int(evidence.columns.retells[source])
    return found


def _ends(evidence: Evidence, subject: int) -> set[int]:
    """What links lead to from an entity, by its definition or as sources claim."""
    links, claims = evidence.columns.links, evidence.columns.claims
    claimed = claims.target[(claims.subject == subject) & (claims.target >= 0)]
    return {*links.end[links.start == subject].tolist(), *claimed.tolist()}


def _concerned(evidence: Evidence, number: int, about: set[int]) -> bool:
    """Whether a claim is about what a work is linked to, if it is linked to anything of that kind."""
    subject, kinds = int(evidence.columns.claims.subject[number]), evidence.columns.entities.kind
    links, defining = evidence.columns.links, _defining(evidence)
    of = (links.start == subject) & np.isin(links.name, defining)  # whatever else it is linked to is something else
    things = {subject, *links.end[of].tolist()}  # a run is what its model is about
    rivals = {int(kinds[thing]) for thing in things} & {int(kinds[end]) for end in about}
    return not rivals or bool(things & about)


def _defining(evidence: Evidence) -> list[int]:
    """The links by which a thing is what it is of another: a run of a model, and not a model of its predecessor."""
    kinds, number = evidence.vocabulary.kinds.values(), evidence.vocabulary.attribute_order
    return [number[f"{kind.id}.{name}"] for kind in kinds for name, link in kind.links.items() if link.defining]


def _at_once(evidence: Evidence, number: int, other: int) -> bool:
    """Whether both claims are about now, or both foretold."""
    return ahead(evidence.claim(number)) is ahead(evidence.claim(other))


def _withheld(evidence: Evidence, number: int, inside: Sequence[int]) -> bool:
    """Whether a claim says that something is undisclosed, which no other one gives after all."""
    claim = evidence.claim(number)
    if not outright(claim):
        return False
    if WITHHELD in claim.scope.values():
        return True
    if claim.value.kind is not ValueKind.UNDISCLOSED:
        return False
    return not any(surely_meet(evidence.vocabulary, claim, value) for value in _values(evidence, number, inside))


def _values(evidence: Evidence, number: int, inside: Sequence[int]) -> list[Claim]:
    """The claims that answer the question of one, in any scope."""
    claims = evidence.columns.claims
    same = (claims.attribute == claims.attribute[number]) & (claims.subject == claims.subject[number])
    given = same & ~np.isin(claims.kind, [KINDS.index(kind) for kind in NO_ANSWER])
    return [evidence.claim(each) for each in inside if given[each]]


def _surely(evidence: Evidence, holder: str, number: int, inside: Sequence[int]) -> bool:
    """Whether a holder says outright that something is undisclosed which cannot be what another claim gives."""
    claim = evidence.claim(number)
    if claim.holders[-1] != holder or claim.firmness is Firmness.HEDGED:  # others may differ from who praises the work
        return False
    if claim.value.kind is not ValueKind.UNDISCLOSED:
        return True
    return not any(meet(evidence.vocabulary, claim, value) for value in _values(evidence, number, inside))


def _case(evidence: Evidence, number: int, withheld: Sequence[int], inside: Sequence[int]) -> Case:
    claim = evidence.claim(number)
    holder, hedged = claim.holders[-1], claim.firmness is Firmness.HEDGED
    sure = not hedged and any(_surely(evidence, holder, each, inside) for each in withheld)
    topic = ", ".join(f" of {key} {value}" for key, value in claim.scope.items())
    named = [_named(evidence.claim(each)) for each in withheld]
    return Case(
        claims=[number, *withheld],
        severity=Severity.WARNING if sure else Severity.NOTE,
        message=f"{evidence.told(number)} says that {claim.subject} tells everything{topic}, "
        f"although {listed(named, MOST_NAMED)} {'is' if len(withheld) == 1 else 'are'} undisclosed",
    )


def _named(claim: Claim) -> str:
    """What a claim says is undisclosed, and where it says so."""
    keys = ", ".join(key for key, value in claim.scope.items() if value == WITHHELD)
    what = f"{keys} of {claim.attribute}" if keys else claim.attribute
    return f"{what} of {claim.subject} ({claim.source.cite} {claim.source.at})"
