"""What became of the amounts in dispute, as the ledger clears the item.

Amounts are whole numbers of the smallest unit of the document's currency.
"""

from collections.abc import Sequence
from typing import NamedTuple

CONTESTED = ("credited", "written_off", "other")
KINDS = (*CONTESTED, "paid")


class Share(NamedTuple):
    """Where an amount in dispute is now; the parts always make it whole."""

    still_disputed: int
    credited: int = 0
    paid: int = 0
    written_off: int = 0
    other: int = 0  # exchange, set-off

    def clear(self, kind: str, amount: int) -> "Share":
        """Return the share with more cleared by a kind, or less of it.

        >>> Share(30).clear("paid", 10)
        Share(still_disputed=20, credited=0, paid=10, written_off=0, other=0)
        """
        left = self.still_disputed - amount
        parts = {"still_disputed": left, kind: getattr(self, kind) + amount}
        return self._replace(**parts)


class Item(NamedTuple):
    """An item and the cases about it, the oldest first.

    ``free`` is what is owed and not contested. A closed case contests nothing: what is
    left of it lies within the free part, and becomes smaller when that is cleared.
    """

    free: int
    cases: tuple[Share, ...] = ()
    closed: tuple[Share, ...] = ()


def share_cleared(item: Item, kind: str, amount: int) -> Item:
    """Return the item and its cases after something of it was cleared.

    Credit notes, write-offs and what clears otherwise (exchange, set-off) clear what is
    disputed first, in the order of the cases; what they leave over clears the free
    part. Money clears the free part first: the customer pays what he owes and keeps
    back what he contests. In the free part closed cases stand in the same order: the
    first to be credited, the last to be paid.

    :param kind: credited, paid, written_off or other
    :source: domain reference §4, principle 3; amount identity of ``ar.dispute``

    Two cases of 50 and 20 beside 30 that nobody contests; a credit note of 60 comes:

    >>> item = share_cleared(Item(30, (Share(50), Share(20))), "credited", 60)
    >>> item.free, [case.still_disputed for case in item.cases]
    (30, [0, 10])

    Money leaves what is contested, and before it what was contested once:

    >>> item = share_cleared(Item(60, (Share(40),), (Share(20),)), "paid", 45)
    >>> item.free, item.closed[0].paid, item.cases[0].paid
    (15, 5, 0)
    """
    if kind == "paid":
        freed = min(item.free, amount)
        cases, _surplus = _clear(item.cases, kind, amount - freed)
    else:
        cases, surplus = _clear(item.cases, kind, amount)
        freed = min(item.free, surplus)
    return Item(item.free - freed, cases, _clear_closed(item, kind, freed))


def share_returned(
    item: Item, kind: str, amount: int, own: Sequence[int] | None = None
) -> Item:
    """Return the item and its cases after what had cleared it was taken back.

    It is disputed again in the cases that it had cleared, the last one first; the rest
    is owed and not contested.

    :param kind: credited, paid, written_off or other
    :param own: what the entry taken back had cleared of each case, first of the open
        ones, then of the closed ones; without it whatever was cleared by that kind
    :source: amount identity of ``ar.dispute``

    Of a credit note of 60 a case had got 50, the other one 10 of its 20:

    >>> item = Item(30, (Share(0, 50), Share(10, 10)))
    >>> back = share_returned(item, "credited", 60)
    >>> back.free, [case.still_disputed for case in back.cases]
    (30, [50, 20])

    One of 60 that found nothing to clear but what nobody contests:

    >>> share_returned(item, "credited", 60, own=(0, 0)).free
    90
    """
    both = (*item.cases, *item.closed)
    most = [getattr(case, kind) for case in both] if own is None else own
    count = len(item.cases)
    cases, rest = _return(item.cases, kind, amount, most[:count])
    closed, _owed = _return(item.closed, kind, rest, most[count:])
    return Item(item.free + rest, cases, closed)


def _clear_closed(item: Item, kind: str, freed: int) -> tuple[Share, ...]:
    """Return the closed cases after ``freed`` of the free part was cleared."""
    never = item.free - sum(case.still_disputed for case in item.closed)
    if kind == "paid":
        freed -= min(freed, max(0, never))
    return _clear(item.closed, kind, freed)[0]


def _clear(
    cases: Sequence[Share], kind: str, amount: int
) -> tuple[tuple[Share, ...], int]:
    """Return the cases, the oldest cleared first, and what is left over."""
    changed = []
    for case in cases:
        part = min(amount, case.still_disputed)
        amount -= part
        changed.append(case.clear(kind, part))
    return tuple(changed), amount


def _return(
    cases: Sequence[Share], kind: str, amount: int, most: Sequence[int]
) -> tuple[tuple[Share, ...], int]:
    """Return the cases, the last one contested again first, and what is left over."""
    changed = []
    for case, limit in zip(reversed(cases), reversed(most), strict=True):
        part = min(amount, limit)
        amount -= part
        changed.append(case.clear(kind, -part))
    return tuple(reversed(changed)), amount


def split_amount(
    original: int,
    undisputed: int,
    credited: int = 0,
    paid: int = 0,
    written_off: int = 0,
    other: int = 0,
) -> Share:
    """Return how much of an amount is still disputed, and what cleared the rest.

    One case of an item from its opening on, as :func:`share_cleared` treats it: what
    was taken back is owed, then comes what clears the disputed part first, then money.

    :param original: amount of the item in dispute, when the dispute was opened
    :param undisputed: what else the item owed then
    :param credited, paid, written_off, other: what was cleared of the item since, by
        kind; negative when more was unmatched than matched, which the customer then
        owes again without contesting it
    :raise ValueError: a negative amount in dispute or outside of it
    :source: architecture, amount identity of ``ar.dispute``

    Of 100, 30 are disputed. A payment of 70 leaves them, a credit note takes them:

    >>> split_amount(30, 70, paid=70)
    Share(still_disputed=30, credited=0, paid=0, written_off=0, other=0)
    >>> split_amount(30, 70, paid=80, credited=15)
    Share(still_disputed=5, credited=15, paid=10, written_off=0, other=0)

    A payment of 20 from before the dispute came back: it is owed, and not disputed.

    >>> split_amount(30, 70, paid=-20, credited=40)
    Share(still_disputed=0, credited=30, paid=0, written_off=0, other=0)
    """
    if min(original, undisputed) < 0:
        raise ValueError("amounts in dispute and outside of it are not negative")
    cleared = dict(zip(KINDS, (credited, written_off, other, paid), strict=True))
    owed = undisputed - sum(min(0, amount) for amount in cleared.values())
    item = Item(owed, (Share(original),))
    for kind, amount in cleared.items():
        item = share_cleared(item, kind, max(0, amount))
    return item.cases[0]
