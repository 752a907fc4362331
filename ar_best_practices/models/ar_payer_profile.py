from odoo import fields, models


class ArPayerProfile(models.Model):
    _name = "ar.payer.profile"
    _description = "Payer profile"
    _order = "sequence, code"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    description = fields.Text(
        translate=True, help="Why and how such a customer pays, in plain words."
    )
    strategy_hint = fields.Text(
        string="How to treat", translate=True, help="What works with this profile."
    )
    stops_dunning = fields.Boolean(
        string="Stops reminders",
        help="No reminder goes to a customer of this profile (insolvency).",
    )

    rule_ids = fields.One2many("ar.rule", "payer_profile_id")
    account_count = fields.Integer(string="Customers", compute="_compute_account_count")

    _code_uniq = models.UniqueIndex("(code)", "This code is already used.")

    def _compute_account_count(self):
        counts = dict(
            self.env["ar.account"]._read_group(
                [("payer_profile_id", "in", self.ids)],
                ["payer_profile_id"],
                ["__count"],
            )
        )
        for profile in self:
            profile.account_count = counts.get(profile, 0)

    def action_open_accounts(self):
        """Open the customers of this profile."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_account_action"
        )
        return action | {"domain": [("payer_profile_id", "=", self.id)], "context": {}}
