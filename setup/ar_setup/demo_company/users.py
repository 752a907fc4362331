"""The people: one login for each role, whose password is the login."""

from __future__ import annotations

from typing import Any

from .world import World

GROUP = "ar_best_practices.group_ar_%s"
# login: (name, role, companies)
STAFF = {
    "sophie": ("Sophie Kervella", "viewer", ("main", "branch")),
    "marc": ("Marc Le Guen", "collector", ("main", "branch", "second")),
    "nadia": ("Nadia Benali", "credit_manager", ("main", "branch", "second")),
}


def create_users(world: World) -> None:
    """Create the staff, and open the new companies to the administrator."""
    for login, (name, _role, houses) in STAFF.items():
        companies = [world.house(house).id for house in houses]
        world.users[login] = world.env["res.users"].create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@comptoir-du-littoral.example",
                "lang": "fr_FR",
                "tz": world.env.context["tz"],
                "company_id": world.main.id,
                "company_ids": companies,
                "group_ids": world.env.ref("base.group_user").ids,
            }
        )
    companies = world.main | world.branch | world.second
    world.env.ref("base.user_admin").company_ids |= companies
    _silence_bot(world.env)


def _silence_bot(env) -> None:
    """Keep Odoo's chat bot from covering the screen of those who come first."""
    users = env["res.users"].search([("share", "=", False)])
    if "odoobot_state" in users._fields:
        users.odoobot_state = "disabled"


def find(env, login: str) -> Any:
    """Return one of the staff, empty when that login is gone."""
    return env["res.users"].search([("login", "=", login)], limit=1)


def grant_roles(env) -> None:
    """Give each of the staff the group of the role, where the addon has it."""
    for login, (_name, role, _houses) in STAFF.items():
        _grant(find(env, login), role)
    _grant(env.ref("base.user_admin"), "admin")


def _grant(user, role: str) -> None:
    group = user.env.ref(GROUP % role, raise_if_not_found=False)
    if group and user:
        user.group_ids |= group
