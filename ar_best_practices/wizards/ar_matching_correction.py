"""Correct a matching: who paid, which items, how much, and what becomes of the rest."""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..models.ar_matching_books import to_amount
from ..tools import ledger_file
from ..tools.matching import by_remittance
from ..tools.remittance import read_remittance

MOST_ITEMS = 200  # of one customer, the oldest first; others are found by their number


class ArMatchingCorrection(models.TransientModel):
    _name = "ar.matching.correction"
    _description = "Correction of a matching"

    proposal_id = fields.Many2one(
        "ar.matching.proposal", required=True, readonly=True, ondelete="cascade"
    )
    # read as the person who corrects: whoever calls may name any payment
    company_id = fields.Many2one(related="proposal_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="proposal_id.currency_id", related_sudo=False)
    kind = fields.Selection(related="proposal_id.kind", related_sudo=False)
    date = fields.Date(related="proposal_id.date", related_sudo=False)
    text = fields.Char(related="proposal_id.text", related_sudo=False)
    amount = fields.Monetary(
        related="proposal_id.amount", related_sudo=False, string="Payment"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        domain="[('parent_id', '=', False)]",
        help="Whose items are listed. Items of another customer that are chosen already"
        " stay: a payment may be split over customers.",
    )
    find = fields.Char(
        string="Find a number",
        help="Adds the open item with this number, whoever owes it.",
    )
    line_ids = fields.One2many(
        "ar.matching.correction.line", "correction_id", string="Items"
    )
    left_amount = fields.Monetary(
        string="Left of the payment", compute="_compute_left_amount"
    )
    left_handling = fields.Selection(
        [("account", "Stays on account"), ("writeoff", "Is written off")],
        string="What is left",
        required=True,
        default="account",
    )
    is_written_off = fields.Boolean(compute="_compute_is_written_off")
    writeoff_reason_id = fields.Many2one("ar.writeoff.reason", string="Written off for")
    advice = fields.Text(
        string="Remittance advice",
        help="Paste what the customer listed: a document number and an amount a line.",
    )
    advice_file = fields.Binary(
        string="File", help="The same as a text, CSV or Excel (.xlsx) file."
    )
    advice_filename = fields.Char()
    advice_result = fields.Text(readonly=True)

    @api.depends("line_ids.amount", "amount")
    def _compute_left_amount(self):
        for wizard in self:
            paid = sum(wizard.line_ids.mapped("amount"))
            wizard.left_amount = wizard.currency_id.round(wizard.amount - paid)

    @api.depends("line_ids.rest_handling", "line_ids.amount", "left_handling")
    def _compute_is_written_off(self):
        for wizard in self:
            wizard.is_written_off = (
                bool(wizard._get_written_off())
                or wizard.left_handling == "writeoff"
                and bool(wizard.left_amount)
            )

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _open(self, proposal):
        """Return a correction of a proposal, with what is proposed chosen."""
        payer = proposal.partner_id or proposal.line_ids.line_id.partner_id
        correction = self.create(
            {
                "proposal_id": proposal.id,
                "partner_id": payer.commercial_partner_id[:1].id,
                "advice": proposal.advice,
            }
        )
        proposed = correction._get_proposed()
        items = proposed.line_id._filtered_access("read")
        correction._add_items(correction._get_items() | items)
        correction._choose(
            {line.line_id: (line.amount, line.discount) for line in proposed}
        )
        return correction

    def _get_proposed(self):
        """Return the proposed lines that can be chosen here: in this currency."""
        proposal = self.proposal_id
        return proposal.line_ids.filtered(
            lambda line: line.line_id and line.currency_id == proposal.currency_id
        )

    def _get_items(self):
        """Return what the customer owes, and his credits, the oldest first."""
        if not self.partner_id:
            return self.env["account.move.line"]
        payer = self.partner_id.commercial_partner_id
        return self.env["account.move.line"].search(
            self._get_item_domain()
            & Domain("partner_id.commercial_partner_id", "=", payer.id),
            order="date_maturity, id",
            limit=MOST_ITEMS,
        )

    def _get_item_domain(self) -> Domain:
        scope = self.env["ar.account"]._scope()
        return (
            Domain("account_id", "in", scope.receivable_ids)
            & Domain("company_id", "child_of", self.company_id.id)
            & Domain("currency_id", "=", self.currency_id.id)
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("id", "!=", self.proposal_id.credit_line_id.id)
        )

    def _add_items(self, items):
        known = self.line_ids.line_id
        self.line_ids = [
            Command.create({"line_id": item.id}) for item in items if item not in known
        ]

    def _choose(self, chosen: dict):
        """Take amounts and discounts of items: {item: (amount, discount)}."""
        for line in self.line_ids:
            item = line.line_id._origin
            line.amount, discount = chosen.get(item, (0, 0))
            line.takes_discount = bool(discount)
            line.is_taken = item in chosen

    # ------------------------------------------------------------------
    # Choosing
    # ------------------------------------------------------------------

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """List the items of another customer; what is chosen stays."""
        dropped = self.line_ids.filtered(lambda line: not line.is_taken)
        kept = (self.line_ids - dropped).line_id._origin
        self.line_ids = [Command.unlink(line.id) for line in dropped] + [
            Command.create({"line_id": item.id})
            for item in self._get_items()
            if item not in kept
        ]

    @api.onchange("find")
    def _onchange_find(self):
        """Add the items with a number, and take them."""
        if not self.find:
            return None
        domain = self._get_item_domain() & Domain("move_name", "ilike", self.find)
        found = self.env["account.move.line"].search(domain, limit=MOST_ITEMS)
        asked, self.find = self.find, False
        if not found:
            return self._warn(self.env._("No open item has “%s” in its number.", asked))
        known = self.line_ids.line_id._origin
        self.line_ids = [Command.create({"line_id": item.id}) for item in found - known]
        return None

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """Pay an item that was ticked with what is left; empty one that was not."""
        left = self.amount - sum(self.line_ids.mapped("amount"))
        for line in self.line_ids:
            if line.is_taken and not line.amount:
                line.amount = line._get_payable(left)
                left -= line.amount
            elif line.amount and not line.is_taken:
                left += line.amount
                line.amount = 0
                line.takes_discount = False

    def _warn(self, words: str) -> dict:
        return {"warning": {"title": self.env._("Not found"), "message": words}}

    # ------------------------------------------------------------------
    # Remittance advice
    # ------------------------------------------------------------------

    def action_read_advice(self):
        """Choose what the customer listed; tell what of it cannot be found."""
        self.ensure_one()
        self.proposal_id._check_may_match()
        self.proposal_id._check_waits()
        text = "\n".join(filter(None, [self.advice, self._read_advice_file()]))
        places = self.currency_id.decimal_places
        listed, unread = read_remittance(text, places)
        if not listed:
            raise UserError(
                self.env._(
                    "No line with a document number and an amount was found. A line"
                    " looks like this: F/2026/00412;1 058,58"
                )
            )
        self.write({"advice": text, "advice_file": False, "advice_filename": False})
        self.proposal_id._checked_sudo("read").advice = text
        match = self._match_listed(listed)
        parts = dict(match.parts)
        items = self.env["account.move.line"].browse(parts)
        self._add_items(items)
        self._choose({item: (to_amount(parts[item.id], places), 0) for item in items})
        self.advice_result = self._say_result(listed, unread, match)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does this payment pay?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _read_advice_file(self) -> str:
        content = base64.b64decode(self.with_context(bin_size=False).advice_file or b"")
        if not content.startswith(b"PK\x03\x04"):
            return ledger_file.decode(content)
        book = self.env["ar.ledger.import.file"].new()
        rows = book._read_workbook(content)
        return "\n".join(";".join(map(str, filter(None, row))) for row in rows)

    def _match_listed(self, listed):
        proposal = self.proposal_id
        key = proposal.company_id.id, proposal.currency_id.id
        proposal._flush_books()
        ledger = proposal._get_ledgers({proposal.company_id.id})[key]
        receipt = proposal._get_receipt()._replace(listed=tuple(listed))
        return by_remittance(receipt, ledger, 0)

    def _say_result(self, listed, unread, match) -> str:
        """Say what of the list was found, and which lines were not."""
        words = [
            self.env._(
                "%(found)s of %(lines)s lines found.",
                found=len({part for part, _amount in match.parts}),
                lines=len(listed) + len(unread),
            )
        ]
        if match.doubt:
            words.append(self.proposal_id._get_doubt_words()[match.doubt])
        words += [self.env._("Not read: %s", line) for line in unread]
        return "\n".join(words)

    # ------------------------------------------------------------------
    # Applying
    # ------------------------------------------------------------------

    def action_apply(self):
        """Match the payment with what was chosen."""
        self.ensure_one()
        self._check_choice()
        taken = self.line_ids.filtered("amount")
        written_off = self._get_written_off()
        on_account = self.left_handling == "account" or not self.left_amount
        self.proposal_id._correct(
            {
                "partner_id": self.partner_id.commercial_partner_id.id,
                "left_amount": self.left_amount if on_account else 0,
                "difference": written_off - (0 if on_account else self.left_amount),
                "writeoff_reason_id": self.writeoff_reason_id.id,
            },
            [line._get_part() for line in taken],
        )
        self._open_disputes(taken)
        return {"type": "ir.actions.act_window_close"}

    def _check_choice(self):
        currency = self.currency_id
        if currency.compare_amounts(self.left_amount, 0) < 0:
            raise UserError(
                self.env._(
                    "%s more is chosen than the payment holds: lower an amount.",
                    currency.format(-self.left_amount),
                )
            )
        self._check_offered()
        for line in self.line_ids:
            line._check_amount()
        if self.is_written_off and not self.writeoff_reason_id:
            raise UserError(self.env._("Say for which reason the rest is written off."))
        if self.left_amount and self.left_handling == "account":
            self._check_on_account()
        elif self.left_amount and self.kind != "statement":
            raise UserError(
                self.env._("What a posted payment has too much stays on account.")
            )

    def _check_offered(self):
        """Refuse what the dialog does not offer, and an item that is paid twice."""
        taken = self.line_ids.filtered("amount")
        proposed = Domain("id", "in", self._get_proposed().line_id.ids)
        offered = self._get_item_domain() | proposed
        mine = Domain("id", "in", taken.line_id.ids)
        if self.env["account.move.line"].search_count(offered & mine) != len(taken):
            raise UserError(
                self.env._("What this payment can pay has changed: open it again.")
            )

    def _check_on_account(self):
        if not (self.partner_id or self.line_ids.filtered("amount")):
            raise UserError(self.env._("Say on whose account the payment stays."))
        pays = self.line_ids.filtered(lambda line: line.amount > 0)
        if self.kind != "statement" and not pays:
            raise UserError(
                self.env._("This payment is on account already: choose what it pays.")
            )

    def _get_written_off(self) -> float:
        """Return what of the chosen items is written off."""
        lines = self.line_ids.filtered(
            lambda line: line.amount and line.rest_handling == "writeoff"
        )
        return self.currency_id.round(sum(lines.mapped("rest")))

    def _open_disputes(self, taken):
        disputed = taken.filtered(
            lambda line: line.rest and line.rest_handling == "dispute"
        )
        for payer, lines in disputed.grouped("partner_id").items():
            account = self.env["ar.account"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", payer.commercial_partner_id.id),
                ]
            )
            words = self.env._("short payment: %s", self.text or "")
            account._open_dispute(lines.line_id, words)
