"""Spreadsheets whose cells are never formulas, whatever a customer wrote in them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO

import xlsxwriter

Cell = str | int | float | bool | date | datetime | None

WIDTH = 18  # of a column, in characters


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
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(output, options) as book:
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
        sheet.write_string(row, column, value[: sheet.xls_strmax])
