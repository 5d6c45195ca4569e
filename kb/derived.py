"""What the store keeps beside its record so that nothing has to be read twice: integers, bits and figures of nouns.

Pure: nouns in, rows out. The record as text is here too: one noun, one body, always the same characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import numpy as np
from pydantic import TypeAdapter

from kb.columns import claim_record, entity_columns
from kb.errors import KbError
from kb.knowledge import Knowledge, Parts, unit_name
from kb.model import Acceptance, Claim, Entity, Noun, Source, ValueKind
from kb.readings import Readings
from kb.storeplace import Unsound
from kb.vocabulary import Attribute, Key, Kind, Vocabulary

VOCABULARY = ("unit", "kind", "key", "attribute")
PARTS = (*VOCABULARY, "source", "entity", "claim", "acceptance")  # in an order in which each only needs those before it
BITS = np.dtype("<u4")  # one order of bytes, so that a store can be carried to another machine
UNIT = TypeAdapter(str)
JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False)
MODELS: Mapping[str, type[Noun]] = {
    "kind": Kind,
    "key": Key,
    "attribute": Attribute,
    "source": Source,
    "entity": Entity,
    "claim": Claim,
    "acceptance": Acceptance,
}


class Unfit(KbError):
    """A claim that does not go with the vocabulary, the entities or the sources of the store."""

    def __init__(self, claim: str, reason: str) -> None:
        super().__init__(f"claim {claim}: {reason}")
        self.claim = claim


class Entry(NamedTuple):
    """One record as the store keeps it; `noun` is a definition line for a unit."""

    part: str
    name: str
    noun: Noun | str
    body: str


def entry(part: str, noun: Noun | str) -> Entry:
    """The entry of a noun; fields that have their default are left out, so that a new field revises nothing."""
    if isinstance(noun, str):
        return Entry(part, unit_name(noun), noun, JSON.encode(noun))
    if isinstance(noun, Claim) and list(noun.scope) != sorted(noun.scope):
        noun = noun.model_copy(update={"scope": dict(sorted(noun.scope.items()))})
    return Entry(part, str(getattr(noun, "id", "")), noun, noun.model_dump_json(exclude_defaults=True, by_alias=True))


def noun_of(part: str, name: str, body: Any) -> Any:
    """The noun of a body; raises Unsound for what no noun was ever written as."""
    try:
        return str(UNIT.validate_json(body)) if part == "unit" else MODELS[part].model_validate_json(body)
    except (LookupError, TypeError, ValueError) as error:
        raise Unsound(f"the record of {part} {name!r} cannot be read") from error


def chained(digest: str, entries: Iterable[tuple[str, str, int, str]]) -> str:
    """The digest of a history that goes on with these revisions: part, name, number, body."""
    chain = sha256(digest.encode())
    for revision in entries:
        chain.update(JSON.encode(revision).encode() + b"\n")
    return chain.hexdigest()


@dataclass
class Numbers:
    """The integers that names have in one store."""

    entities: dict[str, int] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)  # grows


@dataclass
class Rows:
    """Rows for the derived tables, by table."""

    claimrow: list[tuple[Any, ...]] = field(default_factory=list)
    readingrow: list[tuple[Any, ...]] = field(default_factory=list)
    restrow: list[tuple[Any, ...]] = field(default_factory=list)


def claim_rows(claims: Iterable[tuple[int, Claim]], known: Knowledge, numbers: Numbers, *, strict: bool) -> Rows:
    """The rows of some claims with their numbers; raises Unfit.

    Unless strict, a quantity that can no longer be read (this is newer code than stored it) has no rows.
    """
    made, readings = Rows(), Readings(known.vocabulary, lambda: known.units)
    for number, claim in claims:
        try:
            made.claimrow.append((number, *integers(claim, known.vocabulary, numbers)))
            read = readings.rows(claim)
        except KeyError as error:
            reason = f"{error} is not in this store; expected what a claim names to be there; import it first"
            raise Unfit(claim.id, reason) from error
        except KbError as error:
            if strict:
                raise Unfit(claim.id, str(error)) from error
            read = []
        for position, row in enumerate(read):
            bits = packed((row.first, row.open, row.silent), row.masks)
            made.readingrow.append((number, position, row.lo, row.hi, row.below, row.above, bits))
        for position, rest in enumerate(claim.rests_on):
            made.restrow.append((number, position, rest.claim, rest.role.value))
    return made


@lru_cache(maxsize=4096)  # there are few scopes
def packed(how: tuple[int, ...], masks: tuple[int, ...]) -> bytes:
    """The bits of a reading as the store has them."""
    return np.array((*how, *masks), BITS).tobytes()


def integers(claim: Claim, vocabulary: Vocabulary, numbers: Numbers) -> tuple[Any, ...]:
    """The integers of a claim, and what its link names if that is no entity; raises KeyError."""
    words = numbers.words
    _, subject, source, holder, *others = claim_record(claim, vocabulary, numbers.entities, numbers.sources, words)
    attribute = words.setdefault(claim.attribute, len(words))
    wanted = claim.value.text if claim.value.kind is ValueKind.LINK and others[-1] < 0 else None
    return attribute, subject, source, holder, *others, wanted


def entity_rows(entities: list[tuple[int, Entity]], vocabulary: Vocabulary) -> Iterator[tuple[Any, ...]]:
    """The row of each entity."""
    own = entity_columns([entity for _, entity in entities], vocabulary).own
    for (number, entity), masks in zip(entities, own, strict=True):
        yield number, entity.kind, masks.astype(BITS).tobytes()


def link_rows(entities: Iterable[tuple[int, Entity]]) -> Iterator[tuple[Any, ...]]:
    """The links of each entity."""
    for number, entity in entities:
        for position, (name, target) in enumerate(entity.links.items()):
            yield number, position, f"{entity.kind}.{name}", target


def knowledge_of(nouns: Mapping[str, list[Any]]) -> Knowledge:
    """The knowledge base of the nouns of each part; raises VocabularyError."""
    parts = Parts(*(tuple(nouns.get(part, ())) for part in ("unit", "kind", "key", "attribute")))
    return Knowledge().plus(
        parts,
        sources=nouns.get("source", ()),
        entities=nouns.get("entity", ()),
        claims=nouns.get("claim", ()),
        acceptances=nouns.get("acceptance", ()),
    )
