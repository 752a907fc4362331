"""Sending at most once.

Rows are claimed (`SKIP LOCKED`), written `sending` with their message-id and committed
*before* anything leaves; `sent` comes after. What a crash leaves in `sending` becomes
`unknown` and is shown to a person, never retried by itself. Mail records are born
cancelled and become outgoing only inside the transaction that sends them: the core mail
queue never sees one.
"""

from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id

BATCH = 100
# A claim without a living connection is an orphan at once, else after this delay.
CLAIM_TIMEOUT = timedelta(minutes=10)


class ArDunningSending(models.AbstractModel):
    _name = "ar.dunning.sending"
    _description = "Sending of a dunning run"

    # ------------------------------------------------------------------
    # Job
    # ------------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send the approved notices of runs in sending, batch after batch."""
        self._give_up_orphans()
        runs = self.search([("state", "=", "sending")])
        waiting = [("run_id", "in", runs.ids), ("state", "=", "approved")]
        notices = self.env["ar.dunning.notice"]
        self.env["ir.cron"]._commit_progress(remaining=notices.search_count(waiting))
        for run in runs:
            if not run._send_batches():
                return

    def _send_batches(self) -> bool:
        """Send this run's notices; return False when the job's time is over."""
        while claimed := self._claim():
            claimed._deliver()
            if not self.env["ir.cron"]._commit_progress(len(claimed)):
                break
        self._finish()
        return bool(self.env["ir.cron"]._commit_progress())

    def _finish(self):
        """A run is done when nothing of it waits any more."""
        self.invalidate_recordset(["state", "notice_ids"])
        self.notice_ids.invalidate_recordset(["state"])
        if self.state != "sending":
            return  # cancelled meanwhile, or ended by another worker
        waiting = self.notice_ids.filtered(lambda n: n.state in ("approved", "sending"))
        if not waiting:
            self.state = "done"
            self._ask_to_post_letters()
        elif reopening := self._get_next_opening(waiting):
            # The job belongs to the system: it wakes up when contacts may be reached.
            cron = self.env.ref("ar_best_practices.ir_cron_dunning_send").sudo()
            cron._trigger(at=reopening)

    def _ask_to_post_letters(self):
        letters = self.notice_ids.filtered(
            lambda n: n.channel == "letter" and n.state == "sent"
        )
        if letters:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._(
                    "Print and post %(count)s letters", count=len(letters)
                ),
                user_id=(self.approved_uid or self.env.user).id,
            )

    # ------------------------------------------------------------------
    # Claim
    # ------------------------------------------------------------------

    def _claim(self):
        """Take a batch of approved notices for this connection, and commit it."""
        claimed = self._take_batch(self._get_closed_notices())
        claimed.invalidate_recordset()
        for notice in claimed:
            thread = f"{notice.account_id.id}-ar.account"
            notice.message_id = generate_tracking_message_id(thread)
        self.env["ir.cron"]._commit_progress()
        return claimed._lock_claimed()

    def _take_batch(self, closed):
        """Mark the next approved notices as this connection's; what another worker
        holds is left to it."""
        statement = SQL(
            """
            UPDATE ar_dunning_notice notice
               SET state = 'sending', claim = %(claim)s,
                   claim_date = now() AT TIME ZONE 'UTC'
             WHERE id IN (SELECT id FROM ar_dunning_notice
                           WHERE run_id = %(run)s AND state = 'approved'
                             AND id NOT IN %(closed)s
                        ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED)
         RETURNING id
            """,
            claim=self._get_connection(),
            run=self.id,
            closed=tuple(closed.ids) or (0,),
            batch=BATCH,
        )
        try:
            self.env.cr.execute(statement, log_exceptions=False)
        except SerializationFailure:  # another worker has just taken some of them
            self.env.cr.rollback()
            return self._take_batch(closed)
        ids = sorted(row[0] for row in self.env.cr.fetchall())
        return self.env["ar.dunning.notice"].browse(ids)

    def _get_connection(self) -> str:
        """Name this database connection: its process and when it started."""
        ((name,),) = self.env.execute_query(
            SQL(
                "SELECT pid || '/' || backend_start FROM pg_stat_activity"
                " WHERE pid = pg_backend_pid()"
            )
        )
        return name

    @api.model
    def _give_up_orphans(self):
        """Claims whose connection is gone: nobody knows whether they left."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_dunning_notice
                   SET state = 'unknown', failure_reason = %(reason)s
                 WHERE id IN (SELECT id FROM ar_dunning_notice
                               WHERE state = 'sending'
                                 AND (claim_date < now() AT TIME ZONE 'UTC'
                                                   - %(timeout)s::interval
                                      OR NOT EXISTS (
                                         SELECT 1 FROM pg_stat_activity
                                          WHERE pid || '/' || backend_start = claim))
                                 FOR UPDATE SKIP LOCKED)
                """,
                reason=self.env._(
                    "The sending was interrupted: it may or may not have left."
                ),
                timeout=f"{CLAIM_TIMEOUT.seconds} seconds",
            )
        )
        self.env["ar.dunning.notice"].invalidate_model()

    # ------------------------------------------------------------------
    # Hours of contacts
    # ------------------------------------------------------------------

    def _get_closed_notices(self):
        """Return automatic notices whose contact is not to be reached at this hour."""
        now = fields.Datetime.now()
        return self._get_timed_notices().filtered(
            lambda n: n.contact_id._ar_next_opening(now) > now
        )

    def _get_timed_notices(self):
        return self.env["ar.dunning.notice"].search(
            [
                ("run_id", "=", self.id),
                ("state", "=", "approved"),
                ("automatic", "=", True),
                ("contact_id.ar_hours", "!=", False),
            ]
        )

    def _get_next_opening(self, notices):
        now = fields.Datetime.now()
        openings = [n.contact_id._ar_next_opening(now) for n in notices if n.contact_id]
        return min((opening for opening in openings if opening > now), default=None)
