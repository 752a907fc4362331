"""The figures of disputes of a period, with what they are made of."""

from datetime import date, timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..tools import dispute_kpi

# What the credit notes of a case cost is a gesture, or the price of an error
GESTURE, REPLACEMENT = "gesture", "replacement"


class Figure(NamedTuple):
    """A figure: None without a sample, never zero. Shares go from 0 to 1."""

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    sample: int = 0


class ArDisputeKpi(models.AbstractModel):
    _name = "ar.dispute.kpi"
    _description = "Figures of the disputes of a period"

    @api.model
    def _get_figures(self, company, date_from: date, date_to: date) -> dict:
        """Return `Figure` by code, of a company and its branches; amounts in its
        currency, at the rate of each invoice.

        Five statements, whatever there is. Cancelled cases count nowhere.
        """
        self.env["ar.account"]._flush_ledger()
        self.env["account.move"].flush_model()
        root = company.root_id
        return {
            **self._get_invoice_figures(root, date_from, date_to),
            **self._get_closed_figures(root, date_from, date_to),
            **self._get_answer_figures(root, date_from, date_to),
            **self._get_deduction_figures(root, date_from, date_to),
            **self._get_recurrence_figures(root, date_from, date_to),
        }

    # ------------------------------------------------------------------
    # Invoices and what disputes cost
    # ------------------------------------------------------------------

    @api.model
    def _get_invoice_figures(self, root, date_from: date, date_to: date) -> dict:
        """Return disputed and credited ÷ issued, and the cost of non-quality ÷ what was
        invoiced, all with taxes, as disputes are."""
        (row,) = self.env.execute_query_dict(
            self._invoice_figures_sql(root, date_from, date_to)
        )
        issued, value = row["issued"], row["issued_value"]
        tool = dispute_kpi
        cost = tool.cost_of_non_quality(
            row["credits"], row["gestures"], row["replacements"], value
        )
        shares = {
            "dispute_rate_number": tool.dispute_rate_by_number(row["disputed"], issued),
            "dispute_rate_value": tool.dispute_rate_by_value(
                row["disputed_value"], value
            ),
            "credit_note_rate_number": tool.credit_note_rate_by_number(
                row["notes"], issued
            ),
            "credit_note_rate_value": tool.credit_note_rate_by_value(
                row["notes_value"], value
            ),
            "cost_of_non_quality": cost,
        }
        return {code: _as_figure(share, issued) for code, share in shares.items()}

    @api.model
    def _invoice_figures_sql(self, root, date_from: date, date_to: date) -> SQL:
        return SQL(
            """
            WITH invoice AS MATERIALIZED (
                SELECT move.id, move.move_type, ABS(move.amount_total_signed) AS value
                  FROM account_move move
                  JOIN res_company company ON company.id = move.company_id
                 WHERE company.parent_path LIKE %(branches)s
                   AND move.move_type IN ('out_invoice', 'out_refund')
                   AND move.state = 'posted'
                   AND move.invoice_date BETWEEN %(first)s AND %(last)s
            ), disputed AS (
                SELECT line.move_id, SUM(line.amount * line.rate) AS value
                  FROM ar_dispute_line line
                  JOIN ar_dispute dispute ON dispute.id = line.dispute_id
                 WHERE dispute.company_id = %(root)s AND dispute.state <> 'cancelled'
              GROUP BY line.move_id
            )
            SELECT documents.*, costs.*
              FROM (SELECT COUNT(*) FILTER (WHERE owed) AS issued,
                           COALESCE(SUM(invoice.value) FILTER (WHERE owed), 0)::float8
                               AS issued_value,
                           COUNT(*) FILTER (WHERE NOT owed) AS notes,
                           COALESCE(SUM(invoice.value) FILTER (WHERE NOT owed),
                                    0)::float8 AS notes_value,
                           COUNT(disputed.move_id) FILTER (WHERE owed) AS disputed,
                           COALESCE(SUM(disputed.value) FILTER (WHERE owed), 0)::float8
                               AS disputed_value
                      FROM invoice
                CROSS JOIN LATERAL (SELECT move_type = 'out_invoice' AS owed) kind
                 LEFT JOIN disputed ON disputed.move_id = invoice.id) documents
        CROSS JOIN (%(costs)s) costs
            """,
            branches=f"{root.parent_path}%",
            root=root.id,
            first=date_from,
            last=date_to,
            costs=self._cost_sql(root, date_from, date_to),
        )

    @api.model
    def _cost_sql(self, root, date_from: date, date_to: date) -> SQL:
        """Return what the cases closed in a period cost, by how they were resolved:
        what was credited, and what was accepted to be replaced."""
        return SQL(
            """
            SELECT COALESCE(SUM(credited) FILTER (WHERE kind IS DISTINCT FROM
                            %(gesture)s), 0)::float8 AS credits,
                   COALESCE(SUM(credited) FILTER (WHERE kind = %(gesture)s), 0)::float8
                       AS gestures,
                   COALESCE(SUM(replaced) FILTER (WHERE kind = %(replacement)s),
                            0)::float8 AS replacements
              FROM (SELECT resolution.kind, amounts.credited,
                           dispute.accepted_amount * dispute.company_amount
                               / NULLIF(dispute.amount, 0) AS replaced
                      FROM ar_dispute dispute
                 LEFT JOIN ar_dispute_resolution resolution
                        ON resolution.id = dispute.resolution_id
        CROSS JOIN LATERAL (SELECT GREATEST(0, SUM(line.credited * line.rate))
                                       AS credited
                              FROM ar_dispute_line line
                             WHERE line.dispute_id = dispute.id) amounts
                     WHERE dispute.company_id = %(root)s AND dispute.state = 'closed'
                       AND dispute.closed_date BETWEEN %(first)s AND %(last)s
                   ) ended
            """,
            gesture=GESTURE,
            replacement=REPLACEMENT,
            root=root.id,
            first=date_from,
            last=date_to,
        )

    # ------------------------------------------------------------------
    # Closed cases
    # ------------------------------------------------------------------

    @api.model
    def _get_closed_figures(self, root, date_from: date, date_to: date) -> dict:
        """Return how the cases closed in the period ended, and how long they took."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT dispute.company_amount::float8 AS amount, times.*
                  FROM ar_dispute dispute
                  JOIN (%s) times ON times.dispute_id = dispute.id
                 WHERE dispute.company_id = %s AND dispute.state = 'closed'
                   AND dispute.closed_date BETWEEN %s AND %s
                """,
                self.env["ar.dispute.report"]._times_sql(),
                root.id,
                date_from,
                date_to,
            )
        )
        count = len(rows)
        in_time = sum(row["in_time"] for row in rows)
        unfounded = sum(row["unfounded"] for row in rows)
        return {
            "service_level": _as_figure(
                dispute_kpi.service_level(in_time, count), count
            ),
            "unfounded_rate": _as_figure(
                dispute_kpi.unfounded_rate(unfounded, count), count
            ),
            **_get_cycle_figures(rows, "gross"),
            **_get_cycle_figures(rows, "net"),
        }

    @api.model
    def _get_answer_figures(self, root, date_from: date, date_to: date) -> dict:
        """Return the average days from registration to qualification, of the cases
        registered in the period."""
        (row,) = self.env.execute_query_dict(
            SQL(
                """
                SELECT COUNT(qualified_date) AS count,
                       SUM(qualified_date - opened_date)::float8 AS days
                  FROM ar_dispute
                 WHERE company_id = %s AND state <> 'cancelled'
                   AND opened_date BETWEEN %s AND %s
                """,
                root.id,
                date_from,
                date_to,
            )
        )
        count, days = row["count"], row["days"]
        value = days / count if count else None
        return {"first_response": Figure(value, days, count, count)}

    # ------------------------------------------------------------------
    # Open amounts, recurrence
    # ------------------------------------------------------------------

    @api.model
    def _get_deduction_figures(self, root, date_from: date, date_to: date) -> dict:
        """Return the days of deductions that were open on the last day."""
        (row,) = self.env.execute_query_dict(
            SQL(
                """
                SELECT COALESCE(SUM(company_still_disputed) FILTER (
                           WHERE past.state NOT IN ('closed', 'cancelled')), 0)::float8
                           AS still_open,
                       COALESCE(SUM(dispute.company_amount) FILTER (
                           WHERE dispute.opened_date >= %(first)s
                             AND past.state <> 'cancelled'), 0)::float8 AS incurred,
                       COUNT(*) FILTER (WHERE dispute.opened_date >= %(first)s
                                          AND past.state <> 'cancelled') AS count
                  FROM (SELECT dispute.id, dispute.opened_date, amounts.company_amount,
                               amounts.company_still_disputed
                          FROM ar_dispute dispute
                          JOIN (%(sums)s) amounts ON amounts.dispute_id = dispute.id
                         WHERE dispute.company_id = %(root)s
                           AND dispute.opened_date <= %(last)s) dispute
                  JOIN (%(states)s) past ON past.dispute_id = dispute.id
                """,
                first=date_from,
                last=date_to,
                root=root.id,
                sums=self._moved_until_sql(date_to),
                states=self._state_on_sql(date_to),
            )
        )
        still_open, incurred = max(0.0, row["still_open"]), row["incurred"]
        days = (date_to - date_from).days + 1
        value = dispute_kpi.deduction_days_outstanding(still_open, incurred, days)
        figure = Figure(value, still_open, incurred / days, row["count"])
        return {"deduction_days_outstanding": figure}

    @api.model
    def _get_recurrence_figures(self, root, date_from: date, date_to: date) -> dict:
        """Return the share of the cases of the period whose reason, root cause and
        product (else team) had occurred in the 90 days before: cases of which the cause
        is known."""
        before = date_from - timedelta(days=dispute_kpi.RECURRENCE_DAYS)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT dispute.opened_date, dispute.reason_id, dispute.root_cause_id,
                       line.product_id,
                       CASE WHEN line.product_id IS NULL THEN dispute.team_id END
                  FROM ar_dispute dispute
             LEFT JOIN LATERAL (SELECT MIN(product_id) AS product_id
                                  FROM ar_dispute_line
                                 WHERE dispute_id = dispute.id) line ON TRUE
                 WHERE dispute.company_id = %s AND dispute.state <> 'cancelled'
                   AND dispute.root_cause_id IS NOT NULL
                   AND dispute.opened_date BETWEEN %s AND %s
              ORDER BY dispute.opened_date, dispute.id
                """,
                root.id,
                before,
                date_to,
            )
        )
        share = dispute_kpi.recurrence(
            [(row[0], row[1:]) for row in rows], since=date_from
        )
        return {"recurrence": _as_figure(share, share.whole)}


def _as_figure(share: dispute_kpi.Share, sample: int) -> Figure:
    return Figure(share.value, share.part, share.whole, sample)


def _get_cycle_figures(rows: list[dict], which: str) -> dict[str, Figure]:
    """Return mean, median, 90th percentile and weighted average of days."""
    times = dispute_kpi.cycle_times(
        (row["amount"], row[f"days_{which}"]) for row in rows
    )
    return {
        f"cycle_{which}_{name}": Figure(getattr(times, name), sample=times.count)
        for name in ("mean", "median", "p90", "weighted")
    }
