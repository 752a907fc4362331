"""What the collectors of the demo company did lately: calls, promises, a plan."""

from __future__ import annotations

from datetime import date, timedelta

from .users import find

# (place in the list of the largest late customers, days ago, outcome, reason, note)
CALLS = [
    (0, 16, "promise", "NP04", "Virement promis par la comptable"),
    (1, 3, "promise", "NP17", "Prochaine campagne de paiement vendredi"),
    (2, 12, "plan", "NP09", "Saison faible ; trois échéances convenues"),
    (3, 2, "message", None, "Message laissé au standard"),
    (4, 5, "nothing", "NP02", "Attend la validation du conducteur de travaux"),
    (5, 8, "nothing", "NP01", "Facture renvoyée"),
    (6, 1, "no_answer", None, None),
    (7, 30, "nothing", "NP03", "Demande le numéro de commande"),
]
BROKEN_DAYS, OPEN_DAYS, CALL_TODAY = 9, 3, 4


def collect(env, company, today: date) -> None:
    """Log calls with what came of them; promises and a plan among them."""
    accounts = _largest_late(env, company, len(CALLS))
    for account, (_place, days, *words) in zip(accounts, CALLS, strict=False):
        _log_call(account, today - timedelta(days=days), *words)
    if len(accounts) > CALL_TODAY:
        _promise_and_break(accounts[0], today)
        promises = env["ar.payment.promise"].with_user(_caller(accounts[1]))
        lines = promises._get_default_lines(accounts[1])[:1]
        amount = lines.amount_residual_currency
        promises._make(accounts[1], amount, today + timedelta(days=OPEN_DAYS), lines)
        _agree_on_plan(accounts[2], today)
        accounts[CALL_TODAY].activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=today,
            summary="Rappeler le chef de chantier",
            user_id=accounts[CALL_TODAY].collector_id.id,
        )


def _largest_late(env, company, count: int):
    domain = [("company_id", "=", company.id), ("amount_to_collect", ">", 0)]
    return env["ar.account"].search(domain, order="amount_to_collect desc", limit=count)


def _caller(account):
    return account.collector_id or find(account.env, "marc")


def _log_call(account, day: date, outcome: str, code: str | None, note) -> None:
    env = account.env
    reason = code and env.ref(f"ar_best_practices.nonpayment_reason_{code.lower()}").id
    env["ar.collection.action"].with_user(_caller(account)).create(
        {
            "account_id": account.id,
            "date": f"{day} 09:30:00",
            "outcome": outcome,
            "reason_id": reason,
            "note": note,
            "right_party": outcome in ("promise", "plan", "nothing"),
            "amount": account.amount_to_collect,
            "minutes": 6,
            "next_words": "Rappeler",
            "next_date": day + timedelta(days=7),
        }
    )


def _promise_and_break(account, today: date) -> None:
    """Write a promise of the past, whose money did not come."""
    promises = account.env["ar.payment.promise"].sudo()
    lines = promises._get_default_lines(account)[:1]
    day = today - timedelta(days=BROKEN_DAYS)
    parts = promises._allocate(lines, lines.amount_residual_currency)
    promises.create(
        {
            "account_id": account.id,
            "currency_id": lines.currency_id.id,
            "amount": lines.amount_residual_currency,
            "date": day,
            "deadline": day + timedelta(days=2),
            "made_date": day - timedelta(days=7),
            "origin": "call",
            "level": 1,
            "user_id": account.collector_id.id,
            "line_ids": [
                (0, 0, values | {"currency_id": lines.currency_id.id})
                for values in promises._prepare_lines(parts)
            ],
        }
    )


def _agree_on_plan(account, today: date) -> None:
    plans = account.env["ar.payment.plan"].with_user(_caller(account))
    lines = account.env["ar.payment.promise"]._get_default_lines(account)
    whole = sum(lines.mapped("amount_residual_currency"))
    part = lines.currency_id.round(whole / 3)
    days = [today + timedelta(days=days) for days in (10, 40, 70)]
    amounts = [part, part, lines.currency_id.round(whole - 2 * part)]
    plan = plans._make(account, list(zip(days, amounts, strict=True)), lines)
    plan.action_accept()
