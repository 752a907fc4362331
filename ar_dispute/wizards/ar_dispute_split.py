"""Split a dispute: what goes to a new case."""

from odoo import api, fields, models
from odoo.fields import Command


class ArDisputeSplit(models.TransientModel):
    _name = "ar.dispute.split"
    _description = "Split a dispute"

    dispute_id = fields.Many2one("ar.dispute", required=True, ondelete="cascade")
    line_ids = fields.One2many(
        "ar.dispute.split.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    reason = fields.Char(string="Why", required=True)

    @api.depends("dispute_id")
    def _compute_line_ids(self):
        for wizard in self:
            lines = wizard.dispute_id.line_ids.filtered("still_disputed")
            wizard.line_ids = [
                Command.clear(),
                *(Command.create({"line_id": line.id}) for line in lines),
            ]

    def action_split(self):
        """Make the new case and open it."""
        self.ensure_one()
        amounts = {line.line_id: line.amount for line in self.line_ids if line.amount}
        return self.dispute_id._split(amounts, self.reason)._get_records_action()
