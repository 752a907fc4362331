from odoo import fields, models

from ..tools.dispute_states import OPEN
from .ar_account import HANDLER

COLLECTOR = "ar_best_practices.group_ar_collector"


class AccountMove(models.Model):
    _inherit = "account.move"

    ar_dispute_count = fields.Integer(
        string="Disputes", compute="_compute_ar_dispute_count", groups=HANDLER
    )

    ar_dispute_id = fields.Many2one(
        "ar.dispute",
        string="Credited for the dispute",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=HANDLER,
    )

    def _compute_ar_dispute_count(self):
        counts = dict(
            self.env["ar.dispute.line"]._read_group(
                [("move_id", "in", self.ids)],
                ["move_id"],
                ["dispute_id:count_distinct"],
            )
        )
        for move in self:
            move.ar_dispute_count = counts.get(move._origin, 0)

    def _get_ar_item_alerts(self):
        # EXTENDS ar_best_practices
        alerts = super()._get_ar_item_alerts()
        disputes = self.env["ar.dispute"].search(
            [("line_ids.move_id", "=", self._origin.id), ("state", "in", OPEN)]
        )
        for dispute in disputes:
            alerts[f"ar_dispute_{dispute.id}"] = {
                "level": "warning",
                "message": self.env._(
                    "Disputed: %(amount)s (%(reason)s)",
                    amount=dispute.currency_id.format(dispute.still_disputed),
                    reason=dispute.reason_id.display_name
                    or self.env._("no reason yet"),
                ),
                "action_text": dispute.name,
                "action": dispute._get_records_action(),
            }
        return alerts

    def action_open_dispute(self):
        """Register what the customer contests of this invoice."""
        self.ensure_one()
        account = self.env["ar.account"]._ensure(
            [(self.company_id.id, self.commercial_partner_id.id)]
        )
        return self.env["ar.dispute.open"]._get_action(account, self)

    def action_open_disputes(self):
        """Open the disputes about this invoice."""
        self.ensure_one()
        disputes = self.env["ar.dispute"].search([("line_ids.move_id", "=", self.id)])
        return disputes._get_records_action(name=self.env._("Disputes"))
