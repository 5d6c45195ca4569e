"""Reports: one form of output a file, found by its name; each has one function `render`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from kb import __version__
from kb.limits import NOTHING, Limit
from kb.pipeline import Examination
from kb.quantity import HEDGE, RHO
from kb.texts import Originals

MOST_LEFT = 20_000  # claims of which a report says what all others leave of each: that takes a moment for each


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of checking proofs again from their data alone."""

    proofs: int
    failed: tuple[str, ...]  # findings of which a proof does not hold
    by_intervals: tuple[str, ...]  # findings that have none

    def __str__(self) -> str:
        alone = f"{counted(len(self.by_intervals), 'finding')} checked by intervals alone" if self.by_intervals else ""
        if not self.proofs:
            return f"no proofs to re-check; {alone}" if alone else "no proofs to re-check"
        end = f"those of {', '.join(self.failed)} do not hold" if self.failed else "all hold"
        told = f"{counted(self.proofs, 'proof')} re-checked in exact fractions: {end}"
        return f"{told}; {alone}" if alone else told


def counted(number: int, what: str) -> str:
    """``1 proof``, ``12 proofs``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report says of itself: when, of what, and on what history it rests."""

    title: str
    date: str
    history: str
    sources: Mapping[str, Any]  # id -> Source
    width: int = 126
    digest: str = ""  # of the whole history
    limit: Limit = NOTHING
    originals: Originals = field(default_factory=Originals)  # the words of claims, where the user has attached texts
    verified: Verified | None = None  # what came of checking all proofs again, if that was asked for

    def without_quotes(self) -> Heading:
        """The same for a report that is passed on without the words of anybody's text."""
        return replace(self, originals=Originals())

    def foot(self) -> Iterator[str]:
        """What a report can be made again from."""
        yield (
            f"Claimcheck {__version__}. A printed figure is taken to be good to half a unit of its last significant "
            f"digit, at most {RHO:.0%}; a hedge multiplies that by {HEDGE:g}."
        )
        if self.digest:
            yield f"History {self.digest}."
        if self.verified is not None:
            yield str(self.verified)


Render = Callable[[Examination, Heading], str]


def renderer(form: str) -> Render:
    """What renders a report in the form of that name, which is that of its file; no other is imported."""
    return cast(Render, importlib.import_module(f"{__name__}.{form}").render)
