from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    ar_import_ref = fields.Char(
        string="Imported as",
        copy=False,
        readonly=True,
        help="What tells this line of a bank file from all others: the bank's own"
        " reference with day and amount, or a fingerprint of the line. A line with the"
        " same one is never imported twice.",
    )

    _ar_import_ref_uniq = models.UniqueIndex(
        "(journal_id, ar_import_ref) WHERE ar_import_ref IS NOT NULL",
        "A line of this bank file was imported by somebody else in the meantime:"
        " read the file again.",
    )
