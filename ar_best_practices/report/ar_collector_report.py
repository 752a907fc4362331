"""Work and results by collector: one row per collector and company."""

from operator import itemgetter

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import groupby

from ..models.measure_field import Measure
from ..tools import collection

RESULT_DAYS = 30  # window of actions and of cash
TOUCH_DAYS = 14  # a customer is touched when written to or called within these days
CREDIT_MANAGER = "ar_best_practices.group_ar_credit_manager"
TOP_SHARE = 0.2  # of the customers to work on, by priority


class ArCollectorReport(models.Model):
    """What a collector follows now, and what the last 30 days gave.

    Portfolio figures belong to the collector of the customer, work and cash to the
    author of the action, whoever follows the customer.
    """

    _name = "ar.collector.report"
    _description = "Work by collector"
    _auto = False
    _order = "amount_to_collect desc"

    name = fields.Char(string="Collector name", readonly=True)
    collector_id = fields.Many2one(
        "res.users", readonly=True, help="Empty: customers that nobody follows."
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    account_count = fields.Integer(string="Customers", readonly=True)
    late_account_count = fields.Integer(
        string="Late customers",
        readonly=True,
        help="Customers with at least one overdue item.",
    )
    hold_count = fields.Integer(string="On hold or watched", readonly=True)
    open_amount = fields.Monetary(string="Open", readonly=True)
    overdue_amount = fields.Monetary(string="Overdue", readonly=True)
    promised_amount = fields.Monetary(string="Promised", readonly=True)
    disputed_amount = fields.Monetary(string="Disputed", readonly=True)
    amount_to_collect = fields.Monetary(
        string="To collect now",
        readonly=True,
        help="Overdue, less what is disputed, promised or covered by a credit.",
    )
    notice_count = fields.Integer(
        string="Reminders (30 days)",
        readonly=True,
        help="Reminders sent to these customers during the last 30 days.",
    )
    answer_count = fields.Integer(
        string="Answers (30 days)",
        readonly=True,
        help="Customers who answered a reminder during the last 30 days.",
    )

    # Coverage: is the work where the priority is?
    top_amount = fields.Monetary(
        string="Overdue, first fifth",
        readonly=True,
        help="Overdue amount of the fifth of the late customers with the highest"
        " priority.",
    )
    top_touched_amount = fields.Monetary(
        string="Touched, first fifth",
        readonly=True,
        help="Of these, customers written to or called within 14 days.",
    )
    rest_amount = fields.Monetary(string="Overdue, the rest", readonly=True)
    rest_touched_amount = fields.Monetary(string="Touched, the rest", readonly=True)
    top_coverage = Measure(
        string="Coverage of the first fifth",
        compute="_compute_coverage",
        help="Share of the overdue amount of the fifth of late customers with the"
        " highest priority whose customers were written to or called within 14 days.",
    )
    rest_coverage = Measure(
        string="Coverage of the rest",
        compute="_compute_coverage",
        help="The same for all other late customers.",
    )
    focus_ratio = Measure(
        string="Focus",
        digits=(16, 2),
        compute="_compute_coverage",
        help="Coverage of the first fifth divided by the coverage of the rest: above 1,"
        " the work goes where the priority is.",
    )

    # Work
    activity_count = fields.Integer(
        string="To do",
        readonly=True,
        help="Calls and tasks waiting on these customers, and notices to approve.",
    )
    late_activity_count = fields.Integer(
        string="Late to do", readonly=True, help="Of these, past their day."
    )
    load_minutes = fields.Float(
        string="Minutes to do",
        readonly=True,
        help="What waits, by the minutes that each step takes (see Load by step).",
    )
    spent_minutes = fields.Float(
        string="Minutes spent (30 days)",
        readonly=True,
        help="Minutes noted on the actions of the last 30 days.",
    )
    attempt_count = fields.Integer(
        string="Attempts (30 days)",
        readonly=True,
        help="Calls, visits and messages of this person, outbound.",
    )
    right_party_count = fields.Integer(
        string="Right person reached (30 days)",
        readonly=True,
        help="Of these, somebody able to decide or to pay was reached.",
    )
    promise_count = fields.Integer(
        string="Promises (30 days)",
        readonly=True,
        help="Of these, a promise or a plan was obtained.",
    )
    right_party_share = Measure(
        string="Right person, share", compute="_compute_contact_shares"
    )
    promise_share = Measure(string="Promises, share", compute="_compute_contact_shares")
    planned_count = fields.Integer(
        string="Next steps due (30 days)",
        readonly=True,
        help="Next steps planned by this person for a day of the last 30 days.",
    )
    on_time_count = fields.Integer(
        string="Done on time (30 days)",
        readonly=True,
        help="Of these, done by their day.",
    )
    on_time_share = Measure(
        string="Done on time",
        compute="_compute_on_time_share",
        help="Next steps done by their day, of those due in the last 30 days.",
    )
    cash_amount = fields.Monetary(
        string="Collected (30 days)",
        readonly=True,
        help="Cash received in the last 30 days on items that were overdue, when this"
        " person's action was the customer's last one in the 30 days before it. On the"
        " line of nobody: cash that no action preceded.",
    )

    @property
    def _table_query(self) -> SQL:
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        self.env.flush_all()
        scope = accounts._scope()
        return SQL(
            """
              WITH portfolio AS (%(portfolio)s), load AS (%(load)s),
                   work AS (%(work)s), cash AS (%(cash)s), spine AS (%(spine)s)
            SELECT ROW_NUMBER() OVER (ORDER BY company.id, spine.collector_id) AS id,
                   COALESCE(person.name, %(nobody)s) AS name,
                   spine.collector_id, spine.company_id, company.currency_id,
                   portfolio.account_count, portfolio.late_account_count,
                   portfolio.hold_count, portfolio.open_amount,
                   portfolio.overdue_amount, portfolio.promised_amount,
                   portfolio.disputed_amount, portfolio.amount_to_collect,
                   portfolio.notice_count, portfolio.answer_count,
                   portfolio.top_amount, portfolio.top_touched_amount,
                   portfolio.rest_amount, portfolio.rest_touched_amount,
                   load.activity_count, load.late_activity_count, load.load_minutes,
                   work.spent_minutes, work.attempt_count, work.right_party_count,
                   work.promise_count, work.planned_count, work.on_time_count,
                   cash.cash_amount
              FROM spine
              JOIN res_company company ON company.id = spine.company_id
         LEFT JOIN res_users collector ON collector.id = spine.collector_id
         LEFT JOIN res_partner person ON person.id = collector.partner_id
         LEFT JOIN portfolio
                ON portfolio.company_id = spine.company_id
               AND portfolio.collector_id IS NOT DISTINCT FROM spine.collector_id
         LEFT JOIN load
                ON load.company_id = spine.company_id
               AND load.user_id IS NOT DISTINCT FROM spine.collector_id
         LEFT JOIN work
                ON work.company_id = spine.company_id
               AND work.author_id = spine.collector_id
         LEFT JOIN cash
                ON cash.company_id = spine.company_id
               AND cash.author_id IS NOT DISTINCT FROM spine.collector_id
            """,
            nobody=self.env._("Nobody"),
            spine=self._spine_sql(),
            portfolio=self._portfolio_sql(scope),
            load=self._load_sql(),
            work=self._work_sql(scope),
            cash=self._cash_sql(scope),
        )

    # ------------------------------------------------------------------
    # Sources, one row per person and company each
    # ------------------------------------------------------------------

    def _spine_sql(self) -> SQL:
        """Return everybody of whom a source speaks, and nobody in each company: no
        amount or minute is lost with the line of a person."""
        return SQL(
            """
            SELECT collector_id, company_id FROM portfolio
             UNION
            SELECT NULL, company_id FROM portfolio
             UNION
            SELECT user_id, company_id FROM load
             UNION
            SELECT author_id, company_id FROM work
             UNION
            SELECT author_id, company_id FROM cash
            """
        )

    def _since_sql(self, scope) -> SQL:
        return SQL("(%s::date - %s)", scope.as_of, RESULT_DAYS)

    def _portfolio_sql(self, scope) -> SQL:
        return SQL(
            """
            SELECT collector_id, company_id, COUNT(*) AS account_count,
                   COUNT(*) FILTER (WHERE overdue_item_count > 0)
                       AS late_account_count,
                   COUNT(*) FILTER (WHERE hold_state <> 'none') AS hold_count,
                   SUM(open_amount) AS open_amount,
                   SUM(overdue_amount) AS overdue_amount,
                   SUM(promised_amount) AS promised_amount,
                   SUM(disputed_amount) AS disputed_amount,
                   SUM(amount_to_collect) AS amount_to_collect,
                   SUM(notices)::int AS notice_count,
                   COUNT(*) FILTER (WHERE answered_date > %(since)s) AS answer_count,
                   SUM(overdue_amount) FILTER (WHERE top) AS top_amount,
                   SUM(overdue_amount) FILTER (WHERE top AND touched)
                       AS top_touched_amount,
                   SUM(overdue_amount) FILTER (WHERE NOT top) AS rest_amount,
                   SUM(overdue_amount) FILTER (WHERE NOT top AND touched)
                       AS rest_touched_amount
              FROM (%(customers)s) customer
          GROUP BY collector_id, company_id
            """,
            since=self._since_sql(scope),
            customers=self._customer_sql(scope),
        )

    def _customer_sql(self, scope) -> SQL:
        """Return one row per customer, with its place in the portfolio: `top` is one of
        the first fifth (rounded up) of the late ones by priority."""
        return SQL(
            """
            SELECT account.collector_id, account.company_id, account.hold_state,
                   account.answered_date, live.*, sent.notices,
                   account.id AS customer_id,
                   COALESCE(live.overdue_amount > 0 AND ROW_NUMBER() OVER portfolio
                            <= CEIL(%(top)s * COUNT(*) OVER whole), FALSE) AS top,
                   COALESCE(GREATEST(account.last_notice_date,
                                     account.last_contact_date)
                            >= %(as_of)s::date - %(touch)s, FALSE) AS touched
              FROM ar_account account
         LEFT JOIN (%(live)s) live ON live.account_id = account.id
         LEFT JOIN (
                    SELECT account_id, COUNT(*) AS notices
                      FROM ar_dunning_notice
                     WHERE state = 'sent' AND sent_date > %(since)s
                  GROUP BY account_id
                   ) sent ON sent.account_id = account.id
             WHERE account.active
            WINDOW whole AS (PARTITION BY account.collector_id, account.company_id,
                                          live.overdue_amount > 0),
                   portfolio AS (whole ORDER BY account.priority DESC NULLS LAST,
                                                account.id)
            """,
            top=TOP_SHARE,
            touch=TOUCH_DAYS,
            as_of=scope.as_of,
            since=self._since_sql(scope),
            live=self.env["ar.account"]._live_sql(scope),
        )

    def _load_sql(self) -> SQL:
        return SQL(
            """
            SELECT user_id, company_id, COUNT(*) AS activity_count,
                   COUNT(*) FILTER (WHERE late) AS late_activity_count,
                   SUM(minutes) AS load_minutes
              FROM (%s) step
          GROUP BY user_id, company_id
            """,
            self.env["ar.collector.load"]._table_query,
        )

    def _work_sql(self, scope) -> SQL:
        """Return what was done, by its author, and the steps that fell due."""
        return SQL(
            """
            SELECT author_id, company_id,
                   SUM(minutes) FILTER (WHERE recent) AS spent_minutes,
                   COUNT(*) FILTER (WHERE recent AND attempt) AS attempt_count,
                   COUNT(*) FILTER (WHERE recent AND attempt AND right_party)
                       AS right_party_count,
                   COUNT(*) FILTER (WHERE recent AND attempt AND right_party
                                      AND outcome IN ('promise', 'plan'))
                       AS promise_count,
                   COUNT(*) FILTER (WHERE due) AS planned_count,
                   COUNT(*) FILTER (WHERE due AND next_on_time) AS on_time_count
              FROM ar_collection_action
        CROSS JOIN LATERAL (
                    SELECT date >= %(since)s AS recent,
                           direction = 'out' AND channel <> 'none' AS attempt,
                           next_date >= %(since)s AND next_date < %(as_of)s AS due
                   ) action
             WHERE recent OR due
          GROUP BY author_id, company_id
            """,
            since=self._since_sql(scope),
            as_of=scope.as_of,
        )

    def _cash_sql(self, scope) -> SQL:
        """Return the cash on items that were overdue, by the author of the last action
        within the 30 days before it (domain reference §1.7)."""
        return SQL(
            """
            SELECT last.author_id, account.company_id,
                   SUM(cash.amount) AS cash_amount
              FROM (%(matchings)s) cash
              JOIN account_move_line item
                ON item.id = cash.line_id AND item.date_maturity < cash.paid_on
              JOIN res_partner partner ON partner.id = item.partner_id
              JOIN %(companies)s company (id, root_id) ON company.id = item.company_id
              JOIN ar_account account
                ON account.company_id = company.root_id
               AND account.partner_id = partner.commercial_partner_id
         LEFT JOIN LATERAL (
                    SELECT action.author_id
                      FROM ar_collection_action action
                     WHERE action.account_id = account.id
                       AND action.date::date <= cash.paid_on
                       AND action.date::date >= cash.paid_on - %(days)s
                  ORDER BY action.date DESC, action.id DESC
                     LIMIT 1
                   ) last ON TRUE
             WHERE cash.by_cash AND cash.paid_on > %(since)s
          GROUP BY last.author_id, account.company_id
            """,
            matchings=self.env["ar.account"]._matching_sql(scope),
            companies=self.env["ar.account"]._company_map_sql(),
            days=RESULT_DAYS,
            since=self._since_sql(scope),
        )

    # ------------------------------------------------------------------
    # Above My day
    # ------------------------------------------------------------------

    @api.model
    @api.readonly
    def get_day_figures(self) -> list[dict]:
        """Return the figures of my portfolio, one dict per currency.

        A manager who follows nobody sees all customers together.

        :return: amount (words with its currency), customers, late_customers,
            top_coverage and rest_coverage (shares, None without data), focus_ratio
        """
        self.check_access("read")
        rows = self._get_portfolio_rows()
        mine = [row for row in rows if row["collector_id"] == self.env.uid]
        if not mine and self.env.user.has_group(CREDIT_MANAGER):
            mine = rows
        currencies = self.env["res.currency"]
        return [
            self._sum_portfolio(currencies.browse(currency_id), group)
            for currency_id, group in groupby(mine, itemgetter("currency_id"))
        ]

    def _get_portfolio_rows(self) -> list[dict]:
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT portfolio.*, company.currency_id
                  FROM (%(portfolio)s) portfolio
                  JOIN res_company company ON company.id = portfolio.company_id
                 WHERE company.id IN %(companies)s
                """,
                portfolio=self._portfolio_sql(accounts._scope()),
                companies=tuple(self.env.companies.root_id.ids),
            )
        )

    def _sum_portfolio(self, currency, rows: list[dict]) -> dict:
        """Add up the portfolios of one currency."""

        def total(name):
            return sum(row[name] or 0 for row in rows)

        top = collection.coverage(total("top_touched_amount"), total("top_amount"))
        rest = collection.coverage(total("rest_touched_amount"), total("rest_amount"))
        return {
            "amount": currency.format(total("amount_to_collect")),
            "customers": total("account_count"),
            "late_customers": total("late_account_count"),
            "top_coverage": top,
            "rest_coverage": rest,
            "focus_ratio": collection.focus_ratio(top, rest),
        }

    # ------------------------------------------------------------------
    # Shares
    # ------------------------------------------------------------------

    @api.depends(
        "top_amount", "top_touched_amount", "rest_amount", "rest_touched_amount"
    )
    def _compute_coverage(self):
        for row in self:
            top = collection.coverage(row.top_touched_amount, row.top_amount)
            rest = collection.coverage(row.rest_touched_amount, row.rest_amount)
            row.top_coverage = top
            row.rest_coverage = rest
            row.focus_ratio = collection.focus_ratio(top, rest)

    @api.depends("attempt_count", "right_party_count", "promise_count")
    def _compute_contact_shares(self):
        for row in self:
            reached = row.right_party_count
            row.right_party_share = collection.right_party_share(
                reached, row.attempt_count
            )
            row.promise_share = collection.promise_share(row.promise_count, reached)

    @api.depends("planned_count", "on_time_count")
    def _compute_on_time_share(self):
        for row in self:
            row.on_time_share = collection.on_time_share(
                row.on_time_count, row.planned_count
            )

    def action_open_accounts(self):
        """Open the customers of this collector."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_account_action"
        )
        return action | {
            "domain": [
                ("collector_id", "=", self.collector_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            "context": {},
        }
