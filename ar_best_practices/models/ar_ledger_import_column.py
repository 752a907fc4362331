"""One column of an imported file: its name, some of its values, what we take it for."""

from odoo import api, fields, models
from odoo.tools import unique

from ..tools import ledger_columns

SAMPLE_ROWS = 200
SAMPLES_SHOWN = 3


class ArLedgerImportColumn(models.Model):
    _name = "ar.ledger.import.column"
    _description = "Column of an imported ledger"
    _order = "import_id, position"
    _rec_name = "header"

    import_id = fields.Many2one(
        "ar.ledger.import", required=True, index=True, ondelete="cascade"
    )
    position = fields.Integer(required=True, readonly=True)
    header = fields.Char(string="Column of the file", readonly=True)
    samples = fields.Char(string="First values", readonly=True)
    role = fields.Selection(
        lambda self: self._selection_role(),
        string="Read as",
        help="Leave empty what is not needed.",
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

    @api.model
    def _guess_vals_list(self, headers: list[str], rows: list[list[str]]) -> list[dict]:
        """Return the values of the columns of a file, their roles guessed.

        :param headers: the names of the columns
        :param rows: the first rows below them, as text
        """
        samples = [
            [row[position] for row in rows if position < len(row)]
            for position in range(len(headers))
        ]
        roles = ledger_columns.guess_columns(headers, samples)
        return [
            {
                "position": position,
                "header": headers[position],
                "samples": self._get_shown_samples(samples[position]),
                "role": roles[position],
            }
            for position in range(len(headers))
            if headers[position] or any(samples[position])
        ]

    @api.model
    def _get_shown_samples(self, values: list[str]) -> str:
        different = list(unique(value for value in values if value))
        return " · ".join(different[:SAMPLES_SHOWN])
