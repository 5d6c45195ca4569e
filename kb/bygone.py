"""What is known no more: retracted claims, resolved findings; and what a file would undo of such decisions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from sys import maxsize
from typing import NamedTuple

from kb import chronicle, storepast, views
from kb.checks import discovered
from kb.derived import Entry
from kb.editing import REVISE
from kb.errors import KbError, NotFound
from kb.knowledge import Corpus
from kb.model import Acceptance, Finding
from kb.pipeline import Examination
from kb.store import Store
from kb.storehistory import entries_of, known_entries
from kb.storepast import Told

FINDING = re.compile(r"(.+)-[0-9a-f]{6}")
# A past state has to be examined anew, and who has mistyped an id waits for that: some ten seconds are enough.
MOST_STATES = 12
MOST_EXAMINED = 20_000  # claims, of all these states together
MOST_CHARACTERS = 80  # of a field


class Retracted(KbError):
    """A claim that was taken out of what is known."""

    exit_code = 4

    def __init__(self, last: Told) -> None:
        reason = " ".join(chronicle.reason_of(last.body, last.name).split())
        super().__init__(
            f"claim {last.name!r} was retracted by change {last.change} because {reason}; expected one that 'kb list' "
            f"prints; see 'kb history {last.name}'"
        )


class Resolved(KbError):
    """A finding that was found once, and is no more."""

    exit_code = 4

    def __init__(self, name: str, how: str, see: str) -> None:
        super().__init__(f"finding {name!r} is resolved: {how}; expected one that 'kb report' prints; {see}")


# ------------------------------------------------------------------------------------------------ claims


def claim_named(store: Store, ids: Collection[str], name: str, until: int = maxsize) -> str:
    """The claim of that id, or with that end of an id; raises NotFound, Ambiguous, and Retracted if it was known once.

    until: the change after which the ids were known.
    """
    try:
        return views.claim_named(ids, name)
    except NotFound:
        if (last := retraction(store, name, until)) is not None:
            raise Retracted(last) from None
        raise


def retraction(store: Store, name: str, until: int = maxsize) -> Told | None:
    """What took a claim out that is known no more; of one that was erased nothing tells."""
    try:
        found = store.read(partial(storepast.records, name=name))
    except (storepast.NoRecord, storepast.Shared):
        return None
    for part, whole in found:
        if part == "claim":
            told = store.read(partial(storepast.revisions, part="claim", name=whole))
            past = [each for each in told if each.change <= until]
            if past and past[-1].state == "retracted":
                return past[-1]
    return None


# ------------------------------------------------------------------------------------------------ findings


def finding(store: Store, examination: Examination, name: str) -> Finding:
    """The finding of that id among those of the present; raises NotFound, and Resolved if it was found once."""
    try:
        return views.finding(examination, name)
    except NotFound as error:
        shape = FINDING.fullmatch(name)
        if error.near or shape is None or shape[1] not in discovered():
            raise
        resolved = resolution(store, name) or once_accepted(store.acceptances(), name)
        if resolved is not None:
            raise resolved from None
        raise


def resolution(store: Store, name: str) -> Resolved | None:
    """After which change a finding was found no more, as far as it pays to look back."""
    made = store.read(storepast.changes)
    claims = max(1, store.counts()["claim"])
    for later in islice(reversed(made[1:]), min(MOST_STATES, MOST_EXAMINED // claims)):
        before = later.id - 1
        then = chronicle.past(store, str(before)).examination
        if any(each.id == name for each in then.findings):
            how = f"it is found no more since change {later.id} ({later.what})"
            return Resolved(name, how, f"see 'kb explain {name} --as-of {before}'")
    return None


def once_accepted(known: Mapping[str, Acceptance], name: str) -> Resolved | None:
    """What an acceptance tells of a finding that is gone, however long ago."""
    if name not in known:
        return None
    made = known[name]
    return Resolved(name, f"it was found when it was accepted on {made.at}, and is no more", "see 'kb accept --list'")


# ------------------------------------------------------------------------------------------------ what would be undone


@dataclass(frozen=True)
class Undoing:
    """What storing some files would take back of what was decided here."""

    overruled: tuple[str, ...]  # a line for each change of a record
    arriving: tuple[str, ...]  # claims that are not in the store, and were not retracted
    forgotten: int  # claims that were erased, of which one may be among those


def undoing(store: Store, corpus: Corpus) -> Undoing:
    """What storing a corpus would take back: corrections, retractions, and perhaps what was erased."""
    if not store.read(storepast.is_revised):
        return Undoing((), (), 0)  # much may be read into a store that is new
    entries = list(entries_of(corpus))
    now = store.read(partial(known_entries, entries=entries))
    told = [
        each for each in entries if (each.part, each.name) not in now or now[each.part, each.name].body != each.body
    ]
    past = {
        part: store.read(partial(storepast.retold, part=part, names=[each.name for each in told if each.part == part]))
        for part in dict.fromkeys(each.part for each in told)
    }
    lines: list[str] = []
    arriving: list[str] = []
    for each in told:
        revisions = past[each.part].get(each.name)
        if revisions:
            lines += taken_back(each, revisions)
        elif each.part == "claim" and (each.part, each.name) not in now:
            arriving.append(each.name)
    return Undoing(tuple(lines), tuple(arriving), store.forgotten("claim"))


def taken_back(entry: Entry, revisions: Sequence[Told]) -> Iterator[str]:
    """A line for each change of a record that an entry takes back."""
    last, named = revisions[-1], entry.name if entry.part == "claim" else f"{entry.part} {entry.name}"
    if last.state == "retracted":
        reason = " ".join(chronicle.reason_of(last.body, last.name).split())
        yield f"{named} was retracted here by change {last.change} because {reason}; this brings it back"
        return
    first = max(number for number, each in enumerate(revisions) if each.state == "added")
    fields: dict[Told, list[Field]] = {}
    for field in fields_back(revisions[first:], entry.body):
        fields.setdefault(field.by, []).append(field)
    for by, mine in fields.items():
        told = "; ".join(map(str, mine))
        does = "undoes" if all(field.undone for field in mine) else "overrules"
        yield f"{named} was revised here by change {by.change} ({by.what}): {told}; this {does} change {by.change}"


class Field(NamedTuple):
    """A field that was revised, and that an entry says otherwise."""

    by: Told  # the revision from which it is as it is now
    name: str
    was: str | None  # before that
    now: str | None
    then: str | None  # as the entry has it
    undone: bool  # it would be again what it was

    def __str__(self) -> str:
        name = self.name.removesuffix(".text")
        was, now, then = (short(chronicle.written(each)) for each in (self.was, self.now, self.then))
        return f"{name} {then} -> {now}" if self.undone else f"{name} {was} -> {now}, and this says {then}"


def fields_back(life: Sequence[Told], body: str) -> Iterator[Field]:
    """The fields that were revised since a record was added, and that a body says otherwise.

    Whoever edits a file and adds it again revises what it said before: other words in the place of those are no news,
    unless they are those of an earlier time, or the ones in their place were given by hand.
    """
    states = [chronicle.fields_of(each.body) for each in life]
    for name, (now, then) in chronicle.differences(states[-1], chronicle.fields_of(body)).items():
        since = next((i for i in range(len(life) - 1, 0, -1) if states[i - 1].get(name) != now), 0)
        undone = any(state.get(name) == then for state in states[:since])
        if undone or (since and is_by_hand(life[since].what)):
            yield Field(life[since], name, states[since - 1].get(name), now, then, undone)


def is_by_hand(what: str) -> bool:
    """Whether a change revised one claim by options."""
    return what.startswith(f"{REVISE} ")


def short(text: str) -> str:
    """A text that is not too long to stand in a line among others."""
    return f"{text[:MOST_CHARACTERS]}..." if len(text) > MOST_CHARACTERS else text
