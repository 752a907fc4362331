from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    ar_line_ids = fields.Many2many(
        "account.move.line",
        string="Items paid",
        readonly=True,
        copy=False,
        help="What the customer chose to pay. Empty: the invoices as a whole.",
    )

    def _create_payment(self, **extra_create_values):
        # EXTENDS account_payment: a customer chose instalments, not invoices
        chosen = self.with_context(ar_chosen_line_ids=self.ar_line_ids.ids)
        payment = super(PaymentTransaction, chosen)._create_payment(
            **extra_create_values
        )
        return payment.with_env(self.env)
