from odoo import models

BANK = ("bank", "cash", "credit")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_ar_clearing_kind(self) -> str:
        """Return how an item is cleared that is matched with this one."""
        self.ensure_one()
        move = self.move_id
        if move.move_type == "out_refund":
            return "credited"
        if self.payment_id or move.journal_id.type in BANK:
            return "paid"
        company = move.company_id
        if move.journal_id == company.currency_exchange_journal_id:
            return "other"
        groups = move.line_ids.account_id.mapped("internal_group")
        return "written_off" if {"income", "expense"} & set(groups) else "other"
