"""A case of a weekly review: why it is looked at, and what was decided."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class ArDisputeReviewLine(models.Model):
    _name = "ar.dispute.review.line"
    _description = "Case of a weekly review"
    _inherit = ["ar.guarded"]
    _order = "id"

    review_id = fields.Many2one(
        "ar.dispute.review", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="review_id.company_id", store=True, index=True)
    dispute_id = fields.Many2one(
        "ar.dispute",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id)]",
    )
    reason = fields.Text(
        string="Why it is looked at",
        readonly=True,
        help="Empty: a person brought it.",
    )
    decision = fields.Text(
        string="Decided", help="Logged on the case, and asked of whoever treats it."
    )
    partner_id = fields.Many2one(related="dispute_id.partner_id")
    processor_id = fields.Many2one(related="dispute_id.processor_id")
    state = fields.Selection(related="dispute_id.state")
    deadline = fields.Date(related="dispute_id.deadline")
    currency_id = fields.Many2one(related="dispute_id.currency_id")
    still_disputed = fields.Monetary(related="dispute_id.still_disputed")

    _case_uniq = models.UniqueIndex(
        "(review_id, dispute_id)", "This case is in the review already."
    )

    @api.constrains("review_id", "dispute_id")
    def _check_company(self):
        for line in self:
            if line.dispute_id.company_id != line.review_id.company_id:
                raise UserError(
                    self.env._("A review is about the cases of its own company.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.review_id._check_open()
        return lines

    def write(self, vals):
        self.review_id._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self.review_id._check_open()
