"""Points that a claim may be unfounded: the reasons to verify it fast, never a verdict.

The same points protect the customer: a claim with few of them is credited fast.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import false_dispute
from ..tools.dispute_states import UNDECIDED

FAST_DAYS = 2  # business days to verify a doubtful claim
EVIDENCE_DAYS = 5
REMINDER_DAYS = 2
OTHERS_DAYS = 60
FIRM_RANK = 2  # a first reminder makes nobody invent a dispute


class ArDisputeDoubt(models.AbstractModel):
    _name = "ar.dispute.doubt"
    _description = "Points of doubt of a dispute"
    _inherit = ["ar.dispute.flow"]

    doubt_points = fields.Integer(
        string="Points of doubt",
        readonly=True,
        aggregator="avg",
        help="From 50 on, verify the claim within two days: ask one closed question and"
        " the evidence. Points decide nothing.",
    )
    doubt_reason = fields.Char(string="Why these points", readonly=True)
    is_doubtful = fields.Boolean(
        string="To verify fast",
        compute="_compute_is_doubtful",
        store=True,
        help="50 points or more: decided within two business days.",
    )
    reason_changes = fields.Integer(
        readonly=True, help="Times the customer's reason changed once it was qualified."
    )

    @api.depends("doubt_points")
    def _compute_is_doubtful(self):
        for dispute in self:
            dispute.is_doubtful = dispute.doubt_points >= false_dispute.THRESHOLD

    def _get_shifted(self, vals):
        """Return the cases of which the reason is about to change once more."""
        return self.filtered(
            lambda dispute: (
                "reason_id" in vals
                and dispute.state != "new"
                and dispute.reason_id
                and dispute.reason_id.id != vals["reason_id"]
            )
        )

    def _count_shift(self):
        for dispute in self.sudo():  # the column is the suite's own
            dispute.reason_changes += 1

    def _get_allowed_days(self) -> int:
        # EXTENDS ar.dispute.clock: a doubtful claim is verified fast
        days = super()._get_allowed_days()
        return min(days, FAST_DAYS) if self.is_doubtful else days

    @api.model
    def _cron_escalate(self):
        # EXTENDS ar.dispute.clock: evidence that does not come gives points with time
        self.search([("state", "in", UNDECIDED)])._doubt()
        return super()._cron_escalate()

    # ------------------------------------------------------------------
    # Points
    # ------------------------------------------------------------------

    def _doubt(self):
        """Count the points of these cases again, while they are not decided."""
        # sudo: the columns are the suite's own; facts come from the whole register
        waiting = self.sudo().filtered(lambda dispute: dispute.state in UNDECIDED)
        facts = waiting._get_doubt_facts()
        for dispute in waiting:
            # reasons are kept in the company's language
            lang = dispute.company_id.partner_id.lang
            words = dispute.with_context(lang=lang)._get_doubt_words()
            score = false_dispute.score_claim(facts[dispute.id])
            reason = " · ".join(
                f"{words[code]} ({false_dispute.POINTS[code]:+d})"
                for code in score.codes
            )
            if (dispute.doubt_points, dispute.doubt_reason or "") != (
                score.points,
                reason,
            ):
                dispute.write({"doubt_points": score.points, "doubt_reason": reason})
                dispute._set_deadline()

    def _get_doubt_words(self) -> dict[str, str]:
        env = self.env
        return {
            "after_due": env._("registered after the due date"),
            "after_reminder": env._("just after a firm reminder or a call"),
            "no_evidence": env._("no evidence after 5 days"),
            "reason_changed": env._("the reason changed"),
            "often_unfounded": env._("disputes of this customer are often unfounded"),
            "whole_for_a_line": env._("the whole invoice is kept back for a line"),
            "after_claim_deadline": env._("after the days that the terms allow"),
            "evidence": env._("evidence is there"),
            "before_due": env._("registered before the due date"),
            "others_too": env._("other customers say the same"),
        }

    def _get_doubt_facts(self) -> dict[int, false_dispute.Facts]:
        """Return what is known of each claim, by one statement."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(self._doubt_sql()) if self else []
        found = {}
        for row in rows:
            dispute, closed = row.pop("id"), row.pop("closed")
            often = false_dispute.is_often_unfounded(row.pop("unfounded"), closed)
            found[dispute] = false_dispute.Facts(often_unfounded=often, **row)
        return found

    def _doubt_sql(self) -> SQL:
        return SQL(
            """
            SELECT dispute.id,
                   dispute.opened_date > item.due AS after_due,
                   dispute.opened_date < item.due AS before_due,
                   EXISTS (%(reminded)s) OR EXISTS (%(called)s) AS after_reminder,
                   proof.received AS evidence,
                   NOT proof.received AND dispute.opened_date <= %(today)s - %(days)s
                       AS no_evidence,
                   dispute.reason_changes > 0 AS reason_changed,
                   item.whole AS whole_for_a_line,
                   CASE WHEN company.ar_dispute_claim_days > 0
                        THEN dispute.opened_date - item.invoiced
                             > company.ar_dispute_claim_days END
                       AS after_claim_deadline,
                   EXISTS (%(others)s) AS others_too,
                   past.closed, past.unfounded
              FROM ar_dispute dispute
              JOIN res_company company ON company.id = dispute.company_id
        CROSS JOIN LATERAL (%(items)s) item
        CROSS JOIN LATERAL (%(proofs)s) proof
        CROSS JOIN LATERAL (%(past)s) past
             WHERE dispute.id IN %(disputes)s
            """,
            reminded=self._reminded_sql(),
            called=self._called_sql(),
            today=fields.Date.context_today(self),
            days=EVIDENCE_DAYS,
            others=self._others_sql(),
            items=self._item_facts_sql(),
            proofs=self._proof_sql(),
            past=self._past_sql(),
            disputes=tuple(self.ids),
        )

    def _item_facts_sql(self) -> SQL:
        """The whole invoice is kept back while a line of several is contested."""
        return SQL(
            """
            SELECT MIN(line.due_date) AS due, MIN(move.invoice_date) AS invoiced,
                   COALESCE(BOOL_OR(
                       line.product_line_id IS NOT NULL
                   AND line.amount >= line.original
                   AND (SELECT COUNT(*) FROM account_move_line other
                         WHERE other.move_id = line.move_id
                           AND other.display_type = 'product') > 1), FALSE) AS whole
              FROM ar_dispute_line line
         LEFT JOIN account_move move ON move.id = line.move_id
             WHERE line.dispute_id = dispute.id
            """
        )

    def _proof_sql(self) -> SQL:
        return SQL(
            """
            SELECT COALESCE(BOOL_OR(received_date IS NOT NULL), FALSE) AS received
              FROM ar_dispute_evidence
             WHERE dispute_id = dispute.id
            """
        )

    def _past_sql(self) -> SQL:
        return SQL(
            """
            SELECT COUNT(*) AS closed,
                   COUNT(*) FILTER (WHERE other.decision = 'unfounded') AS unfounded
              FROM ar_dispute other
             WHERE other.account_id = dispute.account_id
               AND other.state = 'closed' AND other.id != dispute.id
            """
        )

    def _reminded_sql(self) -> SQL:
        return SQL(
            """
            SELECT FROM ar_dunning_notice_line asked
              JOIN ar_dunning_notice notice ON notice.id = asked.notice_id
              JOIN ar_dispute_line mine ON mine.line_id = asked.line_id
             WHERE mine.dispute_id = dispute.id AND asked.included
               AND asked.rank >= %(rank)s AND notice.state = 'sent'
               AND notice.sent_date::date
                   BETWEEN dispute.opened_date - %(days)s AND dispute.opened_date
            """,
            rank=FIRM_RANK,
            days=REMINDER_DAYS,
        )

    def _called_sql(self) -> SQL:
        return SQL(
            """
            SELECT FROM ar_collection_action action
             WHERE action.account_id = dispute.account_id
               AND action.channel = 'phone' AND action.direction = 'out'
               AND action.date::date
                   BETWEEN dispute.opened_date - %(days)s AND dispute.opened_date
            """,
            days=REMINDER_DAYS,
        )

    def _others_sql(self) -> SQL:
        """Others dispute the same product, or for the same reason, at that time."""
        return SQL(
            """
            SELECT FROM ar_dispute other
             WHERE other.company_id = dispute.company_id
               AND other.account_id != dispute.account_id
               AND other.state != 'cancelled'
               AND other.opened_date
                   BETWEEN dispute.opened_date - %(days)s AND dispute.opened_date
               AND (other.reason_id = dispute.reason_id
                OR EXISTS (
                   SELECT FROM ar_dispute_line theirs
                     JOIN ar_dispute_line mine ON mine.product_id = theirs.product_id
                    WHERE theirs.dispute_id = other.id
                      AND mine.dispute_id = dispute.id))
            """,
            days=OTHERS_DAYS,
        )
