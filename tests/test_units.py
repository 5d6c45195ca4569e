"""The door to pint: factors, mismatches, and everything that a file may put where a unit should be."""

import math
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.errors import KbError
from kb.units import UnitMismatch, Units, UnknownUnit

LINES = [
    "kilo- = 1e3 = k",
    "mega- = 1e6 = M",
    "zetta- = 1e21 = Z",
    "percent = 0.01 = %",
    "second = [time] = s",
    "minute = 60 s = min",
    "hour = 60 min = h",
    "day = 24 h",
    "joule = [energy] = J",
    "watt = J / s = W",
    "metre = [length] = m",
    "[area] = [length] ** 2",
    "loaf = [loaf]",
    "oven = [oven]",
    "dollar = [money] = $ = 元",
]
UNITS = Units(LINES)
WORDS = ["s", "min", "h", "day", "kJ", "MW", "m", "loaf", "kloaf", "oven", "%", "Zs"]


@pytest.mark.parametrize(
    ("unit", "into", "factor"),
    [
        ("h", "s", 3600),
        ("s", "h", 1 / 3600),
        ("day", "minute", 1440),
        ("kW*h", "J", 3.6e6),
        ("kW*h", "MJ", 3.6),
        ("loaf/(oven*h)", "loaf/(oven*s)", 1 / 3600),
        ("loaf/oven/h", "loaf/(oven*day)", 24),
        ("dollar/kloaf", "dollar/loaf", 1e-3),
        ("元", "dollar", 1),
        ("m**2", "m*m", 1),
        ("km**2", "m**2", 1e6),
        ("m**-2", "1/(m*m)", 1),
        ("m ** 2", "m^2", 1),
        ("%", "1", 0.01),
        ("1", "%", 100),
        ("percent", "", 0.01),
        ("", "1", 1),
        ("h/h", "1", 1),
        ("h/min", "1", 60),
        ("Zs", "s", 1e21),
        ("s per oven", "s/oven", 1),
    ],
)
def test_factors(unit: str, into: str, factor: float) -> None:
    assert UNITS.factor(unit, into) == pytest.approx(factor, rel=1e-12)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), st.lists(st.sampled_from(WORDS), max_size=3))
def test_the_factor_of_a_product_is_the_product_of_the_factors(over: list[str], under: list[str]) -> None:
    unit = "*".join(over) + "".join(f"/{word}" for word in under)
    roots = {"min": "s", "h": "s", "day": "s", "kJ": "J", "MW": "W", "kloaf": "loaf", "%": "1", "Zs": "s"}
    into = "*".join(roots.get(word, word) for word in over) + "".join(f"/{roots.get(word, word)}" for word in under)
    expected = math.prod(UNITS.factor(w, roots.get(w, w)) for w in over) / math.prod(
        UNITS.factor(w, roots.get(w, w)) for w in under
    )
    assert UNITS.factor(unit, into) == pytest.approx(expected, rel=1e-9)
    assert UNITS.factor(into, unit) == pytest.approx(1 / expected, rel=1e-9)


def test_a_quantity_carries_its_dimension() -> None:
    found = UNITS.quantity(3.0, "loaf/h") * UNITS.quantity(2.0, "day") / UNITS.quantity(1.0, "loaf")
    assert found.to_root_units().magnitude == pytest.approx(144)
    assert found.dimensionless


# ------------------------------------------------------------------------------------------------ what does not fit


@pytest.mark.parametrize(
    ("unit", "into", "message"),
    [
        ("h", "J", r"unit 'h' has dimension \[time\]; expected 'J' with dimension \[energy\]; correct the unit or "),
        ("loaf", "oven", r"unit 'loaf' has dimension \[loaf\]; expected 'oven' with dimension \[oven\]; correct"),
        ("", "s", r"unit '1' has dimension dimensionless; expected 's' with dimension \[time\]; correct the unit"),
        ("W", "1", r"unit 'W' has dimension \[energy\] / \[time\]; expected '1' with dimension dimensionless; correct"),
    ],
)
def test_a_unit_of_another_dimension(unit: str, into: str, message: str) -> None:
    with pytest.raises(UnitMismatch, match=f"^{message}") as caught:
        UNITS.factor(unit, into)
    assert caught.value.unit == unit


@pytest.mark.parametrize(
    "unit", ["lo", "kwattz", "loaf/hr", "亿", "Loaf", "min utes", "kk", "kks", "kkJ", "[time]", "nan", "inf"]
)
def test_an_unknown_word_is_told(unit: str) -> None:
    with pytest.raises(
        UnknownUnit,
        match=r"^unit '.+' \(.+\)(; did you mean '\w+'\?)?; expected an expression of the vocabulary's units",
    ):
        UNITS.factor(unit, "s")


@pytest.mark.parametrize(
    ("unit", "meant"),
    [
        ("weeklings", "week"),
        ("s/weeklings", "week"),
        ("LOAVES", None),
        ("Loaf", "loaf"),
        ("secnd", "second"),
        ("q", None),
    ],
)
def test_a_longer_name_or_a_near_one_is_asked_about(unit: str, meant: str | None) -> None:
    with pytest.raises(UnknownUnit) as caught:
        Units(["second = [time] = s", "week = 604800 s", "loaf = [loaf]"]).factor(unit, "s")
    assert (f"; did you mean {meant!r}?" in str(caught.value)) if meant else ("did you mean" not in str(caught.value))


HOSTILE = [
    "__import__('os')",
    "s.__class__",
    "lambda: s",
    "s if s else s",
    "s[0]",
    "1e999*m",
    "2*s",
    "0",
    "1/0",
    "m" * 10_000,
    "m" * 200,
    "s*" * 5000 + "s",
    "(" * 5000,
    "(" * 5000 + "s" + ")" * 5000,
    "s**" * 60 + "2",
    "s**9**9**9",
    "9**9**9",
    "min^9^9^9",
    "min**99999999",
    "min⁹⁹⁹⁹⁹⁹⁹⁹⁹",
    "h**-9**9**9",
    "(((((((((min**9)**9)**9)**9)**9)**9)**9)**9)**9)**9",
    "s**(2**(9**(9**9)))",
    "s cubed cubed cubed cubed cubed cubed",
    "s**1e999",
    "s**nan",
    "Zs**99",
    "s/",
    "*s",
    "s+s",
    "s'",
    's"',
    "s#comment",
    "s;s",
    "s\ns",
    "s\\\n",
    "s\x00",
    "s=s",
    "@import x",
    "\ud800",
]


@pytest.mark.parametrize("unit", HOSTILE, ids=lambda unit: ascii(unit[:20]))
def test_a_hostile_unit_is_refused_at_once_in_one_line(unit: str) -> None:
    start = time.perf_counter()
    with pytest.raises(UnknownUnit) as caught:
        UNITS.factor(unit, "s")
    assert time.perf_counter() - start < 2
    told(str(caught.value))


def told(message: str) -> None:
    """A message is one line of bounded length: what was found; what was expected; what to do."""
    assert message.isprintable()
    assert len(message) < 450
    assert message.startswith("unit ")
    assert "; expected " in message
    assert message.count("; ") >= 2


@given(st.text(max_size=30) | st.text("sminhJ*/()^ 0123456789e.%-+[]_²per", max_size=30))
@example("s**0")
@example("s^2^2")
def test_any_text_is_a_unit_or_told_to_be_none(unit: str) -> None:
    try:
        factor = UNITS.factor(unit, unit)
    except KbError as error:
        told(str(error))
    else:
        assert factor == pytest.approx(1)


# ------------------------------------------------------------------------------------------------ definitions


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "= s",
        "a b = s",
        "loaf = [loaf]",  # again
        "year = 9**9**9 s",
        "year = (((9**9)**9)**9)**9 s",
        "century = s; offset: 3",
        "one = s\nother = s",
        "@import x",
        "@system x",
        "bad = __import__('os')",
        "bad = 1/0 s",
        "x" * 10_000 + " = s",
    ],
)
def test_a_line_that_is_no_definition(line: str) -> None:
    with pytest.raises(UnknownUnit) as caught:
        Units([*LINES, line])
    told(str(caught.value))


@pytest.mark.parametrize(
    "line", ["bad = bad", "bad = nowhere", "bad = 0 s", "bad = nan s", "bad = 1e999 s", "bad = -3 s"]
)
def test_a_definition_that_leads_nowhere_is_told_when_it_is_used(line: str) -> None:
    units = Units([*LINES, line])
    with pytest.raises(UnknownUnit) as caught:
        units.factor("bad", "s")
    told(str(caught.value))
    assert units.factor("h", "s") == pytest.approx(3600)


def test_nothing_is_known_that_is_not_defined() -> None:
    with pytest.raises(UnknownUnit):
        Units().factor("meter", "meter")
    assert Units().factor("1", "") == 1
