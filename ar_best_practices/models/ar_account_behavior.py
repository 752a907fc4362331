"""How a customer pays: measured from matchings, stored nightly and on demand."""

from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.payment_index import ANCHORS
from .ar_account_ledger import COLLECTOR
from .measure_field import Measure
from .scope import Scope

WINDOW = relativedelta(months=12)
RECENT_WINDOW = relativedelta(months=3)
MIN_ITEMS = 5
REGULARITY_ITEMS = 12

# Stored behaviour: column of `ar_account` -> expression over settled and late items.
# `weight` is the original amount, `late` the signed days after the due date.
BEHAVIOR = {
    "settled_count": "COUNT(*) FILTER (WHERE settled)",
    "days_beyond_terms": "{settled_enough} SUM(weight * late) FILTER (WHERE settled)"
    " / NULLIF(SUM(weight) FILTER (WHERE settled), 0) END",
    "days_beyond_terms_floored": "{settled_enough} SUM(weight * GREATEST(late, 0))"
    " FILTER (WHERE settled) / NULLIF(SUM(weight) FILTER (WHERE settled), 0) END",
    "days_beyond_terms_open": "{enough} SUM(weight * late) FILTER (WHERE counted)"
    " / NULLIF(SUM(weight) FILTER (WHERE counted), 0) END",
    "days_beyond_terms_recent": "{recent_enough} SUM(weight * late)"
    " FILTER (WHERE recent) / NULLIF(SUM(weight) FILTER (WHERE recent), 0) END",
    "days_to_pay": "{settled_enough} SUM(weight * days) FILTER (WHERE settled)"
    " / NULLIF(SUM(weight) FILTER (WHERE settled), 0) END",
    "late_share": "{settled_enough} COALESCE(SUM(weight)"
    " FILTER (WHERE settled AND late > 0), 0)"
    " / NULLIF(SUM(weight) FILTER (WHERE settled), 0) END",
    "payment_index": "{settled_enough} SUM(weight * score) FILTER (WHERE settled)"
    " / NULLIF(SUM(weight) FILTER (WHERE settled), 0) END",
    "regularity": "{settled_enough} STDDEV_SAMP(late) FILTER"
    f" (WHERE settled AND rank <= {REGULARITY_ITEMS}) END",
    "payment_index_by_number": "{settled_enough} AVG(score) FILTER (WHERE settled) END",
    "longest_delay": "MAX(late) FILTER (WHERE settled)",
    "last_payment_date": "MAX(paid_on)",
}
_ENOUGH = {
    "settled_enough": f"CASE WHEN COUNT(*) FILTER (WHERE settled) >= {MIN_ITEMS} THEN",
    "recent_enough": f"CASE WHEN COUNT(*) FILTER (WHERE recent) >= {MIN_ITEMS} THEN",
    "enough": f"CASE WHEN COUNT(*) FILTER (WHERE counted) >= {MIN_ITEMS} THEN",
}


def measure(string, help_text):
    """Return a stored average, NULL (shown n/a) below five items."""
    return Measure(
        string=string,
        help=help_text,
        readonly=True,
        copy=False,
        aggregator="avg",
        groups=COLLECTOR,
    )


class ArAccountBehavior(models.AbstractModel):
    _name = "ar.account.behavior"
    _description = "Payment behaviour of a customer account"

    settled_count = fields.Integer(
        string="Settled items",
        readonly=True,
        copy=False,
        groups=COLLECTOR,
        help="Instalments settled by cash during the last 12 months.",
    )
    days_beyond_terms = measure(
        "Days beyond terms",
        "Average days between due date and payment over 12 months, weighted by the"
        " original amount; early payments count as negative days.",
    )
    days_beyond_terms_floored = measure(
        "Days beyond terms (floored)",
        "The same average with early payments counted as on time.",
    )
    days_beyond_terms_open = measure(
        "Days beyond terms (with open items)",
        "The same average with open late items counted as if they were paid today.",
    )
    days_beyond_terms_recent = measure(
        "Days beyond terms (3 months)",
        "The same average over the last 3 months only.",
    )
    days_to_pay = measure(
        "Days to pay",
        "Average days between invoice date and payment over 12 months, weighted by"
        " the original amount.",
    )
    late_share = measure(
        "Late share",
        "Share of the settled value that was paid after its due date.",
    )
    payment_index = measure(
        "Payment index",
        "Internal payment index from 0 to 100: 80 is prompt, 50 is 30 days late.",
    )
    payment_index_by_number = measure(
        "Payment index by number",
        "The same index with every item counting the same: far from the other one, the"
        " customer chooses what to pay late.",
    )
    longest_delay = measure(
        "Longest delay", "Days late of the latest of the settled items."
    )
    regularity = measure(
        "Regularity",
        "Standard deviation, in days, of the lateness of the last 12 settled items:"
        " a small number is a predictable payer.",
    )
    last_payment_date = fields.Date(
        string="Last payment", readonly=True, copy=False, groups=COLLECTOR
    )
    behavior_date = fields.Date(
        string="Behaviour as of", readonly=True, copy=False, groups=COLLECTOR
    )
    behavior_trend = Measure(
        string="Trend",
        compute="_compute_behavior_trend",
        groups=COLLECTOR,
        help="Days beyond terms of the last 3 months less those of 12 months:"
        " positive is getting worse.",
    )
    behavior_summary = fields.Char(
        string="Behaviour",
        compute="_compute_behavior_summary",
        groups=COLLECTOR,
    )

    @api.depends("days_beyond_terms", "days_beyond_terms_recent")
    def _compute_behavior_trend(self):
        for account in self:
            recent, whole = account.days_beyond_terms_recent, account.days_beyond_terms
            unknown = recent is False or whole is False
            account.behavior_trend = False if unknown else recent - whole

    @api.depends("days_beyond_terms", "late_share", "settled_count", "payment_index")
    def _compute_behavior_summary(self):
        for account in self:
            account.behavior_summary = account._get_behavior_words()

    def _get_behavior_words(self) -> str:
        """Say in one line how this customer pays, or why that is not known."""
        self.ensure_one()
        if self.days_beyond_terms is False:
            return self.env._(
                "n/a: %(count)s items settled in 12 months, %(needed)s are needed",
                count=self.settled_count,
                needed=MIN_ITEMS,
            )
        words = self.env._(
            "%(delay)s, %(on_time).0f %% on time, index %(index).0f"
            " (%(count)s items, 12 months)",
            delay=self._get_delay_words(),
            on_time=100 * (1 - self.late_share),
            index=self.payment_index,
            count=self.settled_count,
        )
        if self.behavior_trend is not False:
            words += self.env._(", trend %(trend)+.0f days", trend=self.behavior_trend)
        return words

    def _get_delay_words(self) -> str:
        """Say how long before or after the due date payments come, on average."""
        days = round(self.days_beyond_terms)
        if days > 0:
            return self.env._("pays %(days)s days late on average", days=days)
        if days < 0:
            return self.env._("pays %(days)s days early on average", days=-days)
        return self.env._("pays on the due date on average")

    # ------------------------------------------------------------------
    # Refresh
    # ------------------------------------------------------------------

    @api.model
    def _refresh_behavior(self, scope: Scope) -> int:
        """Measure the accounts of the scope and write the rows that differ.

        One statement whatever the number of customers; returns the rows written.
        """
        self._prepare_long_statements()
        self._flush_ledger()
        self.env["ar.account"].flush_model(list(BEHAVIOR))
        columns = [SQL.identifier(name) for name in BEHAVIOR]
        measured = [self._measured_sql(name) for name in BEHAVIOR]
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_account account
                   SET (%(columns)s, behavior_date) = (%(fresh)s, %(as_of)s)
                  FROM (
                        SELECT stored.id, %(named)s
                          FROM ar_account stored
                          JOIN (%(accounts)s) scope ON scope.account_id = stored.id
                     LEFT JOIN (%(behavior)s) measured
                            ON measured.account_id = stored.id
                         WHERE (%(stored)s, stored.behavior_date)
                               IS DISTINCT FROM (%(measured)s, %(as_of)s)
                           FOR NO KEY UPDATE OF stored SKIP LOCKED
                       ) fresh
                 WHERE account.id = fresh.id
                """,
                columns=SQL(", ").join(columns),
                fresh=SQL(", ").join(SQL("fresh.%s", column) for column in columns),
                measured=SQL(", ").join(measured),
                named=SQL(", ").join(
                    SQL("%s AS %s", value, column)
                    for value, column in zip(measured, columns, strict=True)
                ),
                stored=SQL(", ").join(SQL("stored.%s", column) for column in columns),
                as_of=SQL("%s::date", scope.as_of),
                accounts=scope.accounts,
                behavior=self._behavior_sql(scope),
            )
        )
        written = self.env.cr.rowcount
        self.env["ar.account"].invalidate_model([*BEHAVIOR, "behavior_date"])
        return written

    def _measured_sql(self, name: str) -> SQL:
        """A customer without any payment has settled nothing; the rest is unknown."""
        column = SQL("measured.%s", SQL.identifier(name))
        return SQL("COALESCE(%s, 0)", column) if name == "settled_count" else column

    def _behavior_sql(self, scope: Scope) -> SQL:
        """Return one row of behaviour per account of the scope that has a payment."""
        columns = [
            SQL(
                "(%s)::%s AS %s",
                SQL(expression.format(**_ENOUGH)),  # pylint: disable=sql-injection; constants above
                SQL(self._behavior_type(name)),  # pylint: disable=sql-injection; constants above
                SQL.identifier(name),
            )
            for name, expression in BEHAVIOR.items()
        ]
        return SQL(
            "SELECT account_id, %s FROM (%s) item GROUP BY account_id",
            SQL(", ").join(columns),
            self._behavior_item_sql(scope),
        )

    @api.model
    def _behavior_type(self, name: str) -> str:
        """Cast to the column's own type so that equal values compare equal."""
        return self.env["ar.account"]._fields[name].column_type[1]

    def _behavior_item_sql(self, scope: Scope) -> SQL:
        """Return the items that speak of behaviour: cash-settled or late and open.

        Columns: account_id, weight, late, days, score, settled, recent, counted,
        paid_on, rank (1 is the last settled item of the account).
        """
        start: date = scope.as_of - WINDOW
        return SQL(
            """
            SELECT item.account_id, item.weight, item.late, item.days, item.paid_on,
                   %(score)s AS score,
                   item.settled,
                   item.settled AND item.paid_on > %(recent)s AS recent,
                   item.settled OR item.open_late AS counted,
                   ROW_NUMBER() OVER (
                       PARTITION BY item.account_id, item.settled
                           ORDER BY item.paid_on DESC, item.id DESC
                   ) AS rank
              FROM (
                    SELECT *,
                           closed AND by_cash AND paid_on > %(start)s AS settled,
                           NOT closed AND due_date < %(as_of)s AS open_late,
                           (CASE WHEN closed THEN paid_on ELSE %(as_of)s END)
                               - due_date AS late,
                           paid_on - invoice_date AS days
                      FROM (%(matched)s) matched
                   ) item
             WHERE item.settled OR item.open_late OR item.paid_on IS NOT NULL
            """,
            score=self._payment_score_sql(SQL("item.late")),
            matched=self._matched_item_sql(scope),
            start=SQL("%s::date", start),
            recent=SQL("%s::date", scope.as_of - RECENT_WINDOW),
            as_of=SQL("%s::date", scope.as_of),
        )

    def _matched_item_sql(self, scope: Scope) -> SQL:
        """Return the scope's invoice instalments with what matched them as of its day.

        ``paid_on`` is the latest counterpart *line* date (the matching's own date is
        wrong for prepayments), exchange entries ignored; ``by_cash`` is False when a
        credit note or a write-off (any journal but bank and cash) clears a part.

        Plain joins, grouped last: hash joins for all accounts, index scans for a few.
        """
        return SQL(
            """
            SELECT account.account_id, line.id, line.balance AS weight,
                   COALESCE(line.invoice_date, line.date) AS invoice_date,
                   COALESCE(line.date_maturity, line.date) AS due_date,
                   COALESCE(SUM(matching.amount), 0) >= line.balance AS closed,
                   BOOL_AND(matching.by_cash) AS by_cash,
                   MAX(matching.paid_on) AS paid_on
              FROM (%(accounts)s) account
              JOIN res_partner partner
                ON partner.commercial_partner_id = account.partner_id
              JOIN account_move_line line ON line.partner_id = partner.id
              JOIN %(companies)s company (id, root_id)
                ON company.id = line.company_id
               AND company.root_id = account.company_id
         LEFT JOIN (%(matchings)s) matching ON matching.line_id = line.id
             WHERE line.account_id IN %(receivable)s
               AND line.parent_state = 'posted'
               AND line.display_type = 'payment_term'
               AND line.balance > 0
               AND COALESCE(line.invoice_date, line.date) <= %(as_of)s
          GROUP BY account.account_id, line.id
            HAVING line.reconciled IS NOT TRUE OR COUNT(matching.line_id) > 0
                OR %(is_past)s
            """,
            is_past=scope.is_past,  # what is paid by now may have been open then
            accounts=scope.accounts,
            companies=self._company_map_sql(),
            matchings=self._matching_sql(scope),
            receivable=scope.receivable_ids,
            as_of=scope.as_of,
        )

    def _matching_sql(self, scope: Scope) -> SQL:
        """Return the matchings of the scope's day: line_id, amount, amount_currency (of
        the document), by_cash, paid_on.

        The last two are NULL for exchange entries. Both sides of a matching are on the
        same account, so that only receivable lines need to be read.
        """
        return SQL(
            """
            SELECT partial.debit_move_id AS line_id, partial.amount,
                   partial.debit_amount_currency AS amount_currency,
                   CASE WHEN NOT exchange
                        THEN journal.type IN ('bank', 'cash', 'credit') END AS by_cash,
                   CASE WHEN NOT exchange THEN counterpart.date END AS paid_on
              FROM account_partial_reconcile partial
              JOIN account_move_line counterpart
                ON counterpart.id = partial.credit_move_id
               AND counterpart.account_id IN %(receivable)s
               AND counterpart.parent_state = 'posted'
              JOIN account_journal journal ON journal.id = counterpart.journal_id
        CROSS JOIN LATERAL (
                    SELECT counterpart.move_id IN (
                        SELECT exchange_move_id FROM account_partial_reconcile
                         WHERE exchange_move_id IS NOT NULL
                    ) AS exchange
                   ) kind
             WHERE partial.max_date <= %(as_of)s
            """,
            receivable=scope.receivable_ids,
            as_of=scope.as_of,
        )

    @api.model
    def _payment_score_sql(self, days: SQL) -> SQL:
        """Piecewise-linear score of a delay: the SQL twin of `payment_index`."""
        pieces = [SQL("WHEN %s <= %s THEN 100", days, ANCHORS[0][0])]
        for (day_1, score_1), (day_2, score_2) in zip(
            ANCHORS, ANCHORS[1:], strict=False
        ):
            slope = (score_2 - score_1) / (day_2 - day_1)
            pieces.append(
                SQL(
                    "WHEN %(days)s <= %(day_2)s"
                    " THEN %(score_1)s + (%(days)s - %(day_1)s) * %(slope)s",
                    days=days,
                    day_1=day_1,
                    day_2=day_2,
                    score_1=score_1,
                    slope=slope,
                )
            )
        last_day, last_score = ANCHORS[-1]
        tail = SQL("GREATEST(0, %s - (%s - %s) / 3.0)", last_score, days, last_day)
        return SQL("CASE %s ELSE %s END", SQL(" ").join(pieces), tail)
