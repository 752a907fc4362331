"""Payment behaviour and ageing of receivables.

One function per definition of the domain reference (§1.2 and §1.5).

Conventions
-----------
* Amounts are ``Decimal``, ``int`` or ``float``, in one currency. Averages are computed
  on exact fractions, so the order of the items and the kind of number do not matter;
  sums of money keep the type they were given (use ``Decimal`` for exact cents).
* Days are calendar days. *Days late* is settlement date minus due date, ``S - E``:
  negative when the payment is early. *Days to pay* is ``S - D``, from the invoice date.
* An average is an :class:`Average`: its ``value`` is ``None`` ("n/a") when there is
  nothing to divide by, and it carries numerator, denominator and number of items.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import stdev
from typing import NamedTuple

Amount = int | float | Decimal
Days = int | float

DEFAULT_BOUNDS = (30, 60, 90)
"""Upper bounds, in days, of the buckets before the open-ended last one."""
NOT_DUE = "not_due"
UNALLOCATED = "unallocated"
BEHAVIOR_MINIMUM = 5
"""Settled items below which an average of behaviour is shown as n/a."""
REGULARITY_ITEMS = 12


class Average(NamedTuple):
    """A quotient with what it was made of.

    >>> Average(52000.0, 12000.0, 3).value
    4.333333333333333
    >>> Average(0.0, 0.0, 0).value is None
    True
    """

    numerator: float
    denominator: float
    count: int

    @property
    def value(self) -> float | None:
        """The quotient, or ``None`` when the denominator is zero."""
        return self.numerator / self.denominator if self.denominator else None

    def at_least(self, minimum: int = BEHAVIOR_MINIMUM) -> float | None:
        """Return the value, or ``None`` when it rests on fewer than ``minimum`` items.

        >>> Average(52000.0, 12000.0, 3).at_least(5) is None
        True
        """
        return self.value if self.count >= minimum else None


def _exact(number: Amount) -> Fraction:
    """Return ``number`` as a fraction; ``ValueError`` when it is not finite."""
    try:
        return Fraction(number)
    except OverflowError as error:
        raise ValueError(f"not a finite number: {number}") from error


def weighted_average(items: Iterable[tuple[Amount, Days]]) -> Average:
    """Return the average of the second members weighted by the first ones.

    :param items: pairs (weight, value)
    :raise ValueError: a weight is negative, a number is not finite

    >>> weighted_average([(10, 5), (100, 10)])
    Average(numerator=1050.0, denominator=110.0, count=2)
    """
    pairs = [(_exact(weight), _exact(value)) for weight, value in items]
    if any(weight < 0 for weight, _value in pairs):
        raise ValueError("an amount used as a weight must not be negative")
    numerator = sum(weight * value for weight, value in pairs)
    denominator = sum(weight for weight, _value in pairs)
    return Average(float(numerator), float(denominator), len(pairs))


def simple_average(values: Iterable[Days]) -> Average:
    """Return the plain average: each value weighs the same.

    >>> simple_average([5, 10]).value
    7.5
    """
    return weighted_average((1, value) for value in values)


# ------------------------------------------------------------------------------------
# Settlement
# ------------------------------------------------------------------------------------


def residual_as_of(
    amount: Amount, payments: Iterable[tuple[date, Amount]], as_of: date
) -> Amount:
    """Return what was still open of an item at the end of a day.

    ``R(t) = A - sum of the amounts matched on or before t``.

    :param amount: original amount of the item
    :param payments: pairs (date of the match, amount matched), same sign as ``amount``
    :param as_of: the day ``t``
    :return: the residual, negative when the item is overpaid
    :source: domain reference §0

    >>> payments = [(date(2026, 6, 20), 4000), (date(2026, 7, 5), 6000)]
    >>> residual_as_of(10000, payments, date(2026, 6, 30))
    6000
    """
    return amount - sum(paid for day, paid in payments if day <= as_of)


def settlement_date(
    amount: Amount,
    payments: Iterable[tuple[date, Amount]],
    rounding: Amount = Decimal("0.01"),
) -> date | None:
    """Return the day an item was settled: the latest match once nothing is left.

    A partial payment settles nothing.

    :param rounding: smallest unit of the currency; less than half of it is nothing
    :return: the date, or ``None`` while the item is open
    :source: domain reference §0

    >>> settlement_date(100, [(date(2026, 3, 1), 60), (date(2026, 4, 1), 40)])
    datetime.date(2026, 4, 1)
    >>> settlement_date(100, [(date(2026, 3, 1), 60)]) is None
    True
    """
    rows = list(payments)
    left = _exact(amount) - sum(_exact(paid) for _day, paid in rows)
    if not rows or abs(left) * 2 >= _exact(rounding):
        return None
    return max(day for day, _paid in rows)


def days_late(due: date, settled: date) -> int:
    """Return the days between due date and settlement, ``S - E``; early is negative.

    >>> days_late(date(2026, 2, 4), date(2026, 2, 10))
    6
    """
    return (settled - due).days


# ------------------------------------------------------------------------------------
# Behaviour on settled items
# ------------------------------------------------------------------------------------


def days_beyond_terms(items: Iterable[tuple[Amount, Days]]) -> Average:
    """Return the weighted days beyond terms, early payments counted as negative.

    ``sum A.(S - E) / sum A`` over items settled by cash.

    Give the part paid and its lateness instead of the item's to measure payment by
    payment.

    :param items: pairs (original amount, days late)
    :return: days
    :raise ValueError: an amount is negative
    :source: domain reference §1.2; fitsmallbusiness.com/days-beyond-terms

    >>> items = [(100, -10), (200, -5), (300, 0), (400, 5), (500, 10)]
    >>> round(days_beyond_terms(items).value, 2)
    3.33
    """
    return weighted_average(items)


def days_beyond_terms_floored(items: Iterable[tuple[Amount, Days]]) -> Average:
    """Return the weighted days beyond terms, early payments counted as on time.

    ``sum A.max(0, S - E) / sum A`` over items settled by cash.

    :param items: pairs (original amount, days late)
    :return: days, never negative
    :raise ValueError: an amount is negative
    :source: domain reference §1.2

    >>> items = [(100, -10), (200, -5), (300, 0), (400, 5), (500, 10)]
    >>> round(days_beyond_terms_floored(items).value, 3)
    4.667
    """
    return weighted_average((amount, max(0, days)) for amount, days in items)


def days_beyond_terms_open(
    settled: Iterable[tuple[Amount, Days]],
    still_open: Iterable[tuple[Amount, Days]],
) -> Average:
    """Return the weighted days beyond terms with open late items counted as paid today.

    Without them a customer who stops paying would look fine. Open items that are not
    late say nothing yet and are left out.

    :param settled: pairs (original amount, days late) of the items settled by cash
    :param still_open: pairs (original amount, days overdue today) of the open items
    :return: days, early payments counted as negative
    :raise ValueError: an amount is negative
    :source: domain reference §1.2

    >>> days_beyond_terms_open([(100, 0)], [(100, 50), (100, -3)]).value
    25.0
    """
    late = ((amount, days) for amount, days in still_open if days > 0)
    return weighted_average([*settled, *late])


def mean_days_beyond_terms(days: Iterable[Days], *, floored: bool = False) -> Average:
    """Return the unweighted days beyond terms, ``mean(S - E)``.

    :param days: days late of each settled item
    :param floored: count an early payment as on time
    :return: days
    :source: domain reference §1.2

    >>> mean_days_beyond_terms([0, 12, 5, 18, 3]).value
    7.6
    >>> mean_days_beyond_terms([-4, 4], floored=True).value
    2.0
    """
    return simple_average(max(0, late) if floored else late for late in days)


def days_to_pay(items: Iterable[tuple[Amount, Days]]) -> Average:
    """Return the weighted average days to pay, ``sum A.(S - D) / sum A``.

    :param items: pairs (original amount, days from invoice date to settlement)
    :return: days
    :raise ValueError: an amount is negative
    :source: domain reference §1.2

    >>> round(days_to_pay([(10, 5), (100, 10)]).value, 2)
    9.55
    """
    return weighted_average(items)


def mean_days_to_pay(days: Iterable[Days]) -> Average:
    """Return the unweighted average days to pay, ``mean(S - D)``.

    :param days: days from invoice date to settlement of each settled item
    :return: days
    :source: domain reference §1.2

    >>> mean_days_to_pay([5, 10]).value
    7.5
    """
    return simple_average(days)


def average_terms(items: Iterable[tuple[Amount, Days]]) -> Average:
    """Return the weighted average terms granted, ``sum A.(E - D) / sum A``.

    On the same items, average terms + days beyond terms = days to pay.

    :param items: pairs (original amount, days from invoice date to due date)
    :return: days
    :raise ValueError: an amount is negative
    :source: domain reference §1.2

    >>> average_terms([(1000, 30), (3000, 60)]).value
    52.5
    """
    return weighted_average(items)


def late_share(items: Iterable[tuple[Amount, Days]], grace: int = 0) -> Average:
    """Return the share of the value settled that was settled late.

    The punctuality rate is one minus this.

    :param items: pairs (original amount, days late)
    :param grace: days after the due date still counted as on time
    :return: share between 0 and 1
    :raise ValueError: an amount is negative
    :source: domain reference §1.2

    >>> late_share([(300, 0), (100, 1)]).value
    0.25
    """
    return weighted_average((amount, int(days > grace)) for amount, days in items)


def late_share_by_number(days: Iterable[Days], grace: int = 0) -> Average:
    """Return the share of the number of settled items that were settled late.

    :param days: days late of each settled item
    :param grace: days after the due date still counted as on time
    :return: share between 0 and 1
    :source: domain reference §1.2

    >>> late_share_by_number([-2, 0, 1, 9]).value
    0.5
    """
    return simple_average(int(late > grace) for late in days)


def regularity(days: Sequence[Days], last: int = REGULARITY_ITEMS) -> float | None:
    """Return how much lateness varies: standard deviation of the last items' days late.

    A steady customer, even a late one, is near zero. This is the deviation of a sample
    (``stddev_samp`` in SQL).

    :param days: days late of the settled items, oldest settlement first
    :param last: how many of the latest items count
    :return: days, or ``None`` below two items
    :raise ValueError: ``last`` is below two
    :source: domain reference §1.2

    >>> regularity([90, 12, 12, 12], last=3)
    0.0
    >>> regularity([7]) is None
    True
    """
    if last < 2:
        raise ValueError("regularity needs at least two items")
    latest = days[-last:]
    return float(stdev(latest)) if len(latest) > 1 else None


# ------------------------------------------------------------------------------------
# Ageing of open items
# ------------------------------------------------------------------------------------


def _check_bounds(bounds: Sequence[int]) -> None:
    if not bounds or list(bounds) != sorted(set(bounds)) or bounds[0] < 1:
        raise ValueError("bucket bounds must be positive days in increasing order")


def _range_labels(first_day: int, bounds: Sequence[int]) -> list[str]:
    """Return ``["1-30", "31-60", "61-90", "90+"]`` for ``1`` and ``(30, 60, 90)``."""
    _check_bounds(bounds)
    starts = [first_day, *(bound + 1 for bound in bounds[:-1])]
    ranges = [f"{start}-{end}" for start, end in zip(starts, bounds, strict=True)]
    return [*ranges, f"{bounds[-1]}+"]


def bucket_labels(bounds: Sequence[int] = DEFAULT_BOUNDS) -> list[str]:
    """Return the names of the buckets by due date, in order.

    :raise ValueError: the bounds are not positive and increasing

    >>> bucket_labels((15, 30))
    ['not_due', '1-15', '16-30', '30+']
    """
    return [NOT_DUE, *_range_labels(1, bounds)]


def bucket_of(days_overdue: Days, bounds: Sequence[int] = DEFAULT_BOUNDS) -> str:
    """Return the bucket by due date of an item; due today is not due.

    :param days_overdue: as-of date minus due date
    :param bounds: upper bounds in days
    :raise ValueError: the bounds are not positive and increasing
    :source: domain reference §1.5

    >>> [bucket_of(days) for days in (0, 1, 30, 31, 90, 91)]
    ['not_due', '1-30', '1-30', '31-60', '61-90', '90+']
    """
    labels = bucket_labels(bounds)
    return labels[0 if days_overdue <= 0 else 1 + bisect_left(bounds, days_overdue)]


def bucket_of_age(age: Days, bounds: Sequence[int] = DEFAULT_BOUNDS) -> str:
    """Return the bucket by invoice date of an item (second mode, "0-30, 31-60 …").

    :param age: as-of date minus invoice date, in days
    :param bounds: upper bounds in days
    :raise ValueError: the age is negative, or the bounds are not increasing
    :source: domain reference §1.5

    >>> [bucket_of_age(days) for days in (0, 30, 31, 91)]
    ['0-30', '0-30', '31-60', '90+']
    """
    if age < 0:
        raise ValueError("an invoice dated after the as-of date has no age")
    return _range_labels(0, bounds)[bisect_left(bounds, age)]


def _sum_by_bucket(
    labels: Iterable[str], rows: Iterable[tuple[Amount, str]]
) -> dict[str, Amount]:
    buckets: dict[str, Amount] = {**dict.fromkeys(labels, 0), UNALLOCATED: 0}
    for amount, label in rows:
        buckets[UNALLOCATED if amount < 0 else label] += amount
    return buckets


def aging_buckets(
    items: Iterable[tuple[Amount, Days]], bounds: Sequence[int] = DEFAULT_BOUNDS
) -> dict[str, Amount]:
    """Return the open amounts by how long they are overdue.

    Credits (open credit notes, unallocated payments) stand in their own column, never
    in a bucket. All columns together are the open balance.

    :param items: pairs (residual as of the day, days overdue on that day)
    :param bounds: upper bounds in days; one more bucket holds what is older
    :return: amounts by label: ``not_due``, ``1-30`` …, ``90+`` and ``unallocated``
    :raise ValueError: the bounds are not positive and increasing
    :source: domain reference §1.5 and §0 rule 3

    >>> aging_buckets([(3000, -8), (7000, 30), (9000, 91), (-50, 5)], (30, 60))
    {'not_due': 3000, '1-30': 7000, '31-60': 0, '60+': 9000, 'unallocated': -50}
    """
    rows = ((amount, bucket_of(days, bounds)) for amount, days in items)
    return _sum_by_bucket(bucket_labels(bounds), rows)


def aging_buckets_by_age(
    items: Iterable[tuple[Amount, Days]], bounds: Sequence[int] = DEFAULT_BOUNDS
) -> dict[str, Amount]:
    """Return the open amounts by the age of the invoice; never mix with the due mode.

    :param items: pairs (residual as of the day, days since the invoice date)
    :param bounds: upper bounds in days; one more bucket holds what is older
    :return: amounts by label: ``0-30`` …, ``90+`` and ``unallocated``
    :raise ValueError: an age is negative, or the bounds are not increasing
    :source: domain reference §1.5

    >>> aging_buckets_by_age([(10, 0), (20, 45)], (30, 60))
    {'0-30': 10, '31-60': 20, '60+': 0, 'unallocated': 0}
    """
    rows = ((amount, bucket_of_age(age, bounds)) for amount, age in items)
    return _sum_by_bucket(_range_labels(0, bounds), rows)


def overdue_amount(items: Iterable[tuple[Amount, Days]], grace: int = 0) -> Amount:
    """Return the open amount that is overdue; credits are not subtracted.

    :param items: pairs (residual, days overdue)
    :param grace: days after the due date before an item is late

    >>> overdue_amount([(6000, 30), (2000, 90), (5000, -10)])
    8000
    """
    return sum(amount for amount, days in items if days > grace and amount > 0)


def weighted_days_overdue(items: Iterable[tuple[Amount, Days]]) -> Average:
    """Return how long what is overdue has been so, ``sum R.d / sum R``, overdue only.

    :param items: pairs (residual, days overdue) of the open items; credits left out
    :return: days; the denominator is the overdue amount
    :source: domain reference §1.2

    >>> weighted_days_overdue([(6000, 30), (2000, 90), (5000, -10)]).value
    45.0
    """
    return weighted_average(
        (amount, days) for amount, days in items if days > 0 and amount > 0
    )
