"""The register of disputes as it stood at the end of a day, to read or to take away."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.ar_best_practices.models.workbook import Book, Column, Table

FETCHED = 2000  # rows at a time


class RegisterRow(NamedTuple):
    """A case as it stood: amounts in its currency, the last two in the company's."""

    name: str
    customer: str
    family: str | None
    reason: str | None
    state: str
    opened: date
    closed: date | None
    deadline: date | None
    team: str | None
    processor: str | None
    invoices: str | None
    claim: str | None
    decision: str | None
    resolution: str | None
    cause: str | None
    currency: str
    amount: float
    still_disputed: float
    credited: float
    paid: float
    written_off: float
    other: float
    company_amount: float
    company_still_disputed: float


class ArDisputePast(models.AbstractModel):
    _name = "ar.dispute.past"
    _description = "Register of disputes of a past day"

    @api.model
    def _get_register(self, company, day: date) -> Iterator[RegisterRow]:
        """Return the cases of a company registered until a day, by number: state and
        amounts as they stood at its end, from steps and movements.

        Codes, people and words are those of today; what was decided or closed later is
        not said.
        """
        self.env["ar.account"]._flush_ledger()
        self.env.cr.execute(self._register_sql(company, day))
        while rows := self.env.cr.fetchmany(FETCHED):
            yield from map(RegisterRow._make, rows)

    @api.model
    def _register_sql(self, company, day: date) -> SQL:
        """Plan expected: one pass over steps, movements and lines, hash joins."""
        cases = self._search(
            [("company_id", "=", company.root_id.id), ("opened_date", "<=", day)]
        )
        return SQL(
            """
            SELECT dispute.name, partner.complete_name, dispute.family, %(reason)s,
                   past.state, dispute.opened_date,
                   CASE WHEN past.state IN ('closed', 'cancelled')
                        THEN dispute.closed_date END,
                   dispute.deadline, team.name, processor.name, amounts.numbers,
                   dispute.claim,
                   CASE WHEN dispute.decided_date <= %(day)s THEN dispute.decision END,
                   CASE WHEN past.state IN ('executed', 'closed')
                        THEN %(resolution)s END,
                   CASE WHEN past.state = 'closed' THEN %(cause)s END,
                   currency.name, %(amounts)s
              FROM ar_dispute dispute
              JOIN (%(states)s) past ON past.dispute_id = dispute.id
              JOIN res_partner partner ON partner.id = dispute.partner_id
              JOIN res_currency currency ON currency.id = dispute.currency_id
         LEFT JOIN (%(sums)s) amounts ON amounts.dispute_id = dispute.id
         LEFT JOIN ar_dispute_reason reason ON reason.id = dispute.reason_id
         LEFT JOIN ar_dispute_root_cause cause ON cause.id = dispute.root_cause_id
         LEFT JOIN ar_dispute_resolution resolution
                ON resolution.id = dispute.resolution_id
         LEFT JOIN ar_dispute_team team ON team.id = dispute.team_id
         LEFT JOIN res_users handler ON handler.id = dispute.processor_id
         LEFT JOIN res_partner processor ON processor.id = handler.partner_id
             WHERE dispute.id IN %(cases)s
          ORDER BY dispute.opened_date, dispute.name, dispute.id
            """,
            reason=self._code_words_sql("reason"),
            resolution=self._code_words_sql("resolution"),
            cause=self._code_words_sql("cause"),
            day=SQL("%s::date", day),
            amounts=self._register_amounts_sql(),
            states=self._state_on_sql(day),
            sums=self._moved_until_sql(day),
            cases=cases.subselect(),
        )

    @api.model
    def _code_words_sql(self, table: str) -> SQL:
        """Return code and name of a coded word in the reader's language."""
        name = SQL.identifier(table, "name")
        return SQL(
            "%s || ' ' || COALESCE(%s->>%s, %s->>'en_US')",
            SQL.identifier(table, "code"),
            name,
            self.env.lang or "en_US",
            name,
        )

    @api.model
    def _register_amounts_sql(self) -> SQL:
        names = [
            SQL("COALESCE(%s, 0)::float8", SQL.identifier("amounts", name))
            for name in RegisterRow._fields[-8:]
        ]
        return SQL(", ").join(names)

    @api.model
    def _moved_until_sql(self, day: date) -> SQL:
        """Return the amounts of each case at the end of a day, and its invoices."""
        sums = [
            SQL(
                "SUM(movement.amount) FILTER (WHERE movement.kind = %s) AS %s",
                kind,
                SQL.identifier(kind),
            )
            for kind in ("credited", "paid", "written_off", "other")
        ]
        contests = SQL("movement.kind IN ('opened', 'moved')")
        left = SQL("(CASE WHEN %s THEN 1 ELSE -1 END) * movement.amount", contests)
        return SQL(
            """
            SELECT line.dispute_id, %(sums)s,
                   SUM(movement.amount) FILTER (WHERE %(contests)s) AS amount,
                   SUM(%(left)s) AS still_disputed,
                   SUM(movement.amount * line.rate) FILTER (WHERE %(contests)s)
                       AS company_amount,
                   SUM(%(left)s * line.rate) AS company_still_disputed,
                   STRING_AGG(DISTINCT line.number, ', ') AS numbers
              FROM ar_dispute_movement movement
              JOIN ar_dispute_line line ON line.id = movement.line_id
             WHERE movement.date <= %(day)s
          GROUP BY line.dispute_id
            """,
            sums=SQL(", ").join(sums),
            contests=contests,
            left=left,
            day=SQL("%s::date", day),
        )

    # ------------------------------------------------------------------
    # Spreadsheet
    # ------------------------------------------------------------------

    @api.model
    def _make_register(self, company, day: date) -> bytes:
        """Return the register of a day as .xlsx: a sheet of all, one for each family,
        the Pareto of the reasons."""
        book, total = Book(), self.env._("Total")
        columns, words = self._get_register_columns(), self._get_register_words()
        whole = book.add_table(self.env._("All"), columns, total)
        tables: dict[str | None, Table] = {}
        reasons: dict[str, float] = defaultdict(float)
        for case in self._get_register(company, day):
            if case.family not in tables:
                name = words["family"].get(case.family) or self.env._("To qualify")
                tables[case.family] = book.add_table(name, columns, total)
            row = case._replace(
                family=words["family"].get(case.family),
                state=words["state"].get(case.state),
                decision=words["decision"].get(case.decision),
            )
            whole.add(row)
            tables[case.family].add(row)
            if case.state != "cancelled":
                reasons[case.reason or self.env._("None yet")] += case.company_amount
        self._add_pareto(book, reasons)
        return book.close()

    @api.model
    def _get_register_words(self) -> dict[str, dict[str, str]]:
        return {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("family", "state", "decision")
        }

    @api.model
    def _get_register_columns(self) -> list[Column]:
        """Return the columns of the register, as many as a row has."""
        env = self.env
        return [
            Column(env._("Number")),
            Column(env._("Customer")),
            Column(env._("Family")),
            Column(env._("Reason")),
            Column(env._("State")),
            Column(env._("Registered on"), "date"),
            Column(env._("Closed on"), "date"),
            Column(env._("Decide before"), "date"),
            Column(env._("Team")),
            Column(env._("Treated by")),
            Column(env._("Invoices")),
            Column(env._("Said by the customer")),
            Column(env._("Decision")),
            Column(env._("Resolution")),
            Column(env._("Root cause")),
            Column(env._("Currency")),
            Column(env._("Was disputed"), "amount"),
            Column(env._("Still disputed"), "amount"),
            Column(env._("Credited"), "amount"),
            Column(env._("Paid"), "amount"),
            Column(env._("Written off"), "amount"),
            Column(env._("Otherwise cleared"), "amount"),
            Column(env._("Amount in company currency"), "amount", True),
            Column(env._("Still disputed in company currency"), "amount", True),
        ]

    @api.model
    def _add_pareto(self, book: Book, reasons: dict[str, float]):
        """Add amounts by reason, the largest first, with their cumulated share as a
        line above the bars."""
        columns = [
            Column(self.env._("Reason")),
            Column(self.env._("Was disputed"), "amount", True),
            Column(self.env._("Cumulated share"), "share"),
        ]
        table = book.add_table("Pareto", columns, self.env._("Total"))
        whole, cumulated = sum(reasons.values()), 0.0
        for reason, amount in sorted(reasons.items(), key=lambda pair: -pair[1]):
            cumulated += amount
            table.add((reason, amount, cumulated / whole if whole else None))
        if not reasons:
            return
        bars = book.book.add_chart({"type": "column"})
        line = book.book.add_chart({"type": "line"})
        for chart, column in ((bars, 1), (line, 2)):
            chart.add_series(
                {
                    "name": columns[column].header,
                    "categories": ["Pareto", 1, 0, table.count, 0],
                    "values": ["Pareto", 1, column, table.count, column],
                    "y2_axis": column == 2,
                }
            )
        line.set_y2_axis({"num_format": "0%", "min": 0, "max": 1})
        bars.combine(line)
        bars.set_title({"name": "Pareto"})
        bars.set_size({"width": 900, "height": 420})
        table.sheet.insert_chart("E2", bars)
