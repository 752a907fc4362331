"""A spreadsheet that waits to be downloaded by whoever asked for it."""

from odoo import fields, models


class ArExport(models.TransientModel):
    _name = "ar.export"
    _description = "Spreadsheet to download"

    name = fields.Char(required=True)
    content = fields.Binary(required=True, attachment=False)

    def _download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/ar.export/{self.id}/content?download=true"
            f"&filename_field=name",
            "target": "self",
        }
