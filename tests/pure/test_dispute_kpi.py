"""Figures of disputes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

kpi = load_tool("ar_dispute", "dispute_kpi")

DAY = date(2026, 6, 30)
counts = st.integers(0, 10**6)
cases = st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 400)), min_size=1)
opened = st.integers(0, 400).map(lambda number: DAY + timedelta(days=number))
kinds = st.lists(st.tuples(opened, st.sampled_from("abc")), max_size=20)


@given(cases)
def test_every_average_lies_between_the_shortest_and_the_longest(given_cases):
    times = kpi.cycle_times(given_cases)
    days = [days for _amount, days in given_cases]
    for value in (times.mean, times.median, times.weighted, times.p90):
        assert min(days) <= value <= max(days)
    assert times.median <= times.p90
    assert times.count == len(days)


@given(cases, st.randoms())
def test_the_order_of_the_cases_changes_nothing(given_cases, chance):
    mixed = list(given_cases)
    chance.shuffle(mixed)
    assert kpi.cycle_times(mixed) == kpi.cycle_times(given_cases)


def test_cases_without_an_amount_have_no_weighted_time():
    times = kpi.cycle_times([(0, 4), (0, 6)])
    assert (times.mean, times.weighted) == (5, None)


def test_figures_without_a_sample_are_unknown():
    assert kpi.dispute_rate_by_number(0, 0).value is None
    assert kpi.dispute_rate_by_value(0, 0).value is None
    assert kpi.service_level(0, 0).value is None
    assert kpi.unfounded_rate(0, 0).value is None
    assert kpi.deduction_days_outstanding(500, 0, 90) is None
    assert kpi.recurrence([]).value is None
    assert kpi.cost_of_non_quality(10, 0, 0, 0).value is None


@given(counts, st.integers(1, 10**6), st.integers(1, 366))
def test_as_much_open_as_was_deducted_is_the_whole_period(part, incurred, days):
    whole = kpi.deduction_days_outstanding(incurred, incurred, days)
    assert whole == pytest.approx(days)
    value = kpi.deduction_days_outstanding(part, incurred, days)
    assert value == pytest.approx(part / (incurred / days))


@given(kinds)
def test_the_first_of_each_kind_never_recurs(given_cases):
    share = kpi.recurrence(given_cases)
    assert share.whole == len(given_cases)
    assert share.part <= len(given_cases) - len({kind for _day, kind in given_cases})


@pytest.mark.parametrize(("gap", "again"), [(0, 1), (90, 1), (91, 0)])
def test_a_kind_recurs_within_ninety_days(gap, again):
    later = DAY + timedelta(days=gap)
    assert kpi.recurrence([(later, "price"), (DAY, "price")]).part == again


def test_cases_before_the_period_are_only_remembered():
    later = DAY + timedelta(days=30)
    share = kpi.recurrence([(DAY, "price"), (later, "price")], since=later)
    assert share == (1, 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: kpi.dispute_rate_by_number(-1, 5),
        lambda: kpi.deduction_days_outstanding(1, 5, 0),
        lambda: kpi.cycle_times([(1, -1)]),
        lambda: kpi.cost_of_non_quality(5, -1, 0, 100),
    ],
)
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError, match="negative|at least one day"):
        call()
