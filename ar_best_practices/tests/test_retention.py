import base64
import json

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .common import TODAY, ReceivablesCommon
from .test_ledger_import import LedgerImportCase


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestRetention(ReceivablesCommon, MailCommon):
    """What is kept, for how long, and what a person may ask for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("ar_best_practices.dunning_strategy_standard").minimum_amount = 0
        cls.company.email = "credit@company.example.com"
        cls.company.alias_domain_id = cls.mail_alias_domain
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Ines Moreau",
                "parent_id": cls.customer.id,
                "email": "ines@example.com",
                "lang": "en_US",
                "ar_style": "short",
            }
        )
        cls.account = cls._account()
        cls.account.contact_id = cls.person
        cls.invoice = cls._invoice(cls.customer, 100, "2026-05-22", "2026-06-21")

    def _send_run(self):
        run = self._run()
        with self.mock_mail_gateway():
            self._send(run)
        return run

    def _ask(self, partner):
        return self.env["ar.personal.data"].create({"partner_id": partner.id})

    def _purge(self):
        """Run the purges as the scheduler does, as the system."""
        self.env["ar.dunning.run"].sudo()._gc_expired()
        self.env["ar.dunning.run"].sudo()._gc_proposals()
        self.env["ar.item"].sudo()._gc_settled()

    # ------------------------------------------------------------------
    # Purges
    # ------------------------------------------------------------------

    def test_a_run_goes_when_its_years_are_over_and_all_is_paid(self):
        run = self._send_run()
        notices, lines = run.notice_ids, run.line_ids
        self._pay(self.invoice, TODAY)
        with freeze_time("2036-06-01"):
            self._purge()
            self.assertTrue(run.exists())
        with freeze_time("2036-07-02"):
            self._purge()
        self.assertFalse(run.exists() or notices.exists() or lines.exists())

    def test_a_run_stays_while_an_item_of_it_is_open(self):
        run = self._send_run()
        with freeze_time("2036-07-02"):
            self._purge()
        self.assertTrue(run.exists())

    def test_matchings_go_when_their_years_are_over(self):
        payment = self._pay_on_account(self.customer, 100, TODAY)
        payment.memo = self.invoice.name
        self.env["ar.matching.proposal"]._propose()
        matched = self.env["ar.matching.proposal"].search(
            [("move_id", "=", payment.move_id.id)]
        )
        matched.action_match()
        with freeze_time("2036-06-29"):
            self._purge()
            self.assertTrue(matched.exists())
        with freeze_time("2036-07-02"):
            self._purge()
        self.assertFalse(matched.exists())

    def test_nothing_goes_when_a_company_keeps_all(self):
        self.company.ar_retention_years = 0
        run = self._send_run()
        self._pay(self.invoice, TODAY)
        with freeze_time("2050-01-01"):
            self._purge()
        self.assertTrue(run.exists())

    def test_decisions_go_with_the_runs_of_their_time(self):
        self.account._set_hold("hold", "two cheques returned")
        decisions = self.account.decision_ids
        with freeze_time("2036-07-02"):
            self._purge()
        self.assertFalse(decisions.exists())

    def test_a_proposal_given_up_leaves_its_row_and_no_notice(self):
        run = self._run()
        run.action_cancel()
        with freeze_time("2026-10-01"):
            self._purge()
        self.assertTrue(run.exists())
        self.assertFalse(run.line_ids or run.notice_ids)

    def test_an_item_late_once_and_paid_is_forgotten_one_reminded_stays(self):
        reminded = self._invoice(self.other_customer, 50, "2026-05-22", "2026-06-21")
        self._run_cron("ir_cron_refresh_all")
        items = self.env["ar.item"].search(
            [("move_id", "in", (self.invoice + reminded).ids)]
        )
        notice = self._run().notice_ids.filtered(
            lambda n: n.partner_id == self.other_customer
        )
        self.env["ar.dunning.notice"]._mark_sent(notice)
        self._pay(self.invoice, TODAY)
        self._pay(reminded, TODAY)
        with freeze_time("2029-07-01"):
            self._purge()
        self.assertEqual(items.exists().move_id, reminded)

    # ------------------------------------------------------------------
    # A person asks
    # ------------------------------------------------------------------

    def test_a_person_gets_what_is_held(self):
        self._send_run()
        wizard = self._ask(self.person)
        wizard.action_export()
        content = json.loads(base64.b64decode(wizard.file))
        self.assertEqual(content["person"]["ar_style"], "short")
        (reminder,) = content["reminders"]
        self.assertEqual(reminder["email"], "ines@example.com")
        self.assertEqual(reminder["items"][0]["number"], self.invoice.name)
        self.assertFalse(content["accounts"], "a contact is not the customer")

    def test_a_customer_gets_judgements_with_their_reasons(self):
        self.account._set_hold("watch", "new bank details")
        wizard = self._ask(self.customer)
        wizard.action_export()
        content = json.loads(base64.b64decode(wizard.file))
        self.assertEqual(content["accounts"][0]["hold_reason"], "new bank details")
        self.assertEqual(content["decisions"][0]["reason"], "new bank details")

    def test_a_person_is_forgotten_and_the_proof_stays(self):
        notice = self._send_run().notice_ids
        mail = notice.mail_id
        self._ask(self.person).action_erase()
        self.assertRecordValues(
            notice,
            [{"email": False, "state": "sent", "amount": 100, "mail_id": False}],
        )
        self.assertTrue(notice.message_id and notice.sent_date)
        self.assertFalse(notice.contact_id or self.account.contact_id or mail.exists())
        self.assertFalse(self.person.ar_style)

    def test_the_words_about_a_customer_go_when_it_owes_nothing(self):
        self.account._set_hold("hold", "he says he is ill")
        line = self._receivable(self.invoice)
        item = self.env["ar.item"].create({"line_id": line.id})
        item.write({"excluded": True, "excluded_reason": "he is ill"})
        wizard = self._ask(self.customer)
        with self.assertRaises(UserError):
            wizard.action_erase()
        self._pay(self.invoice, TODAY)
        wizard.action_erase()
        self.assertFalse(any(self.account.decision_ids.mapped("reason")))
        self.assertFalse(self.account.hold_reason or item.excluded_reason)
        self.assertEqual(len(self.account.decision_ids), 2)

    def test_words_of_calls_and_promises_go_and_opt_outs_stay(self):
        self.customer.ar_no_phone = True
        action = self.env["ar.collection.action"].create(
            {
                "account_id": self.account.id,
                "outcome": "message",
                "contact_id": self.customer.id,
                "note": "his wife answered",
            }
        )
        promise = self.env["ar.payment.promise"]._make(
            self.account, 10, TODAY, contact=self.customer, note="he is ill"
        )
        wizard = self._ask(self.customer)
        wizard.action_export()
        self.assertIn("his wife answered", base64.b64decode(wizard.file).decode())
        self._pay(self.invoice, TODAY)
        wizard.action_erase()
        self.assertFalse(action.note or promise.note or action.contact_id)
        self.assertEqual((action.outcome, promise.amount), ("message", 10))
        self.assertTrue(self.customer.ar_no_phone)

    def test_actions_and_promises_go_with_the_runs_of_their_time(self):
        action = self.env["ar.collection.action"].create(
            {"account_id": self.account.id, "outcome": "message", "date": TODAY}
        )
        promise = self.env["ar.payment.promise"]._make(self.account, 10, TODAY)
        with freeze_time("2036-07-02"):
            self._purge()
            self.assertTrue(promise.exists())  # nobody decided it
            self.assertFalse(action.exists())
            self.account.action_refresh()
            self._purge()
        self.assertFalse(promise.exists())

    def test_nothing_is_erased_while_a_reminder_is_under_way(self):
        self._run()
        with self.assertRaises(UserError):
            self._ask(self.person).action_erase()

    def test_only_an_administrator_of_the_suite_answers(self):
        manager = self._create_user("manager", "credit_manager")
        with self.assertRaises(AccessError):
            self.env["ar.personal.data"].with_user(manager).create(
                {"partner_id": self.person.id}
            )

    def test_an_administrator_without_the_right_on_contacts_may_erase(self):
        admin = self._create_user("credit_admin", "admin")
        self._send_run()
        wizards = self.env["ar.personal.data"].with_user(admin)
        wizard = wizards.create({"partner_id": self.person.id})
        wizard.action_export()
        self.assertTrue(wizard.file)
        wizard.action_erase()
        self.assertFalse(self.person.ar_style)


@tagged("post_install", "-at_install")
class TestStagingRetention(LedgerImportCase):
    """A file of a ledger is not kept for ever."""

    HEADER = ("Customer", "Invoice no", "Invoice date", "Due date", "Amount", "E-mail")
    ROWS = [
        ("Roy", "F1", "2026-05-01", "2026-05-31", "100", "roy@example.com"),
        ("Roy", "F2", "2026-05-01", "soon", "100", "roy@example.com"),
    ]

    def test_old_rows_lose_what_they_no_longer_serve(self):
        job = self.import_rows(self.ROWS, self.HEADER, policy="valid_rows")
        self.assertEqual((job.done_count, job.rejected_count), (1, 1))
        job.sudo()._gc_staging()
        self.assertEqual(job.row_count, 2)
        with freeze_time("2100-01-15"):
            job.sudo()._gc_staging()
        self.env.invalidate_all()
        self.assertRecordValues(job.row_ids, [{"number": "F1", "email": False}])
        self.assertTrue(job.row_ids.move_id and job.row_ids.key)
        self.assertFalse(job.file)
