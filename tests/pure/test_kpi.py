"""Properties that the formulas of payment behaviour keep whatever the items."""

from datetime import date, timedelta
from decimal import Decimal

import ledger_strategies as our
import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import load_tool

kpi = load_tool("ar_best_practices", "kpi")
AVERAGES = [kpi.days_beyond_terms, kpi.days_beyond_terms_floored, kpi.late_share]
AS_OF = date(2026, 11, 22)


@pytest.mark.parametrize("average", AVERAGES)
@given(items=our.items, data=st.data())
def test_the_order_of_items_does_not_matter(average, items, data):
    assert average(data.draw(st.permutations(items))) == average(items)


@pytest.mark.parametrize("average", AVERAGES)
@given(items=our.items, factor=our.amounts)
def test_the_currency_unit_does_not_matter(average, items, factor):
    scaled = [(amount * factor, days) for amount, days in items]
    assert average(scaled).value == pytest.approx(average(items).value)


@pytest.mark.parametrize("number", [float, str])
@given(items=our.items)
def test_the_kind_of_number_does_not_matter(number, items):
    exact = kpi.days_beyond_terms(items)
    other = [(Decimal(number(amount)), days) for amount, days in items]
    assert kpi.days_beyond_terms(other).value == pytest.approx(exact.value)


@given(our.items)
def test_signed_is_never_above_floored(items):
    signed, floored = kpi.days_beyond_terms(items), kpi.days_beyond_terms_floored(items)
    assert signed.value <= floored.value
    assert floored.value >= 0


@given(our.items)
def test_an_average_lies_between_its_extremes(items):
    lateness = [days for _amount, days in items]
    average = kpi.days_beyond_terms(items).value
    assert min(lateness) - 1e-9 <= average <= max(lateness) + 1e-9


@given(our.items)
def test_equal_amounts_make_the_simple_average(items):
    lateness = [days for _amount, days in items]
    alike = [(100, days) for days in lateness]
    expected = kpi.mean_days_beyond_terms(lateness).value
    assert kpi.days_beyond_terms(alike).value == pytest.approx(expected)


@given(st.lists(st.tuples(our.amounts, st.integers(0, 120), our.days), min_size=1))
def test_terms_and_lateness_make_the_days_to_pay(items):
    terms = kpi.average_terms((amount, term) for amount, term, _late in items)
    late = kpi.days_beyond_terms((amount, days) for amount, _term, days in items)
    paid = kpi.days_to_pay((amount, term + days) for amount, term, days in items)
    assert paid.value == pytest.approx(terms.value + late.value, abs=1e-9)


@given(our.items, our.items)
def test_open_items_not_late_change_nothing(settled, still_open):
    not_late = [(amount, min(days, 0)) for amount, days in still_open]
    expected = kpi.days_beyond_terms(settled)
    assert kpi.days_beyond_terms_open(settled, not_late) == expected


@given(our.items)
def test_a_customer_who_stops_paying_does_not_look_fine(items):
    worst = max(days for _amount, days in items)
    stuck = [(amount, max(worst, 0) + 30) for amount, _days in items]
    before = kpi.days_beyond_terms(items).value
    assert kpi.days_beyond_terms_open(items, stuck).value > before


def test_nothing_to_divide_by_is_not_a_number_of_days():
    assert kpi.days_beyond_terms([]).value is None
    assert kpi.days_beyond_terms([(0, 5)]).value is None
    assert kpi.mean_days_to_pay([]).value is None


def test_behaviour_needs_five_items():
    four = kpi.days_beyond_terms([(100, 3)] * 4)
    assert (four.value, four.at_least()) == (3.0, None)
    assert kpi.days_beyond_terms([(100, 3)] * 5).at_least() == 3.0


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf"), Decimal("inf")])
def test_a_weight_must_be_a_positive_number(amount):
    with pytest.raises(ValueError):
        kpi.days_beyond_terms([(amount, 1)])


@given(our.items, st.integers(0, 60))
def test_grace_only_makes_fewer_items_late(items, grace):
    lateness = [days for _amount, days in items]
    strict, kind = kpi.late_share(items).value, kpi.late_share(items, grace).value
    assert 0 <= kind <= strict <= 1
    by_number = kpi.late_share_by_number(lateness, grace).value
    assert by_number <= kpi.late_share_by_number(lateness).value


@given(st.lists(our.days, min_size=2, max_size=12), st.integers(-50, 50))
def test_regularity_does_not_depend_on_how_late(days, shift):
    shifted = [late + shift for late in days]
    assert kpi.regularity(shifted) == pytest.approx(kpi.regularity(days), abs=1e-9)


@given(st.lists(our.days, max_size=12), st.lists(our.days, min_size=12, max_size=12))
def test_regularity_reads_the_last_twelve_items(old, latest):
    assert kpi.regularity(old + latest) == kpi.regularity(latest)


def test_regularity_needs_two_items():
    assert kpi.regularity([]) is None
    assert kpi.regularity([12]) is None
    with pytest.raises(ValueError, match="two items"):
        kpi.regularity([1, 2, 3], last=1)


@given(our.amounts, our.payments, our.dates, st.integers(0, 400))
def test_a_residual_only_goes_down(amount, payments, as_of, later):
    after = as_of + timedelta(days=later)
    residual = kpi.residual_as_of(amount, payments, as_of)
    assert kpi.residual_as_of(amount, payments, after) <= residual <= amount


@given(our.amounts, our.payments)
def test_a_residual_starts_whole_and_ends_with_every_payment(amount, payments):
    assert kpi.residual_as_of(amount, payments, date.min) == amount
    paid = sum(part for _day, part in payments)
    assert kpi.residual_as_of(amount, payments, date.max) == amount - paid


@given(st.lists(st.tuples(our.dates, our.amounts), min_size=1, max_size=8))
def test_an_item_is_settled_by_its_last_payment(payments):
    amount = sum(part for _day, part in payments)
    settled = kpi.settlement_date(amount, payments)
    assert settled == max(day for day, _part in payments)
    assert kpi.residual_as_of(amount, payments, settled) == 0
    assert kpi.residual_as_of(amount, payments, settled - timedelta(days=1)) > 0
    assert kpi.settlement_date(amount + 1, payments) is None


def test_cents_lost_in_floats_do_not_keep_an_item_open():
    payments = [(AS_OF, 0.1), (AS_OF, 0.2)]
    assert kpi.settlement_date(0.3, payments) == AS_OF
    assert kpi.settlement_date(0.31, payments) is None


@given(st.lists(st.tuples(our.signed_amounts, our.days), max_size=30), our.bounds)
def test_buckets_add_up_to_the_open_balance(items, bounds):
    open_balance = sum(amount for amount, _days in items)
    buckets = kpi.aging_buckets(items, bounds)
    assert sum(buckets.values()) == open_balance
    aged = [(amount, abs(days)) for amount, days in items]
    assert sum(kpi.aging_buckets_by_age(aged, bounds).values()) == open_balance
    assert len(buckets) == len(bounds) + 3


@given(st.lists(st.tuples(our.signed_amounts, our.days), max_size=30))
def test_a_credit_is_never_netted_in_a_bucket(items):
    buckets = kpi.aging_buckets(items)
    credits = sum(amount for amount, _days in items if amount < 0)
    assert buckets.pop(kpi.UNALLOCATED) == credits
    assert all(amount >= 0 for amount in buckets.values())


@given(our.days, our.days, our.bounds)
def test_an_older_item_is_never_in_a_younger_bucket(first, second, bounds):
    labels = kpi.bucket_labels(bounds)
    younger, older = sorted((first, second))
    position = labels.index(kpi.bucket_of(younger, bounds))
    assert position <= labels.index(kpi.bucket_of(older, bounds))


@given(our.days, our.bounds)
def test_the_label_of_a_bucket_says_its_days(days, bounds):
    label = kpi.bucket_of(days, bounds)
    if label == kpi.NOT_DUE:
        assert days <= 0
    elif label.endswith("+"):
        assert days > int(label[:-1])
    else:
        start, end = map(int, label.split("-"))
        assert start <= days <= end


@given(st.lists(st.tuples(our.signed_amounts, our.days), max_size=30))
def test_overdue_is_what_the_late_buckets_hold(items):
    buckets = kpi.aging_buckets(items)
    late = sum(amount for label, amount in buckets.items() if label[0].isdigit())
    assert kpi.overdue_amount(items) == late
    assert kpi.weighted_days_overdue(items).denominator == pytest.approx(float(late))


@pytest.mark.parametrize("bounds", [(), (30, 30), (60, 30), (0, 30), (-1,)])
def test_bounds_must_increase(bounds):
    with pytest.raises(ValueError, match="increasing"):
        kpi.aging_buckets([], bounds)


def test_an_invoice_of_the_future_has_no_age():
    with pytest.raises(ValueError, match="as-of"):
        kpi.bucket_of_age(-1)
