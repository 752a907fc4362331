"""Work and results by collector: one row per collector and company."""

from odoo import fields, models
from odoo.tools import SQL

RESULT_DAYS = 30


class ArCollectorReport(models.Model):
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
    activity_count = fields.Integer(
        string="To do",
        readonly=True,
        help="Calls and tasks waiting on these customers.",
    )
    late_activity_count = fields.Integer(
        string="Late to do", readonly=True, help="Of these, past their day."
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

    @property
    def _table_query(self) -> SQL:
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        self.env.flush_all()
        scope = accounts._scope()
        return SQL(
            """
            SELECT MIN(account.id) AS id,
                   COALESCE(MIN(person.name), %(nobody)s) AS name,
                   account.collector_id, account.company_id,
                   company.currency_id, COUNT(*) AS account_count,
                   COUNT(*) FILTER (WHERE live.overdue_item_count > 0)
                       AS late_account_count,
                   COUNT(*) FILTER (WHERE account.hold_state <> 'none')
                       AS hold_count,
                   COALESCE(SUM(live.open_amount), 0) AS open_amount,
                   COALESCE(SUM(live.overdue_amount), 0) AS overdue_amount,
                   COALESCE(SUM(live.promised_amount), 0) AS promised_amount,
                   COALESCE(SUM(live.disputed_amount), 0) AS disputed_amount,
                   COALESCE(SUM(live.amount_to_collect), 0) AS amount_to_collect,
                   COALESCE(SUM(todo.waiting), 0)::int AS activity_count,
                   COALESCE(SUM(todo.late), 0)::int AS late_activity_count,
                   COALESCE(SUM(sent.notices), 0)::int AS notice_count,
                   COUNT(*) FILTER (WHERE account.answered_date > %(since)s)
                       AS answer_count
              FROM ar_account account
              JOIN res_company company ON company.id = account.company_id
         LEFT JOIN res_users collector ON collector.id = account.collector_id
         LEFT JOIN res_partner person ON person.id = collector.partner_id
         LEFT JOIN (%(live)s) live ON live.account_id = account.id
         LEFT JOIN (%(activities)s) todo ON todo.res_id = account.id
         LEFT JOIN (
                    SELECT account_id, COUNT(*) AS notices
                      FROM ar_dunning_notice
                     WHERE state = 'sent' AND sent_date > %(since)s
                  GROUP BY account_id
                   ) sent ON sent.account_id = account.id
             WHERE account.active
          GROUP BY account.collector_id, account.company_id, company.currency_id
            """,
            nobody=self.env._("Nobody"),
            live=accounts._live_sql(scope),
            activities=self._activity_sql(scope),
            since=SQL("%s::date - %s", scope.as_of, RESULT_DAYS),
        )

    def _activity_sql(self, scope) -> SQL:
        return SQL(
            """
            SELECT res_id, COUNT(*) AS waiting,
                   COUNT(*) FILTER (WHERE date_deadline < %s) AS late
              FROM mail_activity
             WHERE res_model = 'ar.account' AND active
          GROUP BY res_id
            """,
            scope.as_of,
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
