"""The books of the trial company that a ledger is imported in."""

from collections import Counter
from collections.abc import Callable

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools import ledger_columns

SALE_JOURNAL_CODE = "TRINV"
BANK_JOURNAL_CODE = "TRBNK"


class ArLedgerImportBooks(models.AbstractModel):
    """A company of its own, with what imported entries need and nothing else."""

    _name = "ar.ledger.import.books"
    _description = "Books of a ledger import"

    company_id = fields.Many2one(
        "res.company",
        string="Trial company",
        domain=[("parent_id", "=", False)],
        help="A company without entries of its own. Leave empty to have one made.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        readonly=True,
        help="Of the company; of most rows when the company is still to be made.",
    )
    sale_journal_id = fields.Many2one("account.journal", readonly=True, copy=False)
    bank_journal_id = fields.Many2one("account.journal", readonly=True, copy=False)
    receivable_account_id = fields.Many2one(
        "account.account", readonly=True, copy=False
    )

    # --------------------------------------------------------------------------------
    # Which company
    # --------------------------------------------------------------------------------

    def _check_company_free(self):
        """Refuse a company whose books are its own: a trial must not touch them."""
        company = self.company_id
        if not company:
            return
        if company.parent_id:
            raise UserError(
                self.env._(
                    "%(company)s is a branch: a ledger is imported in a company of its"
                    " own.",
                    company=company.name,
                )
            )
        if count := self._count_other_entries():
            raise UserError(
                self.env._(
                    "%(company)s has %(count)s posted entries that come from elsewhere."
                    " A ledger is imported in a trial company of its own: leave"
                    " “Trial company” empty to have one made.",
                    company=company.name,
                    count=count,
                )
            )

    def _count_other_entries(self) -> int:
        """Count the posted entries of the company that no import made."""
        rows = self.env["ar.ledger.import.row"]
        rows.flush_model(["move_id", "settlement_move_id"])
        self.env["account.move"].flush_model(["company_id", "state"])
        [[count]] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*)
                  FROM account_move move
                  JOIN res_company company ON company.id = move.company_id
                 WHERE move.state = 'posted'
                   AND company.parent_path LIKE %s
                   AND NOT EXISTS (SELECT 1 FROM ar_ledger_import_row mine
                                    WHERE mine.move_id = move.id)
                   AND NOT EXISTS (SELECT 1 FROM ar_ledger_import_row mine
                                    WHERE mine.settlement_move_id = move.id)
                """,
                f"{self.company_id.parent_path}%",
            )
        )
        return count

    def _as_bookkeeper(self):
        """Return the import as the one who keeps the books of its company.

        ``sudo``: who may import a ledger may fill the trial company with it (customers,
        journals, entries), without any right to the books of other companies.
        """
        return (
            self.sudo()
            .with_company(self.company_id)
            .with_context(tracking_disable=True, mail_create_nosubscribe=True)
        )

    def _make_company(self):
        """Make the trial company; its user may then choose it among their companies.

        ``sudo``: making companies is the right of system administrators; who imports
        ledgers may make trial companies.
        """
        stem = (self.filename or "").rpartition(".")[0] or self.filename
        name = self.env._("Trial: %(file)s", file=stem)
        companies = self.env["res.company"].sudo()
        same = companies.with_context(active_test=False).search_count(
            [("name", "=like", f"{name}%")]
        )
        company = companies.create(
            {
                "name": f"{name} ({same + 1})" if same else name,
                "currency_id": self.currency_id.id,
            }
        )
        company.partner_id.tz = self.env.user.tz
        return company.sudo(False)

    def _prepare_accounts(self):
        """Give the company what imported entries need; it may have no chart at all."""
        self.receivable_account_id = self._get_receivable_account()
        income = self._get_account("income", "4000", self.env._("Sales"))
        self.sale_journal_id = self._get_journal(
            SALE_JOURNAL_CODE,
            "sale",
            {
                "name": self.env._("Imported invoices"),
                "default_account_id": income.id,
                "refund_sequence": False,
                "alias_name": False,
            },
        )
        self.bank_journal_id = self._get_journal(
            BANK_JOURNAL_CODE, "bank", {"name": self.env._("Imported settlements")}
        )
        methods = (
            self.bank_journal_id.inbound_payment_method_line_ids
            + self.bank_journal_id.outbound_payment_method_line_ids
        )
        # Without a chart there is no outstanding account: payments reach the bank.
        methods.payment_account_id = self.bank_journal_id.default_account_id

    def _get_journal(self, code: str, kind: str, vals: dict):
        """Return our journal in the company, made when it is missing."""
        journals = self.env["account.journal"]
        mine = [("company_id", "=", self.company_id.id), ("code", "=", code)]
        return journals.search(
            [*mine, ("type", "=", kind)], limit=1
        ) or journals.create(
            {**vals, "code": code, "type": kind, "company_id": self.company_id.id}
        )

    def _get_receivable_account(self):
        """Return the account of customers by default, chosen when there is none."""
        name = "property_account_receivable_id"
        defaults = self.env["ir.default"]
        company_id = self.company_id.id
        account_id = defaults._get("res.partner", name, company_id=company_id)
        account = self.env["account.account"].browse(account_id or []).exists()
        if not account:
            label = self.env._("Customers")
            account = self._get_account("asset_receivable", "1100", label)
            defaults.set("res.partner", name, account.id, company_id=company_id)
        return account

    def _get_account(self, kind: str, code: str, name: str):
        """Return the first account of a type in the company, made when missing."""
        accounts = self.env["account.account"]
        domain = [
            ("company_ids", "in", self.company_id.ids),
            ("account_type", "=", kind),
            ("non_trade", "=", False),
        ]
        return accounts.search(domain, limit=1) or accounts.create(
            {
                "name": name,
                "code": accounts._search_new_account_code(code),
                "account_type": kind,
                "company_ids": [Command.link(self.company_id.id)],
            }
        )

    def _activate_currencies(self):
        groups = self.env["ar.ledger.import.row"]._read_group(
            [("import_id", "=", self.id), ("state", "=", "pending")], ["currency_id"]
        )
        for (currency,) in groups:
            if not currency.active:
                currency.active = True

    def _get_next_names(self, count: int) -> list[str]:
        """Return the next entry names of the journal, all at once.

        One number for all years, whatever the fiscal year: the file's own number is in
        ``ref`` and ``payment_reference``.
        """
        prefix = f"{SALE_JOURNAL_CODE}/"
        [[last]] = self.env["account.move"]._read_group(
            [
                ("journal_id", "=", self.sale_journal_id.id),
                ("sequence_prefix", "=", prefix),
            ],
            aggregates=["sequence_number:max"],
        )
        first = (last or 0) + 1
        return [f"{prefix}{number:05d}" for number in range(first, first + count)]

    # --------------------------------------------------------------------------------
    # Currencies
    # --------------------------------------------------------------------------------

    def _set_currency(self, records: list):
        """Know the currency of the company, or the one that it will be made with."""
        own = self.company_id.currency_id
        if not own:
            texts = Counter(cells.get(ledger_columns.CURRENCY) for _n, cells in records)
            by_text = self._get_currencies_by_text(self.env.company.currency_id)
            known = [by_text[t] for t, _times in texts.most_common() if t in by_text]
            own = known[0] if known else self.env.company.currency_id
        self.currency_id = own

    def _get_currencies_by_text(self, own) -> dict:
        """Return the currencies by code and by the symbols that mean one currency."""
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = currencies.search_fetch([("name", "!=", False)], ["name", "symbol"])
        by_name = {currency.name: currency for currency in found}
        symbols = {"€": by_name.get("EUR", own), "£": by_name.get("GBP", own)}
        return by_name | symbols | {own.symbol: own, "": own, None: own}

    def _get_currency_finder(self) -> Callable:
        """Return a function from a text to a currency and why it cannot be used."""
        own = self.currency_id
        by_text = self._get_currencies_by_text(own)
        rated = self._get_rated_currencies()

        def find(text: str):
            currency = by_text.get(text) or by_text.get(text.upper())
            if not currency:
                return own, self.env._("Currency: “%(text)s” is not known.", text=text)
            if currency != own and currency not in rated:
                problem = self.env._(
                    "Currency: the company has no rate of %(currency)s to %(own)s."
                    " Enter one first.",
                    currency=currency.name,
                    own=own.name,
                )
                return currency, problem
            return currency, None

        return find

    def _get_rated_currencies(self) -> set:
        """Return the currencies that have a rate in the company."""
        groups = self.env["res.currency.rate"]._read_group(
            [("company_id", "in", [False, *self.company_id.ids])], ["currency_id"]
        )
        return {currency for (currency,) in groups}
