"""Which documents are issued, when and for how much: pure functions, no Odoo."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from .catalogue import PRODUCTS, SEASON, SIZES
from .chance import HISTORY_DAYS, draw
from .customers import BY_NAME, CUSTOMERS, Customer
from .payers import BUYING_DAYS, CREDITED_SHARE, working_day

MONTH = 30.44
DOLLARS_PER_EURO = 1.1
NEWEST_CREDIT = 2
ANCIENT = ("Bâtisseurs Réunis", 832)


class Line(NamedTuple):
    """A quantity of the product at that place of the catalogue."""

    product: int
    quantity: int


class Document(NamedTuple):
    """An invoice to issue; ``credit`` is the share of it credited afterwards."""

    customer: Customer
    house: str
    day: date
    lines: tuple[Line, ...]
    credit: float = 0.0
    credit_day: date | None = None

    @property
    def currency(self) -> str:
        """Return the currency of the document."""
        return "USD" if self.customer.has("usd") else "EUR"


def plan_documents(today: date) -> list[Document]:
    """Return the invoices of all customers, in the order of their dates."""
    plans = [doc for customer in CUSTOMERS for doc in _plan_customer(customer, today)]
    plans.append(_ancient(today))
    return sorted(plans, key=lambda doc: (doc.day, doc.customer.name))


def unit_price(line: Line, currency: str) -> float:
    """Return the price of a line's product in that currency."""
    price = PRODUCTS[line.product][1]
    return round(price * DOLLARS_PER_EURO, 2) if currency == "USD" else price


def _plan_customer(customer: Customer, today: date) -> Iterator[Document]:
    for number, days_ago in enumerate(_issue_days(customer)):
        rng = draw(customer.name, "document", number)
        day = working_day(today - timedelta(days=days_ago))
        document = Document(
            customer, _house(rng, customer), day, _lines(rng, customer, day)
        )
        yield _with_credit(rng, document, today)


def _issue_days(customer: Customer) -> list[int]:
    """Return how many days ago each invoice was issued, oldest first."""
    first, last = BUYING_DAYS.get(customer.behaviour, (HISTORY_DAYS, 1))
    rng = draw(customer.name, "rhythm")
    count = max(3, math.floor((first - last) / MONTH * SIZES[customer.size][0]))
    gap = (first - last) / count
    return [round(first - gap * (place + rng.random())) for place in range(count)]


def _house(rng: Random, customer: Customer) -> str:
    if customer.has("only_second"):
        return "second"
    if customer.has("branch") and rng.random() < 0.35:
        return "branch"
    return "second" if customer.has("second") and rng.random() < 0.4 else "main"


def _lines(rng: Random, customer: Customer, day: date) -> tuple[Line, ...]:
    """Return one or two lines that amount to what this customer buys."""
    _rhythm, lowest, highest = SIZES[customer.size]
    wanted = lowest * (highest / lowest) ** rng.random() * SEASON.get(day.month, 1.0)
    count = rng.choice((1, 1, 1, 2))
    return tuple(_line(rng, wanted / count) for _ in range(count))


def _line(rng: Random, wanted: float) -> Line:
    affordable = [i for i, (_name, price) in enumerate(PRODUCTS) if price <= wanted]
    product = rng.choice(affordable[-6:] or [0])
    return Line(product, max(1, round(wanted / PRODUCTS[product][1])))


def _with_credit(rng: Random, document: Document, today: date) -> Document:
    share = CREDITED_SHARE.get(document.customer.behaviour, 0.03)
    day = working_day(document.day + timedelta(days=rng.randint(6, 26)))
    wanted = rng.random() < share and not document.customer.pays_early
    if not wanted or (today - day).days < NEWEST_CREDIT:
        return document
    part = 1.0 if rng.random() < 0.25 else rng.choice((0.1, 0.15, 0.2, 0.35))
    return document._replace(credit=part, credit_day=day)


def _ancient(today: date) -> Document:
    name, days_ago = ANCIENT
    day = today - timedelta(days=days_ago)
    return Document(BY_NAME[name], "main", day, (Line(6, 5),))
