"""A person says what a payment pays, and the suite remembers who paid."""

import base64
import io

import xlsxwriter
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import TODAY
from .test_matching import MatchingCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCorrection(MatchingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.env.ref("ar_best_practices.writeoff_reason_bank_fees")
        cls.fees.account_id = cls.company_data["default_account_expense"]

    def _correct(self, proposal, **values):
        """Open the correction of a proposal; return its form."""
        action = proposal.action_correct()
        correction = self.env[action["res_model"]].browse(action["res_id"])
        form = Form(correction)
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def _take(self, form, invoice, **values):
        """Tick an item in the dialog, and change what is said of it."""
        place = [line["number"] for line in form.line_ids._records].index(invoice.name)
        with form.line_ids.edit(place) as line:
            line.is_taken = True
        if values:
            with form.line_ids.edit(place) as line:
                for name, value in values.items():
                    setattr(line, name, value)

    def test_another_payer_and_a_part(self):
        line = self._bank_line(500, "VIR SEPA ROY 2026-06")
        form = self._correct(self._propose(line), partner_id=self.customer)
        self._take(form, self.first)
        self.assertEqual(form.left_amount, 0)
        form.save().action_apply()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(self.first.amount_residual, 300.17)

    def test_a_payment_is_split_over_customers(self):
        line = self._bank_line(351.70, "VIREMENT")
        form = self._correct(self._propose(line), partner_id=self.customer)
        self._take(form, self.second)
        form.partner_id = self.other_customer
        self._take(form, self.foreign)
        form.save().action_apply()
        paid = self.second + self.foreign
        self.assertEqual(paid.mapped("amount_residual"), [0, 0])
        self._assert_balanced(line.move_id)

    def test_an_item_is_found_by_its_number(self):
        line = self._bank_line(93.29, "VIREMENT")
        form = self._correct(self._propose(line), find=self.foreign.name[-5:])
        self._take(form, self.foreign)
        form.save().action_apply()
        self.assertEqual(self.foreign.amount_residual, 0)

    def test_the_rest_is_written_off_for_a_reason(self):
        line = self._bank_line(785.17, self.first.name)
        form = self._correct(self._propose(line))
        self._take(form, self.first, rest_handling="writeoff")
        with self.assertRaises(AssertionError):
            form.save()  # the reason is required
        form.writeoff_reason_id = self.fees
        form.save().action_apply()
        self.assertEqual(self.first.amount_residual, 0)
        booked = line.move_id.line_ids.filtered(
            lambda x: x.account_id == self.fees.account_id
        )
        self.assertEqual((booked.balance, booked.name), (15, self.fees.name))

    def test_the_rest_of_a_posted_payment_is_written_off_too(self):
        payment = self._pay_on_account(self.customer, 785.17, TODAY)
        credit = self._receivable(payment.move_id)
        form = self._correct(self._propose(credit))
        self._take(form, self.first, rest_handling="writeoff")
        form.writeoff_reason_id = self.fees
        form.save().action_apply()
        self.assertEqual((self.first.amount_residual, credit.reconciled), (0, True))

    def test_a_write_off_without_an_account_says_where_to_choose_one(self):
        reason = self.env.ref("ar_best_practices.writeoff_reason_goodwill")
        line = self._bank_line(785.17, self.first.name)
        form = self._correct(self._propose(line))
        self._take(form, self.first, rest_handling="writeoff")
        form.writeoff_reason_id = reason
        with self.assertRaisesRegex(UserError, "Reasons of write-offs"):
            form.save().action_apply()

    def test_the_rest_is_disputed(self):
        line = self._bank_line(700, self.first.name)
        form = self._correct(self._propose(line))
        self._take(form, self.first, rest_handling="dispute")
        form.save().action_apply()
        self.assertEqual(self.first.amount_residual, 100.17)
        account = self._account(self.customer)
        self.assertEqual(account.disputed_amount, 100.17)

    def test_too_much_is_written_off(self):
        line = self._bank_line(800.20, "VIREMENT")
        form = self._correct(self._propose(line), partner_id=self.customer)
        self._take(form, self.first)
        self.assertEqual(form.left_amount, 0.03)
        form.left_handling = "writeoff"
        form.writeoff_reason_id = self.fees
        form.save().action_apply()
        self.assertTrue(line.is_reconciled)
        self.assertFalse(self._receivable(line.move_id).filtered("amount_residual"))

    def test_all_of_it_stays_on_account(self):
        line = self._bank_line(400, "ACOMPTE")
        form = self._correct(self._propose(line))
        with self.assertRaisesRegex(UserError, "on whose account"):
            form.save().action_apply()
        form = self._correct(self._propose(line), partner_id=self.customer)
        form.save().action_apply()
        left = self._receivable(line.move_id)
        self.assertEqual((left.amount_residual, left.partner_id), (-400, self.customer))

    def test_more_than_the_payment_or_the_item_is_refused(self):
        line = self._bank_line(500, self.first.name)
        form = self._correct(self._propose(line))
        self._take(form, self.first, amount=600)
        with self.assertRaisesRegex(UserError, "more is chosen"):
            form.save().action_apply()
        form = self._correct(self._propose(line))
        self._take(form, self.first, amount=100)
        self._take(form, self.second, amount=300)
        with self.assertRaisesRegex(UserError, "only .* is open"):
            form.save().action_apply()
        self.assertFalse(line.is_reconciled)

    def test_part_amounts_of_a_posted_payment_are_those_that_were_said(self):
        payment = self._pay_on_account(self.customer, 500, TODAY)
        form = self._correct(self._propose(self._receivable(payment.move_id)))
        self._take(form, self.first, amount=300)
        self._take(form, self.second, amount=200)
        form.save().action_apply()
        self.assertEqual(self.first.amount_residual, 500.17)
        self.assertEqual(self.second.amount_residual, 58.41)

    def test_what_was_accepted_as_proposed_is_not_a_correction(self):
        proposal = self._propose(self._known(258.41))
        self._correct(proposal).save().action_apply()
        self.assertEqual((proposal.state, proposal.is_corrected), ("matched", False))
        other = self._propose(self._known(300))
        form = self._correct(other)
        self._take(form, self.first)
        form.save().action_apply()
        self.assertEqual((other.state, other.is_corrected), ("matched", True))
        self.assertIn("chosen by", other.reason)

    def test_who_may_not_match_does_not_correct(self):
        proposal = self._propose(self._bank_line(800.17, self.first.name))
        collector = self._create_user("correcting_collector", "collector")
        with self.assertRaises(AccessError):
            proposal.with_user(collector).action_correct()
        billing = self._create_user("correcting_billing", "collector")
        billing.group_ids += self.env.ref("account.group_account_invoice")
        correction = self.env["ar.matching.correction"].browse(
            proposal.with_user(billing).action_correct()["res_id"]
        )
        with self.assertRaises(AccessError):
            correction.with_user(collector).action_apply()
        correction.with_user(billing).action_apply()
        self.assertEqual(self.first.amount_residual, 0)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAdvice(MatchingCommon):
    def _read(self, line, **values):
        correction = self.env["ar.matching.correction"].browse(
            self._propose(line).action_correct()["res_id"]
        )
        correction.write(values)
        correction.action_read_advice()
        return correction

    def test_a_pasted_list_chooses_items_and_amounts(self):
        line = self._bank_line(900.17, "LOT 17")
        text = f"Facture;Montant\n{self.first.name};800,17\n{self.second.name};100,00"
        correction = self._read(line, advice=text)
        self.assertEqual(correction.advice_result, "2 of 2 lines found.")
        self.assertEqual(correction.left_amount, 0)
        correction.action_apply()
        self.assertEqual(
            (self.first + self.second).mapped("amount_residual"), [0, 158.41]
        )

    def test_what_is_not_found_is_told(self):
        line = self._bank_line(900.17, "LOT 17")
        text = f"{self.first.name};800,17\nF/1999/1;100,00\nvoir facture 12"
        result = self._read(line, advice=text).advice_result
        self.assertIn("1 of 3 lines found.", result)
        self.assertIn("names something that is not open", result)
        self.assertIn("Not read: voir facture 12", result)

    def test_a_file_does_the_same_as_a_text(self):
        line = self._bank_line(800.17, "LOT 17")
        text = f"{self.first.name}\t800,17".encode()
        for content in (text, self._workbook([self.first.name, 800.17])):
            file = base64.b64encode(content)
            correction = self._read(line, advice=False, advice_file=file)
            self.assertEqual(correction.advice_result, "1 of 1 lines found.")

    def _workbook(self, row):
        book = io.BytesIO()
        with xlsxwriter.Workbook(book) as workbook:
            workbook.add_worksheet().write_row(0, 0, row)
        return book.getvalue()

    def test_nothing_to_read_is_told(self):
        line = self._bank_line(800.17, "LOT 17")
        with self.assertRaisesRegex(UserError, "looks like this"):
            self._read(line, advice="see attached")

    def test_the_list_of_what_is_matched_stays(self):
        line = self._bank_line(800.17, self.first.name)
        proposal = self._propose(line)
        correction = self.env["ar.matching.correction"].browse(
            proposal.action_correct()["res_id"]
        )
        proposal.action_match()
        correction.advice = f"{self.second.name};258,41"
        with self.assertRaisesRegex(UserError, "Only a payment that waits"):
            correction.action_read_advice()
        self.assertFalse(proposal.advice)

    def test_the_list_counts_for_the_rules_as_well(self):
        line = self._known(900.17, "LOT 17")
        text = f"{self.first.name} 800,17\n{self.second.name} 100,00"
        self._read(line, advice=text)
        proposal = self._propose(line)
        self.assertEqual(
            (proposal.rule_id.code, proposal.state), ("remittance", "certain")
        )


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestHints(MatchingCommon):
    def _say_who_paid(self, line, customer, invoice):
        correction = self.env["ar.matching.correction"].browse(
            self._propose(line).action_correct()["res_id"]
        )
        correction.partner_id = customer
        correction.line_ids = [
            Command.create(
                {
                    "line_id": self._receivable(invoice).id,
                    "is_taken": True,
                    "amount": line.amount,
                }
            )
        ]
        correction.action_apply()
        return self.env["ar.matching.hint"].search([], order="id desc", limit=1)

    def test_an_account_is_learned_and_becomes_a_bank_account(self):
        number = "DE89 3704 0044 0532 0130 00"
        line = self._bank_line(50, "VIREMENT", account_number=number)
        hint = self._say_who_paid(line, self.other_customer, self.foreign)
        self.assertRecordValues(
            hint,
            [
                {
                    "kind": "bank_account",
                    "value": "DE89370400440532013000",
                    "partner_id": self.other_customer.id,
                    "state": "proposed",
                }
            ],
        )
        hint.action_accept()
        bank = self.other_customer.bank_ids
        self.assertEqual(bank.sanitized_acc_number, hint.value)
        self.assertFalse(bank.allow_out_payment)
        next_line = self._bank_line(43.29, "VIREMENT", account_number=number)
        proposal = self._propose(next_line)
        self.assertEqual(
            (proposal.state, proposal.partner_id), ("certain", self.other_customer)
        )

    def test_words_are_learned_but_are_never_certain(self):
        line = self._bank_line(50, "VIR SEPA GARAGE 0001")
        hint = self._say_who_paid(line, self.other_customer, self.foreign)
        self.assertEqual((hint.kind, hint.value), ("wording", "VIR SEPA GARAGE"))
        again = self._bank_line(43.29, "VIR SEPA GARAGE 0002")
        self.assertFalse(self._propose(again).partner_id)
        hint.action_accept()
        proposal = self._propose(again)
        self.assertEqual((proposal.payer_source, proposal.state), ("learned", "likely"))
        self.assertIn("known by these words only", proposal.reason)
        hint.action_refuse()
        self.assertFalse(self._propose(again).partner_id)

    def test_words_of_two_customers_are_worth_nothing(self):
        first = self._bank_line(50, "VIREMENT RECU 1")
        hint = self._say_who_paid(first, self.other_customer, self.foreign)
        second = self._bank_line(60, "VIREMENT RECU 2")
        self._say_who_paid(second, self.customer, self.first)
        self.assertEqual(hint.state, "refused")
        self.assertIn("paid in this way too", hint.reason)

    def test_only_who_may_match_accepts(self):
        line = self._bank_line(50, "VIR SEPA GARAGE 0001")
        hint = self._say_who_paid(line, self.other_customer, self.foreign)
        collector = self._create_user("hint_collector", "collector")
        with self.assertRaises(AccessError):
            hint.with_user(collector).action_accept()
        with self.assertRaises(AccessError):
            hint.with_user(collector).state = "active"
