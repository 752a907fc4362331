"""What no behaviour leads to: unallocated money, credits, bank lines, drafts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .customers import BY_NAME
from .invoicing import Document, Line
from .ledger import document_vals, invoice_vals, line_commands
from .payments import open_items
from .receipts import allocate, import_lines, receive
from .world import World

# customers whose late items the money below is for
LATE_PAYERS = (
    "negligent",
    "strategic",
    "controlled",
    "selective",
    "public",
    "distressed",
)
# what the unallocated payments have to do with the customer's late items
UNALLOCATED = ("exact", "sum", "short", "exact", "unknown", "sum", "exact", "unknown")
BANK_LINES = ("matched", "matched", "matched", "waiting", "waiting", "waiting")
UNKNOWN_AMOUNT = 1_234.56
SHORT_BY = 0.37
ADVANCE = ("Loisirs Nautiques Morgat", 1_850.00, "Acompte commande S00412")
# (customer, days ago, product, quantity): credit notes nobody has used yet
REBATES = (
    ("Vergers de la Rance", 48, 6, 4),
    ("Surgelés Glénan", 33, 7, 2),
    ("Bâtisseurs Réunis", 21, 2, 6),
    ("Quincaillerie Le Floch", 9, 1, 3),
)
OVERPAID = ("Surgelés Glénan", 412.80, "Réglé deux fois")
# (customer, cancelled afterwards)
DRAFTS = (
    ("Menuiserie Kerbrat", False),
    ("Peintures Armorique", False),
    ("Carrelages Morvan", True),
)


def tell(world: World) -> None:
    """Add every special case to the main company."""
    late = _late_items(world)
    _leave_unallocated(world, late)
    _record_bank_lines(world, late)
    _receive_advances(world)
    _grant_rebates(world)
    _leave_drafts(world)


def _late_items(world: World) -> Iterator[Any]:
    """Yield the late items of one late payer after another, in euros."""
    lines = open_items(world.main).filtered(
        lambda line: (
            line.date_maturity < world.today
            and line.currency_id == world.main.currency_id
            and BY_NAME[line.partner_id.name].behaviour in LATE_PAYERS
        )
    )
    groups = lines.grouped("partner_id")
    yield from (groups[partner] for partner in sorted(groups, key=lambda p: p.ref))


def _leave_unallocated(world: World, late: Iterator[Any]) -> None:
    """Receive money of the last days that nobody has matched yet."""
    vals = [
        _unallocated_vals(world, kind, lines, days_ago)
        for days_ago, (kind, lines) in enumerate(
            zip(UNALLOCATED, late, strict=False), start=1
        )
    ]
    receive(world, "main", vals)


def _unallocated_vals(world: World, kind: str, lines, days_ago: int) -> dict[str, Any]:
    first = lines[0]
    amounts = {
        "exact": first.amount_residual,
        "sum": sum(lines[:2].mapped("amount_residual")),
        "short": first.amount_residual - SHORT_BY,
        "unknown": UNKNOWN_AMOUNT,
    }
    named = first.move_id.name if kind == "exact" else ""
    return {
        "partner_id": first.partner_id.id,
        "date": world.ago(days_ago),
        "amount": world.main.currency_id.round(amounts[kind]),
        "memo": f"VIR {first.partner_id.name} {named}".strip(),
    }


def _record_bank_lines(world: World, late: Iterator[Any]) -> None:
    """Import bank lines: some matched with the item they pay, some waiting."""
    for days_ago, (kind, lines) in enumerate(
        zip(BANK_LINES, late, strict=False), start=2
    ):
        _record_bank_line(world, kind == "matched", lines[0], days_ago)


def _record_bank_line(world: World, matched: bool, item, days_ago: int) -> None:
    vals = {
        "date": world.ago(days_ago),
        "amount": item.amount_residual,
        "payment_ref": f"VIR {item.partner_id.name} {item.move_id.name}",
        "partner_id": item.partner_id.id if matched else False,
    }
    bank_line = import_lines(world, "main", [vals])
    if matched:
        (allocate(bank_line, item.account_id)[0] + item).reconcile()


def _receive_advances(world: World) -> None:
    for name, amount, memo in (ADVANCE, OVERPAID):
        vals = {"partner_id": world.partners[name].id, "amount": amount, "memo": memo}
        receive(world, "main", [vals | {"date": world.ago(6)}])


def _grant_rebates(world: World) -> None:
    documents = [
        Document(BY_NAME[name], "main", world.ago(days), (Line(product, quantity),))
        for name, days, product, quantity in REBATES
    ]
    vals = [_rebate_vals(world, document) for document in documents]
    world.env["account.move"].create(vals)._post(soft=False)


def _rebate_vals(world: World, document: Document) -> dict[str, Any]:
    return document_vals(world, document, "out_refund") | {
        "invoice_date": document.day,
        "ref": "Remise de fin de période",
        "is_move_sent": True,
        "invoice_line_ids": line_commands(world, document, 1.0),
    }


def _leave_drafts(world: World) -> None:
    for name, cancelled in DRAFTS:
        document = Document(BY_NAME[name], "main", world.today, (Line(4, 3),))
        vals = invoice_vals(world, document) | {"is_move_sent": False}
        invoice = world.env["account.move"].create(vals)
        if cancelled:
            invoice.button_cancel()
