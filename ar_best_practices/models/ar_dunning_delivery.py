"""What leaves for one batch of claimed notices: mails, SMS, letters, calls, tasks."""

from odoo import api, fields, models
from odoo.tools import SQL

from .ar_dunning_channel import PAPER


class ArDunningDelivery(models.AbstractModel):
    _name = "ar.dunning.delivery"
    _inherit = "ar.dunning.sms"
    _description = "Delivery of dunning notices"

    lang_matches = fields.Boolean(
        string="In their language",
        readonly=True,
        help="The text that left exists in the contact's language.",
    )
    in_hours = fields.Boolean(
        string="Inside their hours",
        readonly=True,
        help="It left when the contact may be reached; no hours means any time.",
    )

    def _deliver(self):
        """Send the claimed notices, each by its channel; re-read before acting."""
        notices = self._drop_what_was_paid()
        notices._freeze_fit()
        by_channel = notices.grouped("channel")
        for channel in (*PAPER, "phone", "task"):
            if channel in by_channel:
                by_channel[channel]._deliver_without_mail(channel)
        if "mail" in by_channel:
            by_channel["mail"]._deliver_mails()
        if "sms" in by_channel:
            by_channel["sms"]._deliver_sms()

    # ------------------------------------------------------------------
    # Paid between proposal and sending
    # ------------------------------------------------------------------

    def _drop_what_was_paid(self):
        """Ask only for what may still be asked; an empty notice is cancelled.

        A run of a past day in a trial company speaks of what was owed then.
        """
        current = self.filtered(
            lambda n: not (n.company_id.ar_is_trial and n.run_id._is_past())
        )
        if not current:
            return self
        self.env["ar.account"]._flush_ledger()
        self.env.flush_all()
        self.env.cr.execute(current._lower_lines_sql())
        current._refresh_amounts()
        settled = current.filtered(lambda n: n.amount <= 0 or not n.item_count)
        settled.write(
            {
                "state": "cancelled",
                "failure_reason": self.env._("Paid or left out before it was sent."),
            }
        )
        return self - settled

    def _lower_lines_sql(self) -> SQL:
        """Lower what is asked to what may be asked today, and take the rest out."""
        return SQL(
            """
            UPDATE ar_dunning_notice_line line
               SET amount = LEAST(line.amount, GREATEST(fresh.asked, 0)),
                   amount_currency = LEAST(line.amount_currency,
                                           GREATEST(fresh.asked_currency, 0)),
                   included = fresh.asked > 0,
                   steps = line.steps AND fresh.asked > 0,
                   reason = CASE WHEN fresh.asked > 0 THEN line.reason
                                 ELSE %(gone)s END
              FROM (%(fresh)s) fresh
             WHERE fresh.id = line.id AND fresh.asked < line.amount
            """,
            gone=self.env._("paid or left out before the message left"),
            fresh=self._fresh_line_sql(),
        )

    def _fresh_line_sql(self) -> SQL:
        """Return what may be asked today for the lines of these notices: what is left
        of a posted entry, less what is disputed or promised, nothing if a person says
        so. Columns: id, asked, asked_currency."""
        accounts = self.env["ar.account"]
        return SQL(
            """
            SELECT item.id, kept.asked,
                   ROUND(item.residual_currency * kept.asked
                         / NULLIF(item.residual, 0), item.decimal_places)
                       AS asked_currency
              FROM (%(items)s) item
         LEFT JOIN (%(exclusions)s) excluded ON excluded.line_id = item.line_id
        CROSS JOIN LATERAL (
                    SELECT item.residual - %(dispute)s - %(plan)s - %(promise)s AS asked
                   ) kept
            """,
            items=self._asked_item_sql(),
            exclusions=accounts._exclusion_sql(accounts._scope(self.account_id)),
            dispute=accounts._capped_sql("dispute"),
            plan=accounts._capped_sql("plan"),
            promise=accounts._capped_sql("promise"),
        )

    def _asked_item_sql(self) -> SQL:
        """Return what is left of each line asked for: nothing of an entry that is no
        longer posted, was replaced, or that a person leaves out."""
        return SQL(
            """
            SELECT line.id, entry.id AS line_id, currency.decimal_places,
                   COALESCE(entry.amount_residual, 0) AS residual,
                   COALESCE(entry.amount_residual_currency, 0) AS residual_currency
              FROM ar_dunning_notice_line line
              JOIN res_currency currency ON currency.id = line.currency_id
         LEFT JOIN account_move_line entry
                ON entry.id = line.line_id
               AND entry.parent_state = 'posted'
               AND entry.no_followup IS NOT TRUE
               AND NOT EXISTS (
                   SELECT 1 FROM ar_item state
                    WHERE state.line_id = entry.id AND state.excluded
                      AND COALESCE(state.excluded_from <= %(today)s, TRUE)
                      AND COALESCE(state.excluded_until >= %(today)s, TRUE))
             WHERE line.notice_id IN %(notices)s
               AND line.included AND line.amount > 0
            """,
            today=SQL("%s::date", fields.Date.context_today(self)),
            notices=tuple(self.ids),
        )

    def _refresh_amounts(self):
        """Write the notices' totals from their lines and today's credits."""
        accounts = self.account_id
        credits = {account.id: account.unallocated_amount for account in accounts}
        self.line_ids.invalidate_recordset()
        for notice in self:
            asked = notice.line_ids.filtered(lambda x: x.included and x.amount > 0)
            known = -sum(
                notice.line_ids.filtered(lambda x: x.included and x.amount < 0).mapped(
                    "amount"
                )
            )
            fresh = max(0.0, credits[notice.account_id.id] - known)
            total = sum(asked.mapped("amount")) - known
            notice.write(
                {
                    "item_count": len(asked),
                    "amount": notice.currency_id.round(total) if fresh < total else 0.0,
                }
            )

    # ------------------------------------------------------------------
    # How well it suits the contact
    # ------------------------------------------------------------------

    def _freeze_fit(self):
        """Keep whether what leaves now suits the contact's language and hours."""
        if not self:
            return
        now = fields.Datetime.now()
        reachable = self.filtered(
            lambda n: not n.contact_id or n.contact_id._ar_next_opening(now) <= now
        )
        self.flush_recordset(["lang", "channel", "level_id"])
        self.env.cr.execute(self._fit_sql(reachable))
        self.invalidate_recordset(["lang_matches", "in_hours"])

    def _fit_sql(self, reachable) -> SQL:
        """A text is in a language when it was written or translated in it: Odoo keeps
        each translation under its code, and shows the English one without it."""
        return SQL(
            """
            UPDATE ar_dunning_notice notice
               SET in_hours = notice.id IN %(reachable)s,
                   lang_matches = notice.lang LIKE 'en%%'
                       OR CASE notice.channel WHEN 'sms'
                          THEN jsonb_exists(level.sms_text, notice.lang)
                          ELSE EXISTS (
                       SELECT 1 FROM mail_template template
                        WHERE jsonb_exists(template.body_html, notice.lang)
                          AND template.id = CASE notice.channel
                              WHEN 'mail' THEN level.mail_template_id
                              WHEN 'letter' THEN level.letter_template_id
                              WHEN 'registered' THEN level.letter_template_id
                              ELSE level.script_template_id END) END
              FROM ar_dunning_level level
             WHERE level.id = notice.level_id AND notice.id IN %(notices)s
            """,
            reachable=tuple(reachable.ids) or (0,),
            notices=tuple(self.ids),
        )

    # ------------------------------------------------------------------
    # Letters, calls, tasks
    # ------------------------------------------------------------------

    def _deliver_without_mail(self, channel: str):
        if channel not in PAPER:
            self._schedule_activities(channel)
        self._mark_sent(self)

    def _schedule_activities(self, channel: str):
        """One activity per customer for the level's owner, with script or exhibits."""
        kind = (
            "mail_activity_data_call"
            if channel == "phone"
            else "mail_activity_data_todo"
        )
        type_id = self.env["ir.model.data"]._xmlid_to_res_id(f"mail.{kind}")
        model_id = self.env["ir.model"]._get_id("ar.account")
        scripts = self._render_template_field("script_template_id", "body_html")
        # One notification mail per call would drown the collector: the agenda shows it.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": notice.account_id.id,
                    "activity_type_id": type_id,
                    "summary": notice.name,
                    "note": notice._get_activity_note(scripts.get(notice.id, "")),
                    "date_deadline": fields.Date.context_today(notice),
                    "user_id": notice._get_activity_user().id,
                }
                for notice in self
            ]
        )

    def _get_activity_user(self):
        return self.level_id.owner_id or self.account_id._get_owner()

    def _get_activity_note(self, script):
        """Return the script, and for a hand-over the list of exhibits."""
        if self.level_id.kind != "handover":
            return script
        return self.env["ir.qweb"]._render(
            "ar_best_practices.notice_exhibits",
            {"notice": self, "script": script, "exhibits": self._get_exhibits()},
        )

    def _get_exhibits(self) -> list[tuple[str, list[str]]]:
        """Return (kind, documents) to gather for a court: invoices and reminders.

        Addons above add orders, deliveries and disputes by ``super()``.
        """
        lines = self.asked_line_ids.filtered(lambda line: line.amount > 0)
        reminders = self.search(
            [("account_id", "=", self.account_id.id), ("state", "=", "sent")],
            order="sent_date",
        )
        return [
            (
                self.env._("Orders"),
                lines.move_id.filtered("invoice_origin").mapped("invoice_origin"),
            ),
            (
                self.env._("Deliveries"),
                [
                    fields.Date.to_string(move.delivery_date)
                    for move in lines.move_id
                    if move.delivery_date
                ],
            ),
            (self.env._("Invoices"), lines.mapped("number")),
            (self.env._("Reminders sent"), [n._get_proof() for n in reminders]),
            (self.env._("Proofs of posting"), reminders._get_proof_files()),
        ]

    def _get_proof(self) -> str:
        """Say in one line when, how and to whom this notice went."""
        day = fields.Datetime.to_string(self.sent_date)
        address, proof = "", self._get_posting_words()
        if self.channel == "mail":
            address, proof = self.email, self.message_id
        elif self.channel == "sms":
            address, proof = self.sms_number, self.sms_uuid
        return " ".join(filter(None, (day, self.name, address, proof)))

    def _get_proof_files(self) -> list[str]:
        """Return the names of the files that prove a posting or a receipt."""
        names = self.mapped("deposit_name") + self.mapped("receipt_name")
        return [name for name in names if name]

    # ------------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------------

    def _get_text_name(self) -> str:
        # EXTENDS ar.sending
        return self.level_id.name or self.name

    def _get_sender(self):
        # EXTENDS ar.sending
        return self.run_id.approved_uid or self.env.user

    def _filter_mailable(self):
        """Leave out, with a clear reason, what cannot become a mail."""
        no_text = self.filtered(lambda n: not n.level_id.mail_template_id)
        for notice in no_text:
            notice._fail(
                self.env._(
                    "The level “%(level)s” has no mail text: choose one under"
                    " Configuration ▸ Strategies, then send again.",
                    level=notice.level_id.name or notice.name,
                )
            )
        no_address = (self - no_text).filtered(lambda n: not n.email)
        no_address._fail(self.env._("No mail address: add one or change the channel."))
        return self - no_text - no_address

    def _render_texts(self):
        # EXTENDS ar.sending
        self._ensure_portal_tokens()  # before the texts, which would write each one
        return (
            self._render_template_field("mail_template_id", "subject"),
            self._render_template_field("mail_template_id", "body_html"),
        )

    def _ensure_portal_tokens(self):
        self.asked_line_ids.move_id._ensure_ar_portal_tokens()

    def _get_attachments(self):
        """Return the PDF of each invoice asked for, when the level attaches them."""
        none = self.env["ir.attachment"]
        if not self.level_id.attach_invoices:
            return none
        moves = self.asked_line_ids.move_id.filtered(lambda m: m.is_invoice())
        return none.union(*(self._get_invoice_pdf(move) for move in moves))

    def _get_invoice_pdf(self, move):
        """Return the invoice's own PDF, or make one now: one at a time."""
        if move.invoice_pdf_report_id:
            return move.invoice_pdf_report_id
        report = self.env["ir.actions.report"].with_context(lang=self.lang)
        content, _kind = report._render_qweb_pdf("account.account_invoices", move.ids)
        return self.env["ir.attachment"].create(
            {
                "name": f"{move.name.replace('/', '_')}.pdf",
                "raw": content,
                "res_model": "account.move",
                "res_id": move.id,
                "mimetype": "application/pdf",
            }
        )

    @api.model
    def _has_text(self, template) -> bool:
        return bool(template.exists())

    def _render_template_field(self, template_field: str, field: str) -> dict[int, str]:
        """Render one text of each notice in the customer's language, by batch."""
        texts = {}
        by_template = self.grouped(lambda notice: notice.level_id[template_field])
        for template, notices in by_template.items():
            if template:
                # Texts are written by managers who may edit templates.
                engine = template.sudo().with_context(ar_compiled_texts={})
                texts |= engine._render_field(field, notices.ids, compute_lang=True)
        return texts

    def _choose_contact_again(self):
        """Take the address and the number of today, and the channel that they allow."""
        contacts = self.account_id._get_contact_rows()
        messages = self.filtered(lambda n: n.channel in ("mail", "sms"))
        for notice in messages:
            person = notice.contact_id
            fallback = contacts[notice.account_id.id].email
            works = person.email_normalized and not person.message_bounce
            notice.email = person.email_normalized if works else fallback
        messages._choose_channel()
