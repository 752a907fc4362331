"""What happened with a customer, newest first: reminders, decisions, and more."""

from odoo import fields, models
from odoo.tools import SQL


class ArAccountTimeline(models.Model):
    """A view over ``ar.account._timeline_sources``; nothing is stored."""

    _name = "ar.account.timeline"
    _description = "Timeline of a customer account"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "summary"

    account_id = fields.Many2one("ar.account", readonly=True)
    date = fields.Date(readonly=True)
    kind = fields.Selection(selection="_get_kind_selection", readonly=True)
    direction = fields.Selection(
        [("out", "Sent"), ("in", "Received"), ("internal", "Internal")], readonly=True
    )
    summary = fields.Char(string="What", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    author_id = fields.Many2one("res.users", string="By", readonly=True)
    res_model = fields.Char(string="Document model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", readonly=True
    )

    def _get_kind_selection(self) -> list[tuple[str, str]]:
        """Return the kinds of events; an addon with a source adds its own."""
        return [
            ("notice", self.env._("Reminder")),
            ("decision", self.env._("Decision")),
            ("action", self.env._("Action")),
            ("promise", self.env._("Promise")),
            ("plan", self.env._("Payment plan")),
            ("statement", self.env._("Statement of account")),
        ]

    @property
    def _table_query(self) -> SQL:
        # The id tells sources apart without a window function: a condition on the
        # account goes down into each of them.
        self.env.flush_all()
        sources = self.env["ar.account"]._timeline_sources()
        parts = [
            SQL(
                """
                SELECT source.res_id::bigint * %(count)s + %(position)s AS id,
                       source.account_id, source.date, source.kind,
                       source.direction, source.summary, source.amount,
                       source.currency_id, source.author_id, source.res_model,
                       source.res_id
                  FROM (%(source)s) source (account_id, date, kind, direction,
                       res_model, res_id, amount, currency_id, author_id, summary)
                """,
                count=len(sources),
                position=position,
                source=source,
            )
            for position, source in enumerate(sources)
        ]
        return SQL(" UNION ALL ").join(parts)

    def action_open(self):
        """Open the record behind the event."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "target": "new" if self.kind in ("decision", "action") else "current",
        }
