from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import TODAY, ReceivablesCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAccess(ReceivablesCommon):
    """Who sees and does what: real users of one role each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(cls.customer, 1234, "2026-05-01", "2026-05-31")
        cls.account = cls._account()
        cls.viewer = cls._create_user("viewer", "viewer")
        cls.collector = cls._create_user("collector", "collector")
        cls.manager = cls._create_user("manager", "credit_manager")
        cls.portal = new_test_user(cls.env, "portal", groups="base.group_portal")
        cls.nobody = new_test_user(cls.env, "nobody", groups="base.group_user")
        cls.second = cls.setup_other_company(name="Second company")["company"]
        cls.stranger = cls._create_user(
            "stranger", "credit_manager", company=cls.second
        )

    def test_a_viewer_reads_the_status_in_words_and_no_amount(self):
        account = self.account.with_user(self.viewer)
        self.assertEqual(account.status, "late")
        self.assertNotRegex(account.status_reason, r"1[ ,.]?234")
        for name in ("overdue_amount", "days_beyond_terms", "priority"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                account.read([name])

    def test_a_viewer_cannot_search_sort_or_sum_on_amounts(self):
        accounts = self.env["ar.account"].with_user(self.viewer)
        with self.assertRaises(AccessError):
            accounts.search([("overdue_amount", ">", 0)])
        with self.assertRaises(AccessError):
            accounts.search([], order="overdue_amount desc")
        with self.assertRaises(AccessError):
            accounts._read_group([], [], ["overdue_amount:sum"])

    def test_a_viewer_has_no_part_in_dunning(self):
        with self.assertRaises(AccessError):
            self.env["ar.dunning.run"].with_user(self.viewer).search([])

    def test_a_collector_sees_amounts_down_to_the_journal_item(self):
        account = self.account.with_user(self.collector)
        self.assertEqual(account.overdue_amount, 1234)
        lines = account.open_line_ids
        self.assertEqual(lines.amount_residual, 1234)
        with self.assertRaises(AccessError):
            lines.move_id.ref = "changed"

    def test_a_collector_proposes_approves_and_sends(self):
        run = (
            self.env["ar.dunning.run"]
            .with_user(self.collector)
            .create({"company_id": self.company.id, "date": TODAY})
        )
        run.action_propose()
        run.action_approve()
        run.action_send()
        self.assertEqual(run.state, "sending")

    def test_a_collector_decides_neither_holds_nor_texts_nor_rules(self):
        with self.assertRaises(AccessError):
            self.env["ar.account.decide"].with_user(self.collector).create(
                {"account_ids": self.account.ids, "reason": "because"}
            )
        for model in ("ar.rule", "ar.dunning.strategy", "ar.dunning.level"):
            records = self.env[model].with_user(self.collector).search([], limit=1)
            with self.subTest(model=model), self.assertRaises(AccessError):
                records.name = "Mine"

    def test_a_manager_holds_an_account_with_a_reason(self):
        wizard = (
            self.env["ar.account.decide"]
            .with_user(self.manager)
            .create(
                {
                    "account_ids": self.account.ids,
                    "subject": "hold",
                    "hold_state": "hold",
                    "reason": "two cheques returned",
                }
            )
        )
        wizard.action_apply()
        self.assertRecordValues(
            self.account,
            [{"hold_state": "hold", "hold_reason": "two cheques returned"}],
        )
        decision = self.account.decision_ids[:1]
        self.assertEqual(decision.user_id, self.manager)

    def test_nobody_outside_the_suite_reads_accounts(self):
        for user in (self.portal, self.nobody):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.account.with_user(user).read(["status"])

    def test_another_company_sees_nothing(self):
        accounts = self.env["ar.account"].with_user(self.stranger)
        self.assertNotIn(self.account, accounts.search([]))
        run = self._run()
        runs = self.env["ar.dunning.run"].with_user(self.stranger)
        self.assertNotIn(run, runs.search([]))
        for records in (run.notice_ids, run.line_ids):
            found = records.with_user(self.stranger).search([("id", "in", records.ids)])
            with self.subTest(model=records._name):
                self.assertFalse(found)

    def test_nobody_deletes_an_account_or_a_proof_by_hand(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.manager).unlink()
        with self.assertRaisesRegex(Exception, "never deleted"):
            self.account.sudo().unlink()
        run = self._run()
        run.action_approve()
        with self.assertRaisesRegex(Exception, "proof"):
            run.unlink()
