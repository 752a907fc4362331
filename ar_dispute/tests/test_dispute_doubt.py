"""False disputes are found by points, with their reasons; persons decide."""

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from ..models.ar_dispute_line import Part
from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDoubt(DisputeCommon):
    def _call(self, **values):
        self.env["ar.collection.action"].create(
            {"account_id": self.account.id, "outcome": "answered"} | values
        )

    def test_after_the_due_date_and_a_call(self):
        self._call()
        dispute = self._dispute()
        self.assertEqual(dispute.doubt_points, 45)
        self.assertEqual(
            dispute.doubt_reason,
            "registered after the due date (+25) · just after a firm reminder or a"
            " call (+20)",
        )
        self.assertFalse(dispute.is_doubtful)

    def test_a_claim_without_evidence_becomes_doubtful_and_is_verified_fast(self):
        self._call()
        dispute = self._dispute()
        usual = dispute.deadline
        with freeze_time(fields.Date.add(fields.Date.to_date(TODAY), days=5)):
            self._run_cron("ir_cron_escalate", "ar_dispute")
            self.assertEqual((dispute.doubt_points, dispute.is_doubtful), (60, True))
            self.assertIn("no evidence after 5 days (+15)", dispute.doubt_reason)
            self.assertLess(dispute.deadline, usual)
            dispute.evidence_ids[:1].received_date = TODAY
            self._run_cron("ir_cron_escalate", "ar_dispute")
        self.assertEqual((dispute.doubt_points, dispute.is_doubtful), (15, False))
        self.assertEqual(dispute.deadline, usual)

    def test_an_honest_claim_has_no_points(self):
        coming = self._invoice(self.customer, 300, "2026-06-25", "2026-07-25")
        dispute = self._dispute(100, coming)
        self.assertEqual(dispute.doubt_points, 0)
        self.assertEqual(dispute.doubt_reason, "registered before the due date (-20)")

    def test_a_reason_that_changes(self):
        dispute = self._investigate(self._dispute())
        before = dispute.doubt_points
        dispute.reason_id = self.price
        self.assertEqual(dispute.doubt_points, before + 15)
        dispute.reason_id = self.price
        self.assertEqual(dispute.reason_changes, 1)

    def test_a_customer_whose_disputes_are_often_unfounded(self):
        for _number in range(3):
            past = self._dispute(10)
            self._execute(past, "unfounded", self.rejected)
            past.action_close()
        dispute = self._dispute()
        self.assertIn("often unfounded (+15)", dispute.doubt_reason)

    def test_what_others_say_too_protects_the_customer(self):
        other = self._invoice(self.other_customer, 80, "2026-05-01", "2026-05-31")
        self._dispute(80, other, account=self._account(self.other_customer))
        self.assertIn(
            "other customers say the same (-15)", self._dispute().doubt_reason
        )

    def test_a_whole_invoice_for_one_line_and_too_late(self):
        self.company.ar_dispute_claim_days = 30
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-05-01",
                "invoice_date_due": "2026-05-31",
                "invoice_line_ids": [
                    Command.create({"name": name, "price_unit": 50, "tax_ids": False})
                    for name in ("Boards", "Books")
                ],
            }
        )
        invoice.action_post()
        item = self._receivable(invoice)
        part = Part(item, 100, invoice.invoice_line_ids[0], 1)
        dispute = self.env["ar.dispute"]._open(
            self.account, [part], reason_id=self.short.id, claim="A book is missing"
        )
        self.assertIn("kept back for a line (+10)", dispute.doubt_reason)
        self.assertIn("the terms allow (+10)", dispute.doubt_reason)

    def test_what_is_decided_keeps_its_points(self):
        dispute = self._decide(self._dispute())
        before = dispute.doubt_reason
        self._call()
        self._run_cron("ir_cron_escalate", "ar_dispute")
        self.assertEqual(dispute.doubt_reason, before)

    def test_counting_costs_the_same_for_one_or_many(self):
        disputes = self.env["ar.dispute"]
        for _number in range(6):
            disputes |= self._dispute(10)
        self.env.flush_all()
        self.env.invalidate_all()
        disputes._doubt()
        with self.assertQueryCount(5):
            self.env.invalidate_all()
            disputes._doubt()
