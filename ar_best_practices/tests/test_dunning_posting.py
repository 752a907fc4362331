import base64

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import safe_eval

from .common import TODAY, ReceivablesCommon

FILE = base64.b64encode(b"%PDF-1.4 stamp of the post")


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDunningPosting(ReceivablesCommon):
    """A registered letter leaves with its number and keeps its proofs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("ar_best_practices.dunning_strategy_standard").minimum_amount = 0
        cls.collector = cls._create_user("posting_collector", "collector")
        cls.other = cls._create_user("posting_other", "collector")
        cls.manager = cls._create_user("posting_manager", "credit_manager")
        cls.account = cls._account()
        cls.account.write({"collector_id": cls.collector.id, "collector_forced": True})
        due = fields.Date.subtract(fields.Date.to_date(TODAY), days=40)
        cls._invoice(cls.customer, 100, fields.Date.subtract(due, days=30), due)

    def _formal(self):
        """Return the proposed formal notice of the customer."""
        run = self._run(
            mode="imposed",
            imposed_kind="formal",
            imposed_reason="forty days",
            account_ids=self.account.ids,
        )
        return run.notice_ids

    def _sent(self):
        notice = self._formal()
        self._send(notice.run_id)
        return notice

    def _missing(self):
        """Return what the filter of the list finds."""
        view = self.env.ref("ar_best_practices.ar_dunning_notice_view_search")
        words = view._get_combined_arch().xpath("//filter[@name='posting_missing']")
        return self.env["ar.dunning.notice"].search(
            Domain(safe_eval.safe_eval(words[0].get("domain")))
        )

    def test_a_formal_notice_is_a_registered_letter_to_print_and_post(self):
        notice = self._sent()
        self.assertRecordValues(notice, [{"channel": "registered", "state": "sent"}])
        self.assertEqual(notice.run_id._get_letters(), notice)
        task = notice.run_id.activity_ids.summary
        self.assertIn("Print and post 1 letters, registered: 1", task)
        self.assertIn("Note number", task)

    def test_it_is_searched_for_until_number_and_proof_are_there(self):
        notice = self._sent()
        self.assertIn(notice, self._missing())
        notice.posting_ref = "RA 123 456 789 FR"
        self.assertIn(notice, self._missing())
        notice.write({"deposit_proof": FILE, "deposit_name": "deposit.pdf"})
        self.assertNotIn(notice, self._missing())

    def test_the_proofs_are_said_wherever_the_letter_is(self):
        notice = self._sent()
        notice.with_user(self.collector).write(
            {
                "posting_ref": "RA 123 456 789 FR",
                "posting_date": TODAY,
                "deposit_proof": FILE,
                "deposit_name": "deposit.pdf",
            }
        )
        notice.with_user(self.collector).write(
            {
                "receipt_date": "2026-07-02",
                "receipt_proof": FILE,
                "receipt_name": "receipt.pdf",
            }
        )
        proof = notice._get_proof()
        self.assertIn("RA 123 456 789 FR, posted on 06/30/2026", proof)
        self.assertIn("received on 07/02/2026", proof)
        exhibits = dict(notice._get_exhibits())
        self.assertEqual(exhibits["Proofs of posting"], ["deposit.pdf", "receipt.pdf"])
        self.env.flush_all()
        event = self.env["ar.account.timeline"].search(
            [("account_id", "=", self.account.id), ("kind", "=", "notice")]
        )
        self.assertEqual(
            event.summary,
            "Formal notice, RA 123 456 789 FR, received on 07/02/2026",
        )

    def test_nothing_is_noted_before_it_was_posted(self):
        notice = self._formal()
        with self.assertRaisesRegex(UserError, "was sent"):
            notice.with_user(self.manager).posting_ref = "RA 1"

    def test_a_mail_has_no_posting_number(self):
        notice = self._sent()
        notice.sudo().channel = "mail"
        with self.assertRaisesRegex(UserError, "letter"):
            notice.with_user(self.manager).posting_ref = "RA 1"

    def test_only_those_in_charge_note_a_posting(self):
        notice = self._sent()
        with self.assertRaises(AccessError):
            notice.with_user(self.other).posting_ref = "RA 1"
        notice.run_id.sudo().approved_uid = self.other
        notice.with_user(self.other).posting_ref = "RA 1"
        notice.with_user(self.collector).posting_date = TODAY
        notice.with_user(self.manager).receipt_date = TODAY

    def test_a_proof_is_replaced_by_a_manager_only(self):
        notice = self._sent()
        mine = notice.with_user(self.collector)
        mine.deposit_proof = FILE
        for value in (False, base64.b64encode(b"another")):
            with self.assertRaisesRegex(UserError, "credit manager"):
                mine.deposit_proof = value
        self.assertEqual(notice.deposit_proof, FILE)
        notice.with_user(self.manager).deposit_proof = False
        mine.deposit_proof = FILE

    def test_no_attachment_stands_for_a_proof(self):
        notice = self._sent()
        notice.with_user(self.collector).deposit_proof = FILE
        domain = [("res_model", "=", "ar.dunning.notice"), ("res_id", "=", notice.id)]
        self.assertFalse(self.env["ir.attachment"].sudo().search(domain))
