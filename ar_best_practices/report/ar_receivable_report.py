"""Aged open items: one row per open instalment or credit, as of any day."""

from odoo import api, fields, models
from odoo.tools import SQL

# Codes sort by age: pivots and groups show them in the order of time.
BUCKETS = {
    "0": SQL("item.late <= 0"),
    "1_30": SQL("item.late <= 30"),
    "31_60": SQL("item.late <= 60"),
    "61_90": SQL("item.late <= 90"),
}


class ArReceivableReport(models.Model):
    """Reads the ledger itself: its id is the id of the journal item.

    ``ar_as_of`` in the context gives the items and residuals of a past day.
    """

    _name = "ar.receivable.report"
    _description = "Open item"
    _auto = False
    _order = "due_date, id"
    _rec_name = "number"

    account_id = fields.Many2one("ar.account", string="Customer account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    collector_id = fields.Many2one("res.users", readonly=True)
    payer_profile_id = fields.Many2one(
        "ar.payer.profile", string="Payer profile", readonly=True
    )
    strategy_id = fields.Many2one("ar.dunning.strategy", readonly=True)
    line_id = fields.Many2one("account.move.line", string="Journal item", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    move_type = fields.Selection(
        selection=lambda self: (
            self.env["account.move"]
            ._fields["move_type"]
            ._description_selection(self.env)
        ),
        string="Kind",
        readonly=True,
    )
    number = fields.Char(readonly=True)
    reference = fields.Char(string="Customer reference", readonly=True)
    invoice_date = fields.Date(string="Invoice date", readonly=True)
    due_date = fields.Date(string="Due date", readonly=True)
    days_late = fields.Integer(
        string="Days late",
        readonly=True,
        aggregator="max",
        help="Days after the due date.",
    )
    bucket = fields.Selection(
        [
            ("0", "Not due"),
            ("1_30", "1-30 days"),
            ("31_60", "31-60 days"),
            ("61_90", "61-90 days"),
            ("91", "Over 90 days"),
            ("credit", "Credits"),
        ],
        string="Age",
        readonly=True,
    )
    amount = fields.Monetary(
        string="Still open",
        readonly=True,
        help="What is left to pay, in the company's currency; a credit is negative.",
    )
    currency_id = fields.Many2one(
        "res.currency", string="Company currency", readonly=True
    )
    document_amount = fields.Monetary(
        string="In its currency",
        readonly=True,
        currency_field="document_currency_id",
        aggregator=None,
    )
    document_currency_id = fields.Many2one(
        "res.currency", string="Currency", readonly=True
    )
    level_id = fields.Many2one(
        "ar.dunning.level",
        string="Level reached",
        readonly=True,
        help="Last level of reminder that this item reached.",
    )
    last_message_date = fields.Date(string="Last message", readonly=True)
    message_count = fields.Integer(string="Messages", readonly=True)
    excluded = fields.Boolean(string="Left out of reminders", readonly=True)
    disputed = fields.Boolean(readonly=True)
    expected_date = fields.Date(
        string="Payment expected",
        readonly=True,
        help="Day on which the customer says it will pay.",
    )
    next_step_date = fields.Date(
        string="Next level due on",
        readonly=True,
        help="When the strategy wants the next level, quiet days included; empty for a"
        " credit and once the last level is reached.",
    )
    in_next_run = fields.Boolean(
        string="In the next run", compute="_compute_next_notice"
    )
    next_notice = fields.Char(
        string="Next reminder",
        compute="_compute_next_notice",
        help="The level that the next dunning run will ask for, or why it will not.",
    )

    def _compute_next_notice(self):
        forecast = {
            row.line_id: row
            for row in self.env["ar.dunning.forecast"]._forecast(self.account_id)
        }
        for item in self:
            row = forecast.get(item.line_id.id)
            item.in_next_run = bool(row and row.included)
            item.next_notice = row.words if row else False

    @property
    def _table_query(self) -> SQL:
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        self.env.flush_all()
        return SQL(
            "%s %s",
            self._select(),
            self._from(accounts._item_sql(accounts._scope())),
        )

    @api.model
    def _select(self) -> SQL:
        return SQL(
            """
            SELECT line.id, item.account_id, account.partner_id, partner.country_id,
                   account.company_id, account.collector_id,
                   account.payer_profile_id, account.strategy_id,
                   line.id AS line_id, line.move_id, move.move_type,
                   COALESCE(line.move_name, line.name) AS number,
                   move.ref AS reference,
                   COALESCE(line.invoice_date, line.date) AS invoice_date,
                   item.due_date, item.late AS days_late, %(bucket)s AS bucket,
                   item.residual AS amount,
                   line.company_currency_id AS currency_id,
                   item.residual_currency AS document_amount,
                   line.currency_id AS document_currency_id,
                   state.level_id, state.last_message_date, state.message_count,
                   state.excluded
                       AND COALESCE(state.excluded_from <= day.as_of, TRUE)
                       AND COALESCE(state.excluded_until >= day.as_of, TRUE)
                       AS excluded,
                   %(disputed)s AS disputed, state.expected_date,
                   step.next_step_date
            """,
            bucket=self._bucket_sql(),
            disputed=self._disputed_sql(),
        )

    @api.model
    def _disputed_sql(self) -> SQL:
        """Say whether an item is disputed, wholly or in part. Extended by the register
        of disputes."""
        return SQL("state.disputed")

    @api.model
    def _bucket_sql(self) -> SQL:
        whens = [SQL("WHEN %s THEN %s", test, code) for code, test in BUCKETS.items()]
        return SQL(
            "CASE WHEN item.residual < 0 THEN 'credit' %s ELSE '91' END",
            SQL(" ").join(whens),
        )

    @api.model
    def _from(self, items: SQL) -> SQL:
        return SQL(
            """
              FROM (%s) item
              JOIN account_move_line line ON line.id = item.line_id
              JOIN account_move move ON move.id = line.move_id
              JOIN ar_account account ON account.id = item.account_id
              JOIN res_partner partner ON partner.id = account.partner_id
         LEFT JOIN ar_item state ON state.line_id = line.id
        CROSS JOIN LATERAL (SELECT item.due_date + item.late AS as_of) day
         LEFT JOIN LATERAL (%s) step ON item.residual > 0
            """,
            items,
            self._next_step_sql(),
        )

    @api.model
    def _next_step_sql(self) -> SQL:
        """Return when the next level of an item is due: its delay after the due date,
        and not before the quiet days after the customer's last message."""
        proposal = self.env["ar.dunning.proposal"]
        return SQL(
            """
            SELECT GREATEST(item.due_date + next_delay,
                            account.last_notice_date + strategy.quiet_days)
                       AS next_step_date
              FROM (SELECT strategy_id, %(next_delay)s AS next_delay
                      FROM (SELECT COALESCE(account.strategy_id, %(default)s)
                                       AS strategy_id,
                                   state.level_rank AS previous_rank) known
                   ) next
              JOIN ar_dunning_strategy strategy ON strategy.id = next.strategy_id
             WHERE next_delay IS NOT NULL
            """,
            next_delay=proposal._get_level_cases(proposal._get_levels())["next_delay"],
            default=self.env["ar.dunning.strategy"]._get_default().id or None,
        )

    def action_open_move(self):
        """Open the invoice or the entry behind the item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
