from odoo import fields, models


class ArPaymentPromiseLine(models.Model):
    """What a promise pays of one item; frozen."""

    _name = "ar.payment.promise.line"
    _description = "Promised item"
    _inherit = ["ar.guarded", "ar.commitment.line"]

    promise_id = fields.Many2one(
        "ar.payment.promise",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    is_open = fields.Boolean(
        string="Under a running commitment", readonly=True, default=True
    )

    _open_uniq = models.UniqueIndex(
        "(line_id) WHERE is_open AND line_id IS NOT NULL",
        "This item already has an open promise.",
    )
