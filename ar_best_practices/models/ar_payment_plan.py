"""Payment plans: instalments agreed on items, and what a missed one does."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare


class ArPaymentPlan(models.Model):
    """Several amounts on several days for the same items.

    While the plan is respected its items are left out of reminders. A missed instalment
    breaks it by the plan's rule: the whole is due again.

    Growth: a few rows per hundred late customers and year. Purged with the runs
    (``ar_retention_years``).
    """

    _name = "ar.payment.plan"
    _description = "Payment plan"
    _inherit = ["ar.guarded", "ar.commitment", "mail.thread"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    amount = fields.Monetary(required=True, readonly=True)
    state = fields.Selection(
        [
            ("proposed", "To accept"),
            ("running", "Running"),
            ("broken", "Not respected"),
            ("kept", "Paid"),
            ("withdrawn", "Given up"),
        ],
        required=True,
        readonly=True,
        default="proposed",
        index=True,
    )
    on_missed = fields.Selection(
        [("whole", "The whole is due"), ("person", "A person decides")],
        string="After a missed instalment",
        required=True,
        default="whole",
    )
    tolerance = fields.Integer(
        readonly=True,
        help="Working days after each instalment on which money is still in time.",
    )
    accepted_date = fields.Date(string="Accepted on", readonly=True)
    accepted_uid = fields.Many2one("res.users", string="Accepted by", readonly=True)
    end_date = fields.Date(string="Ended on", readonly=True)
    reason = fields.Char(string="Why", readonly=True)
    received = fields.Monetary(readonly=True)
    line_ids = fields.One2many(
        "ar.payment.plan.line", "plan_id", string="Items", readonly=True
    )
    instalment_ids = fields.One2many(
        "ar.payment.plan.instalment", "plan_id", string="Instalments", readonly=True
    )
    next_date = fields.Date(string="Next instalment", compute="_compute_next")
    next_amount = fields.Monetary(string="Amount of the next", compute="_compute_next")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A plan needs an amount."
    )

    @api.depends("amount", "currency_id", "instalment_ids")
    def _compute_name(self):
        for plan in self:
            plan.name = self.env._(
                "%(amount)s in %(count)s instalments",
                amount=plan.currency_id.format(plan.amount or 0),
                count=len(plan.instalment_ids),
            )

    @api.depends("instalment_ids.state")
    def _compute_next(self):
        for plan in self:
            coming = plan.instalment_ids.filtered(lambda part: part.state == "coming")
            plan.next_date = coming[:1].date
            plan.next_amount = coming[:1].amount

    # ------------------------------------------------------------------
    # Made
    # ------------------------------------------------------------------

    @api.model
    def _make(self, account, instalments, lines=None, contact=None, **values):
        """Propose a plan and return it; `_accept` makes it run.

        :param instalments: pairs (day, amount)
        :param lines: the items it pays; none: the overdue items, oldest first
        :raise UserError: days in the past or out of order, more than is open
        """
        account.ensure_one()
        account.check_access("write")
        lines = lines or self.env["ar.payment.promise"]._get_default_lines(account)
        currency = self._check_lines(account, lines)
        rows = sorted((fields.Date.to_date(day), part) for day, part in instalments)
        self._check_instalments(account, rows, currency)
        amount = currency.round(sum(part for _day, part in rows))
        self._check_amount(lines, currency, amount)
        parts = self._allocate(lines, amount)
        tolerance = account.company_id.ar_promise_tolerance
        # sudo: the columns of a plan are nobody's to write; the right was checked
        plan = self.sudo().create(
            {
                "account_id": account.id,
                "currency_id": currency.id,
                "amount": amount,
                "tolerance": tolerance,
                "contact_id": contact.id if contact else False,
                "user_id": self.env.uid,
                "line_ids": [
                    fields.Command.create(row | {"currency_id": currency.id})
                    for row in self._prepare_lines(parts)
                ],
                "instalment_ids": [
                    fields.Command.create(
                        {
                            "date": day,
                            "amount": part,
                            "currency_id": currency.id,
                            "deadline": self._get_deadline(account, day, tolerance),
                        }
                    )
                    for day, part in rows
                ],
            }
            | values
        )
        return plan.with_env(self.env)

    def _check_instalments(self, account, rows, currency):
        if not rows:
            raise UserError(self.env._("Give at least one instalment: day and amount."))
        if rows[0][0] < account._today(account.company_id):
            raise UserError(self.env._("An instalment is for today or later."))
        rounding = currency.rounding
        if any(
            float_compare(part, 0, precision_rounding=rounding) <= 0
            for _day, part in rows
        ):
            raise UserError(self.env._("Each instalment needs an amount."))

    def action_accept(self):
        """Both sides agree: from now on the items are under the plan."""
        plans = self.filtered(lambda plan: plan.state == "proposed")
        if not plans:
            raise UserError(self.env._("Only a proposed plan can be accepted."))
        taken = self.env["ar.payment.plan.line"].search(
            [("line_id", "in", plans.line_ids.line_id.ids), ("is_open", "=", True)]
        )
        if taken:
            raise UserError(
                self.env._(
                    "Already in a running plan: %(items)s.",
                    items=", ".join(taken.mapped("number")),
                )
            )
        checked = plans._checked_sudo()
        checked.write(
            {
                "state": "running",
                "accepted_date": fields.Date.context_today(self),
                "accepted_uid": self.env.uid,
            }
        )
        checked.line_ids.is_open = True
        checked.account_id._mark_dirty()
        checked.account_id.invalidate_recordset()
        return True

    def action_withdraw(self, reason: str | bool = False):
        """End a plan: its items are collected again at once."""
        running = self.filtered(lambda plan: plan.state in ("proposed", "running"))
        checked = running._checked_sudo()
        checked.write(
            {
                "state": "withdrawn",
                "end_date": fields.Date.context_today(self),
                "reason": reason or self.env._("withdrawn by %s", self.env.user.name),
            }
        )
        checked.line_ids.is_open = False
        checked.account_id._mark_dirty()
        checked.account_id.invalidate_recordset()
        return True

    # ------------------------------------------------------------------
    # Judged
    # ------------------------------------------------------------------

    @api.model
    def _judge(self, scope):
        """Decide the running plans of the scope again from the matchings."""
        lines = self.env["ar.payment.plan.line"]
        self.flush_model()
        self.env["ar.payment.plan.instalment"].flush_model()
        lines._relink_orphans()
        self.env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS ar_plan_judged;
                CREATE TEMPORARY TABLE ar_plan_judged ON COMMIT DROP AS %(judged)s;
                UPDATE ar_payment_plan_instalment part
                   SET state = judged.state
                  FROM ar_plan_judged judged
                 WHERE judged.id = part.id
                   AND part.state IS DISTINCT FROM judged.state;
                UPDATE ar_payment_plan plan
                   SET state = verdict.state, received = verdict.received,
                       end_date = CASE WHEN verdict.state = 'running' THEN NULL
                                  WHEN verdict.state = plan.state THEN plan.end_date
                                  ELSE %(as_of)s END
                  FROM (
                        SELECT plan_id, MAX(received) AS received,
                               CASE WHEN BOOL_AND(state IN ('paid', 'late'))
                                        THEN 'kept'
                                    WHEN on_missed = 'whole'
                                         AND BOOL_OR(state IN ('missed', 'late'))
                                        THEN 'broken'
                                    ELSE 'running' END AS state
                          FROM ar_plan_judged
                      GROUP BY plan_id, on_missed
                       ) verdict
                 WHERE verdict.plan_id = plan.id
                   AND (plan.state, plan.received)
                       IS DISTINCT FROM (verdict.state, verdict.received);
                UPDATE ar_payment_plan_line line
                   SET is_open = plan.state = 'running'
                  FROM ar_payment_plan plan
                 WHERE plan.id = line.plan_id
                   AND line.is_open IS DISTINCT FROM (plan.state = 'running')
                   AND plan.id IN (SELECT plan_id FROM ar_plan_judged)
                   AND NOT (plan.state = 'running' AND EXISTS (
                       SELECT 1 FROM ar_payment_plan_line other
                        WHERE other.line_id = line.line_id AND other.is_open
                          AND other.id <> line.id))
                """,
                as_of=SQL("%s::date", scope.as_of),
                judged=self._judged_sql(scope),
            )
        )
        self.invalidate_model()
        lines.invalidate_model(["is_open"])
        self.env["ar.payment.plan.instalment"].invalidate_model(["state"])

    def _judged_sql(self, scope) -> SQL:
        """Return every instalment of the scope's plans with what became of it.

        Money fills the instalments in the order of their days; each is judged by what
        had come by its own deadline. Credit notes make the last ones smaller.
        """
        lines = SQL(
            """
            SELECT part.id, line.line_id, part.deadline,
                   line.cash_before, line.credited_before
              FROM ar_payment_plan_line line
              JOIN ar_payment_plan plan ON plan.id = line.plan_id
              JOIN ar_payment_plan_instalment part ON part.plan_id = plan.id
              JOIN (%s) scope ON scope.account_id = plan.account_id
             WHERE plan.state IN ('running', 'broken', 'kept')
            """,
            scope.accounts,
        )
        money = SQL(
            """
            SELECT id, SUM(in_time) AS in_time, SUM(paid) AS paid,
                   SUM(credited) AS credited
              FROM (%s) money GROUP BY id
            """,
            self.env["ar.commitment"]._money_sql(scope, lines),
        )
        return SQL(
            """
            SELECT part.id, part.plan_id, plan.on_missed, money.paid AS received,
                   CASE WHEN money.in_time >= wanted.by_then THEN 'paid'
                        WHEN %(as_of)s <= part.deadline THEN 'coming'
                        WHEN money.paid >= wanted.by_then THEN 'late'
                        ELSE 'missed' END AS state
              FROM ar_payment_plan_instalment part
              JOIN ar_payment_plan plan ON plan.id = part.plan_id
              JOIN (%(money)s) money ON money.id = part.id
        CROSS JOIN LATERAL (
                    SELECT LEAST(
                               (SELECT SUM(before.amount)
                                  FROM ar_payment_plan_instalment before
                                 WHERE before.plan_id = part.plan_id
                                   AND (before.date, before.id)
                                       <= (part.date, part.id)),
                               GREATEST(0, plan.amount - money.credited)) AS by_then
                   ) wanted
            """,
            as_of=SQL("%s::date", scope.as_of),
            money=money,
        )
