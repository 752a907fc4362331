"""By when a dispute is decided, and who hears of it when it is not."""

from collections.abc import Callable
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import dispute_clock

# The clock runs here; it stands still while we wait for the customer.
RUNNING = ("new", "qualified", "investigating")
QUALIFY_DAYS = 1  # business days to qualify a case that has no reason yet
LEVELS = (50, 100, 150)  # percent of the days, from low to high
HORIZON_DAYS = 120  # holidays are known so far ahead
BATCH = 500
TODO = "mail.mail_activity_data_todo"


class ArDisputeClock(models.AbstractModel):
    _name = "ar.dispute.clock"
    _description = "Deadline of a dispute"

    # Defined by the dispute itself; the clock reads them
    company_id = fields.Many2one("res.company")
    reason_id = fields.Many2one("ar.dispute.reason")
    state = fields.Char()

    clock_date = fields.Date(
        string="Days count from",
        readonly=True,
        help="Day on which the case was registered or opened again.",
    )
    forced_deadline = fields.Date(
        string="Deadline set by the process owner", tracking=True
    )
    deadline = fields.Date(
        string="Decide before",
        readonly=True,
        index=True,
        help="Last day in time. While we wait for the customer there is none: it moves"
        " with each day of waiting.",
    )
    days_left = fields.Integer(
        string="Business days left",
        compute="_compute_days_left",
        help="Below zero: days late.",
    )
    deadline_words = fields.Char(string="Time left", compute="_compute_days_left")
    escalation = fields.Integer(
        string="Escalated at",
        readonly=True,
        aggregator=None,
        help="Percent of the days that were used when people were last told.",
    )

    @api.depends("deadline", "state")
    def _compute_days_left(self):
        for company, disputes in self.grouped("company_id").items():
            today = self.env["ar.account"]._today(company)
            days = [day for day in disputes.mapped("deadline") if day]
            is_worked = self._get_is_worked(
                company, min([today, *days]), max([today, *days])
            )
            for dispute in disputes:
                left = dispute._get_days_left(today, is_worked)
                dispute.days_left = left
                dispute.deadline_words = dispute._get_deadline_words(left)

    def _get_days_left(self, today: date, is_worked: Callable) -> int:
        end = self.deadline
        if not end or self.state not in RUNNING:
            return 0
        count = dispute_clock.days_between
        if end < today:
            return -count(end, today, is_worked)
        return count(today, end, is_worked)

    def _get_deadline_words(self, left: int) -> str:
        env = self.env
        if self.state == "waiting":
            return env._("the clock stands still")
        if not self.deadline or self.state not in RUNNING:
            return ""
        if left < 0:
            return env._("business days late: %s", -left)
        return env._("business days left: %s", left)

    # ------------------------------------------------------------------
    # Deadline
    # ------------------------------------------------------------------

    @api.model
    def _get_is_worked(self, company, start: date, end: date) -> Callable[[date], bool]:
        """Return whether somebody works in a company on a day between two others."""
        calendar = self.env["ar.commitment"]
        weekend = calendar._get_weekend(company)
        holidays = calendar._get_holidays(company, start, (end - start).days)
        return lambda day: day.weekday() not in weekend and day not in holidays

    def _get_pauses(self) -> dict[int, list[dispute_clock.Pause]]:
        """Return, by case, the days on which we waited for the customer."""
        # sudo: the clock reads the steps of whatever case it counts for
        steps = self.env["ar.dispute.step"].sudo()
        waits = Domain("from_state", "=", "waiting") | Domain(
            "to_state", "=", "waiting"
        )
        found = steps.search(Domain("dispute_id", "in", self.ids) & waits, order="id")
        pauses = {dispute.id: [] for dispute in self}
        for step in found.filtered(lambda step: step.from_state != step.to_state):
            own = pauses[step.dispute_id.id]
            if step.to_state == "waiting":
                own.append((step.day, None))
            elif own:
                own[-1] = (own[-1][0], step.day)
        return pauses

    def _get_allowed_days(self) -> int:
        return self.reason_id.days or QUALIFY_DAYS

    def _set_deadline(self):
        """Count the deadline of these cases again."""
        pauses = self._get_pauses()
        for company, disputes in self.grouped("company_id").items():
            starts = disputes.mapped("clock_date")
            today = self.env["ar.account"]._today(company)
            horizon = fields.Date.add(today, days=HORIZON_DAYS)
            is_worked = self._get_is_worked(company, min(starts), horizon)
            for dispute in disputes.sudo():  # the column is the suite's own
                dispute.deadline = dispute.forced_deadline or dispute_clock.deadline(
                    dispute.clock_date,
                    dispute._get_allowed_days(),
                    is_worked,
                    pauses[dispute.id],
                )

    def _check_forced_deadline(self):
        for dispute in self:
            day = dispute.forced_deadline
            if day and day <= dispute.clock_date:
                raise UserError(
                    self.env._("The deadline comes after the day of registration.")
                )

    # ------------------------------------------------------------------
    # Escalation
    # ------------------------------------------------------------------

    @api.model
    def _cron_escalate(self):
        """Tell people of the cases of which much time is used: once a level.

        Urgency grows with age: it is counted again on the way.
        """
        disputes = self.search([("state", "in", RUNNING)], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(disputes))
        for start in range(0, len(disputes), BATCH):
            batch = disputes[start : start + BATCH].try_lock_for_update(
                allow_referencing=True
            )
            batch._escalate()
            batch._rate()
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                return

    def _escalate(self):
        """Log each level that was reached since, and ask who is meant by it to act."""
        reached = self._get_reached_levels()
        for level in LEVELS:
            late = self.filtered(
                lambda dispute, level=level: (
                    dispute.escalation < level <= reached[dispute.id]
                )
            )
            late._tell(level)

    def _get_reached_levels(self) -> dict[int, int]:
        """Return the highest level that each case has reached today, else 0."""
        pauses, reached = self._get_pauses(), {}
        for company, disputes in self.grouped("company_id").items():
            today = self.env["ar.account"]._today(company)
            start = min(disputes.mapped("clock_date"))
            end = max([today, *filter(None, disputes.mapped("forced_deadline"))])
            is_worked = self._get_is_worked(company, start, end)
            for dispute in disputes:
                used = dispute._get_share_used(today, is_worked, pauses[dispute.id])
                reached[dispute.id] = max(
                    (level for level in LEVELS if used * 100 >= level), default=0
                )
        return reached

    def _get_share_used(self, today: date, is_worked: Callable, pauses) -> float:
        """Return the part of the days that is used: all of them on the deadline."""
        days = self._get_allowed_days()
        if self.forced_deadline:
            days = dispute_clock.days_between(
                self.clock_date, self.forced_deadline, is_worked, pauses
            )
        return dispute_clock.share_used(
            self.clock_date, today, max(1, days), is_worked, pauses
        )

    def _tell(self, level: int):
        if not self:
            return
        words = self.env._("%s %% of the days are used", level)
        self._log_steps(words)
        self.sudo().escalation = level  # the column is the suite's own
        self._ask(lambda dispute: dispute._get_escalation_users(level), words)

    def _get_escalation_users(self, level: int):
        """Return who acts when a share of the days is used: those who work the case,
        then the manager of the team, in the end the process owner."""
        # sudo: whoever is told need not be able to read teams or companies
        dispute = self.sudo()
        owner = dispute.company_id.ar_dispute_owner_id
        if level == LEVELS[0]:
            return dispute.processor_id | dispute.coordinator_id
        manager = dispute.team_id.manager_id or owner
        return manager if level == LEVELS[1] else owner or manager

    def _ask(self, get_users: Callable, summary: str):
        """Plan an activity of today for the users of each case, in one go."""
        model = self.env["ir.model"]._get_id("ar.dispute")
        kind = self.env.ref(TODO, raise_if_not_found=False)
        today = fields.Date.context_today(self)
        # sudo: a payment or the scheduler asks people whom its author need not see
        self.env["mail.activity"].sudo().create(
            [
                {
                    "res_model_id": model,
                    "res_id": dispute.id,
                    "activity_type_id": kind.id if kind else False,
                    "summary": summary,
                    "date_deadline": today,
                    "user_id": user.id,
                    "automated": True,
                }
                for dispute in self
                for user in get_users(dispute)
            ]
        )

    def _stop_asking(self):
        """Nobody has to do what was asked about these cases any more; what people
        planned by hand stays theirs."""
        # sudo: the activities of others
        self.sudo().activity_unlink([TODO])

    @api.model
    def _get_late_domain(self) -> Domain:
        """Return the cases of which the deadline has passed without a decision."""
        today = fields.Date.context_today(self)
        return Domain("deadline", "<", today) & Domain("state", "in", RUNNING)

    @api.model
    def _state_on_sql(self, day: date) -> SQL:
        """Return the state of each case at the end of a day: dispute_id, state."""
        return SQL(
            """
            SELECT DISTINCT ON (dispute_id) dispute_id, to_state AS state
              FROM ar_dispute_step
             WHERE day <= %s
          ORDER BY dispute_id, id DESC
            """,
            day,
        )
