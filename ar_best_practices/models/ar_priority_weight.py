"""Weights of the priority: data that a credit manager may change."""

from odoo import api, fields, models
from odoo.tools import SQL

from .scope import PriorityTerm


class ArPriorityWeight(models.Model):
    _name = "ar.priority.weight"
    _description = "Weight of a term of the priority"
    _order = "is_event, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    weight = fields.Float(
        required=True,
        digits=(4, 2),
        help="Share of this term in the priority; a negative weight calms down.",
    )
    is_event = fields.Boolean(
        string="Event",
        help="An event adds its weight when it happens. Other terms share the weight"
        " of those without data.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This term already has a weight.")
    _weight_bounds = models.Constraint(
        "CHECK (weight BETWEEN -1 AND 1)", "A weight lies between -1 and 1."
    )

    @api.model
    def _get_weights(self) -> dict[str, tuple[float, bool]]:
        """Return (weight, is_event) by code of term."""
        records = self.sudo().search_fetch([], ["code", "weight", "is_event"])
        return {term.code: (term.weight, term.is_event) for term in records}

    @api.model
    def _priority_sql(
        self, terms: list[PriorityTerm], weights: dict[str, tuple[float, bool]]
    ) -> tuple[SQL, SQL]:
        """Return (priority from 0 to 100, its words) over columns `term_<code>`.

        The SQL twin of ``tools.priority``: weights of terms without data are shared.
        """
        base = [term for term in terms if not weights.get(term.code, (0, True))[1]]
        events = [term for term in terms if weights.get(term.code, (0, False))[1]]
        total = sum(weights[term.code][0] for term in base)
        known = self._sum_sql(base, weights, "{weight} * ({column} IS NOT NULL)::int")
        score = self._sum_sql(base, weights, "{weight} * COALESCE({column}, 0)")
        extra = self._sum_sql(events, weights, "{weight} * COALESCE({column}, 0)")
        value = SQL(
            "CASE WHEN COALESCE(max_days_late, 0) <= 0 THEN 0 ELSE ROUND(100 *"
            " GREATEST(0, LEAST(1, %(score)s * %(total)s / NULLIF(%(known)s, 0)"
            " + %(extra)s)))::int END",
            score=score,
            total=total,
            known=known,
            extra=extra,
        )
        return value, self._words_sql(base + events, weights)

    def _sum_sql(self, terms, weights, pattern: str) -> SQL:
        pieces = [
            SQL(
                pattern.replace("{weight}", "%s").replace("{column}", "%s"),  # pylint: disable=sql-injection; constants
                weights[term.code][0],
                SQL.identifier(f"term_{term.code}"),
            )
            for term in terms
            if term.code in weights
        ]
        return SQL("(%s)", SQL(" + ").join([SQL("0.0"), *pieces]))

    def _words_sql(self, terms, weights) -> SQL:
        words = [
            SQL(
                "CASE WHEN %(column)s <> 0"
                " THEN %(label)s || ' ' || ROUND(%(weight)s * %(column)s, 2) END",
                column=SQL.identifier(f"term_{term.code}"),
                label=term.label,
                weight=weights[term.code][0],
            )
            for term in terms
            if term.code in weights
        ]
        if not words:
            return SQL("NULL::varchar")
        return SQL(
            "CASE WHEN COALESCE(max_days_late, 0) > 0"
            " THEN NULLIF(concat_ws(' + ', %s), '') END",
            SQL(", ").join(words),
        )
