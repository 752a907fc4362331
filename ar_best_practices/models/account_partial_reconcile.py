from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: a matching changes how a customer pays
        partials = super().create(vals_list)
        self.env["ar.account.dirty"]._append(
            partials.debit_move_id + partials.credit_move_id
        )
        return partials

    def unlink(self):
        # EXTENDS account: so does undoing it (a returned payment)
        lines = (self.debit_move_id + self.credit_move_id).exists()
        result = super().unlink()
        self.env["ar.account.dirty"]._append(lines.exists())
        return result
