from odoo import api, fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"

    ar_is_trial = fields.Boolean(
        string="Trial company",
        readonly=True,
        copy=False,
        help="Made by a ledger import: no message of it ever reaches a customer.",
    )
    ar_automatic_approved = fields.Boolean(
        string="Automatic reminders approved",
        copy=False,
        help="A person approved the first run: from now on automatic levels go out"
        " every morning by themselves.",
    )
    ar_imposed_moves_level = fields.Boolean(
        string="An imposed level moves the item",
        help="By default an imposed run leaves the level of each item where it was.",
    )
    ar_fallback_collector_id = fields.Many2one(
        "res.users",
        string="Collector by default",
        help="Gets the customers that no rule gives to anybody, and the answers of"
        " unknown senders.",
    )
    ar_alias_id = fields.Many2one(
        "mail.alias",
        string="Collection alias",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    ar_alias_name = fields.Char(
        string="Collection address",
        compute="_compute_ar_alias_name",
        inverse="_inverse_ar_alias_name",
        help="Customers' answers come in through this address, left of the @ sign.",
    )

    ar_retention_years = fields.Integer(
        string="Keep reminders for",
        default=10,
        help="Years after which runs, reminders and decisions are deleted, unless an"
        " item of theirs is still open. 0 keeps them for ever.",
    )

    ar_promise_tolerance = fields.Integer(
        string="Tolerance of promises",
        default=2,
        help="Working days after the promised day on which money still keeps a"
        " promise.",
    )
    _ar_promise_tolerance = models.Constraint(
        "CHECK (ar_promise_tolerance BETWEEN 0 AND 30)",
        "A tolerance lies between 0 and 30 working days.",
    )
    ar_matching_automatic = fields.Boolean(
        string="Match by itself",
        help="Payments whose items are certain are matched without anybody's key.",
    )
    ar_matching_tolerance = fields.Monetary(
        string="Small difference",
        help="What a payment may lack or have too much of the items that it names.",
    )
    ar_matching_account_id = fields.Many2one(
        "account.account",
        string="Account of small differences",
        domain="[('account_type', 'in', ('expense', 'income_other', 'income'))]",
        ondelete="restrict",
    )
    _ar_matching_tolerance = models.Constraint(
        "CHECK (ar_matching_tolerance >= 0)", "A tolerance is not negative."
    )
    _ar_retention_years = models.Constraint(
        "CHECK (ar_retention_years >= 0)", "A number of years is not negative."
    )

    def write(self, vals):
        if not vals.get("ar_is_trial", True) and any(self.mapped("ar_is_trial")):
            raise UserError(
                self.env._("A trial company stays one: use another company.")
            )
        result = super().write(vals)
        if {"parent_id", "partner_id"} & set(vals):
            self.env.registry.clear_cache()  # ar.account._company_tree
        if "alias_domain_id" in vals:
            self._move_ar_alias()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache()  # ar.account._company_tree
        return companies

    # ------------------------------------------------------------------
    # Collection address
    # ------------------------------------------------------------------

    @api.depends("ar_alias_id.alias_name")
    def _compute_ar_alias_name(self):
        for company in self:
            company.ar_alias_name = company.sudo().ar_alias_id.alias_name

    def _inverse_ar_alias_name(self):
        for company in self:
            company._set_ar_alias("ar_alias_id", company.ar_alias_name)

    def _set_ar_alias(self, field: str, name: str | bool):
        """Open, rename or close an address of a company.

        sudo: aliases are system data; whoever may write the company sets its own.
        """
        self.ensure_one()
        company = self.sudo()
        alias = company[field]
        if not name:
            alias.unlink()
        elif alias:
            alias.alias_name = name
        else:
            company[field] = alias.create(company._prepare_ar_alias(field, name))

    def _prepare_ar_alias(self, field: str, name: str) -> dict:
        """Return the values of the alias through which customers write."""
        return {
            "alias_name": name,
            "alias_domain_id": self.alias_domain_id.id,
            "alias_model_id": self.env["ir.model"]._get_id(
                self._get_ar_alias_models()[field]
            ),
            "alias_defaults": {"company_id": self.root_id.id},
        }

    @api.model
    def _get_ar_alias_models(self) -> dict[str, str]:
        """Return what each address of a company brings its mail to, by field."""
        return {"ar_alias_id": "ar.account"}

    def _move_ar_alias(self):
        """The addresses follow the mail domain of their company."""
        for company in self.sudo():  # aliases are system data
            for field in self._get_ar_alias_models():
                company[field].alias_domain_id = company.alias_domain_id

    def _get_ar_alias_email(self) -> str:
        """Return the whole collection address, empty without a mail domain."""
        alias = self.sudo().ar_alias_id
        return alias.alias_full_name if alias.alias_domain_id else ""
