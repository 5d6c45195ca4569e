"""Quantities in running text, Chinese, English or mixed: each figure with its hedge, its range and its unit.

What a figure means is read by `kb.quantity`, as the value of a claim is; here only its ends are found, and what unit
the words behind it name. A figure that stands in a name (a chip, a model), in an ordinal or in a date is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kb import currencies
from kb.errors import Unreadable
from kb.fractions import PART
from kb.numerals import SPACED, plainly
from kb.quantity import AFTER, BEFORE, BEHIND, JOINT, PERCENT, TIMES, Written, read
from kb.texts import NO_NAMES, Figure, Names, figures, flat
from kb.unitwords import BETWEEN, MONEY, denominators, has_currency, told_per, unit_at
from kb.wordlists import Words, latin

DATE = re.compile(r"(?:19|20)[0-9]{2}年(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?|[0-9]{1,2}月(?:[0-9]{1,2}日)?")
YEAR = re.compile(
    r"(?:19|20)[0-9]{2}(?![0-9k%]|,[0-9]|\.[0-9]|\s?[多余]?[百千万亿]|[\s-](?:hundred|thousand|million|billion|trillion))"
)
ORDINAL = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z])", re.IGNORECASE)
GROUPS = re.compile(r"[0-9]{1,3}(?:([ .])[0-9]{3})(?:\1[0-9]{3})+(?![0-9])")  # 1 234 567: nobody knows what that is
# What goes on to make another number of a figure, none that is read here: two thirds, 五分之一, 1.1^23, 2 1/4, 1,3.
GOES_ON = re.compile(
    rf"[\s-]*(?:and\s)?(?:an?\s|[a-z]+[\s-])?(?:{PART})s?(?![a-z])|\s?(?:分之|又[0-9一二两三四五六七八九])|\s?[0-9]+/[0-9]"
    r"|/[0-9]+(?![0-9,]*[kKM0])|\^|(?<=[0-9]),[0-9]{1,2}(?![0-9])"
    r"|\s(?:point|out of)\s|\s?[成折](?![本功为员立长果绩就分交熟叠])",
    re.IGNORECASE,
)
CROSS = re.compile(r"[xX×][0-9]")
DIGITS = frozenset("一二两三四五六七八九")
CODES = "|".join(currencies.CODES)
# What stands on both sides of a currency, or is one word with it: 75 USD million, 120 MEUR.
AROUND = re.compile(
    rf"\s?(?P<code>{CODES})\s(?P<scale>million|billion|trillion)(?![A-Za-z])"
    rf"|\s?(?P<scaled>[kMB])(?P<whose>{CODES})(?![A-Za-z])"
)
SMALLER = re.compile(r"\s(?:and\s)?")  # thirteen dollars and forty-five cents, 15 dollars 50
WITH_CENTS = re.compile(r"\scents?(?![A-Za-z])", re.IGNORECASE)
NO_WORD = re.compile(r"\s?[.,;:)]|\s?$")
SAID_BEFORE = Words((*BEFORE, PERCENT))
AT_FIGURE = Words(set(BEHIND) - set(AFTER))
CLOSING = Words(AFTER)
MONEY_FIRST = re.compile("|".join(sorted(currencies.ALL)))
MOST_MINUS = 9  # characters of the word for it
MINUS = re.compile(r"(?:负|(?<![A-Za-z])(?:minus|negative)\s)$", re.IGNORECASE)
MOST_CUES = 3
MOST_JOINT = 40  # characters between the ends of a range, with a unit and the sign of a currency


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
    taken = None  # what was said per something right before a figure, and so of that figure alone
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
        if before is taken:
            before = None  # 按每小时2美元计算，成本约...
        elif before is not None and not plain[before.end : starts_at[0]].strip():
            taken = before
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
    joined = figure.start - (text[max(figure.start - 1, 0)] in "-_")
    glued = latin(text[max(joined - 1, 0) : joined]) and currencies.before(text, figure.start) is None  # USD115
    in_word = glued or CROSS.match(text, figure.end)
    return figure.end if in_word or ORDINAL.match(text, figure.end) else 0


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
        if self.next is None or self.next.numeral is None or self.next.start > self.figure.end + MOST_JOINT:
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
        priced = has_currency(figure)
        figure, unit, last = self.small_change(figure, *unit_at(self.plain, end, priced=priced))
        if is_share(self.plain, figure, end):
            unit, last = "", end
        if priced and (again := MONEY_FIRST.match(unit)):
            unit = unit[again.end() :]  # $10 dollars
        if self.below and "/" not in unit and (unit in MONEY or (priced and not unit)):
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
    if text[max(at - 1, 0) : at] in {" ", "负"} and (found := MINUS.search(text, max(at - MOST_MINUS, 0), at)):
        return at - found.start()
    return int(text[max(at - 1, 0) : at] == "-" and (at == 1 or text[at - 2] in " (:=，、"))


def cues(text: str, at: int, floor: int = 0) -> list[int]:
    """Where the words before a figure begin that say how it is meant, such as $; last the figure itself."""
    places = [at]
    while len(places) <= MOST_CUES and (start := cue(text, at)) is not None and start >= floor:
        at = start
        places.insert(0, at)
    return places


def cue(text: str, at: int) -> int | None:
    """Where a word begins that stands right before a figure: about, 超过了, US$."""
    end = at - text[max(at - 1, 0) : at].isspace()
    if (sign := currencies.before(text, end)) is not None:
        return sign
    last = end
    while last and text[last - 1] in "有为了":
        last -= 1
    for stop in dict.fromkeys((end, last)):
        if word := next(SAID_BEFORE.before(text, stop), ""):
            return stop - len(word)
    return None


def end_of_words(text: str, at: int) -> int:
    """Where the words right behind a figure end that belong to it: times, 多, or more."""
    if times := TIMES.match(text, at):
        return times.end()
    return at + len(AT_FIGURE.at(text, at))


def end_of_closing(text: str, at: int) -> int:
    """Where the words behind a unit end that say how the figure is meant: 左右, or so."""
    start = at + text.startswith(" ", at)
    word = "" if text.startswith("上下文", start) else CLOSING.at(text, start)  # a context is no 上下 (or so)
    return start + len(word) if word else at


def is_share(text: str, figure: str, end: int) -> bool:
    """Whether a figure is a share of what follows and no number of it: 五分之一的参数, 三成 token."""
    return figure.endswith(("成", "折")) or ("分之" in figure and text.startswith("的", end) and PERCENT not in figure)
