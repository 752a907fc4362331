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
    is_from_customer = fields.Boolean(
        string="Asked of the customer",
        help="The customer sees it on the portal, and sends it there.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    @api.model_create_multi
    def create(self, vals_list):
        evidence = super().create(vals_list)
        evidence._share_files()
        return evidence

    def write(self, vals):
        result = super().write(vals)
        if "attachment_ids" in vals:
            self._share_files()
        return result

    def _share_files(self):
        """Whoever sees the case sees its files: a file without a document is its
        author's alone."""
        for evidence in self:
            # sudo: the author of a file need not be who attaches it here
            files = evidence.attachment_ids.sudo().filtered(lambda x: not x.res_id)
            files.write({"res_model": "ar.dispute", "res_id": evidence.dispute_id.id})

    @api.depends("attachment_ids")
    def _compute_received_date(self):
        """Who attaches a file has received it."""
        for evidence in self:
            if evidence.attachment_ids and not evidence.received_date:
                evidence.received_date = fields.Date.context_today(evidence)
