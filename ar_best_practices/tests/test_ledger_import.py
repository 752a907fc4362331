"""A ledger of one's own: read, checked, imported once, in a trial company."""

import base64
import csv
import io
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import SQL, file_open, mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

MODULE = "odoo.addons.ar_best_practices.models.ar_ledger_import"
US_FILE = "ar_best_practices/tests/data/ledger_us.csv"
HEADER = ("Customer", "Invoice no", "Invoice date", "Due date", "Amount")


def encode(content: bytes | str) -> bytes:
    return base64.b64encode(content.encode() if isinstance(content, str) else content)


def make_csv(rows, header=HEADER, delimiter=",") -> bytes:
    lines = io.StringIO()
    csv.writer(lines, delimiter=delimiter).writerows([header, *rows])
    return encode(lines.getvalue())


def us_day(text: str) -> date:
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)


class LedgerImportCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Ledger to try"})

    def make_import(self, file, company=None, filename="ledger.csv", **vals):
        company = self.company if company is None else company
        return self.env["ar.ledger.import"].create(
            {"file": file, "filename": filename, "company_id": company.id, **vals}
        )

    def import_rows(self, rows, header=HEADER, **vals):
        vals.setdefault("date_order", "ymd")
        job = self.make_import(make_csv(rows, header), **vals)
        job.action_import()
        return job

    def get_moves(self, company=None):
        company = company or self.company
        return self.env["account.move"].search([("company_id", "=", company.id)])

    def get_item(self, job, number):
        row = job.row_ids.filtered(lambda row: row.number == number)
        return row._get_receivable_lines()[row]

    def get_overdue(self, day, company=None):
        """Number and sum of the items overdue on a day, by plain SQL."""
        self.env.flush_all()
        query = SQL(
            """
            SELECT COUNT(*), ROUND(SUM(residual), 2)::text
              FROM (
                  SELECT line.balance - COALESCE((
                             SELECT SUM(partial.amount)
                               FROM account_partial_reconcile partial
                              WHERE partial.debit_move_id = line.id
                                AND partial.max_date <= %(day)s
                         ), 0) AS residual
                    FROM account_move_line line
                    JOIN account_move move ON move.id = line.move_id
                    JOIN account_account account ON account.id = line.account_id
                   WHERE account.account_type = 'asset_receivable'
                     AND move.state = 'posted'
                     AND move.move_type = 'out_invoice'
                     AND line.company_id = %(company)s
                     AND move.invoice_date <= %(day)s
                     AND line.date_maturity < %(day)s
              ) item
             WHERE residual <> 0
            """,
            day=day,
            company=(company or self.company).id,
        )
        return self.env.execute_query(query)[0]


@tagged("post_install", "-at_install")
class TestLedgerImport(LedgerImportCase):
    def import_us_file(self, **vals):
        with file_open(US_FILE, "rb") as file:
            job = self.make_import(encode(file.read()), **vals)
        job.action_import()
        return job

    def test_overdue_on_past_days_equals_the_file(self):
        job = self.import_us_file()
        self.assertRecordValues(
            job, [{"state": "done", "row_count": 96, "done_count": 96, "progress": 100}]
        )
        with file_open(US_FILE) as file:
            rows = list(csv.DictReader(file))
        for day in (date(2012, 6, 15), date(2012, 10, 1), date(2013, 1, 7)):
            amounts = [
                round(float(row["InvoiceAmount"]) * 100)
                for row in rows
                if us_day(row["InvoiceDate"]) <= day
                and us_day(row["DueDate"]) < day < us_day(row["SettledDate"])
            ]
            expected = (len(amounts), f"{sum(amounts) / 100:.2f}")
            self.assertEqual(self.get_overdue(day), expected)
        self.assertEqual(self.get_overdue("2012-10-01"), (3, "210.11"))

    def test_rows_become_customers_invoices_and_settlements(self):
        job = self.import_us_file()
        row = job.row_ids[0]
        self.assertRecordValues(
            row.move_id,
            [
                {
                    "move_type": "out_invoice",
                    "state": "posted",
                    "ref": "0010000000",
                    "payment_reference": "0010000000",
                    "invoice_date": date(2012, 7, 26),
                    "date": date(2012, 7, 26),
                    "invoice_date_due": date(2012, 8, 25),
                    "amount_total": 89.67,
                    "amount_tax": 0,
                    "payment_state": "paid",
                    "journal_id": job.sale_journal_id.id,
                }
            ],
        )
        partner = row.move_id.partner_id
        self.assertRecordValues(
            partner,
            [
                {
                    "ref": "3603-WMZPY",
                    "is_company": True,
                    "company_id": self.company.id,
                    "customer_rank": partner.customer_rank,
                }
            ],
        )
        self.assertTrue(partner.customer_rank)
        self.assertTrue(self.company.ar_is_trial)
        self.assertEqual(len(job.row_ids.move_id.partner_id), 12)

    def test_settlements_are_one_bank_entry_a_day(self):
        job = self.import_us_file()
        days = set(job.row_ids.mapped("settled_date"))
        moves = job.row_ids.settlement_move_id
        self.assertEqual(len(moves), len(days))
        self.assertEqual(set(moves.mapped("date")), days)
        self.assertEqual(moves.journal_id, job.bank_journal_id)
        self.assertEqual(job.bank_journal_id.type, "bank")
        for row in job.row_ids:
            item = row._get_receivable_lines()[row]
            payment = item.matched_credit_ids.credit_move_id
            self.assertEqual(payment.move_id, row.settlement_move_id)
            self.assertEqual(payment.partner_id, item.partner_id)

    def test_disputed_rows_flag_their_items(self):
        job = self.import_us_file()
        disputed = job.row_ids.filtered("disputed")
        items = self.env["ar.item"].search([("company_id", "=", self.company.id)])
        self.assertTrue(disputed)
        self.assertEqual(items.line_id.move_id, disputed.move_id)
        self.assertTrue(all(items.mapped("disputed")))

    def test_a_second_import_of_the_same_file_adds_nothing(self):
        first = self.import_us_file()
        moves = self.get_moves()
        second = self.import_us_file()
        self.assertEqual(self.get_moves(), moves)
        self.assertRecordValues(
            second,
            [{"state": "done", "done_count": 0, "skipped_count": 96}],
        )
        first.action_import()
        self.assertEqual(self.get_moves(), moves)

    def test_customers_get_their_accounts(self):
        job = self.import_us_file()
        accounts = self.env["ar.account"].search([("company_id", "=", self.company.id)])
        self.assertEqual(accounts.partner_id, job.row_ids.move_id.partner_id)

    def test_without_a_company_one_is_made(self):
        job = self.import_us_file(
            company=self.env["res.company"], filename="Roy 2012.csv"
        )
        self.assertEqual(job.company_id.name, "Trial: Roy 2012")
        self.assertTrue(job.company_id.ar_is_trial)
        self.assertEqual(job.done_count, 96)
        self.assertEqual(self.get_overdue("2012-10-01", job.company_id)[0], 3)


@tagged("post_install", "-at_install")
class TestLedgerFile(LedgerImportCase):
    def test_a_french_export_from_windows(self):
        file = encode(
            "Balance âgée du 31/01/2026;;;;;;;\r\n"
            "\r\n"
            "Code client;Client;N° facture;Date facture;Échéance;Montant TTC;"
            "Réglé le;Solde;Litige;Courriel\r\n"
            "C1;Menuiserie Roy;F1;15/12/2025;14/01/2026;1 234,50;;1 234,50;Oui;"
            "compta@roy.example\r\n"
            "C2;Garage Nord;F2;02/12/2025;01/01/2026;500,00;05/01/2026;200,00;Non;\r\n"
            "C2;Garage Nord;A3;03/12/2025;;-50,00;;-50,00;Non;nord@example.com\r\n"
            ";Total;;;;1 684,50;;1 384,50;;\r\n".encode("cp1252")
        )
        job = self.make_import(file)
        job.action_import()
        self.assertRecordValues(
            job.row_ids,
            [
                {"number": "F1", "paid_amount": 0, "state": "done", "disputed": True},
                {
                    "number": "F2",
                    "paid_amount": 300,
                    "state": "done",
                    "disputed": False,
                },
                {"number": "A3", "paid_amount": 0, "state": "done", "disputed": False},
                {
                    "number": False,
                    "paid_amount": 0,
                    "state": "skipped",
                    "disputed": False,
                },
            ],
        )
        self.assertRecordValues(
            job.row_ids.move_id,
            [
                {"move_type": "out_invoice", "amount_residual": 1234.5},
                {"move_type": "out_invoice", "amount_residual": 200},
                {"move_type": "out_refund", "amount_residual": 50},
            ],
        )
        self.assertRecordValues(
            job.row_ids.move_id.partner_id,
            [
                {"ref": "C1", "name": "Menuiserie Roy", "email": "compta@roy.example"},
                {"ref": "C2", "name": "Garage Nord", "email": "nord@example.com"},
            ],
        )

    def test_a_workbook(self):
        openpyxl = self.import_openpyxl()
        book = openpyxl.Workbook()
        book.active.append([*HEADER, "Paid on"])
        day, due = date(2026, 1, 2), date(2026, 2, 1)
        book.active.append(["Roy", 412, day, due, 8000.5, due])
        book.active.append(["Roy", 455, day, due, 2580, None])
        content = io.BytesIO()
        book.save(content)
        job = self.make_import(encode(content.getvalue()), filename="ledger.xlsx")
        job.action_import()
        self.assertRecordValues(
            job.row_ids.move_id,
            [
                {"ref": "412", "amount_total": 8000.5, "amount_residual": 0},
                {"ref": "455", "amount_total": 2580, "amount_residual": 2580},
            ],
        )

    def import_openpyxl(self):
        try:
            import openpyxl
        except ImportError:
            self.skipTest("openpyxl is not installed")
        return openpyxl

    def test_ambiguous_dates_are_asked(self):
        rows = [["Roy", "F1", "01/02/2026", "03/04/2026", "10.50"]]
        job = self.make_import(make_csv(rows))
        with self.assertRaisesRegex(UserError, "date_order"):
            job.action_import()
        job.date_order = "dmy"
        job.action_import()
        self.assertEqual(job.row_ids.move_id.invoice_date, date(2026, 2, 1))

    def test_one_date_decides_for_all(self):
        rows = [
            ["Roy", "F1", "01/02/2026", "03/04/2026", "10.50"],
            ["Roy", "F2", "02/02/2026", "03/25/2026", "10.50"],
        ]
        job = self.make_import(make_csv(rows))
        job.action_import()
        self.assertEqual(
            job.row_ids.mapped("invoice_date"), [date(2026, 1, 2), date(2026, 2, 2)]
        )

    def test_ambiguous_amounts_are_asked(self):
        rows = [["Roy", "F1", "2026-01-02", "2026-02-01", "1,234"]]
        job = self.make_import(make_csv(rows))
        with self.assertRaisesRegex(UserError, "decimal_separator"):
            job.action_import()
        job.decimal_separator = "."
        job.action_import()
        self.assertEqual(job.row_ids.amount, 1234)

    def test_columns_are_guessed_as_soon_as_the_file_is_there(self):
        jobs = self.env["ar.ledger.import"].with_context(default_filename="a.csv")
        form = Form(jobs)
        form.file = make_csv([["Roy", "F1", "2026-01-02", "2026-02-01", "10"]])
        job = form.save()
        self.assertRecordValues(
            job.column_ids,
            [
                {"header": "Customer", "role": "customer_name"},
                {"header": "Invoice no", "role": "number"},
                {"header": "Invoice date", "role": "invoice_date"},
                {"header": "Due date", "role": "due_date"},
                {"header": "Amount", "role": "amount"},
            ],
        )
        self.assertEqual(job.column_ids[0].samples, "Roy")

    def test_a_missing_column_is_named(self):
        header = ["Customer", "Invoice no", "Invoice date", "Sum", "Thing"]
        rows = [["Roy", "F1", "2026-01-02", "10", "2026-02-01"]]
        job = self.make_import(make_csv(rows, header))
        with self.assertRaisesRegex(UserError, "Due date, Amount"):
            job.action_import()
        for column, role in zip(
            job.column_ids[3:], ("amount", "due_date"), strict=True
        ):
            column.role = role
        job.action_import()
        self.assertEqual(job.row_ids.move_id.amount_total, 10)

    def test_two_columns_read_alike_are_refused(self):
        job = self.make_import(
            make_csv([["Roy", "F1", "2026-01-02", "2026-02-01", "10"]])
        )
        job.column_ids[0].role = "number"
        with self.assertRaisesRegex(UserError, "Invoice number"):
            job.action_import()

    def test_what_is_not_a_ledger_is_refused(self):
        for content in (b"", b"\x00\x01\x02", b"PK\x03\x04 no", b"hello\nworld"):
            with self.subTest(content=content), self.assertRaises(UserError):
                self.make_import(encode(content)).action_import()


@tagged("post_install", "-at_install")
@freeze_time("2026-03-15")
class TestLedgerRows(LedgerImportCase):
    good = ["Roy", "F1", "2026-01-02", "2026-02-01", "100"]
    wrong = ["Roy", "F2", "2026-13-02", "2026-02-01", "abc"]

    def test_nothing_is_imported_when_a_row_is_wrong(self):
        job = self.import_rows([self.good, self.wrong])
        self.assertRecordValues(
            job,
            [{"state": "checked", "rejected_count": 1, "done_count": 0}],
        )
        self.assertRecordValues(
            job.rejected_row_ids,
            [
                {
                    "row_number": 3,
                    "reason": "Invoice date: “2026-13-02” is not a date written like"
                    " the others. Amount, tax included: “abc” is not an amount written"
                    " like the others.",
                }
            ],
        )
        self.assertFalse(self.get_moves())
        self.assertFalse(self.company.ar_is_trial)

    def test_all_but_the_wrong_by_choice(self):
        job = self.import_rows([self.good, self.wrong], policy="valid_rows")
        self.assertRecordValues(
            job, [{"state": "done", "rejected_count": 1, "done_count": 1}]
        )
        self.assertEqual(self.get_moves().ref, "F1")

    def test_the_choice_may_come_after_the_report(self):
        job = self.import_rows([self.good, self.wrong])
        job.policy = "valid_rows"
        job.action_import()
        self.assertEqual(job.state, "done")

    def test_back_to_the_columns(self):
        job = self.import_rows([self.good, self.wrong])
        job.action_draft()
        self.assertRecordValues(job, [{"state": "draft", "row_count": 0}])

    def test_missing_and_repeated_rows(self):
        job = self.import_rows(
            [
                self.good,
                self.good,
                ["", "F3", "2026-01-02", "2026-02-01", "100"],
                ["Roy", "", "2026-01-02", "", "100"],
                ["Roy", "F5", "2026-01-02", "2026-02-01", "0.00"],
            ]
        )
        self.assertRecordValues(
            job.row_ids,
            [
                {"state": "pending", "reason": False},
                {"state": "rejected", "reason": "The same as row 2."},
                {"state": "rejected", "reason": "Customer code is missing."},
                {
                    "state": "rejected",
                    "reason": "Invoice number is missing. Due date is missing.",
                },
                {
                    "state": "skipped",
                    "reason": "The amount is zero: there is nothing to pay.",
                },
            ],
        )

    def test_instalments_of_one_invoice_are_two_items(self):
        job = self.import_rows([self.good, [*self.good[:3], "2026-03-01", "100"]])
        self.assertEqual(len(job.row_ids.move_id), 2)

    def test_a_settlement_after_today_has_not_happened(self):
        header = [*HEADER, "Paid on"]
        job = self.import_rows(
            [
                [*self.good, "2026-03-15"],
                ["Roy", "F2", "2026-01-02", "2026-02-01", "100", "2026-03-16"],
            ],
            header,
        )
        self.assertEqual(job.row_ids.move_id.mapped("amount_residual"), [0, 100])
        self.assertIn("after today", job.row_ids[1].remark)
        self.assertEqual(job.remark_count, 1)

    def test_part_paid_overpaid_and_paid_before_the_invoice(self):
        header = [*HEADER, "Paid on", "Paid amount"]
        job = self.import_rows(
            [
                [*self.good, "2026-02-10", "40"],
                ["Roy", "F2", "2026-01-02", "2026-02-01", "100", "2026-02-10", "130"],
                ["Roy", "F3", "2026-01-02", "2026-02-01", "100", "2025-12-24", "100"],
                ["Roy", "F4", "2026-01-02", "2026-02-01", "100", "", "100"],
                ["Roy", "A5", "2026-01-02", "", "-60", "2026-02-10", "20"],
            ],
            header,
        )
        self.assertEqual(
            job.row_ids.move_id.mapped("amount_residual"), [60, 0, 0, 0, 40]
        )
        overpaid = self.get_item(job, "F2").matched_credit_ids.credit_move_id
        self.assertEqual(overpaid.amount_residual, -30)
        early = self.get_item(job, "F3").matched_credit_ids
        self.assertEqual(early.credit_move_id.date, date(2025, 12, 24))
        self.assertEqual(job.row_ids[3].settled_date, date(2026, 2, 1))
        self.assertIn("does not say when", job.row_ids[3].remark)

    def test_a_currency_needs_a_rate(self):
        self.company.currency_id = self.env.ref("base.EUR")
        yen = self.env.ref("base.JPY")
        yen.active = False
        header = [*HEADER, "Currency", "Paid on"]
        rows = [
            [*self.good, "EUR", ""],
            ["Roy", "F2", "2026-01-02", "2026-02-01", "16000", "JPY", "2026-02-10"],
            ["Roy", "F3", "2026-01-02", "2026-02-01", "16000", "XXL", ""],
        ]
        job = self.import_rows(rows, header)
        self.assertIn("no rate of JPY to EUR", job.rejected_row_ids[0].reason)
        self.assertIn("“XXL” is not known", job.rejected_row_ids[1].reason)
        self.env["res.currency.rate"].create(
            {
                "name": "2025-01-01",
                "rate": 160,
                "currency_id": yen.id,
                "company_id": self.company.id,
            }
        )
        job = self.import_rows(rows[:2], header)
        self.assertTrue(yen.active)
        item = self.get_item(job, "F2")
        self.assertRecordValues(
            item, [{"balance": 100, "amount_currency": 16000, "reconciled": True}]
        )
        self.assertFalse(item.matched_credit_ids.exchange_move_id)

    def test_a_part_payment_in_a_currency(self):
        self.company.currency_id = self.env.ref("base.EUR")
        self.env["res.currency.rate"].create(
            {
                "name": "2025-01-01",
                "rate": 3,
                "currency_id": self.env.ref("base.USD").id,
                "company_id": self.company.id,
            }
        )
        job = self.import_rows(
            [[*self.good, "USD", "2026-02-10", "49.99"]],
            [*HEADER, "Currency", "Paid on", "Paid amount"],
        )
        self.assertRecordValues(
            self.get_item(job, "F1"),
            [{"amount_residual_currency": 50.01, "amount_residual": 16.67}],
        )

    def test_an_export_without_a_company_keeps_its_currency(self):
        job = self.import_rows(
            [[*self.good, "CHF"]],
            [*HEADER, "Currency"],
            company=self.env["res.company"],
        )
        self.assertEqual(job.company_id.currency_id.name, "CHF")

    def test_a_payment_of_an_imported_invoice_is_registered(self):
        job = self.import_rows([self.good])
        invoice = job.row_ids.move_id.with_company(self.company)
        self.env["account.payment.register"].with_company(self.company).with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"journal_id": job.bank_journal_id.id})._create_payments()
        self.assertEqual(invoice.amount_residual, 0)

    def test_an_imported_ledger_stays(self):
        job = self.import_rows([self.good])
        with self.assertRaises(UserError):
            job.unlink()
        with self.assertRaises(UserError):
            self.company.ar_is_trial = False


@tagged("post_install", "-at_install")
class TestLedgerImportBatches(LedgerImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.header = [*HEADER, "Paid on"]
        cls.rows = [
            [f"C{n % 3}", f"F{n}", "2026-01-02", "2026-02-01", f"{n}.00", "2026-02-02"]
            for n in range(1, 13)
        ]
        for name, size in (("BATCH_SIZE", 4), ("INLINE_LIMIT", 5)):
            cls.startClassPatcher(patch(f"{MODULE}.{name}", size))
        cls.startClassPatcher(freeze_time("2026-03-15"))

    def run_cron(self):
        cron = self.env.ref("ar_best_practices.ir_cron_ledger_import")
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def test_a_large_file_is_left_to_the_scheduled_action(self):
        job = self.import_rows(self.rows, self.header)
        self.assertRecordValues(
            job, [{"state": "importing", "pending_count": 12, "progress": 0}]
        )
        self.run_cron()
        self.assertRecordValues(
            job, [{"state": "done", "done_count": 12, "progress": 100}]
        )
        self.assertTrue(job.date_end)
        self.assertEqual(len(job.row_ids.move_id), 12)
        self.assertEqual(set(job.row_ids.move_id.mapped("payment_state")), {"paid"})

    def test_an_interrupted_import_goes_on(self):
        job = self.import_rows(self.rows, self.header)
        for _time in range(2):
            job._as_bookkeeper()._run_batch()
        self.assertEqual(job.progress, 100 * 8 / 24)
        self.run_cron()
        self.assertRecordValues(job, [{"state": "done", "done_count": 12}])
        self.assertEqual(len(job.row_ids.move_id), 12)

    def test_a_bad_row_stops_nothing_and_never_loops(self):
        job = self.import_rows(self.rows, self.header)
        job.row_ids[6].currency_id = False
        with mute_logger("odoo.sql_db"):
            self.run_cron()
        self.assertRecordValues(
            job, [{"state": "done", "done_count": 11, "rejected_count": 1}]
        )
        self.assertTrue(job.rejected_row_ids.reason)
        self.assertEqual(job.rejected_row_ids.number, "F7")

    def test_a_broken_settlement_leaves_the_invoice_open(self):
        job = self.import_rows(self.rows, self.header)
        row_class = self.env.registry["ar.ledger.import.row"]
        prepare = row_class._prepare_payment_vals

        def refuse(row, item):
            if row.number == "F7":
                raise ValueError("No.")
            return prepare(row, item)

        with patch.object(row_class, "_prepare_payment_vals", refuse):
            self.run_cron()
        open_rows = job.row_ids.filtered("move_id.amount_residual")
        self.assertEqual(job.state, "done")
        self.assertEqual(open_rows.mapped("number"), ["F7"])
        self.assertIn("settlement failed: No.", open_rows.remark)

    def test_a_stopped_import_says_why_and_blocks_no_other(self):
        job = self.import_rows(self.rows, self.header)
        other_company = self.env["res.company"].create({"name": "Other ledger"})
        other = self.import_rows(self.rows, self.header, company=other_company)
        job_class = self.env.registry["ar.ledger.import"]
        get_rows = job_class._get_next_rows

        def stop(this):
            if this.id == job.id:
                raise ValueError("disk on fire")
            return get_rows(this)

        with (
            patch.object(job_class, "_get_next_rows", stop),
            mute_logger(MODULE),
        ):
            self.run_cron()
        self.assertRecordValues(
            job + other,
            [
                {"state": "checked", "last_error": "disk on fire", "done_count": 0},
                {"state": "done", "last_error": False, "done_count": 12},
            ],
        )
        job.action_import()
        self.run_cron()
        self.assertRecordValues(job, [{"state": "done", "last_error": False}])

    def test_a_small_file_is_all_or_nothing_to_the_end(self):
        job = self.make_import(make_csv(self.rows[:3], self.header), date_order="ymd")
        row_class = self.env.registry["ar.ledger.import.row"]
        prepare = row_class._prepare_invoice_vals

        def refuse(row, name, customer):
            if row.number == "F2":
                raise ValueError("Not this one.")
            return prepare(row, name, customer)

        with (
            patch.object(row_class, "_prepare_invoice_vals", refuse),
            self.assertRaisesRegex(UserError, "3: Not this one."),
        ):
            job.action_import()


@tagged("post_install", "-at_install")
class TestLedgerImportCompany(AccountTestInvoicingCommon):
    rows = [["Roy", "F1", "2026-01-02", "2026-02-01", "100"]]

    def make_import(self, company, env=None):
        env = env or self.env(su=True)  # the user of this class keeps books only
        return env["ar.ledger.import"].create(
            {
                "file": make_csv(self.rows),
                "filename": "ledger.csv",
                "company_id": company.id,
            }
        )

    def test_a_company_with_other_entries_is_refused(self):
        company = self.company_data["company"]
        self._create_invoice_one_line(
            price_unit=10, partner_id=self.partner_a, post=True
        )
        with self.assertRaisesRegex(UserError, "come from elsewhere"):
            self.make_import(company).action_import()
        self.assertFalse(company.ar_is_trial)

    def test_a_trial_company_that_was_played_with_is_refused(self):
        company = self.setup_other_company()["company"]
        job = self.make_import(company)
        job.action_import()
        invoice = job.row_ids.move_id.copy({"invoice_date": "2026-01-02"})
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "come from elsewhere"):
            self.make_import(company).action_import()

    def test_a_branch_is_refused(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company_data["company"].id}
        )
        with self.assertRaisesRegex(UserError, "branch"):
            self.make_import(branch).action_import()

    def test_an_empty_company_with_a_chart_keeps_its_accounts(self):
        data = self.setup_other_company()
        job = self.make_import(data["company"])
        job.action_import()
        self.assertEqual(job.receivable_account_id, data["default_account_receivable"])
        self.assertFalse(job.row_ids.move_id.line_ids.tax_ids)

    def test_an_imported_invoice_is_like_one_made_by_hand(self):
        data = self.setup_other_company()
        job = self.make_import(data["company"])
        job.action_import()
        mine = job.row_ids.move_id
        other = (
            self.env["account.move"]
            .with_company(data["company"])
            .create(
                {
                    "move_type": "out_invoice",
                    "journal_id": job.sale_journal_id.id,
                    "partner_id": mine.partner_id.id,
                    "invoice_date": mine.invoice_date,
                    "invoice_date_due": mine.invoice_date_due,
                    "invoice_payment_term_id": False,
                    "invoice_user_id": False,
                    "ref": "F1",
                    "payment_reference": "F1",
                    "invoice_line_ids": [
                        Command.create({"name": "F1", "price_unit": 100, "tax_ids": []})
                    ],
                }
            )
        )
        other.action_post()
        self.assertEqual(other.name, "TRINV/00002")
        skipped = {"name", "sequence_number", "access_token", "is_manually_modified"}
        self.assertStoredAlike(mine, other, skipped)
        for line, twin in zip(
            mine.line_ids.sorted("balance"),
            other.line_ids.sorted("balance"),
            strict=True,
        ):
            self.assertStoredAlike(line, twin, {"move_id", "move_name", "sequence"})

    def assertStoredAlike(self, mine, other, skipped):
        """Compare all stored values of two records but the technical ones."""
        self.env.flush_all()
        names = [
            name
            for name, field in mine._fields.items()
            if field.store
            and field.column_type
            and name not in {*MAGIC_COLUMNS, *skipped}
        ]
        [mine_values] = mine.read(names, load="")
        [other_values] = other.read(names, load="")
        del mine_values["id"], other_values["id"]
        self.assertEqual(mine_values, other_values)

    def test_who_may_import(self):
        company = self.env["res.company"].create({"name": "Ledger of the admin"})
        users = {
            login: new_test_user(
                self.env,
                login=f"import_{login}",
                groups=f"base.group_user,ar_best_practices.group_ar_{login}",
                company_id=company.id,
            )
            for login in ("admin", "credit_manager")
        }
        admin, manager = users["admin"], users["credit_manager"]
        with self.assertRaises(AccessError):
            self.make_import(company, self.env(user=manager))
        job = self.make_import(company, self.env(user=admin))
        job.action_import()
        self.assertEqual(job.state, "done")
        self.assertEqual(job.row_ids.move_id.amount_total, 100)
        other = self.make_import(self.company_data["company"])
        with self.assertRaises(AccessError):
            other.with_user(admin).read(["filename"])

    def test_an_administrator_gets_the_company_that_is_made(self):
        company = self.env["res.company"].create({"name": "Ledger of the admin"})
        admin = new_test_user(
            self.env,
            login="import_admin",
            groups="base.group_user,ar_best_practices.group_ar_admin",
            company_id=company.id,
        )
        job = self.make_import(self.env["res.company"], self.env(user=admin))
        job.action_import()
        job.invalidate_recordset()
        self.assertEqual(job.done_count, 1)
        self.assertIn(job.company_id, admin.company_ids)
