from odoo import api, models


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

    @api.model
    def _prepare_reconciliation_amls(self, values_list, shadowed_aml_values=None):
        # EXTENDS account: Odoo matches as much as it can; a person may have said how
        # much of an item is paid
        most = self.env.context.get("ar_reconciled_amounts") or {}
        values_list = [
            values["aml"]._cap_residual(values, most.get(values["aml"].id))
            for values in values_list
        ]
        return super()._prepare_reconciliation_amls(values_list, shadowed_aml_values)

    def _get_partials(self):
        """Return what is reconciled among these items, each with another of them."""
        partials = self.matched_debit_ids | self.matched_credit_ids
        return partials.filtered(
            lambda partial: partial.debit_move_id | partial.credit_move_id <= self
        )

    def _cap_residual(self, values: dict, most: float | None) -> dict:
        left = abs(values["amount_residual_currency"])
        if most is None or self.currency_id.compare_amounts(left, most) <= 0:
            return values
        balance = values["amount_residual"] * most / left
        return values | {
            "amount_residual_currency": most if balance > 0 else -most,
            "amount_residual": self.company_currency_id.round(balance),
        }
