"""Ask a colleague who does not work with Odoo."""

from odoo import fields, models
from odoo.exceptions import UserError


class ArDisputeAsk(models.TransientModel):
    _name = "ar.dispute.ask"
    _description = "Ask a colleague"

    dispute_id = fields.Many2one("ar.dispute", required=True, ondelete="cascade")
    name = fields.Char(string="Colleague", required=True)
    email = fields.Char(required=True)
    question = fields.Text(required=True)
    days = fields.Integer(string="Days to answer", default=7, required=True)

    def action_send(self):
        """Send the question."""
        self.ensure_one()
        if not 1 <= self.days <= 60:
            raise UserError(self.env._("Give between 1 and 60 days to answer."))
        self.env["ar.dispute.question"]._ask(
            self.dispute_id,
            name=self.name,
            email=self.email,
            question=self.question,
            end_date=fields.Date.add(fields.Date.today(), days=self.days),
        )
        return {"type": "ir.actions.act_window_close"}
