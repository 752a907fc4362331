"""Every figure of the demo company equals a slow computation, item by item."""

from dateutil.relativedelta import relativedelta

from odoo.tests import TransactionCase, tagged

from odoo.addons.ar_best_practices.tests import slow_figures

# days before today: none of them is the first or last day of anything
AGO = (0, 33, 97, 214)


@tagged("standard", "post_install", "-at_install")
class TestFigures(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.ref("ar_demo.company", raise_if_not_found=False):
            cls.skipTest(cls, "this database has no demo company")
        cls.accounts = cls.env["ar.account"].with_context(active_test=False).search([])
        cls.today = cls.env["ar.account"]._today(cls.env.ref("ar_demo.company"))

    def _days(self):
        return [self.today - relativedelta(days=days) for days in AGO]

    def test_there_is_something_to_compare(self):
        self.assertGreater(len(self.accounts), 50)
        self.assertGreater(len(self.accounts.company_id), 1)
        self.assertTrue(any(account.overdue_amount for account in self.accounts))

    def test_live_amounts_equal_the_slow_computation(self):
        for day in self._days():
            accounts = self.accounts.with_context(ar_as_of=day)
            for account in accounts:
                expected = slow_figures.live_figures(account, day)
                found = {name: account[name] or 0 for name in expected}
                with self.subTest(day=day, account=account.display_name):
                    self._assert_equal(found, expected, 2)

    def test_open_items_equal_the_slow_computation(self):
        for day in self._days():
            report = self.env["ar.receivable.report"].with_context(ar_as_of=day)
            report.invalidate_model()  # an item has one id on all days
            items = report.search([]).grouped("account_id")
            for account in self.accounts:
                rows = items.get(account, report)
                found = {row.line_id.id: row.amount for row in rows}
                expected = slow_figures.open_items(account, day)
                expected = {line.id: amount for line, amount in expected.items()}
                with self.subTest(day=day, account=account.display_name):
                    self._assert_equal(found, expected, 2)

    def test_stored_behaviour_equals_the_slow_computation(self):
        self.env["ar.account"]._refresh()
        for account in self.accounts:
            expected = slow_figures.behavior(account, self.today)
            found = {name: account[name] for name in expected}
            with self.subTest(account=account.display_name):
                self._assert_equal(found, expected, 6)

    def test_behaviour_of_past_days_equals_the_slow_computation(self):
        for day in self._days()[1:]:
            rows = self._measure(day)
            for account in self.accounts:
                expected = slow_figures.behavior(account, day)
                row = rows.get(account.id, {"settled_count": 0})
                found = {name: row.get(name) for name in expected}
                with self.subTest(day=day, account=account.display_name):
                    self._assert_equal(found, expected, 6)

    def _measure(self, day):
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        query = accounts._behavior_sql(accounts._scope(as_of=day))
        rows = self.env.execute_query_dict(query)
        return {row["account_id"]: row for row in rows}

    def _assert_equal(self, found, expected, places):
        self.assertEqual(found.keys(), expected.keys())
        for name, value in expected.items():
            unknown = value is None
            self.assertEqual(found[name] is None or found[name] is False, unknown, name)
            if not unknown:
                self.assertAlmostEqual(float(found[name]), float(value), places, name)
