from odoo import fields, models


class ArPaymentPlanInstalment(models.Model):
    """One amount of a plan and its day."""

    _name = "ar.payment.plan.instalment"
    _description = "Instalment of a payment plan"
    _inherit = ["ar.guarded"]
    _order = "date, id"

    plan_id = fields.Many2one(
        "ar.payment.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    deadline = fields.Date(
        required=True,
        readonly=True,
        help="Last day on which money is in time: the day and the tolerance.",
    )
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [
            ("coming", "Coming"),
            ("paid", "Paid in time"),
            ("late", "Paid late"),
            ("missed", "Missed"),
        ],
        required=True,
        readonly=True,
        default="coming",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "An instalment needs an amount."
    )
