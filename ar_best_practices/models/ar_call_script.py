"""What to say in a call, by the customer's situation: texts that managers edit."""

from odoo import api, fields, models


class ArCallScript(models.Model):
    _name = "ar.call.script"
    _description = "Call script"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    situation = fields.Selection(
        [
            ("insolvency", "Insolvency"),
            ("broken", "Broken promise"),
            ("distress", "Cash trouble"),
            ("firm", "Late after a firm reminder"),
            ("late", "Late"),
            ("preventive", "Nothing late"),
        ],
        required=True,
    )
    payer_profile_ids = fields.Many2many(
        "ar.payer.profile", string="Only for", help="Empty: for every payer profile."
    )
    body = fields.Html(translate=True, required=True)
    active = fields.Boolean(default=True)

    @api.model
    def _find(self, situation: str, profile):
        """Return the script of a situation: the profile's own first."""
        scripts = self.search([("situation", "=", situation)])
        own = scripts.filtered(lambda script: profile in script.payer_profile_ids)
        general = scripts.filtered(lambda script: not script.payer_profile_ids)
        return (own or general)[:1]
