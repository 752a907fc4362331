import io
from collections import defaultdict

from freezegun import freeze_time
from PyPDF2 import PdfReader

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ..tools.statement import by_currency, total
from . import slow_figures
from .common import TODAY, ReceivablesCommon

PAST = "2026-05-31"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestStatement(ReceivablesCommon):
    """What a statement of account says, as of any day, and on paper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("report.print_delay", "10")
        cls.company.write({"name": "Comptoir Éclair", "city": "Brest"})
        cls.euro = cls.setup_other_currency("EUR")
        cls.account = cls._account()
        cls.late = cls._invoice(cls.customer, 1000, "2026-03-01", "2026-03-31")
        cls.partly = cls._invoice(cls.customer, 500, "2026-04-20", "2026-05-20")
        cls.not_due = cls._invoice(cls.customer, 300, "2026-06-20", "2026-07-20")
        cls.foreign = cls._invoice(
            cls.customer, 80, "2026-04-10", "2026-05-10", currency_id=cls.euro.id
        )
        cls.credit = cls._invoice(cls.customer, -50, "2026-05-02")
        cls.advance = cls._pay_on_account(cls.customer, 120, "2026-06-10")
        cls._pay(cls.partly, "2026-06-05", 200)
        cls._pay(cls.foreign, "2026-06-15", 30)

    def _items(self, day=TODAY, accounts=None):
        accounts = accounts or self.account
        return accounts.with_context(ar_as_of=day)._get_statement_items()

    def _totals(self, day=TODAY):
        items = self._items(day)[self.account.id]
        return {
            self.env["res.currency"].browse(key).name: total(mine)
            for key, mine in by_currency(items).items()
        }

    def _dispute(self, move):
        self.env["ar.item"].create(
            {"line_id": self._receivable(move).id, "disputed": True}
        )

    def test_the_print_menu_gives_the_statement(self):
        report = self.env.ref("ar_best_practices.ar_account_report_statement")
        printer = self.env["ir.actions.report"]
        with self.allow_pdf_render():
            # as the browser asks for it: by its name
            content, _kind = printer._render_qweb_pdf(
                report.report_name, self.account.ids
            )
        self.assertIn(self.customer.name, self._read_pages(content)[0])

    def _pages(self, accounts, day=TODAY):
        """Return the text of each printed page."""
        accounts = accounts.with_context(ar_as_of=day)
        with self.allow_pdf_render():
            return self._read_pages(accounts._print_documents())

    def _read_pages(self, content):
        return [
            " ".join(page.extract_text().split())
            for page in PdfReader(io.BytesIO(content)).pages
        ]

    def _slow_left(self, line, day):
        """Return what was left of a line in its own currency, from its matchings."""
        day = fields.Date.to_date(day)
        paid = sum(
            partial.debit_amount_currency
            for partial in line.matched_credit_ids
            if partial.max_date <= day
        )
        given = sum(
            partial.credit_amount_currency
            for partial in line.matched_debit_ids
            if partial.max_date <= day
        )
        return line.currency_id.round(line.amount_currency - paid + given)

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def test_figures_of_any_day_are_those_of_a_slow_computation(self):
        for day in (TODAY, PAST, "2026-06-12", "2026-04-15"):
            expected = defaultdict(float)
            date = fields.Date.to_date(day)
            slow = slow_figures.open_items(self.account, date)
            for line in slow:
                expected[line.currency_id.name] += self._slow_left(line, day)
            items = self._items(day)[self.account.id]
            with self.subTest(day=day):
                self.assertEqual(len(items), len(slow))
                for name, found in self._totals(day).items():
                    self.assertAlmostEqual(found.to_pay, expected[name])
                figures = slow_figures.live_figures(self.account, date)
                buckets = dict(
                    self.account.with_context(ar_as_of=day)._get_statement_aging(items)
                )
                for label, name in (
                    ("Not due", "not_due_amount"),
                    ("31-60 days", "bucket_31_60"),
                    ("61-90 days", "bucket_61_90"),
                ):
                    words = self.company.currency_id.format(figures[name])
                    self.assertEqual(buckets[label], words)

    def test_each_currency_has_its_own_total(self):
        totals = self._totals()
        self.assertEqual(set(totals), {"USD", "EUR"})
        self.assertEqual(totals["USD"].to_pay, 1000 + 300 + 300 - 50 - 120)
        self.assertEqual(totals["USD"].overdue, 1300)
        self.assertEqual(totals["USD"].credits, 170)
        self.assertEqual(totals["EUR"].to_pay, 50)

    def test_what_is_disputed_stands_apart(self):
        self._dispute(self.late)
        found = self._totals()["USD"]
        self.assertEqual((found.disputed, found.invoices), (1000, 600))
        self.assertEqual(found.overdue, 300)
        rows = self.account._get_statement_rows(self._items()[self.account.id])
        words = [row.get("number") or row.get("words") for row in rows]
        heading = "Disputed: not asked for while we look into it"
        self.assertGreater(words.index(self.late.name), words.index(heading))
        self.assertEqual(words.count(self.late.name), 1)

    def test_a_promise_is_marked_with_its_day_and_stays_to_pay(self):
        lines = self._receivable(self.partly)
        self.env["ar.payment.promise"]._make(self.account, 250, "2026-07-10", lines)
        row, note = self._rows_of(self.partly)
        self.assertRegex(note["words"], r"^\$\W*250\.00 promised for 07/10/2026$")
        self.assertRegex(row["amount"], r"\$\W*300\.00")

    def test_an_exclusion_of_a_leaf_is_marked_with_its_last_day(self):
        line = self._receivable(self.partly)
        ledger = self.env.registry["ar.account"]
        hook = ledger._excluded_amount_sql
        plan = SQL(
            "SELECT %s AS line_id, 'plan' AS kind, 250.0 AS amount_currency,"
            " DATE '2026-08-31' AS until, 'x' AS res_model, 1 AS res_id, 'r' AS reason",
            line.id,
        )

        def with_plan(accounts, scope):
            return [*hook(accounts, scope), plan]

        self.patch(ledger, "_excluded_amount_sql", with_plan)
        _row, note = self._rows_of(self.partly)
        self.assertRegex(note["words"], r"250\.00 in a payment plan, .*08/31/2026$")

    def _rows_of(self, move):
        """Return the row of an entry and the next, as an English customer reads it."""
        account = self.account.with_context(lang="en_US")
        rows = account._get_statement_rows(self._items()[account.id])
        numbers = [row.get("number") for row in rows]
        place = numbers.index(move.name)
        return rows[place : place + 2]

    def test_a_customer_in_credit_reads_so(self):
        ahead = self._create_customer("Paid ahead")
        self._pay_on_account(ahead, 70, "2026-06-10")
        (page,) = self._pages(self._account(ahead))
        self.assertRegex(page, r"In your favour \$ ?70\.00")

    def test_one_or_many_accounts_take_the_same_statements(self):
        accounts = self.account
        for number in range(8):
            customer = self._create_customer(f"Customer {number}")
            self._invoice(customer, 100 + number, "2026-05-01", "2026-05-31")
            accounts += self._account(customer)
        accounts._prepare_letters()
        one = self._count_statements(lambda: accounts[-1]._prepare_letters())
        nine = self._count_statements(lambda: accounts._prepare_letters())
        self.assertLessEqual(nine, one)

    def _count_statements(self, method):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method()
        return self.env.cr.sql_log_count - before

    # ------------------------------------------------------------------
    # Paper
    # ------------------------------------------------------------------

    def test_a_statement_says_who_owes_what_as_of_when(self):
        self._dispute(self.late)
        (page,) = self._pages(self.account)
        for words in (
            "Comptoir Éclair",
            "Atelier Lemoine",
            "Brest, June 30, 2026",
            "Statement of your account as of June 30, 2026",
            self.partly.name,
            self.foreign.name,
            self.credit.name,
            "credit note",
            "payment",
            "Disputed: not asked for",
            "Over 90 days",
            "Pay online:",
            "at the rates of our books",
        ):
            self.assertIn(words, page)

    def test_a_past_day_shows_what_was_open_then(self):
        (page,) = self._pages(self.account, PAST)
        self.assertIn("as of May 31, 2026", page)
        self.assertNotIn(self.not_due.name, page)
        self.assertRegex(page, r"\$ ?500\.00 \$ ?500\.00")

    def test_a_long_list_follows_on_pages_of_its_own_and_loses_nothing(self):
        moves = [
            self._invoice(self.other_customer, 10 + n, "2026-05-01", "2026-05-31")
            for n in range(60)
        ]
        pages = self._pages(self._account(self.other_customer) + self.account)
        self.assertEqual(len(pages), 4)
        self.assertIn("following pages", pages[0])
        self.assertIn("1 / 2", pages[1])
        text = " ".join(pages)
        for move in moves:
            self.assertEqual(text.count(move.name), 1)

    def test_a_statement_speaks_the_language_of_its_customer(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        (page,) = self._pages(self.account)
        self.assertIn("30 juin 2026", page)
        self.assertIn("20/05/2026", page)

    def test_the_wizard_prints_as_of_a_day(self):
        collector = self._create_user("printer", "collector")
        wizard = (
            self.env["ar.statement.print"]
            .with_user(collector)
            .create({"account_ids": [Command.set(self.account.ids)], "date": PAST})
        )
        self.assertEqual(wizard.action_print()["url"], f"/ar/statements/{wizard.id}")
        with self.allow_pdf_render():
            self.assertTrue(wizard._print().startswith(b"%PDF"))

    def test_a_viewer_prints_no_statement(self):
        viewer = self._create_user("viewer", "viewer")
        with self.assertRaises(AccessError):
            self.account.with_user(viewer)._print_documents()
        with self.assertRaises(AccessError):
            self.env["ar.statement.print"].with_user(viewer).create(
                {"account_ids": [Command.set(self.account.ids)]}
            )
