"""What an application takes for granted, in words: which key of which claim is read how, whose premise, which variant.

It is told from the notes of the application and the stated rows behind it; where these do not tell which claim it is,
the general sentence of the note stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from kb.columns import MODES
from kb.links import DEEPEST, Links
from kb.model import Claim, Mode
from kb.notes import WORDS, Note
from kb.readings import ALL
from kb.rowtable import NONE, RowTable
from kb.texts import printed
from kb.vocabulary import Attribute, Parts

MOST_NAMED = 3


class Assumptions:
    """Puts into words what applications take for granted; `claim` looks a claim up by its number."""

    def __init__(self, table: RowTable, links: Links, claim: Callable[[int], Claim]) -> None:
        self.table = table
        self.columns = table.columns
        self.vocabulary = table.columns.vocabulary
        self.attributes: Sequence[Attribute] = tuple(table.columns.vocabulary.attributes.values())
        self.links = links
        self.claim = claim

    def words(self, notes: int, past: Iterable[int]) -> tuple[str, ...]:
        """One line for each assumption of an application, then the references that it uses."""
        rows = sorted({int(row) for row in past if row >= 0})
        standing = self.columns.claims.standing
        ordinary = [row for row in rows if standing[self.table.claim[row]] < 0]
        named = {
            Note.SILENCE: lambda: self._silence(rows, parted=False),
            Note.PART: lambda: self._silence(rows, parted=True),
            Note.BORROWED: lambda: self._premises(ordinary),
            Note.NARROWER: lambda: self._narrower(rows),
            Note.WIDER: lambda: self._wider(rows),
            Note.RETOLD: lambda: self._retold(ordinary),
            Note.HOLDERS: lambda: self._holders(ordinary),
            Note.INCOMPLETE: lambda: self._parts(rows),
        }
        lines: dict[str, None] = {}
        for note, general in WORDS.items():
            if notes & note and note is not Note.REFERENCE:
                found = list(named[note]()) if note in named else []
                lines.update(dict.fromkeys(found or [general]))
        used = sorted({int(self.table.claim[row]) for row in set(rows) - set(ordinary)})
        lines.update({f"{self.claim(number).statement} ({self.claim(number).source.cite})": None for number in used})
        return tuple(lines)

    # ------------------------------------------------------------------------------------------ scopes left open

    def _silence(self, rows: Sequence[int], *, parted: bool) -> Iterator[str]:
        """Keys that claims leave open, each with how it is read; those of one key and reading in one line.

        parted: only keys along which the same source names another part; else only the others.
        """
        more = ", although another part is named" if parted else ""
        opened = [each for each in self._open(rows) if parted is bool(self._named(*each))]
        lines: dict[str, list[int]] = {}
        for row, key in opened:
            how = self._read_as(row, key, self._left(rows, self.vocabulary.key_order[key]))
            if how:
                lines.setdefault(self._opened(row, key) + how + more, []).append(row)
        if not lines:  # what the parts that are named leave of a whole: more than the scopes of the rows can tell
            for row, key in opened:
                lines.setdefault(self._opened(row, key) + self._read_as(row, key, 0) + more, []).append(row)
        for line, mine in lines.items():
            yield line.format(self._places(mine))

    def _open(self, rows: Sequence[int]) -> Iterator[tuple[int, str]]:
        """(row, key) for each key that a claim leaves open and for which the vocabulary has a list."""
        for row in rows:
            for key, rule in self.attributes[self.table.attribute[row]].keys.items():
                if rule.silent is not None and self.columns.rows.silent[row] & self._bit(key):
                    yield row, key

    def _named(self, row: int, key: str) -> bool:
        """Whether the source of a claim names another part along a key that the claim leaves open."""
        return bool(self.table.parted[row] & self._bit(key))

    def _bit(self, key: str) -> np.uint32:
        return np.uint32(1 << self.vocabulary.key_order[key])

    def _opened(self, row: int, key: str) -> str:
        """What is open, with room for the claims that leave it so."""
        undisclosed = self.claim(int(self.table.claim[row])).scope.get(key) == "undisclosed"
        return f'"{key}" of {{}} is {"not disclosed" if undisclosed else "left open"}: read as '

    def _read_as(self, row: int, key: str, left: int) -> str:
        """How one key of one claim is read; nothing where it is read as the whole, which takes nothing for granted.

        left: the values of the key that every claim of the application leaves, as bits.
        """
        values, silent = self.vocabulary.keys[key], self.attributes[self.table.attribute[row]].keys[key].silent
        if silent is None or self.columns.rows.open[row] & self._bit(key):
            read = " or ".join(values.values_of(int(self.table.masks[row, self.vocabulary.key_order[key]])))
            return read + self._because(row, silent.given)
        fitting = [value for value in silent.values if left & values.mask([value])]
        if silent.first:
            return _first(silent.first, fitting)
        whole, *parts = silent.together
        if whole in fitting:
            return ""
        both = f"the whole ({whole}) or its main part ({' or '.join(parts)})"
        return f"its main part ({' or '.join(fitting)}), not the whole ({whole})" if fitting else both

    def _because(self, row: int, given: str | None) -> str:
        """Why only one reading of a key was open, where that hangs on a link."""
        about = self.attributes[self.table.attribute[row]].about
        world, subject = int(self.table.world[row]), int(self.table.subject[row])
        alone = given is not None and self._end(f"{about}.{given}", world, subject) == NONE
        return f", since no {given} is named" if alone else ""

    def _left(self, rows: Sequence[int], column: int) -> int:
        """The values of a key that the scopes of some rows, and what these are about, leave all together."""
        at = list(rows)
        own = self.columns.entities.own[self.table.subject[at], column]
        return int(np.bitwise_and.reduce(np.append(self.table.masks[at, column], own), initial=ALL))

    def _places(self, rows: Iterable[int]) -> str:
        return places(self.claim(int(self.table.claim[row])) for row in rows)

    # ------------------------------------------------------------------------------------------ whose it is

    def _premises(self, rows: Sequence[int]) -> Iterator[str]:
        """Premises among the inputs, by who sets them."""
        stipulated = MODES.index(Mode.PREMISE)
        said: dict[str, dict[str, None]] = {}
        for number in (int(self.table.claim[row]) for row in rows):
            if self.columns.claims.mode[number] == stipulated:
                claim = self.claim(number)
                told = f"{claim.attribute} of {printed(claim.value)} ({claim.source.cite} {claim.source.at})"
                said.setdefault(claim.holders[-1], {})[told] = None
        for holder, premises in said.items():
            are = "premises of {} are" if len(premises) > 1 else "a premise of {} is"
            yield f"{are.format(holder)} used: {listed(premises)}"

    def _holders(self, rows: Sequence[int]) -> Iterator[str]:
        """Who says the inputs, where they are several."""
        said: dict[str, list[int]] = {}
        for row in rows:
            said.setdefault(self.claim(int(self.table.claim[row])).holders[-1], []).append(row)
        if len(said) > 1:
            each = (f"{holder} ({self._places(mine)})" for holder, mine in said.items())
            yield f"inputs come from different holders: {listed(each)}"

    def _retold(self, rows: Sequence[int]) -> Iterator[str]:
        """The inputs that only a retold source gives."""
        source = self.columns.claims.source
        used = {int(source[self.table.claim[row]]) for row in rows}
        retold = {int(self.columns.retells[work]) for work in used} & used
        for row in rows:
            if int(source[self.table.claim[row]]) in retold:
                yield f"{self._attribute(row)} is from {self._places([row])}, which the source retells"

    # ------------------------------------------------------------------------------------------ families

    def _narrower(self, rows: Sequence[int]) -> Iterator[str]:
        """The variants whose figures are tried in turn, where a source names their family only."""
        meant = self._meant(rows)
        for row in self._travelling(rows):
            variant = int(self.table.subject[row])
            for world, family in meant if variant not in {entity for _, entity in meant} else ():
                if family in self._above(variant):
                    tried = self._variants(row, world, family)
                    others = f"; each variant was tried ({listed(tried)})" if len(tried) > 1 else ""
                    names = f"{self._name(family)} is a family: {self._attribute(row)} is that of {self._name(variant)}"
                    yield names + others

    def _wider(self, rows: Sequence[int]) -> Iterator[str]:
        """Figures of a family that stand in for one of its variants."""
        for row in self._travelling(rows):
            family = int(self.table.subject[row])
            for _, variant in self._meant(rows):
                if family in self._above(variant):
                    yield f"{self._attribute(row)} of {self._name(family)} stands in for that of {self._name(variant)}"

    def _travelling(self, rows: Sequence[int]) -> list[int]:
        """Rows of figures that are looked up in the family of what a source names."""
        factor = self.columns.claims.than >= 0
        return [
            row
            for row in rows
            if self.attributes[self.table.attribute[row]].travels and not factor[self.table.claim[row]]
        ]

    def _meant(self, rows: Sequence[int]) -> list[tuple[int, int]]:
        """(world, entity) of what the other rows of ordinary sources are about, and of what this is linked to."""
        travelling = set(self._travelling(rows))
        found: dict[tuple[int, int], None] = {}
        for row in rows:
            world = int(self.table.world[row])
            if row not in travelling and world != self.table.references:
                subject, than = int(self.table.subject[row]), int(self.columns.claims.than[self.table.claim[row]])
                ends = [*self._linked(self.attributes[self.table.attribute[row]].about, world, subject), than]
                found.update(dict.fromkeys((world, entity) for entity in (subject, *ends) if entity >= 0))
        return list(found)

    def _linked(self, kind: str, world: int, subject: int) -> Iterator[int]:
        """What something is linked to, its family left out."""
        for name, link in self.vocabulary.kinds[kind].links.items():
            if not link.wider:
                yield self._end(f"{kind}.{name}", world, subject)

    def _end(self, link: str, world: int, subject: int) -> int:
        number = self.vocabulary.attribute_order[link]
        return int(self.links.follow(number, np.array([world]), np.array([subject]))[0])

    def _above(self, entity: int) -> list[int]:
        """What an entity is within, nearest first."""
        above: list[int] = []
        while len(above) < DEEPEST and (entity := int(self.links.parent[entity])) >= 0:
            above.append(entity)
        return above

    def _variants(self, row: int, world: int, family: int) -> list[str]:
        """What is within a family and has a figure, in that world or among the references."""
        _, narrower = self.links.narrower(np.array([family]))
        worlds = np.repeat([world, self.table.references], len(narrower))
        position, _ = self.table.look(int(self.table.attribute[row]), worlds, np.tile(narrower, 2))
        return sorted({self._name(int(narrower[each % len(narrower)])) for each in position})

    # ------------------------------------------------------------------------------------------ parts

    def _parts(self, rows: Sequence[int]) -> Iterator[str]:
        """The parts that are named along a key, taken for all of them."""
        parts: dict[tuple[int, str], dict[str, None]] = {}
        for row in rows:
            for key, rule in self.attributes[self.table.attribute[row]].keys.items():
                column = self.vocabulary.key_order[key]
                if rule.parts in {Parts.SUM, Parts.MEAN} and not self.columns.rows.silent[row] >> np.uint32(column) & 1:
                    values = self.vocabulary.keys[key].values_of(int(self.table.masks[row, column]))
                    parts.setdefault((int(self.table.attribute[row]), key), {}).update(dict.fromkeys(values))
        for (attribute, key), named in parts.items():
            if len(named) > 1:
                whose = self.attributes[attribute].id
                yield f'the parts named by "{key}" of {whose} ({listed(named)}) are taken for all'

    # ------------------------------------------------------------------------------------------ names

    def _name(self, entity: int) -> str:
        name: str = self.columns.entity_ids[entity]
        return name

    def _attribute(self, row: int) -> str:
        return self.attributes[int(self.table.attribute[row])].id


def _first(values: Sequence[str], fitting: Sequence[str]) -> str:
    """The value of a `first` list that is taken: the first that the rest leaves."""
    if len(values) == 1:
        return values[0]
    return f"{fitting[0]}, the first of {', '.join(values)} that fits" if fitting else f"one of {', '.join(values)}"


def places(claims: Iterable[Claim], most: int = MOST_NAMED) -> str:
    """``memo p1.s0, p2.s1 and gazette p3``: where some claims stand, source by source."""
    cited: dict[str, dict[str, None]] = {}
    for claim in claims:
        cited.setdefault(claim.source.cite, {})[claim.source.at] = None
    return listed((at if i else f"{cite} {at}" for cite, each in cited.items() for i, at in enumerate(each)), most)


def listed(names: Iterable[str], most: int = MOST_NAMED) -> str:
    """Some names in a row, and how many more there are if that is more than one."""
    known = list(names)
    if len(known) > most + 1:
        known = [*known[:most], f"{len(known) - most:,} more"]
    return f"{', '.join(known[:-1])} and {known[-1]}" if len(known) > 1 else "".join(known)
