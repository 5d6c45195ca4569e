"""The corpora that come with Claimcheck, and a store that has them as they were: what is new, and what is the user's.

Whoever revises a shipped record has made it his own: its latest revision is from another change than those made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from kb import fingerprints
from kb.knowledge import Corpus, New
from kb.store import Receipt, Store
from kb.storehistory import SHIPPED, entries_of
from kb.storesaid import FIRST, UPDATE, is_ours
from kb.watching import Watch, unwatched

SECTIONS = {
    "unit": "units",
    "kind": "kinds",
    "key": "keys",
    "attribute": "attributes",
    "source": "sources",
    "entity": "entities",
    "claim": "claims",
    "acceptance": "acceptances",
}
NEW, REVISED, KEPT = "new", "revised", "kept as you have it"


@dataclass(frozen=True)
class Update:
    """What an update would change of a store with that history."""

    corpus: Corpus  # holds what is to be stored alone
    changes: tuple[tuple[str, str, str], ...]  # new, revised or kept; part; name
    history: str
    shipped: str
    forgotten: int  # claims that were erased; which, nothing that is left of them tells

    @property
    def arriving(self) -> list[str]:
        """The claims that are not in the store now, and would be."""
        return [name for change, part, name in self.changes if change == NEW and part == "claim"]

    def __bool__(self) -> bool:
        return bool(self.corpus.new)

    def records(self) -> list[dict[str, str]]:
        """One record for each change, and for each difference that stays."""
        return [dict(zip(("change", "part", "name"), each, strict=True)) for each in self.changes]


def shipped() -> str:
    """A digest of the corpora that come with Claimcheck."""
    files = fingerprints.shipped()
    told = (f"{file.name}\0".encode() + sha256(file.read_bytes()).digest() for file in files)
    return sha256(b"".join(told)).hexdigest()


def read(watch: Watch = unwatched) -> Corpus:
    """What the corpora say that come with Claimcheck."""
    from kb import corpus as corpora  # noqa: PLC0415  # few commands read files: most only ask whether there are others

    return corpora.read(fingerprints.shipped(), watch=watch)


def untroubled(corpus: Corpus, watch: Watch = unwatched) -> Corpus:
    """The same without notes that nothing mentions what comes with Claimcheck.

    Its vocabulary names things for whoever may speak of them, in files of its own, which make no claims. An export has
    everything in one file that does; whoever reads it can neither mend that nor learn anything from it.
    """
    if not any(trouble.about for trouble in corpus.troubles):
        return corpus
    ours = read(watch).new
    named = {*ours.sources, *ours.entities}
    return replace(corpus, troubles=tuple(each for each in corpus.troubles if each.about not in named))


def fill(store: Store) -> None:
    """Stores the shipped corpora in a new store."""
    now = shipped()
    store.add(read(store.watch), FIRST)
    store.mark(SHIPPED, now)


def is_offered(store: Store) -> bool:
    """Whether other corpora are shipped than when they were last looked at: cheap, and may turn out to be nothing."""
    return store.stamp(SHIPPED) != shipped()


def prepared(store: Store, *, theirs: bool = False) -> Update:
    """What an update would change; theirs: also what the user has revised."""
    now, history = shipped(), store.digest()
    corpus = read(store.watch)
    changes = tuple(differences(store, corpus, theirs=theirs))
    wanted = {(part, name) for change, part, name in changes if change != KEPT}
    fields = {
        section: tuple(name for name in getattr(corpus.new, section) if (part, name) in wanted)
        for part, section in SECTIONS.items()
    }
    return Update(replace(corpus, new=New(**fields)), changes, history, now, store.forgotten("claim"))


def differences(store: Store, corpus: Corpus, *, theirs: bool) -> Iterator[tuple[str, str, str]]:
    """Each record that is not in the store as it is shipped: what would be done about it, its part and name."""
    bodies, origins, retracted = store.bodies(), store.origins(), store.retracted()
    for entry in entries_of(corpus):
        at = entry.part, entry.name
        if at not in bodies:
            yield KEPT if at in retracted and not theirs else NEW, *at
        elif bodies[at] != entry.body:
            yield REVISED if theirs or is_ours(origins[at]) else KEPT, *at


def carry_out(store: Store, update: Update) -> Receipt:
    """Stores an update, or only that there is none; raises Moved, Refused, StoreUnavailable."""
    receipt = store.add(update.corpus, UPDATE, expecting=update.history) if update else Receipt(None)
    store.mark(SHIPPED, update.shipped)
    return receipt
