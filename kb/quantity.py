"""What a written quantity stands for: its words become intervals, as wide as the printed digits deserve.

Two knobs only. A figure is good to half a unit of its last significant digit, but never worse than RHO; a hedge
("about") multiplies that by HEDGE. Everything else is relative to this reading: at stretch 0 an interval is what is
written, at stretch 1 what rounding allows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, TypeVar

from kb import currencies
from kb.errors import Unreadable
from kb.fractions import numeral
from kb.numerals import EXACT, ONE, Numeral, tidy

RHO = 0.05
HEDGE = 2.0
INFINITY = Decimal("Infinity")
KEPT = 1 << 16  # texts: a claim is read when it is checked and when it is stored, and columns repeat themselves


class Relation(StrEnum):
    """How the words relate the figure to the truth."""

    EXACT = "exact"
    ABOUT = "about"
    RANGE = "range"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    MORE_THAN = "more than"
    LESS_THAN = "less than"
    ROUNDED = "rounded"


FLOORS = (Relation.AT_LEAST, Relation.MORE_THAN)
CEILINGS = (Relation.AT_MOST, Relation.LESS_THAN)
BOUNDS = FLOORS + CEILINGS


class Meaning(NamedTuple):
    """One interval that the words can stand for: core [lo, hi] in the written unit, and how far rounding stretches it.

    The tolerances `below` and `above` are logarithmic when lo > 0, absolute otherwise.
    """

    lo: Decimal
    hi: Decimal
    below: float
    above: float

    def at(self, stretch: float = 1.0) -> tuple[float, float]:
        """The ends with both tolerances multiplied by `stretch`: 0 as written, 1 as rounding allows."""
        low, high, below, above = float(self.lo), float(self.hi), stretch * self.below, stretch * self.above
        if low > 0:
            return low * math.exp(-below), high * math.exp(min(above, 700.0))  # more overflows
        return low - below, high + above


class Written(NamedTuple):
    """A quantity as a source writes it."""

    text: str  # as printed, whole
    figure: str  # the number with its hedge, without the unit, in characters of ordinary width
    unit: str  # what is left: a unit expression such as "cent/ktoken", "" when there is none
    scale: str  # the scale words, as printed: "million", 万亿, "" when there are none
    relation: Relation
    hedged: bool
    meanings: tuple[Meaning, ...]  # the plain decimal reading first

    def __str__(self) -> str:
        """Text that reads back as the same meanings, relation and unit."""
        plain = f"{self.figure} {self.unit}".rstrip()
        again = read(plain)
        same = (again.relation, again.meanings) == (self.relation, self.meanings)
        return plain if same else f"exactly {plain}"  # exact for the attribute's sake, not by its own words


@lru_cache(maxsize=KEPT)
def read(text: str, *, count: bool = False, exact: bool = False) -> Written:
    """What a text says, a figure first and then its unit. Raises Unreadable.

    With `count` the attribute counts things: an unhedged integer written in full is exact. With `exact` it is a
    stipulated premise ("at $1 an hour"), exact unless hedged.

    >>> [round(end) for end in read("about 4,200 device").meanings[0].at()]
    [4100, 4300]
    """
    phrase = _parse(tidy(text))
    hedged = Relation.ABOUT in phrase.cues
    sharp = exact or Relation.EXACT in phrase.cues or (count and phrase.first.full and phrase.last.full)
    relation = Relation.ABOUT if hedged else Relation.EXACT if sharp else Relation.ROUNDED
    if phrase.ranged:
        relation = Relation.RANGE
    elif phrase.bounds:
        relation, sharp = phrase.bounds[0], True  # a limit is chosen, not rounded
    slack = HEDGE if hedged else 0.0 if sharp else 1.0
    return Written(
        text, phrase.figure, phrase.unit, phrase.scale, relation, hedged, tuple(_meanings(phrase, relation, slack))
    )


# ------------------------------------------------------------------------------------------------ words beside a figure


class Cue(StrEnum):
    """What other words beside a figure tell."""

    EMPHASIS = "emphasis"  # "as high as": bounds nothing
    BETWEEN = "between"  # announces a range
    MULTIPLE = "multiple"  # "3 times", 三倍
    SURPLUS = "surplus"  # "3 times more", 高出三倍: three times as much, or four


Cues = frozenset[Relation | Cue]
Key = TypeVar("Key")


def _phrases(groups: dict[Key, str]) -> dict[str, Key]:
    return {phrase: key for key, phrases in groups.items() for phrase in phrases.split("|")}


BEFORE: dict[str, Relation | Cue] = _phrases(
    {
        Relation.ABOUT: "about|around|approximately|approx.|approx|roughly|circa|ca.|c.|some|nearly|almost|close to"
        "|an estimated|~|≈|大约|约|大概|大致|将近|接近|近|差不多",
        Relation.EXACT: "exactly|precisely|正好|恰好|刚好",
        Relation.MORE_THAN: "more than|over|above|greater than|exceeding|upwards of|>|超过|超出|多于|大于|高于|逾",
        Relation.AT_LEAST: "at least|no less than|not less than|no fewer than|a minimum of|>=|≥"
        "|至少|最少|起码|不少于|不低于|不小于|大于等于|大于或等于|大于或者等于",
        Relation.AT_MOST: "at most|up to|no more than|not more than|a maximum of|<=|≤"
        "|至多|最多|不超过|不多于|不高于|不大于|小于等于|小于或等于|小于或者等于",
        Relation.LESS_THAN: "less than|fewer than|under|below|<|不到|不足|少于|小于|低于",
        Cue.EMPHASIS: "as high as|as low as|as many as|as few as|as much as|as little as|a full|a total of|only|just"
        "|高达|多达|达到|足足|仅|只|共|总计|增加到|增至|提高到",
        Cue.BETWEEN: "between|from|介于|在|从",
        Cue.SURPLUS: "高出|多出|高|多|增加|增长|提高|提升|上升",
    }
)
AFTER: dict[str, Relation | Cue] = _phrases(
    {
        Relation.ABOUT: "左右|上下|or so",
        Relation.MORE_THAN: "以上",
        Relation.AT_LEAST: "or more",
        Relation.AT_MOST: "以内|or less|or fewer",
        Relation.LESS_THAN: "以下",
        Cue.EMPHASIS: "之多",
        Cue.BETWEEN: "之间",
    }
)
BEHIND: dict[str, Relation | Cue] = AFTER | _phrases(  # at the figure itself, where no unit can be meant
    {
        Relation.MORE_THAN: "多|余",
        Relation.AT_LEAST: "+",
        Cue.EMPHASIS: "as many as|as much as|as large as|as high as|as many|as much|as large|as high",
    }
)
PERCENT = "百分之"


def _any(phrases: Iterable[str]) -> str:
    """A pattern for any of some phrases, the longest first, none of them the beginning of a longer word."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return "|".join(re.escape(p) + (r"(?![A-Za-z])" if re.match("[A-Za-z]", p[-1]) else "") for p in longest_first)


WORD_BEFORE = re.compile(rf"(?P<word>{_any(BEFORE)})[有为了]?\s?", re.IGNORECASE)
WORD_BEHIND = re.compile(rf"\s?(?P<word>{_any(BEHIND)})", re.IGNORECASE)
WORD_AT_END = re.compile(rf"(?:\s|(?![A-Za-z]))(?P<word>{_any(AFTER)})$", re.IGNORECASE)
PREFIX = re.compile(rf"(?P<word>{PERCENT}(?!百)|{currencies.PREFIX.pattern})\s?", re.IGNORECASE)
JOINT = re.compile(
    r"\s?(?:(?<![A-Za-z])to(?![A-Za-z])|[-~到至]|(?P<and>(?<![A-Za-z])and(?![A-Za-z])|[和与]))\s?", re.IGNORECASE
)
TIMES = re.compile(
    r"\s?(?:times|-?fold|x|×|倍)(?![A-Za-z])"
    r"(?P<more>\s(?:more|larger|bigger|greater|higher|longer|faster)(?![A-Za-z]))?",
    re.IGNORECASE,
)
SECOND_FIGURE = re.compile(r"(?:\W|to(?![A-Za-z])|and(?![A-Za-z])|[到至和与])*[0-9零〇一二两三四五六七八九¼½¾⅓⅔]")


# ------------------------------------------------------------------------------------------------ taking a text apart


class Amount(NamedTuple):
    """One figure with the words before it."""

    numeral: Numeral
    cues: Cues
    unit: str  # that stands before it: USD for $
    figure: str  # without that unit
    end: int


class Phrase(NamedTuple):
    """The whole text, taken apart."""

    first: Numeral
    last: Numeral  # the upper end of a range, otherwise the first again
    cues: Cues
    figure: str
    unit: str

    @property
    def ranged(self) -> bool:
        """Whether it has two ends."""
        return self.first is not self.last or self.first.until is not None

    @property
    def scale(self) -> str:
        """The scale words behind its figure, the upper one of a range."""
        return self.last.scale.strip(" -")

    @property
    def bounds(self) -> list[Relation]:
        """The one-sided relations that its words claim."""
        return [bound for bound in BOUNDS if bound in self.cues] if self.cues else []


def _parse(text: str) -> Phrase:
    body, closing = _without_closing(text)
    start = _amount(body, 0)
    if start is None:
        raise Unreadable(text, "a figure such as 12,500, about 3.4 trillion, 6500亿 or 40 to 50")
    first, joint, last = _range(body, start, start.cues | closing)
    end, behind = _behind(body, last.end)
    printed = first.figure, joint, last.figure if joint else "", body[last.end : end], text[len(body) :]
    figure = " ".join("".join(printed).split())
    cues = first.cues | last.cues | behind | closing
    phrase = Phrase(first.numeral, last.numeral, cues, figure, _unit(text, first.unit, body[end:]))
    _check(text, phrase)
    return phrase


def _without_closing(text: str) -> tuple[str, Cues]:
    """The text without the words that close it behind the unit ("or more", 左右), and what they say."""
    cues: set[Relation | Cue] = set()
    while found := WORD_AT_END.search(text):
        text = text[: found.start()]
        cues.add(AFTER[found["word"].lower()])
    return text, frozenset(cues)


def _behind(text: str, at: int) -> tuple[int, Cues]:
    """Where the words right behind a figure end, and what they say."""
    cues: set[Relation | Cue] = set()
    if times := TIMES.match(text, at):
        at = times.end()
        cues |= {Cue.MULTIPLE, Cue.SURPLUS} if times["more"] else {Cue.MULTIPLE}
    while found := WORD_BEHIND.match(text, at):
        at = found.end()
        cues.add(BEHIND[found["word"].lower()])
    return at, frozenset(cues)


def _amount(text: str, at: int) -> Amount | None:
    cues: set[Relation | Cue] = set()
    unit = figure = ""
    while found := WORD_BEFORE.match(text, at) or PREFIX.match(text, at):
        at, word = found.end(), found["word"]
        if found.re is PREFIX:
            unit = "%" if word == PERCENT else currencies.code(word)
            figure += " "
        else:
            cues.add(BEFORE[word.lower()])
            figure += found[0]
    number = numeral(text, at)
    if number is None:
        return None
    if "多" in number.text or "余" in number.text:  # 500多万
        cues.add(Relation.MORE_THAN)
    return Amount(number, frozenset(cues), unit, figure + number.text, number.end)


def _range(text: str, first: Amount, cues: Cues) -> tuple[Amount, str, Amount]:
    """Both ends and the word between them, or the first end twice. A unit between them is the one that follows too."""
    for joint in JOINT.finditer(text, first.end):
        last = _amount(text, joint.end())
        if last is None or last.numeral.until or first.numeral.until:
            continue
        if joint["and"] and Cue.BETWEEN not in cues | _behind(text, last.end)[1]:
            continue
        between, behind = text[first.end : joint.start()].strip(), text[last.end :].strip()
        if last.unit in {"", first.unit} and between in {"", behind, behind.removesuffix("s")}:
            shared = _sharing_scale(first, last)
            if between and shared is not first:
                raise Unreadable(text, "the scale word at both ends of the range")
            return shared, joint[0], last
    return first, "", first


def _sharing_scale(first: Amount, last: Amount) -> Amount:
    """The lower end of "1 to 2 million" as a million; that of "500 to 2 million" as it stands."""
    if first.numeral.scale or not last.numeral.scale:
        return first
    words = first.numeral.text + last.numeral.scale
    shared = numeral(words)
    if shared is None or shared.end < len(words) or shared.value > last.numeral.value:
        return first
    return first._replace(numeral=shared)


def _unit(text: str, before: str, rest: str) -> str:
    """The unit from before the figure with what is left behind it. Raises Unreadable if that goes on with digits."""
    if SECOND_FIGURE.match(rest):
        grouping = "a decimal point, or commas between groups of three digits (6,7 may mean 6.7)"
        expected = {".": "one decimal point", ",": grouping}
        raise Unreadable(text, expected.get(rest[0], "one decimal figure or one range"))
    unit = rest.strip()
    return f"{before}{unit}" if unit.startswith("/") else f"{before} {unit}".strip()


def _check(text: str, phrase: Phrase) -> None:
    """Raises Unreadable when the words do not go together."""
    if len(phrase.bounds) + phrase.ranged > 1:
        raise Unreadable(text, "one bound or one range")
    if Cue.BETWEEN in phrase.cues and not phrase.ranged:
        raise Unreadable(text, "both ends of a range, such as between 90 and 100")
    if Cue.SURPLUS in phrase.cues and not (Cue.MULTIPLE in phrase.cues and phrase.first.value > 0):
        raise Unreadable(text, "a multiple such as 3 times more or 高出三倍")
    if phrase.first.value > phrase.last.value:
        raise Unreadable(text, "the smaller end of a range first")


# ------------------------------------------------------------------------------------------------ what it can stand for


def _meanings(phrase: Phrase, relation: Relation, slack: float) -> Iterable[Meaning]:
    first, last = phrase.first, phrase.last
    if first.until is not None:
        yield Meaning(first.value, first.until, 0.0, 0.0)
        return
    ranged = relation is Relation.RANGE  # it states its uncertainty: every digit written counts
    below = _tolerance(first, ranged) * slack
    above = below if last is first else _tolerance(last, ranged) * slack
    surplus = Cue.SURPLUS in phrase.cues
    for lo, hi in zip(_numbers(first, surplus), _numbers(last, surplus), strict=False):
        yield _meaning(relation, (lo, hi), (below, above))


def _numbers(figure: Numeral, surplus: bool) -> tuple[Decimal, ...]:
    return (figure.value, EXACT.add(figure.value, ONE)) if surplus else figure.readings


def _tolerance(printed: Numeral, ranged: bool) -> float:
    """Half a unit of the last digit: of a positive figure as a share of it, and capped; otherwise that width itself."""
    figure = printed.value if ranged else printed.significant
    if printed.coarse:
        return RHO if figure > 0 else RHO * abs(float(figure))
    half = float(Decimal(5).scaleb(int(figure.as_tuple().exponent) - 1))
    return min(half / float(figure), RHO) if figure > 0 else half


def _meaning(relation: Relation, core: tuple[Decimal, Decimal], tolerances: tuple[float, float]) -> Meaning:
    (lo, hi), (below, above) = core, tolerances
    if relation in FLOORS:
        hi, above = INFINITY, 0.0
    if relation in CEILINGS:
        lo, below = -INFINITY, 0.0
    if lo > 0:
        return Meaning(lo, hi, -math.log1p(-below), math.log1p(above))
    return Meaning(lo, hi, below, above * float(hi) if hi > 0 and above else above)
