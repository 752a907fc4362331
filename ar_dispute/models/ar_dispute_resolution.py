"""How a dispute ends: what was done for the customer, or why nothing is."""

from odoo import api, fields, models


class ArDisputeResolution(models.Model):
    _name = "ar.dispute.resolution"
    _description = "Resolution of a dispute"
    _order = "sequence, code"
    _rec_names_search = ["code", "name"]

    sequence = fields.Integer(default=10)
    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("credit", "Credit note"),
            ("replacement", "Replacement"),
            ("document", "Document"),
            ("plan", "Payment plan"),
            ("gesture", "Commercial gesture"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
            ("legal", "Legal action"),
        ],
        required=True,
    )
    needs_document = fields.Boolean(
        string="Needs a document",
        help="What was done must be linked: the credit note, the delivery, the letter.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is taken.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for resolution in self:
            resolution.display_name = f"{resolution.code} {resolution.name}"
