"""Internal payment index, 0 to 100: how promptly a customer pays, weighted by amount.

The scale is that of the public payment indexes (domain reference §1.8): 80 is on the
due date, 100 a month early, 50 a month late. A score is given to each payment, then
scores are averaged: the score of an average lateness would let a few early payments
hide a late one.
"""

from bisect import bisect_right
from collections.abc import Iterable

from .kpi import Amount, Average, Days, simple_average, weighted_average

ANCHORS = (
    (-30, 100),
    (-20, 90),
    (0, 80),
    (15, 70),
    (22, 60),
    (30, 50),
    (60, 40),
    (90, 30),
    (120, 20),
    (180, 0),
)
"""(days beyond terms, score). The published key ends at 120 days; beyond, one point is
lost every three days, which ends at zero after 180 days."""
_DAYS = tuple(days for days, _score in ANCHORS)
LOW_RISK_FROM = 80
MEDIUM_RISK_FROM = 50


def payment_score(days: Days) -> float:
    """Return the score of one payment: linear between the published anchors.

    :param days: days beyond terms, negative when early
    :return: score from 0 (180 days late or more) to 100 (30 days early or more)
    :source: domain reference §1.8; key of docs.dnb.com, chart of
        dandb.com/glossary/paydex

    >>> [payment_score(days) for days in (-45, -20, 0, 15, 30, 120, 400)]
    [100.0, 90.0, 80.0, 70.0, 50.0, 20.0, 0.0]
    >>> round(payment_score(2), 2)
    78.67
    """
    after = bisect_right(_DAYS, days)
    if after in (0, len(ANCHORS)):
        return float(ANCHORS[min(after, len(ANCHORS) - 1)][1])
    (day_from, score_from), (day_to, score_to) = ANCHORS[after - 1 : after + 1]
    slope = (score_to - score_from) / (day_to - day_from)
    return score_from + (days - day_from) * slope


def payment_index(items: Iterable[tuple[Amount, Days]]) -> Average:
    """Return the index of a customer: the scores of its payments weighted by amount.

    :param items: pairs (original amount, days beyond terms)
    :return: 0 to 100
    :raise ValueError: an amount is negative
    :source: domain reference §1.8

    >>> payment_index([(750, 0), (250, 30)]).value
    72.5
    """
    return weighted_average((amount, payment_score(days)) for amount, days in items)


def payment_index_by_number(days: Iterable[Days]) -> Average:
    """Return the index with every payment weighing the same.

    Far from :func:`payment_index`, the customer chooses which suppliers to pay late.

    :param days: days beyond terms of each payment
    :return: 0 to 100
    :source: domain reference §1.8 and §5.3 (selective payers)

    >>> payment_index_by_number([0, 30]).value
    65.0
    """
    return simple_average(payment_score(late) for late in days)


def risk_band(index: float) -> str:
    """Return the risk of late payment an index stands for.

    :param index: 0 to 100
    :return: ``low`` from 80, ``medium`` from 50, ``high`` below
    :raise ValueError: the index is not between 0 and 100
    :source: domain reference §1.8; dandb.com/glossary/paydex

    >>> [risk_band(index) for index in (80, 79, 50, 49)]
    ['low', 'medium', 'medium', 'high']
    """
    if not 0 <= index <= 100:
        raise ValueError(f"a payment index lies between 0 and 100, not {index}")
    if index >= LOW_RISK_FROM:
        return "low"
    return "medium" if index >= MEDIUM_RISK_FROM else "high"


def delay_split(days: Iterable[Days]) -> dict[str, float | None]:
    """Return the share of the number of payments by length of delay.

    :param days: days beyond terms of each payment
    :return: shares of ``under_30``, ``30_90`` and ``over_90`` days, summing to 1;
        ``None`` each when there is no payment
    :source: domain reference §1.8 (French FPI)

    >>> delay_split([-3, 12, 30, 91])
    {'under_30': 0.5, '30_90': 0.25, 'over_90': 0.25}
    """
    late = list(days)
    return {
        "under_30": simple_average(int(d < 30) for d in late).value,
        "30_90": simple_average(int(30 <= d <= 90) for d in late).value,
        "over_90": simple_average(int(d > 90) for d in late).value,
    }
