"""The journal entries of a matching: Odoo's own reconciliation does them."""

from odoo import Command, fields, models
from odoo.exceptions import UserError


class ArMatchingPosting(models.AbstractModel):
    _name = "ar.matching.posting"
    _description = "Journal entries of a matching"

    def _get_books(self):
        # sudo: currency and accounts of a company, for whoever works in a branch only
        return self.company_id.sudo()

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
        self._reconcile_pairs(
            (new, line.line_id, line.amount + line.discount)
            for new, line in zip(created, self.line_ids, strict=False)
        )

    def _reconcile_pairs(self, pairs):
        """Reconcile two items at a time, for no more than an amount, all pairs at once:
        an item stands in one pair only."""
        pairs = [(one | other, abs(amount)) for one, other, amount in pairs]
        most = {line: amount for both, amount in pairs for line in both.ids}
        lines = self.env["account.move.line"].with_context(ar_reconciled_amounts=most)
        mine = lines.browse(most)
        before = mine._get_partials()
        lines._reconcile_plan([lines.browse(both.ids) for both, _amount in pairs])
        self._checked_sudo("read").partial_ids += mine._get_partials() - before

    def _prepare_counterparts(self, suspense) -> list[dict]:
        """Return the journal items instead of the suspense line: one per item or
        credit, then discounts, the difference, and what stays on account."""
        values = [self._prepare_counterpart(suspense, line) for line in self.line_ids]
        granted = sum(self.line_ids.mapped("discount"))
        values += self._prepare_discounts(self._to_company(suspense, granted))
        if self.difference:
            balance = self._to_company(suspense, self.difference)
            values.append(self._prepare_difference(balance))
        if self.left_amount:
            values.append(self._prepare_rest(suspense))
        rest = suspense.balance - sum(value["balance"] for value in values)
        values[0]["balance"] = self._get_books().currency_id.round(
            values[0]["balance"] + rest
        )
        return values

    def _prepare_counterpart(self, suspense, line) -> dict:
        item, amount = line.line_id, line.amount + line.discount
        if line.currency_id == self.currency_id:
            balance = self._to_company(suspense, -amount)
        else:  # what came pays it all: Odoo books the exchange difference
            share = amount / sum(self.line_ids.mapped("amount"))
            balance = self._get_books().currency_id.round(suspense.balance * share)
        return {
            "name": item.move_id.name,
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": line.currency_id.id,
            "amount_currency": -amount,
            "balance": balance,
        }

    def _to_company(self, suspense, amount: float) -> float:
        """Return an amount at the rate of the bank line, in the company's currency."""
        rate = suspense.balance / suspense.amount_currency
        return self._get_books().currency_id.round(amount * rate)

    def _prepare_discounts(self, total: float) -> list[dict]:
        """Return the journal items of early payment discounts, as Odoo makes them.

        :param total: of all discounts, in the company's currency
        """
        granted = self.line_ids.filtered("discount")
        if not granted:
            return []
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
            total,
        )
        return [
            {"currency_id": self.currency_id.id} | values
            for group in made.values()
            for values in group
        ]

    def _prepare_difference(self, balance: float) -> dict:
        """Return the journal item of what is written off.

        :param balance: of it, in the company's currency
        """
        account = self.writeoff_reason_id._get_writeoff_account(self._get_books())
        if not account:
            raise UserError(self._say_account_missing())
        return {
            "name": self.writeoff_reason_id.name or self.env._("Small difference"),
            "account_id": account.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": self.difference,
            "balance": balance,
        }

    def _say_account_missing(self) -> str:
        if reason := self.writeoff_reason_id:
            return self.env._(
                "Choose the account of “%s” under Configuration ▸ Reasons of"
                " write-offs, or that of small differences under Configuration ▸"
                " Settings.",
                reason.name,
            )
        return self.env._(
            "Choose the account of small differences under Configuration ▸ Settings."
        )

    def _prepare_rest(self, suspense) -> dict:
        partner = (self.partner_id or self.line_ids.line_id.partner_id)[:1]
        company = partner.with_company(self._get_books())
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
        """Reconcile a payment or credit note with its items; what is not paid of them
        is booked by an entry of its own."""
        left = -self.credit_line_id.amount_residual_currency
        wanted = self.amount - self.left_amount
        if self.currency_id.compare_amounts(left, wanted) < 0:
            raise UserError(self.env._("Of this payment less is left: look again."))
        if self.difference or any(self.line_ids.mapped("discount")):
            self._post_writeoff()
        deducted = self.line_ids.filtered(lambda line: line.amount < 0)
        credits = {self.credit_line_id: wanted}
        credits |= {line.line_id: -line.amount for line in deducted}
        for line in self.line_ids - deducted:
            self._spend(credits, line)

    def _spend(self, credits: dict, line):
        """Pay what is still wanted of an item by what each credit gives, one after the
        other."""
        wanted = line.amount - line.written_off
        for credit, left in credits.items():
            amount = min(wanted, left)
            if line.currency_id.compare_amounts(amount, 0) > 0:
                self._reconcile_pairs([(credit, line.line_id, amount)])
                wanted -= amount
                credits[credit] -= amount

    def _post_writeoff(self):
        """Book discounts and the difference of a payment that is posted already, and
        reconcile them with the items."""
        shares = [(line, line.discount + line.written_off) for line in self.line_ids]
        shares = [(line, amount) for line, amount in shares if amount]
        if self.difference < 0:
            raise UserError(
                self.env._("What a posted payment has too much stays on account.")
            )
        entry = self._create_writeoff(shares)
        self._checked_sudo("read").writeoff_move_id = entry
        created = entry.line_ids.sorted("id")  # those of the items come first
        self._reconcile_pairs(
            (new, line.line_id, amount)
            for new, (line, amount) in zip(created, shares, strict=False)
        )

    def _create_writeoff(self, shares):
        counterparts = [
            self._prepare_written_off(line, amount) for line, amount in shares
        ]
        discount = sum(
            self._at_item_rate(line.line_id, line.discount) for line in self.line_ids
        )
        values = self._prepare_discounts(discount)
        booked = sum(value["balance"] for value in counterparts + values)
        if self.difference:
            values.append(self._prepare_difference(-booked))
        journal = self._get_writeoff_journal()
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.credit_line_id.company_id.id,
                "journal_id": journal.id,
                "date": fields.Date.context_today(self),
                "ref": self.env._("Write-off: %s", self.text or ""),
                "line_ids": [*map(Command.create, counterparts + values)],
            }
        )
        entry.action_post()
        return entry

    def _prepare_written_off(self, line, amount: float) -> dict:
        item = line.line_id
        return {
            "name": item.move_id.name,
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "currency_id": item.currency_id.id,
            "amount_currency": -amount,
            "balance": -self._at_item_rate(item, amount),
        }

    def _at_item_rate(self, item, amount: float) -> float:
        """Return a part of an item in the company's currency, as it was booked."""
        if not amount:
            return 0
        rate = item.amount_residual / item.amount_residual_currency
        return self._get_books().currency_id.round(amount * rate)

    def _get_writeoff_journal(self):
        company = self.credit_line_id.company_id
        journals = self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "general"),
            ]
        )
        # that of the branch itself comes before that of the company above
        journal = journals.sorted(lambda it: it.company_id != company)[:1]
        if not journal:
            raise UserError(
                self.env._("A write-off needs a journal of the type “Miscellaneous”.")
            )
        return journal
