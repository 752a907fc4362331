from unittest import SkipTest
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.sms.tests.common import SMSCommon

from ..models.ar_dunning_channel import ArDunningChannel
from ..tools.sms import size
from .common import TODAY, ReceivablesCommon

MOBILE = "+33612345678"
OTHER_MOBILE = "+33698765432"
FIXED_LINE = "+33299123456"
FRENCH = (
    "{{ object.company_id.name }} : sauf erreur, {{ object.asked_words }}"
    " ({{ object.invoices_words }}) restent à régler. Déjà payé ? Merci."
    " Une question : {{ object.answer_words }}"
)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDunningSms(ReceivablesCommon, SMSCommon):
    """Who gets an SMS, what it says, and that it leaves at most once."""

    @classmethod
    def setUpClass(cls):
        if "sms.sms" not in Registry(get_db_name()):  # before Odoo's own fixtures
            raise SkipTest("Odoo's app “SMS” is not installed")
        super().setUpClass()
        cls.standard = cls.env.ref("ar_best_practices.dunning_strategy_standard")
        cls.standard.minimum_amount = 0
        cls.courtesy = cls._level("courtesy")
        cls.courtesy.channel = "sms"
        cls.company.write({"name": "Comptoir du Nord", "phone": "+33 2 99 12 34 56"})
        cls.env["res.users"].search([]).partner_id.phone = False
        cls.customer.phone = MOBILE
        cls.other_customer.phone = OTHER_MOBILE

    @classmethod
    def _level(cls, kind):
        return cls.standard.level_ids.filtered(lambda level: level.kind == kind)

    def _late(self, days=3, amount=100, partner=None):
        due = fields.Date.subtract(fields.Date.to_date(TODAY), days=days)
        return self._invoice(
            partner or self.customer, amount, fields.Date.subtract(due, days=30), due
        )

    def _notice(self):
        """Return the proposed notice of the customer."""
        return self._run().notice_ids.filtered(lambda n: n.partner_id == self.customer)

    # ------------------------------------------------------------------
    # Who gets one
    # ------------------------------------------------------------------

    def test_a_level_by_sms_goes_to_the_mobile_number(self):
        self._late()
        notice = self._notice()
        self.assertRecordValues(
            notice,
            [{"channel": "sms", "sms_number": MOBILE, "channel_reason": False}],
        )
        self.assertEqual(notice.contact_words, MOBILE)

    def test_whoever_wants_no_sms_gets_a_mail_and_the_notice_says_why(self):
        self._late()
        self.customer.ar_no_sms = True
        notice = self._notice()
        self.assertRecordValues(notice, [{"channel": "mail", "sms_number": False}])
        self.assertIn("wants none", notice.channel_reason)

    def test_a_number_on_the_list_of_refusals_gets_a_mail(self):
        self._late()
        self.env["phone.blacklist"]._add([MOBILE])
        notice = self._notice()
        self.assertEqual(notice.channel, "mail")
        self.assertIn("refuse", notice.channel_reason)

    def test_without_mobile_number_a_mail_goes_and_without_address_a_letter(self):
        self._late()
        self.customer.phone = FIXED_LINE
        notice = self._notice()
        self.assertEqual(notice.channel, "mail")
        self.assertIn("no mobile number", notice.channel_reason)
        self.customer.email = False
        notice = self._notice()
        self.assertEqual(notice.channel, "letter")
        self.assertEqual(
            notice.channel_reason, "no SMS: no mobile number, no mail address"
        )

    def test_without_the_app_a_mail_goes(self):
        self._late()
        with patch.object(ArDunningChannel, "_has_sms", lambda self: False):
            notice = self._notice()
            self.assertEqual(notice.channel, "mail")
            self.assertIn("not installed", notice.channel_reason)
            with self.mockSMSGateway(), self.mock_mail_gateway():
                self._send(notice.run_id)
        self.assertEqual(notice.state, "sent")
        self.assertFalse(self._sms)

    def test_a_level_without_sms_text_goes_by_mail(self):
        self._late()
        self.courtesy.sms_text = False
        notice = self._notice()
        self.assertEqual(notice.channel, "mail")
        self.assertIn("no text", notice.channel_reason)

    def test_the_preferred_channel_counts_up_to_the_firm_reminder(self):
        self.courtesy.channel = "mail"
        self.customer.ar_channel = "sms"
        self._late()
        notice = self._notice()
        self.assertEqual(notice.channel, "sms")
        self.assertIn("prefers", notice.channel_reason)
        notice._change_level(self._level("firm"), "promised three times")
        self.assertEqual(notice.channel, "mail")
        self.assertIn("no text", notice.channel_reason)
        notice._change_level(self._level("formal"), "promised three times")
        self.assertRecordValues(
            notice, [{"channel": "registered", "channel_reason": False}]
        )

    def test_whoever_wants_no_call_is_written_to(self):
        self._level("call").phone_minimum_amount = 0
        self._late(16)
        self.assertEqual(self._notice().channel, "phone")
        self.customer.ar_no_phone = True
        notice = self._notice()
        self.assertEqual(notice.channel, "mail")
        self.assertIn("no call", notice.channel_reason)

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def test_each_customer_reads_the_own_language_in_one_sms(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.courtesy.with_context(lang="fr_FR").sms_text = FRENCH
        self.customer.lang = "fr_FR"
        self._late(amount=1234.5)
        self._late()
        self._late(partner=self.other_customer)
        with self.mockSMSGateway():
            self._send(self._run())
        texts = {sms["number"]: sms["body"] for sms in self._sms}
        self.assertRegex(
            texts[MOBILE],
            r"^Comptoir du Nord : sauf erreur, \$ 1 334,50 \(2 \w+\) restent à régler\."
            r" Déjà payé \? Merci\. Une question : \+33 2 99 12 34 56$",
        )
        self.assertEqual(
            texts[OTHER_MOBILE],
            "Comptoir du Nord: unless we are mistaken, $ 100.00 (1 invoice) is still"
            " due. Already paid? Thank you. Any question: +33 2 99 12 34 56",
        )
        self.assertEqual([size(text)[1] for text in texts.values()], [1, 1])

    def test_the_shipped_texts_are_one_sms(self):
        self._late(9, amount=12345.67)
        notice = self._notice()
        for level in self.env["ar.dunning.level"].search([("sms_text", "!=", False)]):
            text = level._render_sms(notice)[notice.id]
            self.assertEqual(size(text)[1], 1, text)

    def test_a_text_runs_no_code(self):
        with self.assertRaisesRegex(ValidationError, "asked_words"):
            self.courtesy.sms_text = "{{ object.env.cr }}"

    def test_a_wrong_translation_fails_alone_and_says_which_words_it_may_have(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.courtesy.update_field_translations(
            "sms_text", {"fr_FR": "{{ object.env.user.login }}"}
        )
        self.customer.lang = "fr_FR"
        self._late()
        self._late(partner=self.other_customer)
        with self.mockSMSGateway():
            notices = self._send(self._run())
        failed = notices.filtered(lambda n: n.state == "failed")
        self.assertEqual(failed.partner_id, self.customer)
        self.assertIn("asked_words", failed.failure_reason)
        self.assertEqual((notices - failed).state, "sent")
        self.assertEqual([sms["number"] for sms in self._sms], [OTHER_MOBILE])

    def test_the_screens_show_the_text_before_it_leaves(self):
        self._late()
        notice = self._notice()
        preview = self.env["ar.dunning.preview"].create({"notice_id": notice.id})
        self.assertEqual(preview.to, MOBILE)
        self.assertIn("100.00 (1 invoice) is still due", preview.body)
        self.assertIn("SMS: 1", preview.sms_size)
        collector = self._create_user("sms_collector", "collector")
        self.assertEqual(preview.with_user(collector).body, preview.body)
        self.assertIn("100.00 (1 invoice) is still due", self.courtesy.sms_example)

    # ------------------------------------------------------------------
    # Sent once
    # ------------------------------------------------------------------

    def test_an_sms_is_sent_once_and_counts_as_a_message(self):
        invoice = self._late()
        run = self._run()
        with self.mockSMSGateway():
            notice = self._send(run)
        self.assertRecordValues(
            notice, [{"state": "sent", "lang_matches": True, "failure_reason": False}]
        )
        self.assertEqual(len(self._sms), 1)
        self.assertEqual(run.state, "done")
        self.assertEqual(notice.sms_delivery, "Sent")
        item = self.env["ar.item"].search([("move_id", "=", invoice.id)])
        self.assertEqual(item.level_id, self.courtesy)
        account = self._account()
        self.assertEqual(account.last_notice_date, fields.Date.to_date(TODAY))
        self.env.flush_all()
        events = self.env["ar.account.timeline"].search(
            [("account_id", "=", account.id), ("kind", "=", "notice")]
        )
        self.assertEqual(events.res_id, notice.id)
        self.assertIn("still due", account.message_ids[0].preview)
        with self.mockSMSGateway():
            self._run_cron("ir_cron_dunning_send")
            self.env["sms.sms"]._process_queue()
        self.assertFalse(self._sms)

    def test_the_core_queue_never_sends_our_sms(self):
        self._late()
        run = self._run()
        run.action_approve()
        notice = run.notice_ids.sudo()
        notice.write({"state": "sending", "message_id": "<1@example.com>"})
        with self.mockSMSGateway():
            sms = notice._create_sms()
            self.assertEqual(sms.state, "canceled")
            self.env["sms.sms"]._process_queue()
        self.assertFalse(self._sms)

    def test_what_is_refused_fails_with_its_reason_and_may_go_again(self):
        for error, words in (
            ("credit", "Insufficient Credit"),
            ("wrong_number_format", "Wrong Number Format"),
        ):
            with self.subTest(error=error):
                partner = self._create_customer(f"For {error}", phone=MOBILE)
                self._late(partner=partner)
                run = self._run()
                with self.mockSMSGateway(sim_error=error):
                    notice = self._send(run)
                self.assertEqual(notice.state, "failed")
                self.assertIn(words, notice.failure_reason)
                self.assertFalse(self._account(partner).last_notice_date)
                with self.mockSMSGateway():
                    self.env["sms.sms"].search([]).resend_failed()
                    self.assertFalse(self._sms, "Odoo's own button sends none of ours")
                    notice.action_send_again()
                    self._run_cron("ir_cron_dunning_send")
                self.assertEqual(notice.state, "sent")
                self.assertEqual(len(self._sms), 1)

    def test_when_the_provider_does_not_answer_a_person_decides(self):
        for error in ("jsonrpc_exception", "server_error"):
            with self.subTest(error=error):
                partner = self._create_customer(f"For {error}", phone=MOBILE)
                self._late(partner=partner)
                with self.mockSMSGateway(sim_error=error):
                    notice = self._send(self._run())
                self.assertEqual(notice.state, "unknown")
                self.assertIn("may or may not", notice.failure_reason)
                with self.mockSMSGateway():
                    self._run_cron("ir_cron_dunning_send")
                    self.env["sms.sms"]._process_queue()
                self.assertFalse(self._sms)
                notice.action_was_sent()
                self.assertEqual(notice.state, "sent")

    def test_what_a_crash_left_in_sending_becomes_unknown(self):
        self._late()
        run = self._run()
        run.action_approve()
        run.action_send()
        notice = run.notice_ids
        notice.sudo().write(
            {"state": "sending", "claim": "1/gone", "message_id": "<1@x>"}
        )
        with self.mockSMSGateway():
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(notice.state, "unknown")
        self.assertFalse(self._sms)
        with self.mockSMSGateway():
            notice.action_send_again()
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(self._sms), 1)

    def test_who_refuses_after_the_approval_gets_none_and_then_a_mail(self):
        self._late()
        run = self._run()
        run.action_approve()
        self.customer.ar_no_sms = True
        with self.mockSMSGateway(), self.mock_mail_gateway():
            run.action_send()
            self._run_cron("ir_cron_dunning_send")
            notice = run.notice_ids
            self.assertEqual(notice.state, "failed")
            self.assertIn("wants none", notice.failure_reason)
            notice.action_send_again()
            self._run_cron("ir_cron_dunning_send")
        self.assertRecordValues(notice, [{"state": "sent", "channel": "mail"}])
        self.assertFalse(self._sms)
        self.assertEqual(len(self._mails), 1)

    def test_an_automatic_sms_waits_for_the_contact_hours(self):
        self.customer.ar_hours = [
            Command.create({"weekday": "0", "hour_from": 9, "hour_to": 10})
        ]
        self.customer.tz = "UTC"
        self._late()
        with freeze_time(f"{TODAY} 12:00:00"), self.mockSMSGateway():
            notice = self._send(self._run())
        self.assertEqual(notice.state, "approved")
        self.assertFalse(self._sms)

    def test_in_a_trial_company_nothing_leaves_and_the_notice_says_so(self):
        self.company.ar_is_trial = True
        self._late()
        with self.mockSMSGateway(), self.mock_mail_gateway():
            notice = self._send(self._run())
        self.assertEqual(notice.state, "sent")
        self.assertIn("trial", notice.channel_reason)
        self.assertFalse(self._sms)
        self.assertFalse(self._new_sms)
        self.assertFalse(self._mails)

    # ------------------------------------------------------------------
    # Afterwards
    # ------------------------------------------------------------------

    def test_the_notice_shows_what_the_provider_reports(self):
        self._late()
        with self.mockSMSGateway():
            notice = self._send(self._run())
        trackers = self.env["sms.tracker"].sudo()
        tracker = trackers.search([("sms_uuid", "=", notice.sms_uuid)])
        tracker._action_update_from_provider_error("invalid_destination")
        notice.invalidate_recordset()
        self.assertEqual(notice.sms_delivery, "Bounced: Invalid Destination")

    @mute_logger("odoo.models.unlink")
    def test_number_and_text_are_erased_with_the_person(self):
        invoice = self._late()
        with self.mockSMSGateway():
            notice = self._send(self._run())
        self._pay(invoice, TODAY)
        uuid = notice.sms_uuid
        wizard = self.env["ar.personal.data"].create({"partner_id": self.customer.id})
        wizard.action_erase()
        self.assertFalse(notice.sms_number)
        self.assertFalse(self.env["sms.sms"].search([("uuid", "=", uuid)]))
        texts = self._account().message_ids.mapped("preview")
        self.assertNotIn("still due", " ".join(texts))

    @mute_logger("odoo.models.unlink")
    def test_the_text_of_a_first_try_is_erased_as_well(self):
        invoice = self._late()
        with self.mockSMSGateway(sim_error="wrong_number_format"):
            notice = self._send(self._run())
        self.assertEqual(notice.state, "failed")
        with self.mockSMSGateway():
            notice.action_send_again()
            self._run_cron("ir_cron_dunning_send")
        self._pay(invoice, TODAY)
        wizard = self.env["ar.personal.data"].create({"partner_id": self.customer.id})
        wizard.action_erase()
        self.assertFalse(self.env["sms.sms"].search([("number", "=", MOBILE)]))
        texts = self._account().message_ids.mapped("preview")
        self.assertNotIn("still due", " ".join(texts))
