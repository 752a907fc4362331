from datetime import datetime
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.mail.tests.common import MailCommon

from .common import TODAY, ReceivablesCommon

RENDERERS = (
    "odoo.addons.mail.models.mail_render_mixin",
    "odoo.addons.base.models.ir_qweb",
)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDunningSending(ReceivablesCommon, MailCommon):
    """What leaves the company, to whom, and at most once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standard = cls.env.ref("ar_best_practices.dunning_strategy_standard")
        cls.standard.minimum_amount = 0
        cls.company.email = "credit@company.example.com"
        cls.company.alias_domain_id = cls.mail_alias_domain

    def _late(self, days, amount=100, partner=None):
        due = fields.Date.subtract(fields.Date.to_date(TODAY), days=days)
        return self._invoice(
            partner or self.customer, amount, fields.Date.subtract(due, days=30), due
        )

    def test_an_approved_mail_is_sent_once_and_moves_the_level(self):
        invoice = self._late(9)
        run = self._run()
        with self.mock_mail_gateway():
            notice = self._send(run)
        self.assertRecordValues(notice, [{"state": "sent", "channel": "mail"}])
        self.assertEqual(run.state, "done", run.notice_ids.mapped("state"))
        self.assertEqual(len(self._mails), 1)
        mail = self._mails[0]
        self.assertEqual(mail["email_to"], ["atelier.lemoine@example.com"])
        self.assertIn(invoice.name, mail["body"])
        item = self.env["ar.item"].search([("move_id", "=", invoice.id)])
        self.assertEqual(item.level_id.kind, "reminder")
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_dunning_send")
        self.assertFalse(self._mails)

    def test_the_core_mail_queue_never_sends_our_mails(self):
        self._late(9)
        run = self._run()
        run.action_approve()
        notices = run.notice_ids
        notices = notices.sudo()
        notices.write({"state": "sending", "message_id": "<1@example.com>"})
        mails = notices._create_mails()
        self.assertEqual(mails.state, "cancel")
        with self.mock_mail_gateway():
            self.env["mail.mail"].process_email_queue()
        self.assertFalse(self._mails)

    def test_what_a_crash_left_in_sending_becomes_unknown_for_a_person(self):
        self._late(9)
        run = self._run()
        run.action_approve()
        run.action_send()
        notice = run.notice_ids
        notice.sudo().write(
            {"state": "sending", "claim": "1/gone", "message_id": "<1@x>"}
        )
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(notice.state, "unknown")
        self.assertFalse(self._mails)
        self.assertIn("may or may not", notice.failure_reason)
        with self.mock_mail_gateway():
            notice.action_send_again()
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(notice.state, "sent")
        self.assertEqual(len(self._mails), 1)

    def test_a_person_says_that_an_unknown_notice_was_sent(self):
        invoice = self._late(9)
        run = self._run()
        run.action_approve()
        notice = run.notice_ids
        notice.sudo().state = "unknown"
        notice.action_was_sent()
        item = self.env["ar.item"].search([("move_id", "=", invoice.id)])
        self.assertEqual((notice.state, item.level_id.kind), ("sent", "reminder"))

    def test_a_dead_mail_server_fails_clearly_and_nothing_is_marked_sent(self):
        self._late(9)
        run = self._run()
        error = ConnectionRefusedError("connection refused")
        with patch.object(IrMail_Server, "_connect__", side_effect=error):
            notice = self._send(run)
        self.assertEqual(notice.state, "failed")
        self.assertIn("refused", notice.failure_reason)
        self.assertFalse(self.env["ar.item"].search([("line_id", "!=", False)]))

    def test_the_mail_of_a_try_that_failed_does_not_stay_beside_the_one_that_left(self):
        self._late(9)
        error = ConnectionRefusedError("connection refused")
        with patch.object(IrMail_Server, "_connect__", side_effect=error):
            notice = self._send(self._run())
        with mute_logger("odoo.models.unlink"):
            notice.action_send_again()
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_dunning_send")
        about = [("model", "=", "ar.account"), ("res_id", "=", notice.account_id.id)]
        self.assertEqual(self.env["mail.mail"].search(about), notice.mail_id)

    def test_a_customer_without_address_does_not_stop_the_others(self):
        self._late(9)
        self._late(9, partner=self.other_customer)
        run = self._run()
        notices = run.notice_ids.sudo()
        notices.filtered(lambda n: n.partner_id == self.customer).email = False
        with self.mock_mail_gateway():
            notices = self._send(run)
        states = {notice.partner_id: notice.state for notice in notices}
        self.assertEqual(states, {self.customer: "failed", self.other_customer: "sent"})

    def test_a_deleted_text_is_said_and_the_others_go(self):
        self._late(9)
        self._late(3, partner=self.other_customer)
        run = self._run()
        reminder = self.standard.level_ids.filtered(lambda x: x.kind == "reminder")
        reminder.mail_template_id.unlink()
        with self.mock_mail_gateway():
            notices = self._send(run)
        failed = notices.filtered(lambda n: n.state == "failed")
        self.assertEqual(failed.partner_id, self.customer)
        self.assertIn("no mail text", failed.failure_reason)
        self.assertEqual((notices - failed).state, "sent")

    def test_a_text_with_an_error_is_said_and_the_others_go(self):
        self._late(9)
        self._late(3, partner=self.other_customer)
        run = self._run()
        reminder = self.standard.level_ids.filtered(lambda x: x.kind == "reminder")
        reminder.mail_template_id.body_html = (
            "<p t-if='object.partner_id.ref == \"ODD\"' t-out='1 / 0'/>"
        )
        self.customer.ref = "ODD"  # Odoo tries a text on some customer when it is saved
        with self.mock_mail_gateway(), mute_logger(*RENDERERS):
            notices = self._send(run)
        failed = notices.filtered(lambda n: n.state == "failed")
        self.assertEqual(failed.partner_id, self.customer)
        self.assertIn("division by zero", failed.failure_reason)
        self.assertNotIn("Traceback", failed.failure_reason)
        self.assertEqual((notices - failed).state, "sent")
        self.assertEqual(run.state, "done")

    def test_a_failed_mail_without_address_goes_again_as_a_letter(self):
        self._late(9)
        run = self._run()
        run.notice_ids.sudo().email = False
        with self.mock_mail_gateway():
            notice = self._send(run)
            self.assertEqual(notice.state, "failed")
            self.customer.email = "later@example.com"
            notice.action_send_again()
            self.assertEqual(notice.email, "later@example.com")
            notice.sudo().write({"email": False, "state": "failed"})
            self.customer.email = False
            notice.action_send_again()
            self._run_cron("ir_cron_dunning_send")
        self.assertRecordValues(notice, [{"channel": "letter", "state": "sent"}])
        self.assertFalse(self._mails)

    def test_a_run_cancelled_while_it_is_sent_stays_cancelled(self):
        self._late(9)
        self._late(9, partner=self.other_customer)
        run = self._run()
        run.action_approve()
        run.action_send()
        with self.mock_mail_gateway():
            run.action_cancel()
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(set(run.notice_ids.mapped("state")), {"cancelled"})
        self.assertFalse(self._mails)

    def test_what_is_paid_between_proposal_and_sending_is_not_asked(self):
        paid, partly = self._late(9), self._late(9, partner=self.other_customer)
        run = self._run()
        run.action_approve()
        self._pay(paid, TODAY)
        self._pay(partly, TODAY, 40)
        with self.mock_mail_gateway():
            run.action_send()
            self._run_cron("ir_cron_dunning_send")
        states = {notice.partner_id: notice.state for notice in run.notice_ids}
        self.assertEqual(
            states, {self.customer: "cancelled", self.other_customer: "sent"}
        )
        sent = run.notice_ids.filtered(lambda n: n.state == "sent")
        self.assertEqual(sent.amount, 60)
        self.assertEqual(len(self._mails), 1)

    def test_what_is_paid_while_a_message_waits_overnight_is_not_asked(self):
        invoice = self._late(9)
        run = self._run()
        run.action_approve()
        run.action_send()
        with freeze_time("2026-07-01"), self.mock_mail_gateway():
            self._pay(invoice, "2026-07-01")
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(run.notice_ids.state, "cancelled")
        self.assertFalse(self._mails)

    def test_what_people_leave_out_after_the_approval_is_not_asked(self):
        disputed, excluded, marked, redrafted = (self._late(n) for n in (9, 10, 11, 12))
        asked = self._late(13, 40)
        run = self._run()
        run.action_approve()
        self.env["ar.item"].create(
            [
                {"line_id": self._receivable(disputed).id, "disputed": True},
                {
                    "line_id": self._receivable(excluded).id,
                    "excluded": True,
                    "excluded_reason": "goods on the way back",
                },
            ]
        )
        self._receivable(marked).no_followup = True
        redrafted.button_draft()
        with self.mock_mail_gateway():
            run.action_send()
            self._run_cron("ir_cron_dunning_send")
        self.assertRecordValues(
            run.notice_ids, [{"state": "sent", "amount": 40, "item_count": 1}]
        )
        body = self._mails[0]["body"]
        self.assertIn(asked.name, body)
        for invoice in (disputed, excluded, marked, redrafted):
            self.assertNotIn(invoice.name, body)

    def test_of_terms_replaced_after_the_approval_only_what_is_left_is_asked(self):
        invoice = self._late(9)
        run = self._run()
        run.action_approve()
        invoice.button_draft()
        invoice.invoice_payment_term_id = self.pay_terms_b  # 30 % now, the rest later
        invoice.action_post()
        kept = run.line_ids.line_id.amount_residual
        self.assertLess(kept, 100)
        with self.mock_mail_gateway():
            run.action_send()
            self._run_cron("ir_cron_dunning_send")
        state = "sent" if kept else "cancelled"
        self.assertRecordValues(run.notice_ids, [{"state": state, "amount": kept}])

    def test_a_payment_on_account_between_proposal_and_sending_counts(self):
        self._late(9)
        run = self._run()
        run.action_approve()
        self._pay_on_account(self.customer, 100, TODAY)
        with self.mock_mail_gateway():
            run.action_send()
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(run.notice_ids.state, "cancelled")

    def test_a_call_becomes_an_activity_of_the_collector_with_its_script(self):
        collector = self._create_user("collector", "collector")
        account = self._account()
        account.write({"collector_id": collector.id, "collector_forced": True})
        self.standard.level_ids.phone_minimum_amount = 0
        self._late(16)
        notice = self._send(self._run())
        self.assertEqual((notice.channel, notice.state), ("phone", "sent"))
        activity = account.activity_ids
        self.assertEqual(activity.user_id, collector)
        self.assertIn(self.customer.name, activity.note)

    def test_an_absent_collector_is_replaced(self):
        collector = self._create_user("collector", "collector")
        substitute = self._create_user("substitute", "collector")
        collector.write(
            {
                "ar_substitute_id": substitute.id,
                "ar_absent_from": "2026-06-25",
                "ar_absent_until": "2026-07-05",
            }
        )
        account = self._account()
        account.collector_id = collector
        self.assertEqual(account.acting_collector_id, substitute)
        self.standard.level_ids.phone_minimum_amount = 0
        self._late(16)
        self._send(self._run())
        self.assertEqual(account.activity_ids.user_id, substitute)

    def test_a_hand_over_gives_its_owner_the_list_of_exhibits(self):
        invoice = self._late(60)
        self.env["ar.item"].sudo().create(
            {
                "line_id": self._receivable(invoice).id,
                "level_rank": 5,
                "last_message_date": "2026-06-01",
            }
        )
        notice = self._send(self._run())
        self.assertEqual(notice.level_id.kind, "handover")
        note = self._account().activity_ids.note
        self.assertIn(invoice.name, note)

    def test_in_a_trial_company_every_mail_goes_to_the_sender(self):
        self.company.ar_is_trial = True
        self._late(9)
        past = self._run("2026-06-29")
        with self.mock_mail_gateway():
            self._send(past)
        (mail,) = self._mails
        self.assertIn(self.env.user.email_normalized, mail["email_to"][0])
        self.assertIn("atelier.lemoine@example.com", mail["subject"])

    def test_a_trial_company_stays_one(self):
        self.company.ar_is_trial = True
        with self.assertRaises(UserError):
            self.company.ar_is_trial = False

    def test_the_customer_s_language_and_style_are_used(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        modules = self.env["ir.module.module"]
        modules._load_module_terms(["ar_best_practices"], ["fr_FR"])
        self.customer.write({"lang": "fr_FR", "ar_style": "short"})
        self._late(9)
        run = self._run()
        self.assertEqual(
            (run.notice_ids.lang, run.notice_ids.style), ("fr_FR", "short")
        )
        with self.mock_mail_gateway():
            self._send(run)
        self.assertIn("Bonjour", self._mails[0]["body"])

    def test_an_automatic_message_waits_for_the_hours_of_the_contact(self):
        self.customer.write(
            {
                "tz": "Europe/Paris",
                "ar_hours": [
                    (0, 0, {"weekday": str(day), "hour_from": 9, "hour_to": 17})
                    for day in range(5)
                ],
            }
        )
        self._late(9)
        run = self._run()
        self.assertTrue(run.notice_ids.automatic)
        run.action_approve()
        run.action_send()
        with freeze_time(datetime(2026, 6, 30, 4, 0)), self.mock_mail_gateway():
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(run.notice_ids.state, "approved")
        with freeze_time(datetime(2026, 6, 30, 8, 0)), self.mock_mail_gateway():
            self._run_cron("ir_cron_dunning_send")
        self.assertEqual(run.notice_ids.state, "sent")

    def test_the_trouble_of_one_company_does_not_stop_the_others(self):
        self.company.ar_automatic_approved = True
        self._late(9)
        self.setup_other_company(name="Second company")
        morning = type(self.env["ar.dunning.run"])._run_morning

        def fail_for_others(runs, company):
            if company != self.company:
                raise UserError(runs.env._("no chart here"))
            morning(runs, company)

        log = "odoo.addons.ar_best_practices.models.ar_dunning_run"
        target = "odoo.addons.ar_best_practices.models.ar_dunning_run.ArDunningRun"
        with (
            patch(f"{target}._run_morning", fail_for_others),
            self.assertLogs(log, "ERROR"),
            self.mock_mail_gateway(),
        ):
            self._run_cron("ir_cron_dunning_morning")
            self._run_cron("ir_cron_dunning_send")
        notices = self.env["ar.dunning.notice"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(notices.state, "sent")

    def test_the_first_automatic_run_wants_one_approval(self):
        self._late(9)
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_dunning_morning")
        runs = self.env["ar.dunning.run"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(runs, [{"state": "proposed", "automatic": True}])
        runs.action_approve()
        self.assertTrue(self.company.ar_automatic_approved)

    def test_the_morning_job_sends_automatic_levels_only(self):
        self.company.ar_automatic_approved = True
        self._late(9)
        self._late(16, partner=self.other_customer)
        with self.mock_mail_gateway():
            self._run_cron("ir_cron_dunning_morning")
            self._run_cron("ir_cron_dunning_send")
        states = {
            notice.partner_id: notice.state
            for notice in self.env["ar.dunning.notice"].search(
                [("company_id", "=", self.company.id), ("state", "=", "sent")]
            )
        }
        self.assertEqual(states, {self.customer: "sent"})
