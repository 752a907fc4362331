"""Which items add up to a payment."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

subset = load_tool("ar_best_practices", "subset")
Verdict = subset.Verdict

few = st.lists(st.integers(1, 12), min_size=1, max_size=9)


@given(few, st.integers(1, 40))
def test_it_agrees_with_trying_every_set(amounts, target):
    places = range(len(amounts))
    fitting = [
        list(chosen)
        for size in range(1, len(amounts) + 1)
        for chosen in combinations(places, size)
        if sum(amounts[place] for place in chosen) == target
    ]
    verdict, found = subset.find_subset(amounts, target)
    if len(fitting) == 1:
        assert (verdict, found) == (Verdict.ONE, fitting[0])
    else:
        assert verdict is (Verdict.SEVERAL if fitting else Verdict.NONE)
        assert not found


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (200 * 10_000, Verdict.ONE),
        (3 * 10_000, Verdict.SEVERAL),
        (10_005, Verdict.NONE),
    ],
)
def test_two_hundred_equal_amounts_take_a_few_steps(target, verdict):
    assert subset.find_subset([10_000] * 200, target, steps=500)[0] is verdict


def test_it_gives_up_when_its_steps_are_over():
    amounts = [1_000_003 + 7 * number * number for number in range(200)]
    verdict, found = subset.find_subset(amounts, 123_456_789)
    assert (verdict, found) == (Verdict.GAVE_UP, [])


@pytest.mark.parametrize(("amounts", "target"), [([1], 0), ([0], 1), ([-1], 1)])
def test_amounts_are_more_than_zero(amounts, target):
    with pytest.raises(ValueError, match="more than zero"):
        subset.find_subset(amounts, target)
