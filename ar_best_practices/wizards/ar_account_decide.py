"""A person's decision on customer accounts: hold, payer profile, strategy."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

PROFILE_MONTHS = 6


class ArAccountDecide(models.TransientModel):
    _name = "ar.account.decide"
    _description = "Decide about a customer account"

    account_ids = fields.Many2many(
        "ar.account",
        required=True,
        default=lambda self: self.env.context.get("active_ids", []),
    )
    subject = fields.Selection(
        [("hold", "Hold"), ("profile", "Payer profile"), ("strategy", "Strategy")],
        required=True,
        default="hold",
    )
    hold_state = fields.Selection(
        [("none", "Release"), ("watch", "Watch"), ("hold", "Hold")],
        string="New state",
        default="hold",
    )
    hold_code = fields.Selection(
        selection=lambda self: self.env["ar.account"]._get_hold_codes(),
        string="Kind of hold",
        default="overdue",
    )
    hold_until_paid = fields.Boolean(
        string="Release when nothing is late any more", default=True
    )
    hold_review_date = fields.Date(
        string="Review on", help="You are reminded on that day."
    )
    payer_profile_id = fields.Many2one("ar.payer.profile", string="Payer profile")
    strategy_id = fields.Many2one(
        "ar.dunning.strategy", help="Leave empty to give the choice back to the rules."
    )
    until = fields.Date(
        compute="_compute_until",
        store=True,
        readonly=False,
        help="The decision ends by itself after this day.",
    )
    reason = fields.Char(required=True)

    @api.depends("subject")
    def _compute_until(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            expires = wizard.subject == "profile"
            wizard.until = (
                today + relativedelta(months=PROFILE_MONTHS) if expires else False
            )

    def action_apply(self):
        """Write the decision; who, when, before and after are logged."""
        self.ensure_one()
        accounts = self.account_ids
        if self.subject == "hold":
            accounts._set_hold(
                self.hold_state,
                self.reason,
                self.until,
                self.hold_code or "other",
                self.hold_until_paid and self.hold_code in ("overdue", "promise"),
                self.hold_review_date,
            )
        elif self.subject == "strategy":
            accounts._set_strategy(self.strategy_id, self.reason)
        else:
            if not (self.payer_profile_id and self.until):
                raise UserError(
                    self.env._("Choose the profile and the day on which it expires.")
                )
            accounts._set_payer_profile(self.payer_profile_id, self.reason, self.until)
        return {"type": "ir.actions.act_window_close"}
