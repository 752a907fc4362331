"""One truth: what was marked as disputed is a case, and is never left out twice."""

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.ar_best_practices.tests.common import TODAY
from odoo.addons.ar_best_practices.tests.test_ledger_import import (
    HEADER,
    LedgerImportCase,
)

from ..hooks import post_init_hook, uninstall_hook
from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeFlag(DisputeCommon):
    def _mark(self, invoice, day="2026-06-01"):
        """Mark an invoice as before there was a register; return our state of it."""
        item = self.env["ar.item"]._get_or_create(self._receivable(invoice))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE ar_item SET disputed = TRUE, disputed_date = %s WHERE id = %s",
                day,
                item.id,
            )
        )
        self.env.invalidate_all()
        return item

    def _install(self):
        """Run what happens when the addon comes, the numbers being there already."""
        self.env["ir.sequence"].search([("code", "=", "ar.dispute")]).unlink()
        post_init_hook(self.env)
        return self.env["ar.dispute"].search([("account_id", "=", self.account.id)])

    def test_a_mark_from_before_passes_to_the_case_that_somebody_opens(self):
        item = self._mark(self.invoice)
        self.assertEqual(self.account.disputed_amount, 1000)
        dispute = self._dispute(400)
        self.assertFalse(item.disputed)
        self.assertTrue(dispute.line_ids.from_flag)
        self.assertEqual(self.account.disputed_amount, 400)

    def test_marks_from_before_become_a_case_each_when_the_addon_comes(self):
        second = self._invoice(self.customer, 200, "2026-05-02")
        marked = self._mark(self.invoice) | self._mark(second, "2026-06-15")
        disputes = self._install().sorted("opened_date")
        self.assertRecordValues(
            disputes,
            [
                {
                    "state": "new",
                    "amount": amount,
                    "channel": "other",
                    "opened_date": day,
                    "heard_date": day,
                    "reason_id": False,
                }
                for amount, day in (
                    (1000, self._day("2026-06-01")),
                    (200, self._day("2026-06-15")),
                )
            ],
        )
        self.assertIn("to be qualified", disputes[0].claim)
        self.assertFalse(any(marked.mapped("disputed")))
        self.assertEqual(self.account.disputed_amount, 1200)
        self.assertFalse(self._install() - disputes)

    def _day(self, text):
        return self.env["ar.dispute"]._fields["opened_date"].to_date(text)

    def test_a_past_day_knows_the_marks_that_became_cases(self):
        self._mark(self.invoice)
        self._install()
        account = self.account.with_context(ar_as_of="2026-06-10")
        self.assertEqual(account.disputed_amount, 1000)
        account = self.account.with_context(ar_as_of="2026-05-31")
        self.assertEqual(account.disputed_amount, 0)

    def test_uninstalling_gives_back_the_marks_that_are_still_disputed(self):
        second = self._invoice(self.customer, 200, "2026-05-02")
        items = self._mark(self.invoice) | self._mark(second)
        other = self._invoice(self.customer, 70, "2026-05-02")
        disputes = self._install()
        self._dispute(70, other)
        disputes.filtered(lambda x: x.amount == 200).action_cancel("withdrawn")
        uninstall_hook(self.env)
        self.assertRecordValues(
            items,
            [
                {"disputed": True, "disputed_date": self._day("2026-06-01")},
                {"disputed": False, "disputed_date": self._day("2026-06-01")},
            ],
        )
        self.assertFalse(
            self.env["ar.item"].search(
                [("move_id", "=", other.id), ("disputed", "=", True)]
            )
        )

    def test_a_mark_that_is_written_today_is_a_case_and_counts_once(self):
        dispute = self._dispute(400)
        item = self.env["ar.item"]._get_or_create(self._receivable(self.invoice))
        item.write({"disputed": True})
        self.assertFalse(item.disputed)
        cases = self.account.dispute_ids
        self.assertEqual(sorted(cases.mapped("amount")), [400, 600])
        self.assertEqual(self.account.disputed_amount, 1000)
        (cases - dispute).action_cancel("a mistake")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.disputed_amount, 400)


@tagged("post_install", "-at_install")
class TestDisputeOfLedger(LedgerImportCase):
    ROWS = (
        ("Ray", "F1", "2026-01-05", "2026-02-05", "100", "", "yes"),
        ("Ray", "F2", "2026-01-06", "2026-02-06", "200", "", ""),
        ("Ray", "F3", "2026-01-07", "2026-02-07", "300", "2026-03-01", "LIT01"),
        ("Ray", "A4", "2026-01-08", "2026-02-08", "-50", "", "yes"),
    )

    def test_disputed_rows_of_a_ledger_become_one_case_each_once(self):
        header = (*HEADER, "Settled date", "Disputed")
        job = self.import_rows(self.ROWS, header=header)
        self.assertEqual(job.state, "done")
        disputes = self.env["ar.dispute"].search(
            [("company_id", "=", self.company.id)], order="id"
        )
        self.assertRecordValues(
            disputes,
            [
                {"state": "new", "amount": 100, "still_disputed": 100, "paid": 0},
                {"state": "closed", "amount": 300, "still_disputed": 0, "paid": 300},
            ],
        )
        self.assertEqual(
            set(disputes.mapped("claim")), {"disputed in the imported ledger"}
        )
        self.assertEqual(str(disputes[1].closed_date), "2026-03-01")
        account = disputes.account_id
        self.assertEqual((account.open_amount, account.disputed_amount), (300, 100))
        again = self.import_rows(self.ROWS, header=header)
        self.assertEqual(again.skipped_count, 4)
        self.assertEqual(len(account.dispute_ids), 2)
