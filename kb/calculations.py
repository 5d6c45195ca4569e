"""Calculations that sources print: found in running text, and done again from their own figures.

``6 * 15T tokens * 70B parameters = 6.3e24`` is what a calculator would be given, with words in between. A word can
scale its figure (30 %, 312 teraFLOP/s); one that names a time may count in seconds (2 days at so much a second), or may
be spelled out by other factors (2 days * 24 * 3600): a calculation is wrong only if it is so either way. What is not
plain is no calculation: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kb.errors import Unreadable
from kb.numerals import SHAPES, SUPERSCRIPTS, number
from kb.quantity import Meaning, read

MOST_TOKENS = 120  # of one calculation
MOST_DEPTH = 12  # of parentheses
MOST_WORDS = 7  # behind a figure
IN_FULL = 100_000  # below which an integer in a calculation is what it is: 3,600 seconds; 1,300,000 is rounded

SECONDS: Mapping[str, float] = {
    word: seconds
    for words, seconds in (
        ("ms millisecond milliseconds", 1e-3),
        ("s sec secs second seconds", 1.0),
        ("min mins minute minutes", 60.0),
        ("h hr hrs hour hours", 3600.0),
        ("d day days", 86_400.0),
        ("week weeks wk", 604_800.0),
        ("month months", 2_629_800.0),
        ("year years", 31_557_600.0),
    )
    for word in words.split()
}
PREFIX = {"kilo": 3, "mega": 6, "giga": 9, "tera": 12, "peta": 15, "exa": 18, "zetta": 21, "yotta": 24}
LETTER = {"k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "t": 12, "P": 15, "E": 18, "Z": 21, "Y": 24}
APART = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}  # a suffix with a space before it
BYTES = re.compile(r"(?P<letter>[kKMGTP])B(?![A-Za-z0-9])")
WORK = re.compile(
    rf"(?:(?i:(?P<prefix>{'|'.join(PREFIX)})[ -]?)|(?P<letter>[{''.join(LETTER)}]))?(?i:flops?|ops?)(?![A-Za-z])"
)
PERCENT = re.compile(r"\s?%")
NEITHER = re.compile(r"PF(?![A-Za-z])|%")  # of which a calculation's result would not be understood
FLOPS_DAYS = re.compile(r"(?i:p(?:eta)?f(?:lop)?(?:[/]?s)?(?:ec)?[- ]days?)(?![A-Za-z])")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9'’.]*(?:-[A-Za-z0-9]+)*")
GLOSS = re.compile(r"\s?[(\[][^()\[\]=*×]{0,80}[)\]]")
GLOSS_STARTS = re.compile(r"\s?[(\[]\s?[A-Za-z~$\"“]")
TIMES = re.compile(r"\s*(?:\*{1}(?!\*)|[×·∗⋅]|x(?=[\s(0-9]))\s*")
OPERATORS = {
    "power": re.compile(r"\s*(?:\^|\*\*)\s*"),
    "times": TIMES,
    "over": re.compile(r"\s*[/÷](?=\s*[(0-9.])\s*"),
    "plus": re.compile(r"\s*\+\s*"),
    "minus": re.compile(r"(?:\s+[-−]\s+|\s*−\s*)"),
}
EQUALS = re.compile(r"\s*(?:[*×]\s*)?(?:=>?|[~≈≃]\s?=?|⇒|→|->)\s*[~≈]?\s*(?!=)")
MARK = re.compile(r"[=~≈≃⇒→]|->")  # with which EQUALS may begin
OPENS, CLOSES, ROOT = re.compile(r"\s*\(\s*"), re.compile(r"\s*\)"), re.compile(r"\s*(?:sqrt|√)\s*\(?", re.IGNORECASE)
GLUED = re.compile(r"x[0-9]")  # 16x16: no word
PER = re.compile(r"\s?/\s?(?=[A-Za-z])|\sper\s(?=[A-Za-z])")
STARTS = re.compile(r"(?<![\w.,^])(?:[(]|sqrt|√|[0-9.]?[0-9])", re.IGNORECASE)
AFTER_OPERATOR = re.compile(r"(?:[*×·∗⋅+/÷^−]|[\s0-9]x|\s-)\s*$")
SMALL = re.compile(r"(?<=[0-9])[bmt](?![A-Za-z0-9])")  # 450b
COMMA = re.compile(r"(?<![0-9.,])([0-9]{1,3}),([0-9]{1,2})(?=e[0-9+-]|\s?[*×]|[KMBT]\b)")  # 6,7e9
WRAPPED = re.compile(r"[ \t]*\n[ \t]*(?=[=≈])")
POWER_OF_TEN = re.compile("(?<![0-9.])10([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+)")
SPACES = re.compile(r"[^\S\n]")
RESULT_AHEAD = re.compile(rf"[0-9.,]+(?:[eE][0-9+]+|\s?[*×x]\s?10\^[0-9]+)?(?:\s?{WORK.pattern})?\s?")  # 6.9e16 = ...
BEFORE = 3  # characters in which an operator in front of a calculation is looked for


# ------------------------------------------------------------------------------------------------ what is calculated


@dataclass(frozen=True, slots=True)
class Number:
    """A figure with what its words make of it."""

    meanings: tuple[Meaning, ...]
    scale: float  # of its words, always
    seconds: float  # of its words, where times are counted in seconds
    bare: tuple[Meaning, ...] = ()  # without its scale word, if it has one

    @property
    def is_bare(self) -> bool:
        """Whether no word scales it."""
        return not self.bare and self.scale == self.seconds == 1

    @property
    def likely(self) -> list[float]:
        """What a calculation may count in that gives a time without a word about it: the time's own unit, or others."""
        return [1.0, *(self.seconds / unit for unit in (1.0, 3600.0, 86_400.0))]


@dataclass(frozen=True, slots=True)
class Operation:
    """Two terms and what joins them."""

    sign: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class SquareRoot:
    """The square root of a term, as in a geometric mean of two."""

    of: Term


Term = Number | Operation | SquareRoot


@dataclass(frozen=True, slots=True)
class Calculation:
    """A calculation in a text: how it goes, and the figure that it is said to give, with the words behind that."""

    start: int
    end: int
    working: str
    figure: str
    unit: str  # FLOP where its words say so, otherwise its first word, "" without one
    stated: str  # the figure with its words
    scale: float  # of those words: 1e15 for PFLOP
    last: bool  # whether nothing is worked out further from it

    @property
    def value(self) -> float:
        """The stated result, in units without a prefix."""
        return float(read(self.figure).meanings[0].lo) * self.scale


@lru_cache(maxsize=1 << 12)
def parsed(working: str) -> Term:
    """A calculation that a text holds whole, or the figure that stands for one. Raises Unreadable."""
    reader = Reader(_flat(working))
    term = reader.sum(0)
    if term is None or reader.at < len(reader.text.rstrip()):
        raise Unreadable(working, "a figure, or a calculation such as 6 * 70B * 2T, or (3 + 4.5) * 1e9 / 2")
    return term


def figures_in(working: str) -> tuple[float, ...]:
    """The figures of a calculation in their order, each as it is first read, with its words. Raises Unreadable."""
    return tuple(float(number.meanings[0].lo) * number.scale for number in numbers(parsed(working)))


def numbers(term: Term) -> Iterator[Number]:
    """The figures of a term in their order."""
    if isinstance(term, Number):
        yield term
    elif isinstance(term, Operation):
        yield from numbers(term.left)
        yield from numbers(term.right)
    else:
        yield from numbers(term.of)


def calculations(text: str) -> Iterator[Calculation]:
    """Every calculation of a text that can be read whole, in its order.

    >>> [(found.working, found.figure, found.unit) for found in calculations("C = 6*N*D = 6 * 7B * 2T = 8.4e22 FLOP.")]
    [('6 * 7B * 2T', '8.4e22', 'FLOP')]
    """
    flat = _flat(text)
    place, ahead = 0, -1
    for start in STARTS.finditer(flat):
        if ahead < start.start():  # nothing is worked out where no mark says so before the line ends
            mark = MARK.search(flat, start.start())
            if mark is None:
                return
            ahead = mark.start()
        if flat.find("\n", start.start(), ahead) >= 0:
            continue
        if start.start() < place or AFTER_OPERATOR.search(flat, max(0, start.start() - BEFORE), start.start()):
            continue
        for found in _chain(flat, start.start()):
            place = found.end
            yield found


# ------------------------------------------------------------------------------------------------ reading


class Reader:
    """One pass over a text from some place on."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text, self.at, self.tokens = text, at, 0

    def taken(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What stands here, if it is that."""
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def sum(self, depth: int) -> Term | None:
        """Terms joined by plus and minus."""
        return self._joined(depth, ("plus", "minus"), self.product)

    def product(self, depth: int) -> Term | None:
        """Factors joined by times and over."""
        return self._joined(depth, ("times", "over"), self.power)

    def _joined(self, depth: int, signs: tuple[str, ...], inner: Callable[[int], Term | None]) -> Term | None:
        left = inner(depth)
        while left is not None:
            before = self.at
            sign = next((sign for sign in signs if self.taken(OPERATORS[sign])), None)
            if sign is None:
                return left
            right = inner(depth)
            if right is None:  # what follows is no figure: the calculation ends before the sign
                self.at = before
                return left
            left = Operation(sign, left, right)
        return None

    def power(self, depth: int) -> Term | None:
        """A factor, perhaps raised to a power, with the words behind it."""
        base = self.factor(depth)
        if base is None or not self.taken(OPERATORS["power"]):
            return base
        exponent = self.factor(depth)
        return None if exponent is None else Operation("power", base, exponent)

    def factor(self, depth: int) -> Term | None:
        """A figure, what parentheses hold, or a root."""
        self.tokens += 1
        if self.tokens > MOST_TOKENS or depth > MOST_DEPTH:
            return None
        before = self.at
        if self.taken(ROOT):
            inner = self.sum(depth + 1)
            if inner is None or not self.taken(CLOSES):
                self.at = before
                return None
            return SquareRoot(inner)
        if self.taken(OPENS):
            inner = self.sum(depth + 1)
            if inner is None or not self.taken(CLOSES):
                self.at = before
                return None
            scale, seconds = self.words()
            one = Meaning(*(read("1").meanings[0][:2]), 0.0, 0.0)
            return inner if scale == seconds == 1 else Operation("times", inner, Number((one,), scale, seconds))
        return self.figure()

    def figure(self) -> Number | None:
        """A figure with the words that belong to it; a small integer is exact."""
        try:
            found = number(self.text, self.at)
            if found is None or (not self.text[self.at].isdigit() and self.text[self.at] != "."):
                return None
            written = found.text.strip()
            meanings = read(written, count=abs(found.value) < IN_FULL).meanings
            plain = read(written.removesuffix(found.scale)).meanings if found.scale else ()
        except (Unreadable, IndexError):
            return None
        self.at = found.end
        percent = self.taken(PERCENT)
        scale, seconds = self.words()
        return Number(meanings, scale * (0.01 if percent else 1.0), seconds, plain)

    def words(self) -> tuple[float, float]:
        """What the words behind a figure make of it: always, and where times are counted in seconds."""
        scale = seconds = 1.0
        below, count = False, 0
        while count < MOST_WORDS:
            if GLOSS_STARTS.match(self.text, self.at) and (gloss := GLOSS.match(self.text, self.at)):
                self.at, count = gloss.end(), count + 1
                continue
            here = self.at
            if self.taken(PER):
                below = True
            elif self.text.startswith(" ", self.at):
                self.at += 1
            elif count and not self.text.startswith("-", self.at):
                break
            if work := WORK.match(self.text, self.at):
                self.at = work.end()
                if not below:
                    scale *= power_of(work)
            elif held := BYTES.match(self.text, self.at):
                self.at = held.end()
                times = 10.0 ** LETTER[held["letter"]]
                scale *= 1 / times if below else times
            elif (word := WORD.match(self.text, self.at)) and word[0] != "x" and (count or not GLUED.match(word[0])):
                self.at = word.end()
                scale *= APART.get(word[0], 1.0) if not count else 1.0
                time = SECONDS.get(word[0].rstrip(".").rpartition("-")[2], 1.0)
                seconds *= 1 / time if below else time
            else:
                self.at = here
                break
            count += 1
        return scale, seconds


def power_of(work: re.Match[str]) -> float:
    """The power of ten that a prefix stands for."""
    prefix, letter = work["prefix"], work["letter"]
    return 10.0 ** (PREFIX[prefix.lower()] if prefix else LETTER[letter] if letter else 0)


def _chain(text: str, start: int) -> Iterator[Calculation]:
    """What is worked out from a place on: a term, and each figure that it is said to equal."""
    left_at, left, bare, reader = start, None, False, Reader(text, start)
    while True:
        right_at = reader.at
        right = reader.sum(0)
        if right is None:
            return
        right_end = reader.at
        if left is not None and isinstance(right, Number) and not isinstance(left[0], Number):
            yield from _calculation(text, left_at, left[1], (right_at, right_end))
        elif left is not None and bare and not isinstance(right, Number):
            yield from _calculation(text, right_at, right_end, (left_at, left[1]))
        bare = (
            left is None and isinstance(right, Number) and RESULT_AHEAD.fullmatch(text, right_at, right_end) is not None
        )
        if left is None or not isinstance(right, Number) or isinstance(left[0], Number):
            left_at, left = right_at, (right, right_end)
        if not reader.taken(EQUALS):
            return


def result_of(stated: str) -> Number:
    """A figure with its unit, as a calculation's result. Raises Unreadable."""
    written = read(stated)
    scale, seconds = Reader(f" {_flat(written.unit)}").words()
    plain = read(written.figure.replace(written.scale, " ")).meanings if written.scale else ()
    return Number(written.meanings, scale, seconds, plain)


def _calculation(text: str, start: int, end: int, result: tuple[int, int]) -> Iterator[Calculation]:
    """A calculation with its result, unless its words say something that is not understood."""
    found = number(text, result[0])
    if found is None:
        return
    behind = text[found.end : result[1]].strip()
    unit, scale = "", 1.0
    if FLOPS_DAYS.match(behind) or NEITHER.match(behind):
        return
    if work := WORK.match(behind):
        unit, scale = "FLOP", power_of(work)
    elif word := WORD.match(behind):
        unit = word[0].lower().rstrip(".")
    ends = max(end, result[1])
    ahead = EQUALS.match(text, ends)
    last = ahead is None or isinstance(Reader(text, ahead.end()).sum(0), Number)  # 1,080,000 = 1.08e6
    working = text[start:end].strip()
    try:
        parsed(working)
    except Unreadable:
        return
    yield Calculation(
        min(start, result[0]), ends, working, found.text.strip(), unit, text[slice(*result)].strip(), scale, last
    )


def _flat(text: str) -> str:
    """The text with one kind of space, marks of ordinary width and decimal points; every place stays what it was."""
    text = POWER_OF_TEN.sub(lambda power: f"1e{power[1].translate(SUPERSCRIPTS)}", text.translate(ONE_FOR_ONE))
    text = WRAPPED.sub(lambda gap: " " * len(gap[0]), text)
    text = SMALL.sub(lambda suffix: suffix[0].upper(), SPACES.sub(" ", text))
    return COMMA.sub(r"\1.\2", text)


ONE_FOR_ONE = {mark: into for mark, into in SHAPES.items() if (into is not None and len(str(into)) == 1) or into == 0}
