"""One account per customer and company: who owes what, how it pays, what we do."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.service.model import retrying
from odoo.tools import SQL

from .ar_account_ledger import COLLECTOR
from .measure_field import Rating

MANAGER = "ar_best_practices.group_ar_credit_manager"
MANY = 500  # accounts made at once


class ArAccount(models.Model):
    """One row per (root company, commercial partner); created only by `_ensure`."""

    _name = "ar.account"
    _description = "Customer account"
    _inherit = [
        "ar.guarded",
        "ar.account.mail",
        "mail.thread",
        "mail.activity.mixin",
        "ar.account.collection",
        "ar.account.hold",
        "ar.account.ledger",
        "ar.account.behavior",
        "ar.account.judgement",
        "ar.account.portal",
        "ar.account.portfolio",
        "ar.account.screen",
        "ar.account.statement",
    ]
    _order = "priority desc nulls last, id"
    _rec_names_search = ["partner_id"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    active = fields.Boolean(default=True)
    partner_ref = fields.Char(related="partner_id.ref", string="Customer code")
    country_id = fields.Many2one(related="partner_id.country_id")
    as_of = fields.Date(
        string="As of",
        compute="_compute_as_of",
        help="The figures of this screen speak of this day.",
    )

    # People
    collector_id = fields.Many2one(
        "res.users",
        tracking=True,
        index=True,
        domain=lambda self: self._get_collector_domain(),
        help="Follows this customer. Chosen by rules unless a person chose.",
    )
    collector_forced = fields.Boolean(string="Collector chosen by a person")
    collector_reason = fields.Char(
        string="Why this collector", readonly=True, groups=COLLECTOR
    )
    collector_rule_id = fields.Many2one(
        "ar.rule",
        string="Rule that chose the collector",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    acting_collector_id = fields.Many2one(
        "res.users",
        string="In charge today",
        compute="_compute_acting_collector_id",
        help="The collector, or the substitute during an absence.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact for payments",
        domain="[('id', 'child_of', partner_id)]",
        tracking=True,
        help="Empty: the invoicing contact, else the customer's own address, else any"
        " contact with an e-mail address.",
    )
    public_body = fields.Boolean(
        string="Public body",
        help="State, local authority, public hospital: other terms, no threats.",
    )
    insured = fields.Boolean(help="Covered by a credit insurer.")

    # Judgements
    payer_profile_id = fields.Many2one(
        "ar.payer.profile",
        string="Payer profile",
        readonly=True,
        tracking=True,
        index=True,
        ondelete="restrict",
    )
    payer_profile_since = fields.Date(string="Profile since", readonly=True)
    payer_profile_proposed_id = fields.Many2one(
        "ar.payer.profile", string="Proposed profile", readonly=True
    )
    payer_profile_proposed_since = fields.Date(string="Proposed since", readonly=True)
    payer_profile_reason = fields.Char(
        string="Why this profile", readonly=True, groups=COLLECTOR
    )
    payer_profile_locked = fields.Boolean(
        string="Profile chosen by a person", readonly=True
    )
    payer_profile_lock_reason = fields.Char(string="Why it was chosen", readonly=True)
    payer_profile_lock_until = fields.Date(string="Chosen until", readonly=True)
    strategy_id = fields.Many2one(
        "ar.dunning.strategy",
        readonly=True,
        tracking=True,
        index=True,
        ondelete="restrict",
    )
    strategy_forced = fields.Boolean(
        string="Strategy chosen by a person", readonly=True
    )
    strategy_reason = fields.Char(
        string="Why this strategy", readonly=True, groups=COLLECTOR
    )
    strategy_rule_id = fields.Many2one(
        "ar.rule",
        string="Rule that chose the strategy",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty when a person chose. A rule without conditions is the default.",
    )
    priority = Rating(
        readonly=True,
        aggregator="max",
        groups=COLLECTOR,
        index=True,
        help="From 0 to 100; nothing for a customer whom nobody should work on.",
    )
    priority_reason = fields.Char(
        string="Why this priority", readonly=True, groups=COLLECTOR
    )

    # Reminders
    last_notice_date = fields.Date(readonly=True, string="Last reminder")
    last_notice_rank = fields.Integer(string="Rank of the last reminder", readonly=True)
    answered_date = fields.Datetime(
        string="Last answer",
        readonly=True,
        help="When the customer last answered a reminder by e-mail.",
    )
    notice_ids = fields.One2many("ar.dunning.notice", "account_id", groups=COLLECTOR)
    notice_count = fields.Integer(
        string="Reminders", compute="_compute_notice_count", groups=COLLECTOR
    )
    decision_ids = fields.One2many(
        "ar.account.decision", "account_id", groups=COLLECTOR
    )
    open_line_ids = fields.Many2many(
        "account.move.line",
        string="Open journal items",
        compute="_compute_open_line_ids",
        groups=COLLECTOR,
    )

    # What anybody may know, in words and without any amount
    status = fields.Selection(
        [
            ("none", "No history"),
            ("ok", "In order"),
            ("late", "Late"),
            ("watch", "Watched"),
            ("hold", "On hold"),
        ],
        compute="_compute_status",
    )
    status_reason = fields.Char(string="Why this status", compute="_compute_status")

    _company_partner_uniq = models.UniqueIndex(
        "(company_id, partner_id)", "This customer already has an account."
    )

    def _order_to_sql(self, order, query, alias=None, reverse=False):
        # EXTENDS base: whoever may not know priorities gets customers by name
        usual = not order or order == self._order
        if usual and not self._has_field_access(self._fields["priority"], "read"):
            order = "partner_id, id"
        return super()._order_to_sql(order, query, alias, reverse)

    @api.model
    def _get_collector_domain(self):
        group = self.env.ref(COLLECTOR, raise_if_not_found=False)
        return [("all_group_ids", "in", group.ids)] if group else []

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("partner_id")
    def _compute_display_name(self):
        for account in self:
            account.display_name = account.partner_id.display_name

    @api.depends_context("ar_as_of")
    def _compute_as_of(self):
        for account in self:
            account.as_of = self._scope(account).as_of

    @api.depends("collector_id", "collector_id.ar_absent_until")
    def _compute_acting_collector_id(self):
        for account in self:
            account.acting_collector_id = account.collector_id._get_ar_substitute()

    @api.depends("notice_ids")
    def _compute_notice_count(self):
        counts = dict(
            self.env["ar.dunning.notice"]._read_group(
                [("account_id", "in", self.ids), ("state", "=", "sent")],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.notice_count = counts.get(account, 0)

    @api.depends_context("ar_as_of")
    def _compute_open_line_ids(self):
        self._flush_ledger()
        scope = self._scope(self)
        rows = self.env.execute_query(
            SQL(
                "SELECT account_id, ARRAY_AGG(line_id ORDER BY due_date, line_id)"
                " FROM (%s) item GROUP BY account_id",
                self._item_sql(scope),
            )
        )
        lines = dict(rows)
        for account in self:
            account.open_line_ids = lines.get(account.id, [])

    def _compute_status(self):
        rows = self._get_status_rows()
        for account in self:
            account.status, account.status_reason = rows[account.id]

    def _get_status_rows(self) -> dict[int, tuple[str, str]]:
        """Return (status, reason in words) by id: the one door for viewers.

        sudo: a viewer may not read amounts; what leaves this method never holds one.
        """
        return {
            account.id: account._get_status(account.overdue_item_count)
            for account in self.sudo()
        }

    def _get_status(self, late_items: int) -> tuple[str, str]:
        if self.hold_state != "none":
            label = dict(self._fields["hold_state"]._description_selection(self.env))
            return self.hold_state, self.hold_reason or label[self.hold_state]
        if late_items:
            words = self.env._(
                "late items: %(count)s, days late: %(days)s",
                count=late_items,
                days=self.max_days_late,
            )
            return "late", words
        if self.open_item_count or self.settled_count:
            return "ok", self.env._("nothing late")
        return "none", self.env._("no invoice yet")

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("company_id", "partner_id")
    def _check_roots(self):
        for account in self:
            if account.company_id.parent_id:
                raise ValidationError(
                    self.env._("An account belongs to the main company, not a branch.")
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_never_by_hand(self):
        if not self.env.context.get("ar_merging"):
            raise UserError(
                self.env._("A customer account is never deleted: archive it instead.")
            )

    # ------------------------------------------------------------------
    # Existence
    # ------------------------------------------------------------------

    @api.model
    def _ensure(self, pairs):
        """Return the accounts of (company id, partner id) pairs, made when missing.

        Branches and contacts are brought back to the root company and the commercial
        partner. Two transactions may do it at once: the first one wins.
        """
        roots = {row[0]: row[1] for row in self._company_tree()}
        partners = self.env["res.partner"].browse({pair[1] for pair in pairs})
        commercial = {p.id: p.commercial_partner_id.id for p in partners.sudo()}
        wanted = sorted({(roots[c], commercial[p]) for c, p in pairs})
        if not wanted:
            return self.browse()
        rows = SQL(", ").join(SQL("(%s, %s)", *pair) for pair in wanted)
        return self._insert_missing(SQL("VALUES %s", rows))

    @api.model
    def _ensure_from_ledger(self):
        """Make the accounts of everybody who has a receivable item; set-based."""
        self._flush_ledger()
        self._insert_missing(
            SQL(
                """
                SELECT DISTINCT company.root_id, partner.commercial_partner_id
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN %(companies)s company (id, root_id)
                    ON company.id = line.company_id
                 WHERE line.account_id IN %(receivable)s
                   AND line.parent_state = 'posted'
                """,
                companies=self._company_map_sql(),
                receivable=self._receivable_ids() or (0,),
            ),
            wanted=False,
        )

    @api.model
    def _ensure_from_open_items(self):
        """Make the accounts of everybody who owes something: a ledger may have been
        loaded without passing by our hooks."""
        self._insert_missing(
            SQL(
                """
                SELECT DISTINCT company.root_id, partner.commercial_partner_id
                  FROM account_move_line line
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN %(companies)s company (id, root_id)
                    ON company.id = line.company_id
                 WHERE line.account_id IN %(receivable)s
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                """,
                companies=self._company_map_sql(),
                receivable=self._receivable_ids() or (0,),
            ),
            wanted=False,
        )

    def _insert_missing(self, pairs: SQL, wanted=True):
        """Insert the missing accounts of a SELECT of (company, partner) pairs."""
        self.flush_model(["company_id", "partner_id"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ar_account (company_id, partner_id, active, hold_state,
                                        create_uid, write_uid, create_date, write_date)
                SELECT pair.company_id, pair.partner_id, TRUE, 'none',
                       %(user)s, %(user)s, now() AT TIME ZONE 'UTC',
                       now() AT TIME ZONE 'UTC'
                  FROM (%(pairs)s) pair (company_id, partner_id)
                 WHERE NOT EXISTS (
                       SELECT 1 FROM ar_account known
                        WHERE known.company_id = pair.company_id
                          AND known.partner_id = pair.partner_id)
                    ON CONFLICT DO NOTHING
                """,
                pairs=pairs,
                user=self.env.uid,
            )
        )
        if self.env.cr.rowcount > MANY:
            # Without statistics the joins that follow would be planned for a few rows.
            self.env.cr.execute("ANALYZE ar_account")
        if not wanted:
            return self.browse()
        rows = self.env.execute_query(
            SQL(
                "SELECT account.id FROM ar_account account JOIN (%s) pair"
                " (company_id, partner_id) USING (company_id, partner_id)",
                pairs,
            )
        )
        return self.browse(row[0] for row in rows)

    # ------------------------------------------------------------------
    # Refresh
    # ------------------------------------------------------------------

    @api.model
    def _refresh(self, accounts: SQL | None = None):
        """Measure and judge: the number of statements does not depend on the data."""
        # Only computed figures are written: no user's right is at stake.
        records = self.sudo()
        records.env.flush_all()
        records.env["ar.item"]._relink_orphans()
        scope = records._scope()
        if accounts is not None:
            scope = scope._replace(accounts=accounts)
        records._judge_commitments(scope)
        records._release_holds(scope)
        records._refresh_behavior(scope)
        records._refresh_portfolio(scope)
        records._refresh_judgements(scope)
        records.invalidate_model()

    @api.model
    def _cron_refresh_dirty(self):
        """Refresh the customers whose postings or matchings changed."""
        dirty = self.env["ar.account.dirty"]
        # A person may change an account meanwhile: then once more, on what is there.
        retrying(lambda: self._refresh(dirty._take()), self.env)
        self.env["ir.cron"]._commit_progress(1, remaining=0)

    @api.model
    def _cron_refresh_all(self):
        """Refresh everybody once a night: time passes even when nothing is posted.

        Each step is committed: payments wait for an index or a new account no longer
        than it takes to make it.
        """
        if self._open_item_index_is_stale():
            retrying(self._rebuild_open_item_index, self.env)
        retrying(self._ensure_from_ledger, self.env)
        retrying(self._refresh, self.env)
        retrying(lambda: self.env["ar.item"]._list_overdue(self._scope()), self.env)
        self.env["ir.cron"]._commit_progress(1, remaining=0)

    def _mark_dirty(self):
        """Ask for a refresh of these accounts within a minute."""
        self.env["ar.account.dirty"]._append_pairs(
            {(account.company_id.id, account.partner_id.id) for account in self}
        )

    def action_refresh(self):
        """Refresh these accounts now."""
        self.check_access("write")
        self._refresh_now()

    def _refresh_now(self):
        self._refresh(
            SQL(
                "SELECT id AS account_id, company_id, partner_id FROM ar_account"
                " WHERE id IN %s",
                tuple(self.ids) or (0,),
            )
        )

    # ------------------------------------------------------------------
    # Decisions of people
    # ------------------------------------------------------------------

    def _set_payer_profile(self, profile, reason: str, until):
        """Take a person's profile instead of the proposed one, until a day."""
        self.env["ar.account.decision"]._log(
            self,
            "profile",
            self.env._("Payer profile"),
            lambda account: account.payer_profile_id.code,
            lambda account: profile.code,
            reason,
        )
        self._checked_sudo().write(
            {
                "payer_profile_id": profile.id,
                "payer_profile_since": fields.Date.context_today(self),
                "payer_profile_locked": True,
                "payer_profile_lock_reason": reason,
                "payer_profile_lock_until": until,
            }
        )

    def _set_strategy(self, strategy, reason: str):
        """Force a strategy, or give the choice back to the rules with none."""
        self.env["ar.account.decision"]._log(
            self,
            "strategy",
            self.env._("Strategy"),
            lambda account: account.strategy_id.name,
            lambda account: strategy.name or self.env._("by rules"),
            reason,
        )
        self._checked_sudo().write(
            {
                "strategy_id": strategy.id or self.strategy_id[:1].id,
                "strategy_forced": bool(strategy),
                "strategy_rule_id": False,
                "strategy_reason": reason,
            }
        )

    # ------------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------------

    def _merge_into(self, target):
        """Give everything of these accounts to ``target`` and remove them.

        Children are linked again first; of two decisions the latest wins; logged.
        """
        for account in self - target:
            account._relink_children(target)
            account._merge_decisions(target)
            self.env["ar.account.decision"]._log(
                target,
                "merge",
                self.env._("Merge"),
                lambda _account, name=account.display_name: name,
                lambda _account: target.display_name,
            )
        # Nobody may delete an account by hand: merging is the one way, after the log.
        (self - target).sudo().with_context(ar_merging=True).unlink()
        target._refresh_now()

    def _relink_children(self, target):
        """Point every many2one to an account, of any addon, at the target."""
        self.env["ar.dunning.notice"]._merge_accounts(self, target)
        self.env["ar.statement"]._merge_accounts(self, target)
        self.env.flush_all()
        for model_name, fname in self._get_child_fields():
            model = self.env[model_name].sudo().with_context(active_test=False)
            model.search([(fname, "=", self.id)]).write({fname: target.id})
        for model_name in ("mail.message", "mail.activity", "mail.mail"):
            field = "model" if model_name != "mail.activity" else "res_model"
            if model_name == "mail.mail":
                continue  # a mail's thread is its message's
            self.env[model_name].sudo().with_context(active_test=False).search(
                [(field, "=", self._name), ("res_id", "=", self.id)]
            ).write({"res_id": target.id})

    @api.model
    def _get_child_fields(self) -> list[tuple[str, str]]:
        """Return (model, field) of stored many2one fields to ``ar.account``."""
        return [
            (model._name, field.name)
            for model in self.env.registry.values()
            if model._auto and not model._abstract and not model._transient
            for field in model._fields.values()
            if field.type == "many2one"
            and field.comodel_name == self._name
            and field.store
        ]

    def _merge_decisions(self, target):
        """Keep the latest of each decision: hold, profile, strategy, collector."""
        groups = {
            "hold_date": [
                "hold_state",
                "hold_code",
                "hold_reason",
                "hold_uid",
                "hold_until",
                "hold_review_date",
                "hold_until_paid",
            ],
            "payer_profile_since": [
                "payer_profile_id",
                "payer_profile_locked",
                "payer_profile_lock_reason",
                "payer_profile_lock_until",
            ],
            "last_notice_date": ["last_notice_rank"],
            "answered_date": [],
        }
        values = {}
        for day, names in groups.items():
            if self[day] and (not target[day] or self[day] > target[day]):
                values |= {name: self[name] for name in [day, *names]}
        for flag, name in (
            ("strategy_forced", "strategy_id"),
            ("collector_forced", "collector_id"),
        ):
            if self[flag] and not target[flag]:
                values |= {flag: True, name: self[name]}
        target._checked_sudo().write(target._convert_to_write(values))

    # ------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------

    def _get_owner(self):
        """Return who acts on this account today."""
        self.ensure_one()
        return self.acting_collector_id or self._get_fallback_user(self.company_id)

    @api.model
    def _get_fallback_user(self, company):
        """Return who gets what nobody owns: the company's choice, else its admin."""
        # Not env.ref(), which asks the database each time whether it still exists
        admin_id = self.env["ir.model.data"]._xmlid_to_res_id("base.user_admin")
        return company.ar_fallback_collector_id or self.env["res.users"].browse(
            admin_id
        )

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------

    def action_open_items(self):
        """Open the journal items behind the open amount."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open items of %(name)s", name=self.display_name),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [("id", "in", self.open_line_ids.ids)],
            "context": {"create": False},
        }

    def action_open_invoices(self):
        """Open the customer's invoices and credit notes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("company_id", "child_of", self.company_id.id),
            ],
            "context": {"create": False},
        }

    def action_open_notices(self):
        """Open the reminders of this customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reminders"),
            "res_model": "ar.dunning.notice",
            "view_mode": "list,form",
            "domain": [("account_id", "=", self.id)],
        }
