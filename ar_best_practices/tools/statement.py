"""What a statement of account adds up to, currency by currency."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

# Rows of 6.2 mm: on the first page beside the summary, and on a page of its own
FIRST_PAGE_ROWS = 16
PAGE_ROWS = 40


class Item(NamedTuple):
    """One open item or credit of a customer, as of the day of the statement.

    Amounts are in the currency of the document, but ``residual``: in that of the
    company. Credits are negative. ``disputed``, ``planned`` and ``promised`` are
    parts of what is left, never more than it.
    """

    move_id: int
    move_type: str
    number: str
    invoice_date: date
    due_date: date
    late: int
    currency_id: int
    original: float
    residual: float
    left: float
    disputed: float = 0.0
    planned: float = 0.0
    plan_date: date | None = None
    promised: float = 0.0
    promise_date: date | None = None

    @property
    def asked(self) -> float:
        """What the customer is asked for: all that is left and not disputed."""
        return self.left - self.disputed


class Total(NamedTuple):
    """The statement in one currency; every amount is positive, but ``to_pay`` of a
    customer in credit."""

    invoices: float
    credits: float
    disputed: float
    overdue: float

    @property
    def to_pay(self) -> float:
        """Invoices less credits; what is disputed is in neither.

        Rounded far below any currency: sums of cents leave dust behind.
        """
        return round(self.invoices - self.credits, 6)


def total(items: Iterable[Item]) -> Total:
    """Return the total of items of one currency.

    >>> day = date(2026, 6, 30)
    >>> def item(left, late=0, disputed=0.0):
    ...     return Item(
    ...         1, "out_invoice", "F1", day, day, late, 1, left, left, left, disputed
    ...     )
    >>> total([item(100.0, late=5), item(80.0, disputed=30.0), item(-20.0)])
    Total(invoices=150.0, credits=20.0, disputed=30.0, overdue=100.0)
    >>> total([item(-20.0)]).to_pay
    -20.0
    """
    items = list(items)
    debts = [item for item in items if item.left > 0]
    return Total(
        invoices=sum(item.asked for item in debts),
        credits=-sum(item.left for item in items if item.left < 0),
        disputed=sum(item.disputed for item in debts),
        overdue=sum(item.asked for item in debts if item.late > 0),
    )


def total_to_pay(items: Iterable[Item]) -> float:
    """Return what is to pay in all currencies together, in that of the company.

    >>> day = date(2026, 6, 30)
    >>> item = Item(1, "out_invoice", "F1", day, day, 0, 2, 110.0, 100.0, 110.0, 55.0)
    >>> total_to_pay([item, item._replace(left=-22.0, residual=-20.0, disputed=0.0)])
    30.0
    """
    parts = (item.residual * item.asked / item.left for item in items if item.left)
    return round(sum(parts), 6)


def by_currency(items: Iterable[Item]) -> dict[int, list[Item]]:
    """Return the items of each currency, in the order in which they come."""
    groups: dict[int, list[Item]] = {}
    for item in items:
        groups.setdefault(item.currency_id, []).append(item)
    return groups


def paged(rows: list[dict], size: int = PAGE_ROWS) -> list[list[dict]]:
    """Return the rows page by page; a heading never ends a page.

    >>> rows = [{"kind": "item"}, {"kind": "head"}, {"kind": "item"}]
    >>> [len(page) for page in paged(rows, 2)]
    [1, 2]
    >>> paged([], 2)
    []
    """
    pages: list[list[dict]] = []
    while rows:
        page = rows[:size]
        while len(rows) > size and len(page) > 1 and page[-1]["kind"] == "head":
            page = page[:-1]
        pages.append(page)
        rows = rows[len(page) :]
    return pages
