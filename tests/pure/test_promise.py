"""Promises to pay."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

promise = load_tool("ar_best_practices", "promise")

DAY = date(2026, 10, 10)
cents = st.integers(0, 10**9)
some = st.integers(1, 10**9)
moments = st.integers(-30, 30).map(lambda days: DAY + timedelta(days=days))
receipts = st.lists(st.tuples(moments, cents), max_size=6)
promises = st.lists(st.tuples(some, st.just(DAY), receipts), min_size=1, max_size=8)


def test_money_of_the_last_day_of_the_tolerance_is_in_time():
    days = [DAY + timedelta(days=2), DAY + timedelta(days=3)]
    assert promise.received_in_time([(days[0], 5), (days[1], 7)], DAY, 2) == 5


@given(some, receipts)
def test_all_of_it_in_time_keeps_it_and_nothing_breaks_it(amount, paid):
    money = promise.received_in_time(paid, DAY, 2)
    state = promise.promise_state(amount, money, is_due=True)
    assert (state == "kept") == (money >= amount)
    assert (state == "broken") == (money == 0)


@given(some, receipts)
def test_before_its_day_a_promise_is_open_or_kept(amount, paid):
    money = promise.received_in_time(paid, DAY, 2)
    assert promise.promise_state(amount, money, is_due=False) in ("open", "kept")


@given(some, cents, cents)
def test_a_credit_note_never_makes_a_promise_larger(amount, unpromised, credited):
    covered = amount + unpromised
    expected = promise.expected_amount(amount, covered, credited)
    assert 0 <= expected <= amount
    assert expected == amount or expected == max(0, covered - credited)


def test_a_credit_note_keeps_no_promise():
    expected = promise.expected_amount(1000, 1000, 1000)
    assert promise.promise_state(expected, 0, is_due=True) == "withdrawn"


@given(promises)
def test_rates_count_every_promise_once(given_promises):
    rates = promise.promise_kept_rate(given_promises)
    assert rates.kept + rates.partly + rates.broken == len(given_promises)
    assert rates.by_number == rates.kept / len(given_promises)
    assert 0 <= rates.by_value <= 1


@given(promises)
def test_kept_promises_alone_are_kept_in_value(given_promises):
    paid = [(amount, day, [(day, amount)]) for amount, day, _receipts in given_promises]
    rates = promise.promise_kept_rate(paid)
    assert (rates.by_number, rates.by_value) == (1, 1)


def test_without_promises_nothing_is_known():
    assert promise.promise_kept_rate([]) == (0, 0, 0, None, None)


@given(st.integers(-(10**9), 0))
def test_a_promise_of_nothing_is_refused(amount):
    with pytest.raises(ValueError, match="positive"):
        promise.promise_kept_rate([(amount, DAY, [])])
