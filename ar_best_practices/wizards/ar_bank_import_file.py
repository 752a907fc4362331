"""Bank files: read as a whole, or refused with what to do about it."""

from collections.abc import Callable
from typing import Any

from odoo import fields, models
from odoo.exceptions import UserError

from ..bank_file import camt, ofx
from ..tools import bank_csv, bank_file
from ..tools.bank_file import BankFileError, BankStatement
from ..tools.ledger_row import Notation

ROWS_TOLD = 10


class ArBankImportFile(models.AbstractModel):
    """Turns files into statements; knows nothing of accounting."""

    _name = "ar.bank.import.file"
    _description = "Files of a bank import"
    _inherit = ["ar.file.notation"]

    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Choose files",
        help="Statements from your bank: CAMT.053, OFX or CSV. What a file is, is found"
        " in its content.",
    )
    column_ids = fields.One2many("ar.bank.import.column", "import_id")

    def _get_files(self):
        """Return the files in the order of their names: banks put the day in them."""
        if not self.attachment_ids:
            raise UserError(self.env._("Choose a file of your bank first."))
        return self.attachment_ids.sorted(lambda file: (file.name, file.id))

    def _read_files(self) -> list[tuple]:
        """Return each file and its statements; all files are read, or none."""
        today = self.env["ar.account"]._today(self.env.company)
        found, everything = [], []
        for file in self._get_files():
            content = file.raw or b""
            statements = self._refuse(file.name, self._read_content, file.name, content)
            everything.extend(statements)
            self._refuse(file.name, bank_file.check, everything, today)
            if not any(statement.entries for statement in statements):
                reason = self.env._(
                    "There is no booked movement in it: choose another period, or wait"
                    " until your bank has booked them."
                )
                raise self._refusal(file.name, reason)
            found.append((file, statements))
        return found

    def _read_content(self, name: str, content: bytes) -> list[BankStatement]:
        kind = bank_file.sniff(content)
        if kind == bank_file.CAMT:
            found = camt.read(content)
        elif kind == bank_file.OFX:
            found = ofx.read(content)
        else:
            found = self._read_csv(name, bank_csv.read_table(content))
        return [statement._replace(kind=kind) for statement in found]

    # --------------------------------------------------------------------------------
    # CSV
    # --------------------------------------------------------------------------------

    def _read_tables(self) -> list[bank_csv.Table]:
        """Return the tables among the files, which must have the same columns."""
        tables = [
            self._refuse(file.name, bank_csv.read_table, file.raw)
            for file in self._get_files()
            if self._refuse(file.name, bank_file.sniff, file.raw or b"")
            == bank_file.CSV
        ]
        if any(table.headers != tables[0].headers for table in tables):
            raise UserError(
                self.env._(
                    "These CSV files do not have the same columns: import them one by"
                    " one."
                )
            )
        return tables

    def _read_csv(self, name: str, table: bank_csv.Table) -> list[BankStatement]:
        """Return the statements of a table; tell the wrong rows, all at once."""
        reader = bank_csv.TableReader(self._get_roles(), self._get_notation(table))
        statements = reader.get_statements(table)
        if reader.problems:
            refusals = self._get_refusals()
            rows = [
                self.env._(
                    "Row %(number)s: %(reason)s",
                    number=problem.number,
                    reason=refusals[problem.code] % {"value": problem.value},
                )
                for problem in reader.problems[:ROWS_TOLD]
            ]
            if left := len(reader.problems) - len(rows):
                rows.append(self.env._("… and %(count)s more rows.", count=left))
            rows.append(
                self.env._(
                    "Correct these rows in the file, or what its columns are read as,"
                    " then read it again."
                )
            )
            raise self._refusal(name, "\n".join(rows))
        return statements

    def _get_roles(self) -> dict[str, int]:
        """Return the position of each role's column; say which ones are missing."""
        chosen = self.column_ids.filtered("role")
        roles = {column.role: column.position for column in chosen}
        labels = dict(self.env["ar.bank.import.column"]._selection_role())
        if len(roles) < len(chosen):
            twice = {
                labels[column.role]
                for column in chosen
                if column.position != roles[column.role]
            }
            raise UserError(
                self.env._(
                    "Two columns are read as: %(roles)s.",
                    roles=", ".join(sorted(twice)),
                )
            )
        if bank_csv.DAY not in roles:
            raise UserError(self.env._("Say which column is the date of the movement."))
        if not roles.keys() & set(bank_csv.AMOUNT_ROLES):
            raise UserError(
                self.env._(
                    "Say which column is the amount, or which two are what went out and"
                    " what came in."
                )
            )
        return roles

    def _get_notation(self, table: bank_csv.Table) -> Notation:
        """Return how a table writes dates and amounts; ask when it cannot be known."""
        reader = bank_csv.TableReader(self._get_roles(), Notation("", ""))
        days = list(reader.get_texts(table, bank_csv.DATE_ROLES))
        amounts = list(reader.get_texts(table, bank_csv.AMOUNT_ROLES))
        return Notation(
            self.date_order or self._guess_date_order(days),
            self.decimal_separator or self._guess_decimal_separator(amounts),
        )

    # --------------------------------------------------------------------------------
    # Refusals
    # --------------------------------------------------------------------------------

    def _refuse(self, name: str, method: Callable, *args) -> Any:
        """Return what a reader returns; say in words why it refuses a file."""
        try:
            return method(*args)
        except BankFileError as error:
            reason = self._get_refusals()[error.code] % {"value": error.value}
            if error.place:
                reason = self.env._(
                    "Movement %(number)s: %(reason)s\nDownload the file again; if it"
                    " stays so, show it to your bank.",
                    number=error.place,
                    reason=reason,
                )
            raise self._refusal(name, reason) from error

    def _refusal(self, name: str, reason: str) -> UserError:
        return UserError(
            self.env._(
                "Nothing is imported from %(file)s.\n%(reason)s",
                file=name,
                reason=reason,
            )
        )

    def _get_refusals(self) -> dict[str, str]:
        """Return why a file is refused and what to do, by code of the readers."""
        return self._get_file_refusals() | self._get_movement_refusals()

    def _get_file_refusals(self) -> dict[str, str]:
        return {
            bank_file.EMPTY: self.env._("It is empty: download it again."),
            bank_file.TOO_BIG: self.env._(
                "It is larger than %(value)s MB: ask your bank for a shorter period."
            ),
            bank_file.TOO_MANY: self.env._(
                "It has more than %(value)s movements: import a shorter period at a"
                " time."
            ),
            bank_file.TOO_LONG: self.env._(
                "It has more than %(value)s rows: delete those that are empty, or ask"
                " your bank for a shorter period."
            ),
            bank_file.TOO_WIDE: self.env._(
                "It has more than %(value)s columns: no bank writes that."
            ),
            bank_file.TOO_DEEP: self.env._(
                "It is not built as a statement is: download it again."
            ),
            bank_file.ARCHIVE: self.env._(
                "It is an archive or a workbook: unpack it, or save the sheet as CSV."
            ),
            bank_file.NOT_TEXT: self.env._(
                "It is not a text: choose the CAMT.053, OFX or CSV file of your bank."
            ),
            bank_file.NOT_UTF8: self.env._(
                "It is written in UTF-16, which no bank does: download it again, or"
                " save it as UTF-8."
            ),
            bank_file.UNKNOWN: self.env._(
                "It is not a CAMT.053 or OFX statement, nor a table whose first rows"
                " name its columns (date, amount…): ask your bank for one of these."
            ),
            bank_file.NOT_A_STATEMENT: self.env._(
                "It is an interim report or a notice, which the statement repeats: ask"
                " your bank for CAMT.053."
            ),
            bank_file.UNSAFE: self.env._(
                "It declares entities, which no bank does and which may be an attack:"
                " download it again from your bank."
            ),
            bank_file.BROKEN: self.env._(
                "It is damaged or cut short near line %(value)s: download it again."
            ),
            bank_file.CUT: self.env._("It is damaged or cut short: download it again."),
            bank_file.NO_PARSER: self.env._(
                "OFX files need the Python package ofxparse, which this server lacks:"
                " use CAMT.053 or CSV, or ask your administrator."
            ),
            bank_file.TWO_CURRENCIES: self.env._(
                "One account has several currencies in it (%(value)s): ask your bank"
                " for a statement of each."
            ),
        }

    def _get_movement_refusals(self) -> dict[str, str]:
        return {
            bank_file.NO_DATE: self.env._("It has no date."),
            bank_file.BAD_DATE: self.env._(
                "“%(value)s” is not a date written like the others."
            ),
            bank_file.ODD_DATE: self.env._("No bank writes a date such as %(value)s."),
            bank_file.FUTURE: self.env._(
                "%(value)s is still to come, and a bank tells what was booked: see"
                " whether day and month are read in the right order, and wait for what"
                " is planned only."
            ),
            bank_file.NO_AMOUNT: self.env._("It has no amount."),
            bank_file.BAD_AMOUNT: self.env._(
                "“%(value)s” is not an amount written like the others."
            ),
            bank_file.ODD_AMOUNT: self.env._(
                "No bank writes an amount such as %(value)s."
            ),
            bank_file.TWO_AMOUNTS: self.env._(
                "It has an amount on both sides: %(value)s."
            ),
        }
