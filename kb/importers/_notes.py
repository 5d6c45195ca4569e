"""What the notes of a row say about its figures: in what they are counted, and whether a model is made of experts.

Notes are free text, so whatever is not plain in them is left undecided; nothing is taken from them but the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from kb.errors import Unreadable
from kb.numerals import number

KEPT = 64  # notes: several columns of a row look into the same ones
NEAR = 0.01  # two prints of one figure: 56.3 billion and 5.6e10
LONGEST_CELL = 100  # characters of a cell that holds one figure
AHEAD, WORDS_AHEAD = 120, 6  # characters and words behind a figure among which its unit stands
FIGURE = re.compile(r"(?<![\w.,^])(?:\.?\d|10\^)")
SMALL_SUFFIX = re.compile(r"(?<=\d)[bmt](?![A-Za-z0-9])")  # "10.5b tokens"
POWER = re.compile("(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
EITHER = re.compile(r"\b(?:words\s*/\s*tokens|tokens\s*/\s*words)\b", re.IGNORECASE)  # two words for one unit
WORD = re.compile(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*|\S")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")

TOKEN = "token"
ITEM = "item"
OTHERS = """
    acid bp byte caption category character clip description document episode example frame game gram hour image
    instance interaction item label minute molecule move page pair patch photo picture pixel point position post
    prompt protein question rating record residue row sample second sentence sequence sign song speaker step
    structure sound trajectory triple tweet user utterance video view vowel word"""
UNITS = {TOKEN, *OTHERS.split()}
NEVER_DATA = {"step", "category"}  # what notes on data speak of without counting data in it
ENDS = """
    and or of per with in from for to is are was were at on that which by after before when while as but the this
    these so than using over across each every into if then do does did has have had will would"""
STOPS = set(ENDS.split())

EXPERTS = re.compile(r"\bmixtures?[- ]of[- ]experts?\b|\bMo[eE]s?\b|\bsparsely[- ]gated\b", re.IGNORECASE)
OPEN = re.compile(
    r"\b(?:may|might|could|would|will|if|whether|perhaps|possibly|probably|maybe|likely|unclear|future|planned|unlike"
    r"|compared|instead|rather)\b",
    re.IGNORECASE,
)
TITLE = re.compile(r"\b(?:in|see|from|paper|titled)\s['\"“‘][^'\"”’\n]{10,200}['\"”’]", re.IGNORECASE)  # another work's
DENIED = re.compile(
    r"\b(?:non|not?|isn['’]t|without|never|neither|nor)\b[- ](?:[\w'’-]{1,30}\s){0,3}?"
    r"(?:mixtures?[- ]of|Mo[eE]\b|sparsely)",
    re.IGNORECASE,
)


def counted_in(cell: str, notes: str) -> str:
    """TOKEN when notes say that the figure of a cell counts tokens; ITEM when they name another unit, several, or none.

    >>> counted_in("1.5e12", "We train on 2T tokens, about 1.5 trillion words")
    'item'
    >>> counted_in("2000000000000.0", "We train on 2T tokens, about 1.5 trillion words")
    'token'
    >>> counted_in("3e10", "batch of 512 tokens per tile, 2,048 tiles, so 3e10 in all")
    'token'
    """
    notes = tidy(notes)
    figures = [(figure, unit_behind(notes[figure.end : figure.end + AHEAD])) for figure in figures_of(notes)]
    value = size(cell)
    same = {unit for figure, unit in figures if unit and figure.prints(value)}
    if same:
        return TOKEN if same == {TOKEN} else ITEM
    if any(unit == TOKEN for _, unit in figures):  # so many tokens, and the cell has another figure
        return ITEM
    return TOKEN if mentioned(notes) == {TOKEN} else ITEM


def has_experts(notes: str) -> bool:
    """Whether notes say plainly that the model is a mixture of experts: no denial anywhere, no "may" beside it.

    >>> has_experts("A sparsely-gated mixture of experts."), has_experts("A non-mixture-of-experts model.")
    (True, False)
    >>> has_experts("MoE may come later.")
    False
    """
    return not DENIED.search(notes) and speaks_of_experts(notes)


def speaks_of_experts(notes: str) -> bool:
    """Whether a sentence names a mixture of experts without a word that leaves it open."""
    sentences = SENTENCE.split(TITLE.sub(" ", notes))
    return any(EXPERTS.search(sentence) and not OPEN.search(sentence) for sentence in sentences)


# ------------------------------------------------------------------------------------------------ figures in words


class Figure(NamedTuple):
    """A number in a text, by where it stands; two values where the same letters name two, as 8k does."""

    start: int
    end: int
    values: tuple[float, ...]

    def prints(self, value: float, times: float = 1.0) -> bool:
        """Whether so many times the number is that value."""
        return value != 0 and any(abs(times * own / value - 1) <= NEAR for own in self.values)


@lru_cache(maxsize=KEPT)
def tidy(notes: str) -> str:
    """Notes with powers, suffixes, twin words and white space written one way; a bar for the end of a line."""
    notes = " ".join(" | ".join(notes.splitlines()).split())
    notes = POWER.sub(lambda power: "^" + power[0].translate(POWERS), notes)
    return EITHER.sub("tokens", SMALL_SUFFIX.sub(lambda suffix: suffix[0].upper(), notes))


def size(cell: str) -> float:
    """The first figure of a cell; 0 if there is none."""
    return next((figure.values[0] for figure in figures_of(cell[:LONGEST_CELL])), 0.0)


@lru_cache(maxsize=KEPT)
def figures_of(notes: str) -> tuple[Figure, ...]:
    """Every number of tidy notes."""
    return tuple(_figures(notes))


def _figures(notes: str) -> Iterator[Figure]:
    end = 0
    for found in FIGURE.finditer(notes):
        if found.start() < end:
            continue
        try:
            read = number(notes, found.start())
        except Unreadable:
            continue
        if read is not None:
            end = read.end
            yield Figure(found.start(), end, tuple(float(value) for value in read.readings))


def unit_behind(text: str) -> str:
    """The last unit of the few words that directly follow a figure: pair, of "text-image pairs".

    "" when none is near, or when it is so many for each of something.
    """
    unit = ""
    words = WORD.findall(text)[:WORDS_AHEAD]
    for word, after in pairwise([*words, ""]):
        name = singular(word)
        if word == "/":
            if unit and singular(after) in UNITS:  # tokens/sequence
                return ""
            unit = ""  # image/text tokens
        elif unit and name in {"per", "each"}:
            return ""
        elif name in UNITS:
            unit = name
        elif unit or not word[0].isalpha() or name in STOPS:
            break
    return unit


def mentioned(notes: str) -> set[str]:
    """Every unit that notes on data speak of; the length of a sequence is none."""
    words = [singular(word) for word in WORD.findall(notes)]
    return {
        word
        for word, after in pairwise([*words, ""])
        if word in UNITS - NEVER_DATA and (word, after) != ("sequence", "length")
    }


def singular(word: str) -> str:
    """A word as UNITS has it; of a compound its last part."""
    last = word.casefold().rpartition("-")[2]
    plain = "category" if last == "categories" else last.removesuffix("s")
    return plain if plain in UNITS else last
