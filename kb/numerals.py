"""Numerals as sources print them, in digits, English words and Chinese, read into exact decimals.

A Decimal knows where its last digit stands, so the number itself carries how far it was written out: "2.20" is
Decimal("2.20"), "3.4 trillion" is Decimal("3.4E+12") and "10 billion" is Decimal("1.0E+10"). No float is involved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

from kb.errors import Unreadable

MOST_CHARACTERS = 500
MOST_DIGITS = 400
MOST_POWER = 300  # beyond 10^300, and below its reciprocal, floats give out
TOO_LARGE = f"a figure between 1e-{MOST_POWER} and 1e{MOST_POWER}"
EXACT = Context(prec=4 * MOST_DIGITS)  # the default context would round a long figure to 28 digits
ONE = Decimal(1)

ENGLISH_SCALES = {"hundred": 2, "thousand": 3, "lakh": 5, "million": 6, "crore": 7, "billion": 9, "trillion": 12}
CHINESE_SCALES = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8, "万万": 8, "兆": 12}
SHORT_SCALES = {"mn": 6, "mln": 6, "bn": 9, "bln": 9, "tn": 12, "tln": 12}
SUFFIXES = {"k": 3, "K": 3, "M": 6, "B": 9, "T": 12}
SCALES = {
    word: Decimal(f"1E+{power}")
    for word, power in (ENGLISH_SCALES | CHINESE_SCALES | SHORT_SCALES | SUFFIXES | {"tens": 1, "dozens": 1}).items()
}  # dozens are as many as tens: people say either, and 数十, of the same things
DOZEN = "dozen"  # behind a number, it counts
SCALES[DOZEN] = Decimal(12)
JOINING = CHINESE_SCALES | ENGLISH_SCALES  # behind which a smaller number can follow
PADDING = {"万", "亿", ""}  # scale words, or none, behind which trailing zeros only hold places

ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
CARDINALS = {word: value for value, word in enumerate(["zero", *ONES, *TEENS])}
CARDINALS |= {word: 10 * value for value, word in enumerate(TENS, 2)}
SPOKEN = CARDINALS | dict.fromkeys(("nought", "naught", "oh"), 0)  # the last ones beside a point
MULTIPLES = {"half": "0.5", "twice": "2", "double": "2", "thrice": "3", "triple": "3", "a dozen": "12"}
HAN = dict(zip("零〇一二两三四五六七八九", "001223456789", strict=True))


def _any(words: Iterable[str]) -> str:
    return "|".join(words)


SCALE_WORD = _any(ENGLISH_SCALES)
NOUGHT = "nought|naught"
BEFORE_SCALE = rf"(?=\s(?:{SCALE_WORD})(?![A-Za-z]))"
POWER = r"10\s?(?:\^|\*\*)\s?"
SIGN = re.compile(r"(?:(?P<minus>-|minus\s|negative\s|负)|\+)\s?", re.IGNORECASE)
FIGURE = re.compile(
    rf"{POWER}(?P<alone>[+-]?[0-9]+)"
    r"|(?=\.?[0-9])(?P<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]+)?(?P<part>\.[0-9]+)?"
    rf"(?:e(?P<e>[+-]?[0-9]+)|\s?[x×*·]\s?{POWER}(?P<ten>[+-]?[0-9]+))?",
    re.IGNORECASE,
)
CHINESE = re.compile(
    r"(?:(?P<tens>[一二两三四五六七八九]?)十(?P<ones>[一二三四五六七八九]?)|(?P<digit>[零〇一二两三四五六七八九])"
    r"|(?P<digits>[零〇一二三四五六七八九]{2,})(?![十百千万亿]))(?:点(?P<part>[零〇一二三四五六七八九]+))?"
    r"(?![零〇一二两三四五六七八九十])|(?P<half>一?半)"
)
HAN_POINT = re.compile(r"点(?P<part>[零〇一二三四五六七八九]+)(?![十百千])")
SPOKEN_DIGIT = rf"zero|oh|{NOUGHT}|{_any(ONES)}"
SPOKEN_POINT = re.compile(
    rf"\spoint\s(?:(?P<each>(?:{SPOKEN_DIGIT})(?:[\s-](?:{SPOKEN_DIGIT}))*)(?![A-Za-z])"
    rf"|(?P<tens>{_any(TENS)})(?:[\s-](?P<ones>{_any(ONES)}))?(?![A-Za-z]))",
    re.IGNORECASE,
)
SOME = re.compile(r"(?P<zero>零?)几(?P<scale>[十百]?)(?=[十百千万亿个多人种倍台块张条层天小次年月]|\s|$)")
CARDINAL = re.compile(
    rf"(?:(?P<tens>{_any(TENS)})(?:[\s-](?P<ones>{_any(ONES)}))?|(?P<word>zero|(?:{NOUGHT})(?=\spoint\s)"
    rf"|{_any(ONES + TEENS)}))(?![A-Za-z])",
    re.IGNORECASE,
)
MULTIPLE = re.compile(
    rf"(?:(?P<word>{_any(MULTIPLES)})(?:\san?{BEFORE_SCALE})?|an?{BEFORE_SCALE})(?![A-Za-z])", re.IGNORECASE
)
SCALE = re.compile(  # a unit prefix is no scale word: 千瓦 is a kilowatt, 百分点 a percentage point
    rf"[\s-]?(?:(?P<word>{SCALE_WORD}|{DOZEN})s?|(?P<short>{_any(SHORT_SCALES)}))(?![A-Za-z])"
    r"|\s?[多余]?\s?(?P<han>万万|[十万亿]|百(?!分(?!之))|千(?![瓦米克卡帕赫焦伏字比])"
    r"|兆(?=[零〇一二两三四五六七八九十]|[美日欧]?元|个?(?:参数|词元)))"
    rf"|(?<=[0-9])(?P<suffix>(?-i:{_any(SUFFIXES)}))(?![A-Za-z0-9])"
    r"|(?<=[0-9])\s(?P<apart>(?-i:[kMB]))(?=\s[a-z]|[.,;)]|$)",
    re.IGNORECASE,
)
SEVERAL = re.compile(r"(?:several|a few)(?![A-Za-z])|[数几]", re.IGNORECASE)
PLURAL = re.compile(
    rf"\s?(?:(?P<tens>tens|dozens)|(?P<word>{SCALE_WORD})s)(?![A-Za-z])(?:\sof(?![A-Za-z]))?", re.IGNORECASE
)
ENGLISH_JOINT = re.compile(r"\sand\s|[\s-]", re.IGNORECASE)

SHAPES = (  # characters that differ in shape only
    {0xFF01 + offset: 0x21 + offset for offset in range(94)}  # of full width
    | dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")
    | dict.fromkeys(map(ord, "〜∼"), "~")
    | dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))  # of no width
    | str.maketrans("￥￡萬億兩點幾數負約餘個對", "¥£万亿两点几数负约余个对")
)
FORMAL = str.maketrans("壹贰貳叁叄肆伍陆陸柒捌玖拾佰仟", "一二二三三四五六六七八九十百千")
CHEQUE = "".join(map(chr, FORMAL))  # as written on cheques; one alone is a word, and so are the forces (陆军)
FORMAL_RUN = re.compile(
    rf"[负零〇一二两三四五六七八九十百千万亿点几又分之{CHEQUE}]{{2,}}(?:(?<![陆陸])|(?![军軍地路上战空]))"
)
ENDS = frozenset(["", *"%,.;:!?)]\n，。、；：！？）】天层块张个"])  # behind a number, of which they are no part
HAN_DIGITS = "零〇一二两三四五六七八九"
SOME_DIGIT = f"{HAN_DIGITS}{CHEQUE}十百千万亿"
SPACED = re.compile(  # spaces in a number word, as copies of pages have them
    rf" (?:(?<=[{SOME_DIGIT}] ) *(?=[十百千万亿佰仟拾点几余多])"
    rf"|(?<=[{SOME_DIGIT}0-9] ) *(?=个? {{0,9}}[百佰] {{0,9}}分|分 {{0,9}}之|成|折|又)"
    rf"|(?<=[十百千万亿佰仟拾点几又负] ) *(?=[{SOME_DIGIT}])|(?<=[之又负] ) *(?=[负0-9])"
    rf"|(?<=[百佰个] ) *(?=分|[百佰] {{0,9}}分)|(?<=分 ) *(?=[之点])|(?<=之 ) *(?=[{SOME_DIGIT}负])"
    r"|(?<=[多余几] ) *(?=[十百千万亿])|(?<=[A-Za-z0-9] ) *(?= [A-Za-z0-9十百千万亿]))"
)
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
RAISED = re.compile("(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
GROUP_SPACE = re.compile(r"(?<=[0-9])[\u00a0\u2007\u2009\u202f](?=[0-9]{3}(?![0-9]))")


class Numeral(NamedTuple):
    """One number as printed."""

    text: str
    end: int  # where it ends in the text that it was found in
    value: Decimal  # its exponent is the place of the last written digit
    full: bool = False  # an integer written in full: no point, no power of ten, no scale word last
    padded: bool = False  # its trailing zeros only hold places, as in 12,000 and 6500亿
    scale: str = ""  # the scale words behind its only number, as printed
    also: Decimal | None = None  # the other number that the same letters name: 4k is 4096 too
    until: Decimal | None = None  # where it ends if it is vague: several million is less than ten million
    coarse: bool = False  # a fraction, whose digits say nothing of how well it is known

    @property
    def significant(self) -> Decimal:
        """The value, its exponent the place of the last significant digit."""
        return EXACT.normalize(self.value) if self.padded else self.value

    @property
    def readings(self) -> tuple[Decimal, ...]:
        """Every number that it names, the decimal one first."""
        return (self.value,) if self.also is None else (self.value, self.also)


class Token(NamedTuple):
    """A number without scale words."""

    value: Decimal
    end: int
    whole: bool = True  # neither point nor power of ten


class Part(NamedTuple):
    """A term of the sum that number words spell: the 200 of two hundred and six, with its scale of 100."""

    value: Decimal
    scale: Decimal = ONE


class Sum(NamedTuple):
    """What has been read so far, its parts from large to small."""

    parts: tuple[Part, ...]
    end: int
    whole: bool
    last: str = ""  # the scale word that it ends with, if it does
    simple: bool = True  # one number, whatever its scale words


def tidy(text: str) -> str:
    """The text with ordinary widths, single spaces, commas between groups, 10^ for powers. Raises Unreadable."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"{text[:40]}...", f"at most {MOST_CHARACTERS} characters")
    if text.isascii():
        return " ".join(text.split())
    text = plainly(SPACED.sub("", GROUP_SPACE.sub(",", text.translate(SHAPES))))
    return " ".join(RAISED.sub(lambda power: "^" + power[0].translate(SUPERSCRIPTS), text).split())


def plainly(text: str) -> str:
    """The text with the numerals of cheques as plain ones, each where it was: 肆佰陆拾 as 四百六十."""
    return FORMAL_RUN.sub(lambda run: run[0].translate(FORMAL), text) if any(map(text.__contains__, CHEQUE)) else text


def number(text: str, at: int = 0) -> Numeral | None:
    """The number that stands at a place, if one does. Raises Unreadable for one too long or too large."""
    return _vague(text, at) or _definite(text, at)


def ended(text: str, at: int) -> bool:
    """Whether nothing of a number can follow at a place."""
    return text[at : at + 1] in ENDS


def _vague(text: str, at: int) -> Numeral | None:
    """Several million, hundreds of thousands, 数百万: from two of them up to ten."""
    if text[at : at + 1].isdigit():
        return None
    several = SEVERAL.match(text, at)
    pattern, end, scale = (SCALE, several.end(), ONE) if several else (PLURAL, at, ONE)
    while found := pattern.match(text, end):
        end, scale = found.end(), EXACT.multiply(scale, SCALES[_word(found)])
    words = text[at:end]
    return None if words in {"", "数"} else Numeral(words, end, 2 * scale, until=10 * scale)


def _definite(text: str, at: int) -> Numeral | None:
    sign = SIGN.match(text, at)
    start = sign.end() if sign else at
    first = _figure(text, start) or _chinese(text, start) or _cardinal(text, start) or _multiple(text, start)
    if first is None:
        return None
    spelled = Sum((Part(first.value),), first.end, first.whole)
    while not ended(text, spelled.end) and (
        longer := _scaled(spelled, text) or _joined(spelled, text) or _pointed(spelled, text)
    ):
        spelled = longer
    if not spelled.simple and any(larger.scale <= smaller.value for larger, smaller in pairwise(spelled.parts)):
        return None
    value = _total(spelled.parts)
    if abs(value.adjusted()) > MOST_POWER:
        raise Unreadable(text, TOO_LARGE)
    positive = not (sign and sign["minus"])
    if positive and (some := _some(spelled, text, at)) is not None:
        return some
    return Numeral(
        text[at : spelled.end],
        spelled.end,
        value if positive else value.copy_negate(),
        full=spelled.whole and not spelled.last and value.as_tuple().exponent == 0,
        padded=spelled.whole and spelled.last in PADDING,
        scale=text[first.end : spelled.end] if spelled.simple else "",
        also=_binary(first) if positive and spelled.last in {"k", "K"} else None,
    )


def _scaled(spelled: Sum, text: str) -> Sum | None:
    """The sum with the scale word that follows: it multiplies all smaller parts; 十, 百 and 千 only a bare number."""
    found = SCALE.match(text, spelled.end)
    if found is None:
        return None
    word = _word(found)
    below = SCALES["十"] if word in {"十", "百", "千"} else SCALES[word]
    smaller = [part for part in spelled.parts if part.scale < below]
    if not smaller:
        return None
    kept = spelled.parts[: -len(smaller)]
    raised = Part(EXACT.multiply(_total(smaller), SCALES[word]), SCALES[word])
    return Sum((*kept, raised), found.end(), spelled.whole, word, spelled.simple)


def _joined(spelled: Sum, text: str) -> Sum | None:
    """The sum with the smaller number that follows its scale word: two hundred [and six], 一亿[二千]万, 三万[五]."""
    follower = _after_chinese if spelled.last in CHINESE_SCALES else _after_english
    scale = spelled.parts[-1].scale
    token = follower(text, spelled.end, scale) if spelled.last in JOINING else None
    if token is None or token.value >= scale:
        return None
    return Sum((*spelled.parts, Part(token.value)), token.end, spelled.whole and token.whole, simple=False)


def _pointed(spelled: Sum, text: str) -> Sum | None:
    """The sum with the decimals that are spelled out behind it: five point nought four, 一百点五."""
    if not spelled.whole:
        return None
    if spelled.last in CHINESE_SCALES:
        found = HAN_POINT.match(text, spelled.end)
        digits = "".join(HAN[digit] for digit in found["part"]) if found else ""
    elif spelled.last in {"", "hundred"} and (found := SPOKEN_POINT.match(text, spelled.end)):
        words = re.split(r"[\s-]", found["each"]) if found["each"] else []
        digits = "".join(str(SPOKEN[word.lower()]) for word in words)
        digits = digits or str(sum(CARDINALS[word.lower()] for word in found.group("tens", "ones") if word))
    else:
        return None
    if found is None:
        return None
    *larger, last = spelled.parts
    part = last._replace(value=EXACT.add(last.value, Decimal(f"0.{digits}")))
    return Sum((*larger, part), found.end(), whole=False, simple=spelled.simple)


def _some(spelled: Sum, text: str, at: int) -> Numeral | None:
    """What goes on with some, 几, in its last place: 二十几万 is from 200,000 to 300,000, 一百零几 from 100 to 110."""
    word = text[spelled.end - 1]
    found = SOME.match(text, spelled.end) if spelled.whole and word in {"十", "百", "千"} else None
    if found is None:
        return None
    step = 10 * (SCALES[found["scale"]] if found["scale"] else ONE)
    if not found["zero"] and SCALES[word] != step:
        return None  # 三百几 is no number
    end, low = found.end(), _total(spelled.parts)
    high = low + step
    while scale := SCALE.match(text, end):
        times = SCALES[_word(scale)]
        end, low, high = scale.end(), EXACT.multiply(low, times), EXACT.multiply(high, times)
    return Numeral(text[at:end], end, low, until=high)


def _after_english(text: str, at: int, scale: Decimal) -> Token | None:
    joint = ENGLISH_JOINT.match(text, at)
    token = _cardinal(text, joint.end()) or _following(text, joint) if joint else None
    if token is None:
        return None
    following = _scale_at(text, token.end)
    apart = following >= scale if scale > SCALES["hundred"] else following == scale
    return None if apart else token  # "one million and two million" are two numbers


def _following(text: str, joint: re.Match[str]) -> Token | None:
    """The digits that go on with a number in words: the 3 of 4 thousand 3 hundred, the 21 of 3 hundred and 21."""
    token = _figure(text, joint.end())
    if token is None or not token.whole or "," in text[joint.end() : token.end]:
        return None
    counted = token.value < 100 and joint[0].strip().lower() == "and" and text[: joint.start()].endswith("hundred")
    return token if counted or _scale_at(text, token.end) > ONE else None


def _after_chinese(text: str, at: int, scale: Decimal) -> Token | None:
    zero = text.startswith("零", at)
    token = _chinese(text, at + zero)
    if token is None:
        token = _figure(text, at + zero)
        return token if token and (zero or _scale_at(text, token.end) > ONE) else None
    if zero or _scale_at(text, token.end) > ONE or scale == SCALES["十"] or token.value >= 10:
        return token
    if text[at : at + 1] not in HAN:
        return None
    digit = Decimal(HAN[text[at]])  # 三万五 is 35,000, 一千六点五 is 1,600.5
    if token.end > at + 1 and text[at + 1] != "点":
        return None
    value, decimals = EXACT.multiply(digit, scale.scaleb(-1)), EXACT.subtract(token.value, digit)
    return token._replace(value=EXACT.add(value, decimals) if decimals else value)


def _scale_at(text: str, at: int) -> Decimal:
    found = SCALE.match(text, at)
    return SCALES[_word(found)] if found else ONE


def _word(found: re.Match[str]) -> str:
    """The scale word that a pattern found, as SCALES spells it."""
    printed = found[found.lastindex or 0]
    return printed if printed in SCALES else printed.lower()


def _total(parts: Sequence[Part]) -> Decimal:
    return parts[0].value if len(parts) == 1 else reduce(EXACT.add, (part.value for part in parts))


def _binary(token: Token) -> Decimal | None:
    """What 8k is where k counts 1,024, as it can for a power of two."""
    count = int(token.value)
    return Decimal(count * 1024) if token.whole and count > 0 and not count & (count - 1) else None


def _figure(text: str, at: int) -> Token | None:
    found = FIGURE.match(text, at)
    if found is None:
        return None
    alone, whole, part, *powers = found.groups("")
    whole, power = whole.replace(",", ""), alone or "".join(powers)
    if len(whole + part) > MOST_DIGITS:
        raise Unreadable(text, f"at most {MOST_DIGITS} digits")
    if not power and part == ".0" and len(whole) >= 4:
        part = ""  # spreadsheets and data frames write the integer 70000000000 so: nobody measured that tenth
    mantissa = ONE if alone else Decimal(f"{whole or 0}{part}")
    if not power:
        return Token(mantissa, found.end(), not part)
    if abs(int(power)) > MOST_POWER:
        raise Unreadable(text, TOO_LARGE)
    return Token(mantissa.scaleb(int(power), EXACT), found.end(), whole=False)


def _chinese(text: str, at: int) -> Token | None:
    found = CHINESE.match(text, at)
    if found is None:
        return None
    if found["half"]:
        return Token(Decimal("0.5"), found.end(), whole=False)
    printed = found["digit"] or found["digits"] or f"{found['tens'] or '一'}{found['ones'] or '零'}"
    digits, decimals = ("".join(HAN[digit] for digit in part) for part in (printed, found["part"] or ""))
    return Token(Decimal(f"{digits}.{decimals}"), found.end(), not decimals)


def _cardinal(text: str, at: int) -> Token | None:
    """A number below a hundred in English words."""
    found = CARDINAL.match(text, at)
    return found and Token(Decimal(sum(SPOKEN[word.lower()] for word in found.groups() if word)), found.end())


def _multiple(text: str, at: int) -> Token | None:
    """Half, twice and the like, and the "a" of "a million"."""
    found = MULTIPLE.match(text, at)
    if found is None:
        return None
    value = Decimal(MULTIPLES[found["word"].lower()]) if found["word"] else ONE
    return Token(value, found.end(), whole=value >= 1)
