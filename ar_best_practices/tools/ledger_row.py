"""What one row of a receivables export says: an item, its settlement, what is wrong.

Standard library only. Messages are codes with the value they speak of: the words and
their translations are elsewhere.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from . import ledger_columns as columns
from .dates import parse_date, parse_month_name
from .numbers import parse_amount

Cell = str | int | float | date | datetime | bool | None

# Problems: the row cannot become an item.
MISSING = "missing"
NOT_A_DATE = "not_a_date"
NOT_AN_AMOUNT = "not_an_amount"
PAID_SIGN = "paid_sign"
# Reasons to leave a row aside without calling it wrong.
ZERO = "zero"
TOTAL = "total"
# Remarks: the row becomes an item, and somebody should know.
PAID_LATER = "paid_later"
PAID_WITHOUT_DATE = "paid_without_date"
DATE_WITHOUT_PAYMENT = "date_without_payment"
OVERPAID = "overpaid"
DUE_BEFORE_INVOICE = "due_before_invoice"
BAD_EMAIL = "bad_email"
DISPUTE_WORDS = "dispute_words"

YES = frozenset({"yes", "y", "oui", "o", "true", "t", "vrai", "v", "x", "on"})
NO = frozenset({"", "no", "n", "non", "false", "f", "faux", "off", "-", "none"})
TOTALS = ("total", "grand total", "sub-total", "subtotal", "sous-total", "sous total")
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119


class Notation(NamedTuple):
    """How a file writes dates (``dmy``, ``mdy``, ``ymd``), and its decimal mark."""

    date_order: str
    decimal: str


class Message(NamedTuple):
    """Something to say about a row: a code, the column it is about, what it holds."""

    code: str
    role: str
    value: str = ""


class LedgerRow(NamedTuple):
    """A row as understood.

    ``values`` holds what could be read, by role, and ``paid_amount``. A row with
    ``problems`` is wrong; one with ``aside`` is no item; ``remarks`` harm nothing.
    """

    values: dict
    problems: list[Message]
    aside: list[Message]
    remarks: list[Message]


class Settlement(NamedTuple):
    """How much of an item was paid (signed as its amount), and when."""

    amount: Decimal
    day: date | None
    remarks: list[Message]


def as_text(cell: Cell) -> str:
    """Return a cell as text; a workbook's whole number has no decimals.

    >>> as_text(15752855.0), as_text(" F/12 "), as_text(None), as_text(date(2026, 1, 2))
    ('15752855', 'F/12', '', '2026-01-02')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def as_date(cell: Cell, order: str) -> date | None:
    """Return the date of a cell, ``None`` when it is blank.

    :raise ValueError: not a date in that order

    >>> as_date("10/25/2012", "mdy"), as_date("25 oct. 2012", "mdy")
    (datetime.date(2012, 10, 25), datetime.date(2012, 10, 25))
    >>> as_date(41207.0, "dmy"), as_date(" ", "dmy")
    (datetime.date(2012, 10, 25), None)
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and int(cell) in EXCEL_DAYS:
        return EXCEL_EPOCH + timedelta(days=int(cell))
    text = as_text(cell)
    if not text or not text.strip("0-/. :"):  # 00/00/0000 stands for none
        return None
    return parse_month_name(text) or parse_date(text, order)


def as_amount(cell: Cell, decimal: str) -> Decimal | None:
    """Return the amount of a cell, ``None`` when it is blank.

    :raise ValueError: not an amount with that decimal separator

    >>> as_amount("1 234,50 €", ","), as_amount(12.5, ","), as_amount("", ".")
    (Decimal('1234.50'), Decimal('12.5'), None)
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return Decimal(str(cell))
    text = as_text(cell)
    return parse_amount(text, decimal) if text.strip("- ") else None


def as_flag(cell: Cell) -> bool | None:
    """Return yes or no, ``None`` when the words are neither.

    >>> [as_flag(cell) for cell in ("Oui", "no", 0, "1", True, "LIT01", "0,00")]
    [True, False, False, True, True, None, False]
    """
    text = as_text(cell).lower()
    if text in YES:
        return True
    if text in NO or not text.strip("0.,"):
        return False
    return True if text == "1" else None


def row_key(
    customer: str, number: str, invoice_date: date, due_date: date, amount: Decimal
) -> str:
    """Return what tells one item from all others, whichever file it comes from.

    >>> day = date(2026, 1, 2)
    >>> first = row_key("C1", "F1", day, day, Decimal("12.50"))
    >>> first == row_key("c1", "F1 ", day, day, Decimal("12.5"))
    True
    """
    parts = (
        customer.strip().casefold(),
        number.strip().casefold(),
        invoice_date.isoformat(),
        due_date.isoformat(),
        str(amount.normalize()),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def settlement(values: Mapping[str, object], due_date: date, today: date) -> Settlement:
    """Return what was paid of an item and when.

    A paid amount says it; else the amount still open; else a settlement date means
    paid in full. A payment without a date is taken as made on the due date (an
    assumption: the file does not know); one after today has not happened yet.

    :param values: ``amount`` and, each may be ``None``, ``paid_amount``,
        ``open_amount`` and ``settled_date``; paid and open signed as the amount

    >>> day = date(2026, 1, 31)
    >>> paid = {"amount": Decimal(100), "settled_date": day}
    >>> settlement(paid, day, day).amount
    Decimal('100')
    >>> part = {"amount": Decimal(100), "open_amount": Decimal(40)}
    >>> settlement(part, day, day)[:2]
    (Decimal('60'), datetime.date(2026, 1, 31))
    """
    amount, day = values["amount"], values.get("settled_date")
    paid, left = values.get("paid_amount"), values.get("open_amount")
    if paid is None:
        paid = amount - left if left is not None else amount if day else Decimal(0)
    remarks = []
    if not paid:
        if day:
            remarks.append(_remark(DATE_WITHOUT_PAYMENT, day))
        return Settlement(Decimal(0), None, remarks)
    if not day:
        day = min(due_date, today)
        remarks.append(_remark(PAID_WITHOUT_DATE, day))
    if day > today:
        return Settlement(Decimal(0), None, [_remark(PAID_LATER, day)])
    if abs(paid) > abs(amount):
        remarks.append(Message(OVERPAID, columns.PAID_AMOUNT, str(paid)))
    return Settlement(paid, day, remarks)


def _remark(code: str, day: date) -> Message:
    return Message(code, columns.SETTLED_DATE, day.isoformat())


class RowReader:
    """Reads rows of one file: the notation and the day of reading are given once."""

    def __init__(self, notation: Notation, today: date):
        self.notation = notation
        self.today = today

    def read_row(self, cells: Mapping[str, Cell]) -> LedgerRow:
        """Return what a row says.

        :param cells: cell by role; a role without a column is absent

        >>> reader = RowReader(Notation("dmy", ","), date(2026, 11, 22))
        >>> row = reader.read_row({"customer_name": "Roy", "number": "F1",
        ...     "invoice_date": "01/02/2026", "due_date": "31/02/2026",
        ...     "amount": "12,50"})
        >>> row.problems
        [Message(code='not_a_date', role='due_date', value='31/02/2026')]
        >>> row.values["customer_code"], row.values["invoice_date"]
        ('Roy', datetime.date(2026, 2, 1))
        """
        row = LedgerRow(self._read_texts(cells), [], [], [])
        self._read_dates(row, cells)
        self._read_amounts(row, cells)
        self._read_dispute(row, cells.get(columns.DISPUTED))
        self._check_email(row)
        self._check_required(row)
        if row.aside:
            row.problems.clear()
        elif not row.problems:
            self._settle(row)
        return row

    def _read_texts(self, cells: Mapping[str, Cell]) -> dict:
        """Return the texts; a file may have the customer's code, its name, or both."""
        values = {
            role: as_text(cells.get(role))
            for role in (
                columns.CUSTOMER_CODE,
                columns.CUSTOMER_NAME,
                columns.NUMBER,
                columns.CURRENCY,
                columns.EMAIL,
                columns.PHONE,
            )
        }
        code, name = values[columns.CUSTOMER_CODE], values[columns.CUSTOMER_NAME]
        values[columns.CUSTOMER_CODE] = code or name
        values[columns.CUSTOMER_NAME] = name or code
        return values

    def _read_dates(self, row: LedgerRow, cells: Mapping[str, Cell]) -> None:
        for role in columns.DATE_ROLES:
            try:
                value = as_date(cells.get(role), self.notation.date_order)
            except ValueError:
                value = None
                row.problems.append(Message(NOT_A_DATE, role, as_text(cells.get(role))))
            row.values[role] = value

    def _read_amounts(self, row: LedgerRow, cells: Mapping[str, Cell]) -> None:
        for role in columns.AMOUNT_ROLES:
            try:
                value = as_amount(cells.get(role), self.notation.decimal)
            except ValueError:
                value = None
                row.problems.append(
                    Message(NOT_AN_AMOUNT, role, as_text(cells.get(role)))
                )
            row.values[role] = value
        self._align_signs(row)

    def _align_signs(self, row: LedgerRow) -> None:
        """Sign the paid and open amounts of a credit note as its amount.

        Some programs write them positive. Of an invoice, a negative paid amount is an
        error, a negative open amount an overpayment.
        """
        amount, paid = row.values[columns.AMOUNT], row.values[columns.PAID_AMOUNT]
        if amount is not None and amount < 0:
            for role in (columns.PAID_AMOUNT, columns.OPEN_AMOUNT):
                if row.values[role] is not None:
                    row.values[role] = -abs(row.values[role])
        elif paid is not None and paid < 0:
            row.problems.append(Message(PAID_SIGN, columns.PAID_AMOUNT, str(paid)))

    def _read_dispute(self, row: LedgerRow, cell: Cell) -> None:
        """Set the flag; any other words than yes or no are the reason of a dispute."""
        flag = as_flag(cell)
        row.values[columns.DISPUTED] = flag is not False
        if flag is None:
            row.remarks.append(Message(DISPUTE_WORDS, columns.DISPUTED, as_text(cell)))

    def _check_email(self, row: LedgerRow) -> None:
        email = row.values[columns.EMAIL]
        if email and not columns.fits(columns.EMAIL, [email]):
            row.values[columns.EMAIL] = ""
            row.remarks.append(Message(BAD_EMAIL, columns.EMAIL, email))

    def _check_required(self, row: LedgerRow) -> None:
        """Say what is missing; a credit note may have no due date, a total no item."""
        values = row.values
        amount = values[columns.AMOUNT]
        if amount is not None and amount < 0 and not values[columns.DUE_DATE]:
            values[columns.DUE_DATE] = values[columns.INVOICE_DATE]
        told = {message.role for message in row.problems}
        for role in columns.REQUIRED_ROLES:
            if role not in told and values[role] in (None, ""):
                row.problems.append(Message(MISSING, role))
        if self._is_total(values):
            row.aside.append(Message(TOTAL, columns.CUSTOMER_CODE))
        elif amount == 0 and not row.problems:
            row.aside.append(Message(ZERO, columns.AMOUNT))

    def _is_total(self, values: dict) -> bool:
        """Say whether a row is the total under a list, not an item of it."""
        words = (values[columns.CUSTOMER_CODE] or values[columns.NUMBER]).lower()
        dated = values[columns.INVOICE_DATE] or values[columns.DUE_DATE]
        return not dated and words.startswith(TOTALS)

    def _settle(self, row: LedgerRow) -> None:
        """Put what was really paid, and when, in place of what the file says."""
        values = row.values
        invoiced, due = values[columns.INVOICE_DATE], values[columns.DUE_DATE]
        if due < invoiced:
            row.remarks.append(
                Message(DUE_BEFORE_INVOICE, columns.DUE_DATE, due.isoformat())
            )
        paid = settlement(values, due, self.today)
        values[columns.PAID_AMOUNT] = paid.amount
        values[columns.SETTLED_DATE] = paid.day
        row.remarks.extend(paid.remarks)
