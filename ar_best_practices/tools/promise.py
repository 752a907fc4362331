"""Promises to pay: was it kept, and how many are.

Only money keeps a promise. A credit note makes the promise smaller when it takes away
what was promised, and void when nothing is left to pay.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

Amount = int | float
Receipt = tuple[date, Amount]

OPEN, KEPT, PARTLY, BROKEN, VOID = "open", "kept", "partly", "broken", "withdrawn"


class Rates(NamedTuple):
    """Promises fallen due, by what became of them; shares from 0 to 1, or ``None``."""

    kept: int
    partly: int
    broken: int
    by_number: float | None
    by_value: float | None


def received_in_time(
    receipts: Iterable[Receipt], promised: date, tolerance_days: int = 0
) -> Amount:
    """Return the money received by the promised day plus a tolerance.

    :param tolerance_days: calendar days; a caller that counts business days passes
        the calendar days up to the end of its tolerance

    >>> day = date(2026, 10, 10)
    >>> received_in_time([(date(2026, 10, 12), 5), (date(2026, 10, 13), 7)], day, 2)
    5
    """
    limit = promised + timedelta(days=tolerance_days)
    return sum(amount for day, amount in receipts if day <= limit)


def expected_amount(promised: Amount, covered: Amount, credited: Amount = 0) -> Amount:
    """Return what a promise still expects once credit notes came.

    They first take away the part of the items that was not promised.

    :param promised: amount promised
    :param covered: what the items owed when it was promised
    :param credited: what credit notes and write-offs took away since

    >>> expected_amount(800, 1000, 150), expected_amount(800, 1000, 500)
    (800, 500)
    """
    return max(0, min(promised, covered - credited))


def promise_state(
    expected: Amount,
    received: Amount,
    *,
    is_due: bool,
    min_share: float = 1.0,
) -> str:
    """Return ``open``, ``kept``, ``partly``, ``broken`` or ``withdrawn``.

    :param expected: what the promise expects, see :func:`expected_amount`
    :param received: the money received in time
    :param is_due: the promised day and its tolerance are over
    :param min_share: share of the amount that keeps the promise

    >>> promise_state(100, 100, is_due=False), promise_state(100, 40, is_due=False)
    ('kept', 'open')
    >>> promise_state(100, 40, is_due=True), promise_state(100, 0, is_due=True)
    ('partly', 'broken')
    >>> promise_state(0, 0, is_due=False)
    'withdrawn'
    """
    if expected <= 0:
        return VOID
    if received >= min_share * expected:
        return KEPT
    if not is_due:
        return OPEN
    return PARTLY if received > 0 else BROKEN


def promise_kept_rate(
    promises: Iterable[tuple[Amount, date, Sequence[Receipt]]],
    tolerance_days: int = 2,
    min_share: float = 1.0,
) -> Rates:
    """Return how many of the promises fallen due were kept, and how much of them.

    By number: kept / fallen due. By value: money received in time, at most what was
    promised, / amount promised.

    :param promises: (amount, promised day, receipts)
    :param tolerance_days: calendar days, see :func:`received_in_time`
    :raise ValueError: a promise of nothing
    :source: domain reference §1.7

    >>> day = date(2026, 10, 10)
    >>> promise_kept_rate([(100, day, [(day, 100)]), (300, day, [(day, 60)])])
    Rates(kept=1, partly=1, broken=0, by_number=0.5, by_value=0.4)
    """
    states, promised, received = [], 0, 0
    for amount, day, receipts in promises:
        if amount <= 0:
            raise ValueError("a promise needs a positive amount")
        money = received_in_time(receipts, day, tolerance_days)
        states.append(promise_state(amount, money, is_due=True, min_share=min_share))
        promised += amount
        received += max(0, min(amount, money))
    kept = states.count(KEPT)
    return Rates(
        kept,
        states.count(PARTLY),
        states.count(BROKEN),
        kept / len(states) if states else None,
        received / promised if states else None,
    )
