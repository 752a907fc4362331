"""What customers committed to pay on items, and the money that came since.

A promise and a payment plan freeze the items that they cover: number, due date and what
was open. What came since is read from the matchings, never stored beside them.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare

from ..tools import dates


class ArCommitment(models.AbstractModel):
    _name = "ar.commitment"
    _description = "Commitment of a customer to pay"

    account_id = fields.Many2one(
        "ar.account",
        string="Customer account",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="account_id.partner_id", string="Customer", store=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    contact_id = fields.Many2one("res.partner", string="Said by", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Obtained by",
        readonly=True,
        default=lambda self: self.env.user,
    )
    made_date = fields.Date(
        string="Made on",
        required=True,
        readonly=True,
        default=lambda self: fields.Date.context_today(self),
    )
    note = fields.Char()

    @api.model
    def _gc_older_than(self, company, limit):
        """Forget what was decided before a day in a company."""
        self.search(
            Domain("company_id", "=", company.id)
            & Domain("made_date", "<", limit)
            & Domain("state", "not in", ("open", "proposed", "running"))
        ).unlink()

    # ------------------------------------------------------------------
    # Items
    # ------------------------------------------------------------------

    @api.model
    def _check_lines(self, account, lines):
        """Refuse items of others, paid ones, or two currencies; return the currency."""
        allowed = account.open_line_ids
        if strangers := lines - allowed:
            raise UserError(
                self.env._(
                    "Not open items of this customer: %(items)s.",
                    items=", ".join(strangers.mapped("move_name")),
                )
            )
        if len(lines.currency_id) > 1:
            raise UserError(
                self.env._("Choose items of one currency: one commitment for each.")
            )
        return lines.currency_id or account.currency_id

    @api.model
    def _allocate(self, lines, amount: float) -> list[tuple]:
        """Return (line, part) of the amount, the oldest due items first."""
        parts, left = [], amount
        for line in lines.sorted(lambda line: (line.date_maturity, line.id)):
            part = min(left, line.amount_residual_currency)
            if line.currency_id.compare_amounts(part, 0) > 0:
                parts.append((line, part))
                left = line.currency_id.round(left - part)
        return parts

    @api.model
    def _check_amount(self, lines, currency, amount: float):
        """Refuse nothing, a negative amount, and more than is open."""
        total = sum(lines.mapped("amount_residual_currency"))
        rounding = currency.rounding
        if float_compare(amount, 0, precision_rounding=rounding) <= 0:
            raise UserError(self.env._("The amount must be more than zero."))
        if float_compare(amount, total, precision_rounding=rounding) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is more than what these items owe: %(total)s.",
                    amount=currency.format(amount),
                    total=currency.format(total),
                )
            )

    @api.model
    def _get_default_lines(self, account):
        """Return the overdue items that nothing else covers, in one currency: that of
        the oldest one."""
        lines = account.open_line_ids.filtered(
            lambda line: line.amount_residual_currency > 0
        )
        today = account._today(account.company_id)
        late = lines.filtered(lambda line: line.date_maturity < today) or lines
        late = late.sorted(lambda line: (line.date_maturity, line.id))
        return late.filtered(lambda line: line.currency_id == late[:1].currency_id)

    @api.model
    def _get_deadline(self, account, day, tolerance: int):
        """Return the last day on which money still comes in time: working days of the
        company after the promised one."""
        company = account.company_id
        holidays = self._get_holidays(company, day, tolerance)
        weekend = self._get_weekend(company)
        return dates.add_business_days(day, tolerance, holidays, weekend)

    @api.model
    def _get_weekend(self, company) -> set[int]:
        """Return the days of the week on which nobody works, Monday being 0."""
        # sudo: working days are no secret, and collectors may not read the calendar
        attendances = company.sudo().resource_calendar_id.attendance_ids
        worked = {int(line.dayofweek) for line in attendances}
        return set(range(7)) - worked if worked else set(dates.WEEKEND)

    @api.model
    def _get_holidays(self, company, day, tolerance: int) -> set:
        """Return the days off of everybody in the weeks after a day."""
        end = fields.Date.add(day, days=14 + 2 * tolerance)
        # sudo: days off are no secret, and collectors may not read the calendar
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                Domain("resource_id", "=", False)
                & Domain("company_id", "in", (False, company.id))
                & Domain("calendar_id", "in", (False, company.resource_calendar_id.id))
                & Domain("date_from", "<=", end)
                & Domain("date_to", ">=", day)
            )
        )
        days = set()
        for leave in leaves:
            zone = leave.calendar_id.tz or company.resource_calendar_id.tz or "UTC"
            local = leave.with_context(tz=zone)
            first = fields.Datetime.context_timestamp(local, leave.date_from).date()
            last = fields.Datetime.context_timestamp(local, leave.date_to).date()
            span = range((last - first).days + 1)
            days |= {fields.Date.add(first, days=number) for number in span}
        return days

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------

    @api.model
    def _money_sql(self, scope, lines: SQL) -> SQL:
        """Return the money that came on committed items since they were committed.

        :param lines: SELECT id, line_id, deadline, cash_before, credited_before
        :return: SELECT id once per item, in_time (paid by the deadline), paid, credited
            (by credit notes and write-offs), in document currency, never negative
        """
        return SQL(
            """
            SELECT line.id,
                   GREATEST(0, COALESCE(SUM(matching.amount_currency) FILTER (
                       WHERE matching.by_cash AND matching.paid_on <= line.deadline
                   ), 0) - line.cash_before) AS in_time,
                   GREATEST(0, COALESCE(SUM(matching.amount_currency) FILTER (
                       WHERE matching.by_cash), 0) - line.cash_before) AS paid,
                   GREATEST(0, COALESCE(SUM(matching.amount_currency) FILTER (
                       WHERE NOT matching.by_cash), 0) - line.credited_before)
                       AS credited
              FROM (%(lines)s) line
         LEFT JOIN (%(matchings)s) matching ON matching.line_id = line.line_id
          GROUP BY line.id, line.line_id, line.deadline, line.cash_before,
                   line.credited_before
            """,
            lines=lines,
            matchings=self.env["ar.account"]._matching_sql(scope),
        )

    @api.model
    def _get_money_before(self, lines) -> dict[int, tuple[float, float]]:
        """Return (cash, credits) that items got already, by line."""
        accounts = self.env["ar.account"]
        accounts._flush_ledger()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line_id,
                       COALESCE(SUM(amount_currency) FILTER (WHERE by_cash), 0),
                       COALESCE(SUM(amount_currency) FILTER (WHERE NOT by_cash), 0)
                  FROM (%s) matching
                 WHERE line_id IN %s
              GROUP BY line_id
                """,
                accounts._matching_sql(accounts._scope()._replace(is_past=False)),
                tuple(lines.ids) or (0,),
            )
        )
        return {row[0]: (float(row[1]), float(row[2])) for row in rows}

    def _prepare_lines(self, parts: list[tuple]) -> list[dict]:
        """Return the values that freeze what is committed of each item."""
        lines = self.env["account.move.line"].browse(line.id for line, _part in parts)
        before = self._get_money_before(lines)
        return [
            {
                "line_id": line.id,
                "move_id": line.move_id.id,
                "number": line.move_name,
                "due_date": line.date_maturity,
                "residual": line.amount_residual_currency,
                "amount": part,
                "cash_before": before.get(line.id, (0, 0))[0],
                "credited_before": before.get(line.id, (0, 0))[1],
            }
            for line, part in parts
        ]


class ArCommitmentLine(models.AbstractModel):
    _name = "ar.commitment.line"
    _description = "Item under a commitment"
    _inherit = ["ar.frozen.item"]

    residual = fields.Monetary(
        string="Open then", readonly=True, help="What the item owed at that moment."
    )
    amount = fields.Monetary(string="Committed", readonly=True)
    cash_before = fields.Monetary(string="Paid before", readonly=True)
    credited_before = fields.Monetary(string="Credited before", readonly=True)
