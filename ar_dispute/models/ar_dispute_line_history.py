"""What became of the amounts of cases that ended before they were registered."""

from odoo import fields, models


class ArDisputeLine(models.Model):
    _inherit = "ar.dispute.line"

    from_flag = fields.Boolean(
        string="Was marked",
        readonly=True,
        help="The item was marked as disputed, without any case: so it is again when"
        " there are no cases any more.",
    )

    def _replay_ledger(self):
        """Tell what became of the amounts of ended cases, by the matchings of their
        items since they exist."""
        partials = self.env["account.partial.reconcile"].search(
            [("debit_move_id", "in", self.line_id.ids)], order="id"
        )
        clearings = partials._get_clearings(self)
        days = {
            (partial.debit_move_id.id, partial.credit_move_id.move_id.id): partial
            for partial in partials
        }
        movements = []
        for item, lines in self.sorted("id").grouped("line_id").items():
            parts = [part for part in clearings if part.line_id == item.id]
            for vals in lines._share(item, parts, {}):
                day = days[item.id, vals["move_id"]].max_date
                begun = self.browse(vals["line_id"]).dispute_id.opened_date
                movements.append(vals | {"date": max(day, begun)})
        self.env["ar.dispute.movement"].create(movements)
