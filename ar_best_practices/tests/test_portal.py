from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .portal_common import PortalCommon
from .slow_figures import open_items


@tagged("post_install", "-at_install")
class TestPortalReading(PortalCommon):
    """A customer sees what its company has open, and nothing else."""

    def _numbers(self, user=None):
        items = self._portal(user)._get_portal_items()
        return {item.number for item in items}

    def _group(self, user=None):
        values = self._portal(user)._get_portal_page_values()
        return values["sellers"][0]["groups"][0]

    def test_a_contact_sees_the_items_of_its_whole_company(self):
        mine = self._owe(self.person.partner_id, 30, -5)
        self.assertEqual(self._numbers(), {self.late.name, self.later.name, mine.name})
        self.assertEqual(self._numbers(self.stranger), {self.foreign.name})

    def test_items_are_those_of_a_slow_computation(self):
        self._pay(self.late, self._day(-3), 40)
        self._pay_on_account(self.customer, 15, self._day(-2))
        self._owe(self.customer, -20, -1)
        slow = {
            line.id: (amount, line.date_maturity)
            for line, amount in open_items(self.account, self._day(0)).items()
        }
        fast = {
            item.line_id: (item.residual, item.due_date)
            for item in self._portal()._get_portal_items()
        }
        self.assertEqual(fast, slow)

    def test_totals_are_the_live_figures_of_the_account(self):
        self._pay_on_account(self.customer, 15, self._day(-2))
        totals = self._group()["totals"]
        account = self.account
        self.assertEqual(totals.open, account.open_amount)
        self.assertEqual(totals.late, account.overdue_amount)
        self.assertEqual(totals.credits, account.unallocated_amount)
        self.assertEqual(totals.aging["31-60"], account.bucket_31_60)
        self.assertEqual(totals.balance, 335)

    def test_late_items_come_first_and_are_proposed(self):
        group = self._group()
        self.assertEqual(
            [item.number for item in group["items"]], [self.late.name, self.later.name]
        )
        self.assertEqual(group["items"][0].late, 40)
        self.assertEqual(group["proposed"], self._line_ids(self.late))

    def test_disputed_items_stand_apart(self):
        item = self.env["ar.item"]._get_or_create(self._receivable(self.late))
        item.disputed = True
        group = self._group()
        self.assertEqual([i.number for i in group["disputed"]], [self.late.name])
        self.assertEqual([i.number for i in group["items"]], [self.later.name])

    def test_each_currency_has_its_own_totals(self):
        currency = self.setup_other_currency("HRK", rates=[("2000-01-01", 2.0)])
        self._owe(self.customer, 80, -5, currency_id=currency.id)
        groups = self._portal()._get_portal_page_values()["sellers"][0]["groups"]
        self.assertEqual(
            {group["currency"]: group["totals"].open for group in groups},
            {self.company.currency_id: 350, currency: 80},
        )

    def test_only_the_companies_of_the_user_are_shown(self):
        second = self.setup_other_company(name="Second company")["company"]
        theirs = self.env["account.move"].with_company(second)
        theirs = theirs.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": self._day(-10),
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": 60, "tax_ids": []})
                ],
            }
        )
        theirs.action_post()
        items = self._portal()._get_portal_items()
        self.assertNotIn(theirs.id, [item.move_id for item in items])
        self.assertEqual(len(self._portal()._get_portal_page_values()["sellers"]), 1)
        both = self._create_person("both", self.customer, self.company + second)
        sellers = self._portal(both)._get_portal_page_values()["sellers"]
        self.assertEqual(
            {seller["name"] for seller in sellers}, {self.company.name, second.name}
        )
        with self.assertRaises(UserError):
            self._portal(both)._get_portal_payment(self._line_ids(self.late, theirs))

    def test_another_company_in_the_context_is_refused(self):
        second = self.setup_other_company(name="Second company")["company"]
        accounts = self._portal().with_context(allowed_company_ids=second.ids)
        with self.assertRaises(AccessError):
            accounts._get_portal_items()

    def test_another_day_in_the_context_is_not_heard(self):
        self._pay(self.late, self._day(-3))
        accounts = self._portal().with_context(ar_as_of=str(self._day(-10)))
        self.assertEqual(accounts._get_portal_item_count(), 1)

    def test_archived_people_and_customers_see_nothing(self):
        self.customer.sudo().write({"active": False})
        self.assertFalse(self._portal()._get_portal_accounts())
        self.assertFalse(self._portal()._get_portal_items())
        self.customer.sudo().write({"active": True})
        self.account.active = False
        self.assertFalse(self._portal()._get_portal_items())

    def test_people_of_the_portal_have_no_right_on_accounts(self):
        for name in ("ar.account", "ar.item"):
            with self.assertRaises(AccessError):
                self.env[name].with_user(self.person).search([])

    def test_the_number_of_statements_does_not_depend_on_the_items(self):
        self._count_statements()  # fills the caches
        few = self._count_statements()
        for position in range(12):
            self._owe(self.customer, 10 + position, position - 6)
        self.assertEqual(self._count_statements(), few)

    def _count_statements(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._portal()._get_portal_page_values()
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestPortalChoice(PortalCommon):
    """What may be paid or promised is decided by the ledger."""

    def _payment(self, *moves, user=None):
        return self._portal(user)._get_portal_payment(self._line_ids(*moves))

    def test_the_amount_is_what_is_left_to_pay(self):
        self._pay(self.late, self._day(-3), 40)
        payment = self._payment(self.late, self.later)
        self.assertEqual(payment.amount, 310)
        self.assertEqual(payment.lines.move_id, self.late + self.later)

    def test_items_of_others_paid_items_and_nothing_are_refused(self):
        for moves in ((self.foreign,), (self.late, self.foreign), ()):
            with self.subTest(moves=moves), self.assertRaises(UserError):
                self._payment(*moves)
        self._pay(self.late, self._day(-3))
        with self.assertRaises(UserError):
            self._payment(self.late)

    def test_two_currencies_are_not_paid_together(self):
        currency = self.setup_other_currency("HRK", rates=[("2000-01-01", 2.0)])
        abroad = self._owe(self.customer, 80, -5, currency_id=currency.id)
        self.assertEqual(self._payment(abroad).currency, currency)
        with self.assertRaises(UserError):
            self._payment(self.late, abroad)

    def test_disputed_items_and_credits_are_not_paid(self):
        refund = self._owe(self.customer, -20, -1)
        item = self.env["ar.item"]._get_or_create(self._receivable(self.late))
        item.disputed = True
        for move in (refund, self.late):
            with self.assertRaises(UserError):
                self._payment(move)

    def test_nothing_is_paid_where_invoices_are_not_paid_online(self):
        self.env["ir.config_parameter"].sudo().set_param(
            "account_payment.enable_portal_payment", "False"
        )
        with self.assertRaises(UserError):
            self._payment(self.late)

    def test_a_message_is_heard_only_with_words_and_on_the_own_account(self):
        theirs = self._account(self.other_customer)
        with self.assertRaises(UserError):
            self._portal()._post_portal_message(theirs.id, "hello")
        with self.assertRaises(UserError):
            self._portal()._post_portal_message(self.account.id, "  ")
