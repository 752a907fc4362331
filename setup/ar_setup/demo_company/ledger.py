"""Issues the planned invoices and the credit notes that correct some of them."""

from __future__ import annotations

from typing import Any

from odoo import Command

from .invoicing import Document, Line, plan_documents, unit_price
from .world import HOUSES, World, batches, refresh_statistics


def record_documents(world: World) -> None:
    """Issue all invoices, then the credit notes, each batch posted at once."""
    plan = plan_documents(world.today)
    for house in HOUSES:
        for batch in batches([doc for doc in plan if doc.house == house]):
            invoices = issue(world, batch)
            _credit(world, batch, invoices)
        refresh_statistics(world)


def issue(world: World, documents: list[Document]) -> Any:
    """Create and post one company's invoices, in the order given."""
    company = world.house(documents[0].house)
    vals = [invoice_vals(world, document) for document in documents]
    invoices = world.env["account.move"].with_company(company).create(vals)
    return invoices._post(soft=False)


def invoice_vals(world: World, document: Document) -> dict[str, Any]:
    customer = document.customer
    vals = document_vals(world, document, "out_invoice")
    return vals | {
        "invoice_date": document.day,
        "invoice_payment_term_id": world.terms[customer.term].id,
        "ref": f"BC {document.day:%y%m}-{len(customer.name)}{document.day:%d}",
        "is_move_sent": True,
        "invoice_line_ids": line_commands(world, document, 1.0),
    }


def document_vals(world: World, document: Document, move_type: str) -> dict[str, Any]:
    return {
        "move_type": move_type,
        "company_id": world.house(document.house).id,
        "journal_id": world.sales[document.house].id,
        "partner_id": world.recipients[document.customer.name].id,
        "currency_id": world.env.ref(f"base.{document.currency}").id,
        "invoice_user_id": world.users["sophie"].id,
    }


def line_commands(world: World, document: Document, share: float) -> list:
    return [
        Command.create(_line_vals(world, line, document.currency, share))
        for line in document.lines
    ]


def _line_vals(world: World, line: Line, currency: str, share: float) -> dict[str, Any]:
    return {
        "product_id": world.products[line.product].id,
        "quantity": line.quantity,
        "price_unit": round(unit_price(line, currency) * share, 2),
    }


def _credit(world: World, documents: list[Document], invoices) -> None:
    """Issue the credit notes of a batch; posting matches each with its invoice."""
    vals = [
        _credit_vals(world, document, invoice)
        for document, invoice in zip(documents, invoices, strict=True)
        if document.credit
    ]
    if vals:
        moves = world.env["account.move"].with_company(invoices.company_id)
        moves.create(vals)._post(soft=False)


def _credit_vals(world: World, document: Document, invoice) -> dict[str, Any]:
    reason = "annulation" if document.credit == 1.0 else "retour et remise"
    return document_vals(world, document, "out_refund") | {
        "reversed_entry_id": invoice.id,
        "invoice_date": document.credit_day,
        "ref": f"Avoir sur {invoice.name}, {reason}",
        "is_move_sent": True,
        "invoice_line_ids": line_commands(world, document, document.credit),
    }
