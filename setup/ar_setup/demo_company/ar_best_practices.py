"""What ``ar_best_practices`` adds to the demo company once it is installed."""

from __future__ import annotations

from datetime import date

from .bank import report
from .bank_files import offer
from .collection import collect
from .customers import CUSTOMERS, Customer
from .users import find, grant_roles

# behaviours that the credit manager looks after herself
HERS = ("strategic", "professional", "insolvent")


def extend(env, company, today: date) -> None:
    """Give the staff their roles and the customer accounts their collectors."""
    grant_roles(env)
    if "ar.account" in env:
        accounts = env["ar.account"].search([("partner_id.ref", "!=", False)])
        _label(accounts)
        collect(env, company, today)
        report(env, company, today)
        offer(env, company, today)
        env["ar.account"]._refresh()  # as every night: priorities, profiles, next steps


def _label(accounts) -> None:
    """Write on each account what is known of its customer, a write for each group."""
    known = {customer.name: customer for customer in CUSTOMERS}
    groups: dict[tuple, list[int]] = {}
    for account in accounts:
        if customer := known.get(account.partner_id.name):
            vals = _account_vals(account.env, customer)
            groups.setdefault(tuple(vals.items()), []).append(account.id)
    for vals, ids in groups.items():
        accounts.browse(ids).write(dict(vals))


def _account_vals(env, customer: Customer) -> dict[str, object]:
    """Return collector and flags, those alone that the account has a field for."""
    collector = find(env, "nadia" if customer.behaviour in HERS else "marc")
    vals = {
        "collector_id": collector.id,
        "public_body": customer.behaviour == "public",
        "insured": customer.has("insured"),
    }
    return {name: v for name, v in vals.items() if name in env["ar.account"]._fields}
