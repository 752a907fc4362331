"""The spreadsheet of disputes that a company kept until it had a register."""

import base64
from collections import Counter
from collections.abc import Iterator

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command

from odoo.addons.ar_best_practices.models.workbook import make_workbook
from odoo.addons.ar_best_practices.tools import ledger_row
from odoo.addons.ar_best_practices.tools.column_guess import (
    Vocabulary,
    looks_like_amount,
    looks_like_date,
)

from ..tools import dispute_columns as columns
from .ar_dispute_import_check import Row
from .ar_dispute_known import Case

MAX_BYTES = 20 * 1024 * 1024
MAX_CASES = 5000  # in one transaction of about a minute
MAX_ROWS = 200_000  # most of them empty: spreadsheets write such
KEPT_DAYS = 90
CELLS = (str, int, float, bool, type(None))

VOCABULARY = Vocabulary(
    columns.WORDINGS,
    columns.STRANGERS,
    {
        **dict.fromkeys(columns.DATE_ROLES, looks_like_date),
        **dict.fromkeys(columns.AMOUNT_ROLES, looks_like_amount),
    },
    # what would change a case silently is better wrong row by row than not read
    (*columns.REQUIRED_ROLES, *columns.OPTIONAL_ROLES),
)


class ArDisputeImport(models.Model):
    """Registers open cases as they stand, and ended ones with their days, so that
    figures begin at once. The ledger is read, never changed.

    A row is registered once: the same file brings nothing new, a corrected one what was
    missing.
    """

    _name = "ar.dispute.import"
    _description = "Import of a dispute spreadsheet"
    _inherit = ["ar.table.file", "ar.dispute.import.check"]
    _order = "id desc"
    _rec_name = "filename"

    file = fields.Binary(help="CSV or Excel (.xlsx): one row a dispute.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company.root_id,
    )
    column_ids = fields.One2many("ar.dispute.import.column", "import_id")
    word_ids = fields.One2many(
        "ar.dispute.import.word", "import_id", string="Their words"
    )
    state = fields.Selection(
        [("draft", "Columns"), ("checked", "Checked"), ("done", "Registered")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    policy = fields.Selection(
        [
            ("all_or_nothing", "Register nothing"),
            ("valid_rows", "Register all the other rows"),
        ],
        string="If a row is wrong",
        required=True,
        default="all_or_nothing",
    )
    row_ids = fields.One2many("ar.dispute.import.row", "import_id", readonly=True)
    rejected_row_ids = fields.One2many(
        "ar.dispute.import.row",
        "import_id",
        string="Wrong rows",
        domain=[("state", "=", "rejected")],
        readonly=True,
    )
    dispute_ids = fields.One2many("ar.dispute", "import_id", readonly=True)
    row_count = fields.Integer(string="Rows", compute="_compute_counts")
    pending_count = fields.Integer(string="Rows to register", compute="_compute_counts")
    done_count = fields.Integer(string="Disputes registered", compute="_compute_counts")
    skipped_count = fields.Integer(string="There already", compute="_compute_counts")
    rejected_count = fields.Integer(string="Rows wrong", compute="_compute_counts")
    date_end = fields.Datetime(string="Registered on", readonly=True, copy=False)

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("row_ids.state")
    def _compute_counts(self):
        groups = self.env["ar.dispute.import.row"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state"], ["__count"]
        )
        for job in self:
            rows = Counter({state: n for owner, state, n in groups if owner == job})
            job.row_count = rows.total()
            for state in ("pending", "done", "skipped", "rejected"):
                job[f"{state}_count"] = rows[state]

    # ------------------------------------------------------------------
    # Create, write, unlink
    # ------------------------------------------------------------------

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
    def _unlink_except_done(self):
        if any(job.done_count for job in self):
            raise UserError(
                self.env._("This import is the origin of disputes: it stays.")
            )

    @api.autovacuum
    def _gc_files(self):
        """Forget old files, the rows that became no case, and whom the others named:
        their cases know."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        jobs = self.search([("create_date", "<", limit)])
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "file"),
                ("res_id", "in", jobs.ids),
            ]
        ).unlink()
        rows = jobs.row_ids
        rows.filtered(lambda row: not row.dispute_id).unlink()
        rows.exists().filtered("customer").customer = False

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_check(self):
        """Read every row and tell the good from the wrong; nothing is registered."""
        self.ensure_one()
        self._check_not_done()
        self._stage()
        return True

    def action_draft(self):
        """Go back to the columns; nothing was registered yet."""
        self.ensure_one()
        self._check_not_done()
        self.row_ids.unlink()
        self.state = "draft"
        return True

    def action_import(self):
        """Register the good rows, or none while there is a wrong one, as chosen.

        All rows are read again first: the ledger may have changed meanwhile.
        """
        self.ensure_one()
        self._check_not_done()
        rows = self._stage(lock=True)
        if self.policy == "all_or_nothing" and self.rejected_count:
            return True
        good = [row for row in rows if not row.problems and not row.known]
        disputes = self.env["ar.dispute"]._register_all(
            [self._get_case(row) for row in good]
        )
        by_row = dict(zip((row.number for row in good), disputes, strict=True))
        for row in self.row_ids.filtered(lambda row: row.state == "pending"):
            row.write({"state": "done", "dispute_id": by_row[row.row_number].id})
        self.write({"state": "done", "date_end": fields.Datetime.now()})
        return True

    def action_view_disputes(self):
        """Open what was registered."""
        self.ensure_one()
        return self.dispute_ids._get_records_action(
            name=self.env._("Disputes of %s", self.filename)
        )

    def action_view_rows(self):
        """Open all rows of the file."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_dispute.ar_dispute_import_row_action"
        )
        return action | {"domain": [("import_id", "=", self.id)]}

    def action_download_rejected(self):
        """Download the wrong rows as they are in the file, with what is wrong: to be
        corrected there and imported again."""
        self.ensure_one()
        reasons = {row.row_number: row.reason for row in self.rejected_row_ids}
        headers = self._get_headers()
        refused = self.env._("Refused because")
        kept = [n for n, header in enumerate(headers) if header != refused]
        content = make_workbook(
            self.env._("Wrong rows"),
            [*(headers[n] for n in kept), refused],
            (
                [*(self._get_cell(row, n) for n in kept), reasons[number]]
                for number, row in self._read_table()
                if number in reasons
            ),
            [
                self.env._("Wrong rows of %s", self.filename),
                self.env._("Correct them here, then import this file."),
            ],
        )
        name = self.env._("Wrong rows of %s", f"{self._get_stem()}.xlsx")
        export = self.env["ar.export"].create(
            {"name": name, "content": base64.b64encode(content)}
        )
        return export._download()

    def _get_stem(self) -> str:
        return self.filename.rpartition(".")[0] or self.filename

    def _get_headers(self) -> list[str]:
        headers = {column.position: column.header or "" for column in self.column_ids}
        return [headers.get(n, "") for n in range(max(headers) + 1)]

    def _get_cell(self, row: list, position: int):
        """Return a cell as a workbook takes it."""
        cell = row[position] if position < len(row) else None
        dated = hasattr(cell, "year")
        return cell if dated or isinstance(cell, CELLS) else str(cell)

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _get_vocabulary(self):
        return VOCABULARY

    def _get_known_roles(self, roles):
        # Without an amount all that is open is disputed; without a day none has ended
        return roles | set(columns.OPTIONAL_ROLES)

    def _get_column_examples(self):
        return self.env._("invoice number, disputed amount, date, reason…")

    def _read_rows(self) -> Iterator[list]:
        # EXTENDS ar_best_practices: a register kept by hand is not that large
        size = len(self.with_context(bin_size=False).file or b"") * 3 // 4
        if size > MAX_BYTES:
            raise UserError(
                self.env._(
                    "This file is larger than %s MB: leave the other sheets out.",
                    MAX_BYTES // 1024 // 1024,
                )
            )
        for number, row in enumerate(super()._read_rows()):
            if number == MAX_ROWS:
                raise UserError(
                    self.env._(
                        "This file has more than %s rows: delete those that are empty.",
                        MAX_ROWS,
                    )
                )
            yield row

    def _read_records(self, roles):
        # EXTENDS ar_best_practices
        records = [
            (number, cells)
            for number, cells in super()._read_records(roles)
            if any(map(ledger_row.as_text, cells.values()))
        ]
        if not records:
            raise UserError(self.env._("There is no row below the names of columns."))
        if len(records) > MAX_CASES:
            raise UserError(
                self.env._(
                    "This file has %(count)s disputes: import at most %(most)s at a"
                    " time.",
                    count=len(records),
                    most=MAX_CASES,
                )
            )
        return records

    def _stage(self, lock=False) -> list[Row]:
        """Keep every row, with what it becomes or all that is wrong with it."""
        records = self._read_records(self._get_roles())
        self._set_notation(records, columns.DATE_ROLES, columns.AMOUNT_ROLES)
        try:
            rows = self._check_rows(records, lock)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody works on some of these invoices right now: wait a moment,"
                    " then register again."
                )
            ) from error
        self.row_ids.unlink()
        self.env["ar.dispute.import.row"].create(list(map(self._prepare_row, rows)))
        self.invalidate_recordset()
        self.state = "checked"
        return rows

    def _prepare_row(self, row: Row) -> dict:
        reason = " ".join(row.problems)
        state = "rejected" if reason else "pending"
        if row.known:
            state = "skipped"
            reason = self.env._("Registered already as %s.", row.known.name)
        return {
            "import_id": self.id,
            "row_number": row.number,
            "state": state,
            "reason": reason,
            "remark": " ".join(row.remarks),
            "number": row.texts.get(columns.NUMBER, "")[:200],
            "customer": row.texts.get(columns.CUSTOMER, "")[:200],
            "amount": row.texts.get(columns.AMOUNT, "")[:200],
            "dispute_id": row.known.id if row.known else False,
        }

    def _get_case(self, row: Row) -> Case:
        """Return the case of a good row."""
        words = self.env._(
            "from row %(row)s of %(file)s", row=row.number, file=self.filename
        )
        values = {name: value for name, value in row.values.items() if value}
        state = row.state
        if state == "open":
            ready = values.get("reason_id") and values.get("processor_id")
            state = "qualified" if ready else "new"
        elif "decision" in values:
            amount = sum(part.amount for part in row.parts)
            founded = values["decision"] == "founded"
            values |= {
                "decided_date": row.closed,
                "accepted_amount": amount if founded else 0,
            }
        return Case(
            row.parts,
            row.heard,
            " · ".join([words, *row.remarks]),
            state,
            row.closed,
            values | {"import_id": self.id, "import_key": row.key},
        )

    def _check_not_done(self):
        if self.state == "done":
            raise UserError(
                self.env._("This file is registered already: make a new import.")
            )
