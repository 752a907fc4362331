from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def reconcile(self):
        # EXTENDS account: Odoo matches a payment online with all instalments of the
        # invoices, the one due first coming first, whichever the customer chose
        chosen = self.env.context.get("ar_chosen_line_ids")
        if not chosen:
            return super().reconcile()
        lines = self.filtered(lambda line: line.payment_id or line.id in chosen)
        lines = lines.with_context(ar_chosen_line_ids=False)
        return super(AccountMoveLine, lines).reconcile()
