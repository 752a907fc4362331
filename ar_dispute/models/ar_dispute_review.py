"""The weekly review: the process owner looks at what does not move and decides."""

from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import SQL, format_date

from ..tools.dispute_states import OPEN
from .ar_dispute_clock import RUNNING

CREDIT_MANAGER = "ar_best_practices.group_ar_credit_manager"
QUIET_DAYS = 14  # without a step, or waiting for the customer
LARGEST = 5
LINE_COUNT = 50  # nobody speaks of more in a week


class Facts(NamedTuple):
    """What the review looks at in an open case."""

    dispute_id: int
    amount: float  # still disputed, in company currency
    is_late: bool
    is_waiting: bool
    last_day: date | None  # of its last step
    rank: int  # by amount, 1 the largest
    decision: str | None  # of the last review that spoke of it


class ArDisputeReview(models.Model):
    """Brings the cases that need authority, each with why; ended, it is the proof.

    Growth: one row per company and week, up to fifty lines each.
    """

    _name = "ar.dispute.review"
    _description = "Weekly review of disputes"
    _inherit = ["mail.thread", "ar.guarded"]
    _order = "date desc, id desc"

    date = fields.Date(
        string="Prepared on", compute="_compute_date", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    attendee_ids = fields.Many2many(
        "res.users", string="Present", domain="[('share', '=', False)]"
    )
    note = fields.Text(string="Decided in general")
    line_ids = fields.One2many("ar.dispute.review.line", "review_id", string="Cases")
    done_date = fields.Date(string="Ended on", readonly=True)
    done_uid = fields.Many2one("res.users", string="Ended by", readonly=True)
    is_owner = fields.Boolean(compute="_compute_is_owner")

    # As of the day of preparation
    open_count = fields.Integer(string="Open cases", readonly=True)
    late_count = fields.Integer(string="Late", readonly=True)
    still_disputed = fields.Monetary(readonly=True)
    new_count = fields.Integer(
        string="New cases", readonly=True, help="Registered in the seven days before."
    )
    ended_count = fields.Integer(
        string="Closed cases", readonly=True, help="Closed in the seven days before."
    )
    other_count = fields.Integer(
        string="Not brought",
        readonly=True,
        help="Cases with a reason to be looked at beyond the fifty largest.",
    )

    _one_open = models.UniqueIndex(
        "(company_id) WHERE done_date IS NULL",
        "A review of this company is not done yet: go on with that one.",
    )

    @api.depends("company_id")
    def _compute_date(self):
        """Today where the company is, once."""
        for review in self.filtered(lambda review: not review.date):
            review.date = self.env["ar.account"]._today(review.company_id)

    @api.depends("date")
    def _compute_display_name(self):
        for review in self:
            day = format_date(self.env, review.date)
            review.display_name = self.env._("Review of %s", day)

    @api.depends_context("uid")
    @api.depends("company_id.ar_dispute_owner_id")
    def _compute_is_owner(self):
        for review in self:
            review.is_owner = review._get_owner() == self.env.user

    def _get_owner(self):
        # sudo: who the process owner is is no secret
        return self.company_id.sudo().ar_dispute_owner_id

    # ------------------------------------------------------------------
    # Prepared
    # ------------------------------------------------------------------

    @api.model
    def action_prepare(self):
        """Open the review that is not done yet, or a new one."""
        company = self.env.company.root_id
        self._check_prepares(company)
        review = self.search(
            [("company_id", "=", company.id), ("done_date", "=", False)], limit=1
        )
        review = review or self.create({"company_id": company.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": review.id,
            "views": [(False, "form")],
        }

    def _check_prepares(self, company):
        # sudo: who the process owner is is no secret
        owner = company.sudo().ar_dispute_owner_id
        if self.env.user != owner and not self.env.user.has_group(CREDIT_MANAGER):
            raise UserError(
                self.env._(
                    "The weekly review is for %s and credit managers.",
                    owner.name or self.env._("a process owner (Settings)"),
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        reviews = super().create(vals_list)
        for review in reviews:
            # sudo: day, figures and cases are brought by the suite, whoever prepares
            review.sudo()._bring()
        return reviews

    def _bring(self):
        """Write the figures of today and the cases to look at."""
        facts = self._get_facts()
        reasons = {row.dispute_id: self._say_reasons(row) for row in facts}
        cases = [row.dispute_id for row in facts if reasons[row.dispute_id]]
        self.write(
            {
                "open_count": len(facts),
                "late_count": sum(row.is_late for row in facts),
                "still_disputed": sum(row.amount for row in facts),
                "other_count": max(0, len(cases) - LINE_COUNT),
                "line_ids": [
                    Command.create({"dispute_id": case, "reason": reasons[case]})
                    for case in cases[:LINE_COUNT]
                ],
            }
            | self._get_week_counts()
        )

    def _get_week_counts(self) -> dict:
        disputes = self.env["ar.dispute"]
        own = Domain("company_id", "=", self.company_id.id)
        since = fields.Date.subtract(self.date, days=7)
        closed = Domain("closed_date", ">", since) & Domain("state", "=", "closed")
        return {
            "new_count": disputes.search_count(own & Domain("opened_date", ">", since)),
            "ended_count": disputes.search_count(own & closed),
        }

    def _get_facts(self) -> list[Facts]:
        """Return the open cases of the company, the largest first."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dispute.id,
                       dispute.company_still_disputed,
                       COALESCE(dispute.deadline < %(today)s, FALSE)
                           AND dispute.state IN %(running)s,
                       dispute.state = 'waiting',
                       step.day,
                       RANK() OVER (ORDER BY dispute.company_still_disputed DESC),
                       said.decision
                  FROM ar_dispute dispute
             LEFT JOIN LATERAL (
                       SELECT MAX(day) AS day
                         FROM ar_dispute_step
                        WHERE dispute_id = dispute.id) step ON TRUE
             LEFT JOIN LATERAL (
                       SELECT decision
                         FROM ar_dispute_review_line
                        WHERE dispute_id = dispute.id
                          AND decision IS NOT NULL
                     ORDER BY id DESC
                        LIMIT 1) said ON TRUE
                 WHERE dispute.company_id = %(company)s
                   AND dispute.state IN %(open)s
              ORDER BY dispute.company_still_disputed DESC, dispute.id
                """,
                today=self.date,
                company=self.company_id.id,
                running=RUNNING,
                open=OPEN,
            )
        )
        return [Facts(*row) for row in rows]

    def _say_reasons(self, facts: Facts) -> str:
        """Return why a case is looked at; nothing when it goes its way."""
        env = self.env
        days = (self.date - facts.last_day).days if facts.last_day else 0
        words = []
        if facts.is_late:
            words.append(env._("its deadline has passed"))
        if days >= QUIET_DAYS and facts.is_waiting:
            words.append(env._("waiting for the customer for %s days", days))
        elif days >= QUIET_DAYS:
            words.append(env._("nothing happened for %s days", days))
        if facts.rank <= LARGEST:
            words.append(env._("one of the %s largest", LARGEST))
        if facts.decision:
            words.append(env._("decided at a review before: %s", facts.decision))
        return " · ".join(words)

    # ------------------------------------------------------------------
    # Done
    # ------------------------------------------------------------------

    def action_done(self):
        """Log what was decided on each case and ask who treats it to act."""
        for review in self:
            review._check_done()
            review._log_decisions()
        self._checked_sudo().write(
            {"done_date": fields.Date.context_today(self), "done_uid": self.env.uid}
        )
        return True

    def _check_done(self):
        if self.done_date:
            raise UserError(self.env._("This review is done already."))
        if not self.is_owner:
            owner = self._get_owner().name or self.env._("a process owner (Settings)")
            raise UserError(self.env._("Only %s ends the weekly review.", owner))

    def _log_decisions(self):
        for line in self.line_ids.filtered("decision"):
            words = self.env._("Weekly review: %s", line.decision)
            dispute = line.dispute_id
            dispute._log_steps(words)
            dispute._ask(lambda d: d.processor_id or d.coordinator_id, words)

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    def _check_open(self):
        if not self.env.su and any(review.done_date for review in self):
            raise UserError(self.env._("What was reviewed is not changed any more."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_open(self):
        self._check_open()

    # ------------------------------------------------------------------
    # Each week
    # ------------------------------------------------------------------

    @api.model
    def _cron_prepare(self):
        """Prepare the review of each company that has a process owner and open cases;
        one that is not done yet goes on."""
        companies = self.env["res.company"].search(
            [("parent_id", "=", False), ("ar_dispute_owner_id", "!=", False)]
        )
        disputes = self.env["ar.dispute"]
        for company in companies:
            own = Domain("company_id", "=", company.id)
            is_open = own & Domain("state", "in", OPEN)
            if self.search_count(own & Domain("done_date", "=", False), limit=1):
                continue
            if disputes.search_count(is_open, limit=1):
                self._prepare_for(company)

    def _prepare_for(self, company):
        owner = company.ar_dispute_owner_id
        review = self.with_context(lang=owner.lang).create({"company_id": company.id})
        review.message_post(
            body=review.env._("Please look at these disputes this week."),
            partner_ids=owner.partner_id.ids,
        )
