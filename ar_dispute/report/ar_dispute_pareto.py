"""The few reasons and causes that make most of what is disputed."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.ar_best_practices.models.measure_field import Measure

KINDS = {
    "reason": SQL("dispute.reason_id"),
    "cause": SQL("dispute.root_cause_id"),
}
SPANS = {"quarter": 91, "year": 365, "ever": None}  # days before today


class ArDisputePareto(models.Model):
    """A view: one row per company, span and reason (or cause), the largest amount
    first, with what it makes together with those before it. Cancelled cases are left
    out."""

    _name = "ar.dispute.pareto"
    _description = "Pareto of disputes"
    _auto = False
    _order = "company_id, kind, span, rank"

    name = fields.Char(string="Reason or cause", readonly=True)
    kind = fields.Selection(
        [("reason", "Reason of the customer"), ("cause", "Root cause")],
        string="By",
        readonly=True,
    )
    span = fields.Selection(
        [
            ("quarter", "Last 3 months"),
            ("year", "Last 12 months"),
            ("ever", "Since ever"),
        ],
        string="Registered within",
        readonly=True,
    )
    rank = fields.Integer(readonly=True, aggregator=None)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    reason_id = fields.Many2one("ar.dispute.reason", readonly=True)
    root_cause_id = fields.Many2one("ar.dispute.root.cause", readonly=True)
    case_count = fields.Integer(string="Cases", readonly=True)
    amount = fields.Monetary(string="Was disputed", readonly=True)
    share = Measure(readonly=True, aggregator=None, help="Of all that was disputed.")
    cumulated = Measure(
        string="Cumulated share",
        readonly=True,
        aggregator=None,
        help="Of this row and those before it: the rows up to 80 % come first.",
    )

    @property
    def _table_query(self) -> SQL:
        self.env["ar.dispute"].flush_model()
        parts = [
            self._ranked_sql(*pair)
            for pair in enumerate(
                [(kind, span) for kind in KINDS for span in SPANS], start=1
            )
        ]
        return SQL(" UNION ALL ").join(parts)

    @api.model
    def _ranked_sql(self, number: int, part: tuple[str, str]) -> SQL:
        """Return the rows of one kind and span.

        Both are constants above the window: a condition on them leaves only the parts
        that it names, the planner drops the others.
        """
        kind, span = part
        return SQL(
            """
            SELECT ranked.company_id * 1000000 + COALESCE(ranked.code_id, 0) * 10
                       + %(number)s AS id,
                   COALESCE(%(words)s, %(none)s) AS name,
                   %(kind)s AS kind, %(span)s AS span, ranked.company_id,
                   company.currency_id, %(reason)s AS reason_id, %(cause)s
                       AS root_cause_id,
                   ranked.case_count, ranked.amount, ranked.rank, ranked.share,
                   ranked.cumulated
              FROM (%(ranked)s) ranked
              JOIN res_company company ON company.id = ranked.company_id
         LEFT JOIN %(codes)s code ON code.id = ranked.code_id
            """,
            number=number,
            kind=kind,
            span=span,
            words=self._code_sql(),
            none=self.env._("None yet"),
            reason=SQL("ranked.code_id" if kind == "reason" else "NULL::int"),
            cause=SQL("ranked.code_id" if kind == "cause" else "NULL::int"),
            ranked=self._cumulated_sql(kind, span),
            codes=SQL.identifier(
                "ar_dispute_reason" if kind == "reason" else "ar_dispute_root_cause"
            ),
        )

    @api.model
    def _cumulated_sql(self, kind: str, span: str) -> SQL:
        return SQL(
            """
            SELECT grouped.*, ROW_NUMBER() OVER ranked AS rank,
                   amount / NULLIF(SUM(amount) OVER whole, 0) AS share,
                   SUM(amount) OVER ranked / NULLIF(SUM(amount) OVER whole, 0)
                       AS cumulated
              FROM (%s) grouped
            WINDOW whole AS (PARTITION BY company_id),
                   ranked AS (PARTITION BY company_id
                                  ORDER BY amount DESC, code_id NULLS LAST
                              ROWS UNBOUNDED PRECEDING)
            """,
            self._grouped_sql(kind, span),
        )

    @api.model
    def _code_sql(self) -> SQL:
        return SQL(
            "code.code || ' ' || COALESCE(code.name->>%s, code.name->>'en_US')",
            self.env.lang or "en_US",
        )

    @api.model
    def _grouped_sql(self, kind: str, span: str) -> SQL:
        return SQL(
            """
            SELECT dispute.company_id, %(code)s AS code_id, COUNT(*) AS case_count,
                   SUM(dispute.company_amount) AS amount
              FROM ar_dispute dispute
             WHERE dispute.state <> 'cancelled' AND %(recent)s
          GROUP BY 1, 2
            """,
            code=KINDS[kind],
            recent=self._recent_sql(span),
        )

    @api.model
    def _recent_sql(self, span: str) -> SQL:
        if SPANS[span] is None:
            return SQL("TRUE")
        today = self.env["ar.account"]._today(self.env.company)
        return SQL("dispute.opened_date > %s", today - timedelta(days=SPANS[span]))

    def action_open(self):
        """Open the cases behind a row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "ar.dispute",
            "view_mode": "list,kanban,form",
            "domain": self._get_case_domain(),
            "context": {"create": False},
        }

    def _get_case_domain(self) -> list:
        """Return the cases behind a row."""
        field = "reason_id" if self.kind == "reason" else "root_cause_id"
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "!=", "cancelled"),
            (field, "=", self[field].id),
        ]
        if SPANS[self.span] is not None:
            today = self.env["ar.account"]._today(self.env.company)
            first = today - timedelta(days=SPANS[self.span])
            domain.append(("opened_date", ">", fields.Date.to_string(first)))
        return domain
