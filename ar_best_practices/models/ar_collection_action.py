"""What we did or heard about a customer's debt: coded, append-only, with two times."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Outcomes of a contact after which money is on its way: no reason is asked.
OBTAINED = ("promise", "plan", "paid", "answered")


class ArCollectionAction(models.Model):
    """One contact, in or out, or one remark.

    ``date`` is when it happened, ``create_date`` when it was noted.

    Growth: five to ten rows per late customer and year. Purged with the runs
    (``ar_retention_years``).
    """

    _name = "ar.collection.action"
    _description = "Collection action"
    _inherit = ["ar.guarded", "ar.exportable"]
    _order = "date desc, id desc"

    account_id = fields.Many2one(
        "ar.account",
        string="Customer account",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="account_id.partner_id", string="Customer", store=True
    )
    date = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now, index=True
    )
    direction = fields.Selection(
        [("out", "We contacted"), ("in", "They contacted"), ("internal", "Internal")],
        required=True,
        default="out",
    )
    channel = fields.Selection(
        [
            ("phone", "Phone"),
            ("mail", "Mail"),
            ("sms", "SMS"),
            ("letter", "Letter"),
            ("portal", "Portal"),
            ("visit", "Visit"),
            ("none", "No contact"),
        ],
        required=True,
        default="phone",
    )
    contact_id = fields.Many2one("res.partner", string="Spoken to")
    outcome = fields.Selection(
        [
            ("promise", "Promise"),
            ("plan", "Payment plan"),
            ("paid", "Paid or paying now"),
            ("answered", "Question answered"),
            ("nothing", "Reached, nothing obtained"),
            ("other", "Reached somebody else"),
            ("message", "Message left"),
            ("no_answer", "No answer"),
        ],
        required=True,
        index=True,
    )
    right_party = fields.Boolean(
        string="Right person", help="Somebody able to decide or to pay."
    )
    reason_id = fields.Many2one("ar.nonpayment.reason", index=True, ondelete="restrict")
    reason_owner = fields.Selection(related="reason_id.owner", store=True)
    note = fields.Char()
    author_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="account_id.currency_id")
    amount = fields.Monetary(
        help="What was talked about, in the company's currency, at that moment.",
    )
    move_ids = fields.Many2many("account.move", string="Invoices talked about")
    promise_id = fields.Many2one("ar.payment.promise", ondelete="set null")
    plan_id = fields.Many2one("ar.payment.plan", ondelete="set null")
    next_date = fields.Date(string="Next step on")
    next_words = fields.Char(string="Next step")
    next_done_date = fields.Date(
        string="Next step done on",
        readonly=True,
        help="Day of the action that followed.",
    )
    next_on_time = fields.Boolean(
        string="Next step done in time",
        compute="_compute_next_on_time",
        store=True,
    )
    minutes = fields.Float(help="Minutes that it took.")
    hour = fields.Integer(
        compute="_compute_hour",
        store=True,
        aggregator=None,
        help="Hour of the day, in the company's time zone.",
    )
    log_delay = fields.Float(
        string="Hours until noted",
        compute="_compute_log_delay",
        store=True,
        aggregator="avg",
    )

    @api.depends("date", "company_id")
    def _compute_hour(self):
        for action in self:
            zone = action.company_id.partner_id.tz or self.env.user.tz or "UTC"
            local = fields.Datetime.context_timestamp(
                action.with_context(tz=zone), action.date
            )
            action.hour = local.hour

    @api.depends("date", "create_date")
    def _compute_log_delay(self):
        for action in self:
            noted = action.create_date or fields.Datetime.now()
            action.log_delay = max(0, (noted - action.date).total_seconds() / 3600)

    @api.depends("next_date", "next_done_date")
    def _compute_next_on_time(self):
        for action in self:
            done = action.next_done_date
            action.next_on_time = bool(done and done <= action.next_date)

    @api.constrains("outcome", "reason_id", "direction", "channel")
    def _check_reason(self):
        for action in self:
            talked = action.outcome == "nothing" and action.channel != "none"
            if talked and not action.reason_id:
                raise ValidationError(
                    self.env._(
                        "Nothing was obtained: say why, with one of the reasons for"
                        " not paying."
                    )
                )

    @api.constrains("date")
    def _check_date(self):
        soon = fields.Datetime.add(fields.Datetime.now(), minutes=5)
        if any(action.date > soon for action in self):
            raise ValidationError(
                self.env._("An action is noted once it happened, not before.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(
            [{k: v for k, v in vals.items() if k != "author_id"} for vals in vals_list]
        )
        actions._close_earlier_steps()
        for action in actions:
            action.account_id._note_contact(action.date)
        return actions

    def _close_earlier_steps(self):
        """What was planned before is done with this action."""
        # sudo: what others planned is closed by whoever acts
        earlier = self.sudo().search(
            [
                ("account_id", "in", self.account_id.ids),
                ("id", "not in", self.ids),
                ("next_date", "!=", False),
                ("next_done_date", "=", False),
            ]
        )
        earlier.next_done_date = fields.Date.context_today(self)

    def write(self, vals):
        if not self.env.su and set(vals) - {"note", "account_id"}:
            raise UserError(
                self.env._("What was done is never changed: note what is right beside.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_by_hand(self):
        if not self.env.su:
            raise UserError(self.env._("What was done is never deleted."))

    @api.model
    def _gc_older_than(self, company, limit):
        """Forget the actions of a company done before a day."""
        self.search([("company_id", "=", company.id), ("date", "<", limit)]).unlink()

    # ------------------------------------------------------------------
    # Spreadsheet
    # ------------------------------------------------------------------

    def _get_export_columns(self):
        # EXTENDS ar.exportable
        env = self.env
        return [
            (env._("When"), lambda a: a._local_time(a.date)),
            (env._("Noted"), lambda a: a._local_time(a.create_date)),
            (env._("Hours until noted"), lambda a: round(a.log_delay, 2)),
            (env._("Company"), lambda a: a.company_id.name),
            (env._("Customer"), lambda a: a.partner_id.name),
            (env._("Direction"), lambda a: a._label("direction")),
            (env._("Channel"), lambda a: a._label("channel")),
            (env._("Spoken to"), lambda a: a.contact_id.name or None),
            (env._("Outcome"), lambda a: a._label("outcome")),
            (env._("Right person"), lambda a: a.right_party),
            (env._("Reason code"), lambda a: a.reason_id.code or None),
            (env._("Reason"), lambda a: a.reason_id.name or None),
            (env._("Owner of the reason"), lambda a: a._label("reason_owner")),
            (env._("Amount"), lambda a: a.amount or None),
            (env._("Currency"), lambda a: a.currency_id.name),
            (env._("Invoices"), lambda a: ", ".join(a.move_ids.mapped("name"))),
            (env._("Note"), lambda a: a.note or None),
            (env._("Next step"), lambda a: a.next_words or None),
            (env._("Next step on"), lambda a: a.next_date or None),
            (env._("Next step done on"), lambda a: a.next_done_date or None),
            (env._("Minutes"), lambda a: a.minutes or None),
            (env._("By"), lambda a: a.author_id.name),
        ]

    @api.depends("outcome", "date")
    def _compute_display_name(self):
        labels = dict(self._fields["outcome"]._description_selection(self.env))
        for action in self:
            action.display_name = labels.get(action.outcome)
