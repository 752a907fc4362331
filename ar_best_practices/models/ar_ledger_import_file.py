"""The file of a ledger import: its columns, how it writes dates and amounts."""

import base64
import csv
import io
import itertools
import zipfile
from collections import Counter
from collections.abc import Iterator

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools import ledger_columns, ledger_file, ledger_row

SAMPLE_ROWS = 200
HEADER_SEARCH = 20
WORKBOOK_MARK = b"PK\x03\x04"
OLD_WORKBOOK_MARK = b"\xd0\xcf\x11\xe0"


class ArLedgerImportFile(models.AbstractModel):
    """Reads a CSV file or a workbook; knows nothing of accounting."""

    _name = "ar.ledger.import.file"
    _description = "File of a ledger import"
    _inherit = ["ar.file.notation"]

    file = fields.Binary(
        required=True, help="CSV or Excel (.xlsx) export: one row an invoice."
    )
    filename = fields.Char(required=True)
    column_ids = fields.One2many("ar.ledger.import.column", "import_id")

    def _get_column_commands(self) -> list:
        """Return the columns of the file, guessed, for ``column_ids``."""
        rows = list(itertools.islice(self._read_rows(), SAMPLE_ROWS))
        texts = [[ledger_row.as_text(cell) for cell in row] for row in rows]
        start = ledger_columns.find_header(texts[:HEADER_SEARCH])
        if start is None:
            raise UserError(
                self.env._(
                    "No row of %(file)s names its columns (customer, invoice number,"
                    " due date…).",
                    file=self.filename or "",
                )
            )
        columns = self.env["ar.ledger.import.column"]
        return [
            Command.create(vals)
            for vals in columns._guess_vals_list(texts[start], texts[start + 1 :])
        ]

    def _read_rows(self) -> Iterator[list]:
        """Yield the rows of the file as lists of cells, empty rows included."""
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            if content.startswith(WORKBOOK_MARK):
                yield from self._read_workbook(content)
            elif content.startswith(OLD_WORKBOOK_MARK):
                raise UserError(
                    self.env._("Save this workbook as .xlsx or CSV: .xls is too old.")
                )
            else:
                yield from ledger_file.read_csv(content)
        except (csv.Error, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise UserError(
                self.env._("This file cannot be read: %(error)s", error=error)
            ) from error

    def _read_workbook(self, content: bytes) -> Iterator[list]:
        """Yield the rows of the first sheet that has any."""
        try:
            from openpyxl import load_workbook
        except ImportError as error:
            raise UserError(
                self.env._("Excel files need the Python package openpyxl: use CSV.")
            ) from error
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write wrong ones
            rows = sheet.iter_rows(values_only=True)
            if first := next(rows, None):
                yield list(first)
                yield from map(list, rows)
                return

    def _get_roles(self) -> dict[str, int]:
        """Return the position of each role's column; say which ones are missing."""
        roles = {
            column.role: column.position for column in self.column_ids if column.role
        }
        labels = dict(self.env["ar.ledger.import.column"]._selection_role())
        twice = Counter(column.role for column in self.column_ids if column.role)
        if any(times > 1 for times in twice.values()):
            names = [labels[role] for role, times in twice.items() if times > 1]
            raise UserError(
                self.env._(
                    "Two columns are read as: %(roles)s.", roles=", ".join(names)
                )
            )
        found = set(roles)
        if ledger_columns.CUSTOMER_NAME in roles:
            found.add(ledger_columns.CUSTOMER_CODE)
        missing = [r for r in ledger_columns.REQUIRED_ROLES if r not in found]
        if missing:
            raise UserError(
                self.env._(
                    "No column is read as: %(roles)s. Say which one it is under"
                    " “Columns”.",
                    roles=", ".join(labels[role] for role in missing),
                )
            )
        return roles

    def _read_records(self, roles: dict[str, int]) -> list[tuple[int, dict]]:
        """Return row number and cells by role of every row that is not blank."""
        headers = [column.header for column in self.column_ids]
        below = False
        records = []
        for row_number, row in enumerate(self._read_rows(), start=1):
            if not below:
                texts = [ledger_row.as_text(cell) for cell in row]
                below = all(header in texts for header in headers if header)
                continue
            cells = {
                role: row[position]
                for role, position in roles.items()
                if position < len(row) and row[position] not in (None, "")
            }
            if cells:
                records.append((row_number, cells))
        return records

    def _get_texts(self, records: list, roles: tuple) -> list[str]:
        """Return what is written as text in the columns of some roles."""
        return [
            cells[role]
            for _row_number, cells in records
            for role in roles
            if isinstance(cells.get(role), str)
        ]
