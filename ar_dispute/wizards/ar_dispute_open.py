"""Register a dispute: which invoice, the whole of it or some lines, and why."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.ar_dispute_line import Part


class ArDisputeOpen(models.TransientModel):
    _name = "ar.dispute.open"
    _description = "Register a dispute"

    account_id = fields.Many2one("ar.account", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    partner_id = fields.Many2one(related="account_id.partner_id")
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        domain="[('commercial_partner_id', '=', partner_id),"
        " ('company_id', 'child_of', company_id), ('move_type', '=', 'out_invoice'),"
        " ('state', '=', 'posted'), ('amount_residual', '>', 0)]",
    )
    scope = fields.Selection(
        [("whole", "All that is open"), ("lines", "Some lines or a part")],
        string="What is disputed",
        required=True,
        default="whole",
    )
    line_ids = fields.One2many(
        "ar.dispute.open.line",
        "wizard_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_amount")
    amount = fields.Monetary(string="Disputed", compute="_compute_amount")
    free_amount = fields.Monetary(
        string="Open and not disputed yet", compute="_compute_amount"
    )
    reason_id = fields.Many2one(
        "ar.dispute.reason", domain="[('is_outcome', '=', False)]"
    )
    claim = fields.Text(string="Said by the customer")
    channel = fields.Selection(
        selection=lambda self: (
            self.env["ar.dispute"]._fields["channel"]._description_selection(self.env)
        ),
        required=True,
        default="phone",
    )
    heard_date = fields.Date(
        string="Heard on", default=lambda self: fields.Date.context_today(self)
    )
    heard_from_id = fields.Many2one(
        "res.partner", string="Heard from", domain="[('id', 'child_of', partner_id)]"
    )

    @api.model
    def _get_action(self, account, moves=None) -> dict:
        """Return the action that opens this dialog."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dispute of %s", account.display_name),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_account_id": account.id,
                "default_move_ids": [Command.set(moves.ids if moves else [])],
            },
        }

    @api.depends("move_ids")
    def _compute_line_ids(self):
        for wizard in self:
            products = wizard.move_ids.invoice_line_ids.filtered(
                lambda line: line.display_type == "product"
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"product_line_id": line._origin.id})
                    for line in products
                ),
            ]

    @api.depends("move_ids", "scope", "line_ids.amount", "line_ids.is_taken")
    def _compute_amount(self):
        for wizard in self:
            free = wizard._get_free()
            wizard.currency_id = (
                wizard.move_ids.currency_id[:1] or wizard.account_id.currency_id
            )
            wizard.free_amount = sum(free.values())
            taken = wizard.line_ids.filtered("is_taken").mapped("amount")
            wizard.amount = (
                wizard.free_amount if wizard.scope == "whole" else sum(taken)
            )

    def _get_items(self):
        """Return the open instalments of the invoices, the first due ones first."""
        items = self.move_ids._origin.line_ids.filtered(
            lambda item: (
                item.account_id.account_type == "asset_receivable"
                and item.amount_residual_currency > 0
            )
        )
        return items.sorted(lambda item: (item.date_maturity, item.id))

    def _get_free(self) -> dict:
        """Return what of each instalment is open and not disputed yet."""
        items = self._get_items()
        free = self.env["ar.dispute.line"]._get_free(items)
        return {item: free[item.id] for item in items if free[item.id] > 0}

    def action_open(self):
        """Register the case and open it."""
        self.ensure_one()
        if self.scope == "lines" and not self.line_ids.filtered("is_taken"):
            raise UserError(self.env._("Tick the lines that are disputed."))
        parts = self._get_parts()
        if not parts:
            raise UserError(
                self.env._("Nothing of these invoices is open and not disputed yet.")
            )
        dispute = self.env["ar.dispute"]._open(
            self.account_id,
            parts,
            reason_id=self.reason_id.id,
            claim=self.claim,
            channel=self.channel,
            heard_date=self.heard_date,
            heard_from_id=self.heard_from_id.id,
        )
        return dispute._get_records_action()

    def _get_parts(self) -> list[Part]:
        free = self._get_free()
        if self.scope == "whole":
            return [Part(item, amount) for item, amount in free.items()]
        parts = []
        for line in self.line_ids.filtered("is_taken"):
            parts += line._take_parts(free)
        return parts
