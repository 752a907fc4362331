"""The companies themselves: addresses, languages, currencies, journals and terms."""

from __future__ import annotations

import math
from typing import Any

from odoo import Command

from .catalogue import EARLY_TERM, PRODUCTS, TERMS
from .chance import HISTORY_DAYS
from .world import HOUSES, ZONE, World

CHART = "fr"
LANGUAGES = ("fr_FR", "en_US", "de_DE", "es_ES")
MAIN = {
    "name": "Comptoir du Littoral",
    "street": "14 quai de la Douane",
    "zip": "29200",
    "city": "Brest",
    "phone": "+33 2 61 91 20 00",
    "email": "comptabilite@comptoir-du-littoral.example",
}
BRANCH = {
    "name": "Comptoir du Littoral – Agence de Lorient",
    "street": "3 rue des Charpentiers",
    "zip": "56100",
    "city": "Lorient",
    "phone": "+33 2 61 91 20 40",
    "email": "lorient@comptoir-du-littoral.example",
}
# account numbers that banks give as examples
BANK_NUMBERS = {
    "main": "FR7630006000011234567890189",
    "second": "FR7610107001011234567890129",
}
ANSWERS = "comptoir-du-littoral.example"  # where customers answer
SECOND = {
    "name": "Atelier du Ponant",
    "street": "8 rue des Artisans",
    "zip": "29000",
    "city": "Quimper",
    "phone": "+33 2 61 91 30 00",
    "email": "comptabilite@atelier-du-ponant.example",
}


def french_company(env) -> Any:
    """Return a French company whose books are still empty, the current one first."""
    others = env["res.company"].search([("parent_id", "=", False)])
    for company in env.company | others:
        if company.chart_template == CHART and not company._existing_accounting():
            return company
    raise LookupError("No company with the French chart and without entries here.")


def furnish(world: World) -> None:
    """Make everything the documents need, and let the build see all companies."""
    _activate_languages(world.env)
    world.main.write(MAIN)
    world.main.partner_id.tz = ZONE
    _open_branch(world)
    _open_second(world)
    world.env["mail.alias.domain"].create({"name": ANSWERS})
    companies = world.main | world.branch | world.second
    world.env = world.env(context={**world.env.context, **_seeing(companies)})
    _note_journals(world)
    _quote_dollars(world)
    _make_terms(world)
    _make_products(world)


def _seeing(companies) -> dict[str, list[int]]:
    return {"allowed_company_ids": companies.ids}


def _activate_languages(env) -> None:
    """Activate the languages of the customers; only French gets its translations.

    Loading the terms of a language takes longer than the whole build: German and
    Spanish customers read what their language has when somebody installs it.
    """
    for code in LANGUAGES:
        if code == "fr_FR" and not env["res.lang"]._get_data(code=code):
            env["res.lang"]._activate_and_install_lang(code)
        env["res.lang"]._activate_lang(code)


def _open_branch(world: World) -> None:
    world.branch = _open(world, BRANCH, parent_id=world.main.id)
    world.env["account.journal"].create(
        {
            "name": "Factures de Lorient",
            "code": "FAL",
            "type": "sale",
            "refund_sequence": True,
            "company_id": world.branch.id,
        }
    )


def _open_second(world: World) -> None:
    world.second = _open(world, SECOND, country_id=world.env.ref("base.fr").id)
    world.env["account.chart.template"].try_loading(CHART, world.second)


def _open(world: World, values: dict[str, str], **more: int) -> Any:
    """Create a company: its e-mail comes after, as no service is to be asked about it.

    The context keeps Odoo from installing other modules for the country.
    """
    companies = world.env["res.company"].with_context(chart_template_load=True)
    company = companies.create(
        {
            "name": values["name"],
            "currency_id": world.env.ref("base.EUR").id,
            **more,
        }
    )
    company = world.env["res.company"].browse(company.id)
    company.write(values)
    company.partner_id.tz = ZONE
    world.env.cr.flush()
    return company


def _note_journals(world: World) -> None:
    """Remember each company's journals; the branch has its own for sales alone."""
    for house in HOUSES:
        company = world.house(house)
        world.sales[house] = _journal(company, "sale")
        world.banks[house] = _journal(company.root_id, "bank")
        lines = world.banks[house].inbound_payment_method_line_ids
        lines.payment_account_id = _outstanding_account(world, company.root_id)
    for house, number in BANK_NUMBERS.items():
        world.banks[house].bank_acc_number = number


def _journal(company, kind: str) -> Any:
    return company.env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", kind)], limit=1
    )


def _outstanding_account(world: World, company) -> Any:
    """Return the account of payments that the bank has not shown yet."""
    chart = world.env["account.chart.template"].with_company(company)
    return chart.ref("account_journal_payment_debit_account_id")


def _quote_dollars(world: World) -> None:
    """Give the dollar a rate a month, between 1.04 and 1.14 for one euro."""
    dollar = world.env.ref("base.USD")
    dollar.active = True
    months = range(0, HISTORY_DAYS + 150, 30)
    world.env["res.currency.rate"].create(
        [
            {
                "name": world.ago(days),
                "currency_id": dollar.id,
                "company_id": False,
                "company_rate": round(1.09 + 0.05 * math.sin(days / 97), 4),
            }
            for days in months
        ]
    )


def _make_terms(world: World) -> None:
    terms = world.env["account.payment.term"]
    for key, (name, lines) in TERMS.items():
        world.terms[key] = terms.create(
            {
                "name": name,
                "early_discount": key == EARLY_TERM,
                "line_ids": [Command.create(_term_line(*line)) for line in lines],
            }
        )


def _term_line(percent: float, days: int, kind: str) -> dict[str, Any]:
    return {
        "value": "percent",
        "value_amount": percent,
        "nb_days": days,
        "delay_type": kind,
        "days_next_month": "0",
    }


def _make_products(world: World) -> None:
    world.products = world.env["product.product"].create(
        [
            {"name": name, "list_price": price, "default_code": f"CDL{number:03}"}
            for number, (name, price) in enumerate(PRODUCTS, start=1)
        ]
    )
