from odoo import models

from .ar_dispute_known import Case
from .ar_dispute_line import Part


class ArLedgerImportRow(models.Model):
    _inherit = "ar.ledger.import.row"

    def _flag_disputed(self):
        # OVERRIDE ar_best_practices: each invoice becomes a case; a credit note is
        # nothing that a customer refuses to pay
        lines = self._get_receivable_lines()
        invoices = self.filtered(lambda row: row.amount > 0)
        disputes = self.env["ar.dispute"]._register_all(
            [row._get_case(lines[row]) for row in invoices]
        )
        disputes.line_ids.from_flag = True

    def _get_case(self, line) -> Case:
        """Return the case of a row; the file gives no day: disputed since it exists,
        until it was paid."""
        words = self.env._("disputed in the imported ledger")
        paid = self.currency_id.compare_amounts(self.paid_amount, self.amount) >= 0
        return Case(
            [Part(line, line.amount_currency)],
            self.invoice_date,
            words,
            "closed" if paid else "new",
            self.settled_date if paid else None,
            {"claim": words, "channel": "other"},
        )
