"""An item that a payment probably pays, and how much of it."""

from odoo import api, fields, models

from .ar_matching_engine import WAITING


class ArMatchingProposalLine(models.Model):
    """Freezes number, due date and amount: the item may go, what was matched stays."""

    _name = "ar.matching.proposal.line"
    _description = "Item of a matching proposal"
    _inherit = ["ar.guarded"]
    _order = "due_date, id"
    _log_access = False

    proposal_id = fields.Many2one(
        "ar.matching.proposal",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move", string="Entry", readonly=True, index="btree_not_null"
    )
    number = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        string="Settled",
        readonly=True,
        help="Paid, deducted as a credit (below zero) or written off.",
    )
    discount = fields.Monetary(
        readonly=True, help="Early payment discount that is granted."
    )
    written_off = fields.Monetary(
        string="Written off",
        readonly=True,
        help="Part of what is settled that nobody pays.",
    )
    open_amount = fields.Monetary(
        string="Stays open",
        compute="_compute_open_amount",
        help="What stays open of the item once this payment is matched.",
    )

    @api.depends("line_id.amount_residual_currency", "amount", "discount")
    def _compute_open_amount(self):
        for line in self:
            left = line.line_id.amount_residual_currency
            settled = line.amount + line.discount
            waits = line.proposal_id.state in WAITING
            line.open_amount = max(left - settled, 0) if waits else left
