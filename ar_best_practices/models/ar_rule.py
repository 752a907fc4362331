"""Ordered rules over facts, compiled to SQL: profiles, strategies, collectors."""

from collections.abc import Iterable

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .scope import Fact, Scope

# usage -> the field of the rule that says what it decides
TARGETS = {
    "profile": "payer_profile_id",
    "strategy": "strategy_id",
    "collector": "collector_id",
}


class ArRule(models.Model):
    _name = "ar.rule"
    _description = "Receivables rule"
    _order = "usage, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The first rule that matches decides.")
    active = fields.Boolean(default=True)
    usage = fields.Selection(
        [
            ("profile", "Payer profile"),
            ("strategy", "Dunning strategy"),
            ("collector", "Collector"),
        ],
        required=True,
        default="strategy",
    )
    company_id = fields.Many2one(
        "res.company", help="Leave empty for a rule shared by all companies."
    )
    date_from = fields.Date(string="Valid from")
    date_to = fields.Date(string="Valid until")
    payer_profile_id = fields.Many2one(
        "ar.payer.profile", string="Payer profile", ondelete="cascade"
    )
    strategy_id = fields.Many2one("ar.dunning.strategy", ondelete="cascade")
    collector_id = fields.Many2one("res.users", ondelete="cascade")
    condition_ids = fields.One2many("ar.rule.condition", "rule_id", copy=True)
    summary = fields.Char(
        compute="_compute_summary", help="The conditions in words; all must hold."
    )
    unknown = fields.Boolean(
        compute="_compute_summary",
        help="A condition asks for a fact that no installed addon provides: the rule"
        " never matches until it is there.",
    )

    _validity = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)",
        "A rule cannot end before it starts.",
    )

    @api.depends("condition_ids", "condition_ids.words", "condition_ids.unknown")
    def _compute_summary(self):
        for rule in self:
            words = rule.condition_ids.mapped("words")
            rule.summary = ", ".join(words) or self.env._("always")
            rule.unknown = any(rule.condition_ids.mapped("unknown"))

    @api.constrains("usage", "payer_profile_id", "strategy_id", "collector_id")
    def _check_target(self):
        for rule in self:
            if not rule[TARGETS[rule.usage]]:
                raise ValidationError(
                    self.env._(
                        "Say what “%(rule)s” decides: its %(target)s is empty.",
                        rule=rule.name,
                        target=rule._fields[TARGETS[rule.usage]].string,
                    )
                )

    # ------------------------------------------------------------------
    # Compiler
    # ------------------------------------------------------------------

    @api.model
    def _get_valid_rules(self, usage: str, scope: Scope):
        """Return the ordered rules of a usage that are valid on the scope's day."""
        domain = (
            Domain("usage", "=", usage)
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", scope.as_of))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", scope.as_of))
        )
        # Rules are shared judgements: read whatever the company of the user.
        return self.sudo().search(domain)

    @api.model
    def _decision_sql(self, scope: Scope, usage: str) -> SQL | None:
        """Return account_id, target_id, rule_id, reason of the first matching rule, or
        None when there is no rule at all.

        Three-valued: a fact that is unknown (NULL, or of an addon that is gone) makes
        its condition unknown, and an unknown condition never matches.
        """
        rules = self._get_valid_rules(usage, scope)
        if not rules:
            return None
        accounts = self.env["ar.account"]
        facts = {name: fact for name, (_, fact) in accounts._get_facts(scope).items()}
        names = set(rules.condition_ids.mapped("fact"))
        cases = [rule._case_sql(facts) for rule in rules]
        return SQL(
            "SELECT facts.account_id, (%s)::int AS target_id, (%s)::int AS rule_id,"
            " %s AS reason FROM (%s) facts",
            self._first_match_sql((test, goal) for test, goal, _, _ in cases),
            self._first_match_sql((test, rule) for test, _, rule, _ in cases),
            self._first_match_sql((test, why) for test, _, _, why in cases),
            accounts._fact_table_sql(scope, names),
        )

    @api.model
    def _first_match_sql(self, cases: Iterable[tuple[SQL, SQL]]) -> SQL:
        """Return the value of the first (test, value) whose test holds."""
        whens = [SQL("WHEN %s THEN %s", test, value) for test, value in cases]
        return SQL("CASE %s END", SQL(" ").join(whens))

    def _case_sql(self, facts: dict[str, Fact]) -> tuple[SQL, SQL, SQL, SQL]:
        """Return (test, target id, rule id, reason in words) of one rule."""
        tests = [condition._test_sql(facts) for condition in self.condition_ids]
        if self.company_id:
            tests.append(SQL("company_id = %s", self.company_id.root_id.id))
        words = [condition._reason_sql(facts) for condition in self.condition_ids]
        reason = SQL("%s", self.name)
        if words:
            reason = SQL(
                "%s || ': ' || concat_ws(', ', %s)", self.name, SQL(", ").join(words)
            )
        return (
            SQL(" AND ").join(tests) if tests else SQL("TRUE"),
            SQL("%s", self[TARGETS[self.usage]].id),
            SQL("%s", self.id),
            reason,
        )
