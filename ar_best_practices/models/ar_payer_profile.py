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
        help="No reminder goes to a customer of this profile (insolvency)."
    )

    _code_uniq = models.UniqueIndex("(code)", "This code is already used.")
