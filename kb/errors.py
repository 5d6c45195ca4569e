"""The exceptions of Claimcheck: each takes the offending values and owns its wording.

Wrong *data* is a finding with its place (see :mod:`kb.model`); wrong *use* or *code* is one of these.
Every message reads ``what was found; what was expected; what to do``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

MOST_EDITS = 2  # in the digits of a finding
LEAST_TYPED = 3  # characters: fewer are the beginning of too much
WORD = re.compile(r"[^\W_]+")


class KbError(Exception):
    """Base of every error that Claimcheck raises on purpose.

    `exit_code` is what a command exits with: 2 wrong usage, 3 data refused, 4 not found, 5 store unavailable.
    """

    exit_code = 3


def first_line(error: BaseException, most: int = 80, bare: str = "") -> str:
    """The first line of what an error says, of so many characters, each printable; else `bare`, or its type."""
    said = (str(error).splitlines() or [""])[0][:most] or bare or type(error).__name__
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in said)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like another, if any is near; above all one that goes on where that one ends.

    >>> nearest("K9 long", ["K8 long", "K9 long 40GB", "long"]), nearest("40gb K9", ["K9", "K9 long 40GB"])
    ('K9 long 40GB', 'K9 long 40GB')
    """
    names = list(known)
    if len(name.strip()) >= LEAST_TYPED:
        asked, words = name.strip().casefold(), set(WORD.findall(name.casefold()))
        longer = [one for one in names if one.casefold().startswith(asked)]
        longer = longer or [one for one in names if words and words <= set(WORD.findall(one.casefold()))]
        if longer:
            return min(longer, key=len)
    return next(iter(get_close_matches(name, names, n=1, cutoff=0.6)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint such as ``; did you mean 'run.devices'?``, or nothing when no known name is near."""
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def mistyped(finding: str, known: Iterable[str]) -> list[str]:
    """The ids of findings that may be meant by another: of the same check, with other digits in at most two places.

    The digits are a digest, so those of two findings are alike by chance alone.

    >>> mistyped("bound-0a1b2", ["bound-0a1b2c", "bound-ffffff", "slip-0a1b2c"])
    ['bound-0a1b2c']
    """
    code, _, digits = finding.rpartition("-")
    pairs = ((id_, *id_.rpartition("-")[::2]) for id_ in known)
    return [id_ for id_, other, theirs in pairs if other == code and edits(digits, theirs) <= MOST_EDITS]


def edits(one: str, other: str) -> int:
    """How many characters have to be put in, taken out or replaced to make one text of another."""
    row = list(range(len(other) + 1))
    for i, character in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, theirs in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (character != theirs))
    return row[-1]


def a(word: str) -> str:
    """The word with its article."""
    return f"an {word}" if word[:1].lower() in "aeio" else f"a {word}"


class NotFound(KbError):
    """A name that nothing in the knowledge base bears."""

    exit_code = 4

    def __init__(self, what: str, name: str, known: Iterable[str], command: str) -> None:
        self.near = nearest(name, names := list(known))
        super().__init__(
            f"no {what} {name!r}{did_you_mean(name, names)}; expected one that '{command}' prints; correct it"
        )


class Ambiguous(KbError):
    """The end of an id that several claims share."""

    exit_code = 2

    def __init__(self, name: str, ids: Iterable[str]) -> None:
        super().__init__(f"{name!r} ends the ids of {', '.join(ids)}; expected one claim; write the whole id")


class Unreadable(KbError):
    """A written quantity that cannot be read as one."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(
            f"{text!r} is not a quantity; expected {expected}; write the figure as the source prints it, then the unit"
        )
        self.text = text
