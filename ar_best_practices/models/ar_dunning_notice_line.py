"""One open item in a run, in or out, with its reason in words."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ArDunningNoticeLine(models.Model):
    """Plain rows written by SQL: no log columns, no computes stored, no overrides.

    Growth: three rows per notice, 300,000 a year for the 100,000 notices of
    ``ar.dunning.notice``. What was asked is a proof and stays as long as its run; the
    items left out stay for the newest run of a company only (the next proposal deletes
    them), except those that a person left out: a decision with its reason.
    """

    _name = "ar.dunning.notice.line"
    _description = "Item of a dunning run"
    _order = "due_date, id"
    _rec_name = "number"
    _log_access = False

    run_id = fields.Many2one(
        "ar.dunning.run", required=True, index=True, ondelete="cascade"
    )
    notice_id = fields.Many2one(
        "ar.dunning.notice", index="btree_not_null", ondelete="cascade"
    )
    account_id = fields.Many2one(
        "ar.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    company_currency_id = fields.Many2one(
        related="run_id.currency_id", string="Company currency"
    )
    line_id = fields.Many2one(
        "account.move.line", string="Journal item", index=True, ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", string="Invoice", index="btree_not_null", ondelete="set null"
    )
    # Frozen when the run is proposed: what the customer is asked for
    number = fields.Char(readonly=True)
    invoice_date = fields.Date(string="Invoice date", readonly=True)
    due_date = fields.Date(string="Due date", readonly=True)
    days_late = fields.Integer(string="Days late", readonly=True, aggregator="max")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_currency = fields.Monetary(
        string="Amount in currency", readonly=True, currency_field="currency_id"
    )
    amount = fields.Monetary(
        readonly=True,
        currency_field="company_currency_id",
        help="What is asked for this item, in the company's currency; a credit is"
        " negative.",
    )
    included = fields.Boolean(readonly=True)
    reason_code = fields.Selection(
        selection="_get_reason_selection", string="Reason code", readonly=True
    )
    reason = fields.Char(readonly=True)
    level_id = fields.Many2one("ar.dunning.level", readonly=True)
    rank = fields.Integer(readonly=True, aggregator=None)
    steps = fields.Boolean(
        readonly=True, help="Reaches a new level with this run (else only listed)."
    )
    # What a person changed during the review; kept when the run is proposed again
    override = fields.Selection(
        [("exclude", "Left out"), ("level", "Level changed")], readonly=True
    )
    override_rank = fields.Integer(string="Rank given by a person", readonly=True)
    override_reason = fields.Char(string="Why a person changed it", readonly=True)
    override_uid = fields.Many2one("res.users", string="Changed by", readonly=True)

    can_change = fields.Boolean(
        string="May be changed",
        compute="_compute_can_change",
        help="The run is under review: this item may still be left out or put back.",
    )

    @api.depends("run_id.state", "notice_id.state")
    def _compute_can_change(self):
        for line in self:
            line.can_change = line.run_id.state == "proposed" and (
                not line.notice_id or line.notice_id.state == "proposed"
            )

    def _get_reason_selection(self):
        """Return why an item is in or out; the order is the order of the tests."""
        env = self.env
        return [
            ("step", env._("Reminded")),
            ("listed", env._("Listed with the others")),
            ("credit", env._("Credit deducted")),
            ("not_due", env._("Not due")),
            ("no_followup", env._("No follow-up")),
            ("excluded", env._("Excluded by a person")),
            ("insolvency", env._("Insolvency")),
            ("disputed", env._("Disputed")),
            ("plan", env._("Payment plan")),
            ("promised", env._("Promised")),
            ("waiting", env._("Next level later")),
            ("last_level", env._("Last level reached")),
            ("quiet_days", env._("Quiet days")),
            ("credit_covers", env._("Credit covers it")),
            ("below_minimum", env._("Below minimum")),
            ("not_selected", env._("Not selected")),
            ("no_level", env._("Strategy without levels")),
            ("manual", env._("For a person to approve")),
        ]

    def action_open_move(self):
        """Open the invoice behind the line."""
        self.ensure_one()
        if not self.move_id:
            raise UserError(
                self.env._("The entry %(number)s no longer exists.", number=self.number)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    # ------------------------------------------------------------------
    # Review
    # ------------------------------------------------------------------

    def action_exclude(self):
        """Ask why these items are left out of the run."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leave items out"),
            "res_model": "ar.dunning.review",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_line_ids": self.ids,
                "default_override": "exclude",
            },
        }

    def action_include_again(self):
        """Forget what a person changed: the next recomputation decides again."""
        changed = self.filtered("override")
        changed._check_under_review()
        changed._override(False, False)
        return True

    def _exclude(self, reason: str):
        """Take these items out of their notices; the others stay as they are."""
        if not self:
            return
        self._check_under_review()
        self._override("exclude", reason)
        words = self.env._("left out by a person: %(reason)s", reason=reason)
        self.sudo().write(  # `_override` checked the right
            {
                "included": False,
                "steps": False,
                "reason_code": "excluded",
                "reason": words,
            }
        )
        self.notice_id._refresh_from_lines(reason)
        self.run_id._refresh_totals()

    def _check_under_review(self):
        if any(line.run_id.state != "proposed" for line in self):
            raise UserError(
                self.env._("This run is no longer under review: make a new one.")
            )
        self.notice_id._check_proposed()

    def _override(self, override, reason, level=None):
        """Remember what a person changed, with the reason.

        sudo: nobody writes lines by hand; who sees them may review them this way.
        """
        self.check_access("read")
        self.sudo().write(
            {
                "override": override,
                "override_reason": reason,
                "override_rank": level.rank if level else False,
                "override_uid": self.env.uid if override else False,
                **({"level_id": level.id, "rank": level.rank} if level else {}),
            }
        )
