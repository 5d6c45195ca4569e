"""Following links from many subjects at once: by definition, or as the sources of a world claim them."""

from __future__ import annotations

import numpy as np

from kb.columns import KINDS, Columns, Ints
from kb.model import ValueKind
from kb.rowtable import NONE, RowTable, expand
from kb.vocabulary import Vocabulary

DOUBLED = -2
DEEPEST = 16  # families deeper than this are cut; a cycle ends here too


class Links:
    """Every link as a join; a missing link gives -1, one with two ends -2."""

    def __init__(self, columns: Columns, table: RowTable) -> None:
        self.columns = columns
        self.table = table
        self._defined: dict[int, Ints] = {}
        self._claimed: dict[int, tuple[Ints, Ints, Ints]] = {}
        self.parent = self._parents()
        self.wider = self._closure()

    def follow(self, link: int, world: Ints, subject: Ints) -> Ints:
        """The end of a single-valued link: what the world's own source says, else references, else the definition."""
        end = self._claim_end(link, world, subject)
        for elsewhere in (np.full_like(world, self.table.references), self.retold(world)):
            missing = end == NONE
            if missing.any():
                end[missing] = self._claim_end(link, elsewhere[missing], subject[missing])
        missing = end == NONE
        end[missing] = self._definition(link)[subject[missing]]
        return end

    def follow_many(self, link: int, world: Ints, subject: Ints) -> tuple[Ints, Ints]:
        """Every end of a link: (position in the arguments, entity)."""
        places, ends, _ = self._claims_of(link)
        wanted = self.table.place(world, subject)
        return expand(np.searchsorted(places, wanted, "left"), np.searchsorted(places, wanted, "right"), ends)

    def narrower(self, subject: Ints) -> tuple[Ints, Ints]:
        """(position, entity) of everything within each subject."""
        inside, outside = self.wider
        left, right = np.searchsorted(outside, subject, "left"), np.searchsorted(outside, subject, "right")
        return expand(left, right, inside)

    def broader(self, subject: Ints) -> Ints:
        """What each subject is directly within; -1 for nothing, and where there is no subject."""
        return np.where(subject >= 0, self.parent[subject], NONE)

    def retold(self, world: Ints) -> Ints:
        """The source that each world's own one retells; -1 for none."""
        retells = np.append(self.columns.retells, NONE)
        return np.where(world >= 0, retells[np.minimum(world, len(retells) - 1)], NONE).astype(world.dtype)

    def _claims_of(self, link: int) -> tuple[Ints, Ints, Ints]:
        if link not in self._claimed:
            claims = self.columns.claims
            mine = np.flatnonzero((claims.attribute == link) & (claims.kind == KINDS.index(ValueKind.LINK)))
            world = np.where(claims.standing[mine] >= 0, self.table.references, claims.source[mine])
            places = self.table.place(world.astype(np.int64), claims.subject[mine])
            ends = claims.target[mine]
            order = np.lexsort((ends, places))
            places, ends = places[order], ends[order]
            same = np.zeros(len(places), bool)
            same[1:] = (places[1:] == places[:-1]) & (ends[1:] == ends[:-1])
            places, ends = places[~same], ends[~same]
            single = ends.copy()
            clash = np.zeros(len(places), bool)
            clash[1:] |= places[1:] == places[:-1]
            clash[:-1] |= places[1:] == places[:-1]
            single[clash | (single == NONE)] = DOUBLED  # an unknown name is an end that cannot be followed
            self._claimed[link] = (places, ends, single)
        return self._claimed[link]

    def _claim_end(self, link: int, world: Ints, subject: Ints) -> Ints:
        places, _, single = self._claims_of(link)
        end = np.full(len(subject), NONE, np.int64)
        if len(places):
            wanted = self.table.place(world.astype(np.int64), subject)
            at = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
            found = (places[at] == wanted) & (subject >= 0) & (world >= 0)
            end[found] = single[at[found]]
        return end

    def _definition(self, link: int) -> Ints:
        """For each entity the end of the link, and -1 for the position -1."""
        if link not in self._defined:
            links = self.columns.links
            ends = np.full(len(self.columns.entity_ids) + 1, NONE, np.int64)
            mine = links.name == link
            ends[links.start[mine]] = links.end[mine]
            self._defined[link] = ends
        return self._defined[link]

    def _parents(self) -> Ints:
        """What each entity is directly within, by a link marked wider; -1 for nothing."""
        vocabulary = self.columns.vocabulary
        names = [number for name, number in vocabulary.attribute_order.items() if _is_wider(name, vocabulary)]
        links = self.columns.links
        mine = np.isin(links.name, names)
        parent = np.full(len(self.columns.entity_ids), NONE, np.int64)
        parent[links.start[mine]] = links.end[mine]
        return parent

    def _closure(self) -> tuple[Ints, Ints]:
        """(inside, outside) for every pair that links marked wider join, however far apart; sorted by outside."""
        inside = np.flatnonzero(self.parent != NONE)
        outside = self.parent[inside]
        pairs = [(inside, outside)]
        for _ in range(DEEPEST):
            going = (self.parent[outside] != NONE) & (self.parent[outside] != inside)
            inside, outside = inside[going], self.parent[outside[going]]
            pairs.append((inside, outside))
        inside, outside = (np.concatenate(side) for side in zip(*pairs, strict=True))
        order = np.lexsort((inside, outside))
        return inside[order], outside[order]


def _is_wider(attribute: str, vocabulary: Vocabulary) -> bool:
    kind, _, link = attribute.rpartition(".")
    return (
        kind in vocabulary.kinds and link in vocabulary.kinds[kind].links and vocabulary.kinds[kind].links[link].wider
    )
