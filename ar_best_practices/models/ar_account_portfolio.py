"""What a customer weighs among the others of its company: its rank, a large debt.

A comparison needs figures of everybody. They are kept on each account, with their day:
the refresh of one customer then reads columns, not all the invoices of the company.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from .ar_account_ledger import COLLECTOR
from .scope import Fact, Scope, Source


class ArAccountPortfolio(models.AbstractModel):
    _name = "ar.account.portfolio"
    _description = "A customer account among the others"

    currency_id = fields.Many2one("res.currency")
    turnover = fields.Monetary(
        readonly=True,
        copy=False,
        aggregator="sum",
        groups=COLLECTOR,
        help="Invoiced in 12 months, tax included, less credit notes.",
    )
    first_invoice_date = fields.Date(
        string="Customer since", readonly=True, copy=False, groups=COLLECTOR
    )
    compared_overdue = fields.Monetary(
        string="Overdue when compared",
        readonly=True,
        copy=False,
        aggregator="sum",
        groups=COLLECTOR,
        help="What was overdue when customers were last compared with one another.",
    )
    compared_date = fields.Date(
        string="Compared as of", readonly=True, copy=False, groups=COLLECTOR
    )

    # Everybody's figures in order, without reading the wide rows.
    _compared_idx = models.Index(
        "(company_id, turnover) INCLUDE (id, first_invoice_date, compared_overdue)"
    )

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    def _sales_source(self, scope: Scope) -> Source:
        """Turnover, seniority and importance."""
        env = self.env
        facts = [
            Fact("turnover", "money", env._("turnover of 12 months"), True),
            Fact("seniority", "days", env._("days since the first invoice"), True),
            Fact("importance", "share", env._("rank by turnover (100 % is top)"), True),
        ]
        query = SQL(
            """
            SELECT account_id, turnover, %(as_of)s - first_invoice_date AS seniority,
                   PERCENT_RANK() OVER (
                        PARTITION BY company_id ORDER BY turnover
                   ) AS importance
              FROM (%(compared)s) compared
             WHERE turnover IS NOT NULL
            """,
            as_of=SQL("%s::date", scope.as_of),
            compared=self._compared_sql(scope),
        )
        return Source(query, {fact.column: fact for fact in facts})

    def _portfolio_source(self, scope: Scope) -> Source:
        """The 90th percentile of overdue balances: what a large debt is here."""
        fact = Fact(
            "overdue_p90",
            "money",
            self.env._("90th percentile of overdue amounts"),
            True,
        )
        query = SQL(
            """
            SELECT account.id AS account_id, portfolio.overdue_p90
              FROM ar_account account
              JOIN (
                    SELECT company_id,
                           PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY overdue)
                               AS overdue_p90
                      FROM (%s) compared
                     WHERE overdue > 0
                  GROUP BY company_id
                   ) portfolio ON portfolio.company_id = account.company_id
            """,
            self._compared_sql(scope),
        )
        return Source(query, {fact.column: fact})

    def _compared_sql(self, scope: Scope) -> SQL:
        """Return account_id, company_id, turnover, first_invoice_date and overdue of
        everybody: what is kept, or for a past day what was then."""
        if scope.is_past:
            everybody = self._accounts_sql(None)
            return self._comparable_sql(scope._replace(accounts=everybody))
        return SQL(
            """
            SELECT id AS account_id, company_id, turnover, first_invoice_date,
                   compared_overdue AS overdue
              FROM ar_account
            """
        )

    # ------------------------------------------------------------------
    # Refresh
    # ------------------------------------------------------------------

    @api.model
    def _refresh_portfolio(self, scope: Scope):
        """Keep what customers are compared by, and write the rows that differ."""
        scope = scope._replace(accounts=self._outdated_sql(scope))
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_account account
                   SET turnover = fresh.turnover,
                       first_invoice_date = fresh.first_invoice_date,
                       compared_overdue = fresh.overdue,
                       compared_date = %(as_of)s
                  FROM (
                        SELECT stored.id, measured.turnover,
                               measured.first_invoice_date, measured.overdue
                          FROM ar_account stored
                          JOIN (%(measured)s) measured
                            ON measured.account_id = stored.id
                         WHERE (stored.turnover, stored.first_invoice_date,
                                stored.compared_overdue, stored.compared_date)
                               IS DISTINCT FROM
                               (measured.turnover, measured.first_invoice_date,
                                measured.overdue, %(as_of)s)
                           FOR NO KEY UPDATE OF stored SKIP LOCKED
                       ) fresh
                 WHERE account.id = fresh.id
                """,
                as_of=SQL("%s::date", scope.as_of),
                measured=self._comparable_sql(scope),
            )
        )

    def _outdated_sql(self, scope: Scope) -> SQL:
        """Return the accounts to measure: those of the scope, those whose postings
        wait for their refresh and those not measured today, mostly none.

        A table with its own statistics: the plan for one account is not that for all.
        """
        self.env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS ar_portfolio_scope;
                CREATE TEMPORARY TABLE ar_portfolio_scope ON COMMIT DROP AS
                SELECT account_id, company_id, partner_id FROM (%(accounts)s) asked
                 UNION
                SELECT account.id, account.company_id, account.partner_id
                  FROM ar_account_dirty
                  JOIN ar_account account USING (company_id, partner_id)
                 UNION
                SELECT id, company_id, partner_id
                  FROM ar_account
                 WHERE compared_date IS NULL OR compared_date < %(as_of)s;
                ANALYZE ar_portfolio_scope
                """,
                accounts=scope.accounts,
                as_of=SQL("%s::date", scope.as_of),
            )
        )
        return SQL("SELECT account_id, company_id, partner_id FROM ar_portfolio_scope")

    def _comparable_sql(self, scope: Scope) -> SQL:
        """Return, for each account of the scope, what it is compared by."""
        return SQL(
            """
            SELECT account.account_id, account.company_id, sales.turnover,
                   sales.first_invoice_date, COALESCE(late.overdue, 0) AS overdue
              FROM (%(accounts)s) account
         LEFT JOIN (%(sales)s) sales ON sales.account_id = account.account_id
         LEFT JOIN (
                    SELECT account_id, SUM(residual) AS overdue
                      FROM (%(items)s) item
                     WHERE residual > 0 AND late > 0
                  GROUP BY account_id
                   ) late ON late.account_id = account.account_id
            """,
            accounts=scope.accounts,
            sales=self._sales_sql(scope),
            items=self._item_sql(scope),
        )

    def _sales_sql(self, scope: Scope) -> SQL:
        """Return turnover and first invoice of each account that was ever invoiced."""
        return SQL(
            """
            SELECT account.account_id, MIN(move.invoice_date) AS first_invoice_date,
                   COALESCE(SUM(move.amount_total_signed) FILTER (
                       WHERE move.invoice_date > %(as_of)s - interval '1 year'
                   ), 0) AS turnover
              FROM (%(accounts)s) account
              JOIN res_partner partner
                ON partner.commercial_partner_id = account.partner_id
              JOIN account_move move ON move.partner_id = partner.id
              JOIN %(companies)s company (id, root_id)
                ON company.id = move.company_id
               AND company.root_id = account.company_id
             WHERE move.state = 'posted'
               AND move.move_type IN ('out_invoice', 'out_refund')
               AND move.invoice_date <= %(as_of)s
          GROUP BY account.account_id
            """,
            accounts=scope.accounts,
            as_of=SQL("%s::date", scope.as_of),
            companies=self._company_map_sql(),
        )
