from odoo import models


class ArAccountTimeline(models.Model):
    _inherit = "ar.account.timeline"

    def _get_kind_selection(self):
        # EXTENDS ar_best_practices
        return [*super()._get_kind_selection(), ("dispute", self.env._("Dispute"))]
