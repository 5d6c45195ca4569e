"""Texts as the search index takes them, and words as it is asked for them.

A language written without spaces has no words to look up, so each of its characters is one, and a word of it a phrase.
"""

from __future__ import annotations

import re

WALL = "\ue000"  # stands behind each run of such characters: a phrase must not reach over what separates two runs
UNSPACED = re.compile(
    "[\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312d\u3131-\u318e"
    "\u31a0-\u31ba\u31f0-\u31ff\u3400-\u4db5\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufa6d\ufa70-\ufad9\uff66-\uff9f"
    "\U00020000-\U0002a6d6\U0002a700-\U0002b734\U0002b740-\U0002b81d\U0002b820-\U0002cea1\U0002f800-\U0002fa1d]+"
)


def spaced(text: str) -> str:
    """The text with spaces between the characters of languages that are written without them.

    >>> spaced("16个专家 (experts)").replace(WALL, "|")
    '16 个 专 家 |  (experts)'
    """
    if text.isascii():  # most texts are, and their words are not looked at one by one
        return text
    return UNSPACED.sub(lambda run: f" {' '.join(run[0])} {WALL} ", text.replace(WALL, " "))


def words(texts: list[str]) -> list[str]:
    """The words of some texts that have a letter or a digit, which is all that the index knows of.

    A zero character divides words: the index would read what it is asked for only as far as that.
    """
    return [word for text in texts for word in text.replace("\0", " ").split() if any(map(str.isalnum, word))]


def phrase(word: str) -> str:
    """What the index is asked for a word: its parts in this order; all that begins with it where it ends in a star.

    >>> phrase('say"NEAR'), phrase("专家"), phrase("train*")
    ('"say""NEAR"', '"专 家"', '"train"*')
    """
    stem = word.rstrip("*")
    parts = spaced(stem).strip(f" {WALL}").replace('"', '""')
    begins = stem != word and stem[-1:].isalnum() and not UNSPACED.fullmatch(stem[-1:])
    return f'"{parts}"{"*" if begins else ""}'
