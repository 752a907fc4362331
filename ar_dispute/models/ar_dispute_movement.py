"""What happened to the amount of a dispute line, one row each; never changed."""

from odoo import fields, models
from odoo.exceptions import UserError


class ArDisputeMovement(models.Model):
    """The amounts of a line, now and as of any past day, are sums of its movements.

    Growth: about two rows per dispute line. Deleted with their case.
    """

    _name = "ar.dispute.movement"
    _description = "Movement of a disputed amount"
    _inherit = ["ar.guarded"]
    _order = "id"

    line_id = fields.Many2one(
        "ar.dispute.line", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="line_id.company_id", store=True, index=True, readonly=True
    )
    currency_id = fields.Many2one(related="line_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("opened", "Disputed"),
            ("moved", "Moved to or from another case"),
            ("credited", "Credited"),
            ("paid", "Paid"),
            ("written_off", "Written off"),
            ("other", "Otherwise cleared"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(
        required=True,
        readonly=True,
        help="What was disputed, or what cleared it; below zero when it is taken back.",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Cleared by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    number = fields.Char(string="Number of the entry", readonly=True)

    # the sums of a line up to a past day
    _line_date = models.Index("(line_id, date)")

    def write(self, vals):
        if vals:
            raise UserError(self.env._("What moved is never changed."))
        return super().write(vals)
