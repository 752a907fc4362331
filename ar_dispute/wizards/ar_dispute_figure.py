"""One figure of a period, with what it is made of."""

from odoo import api, fields, models

from odoo.addons.ar_best_practices.models.measure_field import Measure


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
    value = Measure(readonly=True)
    value_words = fields.Char(string="Value", compute="_compute_words")
    numerator = Measure(string="Part", readonly=True, digits=(16, 2))
    denominator = Measure(string="Of", readonly=True, digits=(16, 2))
    sample = fields.Integer(readonly=True, help="Invoices or cases that it is made of.")

    @api.depends("value", "kind")
    def _compute_words(self):
        for figure in self:
            figure.value_words = figure._get_words()

    def _get_words(self) -> str:
        value = self.value
        if value is False and not isinstance(value, float):
            return self.env._("n/a")
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        share = self.kind == "share"
        number = f"{100 * value if share else value:.1f}".replace(
            ".", lang.decimal_point or "."
        )
        return self.env._("%s %%", number) if share else self.env._("%s days", number)

    def action_open(self):
        """Open the records behind the figure."""
        self.ensure_one()
        return self.figures_id._open_records(self)
