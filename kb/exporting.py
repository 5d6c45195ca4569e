"""What is known as one claim file: every record whole, in the order in which it became known.

That order makes a store that reads the file number everything as this one does.

The file is read back before it is handed over. What the reader completes then, such as the name that an entity has been
given since somebody linked to it, stands in the file: read again, it says the same, character by character.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from kb import corpus, safeyaml, yamlout
from kb.derived import entry
from kb.knowledge import Knowledge, Trouble
from kb.model import Claim, Noun, Value, ValueKind
from kb.vocabulary import Type
from kb.yamlout import Tree

HEAD = "# Everything that a knowledge base of Claimcheck knew; 'kb import --fresh FILE' makes another one of it.\n"
PART_HEAD = "# What a knowledge base of Claimcheck knew of some sources; 'kb import FILE' adds it to another one.\n"
WORDS = frozenset({ValueKind.NONE.value, ValueKind.UNDISCLOSED.value})  # what these say is never a term


@dataclass(frozen=True)
class Export:
    """The text of a file, and what of it cannot be read back as it is."""

    text: str
    troubles: tuple[Trouble, ...] = ()


def export(known: Knowledge, sources: Collection[str] = (), name: str = "export") -> Export:
    """Everything that is known, or what some sources say with all that it refers to; raises Unwritable."""
    head, chosen = (PART_HEAD, narrowed(known, sources)) if sources else (HEAD, known)
    text = head + text_of(chosen)
    read = corpus.read([(name, text.encode())])
    return Export(text, read.errors) if read.errors else Export(head + text_of(read.knowledge))


def is_too_large(text: str) -> bool:
    """Whether a file is larger than what is read at once."""
    return len(text.encode()) > safeyaml.Limits().bytes


# ------------------------------------------------------------------------------------------------ as a file has it


def text_of(known: Knowledge) -> str:
    """All sections of what is known."""
    filled: dict[str, Tree] = {name: found for name, found in sections(known) if found}
    return yamlout.written(filled) if filled else ""


def sections(known: Knowledge) -> Iterator[tuple[str, list[Tree]]]:
    """The records of each section, in an order in which each only needs those before it."""
    yield "units", list(known.unit_lines)
    yield "kinds", records("kind", known.vocabulary.kinds.values())
    yield "keys", records("key", known.vocabulary.keys.values())
    yield "attributes", records("attribute", known.attributes.values())
    yield "sources", records("source", known.sources.values())
    yield "entities", records("entity", known.entities.values())
    yield "claims", [claim_record(claim, known) for claim in known.claims.values()]
    yield "acceptances", records("acceptance", known.acceptances.values())


def records(part: str, nouns: Iterable[Noun]) -> list[Tree]:
    """Records as the store has them: what is as it would be without a word is left out."""
    return [fields_of(part, noun) for noun in nouns]


def fields_of(part: str, noun: Noun) -> dict[str, Tree]:
    """The fields of one record."""
    found: dict[str, Tree] = json.loads(entry(part, noun).body)
    return found


def claim_record(claim: Claim, known: Knowledge) -> Tree:
    """A claim with its value in the form that a file has."""
    quantity = known.vocabulary.attributes[claim.attribute].type is Type.QUANTITY
    return {**fields_of("claim", claim), "value": value_record(claim.value, sided=quantity)}


def value_record(value: Value, *, sided: bool) -> Tree:
    """A value in the form that a file has; sided: words for a quantity, high or low, have to be a list of terms."""
    if value.effect is not None:
        of: dict[str, Tree] = {"of": value.effect.of} if value.effect.of is not None else {}
        return {value.effect.direction.value: value.effect.on, **of}
    if value.kind is not ValueKind.TERM:
        return value.text if value.kind.value not in WORDS else value.kind.value
    terms: list[Tree] = list(value.terms)
    told: dict[str, Tree] = {"complete": value.complete, "announced": value.announced}
    if sided or any(each is not None for each in told.values()):
        return {"terms": terms, **{name: each for name, each in told.items() if each is not None}}
    return terms[0] if len(terms) == 1 and terms[0] not in WORDS else terms


# ------------------------------------------------------------------------------------------------ some sources alone


def narrowed(known: Knowledge, sources: Collection[str]) -> Knowledge:
    """What some sources say, with what it rests on, and with all sources and entities that this refers to."""
    claims = closure(
        [claim.id for claim in known.claims.values() if claim.source.cite in sources],
        known.claims,
        lambda claim: [rest.claim for rest in claim.rests_on],
    )
    cited = [*sources, *(claim.source.cite for claim in claims.values())]
    works = closure(cited, known.sources, lambda source: [source.retells] if source.retells else [])
    named = {name for claim in claims.values() for name in names_in(claim, known)}
    named |= {id_ for source in works.values() for name in source.by for id_ in known.find(name)}
    entities = closure(named, known.entities, lambda entity: entity.links.values())
    return replace(
        known,
        sources=works,
        claims=claims,
        entities=entities,
        acceptances={
            id_: each
            for id_, each in known.acceptances.items()
            if each.claims and all(pin.claim in claims for pin in each.claims)
        },
    )


def names_in(claim: Claim, known: Knowledge) -> Iterator[str]:
    """The entities that a claim names."""
    yield claim.subject
    yield from filter(None, (claim.than, claim.value.effect.of if claim.value.effect else None))
    if claim.value.kind is ValueKind.LINK:
        yield claim.value.text
    for holder in claim.holders:
        yield from known.find(holder)


def closure(start: Iterable[str], known: dict[str, Any], after: Any) -> dict[str, Any]:
    """What is known of some ids and of all that they lead to, in the order of what is known."""
    found, ahead = set[str](), list(start)
    while ahead:
        id_ = ahead.pop()
        if id_ in known and id_ not in found:
            found.add(id_)
            ahead.extend(after(known[id_]))
    return {id_: noun for id_, noun in known.items() if id_ in found}
