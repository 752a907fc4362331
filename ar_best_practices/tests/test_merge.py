from freezegun import freeze_time

from odoo.tests import tagged

from .common import TODAY, ReceivablesCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestMerge(ReceivablesCommon):
    """Merging customers keeps everything and leaves one account."""

    def _merge(self, source, target):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([source.id, target.id], target)

    def test_merging_two_customers_with_accounts_keeps_one(self):
        self._invoice(self.customer, 100, "2026-05-01", "2026-05-31")
        self._invoice(self.other_customer, 50, "2026-05-01", "2026-05-31")
        source, target = self._account(self.other_customer), self._account()
        source.message_post(body="promised by phone")
        source._set_hold("watch", "change of owner")
        run = self._run()
        self._merge(self.other_customer, self.customer)
        self.env.invalidate_all()
        self.assertFalse(source.exists())
        self.assertEqual(target.overdue_amount, 150)
        self.assertEqual(target.hold_state, "watch")
        self.assertIn("promised by phone", "".join(target.message_ids.mapped("body")))
        self.assertEqual(len(run.notice_ids), 1)
        self.assertEqual(run.notice_ids.amount, 150)
        self.assertIn("Merge", target.decision_ids.mapped("subject"))

    def test_merging_into_a_customer_without_account_works(self):
        self._invoice(self.other_customer, 50, "2026-05-01", "2026-05-31")
        self._merge(self.other_customer, self.customer)
        account = self._account()
        self.env.invalidate_all()
        self.assertEqual(account.overdue_amount, 50)

    def test_the_latest_decision_wins(self):
        source, target = self._account(self.other_customer), self._account()
        source._set_hold("hold", "older")
        with freeze_time("2026-07-01"):
            target._set_hold("watch", "newer")
        source._merge_into(target)
        self.assertRecordValues(
            target, [{"hold_state": "watch", "hold_reason": "newer"}]
        )

    def test_a_customer_that_becomes_a_contact_brings_its_account_along(self):
        self._invoice(self.customer, 100, "2026-05-01", "2026-05-31")
        self._invoice(self.other_customer, 50, "2026-05-01", "2026-05-31")
        target, source = self._account(), self._account(self.other_customer)
        self.other_customer.write({"is_company": False, "parent_id": self.customer.id})
        self.env.invalidate_all()
        self.assertFalse(source.exists())
        self.assertEqual(target.overdue_amount, 150)
