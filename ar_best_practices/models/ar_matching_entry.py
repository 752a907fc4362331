"""The entries of a matching: Odoo's own reconciliation does them."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import retrying

from .ar_matching_engine import WAITING


class ArMatchingEntry(models.AbstractModel):
    _name = "ar.matching.entry"
    _inherit = "ar.matching.engine"
    _description = "Entries of a matching"

    # ------------------------------------------------------------------
    # Matching
    # ------------------------------------------------------------------

    @api.model
    def _check_may_match(self):
        """Whoever may reconcile may match: accountants and billing users."""
        self.env["account.move.line"].check_access("write")
        self.env["account.partial.reconcile"].check_access("create")

    def action_match(self):
        """Match what is proposed for these payments."""
        for proposal in self:
            proposal._match()
        return True

    @api.model
    def action_match_certain(self):
        """Match everything that is certain; what cannot be says why and stays."""
        self._check_may_match()
        certain = self.search([("state", "=", "certain")])
        matched = certain.filtered(lambda proposal: proposal._try_match())
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(matched)s payments matched, %(left)s to look at again.",
                    matched=len(matched),
                    left=len(certain - matched),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_refuse(self):
        """Say that these items are not what is paid: they are not proposed again."""
        self._check_may_match()
        for proposal in self:
            refused = proposal._get_signature()
            proposal._checked_sudo("read").refused = " ".join(
                filter(None, [proposal.refused, refused])
            )
        self._propose()
        return True

    def _get_signature(self) -> str:
        return ",".join(str(line) for line in sorted(self.line_ids.line_id.ids))

    @api.model
    def action_propose(self):
        """Look again at what waits."""
        self._check_may_match()
        self._propose()
        return True

    # ------------------------------------------------------------------
    # By itself
    # ------------------------------------------------------------------

    @api.model
    def _cron_match(self):
        """Look at what waits, and match what is certain where the company says so.

        People match meanwhile: what they changed is read again, as in their requests.
        """
        retrying(self._propose, self.env)
        certain = self.search(
            [("state", "=", "certain"), ("company_id.ar_matching_automatic", "=", True)]
        )
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(certain))
        for proposal in certain:
            proposal.with_company(proposal.company_id)._try_match(is_automatic=True)
            if not commit(1):
                break

    def _try_match(self, is_automatic: bool = False) -> bool:
        """Match one payment; what prevents it becomes its reason."""
        try:
            with self.env.cr.savepoint():
                self._match(is_automatic)
        except UserError as error:
            if self.state in WAITING:
                self._checked_sudo("read").write(
                    {"state": "likely", "reason": str(error)}
                )
            return False
        return True

    def _match(self, is_automatic: bool = False):
        """Match one payment; what changed since it was proposed is told.

        :raise UserError: matched meanwhile, or an item is not open any more
        """
        self.ensure_one()
        self._check_may_match()
        self._lock_matching()
        if self.kind == "statement":
            self._match_bank_line()
        else:
            self._match_credit()
        now = fields.Datetime.now()
        start = fields.Datetime.to_datetime(self.date)
        self._checked_sudo("read").write(
            {
                "state": "matched",
                "matched_date": now,
                "matched_uid": self.env.uid,
                "is_automatic": is_automatic,
                "hours": max(0, (now - start).total_seconds() / 3600),
            }
        )

    def _lock_matching(self):
        """Take payment and items for this transaction, and read them again."""
        items = self.line_ids.line_id
        receipt = self.credit_line_id or self.statement_line_id.move_id.line_ids
        rows = items | receipt
        rows.check_access("write")  # of this company, before anything is done by sudo
        mine = self.try_lock_for_update() and rows.try_lock_for_update() == rows
        self.invalidate_recordset()
        rows.invalidate_recordset()
        if not mine or self.state not in WAITING:
            who = self.matched_uid.name
            raise UserError(
                self.env._("%s matched this payment meanwhile.", who)
                if who
                else self.env._("Somebody else works on this payment or its items now.")
            )
        if not self.line_ids or any(not self._is_open(line) for line in self.line_ids):
            raise UserError(
                self.env._(
                    "What this payment pays has changed: look again, then match."
                )
            )

    def _is_open(self, line) -> bool:
        left = line.line_id.amount_residual_currency
        wanted = line.amount + line.discount
        return (
            bool(line.line_id) and line.currency_id.compare_amounts(left, wanted) >= 0
        )

    # ------------------------------------------------------------------
    # Bank lines
    # ------------------------------------------------------------------

    def _match_bank_line(self):
        """Write the items in the place of the suspense line, and reconcile them."""
        # sudo: Odoo keeps bank lines from billing users for want of a screen; who may
        # reconcile was checked, and lock dates are those of the user all the same
        bank = self.statement_line_id.sudo().with_context(
            force_delete=True, skip_readonly_check=True
        )
        _liquidity, suspense, _others = bank._seek_for_lines()
        if self.currency_id.compare_amounts(-suspense.amount_currency, self.amount):
            raise UserError(self.env._("This bank line has changed: look again."))
        before = bank.move_id.line_ids
        bank.write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    *map(Command.create, self._prepare_counterparts(suspense)),
                ]
            }
        )
        created = (bank.move_id.line_ids - before).sorted("id").sudo(False)
        pairs = zip(created, self.line_ids, strict=False)
        self.env["account.move.line"]._reconcile_plan(
            [new | line.line_id for new, line in pairs]
        )

    def _prepare_counterparts(self, suspense) -> list[dict]:
        """Return the journal items instead of the suspense line: one per item, then
        discounts, the difference, and what stays on account."""
        shares = [(line, line.amount + line.discount) for line in self.line_ids]
        values = [
            self._prepare_counterpart(suspense, amount, line.line_id)
            for line, amount in shares
        ]
        values += self._prepare_discounts(suspense)
        if self.difference:
            values.append(self._prepare_difference(suspense))
        if self.left_amount:
            values.append(self._prepare_rest(suspense))
        rest = suspense.balance - sum(value["balance"] for value in values)
        values[0]["balance"] = self.company_id.currency_id.round(
            values[0]["balance"] + rest
        )
        return values

    def _prepare_counterpart(self, suspense, amount: float, item) -> dict:
        return {
            "name": item.move_id.name,
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": suspense.currency_id.id,
            "amount_currency": -amount,
            "balance": self._to_company(suspense, -amount),
        }

    def _to_company(self, suspense, amount: float) -> float:
        """Return an amount at the rate of the bank line, in the company's currency."""
        rate = suspense.balance / suspense.amount_currency
        return self.company_id.currency_id.round(amount * rate)

    def _prepare_discounts(self, suspense) -> list[dict]:
        """Return the journal items of early payment discounts, as Odoo makes them."""
        granted = self.line_ids.filtered("discount")
        if not granted:
            return []
        total = sum(granted.mapped("discount"))
        made = self.env[
            "account.move"
        ]._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": line.line_id,
                    "amount_currency": -line.line_id.amount_residual_currency,
                    "balance": -line.line_id.amount_residual,
                }
                for line in granted
            ],
            -self._to_company(suspense, -total),
        )
        return [
            {"currency_id": suspense.currency_id.id} | values
            for group in made.values()
            for values in group
        ]

    def _prepare_difference(self, suspense) -> dict:
        account = self.company_id.ar_matching_account_id
        if not account:
            raise UserError(
                self.env._(
                    "Choose the account of small differences under Configuration ▸"
                    " Settings."
                )
            )
        return {
            "name": self.env._("Small difference"),
            "account_id": account.id,
            "partner_id": self.partner_id.id,
            "currency_id": suspense.currency_id.id,
            "amount_currency": self.difference,
            "balance": self._to_company(suspense, self.difference),
        }

    def _prepare_rest(self, suspense) -> dict:
        partner = (self.partner_id or self.line_ids.line_id.partner_id)[:1]
        company = partner.with_company(self.company_id)
        return {
            "name": self.env._("On account: %s", self.text or ""),
            "account_id": company.property_account_receivable_id.id,
            "partner_id": partner.id,
            "currency_id": suspense.currency_id.id,
            "amount_currency": -self.left_amount,
            "balance": self._to_company(suspense, -self.left_amount),
        }

    # ------------------------------------------------------------------
    # Payments and credit notes
    # ------------------------------------------------------------------

    def _match_credit(self):
        """Reconcile a payment or credit note with its items, one after the other."""
        if self.difference or any(self.line_ids.mapped("discount")):
            raise UserError(
                self.env._(
                    "A discount or a difference of a payment that is already posted:"
                    " register it on the invoice, then match the rest."
                )
            )
        for line in self.line_ids:
            (self.credit_line_id | line.line_id).reconcile()

    # ------------------------------------------------------------------
    # Undoing
    # ------------------------------------------------------------------

    def action_undo(self):
        """Undo a matching: the payment waits again."""
        self._check_may_match()
        for proposal in self:
            if proposal.state != "matched":
                raise UserError(self.env._("Only what is matched can be undone."))
            proposal.move_id.line_ids.check_access("write")
            if proposal.kind == "statement":
                # sudo: as for the matching; who may reconcile was checked
                proposal.statement_line_id.sudo().action_undo_reconciliation()
            else:
                proposal._undo_credit()
        self._checked_sudo("read").write({"state": "undone", "matched_date": False})
        self._propose()
        return True

    def _undo_credit(self):
        items = self.line_ids.line_id
        partials = self.credit_line_id.matched_debit_ids.filtered(
            lambda partial: partial.debit_move_id in items
        )
        partials.unlink()
