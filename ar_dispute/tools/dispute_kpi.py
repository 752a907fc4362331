"""Figures of disputes: how many, how long, how often again, at what cost.

A figure without a sample is unknown: ``None``, never zero. Shares go from 0 to 1.
Amounts are in one currency.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from statistics import median
from typing import NamedTuple

Amount = int | float
Days = int | float

RECURRENCE_DAYS = 90


class Share(NamedTuple):
    """A part of a whole, kept with both."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        """The share, or ``None`` when the whole is nothing.

        >>> Share(1, 4).value, Share(0, 0).value
        (0.25, None)
        """
        return self.part / self.whole if self.whole else None


def _share(part: Amount, whole: Amount) -> Share:
    if min(part, whole) < 0:
        raise ValueError("neither a part nor its whole is negative")
    return Share(part, whole)


# ------------------------------------------------------------------------------------
# How many
# ------------------------------------------------------------------------------------


def dispute_rate_by_number(disputed: int, issued: int) -> Share:
    """Return the invoices of a period ever disputed / the invoices of that period.

    :raise ValueError: a negative number
    :source: domain reference §1.4

    >>> dispute_rate_by_number(40, 1250).value
    0.032
    """
    return _share(disputed, issued)


def dispute_rate_by_value(disputed: Amount, issued: Amount) -> Share:
    """Return the disputed amount of the invoices of a period / their whole value.

    :raise ValueError: a negative amount
    :source: domain reference §1.4

    >>> dispute_rate_by_value(95_000, 2_500_000).value
    0.038
    """
    return _share(disputed, issued)


def credit_note_rate_by_number(credit_notes: int, issued: int) -> Share:
    """Return the credit notes of a period / the invoices of that period.

    :raise ValueError: a negative number
    :source: domain reference §1.4

    >>> credit_note_rate_by_number(55, 1250).value
    0.044
    """
    return _share(credit_notes, issued)


def credit_note_rate_by_value(credited: Amount, issued: Amount) -> Share:
    """Return the value of the credit notes of a period / that of its invoices.

    :raise ValueError: a negative amount
    :source: domain reference §1.4

    >>> credit_note_rate_by_value(66_000, 2_500_000).value
    0.0264
    """
    return _share(credited, issued)


def unfounded_rate(unfounded: int, closed: int) -> Share:
    """Return the disputes closed as unfounded / the disputes closed.

    :raise ValueError: a negative number
    :source: domain reference §1.6

    >>> unfounded_rate(3, 12).value
    0.25
    """
    return _share(unfounded, closed)


def service_level(in_time: int, closed: int) -> Share:
    """Return the disputes closed within the days of their reason / those closed.

    :raise ValueError: a negative number
    :source: domain reference §1.6

    >>> service_level(18, 20).value
    0.9
    """
    return _share(in_time, closed)


# ------------------------------------------------------------------------------------
# How long
# ------------------------------------------------------------------------------------


def deduction_days_outstanding(
    still_open: Amount, incurred: Amount, days: int
) -> float | None:
    """Return how many days of deductions are open: open / incurred a day.

    By value or by number, both the same way.

    :param still_open: open deductions on the last day
    :param incurred: deductions of the period
    :param days: calendar days of the period
    :return: days, ``None`` when nothing was deducted in the period
    :raise ValueError: a negative amount, a period of no days
    :source: domain reference §1.6

    >>> deduction_days_outstanding(120_000, 360_000, 90)
    30.0
    """
    if days <= 0:
        raise ValueError("a period has at least one day")
    value = _share(still_open, incurred).value
    return None if value is None else value * days


class CycleTimes(NamedTuple):
    """How long closed disputes took, in days; ``None`` without any."""

    count: int
    mean: float | None
    median: float | None
    weighted: float | None
    p90: float | None


def cycle_times(cases: Iterable[tuple[Amount, Days]]) -> CycleTimes:
    """Return mean, median, average weighted by amount and 90th percentile of days.

    :param cases: (amount disputed at the opening, days from opening to closing)
    :raise ValueError: a negative amount or number of days
    :source: domain reference §1.6

    >>> cycle_times([(100, 4), (300, 8), (600, 30)])
    CycleTimes(count=3, mean=14.0, median=8.0, weighted=20.8, p90=25.6)
    >>> cycle_times([])
    CycleTimes(count=0, mean=None, median=None, weighted=None, p90=None)
    """
    pairs = [(Fraction(amount), Fraction(days)) for amount, days in cases]
    if any(min(pair) < 0 for pair in pairs):
        raise ValueError("amounts and days are not negative")
    if not pairs:
        return CycleTimes(0, None, None, None, None)
    days = sorted(days for _amount, days in pairs)
    total = sum(amount for amount, _days in pairs)
    product = sum(amount * days for amount, days in pairs)
    return CycleTimes(
        len(days),
        float(sum(days) / len(days)),
        float(median(days)),
        float(product / total) if total else None,
        float(_percentile(days, Fraction(9, 10))),
    )


def _percentile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """Return a percentile between the two nearest values, as PostgreSQL does."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


# ------------------------------------------------------------------------------------
# How often again, at what cost
# ------------------------------------------------------------------------------------


def recurrence(
    cases: Iterable[tuple[date, Hashable]],
    since: date | None = None,
    days: int = RECURRENCE_DAYS,
) -> Share:
    """Return the cases whose kind already occurred in the days before / the cases.

    :param cases: (day opened, kind): reason, root cause, and product or department; two
        cases of one kind on one day: the second occurred already
    :param since: earlier cases only say what occurred already
    :source: domain reference §1.6

    >>> january, april = date(2026, 1, 5), date(2026, 4, 5)
    >>> cases = [(january, "price"), (april, "price"), (april, "carrier")]
    >>> recurrence(cases), recurrence(cases, since=april).value
    (Share(part=1, whole=3), 0.5)
    """
    last: dict[Hashable, date] = {}
    again = counted = 0
    for day, kind in sorted(cases, key=lambda case: case[0]):
        if since is None or day >= since:
            counted += 1
            again += kind in last and (day - last[kind]).days <= days
        last[kind] = day
    return Share(again, counted)


def cost_of_non_quality(
    credit_notes: Amount, gestures: Amount, replacements: Amount, sales: Amount
) -> Share:
    """Return what disputes cost / the sales of the period.

    :param credit_notes, gestures, replacements: of disputes closed in the period
    :raise ValueError: a negative amount
    :source: domain reference §1.6

    >>> cost_of_non_quality(6_000, 1_000, 3_000, 500_000).value
    0.02
    """
    if min(credit_notes, gestures, replacements) < 0:
        raise ValueError("a cost is not negative")
    return _share(credit_notes + gestures + replacements, sales)
