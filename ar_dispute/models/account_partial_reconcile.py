from odoo import api, models

from .ar_dispute_line import Clearing


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: a matching clears what is disputed of its items
        partials = super().create(vals_list)
        lines = partials._get_dispute_lines()
        if lines:
            lines._follow_ledger(partials._get_clearings(lines))
        return partials

    def unlink(self):
        # EXTENDS account: undoing it disputes the same again
        lines = self._get_dispute_lines()
        clearings = [
            clearing._replace(amount=-clearing.amount)
            for clearing in (self._get_clearings(lines) if lines else ())
        ]
        result = super().unlink()
        if lines:
            lines._follow_ledger(clearings)
        return result

    def _get_dispute_lines(self):
        """Return the dispute lines, open or not, of the items of these matchings."""
        # sudo: whoever matches moves the amounts of cases, which are nobody's to write
        return (
            self.env["ar.dispute.line"]
            .sudo()
            .search([("line_id", "in", self.debit_move_id.ids)])
        )

    def _get_clearings(self, lines) -> list[Clearing]:
        """Return what these matchings clear of the items of dispute lines."""
        found = self.filtered(lambda partial: partial.debit_move_id in lines.line_id)
        return [
            Clearing(
                partial.debit_move_id.id,
                partial.credit_move_id._get_ar_clearing_kind(),
                partial.debit_amount_currency,
                partial.credit_move_id.move_id.id,
                partial.credit_move_id.move_id.name,
            )
            for partial in found.sorted("id")
        ]
