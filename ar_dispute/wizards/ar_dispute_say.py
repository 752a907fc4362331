"""A step of a dispute that needs words: why."""

from odoo import fields, models


class ArDisputeSay(models.TransientModel):
    _name = "ar.dispute.say"
    _description = "Say why"

    dispute_id = fields.Many2one("ar.dispute", required=True, ondelete="cascade")
    transition = fields.Selection(
        [
            ("wait", "Wait for the customer"),
            ("resume", "Go on"),
            ("send_back", "Send back"),
            ("cancel", "Cancel"),
            ("reopen", "Open again"),
        ],
        required=True,
    )
    reason = fields.Char(string="Why", required=True)

    def action_apply(self):
        """Make the step."""
        self.ensure_one()
        steps = {
            "wait": self.dispute_id.action_wait,
            "resume": self.dispute_id.action_resume,
            "send_back": self.dispute_id.action_send_back,
            "cancel": self.dispute_id.action_cancel,
            "reopen": self.dispute_id.action_reopen,
        }
        steps[self.transition](self.reason)
        return {"type": "ir.actions.act_window_close"}
