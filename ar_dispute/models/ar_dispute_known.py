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
                {"dispute_id": dispute.id, "name": name, "is_from_customer": asked}
                for dispute in running
                if dispute.reason_id
                for name, asked in dispute.reason_id._get_evidence().items()
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
