"""Fixtures shared by the tests of the suite: one company, a few customers, few words.

Addons above inherit :class:`ReceivablesCommon` and add their own records.
"""

from odoo import Command, fields
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

TODAY = "2026-06-30"


class ReceivablesCommon(AccountTestInvoicingCommon):
    """A company with a chart, run by an administrator of the suite.

    Dates: tests speak of ``TODAY`` and freeze it with ``freeze_time`` where the code
    asks for today.
    """

    @classmethod
    def get_default_groups(cls):
        # EXTENDS account: the accountant of the tests also runs the suite
        return super().get_default_groups() | cls.env.ref(
            "ar_best_practices.group_ar_admin"
        )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        # reasons are kept in the company's language: tests read English
        cls.env["res.company"].search([]).partner_id.lang = "en_US"
        cls.customer = cls._create_customer("Atelier Lemoine")
        cls.other_customer = cls._create_customer("Garage Nord")

    # ------------------------------------------------------------------
    # Records
    # ------------------------------------------------------------------

    @classmethod
    def _create_customer(cls, name, **values):
        """Return a company customer with an e-mail address of its own."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "email": email, "lang": "en_US"} | values
        )

    @classmethod
    def _create_user(cls, login, group, **values):
        """Return a user of one role only: ``viewer``, ``collector``…"""
        company = values.pop("company", cls.company)
        return new_test_user(
            cls.env,
            login=login,
            groups=f"ar_best_practices.group_ar_{group}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            **values,
        )

    @classmethod
    def _invoice(cls, partner, amount, invoice_date, due_date=None, **values):
        """Return a posted invoice without tax, due in one go.

        A negative amount makes a credit note.
        """
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice" if amount >= 0 else "out_refund",
                "partner_id": partner.id,
                "invoice_date": invoice_date,
                "date": invoice_date,
                "invoice_payment_term_id": False,
                "invoice_date_due": due_date or invoice_date,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": abs(amount), "tax_ids": False}
                    )
                ],
            }
            | values
        )
        move.action_post()
        return move

    @classmethod
    def _pay(cls, moves, day, amount=None):
        """Pay invoices together on a day, wholly or in part; return the payment."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"payment_date": day, "group_payment": True})
        )
        if amount is not None:
            wizard.amount = amount
        return wizard._create_payments()

    @classmethod
    def _pay_on_account(cls, partner, amount, day):
        """Return a payment that is not allocated to anything."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "date": day,
                "journal_id": cls.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def _settled_history(cls, partner, delays, end="2026-06-01", amount=100.0):
        """Make one paid invoice per delay (days late), a week apart, until ``end``."""
        last = fields.Date.to_date(end)
        for position, delay in enumerate(reversed(delays)):
            paid = fields.Date.subtract(last, weeks=position)
            due = fields.Date.subtract(paid, days=delay)
            invoice = cls._invoice(
                partner, amount, fields.Date.subtract(due, days=30), due
            )
            cls._pay(invoice, paid)

    @classmethod
    def _receivable(cls, move):
        """Return the receivable lines of an entry, by due date."""
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).sorted("date_maturity")

    # ------------------------------------------------------------------
    # Shortcuts
    # ------------------------------------------------------------------

    @classmethod
    def _account(cls, partner=None, company=None):
        """Return the customer account of a partner."""
        return cls.env["ar.account"]._ensure(
            [((company or cls.company).id, (partner or cls.customer).id)]
        )

    @classmethod
    def _run(cls, day=TODAY, **values):
        """Return a proposed run of the company."""
        run = cls.env["ar.dunning.run"].create(
            {"company_id": cls.company.id, "date": day} | values
        )
        run.action_propose()
        return run

    @classmethod
    def _reasons(cls, run):
        """Return {invoice number: reason code} of a run."""
        cls.env.flush_all()
        return {line.number: line.reason_code for line in run.line_ids}

    def _send(self, run):
        """Approve and send a run through its job, and return its notices."""
        run.action_approve()
        run.action_send()
        self._run_cron("ir_cron_dunning_send")
        return run.notice_ids

    def _run_cron(self, name, addon="ar_best_practices"):
        """Run a job of an addon as the scheduler does; it must succeed."""
        logger = "odoo.addons.base.models.ir_cron"
        with self.enter_registry_test_mode(), self.assertNoLogs(logger, "ERROR"):
            result = self.env.ref(f"{addon}.{name}").method_direct_trigger()
        self.assertIs(result, True)
        self.env.invalidate_all()
