from odoo import models


class BasePartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS base: core moves foreign keys one by one and fails, or deletes, on
        # rows that are unique by partner: our accounts are merged before it does.
        target = dst_partner.commercial_partner_id
        src_partners._merge_ar_accounts(target)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        target.sudo().ar_account_ids._mark_dirty()  # the ledger lines moved just now
        return result
