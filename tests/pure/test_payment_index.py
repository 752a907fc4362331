"""The payment index falls with lateness and stays within its scale."""

import ledger_strategies as our
import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

index = load_tool("ar_best_practices", "payment_index")


PUBLISHED_KEY = [
    *((-30, 100), (-20, 90), (0, 80), (15, 70), (22, 60), (30, 50)),
    *((60, 40), (90, 30), (120, 20)),
]
OUR_TAIL = [(123, 19), (150, 10), (177, 1), (180, 0), (500, 0)]


@pytest.mark.parametrize(("days", "score"), PUBLISHED_KEY + OUR_TAIL)
def test_the_curve_goes_through_the_published_key(days, score):
    assert index.payment_score(days) == score


@given(our.days, our.days)
def test_paying_later_never_scores_better(first, second):
    sooner, later = sorted((first, second))
    assert 0 <= index.payment_score(later) <= index.payment_score(sooner) <= 100


@given(our.items)
def test_an_index_lies_between_its_scores(items):
    scores = [index.payment_score(days) for _amount, days in items]
    value = index.payment_index(items).value
    assert min(scores) - 1e-9 <= value <= max(scores) + 1e-9


@given(our.items, st.data())
def test_the_order_of_payments_does_not_matter(items, data):
    shuffled = data.draw(st.permutations(items))
    assert index.payment_index(shuffled) == index.payment_index(items)


@given(our.items, our.amounts)
def test_the_currency_unit_does_not_matter(items, factor):
    scaled = [(amount * factor, days) for amount, days in items]
    expected = index.payment_index(items).value
    assert index.payment_index(scaled).value == pytest.approx(expected)


@given(st.lists(our.days, min_size=1))
def test_equal_amounts_make_the_index_by_number(days):
    alike = index.payment_index((50, late) for late in days).value
    assert alike == pytest.approx(index.payment_index_by_number(days).value)


def test_scores_are_weighted_not_the_lateness():
    items = [(100, 0), (100, 60)]
    assert index.payment_index(items).value == 60
    assert index.payment_score(30) == 50


@given(st.lists(our.days, min_size=1))
def test_a_split_of_delays_is_whole(days):
    assert sum(index.delay_split(days).values()) == pytest.approx(1)


def test_no_payment_has_no_index():
    assert index.payment_index([]).value is None
    assert set(index.delay_split([]).values()) == {None}


@pytest.mark.parametrize("score", [-0.1, 100.1])
def test_a_band_is_of_an_index(score):
    with pytest.raises(ValueError, match="between 0 and 100"):
        index.risk_band(score)
