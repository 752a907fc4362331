"""A company's own ledger, from the export of any accounting system, to try us on it."""

import logging
from collections import Counter

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools import ledger_columns

_logger = logging.getLogger(__name__)

BATCH_SIZE = 500
INLINE_LIMIT = 2000
STAGING_DAYS = 90


class ArLedgerImport(models.Model):
    """Turns a file into customers, posted invoices and settlements of a trial company.

    Read and checked as a whole first. Small files are imported at once; large ones by
    the scheduled action, in batches that are kept when something stops it.
    """

    _name = "ar.ledger.import"
    _description = "Ledger import"
    _inherit = ["ar.ledger.import.file", "ar.ledger.import.books"]
    _order = "id desc"
    _rec_name = "filename"

    state = fields.Selection(
        [
            ("draft", "Columns"),
            ("checked", "Checked"),
            ("importing", "Importing"),
            ("done", "Imported"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    policy = fields.Selection(
        [
            ("all_or_nothing", "Import nothing"),
            ("valid_rows", "Import all the other rows"),
        ],
        string="If a row is wrong",
        required=True,
        default="all_or_nothing",
    )
    row_ids = fields.One2many("ar.ledger.import.row", "import_id", readonly=True)
    rejected_row_ids = fields.One2many(
        "ar.ledger.import.row",
        "import_id",
        string="Wrong rows",
        domain=[("state", "=", "rejected")],
        readonly=True,
    )
    row_count = fields.Integer(string="Rows", compute="_compute_counts")
    pending_count = fields.Integer(string="Rows to import", compute="_compute_counts")
    done_count = fields.Integer(string="Rows imported", compute="_compute_counts")
    skipped_count = fields.Integer(string="Rows left aside", compute="_compute_counts")
    rejected_count = fields.Integer(string="Rows wrong", compute="_compute_counts")
    remark_count = fields.Integer(string="Remarks", compute="_compute_counts")
    progress = fields.Float(string="Progress (%)", compute="_compute_counts")
    date_start = fields.Datetime(string="Started on", readonly=True, copy=False)
    date_end = fields.Datetime(string="Finished on", readonly=True, copy=False)
    last_error = fields.Char(readonly=True, copy=False)

    # --------------------------------------------------------------------------------
    # Computed fields
    # --------------------------------------------------------------------------------

    @api.depends("row_ids.state", "row_ids.remark")
    def _compute_counts(self):
        groups = self.env["ar.ledger.import.row"]._read_group(
            [("import_id", "in", self.ids)],
            ["import_id", "state"],
            ["__count", "remark:count"],
        )
        for job in self:
            rows = Counter({state: n for owner, state, n, _r in groups if owner == job})
            job.row_count = rows.total()
            job.pending_count = rows["pending"] + rows["invoiced"]
            job.done_count = rows["done"]
            job.skipped_count = rows["skipped"]
            job.rejected_count = rows["rejected"]
            job.remark_count = sum(r for owner, _s, _n, r in groups if owner == job)
            # An invoice is half the work, its settlement the other half.
            share = rows["done"] + rows["invoiced"] / 2
            total = job.pending_count + rows["done"]
            job.progress = 100.0 * share / total if total else 0.0

    # --------------------------------------------------------------------------------
    # Create, write, unlink
    # --------------------------------------------------------------------------------

    @api.onchange("file")
    def _onchange_file(self):
        if self.file:
            self.column_ids = [Command.clear(), *self._get_column_commands()]

    @api.model_create_multi
    def create(self, vals_list):
        jobs = super().create(vals_list)
        for job, vals in zip(jobs, vals_list, strict=True):
            if not vals.get("column_ids"):
                job.column_ids = job._get_column_commands()
        return jobs

    def write(self, vals):
        if "file" in vals and any(job.state != "draft" for job in self):
            raise UserError(
                self.env._("This file is checked already: make a new import.")
            )
        result = super().write(vals)
        if "file" in vals and "column_ids" not in vals:
            for job in self:
                job.column_ids = [Command.clear(), *job._get_column_commands()]
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        if any(job.state == "importing" or job.done_count for job in self):
            raise UserError(
                self.env._(
                    "This import is the origin of entries of its company: it stays."
                )
            )

    # --------------------------------------------------------------------------------
    # Actions
    # --------------------------------------------------------------------------------

    def action_check(self):
        """Read every row and tell the good from the wrong; nothing is imported."""
        self.ensure_one()
        if self.state == "draft":
            self._check_company_free()
            self._stage()
        return True

    def action_draft(self):
        """Go back to the columns; nothing was imported yet."""
        self.ensure_one()
        if self.state != "checked" or self.done_count:
            raise UserError(self.env._("This file is imported, at least in part."))
        self.row_ids.unlink()
        self.state = "draft"
        return True

    def action_import(self):
        """Import the file: at once when it is small, else by the scheduled action.

        Wrong rows are reported on ``rejected_row_ids``. With the policy
        ``all_or_nothing`` nothing is imported while there are any.
        """
        self.ensure_one()
        self.action_check()
        strict = self.policy == "all_or_nothing"
        if self.state == "checked" and not (strict and self.rejected_count):
            self._start()
        if self.state == "importing" and self.pending_count <= INLINE_LIMIT:
            self._run_at_once()
        elif self.state == "importing":
            self._trigger_cron()
        return True

    def action_view_rows(self):
        """Open all rows of the file."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_ledger_import_row_action"
        )
        return action | {"domain": [("import_id", "=", self.id)]}

    def action_view_invoices(self):
        """Open the invoices that ledgers became in this company."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("journal_id", "=", self.sale_journal_id.id)],
        }

    # --------------------------------------------------------------------------------
    # Importing
    # --------------------------------------------------------------------------------

    def _stage(self):
        """Read the whole file into rows, each one pending or with its reason."""
        roles = self._get_roles()
        records = self._read_records(roles)
        self._set_notation(
            records, ledger_columns.DATE_ROLES, ledger_columns.AMOUNT_ROLES
        )
        self._set_currency(records)
        self.row_ids.unlink()
        self.env["ar.ledger.import.row"]._stage(self, records)
        self.invalidate_recordset()
        if not self.row_count:
            raise UserError(self.env._("There is no row below the names of columns."))
        self.state = "checked"

    def _start(self):
        """Prepare the company, and mark it as a trial for good."""
        if not self.company_id:
            self.company_id = self._make_company()
        self._check_company_free()
        if self.search_count(self._get_running_domain(), limit=1):
            raise UserError(
                self.env._("Another file is being imported in this company: wait.")
            )
        job = self._as_bookkeeper()
        job.company_id.ar_is_trial = True
        job._prepare_accounts()
        job._activate_currencies()
        now = fields.Datetime.now()
        self.write({"state": "importing", "date_start": now, "last_error": False})

    def _get_running_domain(self) -> Domain:
        mine = Domain("company_id", "=", self.company_id.id)
        return mine & Domain("state", "=", "importing") & Domain("id", "!=", self.id)

    @api.autovacuum
    def _gc_staging(self):
        """Forget the files of finished or abandoned imports, the rows that became no
        entry, and the addresses of those that did: customers have them."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=STAGING_DAYS)
        old = [("create_date", "<", limit), ("state", "!=", "importing")]
        jobs = self.search(old)
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "file"),
                ("res_id", "in", jobs.ids),
            ]
        ).unlink()
        rows = self.env["ar.ledger.import.row"]
        mine = [("import_id", "in", jobs.ids)]
        rows.search([*mine, ("move_id", "=", False)]).unlink()
        reached = ["|", ("email", "!=", False), ("phone", "!=", False)]
        rows.search([*mine, *reached]).write({"email": False, "phone": False})

    @api.model
    def _trigger_cron(self):
        # The scheduled action belongs to the system; who imports may wake it up.
        self.env.ref("ar_best_practices.ir_cron_ledger_import").sudo()._trigger()

    @api.model
    def _cron_import(self):
        """Go on with the imports that are under way, in batches that are kept.

        May be called by a script until no import is left in ``importing``.
        """
        for job in self.search([("state", "=", "importing")], order="id"):
            try:
                in_time = job._as_bookkeeper()._run_committed()
            except OperationalError:
                raise  # a conflict: the next run goes on from the last batch
            except Exception as error:
                _logger.warning("Import %s stopped", job.id, exc_info=True)
                self.env.cr.rollback()
                job._set_stopped(error)
                in_time = self.env["ir.cron"]._commit_progress()
            if not in_time:
                return

    def _set_stopped(self, error: Exception):
        """Keep what is imported, say why it stopped; a person starts it again."""
        self.write({"state": "checked", "last_error": str(error)})

    def _run_committed(self) -> float:
        """Run batches until the end; return the time left, 0 to stop here."""
        crons = self.env["ir.cron"]
        left = crons._commit_progress(remaining=self._count_steps())
        while left and (job := self._lock_running()):
            steps = job._count_steps()
            job._run_batch()
            remaining = job._count_steps()
            left = crons._commit_progress(steps - remaining, remaining=remaining)
            self.env.invalidate_all()
        return left

    def _lock_running(self):
        """Return the import when it is under way and nobody else works on it."""
        job = self.try_lock_for_update(allow_referencing=True)
        return job.filtered_domain([("state", "=", "importing")])

    def _count_steps(self) -> int:
        """Count what is left: an invoice and its settlement are two steps."""
        self.invalidate_recordset(["pending_count"])
        rows = self.env["ar.ledger.import.row"]
        pending = [("import_id", "in", self.ids), ("state", "=", "pending")]
        return self.pending_count + rows.search_count(pending)

    def _run_at_once(self):
        """Run all batches in this transaction; with the strict policy, all or none."""
        job = self._as_bookkeeper()
        if not job._lock_running():
            raise UserError(self.env._("This file is being imported right now."))
        strict = self.policy == "all_or_nothing" and not self.done_count
        while job.state == "importing":
            job._run_batch()
        self.invalidate_recordset()
        if strict and self.rejected_count:
            wrong = [f"{row.row_number}: {row.reason}" for row in self.rejected_row_ids]
            raise UserError(
                self.env._(
                    "Nothing was imported, for Odoo refuses these rows:\n%(rows)s",
                    rows="\n".join(wrong[:10]),
                )
            )

    def _run_batch(self):
        """Import the next rows, or finish."""
        if rows := self._get_next_rows():
            self._analyze_ledger()
            rows._run()
        else:
            self.write({"state": "done", "date_end": fields.Datetime.now()})

    def _analyze_ledger(self):
        """Let PostgreSQL count: in a new database Odoo's own statements would be
        planned for empty tables, and matching a day of payments take minutes."""
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_partial_reconcile"
        )

    def _get_next_rows(self):
        """Return the next rows to work on: invoices first, then days of settlement."""
        rows = self.env["ar.ledger.import.row"]
        mine = Domain("import_id", "=", self.id)
        pending = mine & Domain("state", "=", "pending")
        found = rows.search(pending, order="invoice_date, id", limit=BATCH_SIZE)
        if found:
            return found
        invoiced = mine & Domain("state", "=", "invoiced")
        found = rows.search(invoiced, order="settled_date, id", limit=BATCH_SIZE)
        # One entry a day: the last day may go on beyond the batch.
        whole_days = found.filtered(lambda r: r.settled_date < found[-1].settled_date)
        return whole_days if len(found) == BATCH_SIZE and whole_days else found
