"""A dunning run: proposed with its reasons, approved by a person, sent at most once."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from .ar_dunning_channel import PAPER
from .ar_dunning_level import RANKS
from .ar_dunning_notice_line import ArDunningNoticeLine

_logger = logging.getLogger(__name__)

BUSY = ("proposed", "approved", "sending")
# What a proposal answers: another question wants another proposal.
QUESTION = {"company_id", "date", "mode", "imposed_kind", "account_ids"}
PROPOSAL_DAYS = 90
PURGE_BATCH = 50

# What else is kept as long as runs are.
KEPT_AS_LONG = (
    "ar.account.decision",
    "ar.collection.action",
    "ar.matching.proposal",
    "ar.payment.promise",
    "ar.payment.plan",
)


class ArDunningRun(models.Model):
    """A dated decision on every open item, and what became of it.

    Growth: about 250 rows per company and year, kept for ``ar_retention_years``: a run
    is a proof. Purged: ``_gc_expired``; proposals that nobody approved lose their
    notices after ``PROPOSAL_DAYS`` (``_gc_proposals``).
    """

    _name = "ar.dunning.run"
    _description = "Dunning run"
    _inherit = [
        "ar.guarded",
        "mail.thread",
        "mail.activity.mixin",
        "ar.dunning.proposal",
        "ar.dunning.forecast",
        "ar.dunning.sending",
        "ar.dunning.letter",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.root_id,
        index=True,
        domain="[('parent_id', '=', False)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_trial = fields.Boolean(related="company_id.ar_is_trial")
    date = fields.Date(
        required=True,
        default=lambda self: self.env["ar.account"]._today(self.env.company),
        help="Amounts, due dates and exclusions are those of this day.",
    )
    mode = fields.Selection(
        [("increment", "Next level"), ("imposed", "Imposed level")],
        required=True,
        default="increment",
        help="Next level: each item goes one level on. Imposed: the selected"
        " customers all get the same level.",
    )
    imposed_kind = fields.Selection(
        selection=lambda self: (
            self.env["ar.dunning.level"]
            ._fields["kind"]
            ._description_selection(self.env)
        ),
        string="Imposed level",
    )
    imposed_reason = fields.Char(
        string="Why this level",
        help="Why the usual sequence of levels is left this time.",
    )
    account_ids = fields.Many2many(
        "ar.account",
        string="Selected customers",
        help="Customers of an imposed run; empty means all.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("sending", "Sending"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    automatic = fields.Boolean(
        readonly=True, help="Made by the morning job, for automatic levels only."
    )
    replaced_run_id = fields.Many2one(
        "ar.dunning.run", string="Replaces", readonly=True, copy=False
    )
    proposed_date = fields.Datetime(string="As of", readonly=True, copy=False)
    approved_uid = fields.Many2one(
        "res.users", string="Approved by", readonly=True, copy=False
    )
    approved_date = fields.Datetime(string="Approved on", readonly=True, copy=False)
    item_count = fields.Integer(
        string="Overdue items",
        readonly=True,
        copy=False,
        help="All overdue items of the day, in or out, before exclusions and netting.",
    )
    overdue_total = fields.Monetary(string="Overdue", readonly=True, copy=False)
    notice_count = fields.Integer(string="Notices", readonly=True, copy=False)
    notice_item_count = fields.Integer(string="Items", readonly=True, copy=False)
    notice_total = fields.Monetary(
        string="Asked", readonly=True, copy=False, help="What the notices ask for."
    )
    out_items = fields.Json(string="Left out by code", readonly=True, copy=False)
    out_summary = fields.Char(
        string="Left out", compute="_compute_out_summary", help="Items by reason."
    )
    out_count = fields.Integer(compute="_compute_out_summary", string="Items left out")
    channel_summary = fields.Char(
        string="By channel", compute="_compute_channel_summary"
    )
    currency_summary = fields.Char(
        compute="_compute_currency_summary", string="By currency"
    )
    progress = fields.Float(
        compute="_compute_progress", help="Share of notices dealt with."
    )
    to_approve_count = fields.Integer(
        string="To approve",
        compute="_compute_progress",
        help="Notices that an approval would let go.",
    )
    excluded_count = fields.Integer(
        compute="_compute_progress", string="Notices left out by a person"
    )
    letter_count = fields.Integer(compute="_compute_progress", string="Letters")
    is_past = fields.Boolean(string="Of a past day", compute="_compute_is_past")
    out_details = fields.Json(
        string="Left out by reason", compute="_compute_out_summary"
    )
    warning = fields.Char(compute="_compute_warning")
    notice_ids = fields.One2many("ar.dunning.notice", "run_id")
    line_ids = fields.One2many("ar.dunning.notice.line", "run_id")
    out_line_ids = fields.One2many(
        "ar.dunning.notice.line",
        "run_id",
        string="List of items left out",
        domain=[("included", "=", False)],
    )

    _one_busy_run = models.UniqueIndex(
        "(company_id) WHERE state IN ('proposed', 'approved', 'sending')",
        "Another dunning run of this company is not finished: send or cancel it first.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("date", "company_id")
    def _compute_name(self):
        for run in self:
            lang = run.company_id.partner_id.lang or self.env.lang
            run.name = run.with_context(lang=lang)._get_title()

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = run._get_title()

    def _get_title(self) -> str:
        """Return the name of the run, with its date, in the language of the reader."""
        day = format_date(self.env, self.date) if self.date else ""
        return self.env._("Run of %(date)s", date=day)

    @api.depends("out_items")
    def _compute_out_summary(self):
        labels = dict(
            ArDunningNoticeLine._get_reason_selection(
                self.env["ar.dunning.notice.line"]
            )
        )
        for run in self:
            out = run.out_items or {}
            run.out_count = sum(count for count, _amount in out.values())
            run.out_summary = " · ".join(
                f"{labels.get(code, code)} {count}"
                for code, (count, _amount) in out.items()
            )
            run.out_details = [
                {
                    "code": code,
                    "label": labels.get(code, code),
                    "count": count,
                    "amount": amount,
                }
                for code, (count, amount) in out.items()
            ]

    @api.depends("notice_ids.channel", "notice_ids.state")
    def _compute_channel_summary(self):
        labels = dict(
            self.env["ar.dunning.notice"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
        rows = self.env["ar.dunning.notice"]._read_group(
            [("run_id", "in", self.ids), ("state", "!=", "excluded")],
            ["run_id", "channel"],
            ["__count"],
        )
        for run in self:
            run.channel_summary = " · ".join(
                f"{labels[channel]} {count}"
                for group, channel, count in rows
                if group == run
            )

    def _compute_currency_summary(self):
        rows = self.env["ar.dunning.notice.line"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("included", "=", True),
                ("notice_id.state", "!=", "excluded"),
            ],
            ["run_id", "currency_id"],
            ["amount_currency:sum"],
        )
        for run in self:
            mine = [row[1:] for row in rows if row[0] == run]
            # One currency, the company's own: the total says it already.
            foreign = any(currency != run.currency_id for currency, _amount in mine)
            run.currency_summary = foreign and " · ".join(
                currency.format(amount) for currency, amount in mine
            )

    @api.depends("notice_ids.state")
    def _compute_progress(self):
        counts = self.env["ar.dunning.notice"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        letters = self._count_letters()
        for run in self:
            mine = {state: count for group, state, count in counts if group == run}
            run.letter_count = letters.get(run, 0)
            run.excluded_count = mine.pop("excluded", 0)
            run.to_approve_count = mine.get("proposed", 0)
            waiting = mine.get("proposed", 0) + mine.get("approved", 0)
            waiting += mine.get("sending", 0)
            total = sum(mine.values())
            run.progress = 100 * (total - waiting) / total if total else 0

    def _count_letters(self) -> dict:
        """Return how many letters of each run may be printed."""
        rows = self.env["ar.dunning.notice"]._read_group(
            [
                ("run_id", "in", self.ids),
                ("channel", "in", PAPER),
                ("state", "in", ("approved", "sending", "sent")),
            ],
            ["run_id"],
            ["__count"],
        )
        return dict(rows)

    @api.depends("date", "company_id")
    def _compute_is_past(self):
        for run in self:
            run.is_past = bool(run.date) and run._is_past()

    @api.depends("company_id", "notice_ids.state", "state")
    def _compute_warning(self):
        for run in self:
            run.warning = " ".join(run._get_warnings()) or False

    def _get_warnings(self) -> list[str]:
        """Return what a person should know before approving, in words."""
        warnings = []
        if other := self._get_replaced_run():
            warnings.append(
                self.env._(
                    "“%(name)s” is proposed and not approved: proposing this run"
                    " replaces it.",
                    name=other.name,
                )
            )
        if not self.company_id.alias_domain_id:
            warnings.append(
                self.env._(
                    "This company has no mail alias domain: customers' answers will not"
                    " come back here. Set one under Settings ▸ Alias Domain."
                )
            )
        if unknown := self._count_notices("unknown"):
            warnings.append(
                self.env._(
                    "Notices that may or may not have left: %(count)s. Say for each"
                    " one whether it was sent.",
                    count=unknown,
                )
            )
        if failed := self._count_notices("failed"):
            warnings.append(
                self.env._("Notices that could not be sent: %(count)s.", count=failed)
            )
        return warnings

    def _get_replaced_run(self):
        """Return the proposal of the same company that proposing this one cancels."""
        self.ensure_one()
        if self.state not in ("draft", "proposed"):
            return self.browse()
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "=", "proposed"),
            ("id", "!=", self._origin.id),
        ]
        return self.search(domain, limit=1)

    def _count_notices(self, state: str) -> int:
        return self.env["ar.dunning.notice"].search_count(
            [("run_id", "in", self.ids), ("state", "=", state)]
        )

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("company_id")
    def _check_root_company(self):
        if any(run.company_id.parent_id for run in self):
            raise ValidationError(
                self.env._("A run is made for a main company: its branches are in it.")
            )

    @api.constrains("mode", "imposed_kind")
    def _check_imposed_kind(self):
        if any(run.mode == "imposed" and not run.imposed_kind for run in self):
            raise ValidationError(self.env._("Choose the level to impose."))

    def write(self, vals):
        result = super().write(vals)
        if QUESTION.intersection(vals) and not self.env.su:
            self._ask_again()
        return result

    def _ask_again(self):
        """Take back a proposal whose question was changed: nobody approves the answer
        to another one."""
        if any(run.state not in ("draft", "proposed") for run in self):
            raise UserError(
                self.env._("This run is already approved: make a new one instead.")
            )
        # sudo: the state is the run's own to write
        self.filtered(lambda run: run.state == "proposed").sudo().state = "draft"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.env.su and self.env.context.get("ar_retention_over"):
            return
        if any(run.state in ("approved", "sending", "done") for run in self):
            raise UserError(self.env._("A run that was sent is a proof: it stays."))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_propose(self):
        """Decide for every open item whether it is reminded today, and say why."""
        for run in self._checked_sudo():
            run._check_can_propose()
            run._replace_unapproved()
            run.write({"state": "proposed", "proposed_date": fields.Datetime.now()})
            run.flush_recordset()
            run._propose()
        return True

    def action_approve(self):
        """Approve the notices that are still in; nothing is sent yet."""
        self._check_may_approve()
        for run in self._checked_sudo():
            if run.state != "proposed":
                raise UserError(self.env._("Only a proposed run can be approved."))
            run.notice_ids.filtered(lambda n: n.state == "proposed")._approve()
            run.write(
                {
                    "state": "approved",
                    "approved_uid": self.env.uid,
                    "approved_date": fields.Datetime.now(),
                }
            )
            if run.automatic:
                run.company_id.ar_automatic_approved = True  # one consent, kept
        return True

    def action_send(self):
        """Send what was approved, in the background and in batches."""
        self._check_may_approve()
        for run in self._checked_sudo():
            run._check_can_send()
            run._resume()
        return True

    def action_approve_and_send(self):
        """Approve and send in one click."""
        self.action_approve()
        return self.action_send()

    def action_cancel(self):
        """Give up what has not left yet."""
        for run in self._checked_sudo():
            if run.state == "done":
                raise UserError(
                    self.env._("This run is done: nothing is left to cancel.")
                )
            run.notice_ids.filtered(
                lambda n: n.state in ("proposed", "approved")
            ).write({"state": "cancelled"})
            run.state = "cancelled"
        return True

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------

    def action_open_notices(self):
        """Open all notices of this run, to review many at once."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_dunning_notice_action"
        )
        return action | {
            "display_name": self.display_name,
            "domain": [("run_id", "in", self.ids)],
            "context": {"search_default_group_by_strategy": 1},
        }

    def action_open_out_lines(self):
        """Open the items left out, by reason (one reason: `out_code` in context)."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_dunning_notice_line_action"
        )
        domain = [("run_id", "in", self.ids), ("included", "=", False)]
        code = self.env.context.get("out_code")
        if code:
            domain.append(("reason_code", "=", code))
        return action | {
            "display_name": self.env._("Items left out"),
            "domain": domain,
            "context": {} if code else {"search_default_group_by_reason": 1},
        }

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_can_propose(self):
        self.ensure_one()
        if self.state not in ("draft", "proposed"):
            raise UserError(
                self.env._("This run is already approved: make a new one instead.")
            )

    def _check_may_approve(self):
        if not self.env.user.has_group("ar_best_practices.group_ar_collector"):
            raise UserError(self.env._("Only a collector can approve reminders."))

    def _check_can_send(self):
        self.ensure_one()
        if self.state not in ("approved", "sending"):
            raise UserError(self.env._("Approve the run before sending it."))
        if self._is_past() and not self.company_id.ar_is_trial:
            raise UserError(
                self.env._(
                    "This run speaks of %(date)s: reminders of a past day are never"
                    " sent. Make a run of today.",
                    date=self.date,
                )
            )

    def _is_past(self) -> bool:
        return self.date < self.env["ar.account"]._today(self.company_id)

    def _replace_unapproved(self):
        """Cancel the proposal that this one replaces; refuse while one is sending.

        Waits for a proposal of the same company that is being made.
        """
        self.env.cr.execute(
            SQL(
                "SELECT pg_advisory_xact_lock(hashtext('ar.dunning.run'), %s)",
                self.company_id.id,
            )
        )
        others = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", BUSY),
                ("id", "!=", self.id),
            ]
        )
        if others.filtered(lambda run: run.state != "proposed"):
            raise UserError(
                self.env._(
                    "The run “%(name)s” is approved and not finished: send or cancel it"
                    " first.",
                    name=others[0].name,
                )
            )
        others.action_cancel()
        if others:
            others.flush_recordset()
            self.replaced_run_id = others[0]

    def _refresh_totals(self):
        """Say again what the notices ask for, once a person left some out."""
        rows = self.env["ar.dunning.notice"]._read_group(
            [("run_id", "in", self.ids), ("state", "!=", "excluded")],
            ["run_id"],
            ["__count", "item_count:sum", "amount:sum"],
        )
        totals = {run: totals for run, *totals in rows}
        for run in self.sudo():  # sums of what a person has just been allowed to change
            count, items, amount = totals.get(run, (0, 0, 0.0))
            run.write(
                {
                    "notice_count": count,
                    "notice_item_count": items,
                    "notice_total": amount,
                }
            )

    def _get_imposed_rank(self) -> int | None:
        return RANKS.get(self.imposed_kind)

    # ------------------------------------------------------------------
    # Purge
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_proposals(self):
        """Forget the notices of proposals that were given up: nobody was asked."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=PROPOSAL_DAYS)
        runs = self.search(
            [
                ("state", "=", "cancelled"),
                ("approved_date", "=", False),
                ("proposed_date", "<", limit),
                ("line_ids", "!=", False),
            ],
            limit=PURGE_BATCH,
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM ar_dunning_notice_line WHERE run_id IN %(runs)s;
                DELETE FROM ar_dunning_notice WHERE run_id IN %(runs)s
                """,
                runs=tuple(runs.ids) or (0,),
            )
        )
        self.env.invalidate_all()

    @api.autovacuum
    def _gc_expired(self):
        """Delete runs older than their company keeps them, with all that is theirs,
        unless an item of theirs is still open."""
        for company in self.env["res.company"].search([("ar_retention_years", ">", 0)]):
            limit = fields.Date.subtract(
                fields.Date.today(), years=company.ar_retention_years
            )
            runs = self.search(
                [
                    ("company_id", "=", company.id),
                    ("date", "<", limit),
                    ("state", "in", ("draft", "done", "cancelled")),
                    ("line_ids", "not any", [("line_id.amount_residual", "!=", 0)]),
                ],
                order="date",
                limit=PURGE_BATCH,
            ).with_context(ar_retention_over=True)
            runs.notice_ids.mail_id.unlink()
            runs.notice_ids._unlink_sms()
            runs.notice_ids.unlink()  # with their files
            runs.unlink()
            for name in KEPT_AS_LONG:
                self.env[name]._gc_older_than(company, limit)

    # ------------------------------------------------------------------
    # Morning job
    # ------------------------------------------------------------------

    @api.model
    def _cron_morning(self):
        """Propose today's automatic reminders of each company and send them, once a
        person has approved a first run. After days of silence only today's is made."""
        companies = self.env["res.company"].search(
            [("parent_id", "=", False), ("ar_is_trial", "=", False)]
        )
        self.env["ir.cron"]._commit_progress(remaining=len(companies))
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    self.with_company(company)._run_morning(company)
            except Exception:  # one company's trouble is not the others'
                _logger.exception("Automatic reminders of %s", company.name)
            self.env["ir.cron"]._commit_progress(1)

    def _run_morning(self, company):
        today = self.env["ar.account"]._today(company)
        busy = self.search([("company_id", "=", company.id), ("state", "in", BUSY)])
        done = self.search(
            [
                ("company_id", "=", company.id),
                ("date", "=", today),
                ("automatic", "=", True),
                ("state", "!=", "cancelled"),
            ]
        )
        if busy.filtered(lambda run: run.state != "proposed" or not run.automatic):
            return  # a person is at work on a run: do not take it away
        if done - busy:
            return
        run = self.create({"company_id": company.id, "date": today, "automatic": True})
        run.action_propose()
        if not run.notice_ids:
            run.action_cancel()
        elif company.ar_automatic_approved:
            run.action_approve()
            run.action_send()
