"""Asks for the day of which the register is downloaded."""

import base64

from odoo import fields, models
from odoo.exceptions import UserError


class ArDisputeRegister(models.TransientModel):
    _name = "ar.dispute.register"
    _description = "Register of disputes as of a day"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        string="As of",
        required=True,
        default=lambda self: self.env["ar.account"]._today(self.env.company),
        help="State and amounts at the end of this day.",
    )

    def action_download(self):
        """Download the register as it stood on the day."""
        self.ensure_one()
        disputes = self.env["ar.dispute"]
        disputes.check_access("read")
        if self.date > self.env["ar.account"]._today(self.company_id):
            raise UserError(self.env._("Choose today or a day that has passed."))
        content = disputes._make_register(self.company_id, self.date)
        title = self.env._("Register of disputes %s", self.date)
        export = self.env["ar.export"].create(
            {"name": f"{title}.xlsx", "content": base64.b64encode(content)}
        )
        return export._download()
