from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    ar_fallback_collector_id = fields.Many2one(
        related="company_id.ar_fallback_collector_id", readonly=False
    )
    ar_imposed_moves_level = fields.Boolean(
        related="company_id.ar_imposed_moves_level", readonly=False
    )
    ar_automatic_approved = fields.Boolean(
        related="company_id.ar_automatic_approved", readonly=False
    )
    ar_retention_years = fields.Integer(
        related="company_id.ar_retention_years", readonly=False
    )
    ar_promise_tolerance = fields.Integer(
        related="company_id.ar_promise_tolerance", readonly=False
    )
    ar_matching_automatic = fields.Boolean(
        related="company_id.ar_matching_automatic", readonly=False
    )
    ar_matching_tolerance = fields.Monetary(
        related="company_id.ar_matching_tolerance",
        currency_field="currency_id",
        readonly=False,
    )
    ar_matching_account_id = fields.Many2one(
        related="company_id.ar_matching_account_id", readonly=False
    )
    ar_is_trial = fields.Boolean(related="company_id.ar_is_trial")
    ar_alias_name = fields.Char(related="company_id.ar_alias_name", readonly=False)
    ar_alias_domain_id = fields.Many2one(related="company_id.alias_domain_id")
