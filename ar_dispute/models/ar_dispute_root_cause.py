"""What we find: the cause in our own house, which must not come back."""

from odoo import api, fields, models


class ArDisputeRootCause(models.Model):
    _name = "ar.dispute.root.cause"
    _description = "Root cause of a dispute"
    _order = "code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True, help="Shown to whoever chooses this cause."
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is taken.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for cause in self:
            cause.display_name = f"{cause.code} {cause.name}"
