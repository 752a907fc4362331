"""Payments of which we know what they pay: exact, noisy, wrong, twice, in sums.

Made from a seed, so that a rule that is wrong once is wrong every time.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from textwrap import wrap
from typing import NamedTuple

from load_tools import load_tool

matching = load_tool("ar_best_practices", "matching")

FIRST = date(2026, 1, 1)
TODAY = date(2026, 11, 15)
ROUND = (10_000, 25_000, 50_000, 120_000)
PER_CUSTOMER = 25
SUBSCRIBED = 0.05  # share of items that renew the one of a month before
MONTH = 100  # numbers


def structured(number: int) -> str:
    """Return a creditor reference (ISO 11649) with its check digits."""
    digits = f"{number:012d}"
    return f"RF{98 - int(digits + '271500') % 97:02d}{digits}"


class Paid(NamedTuple):
    """A payment and the truth: what kind of case it is, and which items it pays."""

    kind: str
    receipt: object
    items: frozenset[int]


class Truth:
    """Open items of many customers, and payments for some of them.

    ``credits``: one credit note for so many invoices, from which customers pay less; 0
    for none.
    """

    def __init__(self, items: int, payments: int, seed: int = 7, credits: int = 0):
        self.random = random.Random(seed)
        self.customers = max(1, items // PER_CUSTOMER)
        self.items: list = []
        self.open = defaultdict(list)
        for number in range(items):
            item = self._item(number + 1)
            self.items.append(item)
            self.open[item.payer].append(item)
        self.credits = {}
        for number in range(1, items // credits + 1) if credits else ():
            self._add_credit(items + number)
        self.amounts = {item.number: item.amount for item in self.items}
        self.payments: list[Paid] = []
        makers = list(self._makers().items())
        makers += list(self._credit_makers().items()) if credits else []
        while len(self.payments) < payments:
            kind, make = self.random.choice(makers)
            paid = make(self.random.randint(1, self.customers))
            if paid:
                self.payments.append(Paid(kind, *paid))

    def _item(self, number: int):
        chance = self.random
        if number > MONTH and chance.random() < SUBSCRIBED:
            return self._renewal(number, self.items[number - MONTH - 1])
        amount = chance.randint(500, 2_000_000)
        if chance.random() < 0.25:
            amount = chance.choice(ROUND)
        due = FIRST + timedelta(days=chance.randint(0, 300))
        discounted = chance.random() < 0.1
        return matching.Item(
            number,
            chance.randint(1, self.customers),
            amount,
            due,
            f"FAC/2026/{number:06d}",
            reference=structured(number),
            orders=(f"S{50_000 + number}",),
            discount=amount * 2 // 100 if discounted else 0,
            discount_until=due - timedelta(days=20) if discounted else None,
        )

    def _add_credit(self, number: int) -> None:
        """Add a credit note of a customer who has none; its digits are an invoice's."""
        payer = self.random.randint(1, self.customers)
        if payer in self.credits:
            return
        self.credits[payer] = matching.Item(
            number,
            payer,
            -self.random.randint(100, 400),
            FIRST,
            f"RFAC/2026/{number - len(self.open):06d}",
        )
        self.items.append(self.credits[payer])

    def _credit_makers(self) -> dict:
        return {
            "less a credit": lambda p: self._less_a_credit(p, 1),
            "balance, net": lambda p: self._less_a_credit(p, len(self.open[p])),
        }

    def _less_a_credit(self, payer: int, count: int):
        """Pay one invoice, or all, less the credit note: named beside one invoice."""
        if payer not in self.credits or count > 1 and self._has_paid(payer):
            return None
        taken = self._take(payer, count) if count else None
        if not taken:
            return None
        credit = self.credits.pop(payer)
        named = f"{taken[0].number} {credit.number}"
        total = sum(item.amount for item in taken) + credit.amount
        receipt = self._receipt(total, named if count == 1 else "SOLDE", payer)
        return receipt, frozenset({credit.id, *(item.id for item in taken)})

    def _has_paid(self, payer: int) -> bool:
        """Say whether something of a payer is taken: his balance is another then."""
        mine = sum(1 for item in self.items if item.payer == payer and item.amount > 0)
        return mine > len(self.open[payer])

    def _renewal(self, number: int, item):
        """Return a subscriber's next invoice: same amount, nearly the same number."""
        return item._replace(
            id=number,
            due=item.due + timedelta(days=30),
            number=f"FAC/2026/{number:06d}",
            reference=structured(number),
            orders=(f"S{50_000 + number}",),
            discount=0,
            discount_until=None,
        )

    def _makers(self) -> dict:
        return {
            "exact": lambda p: self._one(p, "VIR {number}", known=None),
            "noisy": self._noisy,
            "glued": lambda p: self._one(p, "VIR{squeezed}SARL", known=False),
            "typo": self._typo,
            "counter": lambda p: self._one(p, "FACTURE {counter}"),
            "structured": lambda p: self._one(p, "VIR {reference}", known=None),
            "order": lambda p: self._one(p, "CDE {order}", known=None),
            "sum, numbers": lambda p: self._several(p, named=True),
            "sum": lambda p: self._several(p, named=False),
            "sum, discount": self._several_less,
            "discount": lambda p: self._discount(p, days=-1),
            "late discount": lambda p: self._discount(p, days=5),
            "amount": lambda p: self._one(p, "VIREMENT"),
            "balance": self._balance,
            "part": lambda p: self._one(p, "ACOMPTE {number}", share=0.4),
            "too much": lambda p: self._one(p, "VIR {number}", share=1.3),
            "typed": lambda p: self._typed(p, p),
            "wrong customer": lambda p: self._typed(p, self._another(p)),
            "for another": self._for_another,
            "unknown": lambda p: self._one(p, "VIREMENT", known=False),
            "twice": self._twice,
        }

    def _take(self, payer: int, count: int) -> list | None:
        """Return so many open items of a customer, that nothing else pays."""
        if len(self.open[payer]) < count:
            return None
        taken = self.random.sample(self.open[payer], count)
        self.open[payer] = [item for item in self.open[payer] if item not in taken]
        return taken

    def _receipt(self, amount, text, payer, known=True, day=TODAY):
        """``known``: True by its bank account, False not at all, None typed or not."""
        if known is None:
            known = self.random.random() < 0.5
        return matching.Receipt(
            amount, day, text, payer if known else 0, is_sure=bool(known)
        )

    def _one(self, payer, text, known=True, share=1.0):
        taken = self._take(payer, 1)
        if not taken:
            return None
        (item,) = taken
        words = text.format(
            number=item.number,
            squeezed=item.number.replace("/", ""),
            order=item.orders[0],
            counter=item.id,
            reference=" ".join(wrap(item.reference, 4)),
        )
        amount = max(1, round(item.amount * share))
        return self._receipt(amount, words, payer, known), frozenset({item.id})

    def _noisy(self, payer):
        made = self._one(payer, "REF. {number} MERCI", known=None)
        if not made:
            return None
        receipt, items = made
        change = self.random.choice(
            [
                lambda text: text.replace("/", "-"),
                lambda text: text.replace("/", " "),
                str.lower,
                lambda text: text.replace("FAC/", ""),
            ]
        )
        return receipt._replace(text=change(receipt.text)), items

    def _typo(self, payer):
        made = self._one(payer, "VIR {number}", known=None)
        if not made:
            return None
        receipt, items = made
        place = self.random.randint(len(receipt.text) - 5, len(receipt.text) - 1)
        wrong = str((int(receipt.text[place]) + self.random.randint(1, 9)) % 10)
        text = receipt.text[:place] + wrong + receipt.text[place + 1 :]
        if self.amounts.get(text.removeprefix("VIR ")) == receipt.amount:
            return None  # whoever names an item of this amount pays it
        return receipt._replace(text=text), items

    def _several(self, payer, named):
        taken = self._take(payer, self.random.randint(2, 4))
        if not taken:
            return None
        text = " ".join(item.number for item in taken) if named else "VIREMENT"
        total = sum(item.amount for item in taken)
        return self._receipt(total, text, payer), frozenset(i.id for i in taken)

    def _discount(self, payer, days):
        found = [item for item in self.open[payer] if item.discount]
        if not found:
            return None
        item = self.random.choice(found)
        self.open[payer].remove(item)
        text = self.random.choice([f"VIR {item.number}", "VIREMENT"])
        day = item.discount_until + timedelta(days=days)
        amount = item.amount - item.discount
        return self._receipt(amount, text, payer, day=day), frozenset({item.id})

    def _balance(self, payer):
        count = len(self.open[payer])
        taken = self._take(payer, count) if count > 1 else None
        if not taken:
            return None
        total = sum(item.amount for item in taken)
        return self._receipt(total, "SOLDE", payer), frozenset(i.id for i in taken)

    def _several_less(self, payer):
        """Two items by their numbers, one of them at least less its discount."""
        reduced = [item for item in self.open[payer] if item.discount]
        if not reduced or len(self.open[payer]) < 2:
            return None
        self.open[payer].remove(reduced[0])
        items = [reduced[0], *self._take(payer, 1)]
        day = min(item.discount_until for item in items if item.discount)
        total = sum(item.amount - item.discount for item in items)
        text = " ".join(item.number for item in items)
        receipt = self._receipt(total, text, payer, day=day)
        return receipt, frozenset(item.id for item in items)

    def _typed(self, payer, typed):
        """Somebody typed the payment on a customer's account, theirs or another's."""
        text = self.random.choice(["VIR {number}", "VIREMENT"])
        made = self._one(payer, text)
        if not made:
            return None
        receipt, items = made
        return receipt._replace(payer=typed, is_sure=False), items

    def _another(self, payer):
        return payer % self.customers + 1

    def _for_another(self, payer):
        """A customer pays for another one, from its own bank account."""
        made = self._one(payer, "VIR {number}")
        if not made:
            return None
        receipt, items = made
        return receipt._replace(payer=self._another(payer)), items

    def _twice(self, _payer):
        """The same payment once more: one of the two pays the items, never both."""
        if not self.payments:
            return None
        paid = self.random.choice(self.payments)
        return paid.receipt, paid.items

    # ------------------------------------------------------------------
    # Verdict
    # ------------------------------------------------------------------

    def judge(self) -> tuple[Counter, Counter, list]:
        """Match all payments in their order, as the job does: what is certain is taken
        out of what is open.

        :return: payments by kind, those matched rightly by kind, the wrong ones
        """
        ledger = matching.Ledger(self.items)
        seen, right, wrong = Counter(), Counter(), []
        for paid in self.payments:
            seen[paid.kind] += 1
            match = matching.decide(paid.receipt, ledger)
            if not match or match.doubt or not match.parts:
                continue
            found = frozenset(item_id for item_id, _amount in match.parts)
            if found == paid.items:
                right[paid.kind] += 1
            else:
                wrong.append((paid, match))
            ledger.settle(match.parts, match.discounts, bool(match.missing))
        return seen, right, wrong


def recall(seen: Counter, right: Counter) -> Iterator[tuple[str, int, float]]:
    """Yield each kind with its number and the share that was matched by itself."""
    for kind, count in sorted(seen.items()):
        yield kind, count, right[kind] / count
