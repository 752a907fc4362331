"""What the customer says: coded, with who answers, by when, and on what evidence."""

from odoo import api, fields, models
from odoo.fields import Domain


class ArDisputeReason(models.Model):
    """The reason is the customer's word. What we find is the root cause, what we do is
    the resolution: three codes, never one for the other.

    That a dispute is unfounded is found at the end, with evidence: the reasons of that
    family are outcomes, which nobody chooses when a dispute is registered.
    """

    _name = "ar.dispute.reason"
    _description = "Reason of a dispute"
    _order = "code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    family = fields.Selection(
        [
            ("administrative", "Administrative"),
            ("commercial", "Commercial"),
            ("production", "Production"),
            ("logistics", "Logistics"),
            ("quality", "Quality"),
            ("unfounded", "Unfounded"),
        ],
        required=True,
        index=True,
    )
    is_outcome = fields.Boolean(
        string="Outcome only",
        compute="_compute_is_outcome",
        store=True,
        help="Found at the end, with evidence: never chosen when a dispute is"
        " registered.",
    )
    department = fields.Selection(
        [
            ("invoicing", "Invoicing"),
            ("order_desk", "Order desk"),
            ("sales", "Sales"),
            ("production", "Production"),
            ("logistics", "Logistics"),
            ("quality", "Quality"),
            ("credit", "Credit"),
        ],
        string="Who answers",
        required=True,
    )
    days = fields.Integer(
        string="Days to decide",
        required=True,
        default=5,
        help="Business days from the registration to the decision, without those spent"
        " waiting for the customer.",
    )
    evidence = fields.Text(
        string="Evidence to collect", translate=True, help="One thing a line."
    )
    customer_evidence = fields.Text(
        string="Evidence to ask the customer for",
        translate=True,
        help="One thing a line. The customer reads it on the portal and in the"
        " receipt.",
    )
    resolution_ids = fields.Many2many(
        "ar.dispute.resolution",
        string="Usual resolutions",
        help="Proposed first; any other may be chosen.",
    )
    einvoice_codes = fields.Char(
        string="E-invoice codes",
        help="Reasons that customers' platforms send, separated by commas.",
    )
    x12_codes = fields.Char(
        string="X12 codes", help="Adjustment reasons of EDI, separated by commas."
    )
    team_ids = fields.Many2many("ar.dispute.team", string="Teams", readonly=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is taken.")
    _days = models.Constraint(
        "CHECK (days > 0)", "A decision needs at least one business day."
    )

    @api.depends("family")
    def _compute_is_outcome(self):
        for reason in self:
            reason.is_outcome = reason.family == "unfounded"

    @api.depends("code", "name")
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = f"{reason.code} {reason.name}"

    @api.model
    def _get_intake_domain(self) -> Domain:
        """Return the reasons that may be chosen when a dispute is registered."""
        return Domain("is_outcome", "=", False)

    def _get_team(self, company):
        """Return the team of a company that treats this reason, or no team."""
        self.ensure_one()
        # sudo: whoever registers a dispute, a customer too, need not read teams
        return self.sudo().team_ids.filtered(
            lambda team: team.active and team.company_id == company.root_id
        )

    def _get_evidence(self) -> dict[str, bool]:
        """Return the evidence to collect, and whether the customer has it, in the
        user's language."""
        self.ensure_one()
        return {
            line.strip(): field == "customer_evidence"
            for field in ("customer_evidence", "evidence")
            for line in (self[field] or "").splitlines()
            if line.strip()
        }
