from odoo import api, fields, models
from odoo.tools import SQL, format_date

from .ar_account_ledger import COLLECTOR

VIEWER = "ar_best_practices.group_ar_viewer"


class AccountMove(models.Model):
    _inherit = "account.move"

    ar_level_id = fields.Many2one(
        "ar.dunning.level",
        string="Dunning level",
        compute="_compute_ar_level",
        groups=COLLECTOR,
        help="Highest level of reminder that an instalment of this invoice reached.",
    )
    ar_last_message_date = fields.Date(
        string="Last reminder", compute="_compute_ar_level", groups=COLLECTOR
    )
    ar_next_step = fields.Char(
        string="Next reminder",
        compute="_compute_ar_next_step",
        groups=COLLECTOR,
        help="What the next dunning run will do with this invoice, or why nothing.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("line_ids")
    def _compute_ar_level(self):
        states = self.env["ar.item"].search([("move_id", "in", self.ids)])
        by_move = states.grouped("move_id")
        for move in self:
            items = by_move.get(move._origin, states.browse())
            reached = items.filtered("level_id").sorted("level_rank")
            move.ar_level_id = reached[-1:].level_id
            move.ar_last_message_date = max(
                items.filtered("last_message_date").mapped("last_message_date"),
                default=False,
            )

    @api.depends("state", "payment_state", "partner_id")
    def _compute_ar_next_step(self):
        words = {}
        for row in self.env["ar.dunning.forecast"]._forecast(self._get_ar_accounts()):
            # Rows in come first: one instalment reminded says more than one left out.
            if row.included or row.move_id not in words:
                words[row.move_id] = row.words
        for move in self:
            move.ar_next_step = words.get(move._origin.id, False)

    def _get_ar_accounts(self):
        """Return the customer accounts of posted customer documents still open."""
        moves = self.filtered(
            lambda move: (
                move.is_sale_document()
                and move.state == "posted"
                and move.payment_state not in ("paid", "reversed")
            )
        )
        return self.env["ar.account"].search(
            [
                ("partner_id", "in", moves.commercial_partner_id.ids),
                ("company_id", "in", moves.company_id.root_id.ids),
            ]
        )

    # ------------------------------------------------------------------
    # Public links
    # ------------------------------------------------------------------

    def _ensure_ar_portal_tokens(self):
        """Give these invoices their public link, in one statement: the writing of an
        invoice checks and recomputes far more than a token."""
        self.flush_recordset(["access_token"])
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET access_token = gen_random_uuid()"
                " WHERE id IN %s AND access_token IS NULL",
                tuple(self.ids) or (0,),
            )
        )
        self.invalidate_recordset(["access_token"])
        self.mapped("access_token")  # read here for the batch, not for each customer

    def _get_ar_payment_url(self):
        """Return the page where the customer pays: the only invoice's own page, else
        the customer's account, where disputed items stand apart (needs a login);
        nothing without an invoice."""
        invoices = self.filtered(lambda move: move.is_invoice())
        if len(invoices) == 1:
            return invoices.get_base_url() + invoices.get_portal_url()
        if invoices:
            return f"{invoices[:1].get_base_url()}/my/receivables"
        return False

    # ------------------------------------------------------------------
    # Banner
    # ------------------------------------------------------------------

    def _get_alerts(self):
        # EXTENDS account: what a person should know before talking to this customer
        alerts = super()._get_alerts()
        if not self.is_sale_document() or not self.commercial_partner_id:
            return alerts
        if self.env.user.has_group(VIEWER):
            alerts |= self._get_ar_hold_alert()
        if self.env.user.has_group(COLLECTOR) and self.state == "posted":
            alerts |= self._get_ar_item_alerts()
        return alerts

    def _get_ar_hold_alert(self) -> dict[str, dict]:
        """Return the banner of a customer on hold or watched: words, no amount."""
        company = self.company_id.root_id
        partner = self.commercial_partner_id.with_company(company)
        account = partner.ar_account_id
        if account.hold_state not in ("watch", "hold"):
            return {}
        reason = account.hold_reason or ""
        held = account.hold_state == "hold"
        return {
            "ar_hold": {
                "level": "danger" if held else "warning",
                "message": self.env._("This customer is on hold: %s", reason)
                if held
                else self.env._("This customer is watched: %s", reason),
                "action_text": self.env._("Customer account"),
                "action": account._get_form_action(),
            }
        }

    def _get_ar_item_alerts(self) -> dict[str, dict]:
        """Return the banners of what was said and decided about this invoice."""
        items = self.env["ar.item"].search([("move_id", "=", self._origin.id)])
        alerts = {}
        if items.filtered("disputed"):
            alerts["ar_disputed"] = {
                "level": "warning",
                "message": self.env._("The customer disputes this invoice."),
            }
        for item in items.filtered("excluded")[:1]:
            alerts["ar_excluded"] = {
                "level": "info",
                "message": item._get_exclusion_words(),
            }
        if self.ar_level_id and self.payment_state in ("not_paid", "partial"):
            alerts["ar_level"] = {
                "level": "info",
                "message": self.env._(
                    "Reminded on %(date)s: %(level)s.",
                    date=format_date(self.env, self.ar_last_message_date),
                    level=self.ar_level_id.name,
                ),
            }
        return alerts

    # ------------------------------------------------------------------
    # Posting
    # ------------------------------------------------------------------

    def _post(self, soft=True):
        # EXTENDS account: a posted item makes the account of its customer
        posted = super()._post(soft)
        self.env["ar.account.dirty"]._append(
            posted.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
        )
        return posted

    def button_draft(self):
        # EXTENDS account: what leaves the ledger changes its customer as well
        result = super().button_draft()
        self.env["ar.account.dirty"]._append(self.line_ids)
        return result
