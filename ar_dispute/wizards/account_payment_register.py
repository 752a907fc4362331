from odoo import fields, models

from ..models.ar_dispute_line import Part

COLLECTOR = "ar_best_practices.group_ar_collector"


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    ar_dispute_rest = fields.Boolean(
        string="The rest is disputed",
        groups=COLLECTOR,
        help="The customer keeps back what is missing: it becomes a dispute.",
    )
    ar_dispute_reason_id = fields.Many2one(
        "ar.dispute.reason",
        string="Because of",
        domain="[('is_outcome', '=', False)]",
        groups=COLLECTOR,
    )

    def _create_payments(self):
        # EXTENDS account: a short payment may say why it is short
        rest = self._is_ar_rest_disputed() and self.payment_difference
        payments = super()._create_payments()
        if rest:
            self._open_ar_dispute(rest)
        return payments

    def _is_ar_rest_disputed(self) -> bool:
        return (
            self.env.user.has_group(COLLECTOR)
            and self.ar_dispute_rest
            and self.can_edit_wizard
            and self.payment_difference_handling == "open"
            and self.partner_type == "customer"
        )

    def _open_ar_dispute(self, rest: float):
        """Register what a payment leaves open as disputed, the last due items first:
        money pays the first ones."""
        items = self.line_ids.filtered(
            lambda item: (
                item.currency_id == self.currency_id
                and item.amount_residual_currency > 0
            )
        )
        free = self.env["ar.dispute.line"]._get_free(items)
        parts, left = [], rest
        for item in items.sorted(lambda x: (x.date_maturity, x.id), reverse=True):
            amount = min(left, free[item.id])
            if self.currency_id.compare_amounts(amount, 0) > 0:
                parts.append(Part(item, amount))
                left = self.currency_id.round(left - amount)
        if parts:
            company = self.company_id.id
            partner = items.partner_id.commercial_partner_id[:1]
            account = self.env["ar.account"]._ensure([(company, partner.id)])
            self.env["ar.dispute"]._open(
                account,
                parts,
                reason_id=self.ar_dispute_reason_id.id,
                claim=self.env._("short payment: %s", self.communication or ""),
                channel="other",
            )
