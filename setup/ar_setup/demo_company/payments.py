"""Receives the payments that each customer's behaviour leads to, and matches them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from .chance import HISTORY_DAYS, draw
from .customers import BY_NAME, Customer
from .payers import EARLY_SHARE, Item, Part, early, settle
from .world import HOUSES, World, batches, refresh_statistics

DAYS_TO_RETURN = 4


class Settlement(NamedTuple):
    """One part that a customer pays of one journal item."""

    line: Any
    part: Part


def record_payments(world: World) -> None:
    """Receive and match the payments of every company, in the order of their dates."""
    for house in HOUSES:
        settlements = _plan_settlements(world, open_items(world.house(house)))
        transfers = [s for s in settlements if s.part.kind != "early"]
        for batch in batches(_group_by_payment(transfers)):
            _receive_batch(world, house, batch)
            refresh_statistics(world)
        for settlement in settlements:
            if settlement.part.kind == "early":
                _receive_early(world, house, settlement)


def open_items(company) -> Any:
    """Return the open instalments of the company's invoices, the oldest due first."""
    return company.env["account.move.line"].search(
        [
            ("company_id", "=", company.id),
            ("account_type", "=", "asset_receivable"),
            ("move_type", "=", "out_invoice"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
        ],
        order="date_maturity, date, id",
    )


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


def receivable_lines(payment) -> Any:
    """Return the journal items of a payment that wait for an invoice."""
    return payment.move_id.line_ids.filtered(
        lambda line: line.account_type == "asset_receivable"
    )


def _plan_settlements(world: World, lines) -> list[Settlement]:
    """Return what was paid until the day of the build, by date."""
    settlements = [
        Settlement(line, part)
        for partner, own in lines.grouped("partner_id").items()
        for line, part in _plan_customer(world, BY_NAME[partner.name], own)
        if part.day <= world.today
    ]
    return sorted(settlements, key=lambda s: (s.part.day, s.line.partner_id.name))


def _plan_customer(
    world: World, customer: Customer, lines
) -> Iterable[tuple[Any, Part]]:
    habit = draw(customer.name, "habit").randint(12, 23)
    usual = statistics.median(lines.mapped("amount_residual_currency"))
    for rank, line in enumerate(lines):
        item = _item(world, line, rank, usual, habit)
        for part in _parts(customer, item):
            yield line, part


def _parts(customer: Customer, item: Item) -> list[Part]:
    """Return the payments of an item: what falls due together is paid together."""
    rng = draw(customer.name, "due", item.days_ago)
    if customer.pays_early and rng.random() < EARLY_SHARE:
        return early(rng, item)
    return settle(customer.behaviour, rng, item)


def _item(world: World, line, rank: int, usual: float, habit: int) -> Item:
    days_ago = (world.today - line.date_maturity).days
    return Item(
        issued=line.invoice_date,
        due=line.date_maturity,
        amount=line.amount_residual_currency,
        usual=usual,
        age=min(1.0, max(0.0, 1 - days_ago / HISTORY_DAYS)),
        days_ago=days_ago,
        rank=rank,
        habit=habit,
    )


def _group_by_payment(settlements: list[Settlement]) -> list[list[Settlement]]:
    """Put together what one customer pays in full on one day in one currency."""
    groups: dict[tuple, list[Settlement]] = {}
    for settlement in settlements:
        line, part = settlement
        whole = part.amount == line.amount_residual_currency
        alone = not whole or part.kind == "returned"
        key = (part.day, line.partner_id, line.currency_id, line.id if alone else 0)
        groups.setdefault((*key, part.kind), []).append(settlement)
    return list(groups.values())


def _receive_batch(world: World, house: str, groups: list[list[Settlement]]) -> None:
    """Receive one payment a group; what returns goes back before the rest match."""
    payments = receive(world, house, [_payment_vals(group) for group in groups])
    pairs = list(zip(payments, groups, strict=True))
    returned = [pair for pair in pairs if pair[1][0].part.kind == "returned"]
    _match(returned)
    _send_back(world, [payment for payment, _group in returned])
    _match([pair for pair in pairs if pair not in returned])


def _payment_vals(group: list[Settlement]) -> dict[str, Any]:
    line, part = group[0]
    names = sorted({settlement.line.move_id.name for settlement in group})
    return {
        "partner_id": line.partner_id.id,
        "currency_id": line.currency_id.id,
        "date": part.day,
        "amount": line.currency_id.round(sum(s.part.amount for s in group)),
        "memo": f"{line.partner_id.ref} {' '.join(names)}",
    }


def _match(pairs: list[tuple[Any, list[Settlement]]]) -> None:
    plan = [
        receivable_lines(payment)
        + payment.env["account.move.line"].union(
            *(settlement.line for settlement in group)
        )
        for payment, group in pairs
    ]
    if plan:
        plan[0]._reconcile_plan(plan)


def _send_back(world: World, payments: list[Any]) -> None:
    """Reverse the payments that the bank returned: their invoices are open again."""
    delay = timedelta(days=DAYS_TO_RETURN)
    back = world.env["account.payment"].union(
        *(payment for payment in payments if payment.date + delay <= world.today)
    )
    vals = [{"date": p.date + delay, "ref": f"Impayé, {p.memo}"} for p in back]
    if back:
        back.move_id._reverse_moves(vals, cancel=True)
        back.action_reject()


def _receive_early(world: World, house: str, settlement: Settlement) -> None:
    """Receive the discounted amount as the form of Odoo does, tax included."""
    line, part = settlement
    company = world.house(house)
    register = world.env["account.payment.register"].with_company(company)
    register = register.with_context(active_model=line._name, active_ids=line.ids)
    vals = {"payment_date": part.day, "journal_id": world.banks[house].id}
    register.create(vals)._create_payments()
