"""A bank file becomes bank lines once; what is wrong or doubtful is told."""

import base64
import io
import zipfile
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import file_open

from .common import TODAY, ReceivablesCommon

SAMPLES = "ar_best_practices/tests/data/bank/"
IBAN = "FR7630006000011234567890189"
COLLECTOR = "ar_best_practices.group_ar_collector"
ACCOUNTANT = f"account.group_account_user,{COLLECTOR}"
BILLING = f"account.group_account_invoice,{COLLECTOR}"
ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef>
<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def sample(name) -> bytes:
    with file_open(SAMPLES + name, "rb") as file:
        return file.read()


def camt(*entries) -> bytes:
    """Return a statement without balances; an entry is (day, amount, text, ref)."""
    names = ("day", "amount", "text", "ref")
    rows = [ENTRY.format(**dict(zip(names, entry, strict=True))) for entry in entries]
    return (
        f"<Document><BkToCstmrStmt><Stmt><Id>7</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id>"
        f"</Acct>{''.join(rows)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


class BankImportCase(ReceivablesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.bank = cls._create_journal("Euros", "EUR", cls.euro, IBAN)

    @classmethod
    def _create_journal(cls, name, code, currency, number=False, company=None):
        return cls.env["account.journal"].create(
            {
                "name": name,
                "code": code,
                "type": "bank",
                "currency_id": currency.id,
                "bank_acc_number": number,
                "company_id": (company or cls.company).id,
            }
        )

    def make(self, *files, env=None):
        """Return an import of files: contents, or pairs of name and content."""
        env = env or self.env
        named = [
            file if isinstance(file, tuple) else (f"file {position}", file)
            for position, file in enumerate(files)
        ]
        attachments = env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "res_model": "ar.bank.import",
                    "res_id": 0,
                }
                for name, content in named
            ]
        )
        return env["ar.bank.import"].create({"attachment_ids": attachments.ids})

    def read_files(self, *files, env=None):
        """Return an import whose files are read, its columns as guessed."""
        job = self.make(*files, env=env)
        job.action_read()
        if job.state == "columns":
            job.action_read()
        return job

    def run_import(self, *files):
        """Import files; what names no account goes to the bank of the tests."""
        job = self.read_files(*files)
        unnamed = job.statement_ids.filtered(lambda one: not one.account_number)
        if unnamed:
            unnamed.journal_id = self.bank
            unnamed._examine()
        job.action_import()
        return job.created_line_ids.sorted("id")

    def get_lines(self):
        return self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.bank.id)], order="id"
        )

    def get_proposals(self, job):
        return self.env["ar.matching.proposal"].search(
            [("statement_line_id", "in", job.created_line_ids.ids)]
        )

    def _bill(self, amount):
        return self._invoice(
            self.customer, amount, "2026-02-01", currency_id=self.euro.id
        )

    def type_by_hand(self, day, amount, text):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": day,
                "amount": amount,
                "payment_ref": text,
            }
        )

    def assert_refused(self, words, *files):
        """The files are refused with words, and leave nothing behind."""
        with self.assertRaisesRegex(UserError, words):
            self.run_import(*files)
        self.env.invalidate_all()
        self.assertFalse(self.get_lines())


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestBankImport(BankImportCase):
    # ------------------------------------------------------------------
    # What is imported
    # ------------------------------------------------------------------

    def test_a_camt_file_becomes_a_complete_statement(self):
        job = self.read_files(("march.xml", sample("camt_053_v02.xml")))
        self.assertRecordValues(
            job.statement_ids,
            [
                {
                    "journal_id": self.bank.id,
                    "account_number": IBAN,
                    "line_count": 8,
                    "new_count": 8,
                    "total_in": 12660.0,
                    "total_out": 320.5,
                    "date_from": date(2026, 3, 2),
                    "remark": False,
                }
            ],
        )
        self.assertEqual(job.pending_count, 1)
        self.assertFalse(self.get_lines(), "nothing before the last step")
        job.action_import()
        statement = job.created_line_ids.statement_id
        self.assertRecordValues(
            statement,
            [
                {
                    "name": "2026-042",
                    "reference": "march.xml",
                    "balance_start": 10000.0,
                    "balance_end_real": 22339.5,
                    "is_complete": True,
                    "journal_id": self.bank.id,
                }
            ],
        )
        self.assertEqual(statement.attachment_ids, job.attachment_ids)

    def test_a_line_says_all_that_the_bank_said(self):
        lines = self.run_import(sample("camt_053_v02.xml"))
        self.assertRecordValues(
            lines[0],
            [
                {
                    "payment_ref": "Reglement F/26/00412 et F/26/00455",
                    "partner_name": "Menuiserie Roy",
                    "account_number": "FR1420041010050500013M02606",
                    "amount": 10580.0,
                    "date": date(2026, 3, 2),
                    "state": "posted",
                    "ar_import_ref": "FRK0302-0001 2026-03-02 10580",
                }
            ],
        )
        self.assertEqual(
            lines[0].transaction_details,
            {
                "format": "camt",
                "value_date": "2026-03-03",
                "end_to_end_id": "ROY-2026-118",
                "bank_reference": "FRK0302-0001",
            },
        )
        self.assertEqual(lines[1].transaction_details["reference"], "RF18539007547034")
        self.assertTrue(lines[6].transaction_details["is_return"])

    def test_an_amount_in_another_currency_is_kept(self):
        self.env.ref("base.USD").active = True
        lines = self.run_import(sample("camt_053_v08.xml"))
        line = lines.filtered(lambda line: line.journal_id == self.bank)
        self.assertEqual(line.foreign_currency_id.name, "USD")
        self.assertEqual((line.amount, line.amount_currency), (900, 1000))

    def test_ofx_and_camt_files_together(self):
        files = ("a.ofx", sample("statement_160.ofx")), sample("camt_053_v02.xml")
        self.assertEqual(len(self.run_import(*files)), 10)

    def test_a_file_without_balances_makes_no_statement(self):
        job = self.read_files(camt(("2026-03-02", 10, "ROY", "A")))
        job.action_import()
        self.assertFalse(job.created_line_ids.statement_id)
        files = job.attachment_ids
        job.unlink()
        self.assertFalse(files.exists())

    def test_a_file_that_does_not_tie_says_so(self):
        text = sample("camt_053_v02.xml").replace(b"22339.50", b"22349.50")
        self.assertIn("10.00", self.read_files(text).statement_ids.remark)

    # ------------------------------------------------------------------
    # What comes next
    # ------------------------------------------------------------------

    def test_one_lands_on_the_payments_to_match(self):
        number = self._bill(10.17).name
        out = ENTRY.replace("CRDT", "DBIT").format(
            amount=5, day="2026-03-02", text="Fees", ref="B"
        )
        content = camt(("2026-03-02", "10.17", f"Facture {number}", "A"))
        job = self.read_files(content.replace(b"<Ntry>", out.encode() + b"<Ntry>", 1))
        landing = job.action_import()
        self.assertEqual(
            landing["params"]["message"],
            "2 lines imported. Payments among them: 1 certain, 0 likely, 0 unknown.",
        )
        self.assertEqual(landing["params"]["next"]["res_model"], "ar.matching.proposal")
        self.assertEqual(self.get_proposals(job).amount, 10.17, "no money that left")

    def test_what_brings_no_payment_shows_what_was_imported(self):
        content = camt(("2026-03-02", 10, "Fees", "A")).replace(b"CRDT", b"DBIT")
        job = self.read_files(content)
        self.assertIs(job.action_import(), True)
        self.assertEqual((job.state, job.created_count), ("done", 1))

    def test_a_structured_reference_is_matched_for_certain(self):
        invoice = self._bill(980)
        invoice.payment_reference = "RF18539007547034"
        job = self.read_files(sample("camt_053_v02.xml"))
        job.action_import()
        paid = self.get_proposals(job).filtered("line_ids")
        self.assertEqual(paid.line_ids.move_id, invoice)
        self.assertRecordValues(
            paid, [{"state": "certain", "reason": "number in the reference"}]
        )

    def test_references_beside_the_text_are_read_once(self):
        invoice = self._bill(980)
        details = {"end_to_end_id": invoice.name, "reference": "NOTPROVIDED"}
        line = self.type_by_hand("2026-03-02", 980, "VIREMENT")
        line.transaction_details = details
        twice = self.type_by_hand("2026-03-02", 55, "VIR RF18539007547034")
        twice.transaction_details = {"reference": "RF18539007547034"}
        proposals = self.env["ar.matching.proposal"]
        proposals.action_propose()
        found = proposals.search([("statement_line_id", "in", (line + twice).ids)])
        self.assertRecordValues(
            found,
            [
                {"state": "certain", "text": f"VIREMENT {invoice.name}"},
                {"state": "unknown", "text": "VIR RF18539007547034"},
            ],
        )

    # ------------------------------------------------------------------
    # Nothing twice
    # ------------------------------------------------------------------

    def test_the_same_file_twice_adds_nothing_and_says_so(self):
        first = self.run_import(sample("camt_053_v02.xml"))
        job = self.read_files(("copy of it.xml", sample("camt_053_v02.xml")))
        self.assertEqual((job.new_count, job.known_count), (0, 8))
        self.assertEqual(set(job.line_ids.mapped("reason")), {"Already in Odoo."})
        with self.assertRaisesRegex(UserError, "no line of these files is new"):
            job.action_import()
        self.assertEqual(self.get_lines(), first)

    def test_an_overlapping_file_adds_what_is_new(self):
        old = ("2026-03-02", 10, "ROY", "A"), ("2026-03-03", 20, "NORD", "B")
        self.run_import(camt(*old))
        lines = self.run_import(camt(*old, ("2026-03-04", 30, "SUD", "C")))
        self.assertEqual(lines.mapped("payment_ref"), ["SUD"])

    def test_a_statement_in_part_there_still_ties(self):
        self.run_import(camt(("2026-03-02", "10580.00", "ROY", "FRK0302-0001")))
        lines = self.run_import(sample("camt_053_v02.xml"))
        self.assertEqual(len(lines), 7)
        self.assertEqual(lines.statement_id.balance_start, 20580.0)
        self.assertTrue(lines.statement_id.is_complete)

    def test_two_files_that_overlap_are_imported_together(self):
        one = "2026-03-02", 10, "ROY", "A"
        files = camt(one), camt(one, ("2026-03-03", 20, "NORD", "B"))
        lines = self.run_import(*files)
        self.assertEqual(lines.mapped("payment_ref"), ["ROY", "NORD"])

    def test_two_identical_payments_of_a_day_are_both_kept(self):
        text = "Date;Montant;Libellé\n" + "13/03/2026;9,90;VIR BOULANGERIE\n" * 2
        self.assertEqual(len(self.run_import(text.encode())), 2)
        with self.assertRaisesRegex(UserError, "is new"):
            self.run_import(text.encode())

    def test_a_line_typed_by_hand_is_left_to_the_person(self):
        self.type_by_hand("2026-03-02", 10, "Paiement Menuiserie Roy")
        self.type_by_hand("2026-03-03", 20, "Loyer de mars")
        entries = (
            ("2026-03-02", 10, "VIR MENUISERIE 412", "A"),
            ("2026-03-02", 10, "VIR MENUISERIE 455", "B"),
            ("2026-03-03", 20, "VIR GARAGE NORD", "C"),
        )
        job = self.read_files(camt(*entries))
        self.assertEqual(
            job.line_ids.mapped("state"),
            ["maybe", "new", "new"],
            "one typed line stands for one payment, of a similar text",
        )
        self.assertFalse(job.maybe_line_ids.selected)
        self.assertIn("Paiement Menuiserie Roy", job.maybe_line_ids.reason)
        job.maybe_line_ids.selected = True
        job.action_import()
        self.assertEqual(job.created_count, 3)

    def test_a_payment_left_out_is_not_imported(self):
        self.type_by_hand("2026-03-02", 10, "Menuiserie Roy")
        job = self.read_files(
            camt(("2026-03-02", 10, "VIR ROY", "A"), ("2026-03-02", 5, "X", "B"))
        )
        self.assertEqual(job.maybe_count, 1, "nothing but short words: cannot be told")
        job.action_import()
        self.assertEqual(job.created_line_ids.mapped("amount"), [5])

    def test_the_same_payment_in_another_format_is_left_to_the_person(self):
        self.run_import(camt(("2026-03-02", "1200.50", "Reglement F/26/00412", "A")))
        job = self.read_files(sample("statement_160.ofx"))
        self.assertEqual(job.line_ids.mapped("state"), ["maybe", "new"])
        self.assertIn("another format", job.maybe_line_ids.reason)

    def test_two_references_of_one_format_are_two_payments(self):
        self.run_import(camt(("2026-03-02", 10, "ROY MARS", "A")))
        job = self.read_files(camt(("2026-03-02", 10, "ROY MARS", "B")))
        self.assertEqual(job.line_ids.state, "new")

    def test_lines_imported_meanwhile_are_shown_before_anything_is_done(self):
        content = camt(("2026-03-02", 10, "ROY", "A"), ("2026-03-02", 5, "X", "B"))
        job = self.read_files(content)
        self.run_import(camt(("2026-03-02", 10, "ROY", "A")))
        job.action_import()
        self.assertEqual(job.state, "checked")
        self.assertIn("look again", job.notice)
        job.action_import()
        self.assertEqual(job.created_line_ids.mapped("amount"), [5])

    def test_a_line_that_is_deleted_may_be_imported_again(self):
        self.run_import(camt(("2026-03-02", 10, "ROY", "A"))).unlink()
        self.assertTrue(self.run_import(camt(("2026-03-02", 10, "ROY", "A"))))

    # ------------------------------------------------------------------
    # Journals, currencies, locked periods
    # ------------------------------------------------------------------

    def test_a_national_number_is_found_in_the_iban(self):
        job = self.read_files(sample("statement_160.ofx"))
        self.assertEqual(job.statement_ids.journal_id, self.bank)

    def test_the_journal_is_asked_when_several_fit(self):
        self.bank.bank_account_id = False
        other = self._create_journal("Other", "OTH", self.euro)
        job = self.read_files(camt(("2026-03-02", 10, "ROY", "A")))
        self.assertFalse(job.statement_ids.journal_id)
        self.assertIn("Choose its journal", job.statement_ids.remark)
        with self.assertRaisesRegex(UserError, "Choose the journal"):
            job.action_import()
        job.statement_ids.journal_id = other
        job.action_import()
        self.assertEqual(job.created_line_ids.journal_id, other)

    def test_two_accounts_do_not_go_into_one_journal_by_guess(self):
        self.bank.bank_account_id = False
        job = self.read_files(sample("statement_203.ofx"))
        self.assertEqual(len(job.statement_ids), 2)
        self.assertFalse(job.statement_ids.journal_id)

    def test_an_account_without_a_journal_is_left_alone(self):
        job = self.read_files(sample("statement_203.ofx"))
        card = job.statement_ids.filtered(lambda one: not one.journal_id)
        self.assertEqual(card.account_number, "4970000000001234")
        job.action_import()
        self.assertEqual(job.created_line_ids.mapped("amount"), [450])

    def test_a_journal_chosen_later_is_examined_before_the_import(self):
        self.run_import(camt(("2026-03-02", 10, "ROY", "A")))
        job = self.read_files(camt(("2026-03-02", 10, "ROY", "A")))
        job.statement_ids.journal_id = False
        job.statement_ids._examine()
        self.assertEqual(job.line_ids.state, "new")
        job.statement_ids.journal_id = self.bank
        job.action_import()
        self.assertFalse(job.created_line_ids)
        self.assertEqual(job.line_ids.state, "known")

    def test_a_journal_of_another_account_is_remarked(self):
        job = self.read_files(camt(("2026-03-02", 10, "ROY", "A")))
        job.statement_ids.journal_id = self._create_journal(
            "Other", "OTH", self.euro, "BE68539007547034"
        )
        self.assertIn("of another account", job.statement_ids.remark)

    def test_another_currency_is_refused(self):
        text = sample("statement_160.ofx").replace(b">EUR", b">USD")
        self.assert_refused("is in USD, the journal Euros .* in EUR", text)
        self.assert_refused(
            "XTS, which is not an active currency", text.replace(b">USD", b">XTS")
        )

    def test_a_locked_period_is_refused_with_its_lines(self):
        self.company.fiscalyear_lock_date = "2026-03-02"
        entries = ("2026-03-02", 10, "ROY", "A"), ("2026-03-03", 20, "NORD", "B")
        job = self.read_files(camt(*entries))
        self.assertEqual(job.locked_count, 1)
        self.assertIn("03/02/2026", job.left_line_ids.reason)
        job.action_import()
        self.assertEqual(job.created_line_ids.mapped("amount"), [20])

    # ------------------------------------------------------------------
    # CSV
    # ------------------------------------------------------------------

    def test_columns_of_a_csv_file_are_confirmed_by_a_person(self):
        text = "Quand;Combien;Quoi\n13/03/2026;1 200,50;=1+1\n14/03/2026;-3,00;B\n"
        header = "Date;Montant;Quoi\n"
        job = self.make(text.replace("Quand;Combien;Quoi\n", header).encode())
        job.action_read()
        self.assertEqual(job.state, "columns")
        self.assertEqual(job.column_ids.mapped("role"), ["day", "amount", False])
        self.assertIn("=1+1", job.column_ids[2].samples)
        job.column_ids[2].role = "text"
        job.action_read()
        self.assertFalse(job.statement_ids.journal_id, "two journals, no currency")
        job.statement_ids.journal_id = self.bank
        job.action_import()
        self.assertRecordValues(
            job.created_line_ids.sorted("id"),
            [
                {"amount": 1200.5, "payment_ref": "=1+1", "date": date(2026, 3, 13)},
                {"amount": -3, "payment_ref": "B", "date": date(2026, 3, 14)},
            ],
        )

    def test_what_can_be_read_two_ways_is_asked(self):
        job = self.make(b"Date;Montant\n02/03/2026;1,234\n")
        job.action_read()
        with self.assertRaisesRegex(UserError, "day or the month first"):
            job.action_read()
        job.date_order = "dmy"
        with self.assertRaisesRegex(UserError, "comma or the dot"):
            job.action_read()
        job.decimal_separator = ","
        job.action_read()
        self.assertEqual(job.line_ids.amount, 1.234)

    def test_wrong_rows_are_told_and_nothing_is_imported(self):
        text = "Date;Montant\n13/03/2026;5,00\n32/03/2026;1,00\n14/03/2026;beaucoup\n"
        self.assert_refused(
            r"Row 3: “32/03/2026”(.|\n)*Row 4: “beaucoup”", text.encode()
        )

    def test_what_to_do_about_many_wrong_rows_is_told(self):
        text = "Date;Montant\n13/03/2026;5,00\n" + "32/03/2026;1,00\n" * 14
        self.assert_refused(
            r"Row 12: (.|\n)*… and 4 more rows.\nCorrect these rows", text.encode()
        )

    def test_columns_that_are_missing_or_chosen_twice_are_told(self):
        job = self.make(b"Date;Montant;Note\n13/03/2026;5,00;x\n")
        job.action_read()
        job.column_ids[2].role = "amount"
        with self.assertRaisesRegex(UserError, "Two columns"):
            job.action_read()
        job.column_ids.role = False
        with self.assertRaisesRegex(UserError, "which column is the date"):
            job.action_read()
        job.column_ids[0].role = "day"
        with self.assertRaisesRegex(UserError, "which column is the amount"):
            job.action_read()

    def test_csv_files_of_different_banks_are_imported_one_by_one(self):
        self.assert_refused(
            "one by one",
            b"Date;Montant\n13/03/2026;5\n",
            b"Date,Amount\n2026-03-13,5\n",
        )

    def test_one_goes_back_and_starts_again(self):
        job = self.read_files(camt(("2026-03-02", 10, "ROY", "A")))
        job.action_back()
        self.assertEqual((job.state, len(job.line_ids)), ("file", 0))
        job.action_read()
        job.action_import()
        with self.assertRaisesRegex(UserError, "imported already"):
            job.action_back()

    # ------------------------------------------------------------------
    # Hostile files
    # ------------------------------------------------------------------

    def test_hostile_files_are_refused_with_what_to_do(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("camt.xml", sample("camt_053_v02.xml"))
        bomb = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><d>&b;</d>'
        cases = {
            "unpack it": archive.getvalue(),
            "may be an attack": bomb,
            "near line": sample("camt_053_v02.xml")[:1500],
            "cut short": sample("statement_160.ofx")[:900],
            "It is empty": b"",
            "not a text": b"Date;Montant\0",
            "larger than 20 MB": b"x" * (20 * 1024 * 1024 + 1),
            "not a CAMT.053": b"just some words\nand more of them",
            "ask your bank for CAMT.053": b"<Document><BkToCstmrAcctRpt/></Document>",
            "in UTF-16.*save it as UTF-8": "<Document/>".encode("utf-16"),
            "delete those that are empty": b"Date;Montant\n" + b"\n" * 200_000,
            "2026-07-11 is still to come": camt(("2026-07-11", 1, "A", "A")),
            "show it to your bank": camt(("2026-02-30", 1, "A", "A")),
            "No bank writes a date": camt(("1826-03-02", 1, "A", "A")),
            "No bank writes an amount": camt(("2026-03-02", "9" * 13, "A", "A")),
            "no booked movement": camt(),
            "Movement 1: It has no date": camt(("", 1, "A", "A")),
        }
        for words, content in cases.items():
            with self.subTest(words):
                self.assert_refused(words, content)

    def test_one_wrong_file_refuses_all(self):
        self.assert_refused("damaged", sample("camt_053_v02.xml"), b"<Document>")

    def test_a_file_is_asked_for(self):
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self.env["ar.bank.import"].create({}).action_read()

    # ------------------------------------------------------------------
    # Size
    # ------------------------------------------------------------------

    def count_statements(self, size):
        """Return how many statements an import of so many lines takes."""
        entries = [("2026-04-01", n + 1, f"F/{n}", f"{size}-{n}") for n in range(size)]
        content = camt(*entries)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.run_import(content)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_the_statements_for_a_line_do_not_grow(self):
        self.count_statements(10)  # what is read once for all
        few, many = self.count_statements(100), self.count_statements(1000)
        self.assertLess(many, 1000 * few / 100)

    def test_reading_takes_no_statement_for_a_line(self):
        entries = [("2026-04-01", n + 1, f"F/{n}", str(n)) for n in range(200)]
        self.read_files(camt(*entries[:10]))
        job = self.make(camt(*entries))
        self.env.flush_all()
        with self.assertQueryCount(60):
            job.action_read()
            self.env.flush_all()


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestBankImportAccess(BankImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("both", ACCOUNTANT)
        cls.content = camt(("2026-03-02", 10, "ROY", "A"))

    @classmethod
    def new_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, login, groups, company_id=company.id, company_ids=company.ids
        )

    def test_whoever_may_match_imports_and_goes_on(self):
        content = sample("camt_053_v02.xml")
        for login, groups in (("accounts", ACCOUNTANT), ("billing", BILLING)):
            user = self.new_user(login, groups)
            with self.subTest(login):
                job = self.read_files(content, env=self.env(user=user))
                job.action_import()
                self.assertEqual(job.created_count, 8)
                statement = job.created_line_ids.statement_id
                self.assertEqual(statement.create_uid, user)
                self.assertEqual(statement.attachment_ids.raw, content)
                self.assertEqual(job.action_view_lines()["domain"][0][0], "id")
                payments = self.get_proposals(job).with_user(user)
                self.assertEqual(set(payments.mapped("state")), {"unknown"})
                statement.sudo().unlink()
                job.created_line_ids.sudo().unlink()

    def test_a_billing_user_imports_nothing_into_a_locked_period(self):
        billing = self.new_user("billing", BILLING)
        job = self.read_files(self.content, env=self.env(user=billing))
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        job.action_import()
        self.assertEqual((job.state, job.locked_count), ("checked", 1))
        self.assertFalse(self.get_lines())

    def test_only_files_of_one_s_own_are_kept_with_a_statement(self):
        secret = self.env["ir.attachment"].create({"name": "salaries", "raw": b"x"})
        billing = self.new_user("billing", BILLING)
        job = self.read_files(sample("camt_053_v02.xml"), env=self.env(user=billing))
        job.statement_ids.attachment_id = secret.id
        with self.assertRaises(AccessError):
            job.action_import()
        self.assertFalse(secret.res_model)

    def test_what_is_no_bank_journal_is_refused(self):
        billing = self.new_user("billing", BILLING)
        job = self.read_files(self.content, env=self.env(user=billing))
        job.statement_ids.journal_id = self.company_data["default_journal_sale"]
        with self.assertRaisesRegex(UserError, "not a bank journal"):
            job.action_import()

    def test_who_works_for_a_branch_only_imports_nothing_of_the_company(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        clerk = self.new_user("clerk", BILLING, branch)
        job = self.read_files(self.content, env=self.env(user=clerk))
        self.assertFalse(job.statement_ids.journal_id, "not guessed")
        job.statement_ids.journal_id = self.bank
        with self.assertRaisesRegex(UserError, f"choose {self.company.name} at the"):
            job.action_import()
        self.assertFalse(self.get_lines())

    def test_the_form_is_filled_as_on_the_screen(self):
        env = self.env(user=self.accountant)
        attachment = env["ir.attachment"].create(
            {"name": "a.xml", "datas": base64.b64encode(self.content)}
        )
        form = Form(env["ar.bank.import"])
        form.attachment_ids.add(attachment)
        job = form.save()
        job.action_read()
        with Form(job) as form, form.statement_ids.edit(0) as account:
            account.journal_id = self.bank
        job.action_import()
        self.assertEqual(job.state, "done")

    def test_nobody_else_imports(self):
        for login, groups in (
            ("viewer", "ar_best_practices.group_ar_viewer"),
            ("collector", COLLECTOR),
            ("only_role", "ar_best_practices.group_ar_admin"),
            ("only_accounts", "account.group_account_user"),
            ("invoicing", "account.group_account_invoice"),
        ):
            user = self.new_user(login, groups)
            with self.subTest(login), self.assertRaises(AccessError):
                self.make(self.content, env=self.env(user=user))

    def test_the_menu_is_there_for_those_who_may(self):
        menu = self.env.ref("ar_best_practices.ar_bank_import_menu")
        menus = self.env["ir.ui.menu"]
        only_role = self.new_user("role", COLLECTOR)
        only_accounts = self.new_user("books", "account.group_account_user")
        for user, sees in (
            (self.accountant, True),
            (self.new_user("billing", BILLING), True),
            (only_role, False),
            (only_accounts, False),
        ):
            tree = menus.with_user(user).load_menus(False)
            parent = tree.get(menu.parent_id.id, {"children": []})
            with self.subTest(user.login):
                self.assertEqual(menu.id in parent["children"], sees)

    def test_an_import_is_read_by_its_author_only(self):
        job = self.read_files(self.content, env=self.env(user=self.accountant))
        other = self.new_user("other", ACCOUNTANT)
        for records in (job, job.statement_ids, job.line_ids):
            with self.subTest(records._name), self.assertRaises(AccessError):
                records.with_user(other).read(["id", "create_date"])

    def test_journals_of_another_company_are_not_found(self):
        second = self.setup_other_company(name="Second company")["company"]
        stranger = self.new_user("stranger", ACCOUNTANT, second)
        job = self.read_files(self.content, env=self.env(user=stranger))
        self.assertFalse(job.statement_ids.journal_id)
        job.statement_ids.sudo().journal_id = self.bank
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            job.action_import()
