"""A graph of claims as text, as a drawing that Graphviz reads, and as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kb.graph import Edge, Graph, Key, Sort, other

AGAIN = "(see above)"  # what it rests on, or what rests on it, stands where it stands first


def text(graph: Graph) -> str:
    """Two indented trees, of what a claim rests on and of what rests on it; nothing is unfolded twice."""
    lines = [named(graph, graph.centre)]
    for title, edges in (("rests on", graph.below), ("carries", graph.above)):
        lines += [f"  {title}", *(branches(graph, edges) if edges else ["    nothing"])]
    return "\n".join(lines) + "\n"


def branches(graph: Graph, edges: Iterable[Edge]) -> Iterator[str]:
    """The lines of a tree along some edges, which all lead away from the claim in the middle."""
    beside: dict[Key, list[Edge]] = {}
    for edge in edges:
        beside.setdefault(edge.above if edges is graph.below else edge.below, []).append(edge)
    told = {graph.centre}
    waiting = [(graph.centre, found, 2) for found in alike(graph, beside, graph.centre)]
    while waiting:
        start, (edge, count), depth = waiting.pop()
        key = other(edge, start)
        again = f" {AGAIN}" if key in told and beside.get(key) else ""
        often = f", {count} times" if count > 1 else ""
        yield f"{'  ' * depth}{edge.role}: {named(graph, key)}{often}{again}"
        if key not in told:
            told.add(key)
            waiting += [(key, found, depth + 1) for found in alike(graph, beside, key)]


def alike(graph: Graph, beside: Mapping[Key, Sequence[Edge]], at: Key) -> list[tuple[Edge, int]]:
    """The branches at a thing, the last one first; applications alike but for the readings of their inputs are one."""
    found: dict[object, list[Edge]] = {}
    for edge in beside.get(at, ()):
        key = other(edge, at)
        further = [(each.role, other(each, key)) for each in beside.get(key, ())]
        same = (edge.role, graph.nodes[key]["says"], *further) if key.sort is Sort.APPLICATION else edge
        found.setdefault(same, []).append(edge)
    return [(edges[0], len(edges)) for edges in reversed(found.values())]


def named(graph: Graph, key: Key) -> str:
    """A thing in a line."""
    said = graph.nodes[key]
    more = f" [{said['of']}]" if said["of"] else ""
    return f"{said['id']}  {said['says']}{more}"


def data(graph: Graph) -> dict[str, Any]:
    """Plain data: `above` rests on `below`."""
    return {
        "claim": graph.nodes[graph.centre]["id"],
        "nodes": [node_entry(key, said) for key, said in graph.nodes.items()],
        "edges": [
            {"above": graph.nodes[edge.above]["id"], "below": graph.nodes[edge.below]["id"], "role": edge.role}
            for edge in graph.edges
        ],
    }


def node_entry(key: Key, said: dict[str, str]) -> dict[str, str]:
    """One node as plain data."""
    if key.sort is Sort.APPLICATION:
        derivation, _, outcome = said["says"].partition(" ")
        return {"id": said["id"], "sort": key.sort.value, "derivation": derivation, "outcome": outcome}
    return {"id": said["id"], "sort": key.sort.value, "value": said["says"], "verdict": said["of"]}


def dot(graph: Graph) -> str:
    """A drawing in the language of Graphviz: arrows from what rests to what it rests on."""
    lines = ["digraph claims {", "  rankdir = BT;", "  node [shape = box];"]
    for key, said in graph.nodes.items():
        shape = ", shape = ellipse" if key.sort is Sort.APPLICATION else ""
        heavy = ", penwidth = 2" if key == graph.centre else ""
        label = "\n".join(filter(None, (said["id"], said["says"], said["of"])))
        lines.append(f"  {quoted(said['id'])} [label = {quoted(label)}{shape}{heavy}];")
    for edge in graph.edges:
        ends = (quoted(graph.nodes[key]["id"]) for key in (edge.above, edge.below))
        lines.append(f"  {' -> '.join(ends)} [label = {quoted(edge.role)}];")
    return "\n".join([*lines, "}"]) + "\n"


def quoted(name: str) -> str:
    """A text as Graphviz quotes it: what JSON escapes besides is nothing that a name has."""
    return json.dumps(name, ensure_ascii=False)
