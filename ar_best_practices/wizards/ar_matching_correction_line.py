"""An item in the correction of a matching: how much of it is paid, and the rest."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ArMatchingCorrectionLine(models.TransientModel):
    _name = "ar.matching.correction.line"
    _description = "Item in the correction of a matching"
    _order = "id"

    correction_id = fields.Many2one(
        "ar.matching.correction", required=True, ondelete="cascade"
    )
    line_id = fields.Many2one("account.move.line", required=True, ondelete="cascade")
    # read as the person who chooses: whoever calls may name any journal item
    currency_id = fields.Many2one(related="line_id.currency_id", related_sudo=False)
    partner_id = fields.Many2one(related="line_id.partner_id", related_sudo=False)
    number = fields.Char(
        related="line_id.move_name", related_sudo=False, string="Document"
    )
    due_date = fields.Date(related="line_id.date_maturity", related_sudo=False)
    residual = fields.Monetary(
        related="line_id.amount_residual_currency", related_sudo=False, string="Open"
    )
    is_taken = fields.Boolean(string="Pays")
    amount = fields.Monetary(string="Paid")
    takes_discount = fields.Boolean(string="Grant the discount")
    discount = fields.Monetary(
        compute="_compute_discount", help="Early payment discount of this item."
    )
    rest = fields.Monetary(
        string="Short", compute="_compute_rest", help="What stays of the item."
    )
    rest_handling = fields.Selection(
        [
            ("open", "Stays open"),
            ("writeoff", "Is written off"),
            ("dispute", "Is disputed"),
        ],
        string="The rest",
        required=True,
        default="open",
    )

    @api.depends("line_id")
    def _compute_discount(self):
        for line in self:
            item = line.line_id
            untouched = item.amount_residual_currency == item.amount_currency
            possible = item.discount_date and untouched and item.amount_currency > 0
            line.discount = possible and (
                item.amount_currency - item.discount_amount_currency
            )

    @api.depends("amount", "residual", "takes_discount", "discount")
    def _compute_rest(self):
        for line in self:
            granted = line.discount if line.takes_discount else 0
            line.rest = line.residual - line.amount - granted

    def _get_payable(self, left: float) -> float:
        """Return what of an item a payment with so much left pays; a credit adds."""
        if self.residual < 0:
            return self.residual
        granted = self.discount if self.takes_discount else 0
        return max(0, min(self.residual - granted, left))

    def _get_part(self) -> dict:
        """Return what is settled of the item: paid and written off."""
        written_off = self.rest if self.rest_handling == "writeoff" else 0
        return {
            "line_id": self.line_id.id,
            "amount": self.currency_id.round(self.amount + written_off),
            "discount": self.discount if self.takes_discount else 0,
            "written_off": self.currency_id.round(written_off),
        }

    def _check_amount(self):
        """Refuse more than what is open, or an amount against it."""
        signs = self.currency_id.compare_amounts
        too_much = signs(abs(self.amount), abs(self.residual)) > 0
        if self.amount * self.residual < 0 or too_much or self.rest * self.residual < 0:
            raise UserError(
                self.env._(
                    "Of %(number)s only %(open)s is open.",
                    number=self.number,
                    open=self.currency_id.format(self.residual),
                )
            )
