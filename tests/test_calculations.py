"""Calculations in running text: found whole, done again, told from what only looks like one."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.calculations import calculations, figures_in, parsed
from kb.errors import Unreadable
from kb.redoing import redone, slips_of_the_pen
from tests.commands import Kb

FOUND = [  # a text, the calculation in it, what it is said to give
    ("C = 6ND = 6 * 7B * 2T = 8.4e22 FLOP.", "6 * 7B * 2T", "8.4e22 FLOP"),
    ("6*70B*15T=6.3e24", "6*70B*15T", "6.3e24"),
    ("64 chips x 5 days x 24 hours = 7,680 chip-hours", "64 chips x 5 days x 24 hours", "7,680 chip-hours"),
    ("275 teraFLOP/s * 2048 * 5 * 24 * 3600 * 0.3 (assumed) = 7.3e22", None, "7.3e22"),
    ("7.3e22 = 275e12 * 2048 * 432000 * 0.3", "275e12 * 2048 * 432000 * 0.3", "7.3e22"),
    ("sqrt(4e24 * 9e24) = 6e24", "sqrt(4e24 * 9e24)", "6e24"),
    ("(40 * 24 * 3600) s * 7.1e12 FLOP/s * 0.3\n= 7.36e18", None, "7.36e18"),
    ("2 × 3 × 10⁴ ≈ 60,000", None, "60,000"),
    ("900m * 256m * 6 = 1.38e18", None, "1.38e18"),
    ("50 * 10^(12+9) = 5*10^22", None, "5*10^22"),
    ("6,7e9 * 2 = 1.34e10", None, "1.34e10"),
]
NONE_IN = [
    "6 GPUs = six GPUs",
    "the loss fell from 3 to 2 = good",
    "N * 2 * 3 = 60",  # an unknown factor
    "FLOPs = 2 * 3 * mult-adds * images",
    "8x7B = a mixture",
    "(16x16x) TPUs = 256",
    "arXiv:2001.08361 = Kaplan",
    "a * b = c",
    "6 * 70B * 2T and then some",
    "20 * 3600 = 72,000 PF",  # whatever PF is
]
RIGHT = [
    ("6 * 70B * 2T", "8.4e23 FLOP"),
    ("2 days * 24 * 3600", "172,800 s"),
    ("2 days * 24 hours/day * 3600 s/hour", "172,800"),
    ("14.13 teraFLOP/s * 19 days", "2.32e19 FLOP"),
    ("40 % * 300", "120"),
    ("410 + 19 + 12 + 55 + 3", "499 billion tokens"),
    ("30.84M / 16k", "80 days"),
    ("50TB * 167M tokens/GB", "8.35 trillion tokens"),
    ("6125 ms / batch * 114890 batches", "8.14 days"),
    ("5 - 2", "3"),
    ("2 ** 10", "1024"),
    ("4.5 days * 64 * 180 teraFLOPS * 0.33", "1.48*10^21 FLOP"),
]
WRONG = [
    ("6 * 70B * 2T", "8.4e22 FLOP", 0.1),
    ("8 * 312 teraflops * 30 * 3600 * 0.4", "8.1e19", 0.7512),
    ("3 * 40 * 300", "48 thousand loaf", 4 / 3),
    ("100 - 40", "70", 7 / 6),
]


@pytest.mark.parametrize(("text", "working", "stated"), FOUND, ids=[text for text, _, _ in FOUND])
def test_a_calculation_is_found_whole_and_gives_what_it_says(text: str, working: str | None, stated: str) -> None:
    [found] = calculations(text)
    assert working in {None, found.working}
    assert found.stated == stated
    assert redone(found.working, found.stated).stretch <= 1


@pytest.mark.parametrize("text", NONE_IN)
def test_what_is_not_plain_is_no_calculation(text: str) -> None:
    assert list(calculations(text)) == []


@pytest.mark.parametrize(("working", "stated"), RIGHT, ids=[working for working, _ in RIGHT])
def test_what_is_right_in_some_reading_is_right(working: str, stated: str) -> None:
    assert redone(working, stated).stretch <= 1


@pytest.mark.parametrize(("working", "stated", "ratio"), WRONG, ids=[working for working, _, _ in WRONG])
def test_what_is_wrong_in_every_reading_is_wrong_by_so_much(working: str, stated: str, ratio: float) -> None:
    again = redone(working, stated)
    assert math.isinf(again.stretch)
    assert again.ratio == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("working", ["", "tokens", "6 *", "6 * N", "(6 * 7", "6 7", "6 * 7 = 42", "2 ^"])
def test_what_cannot_be_read_whole_is_told(working: str) -> None:
    with pytest.raises(Unreadable, match="expected a figure, or a calculation"):
        parsed(working)


def test_the_figures_of_a_calculation_stand_in_their_order() -> None:
    assert figures_in("6 * 70B * 30% * (2 + 1.5k)") == pytest.approx((6.0, 7e10, 0.3, 2.0, 1500.0))


def test_nothing_is_raised_to_what_no_float_holds() -> None:
    assert redone("10.5 ^ 999", "5").stretch in {0.0, math.inf}
    assert math.isinf(redone("5 / 0", "5").stretch) or redone("5 / 0", "5").given != 5


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (10.0, "power of ten"),
        (1e-3, "power of ten"),
        (24.0, "days and hours"),
        (70e9, "70"),
        (1 / 6, "the figure 6 "),
        (1.7, ""),
    ],
)
def test_a_slip_is_named_only_where_one_would_explain_it(ratio: float, told: str) -> None:
    found = "; ".join(slips_of_the_pen(ratio, "6 * 70B * 2T"))
    assert told in found
    assert bool(found) == bool(told)


NUMBERS = st.integers(2, 99_999)


@given(st.lists(NUMBERS, min_size=2, max_size=6), st.sampled_from(["*", " * ", " x ", " × "]), st.data())
def test_a_product_that_is_written_is_found_and_holds(numbers: list[int], sign: str, data: Any) -> None:
    """Any product, printed with six digits of its value, stands in a sentence: it is found, and it is right."""
    working = sign.join(map(str, numbers))
    words = data.draw(st.sampled_from(["", " FLOP", " tokens"]))
    [found] = calculations(f"They say that {working} = {math.prod(numbers):.5e}{words} in all.")
    again = redone(found.working, found.stated)
    assert again.stretch == 0
    assert again.ratio == pytest.approx(1, rel=1e-5)


@given(st.lists(NUMBERS, min_size=2, max_size=5), st.sampled_from([0.01, 0.1, 0.4, 2.5, 10.0, 1000.0]))
def test_a_product_that_is_wrong_by_far_never_holds(numbers: list[int], factor: float) -> None:
    again = redone(" * ".join(map(str, numbers)), f"{math.prod(numbers) * factor:.5e}")
    assert math.isinf(again.stretch)
    assert again.ratio == pytest.approx(factor, rel=1e-4)


@given(st.text(alphabet="0123456789.,*x×/+-^()=≈ eE%kMBTdaysFLOPsqrt\n", max_size=60))
def test_any_text_is_gone_through(text: str) -> None:
    place = 0
    for found in calculations(text):
        assert place <= found.start < found.end <= len(text)
        place = found.start
        redone(found.working, found.stated)


def test_what_a_calculation_has_wrong_is_not_held_against_what_is_computed(shipped_store: Path, tmp_path: Path) -> None:
    kb = Kb(tmp_path, columns=200)
    shutil.copyfile(shipped_store, kb.path)
    shutil.copyfile(Path(__file__).parent / "examples" / "calculation.mistaken.yaml", tmp_path / "loaves.yaml")
    assert kb("import", "loaves.yaml").returncode == 0
    assert "verdict     off" in kb("show", "oven-news:sum").stdout
    assert "verdict     off" not in kb("show", "oven-news:year").stdout
    report = json.loads(kb("report", "--format", "json", "--source", "oven-news").stdout)
    [found] = report["findings"]
    assert found["claims"][0] == "oven-news:sum"
    assert found["resolutions"][0]["note"] == "instead of 30 in it"
    assert "has 30 where bakery.ovens of Hill Bakery is 3" in found["explanations"][0]["text"]
