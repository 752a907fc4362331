from odoo import fields, models


class ArPaymentPlanLine(models.Model):
    """What a plan pays of one item; frozen."""

    _name = "ar.payment.plan.line"
    _description = "Item in a payment plan"
    _inherit = ["ar.guarded", "ar.commitment.line"]

    plan_id = fields.Many2one(
        "ar.payment.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    is_open = fields.Boolean(string="Under a running commitment", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(line_id) WHERE is_open AND line_id IS NOT NULL",
        "This item is already in a running plan.",
    )
