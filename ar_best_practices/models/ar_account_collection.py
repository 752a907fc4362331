"""Collection on a customer account: contacts, promises, plans, what they change."""

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .ar_account_ledger import COLLECTOR
from .ar_dunning_level import FIRM
from .scope import Fact, PriorityTerm, Scope, Source

NO_CONTACT_DAYS = 21
# Codes of reasons for not paying that speak of the customer itself.
DISTRESS = ("NP09", "NP10")
INSOLVENCY = ("NP11", "NP12", "NP13")
ADMINISTRATIVE = ("NP02", "NP03", "NP17")


class ArAccountCollection(models.AbstractModel):
    _name = "ar.account.collection"
    _description = "Collection on a customer account"
    _inherit = ["ar.account.ledger", "ar.account.judgement"]

    action_ids = fields.One2many(
        "ar.collection.action", "account_id", string="Actions", groups=COLLECTOR
    )
    contact_id = fields.Many2one("res.partner")
    partner_id = fields.Many2one("res.partner")
    promise_ids = fields.One2many(
        "ar.payment.promise", "account_id", string="Promises", groups=COLLECTOR
    )
    plan_ids = fields.One2many(
        "ar.payment.plan", "account_id", string="Payment plans", groups=COLLECTOR
    )
    promise_count = fields.Integer(
        string="Promises made", compute="_compute_promise_count", groups=COLLECTOR
    )
    promise_summary = fields.Char(
        string="Promises", compute="_compute_promise_count", groups=COLLECTOR
    )
    contested_date = fields.Date(
        string="Contested in writing on",
        tracking=True,
        help="The customer wrote that it contests the debt and wants a court to decide."
        " In Québec nobody may call it any more.",
    )
    last_contact_date = fields.Datetime(
        string="Last contact",
        readonly=True,
        groups=COLLECTOR,
        help="Last call, visit or other action noted by a person.",
    )

    @api.depends("promise_ids.state")
    def _compute_promise_count(self):
        counts = self.env["ar.payment.promise"]._read_group(
            [("account_id", "in", self.ids)], ["account_id", "state"], ["__count"]
        )
        by_account: dict[int, dict[str, int]] = {}
        for account, state, count in counts:
            by_account.setdefault(account.id, {})[state] = count
        for account in self:
            states = by_account.get(account.id, {})
            account.promise_count = sum(states.values())
            account.promise_summary = self._get_promise_words(states)

    def _get_promise_words(self, states: dict[str, int]) -> str:
        """Say how promises were kept; empty without any."""
        if not states:
            return ""
        due = sum(states.get(state, 0) for state in ("kept", "partly", "broken"))
        words = self.env._(
            "kept %(kept)s of %(due)s", kept=states.get("kept", 0), due=due
        )
        if open_ones := states.get("open"):
            words += self.env._(", open: %s", open_ones)
        return words

    def _note_contact(self, moment):
        """Remember that somebody worked on this account at that moment."""
        if not self.last_contact_date or self.last_contact_date < moment:
            # sudo: the column is the suite's own, the action was checked
            self.sudo().last_contact_date = moment

    def _flush_ledger(self):
        result = super()._flush_ledger()
        for kind in ("promise", "promise.line", "plan", "plan.line"):
            self.env[f"ar.payment.{kind}"].flush_model()
        return result

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    @api.model
    def _fact_sql(self, scope: Scope) -> dict[str, Source]:
        return super()._fact_sql(scope) | {
            "contacts": self._contact_source(scope),
            "commitments": self._commitment_source(scope),
        }

    @api.model
    def _excluded_amount_sql(self, scope: Scope) -> list[SQL]:
        return [
            *super()._excluded_amount_sql(scope),
            self._planned_amount_sql(scope),
            self._promised_amount_sql(scope),
        ]

    @api.model
    def _priority_terms_sql(self, scope: Scope) -> list[PriorityTerm]:
        env = self.env
        return [
            *super()._priority_terms_sql(scope),
            PriorityTerm(
                "broken_promise",
                env._("broken promise"),
                SQL("COALESCE(broken_promise, FALSE)::int"),
            ),
            PriorityTerm(
                "no_contact",
                env._("no contact for %s days", NO_CONTACT_DAYS),
                SQL(
                    "(COALESCE(days_without_contact, max_days_late) >= %s)::int",
                    NO_CONTACT_DAYS,
                ),
            ),
            PriorityTerm(
                "open_promise",
                env._("promise not yet due"),
                SQL("COALESCE(open_promise, FALSE)::int"),
            ),
        ]

    @api.model
    def _timeline_sources(self) -> list[SQL]:
        return [
            *super()._timeline_sources(),
            self._action_timeline_sql(),
            self._promise_timeline_sql(),
            self._plan_timeline_sql(),
        ]

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    def _contact_source(self, scope: Scope) -> Source:
        """Contacts of 12 months: reasons given, and how long nobody spoke."""
        env = self.env
        facts = [
            Fact(
                "days_without_contact", "days", env._("days without any contact"), False
            ),
            Fact(
                "distress_reason_count",
                "number",
                env._("times cash trouble was the reason"),
                False,
            ),
            Fact("insolvency", "flag", env._("insolvency given as the reason"), False),
            Fact(
                "administrative_reason_share",
                "share",
                env._("share of administrative reasons"),
                False,
            ),
        ]
        query = SQL(
            """
            SELECT account.id AS account_id,
                   %(as_of)s - GREATEST(account.last_contact_date::date,
                                        account.answered_date::date,
                                        account.last_notice_date)
                       AS days_without_contact,
                   said.distress_reason_count, said.insolvency,
                   said.administrative_reason_share
              FROM ar_account account
         LEFT JOIN (
                    SELECT action.account_id,
                           COUNT(*) FILTER (WHERE reason.code IN %(distress)s)
                               AS distress_reason_count,
                           BOOL_OR(reason.code IN %(insolvency)s) AS insolvency,
                           AVG((reason.code IN %(administrative)s)::int)
                               AS administrative_reason_share
                      FROM ar_collection_action action
                      JOIN ar_nonpayment_reason reason ON reason.id = action.reason_id
                     WHERE action.date > %(as_of)s - interval '1 year'
                  GROUP BY action.account_id
                   ) said ON said.account_id = account.id
            """,
            as_of=SQL("%s::date", scope.as_of),
            distress=DISTRESS,
            insolvency=INSOLVENCY,
            administrative=ADMINISTRATIVE,
        )
        return Source(query, {fact.column: fact for fact in facts})

    def _commitment_source(self, scope: Scope) -> Source:
        """Promises and plans: kept, broken with something left to pay, running."""
        env = self.env
        facts = [
            Fact(
                "promise_count",
                "number",
                env._("promises fallen due in 12 months"),
                False,
            ),
            Fact("broken_promise_share", "share", env._("promises not kept"), False),
            Fact("open_promise", "flag", env._("promise not yet due"), False),
            Fact("broken_promise", "flag", env._("broken promise"), False),
            Fact("running_plan", "flag", env._("payment plan running"), False),
        ]
        query = SQL(
            """
            SELECT account.id AS account_id, promise.*,
                   EXISTS (SELECT 1 FROM ar_payment_plan plan
                            WHERE plan.account_id = account.id
                              AND plan.state = 'running') AS running_plan
              FROM ar_account account
         LEFT JOIN (
                    SELECT promise.account_id AS promising_id,
                           COUNT(*) FILTER (WHERE decided) AS promise_count,
                           AVG((promise.state <> 'kept')::int) FILTER (WHERE decided)
                               AS broken_promise_share,
                           BOOL_OR(promise.state = 'open') AS open_promise,
                           BOOL_OR(promise.state IN ('broken', 'partly')
                                   AND %(unpaid)s) AS broken_promise,
                           MAX(promise.date) FILTER (WHERE promise.state IN
                               ('broken', 'partly')) AS broken_date
                      FROM ar_payment_promise promise
                CROSS JOIN LATERAL (
                            SELECT promise.state IN ('kept', 'partly', 'broken')
                               AND promise.date > %(as_of)s - interval '1 year'
                                   AS decided
                           ) due
                  GROUP BY promise.account_id
                   ) promise ON promise.promising_id = account.id
            """,
            as_of=SQL("%s::date", scope.as_of),
            unpaid=self._unpaid_promise_sql(),
        )
        return Source(query, {fact.column: fact for fact in facts})

    @api.model
    def _unpaid_promise_sql(self) -> SQL:
        """Return whether an item of `promise` is still open and not promised anew."""
        return SQL(
            """
            EXISTS (SELECT 1
                      FROM ar_payment_promise_line promised
                      JOIN account_move_line item ON item.id = promised.line_id
                     WHERE promised.promise_id = promise.id
                       AND item.reconciled IS NOT TRUE
                       AND NOT EXISTS (
                           SELECT 1 FROM ar_payment_promise_line again
                            WHERE again.line_id = promised.line_id AND again.is_open))
            """
        )

    # ------------------------------------------------------------------
    # Amounts left out of collection
    # ------------------------------------------------------------------

    def _promised_amount_sql(self, scope: Scope) -> SQL:
        """What is promised of each item, until the promise's last day in time."""
        return self._committed_amount_sql(
            scope,
            "promise",
            SQL("ar_payment_promise_line"),
            SQL(
                "JOIN ar_payment_promise commitment"
                " ON commitment.id = committed.promise_id"
            ),
            until=SQL("commitment.deadline"),
            since=SQL("commitment.made_date"),
            ended=SQL("commitment.judged_date"),
        )

    def _planned_amount_sql(self, scope: Scope) -> SQL:
        """What a running plan covers of each item."""
        return self._committed_amount_sql(
            scope,
            "plan",
            SQL("ar_payment_plan_line"),
            SQL("JOIN ar_payment_plan commitment ON commitment.id = committed.plan_id"),
            until=SQL(
                "(SELECT MAX(part.deadline) FROM ar_payment_plan_instalment part"
                " WHERE part.plan_id = commitment.id)"
            ),
            since=SQL("commitment.accepted_date"),
            ended=SQL("commitment.end_date"),
        )

    def _committed_amount_sql(
        self, scope: Scope, kind: str, table: SQL, join: SQL, until, since, ended
    ) -> SQL:
        """Return the part of each committed item that has not been cleared since.

        On a past day: what was committed by then and not ended yet.
        """
        then = SQL(
            "%(since)s <= %(as_of)s AND COALESCE(%(ended)s > %(as_of)s, TRUE)",
            since=since,
            ended=ended,
            as_of=SQL("%s::date", scope.as_of),
        )
        return SQL(
            """
            SELECT committed.line_id, %(kind)s AS kind,
                   GREATEST(0, committed.amount - GREATEST(0, %(cleared)s))
                       AS amount_currency,
                   %(until)s AS until, %(model)s AS res_model,
                   commitment.id AS res_id, %(reason)s AS reason
              FROM %(table)s committed
              %(join)s
              JOIN account_move_line item ON item.id = committed.line_id
             WHERE %(present)s AND %(until)s >= %(as_of)s::date
            """,
            kind=kind,
            cleared=SQL("0")
            if scope.is_past
            else SQL("committed.residual - item.amount_residual_currency"),
            until=until,
            model=f"ar.payment.{kind}",
            reason=self.env._("payment plan")
            if kind == "plan"
            else self.env._("promised by the customer"),
            table=table,
            join=join,
            present=then if scope.is_past else SQL("committed.is_open"),
            as_of=scope.as_of,
        )

    # ------------------------------------------------------------------
    # Timeline
    # ------------------------------------------------------------------

    def _action_timeline_sql(self) -> SQL:
        labels = self.env["ar.collection.action"]._fields["outcome"]
        words = SQL(" ").join(
            SQL("WHEN action.outcome = %s THEN %s", code, label)
            for code, label in labels._description_selection(self.env)
        )
        return SQL(
            """
            SELECT action.account_id, action.date::date, 'action', action.direction,
                   'ar.collection.action', action.id, action.amount,
                   company.currency_id, action.author_id,
                   concat_ws(' · ', CASE %(words)s END, reason.code, action.note)
              FROM ar_collection_action action
              JOIN res_company company ON company.id = action.company_id
         LEFT JOIN ar_nonpayment_reason reason ON reason.id = action.reason_id
            """,
            words=words,
        )

    def _promise_timeline_sql(self) -> SQL:
        labels = self.env["ar.payment.promise"]._fields["state"]
        words = SQL(" ").join(
            SQL("WHEN promise.state = %s THEN %s", code, label)
            for code, label in labels._description_selection(self.env)
        )
        return SQL(
            """
            SELECT promise.account_id, promise.made_date, 'promise', 'in',
                   'ar.payment.promise', promise.id, promise.amount,
                   promise.currency_id, promise.user_id,
                   concat_ws(' · ', to_char(promise.date, %(style)s),
                             CASE %(words)s END, promise.reason)
              FROM ar_payment_promise promise
            """,
            style=self._get_date_style(),
            words=words,
        )

    def _plan_timeline_sql(self) -> SQL:
        labels = self.env["ar.payment.plan"]._fields["state"]
        words = SQL(" ").join(
            SQL("WHEN plan.state = %s THEN %s", code, label)
            for code, label in labels._description_selection(self.env)
        )
        return SQL(
            """
            SELECT plan.account_id, plan.made_date, 'plan', 'in',
                   'ar.payment.plan', plan.id, plan.amount, plan.currency_id,
                   plan.user_id, concat_ws(' · ', CASE %(words)s END, plan.reason)
              FROM ar_payment_plan plan
            """,
            words=words,
        )

    @api.model
    def _get_date_style(self) -> str:
        """Return PostgreSQL's pattern of a date in the reader's language."""
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        style = lang.date_format or "%Y-%m-%d"
        for code, words in (("%d", "DD"), ("%m", "MM"), ("%Y", "YYYY"), ("%y", "YY")):
            style = style.replace(code, words)
        return style

    # ------------------------------------------------------------------
    # Refresh
    # ------------------------------------------------------------------

    @api.model
    def _judge_commitments(self, scope: Scope):
        """Decide promises and plans again from the matchings."""
        self._flush_ledger()
        for records, part in self._by_company_language(scope):
            records.env["ar.payment.promise"]._judge(part)
        self.env["ar.payment.plan"]._judge(scope)

    # ------------------------------------------------------------------
    # Calls
    # ------------------------------------------------------------------

    def _get_contact_for_calls(self):
        """Return who is called: the contact for payments, else whoever has a phone."""
        self.ensure_one()
        customer = self.partner_id
        people = self.contact_id | customer.child_ids | customer
        with_phone = people.filtered(
            lambda person: person.phone and not person.ar_no_phone
        )
        chosen = with_phone.filtered(lambda person: person == self.contact_id)
        invoicing = with_phone.filtered(lambda person: person.type == "invoice")
        return (chosen or invoicing or with_phone or customer)[:1]

    def _get_no_call_words(self, contact) -> str:
        """Say why nobody may call this person; empty when one may.

        In Québec nobody calls a debtor who wrote that the debt is contested and wants
        the court to decide (Act R-2.2, art. 3).
        """
        self.ensure_one()
        if contact.ar_no_phone:
            return self.env._("This person does not want to be called: write instead.")
        if self.contested_date and self._is_in_quebec():
            return self.env._(
                "Contested in writing on %s: in Québec nobody calls any more, write to"
                " them or to their lawyer.",
                format_date(self.env, self.contested_date),
            )
        return ""

    def _is_in_quebec(self) -> bool:
        customer = self.partner_id
        return customer.country_code == "CA" and customer.state_id.code == "QC"

    def _get_call_situation(self) -> str:
        """Return the situation that chooses the call script."""
        self.ensure_one()
        code = self.payer_profile_id.code
        broken = self.promise_ids.filtered(
            lambda promise: promise.state in ("broken", "partly")
        )
        if code == "PP01":
            return "insolvency"
        if not self.overdue_item_count:
            return "preventive"
        if broken and broken[0] == self.promise_ids[:1]:
            return "broken"
        if code == "PP02":
            return "distress"
        if self.last_notice_date and self.last_notice_rank >= FIRM:
            return "firm"
        return "late"

    def _get_reason_owner(self, reason):
        """Return whose task a reason for not paying is."""
        if reason.owner == "sales" and self.partner_id.user_id:
            return self.partner_id.user_id
        if reason.owner in ("billing", "manager"):
            return self._get_fallback_user(self.company_id)
        return self._get_owner()

    def _open_dispute(self, lines, words: str, channel: str = "other"):
        """Take disputed items out of reminders. Extended by the dispute register."""
        items = self.env["ar.item"]._get_or_create(lines)
        today = fields.Date.context_today(self)
        items.write({"disputed": True, "disputed_date": today})

    def action_call(self):
        """Open the call screen."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call %s", self.display_name),
            "res_model": "ar.collection.call",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id, "dialog_size": "extra-large"},
        }

    def action_open_promises(self):
        """Open the promises of this customer."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promises of %s", self.display_name),
            "res_model": "ar.payment.promise",
            "view_mode": "list,form",
            "domain": [("account_id", "=", self.id)],
        }
