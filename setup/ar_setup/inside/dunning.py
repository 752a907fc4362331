"""The dunning run of a day, and the line that sums it up."""

from __future__ import annotations

from odoo import fields

from .session import Env

BEGUN = ("approved", "sending")


def propose(env: Env, company: Env, day: str | None) -> Env:
    """Propose the run of a day; a run people have approved already is left alone."""
    runs = env["ar.dunning.run"].with_company(company)
    begun = [("company_id", "=", company.id), ("state", "in", BEGUN)]
    run = runs.search(begun, limit=1)
    if run and not day:
        return run
    date = day or fields.Date.context_today(env.user)
    run = runs.create({"date": date, "company_id": company.id})
    run.action_propose()
    return run


def summary(run: Env) -> str:
    """Return the line that states what is overdue."""
    currency = run.company_id.currency_id.name
    return f"overdue_total={run.overdue_total:.2f} {currency} items={run.item_count}"
