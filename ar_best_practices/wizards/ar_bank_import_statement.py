"""One account in a bank file: its journal, and what of it is in Odoo already."""

from collections import Counter
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import split_every

from ..tools import bank_file
from ..tools.bank_file import BankStatement

BATCH_SIZE = 500


class ArBankImportStatement(models.TransientModel):
    _name = "ar.bank.import.statement"
    _description = "Account in a bank file"
    _order = "import_id, id"
    _rec_name = "account_number"

    import_id = fields.Many2one(
        "ar.bank.import", required=True, index=True, ondelete="cascade"
    )
    filename = fields.Char(string="File", readonly=True)
    attachment_id = fields.Many2one("ir.attachment", readonly=True)
    kind = fields.Char(string="Format", readonly=True)
    number = fields.Char(string="Statement", readonly=True)
    account_number = fields.Char(string="Account", readonly=True)
    file_currency_id = fields.Many2one("res.currency", readonly=True)
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'credit')),"
        " ('company_id', 'in', allowed_company_ids)]",
        help="Empty: this account is not imported.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    has_balances = fields.Boolean(readonly=True)
    opening = fields.Monetary(string="Opening balance", readonly=True)
    closing = fields.Monetary(string="Closing balance", readonly=True)
    line_ids = fields.One2many("ar.bank.import.line", "statement_id")
    line_count = fields.Integer(string="Lines", compute="_compute_totals")
    date_from = fields.Date(string="From", compute="_compute_totals")
    date_to = fields.Date(string="To", compute="_compute_totals")
    total_in = fields.Monetary(string="Money in", compute="_compute_totals")
    total_out = fields.Monetary(string="Money out", compute="_compute_totals")
    new_count = fields.Integer(string="New", compute="_compute_totals")
    known_count = fields.Integer(string="Already there", compute="_compute_totals")
    remark = fields.Char(compute="_compute_remark")

    # --------------------------------------------------------------------------------
    # Computed fields
    # --------------------------------------------------------------------------------

    @api.depends("journal_id", "file_currency_id")
    def _compute_currency_id(self):
        for statement in self:
            statement.currency_id = (
                statement.file_currency_id or statement._get_journal_currency()
            )

    @api.depends("line_ids.state", "line_ids.amount", "line_ids.date")
    def _compute_totals(self):
        for statement in self:
            lines = statement.line_ids
            states = Counter(lines.mapped("state"))
            days = lines.mapped("date")
            amounts = lines.mapped("amount")
            statement.line_count = len(lines)
            statement.date_from = min(days, default=False)
            statement.date_to = max(days, default=False)
            statement.total_in = sum(amount for amount in amounts if amount > 0)
            statement.total_out = -sum(amount for amount in amounts if amount < 0)
            statement.new_count = states["new"]
            statement.known_count = states["known"]

    @api.depends("journal_id", "account_number", "opening", "closing", "line_ids")
    def _compute_remark(self):
        for statement in self:
            remarks = [
                statement._get_journal_remark(),
                statement._get_balance_remark(),
            ]
            statement.remark = " ".join(filter(None, remarks)) or False

    def _get_journal_remark(self) -> str:
        """Say what a person should look at before this account is imported."""
        own = self.journal_id.bank_account_id.acc_number
        if not self.journal_id:
            return self.env._("Choose its journal, or leave it empty to skip it.")
        if not own or not self.account_number:
            return ""
        if bank_file.is_same_account(own, self.account_number):
            return ""
        return self.env._(
            "The journal is of another account: %(account)s.", account=own
        )

    def _get_balance_remark(self) -> str:
        moved = self.total_in - self.total_out
        missing = self.closing - self.opening - moved
        if not self.has_balances or not self.currency_id.round(missing):
            return ""
        return self.env._(
            "The lines do not make the closing balance: %(amount)s is missing.",
            amount=self.currency_id.format(missing),
        )

    def _get_journal_currency(self):
        return self.journal_id.currency_id or self.journal_id.company_id.currency_id

    # --------------------------------------------------------------------------------
    # Reading
    # --------------------------------------------------------------------------------

    @api.model
    def _stage(self, job, attachment, found: list[BankStatement]):
        """Keep the statements of a file, each with its lines."""
        by_code = {one.name: one for one in self.env["res.currency"].search([])}
        refs = bank_file.import_refs(found)
        return self.create(
            [
                self._prepare_vals(job, attachment, statement, line_refs, by_code)
                for statement, line_refs in zip(found, refs, strict=True)
                if statement.entries
            ]
        )

    @api.model
    def _prepare_vals(
        self, job, attachment, statement: BankStatement, refs: list[str], by_code: dict
    ) -> dict:
        currency = by_code.get(statement.currency)
        if statement.currency and not currency:
            raise UserError(
                self.env._(
                    "%(file)s is in %(currency)s, which is not an active currency:"
                    " activate it under Invoicing ▸ Configuration ▸ Currencies.",
                    file=attachment.name,
                    currency=statement.currency[:10],
                )
            )
        lines = self.env["ar.bank.import.line"]
        pairs = list(zip(statement.entries, refs, strict=True))
        if pairs[0][0].day > pairs[-1][0].day:  # the newest first: as in a browser
            pairs.reverse()
        known = None not in (statement.opening, statement.closing)
        return {
            "import_id": job.id,
            "filename": attachment.name,
            "attachment_id": attachment.id,
            "kind": statement.kind,
            "number": statement.number,
            "account_number": statement.account,
            "file_currency_id": currency and currency.id,
            "has_balances": known,
            "opening": float(statement.opening) if known else 0.0,
            "closing": float(statement.closing) if known else 0.0,
            "line_ids": [
                Command.create(
                    {"import_id": job.id}
                    | lines._prepare_vals(entry, statement.kind, import_ref, by_code)
                )
                for entry, import_ref in pairs
            ],
        }

    # --------------------------------------------------------------------------------
    # Journals
    # --------------------------------------------------------------------------------

    def _guess_journals(self):
        """Give each account the journal that has its number, else the only one without
        a number that fits, unless several accounts would have it."""
        journals = self._search_journals()
        for statement in self:
            statement.journal_id = statement._find_named(journals)
        claims = {
            one: one._find_unnamed(journals) for one in self if not one.journal_id
        }
        for statement, journal in claims.items():
            others = [one for one, other in claims.items() if other == journal]
            if len(journal) == 1 and all(map(statement._is_same_account, others)):
                statement.journal_id = journal

    def _search_journals(self):
        """Return the journals of the companies that the person works in now."""
        return self.env["account.journal"].search(
            [
                ("type", "in", ("bank", "credit")),
                ("company_id", "in", self.env.companies.ids),
            ]
        )

    def _is_same_account(self, other) -> bool:
        return bank_file.is_same_account(self.account_number, other.account_number)

    def _find_named(self, journals):
        """Return the journal of this very account."""
        found = journals.filtered(
            lambda journal: (
                self.account_number
                and journal.bank_account_id
                and bank_file.is_same_account(
                    journal.bank_account_id.acc_number, self.account_number
                )
            )
        )
        return self._filter_currency(found)[:1] or found[:1]

    def _find_unnamed(self, journals):
        """Return the journals that may be of this account."""
        if self.account_number:
            journals = journals.filtered(lambda journal: not journal.bank_account_id)
        return self._filter_currency(journals)

    def _filter_currency(self, journals):
        currency = self.file_currency_id
        return journals.filtered(
            lambda journal: (
                not currency
                or currency == (journal.currency_id or journal.company_id.currency_id)
            )
        )

    def _check_journals(self):
        """Refuse to import an account into a journal of another company or currency."""
        strangers = self.journal_id - self._search_journals()
        if strangers:
            # sudo: of a company that is not chosen now, only its name
            raise UserError(
                self.env._(
                    "The journal %(journal)s is not a bank journal of the companies you"
                    " work in now: choose another one, or choose %(company)s at the top"
                    " of the screen.",
                    journal=strangers[:1].display_name,
                    company=strangers[:1].company_id.sudo().name,
                )
            )
        for statement in self:
            journal = statement.journal_id
            if journal != statement._filter_currency(journal):
                raise UserError(
                    self.env._(
                        "%(file)s is in %(currency)s, the journal %(journal)s in"
                        " %(other)s: choose a journal in %(currency)s.",
                        file=statement.filename,
                        currency=statement.file_currency_id.name,
                        journal=journal.display_name,
                        other=statement._get_journal_currency().name,
                    )
                )

    # --------------------------------------------------------------------------------
    # What is there already
    # --------------------------------------------------------------------------------

    def _examine(self):
        """Tell new lines from those that Odoo has; return the lines whose state is not
        what was shown before."""
        changed = self.env["ar.bank.import.line"]
        seen = set()
        for statement in self:
            changed |= statement._examine_one(seen)
            refs = statement.line_ids.mapped("import_ref")
            seen |= {(statement.journal_id, ref) for ref in refs}
        return changed

    def _examine_one(self, seen: set):
        """Examine one account.

        :param seen: journals and references of the accounts before it
        """
        lines = self.line_ids
        if not self.journal_id:
            return lines._set_state("new")
        known = self._find_known()
        here = lines.filtered(
            lambda line: (
                line.import_ref in known or (self.journal_id, line.import_ref) in seen
            )
        )
        lock = self.journal_id.company_id._get_user_fiscal_lock_date(self.journal_id)
        locked = (lines - here).filtered(lambda line: line.date <= lock)
        twins = self._find_twins(lines - here - locked)
        changed = here._set_state("known", self.env._("Already in Odoo."))
        if locked:
            changed |= locked._set_state("locked", lines._get_locked_reason(lock))
        for line, twin in twins.items():
            changed |= line._set_state("maybe", self._get_twin_reason(twin))
        rest = lines - here - locked - lines.concat(*twins)
        return changed | rest._set_state("new")

    def _find_known(self) -> set[str]:
        """Return the references of these lines that were imported before."""
        found = self.env["account.bank.statement.line"].search_fetch(
            [
                ("journal_id", "=", self.journal_id.id),
                ("ar_import_ref", "in", self.line_ids.mapped("import_ref")),
            ],
            ["ar_import_ref"],
        )
        return set(found.mapped("ar_import_ref"))

    def _find_twins(self, lines) -> dict:
        """Return a twin for each line that is perhaps there by other means: same
        journal, day and amount, a similar text. A twin stands for one line only."""
        twins: dict[tuple, list] = {}
        for twin in self._search_others(lines):
            key = (twin.date, self._round(twin.amount))
            twins.setdefault(key, []).append(twin)
        found = {}
        for line in lines:
            left = twins.get((line.date, self._round(line.amount)), [])
            text = f"{line.text or ''} {line.name or ''}"
            for twin in left:
                said = f"{twin.payment_ref or ''} {twin.partner_id.name or ''}"
                if bank_file.is_similar(text, f"{said} {twin.partner_name or ''}"):
                    found[line] = twin
                    left.remove(twin)
                    break
        return found

    def _search_others(self, lines):
        """Return the lines of the journal that were typed by hand, or came with a file
        of another format, which has references of its own."""
        if not lines:
            return self.env["account.bank.statement.line"]
        days = lines.mapped("date")
        domain = Domain("journal_id", "=", self.journal_id.id)
        domain &= Domain("date", ">=", min(days)) & Domain("date", "<=", max(days))
        found = self.env["account.bank.statement.line"].search(domain)
        return found.filtered(
            lambda line: (
                not line.ar_import_ref
                or (line.transaction_details or {}).get("format") != self.kind
            )
        )

    def _round(self, amount: float) -> Decimal:
        return Decimal(f"{amount:.4f}")

    def _get_twin_reason(self, twin) -> str:
        text = twin.payment_ref or twin.partner_id.name or twin.partner_name or ""
        if twin.ar_import_ref:
            return self.env._(
                "A line of that day and amount came with a file of another format:"
                " “%(text)s”. Tick it if this is another one.",
                text=text,
            )
        return self.env._(
            "A line of that day and amount was typed by hand: “%(text)s”. Tick it if"
            " this is another one.",
            text=text,
        )

    # --------------------------------------------------------------------------------
    # Importing
    # --------------------------------------------------------------------------------

    def _check_may_import(self):
        """Whoever may match may import, into the journals of their companies, and keep
        only files of their own with what they import."""
        self.env["ar.matching.proposal"]._check_may_match()
        self.env["account.move"].check_access("create")
        self.attachment_id.check_access("write")
        self._check_journals()

    def _import(self):
        """Create the bank statements and lines of what is selected."""
        chosen = self.filtered(lambda one: one.journal_id and one._get_selected())
        with_balances = chosen.filtered("has_balances")
        # sudo: Odoo keeps bank statements from billing users for want of a screen; who
        # may match was checked
        created = self.env["account.bank.statement"].sudo()
        created = created.create(
            [one._prepare_statement_vals() for one in with_balances]
        )
        statements = dict(zip(with_balances, created, strict=True))
        none = self.env["account.bank.statement"]
        vals_list = [
            line._prepare_statement_line_vals(statements.get(one, none))
            for one in chosen
            for line in one._get_selected()
        ]
        # sudo: as for the statements; lock dates are those of the user all the same
        lines = self.env["account.bank.statement.line"].sudo()
        for batch in split_every(BATCH_SIZE, vals_list, list):
            lines += lines.create(batch)
            # a transaction that keeps thousands of entries in memory slows down
            self.env.flush_all()
            self.env.invalidate_all()
        return lines.sudo(False)

    def _get_selected(self):
        return self.line_ids.filtered("selected")

    def _prepare_statement_vals(self) -> dict:
        """Return the values of a bank statement; what of it is not imported stands in
        its opening balance."""
        left_out = (self.line_ids - self._get_selected()).mapped("amount")
        return {
            "name": self.number or self.filename,
            "reference": self.filename,
            "balance_start": self.opening + sum(left_out),
            "balance_end_real": self.closing,
            "attachment_ids": [Command.link(self.attachment_id.id)],
        }
