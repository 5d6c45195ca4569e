"""Closed lists of words, of which the longest that stands at a place of a text is looked up by one character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

GOES_ON = re.compile("[A-Za-z0-9]")


class Words:
    """Words in either case. One that ends in a Latin letter is no part of a longer one, nor of a name (H100).

    Chinese has no spaces, so that a word of it stands wherever its characters do.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._first: dict[str, list[str]] = {}
        self._last: dict[str, list[str]] = {}
        for word in sorted({each.casefold() for each in words}, key=lambda each: (-len(each), each)):
            self._first.setdefault(word[0], []).append(word)
            self._last.setdefault(word[-1], []).append(word)

    def at(self, text: str, at: int) -> str:
        """The longest word that begins at a place, in lower case; nothing if none does.

        >>> Words(["GPU", "GPU hours", "卡"]).at("8 GPU hours", 2)
        'gpu hours'
        """
        for word in self._first.get(text[at : at + 1].casefold(), ()):
            end = at + len(word)
            if text[at:end].casefold() == word and not (latin(word[-1]) and GOES_ON.match(text, end)):
                return word
        return ""

    def before(self, text: str, at: int) -> Iterator[str]:
        """Every word that ends at a place, in lower case, the longest first.

        >>> list(Words(["than", "more than"]).before("No more than 5", 12))
        ['more than', 'than']
        """
        for word in self._last.get(text[max(at - 1, 0) : at].casefold(), ()):
            start = at - len(word)
            if start >= 0 and text[start:at].casefold() == word and not inside(text, start):
                yield word


def inside(text: str, at: int) -> bool:
    """Whether a place is in the middle of a word of Latin letters."""
    return 0 < at < len(text) and latin(text[at - 1]) and latin(text[at])


def latin(character: str) -> bool:
    """Whether a character is a Latin letter."""
    return character.isascii() and character.isalpha()
