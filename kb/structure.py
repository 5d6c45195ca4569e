"""What is wrong with claims taken together: ends that lead nowhere, the same thing twice, circles."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kb.errors import KbError, did_you_mean
from kb.knowledge import Knowledge
from kb.model import Claim, Entity, Severity, ValueKind
from kb.readings import meanings
from kb.records import MEND, Fault, excerpt
from kb.roster import part
from kb.safeyaml import Node, Place
from kb.vocabulary import Vocabulary

MOST_NAMES = 1000  # among which a near one is looked for: comparing is slow


@dataclass(frozen=True)
class Placed:
    """A claim with the record it was read from."""

    claim: Claim
    node: Node


def told_twice(base: Iterable[Claim], new: Mapping[str, Placed]) -> Iterator[Fault]:
    """Faults of claims that say what another of the same source says in the same place; the later one is at fault."""
    sources = {placed.claim.source.cite for placed in new.values()}
    first = {content(claim): claim.id for claim in base if claim.source.cite in sources and claim.id not in new}
    for id_, placed in new.items():
        twin = first.setdefault(content(placed.claim), id_)
        if twin != id_:
            line = (
                f"{id_} says what {twin} says",
                "expected each thing of a place once",
                "delete one, or correct its place",
            )
            yield blamed(Fault(placed.node.place, line, "duplicate"), id_, twin)


def content(claim: Claim) -> Hashable:
    """What makes two claims the same claim."""
    source, value = claim.source, claim.value
    scope = tuple(claim.scope.items())
    said = value.kind, value.text, value.terms, value.complete, value.announced
    return source.cite, source.at, source.span, claim.subject, claim.attribute, scope, said, claim.than


def loose_ends(known: Collection[str], lost: Mapping[str, Place], new: Mapping[str, Placed]) -> Iterator[Fault]:
    """Faults of claims that rest on a claim nobody made."""
    near: dict[str, list[str]] = {}
    for id_, placed in new.items():
        for position, rest in enumerate(placed.claim.rests_on):
            if rest.claim in known:
                continue
            cite = f"{rest.claim.partition(':')[0]}:"
            if cite not in near:
                near[cite] = [other for other in known if other.startswith(cite)][:MOST_NAMES]
            line = loose_line(rest.claim, lost, near[cite])
            yield blamed(Fault(rest_place(placed.node, position), line, "dangling"), id_)


def loose_line(on: str, lost: Mapping[str, Place], near: Iterable[str]) -> tuple[str, str, str]:
    """What to say of a claim that nobody made."""
    if on in lost:
        return f"rests on {on}, which could not be read (see {lost[on]})", "expected a known claim", MEND
    found = f"rests on {excerpt(on)}, no claim{did_you_mean(on, near)}"
    return found, "expected a known claim", "correct it, or delete it"


def rest_place(node: Node, position: int) -> Place:
    """Where the id of the claim that another rests on is written."""
    rests = part(node, "rests_on")
    return part(rests.value[position], "claim").place if isinstance(rests.value, list) else node.place


def blamed(fault: Fault, *claims: str) -> Fault:
    """The fault with the claims it is about."""
    fault.claims = claims
    return fault


# ------------------------------------------------------------------------------------------------ mentioned nowhere


def orphans(
    knowledge: Knowledge, sources: Mapping[str, Node], entities: Mapping[str, Node], files: Collection[str]
) -> Iterator[Fault]:
    """Notes on sources and entities that nothing mentions, of files that make claims; other files define for others."""
    cited = {claim.source.cite for claim in knowledge.claims.values()}
    retold = {source.retells for source in knowledge.sources.values()}
    for id_, node in sources.items():
        if node.place.file in files and id_ not in cited | retold:
            found = f"no claim is taken from {id_}, and no source retells it"
            yield unused(id_, node, found, "expected at least one claim", "add what it says, or delete it")
    named = set(mentions(knowledge)) if entities else set()
    for id_, node in entities.items():
        if node.place.file in files and id_ not in named:
            found = f"nothing mentions {id_}"
            yield unused(id_, node, found, "expected a claim, a link or a source", "claim something, or delete it")


def mentions(knowledge: Knowledge) -> Iterator[str]:
    """Every entity that a claim is about, compares with or leads to, that says something, or that another links to."""
    said: set[str] = set()
    for claim in knowledge.claims.values():
        yield claim.subject
        said.update(claim.holders)
        if claim.than is not None:
            yield claim.than
        if claim.value.kind is ValueKind.LINK:
            yield claim.value.text
        if claim.value.effect is not None and claim.value.effect.of is not None:
            yield claim.value.effect.of
    for source in knowledge.sources.values():
        said.update(source.by)
    for name in said:
        yield from knowledge.find(name)
    for entity in knowledge.entities.values():
        yield from (target for target in entity.links.values() if target != entity.id)


def unused(id_: str, node: Node, found: str, expected: str, remedy: str) -> Fault:
    """The note on a record that nothing mentions."""
    fault = Fault(node.place, (found, expected, remedy), "orphan", Severity.NOTE)
    fault.about = id_
    return fault


# ------------------------------------------------------------------------------------------------ circles


def circles(knowledge: Knowledge, nodes: Mapping[str, Node], new: Mapping[str, Placed]) -> Iterator[Fault]:
    """Faults of claims that rest on themselves, and of entities inside themselves; `nodes` are of new entities."""
    rests = [(id_, rest.claim) for id_, claim in knowledge.claims.items() for rest in claim.rests_on]
    placed = {id_: placed.node for id_, placed in new.items()}
    for circle in rounds(rests, placed):
        line = f"{' rests on '.join(circle)}", "expected no circle", "delete one of these rests_on"
        yield blamed(Fault(min_place(circle, placed), line, "cycle"), *circle[:-1])
    kinds = knowledge.vocabulary.kinds.values()
    wider = {f"{kind.id}.{name}" for kind in kinds for name, link in kind.links.items() if link.wider}
    said = list(wider_claims(knowledge, new, wider))
    defined = [
        (entity.id, target)
        for entity in knowledge.entities.values()
        for name, target in entity.links.items()
        if f"{entity.kind}.{name}" in wider
    ]
    subjects = {placed.claim.subject: placed.node for placed, _ in said} | dict(nodes)
    for circle in rounds(defined + [edge for _, edge in said], subjects):
        line = f"{' within '.join(circle)}", "expected no circle", "correct one of these links"
        claims = [one.claim.id for one, edge in said if edge in set(pairs(circle))]
        yield blamed(Fault(min_place(circle, subjects), line, "cycle"), *claims)


def wider_claims(
    knowledge: Knowledge, new: Mapping[str, Placed], wider: Collection[str]
) -> Iterator[tuple[Placed, tuple[str, str]]]:
    """The new claims that put one entity within another."""
    for placed in new.values():
        claim = placed.claim
        if claim.attribute in wider and claim.value.kind is ValueKind.LINK and claim.value.text in knowledge.entities:
            yield placed, (claim.subject, claim.value.text)


def rounds(edges: list[tuple[str, str]], new: Collection[str]) -> Iterator[list[str]]:
    """One circle of each knot that some new node is in, from its least new node back to it."""
    if not edges:
        return
    import networkx as nx  # noqa: PLC0415  # slow to import, and most files have nothing to be searched

    graph: Any = nx.DiGraph(sorted(set(edges)))  # not typed in full
    fresh = set(new)
    for knot in nx.strongly_connected_components(graph):
        if not (starts := knot & fresh):
            continue
        start = min(starts)
        ways = [nx.shortest_path(graph, after, start) for after in graph.successors(start) if after in knot]
        if ways:
            yield [start, *min(ways, key=lambda way: (len(way), way))]


def pairs(circle: list[str]) -> Iterator[tuple[str, str]]:
    """The steps of a circle."""
    return pairwise(circle)


def min_place(circle: Iterable[str], nodes: Mapping[str, Node]) -> Place:
    """The first place at which some of a circle is written."""
    return min(
        (nodes[id_].place for id_ in circle if id_ in nodes), key=lambda place: (place.file, place.line, place.column)
    )


# ------------------------------------------------------------------------------------------------ a revised vocabulary


def outgrown(base: Knowledge, known: Knowledge) -> dict[str, str]:
    """Parts of the vocabulary, such as ``key season``, that were revised although something of the base needs them."""
    turned = any(known.entities[id_].kind != entity.kind for id_, entity in base.entities.items())
    if not turned and known.vocabulary == base.vocabulary and known.unit_lines == base.unit_lines:
        return {}
    needs = [
        (entity.id, need)
        for entity in base.entities.values()
        if known.entities[entity.id] is entity
        for need in entity_needs(entity, known.vocabulary)
    ]
    needs += [
        (claim.id, need)
        for claim in base.claims.values()
        if known.claims[claim.id] is claim
        for need in claim_needs(claim, base, known)
    ]
    return {part: f"{id_} {reason}" for id_, (part, reason) in reversed(needs)}


def entity_needs(entity: Entity, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """What an entity needs and a vocabulary lacks, each with the part that should have it."""
    kind = vocabulary.kinds[entity.kind]
    for name in entity.links.keys() - kind.links.keys():
        yield f"kind {kind.id}", f"has the link {name}"
    for key, value in entity.own.items():
        if key not in kind.own:
            yield f"kind {kind.id}", f"has a {key} of its own"
        elif value not in vocabulary.keys[key].order:
            yield f"key {key}", f"has the {key} {value}"


def claim_needs(claim: Claim, base: Knowledge, known: Knowledge) -> Iterator[tuple[str, str]]:
    """What a claim needs and a knowledge base lacks."""
    attribute = known.vocabulary.attributes.get(claim.attribute)
    if attribute is None:
        yield f"kind {claim.attribute.rpartition('.')[0]}", f"is about {claim.attribute}"
        return
    part_ = f"attribute {attribute.id}"
    if attribute.about != known.entities[claim.subject].kind:
        yield part_, f"is about {claim.subject}"
        yield f"entity {claim.subject}", f"says its {attribute.id}"
    for key, value in claim.scope.items():
        if key not in attribute.keys:
            yield part_, f"says its {key}"
        elif value not in known.vocabulary.keys[key].order and value != "undisclosed":
            yield f"key {key}", f"has the {key} {value}"
    same = attribute == base.vocabulary.attributes[attribute.id]
    if claim.value.kind is ValueKind.QUANTITY and not (same and known.unit_lines == base.unit_lines):
        try:
            kept = meanings(claim, attribute, known.units)
            kept = kept if not same or kept == meanings(claim, attribute, base.units) else []
        except KbError:
            kept = []
        if not kept:
            yield "units" if same else part_, f"has the value {excerpt(claim.value.text)}"
