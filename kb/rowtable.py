"""The growing table of rows that slots are filled from: readings of claims, then implied values.

Rows of one attribute are found by (world, subject) with two binary searches. A world is a source together with what its
tiers reach; all references share one world of their own, after the sources.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kb.columns import KINDS, STANDINGS, Bits, Columns, Ints
from kb.model import Standing, ValueKind

HISTORY = 24  # claims that one implied value may come from; longer chains are left out and counted
NONE = -1
MIXED = -2  # in place of a holder: several


@dataclass(frozen=True, slots=True)
class Batch:
    """Implied rows to append, one for each application that makes them."""

    attribute: Ints
    subject: Ints
    world: Ints
    holder: Ints
    masks: Bits
    maker: Ints
    history: Ints  # a line each: stated rows, padded with -1
    origins: Ints  # a line each: codes of the applications behind it, padded with -1
    solved: Ints  # whether the value was found by going backward, here or further up
    notes: Bits


class Growing:
    """A column, or a table padded with -1, that rows are added to at its end; there is room for more than it has."""

    __slots__ = ("length", "room")

    def __init__(self, start: np.ndarray) -> None:
        self.room, self.length = start, len(start)

    def plus(self, more: np.ndarray) -> np.ndarray:
        """All of it, with some rows more."""
        start, end = self.length, self.length + len(more)
        self.reserve(end, more.shape[1:])
        self.put(start, more)
        self.length = end
        return self.room[:end]

    def reserve(self, end: int, width: tuple[int, ...]) -> None:
        """Sees that there is room for so many rows, each as wide as that at least; twice as much when there is not."""
        shape = (end, *(max(one, other) for one, other in zip(self.room.shape[1:], width, strict=True)))
        if all(has >= wanted for has, wanted in zip(self.room.shape, shape, strict=True)):
            return
        kept, self.room = self.room[: self.length], np.empty((2 * end, *shape[1:]), self.room.dtype)
        self.put(0, kept)

    def put(self, start: int, rows: np.ndarray) -> None:
        """Writes rows into the room, padded where they are narrower."""
        place = self.room[start : start + len(rows)]
        if rows.shape[1:] == place.shape[1:]:
            place[:] = rows
        else:
            place[:, : rows.shape[1]] = rows
            place[:, rows.shape[1] :] = NONE


COLUMNS = ("attribute", "subject", "world", "holder", "masks", "maker", "history", "origins", "solved", "notes")


class RowTable:
    """Columns of all rows, stated first; grows by batches of implied ones."""

    def __init__(self, columns: Columns) -> None:
        rows, claims = columns.rows, columns.claims
        self.columns = columns
        self.entities = len(columns.entity_ids)
        self.references = len(columns.source_ids)  # the world of all references
        standing = claims.standing[rows.claim]
        self.stated = len(rows.claim)
        self.claim = rows.claim
        self.attribute = claims.attribute[rows.claim]
        self.subject = claims.subject[rows.claim]
        self.world = np.where(standing >= 0, self.references, claims.source[rows.claim]).astype(np.int32)
        self.holder = claims.holder[rows.claim]
        self.masks, self._merged = self._together(rows.masks)
        self.first = rows.first
        self.maker = np.full(self.stated, NONE, np.int32)
        self.history = np.empty((0, 1), np.int32)  # as wide as the widest needs
        self.origins = np.empty((0, 1), np.int64)
        self.solved = np.empty(0, np.int32)
        self.notes = np.zeros(self.stated, np.uint32)
        self.loose = np.bincount(rows.claim, minlength=1)[rows.claim] > 1  # rests on a claim with several readings
        self._growing: dict[str, Growing] = {}
        self.version: dict[int, int] = {}
        self._factors: dict[int, Ints] = {}
        self._index: dict[int, tuple[Ints, Ints, Ints]] = {}  # places, where the rows of each start, rows
        self.usable = self._fillable(standing)
        self._by_attribute = self._split(np.flatnonzero(self.usable))
        self.whole = self._wholes()
        self.parted = self._parted()

    def __len__(self) -> int:
        return len(self.attribute)

    def every_reading(self, seen: Set[int]) -> bool:
        """Whether some stated rows are all that the claims of any of them can be read as."""
        claims = set(self.claim[list(seen)].tolist())
        return all(row in seen for claim in claims for row in self.readings(claim))

    def readings(self, claim: int) -> list[int]:
        """The rows of a claim that can fill slots."""
        return [row for row in range(self._starts[claim], self._starts[claim + 1]) if self.usable[row]]

    @cached_property
    def _starts(self) -> list[int]:
        """The first row of each claim, and the end."""
        every = np.arange(len(self.columns.claims.kind) + 1)
        starts: list[int] = np.searchsorted(self.columns.rows.claim, every).tolist()
        return starts

    def _fillable(self, standing: Ints) -> np.ndarray:
        """Rows that may fill a slot: no factors, no figures kept for comparison, no bounds that a definition sets."""
        rows, claims = self.columns.rows, self.columns.claims
        factor = claims.than[rows.claim] >= 0
        comparison = standing == STANDINGS.index(Standing.COMPARISON)
        bound = (standing >= 0) & ~(np.isfinite(rows.lo) & np.isfinite(rows.hi))
        return np.asarray(~(factor | comparison | bound | self._merged) & ~self._outdone())

    def _outdone(self) -> np.ndarray:
        """Said beats silent: readings of an open key that a sibling claim of the same source states outright."""
        rows = self.columns.rows
        out = np.zeros(self.stated, bool)
        for column in range(self.masks.shape[1]):
            bit = np.uint32(1 << column)
            open_ = np.flatnonzero(rows.open & bit)
            if not len(open_):
                continue
            masks = self.masks[:, column]
            outright = np.flatnonzero(((rows.silent & bit) == 0) & (masks != 0) & _single(masks))
            cells = (
                self._cell(each) * 33 + np.log2(np.maximum(masks[each], 1)).astype(np.int64)
                for each in (open_, outright)
            )
            out[open_] |= among(next(cells), np.sort(next(cells)))
        return out

    def _cell(self, rows: Ints) -> np.ndarray:
        """One integer for the attribute and the place of each row."""
        worlds = self.attribute[rows].astype(np.int64) * (self.references + 1) + self.world[rows]
        return worlds * self.entities + self.subject[rows]

    def _together(self, masks: Bits) -> tuple[Bits, np.ndarray]:
        """Scopes, where a key is open only to subjects with a link: of the others one row has all its readings at once.

        What a model without a base took to train is the same with and without the work on its base. Whoever tells the
        two apart says that there is one. Also tells which rows are the other readings, which are left aside.
        """
        vocabulary, claims, links = self.columns.vocabulary, self.columns.claims, self.columns.links
        masks, merged = masks.copy(), np.zeros(self.stated, bool)
        for number, attribute in enumerate(vocabulary.attributes.values()):
            for name, rule in attribute.keys.items():
                if rule.silent is None or rule.silent.given is None:
                    continue
                key, column = vocabulary.keys[name], vocabulary.key_order[name]
                link = vocabulary.attribute_order[f"{attribute.about}.{rule.silent.given}"]
                linked = np.union1d(claims.subject[claims.attribute == link], links.start[links.name == link])
                open_ = (self.columns.rows.open >> np.uint32(column)) & 1 == 1
                told = self.subject[~open_ & (self.attribute == number)]
                mine = open_ & (self.attribute == number) & ~np.isin(self.subject, np.union1d(linked, told))
                first = masks[:, column] == key.mask(rule.silent.values[:1])
                masks[mine & first, column] = key.mask(rule.silent.values)
                merged |= mine & ~first
        return masks, merged

    def _wholes(self) -> Bits:
        """For each row and key that a `together` list speaks for, the bit of the whole; nothing elsewhere."""
        rows, vocabulary = self.columns.rows, self.columns.vocabulary
        whole = np.zeros((self.stated, self.masks.shape[1]), np.uint32)
        for number, attribute in enumerate(vocabulary.attributes.values()):
            for name, rule in attribute.keys.items():
                if rule.silent is not None and rule.silent.together:
                    column = vocabulary.key_order[name]
                    silent = rows.silent & ~rows.open  # an undisclosed key has readings instead
                    mine = (self.attribute == number) & ((silent >> np.uint32(column)) & 1 == 1)
                    whole[mine, column] = vocabulary.keys[name].mask(rule.silent.together[:1])
        return whole

    def _parted(self) -> Bits:
        """For each row the silent keys along which a sibling claim of the same source names another part."""
        rows = self.columns.rows
        parted = np.zeros(self.stated, np.uint32)
        for column in range(self.masks.shape[1]):
            bit = np.uint32(1 << column)
            silent = np.flatnonzero(((rows.silent & bit) != 0) & (self.whole[:, column] != 0))
            if len(silent):
                said = np.flatnonzero(((rows.silent & bit) == 0) & _single(self.masks[:, column]))
                parted[silent[among(self._cell(silent), np.sort(self._cell(said)))]] |= bit
        return parted

    def _split(self, rows: Ints) -> dict[int, Ints]:
        attribute = self.attribute[rows]
        order = np.argsort(attribute, kind="stable")
        cuts = np.flatnonzero(np.diff(attribute[order])) + 1
        return {int(self.attribute[part[0]]): part for part in np.split(rows[order], cuts) if len(part)}

    def factors(self, attribute: int) -> Ints:
        """Readings of the claims that give a factor of another entity's value of the attribute."""
        if attribute not in self._factors:
            factor = self.columns.claims.than[self.claim[: self.stated]] >= 0
            self._factors[attribute] = np.flatnonzero(factor & (self.attribute[: self.stated] == attribute))
        return self._factors[attribute]

    def rows_of(self, attribute: int) -> Ints:
        """Every row that can fill a slot of the attribute."""
        return self._by_attribute.get(attribute, np.empty(0, np.int64))

    def place(self, world: Ints, subject: Ints) -> np.ndarray:
        """One integer for a subject in a world."""
        return world.astype(np.int64) * self.entities + subject

    def look(self, attribute: int, world: Ints, subject: Ints) -> tuple[Ints, Ints]:
        """Every row of the attribute about each subject: (position in the arguments, row), position by position."""
        if attribute not in self._index:
            rows = self._by_attribute.get(attribute, np.empty(0, np.int64))
            places = self.place(self.world[rows], self.subject[rows])
            order = np.argsort(places, kind="stable")
            starts: Ints = np.flatnonzero(np.diff(places[order], prepend=-1))
            self._index[attribute] = (places[order][starts], np.append(starts, len(rows)), rows[order])
        places, starts, rows = self._index[attribute]
        if not len(places):
            return np.empty(0, np.int64), rows
        wanted = self.place(world, subject)
        near = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
        return expand(starts[near], starts[near + (places[near] == wanted)], rows)

    def append(self, batch: Batch) -> Ints:
        """Add implied rows; gives their numbers."""
        start, count = len(self), len(batch.attribute)
        added = np.arange(start, start + count)
        more = {name: getattr(batch, name) for name in COLUMNS}
        more |= {"claim": np.full(count, NONE), "first": np.zeros(count, np.uint32), "usable": np.ones(count, bool)}
        more["loose"] = (self.loose[batch.history] & (batch.history != NONE)).any(axis=1)
        for name, column in more.items():
            growing = self._growing.setdefault(name, Growing(getattr(self, name)))
            setattr(self, name, growing.plus(column))
        for attribute in np.unique(batch.attribute):
            mine = added[batch.attribute == attribute]
            self._by_attribute[int(attribute)] = np.concatenate(
                [self._by_attribute.get(int(attribute), np.empty(0, np.int64)), mine]
            )
            self._index.pop(int(attribute), None)
            self.version[int(attribute)] = self.version.get(int(attribute), 0) + 1
        return added

    def past(self, rows: Ints) -> Ints:
        """The stated rows behind each row, itself for a stated one: a table padded with -1."""
        past = self._behind(self.history, rows)
        stated = rows < self.stated
        past[stated, 0] = rows[stated]
        return past

    def came_from(self, rows: Ints) -> Ints:
        """The codes of the applications behind each row: a table padded with -1."""
        return self._behind(self.origins, rows)

    def _behind(self, table: Ints, rows: Ints) -> Ints:
        implied = rows >= self.stated
        found = table[rows[implied] - self.stated]
        width = max(1, int((found != NONE).any(axis=0).sum()))  # every line is sorted, -1 last
        behind = np.full((len(rows), width), NONE, table.dtype)
        behind[implied] = found[:, :width]
        return behind

    def was_solved(self, rows: Ints) -> np.ndarray:
        """Whether each row's value was found by going backward somewhere."""
        solved = np.zeros(len(rows), bool)
        implied = rows >= self.stated
        solved[implied] = self.solved[rows[implied] - self.stated] != 0
        return solved

    def present(self) -> np.ndarray:
        """Each (world, subject) that an ordinary claim of any kind speaks of, packed by place()."""
        claims = self.columns.claims
        ordinary = claims.standing == NONE
        about = self.place(claims.source[ordinary], claims.subject[ordinary])
        factor = ordinary & (claims.than >= 0)
        return np.unique(np.concatenate([about, self.place(claims.source[factor], claims.than[factor])]))

    def subjects_with(self, attribute: int) -> Ints:
        """Entities of which any source says this attribute, other than that there is none."""
        claims = self.columns.claims
        said = (claims.attribute == attribute) & (claims.kind != KINDS.index(ValueKind.NONE))
        return np.unique(claims.subject[said])

    def subjects_without(self, attribute: int) -> Ints:
        """Entities of which some source says that there is none of this."""
        claims = self.columns.claims
        said = (claims.attribute == attribute) & (claims.kind == KINDS.index(ValueKind.NONE))
        return np.unique(claims.subject[said])


def expand(left: Ints, right: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """(position, row) for every row in each range [left, right)."""
    counts = right - left
    position = np.repeat(np.arange(len(left)), counts)
    offset = np.arange(len(position)) - np.repeat(np.cumsum(counts) - counts, counts)
    return position, rows[np.repeat(left, counts) + offset]


def _single(masks: Bits) -> np.ndarray:
    """Whether just one bit is set."""
    return np.asarray((masks & (masks - np.uint32(1))) == 0)


def among(values: Ints, known: Ints) -> np.ndarray:
    """Whether each value is one of those that are known, which are sorted."""
    if not len(known):
        return np.zeros(len(values), bool)
    return np.asarray(known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values)


def union(tables: list[Ints]) -> Ints:
    """The distinct values of each line of some tables padded with -1, largest first."""
    several = [table for table in tables if table.shape[1] > 1 or (table != NONE).any()] or tables[:1]
    if len(several) == 1:  # every line is sorted, and says each value once
        return several[0]
    merged = np.sort(np.concatenate(several, axis=1), axis=1)[:, ::-1]
    repeated = np.zeros_like(merged, bool)
    repeated[:, 1:] = merged[:, 1:] == merged[:, :-1]
    merged = np.sort(np.where(repeated, NONE, merged), axis=1)[:, ::-1]
    width = max(1, int((merged != NONE).any(axis=0).sum()))
    return np.ascontiguousarray(merged[:, :width])
