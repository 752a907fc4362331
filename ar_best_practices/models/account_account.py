from odoo import api, models


class AccountAccount(models.Model):
    _inherit = "account.account"

    # Which accounts are receivable is cached: see `ar.account._receivable_ids`.

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        self.env.registry.clear_cache()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if "account_type" in vals:
            self.flush_recordset(["account_type"])
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
