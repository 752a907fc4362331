"""One message to one customer: at most one per account and run."""

from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, format_date

from .ar_dunning_letter_page import ITEMS_PLACE

PAYMENT_DAYS = 8


class ArDunningNotice(models.Model):
    """Plain rows written by SQL: no thread, no stored computes, no overrides.

    Growth: one row per reminded customer and run (20,000 customers of whom a tenth is
    reminded every week: 100,000 a year), kept as the proof of what was asked for
    ``ar_retention_years``. Purged with its run.
    """

    _name = "ar.dunning.notice"
    _description = "Dunning notice"
    _inherit = [
        "ar.guarded",
        "ar.dunning.posting",
        "ar.dunning.delivery",
        "ar.dunning.letter.page",
    ]
    _order = "rank desc, amount desc, id"

    name = fields.Char(readonly=True)
    run_id = fields.Many2one(
        "ar.dunning.run", required=True, index=True, ondelete="cascade", readonly=True
    )
    run_state = fields.Selection(related="run_id.state", string="State of the run")
    account_id = fields.Many2one(
        "ar.account", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="set null"
    )
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("excluded", "Left out"),
            ("approved", "Approved"),
            ("sending", "Sending"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("unknown", "Unknown"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="proposed",
        readonly=True,
    )
    strategy_id = fields.Many2one("ar.dunning.strategy", readonly=True)
    strategy_reason = fields.Char(string="Why this strategy", readonly=True)
    level_id = fields.Many2one("ar.dunning.level", readonly=True)
    rank = fields.Integer(readonly=True, aggregator=None)
    channel = fields.Selection(
        [
            ("mail", "E-mail"),
            ("sms", "SMS"),
            ("letter", "Letter"),
            ("registered", "Registered"),
            ("phone", "Phone"),
            ("task", "Task"),
        ],
        readonly=True,
    )
    channel_reason = fields.Char(
        string="Why this channel",
        readonly=True,
        help="Empty: it is the channel of the level.",
    )
    automatic = fields.Boolean(readonly=True)
    contact_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    contact_source = fields.Selection(
        [
            ("chosen", "chosen for payments"),
            ("invoice", "invoicing contact"),
            ("customer", "the customer's own address"),
            ("other", "another contact"),
        ],
        readonly=True,
        string="Why this contact",
    )
    email = fields.Char(readonly=True)
    lang = fields.Char(readonly=True)
    style = fields.Char(readonly=True)
    collector_id = fields.Many2one("res.users", readonly=True)
    priority = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Priority of the customer on the day of the run.",
    )
    item_count = fields.Integer(string="Items", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Net of credits, in the company's currency."
    )
    max_days_late = fields.Integer(string="Days late", readonly=True, aggregator="max")
    last_notice_date = fields.Date(string="Message before", readonly=True)
    exclude_reason = fields.Char(string="Why left out", readonly=True)
    deadline_date = fields.Date(string="Pay before", compute="_compute_deadline_date")
    sent_uid = fields.Many2one("res.users", string="Sent by", readonly=True)
    failure_reason = fields.Char(string="What went wrong", readonly=True)
    mail_warning = fields.Char(string="Problem", compute="_compute_mail_warning")
    contact_words = fields.Char(string="Sent to", compute="_compute_contact_words")
    language = fields.Char(compute="_compute_contact_words")
    line_ids = fields.One2many("ar.dunning.notice.line", "notice_id")
    asked_line_ids = fields.One2many(
        "ar.dunning.notice.line",
        "notice_id",
        string="Items asked for",
        domain=[("included", "=", True)],
    )

    _account_run_uniq = models.UniqueIndex(
        "(account_id, run_id)", "A customer gets one notice in a run."
    )
    _to_send = models.Index("(run_id) WHERE state IN ('approved', 'sending')")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = f"{notice.partner_id.name} - {notice.name}"

    @api.depends("run_id.date")
    def _compute_deadline_date(self):
        for notice in self:
            notice.deadline_date = notice.run_id.date + timedelta(days=PAYMENT_DAYS)

    @api.depends("channel", "email", "level_id")
    def _compute_mail_warning(self):
        for notice in self:
            wanted = notice.level_id.channel != "letter" and notice.channel == "letter"
            notice.mail_warning = (
                self.env._("no mail address!") if wanted and not notice.email else False
            )

    @api.depends("channel", "email", "sms_number", "contact_id", "lang")
    def _compute_contact_words(self):
        names = dict(self.env["res.lang"].get_installed())
        for notice in self:
            name = notice.contact_id.name
            address = {"sms": notice.sms_number, "registered": name}
            notice.contact_words = (
                address.get(notice.channel)
                or notice.email
                or notice.mail_warning
                or name
            )
            notice.language = names.get(notice.lang, notice.lang)

    # ------------------------------------------------------------------
    # Review
    # ------------------------------------------------------------------

    def action_exclude(self):
        """Ask why these notices are left out of the run."""
        return self._open_review_wizard("exclude")

    def action_change_level(self):
        """Ask for another level, and why."""
        return self._open_review_wizard("level")

    def action_include_again(self):
        """Put back what a person had left out of the run."""
        self.filtered(lambda notice: notice.state == "excluded")._include_again()
        return True

    def action_open_account(self):
        """Open the customer account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.account",
            "res_id": self.account_id.id,
            "view_mode": "form",
        }

    def action_preview(self):
        """Show what the customer will get."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "ar.dunning.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_notice_id": self.id},
        }

    def _open_review_wizard(self, override: str):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change the proposal"),
            "res_model": "ar.dunning.review",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_notice_ids": self.ids,
                "default_override": override,
            },
        }

    def _check_proposed(self):
        changeable = ("proposed", "excluded")
        if any(n.state not in changeable or n.run_state != "proposed" for n in self):
            raise UserError(
                self.env._("Only a proposed notice can be changed: this one has left.")
            )

    def _exclude(self, reason: str):
        """Leave these notices out of their run; the reason stays on each item."""
        self._check_proposed()
        notices = self._checked_sudo()
        notices.write({"state": "excluded", "exclude_reason": reason})
        notices.line_ids._override("exclude", reason)
        notices.run_id._refresh_totals()

    def _include_again(self):
        self._check_proposed()
        notices = self._checked_sudo()
        notices.write({"state": "proposed", "exclude_reason": False})
        notices.line_ids._override(False, False)
        notices.run_id._refresh_totals()

    def _refresh_from_lines(self, reason: str):
        """Say what is left once items were taken out; nothing left is left out."""
        for notice in self._checked_sudo():
            asked = notice.line_ids.filtered("included")
            steps = asked.filtered("steps")
            if not steps:
                notice.write({"state": "excluded", "exclude_reason": reason})
                continue
            top = max(steps, key=lambda line: line.rank)
            notice.write(
                {
                    "item_count": len(asked.filtered(lambda line: line.amount > 0)),
                    "amount": sum(asked.mapped("amount")),
                    "max_days_late": max(asked.mapped("days_late")),
                    "level_id": top.level_id.id,
                    "rank": top.rank,
                    "name": top.level_id.name,
                    "automatic": False,
                }
            )
            notice._choose_channel()

    def _change_level(self, level, reason: str):
        """Give another level to the notice and to its items."""
        self.ensure_one()
        self._check_proposed()
        notice = self._checked_sudo()
        notice.write(
            {
                "level_id": level.id,
                "rank": level.rank,
                "name": level.name,
                "automatic": False,
            }
        )
        notice._choose_channel()
        notice.line_ids._override("level", reason, level)

    def _choose_channel(self):
        """Take the channel of the level as far as it is possible today."""
        for notice_id, choice in self._get_choices().items():
            channel, reason, mobile, _barred = choice
            self.browse(notice_id).write(
                {
                    "channel": channel,
                    "channel_reason": reason,
                    "sms_number": mobile if channel == "sms" else False,
                }
            )

    def _get_choices(self) -> dict[int, tuple]:
        """Return {id: (channel, reason, mobile number, why no SMS)} as of today."""
        self.env.flush_all()
        found = {}
        for run, notices in self.grouped("run_id").items():
            words = run.with_context(lang=run._get_lang())
            rows = self.env.execute_query(words._chosen_channel_sql(notices))
            found |= {row[0]: row[1:] for row in rows}
        return found

    def _approve(self):
        self._checked_sudo().write({"state": "approved"})

    # ------------------------------------------------------------------
    # After sending
    # ------------------------------------------------------------------

    @api.model
    def _mark_sent(self, notices):
        """Move the levels of the items of these notices: set-based, once."""
        if not notices:
            return
        notices.check_access("write")
        self.env.flush_all()
        self.env.cr.execute(self._item_upsert_sql(notices))
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_account account
                   SET last_notice_date = run.date, last_notice_rank = notice.rank
                  FROM ar_dunning_notice notice
                  JOIN ar_dunning_run run ON run.id = notice.run_id
                 WHERE account.id = notice.account_id AND notice.id IN %s
                """,
                tuple(notices.ids),
            )
        )
        self.env.cr.execute(self._sent_notice_sql(notices))
        notices._apply_level_holds()
        notices.invalidate_recordset()
        self.env["ar.item"].invalidate_model()
        self.env["ar.account"].invalidate_model(
            ["last_notice_date", "last_notice_rank"]
        )

    def _apply_level_holds(self):
        """Hold or watch the customers of levels that say so."""
        # sudo: what a level does is the same whoever sends it
        levels = self.env["ar.dunning.level"].sudo()
        for level in levels.search([("hold_state", "!=", "none")]):
            sent = self.filtered(lambda notice, level=level: notice.level_id == level)
            sent.account_id._hold_by_level(level)

    def _sent_notice_sql(self, notices) -> SQL:
        """All notices at once: the ORM writes them by the hundred."""
        return SQL(
            """
            UPDATE ar_dunning_notice
               SET state = 'sent', sent_date = %(now)s, sent_uid = %(user)s,
                   failure_reason = NULL, write_date = %(now)s, write_uid = %(user)s
             WHERE id IN %(notices)s
            """,
            now=fields.Datetime.now(),
            user=self.env.uid,
            notices=tuple(notices.ids),
        )

    def _item_upsert_sql(self, notices) -> SQL:
        """An item that steps takes its level; one that is only listed, or in an
        imposed run, keeps its own. The message counts for all.

        In the order of the ledger: foreign keys are then checked page by page.
        """
        return SQL(
            """
            INSERT INTO ar_item (line_id, move_id, due_date, company_id, level_id,
                                 level_rank, level_date, last_message_date,
                                 message_count, create_uid, write_uid, create_date,
                                 write_date)
            SELECT line.line_id, line.move_id, line.due_date, notice.company_id,
                   CASE WHEN step THEN line.level_id END,
                   CASE WHEN step THEN line.rank END,
                   CASE WHEN step THEN run.date END,
                   run.date, 1, %(user)s, %(user)s,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM ar_dunning_notice_line line
              JOIN ar_dunning_notice notice ON notice.id = line.notice_id
              JOIN ar_dunning_run run ON run.id = notice.run_id
              JOIN res_company company ON company.id = notice.company_id
        CROSS JOIN LATERAL (
                    SELECT line.steps AND (run.mode = 'increment'
                                           OR company.ar_imposed_moves_level) AS step
                   ) moves
             WHERE notice.id IN %(notices)s
               AND line.included AND line.amount > 0 AND line.line_id IS NOT NULL
          ORDER BY line.line_id
       ON CONFLICT (line_id) WHERE line_id IS NOT NULL DO UPDATE
               SET level_id = COALESCE(EXCLUDED.level_id, ar_item.level_id),
                   level_rank = COALESCE(EXCLUDED.level_rank, ar_item.level_rank),
                   level_date = COALESCE(EXCLUDED.level_date, ar_item.level_date),
                   last_message_date = EXCLUDED.last_message_date,
                   message_count = COALESCE(ar_item.message_count, 0) + 1,
                   write_uid = EXCLUDED.write_uid,
                   write_date = EXCLUDED.write_date
            """,
            user=self.env.uid,
            notices=tuple(notices.ids),
        )

    @api.model
    def _merge_accounts(self, source, target):
        """Bring notices of a merged account along; a run keeps one per customer."""
        for notice in self.sudo().search([("account_id", "=", source.id)]):
            twin = self.sudo().search(
                [("account_id", "=", target.id), ("run_id", "=", notice.run_id.id)]
            )
            if twin:
                notice.line_ids.write({"notice_id": twin.id, "account_id": target.id})
                twin.write(
                    {
                        "amount": twin.amount + notice.amount,
                        "item_count": twin.item_count + notice.item_count,
                    }
                )
                notice.unlink()

    # ------------------------------------------------------------------
    # Words in messages
    # ------------------------------------------------------------------

    def _collector(self):
        """Return the user whom the customer may call or write to."""
        return self.account_id._get_owner()

    def _oldest_due_date(self):
        dates = self.asked_line_ids.filtered(lambda line: line.amount > 0).mapped(
            "due_date"
        )
        return min(dates, default=False)

    def _payment_url(self):
        """Return the page where the customer pays: the only invoice's own page, else
        the customer's account on the portal (needs a login)."""
        self.ensure_one()
        moves = self.asked_line_ids.filtered(lambda line: line.amount > 0).move_id
        return moves._get_ar_payment_url()

    def _items_table(self):
        """Return the items asked for as an HTML table, credits deducted.

        A letter puts it in later, when the length of the text is known.
        """
        self.ensure_one()
        if self.env.context.get("ar_letter"):
            return ITEMS_PLACE
        return self._render_items()

    def _render_items(self, template="ar_best_practices.notice_items_table", **values):
        """Render lines and totals in the customer's language."""
        notice = self.with_context(lang=self.lang)
        default = {
            "notice": notice,
            "lines": notice.asked_line_ids,
            "totals": self._get_totals(),
            "format_date": lambda day: format_date(self.env, day, lang_code=self.lang),
            "format_money": lambda amount, currency: format_amount(
                self.env, amount, currency, lang_code=self.lang
            ),
        }
        qweb = self.env["ir.qweb"].with_context(lang=self.lang)
        return Markup(qweb._render(template, default | values))

    def _asked_amount(self) -> str:
        """Return what is asked in words, currency by currency."""
        return " + ".join(
            format_amount(self.env, amount, currency, lang_code=self.lang)
            for currency, amount in self._get_totals()
        )

    def _get_totals(self) -> list[tuple]:
        """Return (currency, amount asked net of credits) in the order of the items."""
        totals = {}
        for line in self.asked_line_ids:
            totals.setdefault(line.currency_id, 0.0)
            totals[line.currency_id] += line.amount_currency
        return list(totals.items())
