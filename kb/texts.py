"""The texts that claims are taken from: their sentences, their figures, and the words that a locator stands for.

A byte order mark does not count and every line end counts as one character, so that copies of a text that differ in
these alone have the same spans.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from kb.errors import KbError, Unreadable
from kb.figures import interval
from kb.fractions import PART, VULGAR, WHOLE, numeral
from kb.model import Locator, Sentence, Value, ValueKind
from kb.numerals import (
    CARDINALS,
    ENGLISH_SCALES,
    GROUP_SPACE,
    HAN,
    MOST_CHARACTERS,
    MULTIPLES,
    NOUGHT,
    RAISED,
    SEVERAL,
    SHAPES,
    SUPERSCRIPTS,
    Numeral,
    plainly,
)

MOST_BYTES = 4_000_000  # several books; more is hardly the text of one source
MOST_CELLS = 300  # of words that are quoted
MOST_DIGITS = 12  # of a printed figure

END = re.compile(r"[。！？]+|[.!?](?=\s)")
WORD = re.compile(r"\w")


class NotText(KbError):
    """A file that is not the text of a source."""

    exit_code = 2

    def __init__(self, name: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(f"file {name!r} {found}; expected {expected}; {remedy}")


def decoded(raw: bytes, name: str) -> str:
    """The text of a file, without its byte order mark and with line feeds for line ends; raises NotText."""
    if len(raw) > MOST_BYTES:
        found = f"has {len(raw):,} bytes"
        raise NotText(name, found, f"a text of at most {MOST_BYTES:,}", "name the text of one source")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"is not UTF-8 (byte {error.start} cannot be read)"
        raise NotText(name, found, "text in UTF-8", "convert it, or name another file") from None
    if not text.strip():
        raise NotText(name, "is empty", "the text of a source", "name another file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def digest(words: str) -> str:
    """The digest under which words are cited."""
    return sha256(words.encode()).hexdigest()


# ------------------------------------------------------------------------------------------------ sentences


def sentences(text: str) -> tuple[Sentence, ...]:
    r"""Every sentence in order; a paragraph is a line, and marks without a word belong to the sentence before them.

    >>> [(each.at, each.span) for each in sentences("One. Two!\n\nThree")]
    [('p0.s0', (0, 4)), ('p0.s1', (5, 9)), ('p2.s0', (11, 16))]
    """
    return tuple(
        Sentence(at=f"p{paragraph}.s{number}", span=span, digest=digest(text[slice(*span)]))
        for paragraph, (start, end) in enumerate(_lines(text))
        for number, span in enumerate(_spans(text, start, end))
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends."""
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of one line, without the white space around them."""
    found: list[tuple[int, int]] = []
    for low, high in pairwise([start, *(mark.end() for mark in END.finditer(text, start, end)), end]):
        words = text[low:high]
        inner = low + len(words) - len(words.lstrip()), low + len(words.rstrip())
        if found and not WORD.search(words):
            found[-1] = found[-1][0], max(inner[1], found[-1][1])
        elif words.strip():
            found.append(inner)
    return found


class Places:
    """Sentences, by the characters that lie in them."""

    def __init__(self, found: tuple[Sentence, ...]) -> None:
        self.sentences = found
        self._starts = [each.span[0] for each in found]

    def around(self, span: tuple[int, int]) -> Sentence | None:
        """The sentence in which a span lies as a whole, if one does."""
        position = bisect_right(self._starts, span[0]) - 1
        found = self.sentences[position] if position >= 0 else None
        return found if found is not None and span[1] <= found.span[1] else None


# ------------------------------------------------------------------------------------------------ figures

FLAT = {code: shape for code, shape in SHAPES.items() if shape is not None}  # what changes no place
SCALE = "|".join(ENGLISH_SCALES)
WORDS = "|".join(sorted((*CARDINALS, *MULTIPLES), key=len, reverse=True))
FIRST = "".join({word[0] for word in (*CARDINALS, *MULTIPLES, *ENGLISH_SCALES, *WHOLE, "several", "few", "quarter")})
START = re.compile(  # of a text in lower case; the characters that one can begin with are looked at first
    rf"(?=[.0-9{''.join(HAN)}十数几半百万千亿{''.join(VULGAR)}{FIRST}n])(?:"
    rf"\.?[0-9]|[{''.join(HAN)}十数几半]|(?<![a-z])(?:(?:{WORDS}|several|a few|tens|dozens|(?:{SCALE})s)(?![a-z])"
    rf"|(?:{NOUGHT})(?=\spoint\s)|an?(?=\s(?:{SCALE}|{PART}))|quarter(?=\s(?:{SCALE})))"
    rf"|(?:百万|万万|[千万亿])(?=分之)|{'|'.join(WHOLE)}|[{''.join(VULGAR)}])"
)
RUN = re.compile(r"\.?[0-9]+|[a-z]+|.", re.IGNORECASE | re.DOTALL)
IDIOM = re.compile("半导|十分(?!之)|十足|四川|两两")  # numerals by their look alone
RANGED = re.compile(rf"[到至][{''.join(HAN)}十](?![{''.join(HAN)}])|\sto\s(?:{WORDS})(?![A-Za-z])", re.IGNORECASE)
LETTER = re.compile(rf"[^\W\d_{''.join(HAN)}十百千万亿数几半]")
OTHER_DIGITS = re.compile(f"[{''.join(HAN)}十百千万亿０-９]")
BEHIND = re.compile(r"[0-9]|\.[0-9]|s?[A-RT-Z]|ss", re.IGNORECASE)


class Figure(NamedTuple):
    """Digits or numeral words of a text, or the name that they belong to."""

    start: int
    end: int
    numeral: Numeral | None  # none of a name, and of digits that are no number
    name: str = ""


class Names:
    """Names with figures in them, such as those of machines and models, to be told from quantities."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_run: dict[str, list[tuple[str, int]]] = {}
        for name in sorted({flat(name).lower() for name in names}, key=len, reverse=True):
            if LETTER.search(name):
                for start in START.finditer(name):
                    run = RUN.match(name, start.start())
                    assert run is not None
                    self._by_run.setdefault(run[0], []).append((name, start.start()))

    def at(self, text: str, place: int) -> tuple[int, int] | None:
        """Where the longest name begins and ends that holds the figure at a place of a flat text in lower case."""
        run = RUN.match(text, place)
        for name, offset in self._by_run.get(run[0], ()) if run else ():
            start, end = place - offset, place - offset + len(name)
            if start >= 0 and text.startswith(name, start) and _apart(text, start, end):
                return start, end
        return None


NO_NAMES = Names(())


def _apart(text: str, start: int, end: int) -> bool:
    """Whether a name stands by itself there, and is not a part of a longer word or number."""
    before = start == 0 or not (_latin(text[start]) and _latin(text[start - 1]))
    return before and not (_latin(text[end - 1]) and BEHIND.match(text, end))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def flat(text: str) -> str:
    """The text in characters of ordinary width, and cheque numerals as plain ones, each where it was."""
    return plainly(GROUP_SPACE.sub(",", text.translate(FLAT)))


def figures(text: str, names: Names = NO_NAMES) -> Iterator[Figure]:
    """Every figure in order, and every name that holds one; a bare "one" or "several" is an article, no figure.

    >>> [text for text in (each.numeral and each.numeral.text for each in figures("A dozen of 3.5 万 and 数百万"))]
    ['A dozen', '3.5 万', '数百万']
    """
    text = flat(text)
    lower, place = lowered(text), 0
    raised = RAISED.search(text) is not None
    while start := START.search(lower, place):
        at = start.start()
        if named := names.at(lower, at):
            yield Figure(*named, None, text[slice(*named)])
            place = max(named[1], start.end())
            continue
        number, place = _number(text, at, raised=raised)
        if start[0][-1].isdecimal() or (number is not None and _counts(text, at, number) and not IDIOM.match(text, at)):
            yield Figure(at, place, number)


def lowered(text: str) -> str:
    """The text in lower case, each character where it was."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in text)


def _number(text: str, at: int, *, raised: bool) -> tuple[Numeral | None, int]:
    """The number at a place and where it ends; without one, the end of its digits or of the word."""
    window, carets = text[at : at + MOST_CHARACTERS], []
    if raised:  # each raised power gets a caret
        carets = [power.start() + before for before, power in enumerate(RAISED.finditer(window))]
        window = RAISED.sub(lambda power: "^" + power[0].translate(SUPERSCRIPTS), window)
    found = None
    with suppress(Unreadable):
        found = numeral(window)
    if found is not None:
        return found, at + found.end - sum(place < found.end for place in carets)
    run = RUN.match(text, at)
    return None, run.end() if run else at + 1


def _counts(text: str, at: int, number: Numeral) -> bool:
    """Whether a numeral in words says how many, or begins a range that does: one to five."""
    vague = number.until is not None and SEVERAL.fullmatch(number.text)
    bare = number.text.lower() in {"one", "一"}
    return not vague and (not bare or RANGED.match(text, at + len(number.text)) is not None)


def printed(value: Value) -> str:
    """A value as printed, and in plain digits what is printed in others: ``3.5万亿 t (3.5 trillion)``."""
    if value.kind is not ValueKind.QUANTITY or not OTHER_DIGITS.search(value.text):
        return value.text
    known = [each.numeral for each in figures(value.text) if each.numeral is not None]
    ends = [(float(each.value), float(each.value if each.until is None else each.until)) for each in known]
    plain = " to ".join(interval(low, high, "", MOST_DIGITS) for low, high in ends)
    return f"{value.text} ({plain})" if plain else value.text


def same(one: Numeral | None, other: Numeral | None) -> bool:
    """Whether two numerals are the same number."""
    if one is None or other is None or one.until != other.until:
        return False
    return not set(one.readings).isdisjoint(other.readings)


# ------------------------------------------------------------------------------------------------ quoting


class Originals:
    """The original words of claims, where the texts of their sources are at hand."""

    def __init__(self, text_of: Callable[[str], str | None] = lambda _: None) -> None:
        self._text = cache(text_of)

    def words(self, place: Locator, cells: int = MOST_CELLS) -> str:
        """The words that a locator stands for, in quotes; nothing where they are not at hand, or are others now."""
        found = self._span(place)
        return quoted(found, cells) if found else ""

    def sentence(self, place: Locator, cells: int = MOST_CELLS) -> str:
        """The whole sentence in which those words stand."""
        found = self.around(place)
        return quoted(found, cells) if found else ""

    def around(self, place: Locator) -> str:
        """The same as it stands there; nothing where those words are in no sentence."""
        text = self._text(place.cite)
        if text is None or place.span is None or not self._span(place):
            return ""
        start, end = text.rfind("\n", 0, place.span[0]) + 1, text.find("\n", place.span[1] - 1)
        line = text[start : end if end >= 0 else len(text)]
        span = place.span[0] - start, place.span[1] - start
        found = Places(sentences(line)).around(span)
        return line[slice(*found.span)] if found else ""

    def _span(self, place: Locator) -> str:
        text = self._text(place.cite)
        if text is None or place.span is None:
            return ""
        words = text[slice(*place.span)]
        return words if place.digest in (None, digest(words)) else ""


def quoted(words: str, cells: int = MOST_CELLS) -> str:
    """Words on one line in quotes, control characters escaped, cut to so many cells of a terminal."""
    safe = "".join(map(_printable, " ".join(words.split())))
    return f'"{_clipped(safe, max(cells - 2, 1))}"'


def _printable(character: str) -> str:
    code = ord(character)
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return character


def _clipped(text: str, cells: int) -> str:
    """A text that is not wider than so many cells; Chinese characters take two."""
    width, kept = 0, 0
    for place, character in enumerate(text):
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 0 if unicodedata.combining(character) else 1
        if width < cells:
            kept = place + 1
        if width > cells:
            return f"{text[:kept]}…"
    return text
