"""The clock of a dispute: business days, stopped while waiting."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

clock = load_tool("ar_dispute", "dispute_clock")
dates = load_tool("ar_best_practices", "dates")

MONDAY = date(2026, 11, 16)
days = st.integers(-10, 60).map(lambda number: MONDAY + timedelta(days=number))
later = st.integers(0, 60).map(lambda number: MONDAY + timedelta(days=number))
ended = st.lists(st.tuples(days, days), max_size=4)
waits = st.lists(st.tuples(days, st.none() | days), max_size=4)
allowed = st.integers(1, 15)


def is_weekday(day):
    return day.weekday() < 5


@given(later, waits)
def test_waiting_only_shortens_and_never_below_nothing(end, pauses):
    time = clock.cycle_time(MONDAY, end, pauses)
    assert 0 <= time.net <= time.gross == (end - MONDAY).days


@given(later, ended)
def test_pauses_that_overlap_count_once(end, pauses):
    once = clock.days_between(MONDAY, end, is_weekday, pauses)
    assert clock.days_between(MONDAY, end, is_weekday, pauses * 2) == once


@given(later, later, waits)
def test_a_time_is_the_sum_of_its_parts(one, other, pauses):
    middle, end = sorted([one, other])
    whole = clock.days_between(MONDAY, end, is_weekday, pauses)
    first = clock.days_between(MONDAY, middle, is_weekday, pauses)
    assert whole == first + clock.days_between(middle, end, is_weekday, pauses)


@given(allowed)
def test_without_pauses_the_deadline_is_that_of_the_calendar(number):
    expected = dates.add_business_days(MONDAY, number)
    assert clock.deadline(MONDAY, number, is_weekday) == expected


@given(allowed, ended)
def test_on_the_deadline_all_is_used_and_the_day_before_it_is_not(number, pauses):
    end = clock.deadline(MONDAY, number, is_weekday, pauses)
    day_before = end - timedelta(days=1)
    assert clock.share_used(MONDAY, end, number, is_weekday, pauses) == 1
    assert clock.share_used(MONDAY, day_before, number, is_weekday, pauses) < 1


@given(allowed, waits)
def test_while_we_wait_there_is_no_deadline_to_come(number, pauses):
    end = clock.deadline(MONDAY, number, is_weekday, pauses)
    waiting = [begin for begin, over in pauses if over is None]
    assert end is None or all(end <= begin for begin in waiting)
    assert end is not None or waiting


def test_a_question_answered_on_its_day_stops_nothing():
    tuesday = MONDAY + timedelta(days=1)
    end = MONDAY + timedelta(days=4)
    assert clock.days_between(MONDAY, end, is_weekday, [(tuesday, tuesday)]) == 4


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before"):
        clock.cycle_time(MONDAY, MONDAY - timedelta(days=1))


@pytest.mark.parametrize("number", [0, -1])
def test_a_deadline_of_no_days_is_refused(number):
    with pytest.raises(ValueError, match="at least one day"):
        clock.deadline(MONDAY, number, is_weekday)
    with pytest.raises(ValueError, match="at least one day"):
        clock.share_used(MONDAY, MONDAY, number, is_weekday)


def test_a_calendar_without_work_has_no_deadline():
    with pytest.raises(ValueError, match="too few days"):
        clock.deadline(MONDAY, 1, lambda _day: False)
