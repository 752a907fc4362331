from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.ar_best_practices.models.scope import Fact, Scope, Source

from ..tools.dispute_states import ENDED, OPEN

HANDLER = "ar_dispute.group_ar_dispute_user"
LEAST_CLOSED = 3  # a share of fewer cases says nothing


class ArAccount(models.Model):
    _inherit = "ar.account"

    dispute_ids = fields.One2many(
        "ar.dispute", "account_id", string="Disputes", groups=HANDLER
    )
    open_dispute_count = fields.Integer(
        string="Open disputes", compute="_compute_open_dispute_count", groups=HANDLER
    )

    @api.depends("dispute_ids.state")
    def _compute_open_dispute_count(self):
        counts = dict(
            self.env["ar.dispute"]._read_group(
                [("account_id", "in", self.ids), ("state", "in", OPEN)],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.open_dispute_count = counts.get(account, 0)

    def _flush_ledger(self):
        # EXTENDS ar_best_practices
        result = super()._flush_ledger()
        for name in ("dispute", "dispute.line", "dispute.movement", "dispute.step"):
            self.env[f"ar.{name}"].flush_model()
        return result

    @api.model
    def _judge_commitments(self, scope: Scope):
        # EXTENDS ar_best_practices: items that were replaced are found again
        result = super()._judge_commitments(scope)
        self.env["ar.dispute.line"]._relink_orphans()
        return result

    # ------------------------------------------------------------------
    # Amounts left out of collection
    # ------------------------------------------------------------------

    @api.model
    def _excluded_amount_sql(self, scope: Scope) -> list[SQL]:
        # EXTENDS ar_best_practices
        return [*super()._excluded_amount_sql(scope), self._case_amount_sql(scope)]

    def _case_amount_sql(self, scope: Scope) -> SQL:
        """Return what open cases contest of each item, as of the scope's day."""
        return SQL(
            """
            SELECT contested.line_id, 'dispute' AS kind,
                   contested.amount AS amount_currency, NULL::date AS until,
                   'ar.dispute' AS res_model, dispute.id AS res_id,
                   format(%(words)s, concat_ws(' ', dispute.name, reason.code,
                          COALESCE(reason.name->>%(lang)s, reason.name->>'en_US')))
                       AS reason
              FROM (%(contested)s) contested
              JOIN ar_dispute dispute ON dispute.id = contested.dispute_id
         LEFT JOIN ar_dispute_reason reason ON reason.id = dispute.reason_id
            """,
            words=self.env._("disputed: %s"),
            lang=self.env.lang or "en_US",
            contested=self._past_contested_sql(scope)
            if scope.is_past
            else self._contested_sql(),
        )

    def _contested_sql(self) -> SQL:
        """What is contested now. Plan expected: index scan of the open lines."""
        return SQL(
            """
            SELECT dispute_id, line_id, still_disputed AS amount
              FROM ar_dispute_line
             WHERE is_open AND still_disputed > 0 AND line_id IS NOT NULL
            """
        )

    def _past_contested_sql(self, scope: Scope) -> SQL:
        """What was contested at the end of a past day: the sums of the movements until
        then, of the cases that were open by their last step."""
        return SQL(
            """
            SELECT line.dispute_id, line.line_id,
                   SUM(CASE WHEN movement.kind IN ('opened', 'moved')
                            THEN movement.amount ELSE -movement.amount END) AS amount
              FROM ar_dispute_line line
              JOIN ar_dispute_movement movement
                ON movement.line_id = line.id AND movement.date <= %(as_of)s
              JOIN (%(states)s) past
                ON past.dispute_id = line.dispute_id AND past.state NOT IN %(ended)s
             WHERE line.line_id IS NOT NULL
          GROUP BY line.id
            """,
            as_of=SQL("%s::date", scope.as_of),
            states=self.env["ar.dispute"]._state_on_sql(scope.as_of),
            ended=ENDED,
        )

    # ------------------------------------------------------------------
    # Timeline
    # ------------------------------------------------------------------

    @api.model
    def _timeline_sources(self) -> list[SQL]:
        # EXTENDS ar_best_practices
        return [
            *super()._timeline_sources(),
            self._dispute_timeline_sql("opened_date", self.env._("registered")),
            self._dispute_timeline_sql("closed_date", self.env._("ended")),
        ]

    def _dispute_timeline_sql(self, day: str, words: str) -> SQL:
        return SQL(
            """
            SELECT dispute.account_id, %(day)s, 'dispute', 'in', 'ar.dispute',
                   dispute.id, dispute.amount, dispute.currency_id,
                   dispute.create_uid,
                   concat_ws(' · ', dispute.name, reason.code, %(words)s,
                             dispute.claim)
              FROM ar_dispute dispute
         LEFT JOIN ar_dispute_reason reason ON reason.id = dispute.reason_id
             WHERE %(day)s IS NOT NULL
            """,
            day=SQL.identifier("dispute", day),
            words=words,
        )

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    def _open_dispute(self, lines, words: str, channel: str = "other"):
        # EXTENDS ar_best_practices: what is open of the items and not disputed yet
        # becomes a case, one for each currency
        disputes = self.env["ar.dispute"]
        for items in lines.grouped("currency_id").values():
            parts = self.env["ar.dispute.line"]._whole(items)
            if parts:
                disputes |= disputes._open(self, parts, claim=words, channel=channel)
        return disputes

    def action_open_dispute(self):
        """Register what this customer contests."""
        self.ensure_one()
        invoices = self.open_line_ids.move_id.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        chosen = invoices if len(invoices) == 1 else None
        return self.env["ar.dispute.open"]._get_action(self, chosen)

    def action_open_disputes(self):
        """Open the disputes of this customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disputes of %s", self.display_name),
            "res_model": "ar.dispute",
            "view_mode": "list,kanban,form",
            "domain": [("account_id", "=", self.id)],
            "context": {"create": False},
        }

    # ------------------------------------------------------------------
    # Facts for rules
    # ------------------------------------------------------------------

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
