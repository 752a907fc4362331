from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, ReceivablesCommon


@tagged("post_install", "-at_install")
class TestAccountLive(ReceivablesCommon):
    """What a customer owes is read from the ledger, today and on any past day."""

    def test_posting_an_invoice_makes_the_account_of_its_customer(self):
        contact = self.env["res.partner"].create(
            {"name": "Accounts payable", "parent_id": self.customer.id}
        )
        self._invoice(contact, 100, TODAY)
        account = self.env["ar.account"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(account.company_id, self.company)
        self.assertFalse(
            self.env["ar.account"].search([("partner_id", "=", contact.id)])
        )

    @freeze_time("2026-11-22")
    def test_an_item_due_today_is_not_late_and_buckets_start_the_day_after(self):
        for amount, due in [
            (1000, "2026-11-30"),
            (2000, "2026-11-22"),
            (3000, "2026-11-21"),
            (4000, "2026-10-23"),
            (5000, "2026-10-22"),
            (6000, "2026-09-23"),
            (7000, "2026-09-22"),
            (8000, "2026-08-24"),
            (9000, "2026-08-23"),
        ]:
            self._invoice(self.customer, amount, "2026-08-01", due)
        self.assertRecordValues(
            self._account(),
            [
                {
                    "open_amount": 45000,
                    "not_due_amount": 3000,
                    "bucket_1_30": 7000,
                    "bucket_31_60": 11000,
                    "bucket_61_90": 15000,
                    "bucket_over_90": 9000,
                    "overdue_amount": 42000,
                    "overdue_item_count": 7,
                    "max_days_late": 91,
                }
            ],
        )

    @freeze_time("2026-07-31")
    def test_a_past_day_shows_what_was_owed_then(self):
        invoice = self._invoice(self.customer, 10000, "2026-05-01", "2026-05-31")
        self._pay(invoice, "2026-06-20", 4000)
        self._pay(invoice, "2026-07-05", 6000)
        account = self._account()
        self.assertEqual(account.open_amount, 0)
        then = account.with_context(ar_as_of="2026-06-30")
        self.assertEqual(then.open_amount, 6000)
        self.assertEqual(then.bucket_1_30, 6000)
        self.assertEqual(then.max_days_late, 30)
        self.assertEqual(account.with_context(ar_as_of="2026-04-30").open_amount, 0)

    @freeze_time(TODAY)
    def test_each_instalment_is_an_item_of_its_own(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "30/60/90",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 40, "nb_days": 30}
                    ),
                    Command.create(
                        {"value": "percent", "value_amount": 30, "nb_days": 60}
                    ),
                    Command.create(
                        {"value": "percent", "value_amount": 30, "nb_days": 90}
                    ),
                ],
            }
        )
        self._invoice(
            self.customer,
            1000,
            "2026-05-01",
            invoice_payment_term_id=terms.id,
            invoice_date_due=False,
        )
        account = self._account()
        self.assertEqual(account.open_item_count, 3)
        self.assertEqual(account.overdue_amount, 400)
        self.assertEqual(account.not_due_amount, 600)

    @freeze_time(TODAY)
    def test_credits_stand_in_their_own_column_and_lower_what_is_to_collect(self):
        self._invoice(self.customer, 1000, "2026-05-01", "2026-05-31")
        self._invoice(self.customer, -150, "2026-06-01")
        self._pay_on_account(self.customer, 250, "2026-06-10")
        account = self._account()
        self.assertEqual(account.overdue_amount, 1000)
        self.assertEqual(account.unallocated_amount, 400)
        self.assertEqual(account.amount_to_collect, 600)

    @freeze_time(TODAY)
    def test_a_disputed_item_is_not_collected_and_never_left_out_twice(self):
        invoice = self._invoice(self.customer, 1000, "2026-05-01", "2026-05-31")
        self._pay(invoice, "2026-06-01", 400)
        self.env["ar.item"].create(
            {"line_id": self._receivable(invoice).id, "disputed": True}
        )
        account = self._account()
        self.assertEqual(account.overdue_amount, 600)
        self.assertEqual(account.disputed_amount, 600)
        self.assertEqual(account.amount_to_collect, 0)

    @freeze_time(TODAY)
    def test_amounts_are_in_company_currency_at_the_invoice_rate(self):
        currency = self.setup_other_currency("GBP", rates=[("2026-01-01", 0.5)])
        self._invoice(
            self.customer, 100, "2026-05-01", "2026-05-31", currency_id=currency.id
        )
        self.assertEqual(self._account().overdue_amount, 200)

    @freeze_time(TODAY)
    def test_lists_are_searched_sorted_grouped_and_summed_on_live_amounts(self):
        self._invoice(self.customer, 1000, "2026-05-01", "2026-05-31")
        self._invoice(self.other_customer, 3000, "2026-05-01", "2026-05-31")
        quiet = self._account(self._create_customer("Nothing due"))
        mine = [("company_id", "=", self.company.id)]
        accounts = self.env["ar.account"]
        large = accounts.search([*mine, ("overdue_amount", ">", 1000)])
        self.assertEqual(large.partner_id, self.other_customer)
        ordered = accounts.search(mine, order="overdue_amount desc")
        self.assertEqual(
            ordered.partner_id.ids,
            [self.other_customer.id, self.customer.id, quiet.partner_id.id],
        )
        rows = accounts._read_group(mine, ["company_id"], ["overdue_amount:sum"])
        self.assertEqual(rows, [(self.company, 4000)])
        late = accounts.search([*mine, ("oldest_due_date", "<", "2026-06-01")])
        self.assertEqual(len(late), 2)
        past = accounts.with_context(ar_as_of="2026-05-31")
        self.assertFalse(past.search([*mine, ("overdue_amount", ">", 0)]))

    @freeze_time(TODAY)
    def test_reading_live_amounts_of_many_costs_two_statements_at_most(self):
        partners = [self._create_customer(f"Customer {n}") for n in range(30)]
        for partner in partners:
            self._invoice(partner, 100, "2026-05-01", "2026-05-31")
        accounts = self.env["ar.account"].search([("company_id", "=", self.company.id)])
        self.env.invalidate_all()
        accounts.mapped("partner_id")
        with self.assertQueryCount(2):
            accounts.mapped("overdue_amount")
            accounts.mapped("amount_to_collect")
            accounts.mapped("oldest_due_date")

    @freeze_time(TODAY)
    def test_a_branch_owes_on_the_account_of_its_main_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.cr.precommit.run()  # gives the branch the chart of its main company
        self.env.user.company_ids += branch
        self.env = self.env(
            context=dict(
                self.env.context, allowed_company_ids=[self.company.id, branch.id]
            )
        )
        move = (
            self.env["account.move"]
            .with_company(branch)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "company_id": branch.id,
                    "invoice_date": "2026-05-01",
                    "invoice_payment_term_id": False,
                    "invoice_date_due": "2026-05-31",
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "x", "price_unit": 70, "tax_ids": False}
                        )
                    ],
                }
            )
        )
        move.action_post()
        accounts = self.env["ar.account"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(accounts.company_id, self.company)
        self.assertEqual(accounts.overdue_amount, 70)

    @freeze_time(TODAY)
    def test_two_companies_keep_two_accounts_of_one_customer(self):
        second = self.setup_other_company(name="Second company")["company"]
        self._invoice(self.customer, 1000, "2026-05-01", "2026-05-31")
        other = self._account(self.customer, second)
        self.assertEqual(other.with_company(second).overdue_amount, 0)
        self.assertEqual(self._account().overdue_amount, 1000)

    @freeze_time(TODAY)
    def test_draft_and_cancelled_entries_owe_nothing(self):
        invoice = self._invoice(self.customer, 1000, "2026-05-01", "2026-05-31")
        account = self._account()
        self.assertEqual(account.overdue_amount, 1000)
        invoice.button_draft()
        account.invalidate_recordset()
        self.assertEqual(account.overdue_amount, 0)
