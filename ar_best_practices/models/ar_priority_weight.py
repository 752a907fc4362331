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
    def _rated_sql(self, rows: SQL, terms: list[PriorityTerm]) -> SQL:
        """Return account_id, priority (0 to 100, or NULL) and its words.

        The SQL twin of ``tools.priority``: weights of terms without data are shared
        among the others, and the points that the words tell add up to the priority.

        :param rows: SELECT account_id, late (does it owe anything late), excluded
            (words, or NULL) and one ``term_<code>`` per term
        """
        weights = self._get_weights()
        known = [term for term in terms if term.code in weights]
        ordered = sorted(known, key=lambda term: weights[term.code][1])
        return SQL(
            """
            SELECT account_id,
                   CASE WHEN excluded IS NULL AND data THEN CASE WHEN late
                        THEN GREATEST(0, LEAST(100, %(total)s))::int ELSE 0 END
                   END AS priority,
                   COALESCE(excluded, CASE WHEN late THEN
                       NULLIF(concat_ws(' + ', %(words)s), '') END) AS priority_reason
              FROM (SELECT summed.*, %(points)s FROM (%(sums)s) summed) pointed
            """,
            total=self._last_sum_sql(ordered),
            words=self._words_sql(ordered),
            points=self._points_sql(ordered),
            sums=self._sums_sql(rows, ordered, weights),
        )

    def _sums_sql(self, rows: SQL, terms, weights) -> SQL:
        """Add `sum_<n>`: whole points of the first n terms together; `data` is whether
        any term that is not an event has data.

        ``OFFSET 0`` keeps PostgreSQL from repeating the terms in each sum and word.
        """
        base = [term.code for term in terms if not weights[term.code][1]]
        whole = sum(
            weight for weight, is_event in weights.values() if not is_event and weight
        )
        present = SQL(" + ").join(
            [SQL("0.0")]
            + [
                SQL(
                    "%s * (%s IS NOT NULL)::int",
                    weights[code][0],
                    SQL.identifier(f"term_{code}"),
                )
                for code in base
            ]
        )
        pieces = [
            SQL(
                "%s * COALESCE(%s, 0) * %s",
                weights[term.code][0],
                SQL.identifier(f"term_{term.code}"),
                SQL("scale") if term.code in base else SQL("1"),
            )
            for term in terms
        ]
        sums = [
            SQL(
                "ROUND(100 * (%s)) AS %s",
                SQL(" + ").join(pieces[: number + 1]),
                SQL.identifier(f"sum_{number}"),
            )
            for number in range(len(pieces))
        ]
        return SQL(
            """
            SELECT scaled.*, scale IS NOT NULL AS data, %(sums)s
              FROM (SELECT given.*, %(whole)s / NULLIF(%(present)s, 0) AS scale
                      FROM (%(rows)s OFFSET 0) given OFFSET 0) scaled
            OFFSET 0
            """,
            sums=SQL(", ").join(sums or [SQL("0 AS sum_0")]),
            whole=whole,
            present=present,
            rows=rows,
        )

    def _points_sql(self, terms) -> SQL:
        """Add `points_<n>`: what one term gives, so that they add up when rounded."""
        points = [
            SQL(
                "%s - %s AS %s",
                SQL.identifier(f"sum_{number}"),
                SQL.identifier(f"sum_{number - 1}") if number else SQL("0"),
                SQL.identifier(f"points_{number}"),
            )
            for number in range(len(terms))
        ]
        return SQL(", ").join(points or [SQL("0 AS points_0")])

    def _last_sum_sql(self, terms) -> SQL:
        return SQL.identifier(f"sum_{max(0, len(terms) - 1)}")

    def _words_sql(self, terms) -> SQL:
        """Say what each term gave, and what was cut off at 0 or 1."""
        total = self._last_sum_sql(terms)
        cut = SQL("(GREATEST(0, LEAST(100, %(total)s)) - %(total)s)", total=total)
        labels = [(term.label, f"points_{n}") for n, term in enumerate(terms)]
        words = [
            SQL(
                "CASE WHEN %(points)s <> 0"
                " THEN %(label)s || ' ' || ROUND(%(points)s / 100, 2) END",
                points=SQL.identifier(points),
                label=label,
            )
            for label, points in labels
        ]
        words.append(
            SQL(
                "CASE WHEN %(cut)s <> 0"
                " THEN %(label)s || ' ' || ROUND(%(cut)s / 100, 2) END",
                cut=cut,
                label=self.env._("limit"),
            )
        )
        return SQL(", ").join(words)
