"""Figures of collection work."""

import pytest
from load_tools import load_tool

collection = load_tool("ar_best_practices", "collection")

SHARES = [
    collection.cash_per_collector,
    collection.cost_per_cash,
    collection.right_party_share,
    collection.promise_share,
    collection.coverage,
]


@pytest.mark.parametrize("share", SHARES)
def test_a_share_of_nothing_is_unknown(share):
    assert share(10, 0) is None
    assert share(0, 10) == 0


@pytest.mark.parametrize("share", SHARES)
def test_a_negative_number_is_refused(share):
    with pytest.raises(ValueError, match="negative"):
        share(-1, 10)


@pytest.mark.parametrize(("top", "rest"), [(None, 0.4), (0.9, None), (0.9, 0)])
def test_the_focus_is_unknown_when_one_side_has_nothing(top, rest):
    assert collection.focus_ratio(top, rest) is None
