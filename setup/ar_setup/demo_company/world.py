"""What every part of the build shares: the day, the companies and the records made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from odoo import SUPERUSER_ID, fields
from odoo.tools import SQL

ZONE = "Europe/Paris"
HOUSES = ("main", "branch", "second")
MARK = "ar_demo.company"
DAY_PARAMETER = "ar_demo.today"
LEDGER_TABLES = (
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
)
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "no_reset_password": True,
    "lang": "fr_FR",
    "tz": ZONE,
}


@dataclass
class World:
    """The build in progress. ``Any`` stands for a recordset of Odoo."""

    env: Any
    today: date
    main: Any
    branch: Any = None
    second: Any = None
    products: Any = None
    sales: dict[str, Any] = field(default_factory=dict)
    banks: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)
    users: dict[str, Any] = field(default_factory=dict)
    partners: dict[str, Any] = field(default_factory=dict)
    recipients: dict[str, Any] = field(default_factory=dict)

    def ago(self, days: int) -> date:
        """Return the day that many days before the day of the build."""
        return self.today - timedelta(days=days)

    def house(self, name: str) -> Any:
        """Return the company called ``main``, ``branch`` or ``second``."""
        return getattr(self, name)


def quiet(env) -> Any:
    """Return the environment of the build: all rights, no chatter, in French."""
    company = built_company(env) or env.company
    context = dict(env.context, **QUIET, allowed_company_ids=company.ids)
    return env(user=SUPERUSER_ID, context=context)


def today_in(company) -> date:
    """Return today in the time zone of the company."""
    zone = company.partner_id.tz or ZONE
    return fields.Date.context_today(company.with_context(tz=zone))


def built_company(env) -> Any:
    """Return the demo company, or None before the first build."""
    return env.ref(MARK, raise_if_not_found=False)


def built_on(env) -> date:
    """Return the day the demo company was built for."""
    return fields.Date.to_date(
        env["ir.config_parameter"].sudo().get_param(DAY_PARAMETER)
    )


def mark_built(world: World) -> None:
    """Remember the company and its day."""
    env = world.env
    env["ir.model.data"]._update_xmlids(
        [{"xml_id": MARK, "record": world.main, "noupdate": True}]
    )
    env["ir.config_parameter"].set_param(DAY_PARAMETER, str(world.today))


def refresh_statistics(world: World) -> None:
    """Tell PostgreSQL how large the ledger has grown inside this transaction.

    It still believes the tables empty and would search them row by row, for minutes.
    """
    world.env.flush_all()
    for table in LEDGER_TABLES:
        world.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def batches(records: list, size: int = 200) -> list[list]:
    """Cut a list into lists of at most ``size``."""
    return [records[start : start + size] for start in range(0, len(records), size)]
