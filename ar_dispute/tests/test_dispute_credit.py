"""What was decided becomes a credit note of Odoo, with its lines and taxes."""

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.ar_best_practices.tests.common import TODAY

from ..models.ar_dispute_line import Part
from .common import DisputeCommon


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestCredit(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.full_tax = cls.env["account.tax"].create(
            {"name": "20 %", "amount": 20, "company_id": cls.company.id}
        )
        cls.low_tax = cls.full_tax.copy({"name": "5.5 %", "amount": 5.5})
        cls.taxed = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_date": "2026-05-01",
                "invoice_date_due": "2026-05-31",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                    for name, quantity, price, tax in (
                        ("Boards", 10, 33.33, cls.full_tax),
                        ("Books", 7, 12.11, cls.low_tax),
                    )
                ],
            }
        )
        cls.taxed.action_post()
        cls.env.user.group_ids += cls.env.ref("account.group_account_invoice")

    def _approve(self, dispute, decision="founded", **values):
        self._decide(dispute, decision, **values)
        dispute.with_user(self.owner).action_approve()
        dispute.resolution_id = self.credit
        return dispute

    def _dispute_line(self, name, quantity):
        """Return a case about a quantity of one line of the taxed invoice."""
        line = self.taxed.invoice_line_ids.filtered(lambda x: x.name == name)
        amount = line.currency_id.round(line.price_total * quantity / line.quantity)
        part = Part(self._receivable(self.taxed), amount, line, quantity)
        return self.env["ar.dispute"]._open(
            self.account, [part], reason_id=self.short.id, claim="Some are missing"
        )

    def test_the_lines_in_dispute_are_credited_with_their_taxes(self):
        dispute = self._approve(self._dispute_line("Boards", 4))
        dispute.action_credit()
        note = dispute.credit_note_ids
        self.assertRecordValues(
            note.invoice_line_ids,
            [{"name": "Boards", "quantity": 4, "tax_ids": self.full_tax.ids}],
        )
        self.assertEqual((note.state, note.amount_total), ("draft", dispute.amount))
        with self.assertRaisesRegex(UserError, "post its credit note"):
            dispute.action_execute()
        note.action_post()
        self.assertEqual(self._amounts(dispute), (0, 159.98, 0, 0, 0))
        self.assertEqual(dispute.document_move_id, note)
        dispute.action_execute()
        dispute.root_cause_id = self.cause
        dispute.action_close()

    def test_an_amount_is_credited_in_the_taxes_of_the_invoice(self):
        dispute = self._approve(
            self._dispute(200, self.taxed), "partly", accepted_amount=77.77
        )
        dispute.action_credit()
        note = dispute.credit_note_ids
        self.assertEqual(note.amount_total, 77.77)
        self.assertEqual(note.invoice_line_ids.tax_ids, self.full_tax + self.low_tax)
        note.action_post()
        self.assertEqual(self._amounts(dispute), (122.23, 77.77, 0, 0, 0))

    def test_the_whole_invoice_is_reversed_as_it_is(self):
        dispute = self._approve(self._dispute(self.taxed.amount_total, self.taxed))
        dispute.action_credit()
        note = dispute.credit_note_ids
        self.assertEqual(
            note.invoice_line_ids.mapped("name"),
            self.taxed.invoice_line_ids.mapped("name"),
        )
        note.action_post()
        self.assertEqual(self.taxed.payment_state, "reversed")
        self.assertTrue(dispute.is_settled)

    def test_two_invoices_get_one_credit_note_each(self):
        dispute = self._approve(self._dispute(100, self.invoice + self.taxed))
        dispute.action_credit()
        self.assertEqual(dispute.credit_note_ids.mapped("amount_total"), [100, 100])

    def test_nothing_is_credited_twice_or_before_it_is_approved(self):
        dispute = self._decide(self._dispute())
        with self.assertRaisesRegex(UserError, "follows an approved decision"):
            dispute.action_credit()
        dispute.with_user(self.owner).action_approve()
        dispute.action_credit()
        with self.assertRaisesRegex(UserError, "nothing is left to credit"):
            dispute.action_credit()
        dispute.credit_note_ids.button_cancel()
        dispute.action_credit()
        self.assertEqual(len(dispute.credit_note_ids), 2)

    def test_who_may_not_invoice_is_told_whom_to_ask(self):
        dispute = self._approve(self._dispute())
        with self.assertRaisesRegex(UserError, "ask accounting"):
            dispute.with_user(self.handler).action_credit()
        self.assertTrue(dispute.with_user(self.handler).can_credit)
