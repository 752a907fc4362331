"""What was decided about an account: append-only."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ArAccountDecision(models.Model):
    """Who decided what, when and why.

    Growth: about two rows per customer and year, kept for ``ar_retention_years``.
    Purged with the runs (``ar.dunning.run._gc_expired``).
    """

    _name = "ar.account.decision"
    _description = "Decision about a customer account"
    _order = "date desc, id desc"
    _log_access = False

    account_id = fields.Many2one(
        "ar.account", required=True, index=True, ondelete="cascade"
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    code = fields.Selection(
        [
            ("hold", "Hold"),
            ("release", "Release"),
            ("profile", "Payer profile"),
            ("strategy", "Strategy"),
            ("merge", "Merge"),
            ("erasure", "Erasure"),
        ],
        string="Kind",
        required=True,
        index=True,
    )
    subject = fields.Char(required=True)
    before = fields.Char()
    after = fields.Char()
    reason = fields.Char()
    user_id = fields.Many2one("res.users", string="By", ondelete="set null")
    held_days = fields.Integer(
        string="Days held", help="Of a release: days since the hold began."
    )

    def write(self, vals):
        if set(vals) - {"account_id"}:
            raise UserError(self.env._("A decision is never changed: take a new one."))
        return super().write(vals)

    @api.model
    def _gc_older_than(self, company, limit):
        """Forget the decisions of a company taken before a day."""
        self.search(
            [("account_id.company_id", "=", company.id), ("date", "<", limit)]
        ).unlink()

    @api.model
    def _log(self, accounts, code, subject, before, after, reason=None):
        """Append one decision per account.

        :param code: what statistics count, see the field
        :param before, after: functions of an account returning words
        """
        today = fields.Date.context_today(self)
        self.sudo().create(  # everybody who may decide may append to the log
            [
                {
                    "account_id": account.id,
                    "code": code,
                    "subject": subject,
                    "before": before(account),
                    "after": after(account),
                    "reason": reason,
                    "user_id": self.env.uid,
                    "held_days": (today - account.hold_date).days
                    if code == "release" and account.hold_date
                    else 0,
                }
                for account in accounts
            ]
        )
