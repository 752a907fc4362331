from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        # EXTENDS account: a posted item makes the account of its customer
        posted = super()._post(soft)
        self.env["ar.account.dirty"]._append(
            posted.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
        )
        return posted
