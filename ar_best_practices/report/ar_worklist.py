"""My day: whom to work on now, and why; one line per customer, in its first group."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.ar_account_collection import NO_CONTACT_DAYS
from ..models.measure_field import Rating

MADE = SQL("ar_worklist_made")
KINDS = 4  # kinds of cards, of this addon and those above: each has its own ids


class ArWorklist(models.Model):
    """A view: nothing is stored, a call that is logged leaves the list at once."""

    _name = "ar.worklist"
    _description = "My day"
    _auto = False
    _order = "why, priority desc nulls last, id"
    _rec_name = "partner_id"

    account_id = fields.Many2one("ar.account", readonly=True)
    run_id = fields.Many2one("ar.dunning.run", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="In charge today",
        readonly=True,
        help="The collector, or the substitute during an absence.",
    )
    why = fields.Selection(
        selection="_get_why_selection",
        string="Why now",
        readonly=True,
    )
    words = fields.Char(string="What happened", readonly=True)
    priority = Rating(readonly=True, aggregator=None)
    priority_reason = fields.Char(string="Why this priority", readonly=True)
    amount = fields.Monetary(string="To collect now", readonly=True, aggregator="sum")
    days_late = fields.Integer(string="Days late", readonly=True, aggregator="max")
    phone = fields.Char(related="partner_id.phone")

    @api.model
    def _get_why_selection(self) -> list[tuple[str, str]]:
        """Return the groups in the order of the screen; the number sorts them."""
        return [
            ("1_broken", self.env._("Broken promise")),
            ("2_missed", self.env._("Instalment missed")),
            ("3_answer", self.env._("Answered")),
            ("4_call", self.env._("Call today")),
            ("5_notices", self.env._("Notices to approve")),
            ("6_silent", self.env._("No contact for %s days", NO_CONTACT_DAYS)),
        ]

    @property
    def _table_query(self) -> SQL:
        # a caller's context holds no such object: the table is there
        if self.env.context.get("ar_worklist_made") is MADE:
            return SQL("SELECT * FROM %s", MADE)
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        self.env.flush_all()
        scope = accounts._scope()
        return SQL(" UNION ALL ").join(self._get_card_queries(scope))

    def _get_card_queries(self, scope) -> list[SQL]:
        """Return one query for each kind of card, with the same columns; addons above
        add theirs."""
        return [self._customer_sql(scope), self._run_sql()]

    @api.model
    def web_read_group(self, *args, **kwargs):
        # EXTENDS web: each group asks for its cards
        return super(ArWorklist, self._made_once()).web_read_group(*args, **kwargs)

    @api.model
    def web_search_read(self, *args, **kwargs):
        # EXTENDS web: a page, its rows and the number of them all
        return super(ArWorklist, self._made_once()).web_search_read(*args, **kwargs)

    # A table is made: not on a replica that is only read.
    web_read_group._readonly = web_search_read._readonly = False

    def _made_once(self):
        """Return this model over a table of the day as it is now: the many questions
        of one screen then read the ledger once."""
        self.browse().check_access("read")
        self.env.cr.execute(
            SQL(
                "DROP TABLE IF EXISTS %(made)s;"
                " CREATE TEMPORARY TABLE %(made)s ON COMMIT DROP AS %(day)s",
                made=MADE,
                day=self.with_context(ar_worklist_made=False)._table_query,
            )
        )
        return self.with_context(ar_worklist_made=MADE)

    def _customer_sql(self, scope) -> SQL:
        """Return the customers who need somebody now."""
        return SQL(
            """
            SELECT *
              FROM (
                    SELECT account.id * %(kinds)s AS id, account.id AS account_id,
                           NULL::int AS run_id, account.partner_id,
                           account.company_id, company.currency_id,
                           COALESCE(CASE WHEN collector.ar_absent_until >= %(today)s
                                          AND COALESCE(collector.ar_absent_from
                                                       <= %(today)s, TRUE)
                                         THEN collector.ar_substitute_id END,
                                    account.collector_id,
                                    company.ar_fallback_collector_id) AS user_id,
                           %(why)s AS why, %(words)s AS words,
                           account.priority, account.priority_reason,
                           COALESCE(live.amount_to_collect, 0) AS amount,
                           COALESCE(live.max_days_late, 0) AS days_late
                      FROM ar_account account
                      JOIN res_company company ON company.id = account.company_id
                 LEFT JOIN res_users collector ON collector.id = account.collector_id
                 LEFT JOIN (%(live)s) live ON live.account_id = account.id
                 LEFT JOIN (%(commitments)s) commitment
                        ON commitment.account_id = account.id
                 LEFT JOIN (%(contacts)s) contact ON contact.account_id = account.id
                 LEFT JOIN (%(missed)s) missed ON missed.account_id = account.id
                 LEFT JOIN (%(activities)s) todo ON todo.account_id = account.id
                     WHERE account.active
                   ) candidate
             WHERE why IS NOT NULL
            """,
            kinds=KINDS,
            today=SQL("%s::date", scope.as_of),
            why=self._why_sql(scope),
            words=self._what_sql(),
            live=self.env["ar.account"]._live_sql(scope),
            commitments=self.env["ar.account"]._commitment_source(scope).query,
            contacts=self.env["ar.account"]._contact_source(scope).query,
            missed=self._missed_sql(),
            activities=self._activity_sql(scope),
        )

    def _why_sql(self, scope) -> SQL:
        """Return the first reason that applies: what was promised comes before what
        is planned."""
        return SQL(
            """
            CASE WHEN commitment.broken_promise THEN '1_broken'
                 WHEN missed.day IS NOT NULL AND live.amount_to_collect > 0
                     THEN '2_missed'
                 WHEN account.answered_date > COALESCE(account.last_contact_date,
                                                       '1970-01-01') THEN '3_answer'
                 WHEN todo.day IS NOT NULL THEN '4_call'
                 WHEN live.amount_to_collect > 0 AND account.priority > 0
                      AND COALESCE(contact.days_without_contact, live.max_days_late)
                          >= %s THEN '6_silent' END
            """,
            NO_CONTACT_DAYS,
        )

    def _what_sql(self) -> SQL:
        """Say in a few words what happened or is to be done."""
        env, style = self.env, self.env["ar.account"]._get_date_style()
        return SQL(
            """
            CASE WHEN commitment.broken_promise
                     THEN format(%(broken)s, to_char(commitment.broken_date, %(style)s))
                 WHEN missed.day IS NOT NULL AND live.amount_to_collect > 0
                     THEN format(%(missed)s, to_char(missed.day, %(style)s))
                 WHEN account.answered_date > COALESCE(account.last_contact_date,
                                                       '1970-01-01')
                     THEN format(%(answered)s,
                                 to_char(account.answered_date, %(style)s))
                 WHEN todo.day IS NOT NULL THEN todo.summary
                 WHEN contact.days_without_contact IS NULL THEN %(never)s
                 ELSE format(%(silent)s, contact.days_without_contact) END
            """,
            style=style,
            broken=env._("promised for %s, not in"),
            missed=env._("instalment of %s not in"),
            answered=env._("answered on %s"),
            never=env._("never contacted"),
            silent=env._("no contact for %s days"),
        )

    def _missed_sql(self) -> SQL:
        return SQL(
            """
            SELECT plan.account_id, MIN(part.date) AS day
              FROM ar_payment_plan_instalment part
              JOIN ar_payment_plan plan ON plan.id = part.plan_id
             WHERE part.state = 'missed' AND plan.state IN ('running', 'broken')
          GROUP BY plan.account_id
            """
        )

    def _activity_sql(self, scope) -> SQL:
        return SQL(
            """
            SELECT DISTINCT ON (res_id) res_id AS account_id, date_deadline AS day,
                   COALESCE(activity.summary, kind.name->>%(lang)s,
                            kind.name->>'en_US') AS summary
              FROM mail_activity activity
         LEFT JOIN mail_activity_type kind ON kind.id = activity.activity_type_id
             WHERE activity.res_model = 'ar.account' AND activity.active
               AND date_deadline <= %(today)s
          ORDER BY res_id, date_deadline, activity.id
            """,
            lang=self.env.lang or "en_US",
            today=SQL("%s::date", scope.as_of),
        )

    def _run_sql(self) -> SQL:
        """Return the runs that wait for an approval: one card each, for everybody."""
        return SQL(
            """
            SELECT run.id * %(kinds)s + 1, NULL::int, run.id, NULL::int, run.company_id,
                   company.currency_id, NULL::int, '5_notices',
                   format(%(words)s, run.notice_count, run.notice_item_count),
                   NULL::int, NULL, run.notice_total, 0
              FROM ar_dunning_run run
              JOIN res_company company ON company.id = run.company_id
             WHERE run.state = 'proposed'
            """,
            kinds=KINDS,
            words=self.env._(
                "%(notices)s notices, %(items)s items", notices="%1$s", items="%2$s"
            ),
        )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _mine(self) -> Domain:
        """Return the condition of my own day."""
        return Domain("user_id", "in", (self.env.uid, False))

    @api.model
    def _open_next(self, after):
        """Open the call screen of my next customer; close when the day is done."""
        self.env.flush_all()
        self.invalidate_model()
        customers = Domain("account_id", "!=", False)
        others = Domain("account_id", "!=", after.id)
        following = self.search(self._mine() & customers & others, limit=1)
        if not following:
            return {"type": "ir.actions.act_window_close"}
        return following.account_id.action_call()

    def action_call(self):
        """Open the call screen."""
        return self.account_id.action_call()

    def action_open(self):
        """Open the customer account, or the run to approve."""
        self.ensure_one()
        record = self.account_id or self.run_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    def action_mail(self):
        """Write to the customer from its account."""
        self.ensure_one()
        contact = self.account_id._get_contact_for_calls()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": "ar.account",
                "default_res_ids": self.account_id.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": contact.ids,
            },
        }
