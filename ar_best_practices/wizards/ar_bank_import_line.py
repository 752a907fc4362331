"""One movement of a bank file, before it is a line in Odoo."""

from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..tools.bank_file import BankEntry

TEXT_SIZE, NAME_SIZE, ACCOUNT_SIZE = 2000, 250, 64


class ArBankImportLine(models.TransientModel):
    """What will become of a movement, and why; a person decides where we cannot."""

    _name = "ar.bank.import.line"
    _description = "Movement of a bank file"
    _order = "statement_id, id"
    _rec_name = "text"

    import_id = fields.Many2one(
        "ar.bank.import", required=True, index=True, ondelete="cascade"
    )
    statement_id = fields.Many2one(
        "ar.bank.import.statement", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("new", "New"),
            ("maybe", "Perhaps already there"),
            ("known", "Already there"),
            ("locked", "Locked period"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    reason = fields.Char(readonly=True)
    selected = fields.Boolean(string="Import", default=True)
    date = fields.Date(required=True, readonly=True)
    text = fields.Char(readonly=True)
    name = fields.Char(string="From or to", readonly=True)
    account_number = fields.Char(string="Their account", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one(related="statement_id.currency_id")
    foreign_currency_id = fields.Many2one("res.currency", readonly=True)
    amount_currency = fields.Monetary(
        string="Amount in currency",
        currency_field="foreign_currency_id",
        readonly=True,
    )
    import_ref = fields.Char(required=True, readonly=True)
    details = fields.Json(readonly=True)

    @api.model
    def _prepare_vals(
        self, entry: BankEntry, kind: str, import_ref: str, currencies: dict
    ) -> dict:
        """Return the values of a movement of a file.

        :param kind: the format of the file
        :param currencies: the active currencies, by code
        """
        foreign = currencies.get(entry.original_currency)
        in_foreign = foreign and foreign.round(float(entry.original_amount))
        return {
            "date": entry.day,
            "text": (self._get_label(entry))[:TEXT_SIZE],
            "name": entry.name[:NAME_SIZE],
            "account_number": entry.account[:ACCOUNT_SIZE],
            "amount": float(entry.amount),
            "foreign_currency_id": foreign.id if in_foreign else False,
            "amount_currency": in_foreign or 0.0,
            "import_ref": import_ref,
            "details": self._get_details(entry, kind),
        }

    @api.model
    def _get_label(self, entry: BankEntry) -> str:
        """Return the text of a movement, its structured reference in it."""
        if not entry.reference or entry.reference in entry.text.replace(" ", ""):
            return entry.text or entry.name or entry.bank_ref
        return f"{entry.text} {entry.reference}".strip()

    @api.model
    def _get_details(self, entry: BankEntry, kind: str) -> dict:
        """Return what Odoo has no field for, as the bank said it."""
        said = {
            "format": kind,
            "value_date": entry.value_day and entry.value_day.isoformat(),
            "reference": entry.reference,
            "end_to_end_id": entry.end_to_end,
            "bank_reference": entry.bank_ref,
            "original_amount": entry.original_amount and str(entry.original_amount),
            "original_currency": entry.original_currency,
            "is_return": entry.is_return,
        }
        return {key: value for key, value in said.items() if value}

    def _set_state(self, state: str, reason: str | bool = False):
        """Say what becomes of lines; only new ones are imported by themselves."""
        changed = self.filtered(lambda line: line.state != state)
        changed.write({"state": state, "reason": reason, "selected": state == "new"})
        return changed

    def _get_locked_reason(self, lock_date) -> str:
        return self.env._(
            "The books are locked until %(date)s.",
            date=format_date(self.env, lock_date),
        )

    def _prepare_statement_line_vals(self, statement) -> dict:
        """Return the values of the line in Odoo.

        :param statement: the bank statement it belongs to, may be empty
        """
        return {
            "journal_id": self.statement_id.journal_id.id,
            "statement_id": statement.id,
            "date": self.date,
            "payment_ref": self.text,
            "partner_name": self.name,
            "account_number": self.account_number,
            "amount": self.amount,
            "foreign_currency_id": self.foreign_currency_id.id,
            "amount_currency": self.amount_currency,
            "transaction_details": self.details,
            "ar_import_ref": self.import_ref,
        }
