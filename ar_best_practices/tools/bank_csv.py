"""A bank statement as a table: which column says what, and what each row says.

Standard library only. Messages are codes: the words and their translations are
elsewhere.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from . import bank_file, ledger_file
from .bank_file import BankEntry, BankFileError, BankStatement
from .column_guess import (
    Vocabulary,
    looks_like_amount,
    looks_like_currency,
    looks_like_date,
)
from .dates import parse_date, parse_month_name
from .ledger_row import Notation
from .numbers import parse_amount

DAY = "day"
VALUE_DAY = "value_day"
AMOUNT = "amount"
DEBIT = "debit"
CREDIT = "credit"
CURRENCY = "currency"
TEXT = "text"
DETAILS = "details"
NAME = "name"
COUNTERPARTY = "counterparty"
REFERENCE = "reference"
BANK_REF = "bank_ref"
ACCOUNT = "account"

DATE_ROLES = (DAY, VALUE_DAY)
AMOUNT_ROLES = (AMOUNT, DEBIT, CREDIT)
MAX_COLUMNS = 100
MAX_ROWS = 100_000  # most of them empty: spreadsheets write such
HEADER_SEARCH = 30

WORDINGS: dict[str, tuple[str, ...]] = {
    DAY: (
        "date",
        "booking date",
        "posting date",
        "posted date",
        "date posted",
        "transaction date",
        "entry date",
        "operation date",
        "date operation",
        "date de l operation",
        "date d operation",
        "date comptable",
        "date de comptabilisation",
        "date d ecriture",
        "date ecriture",
        "date transaction",
        "date de la transaction",
        "date d execution",
        "completed date",
        "day",
        "jour",
    ),
    VALUE_DAY: (
        "value date",
        "date value",
        "valuta",
        "date valeur",
        "date de valeur",
        "valeur",
    ),
    AMOUNT: (
        "amount",
        "montant",
        "transaction amount",
        "montant de l operation",
        "montant operation",
        "montant de la transaction",
        "montant eur",
        "montant en eur",
        "montant cad",
        "amount eur",
        "net amount",
        "valeur montant",
        "paid in out",
        "somme",
    ),
    DEBIT: (
        "debit",
        "debit amount",
        "montant debit",
        "montant au debit",
        "debits",
        "withdrawal",
        "withdrawals",
        "retrait",
        "retraits",
        "paid out",
        "money out",
        "payments",
        "depense",
        "depenses",
        "sortie",
        "sorties",
    ),
    CREDIT: (
        "credit",
        "credit amount",
        "montant credit",
        "montant au credit",
        "credits",
        "deposit",
        "deposits",
        "depot",
        "depots",
        "paid in",
        "money in",
        "receipts",
        "recette",
        "recettes",
        "entree",
        "entrees",
    ),
    CURRENCY: ("currency", "currency code", "ccy", "devise", "code devise", "monnaie"),
    TEXT: (
        "description",
        "label",
        "libelle",
        "libelle operation",
        "libelle de l operation",
        "libelle complet",
        "communication",
        "communications",
        "remittance information",
        "remittance",
        "payment details",
        "transaction details",
        "details",
        "detail",
        "memo",
        "narrative",
        "motif",
        "objet",
        "transaction",
        "operation",
        "nature de l operation",
        "intitule",
        "particulars",
        "text",
        "texte",
        "note",
    ),
    DETAILS: (
        "details",
        "detail",
        "memo",
        "informations complementaires",
        "information complementaire",
        "additional information",
        "further information",
        "libelle complementaire",
        "complement",
        "description 2",
        "libelle 2",
        "message",
        "communication",
        "note",
        "commentaire",
    ),
    NAME: (
        "counterparty",
        "counterparty name",
        "name of counterparty",
        "payer",
        "payer name",
        "payee",
        "beneficiary",
        "debtor name",
        "sender",
        "name",
        "nom",
        "tiers",
        "nom du tiers",
        "nom de la contrepartie",
        "nom contrepartie",
        "contrepartie",
        "emetteur",
        "donneur d ordre",
        "nom du donneur d ordre",
        "beneficiaire",
        "partenaire",
    ),
    COUNTERPARTY: (
        "counterparty account",
        "counterparty iban",
        "account of counterparty",
        "payer account",
        "payer iban",
        "beneficiary account",
        "iban counterparty",
        "compte contrepartie",
        "compte de la contrepartie",
        "iban contrepartie",
        "iban de la contrepartie",
        "iban du tiers",
        "compte du tiers",
        "iban emetteur",
        "iban donneur d ordre",
    ),
    REFERENCE: (
        "structured reference",
        "structured communication",
        "creditor reference",
        "payment reference",
        "communication structuree",
        "reference structuree",
        "reference de paiement",
        "reference creancier",
        "reference paiement",
    ),
    BANK_REF: (
        "bank reference",
        "transaction id",
        "transaction reference",
        "entry reference",
        "fitid",
        "reference",
        "ref",
        "reference banque",
        "reference bancaire",
        "reference de l operation",
        "reference operation",
        "reference de la transaction",
        "numero d operation",
        "numero de l operation",
        "numero de transaction",
        "no de transaction",
        "id transaction",
        "identifiant",
        "id",
    ),
    ACCOUNT: (
        "account number",
        "account no",
        "iban",
        "account",
        "own account",
        "numero de compte",
        "no de compte",
        "no compte",
        "compte",
        "compte iban",
    ),
}
STRANGERS: dict[str, tuple[str, ...]] = {
    DAY: ("value", "valeur", "valuta"),
    AMOUNT: ("balance", "solde", "debit", "credit", "frais", "fee", "tva", "vat"),
    DEBIT: ("date", "account", "compte", "card", "carte", "type"),
    CREDIT: ("date", "account", "compte", "card", "carte", "type"),
    CURRENCY: ("amount", "montant", "rate", "taux", "original", "origine"),
    TEXT: ("date", "type", "code", "amount", "montant"),
    DETAILS: ("date", "type", "code", "amount", "montant"),
    NAME: ("account", "compte", "iban", "bic", "bank", "banque"),
    COUNTERPARTY: ("name", "nom", "bic"),
    ACCOUNT: (
        *("name", "nom", "type", "intitule", "bic"),
        *("counterparty", "contrepartie", "tiers", "beneficiary", "payer"),
    ),
}
VOCABULARY = Vocabulary(
    WORDINGS,
    STRANGERS,
    {
        **dict.fromkeys(DATE_ROLES, looks_like_date),
        **dict.fromkeys(AMOUNT_ROLES, looks_like_amount),
        CURRENCY: looks_like_currency,
    },
    (DAY,),
)


class Table(NamedTuple):
    """A table as read: the names of its columns, and row number and cells below."""

    headers: list[str]
    rows: list[tuple[int, list[str]]]

    def samples(self, size: int = 200) -> list[list[str]]:
        """Return the first values of each column.

        >>> Table(["a", "b"], [(2, ["1"]), (3, ["2", "x"])]).samples()
        [['1', '2'], ['x']]
        """
        rows = [cells for _number, cells in self.rows[:size]]
        return [
            [cells[position] for cells in rows if position < len(cells)]
            for position in range(len(self.headers))
        ]


def read_table(content: bytes) -> Table:
    """Return the table in a file; what stands above the names of columns is left.

    >>> read_table(  # doctest: +NORMALIZE_WHITESPACE
    ...     b"Compte 123\\n\\nDate;Montant;Libelle\\n02/03/2026;12,50;ROY\\n"
    ... )
    Table(headers=['Date', 'Montant', 'Libelle'],
          rows=[(4, ['02/03/2026', '12,50', 'ROY'])])

    :raise BankFileError: no table, no names of columns, too many columns or rows
    """
    try:
        rows = _read_rows(content)
    except csv.Error as error:
        raise BankFileError(bank_file.UNKNOWN) from error
    first = [cells for _number, cells in rows[:HEADER_SEARCH]]
    start = VOCABULARY.find_header(first)
    if start is None:
        raise BankFileError(bank_file.UNKNOWN)
    return Table(rows[start][1], rows[start + 1 :])


def _read_rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows with something in them, each with its number."""
    if max(content.count(b"\n"), content.count(b"\r")) > MAX_ROWS:
        raise BankFileError(bank_file.TOO_LONG, value=MAX_ROWS)
    rows = []
    for number, row in enumerate(ledger_file.read_csv(content), start=1):
        if len(row) > MAX_COLUMNS:
            raise BankFileError(bank_file.TOO_WIDE, number, MAX_COLUMNS)
        if any(row):
            rows.append((number, row))
        if len(rows) > bank_file.MAX_ENTRIES + HEADER_SEARCH:
            raise BankFileError(bank_file.TOO_MANY, value=bank_file.MAX_ENTRIES)
    return rows


def guess_columns(table: Table) -> list[str | None]:
    """Return the role of each column, ``None`` for one that is not needed.

    >>> guess_columns(Table(["Date", "Date valeur", "Libellé", "Débit", "Crédit"], []))
    ['day', 'value_day', 'text', 'debit', 'credit']
    >>> guess_columns(Table(["Booking date", "Amount", "Payee", "Balance"], []))
    ['day', 'amount', 'name', None]
    """
    return VOCABULARY.guess(table.headers, table.samples())


class RowError(NamedTuple):
    """What is wrong with a row: its number, a code, the cell."""

    number: int
    code: str
    value: str


class TableReader:
    """Reads a table into statements: the columns and the notation are given once.

    After :meth:`get_statements`, ``problems`` holds what is wrong, row by row.
    """

    def __init__(self, roles: Mapping[str, int], notation: Notation):
        self.roles = roles
        self.notation = notation
        self.problems: list[RowError] = []

    def get_statements(self, table: Table) -> list[BankStatement]:
        """Return a statement for each account and currency of a table.

        >>> table = Table(["Date", "Montant"], [(2, ["02/03/2026", "1 200,50"])])
        >>> reader = TableReader({"day": 0, "amount": 1}, Notation("dmy", ","))
        >>> [statement] = reader.get_statements(table)
        >>> statement.entries[0].amount
        Decimal('1200.50')
        """
        found: dict[tuple[str, str], list[BankEntry]] = {}
        empty = 0
        for number, cells in table.rows:
            try:
                entry = self._read_row(cells, number)
            except BankFileError as error:
                self.problems.append(RowError(number, error.code, error.value))
                continue
            if entry is None:
                empty += 1
                continue
            key = (self._get(cells, ACCOUNT), self._get(cells, CURRENCY).upper())
            found.setdefault(key, []).append(entry)
        statements = [BankStatement(*key, rows) for key, rows in found.items()]
        if statements:
            statements[0] = statements[0]._replace(empty=empty)
        return statements

    def get_texts(self, table: Table, roles: Sequence[str]) -> Iterator[str]:
        """Yield what is written in the columns of some roles.

        >>> table = Table(["Date"], [(2, ["02/03/2026"])])
        >>> list(TableReader({"day": 0}, Notation("", "")).get_texts(table, DATE_ROLES))
        ['02/03/2026']
        """
        for _number, cells in table.rows:
            yield from filter(None, (self._get(cells, role) for role in roles))

    def _get(self, cells: Sequence[str], role: str) -> str:
        position = self.roles.get(role, len(cells))
        return bank_file.clean(cells[position]) if position < len(cells) else ""

    def _read_row(self, cells: Sequence[str], number: int) -> BankEntry | None:
        """Return what a row says; ``None`` for one without a date or an amount, such as
        a balance or a total."""
        day = self._read_day(self._get(cells, DAY), number)
        amount = self._read_signed(cells, number)
        if day is None or not amount:
            return None
        text = _join(self._get(cells, role) for role in (TEXT, DETAILS))
        reference = self._get(cells, REFERENCE)
        return BankEntry(
            day,
            amount,
            text,
            value_day=self._read_day(self._get(cells, VALUE_DAY), number),
            reference=reference or bank_file.find_reference(text),
            name=self._get(cells, NAME),
            account=self._get(cells, COUNTERPARTY),
            bank_ref=self._get(cells, BANK_REF),
        )

    def _read_day(self, text: str, number: int) -> date | None:
        if not text.strip("0-/. :"):
            return None
        try:
            return parse_month_name(text) or parse_date(text, self.notation.date_order)
        except ValueError as error:
            raise BankFileError(bank_file.BAD_DATE, number, text) from error

    def _read_signed(self, cells: Sequence[str], number: int) -> Decimal | None:
        """Return the amount of a row: signed in one column, or one column a side."""
        if AMOUNT in self.roles:
            return self._read_amount(self._get(cells, AMOUNT), number)
        debit = self._read_amount(self._get(cells, DEBIT), number)
        credit = self._read_amount(self._get(cells, CREDIT), number)
        if debit and credit:
            value = f"{debit} / {credit}"
            raise BankFileError(bank_file.TWO_AMOUNTS, number, value)
        return credit or (-abs(debit) if debit else None)

    def _read_amount(self, text: str, number: int) -> Decimal | None:
        if not text.strip("- "):
            return None
        try:
            return parse_amount(text, self.notation.decimal)
        except ValueError as error:
            raise BankFileError(bank_file.BAD_AMOUNT, number, text) from error


def _join(texts: Iterable[str]) -> str:
    """Join texts that say different things."""
    return " ".join(dict.fromkeys(filter(None, texts)))
