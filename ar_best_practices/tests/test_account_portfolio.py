from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, ReceivablesCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAccountPortfolio(ReceivablesCommon):
    """A customer refreshed alone is judged as if everybody had been refreshed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._large_customers_first()
        cls.account = cls._account()
        cls._invoice(cls.customer, 3000, "2026-03-01", "2026-04-01")
        for number in range(5):
            other = cls._create_customer(f"Other {number}")
            cls._invoice(other, 1000 * number + 500, "2026-04-01", "2026-05-01")

    @classmethod
    def _large_customers_first(cls):
        """Let a strategy tell turnover, seniority and rank in its reason."""
        facts = {"turnover": 1, "seniority": 1, "importance": 0}
        cls.env["ar.rule"].create(
            {
                "name": "Known customer",
                "usage": "strategy",
                "sequence": 0,
                "strategy_id": cls.env["ar.dunning.strategy"]._get_default().id,
                "condition_ids": [
                    Command.create({"fact": fact, "operator": "ge", "value": bound})
                    for fact, bound in facts.items()
                ],
            }
        )

    def _judgement(self, accounts):
        """Return what a refresh of these accounts makes of the customer."""
        accounts.action_refresh()
        account = self.account
        return (
            account.priority,
            account.priority_reason,
            account.strategy_reason,
            account.payer_profile_reason,
        )

    def _assert_alone_as_with_all(self):
        alone = self._judgement(self.account)
        everybody = self.env["ar.account"].search([])
        self.assertEqual(self._judgement(everybody), alone)
        return alone

    def test_it_says_turnover_and_rank(self):
        judgement = self._assert_alone_as_with_all()
        self.assertIn("turnover of 12 months 3000.00", judgement[2])
        self.assertIn("rank by turnover (100 % is top) 60 %", judgement[2])

    def test_invoices_of_others_count_before_their_own_refresh(self):
        before = self._assert_alone_as_with_all()
        for amount in (20000, 40000):
            self._invoice(self.other_customer, amount, "2026-05-01", "2026-05-31")
        after = self._assert_alone_as_with_all()
        self.assertLess(after[0], before[0])
        self.assertIn("50 %", after[2])

    def test_an_invoice_back_in_draft_counts_no_more(self):
        invoice = self._invoice(self.other_customer, 40000, "2026-05-01", "2026-05-31")
        before = self._assert_alone_as_with_all()
        invoice.button_draft()
        after = self._assert_alone_as_with_all()
        self.assertGreater(after[0], before[0])

    def test_time_passes_for_others_too(self):
        self._invoice(self.other_customer, 40000, TODAY, "2026-07-10")
        before = self._assert_alone_as_with_all()
        with freeze_time("2026-07-11"):
            after = self._assert_alone_as_with_all()
        self.assertLess(after[0], before[0])

    def test_a_refresh_costs_the_same_for_one_or_many(self):
        everybody = self.env["ar.account"].search([])
        self._judgement(everybody)

        def statements(accounts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            accounts.action_refresh()
            return self.cr.sql_log_count - before

        self.assertEqual(statements(self.account), statements(everybody))
