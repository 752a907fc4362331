"""The ledger moves the amounts of a case, and they always add up."""

import random

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.ar_best_practices.tests.common import TODAY

from ..models.ar_dispute_line import Part
from .common import DisputeCommon


class LedgerCommon(DisputeCommon):
    """One invoice of 1000, of which 400 are disputed."""

    def _undo(self, move):
        """Unmatch all that an entry cleared."""
        self._receivable(move).remove_move_reconcile()

    def _pay_and_write_off(self, amount, invoice=None):
        """Register a payment of an invoice as Odoo does with “Mark as fully paid”."""
        invoice = invoice or self.invoice
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": TODAY, "amount": amount})
        )
        loss = self.company_data["default_account_expense"]
        wizard.write(
            {"payment_difference_handling": "reconcile", "writeoff_account_id": loss.id}
        )
        return wizard._create_payments()


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeLedger(LedgerCommon):
    """What clears what, in which order, and what comes back."""

    def test_a_payment_of_the_rest_leaves_the_dispute(self):
        dispute = self._dispute()
        self._pay(self.invoice, TODAY, 600)
        self.assertEqual(self._amounts(dispute), (400, 0, 0, 0, 0))
        self._pay(self.invoice, TODAY, 150)
        self.assertEqual(self._amounts(dispute), (250, 0, 150, 0, 0))

    def test_a_credit_note_takes_the_disputed_part_and_says_which_it_was(self):
        dispute = self._dispute()
        refund = self._credit(300)
        self.assertEqual(self._amounts(dispute), (100, 300, 0, 0, 0))
        self.assertRecordValues(
            dispute.line_ids.movement_ids.sorted("id"),
            [
                {"kind": "opened", "amount": 400, "number": False},
                {"kind": "credited", "amount": 300, "number": refund.name},
            ],
        )

    def test_write_offs_and_set_offs_are_told_apart(self):
        dispute = self._dispute()
        self._write_off(30)
        suspense = self.company_data["default_account_assets"]
        self._write_off(50, account=suspense)
        self.assertEqual(self._amounts(dispute), (320, 0, 0, 30, 50))

    def test_a_rest_written_off_with_the_payment_is_no_money(self):
        dispute = self._dispute()
        payment = self._pay_and_write_off(600)
        self.assertEqual(self._amounts(dispute), (0, 0, 0, 400, 0))
        self._undo(payment.move_id)
        self.assertEqual(self._amounts(dispute), (400, 0, 0, 0, 0))
        self._pay_and_write_off(850)
        self.assertEqual(self._amounts(dispute), (0, 0, 250, 150, 0))

    def test_what_is_unmatched_is_disputed_again(self):
        dispute = self._dispute()
        refund = self._credit(300)
        self._undo(refund)
        self.assertEqual(self._amounts(dispute), (400, 0, 0, 0, 0))
        payment = self._pay(self.invoice, TODAY, 700)
        self._undo(payment.move_id)
        self.assertEqual(self._amounts(dispute), (400, 0, 0, 0, 0))
        kinds = dispute.line_ids.movement_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds, ["opened", "credited", "credited", "paid", "paid"])

    def test_a_payment_from_before_the_case_comes_back_undisputed(self):
        payment = self._pay(self.invoice, "2026-06-01", 500)
        dispute = self._dispute()
        self._undo(payment.move_id)
        self.assertEqual(self._amounts(dispute), (400, 0, 0, 0, 0))
        self._pay(self.invoice, TODAY, 600)
        self.assertEqual(dispute.still_disputed, 400)

    def test_a_credit_note_comes_back_where_it_had_gone(self):
        first, second = self._dispute(400), self._dispute(300)
        for_first, for_second = self._credit(400), self._credit(100)
        extra = self._credit(250)
        self.assertEqual((first.credited, second.credited), (400, 300))
        self._undo(extra)
        self.assertEqual((first.credited, second.credited), (400, 100))
        self._undo(for_first)
        self.assertEqual((first.credited, second.credited), (0, 100))
        self._undo(for_second)
        self.assertEqual((first.credited, second.credited), (0, 0))

    def test_two_cases_of_an_item_share_what_clears_it_the_older_one_first(self):
        first, second = self._dispute(400), self._dispute(300)
        self._credit(500)
        self.assertEqual((first.credited, second.credited), (400, 100))
        self._pay(self.invoice, TODAY, 400)
        self.assertEqual((first.paid, second.paid), (0, 100))

    def test_no_more_can_be_disputed_than_is_open_and_not_disputed(self):
        self._dispute(400)
        with self.assertRaisesRegex(UserError, "not disputed yet: .*600"):
            self._dispute(601)
        with self.assertRaisesRegex(UserError, "more than zero"):
            self._dispute(0)
        self._pay(self.invoice, TODAY, 600)
        with self.assertRaisesRegex(UserError, "not disputed yet"):
            self._dispute(1)

    def test_items_of_others_and_two_currencies_are_refused(self):
        stranger = self._invoice(self.other_customer, 10, "2026-05-01")
        with self.assertRaisesRegex(UserError, "Not open items"):
            self._dispute(10, stranger)
        currency = self._foreign()
        foreign = self._invoice(
            self.customer, 100, "2026-05-01", currency_id=currency.id
        )
        with self.assertRaisesRegex(UserError, "one currency"):
            self._dispute(10, self.invoice + foreign)

    def test_a_closed_case_falls_with_what_is_owed_and_opens_only_on_what_is_free(self):
        dispute = self._execute(self._dispute(), "unfounded", self.rejected)
        dispute.action_close()
        self._pay(self.invoice, TODAY, 700)
        self.assertEqual(self._amounts(dispute), (300, 0, 100, 0, 0))
        dispute.action_reopen("a photo came")
        self.assertEqual(self._amounts(dispute), (300, 0, 100, 0, 0))
        dispute.action_cancel("no photo after all")
        other = self._dispute(200)
        with self.assertRaisesRegex(UserError, "only .*100.* is open"):
            dispute.action_reopen("again")
        other.action_cancel("the same")
        dispute.action_reopen("again")

    def test_the_amounts_of_an_ended_case_are_no_longer_disputed(self):
        dispute = self._dispute()
        self.assertIn("= still disputed $\xa0400.00 +", dispute.amount_words)
        dispute.action_cancel("by mistake")
        self.assertIn("= no longer disputed $\xa0400.00 +", dispute.amount_words)

    def test_a_case_that_is_settled_proposes_once_to_be_closed(self):
        dispute = self._dispute()
        before = dispute.activity_ids
        self._credit(400)
        self.assertTrue(dispute.is_settled)
        asked = dispute.activity_ids - before
        self.assertEqual(len(asked), 1)
        self.assertIn("root cause", asked.summary)
        refund = self._credit(10)
        self._undo(refund)
        self.assertEqual(dispute.activity_ids - before, asked)
        dispute.root_cause_id = self.cause
        dispute.action_close()  # from any state: nothing is left to decide
        self.assertEqual((dispute.state, dispute.is_settled), ("closed", False))

    def test_a_case_is_split_by_amount_and_both_say_why(self):
        dispute = self._investigate(self._dispute())
        line = dispute.line_ids
        other = dispute._split({line: 150}, "another driver")
        self.assertEqual((dispute.amount, other.amount), (250, 150))
        self.assertEqual((dispute.still_disputed, other.still_disputed), (250, 150))
        self.assertEqual(other.reason_id, self.short)
        words = (dispute.step_ids | other.step_ids).mapped("reason")
        self.assertTrue(any(f"{other.name} takes" in (x or "") for x in words))
        self.assertTrue(any(f"split from {dispute.name}" in (x or "") for x in words))
        self._credit(300)
        self.assertEqual((dispute.credited, other.credited), (250, 50))

    def test_a_split_that_makes_no_sense_is_refused(self):
        dispute = self._dispute()
        line = dispute.line_ids
        for amount, words in ((0, "between nothing"), (401, "between"), (400, "stay")):
            with self.subTest(amount), self.assertRaisesRegex(UserError, words):
                dispute._split({line: amount}, "why not")
        with self.assertRaisesRegex(UserError, "Say why"):
            dispute._split({line: 10}, "")

    def test_the_database_itself_holds_the_identity(self):
        line = self._dispute().line_ids
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.cr.savepoint(),
        ):
            self.cr.execute(
                "UPDATE ar_dispute_line SET paid = 1 WHERE id = %s", [line.id]
            )

    def test_an_invoice_posted_again_keeps_its_case(self):
        dispute = self._dispute()
        self.invoice.button_draft()
        self.invoice.invoice_date_due = "2026-06-15"
        self.invoice.action_post()
        self.account.action_refresh()
        self.assertEqual(dispute.line_ids.line_id, self._receivable(self.invoice))
        self._credit(100)
        self.assertEqual(self._amounts(dispute), (300, 100, 0, 0, 0))

    def test_amounts_are_in_the_currency_of_the_invoice(self):
        currency = self._foreign()
        invoice = self._invoice(
            self.customer, 500, "2026-05-01", currency_id=currency.id
        )
        dispute = self._dispute(200, invoice)
        self.assertEqual((dispute.amount, dispute.company_amount), (200, 100))
        self.env["res.currency.rate"].create(
            {
                "name": "2026-06-15",
                "rate": 4.0,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        self._credit(50, invoice)
        self._pay(invoice, TODAY, 350)
        self.assertEqual(self._amounts(dispute), (100, 50, 50, 0, 0))

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def _pay_many(self, count):
        """Return the statements of paying so many disputed invoices in one go."""
        invoices = self.env["account.move"].union(
            *(self._invoice(self.customer, 100, "2026-05-01") for _n in range(count))
        )
        parts = [Part(line, 40) for line in self._receivable(invoices)]
        self.env["ar.dispute"]._open(self.account, parts, reason_id=self.short.id)
        refunds = self.env["account.move"].union(
            *(self._invoice(self.customer, -10, TODAY) for _n in range(count))
        )
        items = self._receivable(invoices).sorted("id")
        credits = self._receivable(refunds).sorted("id")
        plan = [a + b for a, b in zip(items, credits, strict=True)]
        self.env.flush_all()
        before = self.cr.sql_log_count
        self.env["account.move.line"]._reconcile_plan(plan)
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_matching_fifty_disputed_items_asks_no_more_than_five(self):
        self._pay_many(2)
        self.assertLessEqual(self._pay_many(50), self._pay_many(5) + 5)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeSequences(LedgerCommon):
    """Random sequences of all that may happen; the seed is in the message."""

    def test_in_our_currency_the_amounts_always_add_up(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                self._play(random.Random(seed), self.company.currency_id)

    def test_in_another_currency_the_amounts_always_add_up(self):
        currency = self.env.ref("base.CHF")
        currency.active = True
        for day, rate in (("2026-01-01", 1.37), ("2026-06-01", 1.11)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                }
            )
        for seed in range(4):
            with self.subTest(seed=seed):
                self._play(random.Random(100 + seed), currency)

    def _play(self, chance, currency):
        cents = chance.randint(20_000, 90_000)
        invoice = self._invoice(
            self.customer, cents / 100, "2026-05-04", currency_id=currency.id
        )
        self.played = {"invoice": invoice, "entries": [], "cases": []}
        steps = [
            self._step_open,
            self._step_pay,
            self._step_pay_and_write_off,
            self._step_credit,
            self._step_write_off,
            self._step_unmatch,
            self._step_split,
            self._step_end,
            self._step_reopen,
        ]
        self._step_open(chance)
        for _number in range(10):
            chance.choice(steps)(chance)
            self._assert_whole()

    def _part_of(self, chance, amount):
        """Return a random part of an amount, in cents, at least one."""
        return max(1, chance.randint(1, max(1, round(amount * 100)))) / 100

    def _residual(self):
        return self._receivable(self.played["invoice"]).amount_residual_currency

    def _cases(self, is_open):
        cases = self.env["ar.dispute"].union(*self.played["cases"])
        return cases.filtered(lambda case: case._is_open() == is_open)

    def _step_open(self, chance):
        item = self._receivable(self.played["invoice"])
        free = self.env["ar.dispute.line"]._get_free(item)[item.id]
        if free > 0.01:
            amount = self._part_of(chance, free)
            self.played["cases"].append(self._dispute(amount, self.played["invoice"]))

    def _step_pay(self, chance):
        if self._residual() > 0.01:
            amount = self._part_of(chance, self._residual())
            payment = self._pay(self.played["invoice"], TODAY, amount)
            self.played["entries"].append(payment.move_id)

    def _step_pay_and_write_off(self, chance):
        if self._residual() > 10 and chance.random() < 0.5:  # nothing is left after it
            invoice, paid = self.played["invoice"], round(self._residual() * 0.7, 2)
            payment = self._pay_and_write_off(paid, invoice)
            self.played["entries"].append(payment.move_id)

    def _step_credit(self, chance):
        if self._residual() > 0.01:
            amount = self._part_of(chance, self._residual())
            self.played["entries"].append(self._credit(amount, self.played["invoice"]))

    def _step_write_off(self, chance):
        if self._residual() > 1:
            amount = self._part_of(chance, self._residual() / 4)
            self.played["entries"].append(
                self._write_off(amount, self.played["invoice"])
            )

    def _step_unmatch(self, chance):
        if self.played["entries"]:
            entries = self.played["entries"]
            self._undo(entries.pop(chance.randrange(len(entries))))

    def _step_split(self, chance):
        cases = self._cases(is_open=True).filtered(lambda x: x.still_disputed > 0.02)
        if cases:
            case = chance.choice(cases)
            line = chance.choice(case.line_ids.filtered("still_disputed"))
            amount = self._part_of(chance, line.still_disputed - 0.01)
            if amount < case.still_disputed:
                self.played["cases"].append(case._split({line: amount}, "by chance"))

    def _step_end(self, chance):
        cases = self._cases(is_open=True)
        if cases:
            chance.choice(cases).action_cancel("by chance")

    def _step_reopen(self, chance):
        for case in self._cases(is_open=False):
            free = self.env["ar.dispute.line"]._get_free(case.line_ids.line_id)
            if case.still_disputed <= sum(free.values()):
                case.action_reopen("by chance")
                break
            with self.assertRaisesRegex(UserError, "cannot be disputed again"):
                case.action_reopen("by chance")

    def _assert_whole(self):
        """Each line adds up; nothing is negative; no more is disputed than is owed;
        the columns are the sums of the movements."""
        self.env.flush_all()
        cases = self.env["ar.dispute"].union(*self.played["cases"])
        for line in cases.line_ids:
            parts = [line.still_disputed, line.credited, line.paid]
            parts += [line.written_off, line.other]
            self.assertEqual(round(sum(parts) * 100), round(line.amount * 100))
            self.assertGreaterEqual(min(parts), 0)
        contested = sum(self._cases(is_open=True).mapped("still_disputed"))
        self.assertLessEqual(round(contested * 100), round(self._residual() * 100))
