"""Figures of collection work: cash, cost, contacts, coverage.

A share whose whole is nothing is unknown: ``None``, never zero.
"""

Amount = int | float


def _share(part: Amount, whole: Amount) -> float | None:
    if min(part, whole) < 0:
        raise ValueError("neither a part nor its whole is negative")
    return part / whole if whole else None


def cash_per_collector(cash: Amount, full_time: float) -> float | None:
    """Return the cash applied to overdue items per full-time collector.

    Cash belongs to the author of the last action in the 30 days before it.

    :param full_time: collectors, in full-time equivalents
    :raise ValueError: a negative number
    :source: domain reference §1.7

    >>> cash_per_collector(840_000, 3.5)
    240000.0
    """
    return _share(cash, full_time)


def cost_per_cash(cost: Amount, cash: Amount) -> float | None:
    """Return what one unit of collected cash costs.

    :raise ValueError: a negative number
    :source: domain reference §1.7

    >>> cost_per_cash(42_000, 840_000)
    0.05
    """
    return _share(cost, cash)


def right_party_share(right_party: int, attempts: int) -> float | None:
    """Return contacts with a person able to decide or pay / outbound attempts.

    :raise ValueError: a negative number
    :source: domain reference §1.7

    >>> right_party_share(30, 120)
    0.25
    """
    return _share(right_party, attempts)


def promise_share(promises: int, right_party: int) -> float | None:
    """Return promises obtained / contacts with the right person.

    :raise ValueError: a negative number
    :source: domain reference §1.7

    >>> promise_share(12, 30)
    0.4
    """
    return _share(promises, right_party)


def on_time_share(on_time: int, due: int) -> float | None:
    """Return the next steps done by their day / the next steps fallen due.

    :raise ValueError: a negative number
    :source: domain reference §6.1, row 12

    >>> on_time_share(17, 20)
    0.85
    """
    return _share(on_time, due)


def coverage(touched: Amount, overdue: Amount) -> float | None:
    """Return the overdue value with an action in the last 14 days / overdue value.

    :raise ValueError: a negative number
    :source: domain reference §1.7

    >>> coverage(90_000, 100_000)
    0.9
    """
    return _share(touched, overdue)


def focus_ratio(top: float | None, rest: float | None) -> float | None:
    """Return the coverage of the top fifth by priority / the coverage of the rest.

    Above 1, the work goes where the priority is.

    :param top, rest: shares, see :func:`coverage`
    :source: domain reference §6.1, row 11

    >>> focus_ratio(0.9, 0.4)
    2.25
    """
    return top / rest if top is not None and rest else None
