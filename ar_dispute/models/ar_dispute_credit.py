"""The credit notes that a decision grants, prepared by Odoo's own reversal."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

GRANTED = ("approved", "executed")


class ArDisputeCredit(models.AbstractModel):
    _name = "ar.dispute.credit"
    _description = "Credit notes of a dispute"
    _inherit = ["ar.dispute.flow"]

    credit_note_ids = fields.One2many(
        "account.move", "ar_dispute_id", string="Credit notes", readonly=True
    )
    credit_note_count = fields.Integer(compute="_compute_can_credit")
    can_credit = fields.Boolean(compute="_compute_can_credit")

    @api.depends("state", "accepted_amount", "credit_note_ids.state")
    def _compute_can_credit(self):
        for dispute in self:
            left = dispute._get_left_to_credit()
            dispute.can_credit = dispute.state in GRANTED and left > 0
            dispute.credit_note_count = len(dispute._get_credit_notes())

    def _get_credit_notes(self):
        # sudo: whoever treats a case knows that it is credited, not what is invoiced
        return self.sudo().credit_note_ids.filtered(lambda x: x.state != "cancel")

    def _get_left_to_credit(self) -> float:
        """Return what the decision grants and no credit note has, not even a draft."""
        notes = self._get_credit_notes()
        left = self.accepted_amount - sum(notes.mapped("amount_total"))
        return self.currency_id.round(left)

    # ------------------------------------------------------------------
    # Prepared
    # ------------------------------------------------------------------

    def action_credit(self):
        """Prepare one credit note per invoice, with its lines and taxes, to be looked
        at and posted: Odoo then takes it off the invoice."""
        self.ensure_one()
        self._check_may_credit()
        left = self._get_left_to_credit()
        for invoice, lines in self.line_ids.grouped("move_id").items():
            amount = min(left, sum(lines.mapped("amount")), invoice.amount_total)
            if invoice and self.currency_id.compare_amounts(amount, 0) > 0:
                self._prepare_credit_note(invoice, lines, amount)
                left = self.currency_id.round(left - amount)
        return self.action_show_credit_notes()

    def _check_may_credit(self):
        self.check_access("write")
        if self.state not in GRANTED:
            raise UserError(
                self.env._("%s: a credit note follows an approved decision.", self.name)
            )
        if self.currency_id.compare_amounts(self._get_left_to_credit(), 0) <= 0:
            raise UserError(
                self.env._(
                    "%s: nothing is left to credit of what was decided.", self.name
                )
            )
        moves = self.env["account.move"]
        if not moves.has_access("create"):
            raise UserError(
                self.env._(
                    "Credit notes are made by who may invoice: ask accounting for the"
                    " one of %s.",
                    self.name,
                )
            )

    def _prepare_credit_note(self, invoice, lines, amount: float):
        """Make the draft: the whole invoice, the lines in dispute, or an amount."""
        note = self._reverse(invoice)
        parts = self._get_line_parts(note, invoice, lines, amount)
        if parts is not None:
            self._keep_lines(note, parts)
        elif note.currency_id.compare_amounts(amount, note.amount_total):
            self._scale(note, amount)
        self._checked_sudo().document_move_id = self.document_move_id or note

    def _reverse(self, invoice):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "reason": self.name,
                    "date": self._get_day(),
                    "journal_id": invoice.journal_id.id,
                }
            )
        )
        wizard.refund_moves()
        wizard.new_move_ids.ar_dispute_id = self
        return wizard.new_move_ids

    def _get_line_parts(self, note, invoice, lines, amount: float) -> dict | None:
        """Return the quantity of each line of the draft, or nothing when the amount is
        not that of whole lines in dispute."""
        if not all(line.product_line_id for line in lines):
            return None
        if self.currency_id.compare_amounts(amount, sum(lines.mapped("amount"))):
            return None
        copies = dict(zip(invoice.invoice_line_ids, note.invoice_line_ids, strict=True))
        return {
            copies[line.product_line_id]: line.quantity or line.product_line_id.quantity
            for line in lines
            if line.product_line_id in copies
        }

    def _keep_lines(self, note, quantities: dict):
        note.invoice_line_ids = [
            Command.update(line.id, {"quantity": quantities[line]})
            if line in quantities
            else Command.delete(line.id)
            for line in note.invoice_line_ids
        ]

    def _scale(self, note, amount: float):
        """Credit an amount of an invoice: one line for each of its sets of taxes."""
        share = amount / note.amount_total
        products = note.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        note.invoice_line_ids = [
            *(Command.delete(line.id) for line in note.invoice_line_ids),
            *(
                Command.create(self._prepare_share(same, share))
                for same in products.grouped(
                    lambda line: (line.tax_ids, line.account_id)
                ).values()
            ),
        ]

    def _prepare_share(self, lines, share: float) -> dict:
        """Return one line for a share of lines with the same taxes."""
        included = lines.tax_ids.filtered("price_include")
        total = sum(lines.mapped("price_total" if included else "price_subtotal"))
        return {
            "name": self.env._(
                "%(dispute)s: %(reason)s",
                dispute=self.name,
                reason=self.reason_id.name,
            ),
            "quantity": 1,
            "price_unit": lines.currency_id.round(total * share),
            "tax_ids": [Command.set(lines.tax_ids.ids)],
            "account_id": lines.account_id.id,
        }

    # ------------------------------------------------------------------
    # Shown
    # ------------------------------------------------------------------

    def action_show_credit_notes(self):
        """Open the credit notes of this case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_refund_type"
        )
        notes = self.credit_note_ids
        if len(notes) == 1:
            return action | {
                "res_id": notes.id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return action | {"domain": [("ar_dispute_id", "=", self.id)]}

    def _check_execution(self):
        # EXTENDS ar.dispute.flow: a draft credits nothing
        if self._get_credit_notes().filtered(lambda note: note.state == "draft"):
            raise UserError(self.env._("%s: post its credit note first.", self.name))
        return super()._check_execution()
