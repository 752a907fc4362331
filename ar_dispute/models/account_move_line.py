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

    def _get_ar_unpaid_share(self) -> float:
        """Return which part of what this entry of money clears is no money: a rest
        that was written off in it, or an early payment discount.

        Said of an entry about one customer item only: of several nobody knows whose
        rest it was, and all of it counts as paid.

        :return: 0 to 1
        """
        self.ensure_one()
        others = self.move_id.line_ids - self
        if self.account_id in others.account_id or not self.balance:
            return 0.0
        lost = others.filtered(
            lambda line: (
                line.account_id.internal_group in ("income", "expense")
                or line.tax_line_id
            )
        )
        return min(1.0, max(0.0, -sum(lost.mapped("balance")) / self.balance))
