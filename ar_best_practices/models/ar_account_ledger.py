"""Live amounts of customer accounts, read from the ledger and never stored.

Nothing here copies accounting data: an open item *is* a receivable
``account.move.line`` of a posted entry (one instalment, not one invoice).
"""

from datetime import date, datetime

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from .scope import Scope

# Columns of journal items that the statements below read, flushed before them.
LEDGER_FIELDS = (
    "account_id",
    "amount_currency",
    "amount_residual",
    "amount_residual_currency",
    "balance",
    "company_id",
    "currency_id",
    "date",
    "date_maturity",
    "display_type",
    "invoice_date",
    "move_id",
    "move_name",
    "no_followup",
    "parent_state",
    "partner_id",
    "reconciled",
)

# Tables whose statistics decide between a join of seconds and one of minutes.
LEDGER_TABLES = (
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "ar_account",
    "ar_item",
    "res_partner",
)
SMALL_TABLE = 128 * 1024  # bytes: any plan is good

# One entry per live field: the expression over the columns of `_item_sql` joined to
# the capped exclusions, `as_of` being the day of the scope.
LIVE_AMOUNTS = {
    "open_amount": "SUM(residual) FILTER (WHERE residual > 0)",
    "overdue_amount": "SUM(residual) FILTER (WHERE residual > 0 AND late > 0)",
    "not_due_amount": "SUM(residual) FILTER (WHERE residual > 0 AND late <= 0)",
    "bucket_1_30": (
        "SUM(residual) FILTER (WHERE residual > 0 AND late BETWEEN 1 AND 30)"
    ),
    "bucket_31_60": (
        "SUM(residual) FILTER (WHERE residual > 0 AND late BETWEEN 31 AND 60)"
    ),
    "bucket_61_90": (
        "SUM(residual) FILTER (WHERE residual > 0 AND late BETWEEN 61 AND 90)"
    ),
    "bucket_over_90": "SUM(residual) FILTER (WHERE residual > 0 AND late > 90)",
    "unallocated_amount": "-SUM(residual) FILTER (WHERE residual < 0)",
    "disputed_amount": "SUM(disputed)",
    "promised_amount": "SUM(promised)",
    "amount_to_collect": (
        "GREATEST(0, SUM(CASE WHEN residual < 0 THEN residual"
        " WHEN late > 0 THEN residual - disputed - promised ELSE 0 END))"
    ),
}
LIVE_OTHERS = {
    "open_item_count": "COUNT(*) FILTER (WHERE residual > 0)",
    "overdue_item_count": "COUNT(*) FILTER (WHERE residual > 0 AND late > 0)",
    "oldest_due_date": "MIN(due_date) FILTER (WHERE residual > 0 AND late > 0)",
    "max_days_late": "MAX(late) FILTER (WHERE residual > 0 AND late > 0)",
}
LIVE_FIELDS = {**LIVE_AMOUNTS, **LIVE_OTHERS}
COLLECTOR = "ar_best_practices.group_ar_collector"
OPEN_ITEM_INDEX = "ar_open_item_index"


def live_search(fname):
    """Return a search method that leaves the condition to `_field_to_sql`."""

    def search(_records, operator, value):
        return Domain(fname, operator, value)

    return search


def live_money(fname, string, help_text):
    """Return a live amount: computed for the whole recordset, searched in SQL."""
    return fields.Monetary(
        string=string,
        help=help_text,
        compute="_compute_live",
        search=live_search(fname),
        currency_field="currency_id",
        aggregator="sum",
        groups=COLLECTOR,
    )


def live_count(fname, string, help_text, aggregator="sum"):
    """Return a live count of items or days."""
    return fields.Integer(
        string=string,
        help=help_text,
        compute="_compute_live",
        search=live_search(fname),
        aggregator=aggregator,
        groups=COLLECTOR,
    )


class ArAccountLedger(models.AbstractModel):
    _name = "ar.account.ledger"
    _description = "Live amounts of a customer account"

    currency_id = fields.Many2one("res.currency")
    open_amount = live_money(
        "open_amount", "Open", "Everything invoiced and not paid yet, due or not."
    )
    overdue_amount = live_money(
        "overdue_amount", "Overdue", "Open items whose due date has passed."
    )
    not_due_amount = live_money(
        "not_due_amount", "Not due", "Open items that are due today or later."
    )
    bucket_1_30 = live_money("bucket_1_30", "1-30 days", "Late by 1 to 30 days.")
    bucket_31_60 = live_money("bucket_31_60", "31-60 days", "Late by 31 to 60 days.")
    bucket_61_90 = live_money("bucket_61_90", "61-90 days", "Late by 61 to 90 days.")
    bucket_over_90 = live_money(
        "bucket_over_90", "Over 90 days", "Late by more than 90 days."
    )
    unallocated_amount = live_money(
        "unallocated_amount",
        "Credits",
        "Payments and credit notes of the customer not allocated to any invoice.",
    )
    disputed_amount = live_money(
        "disputed_amount",
        "Disputed",
        "Part of the open items that the customer disputes.",
    )
    promised_amount = live_money(
        "promised_amount",
        "Promised",
        "Part of the open items under a promise or a payment plan.",
    )
    amount_to_collect = live_money(
        "amount_to_collect",
        "To collect now",
        "Overdue, less what is disputed, promised or covered by a credit.",
    )
    open_item_count = live_count(
        "open_item_count", "Open items", "Number of open instalments."
    )
    overdue_item_count = live_count(
        "overdue_item_count", "Overdue items", "Number of overdue instalments."
    )
    max_days_late = live_count(
        "max_days_late", "Days late", "Days late of the oldest overdue item.", "max"
    )
    oldest_due_date = fields.Date(
        string="Oldest due date",
        compute="_compute_live",
        search=live_search("oldest_due_date"),
        groups=COLLECTOR,
        help="Due date of the oldest overdue item.",
    )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.depends_context("ar_as_of")
    def _compute_live(self):
        # Straight into the cache: assigning money would read each company's currency
        # to round sums that PostgreSQL already holds to the cent.
        rows = self._get_live_rows()
        for account in self:
            row = rows.get(account.id, {})
            for fname in LIVE_AMOUNTS:
                amount = float(row.get(fname) or 0)
                self._fields[fname]._update_cache(account, amount)
            for fname in LIVE_OTHERS:
                self._fields[fname]._update_cache(account, row.get(fname))

    def _get_live_rows(self) -> dict[int, dict]:
        """Return the live figures of these accounts by id, in one statement."""
        if not self.ids:
            return {}
        self._flush_ledger()
        query = self._live_sql(self._scope(self))
        return {row["account_id"]: row for row in self.env.execute_query_dict(query)}

    def _field_to_sql(self, alias, field_expr, query=None):
        # One join of the aggregate serves search, order, group and sum.
        if field_expr not in LIVE_FIELDS:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        if query is None:
            raise ValueError(f"Cannot convert {field_expr} to SQL without a query")
        return self._join_live(alias, field_expr, query)

    def _join_live(self, alias, fname, query) -> SQL:
        """Join the live aggregate to ``query`` once and return the wanted column."""
        self._flush_ledger()
        live_alias = query.make_alias(alias, "live")
        if live_alias not in query._joins:
            live = SQL("(%s)", self._live_sql(self._scope()))
            on = SQL(
                "%s = %s",
                SQL.identifier(live_alias, "account_id"),
                SQL.identifier(alias, "id"),
            )
            query.add_join("LEFT JOIN", live_alias, live, on)
        column = SQL.identifier(live_alias, fname)
        if self._fields[fname].type == "date":
            return column
        return SQL("COALESCE(%s, 0)", column)

    def _prepare_long_statements(self):
        """Give the statements of this transaction room to join and sort in memory,
        and the planner the size of what they read.

        No JIT: compiling many CASE expressions costs more than it saves. Autovacuum
        counts rows too, but some time after an import: till then each journal item
        would search all matchings, for minutes. What others count now is skipped.
        """
        ((_memory, _jit, grown),) = self.env.execute_query(
            SQL(
                "SELECT set_config('work_mem', '64MB', TRUE),"
                " set_config('jit', 'off', TRUE), ARRAY(%s)",
                self._grown_table_sql(),
            )
        )
        if grown:
            tables = SQL(", ").join(map(SQL.identifier, grown))
            self.env.cr.execute(SQL("ANALYZE (SKIP_LOCKED) %s", tables))

    def _grown_table_sql(self) -> SQL:
        """Return the names of ledger tables never analyzed, or twice as large since."""
        return SQL(
            """
            SELECT relname::text
              FROM pg_class
             WHERE oid = ANY (%(tables)s::regclass[])
               AND pg_relation_size(oid) > %(small)s
               AND (pg_relation_size(oid)
                        > 2 * relpages * current_setting('block_size')::bigint
                    OR NOT EXISTS (SELECT 1 FROM pg_stats
                                    WHERE schemaname = current_schema
                                      AND tablename = relname))
            """,
            tables=list(LEDGER_TABLES),
            small=SMALL_TABLE,
        )

    def _flush_ledger(self):
        """Write pending values that the statements below read."""
        self.env["account.move.line"].flush_model(LEDGER_FIELDS)
        self.env["account.partial.reconcile"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["ar.item"].flush_model()
        self.env["ar.account"].flush_model(["company_id", "partner_id"])

    # ------------------------------------------------------------------
    # Scope
    # ------------------------------------------------------------------

    @api.model
    def _scope(self, accounts=None, as_of=None) -> Scope:
        """Return the scope of ``accounts`` as of a day: the only place that reads
        ``ar_as_of``.

        :param accounts: a recordset, a Domain on ``ar.account``, or None for all
        :param as_of: a date; by default the context's ``ar_as_of``, else today in
            the company's time zone
        """
        known = isinstance(accounts, models.BaseModel) and accounts[:1].company_id
        today = self._today(known or self.env.company)
        as_of = fields.Date.to_date(as_of or self.env.context.get("ar_as_of")) or today
        return Scope(
            as_of=as_of,
            is_past=as_of < today,
            company_ids=tuple(row[0] for row in self._company_tree()),
            receivable_ids=self._receivable_ids() or (0,),
            accounts=self._accounts_sql(accounts),
        )

    def _accounts_sql(self, accounts) -> SQL:
        """Return the SELECT of account_id, company_id, partner_id of a scope."""
        columns = SQL("SELECT id AS account_id, company_id, partner_id FROM ar_account")
        if accounts is None:
            return columns
        if isinstance(accounts, Domain):
            query = self.env["ar.account"].sudo()._search(accounts, order="id")
            return SQL("%s WHERE id IN %s", columns, query.subselect())
        return SQL("%s WHERE id IN %s", columns, tuple(accounts.ids) or (0,))

    @api.model
    def _today(self, company) -> date:
        """Return today in the company's time zone."""
        zones = {row[0]: row[2] for row in self._company_tree()}
        zone = zones.get(company.id) or self.env.context.get("tz") or "UTC"
        return datetime.now(pytz.timezone(zone)).date()

    @api.model
    @ormcache()
    def _receivable_ids(self) -> tuple[int, ...]:
        """Ids of receivable accounts: literal ids let PostgreSQL use our index.

        Cached until an account changes (``account.account`` clears the cache).
        """
        self.env["account.account"].flush_model(["account_type"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM account_account"
                " WHERE account_type = 'asset_receivable' ORDER BY id"
            )
        )
        return tuple(row[0] for row in rows)

    @api.model
    @ormcache()
    def _company_tree(self) -> tuple[tuple[int, int, str | None], ...]:
        """Return (company, its root company, its time zone) of every company."""
        self.env["res.company"].flush_model(["parent_path", "partner_id"])
        self.env["res.partner"].flush_model(["tz", "country_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company.id,
                       split_part(company.parent_path, '/', 1)::int,
                       partner.tz,
                       country.code
                  FROM res_company company
                  JOIN res_partner partner ON partner.id = company.partner_id
             LEFT JOIN res_country country ON country.id = partner.country_id
              ORDER BY company.id
                """
            )
        )
        return tuple((row[0], row[1], row[2] or _country_zone(row[3])) for row in rows)

    # ------------------------------------------------------------------
    # SQL pieces
    # ------------------------------------------------------------------

    def _company_map_sql(self) -> SQL:
        """VALUES (id, root_id): branches' lines belong to the root's account."""
        rows = [SQL("(%s, %s)", row[0], row[1]) for row in self._company_tree()]
        return SQL("(VALUES %s)", SQL(", ").join(rows))

    def _item_sql(self, scope: Scope) -> SQL:
        """Return open items and credits of the scope's accounts as of its day.

        Columns: account_id, line_id, residual (company currency, credits negative),
        residual_currency (document currency), due_date, late (days after the due date;
        negative before it).
        """
        return SQL(
            """
            SELECT account.account_id,
                   line.id AS line_id,
                   line.residual,
                   line.residual_currency,
                   line.due_date,
                   %(as_of)s - line.due_date AS late
              FROM (%(accounts)s) account
              JOIN res_partner partner
                ON partner.commercial_partner_id = account.partner_id
              JOIN (%(lines)s) line ON line.partner_id = partner.id
              JOIN %(companies)s company (id, root_id)
                ON company.id = line.company_id
               AND company.root_id = account.company_id
            """,
            as_of=SQL("%s::date", scope.as_of),
            accounts=scope.accounts,
            lines=self._past_line_sql(scope)
            if scope.is_past
            else self._current_line_sql(scope),
            companies=self._company_map_sql(),
        )

    def _current_line_sql(self, scope: Scope) -> SQL:
        """Open receivable lines today.

        Plan expected: index-only scan of `ar_open_item_index` (its predicate is
        implied by the literal account ids and `reconciled IS NOT TRUE`).
        """
        return SQL(
            """
            SELECT id, partner_id, company_id,
                   amount_residual AS residual,
                   amount_residual_currency AS residual_currency,
                   COALESCE(date_maturity, date) AS due_date
              FROM account_move_line
             WHERE account_id IN %(receivable)s
               AND parent_state = 'posted'
               AND reconciled IS NOT TRUE
               AND amount_residual <> 0
               AND COALESCE(invoice_date, date) <= %(as_of)s
            """,
            receivable=scope.receivable_ids,
            as_of=scope.as_of,
        )

    def _past_line_sql(self, scope: Scope) -> SQL:
        """Receivable lines that were open on a past day.

        Walks back from today's residual by the matchings dated after that day:
        the residual of then is never guessed from the present one.
        """
        return SQL(
            """
            SELECT line.id, line.partner_id, line.company_id,
                   past.residual, past.residual_currency,
                   COALESCE(line.date_maturity, line.date) AS due_date
              FROM (%(residuals)s) past
              JOIN account_move_line line ON line.id = past.id
             WHERE line.account_id IN %(receivable)s
               AND line.parent_state = 'posted'
               AND COALESCE(line.invoice_date, line.date) <= %(as_of)s
            """,
            residuals=self._past_residual_sql(scope),
            receivable=scope.receivable_ids,
            as_of=scope.as_of,
        )

    def _past_residual_sql(self, scope: Scope) -> SQL:
        """Residuals of then: id, residual, residual_currency (none is zero)."""
        return SQL(
            """
            SELECT id, SUM(residual) AS residual, SUM(currency) AS residual_currency
              FROM (
                    SELECT id, amount_residual AS residual,
                           amount_residual_currency AS currency
                      FROM account_move_line
                     WHERE account_id IN %(receivable)s
                       AND parent_state = 'posted'
                       AND reconciled IS NOT TRUE
                 UNION ALL
                    SELECT debit_move_id, amount, debit_amount_currency
                      FROM account_partial_reconcile
                     WHERE max_date > %(as_of)s
                 UNION ALL
                    SELECT credit_move_id, -amount, -credit_amount_currency
                      FROM account_partial_reconcile
                     WHERE max_date > %(as_of)s
                   ) movement
          GROUP BY id
            HAVING SUM(residual) <> 0
            """,
            receivable=scope.receivable_ids,
            as_of=scope.as_of,
        )

    def _exclusion_sql(self, scope: Scope) -> SQL:
        """Amounts left out of collection, one row per line, in company currency.

        Columns: line_id, dispute, plan, promise, not yet capped at the residual; for
        plan and promise also until when, and the one that ends first; for dispute the
        words, of each only once.
        """
        return SQL(
            """
            SELECT excluded.line_id,
                   SUM(excluded.amount) FILTER (WHERE kind = 'dispute') AS dispute,
                   SUM(excluded.amount) FILTER (WHERE kind = 'plan') AS plan,
                   SUM(excluded.amount) FILTER (WHERE kind = 'promise') AS promise,
                   STRING_AGG(DISTINCT excluded.reason, '; ') FILTER (
                       WHERE kind = 'dispute') AS dispute_reason,
                   MIN(excluded.until) FILTER (WHERE kind = 'plan') AS plan_until,
                   MIN(excluded.until) FILTER (WHERE kind = 'promise')
                       AS promise_until,
                   (ARRAY_AGG(excluded.res_id ORDER BY excluded.until) FILTER (
                       WHERE res_model = 'ar.payment.plan'))[1] AS plan_id,
                   (ARRAY_AGG(excluded.res_id ORDER BY excluded.until) FILTER (
                       WHERE res_model = 'ar.payment.promise'))[1] AS promise_id
              FROM (
                    SELECT hook.line_id, hook.kind, hook.until, hook.res_model,
                           hook.res_id, hook.reason,
                           ROUND(hook.amount_currency * COALESCE(
                               line.balance / NULLIF(line.amount_currency, 0), 1
                           ), currency.decimal_places) AS amount
                      FROM (%(hooks)s) hook
                      JOIN account_move_line line ON line.id = hook.line_id
                      JOIN res_currency currency
                        ON currency.id = line.company_currency_id
                   ) excluded
          GROUP BY excluded.line_id
            """,
            hooks=SQL(" UNION ALL ").join(self._excluded_amount_sql(scope)),
        )

    def _live_sql(self, scope: Scope) -> SQL:
        """Return one row of live figures per account of the scope that has items."""
        columns = [
            SQL("%s AS %s", SQL(expression), SQL.identifier(fname))  # pylint: disable=sql-injection; constants
            for fname, expression in LIVE_FIELDS.items()
        ]
        return SQL(
            """
            SELECT account_id, %(columns)s
              FROM (
                    SELECT item.account_id, item.residual, item.due_date, item.late,
                           %(disputed)s AS disputed,
                           %(promised)s AS promised
                      FROM (%(items)s) item
                 LEFT JOIN (%(exclusions)s) excluded
                        ON excluded.line_id = item.line_id
                   ) item
          GROUP BY account_id
            """,
            columns=SQL(", ").join(columns),
            items=self._item_sql(scope),
            exclusions=self._exclusion_sql(scope),
            disputed=self._capped_sql("dispute"),
            promised=SQL(
                "%s + %s", self._capped_sql("plan"), self._capped_sql("promise")
            ),
        )

    @api.model
    def _capped_sql(self, kind: str) -> SQL:
        """Cap one kind of exclusion at what is left of the item's residual.

        Order dispute, plan, promise: an amount is never left out twice. The same
        expression serves live amounts and dunning runs (tables `item`, `excluded`).
        """
        before = {
            "dispute": SQL("0"),
            "plan": SQL("COALESCE(excluded.dispute, 0)"),
            "promise": SQL(
                "COALESCE(excluded.dispute, 0) + COALESCE(excluded.plan, 0)"
            ),
        }[kind]
        return SQL(
            "GREATEST(0, LEAST(COALESCE(%(amount)s, 0), item.residual - (%(before)s)))",
            amount=SQL.identifier("excluded", kind),
            before=before,
        )

    # ------------------------------------------------------------------
    # The index of open items
    # ------------------------------------------------------------------

    @api.model
    def _rebuild_open_item_index(self):
        """Build the covering index of open receivable lines; a cron repeats it when
        the receivable accounts changed. Without it all is slower but right.

        The old one goes last: readers of the ledger wait for the change of names only.
        """
        self.env.cr.execute(
            SQL(
                """
                CREATE INDEX %(fresh)s ON account_move_line (partner_id)
                     INCLUDE (id, company_id, account_id, amount_residual,
                              date_maturity, date, invoice_date)
                 WHERE account_id IN %(receivable)s
                   AND parent_state = 'posted'
                   AND reconciled IS NOT TRUE;
                DROP INDEX IF EXISTS %(name)s;
                ALTER INDEX %(fresh)s RENAME TO %(name)s
                """,
                fresh=SQL.identifier(f"{OPEN_ITEM_INDEX}_fresh"),
                name=SQL.identifier(OPEN_ITEM_INDEX),
                receivable=self._receivable_ids() or (0,),
            )
        )

    @api.model
    def _drop_open_item_index(self):
        self.env.cr.execute(
            SQL("DROP INDEX IF EXISTS %s", SQL.identifier(OPEN_ITEM_INDEX))
        )

    @api.model
    def _open_item_index_is_stale(self) -> bool:
        """Say whether the index speaks of other receivable accounts than today's."""
        rows = self.env.execute_query(
            SQL("SELECT indexdef FROM pg_indexes WHERE indexname = %s", OPEN_ITEM_INDEX)
        )
        ids = ", ".join(map(str, self._receivable_ids()))
        return not rows or (
            f"[{ids}]" not in rows[0][0] and f"= {ids})" not in rows[0][0]
        )


def _country_zone(code: str | None) -> str | None:
    """Return the time zone of a country that has just one, else None."""
    zones = pytz.country_timezones.get(code or "", [])
    return zones[0] if len(zones) == 1 else None
