"""What a customer sees of its open items on the portal."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from .kpi import aging_buckets

UNDER_WAY, ANNOUNCED = "under_way", "announced"


class PortalItem(NamedTuple):
    """One open instalment or credit, in the currency of its document.

    All that a portal page may know of it: what is not listed here never leaves.
    """

    line_id: int
    move_id: int
    account_id: int
    company_id: int
    currency_id: int
    receivable_id: int
    number: str
    move_type: str
    is_payment: bool
    is_online: bool
    invoice_date: date
    due_date: date
    late: int
    residual: float
    disputed: float
    planned: float
    payment_state: str | None
    promised_date: date | None = None

    @property
    def is_late(self) -> bool:
        """Tell whether it is an item whose due date has passed."""
        return self.residual > 0 and self.late > 0

    @property
    def is_payable(self) -> bool:
        """Tell whether it may be chosen for a payment online."""
        return (
            self.is_online
            and self.residual > 0
            and not self.disputed
            and self.payment_state != UNDER_WAY
        )

    @property
    def has_document(self) -> bool:
        """Tell whether Odoo shows its document on the portal."""
        return self.move_type in ("out_invoice", "out_refund")


class PortalTotals(NamedTuple):
    """What a customer owes in one currency; ``aging`` by label of bucket."""

    open: float
    late: float
    credits: float
    balance: float
    aging: dict[str, float]


def sum_up(items: Iterable[PortalItem]) -> PortalTotals:
    """Return the totals of the items and credits of one currency.

    >>> sum_up([]).balance
    0
    """
    pairs = [(item.residual, item.late) for item in items]
    debts = [(amount, late) for amount, late in pairs if amount > 0]
    opened = sum(amount for amount, _late in debts)
    credits = -sum(amount for amount, _late in pairs if amount < 0)
    return PortalTotals(
        open=opened,
        late=sum(amount for amount, late in debts if late > 0),
        credits=credits,
        balance=opened - credits,
        aging=aging_buckets(debts),
    )
