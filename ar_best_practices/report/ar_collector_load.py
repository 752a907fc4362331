"""What waits for each collector, in minutes by step."""

from odoo import fields, models
from odoo.tools import SQL

# Minutes of a call or a task that no reminder asked for.
CALL_MINUTES = 10
TASK_MINUTES = 5


class ArCollectorLoad(models.Model):
    """A view: one row per call or task to do, and per notice to approve.

    The minutes are those of the level whose reminder asked for it.
    """

    _name = "ar.collector.load"
    _description = "Load by step"
    _auto = False
    _order = "date, id"
    _rec_name = "account_id"

    user_id = fields.Many2one("res.users", string="For", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("ar.account", string="Customer", readonly=True)
    step = fields.Selection(selection="_get_step_selection", readonly=True)
    date = fields.Date(string="For the day", readonly=True)
    late = fields.Boolean(
        string="Past its day", readonly=True, help="It was to be done before today."
    )
    minutes = fields.Float(readonly=True)

    def _get_step_selection(self) -> list[tuple[str, str]]:
        """Return the kinds of levels, and what no level asked for."""
        kinds = self.env["ar.dunning.level"]._fields["kind"]
        return [
            *kinds._description_selection(self.env),
            ("other_call", self.env._("Other calls")),
            ("other_task", self.env._("Other tasks")),
        ]

    @property
    def _table_query(self) -> SQL:
        self.env.flush_all()
        as_of = SQL("%s::date", self.env["ar.account"]._scope().as_of)
        return SQL("%s UNION ALL %s", self._activity_sql(as_of), self._notice_sql())

    def _activity_sql(self, as_of: SQL) -> SQL:
        """Return calls and tasks on customers; a reminder's bear its name."""
        return SQL(
            """
            SELECT activity.id * 2 AS id, activity.user_id, account.company_id,
                   account.id AS account_id,
                   COALESCE(level.kind, kind.step) AS step,
                   activity.date_deadline AS date,
                   activity.date_deadline < %(as_of)s AS late,
                   COALESCE(level.minutes, kind.minutes) AS minutes
              FROM mail_activity activity
              JOIN ar_account account ON account.id = activity.res_id
         LEFT JOIN mail_activity_type type ON type.id = activity.activity_type_id
        CROSS JOIN LATERAL (
                    SELECT CASE WHEN type.category = 'phonecall'
                                THEN 'other_call' ELSE 'other_task' END AS step,
                           CASE WHEN type.category = 'phonecall'
                                THEN %(call)s ELSE %(task)s END AS minutes
                   ) kind
         LEFT JOIN LATERAL (
                    SELECT level.kind, level.minutes
                      FROM ar_dunning_notice notice
                      JOIN ar_dunning_level level ON level.id = notice.level_id
                     WHERE notice.account_id = account.id AND notice.state = 'sent'
                       AND notice.channel IN ('phone', 'task')
                       AND notice.name = activity.summary
                  ORDER BY notice.sent_date DESC
                     LIMIT 1
                   ) level ON TRUE
             WHERE activity.res_model = 'ar.account' AND activity.active
               AND account.active
            """,
            as_of=as_of,
            call=CALL_MINUTES,
            task=TASK_MINUTES,
        )

    def _notice_sql(self) -> SQL:
        """Return the notices that a person has to look at before they leave."""
        return SQL(
            """
            SELECT notice.id * 2 + 1, account.collector_id, notice.company_id,
                   account.id, level.kind, run.date, FALSE, level.minutes
              FROM ar_dunning_notice notice
              JOIN ar_dunning_run run ON run.id = notice.run_id
              JOIN ar_account account ON account.id = notice.account_id
              JOIN ar_dunning_level level ON level.id = notice.level_id
             WHERE run.state = 'proposed' AND notice.state = 'proposed'
               AND notice.automatic IS NOT TRUE
            """
        )

    def action_open(self):
        """Open the customer account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.account",
            "res_id": self.account_id.id,
            "view_mode": "form",
        }
