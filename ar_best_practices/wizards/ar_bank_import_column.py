"""One column of a CSV file of a bank: its name, some values, what we take it for."""

from odoo import api, fields, models
from odoo.tools import unique

from ..tools import bank_csv

SAMPLES_SHOWN = 3


class ArBankImportColumn(models.TransientModel):
    _name = "ar.bank.import.column"
    _description = "Column of a bank file"
    _order = "import_id, position"
    _rec_name = "header"

    import_id = fields.Many2one(
        "ar.bank.import", required=True, index=True, ondelete="cascade"
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
            (bank_csv.DAY, self.env._("Date")),
            (bank_csv.VALUE_DAY, self.env._("Value date")),
            (bank_csv.AMOUNT, self.env._("Amount, with its sign")),
            (bank_csv.DEBIT, self.env._("Money out")),
            (bank_csv.CREDIT, self.env._("Money in")),
            (bank_csv.CURRENCY, self.env._("Currency")),
            (bank_csv.TEXT, self.env._("Text")),
            (bank_csv.DETAILS, self.env._("More text")),
            (bank_csv.NAME, self.env._("Who paid or was paid")),
            (bank_csv.COUNTERPARTY, self.env._("Their account")),
            (bank_csv.REFERENCE, self.env._("Structured reference")),
            (bank_csv.BANK_REF, self.env._("Reference of the bank")),
            (bank_csv.ACCOUNT, self.env._("Our account")),
        ]

    @api.model
    def _guess_vals_list(self, table: bank_csv.Table) -> list[dict]:
        """Return the values of the columns of a table, their roles guessed."""
        samples = table.samples()
        roles = bank_csv.guess_columns(table)
        return [
            {
                "position": position,
                "header": header,
                "samples": " · ".join(
                    list(unique(filter(None, samples[position])))[:SAMPLES_SHOWN]
                ),
                "role": roles[position],
            }
            for position, header in enumerate(table.headers)
            if header or any(samples[position])
        ]
