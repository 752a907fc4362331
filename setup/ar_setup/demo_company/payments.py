"""Receives the payments that each customer's behaviour leads to, and matches them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Any, NamedTuple

from .chance import HISTORY_DAYS, draw
from .customers import BY_NAME, Customer
from .payers import EARLY_SHARE, Item, Part, early, settle
from .receipts import allocate, import_lines, receivable_line, receive, send_back
from .world import HOUSES, World, batches, refresh_statistics

# whose transfers are matched straight from the bank statement, without a payment
BANKED = frozenset({"good", "controlled", "strategic", "public", "genuine"})


class Settlement(NamedTuple):
    """One part that a customer pays of one journal item."""

    line: Any
    part: Part


Group = list[Settlement]


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


def _group_by_payment(settlements: list[Settlement]) -> list[Group]:
    """Put together what one customer pays in full on one day in one currency."""
    groups: dict[tuple, Group] = {}
    for settlement in settlements:
        line, part = settlement
        whole = part.amount == line.amount_residual_currency
        alone = not whole or part.kind == "returned"
        key = (part.day, line.partner_id, line.currency_id, line.id if alone else 0)
        groups.setdefault((*key, part.kind), []).append(settlement)
    return list(groups.values())


def _receive_batch(world: World, house: str, groups: list[Group]) -> None:
    """Receive the money of the groups; what returns goes back before the rest match."""
    kinds: dict[str, list[Group]] = {"payment": [], "bank": [], "returned": []}
    for group in groups:
        kinds[_kind_of_receipt(house, group)].append(group)
    send_back(world, _receive_payments(world, house, kinds["returned"]))
    _receive_payments(world, house, kinds["payment"])
    _receive_bank_lines(world, house, kinds["bank"])


def _kind_of_receipt(house: str, group: Group) -> str:
    """Tell how a payment is recorded; the branch and dollars have no bank of theirs."""
    line, part = group[0]
    if part.kind == "returned":
        return "returned"
    at_home = house != "branch" and line.currency_id == line.company_currency_id
    banked = BY_NAME[line.partner_id.name].behaviour in BANKED
    return "bank" if banked and at_home else "payment"


def _receive_payments(world: World, house: str, groups: list[Group]) -> Any:
    payments = receive(world, house, [_payment_vals(group) for group in groups])
    _match([receivable_line(payment) for payment in payments], groups)
    return payments


def _receive_bank_lines(world: World, house: str, groups: list[Group]) -> None:
    if groups:
        lines = import_lines(world, house, [_bank_line_vals(group) for group in groups])
        _match(allocate(lines, groups[0][0].line.account_id), groups)


def _payment_vals(group: Group) -> dict[str, Any]:
    line = group[0].line
    vals = _bank_line_vals(group)
    return vals | {"currency_id": line.currency_id.id, "memo": vals.pop("payment_ref")}


def _bank_line_vals(group: Group) -> dict[str, Any]:
    line, part = group[0]
    names = sorted({settlement.line.move_id.name for settlement in group})
    return {
        "partner_id": line.partner_id.id,
        "date": part.day,
        "amount": line.currency_id.round(sum(s.part.amount for s in group)),
        "payment_ref": f"{line.partner_id.ref} {' '.join(names)}",
    }


def _match(credits: list[Any], groups: list[Group]) -> None:
    """Match each credit with the items of its group."""
    plan = [
        credit.union(*(settlement.line for settlement in group))
        for credit, group in zip(credits, groups, strict=True)
    ]
    if plan:
        plan[0]._reconcile_plan(plan)


def _receive_early(world: World, house: str, settlement: Settlement) -> None:
    """Receive the discounted amount as the form of Odoo does, tax included."""
    line, part = settlement
    company = world.house(house)
    register = world.env["account.payment.register"].with_company(company)
    register = register.with_context(active_model=line._name, active_ids=line.ids)
    vals = {"payment_date": part.day, "journal_id": world.banks[house].id}
    register.create(vals)._create_payments()
