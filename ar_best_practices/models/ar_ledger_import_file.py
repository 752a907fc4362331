"""The file of a ledger import."""

from odoo import fields, models

from ..tools import ledger_columns


class ArLedgerImportFile(models.AbstractModel):
    """Says what the columns of a ledger are; knows nothing of accounting."""

    _name = "ar.ledger.import.file"
    _description = "File of a ledger import"
    _inherit = ["ar.table.file"]

    file = fields.Binary(help="CSV or Excel (.xlsx) export: one row an invoice.")
    column_ids = fields.One2many("ar.ledger.import.column", "import_id")

    def _get_vocabulary(self):
        return ledger_columns.VOCABULARY

    def _get_column_examples(self):
        return self.env._("customer, invoice number, due date…")

    def _get_known_roles(self, roles):
        # The name of a customer stands for its code.
        named = ledger_columns.CUSTOMER_NAME in roles
        return roles | {ledger_columns.CUSTOMER_CODE} if named else roles
