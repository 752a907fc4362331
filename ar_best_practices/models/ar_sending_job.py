"""What sends rows batch after batch: a dunning run, a campaign of statements."""

from odoo import api, models


class ArSendingJob(models.AbstractModel):
    """For a model with a `state` whose rows inherit `ar.sending`."""

    _name = "ar.sending.job"
    _description = "Job that sends rows batch after batch"

    _row_model = ""
    _cron_xmlid = ""

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    def _claim_batch(self):
        """Return the next rows of this job, claimed; empty when none waits."""
        raise NotImplementedError

    def _finish(self):
        """End the job when nothing of it waits any more."""
        raise NotImplementedError

    # ------------------------------------------------------------------
    # Job
    # ------------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send the waiting rows of jobs in sending, batch after batch."""
        rows = self.env[self._row_model]
        rows._give_up_orphans()
        jobs = self.search([("state", "=", "sending")])
        waiting = [
            (rows._job_field, "in", jobs.ids),
            ("state", "=", rows._waiting_state),
        ]
        self.env["ir.cron"]._commit_progress(remaining=rows.search_count(waiting))
        for job in jobs:
            if not job._send_batches():
                return

    def _send_batches(self) -> bool:
        """Send this job's rows; return False when the scheduler's time is over."""
        while claimed := self._claim_batch():
            claimed._deliver()
            if not self.env["ir.cron"]._commit_progress(len(claimed)):
                break
        self._finish_alone()
        return bool(self.env["ir.cron"]._commit_progress())

    def _finish_alone(self):
        """End the job by one worker, who sees what the others have committed.

        Who finds another one ending it asks the scheduler to look again: that one
        may not have seen the last rows of this one.
        """
        self.env["ir.cron"]._commit_progress()
        if self.try_lock_for_update(allow_referencing=True):
            self._finish()
        else:
            self._trigger_sending()

    def _resume(self):
        """Send what waits again, in the background."""
        self.write({"state": "sending"})
        self._trigger_sending()

    @api.model
    def _trigger_sending(self, at=None):
        # The sending job belongs to the system; approving gave the right.
        self.env.ref(self._cron_xmlid).sudo()._trigger(at=at)
