r"""Claim files: whatever they say on top of what is known, and every line of them that cannot be read.

>>> harbour = b'''
... kinds: [{id: crane, meaning: Lifts containers.}]
... units: ["tonne = [mass] = t"]
... attributes: [{id: crane.load, about: crane, meaning: What it can lift., unit: tonne}]
... sources: [{id: brochure, kind: article, title: Our cranes}]
... entities: [{id: Big Bertha, kind: crane}]
... claims:
...   - {id: load, statement: She lifts forty., subject: big bertha, attribute: crane.load, value: about 40 t,
...      holders: [the port], source: {cite: brochure, at: p1}}
...   - {id: typo, statement: She lifts more., subject: Big Berta, attribute: crane.load, value: 41 t,
...      holders: [the port], source: {cite: brochure, at: p2}}
... '''
>>> corpus = read([("harbour.yaml", harbour)])
>>> corpus.knowledge.claims["brochure:load"].subject
'Big Bertha'
>>> [trouble] = corpus.troubles
>>> print(trouble.code, trouble.place, trouble.message.replace("; ", "\n"), sep="\n")
dangling
harbour.yaml:10:53
no crane 'Big Berta'
did you mean 'Big Bertha'?
expected an entity or one of its names
correct it, or declare it under entities:
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from kb import safeyaml
from kb.assertions import Defaults, Given, Reader
from kb.errors import KbError, a, did_you_mean, nearest
from kb.fingerprints import shipped
from kb.glossary import glossary
from kb.knowledge import Corpus, Knowledge, New, Parts, Trouble, collector_paused, unit_name
from kb.model import Acceptance, Entity, Severity, Source
from kb.records import MEND, Fault, excerpt, noun, plain
from kb.roster import Roster, part
from kb.safeyaml import Node, Place
from kb.sections import Record, Sections
from kb.structure import Placed, circles, loose_ends, orphans, outgrown, told_twice
from kb.watching import Watch, unwatched

__all__ = ["Corpus", "File", "New", "NoFile", "Trouble", "read", "shipped"]

File: TypeAlias = (
    Path | tuple[str, bytes] | Node
)  # a path, a name with its content, or what an importer made of a table


class NoFile(KbError):
    """A path at which nothing can be read."""

    exit_code = 2

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"no file {str(path)!r} ({reason}); expected a file of claims; correct the path")
        self.path = path


def read(
    files: Iterable[File], base: Knowledge | None = None, watch: Watch = unwatched, *, by_hand: bool = False
) -> Corpus:
    """What these files say on top of `base`, whatever their order; raises NoFile.

    A record that cannot be read becomes a Trouble, and everything else is read all the same. The base must have its
    claims if the files may rest on them or repeat them. by_hand: whether somebody wrote a table among them as claims.
    """
    known, again, needed = base or Knowledge(), list(files), dict[str, str]()
    with collector_paused():
        while True:
            corpus = Reading(again, known, needed, watch, by_hand=by_hand).corpus()
            more = outgrown(known, corpus.knowledge)
            if more.keys() <= needed.keys():
                return corpus
            needed |= more  # these parts of the base's vocabulary stay as they are


class Reading:
    """One reading of some files, from their bytes to a corpus; the vocabulary of all comes before the claims of any."""

    def __init__(
        self,
        files: Sequence[File],
        base: Knowledge,
        needed: Mapping[str, str],
        watch: Watch,
        *,
        by_hand: bool,
    ) -> None:
        self.base = base
        self.needed = needed
        self.watch = watch
        self.by_hand = by_hand
        self.rejected: list[Fault] = []
        self.tables: list[Node] = []
        self.sections = Sections(sorted(self.roots(watch(files, "reading files")), key=lambda root: root.place.file))

    def roots(self, files: Iterable[File]) -> Iterator[Node]:
        """The files that are YAML at all."""
        for file in files:
            try:
                if isinstance(file, Node):
                    self.tables.append(file)
                yield file if isinstance(file, Node) else safeyaml.read(*content(file))
            except safeyaml.Rejected as error:
                self.rejected.append(Fault(error.place, (error.found, error.expected, error.remedy)))

    def corpus(self) -> Corpus:
        """Everything that the files say."""
        parts = glossary(self.sections, self.base, self.needed)
        sources = self.sections.records("sources", Source)
        known = self.base.plus(parts, sources=(record.noun for record in sources.values()))
        self.check_retelling(known, sources)
        known, roster, entities = self.entities(known)
        claims = self.claims(known, roster)
        acceptances = [record.noun for record in self.sections.records("acceptances", Acceptance).values()]
        made = (placed.claim for placed in claims.values())
        known = known.plus(entities=roster.made, claims=made, acceptances=acceptances)
        self.sections.faults.extend(loose_ends(known.claims, self.sections.lost, claims))
        declared = {id_: record.node for id_, record in entities.items()}
        self.sections.faults.extend(circles(known, declared, claims))
        told = {id_: record.node for id_, record in sources.items()}
        self.sections.faults.extend(orphans(known, told, declared, self.telling(claims)))
        new = New(
            **named(parts),
            sources=tuple(sources),
            entities=(*entities, *(entity.id for entity in roster.made)),
            claims=tuple(claims),
            acceptances=tuple(acceptance.id for acceptance in acceptances),
        )
        faults = sorted(self.rejected + self.sections.faults, key=lambda fault: in_order(fault.place))
        troubles = tuple(fault.trouble() for fault in told_once(faults))
        return Corpus(known, new, {id_: str(placed.node.place) for id_, placed in claims.items()}, troubles)

    def check_retelling(self, known: Knowledge, sources: dict[str, Record[Source]]) -> None:
        """Every source that is said to be retold must be one, and not by way of itself."""
        for id_, record in sources.items():
            origin, place = record.noun.retells, part(record.node, "retells").place
            if origin is not None and origin not in known.sources:
                found = f"{id_} retells {excerpt(origin)}, no source{did_you_mean(origin, known.sources)}"
                line = found, "expected a known source", "correct it, or define it under sources:"
                self.sections.faults.append(Fault(place, line, "dangling"))
            chain = [id_]
            while origin is not None and origin in known.sources and origin not in chain:
                chain.append(origin)
                origin = known.sources[origin].retells
            if origin == id_ and id_ == next(link for link in sources if link in chain):  # each circle once
                line = " retells ".join([*chain, id_]), "expected no circle", "delete one of these retells"
                self.sections.faults.append(Fault(place, line, "cycle"))

    # -------------------------------------------------------------------------------------------- entities

    def entities(self, known: Knowledge) -> tuple[Knowledge, Roster, dict[str, Record[Entity]]]:
        """What is known with the entities of the files, and the roster on which claims find them."""
        read = self.sections.records("entities", Entity)
        good = {
            id_: record
            for id_, record in read.items()
            if self.kind_is_known(known, record) and self.kind_is_kept(record)
        }
        lost = {
            id_.removeprefix("entity "): place for id_, place in self.sections.lost.items() if id_.startswith("entity ")
        }
        roster = Roster(known.plus(entities=(record.noun for record in good.values())), lost)
        for id_, record in good.items():
            entity, faults = roster.completed(record.noun, record.node)
            self.sections.faults.extend(faults)
            roster.entities[id_] = entity
            good[id_] = Record(entity, record.node)
        roster.knowledge = known.plus(entities=(record.noun for record in good.values()))
        return roster.knowledge, roster, good

    def kind_is_known(self, known: Knowledge, record: Record[Entity]) -> bool:
        """Whether an entity is of a kind of the vocabulary; takes it down otherwise."""
        kinds, kind = known.vocabulary.kinds, record.noun.kind
        if kind not in kinds:
            found = f"{record.noun.id} is {a(kind)}, no kind{did_you_mean(kind, kinds)}"
            line = found, f"expected one of {', '.join(kinds)}", "correct it, or define it under kinds:"
            self.sections.faults.append(Fault(part(record.node, "kind").place, line, "dangling"))
            self.sections.lose("entity", record.node)
        return kind in kinds

    def kind_is_kept(self, record: Record[Entity]) -> bool:
        """Whether nothing that is known needs the entity as it was; takes it down otherwise."""
        if (reason := self.needed.get(f"entity {record.noun.id}")) is not None:
            found = f"{record.noun.id} as {a(record.noun.kind)}, but {reason}"
            line = found, "expected a revision that fits what is known", "keep its kind, or choose another id"
            self.sections.faults.append(Fault(part(record.node, "kind").place, line))
        return reason is None

    # -------------------------------------------------------------------------------------------- claims

    def claims(self, known: Knowledge, roster: Roster) -> dict[str, Placed]:
        """The claims of the files that can be known, by their ids."""
        reader = Reader(known, roster, self.sections.lost)
        found: dict[str, Placed] = {}
        for file in self.sections.files:
            defaults = self.defaults(file, known)
            for node in self.watch(list(self.sections.items("claims", [file])), "reading claims"):
                claim, faults = reader.read(node, defaults)
                self.sections.faults.extend(faults)
                if claim is None:
                    self.sections.lost.update((id_, node.place) for fault in faults for id_ in fault.claims)
                else:
                    self.keep(found, Placed(claim, node))
            if defaults.uncited is not None and defaults.uncited.claims:
                self.sections.faults.append(defaults.uncited)
        for fault in list(told_twice(self.base.claims.values(), found)):
            self.sections.faults.append(fault)
            del found[fault.claims[0]]
        return found

    def keep(self, found: dict[str, Placed], placed: Placed) -> None:
        """Takes a claim in, unless its id is taken."""
        id_ = placed.claim.id
        first = found.setdefault(id_, placed)
        if first is not placed:
            line = f"claim {id_} again (first in {first.node.place})", "expected each id once", "delete or rename one"
            fault = Fault(part(placed.node, "id").place, line, "duplicate")
            fault.claims = (id_,)
            self.sections.faults.append(fault)

    def telling(self, claims: dict[str, Placed]) -> set[str]:
        """The files that make claims, all of which could be read: what could not might mention anything."""
        unread = {fault.place.file for fault in self.sections.faults if fault.severity is Severity.ERROR}
        return {placed.node.place.file for placed in claims.values()} - unread

    def defaults(self, file: Node, known: Knowledge) -> Defaults:
        """What a file says once for all its claims."""
        node = part(file, "defaults")
        given, lost = self.given(node) if node is not file and node.value is not None else (Given(), frozenset[str]())
        fields = given.model_dump(mode="json", exclude_none=True, exclude={"cite"})
        foreign = not self.by_hand and any(file is table for table in self.tables)
        return Defaults(given.cite, fields, self.uncited(file, given.cite, known, lost), lost, foreign)

    def given(self, node: Node) -> tuple[Given, frozenset[str]]:
        """The defaults that can be read, and the names of those that cannot; what is wrong is taken down."""
        whole = self.sections.read(Given, node)
        if whole is not None or not isinstance(node.value, dict):
            return whole or Given(), frozenset()
        good: dict[str, Node] = {}
        for name, inner in node.value.items():
            with suppress(ExceptionGroup):
                noun(Given, {name: plain(inner, name)}, node)
                good[name] = inner
        lost = node.value.keys() - good.keys()
        meant = {near for name in lost if (near := nearest(name, Given.model_fields))}
        return noun(Given, {name: plain(inner, name) for name, inner in good.items()}, node), frozenset(lost | meant)

    def uncited(self, file: Node, cite: str | None, known: Knowledge, lost: Collection[str]) -> Fault | None:
        """What is wrong with the claims of a file that leave it to the file to say which source they are from."""
        if cite in known.sources or (cite is None and "cite" in lost):
            return None
        place = part(part(file, "defaults"), "cite").place
        if cite is None:
            sources = part(file, "sources").value
            ids = [part(node, "id").text for node in sources] if isinstance(sources, list) else []
            found, expected = (
                "claims that do not say which source they are from",
                "expected cite: in the source of each",
            )
            remedy = f"add it there, or once in defaults: {{cite: {next(filter(None, ids), 'ID')}}}"
            return Fault(place, (found, expected, remedy))
        if (there := self.sections.lost.get(f"source {cite}")) is not None:
            line = f"source {cite} could not be read (see {there})", "expected a known source", MEND
        else:
            found = f"no source {excerpt(cite)}{did_you_mean(cite, known.sources)}"
            line = found, "expected a known source", "correct it, or define it under sources:"
        return Fault(place, line, "dangling")


def told_once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults; of those that only send the reader to the same other place, the first alone, with all the claims."""
    first: dict[str, Fault] = {}
    every = list(faults)
    for fault in every:
        if fault.remedy == MEND and first.setdefault(fault.found, fault) is not fault:
            first[fault.found].claims += fault.claims
    yield from (fault for fault in every if first.get(fault.found, fault) is fault)


def content(file: Path | tuple[str, bytes]) -> tuple[bytes, str]:
    """The bytes of a file, and what to call it."""
    if not isinstance(file, Path):
        return file[1], file[0]
    try:
        if file.exists() and not file.is_file() and not file.is_dir():
            raise NoFile(file, "not a regular file")
        return file.read_bytes(), str(file)
    except OSError as error:
        raise NoFile(file, error.strerror or type(error).__name__) from None


def named(parts: Parts) -> dict[str, tuple[str, ...]]:
    """The ids of the parts of a vocabulary."""
    return {
        "units": tuple(unit_name(line) for line in parts.units),
        "kinds": tuple(kind.id for kind in parts.kinds),
        "keys": tuple(key.id for key in parts.keys),
        "attributes": tuple(attribute.id for attribute in parts.attributes),
    }


def in_order(place: Place) -> tuple[str, int, int]:
    """What places are sorted by."""
    return place.file, place.line, place.column
