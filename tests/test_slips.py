"""Unit slips: told as sure where one word put right makes everything fit, and nothing else would."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.quantity import read
from kb.slips import Printed, Window, candidates, chance
from tests.commands import Kb

EXAMPLES = Path(__file__).parent / "examples"
WORDED = (EXAMPLES / "slip.worded.yaml").read_text(encoding="utf-8")
DENSE = """
sources:
  - {id: quay-letter, kind: article, title: What models cost to run, by: [Quay Letter]}
entities:
  - {id: Alder, kind: model}
  - {id: Birch, kind: model}
  - {id: Quay Letter, kind: party}
defaults: {cite: quay-letter, holders: [Quay Letter]}
claims:
  - {id: active, subject: Alder, attribute: parameters.active, value: 30 billion param,
     source: {at: p1.s0}, statement: A token uses 30 billion weights of Alder.}
  - {id: work, subject: Alder, attribute: forward.flop_per_token, value: 60 TFLOP/token,
     source: {at: p1.s1}, statement: That takes so many operations.}
"""

Told = Callable[[str], list[tuple[str, str]]]


@pytest.fixture
def told(shipped_store: Path, tmp_path: Path) -> Told:
    """How sure each explanation is, and what it says, of claims that the user's own command checks."""
    kb = Kb(tmp_path)
    shutil.copyfile(shipped_store, kb.path)

    def asked(text: str) -> list[tuple[str, str]]:
        (tmp_path / "leak.yaml").write_text(text, encoding="utf-8")
        said = json.loads(kb("check", "leak.yaml", "--format", "json").stdout)
        return [(each["certainty"], each["text"]) for found in said["findings"] for each in found["explanations"]]

    return asked


def test_one_word_that_is_wrong_is_told_as_sure(told: Told) -> None:
    [(how, text)] = told(WORDED)
    assert how == "asserted"
    assert "by a factor of 1,000 (thousand, million or billion), in 744 million device*h (quay-letter p1.s2)" in text


def test_a_reader_of_the_data_gets_the_claims_and_the_factor(shipped_store: Path, tmp_path: Path) -> None:
    kb = Kb(tmp_path, columns=200)
    shutil.copyfile(shipped_store, kb.path)
    kb("import", str(EXAMPLES / "slip.worded.yaml"))
    said = json.loads(kb("report", "--source", "quay-letter", "--format", "json").stdout)
    [slip] = [each for found in said["findings"] for each in found["explanations"]]
    assert slip["claims"] == ["quay-letter:hours"]
    assert slip["factor"] == pytest.approx(1000)
    text = kb("report", "--source", "quay-letter").stdout
    assert "\nOFF BY 1,000, A UNIT SLIP (asserted)\n" in text
    assert "asserted      one unit word was taken for another" in text


def test_without_another_route_nobody_can_say_which_word_it_is(told: Told) -> None:
    alone = WORDED.replace("attribute: chip.rent", "attribute: chip.price").replace(
        "2.00 USD/(device*h)", "2 USD/device"
    )
    [(how, text)] = told(alone)
    assert how == "mentioned"
    assert "1,000 device (quay-letter p1.s0)" in text
    assert "744 million device*h (quay-letter p1.s2)" in text
    assert text.endswith("Which, arithmetic cannot say")


def test_a_word_that_is_right_elsewhere_is_not_put_right(told: Told) -> None:
    """Of two claims worded alike one fits as it is: the word is not the error, and nothing is told as sure."""
    again = """
  - {id: again, subject: Alder/training, attribute: run.device_time, value: 0.744 million device*h,
     source: {at: p2.s0}, statement: They took 744 thousand device-hours in all.}
"""
    assert "asserted" not in {how for how, _ in told(WORDED + again)}


def test_a_plural_is_the_same_word_and_another_unit_is_not() -> None:
    assert read("3 million device*h").scale == read("1 to 2 million device*h").scale == "million"
    assert read("1.8万亿 param").scale == "万亿"
    assert read("25,000 device").scale == ""


def test_digits_that_leave_room_for_chance_tell_nothing_sure(told: Told) -> None:
    coarse = WORDED.replace("1.49 million USD", "about 1.5 million USD").replace("31.0 day", "about 31 day")
    coarse = coarse.replace("2.00 USD", "about 2 USD").replace("744 million", "about 740 million")
    coarse = coarse.replace("'1,000 device'", "'about 1,000 device'")
    [(how, text)] = told(coarse)
    assert how == "mentioned"
    assert "Not asserted, since another error would look the same" in text


def test_two_failures_with_one_word_vouch_for_each_other(told: Told) -> None:
    """Each alone may be chance, or the error of another claim; that both are off by the same factor is hardly."""
    assert [how for how, _ in told(DENSE)] == ["mentioned"]
    both = (
        DENSE
        + """
  - {id: other-active, subject: Birch, attribute: parameters.active, value: '91,000 million param',
     source: {at: p1.s2}, statement: One of Birch uses 91 billion weights.}
  - {id: other-work, subject: Birch, attribute: forward.flop_per_token, value: 182 TFLOP/token,
     source: {at: p1.s3}, statement: It takes so many more operations.}
"""
    )
    assert [how for how, _ in told(both)] == ["asserted", "asserted"]
    same = both.replace("'91,000 million param'", "91 billion param")  # then "billion" may be the wrong word as well
    assert [how for how, _ in told(same)] == ["mentioned", "mentioned"]


def test_two_zeros_lost_elsewhere_would_look_the_same(told: Told) -> None:
    """A share that is off by 100 may be a per cent, or else the figure beside it has lost its zeros."""
    text = """
sources:
  - {id: quay-letter, kind: article, title: The making of Birch, by: [Quay Letter]}
  - {id: quartz-sheet, kind: data sheet, title: Quartz, by: [Quartz Works]}
entities:
  - {id: Birch, kind: model}
  - {id: Quartz, kind: chip}
  - {id: Quartz Works, kind: party}
  - {id: Quay Letter, kind: party}
defaults: {cite: quay-letter, holders: [Quay Letter]}
claims:
  - {id: 'quartz-sheet:peak', subject: Quartz, attribute: chip.peak, value: 500 TFLOP/(s*device),
     standing: hard in scope, scope: {precision: tensor16, sparsity: dense}, holders: [Quartz Works],
     source: {cite: quartz-sheet, at: row 1}, statement: The Quartz reaches 500 TFLOP a second.}
  - {id: chip, subject: Birch/training, attribute: run.on, value: Quartz, source: {at: p1}, statement: On it.}
  - {id: hours, subject: Birch/training, attribute: run.device_time, value: '500,000 device*h',
     source: {at: p2}, statement: It took so long.}
  - {id: mfu, subject: Birch/training, attribute: run.mfu, value: 0.400, source: {at: p3},
     statement: So much was used.}
  - {id: compute, subject: Birch, attribute: training.compute, value: 3.60e21 FLOP, source: {at: p4},
     statement: It took so much.}
"""
    [(how, said)] = told(text)
    assert how == "mentioned"
    assert "per cent and fractions" in said
    assert "zeros lost or added" in said


# ------------------------------------------------------------------------------------------------ families


def test_of_a_duration_in_days_nobody_means_minutes() -> None:
    days = candidates(Printed("s", "en", lengths=(86400.0,)))
    assert {24.0, 7.0, 30.4, 365.0} <= days.keys()
    assert not {60.0, 3600.0, 12.0} & days.keys()
    assert {60.0, 24.0} <= candidates(Printed("s", "en")).keys()


def test_a_factor_of_times_is_no_per_cent() -> None:
    assert candidates(Printed("1", "en")) == {}
    assert candidates(Printed("1", "en", share=True)).keys() == {100.0, 0.01}


def test_one_factor_with_two_stories_is_one_factor() -> None:
    assert len(candidates(Printed("FLOP/token", "en"))[1000.0]) == 2


def test_chance_is_the_share_of_six_decades_that_the_windows_of_all_factors_take() -> None:
    assert chance(Window(900, 1100), 4) == pytest.approx(4 * 0.0871501757 / 6)
    assert chance(Window(0, 1100), 4) == 1.0
