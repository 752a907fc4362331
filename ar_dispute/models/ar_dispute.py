"""A dispute: what a customer contests, who treats it, how it ends."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools import dispute_priority, dispute_states
from .ar_dispute_line import Part

AMOUNTS = ("amount", "still_disputed", "credited", "paid", "written_off", "other")
# Changed with authority only, each change a step in the log.
MANAGED = ("team_id", "processor_id", "coordinator_id")
OWNED = ("forced_priority", "forced_deadline")
LOGGED = (*MANAGED, *OWNED, "reason_id", "cause_owner_id")
# Not changed any more once it was decided, and once it has ended.
DECIDED = ("reason_id", "decision", "accepted_amount", "outcome_id")
ENDED = ("root_cause_id", "resolution_id", "document_move_id", "document_name")
# What a case that was split from another one has in common with it.
CARRIED = (
    "account_id",
    "currency_id",
    "reason_id",
    "claim",
    "channel",
    "heard_date",
    "heard_from_id",
    "opened_date",
    "qualified_date",
    "team_id",
    "processor_id",
    "coordinator_id",
    "cause_owner_id",
)
PRIORITIES = [("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Urgent")]


class ArDispute(models.Model):
    """Opened by `_open` only; its amounts are the ledger's, its state is written by the
    actions of `ar.dispute.flow`.

    Growth: one or two rows per hundred invoices. Purged with the runs
    (``ar_retention_years``).
    """

    _name = "ar.dispute"
    _description = "Dispute"
    _inherit = [
        "ar.guarded",
        "ar.dispute.claim",
        "ar.dispute.credit",
        "ar.dispute.doubt",
        "ar.dispute.kpi",
        "ar.dispute.letter",
        "ar.dispute.mail",
        "ar.dispute.past",
        "ar.dispute.portal",
        "ar.dispute.upload",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "priority desc, deadline, id desc"
    _rec_names_search = ["name", "partner_id"]

    name = fields.Char(string="Number", required=True, readonly=True)
    account_id = fields.Many2one(
        "ar.account",
        string="Customer account",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        related="account_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        related="account_id.partner_id", string="Customer", store=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )

    # What the customer said
    reason_id = fields.Many2one(
        "ar.dispute.reason",
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('is_outcome', '=', False)]",
        help="In the customer's words, whether we agree or not.",
    )
    family = fields.Selection(related="reason_id.family", store=True)
    claim = fields.Text(string="Said by the customer")
    channel = fields.Selection(
        [
            ("portal", "Portal"),
            ("mail", "Mail"),
            ("phone", "Phone"),
            ("letter", "Letter"),
            ("visit", "Visit"),
            ("order_desk", "Order desk"),
            ("other", "Other"),
        ],
        default="other",
        required=True,
    )
    heard_date = fields.Date(string="Heard on")
    heard_from_id = fields.Many2one(
        "res.partner",
        string="Heard from",
        domain="[('id', 'child_of', partner_id)]",
        index="btree_not_null",
    )
    opened_date = fields.Date(string="Registered on", required=True, readonly=True)

    # People
    team_id = fields.Many2one(
        "ar.dispute.team",
        index=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
    )
    processor_id = fields.Many2one(
        "res.users",
        string="Treated by",
        index=True,
        domain=lambda self: self._get_handler_domain(),
        help="Works on the case.",
    )
    coordinator_id = fields.Many2one(
        "res.users",
        string="Followed by",
        index=True,
        domain=lambda self: self._get_handler_domain(),
        help="Sees to the deadline.",
    )
    cause_owner_id = fields.Many2one(
        "res.users",
        string="Owner of the cause",
        index="btree_not_null",
        domain=lambda self: self._get_handler_domain(),
        help="Sees to it that the same does not happen again.",
    )
    evidence_ids = fields.One2many("ar.dispute.evidence", "dispute_id")
    question_ids = fields.One2many("ar.dispute.question", "dispute_id", readonly=True)
    corrective_action_ids = fields.Many2many(
        "ar.corrective.action", string="Corrective actions"
    )

    # Priority
    priority = fields.Selection(PRIORITIES, readonly=True, default="0", index=True)
    priority_reason = fields.Char(string="Why this priority", readonly=True)
    forced_priority = fields.Selection(
        PRIORITIES, string="Priority set by the process owner"
    )

    # Amounts
    line_ids = fields.One2many(
        "ar.dispute.line", "dispute_id", string="Items", readonly=True
    )
    amount = fields.Monetary(
        string="Was disputed", compute="_compute_amounts", store=True
    )
    still_disputed = fields.Monetary(
        string="Still disputed", compute="_compute_amounts", store=True
    )
    credited = fields.Monetary(compute="_compute_amounts", store=True)
    paid = fields.Monetary(compute="_compute_amounts", store=True)
    written_off = fields.Monetary(
        string="Written off", compute="_compute_amounts", store=True
    )
    other = fields.Monetary(
        string="Otherwise cleared", compute="_compute_amounts", store=True
    )
    company_amount = fields.Monetary(
        string="Amount in company currency",
        compute="_compute_amounts",
        store=True,
        currency_field="company_currency_id",
        help="At the rate of the invoices.",
    )
    company_still_disputed = fields.Monetary(
        string="Still disputed in company currency",
        compute="_compute_amounts",
        store=True,
        currency_field="company_currency_id",
    )
    amount_words = fields.Char(string="Amounts", compute="_compute_amount_words")
    item_words = fields.Char(string="Invoices", compute="_compute_item_words")
    is_settled = fields.Boolean(
        string="To close: nothing is disputed any more",
        compute="_compute_is_settled",
        store=True,
    )
    settled_date = fields.Date(
        string="Closing proposed on",
        readonly=True,
        help="Day on which the ledger had cleared all that was disputed.",
    )
    step_ids = fields.One2many("ar.dispute.step", "dispute_id", readonly=True)
    is_authority = fields.Boolean(
        string="I decide", compute="_compute_is_authority", search="_search_authority"
    )
    is_owner = fields.Boolean(
        string="I own the process", compute="_compute_is_authority"
    )
    is_late = fields.Boolean(
        string="Late", compute="_compute_is_late", search="_search_is_late"
    )

    _number_uniq = models.UniqueIndex("(company_id, name)", "This number is taken.")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.model
    def _get_handler_domain(self):
        group = self.env.ref(
            "ar_dispute.group_ar_dispute_user", raise_if_not_found=False
        )
        return [("all_group_ids", "in", group.ids)] if group else []

    @api.depends(*(f"line_ids.{name}" for name in AMOUNTS), "line_ids.rate")
    def _compute_amounts(self):
        for dispute in self:
            for name in AMOUNTS:
                dispute[name] = sum(dispute.line_ids.mapped(name))
            for name in ("amount", "still_disputed"):
                dispute[f"company_{name}"] = sum(
                    line[name] * line.rate for line in dispute.line_ids
                )

    @api.depends(*AMOUNTS, "state")
    def _compute_amount_words(self):
        for dispute in self:
            money = dispute.currency_id.format
            still = money(dispute.still_disputed)
            if dispute._is_open():
                left = self.env._("still disputed %s", still)
            else:
                left = self.env._("no longer disputed %s", still)
            dispute.amount_words = self.env._(
                "%(amount)s = %(left)s + credited %(credited)s + paid %(paid)s"
                " + written off %(written_off)s + otherwise cleared %(other)s",
                amount=money(dispute.amount),
                left=left,
                credited=money(dispute.credited),
                paid=money(dispute.paid),
                written_off=money(dispute.written_off),
                other=money(dispute.other),
            )

    @api.depends("line_ids.number")
    def _compute_item_words(self):
        for dispute in self:
            numbers = dict.fromkeys(filter(None, dispute.line_ids.mapped("number")))
            dispute.item_words = ", ".join(numbers)

    @api.depends("state", "line_ids.still_disputed")
    def _compute_is_settled(self):
        for dispute in self:
            left = any(dispute.line_ids.mapped("still_disputed"))
            lines = bool(dispute.line_ids)
            dispute.is_settled = dispute._is_open() and lines and not left

    @api.depends_context("uid")
    @api.depends("team_id.manager_id", "company_id.ar_dispute_owner_id")
    def _compute_is_authority(self):
        for dispute in self:
            dispute.is_owner = dispute._is_owner()
            dispute.is_authority = dispute._is_manager() or dispute.is_owner

    def _search_authority(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("team_id.manager_id", "=", self.env.uid) | Domain(
            "company_id.ar_dispute_owner_id", "=", self.env.uid
        )

    @api.depends("deadline", "state")
    def _compute_is_late(self):
        late = self.filtered_domain(self._get_late_domain())
        for dispute in self:
            dispute.is_late = dispute in late

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_late_domain()

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.constrains("line_ids", "currency_id")
    def _check_one_currency(self):
        for dispute in self:
            if dispute.line_ids.currency_id - dispute.currency_id:
                raise UserError(
                    self.env._("A case has one currency: make a case for each.")
                )

    @api.constrains("reason_id", "outcome_id")
    def _check_reasons(self):
        for dispute in self:
            if dispute.reason_id.is_outcome:
                raise UserError(
                    self.env._(
                        "%s is found at the end, with evidence: say what the customer"
                        " says.",
                        dispute.reason_id.display_name,
                    )
                )
            if dispute.outcome_id and not dispute.outcome_id.is_outcome:
                raise UserError(
                    self.env._("Choose one of the reasons of the family Unfounded.")
                )

    def write(self, vals):
        self._check_frozen(vals)
        self._check_managed(vals)
        before = {dispute: dispute._get_logged(vals) for dispute in self}
        shifted = self._get_shifted(vals)
        result = super().write(vals)
        self._log_changes(before)
        shifted._count_shift()
        self._follow_changes(vals)
        return result

    def _check_frozen(self, vals):
        """What was decided stays as it was decided; so does what has ended."""
        if self.env.su:
            return
        decided = self.filtered(lambda x: x.state not in dispute_states.UNDECIDED)
        ended = self.filtered(lambda x: not x._is_open())
        frozen = set(DECIDED if decided else ()) | set(ENDED if ended else ())
        if found := sorted(frozen & vals.keys()):
            raise UserError(
                self.env._(
                    "%(dispute)s is decided: %(fields)s can be changed after it was"
                    " sent back or opened again.",
                    dispute=(decided | ended)[:1].name,
                    fields=", ".join(self._fields[name].string for name in found),
                )
            )

    def _check_managed(self, vals):
        """Reassigning is for who has authority, priority and deadline are for the
        process owner; whoever qualifies a new case names who treats it."""
        if self.env.su:
            return
        if vals.keys() & set(MANAGED):
            later = self.filtered(lambda dispute: dispute.state != "new")
            later._check_authority(self.env._("gives a dispute to somebody else"))
        if vals.keys() & set(OWNED):
            for dispute in self:
                if not dispute._is_owner():
                    raise UserError(
                        self.env._(
                            "%(dispute)s: only %(owner)s changes priority and"
                            " deadline.",
                            dispute=dispute.name,
                            owner=dispute._get_owner_words(),
                        )
                    )

    def _get_logged(self, vals) -> dict[str, str]:
        """Return the fields about to change whose changes are steps, in words."""
        return {name: self._get_words(name) for name in LOGGED if name in vals}

    def _get_words(self, name: str) -> str:
        value = self.sudo()[name]  # names of people and teams are no secret
        if isinstance(value, models.BaseModel):
            return value.display_name or "–"
        field = self._fields[name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "–")
        return str(value or "–")

    def _log_changes(self, before):
        for dispute, words in before.items():
            changes = [
                f"{self._fields[name].string}: {old} → {dispute._get_words(name)}"
                for name, old in words.items()
                if old != dispute._get_words(name)
            ]
            if changes:
                dispute._log_steps(" · ".join(changes))

    def _follow_changes(self, vals):
        if "reason_id" in vals:
            self._follow_reason()
            self._doubt()
        if "forced_deadline" in vals:
            self._check_forced_deadline()
        if vals.keys() & {"reason_id", "forced_deadline"}:
            self._set_deadline()
        if "forced_priority" in vals:
            self._rate()

    def _follow_reason(self):
        """A new reason brings its team, its days and what to ask for."""
        for dispute in self.sudo():  # the team is not the handler's to write
            reason = dispute.reason_id
            dispute.escalation = 0
            team = reason and reason._get_team(dispute.company_id)
            if team and team != dispute.team_id:
                dispute.team_id = team
                dispute.processor_id = team._get_least_loaded()
            dispute._ask_evidence()

    def _ask_evidence(self):
        """Ask for what the reason needs and was not asked for yet."""
        known = set(self.evidence_ids.mapped("name"))
        wanted = self.reason_id._get_evidence() if self.reason_id else {}
        self.env["ar.dispute.evidence"].create(
            [
                {
                    "dispute_id": self.id,
                    "name": name,
                    "asked_date": self._get_day(),
                    "is_from_customer": is_from_customer,
                }
                for name, is_from_customer in wanted.items()
                if name not in known
            ]
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never_by_hand(self):
        if not self.env.su:
            raise UserError(self.env._("A dispute is never deleted: cancel it."))

    @api.autovacuum
    def _gc_old(self):
        """Forget the cases that ended longer ago than the company keeps reminders."""
        for company in self.env["res.company"].search([("ar_retention_years", ">", 0)]):
            limit = fields.Date.subtract(
                fields.Date.today(), years=company.ar_retention_years
            )
            self.search(
                Domain("company_id", "=", company.id)
                & Domain("closed_date", "<", limit)
            ).unlink()

    # ------------------------------------------------------------------
    # Opened
    # ------------------------------------------------------------------

    @api.model
    def _open(self, account, parts: list[Part], **values):
        """Register a dispute and return it.

        :param parts: what is contested of which open items
        :param values: the reason, what was said, how and by whom
        :raise UserError: items of others, two currencies, more than is open and not
            disputed yet
        """
        account.ensure_one()
        account.check_access("write")
        # sudo: the columns of a case are nobody's to write; the right was checked
        register = self.sudo()
        people = register._prepare_people(account.company_id, values)
        dispute = register.create(
            register._prepare_dispute(account.sudo(), parts) | people | values
        )
        dispute._after_opening()
        return dispute.with_env(self.env)

    def _prepare_dispute(self, account, parts: list[Part]) -> dict:
        self._check_parts(account, parts)
        company = account.company_id
        today = self._get_today(company)
        lines = self.env["ar.dispute.line"]
        return {
            "name": company._get_next_dispute_number(today),
            "account_id": account.id,
            "currency_id": parts[0].line.currency_id.id,
            "opened_date": today,
            "heard_date": today,
            "clock_date": today,
            "coordinator_id": account._get_owner().id,
            "line_ids": [Command.create(lines._prepare_line(part)) for part in parts],
        }

    def _check_parts(self, account, parts: list[Part]):
        """Refuse items of others, and more than is owed and not contested."""
        items = self.env["account.move.line"].sudo().union(*(p.line for p in parts))
        if not items:
            raise UserError(self.env._("Choose what is disputed."))
        items.lock_for_update(allow_referencing=True)
        if strangers := items - account.open_line_ids:
            raise UserError(
                self.env._(
                    "Not open items of this customer: %(items)s.",
                    items=", ".join(strangers.mapped("move_name")),
                )
            )
        if len(items.currency_id) > 1:
            raise UserError(
                self.env._("A case has one currency: make a case for each.")
            )
        free = self.env["ar.dispute.line"]._get_free(items)
        for item in items:
            own = [part.amount for part in parts if part.line == item]
            self._check_part(item, own, free[item.id])

    def _check_part(self, item, amounts: list[float], free: float):
        compare, money = item.currency_id.compare_amounts, item.currency_id.format
        if any(compare(amount, 0) <= 0 for amount in amounts):
            raise UserError(self.env._("The amount must be more than zero."))
        if compare(sum(amounts), free) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s is more than what is open of %(number)s and not"
                    " disputed yet: %(free)s.",
                    amount=money(sum(amounts)),
                    number=item.move_name,
                    free=money(max(0, free)),
                )
            )

    def _prepare_people(self, company, values) -> dict:
        """Return the team of the reason, and who of it has least to do."""
        reason = self.env["ar.dispute.reason"].browse(values.get("reason_id"))
        team = reason and reason._get_team(company)
        if not team:
            return {}
        return {"team_id": team.id, "processor_id": team._get_least_loaded().id}

    def _after_opening(self):
        for dispute in self:
            dispute._ask_evidence()
        self._log_opening()
        self._rate()
        self._doubt()
        self._after_step()
        self._take_flags_over()
        self._acknowledge()
        told = self.filtered("processor_id")
        told._ask(lambda x: x.processor_id, self.env._("A new dispute for you"))

    def _log_opening(self):
        """Note the beginning: from then on the state of any past day is known."""
        self.env["ar.dispute.step"].create(
            [
                {
                    "dispute_id": dispute.id,
                    "day": dispute.opened_date,
                    "to_state": dispute.state,
                    "user_id": self.env.uid,
                    "reason": dispute.item_words,
                }
                for dispute in self
            ]
        )

    def _take_flags_over(self):
        """Items flagged as a whole before there was a case are in the case now."""
        flagged = self.env["ar.item"].search(
            [("line_id", "in", self.line_ids.line_id.ids), ("disputed", "=", True)]
        )
        flagged.disputed = False

    # ------------------------------------------------------------------
    # Priority
    # ------------------------------------------------------------------

    def _rate(self):
        """Say how urgent these cases are, from money and age; writes what differs."""
        for company, disputes in self.sudo().grouped("company_id").items():
            today = self._get_today(company)
            large = company.ar_dispute_manager_limit
            # reasons are kept in the company's language
            for dispute in disputes.with_context(lang=company.partner_id.lang):
                priority, words = dispute._get_rating(today, large)
                if (dispute.priority, dispute.priority_reason) != (priority, words):
                    dispute.write({"priority": priority, "priority_reason": words})

    def _get_rating(self, today, large: float) -> tuple[str, str]:
        """Return (priority, why)."""
        if self.forced_priority:
            return self.forced_priority, self.env._("set by the process owner")
        days = (today - self.opened_date).days
        amount = self.company_still_disputed
        words = self.env._(
            "%(amount)s still disputed · days open: %(days)s",
            amount=self.company_currency_id.format(amount),
            days=days,
        )
        return str(dispute_priority.dispute_priority(amount, large, days)), words

    # ------------------------------------------------------------------
    # Moved by the ledger
    # ------------------------------------------------------------------

    def _after_amounts(self):
        """Follow what the ledger did to the amounts of these open cases."""
        self._rate()
        settled = self.filtered(lambda x: x.is_settled and not x.settled_date)
        for company, disputes in settled.grouped("company_id").items():
            disputes.settled_date = self._get_today(company)
        settled._ask(
            lambda x: x.coordinator_id or x.processor_id,
            self.env._("Nothing is disputed any more: say the root cause and close"),
        )
        self.account_id._mark_dirty()

    # ------------------------------------------------------------------
    # Split
    # ------------------------------------------------------------------

    def _split(self, amounts: dict, reason: str):
        """Move parts of what is still disputed to a new case and return it.

        :param amounts: what to move of each line of this case
        """
        self.ensure_one()
        self._need_words(reason, self.env._("Say why the case is split."))
        self._check_split(amounts)
        source = self._checked_sudo()
        target = source.create(source._prepare_split())
        for line, amount in amounts.items():
            line.sudo()._move_to(target, amount)
        target._ask_evidence()
        target._log_opening()
        moved = self.currency_id.format(sum(amounts.values()))
        words = {
            "name": self.name,
            "target": target.name,
            "moved": moved,
            "why": reason,
        }
        target._log_steps(self.env._("split from %(name)s: %(why)s", **words))
        source._log_steps(
            self.env._("split: %(target)s takes %(moved)s, %(why)s", **words)
        )
        (source | target)._rate()
        (source | target)._after_step()
        return target.with_env(self.env)

    def _prepare_split(self) -> dict:
        """Return the values of the case that takes a part of this one."""
        today = self._get_day()
        values = {name: self[name] for name in CARRIED}
        return self._convert_to_write(values) | {
            "name": self.company_id._get_next_dispute_number(today),
            "state": "new" if self.state == "new" else "qualified",
            "clock_date": today,
        }

    def _check_split(self, amounts: dict):
        if not self._is_open():
            raise UserError(self.env._("%s has ended: open it again first.", self.name))
        if not amounts or len({line.dispute_id for line in amounts}) > 1:
            raise UserError(self.env._("Choose what goes to the new case."))
        compare = self.currency_id.compare_amounts
        for line, amount in amounts.items():
            if compare(amount, 0) <= 0 or compare(amount, line.still_disputed) > 0:
                raise UserError(
                    self.env._(
                        "Of %(number)s between nothing and %(still)s can be moved.",
                        number=line.number,
                        still=self.currency_id.format(line.still_disputed),
                    )
                )
        if compare(sum(amounts.values()), self.still_disputed) >= 0:
            raise UserError(self.env._("Something has to stay in %s.", self.name))

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------

    def action_split(self):
        """Choose what goes to a new case."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Split %s", self.name),
            "res_model": "ar.dispute.split",
            "view_mode": "form",
            "target": "new",
            "context": {"default_dispute_id": self.id},
        }
