"""Open items and payments of a known truth, written into the books of an Odoo.

Odoo makes one invoice and one bank line itself; the others are rows like theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matching_truth import Truth
from session import Env

from odoo import Command

Cursor = Any
Record = Any

CENTS = 100
DISCOUNT = 2  # percent, as the truth grants
ACCOUNT = "FR76%012d"


def write(env: Env, truth: Truth) -> None:
    """Write customers with their bank accounts, open invoices and bank lines."""
    models, cursor = _make_models(env(su=True)), env.cr
    env.flush_all()
    names = {record._table: _last(cursor, record._table) for record in models.values()}
    names |= {"customers": truth.customers, "invoices": len(truth.items)}
    names |= {"term": models["invoice"].invoice_payment_term_id.id}
    _draw(cursor, truth, names["res_partner"])
    for name, (source, changes) in COPIES.items():
        _copy(cursor, models[name], source, changes, names)
    cursor.execute(BANK_LINE_OF_MOVE)
    for name in ("bank_line", "bank_move", "invoice", "account", "customer"):
        table, record_id = models[name]._table, models[name].id
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", (record_id,))
    for table in {record._table for record in models.values()}:
        cursor.execute(f"SELECT setval('{table}_id_seq', MAX(id)) FROM {table}")


# ----------------------------------------------------------------------------------
# Models
# ----------------------------------------------------------------------------------


def _make_models(env: Env) -> dict[str, Record]:
    """Return one of each record, made by Odoo."""
    customer = env["res.partner"].create({"name": "Model", "is_company": True})
    account = {"acc_number": "MODEL", "partner_id": customer.id}
    invoice = _make_invoice(env, customer)
    shown = {line.display_type: line for line in invoice.line_ids}
    journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
    bank_line = env["account.bank.statement.line"].create(
        {"journal_id": journal.id, "date": "2026-01-01", "amount": 1}
    )
    liquidity, suspense, _others = bank_line._seek_for_lines()
    return {
        "customer": customer,
        "account": env["res.partner.bank"].create(account),
        "invoice": invoice,
        "product": shown["product"],
        "instalment": shown["payment_term"],
        "bank_move": bank_line.move_id,
        "bank_line": bank_line,
        "liquidity": liquidity,
        "suspense": suspense,
    }


def _make_invoice(env: Env, customer: Record) -> Record:
    term = env["account.payment.term"].create(
        {
            "name": "Early payment discount",
            "early_discount": True,
            "discount_percentage": DISCOUNT,
            "early_pay_discount_computation": "included",
        }
    )
    line = {"name": "Model", "price_unit": 1, "tax_ids": False}
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": "2026-01-01",
            "invoice_payment_term_id": term.id,
            "invoice_line_ids": [Command.create(line)],
        }
    )
    invoice.action_post()
    return invoice


def _last(cursor: Cursor, table: str) -> int:
    cursor.execute(f"SELECT MAX(id) FROM {table}")
    return cursor.fetchone()[0]


# ----------------------------------------------------------------------------------
# The truth as tables
# ----------------------------------------------------------------------------------

DRAWN = """
    CREATE TEMPORARY TABLE bench_item (
        n int PRIMARY KEY, payer int, total numeric, due date, number varchar,
        quoted varchar, orders varchar, reduced numeric, reduced_until date)
        ON COMMIT DROP;
    CREATE TEMPORARY TABLE bench_receipt (
        n int PRIMARY KEY, total numeric, day date, text varchar, account varchar,
        typed int) ON COMMIT DROP
"""


def _draw(cursor: Cursor, truth: Truth, first: int) -> None:
    """Make tables of the items and of the payments; payer 1 is the partner after the
    first."""
    cursor.execute(DRAWN)
    items = (
        (
            item.id,
            first + item.payer,
            item.amount / CENTS,
            item.due,
            item.number,
            item.reference or item.number,
            ",".join(item.orders),
            (item.amount - item.discount) / CENTS if item.discount else None,
            item.discount_until,
        )
        for item in truth.items
    )
    _fill(cursor, "bench_item", items)
    receipts = (
        (
            number,
            receipt.amount / CENTS,
            receipt.day,
            receipt.text,
            ACCOUNT % receipt.payer if receipt.is_sure else None,
            first + receipt.payer if receipt.payer and not receipt.is_sure else None,
        )
        for number, (_kind, receipt, _items) in enumerate(truth.payments, start=1)
    )
    _fill(cursor, "bench_receipt", receipts)


def _fill(cursor: Cursor, table: str, rows: Iterable[tuple]) -> None:
    statement = f"INSERT INTO {table} VALUES %s"
    cursor.execute_values(statement, list(rows), page_size=1000)
    cursor.execute(f"ANALYZE {table}")


# ----------------------------------------------------------------------------------
# Rows like a model
# ----------------------------------------------------------------------------------


def _each(names: str, value: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), value)


CUSTOMERS = "(SELECT generate_series(1, {customers}) AS n)"
NUMBER = "'FR76' || lpad(n::text, 12, '0')"
RECEIVED = (
    "debit balance amount_currency amount_residual amount_residual_currency price_unit"
)
SOLD = "credit price_unit price_subtotal price_total"

ENTRY = {
    "move_id": "{account_move} + n",
    "move_name": "number",
    **_each("date invoice_date", "due - 30"),
    "partner_id": "payer",
}
BANK_ENTRY = {
    "move_id": "{account_move} + {invoices} + n",
    "move_name": "'BANK/2026/' || lpad(n::text, 6, '0')",
    "statement_line_id": "{account_bank_statement_line} + n",
    "date": "day",
    "name": "text",
    "partner_id": "typed",
}
# Which rows are made, from which source, and what differs from the model in SQL
COPIES: dict[str, tuple[str, dict[str, str]]] = {
    "customer": (
        CUSTOMERS,
        _each("id commercial_partner_id", "{res_partner} + n")
        | _each("name complete_name commercial_company_name", "'Customer ' || n"),
    ),
    "account": (
        CUSTOMERS,
        {"id": "{res_partner_bank} + n", "partner_id": "{res_partner} + n"}
        | _each("acc_number sanitized_acc_number", NUMBER),
    ),
    "invoice": (
        "bench_item",
        {
            "id": "{account_move} + n",
            "name": "number",
            "sequence_number": "n",
            "sequence_prefix": "'FAC/2026/'",
            "payment_reference": "quoted",
            "invoice_origin": "orders",
            "invoice_date_due": "due",
            "invoice_payment_term_id": "CASE WHEN reduced IS NOT NULL THEN {term} END",
        }
        | _each("date invoice_date", "due - 30")
        | _each("partner_id commercial_partner_id partner_shipping_id", "payer")
        | _each("amount_total amount_untaxed amount_residual", "total")
        | _each("amount_total_signed amount_total_in_currency_signed", "total")
        | _each("amount_untaxed_signed amount_residual_signed", "total")
        | _each("amount_untaxed_in_currency_signed", "total"),
    ),
    "product": (
        "bench_item",
        ENTRY
        | {"id": "{account_move_line} + 2 * n - 1"}
        | _each(SOLD, "total")
        | _each("balance amount_currency", "-total"),
    ),
    "instalment": (
        "bench_item",
        ENTRY
        | {"id": "{account_move_line} + 2 * n", "name": "quoted"}
        | {"date_maturity": "due", "discount_date": "reduced_until"}
        | _each("discount_amount_currency discount_balance", "reduced")
        | _each("debit balance amount_currency", "total")
        | _each("amount_residual amount_residual_currency", "total"),
    ),
    "bank_move": (
        "bench_receipt",
        {
            "id": BANK_ENTRY["move_id"],
            "name": BANK_ENTRY["move_name"],
            "sequence_number": "n",
            "sequence_prefix": "'BANK/2026/'",
            "date": "day",
            "statement_line_id": "NULL",
        }
        | _each("partner_id commercial_partner_id", "typed")
        | _each("amount_total amount_total_signed", "total")
        | _each("amount_total_in_currency_signed", "total"),
    ),
    "bank_line": (
        "bench_receipt",
        {
            "id": BANK_ENTRY["statement_line_id"],
            "move_id": BANK_ENTRY["move_id"],
            "partner_id": "typed",
            "account_number": "account",
            "payment_ref": "text",
            "amount": "total",
            "amount_residual": "-total",
            "internal_index": "to_char(day, 'YYYYMMDD') || '2147483646' || lpad("
            "({account_bank_statement_line} + n)::text, 10, '0')",
        },
    ),
    "liquidity": (
        "bench_receipt",
        BANK_ENTRY
        | {"id": "{account_move_line} + 2 * ({invoices} + n) - 1"}
        | _each(RECEIVED, "total"),
    ),
    "suspense": (
        "bench_receipt",
        BANK_ENTRY
        | {"id": "{account_move_line} + 2 * ({invoices} + n)", "credit": "total"}
        | _each("balance amount_currency price_unit", "-total"),
    ),
}

BANK_LINE_OF_MOVE = """
    UPDATE account_move move
       SET statement_line_id = bank_line.id
      FROM account_bank_statement_line bank_line
     WHERE bank_line.move_id = move.id AND move.statement_line_id IS NULL
"""


def _copy(
    cursor: Cursor,
    model: Record,
    source: str,
    changes: dict[str, str],
    names: dict[str, int],
) -> None:
    """Insert a row like a model's for each row of a source.

    :param changes: SQL for each column that differs, ``names`` in braces; no column of
        a source is called as one of a model
    """
    cursor.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns"
        " WHERE table_name = %s",
        (model._table,),
    )
    columns = [name for (name,) in cursor.fetchall()]
    values = [changes.get(name, f"model.{name}").format(**names) for name in columns]
    cursor.execute(
        f"INSERT INTO {model._table} ({', '.join(columns)})"
        f" SELECT {', '.join(values)}"
        f" FROM {source.format(**names)} source"
        f" JOIN {model._table} model ON model.id = {model.id} ORDER BY source.n"
    )
