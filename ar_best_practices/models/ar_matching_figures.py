"""The figures above the screen of matching: what waits, and how much needs a person."""

from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .ar_matching_engine import WAITING
from .measure_field import Measure


class Age(NamedTuple):
    """Payments of an age between two numbers of days; None is without end."""

    code: str
    first: int
    last: int | None


AGES = (
    Age("0_2", 0, 2),
    Age("3_7", 3, 7),
    Age("8_30", 8, 30),
    Age("over_30", 31, None),
)


class ArMatchingFigures(models.AbstractModel):
    _name = "ar.matching.figures"
    _description = "Figures of matching"

    untouched = Measure(
        string="Untouched rate",
        compute="_compute_untouched",
        aggregator="avg",
        help="Share of the payments that were matched wholly as proposed, nobody"
        " correcting. Credit notes are no payments.",
    )

    @api.depends("state", "kind", "is_corrected", "left_amount")
    def _compute_untouched(self):
        for proposal in self:
            counts = proposal.state == "matched" and proposal.kind != "credit_note"
            whole = not proposal.is_corrected and not proposal.left_amount
            proposal.untouched = float(whole) if counts else None

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base: what cannot be untouched is unknown and weighs nothing
        if field_expr != "untouched":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["untouched"], "read")
        return SQL(
            """
            CASE WHEN %(state)s = 'matched' AND %(kind)s <> 'credit_note'
                 THEN (%(corrected)s IS NOT TRUE
                       AND COALESCE(%(left)s, 0) = 0)::int::float8 END
            """,
            state=self._field_to_sql(alias, "state", query),
            kind=self._field_to_sql(alias, "kind", query),
            corrected=self._field_to_sql(alias, "is_corrected", query),
            left=self._field_to_sql(alias, "left_amount", query),
        )

    # ------------------------------------------------------------------
    # Above the list
    # ------------------------------------------------------------------

    @api.model
    @api.readonly
    def get_figures(self) -> dict:
        """Return what the caller may read of the figures, for the screen of matching.

        Amounts are in the currency of the caller's company, those in another one at
        today's rate.

        :return: may_match; waiting, certain, likely, unknown: numbers of payments;
            ages: code, count, amount in words, empty; of this month's payments
            matched_count, untouched (share) and hours (median from the day of the
            payment to its matching), None without any
        """
        self.check_access("read")
        groups = self._get_waiting_groups()
        counts = {
            state: sum(row["count"] for row in groups if row["state"] == state)
            for state in WAITING
        }
        return {
            "may_match": self._may_match(),
            "waiting": sum(counts.values()),
            **counts,
            "ages": self._get_ages(groups),
            **self._get_month_figures(),
        }

    @api.model
    def _may_match(self) -> bool:
        """Tell whether `_check_may_match` lets the caller pass."""
        lines = self.env["account.move.line"].has_access("write")
        return lines and self.env["account.partial.reconcile"].has_access("create")

    def _get_waiting_groups(self) -> list[dict]:
        """Return state, currency_id, age, count and amount of what waits."""
        query = self._search([("state", "in", WAITING)])
        query.groupby = SQL("1, 2, 3")
        return self.env.execute_query_dict(
            query.select(
                self._field_to_sql(query.table, "state", query),
                self._field_to_sql(query.table, "currency_id", query),
                SQL("%s AS age", self._age_sql(query)),
                SQL("COUNT(*) AS count"),
                SQL("SUM(%s) AS amount", self._field_to_sql(query.table, "amount")),
            )
        )

    def _age_sql(self, query) -> SQL:
        """Return the code of the age of a payment, today."""
        days = SQL(
            "%s::date - %s",
            self.env["ar.account"]._today(self.env.company),
            self._field_to_sql(query.table, "date", query),
        )
        cases = [
            SQL("WHEN %s <= %s THEN %s", days, age.last, age.code) for age in AGES[:-1]
        ]
        return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), AGES[-1].code)

    def _get_ages(self, groups: list[dict]) -> list[dict]:
        """Return number and amount of what waits, by age."""
        currency = self.env.company.currency_id
        rates = self._get_rates({row["currency_id"] for row in groups})
        return [
            {
                "code": age.code,
                "count": sum(row["count"] for row in rows),
                "amount": currency.format(
                    sum(
                        float(row["amount"]) * rates[row["currency_id"]] for row in rows
                    )
                ),
                "empty": not rows,
            }
            for age in AGES
            for rows in [[row for row in groups if row["age"] == age.code]]
        ]

    def _get_rates(self, currency_ids: set[int]) -> dict[int, float]:
        """Return what one unit of each currency is worth in the company's, today."""
        company = self.env.company
        currencies = self.env["res.currency"].browse(currency_ids) | company.currency_id
        today = self.env["ar.account"]._today(company)
        rates = currencies._get_rates(company, today)
        return {id_: rates[company.currency_id.id] / rates[id_] for id_ in rates}

    def _get_month_figures(self) -> dict:
        """Return how this month's payments were matched, None without any."""
        today = self.env["ar.account"]._today(self.env.company)
        query = self._search(
            [
                ("state", "=", "matched"),
                ("kind", "!=", "credit_note"),
                ("matched_date", ">=", today.replace(day=1)),
            ]
        )
        hours = self._field_to_sql(query.table, "hours", query)
        (figures,) = self.env.execute_query_dict(
            query.select(
                SQL("COUNT(*) AS matched_count"),
                SQL(
                    "AVG(%s) AS untouched", self._field_to_sql(query.table, "untouched")
                ),
                SQL("percentile_cont(0.5) WITHIN GROUP (ORDER BY %s) AS hours", hours),
            )
        )
        return figures
