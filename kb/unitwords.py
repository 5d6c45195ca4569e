"""The unit that words behind a figure name, Chinese or English, and what something is told per."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kb import currencies
from kb.wordlists import Words

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
UNITS = Words(MEANT)
CLEAR = Words(word for word in MEANT if len(word) > 1)  # 层 and 年 stand in many words
LONGEST = sorted(MEANT, key=len, reverse=True)
UNIT = "|".join(re.escape(word) + ("(?![A-Za-z])" if re.search("[a-z]$", word) else "") for word in LONGEST)
MONEY = currencies.ALL | {"cent"}
BETWEEN = re.compile(r"\s?[-x×]?(?:个|块|张|台|颗|片|枚|套|条)?的?\s?")  # a space, a measure word
NOUN = re.compile(r"\s[A-Za-z-]{4,12}\s")
MOST_HAN = 6  # characters that can stand between a figure and the unit
EVERY = re.compile(rf"每(?P<many>一?千|1,?000|一?百万|100万)?\s?个?(?P<unit>{UNIT})", re.IGNORECASE)
CLAUSE = re.compile(r"[。；;！？!?\n]|\.\s")
PER = re.compile(r"\s?(?:/|(?:per|an?|each)(?![A-Za-z])|每)\s?", re.IGNORECASE)
THOUSAND = re.compile(r"(?:1,?000|一千|千|thousand|1k)(?:\s|个)*", re.IGNORECASE)
MILLION = re.compile(r"(?:a\s)?(?:million|100万|百万|1M)(?:\s|个)*", re.IGNORECASE)
SHORT = {"s": "s", "sec": "s", "h": "h", "hr": "h"}  # what stands for a unit behind a stroke alone
SHORT_UNIT = re.compile(r"(?:sec|s|hr|h)(?![A-Za-z])")
BEHIND_ONLY = re.compile(r"\s?(?P<sign>[$€£¥₡₭₹₩])(?!\s?[0-9])")


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


def unit_at(text: str, at: int, *, priced: bool = False) -> tuple[str, int]:
    """The unit that the words at a place name, and where they end.

    priced: whether the figure has its currency in front, so that only what it is told per follows.
    """
    between = BETWEEN.match(text, at)
    assert between is not None
    starts = at, at + text.startswith(" ", at), between.end()  # 个月 begins with a measure word
    for start in dict.fromkeys(starts):
        if word := UNITS.at(text, start):
            below, end = per(text, start + len(word))
            return f"{MEANT[word]}{below}", end
    if priced:
        return per(text, at)
    if sign := BEHIND_ONLY.match(text, at):
        below, end = per(text, sign.end())
        return f"{currencies.code(sign['sign'])}{below}", end
    return ahead(text, at), at


def ahead(text: str, at: int) -> str:
    """The unit that other words part from a figure: 16个混合专家."""
    if noun := NOUN.match(text, at):
        return MEANT.get(CLEAR.at(text, noun.end()), "")
    for start in range(at + 1, at + 1 + MOST_HAN):
        if not "\u4e00" <= text[start - 1 : start] <= "\u9fff":
            break
        if word := CLEAR.at(text, start):
            return MEANT[word]
    return ""


def has_currency(figure: str) -> bool:
    """Whether a figure has the sign of a currency in front."""
    return not figure[:1].isdigit() and currencies.PREFIX.search(figure) is not None


def per(text: str, at: int) -> tuple[str, int]:
    """What something is told per, as the lower part of a unit, and where the words end."""
    sign = PER.match(text, at)
    if sign is None:
        return "", at
    scaled = THOUSAND.match(text, sign.end()) or MILLION.match(text, sign.end())
    start = scaled.end() if scaled else sign.end()
    below = UNITS.at(text, start)
    if not below and "/" in sign[0] and (short := SHORT_UNIT.match(text, sign.end())):
        return f"/{SHORT[short[0]]}", short.end()
    if not below:
        return "", at
    scale = "" if scaled is None else "k" if THOUSAND.match(text, sign.end()) else "M"
    return f"/{bracketed(scale + MEANT[below])}", start + len(below)
