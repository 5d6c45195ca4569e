"""The history in words: what a record said from change to change, what differs between two states, a past state."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from kb import accepting, storepast
from kb.desk import Desk, examine_claims
from kb.filters import EVERYTHING, Choice
from kb.knowledge import Knowledge
from kb.limits import Limit, cited
from kb.model import Claim, Verdict
from kb.pipeline import Examination
from kb.reports import Heading
from kb.store import Store
from kb.storepast import Told
from kb.tables import HEADS, TOMB

Record = dict[str, Any]


# ------------------------------------------------------------------------------------------------ a past state


@dataclass(frozen=True)
class Past:
    """What was known after a change, examined as it is now: by this code, with none of what came later."""

    change: int
    at: str
    digest: str
    knowledge: Knowledge
    store: Store

    @cached_property
    def examination(self) -> Examination:
        """What is found in it, with what had been accepted."""
        found = examine_claims(self.knowledge, list(self.knowledge.claims.values()), watch=self.store.watch)
        return accepting.judged(found, self.knowledge.acceptances)

    def __str__(self) -> str:
        return f"as of change {self.change}, {self.at}"

    def heading(self, at: Desk, examination: Examination, width: int, limit: Limit) -> Heading:
        """What a report of it says of itself; the examination is this one, as far as the report is limited."""
        made = at.heading(examination, width, limit)
        history = f"{self.digest[:4]}…{self.digest[-2:]}"
        sources = cited(examination, self.knowledge.sources)
        return replace(made, title=f"{made.title}, {self}", history=history, sources=sources, digest=self.digest)

    def verdicts(self, wanted: Verdict | None = None, choice: Choice = EVERYTHING) -> list[tuple[Claim, Verdict]]:
        """The claims in their order, all or those with one verdict and of a choice; raises Unknown."""
        claims = self.knowledge.claims
        # before the examination, because a word of the choice may name nothing
        mine = storepast.chosen(self.store.path, self.change, choice) if choice else claims
        pairs = zip(claims.values(), self.examination.verdicts, strict=True)
        return [(claim, verdict) for claim, verdict in pairs if wanted in (None, verdict) and claim.id in mine]


def past(store: Store, word: str) -> Past:
    """The state after a change, or at the end of a day; raises NoChange."""
    change = store.read(lambda db: storepast.change_named(db, word))
    at, digest = store.read(lambda db: storepast.moment(db, change))
    return Past(change, at, digest, store.read(lambda db: storepast.state(db, change)), store)


# ------------------------------------------------------------------------------------------------ records


def change_records(store: Store) -> list[Record]:
    """One record for each change: when, what, and how many records it concerned."""
    return [each._asdict() for each in store.read(storepast.changes)]


def history(store: Store, name: str) -> list[Record]:
    """One record for each revision of whatever has that name: change, time, what, and what differs; raises NoRecord."""
    found = store.read(partial(storepast.records, name=name))
    return [
        record
        for part, whole in found
        for record in told(store.read(partial(storepast.revisions, part=part, name=whole)))
    ]


def told(revisions: Sequence[Told]) -> Iterator[Record]:
    """The revisions of a record, each with what differs from the one before."""
    before: Mapping[str, str] = {}
    for each in revisions:
        now = fields_of(each.body)
        yield {
            "part": each.part,
            "name": each.name,
            "change": each.change,
            "at": each.at,
            "what": each.what,
            "state": each.state,
            "reason": reason_of(each.body, each.name),
            "fields": differences(before, now),
        }
        before = now


def difference(store: Store, start: str, end: str) -> list[Record]:
    """One record for each that differs between the states after two changes; raises NoChange."""
    first, last = (store.read(partial(storepast.change_named, word=word)) for word in (start, end))
    old, new = (store.read(partial(storepast.bodies, change=change)) for change in (first, last))
    touched = store.read(lambda db: storepast.between(db, min(first, last), max(first, last)))
    return [
        {"part": part, "name": name, "state": state, "fields": differences(fields_of(before), fields_of(after))}
        for part, name in touched
        for before, after in [(old.get((part, name), ""), new.get((part, name), ""))]
        if (state := turned(before, after, name))
    ]


def turned(before: str, after: str, name: str) -> str:
    """What became of a record; nothing if it is as it was."""
    if name.startswith(TOMB):
        return "forgotten"
    if before == after:
        return ""
    return "revised" if before and after else "added" if after else "retracted"


def reason_of(body: str, name: str) -> str:
    """Why a record was retracted or forgotten; what was erased says no more than the name that is left of it."""
    reason = str(next(iter(json.loads(body).values()))) if body.startswith(HEADS) else ""
    return "" if reason == name else reason


def fields_of(body: str) -> dict[str, str]:
    """The fields of a record as text, those inside others as ``source.at``; none of what says nothing any more."""
    if not body or body.startswith(HEADS):
        return {}
    found = json.loads(body)
    return dict(flat(found, "")) if isinstance(found, dict) else {"definition": str(found)}


def flat(record: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    """Every field of a record by its path."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        elif isinstance(value, str):
            yield f"{before}{name}", value
        else:
            yield f"{before}{name}", json.dumps(value, ensure_ascii=False)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str | None]]:
    """The fields that are not the same: what each was, and what it is; none where there is no such field."""
    names = dict.fromkeys((*before, *after))
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


# ------------------------------------------------------------------------------------------------ in words


def history_text(records: Sequence[Record], width: int) -> str:
    """Every revision with its change and its differences."""
    lines: list[str] = []
    for each in records:
        head = f"{each['part']} {each['name']} {each['state']} by change {each['change']}, {each['at']}: {each['what']}"
        lines += textwrap.wrap(head, width, subsequent_indent="  ")
        if each["reason"]:
            lines += textwrap.wrap(each["reason"], width, initial_indent="    because ", subsequent_indent="      ")
        if each["state"] != "retracted":  # what it said stands in the revision before
            lines += field_lines(each, width)
    return "\n".join(lines) + "\n"


def difference_text(records: Sequence[Record], width: int) -> str:
    """What differs, a record at a time, and how many there are of each sort."""
    if not records:
        return "no difference\n"
    lines: list[str] = []
    for each in records:
        lines.append(f"{each['state']} {each['part']} {each['name']}")
        shown = each["fields"] if each["state"] == "revised" else brief(each["fields"])
        lines += field_lines({**each, "fields": shown}, width)
    return "\n".join(lines) + "\n"


def brief(fields: Mapping[str, list[str | None]]) -> dict[str, list[str | None]]:
    """What tells a reader which record it is."""
    return {name: fields[name] for name in ("statement", "title", "meaning", "value.text") if name in fields}


def field_lines(record: Record, width: int) -> Iterator[str]:
    """A line for each field that differs."""
    for name, (before, after) in record["fields"].items():
        if record["state"] == "revised":
            line = f"{name}: {written(before)} -> {written(after)}"
        elif after is not None:
            line = f"{name}: {after}"
        else:
            line = f"{name}: {before} (no more)"
        yield from textwrap.wrap(line, width, initial_indent="    ", subsequent_indent="      ")


def written(value: str | None) -> str:
    """A field's value, or a dash for none."""
    return "-" if value is None else value


def changes_text(records: Sequence[Record], width: int) -> str:
    """A line for each change."""
    lines = []
    for each in records:
        counts = ", ".join(f"{each[state]} {state}" for state in STATES if each[state])
        line = f"{each['id']:>4}  {each['at']}  {each['what']} ({counts or 'nothing'})"
        lines += textwrap.wrap(line, width, subsequent_indent=" " * 6, drop_whitespace=False)
    return "\n".join(lines) + "\n" if lines else "nothing\n"


STATES = ("added", "revised", "retracted", "forgotten")
