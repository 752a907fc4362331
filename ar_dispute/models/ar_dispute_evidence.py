"""What proves a dispute right or wrong: asked for, and received."""

from odoo import api, fields, models


class ArDisputeEvidence(models.Model):
    _name = "ar.dispute.evidence"
    _description = "Evidence in a dispute"
    _order = "dispute_id, id"

    dispute_id = fields.Many2one(
        "ar.dispute", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True
    )
    name = fields.Char(string="Evidence", required=True)
    asked_date = fields.Date(string="Asked on")
    received_date = fields.Date(
        string="Received on",
        compute="_compute_received_date",
        store=True,
        readonly=False,
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    @api.depends("attachment_ids")
    def _compute_received_date(self):
        """Who attaches a file has received it."""
        for evidence in self:
            if evidence.attachment_ids and not evidence.received_date:
                evidence.received_date = fields.Date.context_today(evidence)
