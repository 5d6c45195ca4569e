"""What a claim rests on and what rests on it: by what its source says, and by the derivations that use it.

The driver alone answers from what is kept of an examination; other rows of the same two tables can stand in for that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from kb.errors import Ambiguous, NotFound
from kb.kept import fresh, opened
from kb.lists import value_of
from kb.model import Claim
from kb.storeplace import Damaged
from kb.storeviews import RECORD


class Sort(StrEnum):
    """What stands in a graph."""

    CLAIM = "claim"
    APPLICATION = "application"


class Key(NamedTuple):
    """A claim or an application by its number."""

    sort: Sort
    number: int


class Edge(NamedTuple):
    """That one thing rests on another: in a role, as the value of a slot, or as what an application gives."""

    above: Key
    below: Key
    role: str


Step: TypeAlias = Callable[[sqlite3.Connection, Key], Iterator[Edge]]


@dataclass
class Graph:
    """Some claims and applications around one claim, and how they rest on each other."""

    centre: Key
    nodes: dict[Key, dict[str, str]] = field(default_factory=dict)
    below: dict[Edge, None] = field(default_factory=dict)  # in the order in which they were found
    above: dict[Edge, None] = field(default_factory=dict)

    @property
    def edges(self) -> list[Edge]:
        """All of them, each once."""
        return list(self.below | self.above)


RESTS = (
    "SELECT l.number, g.role FROM restrow g JOIN latest l ON l.part = 'claim' AND l.name = g.basis "
    "WHERE g.claim = ? ORDER BY g.position"
)
RESTING = (
    "SELECT g.claim, g.role FROM restrow g WHERE g.basis = "
    "(SELECT name FROM latest WHERE part = 'claim' AND number = ?) ORDER BY g.claim, g.position"
)
GIVING = "SELECT number FROM applicationrow WHERE output = ? ORDER BY number"
TAKING = "SELECT application, slot FROM inputrow WHERE {} = ? ORDER BY application, position"
INPUTS = "SELECT slot, claim, implied FROM inputrow WHERE application = ? ORDER BY position"
OUTPUT = "SELECT output FROM applicationrow WHERE number = ? AND output IS NOT NULL"
GIVES = "gives"
CLAIM = (
    f"SELECT r.body, (SELECT v.verdict FROM verdictrow v WHERE v.claim = l.number) FROM {RECORD} "
    "WHERE l.part = 'claim' AND l.number = ?"
)
APPLICATION = "SELECT derivation, outcome, attribute FROM applicationrow WHERE number = ?"
NAMED = (
    "SELECT number, name FROM latest WHERE part = 'claim' AND name = :name UNION ALL "
    "SELECT number, name FROM latest WHERE part = 'claim' AND substr(name, instr(name, ':') + 1) = :name "
    "AND NOT EXISTS (SELECT 1 FROM latest WHERE part = 'claim' AND name = :name)"
)


def around(
    path: Path, claim: str, depth: int, found: dict[str, Sequence[tuple[Any, ...]]] | None = None
) -> Graph | None:
    """What is within so many steps from a claim, of what is kept or of the rows that were found.

    None if no rows are given and what is kept is stale; raises NotFound, Ambiguous, Damaged.
    """
    try:
        with opened(path) as db:
            if found is None and not fresh(db):
                return None
            for table, rows in (found or {}).items():
                stand_in(db, table, rows)
            graph = Graph(Key(Sort.CLAIM, number_of(db, claim)))
            spread(db, graph.centre, below, graph.below, depth)
            spread(db, graph.centre, above, graph.above, depth)
            graph.nodes = {key: node(db, key) for key in keys(graph)}
            return graph
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise Damaged(path, str(error).splitlines()[0]) from error


def stand_in(db: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Lets rows stand in for those of a table, for this connection."""
    db.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table} WHERE 0")
    if rows:
        db.executemany(f"INSERT INTO temp.{table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


def number_of(db: sqlite3.Connection, name: str) -> int:
    """The number of the claim with that id, or with that end of an id if only one has it."""
    found: list[tuple[int, str]] = db.execute(NAMED, {"name": name}).fetchall()
    if len(found) > 1:
        raise Ambiguous(name, [id_ for _, id_ in found])
    if not found:
        ids = [id_ for (id_,) in db.execute("SELECT name FROM latest WHERE part = 'claim'")]
        raise NotFound("claim", name, [*ids, *(id_.partition(":")[2] for id_ in ids)], "kb list")
    return found[0][0]


# ------------------------------------------------------------------------------------------------ from one to the next


def below(db: sqlite3.Connection, at: Key) -> Iterator[Edge]:
    """What a thing rests on."""
    if at.sort is Sort.CLAIM:
        for number, role in db.execute(RESTS, (at.number,)):
            yield Edge(at, Key(Sort.CLAIM, number), role)
        for (number,) in db.execute(GIVING, (at.number,)):
            yield Edge(at, Key(Sort.APPLICATION, number), GIVES)
    else:
        for slot, claim, implied in db.execute(INPUTS, (at.number,)):
            under = Key(Sort.APPLICATION, implied) if claim is None else Key(Sort.CLAIM, claim)
            yield Edge(at, under, slot)


def above(db: sqlite3.Connection, at: Key) -> Iterator[Edge]:
    """What rests on a thing."""
    column = "claim" if at.sort is Sort.CLAIM else "implied"
    if at.sort is Sort.CLAIM:
        for number, role in db.execute(RESTING, (at.number,)):
            yield Edge(Key(Sort.CLAIM, number), at, role)
    for (number,) in db.execute(OUTPUT, (at.number,)) if at.sort is Sort.APPLICATION else ():
        yield Edge(Key(Sort.CLAIM, number), at, GIVES)
    for number, slot in db.execute(TAKING.format(column), (at.number,)):
        yield Edge(Key(Sort.APPLICATION, number), at, slot)


def spread(db: sqlite3.Connection, centre: Key, step: Step, edges: dict[Edge, None], depth: int) -> None:
    """Adds what so many steps in one direction reach; everything is gone on from once, so that a circle ends.

    The application between two claims is no step of its own; one whose value no claim states is a step like a claim.
    """
    known, outer = {centre}, [centre]
    for _ in range(depth):
        reached = dict.fromkeys(key for at in outer for key in beyond(db, at, step, edges))
        outer = [key for key in reached if key not in known]
        known.update(outer)


def beyond(db: sqlite3.Connection, at: Key, step: Step, edges: dict[Edge, None]) -> Iterator[Key]:
    """What one step reaches from a thing: from a claim through the applications beside it to what is behind them."""
    for edge in step(db, at):
        edges[edge] = None
        key = other(edge, at)
        if at.sort is Sort.CLAIM and key.sort is Sort.APPLICATION:
            for further in step(db, key):
                edges[further] = None
                yield other(further, key)
        else:
            yield key


def other(edge: Edge, key: Key) -> Key:
    """The other end of an edge."""
    return edge.below if edge.above == key else edge.above


def keys(graph: Graph) -> Iterable[Key]:
    """Everything in a graph, the claim in its middle first."""
    return dict.fromkeys([graph.centre, *(key for edge in graph.edges for key in (edge.above, edge.below))])


def node(db: sqlite3.Connection, key: Key) -> dict[str, str]:
    """What is said of a thing."""
    if key.sort is Sort.APPLICATION:
        [(derivation, outcome, attribute)] = db.execute(APPLICATION, (key.number,))
        return {"id": f"#{key.number}", "is": "application", "says": f"{derivation} {outcome}", "of": attribute or ""}
    [(body, verdict)] = db.execute(CLAIM, (key.number,))
    claim = Claim.model_validate_json(body)
    judged = "reference" if claim.standing is not None else verdict or ""
    return {"id": claim.id, "is": "claim", "says": value_of(claim), "of": judged}
