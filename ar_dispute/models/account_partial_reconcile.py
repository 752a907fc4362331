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
        return [part for partial in found.sorted("id") for part in partial._clear()]

    def _clear(self) -> list[Clearing]:
        """Return what this matching clears: money, and apart from it what was written
        off in the same entry."""
        item, credit = self.debit_move_id, self.credit_move_id
        kind, amount = credit._get_ar_clearing_kind(), self.debit_amount_currency
        unpaid = 0.0
        if kind == "paid":
            share = credit._get_ar_unpaid_share()
            unpaid = item.currency_id.round(amount * share)
        parts = [(kind, amount - unpaid), ("written_off", unpaid)]
        return [
            Clearing(item.id, kind, part, credit.move_id.id, credit.move_id.name)
            for kind, part in parts
            if not item.currency_id.is_zero(part)
        ]
