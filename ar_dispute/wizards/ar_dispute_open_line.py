from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.ar_dispute_line import Part


class ArDisputeOpenLine(models.TransientModel):
    """One line of an invoice that the customer may contest, wholly or in part."""

    _name = "ar.dispute.open.line"
    _description = "Line of an invoice to dispute"

    wizard_id = fields.Many2one("ar.dispute.open", required=True, ondelete="cascade")
    is_taken = fields.Boolean(string="Disputed")
    product_line_id = fields.Many2one(
        "account.move.line", required=True, ondelete="cascade"
    )
    number = fields.Char(related="product_line_id.move_name", string="Invoice")
    name = fields.Char(related="product_line_id.name", string="What")
    currency_id = fields.Many2one(related="product_line_id.currency_id")
    billed_quantity = fields.Float(related="product_line_id.quantity", string="Billed")
    quantity = fields.Float(
        string="Contested",
        compute="_compute_quantity",
        store=True,
        readonly=False,
        digits="Product Unit",
    )
    amount = fields.Monetary(
        string="Taxes included",
        compute="_compute_amount",
        store=True,
        readonly=False,
    )

    @api.depends("product_line_id")
    def _compute_quantity(self):
        for line in self:
            line.quantity = line.product_line_id.quantity

    @api.depends("quantity", "product_line_id")
    def _compute_amount(self):
        for line in self:
            billed = line.product_line_id.quantity
            share = line.quantity / billed if billed else 1
            total = line.product_line_id.price_total
            line.amount = (
                line.currency_id.round(total * share) if line.currency_id else 0
            )

    @api.onchange("quantity", "amount")
    def _onchange_quantity(self):
        """Who corrects a quantity or an amount means this line."""
        origin = self._origin
        changed = origin and (origin.quantity, origin.amount) != (
            self.quantity,
            self.amount,
        )
        self.is_taken = self.is_taken or bool(changed)

    def _take_parts(self, free: dict) -> list[Part]:
        """Return what this line contests of the instalments of its invoice, and take
        it from what is free of them."""
        self.ensure_one()
        left, parts = self.amount, []
        own = [item for item in free if item.move_id == self.product_line_id.move_id]
        for item in own:
            amount = min(left, free[item])
            if item.currency_id.compare_amounts(amount, 0) > 0:
                parts.append(Part(item, amount, self.product_line_id, self.quantity))
                free[item] = item.currency_id.round(free[item] - amount)
                left = item.currency_id.round(left - amount)
        if left > 0 and not self._is_whole():
            raise UserError(
                self.env._(
                    "%(amount)s is more than what is open of %(number)s and not"
                    " disputed yet: lower an amount.",
                    amount=self.currency_id.format(self.amount),
                    number=self.number,
                )
            )
        return parts

    def _is_whole(self) -> bool:
        """Tell whether the amount is the one proposed for the whole line: it is then
        lowered to what is still open."""
        total = self.product_line_id.price_total
        return self.currency_id.compare_amounts(self.amount, total) == 0
