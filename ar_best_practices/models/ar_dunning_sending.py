"""Sending of a dunning run: whom to reach at this hour, and the end of the run."""

from odoo import fields, models
from odoo.tools import SQL

from .ar_dunning_channel import PAPER


class ArDunningSending(models.AbstractModel):
    _name = "ar.dunning.sending"
    _inherit = "ar.sending.job"
    _description = "Sending of a dunning run"

    _row_model = "ar.dunning.notice"
    _cron_xmlid = "ar_best_practices.ir_cron_dunning_send"

    def _claim_batch(self):
        """Take the next approved notices whose contact may be reached."""
        closed = self._get_closed_notices()
        return self.env["ar.dunning.notice"]._claim(
            SQL("run_id = %s AND id NOT IN %s", self.id, tuple(closed.ids) or (0,))
        )

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
            self._trigger_sending(at=reopening)

    def _ask_to_post_letters(self):
        letters = self.notice_ids.filtered(
            lambda n: n.channel in PAPER and n.state == "sent"
        )
        if letters:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=letters._get_posting_task(),
                user_id=(self.approved_uid or self.env.user).id,
            )

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
