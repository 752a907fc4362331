"""One row of an imported ledger: read once, imported once, never twice."""

import logging
from collections.abc import Callable, Iterable
from datetime import date

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import split_every

from ..tools import ledger_row

_logger = logging.getLogger(__name__)

STAGE_SIZE = 1000
TEXT_ROLES = ("customer_code", "customer_name", "number", "email", "phone")


class ArLedgerImportRow(models.Model):
    """A row is ``pending``, then ``invoiced``, then ``done``; or it is left out.

    A row with a company is in that company's ledger: the unique index makes a second
    import of the same item impossible, whatever happens.

    Growth: none by the day, one row per row of an imported file. Rows that became
    entries stay as their origin, without e-mail and phone after ``STAGING_DAYS``; the
    others are deleted then (``ar.ledger.import._gc_staging``).
    """

    _name = "ar.ledger.import.row"
    _description = "Row of an imported ledger"
    _order = "import_id, row_number"
    _rec_name = "number"

    import_id = fields.Many2one(
        "ar.ledger.import", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", index="btree_not_null", readonly=True)
    row_number = fields.Integer(string="Row", readonly=True, aggregator=None)
    key = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("pending", "To import"),
            ("invoiced", "Settlement to import"),
            ("done", "Imported"),
            ("skipped", "Left aside"),
            ("rejected", "Wrong"),
        ],
        required=True,
        readonly=True,
        default="pending",
    )
    reason = fields.Char(readonly=True, help="Why the row is wrong or left aside.")
    remark = fields.Char(readonly=True, help="What was assumed to read the row.")
    customer_code = fields.Char(readonly=True)
    customer_name = fields.Char(string="Customer", readonly=True)
    number = fields.Char(readonly=True)
    invoice_date = fields.Date(readonly=True)
    due_date = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    paid_amount = fields.Monetary(readonly=True, help="Signed as the amount.")
    settled_date = fields.Date(string="Paid on", readonly=True)
    disputed = fields.Boolean(readonly=True)
    email = fields.Char(string="E-mail", readonly=True)
    phone = fields.Char(readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    settlement_move_id = fields.Many2one(
        "account.move",
        string="Settlement",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )

    _key_uniq = models.UniqueIndex(
        "(company_id, key) WHERE company_id IS NOT NULL",
        "This item is already in the ledger of the company.",
    )
    _work_idx = models.Index("(import_id, state, invoice_date)")

    # --------------------------------------------------------------------------------
    # Reading
    # --------------------------------------------------------------------------------

    @api.model
    def _stage(self, job, records: Iterable[tuple]):
        """Keep every row of a file, checked, with the reasons against the wrong ones.

        :param records: pairs of row number and cells by role
        """
        today = self.env["ar.account"]._today(job.company_id or self.env.company)
        notation = ledger_row.Notation(job.date_order, job.decimal_separator)
        reader = ledger_row.RowReader(notation, today)
        check = self._get_checks(job)
        for chunk in split_every(STAGE_SIZE, records, list):
            self.create(
                [
                    self._prepare_vals(job, row_number, reader.read_row(cells), check)
                    for row_number, cells in chunk
                ]
            )
            self.env.flush_all()
            self.invalidate_model()

    @api.model
    def _get_checks(self, job) -> Callable:
        """Return a function that adds to a row what only the database knows."""
        find_currency = job._get_currency_finder()
        known = self._get_known_keys(job.company_id)
        seen: dict[str, int] = {}

        def check(row_number, row, vals):
            currency, problem = find_currency(row.values["currency"])
            vals["currency_id"] = currency.id
            key = vals["key"]
            if problem:
                return {"state": "rejected", "reason": problem}
            if key in known:
                return {
                    "state": "skipped",
                    "reason": self.env._("Already imported in this company."),
                }
            if seen.setdefault(key, row_number) != row_number:
                reason = self.env._("The same as row %(row)s.", row=seen[key])
                return {"state": "rejected", "reason": reason}
            return {}

        return check

    @api.model
    def _get_known_keys(self, company) -> set[str]:
        """Return the keys of the items that are in the ledger of a company."""
        rows = self.sudo()  # whatever rows of that company the user may not see
        return {
            key
            for (key,) in rows._read_group([("company_id", "in", company.ids)], ["key"])
        }

    @api.model
    def _prepare_vals(self, job, row_number, row, check) -> dict:
        """Return the values of a row of a file as understood by the reader."""
        values = row.values
        vals = {name: values[name] or False for name in TEXT_ROLES}
        vals |= {
            "import_id": job.id,
            "row_number": row_number,
            "invoice_date": values["invoice_date"] or False,
            "due_date": values["due_date"] or False,
            "settled_date": values["settled_date"] or False,
            "amount": float(values["amount"] or 0),
            "paid_amount": float(values["paid_amount"] or 0),
            "disputed": values["disputed"],
            "remark": self._join_messages(row.remarks),
        }
        if row.problems or row.aside:
            state = "rejected" if row.problems else "skipped"
            reason = self._join_messages(row.problems or row.aside)
            return vals | {"state": state, "reason": reason}
        vals["key"] = ledger_row.row_key(
            values["customer_code"],
            values["number"],
            values["invoice_date"],
            values["due_date"],
            values["amount"],
        )
        return vals | check(row_number, row, vals)

    @api.model
    def _join_messages(self, messages: list[ledger_row.Message]) -> str | bool:
        texts = [self._get_message_text(message) for message in messages]
        return " ".join(texts) or False

    @api.model
    def _get_message_text(self, message: ledger_row.Message) -> str:
        """Return a problem or remark of the reader in words."""
        texts = self._get_problem_texts() | self._get_remark_texts()
        roles = dict(self.env["ar.ledger.import.column"]._selection_role())
        return texts[message.code] % {
            "column": roles[message.role],
            "value": message.value,
        }

    @api.model
    def _get_problem_texts(self) -> dict[str, str]:
        """Return why a row is wrong or left aside, by code of the reader."""
        return {
            ledger_row.MISSING: self.env._("%(column)s is missing."),
            ledger_row.NOT_A_DATE: self.env._(
                "%(column)s: “%(value)s” is not a date written like the others."
            ),
            ledger_row.NOT_AN_AMOUNT: self.env._(
                "%(column)s: “%(value)s” is not an amount written like the others."
            ),
            ledger_row.PAID_SIGN: self.env._(
                "%(column)s: %(value)s is negative, the invoice is not."
            ),
            ledger_row.ZERO: self.env._("The amount is zero: there is nothing to pay."),
            ledger_row.TOTAL: self.env._("A total, not an item."),
        }

    @api.model
    def _get_remark_texts(self) -> dict[str, str]:
        """Return what was assumed to read a row, by code of the reader."""
        return {
            ledger_row.PAID_LATER: self.env._(
                "Paid on %(value)s, after today: imported as open."
            ),
            ledger_row.PAID_WITHOUT_DATE: self.env._(
                "Paid, the file does not say when: taken as paid on %(value)s."
            ),
            ledger_row.DATE_WITHOUT_PAYMENT: self.env._(
                "A settlement date (%(value)s) but nothing paid: imported as open."
            ),
            ledger_row.OVERPAID: self.env._(
                "%(value)s paid, more than the amount: the rest stays to be allocated."
            ),
            ledger_row.DUE_BEFORE_INVOICE: self.env._("Due before the invoice date."),
            ledger_row.BAD_EMAIL: self.env._("“%(value)s” is not an e-mail address."),
            ledger_row.DISPUTE_WORDS: self.env._("Disputed: %(value)s"),
        }

    # --------------------------------------------------------------------------------
    # Importing
    # --------------------------------------------------------------------------------

    def _run(self):
        """Import rows of one state; a row that fails never stops the others."""
        step = self._import_settlements
        if self[:1].state == "pending":
            step = self._import_invoices
        try:
            with self.env.cr.savepoint():
                step()
        except OperationalError:
            raise  # the database wants the transaction again: no row is to blame
        except Exception as error:
            if len(self) == 1:
                self._set_failed(error)
            else:
                for row in self:
                    row._run()

    def _set_failed(self, error: Exception):
        """Leave a row out, or its settlement when its invoice is posted already."""
        _logger.info("Row %s of a ledger not imported: %s", self.row_number, error)
        if self.state == "pending":
            self.write({"state": "rejected", "reason": str(error)})
        else:
            remark = self.env._(
                "Imported as open, its settlement failed: %(error)s", error=error
            )
            self.write({"state": "done", "remark": remark})

    def _import_invoices(self):
        """Post one invoice or credit note for each row, and flag what is disputed."""
        job = self.import_id
        customers = self._get_customers()
        names = job._get_next_names(len(self))
        moves = self.env["account.move"].with_context(skip_invoice_sync=True)
        moves = moves.create(
            [
                row._prepare_invoice_vals(name, customers[row.customer_code])
                for row, name in zip(self, names, strict=True)
            ]
        )
        moves._post(soft=False)
        for row, move in zip(self, moves, strict=True):
            row.move_id = move
        self.company_id = job.company_id
        paid = self.filtered("paid_amount")
        paid.state = "invoiced"
        (self - paid).state = "done"
        self.filtered("disputed")._flag_disputed()

    def _flag_disputed(self):
        """Flag the items; the file gives no day: disputed since they exist."""
        lines = self._get_receivable_lines()
        self.env["ar.item"].create(
            [
                {
                    "line_id": lines[row].id,
                    "disputed": True,
                    "disputed_date": row.invoice_date,
                }
                for row in self
            ]
        )

    def _get_receivable_lines(self) -> dict:
        """Return the receivable journal item of each invoiced row."""
        lines = self.env["account.move.line"].search(
            [
                ("move_id", "in", self.move_id.ids),
                ("display_type", "=", "payment_term"),
            ]
        )
        by_move = {line.move_id: line for line in lines}
        return {row: by_move[row.move_id] for row in self}

    def _get_customers(self) -> dict:
        """Return the customer of each code, made when the company has none."""
        job = self.import_id
        codes = set(self.mapped("customer_code"))
        partners = self.env["res.partner"].search(
            [("company_id", "=", job.company_id.id), ("ref", "in", list(codes))]
        )
        customers = {partner.ref: partner for partner in partners}
        missing = self._prepare_customer_vals_list(codes - set(customers))
        customers.update(
            (partner.ref, partner)
            for partner in self.env["res.partner"].create(missing)
        )
        return customers

    def _prepare_customer_vals_list(self, codes: Iterable[str]) -> list[dict]:
        """Return customers as the file knows them: each fact from the first row."""
        job = self.import_id
        groups = self.env["ar.ledger.import.row"]._read_group(
            [
                ("import_id", "=", job.id),
                ("customer_code", "in", list(codes)),
                ("state", "not in", ("rejected", "skipped")),
            ],
            ["customer_code"],
            ["customer_name:array_agg", "email:array_agg", "phone:array_agg"],
        )
        return [
            {
                "ref": code,
                "name": next(filter(None, names), code),
                "email": next(filter(None, emails), False),
                "phone": next(filter(None, phones), False),
                "is_company": True,
                "company_id": job.company_id.id,
                "customer_rank": 1,
            }
            for code, names, emails, phones in groups
        ]

    def _prepare_invoice_vals(self, name: str, customer) -> dict:
        """Return a complete entry: product and receivable lines, nothing to derive."""
        job = self.import_id
        return {
            "name": name,
            "move_type": "out_invoice" if self.amount > 0 else "out_refund",
            "journal_id": job.sale_journal_id.id,
            "partner_id": customer.id,
            "date": self.invoice_date,
            "invoice_date": self.invoice_date,
            "invoice_date_due": self.due_date,
            "currency_id": self.currency_id.id,
            "ref": self.number,
            "payment_reference": self.number,
            "invoice_payment_term_id": False,
            "fiscal_position_id": False,
            "invoice_user_id": False,
            "line_ids": [
                Command.create(self._prepare_product_line_vals()),
                Command.create(self._prepare_receivable_line_vals()),
            ],
        }

    def _prepare_product_line_vals(self) -> dict:
        income = self.import_id.sale_journal_id.default_account_id
        return self._prepare_line_vals(-self.amount, -self._get_company_amount()) | {
            "display_type": "product",
            "account_id": income.id,
            "quantity": 1,
            "price_unit": abs(self.amount),
            "tax_ids": [],
        }

    def _prepare_receivable_line_vals(self) -> dict:
        return self._prepare_line_vals(self.amount, self._get_company_amount()) | {
            "display_type": "payment_term",
            "account_id": self.import_id.receivable_account_id.id,
            "date_maturity": self.due_date,
        }

    def _prepare_line_vals(self, amount: float, balance: float) -> dict:
        return {
            "name": self.number,
            "currency_id": self.currency_id.id,
            "amount_currency": amount,
            "balance": balance,
            "analytic_distribution": False,
        }

    def _get_company_amount(self) -> float:
        """Return the amount in the company's currency at the rate of the invoice."""
        company = self.import_id.company_id
        if self.currency_id == company.currency_id:
            return self.amount
        return self.currency_id._convert(
            self.amount, company.currency_id, company, self.invoice_date
        )

    # --------------------------------------------------------------------------------
    # Settlements
    # --------------------------------------------------------------------------------

    def _import_settlements(self):
        """Post one bank entry for each day, and match it with the invoices."""
        items = self._get_receivable_lines()
        days = list(self.grouped("settled_date").items())
        moves = self.env["account.move"].with_context(skip_invoice_sync=True)
        moves = moves.create(
            [rows._prepare_settlement_vals(day, items) for day, rows in days]
        )
        moves._post(soft=False)
        plan = []
        for (_day, rows), move in zip(days, moves, strict=True):
            rows.settlement_move_id = move
            payments = move.line_ids.filtered("account_id.reconcile").sorted("id")
            plan += [
                items[row] + payment
                for row, payment in zip(rows, payments, strict=True)
            ]
        # Settled at the rate of the invoice: there is no exchange difference to find.
        self.env["account.move.line"].with_context(
            no_exchange_difference=True, no_cash_basis=True, skip_invoice_sync=True
        )._reconcile_plan(plan)
        self.state = "done"

    def _prepare_settlement_vals(self, day: date, items: dict) -> dict:
        """Return the bank entry of one day: a credit per item, a debit per currency."""
        job = self.import_id
        credits = [row._prepare_payment_vals(items[row]) for row in self]
        bank = []
        for currency, rows in self.grouped("currency_id").items():
            mine = [vals for vals in credits if vals["currency_id"] == currency.id]
            bank.append(
                {
                    "name": job.filename,
                    "account_id": job.bank_journal_id.default_account_id.id,
                    "currency_id": currency.id,
                    "amount_currency": sum(rows.mapped("paid_amount")),
                    "balance": -sum(vals["balance"] for vals in mine),
                    "analytic_distribution": False,
                }
            )
        return {
            "move_type": "entry",
            "journal_id": job.bank_journal_id.id,
            "date": day,
            "ref": self.env._("Settlements of an imported ledger"),
            "line_ids": [Command.create(vals) for vals in credits + bank],
        }

    def _prepare_payment_vals(self, item) -> dict:
        """Return the receivable line that settles an item, whole or in part."""
        company = self.import_id.company_id
        share = self.paid_amount / self.amount
        balance = company.currency_id.round(item.balance * share)
        return self._prepare_line_vals(-self.paid_amount, -balance) | {
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "date_maturity": self.settled_date,
        }
