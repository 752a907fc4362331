"""One figure of a period, with what it is made of."""

from odoo import api, fields, models
from odoo.tools.misc import formatLang

from odoo.addons.ar_best_practices.models.measure_field import Measure

COUNT, MONEY, DAYS = "count", "money", "days"
# What a figure divides by what, where these are not numbers of documents or cases
UNITS = {
    "dispute_rate_value": (MONEY, MONEY),
    "credit_note_rate_value": (MONEY, MONEY),
    "cost_of_non_quality": (MONEY, MONEY),
    "first_response": (DAYS, COUNT),
    "deduction_days_outstanding": (MONEY, MONEY),
}


class ArDisputeFigure(models.TransientModel):
    _name = "ar.dispute.figure"
    _description = "Figure of disputes"
    _order = "id"

    figures_id = fields.Many2one(
        "ar.dispute.figures", required=True, readonly=True, ondelete="cascade"
    )
    code = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Figure", required=True, readonly=True)
    kind = fields.Selection([("share", "Share"), ("days", "Days")], readonly=True)
    value = Measure(string="Number", readonly=True)
    value_words = fields.Char(string="Value", compute="_compute_words")
    numerator = Measure(readonly=True, digits=(16, 2))
    denominator = Measure(readonly=True, digits=(16, 2))
    parts_words = fields.Char(string="Made of", compute="_compute_words")
    sample = fields.Integer(readonly=True, help="Invoices or cases that it is made of.")

    @api.depends("value", "kind", "numerator", "denominator")
    def _compute_words(self):
        for figure in self:
            figure.value_words = figure._get_words()
            figure.parts_words = figure._get_parts_words()

    def _get_words(self) -> str:
        if not self._is_known(self.value):
            return self.env._("n/a")
        share = self.kind == "share"
        number = formatLang(self.env, 100 * self.value if share else self.value, 1)
        return self.env._("%s %%", number) if share else self.env._("%s days", number)

    def _get_parts_words(self) -> str:
        """Return what is divided by what; nothing for what has no parts, like a
        median."""
        if not self._is_known(self.numerator):
            return ""
        part, whole = UNITS.get(self.code, (COUNT, COUNT))
        return " ÷ ".join(
            (
                self._say_in(part, self.numerator),
                self._say_in(whole, self.denominator),
            )
        )

    def _say_in(self, unit: str, value: float) -> str:
        if unit == MONEY:
            return self.figures_id.company_id.currency_id.format(value)
        number = formatLang(self.env, value, 0)
        return self.env._("%s days", number) if unit == DAYS else number

    @api.model
    def _is_known(self, value) -> bool:
        return value is not False

    def action_open(self):
        """Open the records behind the figure."""
        self.ensure_one()
        return self.figures_id._open_records(self)
