"""The name that was meant, of those that there are."""

import pytest

from kb.errors import nearest

CHIPS = ["K100 PCIe", "K200 SXM", "K100 SXM5 80GB", "K100 SXM5 80GB, early", "K800 SXM5", "K100"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("K100 SXM", "K100 SXM5 80GB"),
        ("k100 sxm5", "K100 SXM5 80GB"),
        ("80GB K100", "K100 SXM5 80GB"),
        ("K10", "K100"),
        ("K1OO PCIe", "K100 PCIe"),
        ("K8", None),
        ("  ", None),
        ("", None),
        ("--", None),
        ("wholly else", None),
    ],
)
def test_what_goes_on_where_a_name_ends_is_nearer_than_what_is_spelt_alike(typed: str, meant: str | None) -> None:
    assert nearest(typed, CHIPS) == meant
