"""Bank statement files say the same whatever their format; what is wrong is refused."""

from datetime import date
from decimal import Decimal

import ledger_strategies as our
import pytest
from hypothesis import given
from hypothesis import strategies as st
from load_tools import ROOT, load_reader, load_tool

bank_file = load_tool("ar_best_practices", "bank_file")
bank_csv = load_tool("ar_best_practices", "bank_csv")
ledger_row = load_tool("ar_best_practices", "ledger_row")
camt = load_reader("ar_best_practices", "camt")
ofx = load_reader("ar_best_practices", "ofx")

SAMPLES = ROOT / "ar_best_practices" / "tests" / "data" / "bank"
MONDAY = date(2026, 3, 2)
CAMT = """<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>X</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>%s</Dt></BookgDt><AddtlNtryInf>%s</AddtlNtryInf></Ntry></Stmt>
</BkToCstmrStmt></Document>"""


def sample(name):
    return (SAMPLES / name).read_bytes()


def refused(read, content):
    if isinstance(content, str):
        content = content.encode()
    with pytest.raises(bank_file.BankFileError) as caught:
        read(content)
    return caught.value.code


def ties(statement):
    total = sum(entry.amount for entry in statement.entries)
    return statement.opening + total == statement.closing


def read_csv(text, order="dmy", decimal=","):
    content = text if isinstance(text, bytes) else text.encode()
    table = bank_csv.read_table(content)
    found = enumerate(bank_csv.guess_columns(table))
    roles = {role: position for position, role in found if role}
    reader = bank_csv.TableReader(roles, ledger_row.Notation(order, decimal))
    return reader.get_statements(table), reader.problems


# ------------------------------------------------------------------------------------
# CAMT.053
# ------------------------------------------------------------------------------------


def test_camt_v02_statement_ties_with_its_balances():
    [statement] = camt.read(sample("camt_053_v02.xml"))
    assert statement.account == "FR7630006000011234567890189"
    assert (statement.currency, statement.number) == ("EUR", "2026-042")
    assert ties(statement)
    assert statement.pending == 1  # not booked yet: told, not imported


def test_camt_batch_is_split_only_when_it_adds_up():
    [statement] = camt.read(sample("camt_053_v02.xml"))
    texts = {entry.text: entry.amount for entry in statement.entries}
    assert texts["F/26/00500"], texts["F/26/00502"] == (100, 300)
    assert texts["F/26/00510 · F/26/00511"] == 500


def test_camt_names_the_other_party_also_of_what_comes_back():
    [statement] = camt.read(sample("camt_053_v02.xml"))
    first, *_others, back, fees = statement.entries
    assert (first.name, first.account) == (
        "Menuiserie Roy",
        "FR1420041010050500013M02606",
    )
    assert first.text == "Reglement F/26/00412 et F/26/00455"
    assert (back.name, back.amount) == ("Atelier Lemoine", Decimal("-250.50"))
    assert back.is_return
    assert (fees.text, fees.name, fees.is_return) == (
        "FRAIS DE TENUE DE COMPTE",
        "",
        False,
    )


def test_camt_v08_has_two_accounts_and_an_amount_in_another_currency():
    euros, dollars = camt.read(sample("camt_053_v08.xml"))
    assert ties(euros)
    [entry] = euros.entries
    assert (entry.original_amount, entry.original_currency) == (1000, "USD")
    assert (entry.day, entry.name) == (date(2026, 3, 3), "Harbor Supplies Inc.")
    assert (dollars.account, dollars.currency) == ("00087654321", "USD")
    assert dollars.opening is None


@pytest.mark.parametrize("version", ["02", "04", "06", "08", "10"])
def test_camt_is_read_by_local_names(version):
    text = sample("camt_053_v02.xml").replace(b"001.02", f"001.{version}".encode())
    assert len(camt.read(text)[0].entries) == 8


BOMB = "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12)
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"<!DOCTYPE d [{BOMB}]>" + CAMT % (1, MONDAY, "&e11;"), "unsafe"),
        (
            '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
            + CAMT % (1, MONDAY, "&f;"),
            "unsafe",
        ),
        (
            '<!DOCTYPE Document SYSTEM "http://bank.example/x.dtd">'
            + CAMT % (1, MONDAY, ""),
            "unsafe",
        ),
        ("\ufeff\ufeff" + CAMT % (1, MONDAY, ""), "broken"),
        (
            (CAMT % (1, MONDAY, "")).replace("<Ntry>", "<Ntry/>" * 3001 + "<Ntry>"),
            "too_many",
        ),
        (CAMT % (1, MONDAY, "<x/>" * 300_000), "too_many"),
        (
            ('<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE d [<!-- -->]>'),
            "broken",
        ),
        (sample("camt_053_v02.xml")[:2000], "broken"),
        ("<a>" * 5000 + "</a>" * 5000, "broken"),
        (CAMT % ("1e9", MONDAY, ""), "bad_amount"),
        (CAMT % ("NaN", MONDAY, ""), "bad_amount"),
        (CAMT % ("", MONDAY, ""), "no_amount"),
        (CAMT % (1, "2026-02-30", ""), "bad_date"),
        (CAMT % (1, "", ""), "no_date"),
        ("<Document><BkToCstmrAcctRpt/></Document>", "not_a_statement"),
        ("<html><body/></html>", "unknown"),
        (
            CAMT % (1, MONDAY, "") + "<!-- -->" + "x",
            "broken",
        ),
    ],
)
def test_hostile_xml_is_refused(content, code):
    assert refused(camt.read, content) == code


def test_two_currencies_in_one_account_are_refused():
    text = sample("camt_053_v02.xml").replace(b'Ccy="EUR">980', b'Ccy="CHF">980')
    assert refused(camt.read, text) == "two_currencies"


# ------------------------------------------------------------------------------------
# OFX
# ------------------------------------------------------------------------------------


def test_ofx_1_reads_tags_without_end_and_accents_of_windows():
    [statement] = ofx.read(sample("statement_160.ofx"))
    assert (statement.account, statement.currency) == ("12345678901", "EUR")
    assert ties(statement)
    first, cheque = statement.entries
    assert first.text == "MENUISERIE ROY Règlement F/26/00412 & F/26/00455"
    assert first.day == MONDAY  # late in the evening there, already tomorrow here
    assert (cheque.text, cheque.amount) == ("000881", -80)
    assert statement.empty == 1


def test_ofx_2_reads_accents_other_accounts_and_other_currencies():
    account, card = ofx.read(sample("statement_203.ofx"))
    [entry] = account.entries
    assert entry.text == "Hôtel & Café du Port RF18539007547034"
    assert (entry.account, entry.reference) == ("0500013M026", "RF18539007547034")
    assert (entry.original_amount, entry.original_currency) == (500, "USD")
    assert (card.account, card.closing) == ("4970000000001234", None)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"</OFX>", b"", "cut"),
        (b"<OFX>", b"<!ENTITY a 'b'><OFX>", "unsafe"),
        (b"<TRNAMT>1200.50", b"<TRNAMT>much", "cut"),
        (b"<TRNAMT>1200.50", b"<TRNAMT>NaN", "bad_amount"),
        (b"<TRNAMT>1200.50", b"<TRNAMT>Infinity", "bad_amount"),
        (b"<DTPOSTED>20260303", b"<DTPOSTED>20261399", "bad_date"),
        (b"<FITID>2026030300002", b"", "cut"),
        (b"<BANKTRANLIST>", b"<A>" * 50 + b"</A>" * 50 + b"<BANKTRANLIST>", "too_deep"),
        (b"<BANKTRANLIST>", b"<B>1" * 200_000 + b"<BANKTRANLIST>", "too_many"),
    ],
)
def test_hostile_ofx_is_refused(before, after, code):
    text = sample("statement_160.ofx")
    assert before in text
    assert refused(ofx.read, text.replace(before, after)) == code


# ------------------------------------------------------------------------------------
# CSV
# ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_csv_of_a_french_bank(encoding, delimiter):
    rows = [
        ["Compte 00012345678", "", "", "", ""],
        ["Date", "Date de valeur", "Libellé", "Débit", "Crédit"],
        ["02/03/2026", "03/03/2026", "VIR MENUISERIE ROY", "", '"1 200,50"'],
        ["13/03/2026", "13/03/2026", "Frais de tenue é", '"-12,00"', ""],
        ["", "", "Solde", "", '"9 999,00"'],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    [statement], problems = read_csv(text.encode(encoding))
    assert not problems
    assert [(e.day.day, e.amount, e.text) for e in statement.entries] == [
        (2, Decimal("1200.50"), "VIR MENUISERIE ROY"),
        (13, Decimal("-12.00"), "Frais de tenue é"),
    ]
    assert statement.empty == 1


def test_csv_of_an_english_bank():
    [statement], problems = read_csv(
        "Posting Date,Amount,Payee,Memo,Transaction ID,Currency,Balance\n"
        '03/02/2026,"1,200.50",Roy Inc,F/26/00412,T1,cad,"5,000.00"\n'
        "03/15/2026,-80,,=cmd|' /C calc'!A0,T2,cad,4920\n",
        order="mdy",
        decimal=".",
    )
    assert not problems
    assert statement.currency == "CAD"
    first, second = statement.entries
    assert (first.name, first.text, first.bank_ref) == ("Roy Inc", "F/26/00412", "T1")
    assert second.text == "=cmd|' /C calc'!A0"  # a text like any other


def test_wrong_rows_are_told_one_by_one():
    _statements, problems = read_csv(
        "Date;Débit;Crédit\n32/01/2026;;5,00\n02/01/2026;3,00;4,00\n"
        "03/01/2026;;beaucoup\n04/01/2026;;1,00\n"
    )
    assert [tuple(problem) for problem in problems] == [
        (2, "bad_date", "32/01/2026"),
        (3, "two_amounts", "3.00 / 4.00"),
        (4, "bad_amount", "beaucoup"),
    ]


def test_empty_rows_of_a_spreadsheet_are_passed_over():
    rows = ["Compte 123", "", "Date;Montant", "", "13/03/2026;1", *[";"] * 50_000]
    [statement], problems = read_csv("\n".join([*rows, "14/03/2026;x", ""]))
    assert [entry.day.day for entry in statement.entries] == [13]
    assert [problem.number for problem in problems] == [50_006]


@given(st.lists(our.signed_amounts, min_size=1, max_size=20), st.booleans())
def test_amounts_come_back_as_they_were(amounts, two_columns):
    def write(amount):
        return f"{amount:.2f}".replace(".", ",") if amount else ""

    sides = [(min(a, 0), max(a, 0)) if two_columns else (a,) for a in amounts]
    header = "Date;Débit;Crédit" if two_columns else "Date;Montant"
    rows = [";".join(["02/03/2026", *map(write, side)]) for side in sides]
    statements, problems = read_csv("\n".join([header, *rows]))
    assert not problems
    found = [entry.amount for statement in statements for entry in statement.entries]
    assert found == [amount for amount in amounts if amount]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Date;Montant\n" + b";" * 1_000_000, "unknown"),
        (b"Date;Montant\n" + b"1;" * 5000, "too_wide"),
        (b"Date;Montant\n" + b"02/03/2026;1\n" * 4000, "too_many"),
        (b"Date;Montant\n02/03/2026;1\n" + b"\n" * 1_000_000, "too_long"),
        (b"Date;Montant\n02/03/2026;1\n" + b";\r" * 1_000_000, "too_long"),
        (b"hello world\nthis is no table\n", "unknown"),
    ],
)
def test_hostile_tables_are_refused(content, code):
    assert refused(bank_csv.read_table, content) == code


# ------------------------------------------------------------------------------------
# Any format
# ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"PK\x03\x04rest", "archive"),
        (b"\x1f\x8brest", "archive"),
        (b"Date;Mon\0tant", "not_text"),
        ((CAMT % (1, MONDAY, "")).encode("utf-16"), "not_utf8"),
        (' <!DOCTYPE d [<!ENTITY a "ha">]><d/>'.encode("utf-16"), "not_utf8"),
        ("OFXHEADER:100\n<OFX></OFX>".encode("utf-16"), "not_utf8"),
        ("<Document/>".encode("utf-16-le"), "not_text"),
        (b"%PDF-1.7", "not_text"),
        (b":20:STARTUMS\n:25:1234", "unknown"),
        (b"a" * (bank_file.MAX_BYTES + 1), "too_big"),
    ],
)
def test_what_is_no_statement_is_refused(content, code):
    assert refused(bank_file.sniff, content) == code


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("camt_053_v02.xml", "camt"),
        ("camt_053_v08.xml", "camt"),
        ("statement_160.ofx", "ofx"),
        ("statement_203.ofx", "ofx"),
    ],
)
def test_the_format_is_found_in_the_content(name, kind):
    assert bank_file.sniff(sample(name)) == kind


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"day": date(1899, 1, 1)}, "odd_date"),
        ({"day": date(2126, 1, 1)}, "future"),
        ({"day": date(2026, 3, 13)}, "future"),
        ({"amount": Decimal("1E12")}, "odd_amount"),
        ({"amount": Decimal("0.000001")}, "odd_amount"),
    ],
)
def test_absurd_days_and_amounts_are_refused(changes, code):
    entry = bank_file.BankEntry(MONDAY, Decimal(1))._replace(**changes)
    statement = bank_file.BankStatement("X", "EUR", [entry])
    assert refused(lambda _: bank_file.check([statement], MONDAY), b"") == code


def entry(text="Bread", **changes):
    return bank_file.BankEntry(MONDAY, Decimal("9.90"), text)._replace(**changes)


def refs(*entries):
    statement = bank_file.BankStatement("X", "EUR", list(entries))
    return bank_file.import_refs([statement])[0]


def test_two_payments_that_are_the_same_are_kept_and_known_again():
    assert len(set(refs(entry(), entry()))) == 2
    assert refs(entry(), entry()) == refs(entry(), entry())
    assert refs(entry("Milk"), entry())[1] == refs(entry())[0]


def test_a_reference_that_starts_again_every_day_hides_no_payment():
    first = refs(entry(bank_ref="1"))
    assert first != refs(entry(bank_ref="1", day=date(2026, 3, 3)))
    assert first == refs(entry("other words", bank_ref="1"))
    assert len(refs(entry(bank_ref="x" * 5000))[0]) < 200
