"""Bank files become lines of bank statements, once."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.ar_matching_books import WAITING


class ArBankImport(models.TransientModel):
    """Read the files, look at what is new, import it.

    Nothing is in the books before the last step, and then all of it or nothing.
    """

    _name = "ar.bank.import"
    _description = "Import of a bank file"
    _inherit = ["ar.bank.import.file"]

    state = fields.Selection(
        [
            ("file", "File"),
            ("columns", "Columns"),
            ("checked", "Check"),
            ("done", "Imported"),
        ],
        required=True,
        readonly=True,
        default="file",
    )
    statement_ids = fields.One2many(
        "ar.bank.import.statement", "import_id", string="Accounts"
    )
    line_ids = fields.One2many(
        "ar.bank.import.line", "import_id", string="Lines", readonly=True
    )
    maybe_line_ids = fields.One2many(
        "ar.bank.import.line",
        "import_id",
        string="Perhaps already there",
        domain=[("state", "=", "maybe")],
    )
    new_line_ids = fields.One2many(
        "ar.bank.import.line",
        "import_id",
        string="New",
        domain=[("state", "=", "new")],
    )
    left_line_ids = fields.One2many(
        "ar.bank.import.line",
        "import_id",
        string="Lines left out",
        domain=[("state", "in", ("known", "locked"))],
        readonly=True,
    )
    notice = fields.Char(readonly=True)
    remarks = fields.Text(compute="_compute_remarks")
    new_count = fields.Integer(string="New lines", compute="_compute_counts")
    maybe_count = fields.Integer(
        string="Lines perhaps already there", compute="_compute_counts"
    )
    known_count = fields.Integer(
        string="Lines already there", compute="_compute_counts"
    )
    locked_count = fields.Integer(
        string="Lines of a locked period", compute="_compute_counts"
    )
    pending_count = fields.Integer(string="Movements not booked yet", readonly=True)
    created_line_ids = fields.Many2many(
        "account.bank.statement.line", string="Imported bank lines", readonly=True
    )
    created_count = fields.Integer(
        string="Lines imported", compute="_compute_created_count"
    )

    # --------------------------------------------------------------------------------
    # Computed fields
    # --------------------------------------------------------------------------------

    @api.depends("line_ids.state")
    def _compute_counts(self):
        groups = self.env["ar.bank.import.line"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state"], ["__count"]
        )
        counts = {(job, state): count for job, state, count in groups}
        for job in self:
            job.new_count = counts.get((job, "new"), 0)
            job.maybe_count = counts.get((job, "maybe"), 0)
            job.known_count = counts.get((job, "known"), 0)
            job.locked_count = counts.get((job, "locked"), 0)

    @api.depends("statement_ids.remark")
    def _compute_remarks(self):
        for job in self:
            job.remarks = "\n".join(
                f"{one.account_number or one.filename}: {one.remark}"
                for one in job.statement_ids
                if one.remark
            )

    @api.depends("created_line_ids")
    def _compute_created_count(self):
        for job in self:
            job.created_count = len(job.created_line_ids)

    @api.depends("state")
    def _compute_display_name(self):
        for job in self:
            job.display_name = self.env._("Import a bank file")

    @api.ondelete(at_uninstall=False)
    def _unlink_files(self):
        """Forget the files, but those that are kept with a bank statement."""
        kept = self.attachment_ids.filtered(lambda file: file.res_model != self._name)
        (self.attachment_ids - kept).unlink()

    # --------------------------------------------------------------------------------
    # Actions
    # --------------------------------------------------------------------------------

    def action_read(self):
        """Read the files; nothing is imported. Columns of a CSV are confirmed first."""
        self.ensure_one()
        if self.state == "file" and (tables := self._read_tables()):
            columns = self.env["ar.bank.import.column"]._guess_vals_list(tables[0])
            self.column_ids = [Command.clear(), *map(Command.create, columns)]
            self.state = "columns"
        elif self.state in ("file", "columns"):
            self._stage()
        return True

    def action_back(self):
        """Go back to the files; nothing was imported yet."""
        self.ensure_one()
        if self.state == "done":
            raise UserError(self.env._("These files are imported already."))
        self.statement_ids.unlink()
        self.column_ids.unlink()
        self.write({"state": "file", "notice": False})
        return True

    def action_import(self):
        """Import what is new and what was ticked, then open the payments to match.

        Look again first: the journals or the books may have changed meanwhile.
        """
        self.ensure_one()
        if self.state != "checked":
            raise UserError(self.env._("Read the files first."))
        self._check_ready()
        if changed := self.statement_ids._examine():
            self.notice = self.env._(
                "%(count)s lines are not what they were before: look again, then"
                " import.",
                count=len(changed),
            )
        else:
            self.created_line_ids = self.statement_ids._import()
            self.write({"state": "done", "notice": False})
            return self._go_on()
        return True

    def action_match(self):
        """Look for what the payments pay, and open them."""
        self.ensure_one()
        self.env["ar.matching.proposal"].action_propose()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_matching_proposal_action"
        )

    def action_view_lines(self):
        """Open the lines that were imported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.account_bank_statement_line_action"
        )
        return action | {"domain": [("id", "in", self.created_line_ids.ids)]}

    # --------------------------------------------------------------------------------
    # Steps
    # --------------------------------------------------------------------------------

    def _stage(self):
        """Keep what the files say, each line with what would become of it."""
        found = self._read_files()
        statements = self.env["ar.bank.import.statement"]
        for file, read in found:
            statements |= statements._stage(self, file, read)
        statements._guess_journals()
        statements._check_journals()
        statements._examine()
        pending = sum(one.pending for _file, read in found for one in read)
        self.write({"state": "checked", "notice": False, "pending_count": pending})

    def _go_on(self):
        """Open the payments to match when some of them were imported, and say so."""
        payments = self.action_match()
        found = self._count_payments()
        if not found:
            return True
        message = self.env._(
            "%(count)s lines imported. Payments among them: %(certain)s certain,"
            " %(likely)s likely, %(unknown)s unknown.",
            count=self.created_count,
            **{state: found.get(state, 0) for state in WAITING},
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": payments},
        }

    def _count_payments(self) -> dict[str, int]:
        """Return how many of the imported payments there are, by state."""
        groups = self.env["ar.matching.proposal"]._read_group(
            [("statement_line_id", "in", self.created_line_ids.ids)],
            ["state"],
            ["__count"],
        )
        return dict(groups)

    def _check_ready(self):
        """Refuse when there is no journal, or somebody else imports into it."""
        journals = self.statement_ids.journal_id
        if not journals:
            raise UserError(self.env._("Choose the journal of at least one account."))
        self.statement_ids._check_may_import()
        if journals.try_lock_for_update(allow_referencing=True) != journals:
            raise UserError(
                self.env._(
                    "Somebody else is importing into this journal right now: wait a"
                    " moment, then import again."
                )
            )
        chosen = self.statement_ids.filtered("journal_id").line_ids
        if not chosen.filtered("selected"):
            raise UserError(
                self.env._(
                    "Nothing to import: no line of these files is new, and none is"
                    " ticked."
                )
            )
