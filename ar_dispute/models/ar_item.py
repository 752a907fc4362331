from odoo import api, fields, models

from .ar_dispute_known import Case
from .ar_dispute_line import Part


class ArItem(models.Model):
    """With the register, an item is disputed by its cases and by nothing else: a mark
    on the whole item becomes a case of its own."""

    _inherit = "ar.item"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS ar_best_practices
        items = super().create(vals_list)
        items.filtered("disputed")._become_cases(self.env._("marked as disputed"))
        return items

    def write(self, vals):
        # EXTENDS ar_best_practices
        result = super().write(vals)
        if vals.get("disputed"):
            self._become_cases(self.env._("marked as disputed"))
        return result

    def _become_cases(self, words: str):
        """Register what is open and not contested of each of these items, and take the
        marks away. Items that are settled keep theirs: it says how it was."""
        disputes = self.env["ar.dispute"]._register_all(self._get_cases(words))
        self.filtered("line_id.amount_residual").disputed = False
        return disputes

    def _get_cases(self, words: str) -> list[Case]:
        lines = self.line_id
        free = self.env["ar.dispute.line"]._get_free(lines)
        today = fields.Date.context_today(self)
        return [
            Case(
                [Part(item.line_id, free[item.line_id.id])],
                item.disputed_date or today,
                words,
                values={"claim": words, "channel": "other"},
            )
            for item in self
            if item.line_id.currency_id.compare_amounts(free.get(item.line_id.id, 0), 0)
            > 0
        ]
