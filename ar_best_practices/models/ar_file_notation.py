"""How a file writes dates and amounts: guessed from all of them, asked when unclear."""

import re

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import dates, numbers


class ArFileNotation(models.AbstractModel):
    _name = "ar.file.notation"
    _description = "Notation of a file"

    date_order = fields.Selection(
        [
            ("dmy", "Day, month, year"),
            ("mdy", "Month, day, year"),
            ("ymd", "Year, month, day"),
        ],
        string="Order of dates",
        help="Leave empty: the dates of the file usually tell.",
    )
    decimal_separator = fields.Selection(
        [(".", "Dot: 1,234.50"), (",", "Comma: 1 234,50")],
        string="Decimals",
        help="Leave empty: the amounts of the file usually tell.",
    )

    def _guess_date_order(self, texts: list[str]) -> str:
        """Return the order of all dates of the file; ask when it cannot be known."""
        order = dates.likely_date_order(texts)
        if order != dates.AMBIGUOUS:
            return order
        numeric = (text for text in texts if re.match("[0-9]+[-/. ][0-9]", text))
        if example := next(numeric, None):
            raise UserError(
                self.env._(
                    "Dates such as %(example)s can be read with the day or the month"
                    " first. Say which under “Order of dates” (date_order).",
                    example=example,
                )
            )
        return "ymd"  # no date is written in figures

    def _guess_decimal_separator(self, texts: list[str]) -> str:
        """Return the decimal separator of the file; ask when it cannot be known."""
        separator = numbers.likely_decimal_separator(texts)
        if separator == numbers.AMBIGUOUS:
            raise UserError(
                self.env._(
                    "Amounts such as %(example)s can be read with the comma or the dot"
                    " for decimals. Say which under “Decimals” (decimal_separator).",
                    example=next(text for text in texts if set(text) & set(".,")),
                )
            )
        return separator
