"""What ``ar_dispute`` adds to the demo company: teams, and cases in many states."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from .users import find

HANDLER = ("yann", "Yann Le Goff")
TEAMS = {
    "Logistique et qualité": ("logistics", "quality", "production"),
    "Ventes et facturation": ("commercial", "administrative"),
}
EVIDENCE = "Bon de livraison émargé, sans réserve"


class Story(NamedTuple):
    """One case: of whom, how much of an invoice, why, since when and how far."""

    customer: str
    share: float
    reason: str
    claim: str
    days_ago: int
    steps: tuple[str, ...] = ()


WORK = ("qualify", "investigate")
STORIES = (
    Story(
        "Maisons Nolwenn",
        0.3,
        "log02",
        "Il manque deux palettes sur cinq, le bon de livraison le dit.",
        9,
        WORK,
    ),
    Story(
        "Maisons Nolwenn",
        0.15,
        "com01",
        "Le prix du devis était plus bas de 15 %.",
        6,
        (*WORK, "founded"),
    ),
    Story(
        "Laboratoires Algane",
        0.4,
        "qua01",
        "Deux fûts fuyaient à la livraison, photos jointes.",
        4,
        (*WORK, "wait"),
    ),
    Story(
        "Laboratoires Algane",
        1,
        "adm02",
        "Facture adressée à notre ancien siège : à refaire.",
        2,
        ("qualify",),
    ),
    Story(
        "Décors et Volumes",
        1,
        "log05",
        "Livré trop tard, nous ne payons pas la facture.",
        12,
        (*WORK, "unfounded"),
    ),
    Story(
        "Comptoir des Bricoleurs", 1, "pro02", "Ce n’est pas ce que nous voulions.", 1
    ),
)


def extend(env, company, _today: date) -> None:
    """Name the people and register the cases, once."""
    if "ar.dispute" not in env or env["ar.dispute.team"].search_count([], limit=1):
        return
    handler = _hire_handler(env, company)
    manager = find(env, "nadia")
    company.ar_dispute_owner_id = manager
    for name, families in TEAMS.items():
        env["ar.dispute.team"].create(
            {
                "name": name,
                "company_id": company.id,
                "manager_id": manager.id,
                "member_ids": handler.ids,
                "reason_ids": env["ar.dispute.reason"]
                .search([("family", "in", families)])
                .ids,
            }
        )
    for story in STORIES:
        _tell(env, company, story)


def _hire_handler(env, company):
    """Create a colleague of another department who treats disputes."""
    login, name = HANDLER
    group = env.ref("ar_dispute.group_ar_dispute_user")
    return env["res.users"].create(
        {
            "name": name,
            "login": login,
            "password": login,
            "email": f"{login}@comptoir-du-littoral.example",
            "lang": "fr_FR",
            "tz": find(env, "nadia").tz,
            "company_id": company.id,
            "company_ids": company.ids,
            "group_ids": (env.ref("base.group_user") | group).ids,
        }
    )


def _tell(env, company, story: Story) -> None:
    """Register a case and bring it as far as its story goes."""
    account = env["ar.account"].search(
        [("company_id", "=", company.id), ("partner_id.name", "=", story.customer)]
    )
    line, free = _free_item(env, account)
    if not line:
        return
    amount = line.currency_id.round(free * story.share)
    dispute = env["ar.dispute"]._open(
        account,
        [_part(line, amount)],
        reason_id=env.ref(f"ar_dispute.reason_{story.reason}").id,
        claim=story.claim,
        channel="phone",
    )
    for step in story.steps:
        _make_step(dispute, step)
    _move_back(dispute, story.days_ago)


def _part(line, amount: float):
    """Return what is contested; the addon is there when this is called."""
    from odoo.addons.ar_dispute.models.ar_dispute_line import Part

    return Part(line, amount)


def _free_item(env, account):
    """Return the oldest item of which something is not contested, and how much."""
    free = env["ar.dispute.line"]._get_free(account.open_line_ids)
    items = account.open_line_ids.filtered(
        lambda line: line.amount_residual > 0 and free[line.id] > 0
    )
    line = items.sorted(lambda line: (line.date_maturity, line.id))[:1]
    return line, free.get(line.id)


def _make_step(dispute, step: str) -> None:
    if step in ("founded", "unfounded"):
        _decide(dispute, step)
    elif step == "wait":
        dispute.action_wait("Échantillon du lot demandé")
    else:
        getattr(dispute, f"action_{step}")()


def _decide(dispute, decision: str) -> None:
    """Let the manager decide, as on the screen."""
    if decision == "unfounded":
        dispute.evidence_ids[:1].received_date = dispute.opened_date
        dispute.outcome_id = dispute.env.ref("ar_dispute.reason_fls01")
    dispute.decision = decision
    dispute.decision_note = (
        EVIDENCE if decision == "unfounded" else "Le devis signé dit ce prix."
    )
    dispute.with_user(find(dispute.env, "nadia")).action_decide()


def _move_back(dispute, days: int) -> None:
    """Let a case have begun some days ago: what happened is never rewritten by the
    product, only by this story."""
    env = dispute.env
    env.flush_all()
    for query in (
        "UPDATE ar_dispute SET opened_date = opened_date - %(days)s,"
        " heard_date = heard_date - %(days)s, clock_date = clock_date - %(days)s"
        " WHERE id = %(id)s",
        "UPDATE ar_dispute_step SET day = day - %(days)s,"
        " date = date - %(days)s * INTERVAL '1 day' WHERE dispute_id = %(id)s",
        "UPDATE ar_dispute_movement SET date = date - %(days)s WHERE line_id IN"
        " (SELECT id FROM ar_dispute_line WHERE dispute_id = %(id)s)",
    ):
        env.cr.execute(query, {"days": days, "id": dispute.id})
    env.invalidate_all()
    dispute._set_deadline()
    dispute._doubt()
