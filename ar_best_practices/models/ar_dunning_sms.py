"""Notices that leave by SMS, at most once, as the mails do.

Odoo's app “SMS” is optional: no field names its models. The SMS is born cancelled and
becomes outgoing only inside the transaction that sends it, so that Odoo's own queue
never sees one. Message and notification are those that Odoo makes for its own SMS: the
chatter shows them, and the provider's reports of delivery find them.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date, plaintext2html

from .ar_dunning_level import SMS_WORDS

LEFT = ("process", "pending", "sent")
# Nobody knows what became of it: a person decides.
UNCLEAR = ("sms_server",)


class ArDunningSms(models.AbstractModel):
    _name = "ar.dunning.sms"
    _inherit = "ar.sending"
    _description = "Sending of notices by SMS"

    sms_number = fields.Char(string="Mobile number", readonly=True)
    sms_uuid = fields.Char(string="SMS", readonly=True, index="btree_not_null")
    sms_delivery = fields.Char(
        string="Delivery",
        compute="_compute_sms_delivery",
        help="What the provider of SMS says became of it.",
    )
    asked_words = fields.Char(string="Amount asked", compute="_compute_sms_words")
    invoices_words = fields.Char(string="Invoices", compute="_compute_sms_words")
    deadline_words = fields.Char(string="Day to pay by", compute="_compute_sms_words")
    answer_words = fields.Char(
        string="Where to answer",
        compute="_compute_sms_words",
        help="Phone of the collector, else of the company, else the portal.",
    )

    @api.depends("sms_uuid")
    def _compute_sms_delivery(self):
        words = self._get_sms_deliveries()
        for notice in self:
            notice.sms_delivery = words.get(notice.sms_uuid)

    @api.depends("lang", "asked_line_ids")
    def _compute_sms_words(self):
        for notice in self:
            moves = notice.asked_line_ids.filtered(lambda line: line.amount > 0).move_id
            day = notice.deadline_date
            notice.asked_words = notice._asked_amount()
            notice.invoices_words = notice._count_in_words(len(moves))
            notice.deadline_words = format_date(self.env, day, lang_code=notice.lang)
            notice.answer_words = notice._get_answer_words()

    def _count_in_words(self, invoices: int) -> str:
        env = self.with_context(lang=self.lang).env
        if invoices == 1:
            return env._("1 invoice")
        return env._("%s invoices", invoices)

    def _get_answer_words(self) -> str:
        phone = self._collector().phone or self.company_id.phone
        return phone or f"{self.get_base_url()}/my/receivables"

    @api.private
    @api.model
    def mail_allowed_qweb_expressions(self):
        # EXTENDS mail: the words of SMS texts
        return (*super().mail_allowed_qweb_expressions(), *SMS_WORDS)

    # ------------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------------

    def _render_sms(self) -> dict[int, str]:
        """Return the texts by id, each in the language of its customer."""
        texts = {}
        groups = self.grouped(lambda notice: (notice.level_id, notice.lang))
        for (level, lang), notices in groups.items():
            texts |= level.with_context(lang=lang)._render_sms(notices)
        return texts

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    def _deliver_sms(self):
        """Make the SMS of the batch, then send them one by one."""
        trials = self.filtered("company_id.ar_is_trial")
        trials.channel_reason = self.env._("trial company: no SMS leaves")
        trials._mark_sent(trials)
        rows = (self - trials)._filter_textable()._make("_create_sms")
        for sms_id, notice in rows.items():
            # sudo: collectors may not write SMS; what was approved sends them
            notice._send_sms(self.env["sms.sms"].sudo().browse(sms_id))

    def _filter_textable(self):
        """Leave out, with a clear reason, who may get no SMS any more."""
        choices = self._get_choices()
        for notice in self:
            _channel, _reason, mobile, barred = choices[notice.id]
            if barred:
                notice._fail(barred)
            else:
                notice.sms_number = mobile
        return self.filtered(lambda notice: notice.state == "sending")

    def _create_sms(self):
        """Create the SMS of the batch, cancelled, with what the chatter shows of it.

        sudo: collectors may write none of these; what was approved makes them.
        """
        env = self.with_company(self.company_id).sudo().env
        texts = self._render_sms()
        messages = env["mail.message"].create(
            [notice._prepare_sms_message(texts[notice.id]) for notice in self]
        )
        found = env["sms.sms"].create(
            [
                {
                    "number": notice.sms_number,
                    "body": texts[notice.id],
                    "partner_id": notice.contact_id.id,
                    "mail_message_id": message.id,
                    "state": "canceled",
                }
                for notice, message in zip(self, messages, strict=True)
            ]
        )
        env["mail.notification"].create([self._prepare_notification(x) for x in found])
        for notice, sms in zip(self, found, strict=True):
            notice.sms_uuid = sms.uuid
        return found

    def _prepare_sms_message(self, text: str) -> dict:
        company = self.company_id
        return {
            "model": "ar.account",
            "res_id": self.account_id.id,
            "record_name": self.account_id.display_name,
            "record_company_id": company.id,
            "message_type": "sms",
            "message_id": self.message_id,
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "body": plaintext2html(text),
            "email_from": company.email_formatted or self.env.user.email_formatted,
        }

    def _prepare_notification(self, sms) -> dict:
        return {
            "author_id": sms.mail_message_id.author_id.id,
            "mail_message_id": sms.mail_message_id.id,
            "res_partner_id": sms.partner_id.id,
            "sms_number": sms.number,
            "sms_id_int": sms.id,
            "sms_tracker_ids": [Command.create({"sms_uuid": sms.uuid})],
            "notification_type": "sms",
            "notification_status": "ready",
            "is_read": True,
        }

    def _send_sms(self, sms):
        """Send one SMS and commit what became of it."""
        if not self._lock_claimed():
            return  # the one before was long: somebody decided about this one
        sms.state = "outgoing"
        try:
            sms.send(unlink_sent=False, raise_exception=True)
        except Exception as error:  # whatever a provider does: it is never sent twice
            self._give_up_sms(error)
        else:
            self._note_sms(sms)
        if sms.state not in LEFT:
            sms.state = "canceled"
        self.env["ir.cron"]._commit_progress()

    def _give_up_sms(self, error):
        """A wrong setting is known before anything leaves; of the rest nobody knows."""
        if isinstance(error, UserError) and not isinstance(error, AccessError):
            self._fail(str(error))
        else:
            self._leave_sms_to_a_person(str(error))

    def _note_sms(self, sms):
        labels = dict(sms._fields["failure_type"]._description_selection(self.env))
        words = labels.get(sms.failure_type) or sms.state
        if sms.state in LEFT:
            self._mark_sent(self)
        elif sms.failure_type in UNCLEAR:
            self._leave_sms_to_a_person(words)
        else:
            self._fail(self.env._("The SMS did not leave: %s", words))

    def _leave_sms_to_a_person(self, words: str):
        reason = self.env._("The SMS may or may not have left: %s", words)
        self.write({"state": "unknown", self._failure_field: reason})

    # ------------------------------------------------------------------
    # Afterwards
    # ------------------------------------------------------------------

    def _get_sms_deliveries(self) -> dict[str, str]:
        """Return what became of each SMS, in words, by its number at the provider.

        sudo: reports of delivery belong to the system, their words are harmless.
        """
        uuids = [uuid for uuid in self.mapped("sms_uuid") if uuid]
        if not uuids or not self.env["ar.dunning.channel"]._has_sms():
            return {}
        trackers = self.env["sms.tracker"].sudo().search([("sms_uuid", "in", uuids)])
        reports = trackers.mail_notification_id
        labels = {
            name: dict(reports._fields[name]._description_selection(self.env))
            for name in ("notification_status", "failure_type")
        }
        return {
            tracker.sms_uuid: ": ".join(
                words[tracker.mail_notification_id[name]]
                for name, words in labels.items()
                if tracker.mail_notification_id[name]
            )
            for tracker in trackers
        }

    def _forget_try(self):
        # EXTENDS ar.sending
        self._unlink_sms()
        return super()._forget_try()

    def _unlink_sms(self):
        """Delete texts and numbers of these notices.

        sudo: messages belong to the system; the proof itself stays on the notice.
        """
        numbers = [number for number in self.mapped("message_id") if number]
        messages = self.env["mail.message"].sudo()
        messages.search(
            [("message_id", "in", numbers), ("message_type", "=", "sms")]
        ).unlink()
        uuids = [uuid for uuid in self.mapped("sms_uuid") if uuid]
        if uuids and self.env["ar.dunning.channel"]._has_sms():
            self.env["sms.sms"].sudo().search([("uuid", "in", uuids)]).unlink()
