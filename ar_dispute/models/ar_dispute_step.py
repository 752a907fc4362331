"""What happened to a dispute, step by step; never changed."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ArDisputeStep(models.Model):
    """The state of a case on a past day and the pauses of its clock are read here.

    Growth: ten rows per case. Deleted with their case.
    """

    _name = "ar.dispute.step"
    _description = "Step of a dispute"
    _inherit = ["ar.guarded"]
    _order = "id desc"

    dispute_id = fields.Many2one(
        "ar.dispute", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True, readonly=True
    )
    date = fields.Datetime(
        string="When", required=True, readonly=True, default=fields.Datetime.now
    )
    day = fields.Date(required=True, readonly=True, help="In the company's time zone.")
    from_state = fields.Selection(
        selection="_get_states", string="State before", readonly=True
    )
    to_state = fields.Selection(
        selection="_get_states", string="State", required=True, readonly=True
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    reason = fields.Char(string="What and why", readonly=True)

    _dispute_day = models.Index("(dispute_id, day)")

    @api.model
    def _get_states(self) -> list[tuple[str, str]]:
        return self.env["ar.dispute"]._fields["state"]._description_selection(self.env)

    def write(self, vals):
        if vals:
            raise UserError(self.env._("What happened is never changed."))
        return super().write(vals)
