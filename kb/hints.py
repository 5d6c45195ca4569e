"""What to say beside a list: whom a holder's name took in, and what would be found where nothing is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from typing import TypeAlias

from kb.filters import Choice, Unknown, taken_in
from kb.model import Claim, Verdict

Count: TypeAlias = Callable[[Choice, Verdict | None], int]
MOST_NAMED = 4


def beside(claims: Iterable[Claim], choice: Choice) -> Iterator[str]:
    """Whom else a holder's name stands for in claims that were found."""
    if choice.holder and (names := taken_in(claims, choice.holder)):
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield f"with {choice.holder!r} are taken in the holders {', '.join(map(repr, names[:MOST_NAMED]))}{more}"


def instead(choice: Choice, wanted: Verdict | None, count: Count, *, more: bool = False) -> str:
    """What would be found with a filter less or another one, where nothing is; nothing to say where that is nothing.

    more: whether something else than filters was asked for, so that to leave out the only one is worth a word
    """
    found = list(_found(choice, wanted, count, more=more))
    return f"nothing; {', '.join(found)}" if found else ""


def _found(choice: Choice, wanted: Verdict | None, count: Count, *, more: bool) -> Iterator[str]:
    names = [field.name for field in fields(choice) if getattr(choice, field.name)]
    several = len(names) + (wanted is not None) + more > 1
    if several and wanted is not None and (number := count(choice, None)):
        yield f"{number:,} without --verdict"
    for name in names if several else ():
        if number := count(replace(choice, **{name: ""}), wanted):
            yield f"{number:,} without --{name}"
    for name, other in (("subject", "holder"), ("holder", "subject")):
        value = getattr(choice, name)
        if value and not getattr(choice, other):
            try:
                number = count(replace(choice, **{name: "", other: value}), wanted)
            except Unknown:
                continue
            if number:
                yield f"{number:,} with --{other} in the place of --{name}"
