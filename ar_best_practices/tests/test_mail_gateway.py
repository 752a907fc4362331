from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCommon

from .common import TODAY, ReceivablesCommon

GATEWAY = "odoo.addons.mail.models.mail_thread"
ANSWER = """Return-Path: <{sender}>
To: {to}
From: {sender}
Subject: {subject}
Message-Id: <{number}@customer.example.com>
In-Reply-To: {reply_to}
References: {reply_to}
Content-Type: text/plain; charset=utf-8

We pay on Friday.
"""
BOUNCE = """Return-Path: <>
To: {to}
From: MAILER-DAEMON@mx.example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce-1@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

The mail system could not deliver your message.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {bounced}
Original-Recipient: rfc822; {bounced}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--part
Content-Type: message/rfc822

Message-Id: {message_id}
To: {bounced}
From: credit@company.example.com
Subject: Reminder
Content-Type: text/plain; charset=utf-8

Please pay.

--part--
"""


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestMailGateway(ReceivablesCommon, MailCommon):
    """What customers answer lands where somebody reads it, and makes no account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standard = cls.env.ref("ar_best_practices.dunning_strategy_standard")
        cls.standard.minimum_amount = 0
        cls.company.email = "credit@company.example.com"
        cls.company.alias_domain_id = cls.mail_alias_domain
        cls.collector = cls._create_user("collector", "collector")
        cls.substitute = cls._create_user("substitute", "collector")
        cls.boss = cls._create_user("boss", "credit_manager")
        cls.company.ar_fallback_collector_id = cls.boss
        cls._invoice(cls.customer, 100, "2026-05-20", "2026-06-20")
        cls.account = cls._account()
        cls.account.write({"collector_id": cls.collector.id, "collector_forced": True})

    def setUp(self):
        super().setUp()
        self.number = 0

    def _remind(self):
        """Send today's reminder to the customer; return its notice and its mail."""
        run = self._run()
        with self.mock_mail_gateway():
            notice = self._send(run).filtered(lambda n: n.account_id == self.account)
        self.assertEqual(notice.state, "sent")
        return notice, self._mails[0]

    def _receive(self, template, **values):
        """Give a mail to the gateway as the mail server does."""
        self.number += 1
        values = {"reply_to": "<none@nowhere>", "subject": "Re: reminder"} | values
        source = template.format(number=self.number, **values)
        with mute_logger(GATEWAY), self.mock_mail_gateway():
            self.env["mail.thread"].sudo().message_process(None, source)
        self.env.invalidate_all()

    def _open_address(self, name="receivables"):
        self.company.sudo().ar_alias_name = name
        return self.company._get_ar_alias_email()

    def _accounts(self):
        return self.env["ar.account"].with_context(active_test=False).search([])

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def test_an_answer_lands_on_the_account_and_reaches_its_collector(self):
        notice, mail = self._remind()
        self._receive(
            ANSWER,
            sender="atelier.lemoine@example.com",
            to=mail["reply_to"],
            reply_to=notice.message_id,
        )
        self.assertIn("Friday", self.account.message_ids[:1].body)
        self.assertEqual(self.account.answered_date, fields.Datetime.now())
        activity = self.account.activity_ids
        self.assertEqual(activity.user_id, self.collector)
        self.assertIn("Re: reminder", activity.summary)

    def test_an_absence_notice_lands_and_is_no_answer(self):
        notice, mail = self._remind()
        notices = (
            "Auto-Submitted: auto-replied",
            "X-Autoreply: yes",
            "Precedence: auto_reply",
        )
        for mark in notices:
            with self.subTest(mark=mark):
                self._receive(
                    ANSWER.replace("Subject:", f"{mark}\nSubject:"),
                    sender="atelier.lemoine@example.com",
                    to=mail["reply_to"],
                    reply_to=notice.message_id,
                )
                self.assertIn("Friday", self.account.message_ids[:1].body)
                self.assertFalse(self.account.answered_date)
                self.assertFalse(self.account.activity_ids)

    def test_an_absence_notice_of_a_stranger_disturbs_nobody(self):
        address = self._open_address()
        source = ANSWER.replace("Subject:", "Auto-Submitted: auto-replied\nSubject:")
        self._receive(source, sender="stranger@example.net", to=address)
        self.assertIn("Friday", self.company.partner_id.message_ids[:1].body)
        self.assertFalse(self.company.partner_id.activity_ids)

    def test_an_answer_during_an_absence_reaches_the_substitute(self):
        self.collector.write(
            {
                "ar_substitute_id": self.substitute.id,
                "ar_absent_from": "2026-06-25",
                "ar_absent_until": "2026-07-05",
            }
        )
        notice, mail = self._remind()
        self._receive(
            ANSWER,
            sender="somebody.else@example.com",
            to=mail["reply_to"],
            reply_to=notice.message_id,
        )
        self.assertEqual(self.account.activity_ids.user_id, self.substitute)

    def test_a_known_sender_who_writes_anew_reaches_its_account(self):
        address = self._open_address()
        before = self._accounts()
        self._receive(ANSWER, sender="Atelier.Lemoine@example.com", to=address)
        self.assertIn("Friday", self.account.message_ids[:1].body)
        self.assertTrue(self.account.answered_date)
        self.assertEqual(self._accounts(), before)

    def test_a_contact_of_the_customer_reaches_the_account_of_its_company(self):
        self.env["res.partner"].create(
            {
                "name": "Buyer",
                "parent_id": self.customer.id,
                "email": "buyer@example.com",
            }
        )
        address = self._open_address()
        self._receive(ANSWER, sender="buyer@example.com", to=address)
        self.assertIn("Friday", self.account.message_ids[:1].body)

    def test_of_two_partners_with_one_address_the_customer_is_found(self):
        self.env["res.partner"].create(
            {"name": "Namesake", "email": "atelier.lemoine@example.com"}
        )
        address = self._open_address()
        self._receive(ANSWER, sender="atelier.lemoine@example.com", to=address)
        self.assertTrue(self.account.answered_date)

    def test_an_unknown_sender_leaves_an_activity_and_no_account(self):
        address = self._open_address()
        before = self._accounts()
        self._receive(ANSWER, sender="stranger@example.net", to=address)
        self.assertEqual(self._accounts(), before)
        contact = self.company.partner_id
        activity = contact.activity_ids
        self.assertEqual(activity.user_id, self.boss)
        self.assertIn("stranger@example.net", activity.summary)
        self.assertIn("Friday", contact.message_ids[:1].body)
        self.assertFalse(self.account.answered_date)

    def test_a_customer_of_another_company_is_unknown_to_this_address(self):
        address = self._open_address()
        second = self.setup_other_company(name="Second company")["company"]
        account = self._account(self.other_customer, second)
        self._receive(ANSWER, sender="garage.nord@example.com", to=address)
        self.assertFalse(account.answered_date)
        self.assertTrue(self.company.partner_id.activity_ids)

    # ------------------------------------------------------------------
    # The collection address
    # ------------------------------------------------------------------

    def test_reminders_ask_for_answers_to_the_collection_address(self):
        address = self._open_address()
        _notice, mail = self._remind()
        self.assertIn(address, mail["reply_to"])
        self.assertIn(self.company.name, mail["reply_to"])

    def test_without_collection_address_answers_go_to_the_catch_all(self):
        _notice, mail = self._remind()
        self.assertIn(self.company.catchall_email, mail["reply_to"])

    def test_a_manager_sets_the_collection_address_up_in_the_settings(self):
        admin = self._create_user("admin_of_odoo", "admin")
        admin.sudo().group_ids |= self.env.ref("base.group_system")
        settings = self.env["res.config.settings"].with_user(admin)
        for name in ("receivables", "Collection", False):
            settings.create({"ar_alias_name": name}).execute()
            alias = self.company.ar_alias_id
            with self.subTest(name=name):
                self.assertEqual(alias.alias_name, name and name.lower())
                self.assertEqual(bool(alias), bool(name))

    def test_the_collection_address_belongs_to_one_company(self):
        self._open_address()
        alias = self.company.ar_alias_id
        self.assertEqual(alias.alias_model_id.model, "ar.account")
        self.assertIn(str(self.company.id), alias.alias_defaults)
        second = self.setup_other_company(name="Second company")["company"]
        second.alias_domain_id = self.mail_alias_domain
        with self.assertRaises(UserError):
            second.sudo().ar_alias_name = "receivables"

    def test_the_collection_address_follows_the_domain_of_its_company(self):
        self._open_address()
        self.company.sudo().alias_domain_id = self.mail_alias_domain_c2
        domain = self.mail_alias_domain_c2.name
        self.assertEqual(self.company._get_ar_alias_email(), f"receivables@{domain}")
        self.company.sudo().alias_domain_id = False
        self.assertFalse(self.company._get_ar_alias_email())

    def test_a_company_without_mail_domain_is_warned_before_approval(self):
        run = self._run()
        self.assertFalse(run.warning)
        self.company.alias_domain_id = False
        run.invalidate_recordset(["warning"])
        self.assertIn("alias domain", run.warning)

    # ------------------------------------------------------------------
    # Reminders that come back
    # ------------------------------------------------------------------

    def test_after_a_bounce_a_person_knows_and_the_next_run_takes_another(self):
        other = self.env["res.partner"].create(
            {
                "name": "Second desk",
                "parent_id": self.customer.id,
                "email": "desk@example.com",
            }
        )
        notice, mail = self._remind()
        self.assertEqual(notice.email, "atelier.lemoine@example.com")
        self._receive(
            BOUNCE,
            to=self.mail_alias_domain.bounce_email,
            bounced=notice.email,
            message_id=notice.message_id,
        )
        self.assertEqual(self.customer.message_bounce, 1)
        self.assertFalse(self.account.answered_date)
        self.assertIn("atelier.lemoine@example.com", self.account.message_ids[:1].body)
        self.assertEqual(self.account.activity_ids.user_id, self.collector)
        later = self._run("2026-07-20").notice_ids
        self.assertEqual((later.contact_id, later.email), (other, "desk@example.com"))

    def test_a_corrected_address_is_used_again(self):
        self.customer.message_bounce = 2
        self.assertFalse(self._run().notice_ids.email)
        self.customer.email = "new@example.com"
        self.assertEqual(self.customer.message_bounce, 0)
        self.assertEqual(self._run().notice_ids.email, "new@example.com")
        self.customer.message_bounce = 1
        self.customer.write({"email": "new@example.com"})
        self.assertEqual(self.customer.message_bounce, 1)

    def test_whoever_writes_to_us_has_an_address_that_works(self):
        self.customer.message_bounce = 2
        address = self._open_address()
        self._receive(ANSWER, sender="atelier.lemoine@example.com", to=address)
        self.assertEqual(self.customer.message_bounce, 0)
