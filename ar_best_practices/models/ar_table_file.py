"""An imported table: a CSV file or a workbook, its columns, its rows."""

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

from ..tools import ledger_file, ledger_row
from ..tools.column_guess import Vocabulary

SAMPLE_ROWS = 200
HEADER_SEARCH = 20
WORKBOOK_MARK = b"PK\x03\x04"
OLD_WORKBOOK_MARK = b"\xd0\xcf\x11\xe0"
MAX_UNPACKED = 500 * 1024 * 1024  # a workbook packed to explode is far above


class ArTableFile(models.AbstractModel):
    """Reads a CSV file or a workbook; knows nothing of what it is about.

    Whoever inherits adds `column_ids`, whose model inherits `ar.table.column`.
    """

    _name = "ar.table.file"
    _description = "Imported table"
    _inherit = ["ar.file.notation"]

    file = fields.Binary(required=True)
    filename = fields.Char(required=True)

    # ------------------------------------------------------------------
    # What whoever inherits says
    # ------------------------------------------------------------------

    def _get_vocabulary(self) -> Vocabulary:
        """Return how such files name their columns."""
        raise NotImplementedError

    def _get_column_examples(self) -> str:
        """Return columns that such a file has, as examples for people."""
        raise NotImplementedError

    def _get_known_roles(self, roles: set[str]) -> set[str]:
        """Return the roles of which a file speaks, one standing for another."""
        return roles

    # ------------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------------

    def _get_columns(self):
        return self.env[self._fields["column_ids"].comodel_name]

    def _get_column_commands(self) -> list:
        """Return the columns of the file, guessed, for ``column_ids``."""
        rows = list(itertools.islice(self._read_rows(), SAMPLE_ROWS))
        texts = [[ledger_row.as_text(cell) for cell in row] for row in rows]
        words = self._get_vocabulary()
        start = words.find_header(texts[:HEADER_SEARCH])
        if start is None:
            raise UserError(
                self.env._(
                    "No row of %(file)s names its columns (%(examples)s).",
                    file=self.filename or "",
                    examples=self._get_column_examples(),
                )
            )
        guessed = self._get_columns()._guess_vals_list(
            words, texts[start], texts[start + 1 :]
        )
        return [Command.create(vals) for vals in guessed]

    def _get_roles(self) -> dict[str, int]:
        """Return the position of each role's column; say which ones are missing."""
        roles = {
            column.role: column.position for column in self.column_ids if column.role
        }
        labels = dict(self._get_columns()._selection_role())
        twice = Counter(column.role for column in self.column_ids if column.role)
        if any(times > 1 for times in twice.values()):
            names = [labels[role] for role, times in twice.items() if times > 1]
            raise UserError(
                self.env._(
                    "Two columns are read as: %(roles)s.", roles=", ".join(names)
                )
            )
        found = self._get_known_roles(set(roles))
        missing = [r for r in self._get_vocabulary().required if r not in found]
        if missing:
            raise UserError(
                self.env._(
                    "No column is read as: %(roles)s. Say which one it is under"
                    " “Columns”.",
                    roles=", ".join(labels[role] for role in missing),
                )
            )
        return roles

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

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
        self._check_unpacked(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write wrong ones
            rows = sheet.iter_rows(values_only=True)
            if first := next(rows, None):
                yield list(first)
                yield from map(list, rows)
                return

    def _check_unpacked(self, content: bytes):
        """Refuse a small file that would become a huge one in memory."""
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > MAX_UNPACKED:
            raise UserError(
                self.env._(
                    "This workbook is too large once unpacked: save the sheet as CSV."
                )
            )

    def _read_table(self) -> Iterator[tuple[int, list]]:
        """Yield row number and cells of every row below the names of the columns."""
        headers = [column.header for column in self.column_ids]
        below = False
        for row_number, row in enumerate(self._read_rows(), start=1):
            if below:
                yield row_number, row
            else:
                texts = [ledger_row.as_text(cell) for cell in row]
                below = all(header in texts for header in headers if header)

    def _read_records(self, roles: dict[str, int]) -> list[tuple[int, dict]]:
        """Return row number and cells by role of every row that is not blank."""
        records = []
        for row_number, row in self._read_table():
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

    def _set_notation(self, records: list, dates: tuple, amounts: tuple):
        """Know how the file writes dates and amounts; ask when it cannot be known."""
        if not self.date_order:
            texts = self._get_texts(records, dates)
            self.date_order = self._guess_date_order(texts)
        if not self.decimal_separator:
            texts = self._get_texts(records, amounts)
            self.decimal_separator = self._guess_decimal_separator(texts)
