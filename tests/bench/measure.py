"""Measures the base addon on one ledger: one phase a process, each with its own memory.

``measure.py DATABASE PHASE FILE`` writes the phase's figures to the file as JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import desk
import floors
from session import (
    Env,
    Sample,
    best,
    committed,
    in_turn,
    opened,
    peak_megabytes,
    today,
    tried,
)

from odoo.tools.misc import split_every

Figures = dict[str, Any]

PAGE = 80
BATCH = 100
STATEMENTS = 2000
MONTH = timedelta(days=31)
SEARCHED = 1000


def main(database: str, phase: str, file: str) -> None:
    """Run a phase and write its figures."""
    with opened(database) as env:
        figures = PHASES[phase](env)
        figures["megabytes"] = round(peak_megabytes())
    Path(file).write_text(json.dumps(figures))


# ----------------------------------------------------------------------------------
# Dunning run
# ----------------------------------------------------------------------------------


def first_run(env: Env) -> Figures:
    """One run in a fresh process: statements and memory with nothing cached."""
    sample = tried(env, lambda: _propose(env, today(env)))
    return {"cold_statements": sample.statements}


def run(env: Env) -> Figures:
    """The run against its floor, in turn."""
    day, cursor = today(env), env.cr
    _propose(env, day)  # fill the caches of rights and of texts
    cursor.rollback()
    floors.prepare_dunning(cursor)
    samples = in_turn(
        env,
        {
            "floor": lambda: floors.remind(cursor, day),
            "floor_with_out": lambda: floors.remind_and_list(cursor, day),
            "run": lambda: _lines_of(env, _propose(env, day)),
        },
    )
    figures: Figures = {f"{name}_s": sample.seconds for name, sample in samples.items()}
    figures |= {f"{name}_lines": sample.value for name, sample in samples.items()}
    return figures | {"run_statements": samples["run"].statements}


def month(env: Env) -> Figures:
    """A run that is marked as sent, then the run of a month later."""
    day = today(env)
    first = _gauged_run(env, day)
    kept = _propose(env, day).sudo()
    env.cr.commit()
    notices = kept.notice_ids
    sent = committed(env, lambda: notices._mark_sent(notices))
    kept.write({"state": "done"})
    env.cr.commit()
    later = _gauged_run(env, day + MONTH)
    return {
        "first_floors": first["run"].seconds / first["gauge"].seconds,
        "first_lines": first["run"].value,
        "later_floors": later["run"].seconds / later["gauge"].seconds,
        "later_lines": later["run"].value,
        "later_statements": later["run"].statements,
        "mark_sent_s": sent.seconds,
        "mark_sent_statements": sent.statements,
        "notices": len(notices),
    }


def _gauged_run(env: Env, day: date) -> dict[str, Sample]:
    """Return a run, its value the number of lines, and what the machine is worth in
    the same minute: two runs that cannot be done in turn are compared by that."""
    cursor, now = env.cr, today(env)
    cursor.execute("SAVEPOINT gauge")
    floors.prepare_dunning(cursor)
    samples = in_turn(
        env,
        {
            "gauge": lambda: floors.remind_and_list(cursor, now),
            "run": lambda: _lines_of(env, _propose(env, day)),
        },
        times=2,
    )
    cursor.execute("ROLLBACK TO SAVEPOINT gauge")
    return samples


def _propose(env: Env, day: date) -> Any:
    """Propose a run as a user would, and return it."""
    values = {"date": day, "company_id": env.company.id}
    made = env["ar.dunning.run"].create(values)
    made.action_propose()
    return made


def _lines_of(env: Env, made: Any) -> int:
    env.cr.execute(
        "SELECT COUNT(*) FROM ar_dunning_notice_line WHERE run_id = %s", (made.id,)
    )
    return env.cr.fetchone()[0]


# ----------------------------------------------------------------------------------
# Mails and letters of the run that `month` left
# ----------------------------------------------------------------------------------


def messages(env: Env) -> Figures:
    """Mail records of one batch, and letters in two quantities, in turn."""
    sent = env["ar.dunning.notice"].search([("state", "=", "sent")], order="id").sudo()
    mails = sent.filtered(lambda notice: notice.channel == "mail")[:BATCH]
    mails.level_id.attach_invoices = False  # the PDF engine is not what we measure
    tries = {"mails": lambda: len(mails._create_mails())}
    made = in_turn(env, tries)["mails"]
    figures = {
        "mails": made.value,
        "mail_ms": 1000 * made.seconds / made.value,
        "mail_statements": made.statements / made.value,
    }
    if not which("wkhtmltopdf"):
        return figures
    few, many = sent[: BATCH // 4], sent[: 2 * BATCH]
    letters = in_turn(
        env,
        {
            "few": lambda: len(few.run_id._render_letters(few)),
            "many": lambda: len(many.run_id._render_letters(many)),
        },
        times=1,
    )
    return figures | {
        "few_letters": len(few),
        "many_letters": len(many),
        "few_letters_s": letters["few"].seconds,
        "many_letters_s": letters["many"].seconds,
    }


# ----------------------------------------------------------------------------------
# Statements of account
# ----------------------------------------------------------------------------------


def statements(env: Env) -> Figures:
    """A campaign for all customers: its rows, then its mails with a signed link, batch
    by batch; the reading behind a link a month later; some printed statements."""
    everybody = env["ar.account"].search([], limit=STATEMENTS, order="id")
    values = {"audience": "list", "account_ids": [(6, 0, everybody.ids)]}
    campaign = env["ar.statement.campaign"].create(values).sudo()
    prepared = best([tried(env, campaign.action_preview) for _round in range(3)])
    campaign.action_preview()
    env.cr.execute("UPDATE ar_statement SET email = id || '@example.com'")
    env.invalidate_all()
    rows = campaign.statement_ids
    past = rows[0].account_id.with_context(ar_as_of=today(env) - MONTH)
    link = best([tried(env, past._get_statement_items) for _round in range(3)])
    made = in_turn(env, {"mails": lambda: _make_statements(rows)}, times=2)["mails"]
    figures: Figures = {
        "prepare_s": prepared.seconds,
        "prepare_statements": prepared.statements,
        "rows": len(rows),
        "link_s": link.seconds,
        "mails": made.value,
        "mail_ms": 1000 * made.seconds / made.value,
        "mail_statements": made.statements / made.value,
    }
    if not which("wkhtmltopdf"):
        return figures
    accounts = rows.account_id[: 2 * BATCH]
    printed = tried(env, lambda: len(accounts._print_documents()))
    return figures | {"pages_s": printed.seconds, "pages": len(accounts)}


def _make_statements(rows: Any) -> int:
    """Make the mails of all statements as the job does: by batches of its own."""
    batches = [rows.browse(ids) for ids in split_every(BATCH, rows.ids)]
    return sum(len(batch._create_mails()) for batch in batches)


# ----------------------------------------------------------------------------------
# Live figures
# ----------------------------------------------------------------------------------


def reads(env: Env) -> Figures:
    """Live fields of a page, search, sorted page and sum, against the floors."""
    accounts, day = env["ar.account"], today(env)
    page = accounts.search([], limit=PAGE, order="id")
    names = [name for name, field in accounts._fields.items() if _is_live(field)]
    shown = {name: {} for name in ("display_name", "overdue_amount", "max_days_late")}
    late = [("overdue_amount", ">", SEARCHED)]
    floors.cover(env.cr, day)
    actions = {
        "floor_covered": lambda: floors.overdue(env.cr, day),
        "partner": lambda: len(page.read(["partner_id"])),
        "live": lambda: len(page.read(["partner_id", *names])),
        "search": lambda: len(accounts.search(late)),
        "sorted_page": lambda: len(
            accounts.web_search_read(
                late, shown, limit=PAGE, order="overdue_amount desc"
            )["records"]
        ),
        "sum": lambda: accounts.formatted_read_group([], [], ["overdue_amount:sum"]),
    }
    for action in actions.values():
        action()  # fill the caches of rights
    samples = in_turn(env, actions)
    env.cr.rollback()
    figures: Figures = {f"{name}_s": sample.seconds for name, sample in samples.items()}
    figures["search_found"] = samples["search"].value
    figures["live_statements"] = (
        samples["live"].statements - samples["partner"].statements
    )
    return figures | _overdue_of_all(env, day)


def _is_live(field: Any) -> bool:
    return field.compute == "_compute_live"


def _overdue_of_all(env: Env, day: date) -> Figures:
    """Return seconds for everybody, and of the floor on Odoo's own indexes, in turn."""
    accounts, everybody, core = env["ar.account"], [], []
    for _round in range(5):
        everybody.append(
            tried(env, lambda: len(accounts.search([]).read(["overdue_amount"])))
        )
        env.cr.execute("SAVEPOINT core")
        accounts._drop_open_item_index()
        core.append(tried(env, lambda: floors.overdue(env.cr, day)))
        env.cr.execute("ROLLBACK TO SAVEPOINT core")
    return {
        "overdue_of_all_s": best(everybody).seconds,
        "floor_core_s": best(core).seconds,
    }


# ----------------------------------------------------------------------------------
# Behaviour
# ----------------------------------------------------------------------------------

FORGET = "UPDATE ar_account SET behavior_date = NULL, settled_count = -1"


def behaviour(env: Env) -> Figures:
    """Behaviour of every customer against a floor of the same definition."""
    accounts, day, cursor = env["ar.account"].sudo(), today(env), env.cr
    accounts._refresh()
    cursor.execute(FORGET)
    cursor.commit()
    cursor.execute("ANALYZE ar_account")
    floors.prepare_behaviour(cursor)
    samples = in_turn(
        env,
        {
            "floor": lambda: floors.behave(cursor, day),
            "behaviour": lambda: accounts._refresh_behavior(accounts._scope()),
            "refresh": accounts._refresh,
        },
    )
    figures: Figures = {f"{name}_s": sample.seconds for name, sample in samples.items()}
    figures["refresh_statements"] = samples["refresh"].statements
    figures["accounts"] = samples["behaviour"].value
    floors.behave(cursor, day)
    accounts._refresh()
    env.flush_all()
    figures["different_accounts"] = floors.differences(cursor)
    cursor.commit()
    return figures


PHASES = {
    "first_run": first_run,
    "run": run,
    "reads": reads,
    "behaviour": behaviour,
    "month": month,
    "messages": messages,
    "statements": statements,
    "desk": desk.desk,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
