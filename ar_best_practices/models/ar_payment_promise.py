"""Promises to pay: made, kept, partly kept, broken or withdrawn, by the matchings."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

TEMPLATE = "ar_best_practices.mail_template_promise"
NOT_KEPT = ("broken", "partly", "withdrawn")


class ArPaymentPromise(models.Model):
    """An amount, a day and the items that it pays.

    Only money keeps a promise, dated by the promised day or within the tolerance.
    Nobody writes the state but the refresh that follows each matching, and whoever
    withdraws.

    Growth: about one row per late customer and month. Purged with the runs
    (``ar_retention_years``).
    """

    _name = "ar.payment.promise"
    _description = "Promise to pay"
    _inherit = ["ar.guarded", "ar.commitment", "mail.thread"]
    _order = "date desc, id desc"

    name = fields.Char(compute="_compute_name")
    amount = fields.Monetary(required=True, readonly=True)
    date = fields.Date(string="Promised for", required=True, readonly=True)
    tolerance = fields.Integer(
        readonly=True,
        help="Working days after the promised day on which money is still in time.",
    )
    deadline = fields.Date(
        required=True,
        readonly=True,
        help="Last day on which money keeps the promise: promised day and tolerance.",
    )
    means = fields.Selection(selection="_get_means_selection", readonly=True)
    origin = fields.Selection(
        [
            ("call", "Call"),
            ("mail", "Mail"),
            ("portal", "Portal"),
            ("person", "By hand"),
        ],
        required=True,
        readonly=True,
        default="person",
    )
    state = fields.Selection(
        [
            ("open", "Running"),
            ("kept", "Kept"),
            ("partly", "Partly kept"),
            ("broken", "Broken"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    received = fields.Monetary(
        string="Received in time",
        readonly=True,
        help="Money that came on these items since, by the last day in time.",
    )
    expected = fields.Monetary(
        string="Still expected of it",
        readonly=True,
        help="The amount, less what credit notes took away since.",
    )
    judged_date = fields.Date(
        string="Decided on",
        readonly=True,
        help="Day on which the promise was found kept, broken or withdrawn.",
    )
    reason = fields.Char(string="Why", readonly=True)
    withdrawn_uid = fields.Many2one("res.users", string="Withdrawn by", readonly=True)
    level = fields.Integer(
        readonly=True,
        help="1 for a first promise; more when earlier ones on the same items were not"
        " kept.",
    )
    line_ids = fields.One2many(
        "ar.payment.promise.line", "promise_id", string="Items", readonly=True
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A promise needs an amount."
    )
    _deadline_after = models.Constraint(
        "CHECK (deadline >= date)", "The tolerance ends after the promised day."
    )

    @api.model
    def _get_means_selection(self) -> list[tuple[str, str]]:
        return [
            ("transfer", self.env._("Transfer")),
            ("card", self.env._("Card or online")),
            ("direct_debit", self.env._("Direct debit")),
            ("cheque", self.env._("Cheque")),
            ("cash", self.env._("Cash")),
            ("other", self.env._("Other")),
        ]

    @api.depends("amount", "currency_id", "date")
    def _compute_name(self):
        for promise in self:
            promise.name = self.env._(
                "%(amount)s for %(date)s",
                amount=promise.currency_id.format(promise.amount or 0),
                date=format_date(self.env, promise.date),
            )

    # ------------------------------------------------------------------
    # Made
    # ------------------------------------------------------------------

    @api.model
    def _make(
        self,
        account,
        amount: float,
        date,
        lines=None,
        means: str = "transfer",
        origin: str = "person",
        contact=None,
        note: str | bool = False,
    ):
        """Register a promise and return it.

        :param lines: the items it pays; none: the overdue items, oldest first
        :raise UserError: a day in the past, an item that another promise covers, more
            than is open
        """
        account.ensure_one()
        account.check_access("write")
        day = fields.Date.to_date(date)
        if day < account._today(account.company_id):
            raise UserError(self.env._("A promise is for today or later."))
        lines = lines or self._get_default_lines(account)
        self._check_not_promised(lines)
        currency = self._check_lines(account, lines)
        self._check_amount(lines, currency, amount)
        parts = self._allocate(lines, amount)
        tolerance = account.company_id.ar_promise_tolerance
        # sudo: the columns of a promise are nobody's to write; the right was checked
        promise = self.sudo().create(
            {
                "account_id": account.id,
                "currency_id": currency.id,
                "amount": amount,
                "expected": amount,
                "date": day,
                "tolerance": tolerance,
                "deadline": self._get_deadline(account, day, tolerance),
                "means": means,
                "origin": origin,
                "contact_id": contact.id if contact else False,
                "user_id": self.env.uid,
                "note": note,
                "level": 1 + self._count_not_kept(lines),
                "line_ids": [
                    fields.Command.create(values | {"currency_id": currency.id})
                    for values in self._prepare_lines(parts)
                ],
            }
        )
        account._mark_dirty()
        account.invalidate_recordset()
        return promise.with_env(self.env)

    def _check_not_promised(self, lines):
        """One open promise per item."""
        taken = self.env["ar.payment.promise.line"].sudo()  # of a colleague as well
        taken = taken.search([("line_id", "in", lines.ids), ("is_open", "=", True)])
        if taken:
            raise UserError(
                self.env._(
                    "Already promised: %(items)s. An item has one promise at a time.",
                    items=", ".join(taken.mapped("number")),
                )
            )

    def _count_not_kept(self, lines) -> int:
        """Return how many promises on these items were not kept, at most per item."""
        rows = self.env["ar.payment.promise.line"].sudo()  # counted, not shown
        counts = rows._read_group(
            [("line_id", "in", lines.ids), ("promise_id.state", "in", NOT_KEPT)],
            ["line_id"],
            ["__count"],
        )
        return max((count for _line, count in counts), default=0)

    def _send_confirmation(self):
        """Confirm in writing what was said, to the person who said it."""
        template = self.env.ref(TEMPLATE, raise_if_not_found=False)
        for promise in self:
            company = promise.company_id
            # In a trial company no message ever reaches a customer.
            if not template or company.ar_is_trial or not promise._get_email():
                continue
            # sudo: collectors may not edit templates, and need not read them
            template.sudo().send_mail(
                promise.id, email_layout_xmlid="mail.mail_notification_light"
            )

    def _get_email(self) -> str:
        """Return where a confirmation goes, empty when there is no address."""
        self.ensure_one()
        fallback = self.account_id._get_contact_rows()[self.account_id.id].email
        return self.contact_id.email_normalized or fallback or ""

    def _get_lang(self) -> str:
        """Return the language of a confirmation."""
        person = self.contact_id or self.partner_id
        return person.lang or self.company_id.partner_id.lang

    # ------------------------------------------------------------------
    # Judged
    # ------------------------------------------------------------------

    @api.model
    def _judge(self, scope):
        """Decide the promises of the scope again from the matchings: one statement.

        A payment that is undone, or found late, changes the verdict; a withdrawal by a
        person stays.
        """
        lines = self.env["ar.payment.promise.line"]
        self.flush_model()
        lines._relink_orphans()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_payment_promise promise
                   SET state = judged.state, received = judged.received,
                       expected = judged.expected,
                       reason = CASE judged.state
                           WHEN 'withdrawn' THEN %(void)s ELSE NULL END,
                       judged_date = CASE
                           WHEN judged.state = 'open' THEN NULL
                           WHEN judged.state = promise.state THEN promise.judged_date
                           ELSE %(as_of)s END
                  FROM (%(judged)s) judged
                 WHERE judged.id = promise.id
                   AND (promise.state, promise.received, promise.expected)
                       IS DISTINCT FROM
                       (judged.state, judged.received, judged.expected);
                UPDATE ar_payment_promise_line line
                   SET is_open = fresh.is_open
                  FROM (%(open_lines)s) fresh
                 WHERE fresh.id = line.id
                   AND line.is_open IS DISTINCT FROM fresh.is_open
                """,
                open_lines=self._open_line_sql(scope),
                void=self.env._("nothing is left to pay: credited"),
                as_of=SQL("%s::date", scope.as_of),
                judged=self._judged_sql(scope),
            )
        )
        self.invalidate_model()
        lines.invalidate_model(["is_open"])

    def _open_line_sql(self, scope) -> SQL:
        """Return which items are under an open promise: the newest one of each, for
        an older one may come back when its payment is undone."""
        return SQL(
            """
            SELECT line.id,
                   promise.state = 'open' AND NOT EXISTS (
                       SELECT 1
                         FROM ar_payment_promise_line newer
                         JOIN ar_payment_promise later ON later.id = newer.promise_id
                        WHERE newer.line_id = line.line_id AND newer.id > line.id
                          AND later.state = 'open') AS is_open
              FROM ar_payment_promise_line line
              JOIN ar_payment_promise promise ON promise.id = line.promise_id
              JOIN (%s) scope ON scope.account_id = promise.account_id
            """,
            scope.accounts,
        )

    def _judged_sql(self, scope) -> SQL:
        """The SQL twin of ``tools.promise``: id, received, expected, state."""
        lines = SQL(
            """
            SELECT line.id, line.line_id, promise.deadline, line.cash_before,
                   line.credited_before
              FROM ar_payment_promise_line line
              JOIN ar_payment_promise promise ON promise.id = line.promise_id
              JOIN (%s) scope ON scope.account_id = promise.account_id
            """,
            scope.accounts,
        )
        return SQL(
            """
            SELECT id, received, expected,
                   CASE WHEN expected <= 0 THEN 'withdrawn'
                        WHEN received >= expected THEN 'kept'
                        WHEN %(as_of)s <= deadline THEN 'open'
                        WHEN received > 0 THEN 'partly'
                        ELSE 'broken' END AS state
              FROM (
                    SELECT promise.id, promise.deadline,
                           SUM(money.in_time) AS received,
                           GREATEST(0, LEAST(promise.amount,
                               SUM(line.residual) - SUM(money.credited))) AS expected
                      FROM ar_payment_promise promise
                      JOIN ar_payment_promise_line line
                        ON line.promise_id = promise.id
                      JOIN (%(money)s) money ON money.id = line.id
                     WHERE promise.withdrawn_uid IS NULL
                  GROUP BY promise.id
                   ) judged
            """,
            as_of=SQL("%s::date", scope.as_of),
            money=self.env["ar.commitment"]._money_sql(scope, lines),
        )

    def action_withdraw(self, reason: str | bool = False):
        """Take a promise back: its items are collected again at once."""
        open_ones = self.filtered(lambda promise: promise.state == "open")
        checked = open_ones._checked_sudo()
        checked.write(
            {
                "state": "withdrawn",
                "withdrawn_uid": self.env.uid,
                "judged_date": fields.Date.context_today(self),
                "reason": reason or self.env._("withdrawn by %s", self.env.user.name),
            }
        )
        checked.line_ids.is_open = False
        checked.account_id._mark_dirty()
        checked.account_id.invalidate_recordset()
        return True
