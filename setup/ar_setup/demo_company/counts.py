"""Counts what the demo company holds, for the tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from .world import built_on


def summary(env, company, today: date | None = None) -> dict[str, Any]:
    """Return counts of the company with its branches, on the day it was built for.

    Open and overdue items are instalments of posted invoices; the overdue total is what
    they still ask, in company currency, before any credit or unallocated payment.
    """
    env = env(su=True)
    day = today or built_on(env)
    scope = [("company_id", "child_of", company.id)]
    items = _open_items(env, scope)
    overdue = items.filtered(lambda line: line.date_maturity < day)
    return {
        "customers": _customers(env, scope),
        "invoices": _documents(env, scope, "out_invoice"),
        "credit_notes": _documents(env, scope, "out_refund"),
        "payments": env["account.payment"].search_count(scope),
        "open_items": len(items),
        "overdue_items": len(overdue),
        "overdue_total": _total(company, overdue),
    }


def _open_items(env, scope: list) -> Any:
    return env["account.move.line"].search(
        [
            *scope,
            ("account_type", "=", "asset_receivable"),
            ("move_type", "=", "out_invoice"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
        ]
    )


def _customers(env, scope: list) -> int:
    """Count the customers with at least one posted document."""
    domain = [*scope, ("state", "=", "posted"), ("commercial_partner_id", "!=", False)]
    domain += [("move_type", "in", ("out_invoice", "out_refund"))]
    return len(env["account.move"]._read_group(domain, ["commercial_partner_id"]))


def _documents(env, scope: list, move_type: str) -> int:
    domain = [*scope, ("move_type", "=", move_type), ("state", "=", "posted")]
    return env["account.move"].search_count(domain)


def _total(company, lines) -> float:
    return company.currency_id.round(sum(lines.mapped("amount_residual")))
