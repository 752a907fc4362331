from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..models import ar_account_ledger
from . import slow_figures
from .common import TODAY, ReceivablesCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAccountBehavior(ReceivablesCommon):
    """How a customer pays is measured on matchings, by instalment, over 12 months."""

    def _refreshed(self, partner=None):
        account = self._account(partner)
        account.action_refresh()
        return account

    def assertBehavior(self, account, day=TODAY):
        """Compare every stored figure with the slow computation."""
        expected = slow_figures.behavior(account, fields.Date.to_date(day))
        for name, value in expected.items():
            with self.subTest(figure=name):
                if value is None:
                    self.assertIs(account[name], False)
                else:
                    self.assertAlmostEqual(account[name], value, 6)

    def test_the_average_is_weighted_by_the_original_amount_and_signed(self):
        for amount, delay in [(100, -10), (200, -5), (300, 0), (400, 5), (500, 10)]:
            self._settled_history(self.customer, [delay], amount=amount)
        account = self._refreshed()
        self.assertAlmostEqual(account.days_beyond_terms, 5000 / 1500, 6)
        self.assertAlmostEqual(account.days_beyond_terms_floored, 7000 / 1500, 6)
        self.assertAlmostEqual(account.late_share, 0.6, 6)
        self.assertEqual(account.settled_count, 5)
        self.assertBehavior(account)

    def test_below_five_items_nothing_is_known_and_the_screen_says_so(self):
        self._settled_history(self.customer, [1, 2, 3, 4])
        account = self._refreshed()
        self.assertEqual(account.settled_count, 4)
        self.assertIs(account.days_beyond_terms, False)
        self.assertIn("n/a", account.behavior_summary)
        self.assertBehavior(account)

    def test_a_credit_note_or_a_write_off_is_not_a_payment(self):
        self._settled_history(self.customer, [1, 2, 3, 4, 5])
        credited = self._invoice(self.customer, 900, "2026-04-01", "2026-05-01")
        refund = self._invoice(self.customer, -900, "2026-06-20")
        lines = self._receivable(credited) + self._receivable(refund)
        lines.reconcile()
        account = self._refreshed()
        self.assertEqual(account.settled_count, 5)
        self.assertBehavior(account)

    def test_an_instalment_is_settled_the_day_its_last_part_is_paid(self):
        self._settled_history(self.customer, [0, 0, 0, 0])
        invoice = self._invoice(self.customer, 100, "2026-04-01", "2026-05-01")
        self._pay(invoice, "2026-04-20", 60)
        self._pay(invoice, "2026-05-11", 40)
        account = self._refreshed()
        self.assertAlmostEqual(account.days_beyond_terms, 2, 6)
        self.assertBehavior(account)

    def test_a_prepayment_counts_on_the_day_of_the_payment(self):
        self._settled_history(self.customer, [0, 0, 0, 0])
        payment = self._pay_on_account(self.customer, 100, "2026-04-01")
        invoice = self._invoice(self.customer, 100, "2026-04-10", "2026-05-01")
        credit = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        (self._receivable(invoice) + credit).reconcile()
        account = self._refreshed()
        self.assertAlmostEqual(account.days_beyond_terms, -30 / 5, 6)
        self.assertBehavior(account)

    def test_open_late_items_count_as_if_they_were_paid_today(self):
        self._settled_history(self.customer, [0, 0, 0, 0, 0])
        self._invoice(self.customer, 500, "2026-04-01", "2026-05-11")
        account = self._refreshed()
        self.assertAlmostEqual(account.days_beyond_terms, 0, 6)
        self.assertAlmostEqual(account.days_beyond_terms_open, 25, 6)
        self.assertBehavior(account)

    def test_a_returned_payment_settles_nothing(self):
        self._settled_history(self.customer, [0, 0, 0, 0, 0])
        invoice = self._invoice(self.customer, 100, "2026-04-01", "2026-05-01")
        payment = self._pay(invoice, "2026-05-01")
        self.assertEqual(self._refreshed().settled_count, 6)
        payment.action_draft()
        self.assertEqual(self._refreshed().settled_count, 5)

    def test_a_rate_difference_does_not_move_the_day_of_payment(self):
        rates = [("2026-01-01", 0.5), ("2026-06-01", 0.4)]
        pounds = self.setup_other_currency("GBP", rates=rates)
        for _number in range(5):
            invoice = self._invoice(
                self.customer, 10, "2026-04-01", "2026-05-01", currency_id=pounds.id
            )
            self._pay(invoice, "2026-06-05")
        account = self._refreshed()
        self.assertEqual(account.settled_count, 5)
        self.assertAlmostEqual(account.days_beyond_terms, 35, 6)
        self.assertBehavior(account)

    def test_settlements_older_than_a_year_are_forgotten(self):
        self._settled_history(self.customer, [0] * 6, end="2025-06-20")
        account = self._refreshed()
        self.assertEqual(account.settled_count, 0)
        self.assertBehavior(account)

    def test_posting_and_paying_are_followed_by_a_refresh(self):
        account = self._account()
        self._run_cron("ir_cron_refresh_dirty")
        self.assertEqual(account.settled_count, 0)
        self._settled_history(self.customer, [1] * 5)
        dirty = (
            self.env["ar.account.dirty"]
            .sudo()
            .search_count([("partner_id", "=", self.customer.id)])
        )
        self.assertTrue(dirty)
        self._run_cron("ir_cron_refresh_dirty")
        self.assertEqual(account.settled_count, 5)
        self.assertFalse(self.env["ar.account.dirty"].sudo().search_count([]))

    def test_a_refresh_costs_the_same_statements_for_few_and_for_many(self):
        accounts = self.env["ar.account"]

        def count():
            self.env.flush_all()
            before = self.cr.sql_log_count
            accounts._refresh()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        self._settled_history(self.customer, [1] * 3)
        accounts._refresh()
        few = count()
        for number in range(10):
            partner = self._create_customer(f"Customer {number}")
            self._settled_history(partner, [number] * 2)
        self.assertLessEqual(count(), few)

    def test_a_table_that_grew_is_counted_before_it_is_joined(self):
        accounts = self.env["ar.account"]
        rows = "SELECT generate_series(1, 9999) AS id"
        self.cr.execute(f"CREATE TABLE ar_test_grown AS {rows}")

        def grown():
            return self.env.execute_query(accounts._grown_table_sql())

        with patch.object(ar_account_ledger, "LEDGER_TABLES", ["ar_test_grown"]):
            self.assertEqual(grown(), [("ar_test_grown",)])
            accounts._prepare_long_statements()
            self.assertFalse(grown())
            self.cr.execute(f"INSERT INTO ar_test_grown {rows} UNION ALL {rows}")
            self.assertTrue(grown())

    def test_a_refresh_writes_only_rows_that_differ(self):
        self._settled_history(self.customer, [1] * 5)
        scope = self.env["ar.account"]._scope()
        self.env["ar.account"]._refresh_behavior(scope)
        self.assertEqual(self.env["ar.account"]._refresh_behavior(scope), 0)
