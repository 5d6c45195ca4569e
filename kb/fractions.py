"""Fractions as sources print them: two thirds, one and a half million, 2 1/4, ¾, 五分之一, 三成, 八折.

A fraction in words or with a stroke does not say how well it is known: it is as good as one digit is, and no better.
Tenths and the like (三成, 万分之三点五) are decimals, and have the digits that they are written with.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

from kb.errors import Unreadable
from kb.numerals import (
    CARDINALS,
    ENGLISH_SCALES,
    EXACT,
    HAN,
    MOST_POWER,
    ONE,
    SCALE_WORD,
    SCALES,
    TEENS,
    TOO_LARGE,
    Numeral,
    ended,
    number,
)

QUOTIENT = Context(prec=28)
VULGAR = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}
ORDINALS = ["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"]
PARTS = {"half": 2, "halve": 2, "quarter": 4} | dict(zip(ORDINALS, range(3, 13), strict=True))
PARTS |= {f"{word}th": CARDINALS[word] for word in TEENS[3:]}
PARTS |= {f"{word[:-1]}ieth": value for word, value in CARDINALS.items() if word.endswith("ty")}
PARTS |= {f"{word}th": 10**power for word, power in ENGLISH_SCALES.items()}
PART = "|".join(sorted(PARTS, key=len, reverse=True))
# One part of something: "a third of it", "half." and not "a third party", "one quarter" of a year.
ALONE = rf"(?=\s(?:of|as)\s|\s?[.,;:)]|\s?$|\s(?:of\san?\s|an?\s)?(?:{SCALE_WORD})(?![A-Za-z]))"
CERTAIN = rf"(?=\sof\s|\s(?:an?\s)?(?:{SCALE_WORD})(?![A-Za-z]))"
ONE_PART = rf"(?:(?:quarter){CERTAIN}|(?!quarter)(?P<one>{PART})(?![A-Za-z]){ALONE})"
SOME_PARTS = rf"(?P<some>{PART})s(?![A-Za-z])"
A_PART = re.compile(rf"(?:an?\s|(?=quarter\s(?:{SCALE_WORD})))(?P<part>{ONE_PART})", re.IGNORECASE)
PARTS_OF = re.compile(rf"(?:\s?-\s?|\s)(?:{SOME_PARTS}|(?P<part>{ONE_PART}))", re.IGNORECASE)
OF_IT = re.compile(CERTAIN, re.IGNORECASE)
AND_A_PART = re.compile(rf"\sand\s(?:an?|one)\s(?P<one>{PART})(?![A-Za-z])", re.IGNORECASE)
AND = re.compile(r"\sand\s", re.IGNORECASE)
STROKE = re.compile(r"(?P<above>[0-9]{1,2})/(?P<below>[2-9]|10)(?![0-9/.,-][0-9]|[0-9A-Za-z/%])")
TIMES_SCALE = re.compile(rf"\s(?:of\s)?(?:an?\s)?(?P<scale>{SCALE_WORD})(?![A-Za-z])", re.IGNORECASE)
MYRIADS = {word: SCALES[word] for word in ("千", "万", "亿", "万万")} | {"百万": SCALES["million"]}
PER = re.compile(rf"(?P<below>{'|'.join(sorted(MYRIADS, key=len, reverse=True))})分之")
TENTHS = re.compile(r"成(?!不变|[本功为员立长果绩就分交熟叠品年型因份])(?P<more>[一二三四五六七八九1-9]?)")
OFF = re.compile(r"折(?![叠页扣磨旧断腾返射线])")
WHOLE = {"对折": Decimal("0.5"), "百分之百": ONE}  # read as one


def numeral(text: str, at: int = 0) -> Numeral | None:
    """The number or fraction that stands at a place, if one does. Raises Unreadable for one too long or too large.

    >>> [str(each and each.value) for each in map(numeral, ("one and a half million", "3/4", "一千分之三", "七成六"))]
    ['1.5E+6', '0.75', '0.003', '0.76']
    """
    whole = number(text, at)
    if whole is not None and ended(text, whole.end):
        return whole
    return _chinese(text, at, whole) or _english(text, at, whole) or whole


def _made(text: str, at: int, end: int, value: Decimal, *, coarse: bool) -> Numeral:
    return Numeral(text[at:end], end, value, coarse=coarse)


# ------------------------------------------------------------------------------------------------ Chinese


def _chinese(text: str, at: int, whole: Numeral | None) -> Numeral | None:
    """五分之一, 三又二分之一, 千分之一, 三成, 七成六, 八折, 对折."""
    if whole is None:
        return _unnumbered(text, at)
    if whole.until is not None:
        return None
    if text.startswith("分之", whole.end):
        return _over(text, at, whole.value, whole.end + 2)
    if not text.startswith("又", whole.end):
        return _tenths(text, at, whole)
    below = number(text, whole.end + 1)
    if below is None or below.until is not None or not text.startswith("分之", below.end):
        return None
    part = _over(text, at, below.value, below.end + 2)
    return part and part._replace(value=_sum(whole.value, part.value), coarse=True)


def _unnumbered(text: str, at: int) -> Numeral | None:
    """What begins with no number: 千分之一, 对折."""
    if named := next((word for word in WHOLE if text.startswith(word, at)), ""):
        return _made(text, at, at + len(named), WHOLE[named], coarse=True)
    per = PER.match(text, at)
    return _over(text, at, MYRIADS[per["below"]], per.end()) if per else None


def _over(text: str, at: int, below: Decimal, start: int) -> Numeral | None:
    """So many of so many parts, the number of which comes first."""
    above = number(text, start)
    if above is None or above.until is not None or not below:
        return None
    decimal = below == SCALES["万"] or abs(below) == ONE.scaleb(below.adjusted())
    value = above.value.scaleb(-below.adjusted(), EXACT) if decimal else QUOTIENT.divide(above.value, below)
    if value and abs(value.adjusted()) > MOST_POWER:
        raise Unreadable(text, TOO_LARGE)
    return _made(text, at, above.end, value, coarse=not decimal)


def _tenths(text: str, at: int, whole: Numeral) -> Numeral | None:
    """三成 is three tenths, 七成六 is 76 %; at 八折 eight tenths are left of a price, at 八五折 85 %."""
    if not 0 < whole.value < 100:
        return None
    if whole.value <= 10 and (found := TENTHS.match(text, whole.end)):
        value, more = whole.value.scaleb(-1), found["more"]
        if more:
            value += Decimal(HAN.get(more, more)).scaleb(-2)
        return _made(text, at, found.end(), value, coarse=False)
    if whole.value != 10 and (off := OFF.match(text, whole.end)):
        return _made(text, at, off.end(), whole.value.scaleb(-1 if whole.value < 10 else -2), coarse=False)
    return None


# ------------------------------------------------------------------------------------------------ English


def _english(text: str, at: int, whole: Numeral | None) -> Numeral | None:
    """Two thirds, a third of, one and a half, 3/4, 2 1/4, and so many parts of a million."""
    found = _parts(text, at, whole)
    if found is None:
        return None
    value, end = found
    if scale := TIMES_SCALE.match(text, end):
        value, end = EXACT.multiply(value, SCALES[scale["scale"].lower()]), scale.end()
    return _made(text, at, end, value, coarse=True)


def _parts(text: str, at: int, whole: Numeral | None) -> tuple[Decimal, int] | None:
    """The value of a fraction, with what is whole before it, and where it ends."""
    if whole is None:
        if at < len(text) and text[at] in VULGAR:
            return _share(*VULGAR[text[at]]), at + 1
        found = A_PART.match(text, at)
        return (_share(1, PARTS[found["part"].lower()]), found.end()) if found else None
    if whole.until is not None:
        return None
    if (stroke := STROKE.match(text, at)) and stroke.end() > whole.end:
        above, below = int(stroke["above"]), int(stroke["below"])
        return (_share(above, below), stroke.end()) if 0 < above < below else None
    named = PARTS_OF.match(text, whole.end)
    if named and named["some"] and (joint := whole.text.rfind(" and ")) > 0:  # two hundred [and two] thirds
        whole, named = number(text[: at + joint], at) or whole, None
    if named and _countable(whole):
        word = (named["some"] or named["part"]).lower()
        if word != "quarter" or OF_IT.match(text, named.end()):  # and no quarters of a year
            return QUOTIENT.divide(whole.value, Decimal(PARTS[word])), named.end()
    return _mixed(text, whole) if whole.value == whole.value.to_integral_value() else None


def _mixed(text: str, whole: Numeral) -> tuple[Decimal, int] | None:
    """A whole number and a fraction behind it, which is one of its own scale: 3 million and a half."""
    end = whole.end
    if text[end : end + 1] in VULGAR and end < len(text):
        return _sum(whole.value, _share(*VULGAR[text[end]])), end + 1
    if stroke := STROKE.match(text, end + 1) if text.startswith(" ", end) else None:
        above, below = int(stroke["above"]), int(stroke["below"])
        return (_sum(whole.value, _share(above, below)), stroke.end()) if 0 < above < below else None
    unit = SCALES.get(whole.scale.strip(" -").lower(), ONE)
    unit = unit if unit >= SCALES["million"] else ONE
    if one := AND_A_PART.match(text, end):
        return _scaled(text, whole.value, unit, _share(1, PARTS[one["one"].lower()]), one.end())
    joint = AND.match(text, end)
    more = number(text, joint.end()) if joint else None
    if more is None or more.until is not None or not _countable(more):
        return None
    parts = PARTS_OF.match(text, more.end)
    if parts is None or not parts["some"]:
        return None
    share = QUOTIENT.divide(more.value, Decimal(PARTS[parts["some"].lower()]))
    return _scaled(text, whole.value, unit, share, parts.end())


def _scaled(text: str, whole: Decimal, unit: Decimal, share: Decimal, end: int) -> tuple[Decimal, int]:
    """A share of the unit that a number is counted in, or of the one behind it: one billion and a half million."""
    if unit > ONE and (scale := TIMES_SCALE.match(text, end)):
        unit, end = SCALES[scale["scale"].lower()], scale.end()
    return _sum(whole, unit * share), end


def _countable(whole: Numeral) -> bool:
    """Whether there can be so many parts of something."""
    return 0 < abs(whole.value) < 100 and whole.value == whole.value.to_integral_value() and not whole.scale


def _share(above: int, below: int) -> Decimal:
    return QUOTIENT.divide(Decimal(above), Decimal(below))


def _sum(whole: Decimal, part: Decimal) -> Decimal:
    return QUOTIENT.add(whole, part.copy_sign(whole) if part > 0 else part)
