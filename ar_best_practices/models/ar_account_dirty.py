"""Accounts whose behaviour changed: posting and matching append here, and only here."""

from odoo import api, fields, models
from odoo.tools import SQL

from .ar_account_ledger import LIVE_FIELDS


class ArAccountDirty(models.Model):
    """Insert-only between refreshes: two payments of one customer never wait.

    Plain integers without foreign keys.

    Growth: one row per posting or matching of a customer and transaction (a million
    invoices make two or three million rows a year), for a minute each: every refresh
    empties the table (``_take``), so that it needs no purge.
    """

    _name = "ar.account.dirty"
    _description = "Customer account to refresh"
    _log_access = False

    company_id = fields.Integer(required=True)
    partner_id = fields.Integer(required=True)

    @api.model
    def _append(self, lines):
        """Remember the customers of receivable lines and wake the refresh up."""
        pairs = {
            (line.company_id.root_id.id, line.partner_id.commercial_partner_id.id)
            for line in lines
            if line.account_id.account_type == "asset_receivable" and line.partner_id
        }
        if pairs:
            accounts = self.env["ar.account"]
            accounts.invalidate_model([*LIVE_FIELDS, "status", "status_reason"])
            accounts._ensure(pairs)
            self._append_pairs(pairs)

    @api.model
    def _append_pairs(self, pairs: set[tuple[int, int]]):
        """Append (root company, commercial partner) pairs."""
        if not pairs:
            return
        rows = SQL(", ").join(SQL("(%s, %s)", *pair) for pair in sorted(pairs))
        self.env.cr.execute(
            SQL("INSERT INTO ar_account_dirty (company_id, partner_id) VALUES %s", rows)
        )
        # The cron belongs to the system user; whoever posts may wake it up.
        self.env.ref("ar_best_practices.ir_cron_refresh_dirty").sudo()._trigger()

    @api.model
    def _take(self) -> SQL:
        """Move what can be had into a temporary table; return its accounts' SELECT."""
        self.env.cr.execute(
            SQL(
                """
                DROP TABLE IF EXISTS ar_refresh_scope;
                CREATE TEMPORARY TABLE ar_refresh_scope ON COMMIT DROP AS
                WITH taken AS (
                    DELETE FROM ar_account_dirty
                     WHERE id IN (SELECT id FROM ar_account_dirty
                                     FOR UPDATE SKIP LOCKED)
                 RETURNING company_id, partner_id
                )
                SELECT DISTINCT account.id AS account_id, account.company_id,
                       account.partner_id
                  FROM taken
                  JOIN ar_account account USING (company_id, partner_id)
                """
            )
        )
        return SQL("SELECT account_id, company_id, partner_id FROM ar_refresh_scope")
