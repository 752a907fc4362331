"""What is changed so that a cause does not come back, and whether it did."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

VERIFIED_AFTER = 90  # days without recurrence
RUNNING = ("planned", "done")


class ArCorrectiveAction(models.Model):
    """A cure has an owner and a day, and is judged by the disputes that follow it: by
    the register, not by opinion. It speaks of causes, never of persons.
    """

    _name = "ar.corrective.action"
    _description = "Corrective action"
    _inherit = ["mail.thread", "mail.activity.mixin", "ar.guarded"]
    _order = "due_date, id"

    name = fields.Char(string="What is changed", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )
    root_cause_id = fields.Many2one(
        "ar.dispute.root.cause",
        string="Root cause",
        required=True,
        index=True,
        ondelete="restrict",
    )
    reason_id = fields.Many2one(
        "ar.dispute.reason",
        string="Only for the reason",
        ondelete="restrict",
        help="Empty: whatever customers said.",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Only for the product",
        index="btree_not_null",
        ondelete="restrict",
    )
    dispute_ids = fields.Many2many(
        "ar.dispute", string="Disputes that led to it", readonly=True
    )
    owner_id = fields.Many2one(
        "res.users",
        required=True,
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Who sees that it is done.",
    )
    due_date = fields.Date(string="To be done by", required=True, tracking=True)
    done_date = fields.Date(string="Done on", readonly=True)
    verify_date = fields.Date(
        string="Judged on",
        compute="_compute_verify_date",
        store=True,
        help="90 days after it was done: until then disputes of the same kind tell"
        " whether it works.",
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("done", "Done, watched"),
            ("effective", "Effective"),
            ("ineffective", "Not effective"),
            ("dropped", "Dropped"),
        ],
        required=True,
        readonly=True,
        default="planned",
        index=True,
        tracking=True,
    )
    result = fields.Char(
        readonly=True, help="What the register said when the effect was judged."
    )
    recurrence_count = fields.Integer(
        string="Came back",
        compute="_compute_recurrence_count",
        help="Disputes of this kind heard since it was done, for 90 days.",
    )
    note = fields.Html(string="Notes")

    @api.depends("done_date")
    def _compute_verify_date(self):
        for action in self:
            action.verify_date = action.done_date and fields.Date.add(
                action.done_date, days=VERIFIED_AFTER
            )

    @api.depends("done_date", "root_cause_id", "reason_id", "product_id")
    def _compute_recurrence_count(self):
        again = self._get_recurrences()
        for action in self:
            action.recurrence_count = len(again.get(action.id, ()))

    def _get_recurrences(self) -> dict[int, list[int]]:
        """Return the disputes of the same kind heard since each action was done."""
        self.env["ar.dispute"].flush_model()
        self.env["ar.dispute.line"].flush_model()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT action.id, ARRAY_AGG(dispute.id ORDER BY dispute.id)
                  FROM ar_corrective_action action
                  JOIN ar_dispute dispute
                    ON dispute.company_id = action.company_id
                   AND dispute.root_cause_id = action.root_cause_id
                   AND dispute.state != 'cancelled'
                   AND dispute.opened_date > action.done_date
                   AND dispute.opened_date <= action.verify_date
                 WHERE action.id IN %(actions)s
                   AND (action.reason_id IS NULL
                    OR dispute.reason_id = action.reason_id)
                   AND (action.product_id IS NULL
                    OR EXISTS (
                       SELECT FROM ar_dispute_line line
                        WHERE line.dispute_id = dispute.id
                          AND line.product_id = action.product_id))
              GROUP BY action.id
                """,
                actions=tuple(self._origin.ids) or (0,),
            )
        )
        return dict(rows)

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def action_done(self):
        """Say that it is done: from today on its effect is watched."""
        self._check_state(("planned",))
        self._checked_sudo().write(
            {"state": "done", "done_date": fields.Date.context_today(self)}
        )
        return True

    def action_drop(self):
        """Give it up; why is said in its messages."""
        self._check_state(RUNNING)
        self._checked_sudo().state = "dropped"
        return True

    def action_plan_again(self):
        """Start again, with a new day."""
        self._check_state(("ineffective", "dropped"))
        self._checked_sudo().write(
            {"state": "planned", "done_date": False, "result": False}
        )
        return True

    def action_show_recurrences(self):
        """List the disputes of this kind that came since."""
        self.ensure_one()
        again = self._get_recurrences().get(self.id, [])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_dispute.ar_dispute_action"
        )
        return action | {"domain": [("id", "in", again)], "context": {}}

    def _check_state(self, states):
        for action in self:
            if action.state not in states:
                words = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "“%(name)s” is %(state)s: this cannot be done with it.",
                        name=action.name,
                        state=words[action.state].lower(),
                    )
                )

    # ------------------------------------------------------------------
    # Judged by the register
    # ------------------------------------------------------------------

    @api.model
    def _cron_judge(self):
        """Judge what was done 90 days ago: no dispute of the same kind, it works."""
        today = fields.Date.context_today(self)
        due = self.search([("state", "=", "done"), ("verify_date", "<=", today)])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(due))
        again = due._get_recurrences()
        for action in due:
            action._judge(self.env["ar.dispute"].browse(again.get(action.id, [])))
            if not commit(1):
                break

    def _judge(self, disputes):
        self.write(
            {
                "state": "ineffective" if disputes else "effective",
                "result": self._say_result(disputes),
            }
        )
        if disputes:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.owner_id.id,
                summary=self.env._("It came back: find another cure"),
                note=self.result,
            )

    def _say_result(self, disputes) -> str:
        env = self.with_context(lang=self.owner_id.lang).env
        if not disputes:
            return env._("no dispute of this kind in %s days", VERIFIED_AFTER)
        return env._(
            "came back %(count)s times in %(days)s days: %(numbers)s",
            count=len(disputes),
            days=VERIFIED_AFTER,
            numbers=", ".join(disputes.mapped("name")[:5]),
        )
