"""Quantities in running text, Chinese, English or mixed: each figure with its hedge, its range and its unit.

What a figure means is read by `kb.quantity`, as the value of a claim is; here only its ends are found, and what unit
the words behind it name. A figure that stands in a name (a chip, a model), in an ordinal or in a date is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kb import currencies
from kb.errors import Unreadable
from kb.numerals import SPACED, plainly
from kb.quantity import AFTER, BEFORE, BEHIND, JOINT, PERCENT, TIMES, Written, read
from kb.texts import NO_NAMES, Figure, Names, figures, flat

# The words that name a unit behind a figure, by the unit of the shipped vocabulary; the longest one counts.
WORDS: Mapping[str, str] = {
    "param": "parameters|parameter|params|weights|参数",
    "token": "tokens|token|词元",
    "expert": "experts|expert|专家",
    "layer": "layers|layer|层",
    "device": "GPUs|GPU|TPUs|TPU|accelerators|accelerator|chips|chip|devices|device|卡|芯片|显卡|加速器",
    "s": "seconds|second|秒钟|秒",
    "min": "minutes|minute|分钟",
    "h": "hours|hour|hrs|h|小时",
    "day": "days|day|天",
    "week": "weeks|week|周|星期",
    "month": "months|month|个月",
    "year": "years|year|年",
    **currencies.NAMES,
    "cent": "cents|cent|美分",
    "%": "percentage points|percentage|percents|percent|per cent|%|个百分点|百分点",
    "FLOP": "floating point operations|FLOPs|FLOP|次浮点运算",
    "GFLOP": "GFLOPs|GFLOP",
    "TFLOP": "TFLOPs|TFLOP",
    "PFLOP": "PFLOPs|PFLOP",
    "MB": "megabytes|megabyte|MB",
    "GB": "gigabytes|gigabyte|GB",
    "TB": "terabytes|terabyte|TB",
    "byte": "bytes|byte|字节",
    "W": "watts|watt|W|瓦",
    "kW": "kilowatts|kW|千瓦",
    "MW": "megawatts|MW|兆瓦",
    "kW*h": "kilowatt-hours|kWh|千瓦时",
    "MW*h": "megawatt-hours|megawatt hours|MWh|兆瓦时",
    "GW*h": "gigawatt-hours|GWh",
    "device*h": "GPU-hours|GPU hours|GPU hour|device-hours|device hours|chip-hours|TPU-hours|卡时|GPU小时",
    "word": "words|word|个单词",
    "sequence": "sequences|sequence|条序列",
    "step": "steps|step|步",
}
MEANT = {word.casefold(): unit for unit, words in WORDS.items() for word in words.split("|")}
LONGEST = sorted((word for words in WORDS.values() for word in words.split("|")), key=len, reverse=True)
LATIN_END = re.compile(r"[A-Za-z]$")
UNIT = re.compile(
    "|".join(re.escape(word) + ("(?![A-Za-z0-9])" if LATIN_END.search(word) else "") for word in LONGEST), re.IGNORECASE
)
BETWEEN = re.compile(r"\s?[-x×]?(?:个|块|张|台|颗|片|枚|套|条)?的?\s?")  # a space, a measure word
CLEAR = "|".join(each for each in UNIT.pattern.split("|") if len(each) > 1)  # 层 and 年 stand in many words
AHEAD = re.compile(rf"(?:[\u4e00-\u9fff]{{1,6}}?|\s[A-Za-z-]{{4,12}}\s)(?=(?P<unit>{CLEAR}))", re.IGNORECASE)
EVERY = re.compile(rf"每(?P<many>一?千|1,?000|一?百万|100万)?\s?个?(?P<unit>{UNIT.pattern})", re.IGNORECASE)
CLAUSE = re.compile(r"[。；;！？!?\n]|\.\s")
PER = re.compile(r"\s?(?:/|(?:per|an?|each)(?![A-Za-z])|每)\s?", re.IGNORECASE)
THOUSAND = re.compile(r"(?:1,?000|一千|千|thousand|1k)(?:\s|个)*", re.IGNORECASE)
MILLION = re.compile(r"(?:a\s)?(?:million|100万|百万|1M)(?:\s|个)*", re.IGNORECASE)
DATE = re.compile(r"(?:19|20)[0-9]{2}年(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?|[0-9]{1,2}月(?:[0-9]{1,2}日)?")
YEAR = re.compile(r"(?:19|20)[0-9]{2}(?![0-9万亿k%]|,[0-9]|\.[0-9])")
SHORT = {"s": "s", "sec": "s", "h": "h", "hr": "h"}  # what stands for a unit behind a stroke alone
SHORT_UNIT = re.compile(r"(?:sec|s|hr|h)(?![A-Za-z])")
ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z])", re.IGNORECASE)
GROUPS = re.compile(r"[0-9]{1,3}(?:([ .])[0-9]{3})(?:\1[0-9]{3})+(?![0-9])")  # 1 234 567: nobody knows what that is
# What goes on to make another number of a figure, none that is read here: two thirds, 五分之一, 1.1^23, 2 1/4, 1,3.
PARTS = "hal(?:f|ves)|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?"
PARTS += "|(?:hundred|thousand|million|billion|trillion)ths?|twentieths?"
GOES_ON = re.compile(
    rf"[\s-]*(?:and\s)?(?:an?\s|[a-z]+[\s-])?(?:{PARTS})(?![a-z])|\s?(?:分之|又[0-9一二两三四五六七八九])|\s?[0-9]+/[0-9]"
    r"|/[0-9]+(?![0-9,]*[kKM0])|\^|(?<=[0-9]),[0-9]{1,2}(?![0-9])"
    r"|\s(?:point|out of)\s|\s?[成折](?![本功为员立长果绩就分交熟叠])",
    re.IGNORECASE,
)
CROSS = re.compile(r"[xX×][0-9]")
GLUED = re.compile(r"[A-Za-z][-_]?$")
DIGITS = frozenset("一二两三四五六七八九")
MONEY = currencies.ALL | {"cent"}
CODES = "|".join(currencies.CODES)
# What stands on both sides of a currency, or is one word with it: 75 USD million, 120 MEUR.
AROUND = re.compile(
    rf"\s?(?P<code>{CODES})\s(?P<scale>million|billion|trillion)(?![A-Za-z])"
    rf"|\s?(?P<scaled>[kMB])(?P<whose>{CODES})(?![A-Za-z])"
)
BEHIND_ONLY = re.compile(r"\s?(?P<sign>[$€£¥₡₭₹₩])(?!\s?[0-9])")
SMALLER = re.compile(r"\s(?:and\s)?")  # thirteen dollars and forty-five cents, 15 dollars 50
WITH_CENTS = re.compile(r"\scents?(?![A-Za-z])", re.IGNORECASE)
NO_WORD = re.compile(r"\s?[.,;:)]|\s?$")
SIGN_BEFORE = re.compile(rf"(?:{PERCENT}|{currencies.PREFIX.pattern})\s?$", re.IGNORECASE)
MOST_MINUS = 9
MONEY_FIRST = re.compile("|".join(sorted(currencies.ALL)))
CUE = re.compile(
    rf"(?:(?:{'|'.join(sorted(map(re.escape, BEFORE), key=len, reverse=True))})[有为了]*|{PERCENT}"
    rf"|{currencies.PREFIX.pattern})\s?$",
    re.IGNORECASE,
)
MINUS = re.compile(r"(?:负|(?<![A-Za-z])(?:minus|negative)\s)$", re.IGNORECASE)
MOST_BEFORE = 24  # characters in which the words before a figure are looked for
MOST_CUES = 3
MOST_SIGN = 8  # characters of the sign of a currency, with a space


@dataclass(frozen=True, slots=True)
class Phrase:
    """One quantity as it stands in a text."""

    start: int
    end: int
    text: str  # as printed
    value: str  # as a claim writes it: the figure with its words, then the unit
    written: Written
    named: str = ""  # a name in the place of the unit: what is counted, such as a chip
    named_until: int = 0  # where it ends


def phrases(text: str, names: Names = NO_NAMES) -> Iterator[Phrase]:
    """Every quantity of a text in its order.

    >>> [found.value for found in phrases("about 3,400 GPUs for 20 to 25 days, at $3 per GPU hour")]
    ['about 3,400 device', '20 to 25 day', '$3 /(device*h)']
    """
    plain = flat(text)
    gone = {place for each in SPACED.finditer(plain) for place in range(*each.span())}
    if not gone:
        yield from _phrases(text, plain, names)
        return
    kept = [place for place in range(len(plain)) if place not in gone]
    whole = plainly("".join(plain[place] for place in kept))
    for each in _phrases(whole, whole, names):
        start, end = kept[each.start], kept[each.end - 1] + 1
        until = kept[each.named_until - 1] + 1 if each.named_until else 0
        yield replace(each, start=start, end=end, text=text[start:end], named_until=until)


def _phrases(text: str, plain: str, names: Names) -> Iterator[Phrase]:
    """The same of a text without spaces in its number words."""
    found, place = list(figures(plain, names)), 0
    below = list(denominators(plain))
    starts = [each.start for each in below]
    for number, figure in enumerate(found):
        if figure.start < place or figure.numeral is None:
            continue
        before = below[bisect_right(starts, figure.start) - 1] if starts and starts[0] <= figure.start else None
        if before is not None and figure.start < before.end:
            continue  # 每1000个token: what something is told per is no quantity of its own
        if (skipped := no_quantity(plain, figure)) > place:
            place = skipped
            continue
        if more := GOES_ON.match(plain, figure.end):
            after = found[number + 1] if found[number + 1 :] else figure
            place = max(more.end(), after.end if after.start <= more.end() + 1 else 0)
            continue
        later = found[number + 1] if found[number + 1 :] else None
        starts_at = cues(plain, figure.start - signed(plain, figure.start), place)
        made = Finder(text, plain, figure, later).phrase(starts_at, told_per(plain, figure.start, before))
        if made is not None:
            place = made.end
            yield made


def no_quantity(text: str, figure: Figure) -> int:
    """Where digits end that stand in a word, an ordinal or a date: H100, 8x7B, 3rd, 2024; 0 if they do not."""
    if text[max(figure.start - 1, 0)] == "第":
        return figure.end
    if not text[figure.start].isdigit():  # 两三百万 is from two to three million, which is not read
        both = text[figure.start] in DIGITS and text[max(figure.start - 1, 0)] in DIGITS and figure.start > 0
        return figure.end if both else 0
    if date := DATE.match(text, figure.start) or GROUPS.match(text, figure.start):
        return date.end()
    if (year := YEAR.match(text, figure.start)) and unit_at(text, year.end()) == ("", year.end()):
        return year.end()
    glued = GLUED.search(text, max(figure.start - 2, 0), figure.start)
    glued = glued and not SIGN_BEFORE.search(text, max(figure.start - MOST_SIGN, 0), figure.start)  # USD115
    in_word = glued or CROSS.match(text, figure.end)
    return figure.end if in_word or ORDINAL.match(text, figure.end) else 0


class Below(NamedTuple):
    """What something is told per, where that is said first: 每小时, 每1000个token."""

    start: int
    end: int
    unit: str


def denominators(text: str) -> Iterator[Below]:
    """Every place at which a text says what the next price is told per."""
    for found in EVERY.finditer(text):
        scale = "" if not found["many"] else "M" if "百万" in found["many"] or "100万" in found["many"] else "k"
        yield Below(found.start(), found.end(), bracketed(scale + MEANT[found["unit"].casefold()]))


def told_per(text: str, at: int, before: Below | None) -> str:
    """What the figure at a place is told per, if its clause has said so before it."""
    return "" if before is None or CLAUSE.search(text, before.end, at) else before.unit


def bracketed(unit: str) -> str:
    """A unit as a lower part of another one."""
    return f"({unit})" if "*" in unit else unit


class Finder:
    """The ends of one quantity around its figure."""

    def __init__(self, text: str, plain: str, figure: Figure, later: Figure | None) -> None:
        self.text, self.plain, self.figure, self.next = text, plain, figure, later
        self.start, self.below = figure.start, ""

    def phrase(self, starts: Sequence[int], below: str = "") -> Phrase | None:
        """The longest quantity that can be read from one of some starts, the first if possible; None if there is none.

        below: what it is told per, if that was said before it.
        """
        self.below = below
        for self.start in starts:  # "between 5" announces a range that is none
            if (found := self.longest()) is not None:
                return found
        return None

    def longest(self) -> Phrase | None:
        """The longest quantity from where it starts."""
        for end, figure in (*self.ranges(), (self.figure.end, self.plain[self.start : self.figure.end])):
            behind = end_of_words(self.plain, end)
            for last in dict.fromkeys((behind, end)):
                if (made := self.read(figure + self.plain[end:last], last)) is not None:
                    return made
        return None

    def small_change(self, figure: str, unit: str, last: int) -> tuple[str, str, int]:
        """The figure with the hundredths that follow its currency: thirteen dollars and forty-five cents."""
        following, own = self.next, self.figure.numeral
        if unit not in currencies.ALL or following is None or following.numeral is None or own is None or not own.full:
            return figure, unit, last
        joint, cents = SMALLER.fullmatch(self.plain, last, following.start), following.numeral
        if joint is None or not cents.full or not 0 < cents.value < 100 or not figure.endswith(own.text):
            return figure, unit, last
        named = WITH_CENTS.match(self.plain, following.end)
        if named is None and ("and" in joint[0] or NO_WORD.match(self.plain, following.end) is None):
            return figure, unit, last
        amount = f"{figure.removesuffix(own.text)}{own.value}.{int(cents.value):02}"
        return amount, unit, named.end() if named else following.end

    def ranges(self) -> Iterator[tuple[int, str]]:
        """The end of a range that begins here, and its figures without the unit between them."""
        if self.next is None or self.next.numeral is None:
            return
        unit, after = unit_at(self.plain, self.figure.end)
        for end in dict.fromkeys((self.figure.end, after)):
            joint = JOINT.match(self.plain, end)
            if joint and self.follows(joint.end()) and unit in ("", unit_at(self.plain, self.next.end)[0]):
                first, second = self.plain[self.start : self.figure.end], self.plain[joint.end() : self.next.end]
                yield self.next.end, f"{first}{joint[0]}{second}"

    def follows(self, at: int) -> bool:
        """Whether the next figure stands at a place, be it behind the sign of a currency."""
        assert self.next is not None
        sign = currencies.PREFIX.match(self.plain, at)
        return self.next.start in {at, *([sign.end(), sign.end() + 1] if sign else [])}

    def read(self, figure: str, end: int) -> Phrase | None:
        """The quantity of a figure that ends at a place, with the unit and the words behind it."""
        figure, end = scaled_currency(self.plain, figure, end)
        figure, unit, last = self.small_change(figure, *unit_at(self.plain, end, currency=figure))
        if is_share(self.plain, figure, end):
            unit, last = "", end
        if has_currency(figure) and (again := MONEY_FIRST.match(unit)):
            unit = unit[again.end() :]  # $10 dollars
        if self.below and "/" not in unit and (unit in MONEY or (not unit and has_currency(figure))):
            unit = f"{unit}/{self.below}"
        closing = end_of_closing(self.plain, last)
        words = self.plain[last:closing].strip()
        value = " ".join(f"{figure} {unit} {words}".split())
        try:
            written = read(value)
        except Unreadable:
            return None
        printed = self.text[self.start : closing]
        if self.next and self.next.name and not unit and BETWEEN.fullmatch(self.plain, end, self.next.start):
            return Phrase(self.start, closing, printed, value, written, self.next.name, self.next.end)
        return Phrase(self.start, closing, printed, value, written)


def scaled_currency(text: str, figure: str, end: int) -> tuple[str, int]:
    """The figure with the scale word that its currency parts from it, and where that begins again: 75 USD million."""
    found = AROUND.match(text, end)
    if found is None:
        return figure, end
    scale = f" {found['scale']}" if found["scale"] else found["scaled"]
    return f"{found['code'] or found['whose']} {figure}{scale}", found.end()


def signed(text: str, at: int) -> int:
    """How many characters of a minus stand before a figure; a dash between two is none."""
    if found := MINUS.search(text, max(at - MOST_MINUS, 0), at):
        return at - found.start()
    return int(text[max(at - 1, 0) : at] == "-" and (at == 1 or text[at - 2] in " (:=，、"))


def cues(text: str, at: int, floor: int = 0) -> list[int]:
    """Where the words before a figure begin that say how it is meant, such as $; last the figure itself."""
    places = [at]
    while len(places) <= MOST_CUES:
        found = CUE.search(text, max(floor, at - MOST_BEFORE), at)
        if found is None or inside(text, found.start()):
            break
        at = found.start()
        places.insert(0, at)
    return places


def inside(text: str, at: int) -> bool:
    """Whether a place is in the middle of a word of Latin letters."""
    return 0 < at < len(text) and latin(text[at - 1]) and latin(text[at])


def latin(character: str) -> bool:
    """Whether a character is a Latin letter."""
    return character.isascii() and character.isalpha()


def end_of_words(text: str, at: int) -> int:
    """Where the words right behind a figure end that belong to it: times, 多, or more."""
    if times := TIMES.match(text, at):
        return times.end()
    found = (word for word in sorted(BEHIND, key=len, reverse=True) if word not in AFTER and text.startswith(word, at))
    return next((at + len(word) for word in found if not inside(text, at + len(word))), at)


def end_of_closing(text: str, at: int) -> int:
    """Where the words behind a unit end that say how the figure is meant: 左右, or so."""
    start = at + (text[at : at + 1] == " ")
    behind = text[start : start + MOST_BEFORE].casefold()
    if behind.startswith("上下文"):  # a context, and no 上下 (or so)
        return at
    found = (word for word in sorted(AFTER, key=len, reverse=True) if behind.startswith(word))
    return next((start + len(word) for word in found if not inside(text, start + len(word))), at)


def unit_at(text: str, at: int, currency: str = "") -> tuple[str, int]:
    """The unit that the words at a place name, and where they end.

    currency: the figure before, which can have its currency in front, so that only what it is told per follows.
    """
    between = BETWEEN.match(text, at)
    assert between is not None
    starts = at, at + text.startswith(" ", at), between.end()  # 个月 begins with a measure word
    found = next(filter(None, (UNIT.match(text, start) for start in starts)), None)
    if found is not None:
        below, end = per(text, found.end())
        return f"{MEANT[found[0].casefold()]}{below}", end
    if has_currency(currency):
        return per(text, at)
    if sign := BEHIND_ONLY.match(text, at):
        below, end = per(text, sign.end())
        return f"{currencies.code(sign['sign'])}{below}", end
    ahead = AHEAD.match(text, at)  # 16个混合专家: other words stand between the figure and what it counts
    if ahead is not None:
        return MEANT[ahead["unit"].casefold()], at
    return "", at


def is_share(text: str, figure: str, end: int) -> bool:
    """Whether a figure is a share of what follows and no number of it: 五分之一的参数, 三成 token."""
    return figure.endswith(("成", "折")) or ("分之" in figure and text.startswith("的", end) and PERCENT not in figure)


def has_currency(figure: str) -> bool:
    """Whether a figure has the sign of a currency in front."""
    return currencies.PREFIX.search(figure) is not None


def per(text: str, at: int) -> tuple[str, int]:
    """What something is told per, as the lower part of a unit, and where the words end."""
    sign = PER.match(text, at)
    if sign is None:
        return "", at
    scaled = THOUSAND.match(text, sign.end()) or MILLION.match(text, sign.end())
    below = UNIT.match(text, scaled.end() if scaled else sign.end())
    if below is None and "/" in sign[0] and (short := SHORT_UNIT.match(text, sign.end())):
        return f"/{SHORT[short[0]]}", short.end()
    if below is None:
        return "", at
    unit = MEANT[below[0].casefold()]
    scale = "" if scaled is None else "k" if THOUSAND.match(text, sign.end()) else "M"
    return f"/{bracketed(scale + unit)}", below.end()
