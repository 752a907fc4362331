"""Why customers do not pay: coded, with what to do next."""

from odoo import api, fields, models


class ArNonpaymentReason(models.Model):
    _name = "ar.nonpayment.reason"
    _description = "Reason for not paying"
    _order = "code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        string="What to do",
        translate=True,
        help="Shown to whoever chooses this reason.",
    )
    next_action = fields.Char(string="Next action", translate=True)
    next_days = fields.Integer(
        string="After days", help="Working days until the next action, by default."
    )
    pause = fields.Selection(
        [
            ("none", "No pause"),
            ("days", "For some days"),
            ("promise", "Until the promised day"),
            ("plan", "As the plan says"),
            ("disputed", "For the disputed part"),
            ("stop", "Until a person decides"),
        ],
        required=True,
        default="none",
        help="What this reason does to reminders of the items talked about.",
    )
    pause_days = fields.Integer(string="Days of pause")
    effect = fields.Selection(
        [
            ("none", "No effect"),
            ("light", "Light, if repeated"),
            ("full", "Counts"),
            ("strong", "Counts heavily"),
            ("outcome", "By the outcome"),
            ("risk", "Highest risk"),
        ],
        required=True,
        default="none",
        help="What this reason says of the customer, for profiles and scores.",
    )
    owner = fields.Selection(
        [
            ("collector", "Collector"),
            ("sales", "Salesperson"),
            ("billing", "Billing"),
            ("manager", "Credit manager"),
        ],
        string="Whose task",
        required=True,
        default="collector",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is taken.")
    _days = models.Constraint(
        "CHECK (next_days >= 0 AND pause_days >= 0)", "Days are not negative."
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = f"{reason.code} {reason.name}"
