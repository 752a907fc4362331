"""The day of a printed statement."""

from odoo import fields, models
from odoo.exceptions import UserError


class ArStatementPrint(models.TransientModel):
    _name = "ar.statement.print"
    _description = "Print statements of account"

    account_ids = fields.Many2many("ar.account", string="Customers", required=True)
    date = fields.Date(
        string="As of",
        required=True,
        default=lambda self: self.env["ar.account"]._today(self.env.company),
        help="What was open on this day: later payments and invoices are not in it.",
    )

    def action_print(self):
        """Open the statements as one PDF."""
        self.ensure_one()
        self.account_ids.check_access("write")
        if not self.account_ids:
            raise UserError(self.env._("Choose at least one customer."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/ar/statements/{self.id}",
            "target": "new",
        }

    def _print(self) -> bytes:
        return self.account_ids.with_context(ar_as_of=self.date)._print_documents()
