"""What the next run would decide, without making one: same rules, same words."""

from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .ar_dunning_proposal import IN_CODES


class ItemForecast(NamedTuple):
    """What today's run would do with one open item; ``words`` for people."""

    account_id: int
    line_id: int
    move_id: int
    included: bool
    code: str
    rank: int | None
    level: str | None
    words: str


class ArDunningForecast(models.AbstractModel):
    _name = "ar.dunning.forecast"
    _description = "What the next dunning run would decide"

    @api.model
    def _forecast(self, accounts) -> list[ItemForecast]:
        """Return what an increment run of today would decide for these customers.

        Oldest due date first. One statement per company, whatever the number of
        customers.
        """
        accounts._flush_ledger()
        self.env.flush_all()
        found = []
        for company, group in accounts.grouped("company_id").items():
            today = self.env["ar.account"]._today(company)
            run = self.env["ar.dunning.run"].new(
                {"company_id": company.id, "date": today, "mode": "increment"}
            )
            rows = self.env.execute_query(run._forecast_sql(group))
            found += [run._read_forecast(row) for row in rows]
        return found

    def _forecast_sql(self, accounts) -> SQL:
        person = self.with_context(ar_reason_lang=self.env.lang, ar_as_of=False)
        scope = person.env["ar.account"]._scope(accounts, as_of=self.date)
        return SQL(
            """
            WITH ar_run_kept AS (%(kept)s),
                 ar_run_item AS (%(items)s),
                 ar_run_decision AS (%(decisions)s)
            SELECT decision.account_id, decision.line_id, decision.move_id,
                   decision.code, decision.final_rank,
                   COALESCE(level.name->>%(lang)s, level.name->>'en_US'),
                   %(reason)s
              FROM ar_run_decision decision
         LEFT JOIN ar_dunning_level level
                ON level.strategy_id = decision.strategy_id
               AND level.rank = decision.final_rank
             WHERE decision.residual <> 0
               AND decision.code <> 'credit_left'
          ORDER BY decision.due_date, decision.line_id
            """,
            kept=person._kept_override_sql(self._get_proposed_run_ids()),
            items=person._collected_item_sql(scope),
            decisions=person._decided_item_sql(),
            lang=person._get_lang(),
            reason=person._reason_sql(),
        )

    def _get_proposed_run_ids(self) -> tuple[int, ...]:
        """Return the run under review: what people changed there still counts."""
        runs = self.env["ar.dunning.run"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "proposed")]
        )
        return tuple(runs.ids) or (0,)

    def _read_forecast(self, row) -> ItemForecast:
        account_id, line_id, move_id, code, rank, level, reason = row
        included = code in IN_CODES
        words = level if code == "step" and level else reason
        return ItemForecast(
            account_id, line_id, move_id, included, code, rank, level, words or ""
        )
