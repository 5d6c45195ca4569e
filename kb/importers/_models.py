"""Which model a row of a table is about: one that is known, or a new one under an id that means nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from hashlib import sha256

from kb.knowledge import Knowledge
from kb.model import Severity
from kb.records import Fault, excerpt, listed
from kb.safeyaml import Place

MODEL = "model"
LONGEST = 140  # characters of an id, so that the run "id/training" is a name too
DIGEST = 8  # characters that tell long names with the same beginning apart
UNPRINTED = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control characters, direction marks, halves of pairs, line ends


class Models:
    """The models of one table by its rows."""

    def __init__(self, source: str, base: Knowledge) -> None:
        self.source = source
        self.base = base
        self.ids: dict[int, str] = {}  # by row; none for a row without a name
        self.rows: dict[str, list[int]] = {}  # by the name that they bear, whatever its case
        self.taken: set[str] = set()
        self.full: dict[str, str] = {}  # names that were too long for an id
        self.run_labels = {
            value
            for kind in base.vocabulary.kinds.values()
            if kind.named is not None
            for value in base.vocabulary.keys[kind.named.key].order
        }

    def enter(self, row: int, text: str) -> None:
        """Gives a row its model.

        A name that stands in two rows is two models until somebody says otherwise: versions of a model often share its
        name, and merged they would accuse each other. The later one is told apart by its row and table.
        """
        name = one_line(text)
        if not name:
            return
        known = [id_ for id_ in self.base.find(name, MODEL) if self.kind(id_) == MODEL]
        id_ = known[0] if len(known) == 1 else self.written(name)
        suffix = f" (row {row} of {self.source})"
        while not self.is_free(id_):
            id_ = shortened(id_, LONGEST - len(suffix)) + suffix
        self.taken.add(id_.casefold())
        self.ids[row] = id_
        self.rows.setdefault(name.casefold(), []).append(row)
        if len(name) > LONGEST:
            self.full[id_] = name

    def is_free(self, id_: str) -> bool:
        """Whether a row may be about that id: no other row is, and it means one model or nothing."""
        every = id_.startswith("every ") and id_.removeprefix("every ") in self.base.vocabulary.kinds
        known = [self.kind(other) for other in self.base.find(id_, MODEL)]
        return not every and id_.casefold() not in self.taken and known in ([], [MODEL])

    def kind(self, id_: str) -> str:
        """The kind of a known entity."""
        return self.base.entities[id_].kind

    def new(self) -> Iterator[dict[str, str]]:
        """The models that the base does not know, as records."""
        for id_ in self.ids.values():
            if id_ not in self.base.entities:
                note = f"In full: {shortened(self.full[id_], 1900)}" if id_ in self.full else ""
                yield {"id": id_, "kind": MODEL, "note": note}

    def written(self, text: str) -> str:
        """A name on one line, short enough, and not to be mistaken for that of a run."""
        name = one_line(text)
        start, slash, label = name.rpartition("/")
        if slash and label.strip() in self.run_labels:
            name = f"{start.strip()} - {label.strip()}"
        return shortened(name, LONGEST)

    def are_called(self, text: str) -> bool:
        """Whether some model of the table or of the base has this whole name."""
        name = one_line(text)
        return name.casefold() in self.rows or bool(self.base.find(name, MODEL))

    def base_of(self, row: int, text: str, place: Place) -> str:
        """The model that a row names as its base, or the name if nobody bears it; raises Fault if several rows do."""
        rows = self.rows.get(one_line(text).casefold(), [])
        if rows == [row]:
            line = f"{excerpt(text)}, which is the model itself", "expected another model", "correct the name"
            raise Fault(place, line, severity=Severity.NOTE)
        if len(rows) > 1:
            found = f"{excerpt(text)}, which rows {listed(map(str, rows))} are called"
            line = found, "expected the name of one row", "give each row a name of its own"
            raise Fault(place, line, "dangling", Severity.NOTE)
        return self.ids[rows[0]] if rows else self.written(text)


def one_line(text: str) -> str:
    """A text in printed characters and single spaces."""
    return " ".join("".join(" " if unicodedata.category(c) in UNPRINTED else c for c in text).split())


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters; where it is cut, a digest keeps it apart from others."""
    if len(text) <= most:
        return text
    return f"{text[: most - DIGEST - 2].rstrip()}… {sha256(text.encode()).hexdigest()[:DIGEST]}"
