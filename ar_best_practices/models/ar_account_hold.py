"""Hold on a customer account: who, why, until when, and what ends it."""

from odoo import api, fields, models
from odoo.tools import SQL

from .ar_account_ledger import COLLECTOR

RANK = {"none": 0, "watch": 1, "hold": 2}


class ArAccountHold(models.AbstractModel):
    """Words and flags only: orders are stopped by the order desk."""

    _name = "ar.account.hold"
    _description = "Hold on a customer account"
    _inherit = ["ar.account.ledger"]

    hold_state = fields.Selection(
        [("none", "No hold"), ("watch", "Watched"), ("hold", "On hold")],
        string="Hold",
        required=True,
        default="none",
        readonly=True,
        tracking=True,
    )
    hold_code = fields.Selection(
        selection="_get_hold_codes", string="Kind of hold", readonly=True
    )
    hold_reason = fields.Char(string="Why on hold", readonly=True)
    hold_uid = fields.Many2one("res.users", string="Held by", readonly=True)
    hold_date = fields.Date(string="Held since", readonly=True)
    hold_until = fields.Date(string="Held until", readonly=True)
    hold_review_date = fields.Date(
        string="Review on",
        readonly=True,
        help="Day on which whoever held the customer looks at it again.",
    )
    hold_until_paid = fields.Boolean(
        string="Until nothing is late",
        readonly=True,
        groups=COLLECTOR,
        help="Released by itself as soon as nothing is overdue any more.",
    )

    @api.model
    def _get_hold_codes(self) -> list[tuple[str, str]]:
        """Return the kinds of holds; the reason in words stands beside."""
        return [
            ("overdue", self.env._("Late payment")),
            ("promise", self.env._("Broken promise")),
            ("limit", self.env._("Credit limit")),
            ("insolvency", self.env._("Insolvency")),
            ("dispute", self.env._("Dispute")),
            ("legal", self.env._("Legal action")),
            ("other", self.env._("Other")),
        ]

    def _set_hold(
        self,
        state: str,
        reason: str,
        until=False,
        code: str = "other",
        until_paid: bool = False,
        review=False,
    ):
        """Put on hold, watch or release; who, when, before and after are logged."""
        labels = dict(self._fields["hold_state"]._description_selection(self.env))
        self.env["ar.account.decision"]._log(
            self,
            "release" if state == "none" else "hold",
            self.env._("Hold"),
            lambda account: labels[account.hold_state],
            lambda account: labels[state],
            reason,
        )
        held = state != "none"
        self._checked_sudo().write(
            {
                "hold_state": state,
                "hold_code": held and code,
                "hold_reason": held and reason,
                "hold_uid": held and self.env.uid,
                "hold_date": held and fields.Date.context_today(self),
                "hold_until": held and until,
                "hold_review_date": held and review,
            }
        )
        # whoever owes nothing late would be released at once
        late = self.filtered("overdue_item_count") if held and until_paid else self[:0]
        late._checked_sudo().hold_until_paid = True
        (self - late)._checked_sudo().hold_until_paid = False
        if held and review:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=review,
                summary=self.env._("Review the hold: %s", reason),
                user_id=self.env.uid,
            )

    # ------------------------------------------------------------------
    # What ends it
    # ------------------------------------------------------------------

    @api.model
    def _release_holds(self, scope):
        """End the holds whose day is over, and those that waited for a payment."""
        expired = self.search(
            [("hold_state", "!=", "none"), ("hold_until", "<", scope.as_of)]
        )
        for company, accounts in expired.grouped("company_id").items():
            accounts = accounts.with_context(lang=company.partner_id.lang)
            accounts._set_hold("none", accounts.env._("end of the hold"))
        paid = self._get_paid_holds(scope)
        for company, accounts in paid.grouped("company_id").items():
            accounts = accounts.with_context(lang=company.partner_id.lang)
            accounts._set_hold("none", accounts.env._("nothing is late any more"))

    def _get_paid_holds(self, scope):
        """Return the held accounts that waited for a payment and owe nothing late."""
        self.flush_model(["hold_state", "hold_until_paid"])
        waiting = SQL(
            "SELECT scope.* FROM (%s) scope JOIN ar_account held"
            " ON held.id = scope.account_id"
            " WHERE held.hold_until_paid AND held.hold_state <> 'none'",
            scope.accounts,
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT waiting.account_id
                  FROM (%s) waiting
             LEFT JOIN (%s) live ON live.account_id = waiting.account_id
                 WHERE COALESCE(live.overdue_amount, 0) = 0
                """,
                waiting,
                self._live_sql(scope._replace(accounts=waiting)),
            )
        )
        return self.browse(row[0] for row in rows)

    # ------------------------------------------------------------------
    # Reminders that hold
    # ------------------------------------------------------------------

    def _hold_by_level(self, level):
        """Hold or watch the customers who were sent this level, if it says so.

        A natural person is never held by a machine alone: somebody is asked to decide
        (GDPR art. 22).
        """
        softer = self.filtered(
            lambda account: RANK[account.hold_state] < RANK[level.hold_state]
        )
        people = softer.filtered(lambda account: not account.partner_id.is_company)
        reason = self.env._("%s sent", level.name)
        for owner, accounts in people.grouped(lambda x: x._get_owner()).items():
            accounts.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Decide on a hold: %s", reason),
                user_id=owner.id,
            )
        if held := softer - people:
            held._set_hold(level.hold_state, reason, code="overdue", until_paid=True)
