from odoo import api, fields, models

SEQUENCE = "ar.dispute"


class ResCompany(models.Model):
    _inherit = "res.company"

    ar_dispute_owner_id = fields.Many2one(
        "res.users",
        string="Process owner of disputes",
        domain="[('share', '=', False)]",
        help="Has authority on all disputes: gives them to somebody else, changes"
        " priority and deadline, decides and approves. Escalations end here.",
    )
    ar_dispute_manager_limit = fields.Monetary(
        string="Approved by the team's manager up to",
        default=1000,
        help="What is given away above this amount only the process owner approves.",
    )
    ar_dispute_claim_days = fields.Integer(
        string="Claims within",
        help="Days after the invoice in which the terms of sale allow a claim. 0: any"
        " time.",
    )
    ar_dispute_alias_id = fields.Many2one(
        "mail.alias",
        string="Dispute alias",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    ar_dispute_alias_name = fields.Char(
        string="Address for claims",
        compute="_compute_ar_dispute_alias_name",
        inverse="_inverse_ar_dispute_alias_name",
        help="Customers' claims come in through this address, left of the @ sign.",
    )
    _ar_dispute_claim_days = models.Constraint(
        "CHECK (ar_dispute_claim_days >= 0)", "Days are not negative."
    )
    _ar_dispute_manager_limit = models.Constraint(
        "CHECK (ar_dispute_manager_limit >= 0)", "A limit is not negative."
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_dispute_sequences()
        return companies

    @api.depends("ar_dispute_alias_id.alias_name")
    def _compute_ar_dispute_alias_name(self):
        for company in self:
            # sudo: aliases are system data, their names are no secret
            company.ar_dispute_alias_name = (
                company.sudo().ar_dispute_alias_id.alias_name
            )

    def _inverse_ar_dispute_alias_name(self):
        for company in self:
            company._set_ar_alias("ar_dispute_alias_id", company.ar_dispute_alias_name)

    @api.model
    def _get_ar_alias_models(self):
        # EXTENDS ar_best_practices
        return super()._get_ar_alias_models() | {"ar_dispute_alias_id": "ar.dispute"}

    def _create_dispute_sequences(self):
        """Give each main company its own numbers, begun again each year."""
        # sudo: whoever may make a company makes what belongs to it
        self.env["ir.sequence"].sudo().create(
            [
                {
                    "name": self.env._("Disputes of %s", company.name),
                    "code": SEQUENCE,
                    "company_id": company.id,
                    "prefix": "D/%(range_year)s/",
                    "padding": 4,
                    "use_date_range": True,
                }
                for company in self.filtered(lambda company: not company.parent_id)
            ]
        )

    def _get_next_dispute_number(self, day) -> str:
        """Return the number of the next dispute of a main company."""
        self.ensure_one()
        # sudo: who registers a dispute need not see sequences
        sequences = self.env["ir.sequence"].sudo().with_company(self)
        return sequences.next_by_code(SEQUENCE, sequence_date=day)
