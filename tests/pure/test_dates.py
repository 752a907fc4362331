"""Contact hours follow the contact's clock; a column of dates has one order."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import ledger_strategies as our
import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

dates = load_tool("ar_best_practices", "dates")
PARIS = "Europe/Paris"
OFFICE = [(day, 9, 17.5) for day in range(5)]

zones = st.sampled_from(
    [PARIS, "America/Toronto", "Asia/Kathmandu", "Pacific/Auckland", "UTC"]
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))
quarters = st.integers(0, 95)
windows = st.lists(
    st.tuples(st.integers(0, 6), quarters, st.integers(1, 96)).map(
        lambda w: (w[0], min(w[1], w[2] - 1) / 4, w[2] / 4)
    ),
    min_size=1,
    max_size=5,
)


def is_inside(moment, tz, allowed):
    local = moment.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(tz))
    hour = local.hour + local.minute / 60 + local.second / 3600
    return any(
        local.weekday() == weekday and start - 1e-3 <= hour < end
        for weekday, start, end in allowed
    )


@given(moments, zones, windows)
def test_the_next_contact_is_inside_a_window_and_stays(moment, tz, allowed):
    found = dates.next_contact(moment, tz, allowed)
    assert found >= moment
    assert dates.next_contact(found, tz, allowed) == found
    assert dates.may_contact(found, tz, allowed)


@given(moments, zones, windows)
def test_a_moment_inside_a_window_is_its_own_answer(moment, tz, allowed):
    if is_inside(moment, tz, allowed) and not _changes_clock(moment, tz):
        assert dates.next_contact(moment, tz, allowed) == moment


def _changes_clock(moment, tz):
    day = moment.replace(tzinfo=timezone.utc)
    around = [day + timedelta(days=shift) for shift in (-1, 1)]
    return len({x.astimezone(ZoneInfo(tz)).utcoffset() for x in around}) > 1


def test_without_windows_there_is_no_restriction():
    moment = datetime(2026, 11, 22, 3)
    assert dates.next_contact(moment, PARIS, []) == moment


def test_an_aware_moment_gets_an_aware_answer():
    moment = datetime(2026, 11, 22, 13, tzinfo=ZoneInfo(PARIS))
    expected = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)
    assert dates.next_contact(moment, PARIS, OFFICE) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 27, 20), datetime(2026, 3, 30, 7)),
        (datetime(2026, 10, 23, 20), datetime(2026, 10, 26, 8)),
    ],
)
def test_hours_follow_summer_time(moment, expected):
    assert dates.next_contact(moment, PARIS, OFFICE) == expected


def test_an_hour_lost_to_summer_time_waits_for_the_next_week():
    moment = datetime(2026, 3, 28, 12)
    found = dates.next_contact(moment, PARIS, [(6, 2, 3)])
    assert found == datetime(2026, 4, 5, 0)


def test_the_end_of_a_window_is_outside():
    at_noon = datetime(2026, 11, 23, 11)
    assert not dates.may_contact(at_noon, PARIS, [(0, 9, 12)])
    assert dates.next_contact(at_noon, PARIS, [(0, 9, 12)]) == datetime(2026, 11, 30, 8)


@pytest.mark.parametrize("window", [(7, 9, 12), (0, 12, 9), (0, 9, 9), (0, -1, 5)])
def test_a_window_is_checked(window):
    with pytest.raises(ValueError, match="contact window"):
        dates.next_contact(datetime(2026, 1, 1), PARIS, [window])


@pytest.mark.parametrize("tz", ["Europe/Atlantis", "", "../etc"])
def test_a_time_zone_is_checked(tz):
    with pytest.raises(ValueError, match="time zone"):
        dates.next_contact(datetime(2026, 1, 1), tz, OFFICE)


@given(our.dates, st.integers(1, 60), st.sets(our.dates, max_size=10))
def test_business_days_are_worked_and_counted(day, count, holidays):
    end = dates.add_business_days(day, count, holidays)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    worked = [d for d in between if d.weekday() < 5 and d not in holidays]
    assert len(worked) == count
    assert worked[-1] == end


@given(our.dates, st.integers(0, 60))
def test_business_days_go_back_as_they_came(day, count):
    start = dates.add_business_days(day, 1)
    there = dates.add_business_days(start, count)
    assert dates.add_business_days(there, -count) == start


def test_a_week_without_work_is_refused():
    with pytest.raises(ValueError, match="worked"):
        dates.add_business_days(date(2026, 1, 1), 1, weekend=range(7))


@given(our.dates, st.integers(0, 60))
def test_months_before_stay_in_their_month(day, months):
    found = dates.months_before(day, months)
    assert (day.year - found.year) * 12 + day.month - found.month == months
    assert found.day <= day.day


FORMATS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%Y-%m-%d"}


@pytest.mark.parametrize("order", FORMATS)
@given(column=st.lists(our.dates, min_size=1, max_size=10))
def test_a_column_is_read_back_once_its_order_is_known(order, column):
    texts = [day.strftime(FORMATS[order]) for day in column]
    guessed = dates.guess_date_order(texts)
    decided = order == "ymd" or any(day.day > 12 for day in column)
    assert guessed == (order if decided else dates.AMBIGUOUS)
    assert [dates.parse_date(text, order) for text in texts] == column


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["11/26/2012", "8/28/2013"], "mdy"),
        (["31.01.26", "1.2.26"], "dmy"),
        (["20260131"], "ymd"),
        (["2026/02/01 10:00:00", "", "  "], "ymd"),
        (["02-03-2026"], "ambiguous"),
        ([], "ambiguous"),
    ],
)
def test_order_of_a_column(column, order):
    assert dates.guess_date_order(column) == order


@pytest.mark.parametrize(
    "column",
    [
        ["31/01/2026", "01/31/2026"],
        ["2026-01-31", "31/01/2026"],
        ["31/02/2026"],
        ["no"],
    ],
)
def test_a_column_that_no_order_reads_is_refused_with_its_row(column):
    with pytest.raises(ValueError, match=f"row {len(column)}"):
        dates.guess_date_order(column)


@pytest.mark.parametrize(
    ("text", "order"), [("31/01/2026", "mdy"), ("1/2", "dmy"), ("1/2/3", "xyz")]
)
def test_a_date_in_another_order_is_refused(text, order):
    with pytest.raises(ValueError):
        dates.parse_date(text, order)
