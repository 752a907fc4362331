"""The same work by the community's addons, measured in the same run.

They are installed on demand into a folder of their own; nothing of ours imports them.

``peers.py DATABASE PHASE FILE FOLDER`` writes the phase's figures to the file as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import floors
from session import Env, committed, in_turn, opened, peak_megabytes, tried

Figures = dict[str, Any]

PACKAGES = [
    "odoo-addon-account-credit-control==19.0.*",
    "odoo-addon-account-financial-risk==19.0.*",
    "odoo-addon-sale-financial-risk==19.0.*",
]
ADDONS = {"dunning": "account_credit_control", "risk": "sale_financial_risk"}
BATCH = 100
LINES = 2000


def bring(folder: Path) -> Path:
    """Return the folder of the addons, downloaded when missing."""
    addons = folder / "odoo" / "addons"
    if not all((addons / name).is_dir() for name in ADDONS.values()):
        # their dependency `odoo` is on no registry
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--target", folder, *PACKAGES], check=True)
    return addons


def main(database: str, phase: str, file: str, folder: str) -> None:
    """Run a phase and write its figures."""
    with opened(database, folder) as env:
        figures = PHASES[phase](env)
        figures["megabytes"] = round(peak_megabytes())
    Path(file).write_text(json.dumps(figures))


# ----------------------------------------------------------------------------------
# account_credit_control
# ----------------------------------------------------------------------------------


def dunning(env: Env) -> Figures:
    """The first run, its lines set to ready, one batch of mail records."""
    _choose_policy(env)
    floors.prepare_dunning(env.cr)
    floor = in_turn(env, {"floor": lambda: floors.remind(env.cr, _today(env))})
    env.cr.rollback()
    run = committed(env, lambda: _generate(env))
    lines = run.value.line_ids
    ready = committed(env, run.value.set_to_ready_lines)
    env.cr.execute("ANALYZE credit_control_line")
    mails = _mails(env, lines)
    return {
        "run_s": run.seconds,
        "run_statements": run.statements,
        "floor_s": floor["floor"].seconds,
        "lines": len(lines),
        "ready_s": ready.seconds,
        "mail_ms": 1000 * mails.seconds / mails.value,
        "mail_statements": mails.statements / mails.value,
    }


def _choose_policy(env: Env) -> None:
    """Make the addon usable: its policies need accounts, the company a policy."""
    policy = env.ref("account_credit_control.credit_control_3_time")
    policies = policy | env.ref("account_credit_control.credit_control_2_time")
    policies.account_ids = env["account.account"].search(
        [("account_type", "=", "asset_receivable")]
    )
    env.company.credit_policy_id = policy
    env.flush_all()
    env.cr.execute("UPDATE res_partner SET credit_policy_id = NULL")
    env.cr.commit()


def _today(env: Env) -> date:
    return env.cr.now().date()


def _generate(env: Env) -> Any:
    values = {"date": _today(env), "company_id": env.company.id}
    run = env["credit.control.run"].create(values)
    run.generate_credit_lines()
    return run


def _mails(env: Env, lines: Any) -> Any:
    """Make one batch of mail records without PDF."""
    template = "account_credit_control.email_template_credit_control_base"
    env.ref(template).report_template_ids = False
    wanted = lines.filtered(
        lambda line: line.state == "to_be_sent" and line.channel == "email"
    )
    communications = env["credit.control.communication"]
    made = communications._generate_comm_from_credit_lines(wanted[:LINES])[:BATCH]
    return tried(env, lambda: made._generate_emails() or len(made))


# ----------------------------------------------------------------------------------
# sale_financial_risk
# ----------------------------------------------------------------------------------

INCLUDED = ("invoice_open", "invoice_unpaid", "invoice_draft", "sale_order")


def risk(env: Env) -> Figures:
    """The exposure of every customer, and the filter on those over their limit."""
    columns = ", ".join(f"risk_{name}_include = TRUE" for name in INCLUDED)
    env.cr.execute(f"UPDATE res_partner SET {columns} WHERE customer_rank > 0")
    partners = env["res.partner"].search([("customer_rank", ">", 0)])
    fields = ["risk_total", "risk_exception"]
    read = tried(env, lambda: len(partners.read(fields)))
    over = [("risk_exception", "=", True)]
    search = tried(env, lambda: len(env["res.partner"].search(over)))
    return {"read_s": read.seconds, "search_s": search.seconds}


PHASES = {"dunning": dunning, "risk": risk}

if __name__ == "__main__":
    main(*sys.argv[1:])
