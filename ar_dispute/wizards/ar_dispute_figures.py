"""The figures of a period that somebody chooses."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

INVOICES = ("dispute_rate_number", "dispute_rate_value")
NOTES = ("credit_note_rate_number", "credit_note_rate_value")
REGISTERED = ("first_response", "deduction_days_outstanding", "recurrence")


class ArDisputeFigures(models.TransientModel):
    _name = "ar.dispute.figures"
    _description = "Figures of disputes"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._get_first_day()
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self.env["ar.account"]._today(self.env.company),
    )
    figure_ids = fields.One2many(
        "ar.dispute.figure", "figures_id", string="Figures", readonly=True
    )

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for figures in self:
            figures.display_name = self.env._("Figures of disputes")

    @api.model
    def _get_first_day(self):
        """Return the day after that of a year ago."""
        today = self.env["ar.account"]._today(self.env.company)
        return today - relativedelta(years=1, days=-1)

    @api.model
    def _get_names(self) -> dict[str, tuple[str, str]]:
        """Return name and kind of each figure, in the order of the screen."""
        env = self.env
        return {
            "dispute_rate_number": (env._("Invoices disputed ÷ issued"), "share"),
            "dispute_rate_value": (env._("Amount disputed ÷ invoiced"), "share"),
            "credit_note_rate_number": (env._("Credit notes ÷ invoices"), "share"),
            "credit_note_rate_value": (env._("Amount credited ÷ invoiced"), "share"),
            "cost_of_non_quality": (env._("Cost of non-quality ÷ sales"), "share"),
            "service_level": (env._("Closed in time"), "share"),
            "unfounded_rate": (env._("Found unfounded"), "share"),
            "recurrence": (env._("Occurred again within 90 days"), "share"),
            "first_response": (env._("First answer, mean"), "days"),
            "cycle_gross_mean": (env._("Days to close, mean"), "days"),
            "cycle_gross_median": (env._("Days to close, median"), "days"),
            "cycle_gross_p90": (env._("Days to close, 9 cases of 10 within"), "days"),
            "cycle_gross_weighted": (env._("Days to close, by amount"), "days"),
            "cycle_net_mean": (env._("Without waiting, mean"), "days"),
            "cycle_net_median": (env._("Without waiting, median"), "days"),
            "cycle_net_p90": (env._("Without waiting, 9 cases of 10 within"), "days"),
            "cycle_net_weighted": (env._("Without waiting, by amount"), "days"),
            "deduction_days_outstanding": (
                env._("Days of disputes that are open"),
                "days",
            ),
        }

    @api.model
    def action_open_figures(self):
        """Open the figures of the last 12 months."""
        return self.create({}).action_show()

    def action_show(self):
        """Show the figures of the period."""
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins."))
        self._fill()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def _fill(self):
        disputes = self.env["ar.dispute"]
        disputes.check_access("read")
        self.company_id.check_access("read")  # figures are read past record rules
        found = disputes._get_figures(self.company_id, self.date_from, self.date_to)
        rows = [
            {"code": code, "name": name, "kind": kind} | found[code]._asdict()
            for code, (name, kind) in self._get_names().items()
        ]
        self.figure_ids = [Command.clear(), *map(Command.create, rows)]

    # ------------------------------------------------------------------
    # Records behind a figure
    # ------------------------------------------------------------------

    def _open_records(self, figure):
        """Open what a figure counts: cases, or credit notes."""
        model, domain = "ar.dispute", self._get_case_domain(figure.code)
        if figure.code in NOTES:
            model, domain = "account.move", self._get_move_domain("out_refund")
        return {
            "type": "ir.actions.act_window",
            "name": figure.name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": list(domain),
            "context": {"create": False},
        }

    def _get_move_domain(self, move_type: str) -> Domain:
        return Domain(
            [
                ("move_type", "=", move_type),
                ("company_id", "child_of", self.company_id.root_id.id),
                ("state", "=", "posted"),
                ("invoice_date", ">=", self.date_from),
                ("invoice_date", "<=", self.date_to),
            ]
        )

    def _get_case_domain(self, code: str) -> Domain:
        if code in INVOICES:
            items = Domain("move_id", "any", self._get_move_domain("out_invoice"))
            return Domain("state", "!=", "cancelled") & Domain("line_ids", "any", items)
        is_registered = code in REGISTERED
        day = "opened_date" if is_registered else "closed_date"
        domain = Domain(
            [
                ("company_id", "=", self.company_id.root_id.id),
                (day, ">=", self.date_from),
                (day, "<=", self.date_to),
            ]
        )
        if not is_registered:
            return domain & Domain("state", "=", "closed")
        return domain & Domain("state", "!=", "cancelled")
