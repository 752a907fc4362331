"""Items that were marked as disputed as a whole, without any case."""

from odoo import api, models
from odoo.tools import SQL


class ArDispute(models.Model):
    _inherit = "ar.dispute"

    def _take_flags_over(self):
        # EXTENDS ar_dispute: the marks come back should the register go
        flagged = self.env["ar.item"].search(
            [("line_id", "in", self.line_ids.line_id.ids), ("disputed", "=", True)]
        )
        lines = self.line_ids.filtered(lambda line: line.line_id in flagged.line_id)
        lines.from_flag = True
        return super()._take_flags_over()

    @api.model
    def _give_flags_back(self):
        """Mark the items again that were marked before there were cases, and are still
        disputed: by SQL, for a mark that is written becomes a case."""
        lines = self.env["ar.dispute.line"].search(
            [
                ("from_flag", "=", True),
                ("is_open", "=", True),
                ("still_disputed", ">", 0),
                ("line_id", "!=", False),
            ]
        )
        items = self.env["ar.item"]._get_or_create(lines.line_id)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_item item
                   SET disputed = TRUE, disputed_date = known.day
                  FROM (SELECT line.line_id, MIN(dispute.opened_date) AS day
                          FROM ar_dispute_line line
                          JOIN ar_dispute dispute ON dispute.id = line.dispute_id
                         WHERE line.id = ANY(%s)
                      GROUP BY line.line_id) known
                 WHERE known.line_id = item.line_id
                """,
                lines.ids,
            )
        )
        items.invalidate_recordset(["disputed", "disputed_date"])
