"""What is known no more: claims that were retracted, findings that were resolved."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import partial
from itertools import islice
from sys import maxsize

from kb import chronicle, storepast, views
from kb.checks import discovered
from kb.errors import KbError, NotFound
from kb.model import Acceptance, Finding
from kb.pipeline import Examination
from kb.store import Store
from kb.storepast import Told

FINDING = re.compile(r"(.+)-[0-9a-f]{6}")
# A past state has to be examined anew, and who has mistyped an id waits for that: some ten seconds are enough.
MOST_STATES = 12
MOST_EXAMINED = 20_000  # claims, of all these states together


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
