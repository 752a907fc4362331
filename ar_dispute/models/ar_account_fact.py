"""What rules may ask about the disputes of a customer."""

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.ar_best_practices.models.scope import Fact, Scope, Source

LEAST_CLOSED = 3  # a share of fewer cases says nothing


class ArAccount(models.Model):
    _inherit = "ar.account"

    @api.model
    def _fact_sql(self, scope: Scope) -> dict[str, Source]:
        # EXTENDS ar_best_practices
        return super()._fact_sql(scope) | {
            "disputes": Source(
                self._dispute_fact_sql(scope),
                {fact.column: fact for fact in self._get_dispute_facts()},
            )
        }

    @api.model
    def _get_dispute_facts(self) -> list[Fact]:
        env = self.env
        return [
            Fact("dispute_count", "number", env._("disputes in 12 months"), True),
            Fact("open_disputes", "number", env._("open disputes"), True),
            Fact(
                "unfounded_share",
                "share",
                env._("disputes found unfounded, of those closed in 12 months"),
                True,
            ),
            Fact(
                "dispute_rate",
                "share",
                env._("invoices disputed, of those of 12 months"),
                True,
            ),
        ]

    def _dispute_fact_sql(self, scope: Scope) -> SQL:
        """Cancelled cases count nowhere. Plan expected: one pass over cases, steps and
        the invoices of 12 months."""
        return SQL(
            """
            SELECT account.account_id, COALESCE(dispute_count, 0) AS dispute_count,
                   COALESCE(open_disputes, 0) AS open_disputes, unfounded_share,
                   dispute_rate
              FROM (%(accounts)s) account
         LEFT JOIN (%(cases)s) cases ON cases.account_id = account.account_id
         LEFT JOIN (%(invoices)s) invoices ON invoices.account_id = account.account_id
            """,
            accounts=scope.accounts,
            cases=self._dispute_case_fact_sql(scope),
            invoices=self._dispute_rate_sql(scope),
        )

    def _dispute_case_fact_sql(self, scope: Scope) -> SQL:
        """Return what the cases say, each in its state of the day."""
        return SQL(
            """
            SELECT dispute.account_id,
                   COUNT(*) FILTER (WHERE past.state <> 'cancelled'
                                      AND dispute.opened_date > %(since)s)
                       AS dispute_count,
                   COUNT(*) FILTER (WHERE past.state NOT IN ('closed', 'cancelled'))
                       AS open_disputes,
                   CASE WHEN COUNT(*) FILTER (WHERE ended) >= %(least)s
                        THEN AVG((dispute.decision IS NOT DISTINCT FROM 'unfounded')
                                 ::int) FILTER (WHERE ended) END AS unfounded_share
              FROM ar_dispute dispute
              JOIN (%(states)s) past ON past.dispute_id = dispute.id
        CROSS JOIN LATERAL (SELECT past.state = 'closed'
                                   AND dispute.closed_date > %(since)s AS ended) term
          GROUP BY dispute.account_id
            """,
            since=self._get_dispute_start(scope),
            least=LEAST_CLOSED,
            states=self.env["ar.dispute"]._state_on_sql(scope.as_of),
        )

    def _dispute_rate_sql(self, scope: Scope) -> SQL:
        """Return invoices disputed until the day ÷ invoices issued in 12 months; no
        row without an invoice: unknown."""
        return SQL(
            """
            SELECT account.account_id,
                   COUNT(DISTINCT disputed.move_id)::float8
                       / COUNT(DISTINCT move.id) AS dispute_rate
              FROM (%(accounts)s) account
              JOIN account_move move
                ON move.commercial_partner_id = account.partner_id
              JOIN %(tree)s AS tree(company_id, root_id)
                ON tree.company_id = move.company_id
               AND tree.root_id = account.company_id
         LEFT JOIN (SELECT line.move_id
                      FROM ar_dispute_line line
                      JOIN ar_dispute dispute ON dispute.id = line.dispute_id
                     WHERE dispute.state <> 'cancelled'
                       AND dispute.opened_date <= %(as_of)s) disputed
                ON disputed.move_id = move.id
             WHERE move.move_type = 'out_invoice' AND move.state = 'posted'
               AND move.invoice_date > %(since)s AND move.invoice_date <= %(as_of)s
          GROUP BY account.account_id
            """,
            accounts=scope.accounts,
            tree=self._company_map_sql(),
            as_of=SQL("%s::date", scope.as_of),
            since=self._get_dispute_start(scope),
        )

    def _get_dispute_start(self, scope: Scope) -> SQL:
        return SQL("%s::date", scope.as_of - relativedelta(years=1))
