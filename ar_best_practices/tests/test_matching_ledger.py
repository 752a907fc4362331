"""What matching leaves in the books: whatever is done, they agree with Odoo."""

import random

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import float_round

from .common import TODAY
from .test_matching import MatchingCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestLedger(MatchingCommon):
    """Random sequences of all that a person may do; the seed is in the message."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("ar_best_practices.writeoff_reason_rounding")
        cls.reason.account_id = cls.company_data["default_account_expense"]

    def test_after_any_sequence_residuals_are_odoos_and_the_books_balance(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                self._play(random.Random(seed))

    def _play(self, chance):
        """Invoices, a credit note, payments and bank lines; then steps of all kinds."""
        invoices = self.env["account.move"]
        for _number in range(5):
            cents = chance.randint(100, 90_000)
            invoices |= self._invoice(self.customer, cents / 100, "2026-05-04")
        invoices |= self._invoice(
            self.customer, -chance.randint(100, 5_000) / 100, TODAY
        )
        for _number in range(3):
            named = chance.sample(invoices.mapped("name"), 2)
            amount = chance.randint(100, 120_000) / 100
            self._bank_line(amount, " ".join(named))
            payment = self._pay_on_account(self.customer, amount, TODAY)
            payment.memo = named[0]
        # a new base has no statistics: Odoo's own queries would take a second each
        self.cr.execute("ANALYZE account_move, account_move_line, account_payment")
        self.cr.execute("ANALYZE account_partial_reconcile")
        steps = [self._step_match, self._step_correct, self._step_undo]
        for _number in range(8):
            chance.choice(steps)(chance)
            self._assert_books_agree()

    def _waiting(self):
        self.env["ar.matching.proposal"].action_propose()
        return self.env["ar.matching.proposal"].search(
            [("state", "in", ("certain", "likely", "unknown"))]
        )

    def _step_match(self, chance):
        proposals = self._waiting().filtered("line_ids")
        if proposals:
            chance.choice(proposals).action_match()

    def _step_undo(self, chance):
        matched = self.env["ar.matching.proposal"].search([("state", "=", "matched")])
        # what the rest of a bank line paid is undone before the bank line
        rests = matched.filtered(lambda match: match.kind == "payment").move_id
        matched = matched.filtered(
            lambda match: match.kind != "statement" or match.move_id not in rests
        )
        if matched:
            chance.choice(matched).action_undo()

    def _step_correct(self, chance):
        """Pay parts of random items; write off, dispute or leave the rest."""
        proposals = self._waiting()
        if not proposals:
            return
        proposal = chance.choice(proposals)
        correction = self.env["ar.matching.correction"].browse(
            proposal.action_correct()["res_id"]
        )
        correction.partner_id = self.customer
        correction._add_items(correction._get_items())
        correction._choose({})
        left = proposal.amount
        items = correction.line_ids.filtered(lambda line: line.residual > 0)
        for line in chance.sample(list(items), min(2, len(items))):
            share = min(line.residual, left) * chance.choice([0.3, 1])
            line.amount = float_round(share, 2)
            line.is_taken = True
            line.rest_handling = chance.choice(["open", "writeoff", "dispute"])
            left = float_round(left - line.amount, 2)
        correction.writeoff_reason_id = self.reason
        if items and left < proposal.amount:
            correction.action_apply()

    def _assert_books_agree(self):
        """Residuals are amounts less matchings; every entry balances; what is matched
        adds up to its payment."""
        lines = self.env["account.move.line"].search(
            [("partner_id", "=", self.customer.id), ("parent_state", "=", "posted")]
        )
        for line in lines.filtered("account_id.reconcile"):
            paid = sum(line.matched_credit_ids.mapped("amount"))
            paid -= sum(line.matched_debit_ids.mapped("amount"))
            self.assertAlmostEqual(line.amount_residual, line.balance - paid, 2)
        for move in lines.move_id:
            self._assert_balanced(move)
        for matched in self.env["ar.matching.proposal"].search(
            [("state", "=", "matched")]
        ):
            settled = sum(matched.line_ids.mapped("amount"))
            total = settled + matched.left_amount - matched.difference
            self.assertAlmostEqual(total, matched.amount, 2)
        account = self._account(self.customer)
        receivable = lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertAlmostEqual(
            account.open_amount - account.unallocated_amount,
            sum(receivable.mapped("amount_residual")),
            2,
        )


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestSpecialEntries(MatchingCommon):
    """Odoo's own reconciliation does what is special."""

    def test_a_locked_period_keeps_its_entries(self):
        """Odoo locks no period in which bank lines wait, but those that are matched."""
        line = self._bank_line(800.17, self.first.name, date="2026-05-15")
        proposal = self._propose(line)
        proposal.action_match()
        self.company.fiscalyear_lock_date = "2026-05-31"
        with self.assertRaises(UserError):
            proposal.action_undo()
        self.assertEqual((proposal.state, line.is_reconciled), ("matched", True))
        self.assertEqual(self.first.amount_residual, 0)

    def test_a_write_off_of_a_locked_invoice_is_booked_today(self):
        self.company.ar_matching_tolerance = 0.05
        self.company.ar_matching_account_id = self.company_data[
            "default_account_expense"
        ]
        payment = self._pay_on_account(self.customer, 800.15, "2026-05-20")
        payment.memo = self.first.name
        self.company.fiscalyear_lock_date = "2026-05-31"
        proposal = self._propose(self._receivable(payment.move_id))
        proposal.action_match()
        self.assertEqual(self.first.amount_residual, 0)
        self.assertEqual(str(proposal.writeoff_move_id.date), TODAY)

    def test_a_rate_that_changed_gets_an_exchange_entry(self):
        currency = self.env.ref("base.CHF")
        currency.active = True
        for day, rate in (("2026-01-01", 2.0), ("2026-06-01", 4.0)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                }
            )
        invoice = self._invoice(
            self.customer, 500, "2026-05-01", currency_id=currency.id
        )
        line = self._bank_line(
            125, invoice.name, foreign_currency_id=currency.id, amount_currency=500
        )
        self._propose(line).action_match()
        item = self._receivable(invoice)
        self.assertTrue(item.reconciled)
        exchange = item.matched_credit_ids.exchange_move_id
        self.assertEqual(sum(exchange.line_ids.mapped("debit")), 125)
        self._assert_balanced(exchange)

    def test_an_invoice_in_another_currency_is_paid_in_ours(self):
        currency = self.env.ref("base.CHF")
        currency.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 2.0,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        invoice = self._invoice(
            self.customer, 500, "2026-05-01", currency_id=currency.id
        )
        far = self._propose(self._bank_line(200, invoice.name))
        self.assertFalse(far.line_ids)
        line = self._bank_line(244, invoice.name)
        proposal = self._propose(line)
        self.assertEqual(
            (proposal.rule_id.code, proposal.state), ("exchange", "likely")
        )
        self.assertRecordValues(
            proposal.line_ids, [{"amount": 500, "currency_id": currency.id}]
        )
        proposal.action_match()
        item = self._receivable(invoice)
        self.assertTrue(item.reconciled and line.is_reconciled)
        exchange = item.matched_credit_ids.exchange_move_id
        self.assertEqual(sum(exchange.line_ids.mapped("debit")), 6)
        self._assert_balanced(line.move_id)

    def test_a_tax_on_cash_basis_falls_due_with_the_match(self):
        self.company.tax_exigibility = True
        tax = self._create_cash_basis_tax()
        invoice = self._invoice(
            self.customer,
            100,
            "2026-05-01",
            invoice_line_ids=[
                Command.create(
                    {"name": "Work", "price_unit": 100, "tax_ids": [(6, 0, tax.ids)]}
                )
            ],
        )
        line = self._bank_line(60, invoice.name)
        proposal = self._propose(line)
        proposal.action_match()
        due = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", invoice.id)]
        )
        tax_line = due.line_ids.filtered(lambda x: x.tax_line_id == tax)
        self.assertEqual(tax_line.credit, 10)
        proposal.action_undo()
        self.assertEqual(sum(due.reversal_move_ids.mapped("amount_total")) > 0, True)

    def _create_cash_basis_tax(self):
        account = self.company_data["default_account_tax_sale"]
        transition = account.copy({"reconcile": True})
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return self.env["account.tax"].create(
            {
                "name": "20 % when paid",
                "amount": 20,
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": transition.id,
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
            }
        )

    def test_instalments_of_an_invoice_are_paid_one_by_one(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Half now, half in 30 days",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 50, "nb_days": days}
                    )
                    for days in (0, 30)
                ],
            }
        )
        invoice = self._invoice(
            self.customer, 500, "2026-06-01", invoice_payment_term_id=term.id
        )
        line = self._bank_line(250, invoice.name)
        proposal = self._propose(line)
        self.assertEqual(proposal.state, "certain")
        proposal.action_match()
        self.assertEqual(self._receivable(invoice).mapped("amount_residual"), [0, 250])
