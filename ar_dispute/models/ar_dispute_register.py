"""Many cases at once: taken over from a spreadsheet, a ledger or a flag."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL, split_every

from ..tools import dispute_states
from .ar_dispute_line import Part

BATCH = 500
MANAGER = "ar_best_practices.group_ar_credit_manager"


class Case(NamedTuple):
    """A case that was known elsewhere, with its days.

    ``heard`` is the day on which it began; ``words`` say where it comes from; ``state``
    is where it stands now. An ended one has the day on which it ``closed``: what became
    of its amount is read in the ledger.
    """

    parts: list[Part]
    heard: date
    words: str
    state: str = "new"
    closed: date | None = None
    values: dict = {}  # more columns of the case  # noqa: RUF012 - never changed
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


class ArDispute(models.Model):
    _inherit = "ar.dispute"

    import_id = fields.Many2one(
        "ar.dispute.import",
        string="Imported from",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=MANAGER,
    )
    import_key = fields.Char(
        string="Row of a spreadsheet",
        readonly=True,
        copy=False,
        groups=MANAGER,
        help="Its invoices, day and amount: it is registered once.",
    )

    _import_key_uniq = models.UniqueIndex(
        "(company_id, import_key) WHERE import_key IS NOT NULL",
        "This row is registered already.",
    )

    # ------------------------------------------------------------------
    # Registered
    # ------------------------------------------------------------------

    @api.model
    def _register_all(self, cases: list[Case]):
        """Register cases that were known elsewhere and return them, in their order.

        Whoever calls has checked that open ones contest no more than is free. Nobody is
        asked to act: these cases are not news. The days to decide count from today.
        """
        disputes = self.browse()
        for batch in split_every(BATCH, cases, list):
            disputes |= self._register_batch(batch)
        return disputes

    def _register_batch(self, cases: list[Case]):
        items = self.env["account.move.line"].union(
            *(part.line for case in cases for part in case.parts)
        )
        accounts = self.env["ar.account"]._ensure(
            {(item.company_id.id, item.partner_id.id) for item in items}
        )
        accounts.check_access("write")
        find = self._get_handler_finder(accounts.company_id)
        by_owner = {(x.company_id.id, x.partner_id.id): x for x in accounts}
        # sudo: the columns of a case are nobody's to write; the right was checked
        register = self.sudo().with_context(tracking_disable=True)
        disputes = register.create(
            [register._prepare_known(case, by_owner, find) for case in cases]
        )
        disputes._log_known(cases)
        disputes._after_registering()
        return disputes.with_env(self.env)

    def _get_handler_finder(self, companies) -> Callable:
        """Return a function from a team to its member who has least to do; each case
        that it gives counts."""
        # sudo: who registers need not read teams; cases are counted, not shown
        teams = self.env["ar.dispute.team"].sudo()
        members = teams.search([("company_id", "in", companies.ids)]).member_ids
        groups = self.sudo()._read_group(
            [("processor_id", "in", members.ids), ("state", "in", dispute_states.OPEN)],
            ["processor_id"],
            ["__count"],
        )
        loads = Counter({user.id: count for user, count in groups})

        def find(team):
            able = team.member_ids.filtered("active").sorted("id")
            chosen = min(able, key=lambda user: loads[user.id], default=able)
            loads[chosen.id] += 1
            return chosen

        return find

    def _prepare_known(self, case: Case, accounts: dict, find: Callable) -> dict:
        item = case.parts[0].line
        owner = item.company_id.root_id.id, item.partner_id.commercial_partner_id.id
        account = accounts[owner]
        today = self._get_today(account.company_id)
        ended = not dispute_states.is_open(case.state)
        people = {} if ended else self._get_people(account.company_id, case, find)
        return people | {
            "name": account.company_id._get_next_dispute_number(today),
            "account_id": account.id,
            "currency_id": item.currency_id.id,
            "state": case.state,
            "opened_date": case.heard,
            "heard_date": case.heard,
            "clock_date": case.heard if ended else today,
            "qualified_date": case.state == "qualified" and today,
            "closed_date": case.closed,
            "coordinator_id": not ended and account._get_owner().id,
            "line_ids": [
                Command.create(self._prepare_known_line(part, case.heard))
                for part in case.parts
            ],
            **case.values,
        }

    def _get_people(self, company, case: Case, find: Callable) -> dict:
        """Return the team of the reason, and who of it has least to do unless somebody
        treats the case already."""
        reason = self.env["ar.dispute.reason"].browse(case.values.get("reason_id"))
        team = reason and reason._get_team(company)
        if not team:
            return {}
        treated = case.values.get("processor_id")
        return {"team_id": team.id, "processor_id": treated or find(team).id}

    def _prepare_known_line(self, part: Part, day: date) -> dict:
        opened = {"date": day, "kind": "opened", "amount": part.amount}
        line = self.env["ar.dispute.line"]._prepare_line(part)
        return line | {"movement_ids": [Command.create(opened)]}

    def _log_known(self, cases: list[Case]):
        """Note when each case began, where it comes from and where it stands now."""
        steps = []
        for dispute, case in zip(self, cases, strict=True):
            steps.append(dispute._prepare_known_step(case, case.heard, False, "new"))
            if case.state != "new":
                day = case.closed or dispute.clock_date
                steps.append(dispute._prepare_known_step(case, day, "new", case.state))
        self.env["ar.dispute.step"].create(steps)

    def _prepare_known_step(self, case: Case, day, before, after) -> dict:
        return {
            "dispute_id": self.id,
            "date": datetime.combine(day, time(12), UTC).replace(tzinfo=None),
            "day": day,
            "from_state": before,
            "to_state": after,
            "user_id": self.env.uid,
            "reason": case.words,
        }

    def _after_registering(self):
        running = self.filtered(lambda dispute: dispute._is_open())
        self.env["ar.dispute.evidence"].create(
            [
                {"dispute_id": dispute.id, "name": name}
                for dispute in running
                if dispute.reason_id
                for name in dispute.reason_id._get_evidence()
            ]
        )
        (self - running).line_ids._replay_ledger()
        running._rate()
        running._after_step()
        running._take_flags_over()

    # ------------------------------------------------------------------
    # Marks on whole items
    # ------------------------------------------------------------------

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
