"""Open items, found by what a payment may say of them: number, payer, amount."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from .reference import find_keys, shape, squeeze, strong_keys, weak_key


class Item(NamedTuple):
    """An open item: what is left of it, and the numbers that stand for it.

    A credit (credit note, payment on account) has an amount below zero.
    """

    id: int
    payer: int
    amount: int
    due: date
    number: str
    reference: str = ""  # structured reference that we asked to quote
    orders: tuple[str, ...] = ()  # our numbers of orders: nobody else has them
    their_orders: tuple[str, ...] = ()  # the payer's own: others may use them too
    discount: int = 0  # early payment discount
    discount_until: date | None = None
    family: int = 0  # the group of companies of the payer
    booked: int = 0  # what is left of it in the company's currency


class Ledger:
    """Open items of one company in one currency, found by number, payer or amount.

    >>> item = Item(1, 10, 80_000, date(2026, 11, 1), "F/2026/00412")
    >>> ledger = Ledger([item])
    >>> ledger.by_number["F202600412"], ledger.owed_by(10) == [item]
    ((1,), True)
    >>> ledger.settle([(1, 30_000)])
    >>> ledger.owed_by(10)[0].amount, "412" in ledger.paid[10]
    (50000, True)
    """

    def __init__(self, items: Iterable[Item]):
        self.items: dict[int, Item] = {}
        # tuples of ids: a set for each of a million keys would weigh four times more
        self.by_number: dict[str, tuple[int, ...]] = {}
        self.by_order: dict[str, tuple[int, ...]] = {}
        self.by_counter: dict[tuple[int, str], tuple[int, ...]] = {}
        self.by_payer: dict[int, list[Item]] = defaultdict(list)
        self.by_family: dict[int, list[Item]] = defaultdict(list)
        self.credits: dict[int, list[Item]] = defaultdict(list)
        self.shapes: set[tuple[str, int]] = set()
        self.paid: dict[int, set[str]] = defaultdict(set)
        for item in items:
            self._add(item)

    def _add(self, item: Item) -> None:
        self.items[item.id] = item
        names = (item.number, item.reference, *item.orders, *item.their_orders)
        self.shapes |= {shape(name) for name in names if name}
        for index, key in self._entries(item):
            index[key] = (*index.get(key, ()), item.id)
        for owner in self._owners(item):
            insort(owner, item, key=_by_age)

    def _entries(self, item: Item):
        """Yield (index, key) of every entry that an item has."""
        for key in number_keys(item):
            yield self.by_number, key
        for key in order_keys((*item.orders, *item.their_orders)):
            yield self.by_order, key
        counter = weak_key(item.number)
        if counter and item.amount > 0:
            yield self.by_counter, (item.payer, counter)

    def _owners(self, item: Item) -> list[list[Item]]:
        """Return the lists in which an item stands: of its payer and of his group."""
        if item.amount < 0:
            return [self.credits[item.payer]]
        of_group = [self.by_family[item.family]] if item.family else []
        return [self.by_payer[item.payer], *of_group]

    def settle(
        self,
        parts: Iterable[tuple[int, int]],
        discounts: Iterable[tuple[int, int]] = (),
        is_whole: bool = False,
    ) -> None:
        """Take out what is paid: (item, amount) and discounts granted.

        :param is_whole: what is missing is written off, nothing stays open
        """
        granted = dict(discounts)
        for item_id, amount in parts:
            item = self.items.pop(item_id)
            self._remove(item)
            self.paid[item.payer] |= paid_keys(item.number, item.reference)
            left = item.amount - amount - granted.get(item_id, 0)
            if left * item.amount > 0 and not is_whole:
                self._add(item._replace(amount=left))

    def forget(self, item_id: int) -> None:
        """Take an item out: a credit that pays something is no credit any more."""
        if item := self.items.pop(item_id, None):
            self._remove(item)

    def _remove(self, item: Item) -> None:
        for index, key in self._entries(item):
            index[key] = tuple(i for i in index[key] if i != item.id)
        for owner in self._owners(item):
            owner.remove(item)

    def names_another(self, text: str) -> bool:
        """Say whether a text has a number made as ours that is not open."""
        return any(
            (key[:size], len(key)) in self.shapes
            and not (self.by_number.get(key) or self.by_order.get(key))
            for key in find_keys(text)
            for size in range(len(key))
            if key[size:].isdigit()
        )

    def owed_by(self, payer: int) -> list[Item]:
        """Return the items of a payer, the oldest due first."""
        return self.by_payer.get(payer, []) if payer else []

    def credits_of(self, payer: int) -> list[Item]:
        """Return the credits of a payer, the oldest first."""
        return self.credits.get(payer, []) if payer else []

    def owed_by_family(self, payer: int, family: int) -> list[Item]:
        """Return the items of the other companies of a payer's group."""
        found = self.by_family.get(family, []) if family else []
        return [item for item in found if item.payer != payer]


def number_keys(item: Item) -> set[str]:
    """Return what stands for an item. The digits of a credit note are often those of an
    invoice too, so that only its whole number counts."""
    if item.amount < 0:
        return strong_keys(item.number) & {squeeze(item.number)}
    return strong_keys(item.number) | strong_keys(item.reference)


def order_keys(orders: Iterable[str]) -> set[str]:
    """Return what stands for some orders."""
    return {key for order in orders for key in strong_keys(order)}


def paid_keys(number: str, reference: str) -> set[str]:
    """Return all that stands for a document that is paid, its bare counter too."""
    keys = strong_keys(number) | strong_keys(reference)
    counter = weak_key(number)
    return keys | {counter} if counter else keys


def _by_age(item: Item) -> tuple[date, int]:
    return item.due, item.id
