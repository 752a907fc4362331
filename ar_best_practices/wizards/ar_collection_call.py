"""The call screen: who, what to say, what was said, what comes next; one form."""

from datetime import timezone

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_time, get_lang

from ..models.ar_collection_action import OBTAINED
from ..tools import dates

REACHED = ("promise", "plan", "paid", "answered", "nothing")
TODO, CALL = "mail.mail_activity_data_todo", "mail.mail_activity_data_call"


class ArCollectionCall(models.TransientModel):
    _name = "ar.collection.call"
    _description = "Call screen"

    account_id = fields.Many2one("ar.account", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="account_id.partner_id")
    company_id = fields.Many2one(related="account_id.company_id")
    start = fields.Datetime(default=fields.Datetime.now, readonly=True)
    contact_id = fields.Many2one(
        "res.partner",
        string="Person",
        compute="_compute_contact_id",
        store=True,
        readonly=False,
        domain="[('id', 'child_of', partner_id)]",
    )
    phone = fields.Char(related="contact_id.phone")
    contact_words = fields.Char(string="How to speak", compute="_compute_contact_words")
    warning = fields.Char(compute="_compute_warning")
    script = fields.Html(compute="_compute_script")
    behavior_summary = fields.Char(related="account_id.behavior_summary")
    promise_summary = fields.Char(related="account_id.promise_summary")
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True
    )
    amount_to_collect = fields.Monetary(
        related="account_id.amount_to_collect",
        currency_field="company_currency_id",
    )
    company_currency_id = fields.Many2one(related="account_id.currency_id")
    line_ids = fields.Many2many(
        "account.move.line",
        string="Invoices talked about",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', open_line_ids)]",
    )
    open_line_ids = fields.Many2many(related="account_id.open_line_ids")

    direction = fields.Selection(
        [("out", "We called"), ("in", "They called")], required=True, default="out"
    )
    outcome = fields.Selection(
        selection=lambda self: (
            self.env["ar.collection.action"]
            ._fields["outcome"]
            ._description_selection(self.env)
        ),
        help="What came of the call.",
    )
    reason_id = fields.Many2one(
        "ar.nonpayment.reason",
        help="Why it is not paid: mandatory when nothing was obtained.",
    )
    reason_action = fields.Char(related="reason_id.next_action")
    note = fields.Char()

    promise_amount = fields.Monetary(
        string="Amount", compute="_compute_promise_amount", store=True, readonly=False
    )
    promise_date = fields.Date(string="Day")
    promise_means = fields.Selection(
        selection=lambda self: self.env["ar.payment.promise"]._get_means_selection(),
        string="Means",
        default="transfer",
    )
    confirm = fields.Boolean(
        string="Confirm by mail",
        default=True,
        help="A short mail that repeats what was agreed.",
    )
    plan_count = fields.Integer(string="Instalments", default=3)
    plan_every = fields.Integer(string="Days between them", default=30)
    dispute = fields.Boolean(
        string="They dispute these invoices",
        help="The invoices talked about leave reminders until this is settled.",
    )

    next_date = fields.Date(
        string="Next step on", compute="_compute_next", store=True, readonly=False
    )
    next_words = fields.Char(
        string="Next step", compute="_compute_next", store=True, readonly=False
    )

    # ------------------------------------------------------------------
    # What is shown
    # ------------------------------------------------------------------

    @api.depends("account_id")
    def _compute_contact_id(self):
        for call in self:
            call.contact_id = call.account_id._get_contact_for_calls()

    @api.depends("contact_id")
    def _compute_contact_words(self):
        for call in self:
            call.contact_words = call._get_contact_words()

    def _get_contact_words(self) -> str:
        """Say how this person likes to be spoken to."""
        person = self.contact_id
        style = dict(person._fields["ar_style"]._description_selection(self.env))
        words = [get_lang(self.env, person.lang).name if person.lang else ""]
        words.append(style.get(person.ar_style, ""))
        words += [
            self.env._(
                "%(day)s %(start)s–%(end)s",
                day=dict(slot._fields["weekday"]._description_selection(self.env))[
                    slot.weekday
                ],
                start=f"{slot.hour_from:g}",
                end=f"{slot.hour_to:g}",
            )
            for slot in person.ar_hours
        ]
        return " · ".join(filter(None, words))

    @api.depends("contact_id", "direction")
    def _compute_warning(self):
        for call in self:
            call.warning = call.direction == "out" and call._get_warning()

    def _get_warning(self) -> str | bool:
        """Say why now is not the moment to call this person, if it is not."""
        if words := self.account_id._get_no_call_words(self.contact_id):
            return words
        now = fields.Datetime.now()
        opening = self.contact_id._ar_next_opening(now) if self.contact_id else now
        if opening == now:
            return False
        zone = self.contact_id.tz or self.env.user.tz or "UTC"
        local = opening.replace(tzinfo=timezone.utc).astimezone(pytz.timezone(zone))
        return self.env._(
            "Outside the hours of this person, who may be called from %(day)s"
            " %(hour)s (their time).",
            day=format_date(self.env, local.date()),
            hour=format_time(self.env, local.time(), time_format="short"),
        )

    @api.depends("account_id", "contact_id")
    def _compute_script(self):
        for call in self:
            account = call.account_id
            script = self.env["ar.call.script"]._find(
                account._get_call_situation(), account.payer_profile_id
            )
            lang = call.contact_id.lang or account.partner_id.lang
            call.script = script.with_context(lang=lang or self.env.lang).body

    @api.depends("account_id")
    def _compute_line_ids(self):
        for call in self:
            lines = self.env["ar.payment.promise"]._get_default_lines(call.account_id)
            taken = self.env["ar.payment.promise.line"].search(
                [("line_id", "in", lines.ids), ("is_open", "=", True)]
            )
            call.line_ids = (lines - taken.line_id) or lines

    @api.depends("line_ids")
    def _compute_currency_id(self):
        for call in self:
            lines = call.line_ids
            call.currency_id = lines.currency_id[:1] or call.account_id.currency_id

    @api.depends("line_ids")
    def _compute_promise_amount(self):
        for call in self:
            call.promise_amount = sum(call.line_ids.mapped("amount_residual_currency"))

    @api.depends("outcome", "reason_id", "promise_date")
    def _compute_next(self):
        for call in self:
            call.next_date, call.next_words = call._get_next_step()

    def _get_next_step(self) -> tuple:
        """Return (day, words) of the next step that the outcome asks for."""
        today = self.account_id._today(self.company_id)
        if self.outcome in ("promise", "plan", "paid"):
            return False, False  # the promise itself comes back when it is broken
        if self.reason_id:
            days = max(1, self.reason_id.next_days)
            return dates.add_business_days(today, days), self.reason_id.next_action
        if self.outcome in ("no_answer", "message", "other"):
            return dates.add_business_days(today, 1), self.env._("Call again")
        return False, False

    # ------------------------------------------------------------------
    # Save
    # ------------------------------------------------------------------

    def action_save(self):
        """Log the call with all that follows from it; all or nothing."""
        self.ensure_one()
        self._check()
        values = self._prepare_action()
        if self.outcome == "promise":
            values["promise_id"] = self._make_promise().id
        if self.outcome == "plan":
            values["plan_id"] = self._make_plan().id
        if self.dispute:
            words = self.note or ""
            self.account_id._open_dispute(self.line_ids, words, channel="phone")
        self.env["ar.collection.action"].create(values)
        self._pause()
        self._plan_next_step()
        self.account_id._mark_dirty()
        return {"type": "ir.actions.act_window_close"}

    def action_save_and_next(self):
        """Save, then the next customer of my day."""
        self.action_save()
        return self.env["ar.worklist"]._open_next(self.account_id)

    def _check(self):
        if not self.outcome:
            raise UserError(self.env._("Choose what came of the call."))
        forbidden = self.account_id._get_no_call_words(self.contact_id)
        if forbidden and self.direction == "out":
            raise UserError(forbidden)
        if self.outcome == "promise" and not self.promise_date:
            raise UserError(self.env._("On which day will it be paid?"))
        if self.outcome == "plan" and not self.promise_date:
            raise UserError(self.env._("On which day is the first instalment?"))

    def _prepare_action(self) -> dict:
        minutes = (fields.Datetime.now() - self.start).total_seconds() / 60
        residuals = sum(self.line_ids.mapped("amount_residual"))
        return {
            "account_id": self.account_id.id,
            "direction": self.direction,
            "channel": "phone",
            "contact_id": self.contact_id.id,
            "outcome": self.outcome,
            "right_party": self.outcome in REACHED,
            "reason_id": self.reason_id.id
            if self.outcome not in OBTAINED or self.reason_id
            else False,
            "note": self.note,
            "amount": residuals,
            "move_ids": [fields.Command.set(self.line_ids.move_id.ids)],
            "next_date": self.next_date,
            "next_words": self.next_words,
            "minutes": round(max(0, minutes), 1),
        }

    def _make_promise(self):
        promise = self.env["ar.payment.promise"]._make(
            self.account_id,
            self.promise_amount,
            self.promise_date,
            self.line_ids,
            means=self.promise_means,
            origin="call",
            contact=self.contact_id,
            note=self.note,
        )
        if self.confirm:
            promise._send_confirmation()
        return promise

    def _make_plan(self):
        """Return a plan of equal instalments; the last one takes the rest."""
        count = max(1, self.plan_count)
        part = self.currency_id.round(self.promise_amount / count)
        amounts = [part] * (count - 1)
        amounts.append(self.currency_id.round(self.promise_amount - sum(amounts)))
        days = [
            fields.Date.add(self.promise_date, days=number * self.plan_every)
            for number in range(count)
        ]
        plan = self.env["ar.payment.plan"]._make(
            self.account_id,
            list(zip(days, amounts, strict=True)),
            self.line_ids,
            contact=self.contact_id,
        )
        plan.action_accept()
        return plan

    def _pause(self):
        """Do to reminders what the reason says, on the invoices talked about."""
        reason = self.reason_id
        if reason.pause not in ("days", "stop") or not self.line_ids:
            return
        today = self.account_id._today(self.company_id)
        until = reason.pause == "days" and fields.Date.add(
            today, days=reason.pause_days
        )
        items = self.env["ar.item"]._get_or_create(self.line_ids)
        items._exclude(reason.display_name, until)

    def _plan_next_step(self):
        """Replace what was to be done today by the next step."""
        account = self.account_id
        today = fields.Date.context_today(self)
        done = account.activity_ids.filtered(
            lambda activity: (
                activity.date_deadline <= today and activity.user_id == self.env.user
            )
        )
        done.action_feedback(feedback=self.note or "")
        if self.next_date:
            account.activity_schedule(
                CALL,
                date_deadline=self.next_date,
                summary=self.next_words or self.env._("Next step"),
                user_id=account._get_reason_owner(self.reason_id).id,
            )
