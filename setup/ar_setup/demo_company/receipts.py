"""The two ways money is recorded: a payment, or a line of the bank statement."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .world import World

DAYS_TO_RETURN = 4


def receive(world: World, house: str, vals: list[dict[str, Any]]) -> Any:
    """Create and post payments received by the company."""
    common = {
        "payment_type": "inbound",
        "partner_type": "customer",
        "company_id": world.house(house).id,
        "journal_id": world.banks[house].id,
    }
    payments = world.env["account.payment"].with_company(world.house(house))
    payments = payments.create([common | one for one in vals])
    payments.action_post()
    return payments


def receivable_line(payment) -> Any:
    """Return the journal item of a payment that waits for an invoice."""
    return payment.move_id.line_ids.filtered(
        lambda line: line.account_type == "asset_receivable"
    )


def import_lines(world: World, house: str, vals: list[dict[str, Any]]) -> Any:
    """Create lines of the company's bank statement, in the suspense account."""
    journal = {"journal_id": world.banks[house].id}
    lines = world.env["account.bank.statement.line"].with_company(world.house(house))
    return lines.create([journal | one for one in vals])


def allocate(bank_lines, account) -> list[Any]:
    """Move bank lines to the customers' account; return their items, in order."""
    bank_lines = bank_lines.with_context(skip_account_move_synchronization=True)
    waiting = [bank_line._seek_for_lines()[1] for bank_line in bank_lines]
    items = bank_lines.env["account.move.line"].union(*waiting)
    items.account_id = account
    return waiting


def send_back(world: World, payments) -> None:
    """Reverse payments that the bank has returned by now: their invoices are open."""
    delay = timedelta(days=DAYS_TO_RETURN)
    back = payments.filtered(lambda payment: payment.date + delay <= world.today)
    vals = [{"date": p.date + delay, "ref": f"Impayé, {p.memo}"} for p in back]
    if back:
        back.move_id._reverse_moves(vals, cancel=True)
        back.action_reject()
