"""What checks say, in the words a reader meets."""

from __future__ import annotations

import math

import pytest

from kb.checks.readings import distinct, over


@pytest.mark.parametrize(
    ("more", "less", "told"),
    [
        (2.85, 2.2, ("2.85", "2.2")),
        (1.3, 1.0004, ("1.3", "nothing")),
        (1.2344, 1.2339, ("1.2344", "1.2339")),
        (3.0, math.nan, ("3", "")),
    ],
)
def test_what_a_reading_is_off_by_differs_in_print_from_what_is_excused(
    more: float, less: float, told: tuple[str, str]
) -> None:
    assert distinct(more, less) == told


def test_what_has_no_end_is_over_nothing() -> None:
    assert over(6.0, 3.0) == 2.0
    assert math.isnan(over(6.0, 0.0))
    assert math.isnan(over(math.inf, 3.0))
