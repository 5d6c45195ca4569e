"""What checks of words share: which claims are compared, whether they speak of one thing, and who says it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from kb.assumptions import listed
from kb.columns import MODES, Ints
from kb.evidence import Evidence
from kb.model import SUPPOSED, Claim, Mode, Resolution
from kb.readings import ALL, choice
from kb.vocabulary import Key, Parts, Vocabulary

H = TypeVar("H", bound=Hashable)

NO_BASELINE = "if it named what it is compared with"


def outright(claim: Claim) -> bool:
    """Whether a claim is asserted, and not only supposed."""
    return claim.mode not in SUPPOSED


def ahead(claim: Claim) -> bool:
    """Whether a claim is about a later time: what is foretold is compared with what else is foretold only."""
    return claim.mode is Mode.PREDICTION


def in_mode(evidence: Evidence, numbers: Ints, *modes: Mode) -> np.ndarray:
    """Whether each claim is put in one of some ways."""
    return np.isin(evidence.columns.claims.mode[numbers], [MODES.index(mode) for mode in modes])


def ordinary(evidence: Evidence, attributes: Iterable[int]) -> Ints:
    """The numbers of the claims about some attributes, references left out."""
    claims = evidence.columns.claims
    found: Ints = np.flatnonzero(np.isin(claims.attribute, list(attributes)) & (claims.standing < 0))
    return found


def place(evidence: Evidence, numbers: Ints) -> Ints:
    """One integer for what each claim is about: an attribute of a subject."""
    claims = evidence.columns.claims
    about: Ints = (
        claims.attribute[numbers].astype(np.int64) * len(evidence.columns.entity_ids) + claims.subject[numbers]
    )
    return about


def shared(evidence: Evidence, numbers: Ints) -> Ints:
    """The claims that are about what another one of them is about too."""
    _, back, counts = np.unique(place(evidence, numbers), return_inverse=True, return_counts=True)
    many: Ints = numbers[counts[back.reshape(-1)] > 1]
    return many


def grouped(pairs: Iterable[tuple[H, int]]) -> dict[H, list[int]]:
    """Numbers by what they have in common."""
    found: dict[H, list[int]] = {}
    for key, number in pairs:
        found.setdefault(key, []).append(number)
    return found


# ------------------------------------------------------------------------------------------------ scopes


def cell(vocabulary: Vocabulary, claim: Claim) -> tuple[int, ...] | None:
    """The scope of a claim as bits, silence read as the whole; None if it can be one of several."""
    attribute = vocabulary.attributes[claim.attribute]
    masks: list[int] = []
    for name, key in vocabulary.keys.items():
        rule = attribute.keys.get(name)
        found = choice(key, rule, claim.scope.get(name))
        if len(found.masks) > 1:
            return None
        if rule is not None and rule.parts is Parts.SAME:  # what holds everywhere is one cell whatever part is named
            masks.append(ALL)
        elif rule is not None and rule.silent is not None and found.how:
            masks.append(key.mask(rule.silent.values[:1]))
        else:
            masks.append(found.masks[0])
    return tuple(masks)


def within_scope(claim: Claim) -> str:
    """``{stage=inference}``: the scope that a claim names, nothing where it names none."""
    named = ", ".join(f"{key}={value}" for key, value in claim.scope.items())
    return f"{{{named}}}" if named else ""


def kin(evidence: Evidence, one: str, other: str) -> bool:
    """Whether one of two things is within the other: a variant and its family."""
    inside, outside = evidence.judged.bound.links.wider
    ends = [evidence.columns.entity(name) for name in (one, other)]
    pairs = (ends, ends[::-1])
    return min(ends) >= 0 and any(bool(np.any((inside == a) & (outside == b))) for a, b in pairs)


# ------------------------------------------------------------------------------------------------ who says it


def torn(one: Iterable[Claim], other: Iterable[Claim]) -> list[str]:
    """Who is the innermost holder on both sides."""
    beside = {claim.holders[-1] for claim in other}
    return [holder for holder in dict.fromkeys(claim.holders[-1] for claim in one) if holder in beside]


def who(both: Sequence[str], claims: Iterable[Claim]) -> str:
    """Who contradicts itself, else who differs."""
    if both:
        return f"both said by {'each of ' if len(both) > 1 else ''}{listed(both)}"  # a holder may be one or several
    return f"{listed(dict.fromkeys(claim.holders[-1] for claim in claims))} differ"


def settled(claim: Claim, needed: str) -> Resolution:
    """What a claim would have to say so that nothing is left open: a clause that begins with "if"."""
    return Resolution(claim=claim.id, needed=needed, note=f"({claim.source.cite} {claim.source.at})")


def if_named(key: Key) -> str:
    """``if it named its season: one of year, winter``: what would settle it where a key is missing."""
    return f"if it named its {key.id}: one of {', '.join(key.order)}"


def quoted(evidence: Evidence, numbers: Sequence[int]) -> str:
    """One answer as printed, with its place, and how many more say it: ``yes (memo p3.s0; so say 2 more claims)``."""
    first, more = evidence.quoted(numbers[0]), len(numbers) - 1
    return first if not more else f"{first[:-1]}; so say {more:,} more claim{'s' if more > 1 else ''})"
