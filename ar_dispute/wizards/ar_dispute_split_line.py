from odoo import fields, models


class ArDisputeSplitLine(models.TransientModel):
    """What of one line goes to the new case."""

    _name = "ar.dispute.split.line"
    _description = "Part of a dispute to split off"

    wizard_id = fields.Many2one("ar.dispute.split", required=True, ondelete="cascade")
    line_id = fields.Many2one("ar.dispute.line", required=True, ondelete="cascade")
    number = fields.Char(related="line_id.number", string="Invoice")
    product = fields.Char(related="line_id.product")
    currency_id = fields.Many2one(related="line_id.currency_id")
    still_disputed = fields.Monetary(related="line_id.still_disputed")
    amount = fields.Monetary(string="To the new case")
