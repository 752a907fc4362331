"""Items that a document speaks of: frozen as they were, found again in the ledger."""

from odoo import api, fields, models
from odoo.tools import SQL


class ArFrozenItem(models.AbstractModel):
    """Number, due date and currency stay what they were when the row was made.

    The journal item may be replaced by another one of the same invoice (a changed
    payment term): an open row follows it. Whoever inherits says what `is_open` is.
    """

    _name = "ar.frozen.item"
    _description = "Item as it was when a document was made"
    _order = "due_date, id"

    line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    number = fields.Char(readonly=True)
    due_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    @api.model
    def _relink_orphans(self):
        """Follow an invoice whose payment term replaced its lines: the new item due
        nearest to the old one."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s orphan
                   SET line_id = fresh.id
                  FROM %(table)s stored
            CROSS JOIN LATERAL (
                        SELECT line.id
                          FROM account_move_line line
                         WHERE line.move_id = stored.move_id
                           AND line.display_type = 'payment_term'
                           AND line.parent_state = 'posted'
                      ORDER BY ABS(line.date_maturity - stored.due_date), line.id
                         LIMIT 1
                       ) fresh
                 WHERE stored.id = orphan.id
                   AND stored.line_id IS NULL
                   AND stored.move_id IS NOT NULL
                   AND stored.is_open
                """,
                table=SQL.identifier(self._table),
            )
        )
        if self.env.cr.rowcount:
            self.invalidate_model(["line_id"])
