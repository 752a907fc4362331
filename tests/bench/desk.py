"""A morning at the desk: what is said and planned, my day, the call screen, priorities.

The generated ledgers hold no words of customers: some are made here, set by set.
"""

from __future__ import annotations

from typing import Any

import floors
import ledgers
from session import Env, Sample, in_turn, today

from odoo.fields import Domain

Figures = dict[str, Any]
Cursor = Any

GROUP_PAGE = 40  # cards of a column, as the web client asks for
CARD = {
    **{name: {} for name in ("currency_id", "account_id", "priority", "amount")},
    **{name: {} for name in ("priority_reason", "days_late", "words", "why")},
    **{
        name: {"fields": {"display_name": {}}}
        for name in ("partner_id", "run_id", "user_id")
    },
}

# ----------------------------------------------------------------------------------
# What was said and planned
# ----------------------------------------------------------------------------------

# Late customers in a fixed order, each with its oldest item
LATE = """
    CREATE TEMPORARY TABLE bench_late ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY account.id) AS n, account.id AS account_id,
           account.company_id, account.partner_id, item.*
      FROM ar_account account
CROSS JOIN LATERAL (
            SELECT id AS line_id, move_id, move_name, currency_id, date_maturity,
                   amount_residual_currency AS residual
              FROM account_move_line
             WHERE partner_id = account.partner_id
               AND account_id IN %(receivables)s
               AND parent_state = 'posted'
               AND reconciled IS NOT TRUE
               AND amount_residual > 0
               AND date_maturity < %(day)s
          ORDER BY date_maturity, id
             LIMIT 1) item
"""
CONTACTS = """
    UPDATE ar_account account
       SET last_contact_date = %(day)s - (n %% 60)::int,
           answered_date = CASE WHEN n %% 20 = 0 THEN %(day)s + interval '1 hour' END
      FROM bench_late late
     WHERE late.account_id = account.id
"""
ACTIVITIES = """
    INSERT INTO mail_activity (
           res_model, res_model_id, res_id, activity_type_id, user_id, summary,
           date_deadline, active, automated)
    SELECT 'ar.account', model.id, account_id, kind.id, 2, 'Call', %(day)s, TRUE, TRUE
      FROM bench_late, ir_model model,
           (SELECT min(id) AS id FROM mail_activity_type) kind
     WHERE model.model = 'ar.account' AND n %% 10 = 1
"""
# Half of them broken, half for next week
PROMISES = """
    WITH said AS (
        SELECT *, CASE WHEN n %% 16 = 2 THEN 'broken' ELSE 'open' END AS state,
               %(day)s + CASE WHEN n %% 16 = 2 THEN -10 ELSE 7 END AS day
          FROM bench_late
         WHERE n %% 8 = 2
    ), promise AS (
        INSERT INTO ar_payment_promise (
               account_id, company_id, partner_id, currency_id, user_id, level,
               origin, state, made_date, date, deadline, amount, expected, received)
        SELECT account_id, company_id, partner_id, currency_id, 2, 1, 'call', state,
               %(day)s - 20, day, day, residual, residual, 0
          FROM said
     RETURNING id, account_id
    )
    INSERT INTO ar_payment_promise_line (
           promise_id, line_id, move_id, currency_id, number, due_date, residual,
           amount, cash_before, credited_before, is_open)
    SELECT promise.id, line_id, move_id, currency_id, move_name, date_maturity,
           residual, residual, 0, 0, state = 'open'
      FROM promise
      JOIN said USING (account_id)
"""
# Customers who never bought have an account as well, once somebody quotes for them
NEWCOMERS = """
    INSERT INTO ar_account (company_id, partner_id, active, hold_state)
    SELECT company.id, customer.pid, TRUE, 'none'
      FROM gen.cust customer, res_company company
        ON CONFLICT DO NOTHING
"""


def prepare(env: Env) -> None:
    """Make promises, contacts and activities, and judge everybody by them."""
    accounts, cursor = env["ar.account"].sudo(), env.cr
    params = {"day": today(env), "receivables": floors.receivables(cursor)}
    for statement in (NEWCOMERS, LATE, CONTACTS, ACTIVITIES, PROMISES):
        cursor.execute(statement, params)
    for table in ("ar_payment_promise", "ar_payment_promise_line", "mail_activity"):
        cursor.execute(f"ANALYZE {table}")
    env.invalidate_all()
    accounts._refresh()
    cursor.commit()
    ledgers.vacuum(cursor.dbname, "ar_account")


# ----------------------------------------------------------------------------------
# My day and the call screen
# ----------------------------------------------------------------------------------


def desk(env: Env) -> Figures:
    """What a collector waits for in the morning, after the nightly refresh."""
    prepare(env)
    rows = env["ar.worklist"]
    with_contact = Domain("partner_id.child_ids", "!=", False)
    account = rows.search(rows._mine() & with_contact, limit=1).account_id
    actions = {
        "day": lambda: _open_day(env),
        "call": lambda: _open_call(account),
        "refresh_of_one": account.action_refresh,
    }
    for action in actions.values():
        action()  # fill the caches of rights and of views
    samples = in_turn(env, actions)
    day = samples["day"].value["groups"]
    return (
        _costs(samples)
        | {"day_groups": len(day), "day_rows": sum(group["__count"] for group in day)}
        | _priorities(env)
    )


def _costs(samples: dict[str, Sample]) -> Figures:
    """Return seconds and statements of each sample."""
    return {f"{name}_s": sample.seconds for name, sample in samples.items()} | {
        f"{name}_statements": sample.statements for name, sample in samples.items()
    }


def _open_day(env: Env) -> Any:
    """Ask what the web client asks for when the menu is opened."""
    rows = env["ar.worklist"].with_context(read_group_expand=True)
    return rows.web_read_group(
        list(rows._mine()),
        ["why"],
        ["amount:sum", "days_late:max"],
        limit=10,
        auto_unfold=True,
        opening_info=[],
        unfold_read_specification=CARD,
        unfold_read_default_limit=GROUP_PAGE,
    )


def _open_call(account: Any) -> Any:
    """Press the button of a card: the form, then its first values."""
    action = account.action_call()
    calls = account.env[action["res_model"]].with_context(**action["context"])
    form = calls.get_views([(False, "form")])
    names = form["models"][calls._name]["fields"]
    return calls.onchange({}, [], {name: {} for name in names if name != "id"})


# ----------------------------------------------------------------------------------
# Priorities
# ----------------------------------------------------------------------------------


def _priorities(env: Env) -> Figures:
    """The priority of everybody against a floor that writes the same column."""
    accounts, cursor, day = env["ar.account"].sudo(), env.cr, today(env)
    accounts._prepare_long_statements()
    others = floors.other_priorities(cursor, day)
    floors.forget_priorities(cursor)
    samples = in_turn(
        env,
        {
            "priority_floor": lambda: floors.rate(cursor, day),
            "priority": lambda: accounts._refresh_priority(accounts._scope()),
        },
    )
    return _costs(samples) | {
        "priority_rows": samples["priority_floor"].value,
        "priority_others": others,
    }
