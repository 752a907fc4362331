"""How much credit: by need, capacity, concentration, and what covers it."""

import math
from typing import NamedTuple

STEP = 500
"""A recommended limit is a multiple of this, rounded down."""
END_OF_MONTH_DAYS = 15
"""Mean wait until the end of a month, when terms run from it."""
NET_WORTH_SHARE = 0.10
SALES_SHARE = 0.05


def credit_need(
    monthly_purchases: float,
    vat: float,
    terms_days: float,
    *,
    is_end_of_month: bool = False,
    days_beyond_terms: float = 0,
) -> float:
    """Return what a customer owes at most when it buys as usual.

    :param monthly_purchases: without tax, in a currency
    :param vat: 0.20 for 20 %
    :source: domain reference §2.3, L1

    >>> credit_need(20_000, 0.20, 45, is_end_of_month=True, days_beyond_terms=10)
    56000.0
    """
    days = terms_days + days_beyond_terms
    if is_end_of_month:
        days += END_OF_MONTH_DAYS
    return monthly_purchases * (1 + vat) * days / 30


def capacity_cap(net_worth: float, share: float = NET_WORTH_SHARE) -> float:
    """Return the most that a customer of this net worth can carry.

    :source: domain reference §2.3, L2

    >>> capacity_cap(900_000)
    90000.0
    """
    return net_worth * share


def concentration_cap(own_sales: float, share: float = SALES_SHARE) -> float:
    """Return the most that we lend to one group.

    :param own_sales: budgeted or of the last year
    :source: domain reference §2.3, L3

    >>> concentration_cap(6_000_000)
    300000.0
    """
    return own_sales * share


def flow_limit(
    orders: float,
    to_invoice: float,
    unpaid: float,
    terms_coefficient: float = 1,
    behaviour_coefficient: float = 1,
) -> float:
    """Return the limit of what is under way, by terms and behaviour.

    :param behaviour_coefficient: above 1 for a good payer, below for a bad one
    :source: domain reference §2.3, L4 (AFDCC)

    >>> flow_limit(20_000, 10_000, 15_000, 1.5, 1)
    67500.0
    """
    flow = orders + to_invoice + unpaid
    return flow * terms_coefficient * behaviour_coefficient


def volume_limit(annual_purchases: float, months: float) -> float:
    """Return months of a year's purchases.

    :source: domain reference §2.3, L7

    >>> volume_limit(240_000, 2)
    40000.0
    """
    return annual_purchases * months / 12


class Limit(NamedTuple):
    """A recommended limit, what capped it, and who carries which part of it."""

    amount: float
    capped_by: str
    """``need``, ``capacity`` or ``concentration``."""
    insured_part: float
    own_risk_part: float


def recommended_limit(
    need: float,
    class_coefficient: float,
    *,
    capacity: float | None = None,
    concentration: float | None = None,
    guarantees: float = 0,
    cover: float = 0,
    step: float = STEP,
) -> Limit:
    """Return the limit to propose: the smallest of what is needed by the class, what
    the customer can carry and what we lend to one group, and firm guarantees on top.

    A cap that is not known does not cap.

    :param cover: what a credit insurer carries
    :source: domain reference §2.3

    >>> recommended_limit(56_000, 1.2, capacity=90_000).amount
    67000.0
    >>> limit = recommended_limit(56_000, 1.0, capacity=90_000, cover=40_000, step=1)
    >>> limit.amount, limit.own_risk_part
    (56000.0, 16000.0)
    """
    caps = {
        "need": need * class_coefficient,
        "capacity": capacity,
        "concentration": concentration,
    }
    known = {name: cap for name, cap in caps.items() if cap is not None}
    capped_by = min(known, key=known.get)
    amount = round_down(max(0.0, known[capped_by]), step) + guarantees
    insured = min(cover, amount)
    return Limit(amount, capped_by, insured, amount - insured)


def round_down(amount: float, step: float) -> float:
    """Return the largest multiple of a step that an amount reaches.

    >>> round_down(67_200, 500), round_down(0.3, 0.1)
    (67000.0, 0.3)
    """
    # what is a hair under a multiple by the noise of floats is that multiple
    count = math.floor(amount / step + 1e-9)
    return round(count * step, 9) if step < 1 else float(count * step)


def limit_use(exposure: float, limit: float) -> float | None:
    """Return the share of a limit that is used; None without a limit to share.

    >>> limit_use(60, 80), limit_use(10, 0) is None
    (0.75, True)
    """
    return exposure / limit if limit > 0 else None
