from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_dispute_owner_id = fields.Many2one(
        related="company_id.ar_dispute_owner_id", readonly=False
    )
    ar_dispute_alias_name = fields.Char(
        related="company_id.ar_dispute_alias_name", readonly=False
    )
    ar_dispute_claim_days = fields.Integer(
        related="company_id.ar_dispute_claim_days", readonly=False
    )
    ar_dispute_manager_limit = fields.Monetary(
        related="company_id.ar_dispute_manager_limit",
        currency_field="currency_id",
        readonly=False,
    )
