from odoo import api, fields, models


class ArDunningStrategy(models.Model):
    _name = "ar.dunning.strategy"
    _description = "Dunning strategy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    minimum_amount = fields.Float(
        string="Minimum amount",
        digits="Account",
        help="A customer who owes less, in the company's currency, is not reminded.",
    )
    quiet_days = fields.Integer(
        string="Quiet days",
        default=7,
        help="Days of silence between two messages to the same customer.",
    )
    level_ids = fields.One2many("ar.dunning.level", "strategy_id", copy=True)
    account_count = fields.Integer(string="Customers", compute="_compute_account_count")

    _code_uniq = models.UniqueIndex("(code)", "This code is already used.")
    _quiet_days = models.Constraint(
        "CHECK (quiet_days >= 0)", "Quiet days cannot be negative."
    )

    def _compute_account_count(self):
        counts = dict(
            self.env["ar.account"]._read_group(
                [("strategy_id", "in", self.ids)], ["strategy_id"], ["__count"]
            )
        )
        for strategy in self:
            strategy.account_count = counts.get(strategy, 0)

    def action_open_accounts(self):
        """Open the customers that follow this strategy."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_account_action"
        )
        return action | {"domain": [("strategy_id", "=", self.id)], "context": {}}

    @api.model
    def _get_default(self):
        """Return the strategy of accounts that no rule has placed yet.

        sudo: screens ask for columns of open items before they ask for rights.
        """
        strategies = self.sudo()
        # Not env.ref(), which asks the database twice more
        standard_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "ar_best_practices.dunning_strategy_standard"
        )
        standard = strategies.search([("id", "=", standard_id)])
        return standard or strategies.search([], limit=1)
