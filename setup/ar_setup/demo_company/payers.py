"""How each kind of customer pays: pure functions from one item to its payments.

Names follow the payer profiles that the figures should lead to. An item left out of
the answer, in whole or in part, stays open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

LAST_PAYMENT_OF_INSOLVENT = 190
LAST_PAYMENT_OF_GONE = 420
LOST_AFTER = 760
PAYMENT_RUNS = (10, 25)
EARLY_SHARE = 0.5


class Item(NamedTuple):
    """One instalment to pay.

    ``amount`` is what it still asks in its currency, ``usual`` the customer's median
    amount, ``age`` its place in the history (0 oldest, 1 newest), ``days_ago`` how long
    ago it fell due, ``rank`` its number for this customer, ``habit`` the customer's own
    delay in days.
    """

    issued: date
    due: date
    amount: float
    usual: float
    age: float
    days_ago: int
    rank: int
    habit: int


class Part(NamedTuple):
    """One payment towards an item; ``kind`` is transfer, returned or early."""

    day: date
    amount: float
    kind: str = "transfer"


Behaviour = Callable[[Random, Item], list[Part]]


def pay(item: Item, lag: int, share: float = 1.0, kind: str = "transfer") -> Part:
    """Return the payment of a share of the item ``lag`` days after its due date."""
    day = item.due + timedelta(days=lag)
    return Part(working_day(day), round(item.amount * share, 2), kind)


def halves(item: Item, lag: int, later: int) -> list[Part]:
    """Return the payment of the item in two halves, to the cent."""
    first, rest = pay(item, lag, 0.5), pay(item, lag + later)
    return [first, rest._replace(amount=round(item.amount - first.amount, 2))]


def working_day(day: date) -> date:
    """Return the day, or the Friday before when it is a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def payment_run(day: date) -> date:
    """Return the first payment run (10th or 25th) on or after the day."""
    run = next((run for run in PAYMENT_RUNS if run >= day.day), None)
    if run:
        return day.replace(day=run)
    next_month = day.replace(day=1) + timedelta(days=32)
    return next_month.replace(day=PAYMENT_RUNS[0])


def good(rng: Random, item: Item) -> list[Part]:
    """On time or before."""
    return [pay(item, 2 if rng.random() < 0.03 else rng.choice((-9, -5, -2, -1, 0, 0)))]


def forgetful(rng: Random, item: Item) -> list[Part]:
    """On time mostly, else one or two weeks late; sometimes some cents short."""
    late = rng.random() < 0.14
    share = 0.998 if rng.random() < 0.03 else 1.0
    return [pay(item, rng.randint(5, 14) if late else rng.randint(-4, 0), share)]


def negligent(rng: Random, item: Item) -> list[Part]:
    """Within days of the first or the second reminder (8 and 22 days after the due)."""
    reminder = rng.choices((-3, 8, 22), weights=(15, 60, 25))[0]
    return [pay(item, reminder + rng.randint(1, 4))]


def controlled(rng: Random, item: Item) -> list[Part]:
    """In the payment run that follows a slow approval."""
    approved = item.due + timedelta(days=rng.randint(-6, 10))
    return [Part(working_day(payment_run(approved)), item.amount)]


def strategic(rng: Random, item: Item) -> list[Part]:
    """Always with the same delay, give or take four days."""
    return [pay(item, item.habit + rng.randint(-4, 4))]


def selective(rng: Random, item: Item) -> list[Part]:
    """Small ones on time; large ones one or two months late."""
    large = item.amount > item.usual
    return [pay(item, rng.randint(35, 75) if large else rng.randint(-2, 1))]


def professional(rng: Random, item: Item) -> list[Part]:
    """Two or three months late, by method, half first; what is older is lost."""
    if item.days_ago > LOST_AFTER:
        return []
    lag = rng.randint(46, 92)
    if rng.random() < 0.75:
        return [pay(item, lag)]
    return halves(item, lag, 40)


def distressed(rng: Random, item: Item) -> list[Part]:
    """Later and later; by the end half payments and returned ones."""
    lag = round(2 + 78 * item.age**2) + rng.randint(-4, 4)
    if item.age > 0.5 and item.rank % 5 == 3:
        return [pay(item, lag, kind="returned"), pay(item, lag + 21)]
    if item.age > 0.6 and rng.random() < 0.4:
        return halves(item, lag, 30)
    return [pay(item, lag)]


def insolvent(rng: Random, item: Item) -> list[Part]:
    """Rather late, then nothing at all."""
    if item.days_ago < LAST_PAYMENT_OF_INSOLVENT:
        return []
    return [pay(item, rng.randint(8, 25))]


def inventor(rng: Random, item: Item) -> list[Part]:
    """Late, and short: the rest follows months after, or never."""
    lag = rng.randint(4, 16)
    if rng.random() < 0.6:
        return [pay(item, lag)]
    paid = round(item.amount * rng.uniform(0.75, 0.94), 2)
    short = pay(item, lag)._replace(amount=paid)
    if rng.random() < 0.3:
        return [short]
    rest = pay(item, lag + rng.randint(55, 120))
    return [short, rest._replace(amount=round(item.amount - paid, 2))]


def genuine(rng: Random, item: Item) -> list[Part]:
    """On time, less what is wrong with the goods."""
    return [pay(item, rng.randint(-2, 4))]


def public(rng: Random, item: Item) -> list[Part]:
    """On time half of the time; slow around the closing of the year's accounts."""
    slow = rng.random() < 0.5
    closing = 24 if item.due.month in (1, 12) else 0
    return [pay(item, closing + rng.randint(3, 24) if slow else rng.randint(-6, 0))]


def idle(rng: Random, item: Item) -> list[Part]:
    """On time or a week late; buys no more."""
    return [pay(item, rng.randint(-4, 7))]


def prepaid(rng: Random, item: Item) -> list[Part]:
    """With the order, before the invoice."""
    return [
        Part(working_day(item.issued - timedelta(days=rng.randint(6, 15))), item.amount)
    ]


def gone(rng: Random, item: Item) -> list[Part]:
    """On time until the day it stopped, owing the rest."""
    return [] if item.days_ago < LAST_PAYMENT_OF_GONE else good(rng, item)


def early(rng: Random, item: Item) -> list[Part]:
    """In time for the discount."""
    day = working_day(item.issued + timedelta(days=rng.randint(6, 9)))
    return [Part(day, item.amount, "early")]


BEHAVIOURS: dict[str, Behaviour] = {
    "good": good,
    "forgetful": forgetful,
    "negligent": negligent,
    "controlled": controlled,
    "strategic": strategic,
    "selective": selective,
    "professional": professional,
    "distressed": distressed,
    "insolvent": insolvent,
    "inventor": inventor,
    "genuine": genuine,
    "public": public,
    "new": good,
    "idle": idle,
    "credit": good,
    "prepaid": prepaid,
    "gone": gone,
}
# the days before the build between which each buys, where not the whole history
BUYING_DAYS = {
    "new": (75, 3),
    "idle": (730, 125),
    "credit": (730, 70),
    "insolvent": (730, 75),
    "gone": (730, 400),
}
# share of the items of the last months that are stuck: lost, without order number, …
STUCK_SHARE = dict.fromkeys(("negligent", "selective", "professional"), 0.06)
STUCK_SHARE |= {"forgetful": 0.04, "controlled": 0.05, "public": 0.06, "genuine": 0.04}
STUCK_DAYS = 270
# share of its invoices that a credit note corrects
CREDITED_SHARE = {"genuine": 0.22, "inventor": 0.02, "new": 0.0}


def settle(behaviour: str, rng: Random, item: Item) -> list[Part]:
    """Return the payments of an item by a customer of that behaviour."""
    stuck = rng.random() < STUCK_SHARE.get(behaviour, 0.0)
    if stuck and item.amount <= item.usual and 0 < item.days_ago < STUCK_DAYS:
        return []
    return BEHAVIOURS[behaviour](rng, item)
