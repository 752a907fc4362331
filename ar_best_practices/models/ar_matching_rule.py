"""Rules by which payments find their items: ordered data, with how sure each is."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.matching import RULES


class ArMatchingRule(models.Model):
    _name = "ar.matching.rule"
    _description = "Matching rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    description = fields.Text(
        string="When it fits", translate=True, help="And when it refuses."
    )
    sequence = fields.Integer(default=10)
    confidence = fields.Integer(
        string="Confidence (%)",
        required=True,
        default=95,
        help="Shown beside each proposal. What has a doubt is never certain.",
    )
    is_certain = fields.Boolean(
        string="Certain without a doubt",
        default=True,
        help="What this rule finds without a doubt counts as certain: it is matched by"
        " itself when the company says so.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This rule exists already.")
    _confidence_bounds = models.Constraint(
        "CHECK (confidence BETWEEN 1 AND 100)", "A confidence lies between 1 and 100 %."
    )

    @api.constrains("code")
    def _check_code(self):
        unknown = set(self.mapped("code")) - {"payment", "exchange", *RULES}
        if unknown:
            raise ValidationError(
                self.env._("No such rule: %s.", ", ".join(sorted(unknown)))
            )
