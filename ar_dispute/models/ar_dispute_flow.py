"""The steps of a dispute: who may make which, and what it needs."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import dispute_states


class ArDisputeFlow(models.AbstractModel):
    """Each step is one action; `tools.dispute_states` says from where to where.

    Who works the case makes the steps; deciding and approving is for the manager of the
    team and the process owner.
    """

    _name = "ar.dispute.flow"
    _description = "Steps of a dispute"
    _inherit = ["ar.dispute.clock"]

    company_currency_id = fields.Many2one("res.currency")
    currency_id = fields.Many2one("res.currency")
    team_id = fields.Many2one("ar.dispute.team")

    state = fields.Selection(
        [
            ("new", "New"),
            ("qualified", "Qualified"),
            ("investigating", "Investigating"),
            ("waiting", "Waiting for the customer"),
            ("decided", "Decided"),
            ("approved", "Approved"),
            ("executed", "Executed"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="new",
        index=True,
        tracking=True,
        group_expand=True,
    )
    decision = fields.Selection(
        [
            ("founded", "Founded"),
            ("partly", "Partly founded"),
            ("unfounded", "Unfounded"),
        ],
        tracking=True,
        help="Whether the customer is right.",
    )
    decision_note = fields.Text(string="Why", help="What the customer is told.")
    accepted_amount = fields.Monetary(
        string="Given way on",
        help="The part of the amount on which the customer is right.",
    )
    outcome_id = fields.Many2one(
        "ar.dispute.reason",
        string="Why unfounded",
        domain="[('is_outcome', '=', True)]",
        index="btree_not_null",
        ondelete="restrict",
    )
    decided_date = fields.Date(string="Decided on", readonly=True)
    decided_uid = fields.Many2one("res.users", string="Decided by", readonly=True)
    approved_date = fields.Date(string="Approved on", readonly=True)
    approved_uid = fields.Many2one("res.users", string="Approved by", readonly=True)
    resolution_id = fields.Many2one(
        "ar.dispute.resolution", index=True, ondelete="restrict", tracking=True
    )
    document_move_id = fields.Many2one(
        "account.move",
        string="Credit note or new invoice",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id), ('state', '=', 'posted')]",
    )
    document_name = fields.Char(
        string="Other document", help="Delivery slip, letter, mail: where it is found."
    )
    root_cause_id = fields.Many2one(
        "ar.dispute.root.cause",
        string="Root cause",
        index=True,
        ondelete="restrict",
        tracking=True,
        help="What we found in our own house. A case is not closed without it.",
    )
    qualified_date = fields.Date(string="Qualified on", readonly=True)
    executed_date = fields.Date(string="Executed on", readonly=True)
    closed_date = fields.Date(string="Closed on", readonly=True, index=True)

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def action_qualify(self):
        """The reason is known, and somebody works on it."""
        for dispute in self:
            dispute._need(dispute.reason_id, self.env._("the reason"))
            dispute._need(dispute.processor_id, self.env._("who treats it"))
        return self._step("qualify", qualified_date=self._get_day())

    def action_investigate(self):
        """Begin to look for what happened."""
        return self._step("investigate")

    def action_wait(self, reason: str | bool = False):
        """Wait for the customer: the clock stands still."""
        self._need_words(reason, self.env._("Say what the customer has to send."))
        return self._step("wait", reason)

    def action_resume(self, reason: str | bool = False):
        """The customer answered, or we go on without an answer."""
        return self._step("resume", reason)

    def action_decide(self):
        """Say whether the customer is right, why, and on how much."""
        self._check_authority(self.env._("decides a dispute"))
        for dispute in self:
            dispute._check_decision()
            dispute._step(
                "decide",
                dispute.decision_note,
                decided_date=self._get_day(),
                decided_uid=self.env.uid,
                accepted_amount=dispute._get_accepted_amount(),
            )
        return True

    def action_approve(self):
        """Agree with the decision: the team's manager up to the company's limit, the
        process owner above."""
        for dispute in self:
            dispute._check_approval()
        return self._step(
            "approve", approved_date=self._get_day(), approved_uid=self.env.uid
        )

    def action_send_back(self, reason: str | bool = False):
        """Disagree with the decision: it is looked into again."""
        self._check_authority(self.env._("sends a decision back"))
        self._need_words(reason, self.env._("Say what is to be looked into again."))
        return self._step("send_back", reason)

    def action_execute(self):
        """What was decided is done: credited, replaced, refused in writing."""
        for dispute in self:
            dispute._check_execution()
        return self._step("execute", executed_date=self._get_day())

    def action_close(self):
        """End the case: what is still open of its items is collected again.

        A case of which the ledger has cleared everything may be closed from any state.
        """
        for dispute in self:
            dispute._need(dispute.root_cause_id, self.env._("the root cause"))
        settled = self.filtered("is_settled")
        settled._step("settle", closed_date=self._get_day())
        return (self - settled)._step("close", closed_date=self._get_day())

    def action_cancel(self, reason: str | bool = False):
        """End a case that should not have been registered."""
        self._need_words(reason, self.env._("Say why the case is cancelled."))
        return self._step("cancel", reason, closed_date=self._get_day())

    def action_reopen(self, reason: str | bool = False):
        """Take an ended case up again: what is left of it is disputed again."""
        self._need_words(reason, self.env._("Say why the case is opened again."))
        # sudo: what others contest of the same items counts as well
        self.sudo().line_ids._check_free()
        return self._step(
            "reopen",
            reason,
            closed_date=False,
            clock_date=self._get_day(),
            escalation=0,
            forced_deadline=False,
            answered_date=False,
        )

    # ------------------------------------------------------------------
    # What a step needs
    # ------------------------------------------------------------------

    def _need(self, value, what: str):
        if not value:
            raise UserError(
                self.env._(
                    "%(dispute)s: first fill in %(what)s.",
                    dispute=self.name,
                    what=what,
                )
            )

    def _need_words(self, reason: str | bool, message: str):
        if not (reason or "").strip():
            raise UserError(message)

    def _check_authority(self, what: str):
        """Only the team's manager and the process owner have authority on a case."""
        for dispute in self:
            if not (dispute._is_manager() or dispute._is_owner()):
                raise UserError(
                    self.env._(
                        "%(dispute)s: only %(manager)s or %(owner)s %(what)s.",
                        dispute=dispute.name,
                        manager=dispute._get_manager_words(),
                        owner=dispute._get_owner_words(),
                        what=what,
                    )
                )

    def _is_manager(self) -> bool:
        # sudo: who a team's manager is decides, whoever asks
        return self.env.user == self.sudo().team_id.manager_id

    def _is_owner(self) -> bool:
        return self.env.user == self.company_id.sudo().ar_dispute_owner_id

    def _get_manager_words(self) -> str:
        name = self.sudo().team_id.manager_id.name  # a name is no secret
        return name or self.env._("the team's manager (the case has no team)")

    def _get_owner_words(self) -> str:
        name = self.company_id.sudo().ar_dispute_owner_id.name
        return name or self.env._("the process owner (set one under Settings)")

    def _check_decision(self):
        self._need(self.decision, self.env._("whether the customer is right"))
        self._need(self.decision_note, self.env._("why it is decided so"))
        if self.decision == "unfounded":
            self._need(self.outcome_id, self.env._("why it is unfounded"))
            received = self.evidence_ids.filtered("received_date")
            self._need(received, self.env._("a piece of evidence that was received"))
        accepted = self._get_accepted_amount()
        compare = self.currency_id.compare_amounts
        partly = compare(accepted, 0) > 0 and compare(accepted, self.amount) < 0
        if self.decision == "partly" and not partly:
            raise UserError(
                self.env._(
                    "%(dispute)s: a customer who is partly right is given way on more"
                    " than nothing and less than %(amount)s.",
                    dispute=self.name,
                    amount=self.currency_id.format(self.amount),
                )
            )

    def _get_accepted_amount(self) -> float:
        """Return on how much the customer is right, by the decision."""
        whole = {"founded": self.amount, "unfounded": 0}
        return whole.get(self.decision, self.accepted_amount)

    def _check_approval(self):
        """The more is given away, the higher."""
        self._check_authority(self.env._("approves a decision"))
        limit = self.company_id.ar_dispute_manager_limit
        share = self.accepted_amount / self.amount if self.amount else 0
        given = self.company_currency_id.round(self.company_amount * share)
        if (
            self._is_owner()
            or self.company_currency_id.compare_amounts(given, limit) <= 0
        ):
            return
        raise UserError(
            self.env._(
                "%(dispute)s: above %(limit)s only %(owner)s approves.",
                dispute=self.name,
                limit=self.company_currency_id.format(limit),
                owner=self._get_owner_words(),
            )
        )

    def _check_execution(self):
        self._need(self.resolution_id, self.env._("the resolution: what was done"))
        if self.resolution_id.needs_document:
            self._need(
                self.document_move_id or self.document_name,
                self.env._("the document that shows what was done"),
            )

    # ------------------------------------------------------------------
    # The step itself
    # ------------------------------------------------------------------

    def _step(self, transition: str, reason: str | bool = False, **values):
        """Bring these cases to the next state, or say why it cannot be."""
        if not self:
            return True
        for dispute in self:
            dispute._check_step(transition)
        target = dispute_states.TRANSITIONS[transition].target
        checked = self._checked_sudo()
        checked._log_steps(reason, target)
        checked.write({"state": target} | values)
        checked._after_step()
        return True

    def _check_step(self, transition: str):
        if dispute_states.is_allowed(transition, self.state):
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        sources = dispute_states.TRANSITIONS[transition].sources
        raise UserError(
            self.env._(
                "%(dispute)s is in state “%(state)s”. This step is made from:"
                " %(sources)s.",
                dispute=self.name,
                state=labels[self.state],
                sources=", ".join(labels[source] for source in sources),
            )
        )

    def _log_steps(self, reason: str | bool, target: str | None = None):
        """Note what happens to these cases, whether their state changes or not."""
        # sudo: nobody writes steps by hand
        self.env["ar.dispute.step"].sudo().create(
            [
                {
                    "dispute_id": dispute.id,
                    "day": dispute._get_day(),
                    "from_state": dispute.state,
                    "to_state": target or dispute.state,
                    "user_id": self.env.uid,
                    "reason": reason,
                }
                for dispute in self
            ]
        )

    def _after_step(self):
        """Follow a change of state with all that depends on it."""
        self._set_deadline()
        self.filtered(lambda dispute: not dispute._is_open())._stop_asking()
        self.line_ids._sync_no_followup()
        self.account_id._mark_dirty()
        self.account_id.invalidate_recordset()

    @api.model
    def _get_today(self, company):
        return self.env["ar.account"]._today(company)

    def _get_day(self):
        """Return today in the company of these cases."""
        return self._get_today(self.company_id[:1] or self.env.company)

    def _is_open(self) -> bool:
        return dispute_states.is_open(self.state)
