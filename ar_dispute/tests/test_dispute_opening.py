"""Every way in which a dispute is registered."""

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestDisputeOpening(DisputeCommon):
    def _wizard(self, record):
        """Return the dialog that a button opens, as its collector sees it."""
        record = record.with_user(self.collector)
        action = record.action_open_dispute()
        wizard = self.env["ar.dispute.open"].with_user(self.collector)
        return Form(wizard.with_context(**action["context"]))

    def _opened(self, form):
        action = form.save().action_open()
        return self.env["ar.dispute"].browse(action["res_id"])

    # ------------------------------------------------------------------
    # From an invoice
    # ------------------------------------------------------------------

    def test_the_only_open_invoice_of_a_customer_is_chosen_already(self):
        def chosen():
            context = self.account.action_open_dispute()["context"]
            return context["default_move_ids"][0][2]

        self.assertEqual(chosen(), self.invoice.ids)
        self._invoice(self.customer, 500, "2026-05-01")
        self.env.invalidate_all()
        self.assertEqual(chosen(), [])

    def test_one_click_on_an_invoice_disputes_all_that_is_open_of_it(self):
        self._pay(self.invoice, TODAY, 250)
        with self._wizard(self.invoice) as form:
            self.assertEqual((form.amount, form.free_amount), (750, 750))
            form.reason_id = self.short
            form.claim = "Nothing came"
        dispute = self._opened(form)
        self.assertRecordValues(
            dispute,
            [{"amount": 750, "claim": "Nothing came", "processor_id": self.handler.id}],
        )

    def test_lines_of_an_invoice_are_disputed_by_quantity_with_their_taxes(self):
        tax = self.company_data["default_tax_sale"]
        tax.amount = 20
        invoice = self._invoice(
            self.customer,
            1,
            "2026-05-01",
            invoice_line_ids=[
                Command.create(
                    {
                        "name": name,
                        "quantity": 10,
                        "price_unit": 10,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
                for name in ("Doors", "Hinges")
            ],
        )
        with self._wizard(invoice) as form:
            form.scope = "lines"
            with form.line_ids.edit(1) as line:
                line.quantity = 3
                self.assertEqual(line.amount, 36)
                line.is_taken = True
            self.assertEqual(form.amount, 36)
        dispute = self._opened(form)
        self.assertRecordValues(
            dispute.line_ids, [{"product": "Hinges", "quantity": 3, "amount": 36}]
        )
        self.assertEqual(dispute.still_disputed, 36)

    def test_a_line_is_not_disputed_for_more_than_is_open(self):
        self._pay(self.invoice, TODAY, 700)
        form = self._wizard(self.invoice)
        form.scope = "lines"
        with form.line_ids.edit(0) as line:
            line.is_taken = True
            line.amount = 400
        with self.assertRaisesRegex(UserError, "lower an amount"):
            self._opened(form)
        with form.line_ids.edit(0) as line:
            line.amount = 1000  # the whole line: what is open of it
        self.assertEqual(self._opened(form).amount, 300)

    def test_what_is_disputed_already_is_not_disputed_twice(self):
        self._dispute(1000)
        with self.assertRaisesRegex(UserError, "Nothing of these invoices"):
            self._opened(self._wizard(self.invoice))

    def test_the_rest_after_an_outstanding_credit_is_disputed_by_the_same_button(self):
        refund = self._invoice(self.customer, -350, TODAY)
        self.invoice.js_assign_outstanding_line(self._receivable(refund).id)
        form = self._wizard(self.invoice)
        self.assertEqual(form.free_amount, 650)
        self.assertEqual(self._opened(form).amount, 650)

    def test_several_invoices_of_an_account_are_one_case(self):
        second = self._invoice(self.customer, 500, "2026-05-10")
        with self._wizard(self.account) as form:
            self.assertEqual(form.amount, 0)
            form.move_ids = self.invoice + second
            self.assertEqual(form.amount, 1500)
        dispute = self._opened(form)
        self.assertEqual(len(dispute.line_ids), 2)

    def test_the_invoice_shows_its_cases(self):
        dispute = self._dispute()
        self.assertEqual(self.invoice.ar_dispute_count, 1)
        action = self.invoice.action_open_disputes()
        self.assertEqual(action["res_id"], dispute.id)
        alerts = self.invoice.with_user(self.collector)._get_alerts()
        words = [alert["message"] for alert in alerts.values()]
        self.assertTrue(any("LOG02 Short delivery" in text for text in words))

    # ------------------------------------------------------------------
    # From a call, from a short payment
    # ------------------------------------------------------------------

    def test_what_they_contest_on_the_phone_becomes_a_case_of_the_rest(self):
        self._dispute(400)
        account = self.account.with_user(self.collector)
        call = self.env["ar.collection.call"].with_user(self.collector)
        with Form(call.with_context(default_account_id=account.id)) as form:
            form.outcome = "nothing"
            form.reason_id = self.env.ref("ar_best_practices.nonpayment_reason_np14")
            form.dispute = True
            form.note = "They say the price is wrong"
        form.save().action_save()
        dispute = self.account.dispute_ids.sorted("id")[-1]
        self.assertRecordValues(
            dispute,
            [
                {
                    "amount": 600,
                    "claim": "They say the price is wrong",
                    "channel": "phone",
                    "reason_id": False,
                }
            ],
        )

    def test_a_short_payment_disputes_its_rest_with_a_reason(self):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        with Form(wizard) as form:
            form.amount = 820
            form.ar_dispute_rest = True
            form.ar_dispute_reason_id = self.short
        form.save()._create_payments()
        dispute = self.account.dispute_ids
        self.assertRecordValues(
            dispute, [{"amount": 180, "reason_id": self.short.id, "paid": 0}]
        )
        self.assertEqual(self.invoice.amount_residual, 180)
        self.assertTrue(self.invoice.no_followup)

    def test_the_rest_of_a_matched_bank_line_becomes_a_case(self):
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": TODAY,
                "payment_ref": self.invoice.name,
                "amount": 880,
            }
        )
        proposals = self.env["ar.matching.proposal"]
        proposals.action_propose()
        proposal = proposals.search([("amount", "=", 880)])
        correction = self.env["ar.matching.correction"].browse(
            proposal.action_correct()["res_id"]
        )
        correction.partner_id = self.customer
        correction._add_items(correction._get_items())
        line = correction.line_ids.filtered(
            lambda line: line.line_id.move_id == self.invoice
        )
        line.write({"amount": 880, "is_taken": True, "rest_handling": "dispute"})
        correction.action_apply()
        dispute = self.account.dispute_ids
        self.assertEqual((dispute.amount, dispute.channel), (120, "other"))
        self.assertIn("short payment", dispute.claim)

    def test_a_short_payment_of_several_invoices_leaves_the_last_due_one(self):
        second = self._invoice(self.customer, 500, "2026-05-01", "2026-06-15")
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=(self.invoice + second).ids
        )
        with Form(wizard) as form:
            form.group_payment = True
            form.amount = 1400
            form.ar_dispute_rest = True
        form.save()._create_payments()
        lines = self.account.dispute_ids.line_ids
        self.assertEqual([(x.move_id, x.amount) for x in lines], [(second, 100)])
