"""What is said of changes: words of ours, which nothing rewrites, and others, out of which an erased name is taken.

Commands say ``revise`` and ids, or ``import`` and the name of a file. An id is one name, whatever it begins with:
that of a record is never touched for another's sake. The name of a file is anybody's words, and goes as a whole word.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from kb.tables import TOMB

FIRST = "first use: the corpora that come with Claimcheck"
UPDATE = "update: the corpora that come with Claimcheck"
OURS = frozenset({FIRST, UPDATE})  # by which a shipped record is known from the user's

TOMBS = re.compile(rf"{TOMB}[0-9a-f]{{16}}")
MORE = re.compile(r" and \d+ more$")
LEAST = 10  # characters of ours that tell them from others
BETWEEN = r"[\s_.+-]"  # what stands between the words of a name in the name of a file
WORD = r"[^\s,]*"


def is_ours(what: str) -> bool:
    """Whether a change was made of shipped corpora; also one out of whose words an older Claimcheck took a name."""
    left = TOMBS.split(what)
    if len(left) == 1 or len("".join(left)) < LEAST:
        return what in OURS
    pattern = re.compile(".+".join(map(re.escape, left)))
    return any(pattern.fullmatch(each) for each in OURS)


def without(what: str, name: str, tomb: str, known: Collection[str]) -> str:
    """What is said of a change, with what is left of a record in the place of its name.

    known: the names of all other records, now and in the past.
    """
    verb, space, rest = what.partition(" ")
    if what in OURS or not rest:
        return what
    more = MORE.search(rest)
    ids = rest[: more.start() if more else None].split(", ")
    if all(each == name or each in known for each in ids):
        told = ", ".join(tomb if each == name and name not in known else each for each in ids)
        return f"{verb}{space}{told}{more[0] if more else ''}"
    return f"{verb}{space}{freed(rest, name, tomb, known)}"


def freed(text: str, name: str, tomb: str, known: Collection[str]) -> str:
    """Anybody's words without any in which a name occurs, in capitals or not, with other marks between its words."""
    parts = [re.escape(part) for part in re.split(f"{BETWEEN}+", name) if part]
    pattern = re.compile(f"{WORD}{f'{BETWEEN}*'.join(parts) or re.escape(name)}{WORD}", re.IGNORECASE)
    return pattern.sub(lambda found: found[0] if found[0] in known and found[0] != name else tomb, text)


def stands_in(what: str, name: str, known: Collection[str]) -> bool:
    """Whether the part of a claim's id after the colon is a word of what is said of a change, and of no other's id."""
    _, _, own = name.partition(":")
    word = re.compile(rf"(?<![^\W_]){re.escape(own)}(?![^\W_])", re.IGNORECASE)
    return bool(own) and any(word.search(each) for each in re.split(r"[\s,]+", what) if each not in known)
