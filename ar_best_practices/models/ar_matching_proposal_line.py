"""An item that a payment probably pays, and how much of it."""

from odoo import fields, models


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
