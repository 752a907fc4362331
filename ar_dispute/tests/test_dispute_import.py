"""The spreadsheet of disputes that a company kept becomes its register, once."""

import base64
import io
from datetime import date, timedelta
from unittest.mock import patch

import xlsxwriter
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.ar_best_practices.tests.common import TODAY
from odoo.addons.ar_best_practices.tests.test_ledger_import import make_csv

from .common import DisputeCommon

MODULE = "odoo.addons.ar_dispute.models.ar_dispute_import"
HEADER = (
    *("N° facture", "Client", "Montant contesté", "Date du litige", "Motif"),
    *("Dires du client", "État", "Clos le", "Décision", "Cause racine"),
    *("Traité par", "Canal"),
)
NAMES = (
    *("number", "customer", "amount", "heard", "reason", "claim", "state", "closed"),
    *("decision", "cause", "processor", "channel"),
)


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class DisputeImportCommon(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit_manager = cls._create_user("dispute_importer", "credit_manager")

    def _row(self, **cells):
        """Return the cells of a row; a good one unless told otherwise."""
        good = {
            "number": self.invoice.name,
            "customer": self.customer.name,
            "amount": "250,00",
            "heard": "15/06/2026",
            "reason": "LOG02",
            "claim": "Il manque deux cartons",
        }
        return [(good | cells).get(name, "") for name in NAMES]

    def _job(self, rows, header=HEADER, file=None, filename="litiges.csv", **values):
        return (
            self.env["ar.dispute.import"]
            .with_user(self.credit_manager)
            .create(
                {
                    "file": file or make_csv(rows, header, delimiter=";"),
                    "filename": filename,
                    **values,
                }
            )
        )

    def _import(self, *rows, **values):
        """Import rows, the wrong ones left out; return the import."""
        values = {"policy": "valid_rows", "date_order": "dmy"} | values
        job = self._job(rows, **values)
        job.action_import()
        return job

    def _reason(self, **cells):
        """Return why a row is refused."""
        job = self._import(self._row(**cells))
        self.assertEqual((job.rejected_count, job.done_count), (1, 0), cells)
        return job.rejected_row_ids.reason

    def _workbook(self, rows):
        """Return an Excel file of rows, for an import."""
        output = io.BytesIO()
        with xlsxwriter.Workbook(output, {"default_date_format": "d/m/yy"}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        return base64.b64encode(output.getvalue())

    def _download(self, action):
        """Return the file that an action downloads."""
        export = int(action["url"].split("/")[4])
        return self.env["ar.export"].sudo().browse(export).content


class TestDisputeImport(DisputeImportCommon):
    # ------------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------------

    def test_columns_are_recognised_in_french_and_english(self):
        job = self._job([self._row()])
        self.assertEqual(tuple(job.column_ids.mapped("role")), NAMES)
        english = (
            *("Invoice number", "Customer", "Disputed amount", "Date heard", "Reason"),
            *("What the customer said", "Status", "Closed on", "Decision"),
            *("Root cause", "Treated by", "Channel"),
        )
        job = self._job([self._row()], header=english)
        self.assertEqual(tuple(job.column_ids.mapped("role")), NAMES)

    def test_the_screen_shows_what_each_column_was_taken_for(self):
        imports = self.env["ar.dispute.import"].with_user(self.credit_manager)
        with Form(imports.with_context(default_filename="litiges.csv")) as form:
            form.file = make_csv([self._row(reason="Casse")], HEADER, delimiter=";")
            self.assertEqual(len(form.column_ids), len(HEADER))
            form.date_order = "dmy"
        form.record.action_check()
        with Form(form.record) as form, form.word_ids.edit(0) as word:
            word.reason_id = self.short
        form.record.action_import()
        action = form.record.action_view_disputes()
        self.assertEqual(action["res_id"], form.record.dispute_ids.id)

    def test_a_person_corrects_what_a_column_was_taken_for(self):
        header = ("Quoi", *HEADER[1:])
        job = self._job([self._row()], header=header, date_order="dmy")
        with self.assertRaisesRegex(UserError, "Invoice numbers"):
            job.action_check()
        job.column_ids[0].role = "number"
        job.action_import()
        self.assertEqual(job.done_count, 1)

    def test_dates_that_may_be_read_in_two_ways_are_asked_for(self):
        job = self._job([self._row(heard="03/04/2026")])
        with self.assertRaisesRegex(UserError, "Order of dates"):
            job.action_check()
        job.date_order = "mdy"
        job.action_import()
        self.assertEqual(job.dispute_ids.heard_date, date(2026, 3, 4))

    # ------------------------------------------------------------------
    # Open cases
    # ------------------------------------------------------------------

    def test_an_open_row_becomes_a_case_as_it_stands(self):
        job = self._import(
            self._row(
                processor=self.handler.login.upper(), channel="Courriel", state="Ouvert"
            )
        )
        dispute = job.dispute_ids
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "qualified",
                    "account_id": self.account.id,
                    "amount": 250,
                    "still_disputed": 250,
                    "reason_id": self.short.id,
                    "team_id": self.team.id,
                    "processor_id": self.handler.id,
                    "channel": "mail",
                    "claim": "Il manque deux cartons",
                    "heard_date": date(2026, 6, 15),
                    "opened_date": date(2026, 6, 15),
                    "clock_date": date(2026, 6, 30),
                }
            ],
        )
        self.assertGreater(dispute.deadline, date(2026, 6, 30))
        self.assertEqual(dispute.step_ids.mapped("to_state"), ["new", "qualified"])
        self.assertIn("row 2 of litiges.csv", dispute.step_ids[0].reason)
        self.assertTrue(dispute.evidence_ids)
        self.assertFalse(dispute.activity_ids)
        self.assertEqual(self.account.disputed_amount, 250)
        past = self.account.with_context(ar_as_of="2026-06-20")
        self.assertEqual(past.disputed_amount, 250)

    def test_a_row_without_a_reason_is_to_be_qualified(self):
        job = self._import(self._row(reason="", amount=""))
        self.assertRecordValues(
            job.dispute_ids,
            [{"state": "new", "amount": 1000, "reason_id": False}],
        )
        self.assertTrue(self.invoice.no_followup)

    def test_the_amount_is_shared_over_the_invoices_of_a_row(self):
        second = self._invoice(self.customer, 500, "2026-06-01", "2026-07-15")
        third = self._invoice(self.customer, 40, "2026-06-01", "2026-08-15")
        numbers = f"{self.invoice.name}, {second.name} et {third.name}"
        job = self._import(self._row(number=numbers, amount="1 200,50"))
        lines = job.dispute_ids.line_ids.sorted("due_date")
        self.assertEqual(lines.mapped("amount"), [1000, 200.5])

    def test_an_amount_is_in_the_currency_of_its_invoice(self):
        currency = self._foreign()
        invoice = self._invoice(
            self.customer, 100, "2026-05-01", currency_id=currency.id
        )
        job = self._import(self._row(number=invoice.name, amount="60,00 CHF"))
        dispute = job.dispute_ids
        self.assertEqual((dispute.currency_id, dispute.amount), (currency, 60))
        self.assertEqual(dispute.company_amount, 30)
        both = f"{invoice.name} + {self.invoice.name}"
        self.assertIn("currencies", self._reason(number=both))

    def test_an_invoice_is_found_by_the_number_that_it_had_elsewhere(self):
        invoice = self._invoice(self.customer, 80, "2026-05-01", ref="F-2019/77")
        job = self._import(self._row(number="f-2019/77", amount="80"))
        self.assertEqual(job.dispute_ids.line_ids.move_id, invoice)

    def test_cases_are_shared_out_among_the_team(self):
        self.team.member_ids |= self._create_handler("dispute_second")
        rows = [
            self._row(heard=f"{day:02}/06/2026", amount="10") for day in (1, 2, 3, 4)
        ]
        cases = self._import(*rows).dispute_ids
        self.assertEqual(
            sorted(map(len, cases.grouped("processor_id").values())), [2, 2]
        )

    # ------------------------------------------------------------------
    # Ended cases
    # ------------------------------------------------------------------

    def test_an_ended_row_is_history_with_its_days(self):
        self._credit(300, day="2026-05-20")
        self._pay(self.invoice, "2026-06-10", 700)
        before = self.env["account.move"].search_count([])
        job = self._import(
            self._row(
                amount="300",
                heard="05/05/2026",
                state="Clôturé",
                closed="22/05/2026",
                decision="Fondé",
                cause=self.cause.code,
                processor="Somebody who left",
            )
        )
        dispute = job.dispute_ids
        self.assertRecordValues(
            dispute,
            [
                {
                    "state": "closed",
                    "opened_date": date(2026, 5, 5),
                    "closed_date": date(2026, 5, 22),
                    "decided_date": date(2026, 5, 22),
                    "decision": "founded",
                    "accepted_amount": 300,
                    "root_cause_id": self.cause.id,
                    "processor_id": False,
                    "amount": 300,
                    "credited": 300,
                    "paid": 0,
                    "still_disputed": 0,
                }
            ],
        )
        self.assertIn("Somebody who left", job.row_ids.remark)
        credited = dispute.line_ids.movement_ids.filtered(lambda x: x.kind != "opened")
        self.assertEqual(credited.date, date(2026, 5, 20))
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_an_ended_case_of_which_the_rest_is_owed_takes_nothing_out(self):
        job = self._import(
            self._row(heard="05/05/2026", closed="22/05/2026", decision="non fondé")
        )
        dispute = job.dispute_ids
        self.assertEqual((dispute.state, dispute.still_disputed), ("closed", 250))
        self.assertEqual(self.account.disputed_amount, 0)
        self.assertFalse(dispute.activity_ids)
        past = self.account.with_context(ar_as_of="2026-05-10")
        self.assertEqual(past.disputed_amount, 250)
        self._pay(self.invoice, TODAY, 1000)
        self.assertEqual((dispute.still_disputed, dispute.paid), (0, 250))

    # ------------------------------------------------------------------
    # Their words
    # ------------------------------------------------------------------

    def test_their_words_are_said_once_in_ours(self):
        row = self._row(reason="Casse transport")
        job = self._job([row, self._row(reason="casse TRANSPORT!", heard="16/06/2026")])
        job.action_check()
        self.assertEqual(job.word_ids.mapped("text"), ["Casse transport"])
        self.assertIn("Their words", job.rejected_row_ids[0].reason)
        job.word_ids.reason_id = self.price
        job.action_import()
        self.assertEqual(job.dispute_ids.reason_id, self.price)
        later = self._import(
            self._row(reason="casse transport", heard="17/06/2026", amount="5")
        )
        self.assertEqual(later.dispute_ids.reason_id, self.price)

    def test_a_reason_is_known_by_its_name(self):
        job = self._import(self._row(reason="short DELIVERY"))
        self.assertEqual(job.dispute_ids.reason_id, self.short)

    # ------------------------------------------------------------------
    # Wrong rows
    # ------------------------------------------------------------------

    def test_each_wrong_row_says_what_to_do(self):
        other = self._create_customer("Dupont Frères")
        foreign = self._invoice(other, 100, "2026-05-01")
        self._dispute(600, heard_date="2026-06-02")
        cases = (
            ({"number": ""}, "Fill in the number"),
            ({"number": "F/1999/1"}, "No posted invoice has the number F/1999/1"),
            ({"number": foreign.name}, "is an invoice of Dupont Frères, not of"),
            (
                {"number": f"{self.invoice.name};{foreign.name}"},
                "several customers or currencies",
            ),
            ({"amount": "400,01"}, "more than what is open .*400.00.*closing date"),
            ({"amount": "0"}, "above zero"),
            ({"amount": "-5"}, "above zero"),
            ({"amount": "beaucoup"}, "“beaucoup” is not an amount"),
            ({"amount": "600"}, r"D/2026/\d+ disputes the same already"),
            ({"heard": ""}, "Fill in the day"),
            ({"heard": "31/02/2026"}, "“31/02/2026” is not a date"),
            ({"heard": "01/07/2026"}, "still to come"),
            ({"closed": "01/06/2026"}, "closed before it was heard of"),
            ({"closed": "01/09/2026"}, "still to come"),
            ({"state": "clos"}, "fill in the closing date"),
            ({"state": "ouvert", "closed": "20/06/2026"}, "open and has a closing"),
            ({"state": "bof"}, "“bof” is not “open”"),
            ({"closed": "20/06/2026", "amount": "1000,01"}, "ever was"),
            ({"reason": "XYZ"}, "none of ours"),
            ({"cause": "XYZ"}, "none of ours"),
            ({"reason": self.unfounded.code}, "none of ours"),
            ({"decision": "peut-être"}, "“founded”"),
            ({"processor": "nobody"}, "Write the login"),
            ({"claim": "x" * 200_000}, "shorten it"),
            ({"number": ",".join("abcdefghij" * 6)}, "No posted invoice"),
        )
        for cells, words in cases:
            with self.subTest(cells=str(cells)[:80]):
                self.assertRegex(self._reason(**cells), words)

    def test_a_paid_invoice_and_one_number_for_two_are_said_so(self):
        self._pay(self.invoice, TODAY, 1000)
        self.assertIn("Nothing of", self._reason())
        for day in ("2026-05-01", "2026-05-02"):
            self._invoice(self.customer, 10, day, ref="SAME")
        self.assertIn("Several invoices", self._reason(number="SAME"))

    def test_all_that_is_wrong_with_a_row_is_said_at_once(self):
        reason = self._reason(heard="soon", amount="much", reason="XYZ", number="F0")
        for words in ("soon", "much", "XYZ", "F0"):
            self.assertIn(words, reason)

    # ------------------------------------------------------------------
    # Once
    # ------------------------------------------------------------------

    def test_the_same_file_twice_registers_nothing_new(self):
        rows = [self._row(), self._row(heard="10/06/2026", closed="12/06/2026")]
        first = self._import(*rows)
        second = self._import(*rows)
        self.assertEqual((first.done_count, second.done_count), (2, 0))
        self.assertEqual(second.skipped_count, 2)
        self.assertIn(first.dispute_ids[0].name, second.row_ids[0].reason)
        self.assertEqual(len(self.account.dispute_ids), 2)

    def test_an_import_that_is_done_is_not_done_again(self):
        job = self._import(self._row())
        for action in (job.action_import, job.action_check, job.action_draft):
            with self.assertRaisesRegex(UserError, "make a new import"):
                action()
        with self.assertRaisesRegex(UserError, "it stays"):
            job.unlink()

    def test_old_files_are_forgotten_and_what_they_became_stays(self):
        job = self._import(self._row(), self._row(number="F0"))
        dispute = job.dispute_ids
        with freeze_time("2099-01-01"):
            self.env["ar.dispute.import"]._gc_files()
        job.invalidate_recordset()
        self.assertFalse(job.file)
        self.assertEqual((job.row_ids.state, job.dispute_ids), ("done", dispute))

    # ------------------------------------------------------------------
    # Attacks
    # ------------------------------------------------------------------

    def test_formulas_and_html_stay_text(self):
        evil = '=HYPERLINK("http://x")<script>alert(1)</script>'
        job = self._import(self._row(claim=evil), self._row(claim=evil, number="=1+1"))
        self.assertEqual(job.dispute_ids.claim, evil)
        content = self._download(job.action_download_rejected())
        again = self._job((), file=content, filename="rows.xlsx", date_order="dmy")
        records = again._read_records(again._get_roles())
        self.assertEqual(records[0][1]["claim"], evil)
        self.assertEqual(records[0][1]["number"], "=1+1")

    def test_a_hundred_thousand_empty_rows_harm_nothing(self):
        rows = [HEADER, self._row()] + [[" "] * 12] * 100_000 + [self._row(number="F0")]
        content = "\n".join(";".join(row) for row in rows).encode()
        job = self._import(file=base64.b64encode(content))
        self.assertEqual((job.row_count, job.done_count), (2, 1))
        self.assertEqual(job.rejected_row_ids.row_number, 100_003)

    def test_files_that_are_no_register_are_refused_in_words(self):
        wrong = (
            (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "names its columns|cannot be"),
            (b"PK\x03\x04 not a workbook", "cannot be read"),
            (b"\xd0\xcf\x11\xe0 old", "too old"),
            (b"", "names its columns"),
            (b"a;b\n1;2\n", "names its columns"),
        )
        for content, words in wrong:
            with self.subTest(words=words), self.assertRaisesRegex(UserError, words):
                self._job((), file=base64.b64encode(content) or b"=")
        with self.assertRaisesRegex(UserError, "no row below"):
            self._job([]).action_check()

    def test_files_beyond_measure_are_refused_in_words(self):
        rows = [self._row(), self._row(heard="16/06/2026")]
        limits = (
            ("MAX_CASES", 1, "at most 1 at a time"),
            ("MAX_BYTES", 100, "larger than"),
            ("MAX_ROWS", 2, "delete those that are empty"),
        )
        for name, value, words in limits:
            job = self._job(rows, date_order="dmy")
            with (
                self.subTest(name),
                patch(f"{MODULE}.{name}", value),
                self.assertRaisesRegex(UserError, words),
            ):
                job.action_check()

    def test_a_workbook_packed_to_explode_is_refused_in_words(self):
        file = self._workbook([HEADER, self._row(claim="x" * 30_000)])
        unpacked = "odoo.addons.ar_best_practices.models.ar_table_file.MAX_UNPACKED"
        with (
            patch(unpacked, 20_000),
            self.assertRaisesRegex(UserError, "too large once unpacked"),
        ):
            self._job((), file=file, filename="bomb.xlsx")

    def test_importing_is_for_credit_managers(self):
        for user in (self.collector, self.handler):
            with self.assertRaises(AccessError):
                self.env["ar.dispute.import"].with_user(user).create(
                    {"file": make_csv([self._row()], HEADER), "filename": "x.csv"}
                )

    def test_nobody_says_by_hand_that_a_case_was_imported(self):
        dispute = self._dispute()
        with self.assertRaises(AccessError):
            dispute.with_user(self.credit_manager).import_key = "x"

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def _count_statements(self, count):
        """Return the statements of checking so many rows, each of its own invoice."""
        rows = []
        for number in range(count):
            invoice = self._invoice(self.customer, 10 + number, "2026-05-01")
            self._dispute(1, invoice)
            closed = "20/06/2026" if number % 2 else ""
            rows.append(self._row(number=invoice.name, amount="2", closed=closed))
        job = self._job(rows, date_order="dmy")
        records = job._read_records(job._get_roles())
        job._set_notation(records, ("heard",), ("amount",))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        checked = job._check_rows(records)
        spent = self.cr.sql_log_count - before
        self.assertFalse([row.problems for row in checked if row.problems])
        return spent

    def test_fifty_rows_are_checked_with_the_statements_of_five(self):
        self._count_statements(2)  # what is cached once for all
        few = self._count_statements(5)
        self.assertEqual(self._count_statements(50), few)


class TestDisputeImportWhole(DisputeImportCommon):
    """The acceptance: 500 rows of which 40 are wrong."""

    INVOICES, EACH, WRONG = 46, 10, 4

    def _make_rows(self):
        """Return 460 good rows, 40 wrong ones among them, and the words against each
        kind of wrong row."""
        invoices = [
            self._invoice(self.customer, 1000 + n, "2026-04-01")
            for n in range(self.INVOICES)
        ]
        other = self._create_customer("Dupont Frères")
        foreign = self._invoice(other, 100, "2026-05-01").name
        known = self._invoice(self.customer, 900, "2026-05-01")
        for amount in (11, 12, 13, 14):
            self._dispute(amount, known)
        good = [
            self._row(
                number=invoice.name,
                amount=f"{20 + n},50",
                heard=(date(2026, 5, 1) + timedelta(n)).strftime("%d/%m/%Y"),
                closed="20/06/2026" if n % 2 else "",
            )
            for invoice in invoices
            for n in range(self.EACH)
        ]
        wrong = {
            "No posted invoice": lambda n: self._row(number=f"F/1999/{n}"),
            "is an invoice of Dupont": lambda n: self._row(
                number=foreign, amount=str(n + 1)
            ),
            "more than what is open": lambda n: self._row(
                number=invoices[n].name, amount="5000"
            ),
            "none of ours": lambda n: self._row(reason="Casse", amount=str(n + 1)),
            "still to come": lambda n: self._row(heard=f"0{n + 1}/08/2026"),
            "disputes the same already": lambda n: self._row(
                number=known.name, amount=str(11 + n)
            ),
            "The same invoices, day and amount as row": lambda n: list(good[n]),
            "is not a date": lambda n: self._row(heard="31/02/2026", amount=str(n + 1)),
            "is not an amount": lambda n: self._row(amount=f"{n + 1} cartons"),
            "closed before it was heard of": lambda n: self._row(
                closed="01/06/2026", amount=str(n + 1)
            ),
        }
        bad = [make(n) for make in wrong.values() for n in range(self.WRONG)]
        return good + bad, good, list(wrong)

    def test_500_rows_with_40_wrong_are_460_or_none_and_a_file_of_the_40(self):
        rows, _good, kinds = self._make_rows()
        before = self.account.dispute_ids
        strict = self._import(*rows, policy="all_or_nothing")
        self.assertEqual((strict.state, strict.done_count), ("checked", 0))
        self.assertEqual((strict.row_count, strict.rejected_count), (500, 40))
        self.assertEqual(self.account.dispute_ids, before)

        job = self._import(*rows)
        self.assertRecordValues(
            job,
            [{"state": "done", "done_count": 460, "rejected_count": 40}],
        )
        self.assertEqual(len(self.account.dispute_ids - before), 460)
        states = job.dispute_ids.grouped("state")
        self.assertEqual(
            {x: len(y) for x, y in states.items()}, {"new": 230, "closed": 230}
        )

        content = self._download(job.action_download_rejected())
        table = self._job((), file=content, filename="wrong.xlsx", date_order="dmy")
        read = [row for _number, row in table._read_table()]
        self.assertEqual(len(read), 40)
        self.assertEqual(
            table.column_ids.mapped("header"), [*HEADER, "Refused because"]
        )
        for position, words in enumerate(kinds):
            for row in read[position * self.WRONG : (position + 1) * self.WRONG]:
                self.assertIn(words, row[-1])
        self.assertEqual([row[0] for row in read], [row[0] for row in rows[460:]])

        self._check_corrected(table, before)

    def _check_corrected(self, table, before):
        """The file of the wrong rows, corrected, brings what was missing, once."""
        rows = [row[: len(HEADER)] for _number, row in table._read_table()]
        target = self._invoice(self.customer, 4000, "2026-05-01").name
        for n, row in enumerate(rows):
            row[0], row[1], row[2] = target, self.customer.name, 50 + n
            row[3], row[4], row[7] = date(2026, 6, 15), "LOG02", None
        file = self._workbook([HEADER, *rows])
        for expected in (40, 0):
            job = self._import(file=file, filename="corrected.xlsx", date_order=False)
            self.assertEqual((job.done_count, job.rejected_count), (expected, 0))
        self.assertEqual(len(self.account.dispute_ids - before), 500)
