"""How often things occur in real claims: counted in the shipped article, measured once in a table of models."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from kb import corpus
from kb.knowledge import Knowledge
from kb.model import Claim, Mode, SourceKind, ValueKind
from kb.quantity import Relation, read
from kb.readings import Readings


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the quantities of a corpus, unless it says otherwise."""

    claims: int
    quantities: int
    hedged: float
    ranged: float
    factors: float  # of another entity's value
    premises: float
    open: float  # of the scope keys for whose silence the vocabulary has a list
    readings: float  # quantities with several readings
    restated: float  # quantities of a cell for which another one was given before


@cache
def shipped() -> Knowledge:
    """The vocabulary, the references and the article that come with Claimcheck."""
    return corpus.read(corpus.shipped()).knowledge


@cache
def article() -> Rates:
    """The rates of the shipped article with most claims, counted."""
    known = shipped()
    told: dict[str, list[Claim]] = {}
    for claim in known.claims.values():
        if known.sources[claim.source.cite].kind is SourceKind.ARTICLE:
            told.setdefault(claim.source.cite, []).append(claim)
    return count(max(told.values(), key=len), known)


def count(claims: Sequence[Claim], known: Knowledge) -> Rates:
    """The rates of some claims."""
    quantities = [claim for claim in claims if claim.value.kind is ValueKind.QUANTITY]
    written = [read(claim.value.text) for claim in quantities]
    listed = [
        key in claim.scope
        for claim in quantities
        for key, rule in known.vocabulary.attributes[claim.attribute].keys.items()
        if rule.silent is not None
    ]
    readings = Readings(known.vocabulary, lambda: known.units)
    several = [len(readings.rows(claim)) > 1 for claim in quantities]
    return Rates(
        claims=len(claims),
        quantities=len(quantities),
        hedged=share([figure.hedged for figure in written]),
        ranged=share([figure.relation is Relation.RANGE for figure in written]),
        factors=share([claim.than is not None for claim in quantities]),
        premises=share([claim.mode is Mode.PREMISE for claim in quantities]),
        open=share([not worded for worded in listed]),
        readings=share(several),
        restated=share(list(said_before(quantities, known))),
    )


def said_before(claims: Sequence[Claim], known: Knowledge) -> Iterator[bool]:
    """For each claim whether another one before it is about the same, in a scope that meets its own."""
    told: dict[tuple[str, str], list[tuple[int, ...]]] = {}
    readings = Readings(known.vocabulary, lambda: known.units)
    for claim in claims:
        if claim.than is None:
            before = told.setdefault((claim.subject, claim.attribute), [])
            masks = [row.masks for row in readings.rows(claim)]
            yield any(all(a & b for a, b in zip(one, other, strict=True)) for one in before for other in masks)
            before += masks


def share(those: Sequence[bool]) -> float:
    """How many of some are true."""
    return sum(those) / max(len(those), 1)


# ------------------------------------------------------------------------------------------------ the table

# Counted in 339 rows of Epoch AI's table of notable models (2025-02-24, CC BY 4.0), read by `kb import epoch`: 1,308
# claims, 824 of them quantities. Each constant is a count of claims or rows of that reading.
TABLE_ROWS = 339
TABLE_CLAIMS = 1308
TABLE_QUANTITIES = 824
TABLE_SEVERAL = 184  # quantities with several readings

# Which figures a row has: N parameters, D data, C compute, H all of hours, devices and chip, h only some of them.
TABLE_PATTERNS = {
    "": 69, "N": 43, "NDC": 36, "NDCh": 35, "NDCH": 33, "ND": 29, "D": 16, "NC": 14, "Ch": 9, "DCh": 8, "NCH": 7,
    "Nh": 7, "NCh": 7, "C": 5, "DCH": 5, "NDh": 5, "h": 4, "CH": 3, "DC": 2, "NH": 1, "Dh": 1,
}  # fmt: skip
TABLE_SOME_HARDWARE = {
    ("chip",): 30, ("chip", "devices"): 16, ("chip", "hours"): 13,
    ("hours",): 12, ("devices", "hours"): 4, ("devices",): 1,
}  # fmt: skip
# With N, D and C a row is called detailed here.
TABLE_TOKENS = {True: 25 / 104, False: 4 / 66}  # rows with data whose notes count them in tokens, by whether detailed
TABLE_EPOCHS = {True: 47 / 104, False: 14 / 66}  # rows with data that say the epochs
TABLE_MFU = 15 / 49  # of the rows with H
TABLE_BASE = 22 / 57  # rows with a base model, all put among those of the patterns N and NC
TABLE_FINETUNE = 10 / 28  # rows with a base model that say the work spent on top
TABLE_EXPERTS = 4 / 217  # rows with parameters whose notes speak of experts
TABLE_FAMILY = 30 / 110  # chips named without their variant
TABLE_UNKNOWN = 8 / 110  # chips of no known name
TABLE_TWO_CHIPS = 2 / 108
TABLE_ESTIMATES = 122 / 824
TABLE_RUMOURS = 82 / 824
DIGITS = {2: 405, 3: 201, 4: 81}  # figures of one to four digits; a single digit counts as two


Kept = TypeVar("Kept")


def pick(dice: random.Random, weights: Mapping[Kept, int]) -> Kept:
    """One key, as often as its weight says."""
    return dice.choices(list(weights), list(weights.values()))[0]
