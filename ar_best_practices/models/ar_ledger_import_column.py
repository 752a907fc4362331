"""One column of an imported ledger."""

from odoo import api, fields, models

from ..tools import ledger_columns


class ArLedgerImportColumn(models.Model):
    _name = "ar.ledger.import.column"
    _description = "Column of an imported ledger"
    _inherit = ["ar.table.column"]

    import_id = fields.Many2one(
        "ar.ledger.import", required=True, index=True, ondelete="cascade"
    )

    @api.model
    def _selection_role(self):
        return [
            (ledger_columns.CUSTOMER_CODE, self.env._("Customer code")),
            (ledger_columns.CUSTOMER_NAME, self.env._("Customer name")),
            (ledger_columns.NUMBER, self.env._("Invoice number")),
            (ledger_columns.INVOICE_DATE, self.env._("Invoice date")),
            (ledger_columns.DUE_DATE, self.env._("Due date")),
            (ledger_columns.AMOUNT, self.env._("Amount, tax included")),
            (ledger_columns.CURRENCY, self.env._("Currency")),
            (ledger_columns.SETTLED_DATE, self.env._("Settlement date")),
            (ledger_columns.PAID_AMOUNT, self.env._("Paid amount")),
            (ledger_columns.OPEN_AMOUNT, self.env._("Amount still open")),
            (ledger_columns.DISPUTED, self.env._("Disputed")),
            (ledger_columns.EMAIL, self.env._("E-mail")),
            (ledger_columns.PHONE, self.env._("Phone")),
        ]
