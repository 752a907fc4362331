"""Measures the register of disputes: list, Pareto, spreadsheet, figures.

``disputes.py DATABASE FILE`` writes the figures to the file as JSON. The cases are made
here, by SQL: few of them for the statements, then many.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import floors
import ledgers
import xlsxwriter
from session import Env, in_turn, measured, opened, peak_megabytes, today

Figures = dict[str, Any]

FEW, MANY = 500, 50_000
CUSTOMERS = 2_000
PAGE = 80
TABLES = ["ar_dispute", "ar_dispute_line", "ar_dispute_movement", "ar_dispute_step"]


def main(database: str, file: str) -> None:
    """Measure few cases, then many, and write the figures."""
    with opened(database) as env:
        _write_customers(env)
        _write_cases(env, 0, FEW)
        for act in _counted(env).values():
            act()  # fill the caches of rights
        few = {name: act() for name, act in _counted(env).items()}
        _write_cases(env, FEW, MANY)
        many = {name: act() for name, act in _counted(env).items()}
        more = max(many[name] - few[name] for name in many)
        figures = {"more_statements": more, **_compare(env)}
        figures["megabytes"] = round(peak_megabytes())
    Path(file).write_text(json.dumps(figures))


# ----------------------------------------------------------------------------------
# Cases
# ----------------------------------------------------------------------------------

CASES = """
    INSERT INTO ar_dispute (
           id, name, company_id, account_id, partner_id, currency_id, reason_id, family,
           state, channel, priority, opened_date, clock_date, qualified_date, deadline,
           closed_date, decided_date, decision, resolution_id, root_cause_id, claim,
           amount, still_disputed, credited, paid, written_off, other, company_amount,
           company_still_disputed, is_settled, is_doubtful, create_date, write_date)
    SELECT n, 'D/' || n, account.company_id, account.id, account.partner_id,
           %(currency)s, reason.id, reason.family,
           CASE WHEN ended THEN 'closed' ELSE 'investigating' END, 'mail', '1', opened,
           opened, opened + 1, opened + 7, CASE WHEN ended THEN opened + n %% 20 END,
           CASE WHEN ended THEN opened + n %% 9 END,
           CASE WHEN ended THEN CASE n %% 5 WHEN 0 THEN 'unfounded'
                                ELSE 'founded' END END,
           CASE WHEN ended THEN %(resolution)s END,
           CASE WHEN ended THEN cause.id END,
           '=said by customer ' || n, amount, CASE WHEN ended THEN 0 ELSE amount END,
           CASE WHEN ended THEN amount ELSE 0 END, 0, 0, 0, amount,
           CASE WHEN ended THEN 0 ELSE amount END, FALSE, FALSE, now(), now()
      FROM (SELECT n, n %% 10 < 8 AS ended, %(day)s::date - 20 - n %% 700 AS opened,
                   10 + n %% 977 AS amount
              FROM generate_series(%(first)s + 1, %(last)s) n) drawn
      JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS all_
              FROM ar_account) account
        ON account.place = drawn.n %% account.all_ + 1
      JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS all_
              FROM ar_dispute_reason WHERE NOT is_outcome) reason
        ON reason.place = floor(reason.all_ * ((drawn.n %% 100) / 100.0) ^ 2) + 1
      JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS all_
              FROM ar_dispute_root_cause) cause
        ON cause.place = drawn.n %% cause.all_ + 1
"""
LINES = """
    INSERT INTO ar_dispute_line (
           id, dispute_id, company_id, currency_id, number, due_date, original, rate,
           amount, still_disputed, credited, paid, written_off, other, is_open)
    SELECT id, id, company_id, currency_id, 'INV/' || id, opened_date, amount * 2, 1,
           amount, still_disputed, credited, paid, written_off, other,
           state <> 'closed'
      FROM ar_dispute
     WHERE id > %(first)s
"""
MOVEMENTS = """
    INSERT INTO ar_dispute_movement (line_id, company_id, date, kind, amount)
    SELECT id, company_id, opened_date, 'opened', amount
      FROM ar_dispute WHERE id > %(first)s
 UNION ALL
    SELECT id, company_id, closed_date, 'credited', amount
      FROM ar_dispute WHERE id > %(first)s AND state = 'closed'
"""
STEPS = """
    INSERT INTO ar_dispute_step (
           dispute_id, company_id, date, day, from_state, to_state)
    SELECT dispute.id, company_id, opened_date + step.days, opened_date + step.days,
           step.before, step.after
      FROM ar_dispute dispute
      JOIN (VALUES (1, 0, NULL, 'new', FALSE), (2, 1, 'new', 'qualified', FALSE),
                   (3, 1, 'qualified', 'investigating', FALSE),
                   (4, 2, 'investigating', 'waiting', FALSE),
                   (5, 4, 'waiting', 'investigating', FALSE),
                   (6, 20, 'investigating', 'closed', TRUE))
           AS step (place, days, before, after, at_end)
        ON NOT step.at_end OR dispute.state = 'closed'
     WHERE dispute.id > %(first)s
  ORDER BY dispute.id, step.place
"""


def _write_customers(env: Env) -> None:
    partners = env["res.partner"].create(
        [{"name": f"Customer {n}", "is_company": True} for n in range(CUSTOMERS)]
    )
    env["ar.account"]._ensure([(env.company.id, partner.id) for partner in partners])
    env.cr.commit()


def _write_cases(env: Env, first: int, last: int) -> None:
    """Write cases with lines, movements and steps, numbered from the first on."""
    params = {
        "first": first,
        "last": last,
        "day": today(env),
        "currency": env.company.currency_id.id,
        "resolution": env["ar.dispute.resolution"].search([], limit=1).id,
    }
    for statement in (CASES, LINES, MOVEMENTS, STEPS):
        env.cr.execute(statement, params)
    env.cr.commit()
    for table in TABLES:
        ledgers.vacuum(env.cr.dbname, table)
    env.invalidate_all()


# ----------------------------------------------------------------------------------
# What people do
# ----------------------------------------------------------------------------------

SHOWN = ["priority", "name", "partner_id", "reason_id", "item_words", "still_disputed"]
SHOWN += ["state", "deadline_words", "is_late", "currency_id"]
PARETO = [("kind", "=", "reason"), ("span", "=", "year")]


def _page(env: Env) -> int:
    """Open the first page of the list; return the number of its rows."""
    shown = {name: {} for name in SHOWN}
    shown |= {name: {"fields": {"display_name": {}}} for name in SHOWN if "_id" in name}
    return len(env["ar.dispute"].web_search_read([], shown, limit=PAGE)["records"])


def _grouped(env: Env) -> int:
    aggregates = ["__count", "company_still_disputed:sum"]
    groups = env["ar.dispute"].formatted_read_group([], ["reason_id"], aggregates)
    return len(groups)


def _pareto(env: Env) -> int:
    names = ["rank", "name", "case_count", "amount", "share", "cumulated"]
    names += ["kind", "span", "currency_id", "company_id"]
    shown = {name: {} for name in names}
    pareto = env["ar.dispute.pareto"]
    return len(pareto.web_search_read(PARETO, shown, limit=PAGE)["records"])


def _register(env: Env) -> int:
    return len(env["ar.dispute"]._make_register(env.company, today(env)))


def _figures(env: Env) -> int:
    """Return how many figures of the last year there are."""
    day = today(env)
    first = date(day.year - 1, day.month, 1)
    return len(env["ar.dispute"]._get_figures(env.company, first, day))


ACTIONS = {
    "page": _page,
    "grouped": _grouped,
    "pareto": _pareto,
    "register": _register,
    "figures": _figures,
}


def _counted(env: Env) -> dict[str, Any]:
    """Return what counts the statements of each action."""
    return {
        name: lambda action=action: measured(env, lambda: action(env)).statements
        for name, action in ACTIONS.items()
    }


def _compare(env: Env) -> Figures:
    """Return the times of list, Pareto and spreadsheet, each with its floor."""
    cursor, day = env.cr, today(env)
    cells = list(env["ar.dispute"]._get_register(env.company, day))
    tries = {
        name: lambda action=action: action(env) for name, action in ACTIONS.items()
    }
    samples = in_turn(
        env,
        {
            **tries,
            "floor_page": lambda: floors.dispute_page(cursor, PAGE),
            "floor_grouped": lambda: floors.dispute_groups(cursor),
            "floor_pareto": lambda: floors.dispute_pareto(cursor, day),
            "floor_register": lambda: _write_plainly(cells),
            "read_register": lambda: sum(
                1 for _row in env["ar.dispute"]._get_register(env.company, day)
            ),
        },
    )
    return {
        "cases": len(cells),
        "groups": samples["pareto"].value,
        **{f"{name}_s": sample.seconds for name, sample in samples.items()},
        **{f"{name}_statements": samples[name].statements for name in ACTIONS},
    }


def _write_plainly(cells: list[tuple]) -> int:
    """Write the same cells as the register by xlsxwriter alone."""
    output = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False}
    options |= {"strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(output, options) as book:
        styles = [book.add_format({"num_format": x}) for x in ("yyyy-mm-dd", "0.00")]
        whole, sheets, counts = book.add_worksheet("All"), {}, {}
        for number, case in enumerate(cells, start=1):
            if case.family not in sheets:
                sheets[case.family] = book.add_worksheet()
            counts[case.family] = row = counts.get(case.family, 0) + 1
            _write_row(whole, number, case, styles)
            _write_row(sheets[case.family], row, case, styles)
    return len(output.getvalue())


def _write_row(sheet: Any, row: int, case: tuple, styles: list) -> None:
    for column, value in enumerate(case):
        if isinstance(value, str):
            sheet.write_string(row, column, value)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, styles[0])
        elif value is not None:
            sheet.write_number(row, column, value, styles[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
