"""Health of the suite: the scheduled jobs, when they ran and what is left."""

from odoo import fields, models
from odoo.tools import SQL


class ArJobReport(models.Model):
    """A credit manager may see the jobs of the suite without being an administrator
    of the whole system."""

    _name = "ar.job.report"
    _description = "Scheduled job of the suite"
    _auto = False
    _order = "name"

    name = fields.Char(string="Job", readonly=True)
    state = fields.Selection(
        [
            ("ok", "In order"),
            ("waiting", "Work left"),
            ("failing", "Fails"),
            ("off", "Switched off"),
        ],
        readonly=True,
    )
    lastcall = fields.Datetime(string="Last start", readonly=True)
    nextcall = fields.Datetime(string="Next start", readonly=True)
    last_end = fields.Datetime(string="Last progress", readonly=True)
    done = fields.Integer(
        string="Processed",
        readonly=True,
        help="Records dealt with at the last start.",
    )
    remaining = fields.Integer(string="Left", readonly=True)
    failure_count = fields.Integer(string="Failures in a row", readonly=True)
    first_failure_date = fields.Datetime(string="Fails since", readonly=True)

    @property
    def _table_query(self) -> SQL:
        self.env.flush_all()
        return SQL(
            """
            SELECT cron.id,
                   COALESCE(server.name->>%(lang)s, server.name->>'en_US') AS name,
                   CASE WHEN NOT cron.active THEN 'off'
                        WHEN cron.failure_count > 0 THEN 'failing'
                        WHEN progress.remaining > 0 THEN 'waiting'
                        ELSE 'ok' END AS state,
                   cron.lastcall, cron.nextcall, progress.write_date AS last_end,
                   progress.done, progress.remaining, cron.failure_count,
                   cron.first_failure_date
              FROM ir_cron cron
              JOIN ir_act_server server ON server.id = cron.ir_actions_server_id
              JOIN ir_model_data data
                ON data.model = 'ir.cron' AND data.res_id = cron.id
               AND data.module LIKE 'ar\\_%%'
         LEFT JOIN LATERAL (
                    SELECT done, remaining, write_date
                      FROM ir_cron_progress
                     WHERE cron_id = cron.id
                  ORDER BY id DESC LIMIT 1
                   ) progress ON TRUE
            """,
            lang=self.env.lang or "en_US",
        )
