"""A French distributor with every kind of payer, built through the ORM alone.

Run inside Odoo: ``build(env)`` makes the company once and returns it; ``summary(env,
company)`` counts what it holds. All dates are relative to ``today`` and all draws
come from a fixed seed: the same day gives the same ledger.
"""

from __future__ import annotations

from datetime import date

from . import (
    ar_best_practices,
    ar_dispute,
    ledger,
    partners,
    payments,
    premises,
    stories,
    users,
)
from .counts import summary
from .world import World, built_company, built_on, mark_built, quiet, today_in

__all__ = ["build", "summary"]

ADDONS = (ar_best_practices, ar_dispute)


def build(env, today: date | None = None):
    """Return the demo company, made on the first call.

    Every call offers the company to the addons that are installed by then, so that one
    installed later finds its share too. Raises ``LookupError`` when the database has no
    French company without entries.
    """
    env = quiet(env)
    company = built_company(env)
    if not company:
        company = _build(env, today)
    for addon in ADDONS:
        addon.extend(env, company, built_on(env))
    return company


def _build(env, today: date | None):
    company = premises.french_company(env)
    world = World(env, today or today_in(company), company)
    premises.furnish(world)
    users.create_users(world)
    partners.create_partners(world)
    ledger.record_documents(world)
    payments.record_payments(world)
    stories.tell(world)
    partners.archive(world)
    mark_built(world)
    return company
