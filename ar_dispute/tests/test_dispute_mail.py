"""Claims and answers that come in by mail, receipts and answers that go out."""

import base64
import io

from freezegun import freeze_time
from PyPDF2 import PdfReader

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date, mute_logger

from odoo.addons.ar_best_practices.tests.common import TODAY
from odoo.addons.mail.tests.common import MailCommon

from .common import DisputeCommon

GATEWAY = "odoo.addons.mail.models.mail_thread"
MAIL = """Return-Path: <{sender}>
To: {to}
From: {sender}
Subject: {subject}
Message-Id: <{number}@customer.example.com>
In-Reply-To: {reply_to}
References: {reply_to}
{headers}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

{text}
{files}
--part--
"""
FILE = """--part
Content-Type: application/octet-stream; name="{name}"
Content-Disposition: attachment; filename="{name}"
Content-Transfer-Encoding: base64

{content}
"""
FORWARDED = """--part
Content-Type: message/rfc822
Content-Disposition: attachment; filename="{name}"

From: carrier@example.org
Subject: Delivery of May
Content-Type: text/plain; charset=utf-8

Two boxes stayed on the quay
"""
BOUNCE = """Return-Path: <>
To: {to}
From: MAILER-DAEMON@mx.example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce-{number}@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

The mail system could not deliver your message. {text}

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {sender}
Action: failed
Status: 5.1.1

--part
Content-Type: message/rfc822

Message-Id: {reply_to}
To: {sender}
--part--
"""
CUSTOMER = "atelier.lemoine@example.com"


class DisputeMailCommon(DisputeCommon, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.email = "credit@company.example.com"
        cls.company.alias_domain_id = cls.mail_alias_domain
        cls.company.sudo().ar_dispute_alias_name = "claims"
        cls.address = cls.company.sudo().ar_dispute_alias_id.alias_full_name
        cls.account.write({"collector_id": cls.collector.id, "collector_forced": True})
        cls.number = cls.invoice.name

    def setUp(self):
        super().setUp()
        self.count = 0

    def _receive(self, text="Two boxes are missing", files=(), headers="", **values):
        """Give a mail to the gateway as the mail server does."""
        self.count += 1
        parts = values.pop("parts", "") + "".join(
            FILE.format(name=name, content=base64.b64encode(content).decode())
            for name, content in files
        )
        source = values.pop("source", MAIL)
        values = {
            "sender": CUSTOMER,
            "to": self.address,
            "subject": "Claim",
            "number": self.count,
            "reply_to": "<none@nowhere>",
        } | values
        source = source.format(text=text, files=parts, headers=headers, **values)
        with mute_logger(GATEWAY), self.mock_mail_gateway():
            self.env["mail.thread"].sudo().message_process(None, source)
            self.env["mail.mail"].sudo().search(
                [("state", "=", "outgoing"), ("model", "=", "ar.dispute")]
            ).send()
        self.env.invalidate_all()

    def _cases(self):
        return self.env["ar.dispute"].search([("account_id", "=", self.account.id)])


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeMail(DisputeMailCommon):
    """What comes in."""

    def test_a_mail_that_names_an_invoice_opens_a_case(self):
        self._receive(f"On {self.number} two boxes are missing.")
        dispute = self._cases()
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "new",
                    "channel": "mail",
                    "heard_from_id": self.customer.id,
                    "amount": 1000,
                    "item_words": self.number,
                }
            ],
        )
        self.assertIn("two boxes are missing", dispute.claim)
        bodies = " ".join(dispute.message_ids.mapped("body"))
        self.assertIn("two boxes are missing", bodies)

    def test_whoever_treats_a_case_from_a_mail_is_told(self):
        self._receive(f"On {self.number} two boxes are missing.")
        activity = self._cases().activity_ids
        self.assertEqual(activity.user_id, self.collector)
        self.assertIn("two boxes are missing", activity.note)

    def test_what_is_named_in_another_currency_is_told_too(self):
        foreign = self._invoice(
            self.customer,
            500,
            "2026-05-01",
            "2026-05-31",
            currency_id=self._foreign().id,
        )
        self._receive(f"About {self.number} and {foreign.name}")
        dispute = self._cases()
        self.assertEqual(len(dispute.line_ids), 1)
        left = {self.number, foreign.name} - {dispute.item_words}
        notes = " ".join(dispute.activity_ids.mapped("note"))
        self.assertIn(left.pop(), notes)

    def test_the_number_may_stand_in_the_subject_in_another_form(self):
        written = self.number.replace("/", " ").lower()
        self._receive("Too dear", subject=f"facture {written}")
        self.assertEqual(self._cases().item_words, self.number)

    def test_the_same_mail_twice_opens_one_case(self):
        self._receive(f"About {self.number}")
        self.count = 0
        self._receive(f"About {self.number}")
        self.assertEqual(len(self._cases()), 1)

    def test_a_claim_without_an_open_invoice_goes_to_the_process_owner(self):
        self._receive("The last delivery was wrong")
        self.assertFalse(self._cases())
        activity = self.account.activity_ids
        self.assertEqual(activity.user_id, self.owner)
        self.assertIn("Claim", activity.summary)
        self.assertIn("last delivery", self.account.message_ids[:1].body)

    def test_an_invoice_that_is_disputed_already_opens_no_second_case(self):
        self._dispute(1000)
        self._receive(f"Still wrong: {self.number}")
        self.assertEqual(len(self._cases()), 1)
        self.assertTrue(self.account.activity_ids)

    def test_a_new_mail_that_names_the_case_lands_on_it(self):
        dispute = self._dispute()
        self._receive("Here is the slip", subject=f"Your case {dispute.name}")
        self.assertIn("the slip", dispute.message_ids[:1].body)
        self.assertEqual(len(self._cases()), 1)

    def test_a_stranger_opens_nothing_and_nothing_is_lost(self):
        self._receive(f"About {self.number}", sender="stranger@example.net")
        self.assertFalse(self._cases())
        contact = self.company.partner_id
        self.assertIn("stranger@example.net", contact.activity_ids.summary)
        self.assertEqual(contact.activity_ids.user_id, self.owner)
        self.assertIn(self.number, contact.message_ids[:1].body)

    def test_the_invoice_of_another_customer_is_not_found(self):
        other = self._invoice(self.other_customer, 500, "2026-05-01", "2026-05-31")
        self._receive(f"About {other.name}")
        self.assertFalse(self.env["ar.dispute"].search([]))

    def test_an_absence_notice_opens_nothing(self):
        self._receive(
            f"Away. About {self.number}", headers="Auto-Submitted: auto-replied\n"
        )
        self.assertFalse(self._cases())
        self.assertFalse(self.account.activity_ids)

    def test_files_are_kept_within_the_limits_of_the_portal(self):
        self._receive(
            f"About {self.number}",
            files=[
                ("slip.pdf", b"%PDF-1.7 slip"),
                ("setup.exe", b"MZ\x90\x00"),
                ("slip2.pdf", b"MZ\x90\x00"),
                ("page.html", b"<script>alert(1)</script>"),
            ],
        )
        dispute = self._cases()
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "ar.dispute"), ("res_id", "=", dispute.id)]
        )
        self.assertEqual(files.mapped("name"), ["slip.pdf"])
        bodies = " ".join(dispute.message_ids.mapped("body"))
        for name in ("setup.exe", "slip2.pdf", "page.html"):
            self.assertIn(name, bodies)

    def test_a_forwarded_mail_is_kept_with_the_claim(self):
        self._receive(
            f"About {self.number}", parts=FORWARDED.format(name="carrier.eml")
        )
        dispute = self._cases()
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "ar.dispute"), ("res_id", "=", dispute.id)]
        )
        self.assertEqual(files.mapped("name"), ["carrier.eml"])
        self.assertIn(b"stayed on the quay", files.raw)

    def test_files_of_an_answer_have_the_same_limits(self):
        dispute, asked = self._wait()
        self._receive(
            "The slip is enclosed",
            reply_to=asked,
            files=[("slip.pdf", b"%PDF-1.7 slip"), ("setup.exe", b"MZ\x90\x00")],
        )
        messages = dispute.message_ids
        self.assertEqual(messages.attachment_ids.mapped("name"), ["slip.pdf"])
        self.assertIn("setup.exe", " ".join(messages.mapped("body")))

    def test_a_bounce_opens_nothing(self):
        self._receive(f"About {self.number}", source=BOUNCE)
        self.assertFalse(self._cases())

    def test_script_in_a_mail_is_neutralised(self):
        self._receive(f"About {self.number} <script>alert(1)</script>")
        for body in self._cases().message_ids.mapped("body"):
            self.assertNotIn("<script>", body)

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _wait(self):
        """Return a case that waits, and the message that asked the customer."""
        dispute = self._investigate(self._dispute())
        dispute.action_wait("The signed slip")
        asked = dispute.message_post(
            body="Please send the slip",
            partner_ids=self.customer.ids,
            subtype_xmlid="mail.mt_comment",
        )
        return dispute, asked.message_id

    def test_an_answer_of_the_customer_ends_the_waiting(self):
        dispute, asked = self._wait()
        self._receive("The slip is enclosed", reply_to=asked)
        self.assertEqual(dispute.state, "investigating")
        reasons = dispute.step_ids.mapped("reason")
        self.assertIn("The customer answered by mail.", reasons)
        self.assertIn("The customer answered", dispute.activity_ids.mapped("summary"))
        self.assertFalse(dispute.message_ids[:1].subtype_id.internal)

    def test_an_absence_notice_does_not_end_the_waiting(self):
        dispute, asked = self._wait()
        self._receive("Away", reply_to=asked, headers="X-Autoreply: yes\n")
        self.assertEqual(dispute.state, "waiting")
        self.assertTrue(dispute.message_ids[:1].subtype_id.internal)

    def test_a_stranger_does_not_end_the_waiting_and_his_words_are_a_note(self):
        dispute, asked = self._wait()
        self._receive("Me too", reply_to=asked, sender="stranger@example.net")
        self.assertEqual(dispute.state, "waiting")
        note = dispute.message_ids[:1]
        self.assertIn("Me too", note.body)
        self.assertTrue(note.subtype_id.internal)

    def test_a_bounce_does_not_end_the_waiting_and_a_person_is_told(self):
        dispute, asked = self._wait()
        bounces = self.mail_alias_domain.bounce_email
        self._receive(source=BOUNCE, to=bounces, reply_to=asked)
        self.assertEqual(dispute.state, "waiting")
        self.assertIn(CUSTOMER, " ".join(dispute.activity_ids.mapped("summary")))

    def test_a_customer_who_disagrees_with_an_ended_case_is_heard(self):
        dispute = self._execute(self._dispute())
        answer = dispute.message_post(
            body="Our answer",
            partner_ids=self.customer.ids,
            subtype_xmlid="mail.mt_comment",
        )
        dispute.action_close()
        self._receive("We see it otherwise", reply_to=answer.message_id)
        self.assertIn("see it otherwise", dispute.message_ids[:1].body)
        self.assertIn("The customer answered", dispute.activity_ids.mapped("summary"))

    def test_the_address_for_claims_is_set_in_the_settings(self):
        admin = self._create_user("admin_of_odoo", "admin")
        admin.sudo().group_ids |= self.env.ref("base.group_system")
        settings = self.env["res.config.settings"].with_user(admin)
        settings.create({"ar_dispute_alias_name": "litiges"}).execute()
        alias = self.company.sudo().ar_dispute_alias_id
        self.assertEqual(alias.alias_name, "litiges")
        self.assertEqual(alias.alias_model_id.model, "ar.dispute")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeLetters(DisputeMailCommon):
    """What goes out."""

    def _received_by_customer(self):
        return [mail for mail in self._mails if CUSTOMER in str(mail["email_to"])]

    def test_a_claim_in_writing_is_acknowledged_once(self):
        self._receive(f"On {self.number} two boxes are missing.")
        dispute = self._cases()
        self.assertEqual(str(dispute.acknowledged_date), TODAY)
        [mail] = self._received_by_customer()
        self.assertIn(dispute.name, mail["subject"])
        day = format_date(self.env, dispute.deadline, "en_US")
        for words in (dispute.name, self.number, "1,000.00", f">{day}<"):
            self.assertIn(words, mail["body"])
        self._receive("More", subject=f"Re: {dispute.name}")
        self.assertFalse(self._received_by_customer())

    def test_the_receipt_asks_for_what_is_missing_and_says_by_when(self):
        dispute = self._dispute()
        dispute.action_qualify()
        letter = self._compose(dispute.action_acknowledge())
        asked = dispute.evidence_ids.filtered("is_from_customer")
        self.assertTrue(asked)
        for evidence in dispute.evidence_ids:
            self.assertEqual(evidence in asked, evidence.name in letter.body)

    def _compose(self, action):
        composer = Form(
            self.env["mail.compose.message"].with_context(**action["context"])
        )
        return composer.save()

    def test_a_receipt_to_nobody_is_told_on_the_case(self):
        self.customer.email = False
        dispute = self._dispute(channel="portal")
        self.assertFalse(dispute.acknowledged_date)
        self.assertIn("no mail address", dispute.message_ids[:1].body)

    def test_in_a_trial_company_nothing_reaches_a_customer(self):
        self.company.ar_is_trial = True
        self._receive(f"On {self.number} two boxes are missing.")
        dispute = self._cases()
        self.assertFalse(self._received_by_customer())
        self.assertFalse(dispute.acknowledged_date)
        self.assertIn("trial", " ".join(dispute.message_ids.mapped("body")))
        with self.assertRaisesRegex(UserError, "trial"):
            dispute.action_acknowledge()

    def test_a_text_that_cannot_be_made_loses_no_claim(self):
        template = self.env.ref("ar_dispute.mail_template_dispute_received")
        english = template.with_context(lang="en_US")
        english.body_html = '<p t-out="1 / 0" />'
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._receive(f"About {self.number}")
        dispute = self._cases()
        self.assertEqual(len(dispute), 1)
        self.assertFalse(dispute.acknowledged_date)
        self.assertIn("No receipt", " ".join(dispute.message_ids.mapped("body")))

    def test_a_note_is_no_answer_whatever_its_context(self):
        dispute = self._execute(self._dispute())
        dispute.with_context(ar_dispute_told="answered_date").message_post(body="Done")
        self.assertFalse(dispute.answered_date)

    def test_what_was_told_by_phone_waits_for_a_person_to_acknowledge_it(self):
        dispute = self._dispute(channel="phone")
        self.assertFalse(dispute.acknowledged_date)
        self._compose(dispute.action_acknowledge()).action_send_mail()
        self.assertEqual(str(dispute.acknowledged_date), TODAY)

    def test_an_answer_needs_an_approved_decision(self):
        dispute = self._investigate(self._dispute())
        with self.assertRaisesRegex(UserError, "approval"):
            dispute.action_answer()

    def test_the_answer_says_what_was_decided_and_what_remains(self):
        cases = {
            "founded": ("You are right, and", None),
            "partly": ("You are right in part", "250.00"),
            "unfounded": ("We cannot accept it", "400.00"),
        }
        for decision, (words, payable) in cases.items():
            with self.subTest(decision=decision):
                move = self._invoice(self.customer, 1000, "2026-05-01", "2026-05-31")
                dispute = self._dispute(moves=move)
                self._decide(dispute, decision, accepted_amount=150)
                dispute.with_user(self.owner).action_approve()
                letter = self._compose(dispute.action_answer())
                self.assertIn(words, letter.body)
                self.assertIn("The slip says so", letter.body)
                self.assertEqual("remains to be paid" in letter.body, bool(payable))
                if payable:
                    self.assertIn(payable, letter.body)
                letter.action_send_mail()
                self.assertEqual(str(dispute.answered_date), TODAY)

    def test_what_was_paid_meanwhile_is_not_asked_again(self):
        dispute = self._decide(self._dispute(), "unfounded")
        dispute.with_user(self.owner).action_approve()
        self._pay(self.invoice, TODAY)
        letter = self._compose(dispute.action_answer())
        self.assertNotIn("remains to be paid", letter.body)

    def test_a_handler_writes_in_the_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("ar_dispute.mail_template_dispute_received")
        template.with_context(lang="fr_FR").body_html = "<p>Bonjour</p>"
        self.customer.lang = "fr_FR"
        dispute = self._dispute()
        dispute.processor_id = self.handler
        action = dispute.with_user(self.handler).action_acknowledge()
        composer = Form(
            self.env["mail.compose.message"]
            .with_user(self.handler)
            .with_context(**action["context"])
        ).save()
        self.assertIn("Bonjour", composer.body)
        composer.action_send_mail()
        self.assertEqual(str(dispute.acknowledged_date), TODAY)

    def test_a_case_opened_again_is_answered_again(self):
        dispute = self._execute(self._dispute())
        self._compose(dispute.action_answer()).action_send_mail()
        dispute.action_close()
        dispute.action_reopen("The customer is right after all")
        self.assertFalse(dispute.answered_date)

    def test_without_mail_address_the_letter_is_printed(self):
        self.customer.email = False
        dispute = self._dispute()
        with self.assertRaisesRegex(UserError, "print the letter"):
            dispute.action_acknowledge()
        report = self.env.ref("ar_dispute.ar_dispute_report_letter")
        printer = self.env["ir.actions.report"].with_user(self.handler)
        dispute.processor_id = self.handler
        with self.allow_pdf_render():
            # as the browser asks for it: by its name
            content, _kind = printer._render_qweb_pdf(report.report_name, dispute.ids)
        [page] = PdfReader(io.BytesIO(content)).pages
        text = " ".join(page.extract_text().split())
        self.assertIn(f"registered under number {dispute.name}", text)
        self.assertIn(self.customer.name, text)
