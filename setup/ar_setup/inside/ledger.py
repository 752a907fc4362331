"""A company's own ledger file becomes a trial company."""

from __future__ import annotations

import base64
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odoo.modules.registry import Registry

from .session import Env

PARAMETER = "ar_setup.trial_company_id"
SHOWN = 5  # wrong rows
PAUSE = 15  # seconds between two lines of progress


def import_ledger(env: Env, path: str, date_order: str) -> None:
    """Import a file into a company made for it, in that file's currency."""
    file = Path(path)
    values = {
        "file": base64.b64encode(file.read_bytes()),
        "filename": file.name,
        "policy": "valid_rows",
        "date_order": date_order or False,
    }
    job = env["ar.ledger.import"].create(values)
    env.cr.commit()
    with _progress(env.cr.dbname, job.id):
        job.action_import()
        _finish(job)
    _report_wrong_rows(job)
    env.user.company_id = job.company_id
    env["ir.config_parameter"].sudo().set_param(PARAMETER, str(job.company_id.id))


def trial_company(env: Env) -> Env:
    """Return the company that an earlier import filled, empty without one."""
    stored = env["ir.config_parameter"].sudo().get_param(PARAMETER)
    return env["res.company"].browse(int(stored or 0)).exists()


def _finish(job: Env) -> None:
    """Let the import's own scheduled action go on until nothing is left."""
    env = job.env
    env.cr.commit()
    while job.state == "importing":
        env["ar.ledger.import"]._cron_import()
        env.cr.commit()
        job.invalidate_recordset()
    if job.state != "done":
        _report_wrong_rows(job)
        raise SystemExit(f"the import stopped: {job.last_error or 'no row is good'}")


def _report_wrong_rows(job: Env) -> None:
    """Say which rows are left out, and why."""
    wrong = job.rejected_row_ids
    if wrong:
        _say(f"{len(wrong)} of {job.row_count} rows are wrong and left out:")
    for row in wrong[:SHOWN]:
        _say(f"  row {row.row_number}: {row.reason}")


@contextmanager
def _progress(database: str, job_id: int) -> Iterator[None]:
    """Say from time to time how many rows are done."""
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(database, job_id, over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _watch(database: str, job_id: int, over: threading.Event) -> None:
    while not over.wait(PAUSE):
        with Registry(database).cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FILTER (WHERE state = 'done'), count(*) "
                "FROM ar_ledger_import_row WHERE import_id = %s",
                [job_id],
            )
            done, total = cursor.fetchone()
        _say(f"{done:,} of {total:,} rows")


def _say(text: str) -> None:
    """Print a line that the setup shows at once: two spaces begin it."""
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()
