"""Spreadsheets whose cells are never formulas, whatever a customer wrote in them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import NamedTuple

import xlsxwriter

Cell = str | int | float | bool | date | datetime | None

WIDTH = 18  # of a column, in characters
MAX_TEXT = 32767  # characters of a cell
# What a customer wrote is never a formula or a link
SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def make_workbook(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]], about: list[str]
) -> bytes:
    """Return an .xlsx file: one sheet with a header and one row each, one that says
    what it holds.

    Text stays text: it is never written as a formula or a link. Nothing known is an
    empty cell, never 0.

    :param title: name of the first sheet, cut to what a spreadsheet takes
    :param about: lines of the second sheet: as of when, how many, by whom

    >>> make_workbook("Calls", ["Note"], [["=1+1"], [None]], ["2 calls"])[:2]
    b'PK'
    """
    output = BytesIO()
    with xlsxwriter.Workbook(output, SAFE | {"in_memory": True}) as book:
        styles = _get_styles(book)
        sheet = book.add_worksheet(_get_sheet_name(title))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headers) - 1, WIDTH)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, styles["header"])
        count = 0
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, count, column, value, styles)
        sheet.autofilter(0, 0, max(count, 1), len(headers) - 1)
        notes = book.add_worksheet("i")
        notes.set_column(0, 0, 80)
        for line, text in enumerate(about):
            _write_cell(notes, line, 0, text, styles)
    return output.getvalue()


def _get_styles(book) -> dict:
    return {
        "header": book.add_format({"bold": True, "text_wrap": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "total": book.add_format(
            {"num_format": "#,##0.00", "bold": True, "top": 1},
        ),
    }


def _get_sheet_name(title: str) -> str:
    """Return a name without the characters that sheets refuse."""
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "1"


def _write_cell(sheet, row: int, column: int, value: Cell, styles: dict):
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif isinstance(value, float):
        sheet.write_number(row, column, value, styles["amount"])
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, styles["time"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles["date"])
    else:
        sheet.write_string(row, column, value[:MAX_TEXT])


# ------------------------------------------------------------------------------------
# Large tables, in constant memory
# ------------------------------------------------------------------------------------


class Column(NamedTuple):
    """One column of a table: its kind is text, date, number, amount or share."""

    header: str
    kind: str = "text"
    has_total: bool = False


class Book:
    """A spreadsheet written row by row: whatever its length, it takes the same memory.

    >>> book = Book()
    >>> sheet = book.add_table("Calls", [Column("Note")], total="Total")
    >>> sheet.add(["=1+1"])
    >>> book.close()[:2]
    b'PK'
    """

    def __init__(self):
        self._output = BytesIO()
        self.book = xlsxwriter.Workbook(self._output, SAFE | {"constant_memory": True})
        self.styles = _get_styles(self.book)
        self._tables: list[Table] = []

    def add_table(self, name: str, columns: Sequence[Column], total: str) -> "Table":
        """Return a new sheet for rows of these columns.

        :param total: the word before the totals
        """
        sheet = self.book.add_worksheet(_get_sheet_name(name))
        self._tables.append(Table(sheet, columns, self.styles, total))
        return self._tables[-1]

    def close(self) -> bytes:
        """End the tables and return the file."""
        for table in self._tables:
            table.end()
        self.book.close()
        return self._output.getvalue()


class Table:
    """A sheet with a frozen header, filters, and totals below the last row."""

    def __init__(self, sheet, columns: Sequence[Column], styles: dict, total: str):
        self.sheet, self.columns, self.total, self.count = sheet, columns, total, 0
        self._total_style = styles["total"]
        self._sums = [0.0] * len(columns)
        self._summed = [n for n, column in enumerate(columns) if column.has_total]
        self._writers = [
            _get_writer(sheet, column.kind, styles.get(column.kind))
            for column in columns
        ]
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, WIDTH)
        for number, column in enumerate(columns):
            sheet.write_string(0, number, column.header, styles["header"])

    def add(self, row: Sequence[Cell]):
        """Write the next row; what is not known is an empty cell."""
        self.count += 1
        for number, write, value in zip(
            range(len(row)), self._writers, row, strict=True
        ):
            if value is not None and value != "":
                write(self.count, number, value)
        for number in self._summed:
            self._sums[number] += row[number] or 0

    def end(self):
        """Write filters and totals: those of the rows that a filter leaves."""
        self.sheet.autofilter(0, 0, max(self.count, 1), len(self.columns) - 1)
        row = self.count + 1
        if self._summed:
            self.sheet.write_string(row, 0, self.total, self._total_style)
        for number in self._summed:
            cells = xlsxwriter.utility.xl_range(1, number, max(1, self.count), number)
            self.sheet.write_formula(
                row,
                number,
                f"=SUBTOTAL(109,{cells})",
                self._total_style,
                self._sums[number],
            )


def _get_writer(sheet, kind: str, style) -> Callable:
    """Return what writes a value of a kind: row, column, value."""
    if kind == "text":
        return lambda row, column, value: sheet.write_string(
            row, column, value[:MAX_TEXT]
        )
    write = sheet.write_datetime if kind == "date" else sheet.write_number
    return lambda row, column, value: write(row, column, value, style)
