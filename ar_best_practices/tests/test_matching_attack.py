"""What matching must withstand: jobs and persons at once, and calls made by hand."""

from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY
from .test_matching import MatchingCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAtOnce(MatchingCommon):
    """The job, and persons who decide meanwhile."""

    def test_what_is_no_longer_certain_is_not_matched_by_itself(self):
        line = self._bank_line(800.17, self.first.name)
        proposal = self._propose(line)
        proposal.action_refuse()
        self.assertFalse(proposal._try_match(is_automatic=True))
        self.assertEqual((proposal.state, proposal.reason), ("unknown", "refused once"))
        self.assertFalse(line.is_reconciled)

    def test_the_job_goes_on_after_somebody_who_lost_his_rights(self):
        billing = self._create_user("asking_gone", "collector")
        billing.group_ids += self.env.ref("account.group_account_invoice")
        asked = self._bank_line(800.17, self.first.name)
        self._propose(asked).with_user(billing)._ask_job()
        billing.group_ids = self.env.ref("base.group_user")
        self.company.ar_matching_automatic = True
        other = self._bank_line(258.41, self.second.name)
        self._run_cron("ir_cron_match")
        self.assertEqual((asked.is_reconciled, other.is_reconciled), (False, True))
        self._run_cron("ir_cron_match")

    @mute_logger("odoo.addons.ar_best_practices.models.ar_matching_entry")
    def test_the_job_goes_on_whatever_odoo_refuses(self):
        self.company.ar_matching_automatic = True
        refused = self._bank_line(800.17, self.first.name)
        broken = self._bank_line(258.41, self.second.name)
        good = self._bank_line(93.29, self.foreign.name)
        errors = {
            refused: RedirectWarning("Choose an account.", 1, "Go there"),
            broken: IntegrityError("duplicate key"),
        }
        entries = self.env.registry["ar.matching.proposal"]
        match_bank_line = entries._match_bank_line

        def refuse(proposal):
            if error := errors.get(proposal.statement_line_id):
                raise error
            return match_bank_line(proposal)

        with patch.object(entries, "_match_bank_line", refuse):
            self._run_cron("ir_cron_match")
        self.assertTrue(good.is_reconciled)
        waiting = self.env["ar.matching.proposal"].search([("state", "=", "likely")])
        reasons = {line.statement_line_id: line.reason for line in waiting}
        self.assertEqual(reasons[refused], "Choose an account.")
        self.assertIn("Odoo could not book this", reasons[broken])

    def test_what_was_asked_for_other_items_is_not_done(self):
        line = self._known(258.41)
        asked = self._propose(line)
        self.assertEqual(asked.line_ids.move_id, self.second)
        asked._ask_job()
        self.assertEqual(self._propose(line).asked_uid, self.env.user)
        self._pay(self.second, TODAY)
        changed = self._propose(line)
        self.assertEqual(changed.state, "certain")
        self.assertNotEqual(changed.line_ids.move_id, self.second)
        self.assertFalse(changed.asked_uid)
        self._run_cron("ir_cron_match")
        self.assertFalse(line.is_reconciled)

    def test_what_was_matched_otherwise_in_odoo_is_not_undone(self):
        line = self._bank_line(258.41, self.second.name)
        matched = self._propose(line)
        matched.action_match()
        line.action_undo_reconciliation()
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.with_context(skip_readonly_check=True).account_id = self._receivable(
            self.first
        ).account_id
        (suspense + self._receivable(self.first)).reconcile()
        with self.assertRaisesRegex(UserError, "undone in Odoo"):
            matched.action_undo()
        self.assertEqual(self.first.amount_residual, 541.76)

    @mute_logger("odoo.addons.ar_best_practices.models.ar_matching_entry")
    def test_the_job_goes_on_after_an_error_of_another_addon(self):
        self.company.ar_matching_automatic = True
        broken = self._bank_line(800.17, self.first.name)
        good = self._bank_line(93.29, self.foreign.name)
        entries = self.env.registry["ar.matching.proposal"]
        match_bank_line = entries._match_bank_line

        def fail(proposal):
            if proposal.statement_line_id == broken:
                raise KeyError("a mistake")
            return match_bank_line(proposal)

        with patch.object(entries, "_match_bank_line", fail):
            self._run_cron("ir_cron_match")
        self.assertEqual((broken.is_reconciled, good.is_reconciled), (False, True))
        waiting = self.env["ar.matching.proposal"].search([("state", "=", "likely")])
        self.assertIn("log of the server", waiting.reason)

    def test_what_was_not_seen_is_not_matched_by_a_click(self):
        line = self._bank_line(258.41, self.second.name)
        proposal = self._propose(line)
        seen = proposal.with_context(ar_seen_items=proposal.items)
        other = self._invoice(self.customer, 258.41, "2026-05-20")
        line.payment_ref = other.name
        self._propose(line)
        for step in (seen.action_match, seen.action_refuse):
            with self.assertRaisesRegex(UserError, "has changed meanwhile"):
                step()
        self.assertFalse(proposal.refused)
        proposal.with_context(ar_seen_items=proposal.items).action_match()
        self.assertEqual(other.amount_residual, 0)

    def test_a_named_invoice_comes_before_a_cheque_of_the_same_amount(self):
        cheque = self._pay_on_account(self.customer, 258.41, TODAY)
        cheque.memo = "cheque 778"
        proposal = self._propose(self._known(258.41, f"VIR {self.second.name}"))
        self.assertEqual(proposal.line_ids.move_id, self.second)

    def test_what_a_person_took_off_does_not_come_back(self):
        self.company.ar_matching_automatic = True
        line = self._bank_line(258.41, self.second.name)
        correction = self.env["ar.matching.correction"].browse(
            self._propose(line).action_correct()["res_id"]
        )
        correction.line_ids.unlink()
        correction.partner_id = self.customer
        correction.action_apply()
        self._run_cron("ir_cron_match")
        self.assertEqual(self.second.amount_residual, 258.41)
        rest = self._propose(self._receivable(line.move_id))
        self.assertEqual((rest.state, rest.doubt), ("unknown", "refused"))

    def test_the_same_choice_may_be_made_again_once_undone(self):
        line = self._bank_line(400, "ACOMPTE")
        proposal = self._propose(line)
        for _time in range(2):
            correction = self.env["ar.matching.correction"].browse(
                proposal.action_correct()["res_id"]
            )
            correction.partner_id = self.customer
            correction.action_apply()
            self.assertTrue(line.is_reconciled)
            proposal.action_undo()
            proposal = proposal.search(
                [("statement_line_id", "=", line.id), ("state", "=", "unknown")]
            )

    def test_the_job_matches_in_a_branch_what_was_asked_there(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.env.user.company_ids += branch
        self.cr.precommit.run()
        clerk = self._create_user("branch_asking", "collector", company=branch)
        clerk.group_ids += self.env.ref("account.group_account_invoice")
        invoice = self._invoice(
            self.customer, 77.7, "2026-05-04", "2026-06-04", company_id=branch.id
        )
        bank = self.bank.with_company(branch).copy(
            {"company_id": branch.id, "name": "Branch bank", "code": "BBK"}
        )
        line = self._bank_line(77.70, invoice.name, journal_id=bank.id)
        proposal = self._propose(line)
        self.assertEqual(proposal.state, "certain")
        proposal.with_user(clerk).with_context(
            allowed_company_ids=branch.ids
        )._ask_job()
        self._run_cron("ir_cron_match")
        self.assertTrue(line.is_reconciled, proposal.reason)
        self.assertEqual(proposal.matched_uid, clerk)
        mine = proposal.with_user(clerk).with_context(allowed_company_ids=branch.ids)
        mine.action_undo()
        self.assertEqual(invoice.amount_residual, 77.7)

    def test_all_on_account_and_undone_elsewhere_is_history(self):
        line = self._bank_line(400, "ACOMPTE")
        correction = self.env["ar.matching.correction"].browse(
            self._propose(line).action_correct()["res_id"]
        )
        correction.partner_id = self.customer
        correction.action_apply()
        matched = correction.proposal_id
        self.assertEqual(matched.state, "matched")
        line.action_undo_reconciliation()
        self.assertTrue(self._propose(line))
        self.assertEqual(matched.state, "undone")

    def test_a_bank_line_is_undone_after_what_its_rest_paid(self):
        line = self._bank_line(900, self.first.name)
        matched = self._propose(line)
        matched.action_match()
        other = self._invoice(self.customer, 99.83, "2026-05-04")
        rest = self._propose(self._receivable(line.move_id).filtered("amount_residual"))
        rest.action_match()
        self.assertEqual(other.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "undo that first"):
            matched.action_undo()
        self.assertEqual((rest.state, other.amount_residual), ("matched", 0))
        rest.action_undo()
        matched.action_undo()
        self.assertEqual((matched.state, line.is_reconciled), ("undone", False))
        self.assertEqual((rest.state, rest.line_ids.number), ("undone", other.name))
        self.assertEqual(self._propose().mapped("kind"), ["statement"])


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAmounts(MatchingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fees = cls.env.ref("ar_best_practices.writeoff_reason_bank_fees")
        cls.fees.account_id = cls.company_data["default_account_expense"]

    def _open(self, proposal):
        return self.env["ar.matching.correction"].browse(
            proposal.action_correct()["res_id"]
        )

    def _choose(self, correction, chosen):
        """Say what is paid of which items: {item: amount}."""
        correction.line_ids.unlink()
        correction.line_ids = [
            Command.create({"line_id": item.id, "is_taken": True, "amount": amount})
            for item, amount in chosen
        ]

    def test_too_much_of_a_posted_payment_stays_on_account(self):
        self.company.ar_matching_tolerance = 0.05
        self.company.ar_matching_account_id = self.fees.account_id
        payment = self._pay_on_account(self.customer, 800.20, TODAY)
        payment.memo = self.first.name
        credit = self._receivable(payment.move_id)
        proposal = self._propose(credit)
        self.assertEqual(
            (proposal.state, proposal.difference, proposal.left_amount),
            ("likely", 0, 0.03),
        )
        proposal.action_match()
        self.assertEqual(self.first.amount_residual, 0)
        self.assertEqual(credit.amount_residual, -0.03)

    def test_a_write_off_stands_on_the_item_it_was_said_of(self):
        payment = self._pay_on_account(self.customer, 783.29, TODAY)
        correction = self._open(self._propose(self._receivable(payment.move_id)))
        chosen = [
            (self._receivable(self.foreign), 83.29),
            (self._receivable(self.first), 700),
        ]
        self._choose(correction, chosen)
        correction.line_ids[0].rest_handling = "writeoff"
        correction.writeoff_reason_id = self.fees
        correction.action_apply()
        self.assertEqual(self.foreign.amount_residual, 0)
        self.assertEqual(self.first.amount_residual, 100.17)
        entry = correction.proposal_id.writeoff_move_id
        self.assertEqual(self._receivable(entry).partner_id, self.other_customer)
        self.assertEqual(self._receivable(entry).balance, -10)

    def test_the_tolerance_is_in_the_currency_of_the_company(self):
        self.company.ar_matching_tolerance = 0.05
        strong = self.env.ref("base.KWD")
        strong.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": strong.id,
                "company_id": self.company.id,
                "rate": 0.1,
            }
        )
        invoice = self._invoice(self.customer, 500, "2026-05-01", currency_id=strong.id)
        for paid, difference in ((499.96, 0), (499.996, 0.004)):
            line = self._bank_line(
                paid * 10,
                invoice.name,
                foreign_currency_id=strong.id,
                amount_currency=paid,
            )
            with self.subTest(paid=paid):
                self.assertAlmostEqual(self._propose(line).difference, difference, 3)

    def _write_off(self):
        """Return a posted payment of 785.17 that settles 800.17."""
        payment = self._pay_on_account(self.customer, 785.17, TODAY)
        correction = self._open(self._propose(self._receivable(payment.move_id)))
        self._choose(correction, [(self._receivable(self.first), 785.17)])
        correction.line_ids.rest_handling = "writeoff"
        correction.writeoff_reason_id = self.fees
        correction.action_apply()
        return correction.proposal_id

    def test_a_write_off_that_is_reversed_already_is_not_reversed_again(self):
        matched = self._write_off()
        entry = matched.writeoff_move_id
        entry._reverse_moves([{"date": TODAY}], cancel=True)
        self.assertEqual(self.first.amount_residual, 15)
        matched.action_undo()
        self.assertEqual(len(entry.reversal_move_ids), 1)
        self.assertEqual(self.first.amount_residual, 800.17)

    def test_a_write_off_that_was_cancelled_is_not_reversed(self):
        matched = self._write_off()
        matched.writeoff_move_id.button_draft()
        matched.action_undo()
        self.assertFalse(matched.writeoff_move_id.reversal_move_ids)
        self.assertEqual(self.first.amount_residual, 800.17)

    def test_what_a_posted_payment_has_too_much_is_not_written_off(self):
        payment = self._pay_on_account(self.customer, 800.17, TODAY)
        correction = self._open(self._propose(self._receivable(payment.move_id)))
        self._choose(correction, [(self._receivable(self.first), 795.17)])
        correction.line_ids.rest_handling = "writeoff"
        correction.left_handling = "writeoff"
        correction.writeoff_reason_id = self.fees
        with self.assertRaisesRegex(UserError, "stays on account"):
            correction.action_apply()
        self.assertEqual(self.first.amount_residual, 800.17)

    def test_a_bank_line_completed_by_hand_is_not_undone_from_here(self):
        line = self._bank_line(97, self.second.name)
        _liquidity, suspense, _others = line._seek_for_lines()
        line.move_id.button_draft()
        line.move_id.with_context(skip_readonly_check=True).line_ids = [
            Command.update(suspense.id, {"balance": -100, "amount_currency": -100}),
            Command.create(
                {"account_id": self.fees.account_id.id, "balance": 3, "name": "Fees"}
            ),
        ]
        line.move_id.action_post()
        matched = self._propose(line)
        self.assertEqual(matched.amount, 100)
        correction = self._open(matched)
        self._choose(correction, [(self._receivable(self.second), 100)])
        correction.partner_id = self.customer
        correction.action_apply()
        with self.assertRaisesRegex(UserError, "completed by hand"):
            matched.action_undo()
        fees = line.move_id.line_ids.filtered(
            lambda x: x.account_id == self.fees.account_id
        )
        self.assertEqual(fees.balance, 3)

    def test_undoing_leaves_what_was_matched_before(self):
        payment = self._pay_on_account(self.customer, 300, TODAY)
        credit = self._receivable(payment.move_id)
        for amount in (100, 150):
            last = self._propose(credit)
            correction = self._open(last)
            self._choose(correction, [(self._receivable(self.first), amount)])
            correction.action_apply()
        last.action_undo()
        self.assertEqual(self.first.amount_residual, 700.17)
        self.assertEqual(credit.amount_residual, -200)

    def test_who_paid_is_not_whose_account_was_paid_to(self):
        ours = self.env["res.partner.bank"].create(
            {
                "acc_number": "FR76 3000 4000 0399 9999 9999 143",
                "partner_id": self.company.partner_id.id,
            }
        )
        payment = self._pay_on_account(self.env["res.partner"], 12.34, TODAY)
        payment.partner_bank_id = ours
        proposal = self._propose(self._receivable(payment.move_id))
        self.assertFalse(proposal.partner_id)
        self.assertFalse(proposal.account_number)

    def test_a_write_off_on_an_account_that_is_reconciled_itself(self):
        self.fees.account_id = self.fees.account_id.copy(
            {"reconcile": True, "account_type": "asset_current"}
        )
        payment = self._pay_on_account(self.customer, 785.17, TODAY)
        correction = self._open(self._propose(self._receivable(payment.move_id)))
        self._choose(correction, [(self._receivable(self.first), 785.17)])
        correction.line_ids.rest_handling = "writeoff"
        correction.writeoff_reason_id = self.fees
        correction.action_apply()
        self.assertEqual(self.first.amount_residual, 0)

    def test_a_posted_payment_pays_no_credit(self):
        credit_note = self._invoice(self.customer, -20, "2026-05-10")
        payment = self._pay_on_account(self.customer, 500, TODAY)
        proposal = self._propose(self._receivable(payment.move_id))
        correction = self._open(proposal)
        self._choose(correction, [(self._receivable(credit_note), -20)])
        with self.assertRaisesRegex(UserError, "choose what it pays"):
            correction.action_apply()

    def test_a_part_of_a_credit_is_all_that_is_deducted(self):
        credit_note = self._invoice(self.customer, -50, "2026-05-10")
        payment = self._pay_on_account(self.customer, 500, TODAY)
        credit = self._receivable(payment.move_id)
        correction = self._open(self._propose(credit))
        chosen = [
            (self._receivable(credit_note), -30),
            (self._receivable(self.second), 230),
        ]
        self._choose(correction, chosen)
        correction.action_apply()
        self.assertEqual(credit.amount_residual, -300)
        self.assertEqual(self._receivable(credit_note).amount_residual, -20)
        self.assertEqual(self.second.amount_residual, 28.41)

    def test_discount_difference_and_rest_together(self):
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
        for is_posted in (False, True):
            invoice = self._invoice(
                self.customer, 1000, "2026-06-25", invoice_payment_term_id=term.id
            )
            other = self._invoice(self.customer, 100, "2026-06-25")
            if is_posted:
                payment = self._pay_on_account(self.customer, 1100, TODAY)
                receipt = self._receivable(payment.move_id)
            else:
                receipt = self._bank_line(1100, "VIREMENT")
            correction = self._open(self._propose(receipt))
            correction.partner_id = self.customer
            chosen = [
                (self._receivable(invoice), 980),
                (self._receivable(other), 95),
            ]
            self._choose(correction, chosen)
            correction.line_ids[0].takes_discount = True
            correction.line_ids[1].rest_handling = "writeoff"
            correction.writeoff_reason_id = self.fees
            correction.action_apply()
            self.assertEqual((invoice + other).mapped("amount_residual"), [0, 0])
            move = correction.proposal_id.move_id
            self._assert_balanced(move)
            self._assert_balanced(correction.proposal_id.writeoff_move_id)
            left = self._receivable(move).filtered("amount_residual")
            self.assertEqual(left.mapped("amount_residual"), [-25])
            booked = (move | correction.proposal_id.writeoff_move_id).line_ids
            booked = booked.filtered(lambda x: x.account_id == self.fees.account_id)
            self.assertEqual(sum(booked.mapped("balance")), 5)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestByHand(MatchingCommon):
    """Calls that no screen makes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.billing = cls._create_user("by_hand_billing", "collector")
        cls.billing.group_ids += cls.env.ref("account.group_account_invoice")
        cls.second_company = cls.setup_other_company(name="Second company")["company"]
        cls.foreign_item = cls._receivable(
            cls._invoice(
                cls.customer, 800.17, "2026-05-01", company_id=cls.second_company.id
            )
        )

    def _open(self, proposal):
        return (
            self.env["ar.matching.correction"]
            .with_user(self.billing)
            .browse(proposal.with_user(self.billing).action_correct()["res_id"])
        )

    def test_the_dialog_reads_nothing_of_another_company(self):
        proposal = self._propose(self._bank_line(800.17, "VIREMENT"))
        correction = self._open(proposal)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            line = correction.line_ids.create(
                {"correction_id": correction.id, "line_id": self.foreign_item.id}
            )
            line.read(["number", "residual", "partner_id"])
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.second_company.id)],
            limit=1,
        )
        other = self._propose(self._bank_line(50, "SECRET", journal_id=journal.id))
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            correction.create({"proposal_id": other.id}).read(["text", "amount"])

    def test_only_what_the_dialog_offers_is_paid(self):
        other = self.company_data["default_account_receivable"].copy()
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": balance,
                            "currency_id": self.env.ref("base.CHF").id,
                            "amount_currency": balance * 2,
                        }
                    )
                    for account, balance in ((other, 100), (other, -100))
                ]
            }
        )
        entry.action_post()
        proposal = self._propose(self._bank_line(200, "VIREMENT"))
        item = self._receivable(self.first)
        for chosen in (
            [(entry.line_ids.filtered(lambda x: x.balance > 0), 200)],
            [(item, 100), (item, 100)],
        ):
            correction = self._open(proposal)
            correction.partner_id = self.customer
            correction.line_ids.unlink()
            correction.line_ids = [
                Command.create({"line_id": line.id, "is_taken": True, "amount": amount})
                for line, amount in chosen
            ]
            with self.assertRaisesRegex(UserError, "open it again"):
                correction.action_apply()

    def test_nobody_teaches_what_counts_without_accepting_it(self):
        line = self._bank_line(800.17, "VIR 1", account_number="DE89370400440532013000")
        correction = self._open(self._propose(line))
        correction.line_ids = [
            Command.create(
                {"line_id": self._receivable(self.first).id, "amount": 800.17}
            )
        ]
        correction.with_context(
            default_state="active", default_decided_uid=self.env.user.id
        ).action_apply()
        hint = self.env["ar.matching.hint"].search([], order="id desc", limit=1)
        self.assertRecordValues(hint, [{"state": "proposed", "decided_uid": False}])

    def test_who_only_works_for_a_branch_decides_nothing_of_the_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        clerk = self._create_user("by_hand_branch", "collector", company=branch)
        clerk.group_ids += self.env.ref("account.group_account_invoice")
        proposal = self._propose(self._bank_line(800.17, self.first.name))
        self.env.invalidate_all()
        for name in ("action_refuse", "action_correct"):
            with self.assertRaises(AccessError):
                getattr(proposal.with_user(clerk), name)()
        self.assertEqual(proposal.state, "certain")

    def test_an_account_that_is_not_used_any_more_makes_nothing_certain(self):
        hint = self._teach()
        hint.action_accept()
        line = self._bank_line(258.41, "VIR 2", account_number=hint.value)
        self.assertEqual(self._propose(line).state, "certain")
        hint.action_refuse()
        proposal = self._propose(line)
        self.assertNotEqual(proposal.state, "certain")

    def test_an_archived_account_comes_back_without_its_trust(self):
        hint = self._teach()
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": hint.value,
                "partner_id": self.customer.id,
                "active": False,
            }
        )
        bank.sudo().allow_out_payment = True
        hint.with_user(self.billing).action_accept()
        self.assertTrue(bank.active)
        self.assertFalse(bank.allow_out_payment)

    def _teach(self):
        line = self._bank_line(
            800.17, self.first.name, account_number="DE89370400440532013000"
        )
        self._propose(line).action_match()
        return self.env["ar.matching.hint"].search([], order="id desc", limit=1)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCertain(MatchingCommon):
    """What looks certain and is not."""

    def test_what_customers_call_their_orders_is_theirs_only(self):
        rent = self._invoice(self.customer, 150, "2026-06-01", ref="06/2026")
        unknown = self._propose(self._bank_line(150, "LOYER 06/2026"))
        self.assertEqual(unknown.line_ids.move_id, rent)
        self.assertEqual((unknown.rule_id.code, unknown.state), ("order", "likely"))
        self.assertIn("nobody knows who paid", unknown.reason)
        known = self._propose(self._known(150, "LOYER 06/2026"))
        self.assertEqual((known.rule_id.code, known.state), ("order", "certain"))

    def test_our_order_numbers_need_no_payer(self):
        self._invoice(self.customer, 150, "2026-06-01", invoice_origin="S0012345")
        proposal = self._propose(self._bank_line(150, "COMMANDE S0012345"))
        self.assertEqual((proposal.rule_id.code, proposal.state), ("order", "certain"))
