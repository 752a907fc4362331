"""What the statistics say of a handful of cases."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import DisputeCommon


@tagged("post_install", "-at_install")
class TestDisputeReport(DisputeCommon):
    def _row(self, dispute):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["ar.dispute.report"].search(
            [("dispute_id", "=", dispute.id)], order="id"
        )

    def _close_after_waiting(self):
        """Return a case of 20 days, 6 of which we waited for the customer."""
        with freeze_time("2026-06-01"):
            dispute = self._dispute()
            self._investigate(dispute)
        with freeze_time("2026-06-05"):
            dispute.action_wait("asked for the slip")
        with freeze_time("2026-06-11"):
            dispute.action_resume("the slip is here")
        with freeze_time("2026-06-21"):
            dispute.write({"decision": "founded", "decision_note": "so it is"})
            dispute.with_user(self.manager).action_decide()
            dispute.with_user(self.owner).action_approve()
            dispute.write(
                {
                    "resolution_id": self.credit.id,
                    "document_name": "Letter",
                    "root_cause_id": self.cause.id,
                }
            )
            dispute.action_execute()
            self._credit(400, day="2026-06-21")
            dispute.action_close()
        return dispute

    def test_days_count_once_a_case_with_and_without_waiting(self):
        dispute = self._close_after_waiting()
        row = self._row(dispute)
        self.assertRecordValues(
            row,
            [
                {
                    "amount": 400.0,
                    "credited": 400.0,
                    "still_disputed": 0.0,
                    "days_gross": 20,
                    "days_net": 14,
                    "days_qualify": 0,
                    "in_time": 0.0,
                    "unfounded": 0.0,
                    "root_cause_id": self.cause.id,
                }
            ],
        )

    def test_an_open_case_has_no_days_yet_and_a_second_item_has_none(self):
        other = self._invoice(self.customer, 500, "2026-05-01")
        dispute = self._dispute(100, moves=self.invoice + other)
        rows = self._row(dispute)
        self.assertEqual(rows.mapped("amount"), [100.0, 100.0])
        self.assertEqual(rows.mapped("days_gross"), [False, False])
        groups = self.env["ar.dispute.report"]._read_group(
            [("dispute_id", "=", dispute.id)],
            ["reason_id"],
            ["dispute_id:count_distinct", "amount:sum"],
        )
        self.assertEqual(groups, [(self.short, 1, 200.0)])

    @freeze_time("2026-06-30")
    def test_the_pareto_begins_with_the_largest_and_ends_with_all(self):
        self._dispute(300)
        self._dispute(100, reason_id=self.price.id)
        rows = self.env["ar.dispute.pareto"].search(
            [
                ("company_id", "=", self.company.id),
                ("kind", "=", "reason"),
                ("span", "=", "year"),
            ]
        )
        self.assertEqual(rows.reason_id, self.short + self.price)
        self.assertEqual(rows.mapped("amount"), [300.0, 100.0])
        self.assertEqual(rows.mapped("cumulated"), [0.75, 1.0])
        cases = self.env["ar.dispute"].search(rows[1].action_open()["domain"])
        self.assertEqual(cases.mapped("still_disputed"), [100.0])

    @freeze_time("2026-06-30")
    def test_whoever_treats_cases_reads_no_statistics_of_all(self):
        self.assertFalse(
            self.env["ar.dispute.pareto"].with_user(self.handler).has_access("read")
        )
        self._dispute()
        mine = self.env["ar.dispute.report"].with_user(self.collector)
        self.assertTrue(mine.search([("account_id", "=", self.account.id)]))
