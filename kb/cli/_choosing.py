"""Which claims are wanted: the options that `kb list` and `kb search` share, and the form in which they are listed."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kb.cli._shell import out

if TYPE_CHECKING:
    from kb.model import Verdict

Wanted = Annotated[str, typer.Option("--verdict", help="Only claims with this verdict, such as holds or undetermined.")]
Subject = Annotated[
    str,
    typer.Option("--subject", help="Only claims about this entity or what is of it, such as its runs; by id or name."),
]
Attributes = Annotated[
    str, typer.Option("--attribute", help="Only answers to this attribute, or to all whose names begin so.")
]
Source = Annotated[str, typer.Option("--source", help="Only claims of this source.")]
Holder = Annotated[str, typer.Option("--holder", help="Only claims that this party holds or passes on.")]
Modes = Annotated[str, typer.Option("--mode", help="Only claims of this mode, such as statement or rumour.")]
Firm = Annotated[str, typer.Option("--firmness", help="Only claims that are put so: hedged, plain or emphatic.")]
Kind = Annotated[str, typer.Option("--kind", help="Only values of this kind, such as quantity or term.")]


class Listing(StrEnum):
    """Forms of a list."""

    TERMINAL = "terminal"
    JSON = "json"
    CSV = "csv"


ListForm = Annotated[Listing, typer.Option("--format", help="How to print it.")]


def listed(records: Sequence[dict[str, Any]], columns: Sequence[str], form: Listing, terminal: str) -> None:
    """Prints records: as text that is ready, or as data."""
    from kb import lists

    if form is Listing.TERMINAL:
        out(terminal)
    else:
        out(
            lists.as_rows(records) if form is Listing.JSON else lists.as_csv(*lists.spread(records, columns)),
            exact=True,
        )


def verdict_named(word: str) -> Verdict | None:
    """The verdict of that name; raises Unknown for a word that is none."""
    from kb.filters import one_of
    from kb.model import Verdict

    return Verdict(one_of("verdict", word, Verdict)) if word else None
