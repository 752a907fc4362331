"""A company's own ledger file becomes a trial company."""

from __future__ import annotations

import base64
from pathlib import Path

from .session import Env

PARAMETER = "ar_setup.trial_company_id"
REPORTS = ("error_report", "report", "error_message", "message", "errors")


def import_ledger(env: Env, path: str) -> Env:
    """Import the file into a fresh company, batch by batch; return the company."""
    file = Path(path)
    company = _make_company(env, file.stem)
    record = (
        env["ar.ledger.import"]
        .with_company(company)
        .create(
            {
                "file": base64.b64encode(file.read_bytes()),
                "filename": file.name,
                "company_id": company.id,
            }
        )
    )
    record.action_import()
    _finish(record)
    env["ir.config_parameter"].sudo().set_param(PARAMETER, str(company.id))
    return company


def trial_company(env: Env) -> Env:
    """Return the company an earlier import filled."""
    stored = env["ir.config_parameter"].sudo().get_param(PARAMETER)
    return env["res.company"].browse(int(stored or 0)).exists()


def _make_company(env: Env, name: str) -> Env:
    country = env.company.country_id
    company = env["res.company"].create(
        {"name": f"Trial {name}", "country_id": country.id}
    )
    env.user.write({"company_ids": [(4, company.id)], "company_id": company.id})
    return company


def _finish(record: Env) -> None:
    """Let the import's own job go on until nothing is left."""
    env = record.env
    env.cr.commit()
    while record.state == "importing":
        env["ar.ledger.import"]._cron_import()
        env.cr.commit()
        record.invalidate_recordset()
    if record.state != "done":
        raise SystemExit(f"the import stopped as {record.state!r}: {_reasons(record)}")


def _reasons(record: Env) -> str:
    found = (record[name] for name in REPORTS if name in record._fields)
    return str(next(filter(None, found), "see the file's columns and dates"))
