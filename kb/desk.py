"""Where a command sits down: the store open and filled, files read, everything examined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from kb import accepting, keeping, kept, updating
from kb.columns import columns
from kb.errors import KbError, did_you_mean
from kb.knowledge import Corpus, Knowledge, Trouble
from kb.limits import NOTHING, Limit, cited, shown
from kb.model import Claim, Severity, Verdict
from kb.outcomes import outcomes
from kb.pipeline import Examination, Knowing, examine
from kb.reports import Heading
from kb.store import Store
from kb.storehistory import SHIPPED
from kb.texts import Originals
from kb.watching import Watch, unwatched

MOST_NAMED = 3
# Keeping costs about half as long as the examination before it; a reader of a report waits a second for that, no more.
MOST_KEPT = 20_000  # claims


class NoFormat(KbError):
    """A name of a foreign format that nothing reads."""

    exit_code = 2

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = list(known)
        super().__init__(
            f"no format {name!r}{did_you_mean(name, names)}; expected one of {', '.join(names)}; correct it"
        )


class NotEmpty(KbError):
    """A store that should have held nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"store {str(path)!r} already holds something; expected a new one; "
            "name another file with --db, or import without --fresh"
        )


@dataclass(frozen=True)
class Shelf:
    """Claims in memory, looked up by number."""

    texts: list[Claim]

    def claim(self, number: int) -> Claim:
        """The claim of that number."""
        return self.texts[number]

    def claims(self, numbers: Iterable[int]) -> dict[int, Claim]:
        """Some claims by their numbers."""
        return {number: self.texts[number] for number in numbers}

    def claim_ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """The ids of some claims by their numbers."""
        return {number: self.texts[number].id for number in numbers}


@dataclass
class Desk:
    """One open knowledge base."""

    store: Store

    @classmethod
    def open(cls, path: Path | None, *, fill: bool = True, watch: Watch = unwatched) -> Desk:
        """The knowledge base in that file, made and unless told otherwise filled with the shipped corpora at first."""
        store = Store.open(path, watch=watch)
        if fill and store.is_empty():
            updating.fill(store)
        return cls(store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    def empty(self) -> str:
        """The history of a store that holds nothing; raises NotEmpty."""
        if not self.store.is_empty():
            raise NotEmpty(self.store.path)
        return self.store.digest()

    def leave_shipped(self) -> None:
        """Remembers that the corpora of this version are known of, and not wanted here."""
        self.store.mark(SHIPPED, updating.shipped())

    @cached_property
    def knowledge(self) -> Knowledge:
        """Vocabulary, entities and sources; no claims."""
        return self.store.knowledge(claims=False)

    @cached_property
    def frame(self) -> Knowledge:
        """Vocabulary and sources: what an examination needs besides columns."""
        return self.store.knowledge(entities=False)

    @cached_property
    def originals(self) -> Originals:
        """The original words of claims, where the texts of their sources are attached."""
        return Originals(self.store.text)

    def examine(self) -> Examination:
        """Everything that is stored, examined."""
        found = self.store.columns()
        languages = {number: self.frame.sources[name].language for number, name in enumerate(found.source_ids)}
        rests, sources, loose = self.store.rests(), self.frame.sources, loose_ends(self.store.loose())
        knowing = Knowing(
            self.store,
            self.frame.units,
            languages,
            loose,
            rests,
            sources=sources,
            find=self._find,
            workings=self.store.workings(),
        )
        return accepting.judged(examine(found, knowing, self.store.watch), self.store.acceptances())

    def _find(self, name: str) -> tuple[str, ...]:
        """The entities that a name can mean; they are not looked up before somebody asks."""
        return self.knowledge.find(name)

    def examine_and_keep(self) -> Examination:
        """Everything that is stored, examined; what was found is kept, unless it is much, for those who need less."""
        history = self.store.digest()
        examination = self.examine()
        if len(examination.verdicts) <= MOST_KEPT and not kept.is_fresh(self.store.path):
            self._keep(history, examination)
        return examination

    def verdicts(self, wanted: Verdict | None = None) -> list[tuple[Claim, Verdict]]:
        """The claims in their order, all or those with one verdict; an examination is kept, however much it found."""
        history = self.store.digest()
        examination = self.examine()
        self._keep(history, examination)
        mine = [number for number, verdict in enumerate(examination.verdicts) if wanted in (None, verdict)]
        texts = self.store.claims(mine)
        return [(texts[number], examination.verdicts[number]) for number in mine]

    def _keep(self, history: str, examination: Examination) -> None:
        """Keeps what was found of a history, unless the store is for reading only, or has grown since, or is busy."""
        if not self.store.read_only:
            keeping.keep(self.store.path, history, outcomes(examination))

    def heading(self, examination: Examination, width: int, limit: Limit = NOTHING) -> Heading:
        """What a report of the store says of itself."""
        named, sources = shown(examination), cited(examination, self.frame.sources)
        title = ", ".join(named) if len(named) <= MOST_NAMED else f"{len(named)} corpora"
        history = self.store.digest()
        short = f"{history[:4]}…{history[-2:]}"
        return Heading(title, today(), short, sources, width, history, limit, self.originals)

    def read(self, file: str, form: str | None) -> Corpus:
        """A file of claims, or a foreign table in a named format."""
        from kb import corpus as corpora  # noqa: PLC0415  # few commands read files

        path = Path(file)
        if form is None:
            read = corpora.read([path], self.store.knowledge(claims=True), self.store.watch)
            return updating.untroubled(read, self.store.watch)
        from kb.importers import importers  # noqa: PLC0415  # few commands read foreign tables

        found = importers()
        if form not in found:
            raise NoFormat(form, found)
        return found[form](corpora.content(path)[0], path.name, self.store.knowledge(claims=True), self.store.watch)

    def check(self, files: Iterable[Path]) -> tuple[Corpus, Examination]:
        """Files read and examined on their own, beside the references and what their sources say already."""
        from kb import corpus as corpora  # noqa: PLC0415  # few commands read files

        base = self.store.knowledge(claims=True)
        corpus = updating.untroubled(corpora.read(files, base, self.store.watch), self.store.watch)
        whole = corpus.knowledge
        sources = {whole.claims[claim].source.cite for claim in corpus.new.claims}
        sources |= {whole.sources[name].retells or name for name in sources if name in whole.sources}
        kept = [claim for claim in whole.claims.values() if claim.standing is not None or claim.source.cite in sources]
        return corpus, accepting.judged(examine_claims(whole, kept, corpus, self.store.watch), whole.acceptances)


def examine_claims(
    knowledge: Knowledge, claims: list[Claim], corpus: Corpus | None = None, watch: Watch = unwatched
) -> Examination:
    """Some claims in memory, examined."""
    number = {claim.id: position for position, claim in enumerate(claims)}
    rests = [
        (position, number[rest.claim], rest.role.value)
        for position, claim in enumerate(claims)
        for rest in claim.rests_on
        if rest.claim in number
    ]
    languages: Mapping[int, str] = {i: source.language for i, source in enumerate(knowledge.sources.values())}
    found = columns(
        knowledge.vocabulary, knowledge.units, knowledge.entities.values(), knowledge.sources.values(), claims
    )
    troubles = (*(corpus.troubles if corpus is not None else ()), *loose_ends(unfounded(knowledge, claims, corpus)))
    return examine(
        found,
        Knowing(
            Shelf(claims),
            knowledge.units,
            languages,
            troubles,
            rests,
            len(corpus.new.claims) if corpus else 0,
            knowledge.sources,
            knowledge.find,
            [(at, claim.working, claim.value.text) for at, claim in enumerate(claims) if claim.working is not None],
        ),
        watch,
    )


def unfounded(knowledge: Knowledge, claims: Iterable[Claim], corpus: Corpus | None) -> Iterator[tuple[str, str]]:
    """The claims that rest on one that nobody knows, each with its id; those of files have been told already."""
    new = set(corpus.new.claims) if corpus is not None else set()
    for claim in claims:
        if claim.id not in new:
            yield from ((claim.id, rest.claim) for rest in claim.rests_on if rest.claim not in knowledge.claims)


def loose_ends(rests: Iterable[tuple[str, str]]) -> tuple[Trouble, ...]:
    """What is wrong with claims that rest on one that is not there, such as one that was retracted."""
    bases: dict[str, list[str]] = {}
    for claim, basis in rests:
        bases.setdefault(claim, []).append(basis)
    line = "which {} not in the store; expected known claims; add what is missing, or retract or revise this one"
    return tuple(
        Trouble(
            "dangling",
            Severity.WARNING,
            "",
            f"{claim} rests on {', '.join(names)}, {line.format('is' if len(names) == 1 else 'are')}",
            (claim,),
        )
        for claim, names in bases.items()
    )


def today() -> str:
    """The date, as reports print it."""
    return datetime.now(UTC).date().isoformat()
