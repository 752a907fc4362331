"""Puts the customers and their contacts into the database."""

from __future__ import annotations

from random import Random
from typing import Any

from .chance import draw
from .customers import (
    ABROAD,
    CITIES,
    CUSTOMERS,
    FAMILY_NAMES,
    GIVEN_NAMES,
    LANGUAGES,
    STREETS,
    Customer,
)
from .world import World

DOMESTIC = "fiscal_position_template_domestic"
POSITIONS = {
    "eu": "fiscal_position_template_intraeub2b",
    "export": "fiscal_position_template_import_export",
}


def create_partners(world: World) -> None:
    """Create the customers, their terms and their contacts."""
    vals = [_customer_vals(world, *row) for row in enumerate(CUSTOMERS, start=1)]
    partners = world.env["res.partner"].create(vals)
    world.partners = {c.name: p for c, p in zip(CUSTOMERS, partners, strict=True)}
    for customer in CUSTOMERS:
        _set_company_values(world, customer)
        _create_contacts(world, customer)


def archive(world: World) -> None:
    """Archive the customers who are gone, once their ledger is written."""
    for customer in CUSTOMERS:
        if customer.has("archived"):
            world.partners[customer.name].active = False


def _customer_vals(world: World, number: int, customer: Customer) -> dict[str, Any]:
    rng = draw(customer.name, "address")
    code, _phone, country = CITIES[customer.city]
    return {
        "name": customer.name,
        "ref": f"C{number:04}",
        "is_company": True,
        "street": f"{rng.randint(1, 98)} {ABROAD.get(country) or rng.choice(STREETS)}",
        "zip": code,
        "city": customer.city,
        "country_id": world.env.ref(f"base.{_xmlid(country)}").id,
        "lang": language(customer),
        "phone": _phone_number(rng, customer),
        "email": _address(customer, "contact"),
        "user_id": world.users["sophie"].id,
    }


def _xmlid(country: str) -> str:
    return {"GB": "uk"}.get(country, country.lower())


def language(customer: Customer) -> str:
    """Return the language the customer reads."""
    return LANGUAGES.get(CITIES[customer.city][2], "fr_FR")


def _phone_number(rng: Random, customer: Customer) -> str | None:
    """Return a number of the ranges kept for fiction, or None where none is known."""
    start = CITIES[customer.city][1]
    if not start:
        return None
    digits = f"{rng.randint(10, 99)} {rng.randint(10, 99)}"
    if start.startswith("0"):
        return f"+33 {start[1:]} {digits}"
    return f"{start}{digits[:2]}"


def _address(customer: Customer, box: str) -> str | None:
    return None if customer.has("noemail") else f"{box}@{customer.slug}.example"


def _set_company_values(world: World, customer: Customer) -> None:
    """Set terms and fiscal position in each company that may invoice the customer."""
    position = next((POSITIONS[t] for t in POSITIONS if customer.has(t)), DOMESTIC)
    for company in (world.main, world.second):
        partner = world.partners[customer.name].with_company(company)
        partner.property_payment_term_id = world.terms[customer.term]
        chart = world.env["account.chart.template"].with_company(company)
        partner.property_account_position_id = chart.ref(position)


def _create_contacts(world: World, customer: Customer) -> None:
    partner = world.partners[customer.name]
    world.recipients[customer.name] = partner
    vals = [] if customer.has("bare") else [_accounts_vals(customer)]
    vals += [_left_vals(customer)] if customer.has("leftover") else []
    contacts = world.env["res.partner"].create(
        [{**v, "parent_id": partner.id, "lang": partner.lang} for v in vals]
    )
    if customer.has("contact"):
        world.recipients[customer.name] = contacts[0]


def _accounts_vals(customer: Customer) -> dict[str, Any]:
    """Return the person in accounts, whom reminders go to."""
    rng = draw(customer.name, "contact")
    return {
        "name": f"{rng.choice(GIVEN_NAMES)} {rng.choice(FAMILY_NAMES)}",
        "type": "invoice",
        "function": "Comptabilité fournisseurs",
        "email": _address(customer, "comptabilite"),
        "phone": _phone_number(rng, customer) if customer.has("phone") else None,
    }


def _left_vals(customer: Customer) -> dict[str, Any]:
    """Return somebody who left: nobody may write to that address any more."""
    return {
        "name": "Gwenola Stéphan",
        "type": "invoice",
        "email": _address(customer, "g.stephan"),
        "active": False,
    }
