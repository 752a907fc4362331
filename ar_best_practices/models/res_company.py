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
        string="Collection address",
        copy=False,
        help="Customers' answers come in through this address.",
    )

    ar_retention_years = fields.Integer(
        string="Keep reminders for",
        default=10,
        help="Years after which runs, reminders and decisions are deleted, unless an"
        " item of theirs is still open. 0 keeps them for ever.",
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
        return result

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache()  # ar.account._company_tree
        return companies
