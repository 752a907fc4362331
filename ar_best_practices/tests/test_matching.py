from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TODAY, ReceivablesCommon

ENTRY = "odoo.addons.ar_best_practices.models.ar_matching_entry"


class MatchingCommon(ReceivablesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.owner_account = cls.env["res.partner.bank"].create(
            {
                "acc_number": "FR76 3000 4000 0312 3456 7890 143",
                "partner_id": cls.customer.id,
            }
        )
        cls.first = cls._invoice(cls.customer, 800.17, "2026-05-01", "2026-05-31")
        cls.second = cls._invoice(cls.customer, 258.41, "2026-05-02", "2026-06-01")
        cls.foreign = cls._invoice(cls.other_customer, 93.29, "2026-05-03")

    @classmethod
    def _bank_line(cls, amount, text, **values):
        """Return a bank line of today, as a bank reports it."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.bank.id,
                "date": TODAY,
                "payment_ref": text,
                "amount": amount,
            }
            | values
        )

    def _known(self, amount, text="VIREMENT"):
        """Return a bank line from the customer's own bank account."""
        return self._bank_line(
            amount, text, account_number="FR7630004000031234567890143"
        )

    def _propose(self, receipt=None):
        """Look at what waits; return the proposal of a bank line or of a credit."""
        self.env["ar.matching.proposal"].action_propose()
        proposals = self.env["ar.matching.proposal"].search(
            [("state", "in", ("certain", "likely", "unknown"))]
        )
        if receipt is None:
            return proposals
        return proposals.filtered(
            lambda p: receipt in (p.statement_line_id, p.credit_line_id)
        )

    def _assert_balanced(self, move):
        total = sum(move.line_ids.mapped("balance"))
        self.assertTrue(self.company.currency_id.is_zero(total))


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestProposal(MatchingCommon):
    def test_both_numbers_are_in_the_reference(self):
        line = self._bank_line(1058.58, f"VIR {self.first.name} {self.second.name}")
        proposal = self._propose(line)
        self.assertRecordValues(
            proposal,
            [
                {
                    "state": "certain",
                    "amount": 1058.58,
                    "left_amount": 0,
                    "confidence": 98,
                }
            ],
        )
        self.assertEqual(proposal.line_ids.move_id, self.first + self.second)
        self.assertEqual(proposal.reason, "number in the reference")

    def test_the_only_item_of_this_amount_wants_a_known_payer(self):
        known = self._propose(self._known(258.41))
        self.assertEqual((known.state, known.partner_id), ("certain", self.customer))
        self.assertEqual(known.payer_source, "bank_account")
        typed = self._bank_line(93.29, "VIREMENT", partner_id=self.other_customer.id)
        likely = self._propose(typed)
        self.assertEqual(likely.state, "likely")
        self.assertIn("only typed", likely.reason)

    def test_a_number_that_was_paid_days_ago_stands_for_no_other_item(self):
        twin = self._invoice(self.customer, 800.17, "2026-05-03")
        text = f"VIR {self.first.name}"
        self._propose(self._known(800.17, text)).action_match()
        proposal = self._propose(self._known(800.17, text))
        self.assertEqual(proposal.line_ids.move_id, twin)
        self.assertEqual((proposal.state, proposal.doubt), ("likely", "paid"))
        self.assertIn("paid already", proposal.reason)

    def test_a_sum_that_came_lately_may_be_the_same_payment_once_more(self):
        paid = self._invoice(self.customer, 1058.58, "2026-05-03")
        self._propose(self._known(1058.58, paid.name)).action_match()
        again = self._propose(self._known(1058.58))
        self.assertEqual((again.state, again.doubt), ("likely", "repeated"))
        self.assertEqual(len(again.line_ids), 2)

    def test_nothing_fits(self):
        proposal = self._propose(self._bank_line(12.34, "VIREMENT"))
        self.assertEqual(proposal.state, "unknown")
        self.assertEqual(proposal.reason, "nothing open fits")
        self.assertFalse(proposal.line_ids)

    def test_a_payment_on_account_is_proposed_too(self):
        payment = self._pay_on_account(self.customer, 258.41, TODAY)
        credit = self._receivable(payment.move_id)
        proposal = self._propose(credit)
        self.assertEqual(proposal.kind, "payment")
        self.assertEqual(proposal.line_ids.move_id, self.second)

    def test_a_registered_payment_is_confirmed_and_no_invoice_is_paid_twice(self):
        payment = self._pay(self.first, TODAY)
        line = self._known(800.17)
        proposal = self._propose(line)
        if not payment.move_id:
            self.skipTest("payments of this chart have no entry before the bank")
        self.assertEqual(proposal.rule_id.code, "payment")
        proposal.action_match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(payment.state, "paid")

    def test_what_is_certain_for_one_is_not_proposed_for_another(self):
        first = self._bank_line(800.17, self.first.name)
        again = self._bank_line(800.17, self.first.name)
        self.assertEqual(self._propose(first).state, "certain")
        self.assertEqual(self._propose(again).state, "unknown")

    def test_what_was_matched_by_hand_is_gone(self):
        payment = self._pay_on_account(self.customer, 258.41, TODAY)
        credit = self._receivable(payment.move_id)
        self.assertTrue(self._propose(credit))
        (credit + self._receivable(self.second)).reconcile()
        self.assertFalse(self._propose(credit))

    def test_deciding_costs_the_same_for_one_or_many(self):
        proposals = self.env["ar.matching.proposal"]

        def statements():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            proposals._propose()
            return self.cr.sql_log_count - before

        self._bank_line(800.17, self.first.name)
        statements()
        one = statements()
        for number in range(12):
            invoice = self._invoice(self.customer, 41.03 + number, "2026-05-01")
            self._bank_line(41.03 + number, invoice.name)
        statements()
        self.assertEqual(statements(), one)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestMatch(MatchingCommon):
    def test_a_bank_line_pays_its_invoices(self):
        line = self._bank_line(1058.58, f"VIR {self.first.name} {self.second.name}")
        proposal = self._propose(line)
        proposal.action_match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual((self.first + self.second).mapped("amount_residual"), [0, 0])
        self.assertRecordValues(
            proposal, [{"state": "matched", "matched_uid": self.env.uid}]
        )
        self._assert_balanced(line.move_id)

    def test_a_part_stays_open_and_too_much_stays_on_account(self):
        part = self._propose(self._bank_line(300, f"ACOMPTE {self.first.name}"))
        self.assertEqual(part.state, "likely")
        part.action_match()
        self.assertEqual(self.first.amount_residual, 500.17)
        line = self._bank_line(300, self.second.name)
        more = self._propose(line)
        self.assertEqual(more.left_amount, 41.59)
        more.action_match()
        self.assertEqual(self.second.amount_residual, 0)
        rest = line.move_id.line_ids.filtered(lambda x: x.amount_residual < 0)
        self.assertEqual(
            (rest.amount_residual, rest.partner_id), (-41.59, self.customer)
        )

    def test_a_small_difference_goes_to_its_account(self):
        self.company.ar_matching_tolerance = 0.05
        line = self._bank_line(800.15, self.first.name)
        proposal = self._propose(line)
        self.assertEqual((proposal.state, proposal.difference), ("certain", 0.02))
        with self.assertRaisesRegex(UserError, "account of small differences"):
            proposal.action_match()
        account = self.company_data["default_account_expense"]
        self.company.ar_matching_account_id = account
        proposal.action_match()
        self.assertEqual(self.first.amount_residual, 0)
        written = line.move_id.line_ids.filtered(lambda x: x.account_id == account)
        self.assertEqual(written.balance, 0.02)

    def test_an_early_payment_discount_is_granted_as_odoo_does(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "30 days, 2 % in 10",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        invoice = self._invoice(
            self.customer, 1000, "2026-06-25", invoice_payment_term_id=term.id
        )
        line = self._bank_line(980, invoice.name)
        proposal = self._propose(line)
        self.assertEqual(proposal.line_ids.discount, 20)
        self.assertIn("taken in time", proposal.reason)
        proposal.action_match()
        self.assertEqual((invoice.amount_residual, line.is_reconciled), (0, True))
        self._assert_balanced(line.move_id)

    def test_a_posted_payment_less_a_difference_gets_an_entry_for_it(self):
        self.company.ar_matching_tolerance = 0.05
        account = self.company_data["default_account_expense"]
        self.company.ar_matching_account_id = account
        payment = self._pay_on_account(self.customer, 800.15, TODAY)
        payment.memo = self.first.name
        credit = self._receivable(payment.move_id)
        proposal = self._propose(credit)
        self.assertEqual(proposal.difference, 0.02)
        proposal.action_match()
        self.assertEqual((self.first.amount_residual, credit.reconciled), (0, True))
        entry = proposal.writeoff_move_id
        self._assert_balanced(entry)
        booked = entry.line_ids.filtered(lambda line: line.account_id == account)
        self.assertEqual(booked.balance, 0.02)
        proposal.action_undo()
        self.assertEqual(self.first.amount_residual, 800.17)
        self.assertEqual(credit.amount_residual, -800.15)
        self.assertTrue(entry.reversal_move_ids)

    def test_a_payment_on_account_is_reconciled(self):
        payment = self._pay_on_account(self.customer, 258.41, TODAY)
        credit = self._receivable(payment.move_id)
        proposal = self._propose(credit)
        proposal.action_match()
        self.assertTrue(credit.reconciled)
        self.assertEqual(self.second.amount_residual, 0)

    def test_another_currency_keeps_its_amounts(self):
        dollar = self.env["res.currency"].search([("name", "=", "USD")])
        dollar.active = True
        currency = (
            dollar if dollar != self.company.currency_id else self.env.ref("base.CHF")
        )
        currency.active = True
        invoice = self._invoice(
            self.customer, 500, "2026-05-01", currency_id=currency.id
        )
        line = self._bank_line(
            400, invoice.name, foreign_currency_id=currency.id, amount_currency=500
        )
        proposal = self._propose(line)
        self.assertEqual((proposal.currency_id, proposal.amount), (currency, 500))
        proposal.action_match()
        self.assertEqual((invoice.amount_residual, line.is_reconciled), (0, True))
        self._assert_balanced(line.move_id)

    def test_undoing_lets_the_payment_wait_again(self):
        line = self._bank_line(800.17, self.first.name)
        proposal = self._propose(line)
        proposal.action_match()
        proposal.action_undo()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(self.first.amount_residual, 800.17)
        self.assertEqual(
            (proposal.state, proposal.matched_uid), ("undone", self.env.user)
        )
        payment = self._pay_on_account(self.customer, 258.41, TODAY)
        credit = self._propose(self._receivable(payment.move_id))
        credit.action_match()
        credit.action_undo()
        self.assertEqual(self.second.amount_residual, 258.41)

    def test_what_a_person_undid_is_never_matched_by_itself_again(self):
        self.company.ar_matching_automatic = True
        line = self._bank_line(800.17, self.first.name)
        self._run_cron("ir_cron_match")
        self.assertTrue(line.is_reconciled)
        matched = self.env["ar.matching.proposal"].search([("state", "=", "matched")])
        matched.action_undo()
        again = self._propose(line)
        self.assertEqual((again.state, again.doubt), ("likely", "undone"))
        self.assertIn("matched before, and undone", again.reason)
        self._run_cron("ir_cron_match")
        self.assertFalse(line.is_reconciled)
        again.action_match()
        self.assertTrue(line.is_reconciled)

    def test_an_undoing_elsewhere_in_odoo_is_followed(self):
        line = self._bank_line(800.17, self.first.name)
        proposal = self._propose(line)
        proposal.action_match()
        self._receivable(self.first).remove_move_reconcile()
        waiting = self._propose(self._receivable(line.move_id))
        self.assertEqual(proposal.state, "undone")
        self.assertEqual((waiting.kind, waiting.state), ("payment", "likely"))
        self.assertEqual(waiting.line_ids.move_id, self.first)

    def test_what_is_left_of_a_payment_waits_and_the_match_stays(self):
        payment = self._pay_on_account(self.customer, 300, TODAY)
        payment.memo = self.second.name
        credit = self._receivable(payment.move_id)
        first = self._propose(credit)
        self.assertEqual(first.left_amount, 41.59)
        first.action_match()
        rest = self._propose(credit)
        self.assertEqual((first.state, rest.amount), ("matched", 41.59))
        first.action_undo()
        again = self.env["ar.matching.proposal"].search(
            [("credit_line_id", "=", credit.id), ("state", "=", "likely")]
        )
        self.assertEqual((again.amount, again.left_amount), (300, 41.59))
        self.assertEqual(again.line_ids.amount, 258.41)
        self.assertEqual(again.reason, "matched before, and undone")

    def test_a_payment_used_elsewhere_meanwhile_is_told(self):
        payment = self._pay_on_account(self.customer, 300, TODAY)
        payment.memo = self.second.name
        credit = self._receivable(payment.move_id)
        proposal = self._propose(credit)
        other = self._invoice(self.customer, 100, "2026-05-04")
        (credit + self._receivable(other)).reconcile()
        with self.assertRaisesRegex(UserError, "less is left"):
            proposal.action_match()

    def test_the_job_matches_what_is_certain_where_the_company_says_so(self):
        certain = self._bank_line(800.17, self.first.name)
        likely = self._bank_line(300, self.second.name)
        self._run_cron("ir_cron_match")
        self.assertFalse(certain.is_reconciled)
        self.company.ar_matching_automatic = True
        self._run_cron("ir_cron_match")
        self.assertEqual((certain.is_reconciled, likely.is_reconciled), (True, False))
        matched = self.env["ar.matching.proposal"].search([("state", "=", "matched")])
        self.assertTrue(matched.is_automatic)

    def test_all_that_is_certain_is_matched_by_one_button(self):
        good = self._bank_line(800.17, self.first.name)
        late = self._bank_line(258.41, self.second.name)
        self._propose()
        self._pay(self.second, TODAY)
        message = self.env["ar.matching.proposal"].action_match_certain()["params"]
        self.assertEqual(message["message"], "1 payments matched, 1 to look at again.")
        self.assertEqual((good.is_reconciled, late.is_reconciled), (True, False))

    def test_the_job_goes_on_with_what_one_request_cannot_hold(self):
        lines = [
            self._bank_line(800.17, self.first.name),
            self._bank_line(258.41, self.second.name),
        ]
        self._propose()
        billing = self._create_user("asking_billing", "collector")
        billing.group_ids += self.env.ref("account.group_account_invoice")
        with patch(f"{ENTRY}.AT_ONCE", 1):
            proposals = self.env["ar.matching.proposal"].with_user(billing)
            message = proposals.action_match_certain()["params"]["message"]
        self.assertIn("1 more follow within minutes.", message)
        self.assertEqual([line.is_reconciled for line in lines], [True, False])
        self._run_cron("ir_cron_match")
        self.assertTrue(lines[1].is_reconciled)
        matched = self.env["ar.matching.proposal"].search(
            [("statement_line_id", "=", lines[1].id)]
        )
        self.assertRecordValues(
            matched, [{"matched_uid": billing.id, "is_automatic": False}]
        )

    def test_what_a_person_refused_is_not_proposed_again(self):
        line = self._bank_line(800.17, self.first.name)
        proposal = self._propose(line)
        proposal.action_refuse()
        self.assertEqual((proposal.state, proposal.reason), ("unknown", "refused once"))
        self.assertFalse(self._propose(line).line_ids)

    def test_nothing_is_matched_twice(self):
        proposal = self._propose(self._bank_line(800.17, self.first.name))
        proposal.action_match()
        with self.assertRaisesRegex(UserError, "matched this payment meanwhile"):
            proposal.action_match()

    def test_an_item_paid_meanwhile_is_told(self):
        proposal = self._propose(self._bank_line(800.17, self.first.name))
        self._pay(self.first, TODAY)
        with self.assertRaisesRegex(UserError, "has changed"):
            proposal.action_match()
        self.assertEqual(proposal.state, "certain")

    def test_a_billing_user_matches_and_undoes(self):
        billing = self._create_user("matching_billing", "collector")
        billing.group_ids += self.env.ref("account.group_account_invoice")
        line = self._bank_line(800.17, self.first.name)
        proposal = self._propose(line).with_user(billing)
        proposal.action_match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(proposal.matched_uid, billing)
        proposal.action_undo()
        self.assertFalse(line.is_reconciled)

    def test_who_only_works_for_a_branch_matches_nothing_of_the_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        clerk = self._create_user("matching_branch", "collector", company=branch)
        clerk.group_ids += self.env.ref("account.group_account_invoice")
        line = self._bank_line(800.17, self.first.name)
        proposal = self._propose(line)
        with self.assertRaises(AccessError):
            proposal.with_user(clerk).action_match()
        self.assertFalse(line.is_reconciled)
        proposal.action_match()
        with self.assertRaises(AccessError):
            proposal.with_user(clerk).action_undo()
        self.assertTrue(line.is_reconciled)

    def test_who_may_not_reconcile_matches_nothing(self):
        proposal = self._propose(self._bank_line(800.17, self.first.name))
        collector = self._create_user("matching_collector", "collector")
        self.assertEqual(proposal.with_user(collector).state, "certain")
        for name in ("action_match", "action_propose", "action_refuse", "action_undo"):
            with self.assertRaises(AccessError):
                getattr(proposal.with_user(collector), name)()
        with self.assertRaises(AccessError):
            proposal.with_user(collector).state = "matched"
        viewer = self._create_user("matching_viewer", "viewer")
        with self.assertRaises(AccessError):
            proposal.with_user(viewer).read(["amount"])


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCredits(MatchingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._invoice(
            cls.customer, 20.00, "2026-05-10", move_type="out_refund"
        )

    def test_an_invoice_less_a_credit_note(self):
        line = self._bank_line(780.17, f"{self.first.name} {self.credit.name}")
        proposal = self._propose(line)
        self.assertEqual((proposal.state, proposal.left_amount), ("certain", 0))
        proposal.action_match()
        self.assertEqual((self.first + self.credit).mapped("amount_residual"), [0, 0])
        self._assert_balanced(line.move_id)

    def test_a_credit_that_is_deducted_is_not_proposed_a_second_time(self):
        line = self._known(1038.58)
        proposal = self._propose(line)
        self.assertEqual(
            (proposal.rule_id.code, proposal.state), ("balance", "certain")
        )
        waiting = self._propose(self._receivable(self.credit))
        self.assertFalse(waiting.line_ids)
        later = self._known(20)
        self.assertFalse(self._propose(later).line_ids)

    def test_a_payment_on_account_less_a_credit_note(self):
        payment = self._pay_on_account(self.customer, 780.17, TODAY)
        payment.memo = f"{self.first.name} {self.credit.name}"
        proposal = self._propose(self._receivable(payment.move_id))
        self.assertEqual(len(proposal.line_ids), 2)
        proposal.action_match()
        self.assertEqual((self.first + self.credit).mapped("amount_residual"), [0, 0])
        proposal.action_undo()
        self.assertEqual(
            (self.first + self.credit).mapped("amount_residual"), [800.17, 20]
        )

    def test_an_instalment_of_a_plan_is_a_commitment(self):
        account = self._account(self.customer)
        items = self._receivable(self.first + self.second)
        plan = self.env["ar.payment.plan"]._make(
            account, [("2026-07-10", 600), ("2026-08-10", 458.58)], items
        )
        plan.action_accept()
        proposal = self._propose(self._known(600))
        self.assertEqual(
            (proposal.rule_id.code, proposal.state), ("commitment", "certain")
        )
        self.assertEqual(proposal.line_ids.move_id, self.first)
