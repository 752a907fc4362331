"""Our state of one item: what was said about one instalment, and what stops us."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from .scope import Scope

# How long what only measures behaviour is kept.
BEHAVIOR_MONTHS = 36


class ArItem(models.Model):
    """At most one row per receivable line that was ever late, reminded, excluded or
    disputed.

    ``move_id`` outlives the line: a changed payment term replaces lines, and the row
    is linked again to the new line of the same invoice (``_relink_orphans``).

    Growth: one row per instalment that becomes late (300,000 a year for a million
    invoices of which a third is late). Purged: ``_gc_settled``.
    """

    _name = "ar.item"
    _description = "Open item followed up"
    _inherit = ["ar.guarded"]
    _order = "id desc"

    line_id = fields.Many2one("account.move.line", readonly=True, ondelete="set null")
    move_id = fields.Many2one(
        "account.move", readonly=True, index=True, ondelete="cascade"
    )
    due_date = fields.Date(
        string="Due date",
        readonly=True,
        help="Due date when the item was last seen.",
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    listed_date = fields.Date(
        string="On the worklist since",
        readonly=True,
        help="First day on which the nightly refresh saw the item overdue.",
    )
    listed_delay = fields.Integer(
        string="Days before the worklist",
        readonly=True,
        aggregator="avg",
        help="Days between the first day late and the worklist: 0 is at once.",
    )
    level_id = fields.Many2one("ar.dunning.level", readonly=True, ondelete="set null")
    level_rank = fields.Integer(
        string="Rank of the level",
        readonly=True,
        help="Rank of the last level reached, kept when levels or strategies change.",
    )
    level_date = fields.Date(
        string="Level reached on",
        readonly=True,
        help="Day on which that level was reached.",
    )
    last_message_date = fields.Date(string="Last message", readonly=True)
    message_count = fields.Integer(string="Messages", readonly=True)
    excluded = fields.Boolean(help="Left out of reminders by a person.")
    excluded_reason = fields.Char(string="Why left out")
    excluded_from = fields.Date(string="Left out from")
    excluded_until = fields.Date(string="Left out until")
    excluded_uid = fields.Many2one("res.users", string="Excluded by", readonly=True)
    expected_date = fields.Date(
        string="Payment expected", help="Day on which the customer says it will pay."
    )
    disputed = fields.Boolean()
    disputed_date = fields.Date(string="Disputed since")

    _line_uniq = models.UniqueIndex(
        "(line_id) WHERE line_id IS NOT NULL", "This item is already followed up."
    )
    _orphans = models.Index("(move_id) WHERE line_id IS NULL")

    @api.constrains("excluded", "excluded_reason")
    def _check_excluded_reason(self):
        if any(item.excluded and not item.excluded_reason for item in self):
            raise ValidationError(
                self.env._("Say why the item is left out of reminders.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_may_create(vals_list)
        items = self.env["account.move.line"]
        vals_list = [
            vals | self._prepare_from_line(items.browse(vals.get("line_id")), vals)
            for vals in vals_list
        ]
        # sudo: what the journal item says is nobody's to write; the right was checked
        return super(ArItem, self.sudo()).create(vals_list).with_env(self.env)

    def write(self, vals):
        result = super().write(vals)
        if "excluded" in vals:
            # sudo: who left it out is nobody's to write
            self.sudo().excluded_uid = vals["excluded"] and self.env.uid
        return result

    def _check_may_create(self, vals_list):
        """A row says what it likes only of a journal item that its author sees."""
        self.check_access("create")
        for vals in vals_list:
            self._check_guarded({n for n in vals if vals[n]} - {"line_id"})
            line = self.env["account.move.line"].browse(vals.get("line_id"))
            line.check_access("read")

    def _prepare_from_line(self, line, vals) -> dict:
        """Return the columns that a journal item and its author decide."""
        values = {"excluded_uid": vals.get("excluded") and self.env.uid}
        if line:
            values |= {
                "move_id": line.move_id.id,
                "due_date": line.date_maturity,
                "company_id": line.company_id.id,
            }
        return values

    def _get_exclusion_words(self) -> str:
        """Say why a person left this item out of reminders, and until when."""
        self.ensure_one()
        if self.excluded_until:
            return self.env._(
                "Left out of reminders until %(date)s: %(reason)s",
                date=format_date(self.env, self.excluded_until),
                reason=self.excluded_reason,
            )
        return self.env._(
            "Left out of reminders: %(reason)s", reason=self.excluded_reason
        )

    def _exclude(self, reason: str, until):
        """Leave these items out of reminders until a day, with the reason."""
        self._checked_sudo().write(
            {
                "excluded": True,
                "excluded_reason": reason,
                "excluded_from": fields.Date.context_today(self),
                "excluded_until": until,
                "excluded_uid": self.env.uid,
            }
        )

    @api.model
    def _get_or_create(self, lines):
        """Return the state rows of journal items, made when they are missing."""
        found = self.search([("line_id", "in", lines.ids)])
        missing = lines - found.line_id
        return found + self.create([{"line_id": line.id} for line in missing])

    @api.model
    def _list_overdue(self, scope: Scope):
        """Note the day on which each overdue item came on the worklist: one statement,
        which writes only the items that became overdue since the last call."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ar_item (line_id, move_id, due_date, company_id,
                                     listed_date, listed_delay, create_uid, write_uid,
                                     create_date, write_date)
                SELECT item.line_id, line.move_id, item.due_date, line.company_id,
                       %(as_of)s, item.late - 1, %(user)s, %(user)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM (%(items)s) item
                  JOIN account_move_line line ON line.id = item.line_id
                 WHERE item.residual > 0 AND item.late > 0
                   AND NOT EXISTS (SELECT 1 FROM ar_item known
                                    WHERE known.line_id = item.line_id
                                      AND known.listed_date IS NOT NULL)
           ON CONFLICT (line_id) WHERE line_id IS NOT NULL DO UPDATE
                   SET listed_date = EXCLUDED.listed_date,
                       listed_delay = EXCLUDED.listed_delay
                """,
                as_of=SQL("%s::date", scope.as_of),
                user=self.env.uid,
                items=self.env["ar.account"]._item_sql(scope),
            )
        )
        self.invalidate_model(["listed_date", "listed_delay"])

    @api.autovacuum
    def _gc_settled(self):
        """Forget items that were late once, paid since and never spoken of: after
        ``BEHAVIOR_MONTHS`` they serve no measure any more."""
        limit = fields.Date.subtract(fields.Date.today(), months=BEHAVIOR_MONTHS)
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM ar_item item
                      USING account_move_line line
                      WHERE line.id = item.line_id AND line.reconciled
                        AND item.due_date < %s
                        AND item.last_message_date IS NULL
                        AND item.excluded IS NOT TRUE
                        AND item.disputed IS NOT TRUE
                """,
                limit,
            )
        )

    @api.model
    def _relink_orphans(self):
        """Give the state of replaced lines to the new lines of the same invoice.

        Instalments are paired in the order of their due dates; the last old one is
        kept for the rest when the new terms have more of them.
        """
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH orphan AS (
                    SELECT id, move_id,
                           ROW_NUMBER() OVER (
                               PARTITION BY move_id ORDER BY due_date, id
                           ) AS position
                      FROM ar_item WHERE line_id IS NULL AND move_id IS NOT NULL
                ), fresh AS (
                    SELECT line.id, line.move_id, line.date_maturity,
                           ROW_NUMBER() OVER (
                               PARTITION BY line.move_id
                                   ORDER BY line.date_maturity, line.id
                           ) AS position
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                       AND account.account_type = 'asset_receivable'
                     WHERE line.move_id IN (SELECT move_id FROM orphan)
                       AND line.display_type = 'payment_term'
                       AND line.parent_state = 'posted'
                       AND NOT EXISTS (
                           SELECT 1 FROM ar_item taken WHERE taken.line_id = line.id
                       )
                )
                UPDATE ar_item item
                   SET line_id = fresh.id, due_date = fresh.date_maturity
                  FROM orphan JOIN fresh USING (move_id, position)
                 WHERE item.id = orphan.id
                """
            )
        )
        self.invalidate_model(["line_id", "due_date"])
