"""What written quantities stand for: a table worked out by hand, and laws that every reading obeys."""

import math
import time
from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from kb.errors import Unreadable
from kb.quantity import HEDGE, RHO, Relation, Written, read

INF = math.inf

# ------------------------------------------------------------------------------------------------ the table
# Each line: what is written | unit | relation | core | what rounding allows; worked out by hand. A core of one number
# is a point, "no" end is unbounded, "or" stands between two readings; "=" says that rounding allows nothing more.

PHRASES = """
# plain integers: trailing zeros hold places, at most 5 %
7 turbine | turbine | rounded | 7 | 6.65 .. 7.35
16 oven | oven | rounded | 16 | 15.5 .. 16.5
10 | | rounded | 10 | 9.5 .. 10.5
100 | | rounded | 100 | 95 .. 105
128 blade | blade | rounded | 128 | 127.5 .. 128.5
25,000 device | device | rounded | 25000 | 24500 .. 25500
25000 device | device | rounded | 25000 | 24500 .. 25500
8192 device | device | rounded | 8192 | 8191.5 .. 8192.5
1,234,567 loaf | loaf | rounded | 1234567 | 1234566.5 .. 1234567.5
1\u2009234\u2009567 loaf | loaf | rounded | 1234567 | 1234566.5 .. 1234567.5
1\u00a0234\u00a0500 | | rounded | 1234500 | 1234450 .. 1234550
12\u202f000 | | rounded | 12000 | 11500 .. 12500
3700 TFLOP | TFLOP | rounded | 3700 | 3650 .. 3750
560 TFLOP | TFLOP | rounded | 560 | 555 .. 565
560TFLOP | TFLOP | rounded | 560 | 555 .. 565
2０２ ｗａｔｔ | watt | rounded | 202 | 201.5 .. 202.5
２５，０００ | | rounded | 25000 | 24500 .. 25500
+40 K | K | rounded | 40 | 38 .. 42
007 | | rounded | 7 | 6.65 .. 7.35
# decimals: every digit counts
2.2 m | m | rounded | 2.2 | 2.15 .. 2.25
2.20 m | m | rounded | 2.2 | 2.195 .. 2.205
0.0049 cent/ktoken | cent/ktoken | rounded | 0.0049 | 0.00485 .. 0.00495
.5 | | rounded | 0.5 | 0.475 .. 0.525
10.0 m/s | m/s | rounded | 10 | 9.95 .. 10.05
1,361.5 W/m^2 | W/m^2 | rounded | 1361.5 | 1361.45 .. 1361.55
1361 W m-2 | W m-2 | rounded | 1361 | 1360.5 .. 1361.5
# an integer that went through a spreadsheet
70000000000.0 | | rounded | 70000000000 | 66500000000 .. 73500000000
1234.0 kWh | kWh | rounded | 1234 | 1233.5 .. 1234.5
123.0 kWh | kWh | rounded | 123 | 122.95 .. 123.05
# powers of ten: the digits of the mantissa count
2.15e25 FLOP | FLOP | rounded | 2.15e25 | 2.145e25 .. 2.155e25
6.8649768e+24 | | rounded | 6.8649768e24 | 6.86497675e24 .. 6.86497685e24
6e24 FLOP | FLOP | rounded | 6e24 | 5.7e24 .. 6.3e24
6.0E24 FLOP | FLOP | rounded | 6e24 | 5.95e24 .. 6.05e24
4e-3 s | s | rounded | 0.004 | 0.0038 .. 0.0042
2.15 x 10^25 | | rounded | 2.15e25 | 2.145e25 .. 2.155e25
2.15×10²⁵ FLOP | FLOP | rounded | 2.15e25 | 2.145e25 .. 2.155e25
3.14*10^23 | | rounded | 3.14e23 | 3.135e23 .. 3.145e23
5.67 · 10⁻⁸ W | W | rounded | 5.67e-8 | 5.665e-8 .. 5.675e-8
10^15 byte | byte | rounded | 1e15 | 9.5e14 .. 1.05e15
5eV | eV | rounded | 5 | 4.75 .. 5.25
# scale words: all digits before them count
1.8 trillion param | param | rounded | 1.8e12 | 1.75e12 .. 1.85e12
10 billion | | rounded | 1e10 | 9.5e9 .. 1.05e10
100 million token | token | rounded | 1e8 | 9.95e7 .. 1.005e8
70 thousand | | rounded | 70000 | 69500 .. 70500
3 hundred | | rounded | 300 | 285 .. 315
100 thousand million | | rounded | 1e11 | 9.95e10 .. 1.005e11
10bn | | rounded | 1e10 | 9.5e9 .. 1.05e10
2.5 mn loaf | loaf | rounded | 2500000 | 2450000 .. 2550000
1.8-trillion | | rounded | 1.8e12 | 1.75e12 .. 1.85e12
a million loaf | loaf | rounded | 1000000 | 950000 .. 1050000
half a million loaf | loaf | rounded | 500000 | 475000 .. 525000
1.8T param | param | rounded | 1.8e12 | 1.75e12 .. 1.85e12
175B param | param | rounded | 1.75e11 | 1.745e11 .. 1.755e11
7M | | rounded | 7000000 | 6650000 .. 7350000
7MB | MB | rounded | 7 | 6.65 .. 7.35
7 M | | rounded | 7000000 | 6650000 .. 7350000
5Kelvin | Kelvin | rounded | 5 | 4.75 .. 5.25
3 millionaires | millionaires | rounded | 3 | 2.85 .. 3.15
# Chinese scale words: integer zeros before 万 and 亿 do not count
2800亿 param | param | rounded | 2.8e11 | 2.75e11 .. 2.85e11
1750亿 param | param | rounded | 1.75e11 | 1.745e11 .. 1.755e11
2150万 USD | USD | rounded | 21500000 | 21450000 .. 21550000
13万亿 token | token | rounded | 1.3e13 | 1.25e13 .. 1.35e13
1.8 万亿 param | param | rounded | 1.8e12 | 1.75e12 .. 1.85e12
1.80万亿 | | rounded | 1.8e12 | 1.795e12 .. 1.805e12
20.0万 | | rounded | 200000 | 199500 .. 200500
20万 | | rounded | 200000 | 190000 .. 210000
3千万 | | rounded | 30000000 | 28500000 .. 31500000
1亿2000万 loaf | loaf | rounded | 120000000 | 115000000 .. 125000000
3万5千 | | rounded | 35000 | 34500 .. 35500
12萬 | | rounded | 120000 | 115000 .. 125000
500千瓦 | 千瓦 | rounded | 500 | 475 .. 525
5百分点 | 百分点 | rounded | 5 | 4.75 .. 5.25
# Chinese numerals
两 | | rounded | 2 | 1.9 .. 2.1
二 | | rounded | 2 | 1.9 .. 2.1
三个 | 个 | rounded | 3 | 2.85 .. 3.15
十 | | rounded | 10 | 9.5 .. 10.5
十六层 | 层 | rounded | 16 | 15.5 .. 16.5
二十 | | rounded | 20 | 19 .. 21
一百二十八 | | rounded | 128 | 127.5 .. 128.5
三百零五 | | rounded | 305 | 304.5 .. 305.5
三千五百 | | rounded | 3500 | 3450 .. 3550
一万二千 | | rounded | 12000 | 11500 .. 12500
三万五 | | rounded | 35000 | 34500 .. 35500
一百五 | | rounded | 150 | 145 .. 155
四千零五万 | | rounded | 40050000 | 40045000 .. 40055000
二万三千亿 | | rounded | 2.3e12 | 2.25e12 .. 2.35e12
五亿零六 | | rounded | 500000006 | 500000005.5 .. 500000006.5
二〇三八 | | rounded | 2038 | 2037.5 .. 2038.5
三点五 | | rounded | 3.5 | 3.45 .. 3.55
三点五万 | | rounded | 35000 | 34500 .. 35500
零点零五 | | rounded | 0.05 | 0.0475 .. 0.0525
负五 | | rounded | -5 | -5.5 .. -4.5
半 | | rounded | 0.5 | 0.475 .. 0.525
# English numerals
sixteen oven | oven | rounded | 16 | 15.5 .. 16.5
twenty-five | | rounded | 25 | 24.5 .. 25.5
two hundred and fifty-six | | rounded | 256 | 255.5 .. 256.5
three hundred | | rounded | 300 | 285 .. 315
two hundred fifty thousand | | rounded | 250000 | 249500 .. 250500
a dozen baker | baker | rounded | 12 | 11.5 .. 12.5
2 million double room | double room | rounded | 2000000 | 1900000 .. 2100000
# hedges double the tolerance, after the cap
about 25,000 device | device | about | 25000 | 24000 .. 26000
~25,000 | | about | 25000 | 24000 .. 26000
≈ 25,000 | | about | 25000 | 24000 .. 26000
Roughly 7 | | about | 7 | 6.3 .. 7.7
around 128 | | about | 128 | 127 .. 129
approx. 2.2 m | m | about | 2.2 | 2.1 .. 2.3
circa 100 | | about | 100 | 90 .. 110
nearly 16 | | about | 16 | 15 .. 17
40 oven or so | oven | about | 40 | 36 .. 44
大约25,000 | | about | 25000 | 24000 .. 26000
约 1.8万亿 param | param | about | 1.8e12 | 1.7e12 .. 1.9e12
約16 | | about | 16 | 15 .. 17
大约为16 | | about | 16 | 15 .. 17
25,000左右 device | device | about | 25000 | 24000 .. 26000
100天左右 | 天 | about | 100 | 90 .. 110
# zero and below: half a unit, absolutely
0 | | rounded | 0 | -0.5 .. 0.5
0.0 | | rounded | 0 | -0.05 .. 0.05
-5 °C | °C | rounded | -5 | -5.5 .. -4.5
−2.5 | | rounded | -2.5 | -2.55 .. -2.45
about 0 | | about | 0 | -1 .. 1
minus 5 | | rounded | -5 | -5.5 .. -4.5
# ranges: good to the last written digit
90 to 100 day | day | range | 90 .. 100 | 89.5 .. 100.5
90-100 day | day | range | 90 .. 100 | 89.5 .. 100.5
90–100 | | range | 90 .. 100 | 89.5 .. 100.5
90 ～ 100 | | range | 90 .. 100 | 89.5 .. 100.5
from 90 to 100 day | day | range | 90 .. 100 | 89.5 .. 100.5
between 90 and 100 day | day | range | 90 .. 100 | 89.5 .. 100.5
90到100天 | 天 | range | 90 .. 100 | 89.5 .. 100.5
90天到100天 | 天 | range | 90 .. 100 | 89.5 .. 100.5
90至100天之间 | 天 | range | 90 .. 100 | 89.5 .. 100.5
90和100之间 | | range | 90 .. 100 | 89.5 .. 100.5
90和100之间 loaf | loaf | range | 90 .. 100 | 89.5 .. 100.5
1 day to 2 days | days | range | 1 .. 2 | 0.95 .. 2.1
32 % to 36 % | % | range | 32 .. 36 | 31.5 .. 36.5
32% to 36% | % | range | 32 .. 36 | 31.5 .. 36.5
about 32% to 36% | % | range | 32 .. 36 | 31 .. 37
32% to about 36% | % | range | 32 .. 36 | 31 .. 37
约90到100天 | 天 | range | 90 .. 100 | 89 .. 101
about 1 to 2 | | range | 1 .. 2 | 0.9 .. 2.2
1.50-1.75 m | m | range | 1.5 .. 1.75 | 1.495 .. 1.755
1 to 2 million | | range | 1000000 .. 2000000 | 950000 .. 2100000
500 to 2 million | | range | 500 .. 2000000 | 499.5 .. 2100000
100 million to 2 billion | | range | 1e8 .. 2e9 | 9.95e7 .. 2.1e9
90 million-100 million | | range | 9e7 .. 1e8 | 8.95e7 .. 1.005e8
三到五万 | | range | 30000 .. 50000 | 28500 .. 52500
200 to 300 | | range | 200 .. 300 | 199.5 .. 300.5
between two hundred and three hundred loaf | loaf | range | 200 .. 300 | 190 .. 315
between one million and two billion | | range | 1000000 .. 2000000000 | 950000 .. 2100000000
one hundred and six to three hundred loaf | loaf | range | 106 .. 300 | 105.5 .. 315
1 to 1亿2000万 | | range | 1 .. 120000000 | 0.95 .. 120005000
-10 to -5 | | range | -10 .. -5 | -10.5 .. -4.5
-5-10 | | range | -5 .. 10 | -5.5 .. 10.5
0 to 10 | | range | 0 .. 10 | -0.5 .. 10.5
$1 to $2 million | USD | range | 1000000 .. 2000000 | 950000 .. 2100000
1e3-2e3 m | m | range | 1000 .. 2000 | 950 .. 2100
8 A100-80GB | A100-80GB | rounded | 8 | 7.6 .. 8.4
# one-sided: the limit is chosen, not rounded
more than 10 | | more than | 10 .. no | =
over 10 oven | oven | more than | 10 .. no | =
above 10 | | more than | 10 .. no | =
> 10 | | more than | 10 .. no | =
at least 2.5 m | m | at least | 2.5 .. no | =
10 oven or more | oven | at least | 10 .. no | =
100+ loaf | loaf | at least | 100 .. no | =
no less than 10 | | at least | 10 .. no | =
at most 10 | | at most | no .. 10 | =
up to 90 % | % | at most | no .. 90 | =
no more than 10 | | at most | no .. 10 | =
less than 10 | | less than | no .. 10 | =
under 10 | | less than | no .. 10 | =
超过10 | | more than | 10 .. no | =
至少10天 | 天 | at least | 10 .. no | =
不超过10 | | at most | no .. 10 | =
不到10 | | less than | no .. 10 | =
10天以上 | 天 | more than | 10 .. no | =
10天以下 | 天 | less than | no .. 10 | =
十倍以上 | | more than | 10 .. no | =
500多万 | | more than | 5000000 .. no | =
100多台 | 台 | more than | 100 .. no | =
at least -5 | | at least | -5 .. no | =
more than about 10 | | more than | 10 .. no | 9 .. no
up to about 10 | | at most | no .. 10 | no .. 11
at most 8k | | at most | no .. 8000 or no .. 8192 | =
# emphasis bounds nothing
as high as 16 | | rounded | 16 | 15.5 .. 16.5
a full 128 oven | oven | rounded | 128 | 127.5 .. 128.5
高达1.8万亿 | | rounded | 1.8e12 | 1.75e12 .. 1.85e12
just 55 day | day | rounded | 55 | 54.5 .. 55.5
exactly 25,000 | | exact | 25000 | =
# vague numbers: from two of them up to ten
several | | range | 2 .. 10 | =
several million row | row | range | 2000000 .. 10000000 | =
a few hundred | | range | 200 .. 1000 | =
dozens of bakery | bakery | range | 20 .. 100 | =
hundreds of row | row | range | 200 .. 1000 | =
tens of thousands of row | row | range | 20000 .. 100000 | =
数百万 | | range | 2000000 .. 10000000 | =
数十 | | range | 20 .. 100 | =
数万亿 | | range | 2e12 .. 1e13 | =
几千行 | 行 | range | 2000 .. 10000 | =
# two readings
8k | | rounded | 8000 or 8192 | 7600 .. 8400 or 7782.4 .. 8601.6
32k token | token | rounded | 32000 or 32768 | 31500 .. 32500 or 32256 .. 33280
32K | | rounded | 32000 or 32768 | 31500 .. 32500 or 32256 .. 33280
50k | | rounded | 50000 | 49500 .. 50500
8.5k | | rounded | 8500 | 8450 .. 8550
8 thousand | | rounded | 8000 | 7600 .. 8400
-8k | | rounded | -8000 | -8500 .. -7500
4-8k | | range | 4000 .. 8000 or 4096 .. 8192 | 3800 .. 8400 or 3891.2 .. 8601.6
3 times more | | rounded | 3 or 4 | 2.85 .. 3.15 or 3.8 .. 4.2
3x larger | | rounded | 3 or 4 | 2.85 .. 3.15 or 3.8 .. 4.2
高出三倍 | | rounded | 3 or 4 | 2.85 .. 3.15 or 3.8 .. 4.2
大约高出三倍 | | about | 3 or 4 | 2.7 .. 3.3 or 3.6 .. 4.4
增加了三倍 | | rounded | 3 or 4 | 2.85 .. 3.15 or 3.8 .. 4.2
2 to 3 times more | | range | 2 .. 3 or 3 .. 4 | 1.9 .. 3.15 or 2.85 .. 4.2
# multiples
3x | | rounded | 3 | 2.85 .. 3.15
3 times | | rounded | 3 | 2.85 .. 3.15
3 times as many | | rounded | 3 | 2.85 .. 3.15
5-fold | | rounded | 5 | 4.75 .. 5.25
2-3x | | range | 2 .. 3 | 1.9 .. 3.15
2x to 3x | | range | 2 .. 3 | 1.9 .. 3.15
twice | | rounded | 2 | 1.9 .. 2.1
twice as much | | rounded | 2 | 1.9 .. 2.1
double | | rounded | 2 | 1.9 .. 2.1
half | | rounded | 0.5 | 0.475 .. 0.525
两倍 | | rounded | 2 | 1.9 .. 2.1
三倍 | | rounded | 3 | 2.85 .. 3.15
1.5倍 | | rounded | 1.5 | 1.45 .. 1.55
# units before the figure, and units with digits
$63 million | USD | rounded | 63000000 | 62500000 .. 63500000
US$ 5.50 | USD | rounded | 5.5 | 5.495 .. 5.505
about $63 million | USD | about | 63000000 | 62000000 .. 64000000
about$sixteen | USD | about | 16 | 15 .. 17
€12/h | EUR/h | rounded | 12 | 11.5 .. 12.5
£70 per day | GBP per day | rounded | 70 | 66.5 .. 73.5
¥16 | CNY | rounded | 16 | 15.5 .. 16.5
USD 16 | USD | rounded | 16 | 15.5 .. 16.5
百分之三十二 | % | rounded | 32 | 31.5 .. 32.5
百分之32到百分之36 | % | range | 32 .. 36 | 31.5 .. 36.5
25,000 A100 GPU | A100 GPU | rounded | 25000 | 24500 .. 25500
8-way | -way | rounded | 8 | 7.6 .. 8.4
"""

ROWS = [line for line in PHRASES.strip().splitlines() if not line.startswith("#")]


def interval(written: str) -> tuple[float, float]:
    """The ends of "2 .. 3", "2 .. no" or "2"."""
    low, _, high = written.partition(" .. ")
    return (-INF if low == "no" else float(low)), (INF if high == "no" else float(high or low))


@pytest.mark.parametrize("row", ROWS)
def test_phrase(row: str) -> None:
    phrase, unit, relation, cores, allowed = (field.strip(" ") for field in row.split("|"))
    written = read(phrase)
    assert (written.unit, written.relation) == (unit, relation)
    assert [(m.lo, m.hi) for m in written.meanings] == [exactly(core) for core in cores.split(" or ")]
    wide = [interval(ends) for ends in (cores if allowed == "=" else allowed).split(" or ")]
    assert [m.at(1.0) for m in written.meanings] == [pytest.approx(ends, rel=1e-12) for ends in wide]


def exactly(core: str) -> tuple[Decimal, Decimal]:
    low, _, high = core.partition(" .. ")
    return Decimal("-Infinity" if low == "no" else low), Decimal("Infinity" if high == "no" else high or low)


def test_the_table_is_read() -> None:
    assert len(ROWS) >= 200
    assert len(set(ROWS)) == len(ROWS)


@pytest.mark.parametrize("row", ROWS)
def test_phrase_survives_writing(row: str) -> None:
    written = read(row.partition("|")[0].strip(" "))
    assert same(read(str(written)), written)
    assert str(read(str(written))) == str(written)


def same(one: Written, other: Written) -> bool:
    return (one.meanings, one.relation, one.unit, one.hedged) == (
        other.meanings,
        other.relation,
        other.unit,
        other.hedged,
    )


# ------------------------------------------------------------------------------------------------ what is refused

REFUSED = {
    "": "a figure such as",
    "   ": "a figure such as",
    "NaN": "a figure such as",
    "inf": "a figure such as",
    "about": "a figure such as",
    "many loaf": "a figure such as",
    "三四十": "a figure such as",
    "一百二千": "a figure such as",
    "数 loaf": "a figure such as",
    "1e999": "between 1e-300 and 1e300",
    "1e310": "between 1e-300 and 1e300",
    "1e-301": "between 1e-300 and 1e300",
    "0e400": "between 1e-300 and 1e300",
    "1e300分之1e-300": "between 1e-300 and 1e300",
    "9e299 trillion": "between 1e-300 and 1e300",
    "1e" + "9" * 450: "between 1e-300 and 1e300",
    "9" * 401: "at most 400 digits",
    "0." + "0" * 400: "at most 400 digits",
    "7 " + "a" * 500: "at most 500 characters",
    "1.2.3": "one decimal point",
    "6,7": "6,7 may mean 6.7",
    "1,23,456": "commas between groups of three digits",
    "12,34": "commas between groups of three digits",
    "0,123": "commas between groups of three digits",
    "1,2345": "commas between groups of three digits",
    "5 6": "one decimal figure or one range",
    "12 000 loaf": "one decimal figure or one range",
    "4/3": "one decimal figure or one range",
    "3/14": "one decimal figure or one range",
    "2^10": "one decimal figure or one range",
    "5 ± 1 m": "one decimal figure or one range",
    "1 to 2 to 3": "one decimal figure or one range",
    "$1 to €2": "one decimal figure or one range",
    "5 and 6": "one decimal figure or one range",
    "2031-05-06": "one decimal figure or one range",
    "3万5 USD": "one decimal figure or one range",
    "100 to 90": "the smaller end of a range first",
    "-5 to -10": "the smaller end of a range first",
    "5 km to 6 million km": "the scale word at both ends",
    "between 5 oven": "both ends of a range",
    "at least 5 to 10": "one bound or one range",
    "more than less than 5": "one bound or one range",
    "up to several million": "one bound or one range",
    "高出三个": "a multiple such as",
    "-3 times more": "a multiple such as",
}


@pytest.mark.parametrize("text", REFUSED)
def test_not_a_quantity(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert REFUSED[text] in str(refused.value)
    assert len(str(refused.value)) < 800


@pytest.mark.parametrize(
    ("text", "unit"),
    [("90 day to 2 month", "day to 2 month"), ("5 to several", "to several")],
)
def test_what_is_not_understood_is_left_to_the_unit(text: str, unit: str) -> None:
    assert read(text).unit == unit


# ------------------------------------------------------------------------------------------------ exactness


@pytest.mark.parametrize(
    "text", ["16 oven", "25,000", "25000.0", "十六", "一百二十八", "0", "-5", "sixteen", "exactly 16"]
)
def test_a_count_written_in_full_is_exact(text: str) -> None:
    written = read(text, count=True)
    assert written.relation is Relation.EXACT
    assert written.meanings[0].at(5.0) == written.meanings[0].at(0.0)
    assert read(text).meanings[0].lo == written.meanings[0].lo


@pytest.mark.parametrize(
    "text", ["25 thousand", "25k", "2.5万", "三百", "16.0", "1.6e1", "about 16", "16左右", "three hundred", "三万五"]
)
def test_a_scale_word_a_decimal_or_a_hedge_makes_a_count_rounded(text: str) -> None:
    assert read(text, count=True).meanings == read(text).meanings
    assert read(text, count=True).relation in {Relation.ROUNDED, Relation.ABOUT}


def test_a_range_of_counts_has_exact_ends() -> None:
    assert read("2 to 4 epoch", count=True).meanings[0].at(5.0) == (2.0, 4.0)
    assert read("2 to 4.5 epoch", count=True).meanings[0].at(1.0) != (2.0, 4.5)


@pytest.mark.parametrize("text", ["$1/h", "1.8 trillion", "8k", "90 to 100 day", "3 times more"])
def test_a_premise_is_exact_unless_hedged(text: str) -> None:
    assert all(m.at(5.0) == m.at(0.0) for m in read(text, exact=True).meanings)
    assert read(f"about {text}", exact=True).meanings == read(f"about {text}").meanings


@pytest.mark.parametrize("text", ["16 oven", "1.8 trillion", "8k", "90 to 100 day", "3 times more", "several million"])
def test_exactness_survives_writing(text: str) -> None:
    written = read(text, exact=True)
    assert same(read(str(written)), written)


def test_text_and_figure_keep_the_printed_digits() -> None:
    written = read("大约 2.20万 loaf左右")
    assert (written.text, written.figure, written.unit) == ("大约 2.20万 loaf左右", "大约 2.20万左右", "loaf")


# ------------------------------------------------------------------------------------------------ laws

digits = st.integers(min_value=1, max_value=10**12)
decimals = st.decimals(min_value="0.001", max_value="1000000", places=3)
figures = st.one_of(digits.map(str), digits.map("{:,}".format), decimals.map(str))
scales = st.sampled_from(["", " thousand", " million", " trillion", "k", "B", "万", "亿", "万亿", "e7", " x 10^-3"])
units = st.sampled_from(["", " device", " cent/ktoken", " %", "天", " A100 GPU"])
hedges = st.sampled_from(["", "about ", "~", "大约", "exactly ", "as high as "])
bounds = st.sampled_from(["", "more than ", "at most ", "至少", "不到"])
points = st.builds("{}{}{}{}{}".format, bounds, hedges, figures, scales, units)
spans = st.builds(
    lambda hedge, low, more, joint, scale, unit: f"{hedge}{low}{scale}{joint}{low + more}{scale}{unit}",
    *(hedges, digits, digits, st.sampled_from([" to ", "-", "到"]), scales, units),
)
phrases = points | spans
stretches = st.floats(min_value=0, max_value=20)


@given(phrases, st.booleans(), st.booleans())
def test_written_then_read_is_the_same(text: str, count: bool, exact: bool) -> None:
    written = read(text, count=count, exact=exact)
    assert same(read(str(written)), written)


@given(phrases, stretches, stretches)
def test_more_stretch_never_narrows(text: str, one: float, other: float) -> None:
    for meaning in read(text).meanings:
        (low, high), (lower, higher) = meaning.at(min(one, other)), meaning.at(max(one, other))
        assert lower <= low <= high <= higher
        assert meaning.at(0.0) == (float(meaning.lo), float(meaning.hi))


def test_any_stretch_has_ends() -> None:
    assert read("about 2 m").meanings[0].at(1e6) == (0.0, 2 * math.exp(700))
    assert read("more than about 2 m").meanings[0].at(1e6) == (0.0, INF)


@given(figures, scales, stretches)
def test_a_hedge_contains_the_unhedged(figure: str, scale: str, stretch: float) -> None:
    plain, hedged = read(figure + scale), read(f"about {figure}{scale}")
    for narrow, wide in zip(plain.meanings, hedged.meanings, strict=True):
        assert (wide.lo, wide.hi) == (narrow.lo, narrow.hi)
        assert wide.at(stretch)[0] <= narrow.at(stretch)[0]
        assert wide.at(stretch)[1] >= narrow.at(stretch)[1]


@given(points)
def test_no_figure_is_taken_for_worse_than_the_cap(text: str) -> None:
    for meaning in read(text).meanings:
        if meaning.lo > 0:
            assert meaning.below <= -math.log1p(-RHO * HEDGE)
            assert meaning.above <= math.log1p(RHO * HEDGE)


@given(decimals, st.sampled_from([(" thousand", 3), (" million", 6), ("万", 4), ("万亿", 12), ("e7", 7), ("B", 9)]))
def test_a_scale_word_scales_and_nothing_else(figure: Decimal, scale: tuple[str, int]) -> None:
    word, power = scale
    plain, scaled = read(str(figure)).meanings[0], read(f"{figure}{word}").meanings[0]
    assert scaled.lo == plain.lo.scaleb(power)
    assert (scaled.below, scaled.above) == pytest.approx((plain.below, plain.above))


@given(digits, st.integers(min_value=1, max_value=6))
def test_trailing_zeros_do_not_count_in_an_integer_and_do_before_a_scale_word(number: int, zeros: int) -> None:
    assume(number % 10)
    padded = f"{number}{'0' * zeros}"
    assert read(padded).meanings[0].below == pytest.approx(read(f"{number}").meanings[0].below)
    assert read(f"{padded}亿").meanings[0].below == pytest.approx(read(f"{number}亿").meanings[0].below)
    tenfold = min(0.5 / float(padded), RHO)
    assert read(f"{padded} million").meanings[0].below == pytest.approx(-math.log1p(-tenfold))


@given(st.integers(min_value=1, max_value=10**15), st.sampled_from(["", "万", "亿"]))
def test_digits_are_read_exactly(number: int, scale: str) -> None:
    expected = number * {"": 1, "万": 10**4, "亿": 10**8}[scale]
    assert read(f"{number}{scale}").meanings[0].lo == expected
    assert read(f"{number:,}{scale}").meanings[0].lo == expected
    assert read(f"{number}.0{scale}").meanings[0].lo == expected


@given(st.integers(min_value=0, max_value=10**12 - 1))
@example(10**8 + 6)
@example(10010)
@example(20_0000_0000)
def test_chinese_numerals_are_read_exactly(number: int) -> None:
    assert read(in_chinese(number)).meanings[0].lo == number
    assert read(in_chinese(number), count=True).meanings[0].lo == number


@given(st.integers(min_value=0, max_value=10**12 - 1))
@example(100_000)
@example(1_000_001)
def test_english_numerals_are_read_exactly(number: int) -> None:
    assert read(in_english(number)).meanings[0].lo == number


def outcome(text: str) -> Written | None:
    """What is read, or nothing when it is refused; any other exception is a failure."""
    try:
        return read(text)
    except Unreadable:
        return None


@given(st.text(max_size=600))
def test_any_text_is_read_or_refused(text: str) -> None:
    written = outcome(text)
    assert written is None or same(read(str(written)), written)


PIECES = ["about", "5", "8k", " ", " to ", "-", "1.5", "million", "more", "than", "$", "%", "or so", "+", "several"]
PIECES += ["half", "a", "and", "between", "day", ",", "00", "e5", "x", "over", "times", "exactly", "hundred", "twenty"]
PIECES += [*"万亿三十百千零点倍多几数高", "左右", "以上", "百分之", "之间"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_jumble_of_its_own_words_is_read_or_refused(text: str) -> None:
    written = outcome(text)
    assert written is None or same(read(str(written)), written)
    for meaning in written.meanings if written else ():
        (low, high), (lower, higher) = meaning.at(0.0), meaning.at(1.0)
        assert lower <= low <= high <= higher


HOSTILE = ["1", "-", "1-", "1 to ", "1,", "1,000", "1e", "5 a-1 ", "about ", "several million "]
HOSTILE += [*"约万", "左右", "一万"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_no_time(piece: str) -> None:
    start = time.perf_counter()
    for text in ((piece * 500)[:500], "7" + (piece * 500)[:499], (piece * 500)[:499] + "7"):
        outcome(text)
    assert outcome(piece * 100_000) is None
    assert time.perf_counter() - start < 2.0


def in_chinese(number: int) -> str:
    """The numeral that a Chinese speaker writes, with 零 wherever a place is skipped."""
    if number == 0:
        return "零"
    spelled, below = "", False  # below: a skipped place is owed its 零
    for power, myriad in ((8, "亿"), (4, "万"), (0, "")):
        section, number = divmod(number, 10**power)
        if section:
            spelled += ("零" if spelled and (below or section < 1000) else "") + in_myriad(section) + myriad
        below = bool(spelled) and section == 0
    return spelled.removeprefix("一") if spelled.startswith("一十") else spelled


def in_myriad(section: int) -> str:
    spelled, skipped = "", False
    for place, word in zip(f"{section:04}", ("千", "百", "十", ""), strict=True):
        if place == "0":
            skipped = bool(spelled)
        else:
            spelled += ("零" if skipped else "") + "零一二三四五六七八九"[int(place)] + word
            skipped = False
    return spelled


def in_english(number: int) -> str:
    for power, word in ((9, "billion"), (6, "million"), (3, "thousand"), (2, "hundred")):
        if number >= 10**power:
            above, rest = divmod(number, 10**power)
            joint = " and " if power == 2 else " "
            return f"{in_english(above)} {word}" + (joint + in_english(rest) if rest else "")
    if number < 20:
        return SMALL[number]
    return ENTIES[number // 10 - 2] + (f"-{SMALL[number % 10]}" if number % 10 else "")


SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
SMALL += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
ENTIES = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
