"""One condition of a rule: fact, operator, value."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .scope import Fact

SYMBOLS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "eq": "=", "ne": "≠"}
SQL_OPERATORS = {
    "ge": SQL(">="),
    "gt": SQL(">"),
    "le": SQL("<="),
    "lt": SQL("<"),
    "eq": SQL("="),
    "ne": SQL("<>"),
}
NUMERIC = ("number", "share", "days", "money")


class ArRuleCondition(models.Model):
    _name = "ar.rule.condition"
    _description = "Condition of a receivables rule"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one("ar.rule", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    # Not validated: a fact of an addon that is not (or no longer) there is unknown.
    fact = fields.Selection(
        selection="_get_fact_selection", required=True, validate=False
    )
    operator = fields.Selection(
        [
            ("ge", "at least"),
            ("gt", "more than"),
            ("le", "at most"),
            ("lt", "less than"),
            ("eq", "is"),
            ("ne", "is not"),
            ("in", "is one of"),
        ],
        required=True,
        default="ge",
    )
    value = fields.Char(
        required=True,
        help="A number, a percentage for shares (40 means 40 %), yes or no for flags,"
        " a code, or several codes separated by commas.",
    )
    words = fields.Char(compute="_compute_words")
    unknown = fields.Boolean(compute="_compute_words")

    @api.model
    def _get_fact_selection(self) -> list[tuple[str, str]]:
        """Return the facts of the installed addons, and the names still in use."""
        accounts = self.env["ar.account"]
        facts = accounts._get_facts(accounts._scope())
        known = [(name, fact.label) for name, (_, fact) in facts.items()]
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT fact FROM ar_rule_condition")
        )
        return known + [(name, name) for (name,) in rows if name not in facts]

    @api.depends("fact", "operator", "value")
    def _compute_words(self):
        accounts = self.env["ar.account"]
        facts = accounts._get_facts(accounts._scope())
        for condition in self:
            fact = facts.get(condition.fact, (None, None))[1]
            condition.unknown = fact is None
            condition.words = condition._get_words(fact)

    def _get_words(self, fact: Fact | None) -> str:
        self.ensure_one()
        if fact is None:
            return self.env._("%(fact)s (unknown)", fact=self.fact)
        if fact.kind == "flag":
            yes = self._is_yes()
            return fact.label if yes else self.env._("not %(fact)s", fact=fact.label)
        symbol = SYMBOLS.get(self.operator, "∈")
        unit = " %" if fact.kind == "share" else ""
        return f"{fact.label} {symbol} {self.value}{unit}"

    @api.constrains("fact", "operator", "value")
    def _check_value(self):
        accounts = self.env["ar.account"]
        facts = accounts._get_facts(accounts._scope())
        for condition in self:
            fact = facts.get(condition.fact, (None, None))[1]
            if fact and fact.kind in NUMERIC:
                condition._get_number()

    def _get_number(self) -> float:
        try:
            return float(self.value.replace(",", ".").replace(" ", ""))
        except ValueError as error:
            raise ValidationError(
                self.env._("“%(value)s” is not a number.", value=self.value)
            ) from error

    def _is_yes(self) -> bool:
        yes = self.value.strip().lower() in ("yes", "oui", "true", "1")
        return yes == (self.operator != "ne")

    # ------------------------------------------------------------------
    # Compiler
    # ------------------------------------------------------------------

    def _test_sql(self, facts: dict[str, Fact]) -> SQL:
        """Return the condition as SQL over fact columns; NULL when unknown."""
        self.ensure_one()
        fact = facts.get(self.fact)
        if fact is None:
            return SQL("NULL::boolean")
        column = SQL.identifier(self.fact)
        if fact.kind == "flag":
            return column if self._is_yes() else SQL("NOT %s", column)
        if fact.kind in NUMERIC:
            return SQL(
                "%s %s %s", column, SQL_OPERATORS[self.operator], self._get_bound(fact)
            )
        if self.operator == "in":
            codes = tuple(code.strip() for code in self.value.split(","))
            return SQL("%s::text IN %s", column, codes)
        return SQL("%s::text %s %s", column, SQL_OPERATORS[self.operator], self.value)

    def _get_bound(self, fact: Fact) -> float:
        """Shares are typed in per cent and held between 0 and 1."""
        return self._get_number() / (100 if fact.kind == "share" else 1)

    def _reason_sql(self, facts: dict[str, Fact]) -> SQL:
        """Return the condition in words with the account's own value."""
        fact = facts.get(self.fact)
        if fact is None or fact.kind == "flag":
            return SQL("%s::text", self._get_words(fact))
        column = SQL.identifier(self.fact)
        if fact.kind == "share":
            actual = SQL("ROUND((100 * %s)::numeric) || ' %%'", column)
        elif fact.kind == "money":
            actual = SQL("ROUND((%s)::numeric, 2)", column)
        elif fact.kind in NUMERIC:
            actual = SQL("trim_scale(ROUND((%s)::numeric, 1))", column)
        else:
            return SQL("%s || ' ' || %s", fact.label, column)
        bound = f"{SYMBOLS.get(self.operator, '=')} {self.value}"
        return SQL("%s || ' ' || %s || %s", fact.label, actual, f" ({bound})")
