"""A campaign of statements: who gets one, when and as of which day."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.dates import month_later

# What a person approves: changed afterwards, it wants another approval.
QUESTION = {
    "company_id",
    "audience",
    "account_ids",
    "as_of",
    "scheduled_date",
    "monthly",
    "template_id",
    "attach_pdf",
}
ATTACH_BATCH = 20
PURGE_BATCH = 50


class ArStatementCampaign(models.Model):
    """Growth: about 12 rows per company and year, kept for ``ar_retention_years``.
    Purged with their statements: ``_gc_expired``."""

    _name = "ar.statement.campaign"
    _description = "Campaign of statements"
    _inherit = ["ar.guarded", "mail.thread", "ar.sending.job"]
    _order = "scheduled_date desc, id desc"

    _row_model = "ar.statement"
    _cron_xmlid = "ar_best_practices.ir_cron_statement_send"

    name = fields.Char(required=True, default=lambda self: self._get_default_name())
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company.root_id,
        index=True,
        domain="[('parent_id', '=', False)]",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    is_trial = fields.Boolean(related="company_id.ar_is_trial")
    audience = fields.Selection(
        [
            ("all", "All customers with something open"),
            ("late", "Customers who are late"),
            ("list", "Customers that I choose"),
        ],
        string="For",
        required=True,
        default="all",
    )
    account_ids = fields.Many2many(
        "ar.account",
        string="Customers",
        domain="[('company_id', '=', company_id)]",
        copy=True,
    )
    as_of = fields.Date(
        string="As of",
        help="What was open on this day. Empty: the day of sending.",
    )
    scheduled_date = fields.Datetime(
        string="Send on",
        copy=False,
        help="Statements leave at this hour; empty for “Send now”.",
    )
    monthly = fields.Boolean(
        string="Every month",
        help="Once it begins, the same campaign is scheduled for a month later.",
    )
    template_id = fields.Many2one(
        "mail.template",
        string="Text",
        required=True,
        domain="[('model', '=', 'ar.statement')]",
        default=lambda self: self._get_default_template(),
        ondelete="restrict",
    )
    attach_pdf = fields.Boolean(
        string="Attach the PDF",
        help="Without it the mail has only the link to the statement, which closes"
        " after a while: amounts do not stay in mailboxes.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("scheduled", "Scheduled"),
            ("sending", "Sending"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    statement_date = fields.Date(
        string="Figures of",
        readonly=True,
        copy=False,
        help="The day of which the statements below speak.",
    )
    approved_uid = fields.Many2one(
        "res.users", string="Approved by", readonly=True, copy=False
    )
    approved_date = fields.Datetime(string="Approved on", readonly=True, copy=False)
    statement_ids = fields.One2many("ar.statement", "campaign_id")
    statement_count = fields.Integer(
        string="Statements", compute="_compute_counts", help="Those that may leave."
    )
    sent_count = fields.Integer(string="Mails sent", compute="_compute_counts")
    skipped_count = fields.Integer(string="Without mail", compute="_compute_counts")
    attention_count = fields.Integer(
        string="Need a person",
        compute="_compute_counts",
        help="Failed, or interrupted while they were being sent.",
    )
    progress = fields.Float(
        compute="_compute_counts", help="Share of statements dealt with."
    )
    warning = fields.Char(compute="_compute_warning")

    # ------------------------------------------------------------------
    # Defaults and computes
    # ------------------------------------------------------------------

    def _get_default_name(self) -> str:
        return self.env._("Statements of account")

    def _get_default_template(self):
        xmlid = "ar_best_practices.mail_template_statement"
        return self.env.ref(xmlid, raise_if_not_found=False)

    @api.depends("statement_ids.state")
    def _compute_counts(self):
        rows = self.env["ar.statement"]._read_group(
            [("campaign_id", "in", self.ids)], ["campaign_id", "state"], ["__count"]
        )
        for campaign in self:
            mine = {state: count for group, state, count in rows if group == campaign}
            campaign.skipped_count = mine.pop("skipped", 0)
            campaign.sent_count = mine.get("sent", 0)
            campaign.attention_count = mine.get("failed", 0) + mine.get("unknown", 0)
            total = campaign.statement_count = sum(mine.values())
            waiting = mine.get("to_send", 0) + mine.get("sending", 0)
            campaign.progress = 100 * (total - waiting) / total if total else 0

    @api.depends("company_id", "statement_ids.state")
    def _compute_warning(self):
        for campaign in self:
            campaign.warning = " ".join(campaign._get_warnings()) or False

    def _get_warnings(self) -> list[str]:
        """Return what a person should know, in words."""
        warnings = []
        if not self.company_id.alias_domain_id:
            warnings.append(
                self.env._(
                    "This company has no mail alias domain: customers' answers will not"
                    " come back here. Set one under Settings ▸ Alias Domain."
                )
            )
        if self.attention_count:
            warnings.append(
                self.env._(
                    "Statements that failed, or that may or may not have left:"
                    " %(count)s. Say for each one what to do.",
                    count=self.attention_count,
                )
            )
        return warnings

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains("company_id", "account_ids")
    def _check_companies(self):
        for campaign in self:
            if campaign.company_id.parent_id:
                raise ValidationError(
                    self.env._("A campaign is made for a main company.")
                )
            if campaign.account_ids.company_id - campaign.company_id:
                raise ValidationError(
                    self.env._("All customers of a campaign belong to its company.")
                )

    @api.constrains("template_id")
    def _check_template(self):
        # sudo: texts of other rooms may not be readable; only their model is asked
        if any(c.template_id.sudo().model != "ar.statement" for c in self):
            raise ValidationError(
                self.env._("This text is not one for statements of account.")
            )

    def write(self, vals):
        if QUESTION.intersection(vals) and not self.env.su:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if self.env.su and self.env.context.get("ar_retention_over"):
            return
        if any(campaign.state in ("sending", "done") for campaign in self):
            raise UserError(
                self.env._("A campaign that was sent is a proof: it stays.")
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_preview(self):
        """List who would get a statement, and who would not and why; nothing leaves."""
        for campaign in self._checked_sudo():
            if campaign.state not in ("draft", "scheduled"):
                raise UserError(self.env._("These statements have left already."))
            campaign._prepare_statements()
        return True

    def action_schedule(self):
        """Approve: the statements leave by themselves at the hour that was chosen."""
        self._check_may_approve()
        for campaign in self._checked_sudo():
            campaign._check_draft()
            if not campaign.scheduled_date:
                raise UserError(self.env._("Choose when the statements are sent."))
            campaign._approve(self.env.user)
            campaign._trigger_sending(at=campaign.scheduled_date)
        return True

    def action_send_now(self):
        """Approve and send, in the background and in batches."""
        self._check_may_approve()
        for campaign in self._checked_sudo():
            if campaign.state not in ("draft", "scheduled"):
                raise UserError(self.env._("These statements have left already."))
            campaign.scheduled_date = fields.Datetime.now()
            campaign._approve(self.env.user)
            campaign._begin()
            campaign._trigger_sending()
        return True

    def action_draft(self):
        """Take a campaign back to change it: it wants a new approval."""
        for campaign in self._checked_sudo():
            if campaign.state != "scheduled":
                raise UserError(
                    self.env._("Only a scheduled campaign can still be changed.")
                )
            campaign.write({"state": "draft", "approved_uid": False})
        return True

    def action_cancel(self):
        """Give up what has not left yet."""
        for campaign in self._checked_sudo():
            if campaign.state == "done":
                raise UserError(
                    self.env._("This campaign is done: nothing is left to cancel.")
                )
            campaign.statement_ids.filtered(lambda s: s.state == "to_send").write(
                {"state": "skipped", "reason": self.env._("campaign cancelled")}
            )
            campaign.state = "cancelled"
        return True

    def action_open_statements(self):
        """Open the statements of this campaign, or some (`only` in the context)."""
        only = self.env.context.get("only")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_best_practices.ar_statement_action"
        )
        return action | {
            "display_name": self.display_name,
            "domain": [("campaign_id", "in", self.ids)],
            "context": {f"search_default_{only}": 1} if only else {},
        }

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    def _check_may_approve(self):
        if not self.env.user.has_group("ar_best_practices.group_ar_credit_manager"):
            raise UserError(
                self.env._("Only a credit manager lets statements of account go.")
            )

    def _check_draft(self):
        if any(campaign.state != "draft" for campaign in self):
            raise UserError(
                self.env._(
                    "This campaign is approved: take it back to draft to change it."
                )
            )

    # ------------------------------------------------------------------
    # Statements
    # ------------------------------------------------------------------

    def _approve(self, user):
        self.write(
            {
                "state": "scheduled",
                "approved_uid": user.id,
                "approved_date": fields.Datetime.now(),
            }
        )

    def _begin(self):
        """Fix who gets a statement and what is owed, and let them go."""
        self._prepare_statements()
        self.state = "sending"
        if self.monthly:
            self._schedule_next()

    def _schedule_next(self):
        """Make the campaign of a month later, approved by the same person."""
        coming = self.copy(
            {
                "name": self.name,
                "scheduled_date": month_later(self.scheduled_date),
                "as_of": self.as_of and month_later(self.as_of),
            }
        )
        coming._approve(self.approved_uid)
        coming._trigger_sending(at=coming.scheduled_date)

    def _prepare_statements(self):
        """Insert one statement for each customer, those left out with the reason; what
        a preview had inserted goes first."""
        self.ensure_one()
        self.lock_for_update()
        accounts = self.env["ar.account"].with_company(self.company_id)
        accounts._flush_ledger()
        self.env.flush_all()
        accounts._prepare_long_statements()
        accounts._ensure_from_open_items()
        domain = Domain("company_id", "=", self.company_id.id)
        scope = accounts._scope(domain, as_of=self.as_of)
        self.statement_date = scope.as_of
        self.flush_recordset()
        self.env.cr.execute(
            SQL("DELETE FROM ar_statement WHERE campaign_id = %s", self.id)
        )
        self.env.cr.execute(self._insert_sql(scope))
        self.env["ar.statement"].invalidate_model()
        self.invalidate_recordset()

    def _insert_sql(self, scope) -> SQL:
        accounts = self.env["ar.account"]
        return SQL(
            """
            INSERT INTO ar_statement (
                   campaign_id, account_id, company_id, currency_id, partner_id, date,
                   contact_id, email, lang, amount, overdue_amount, totals, token,
                   state, reason, create_uid, write_uid, create_date, write_date)
            SELECT %(campaign)s, account.id, account.company_id, %(currency)s,
                   account.partner_id, %(as_of)s, contact.id, contact.email,
                   COALESCE(contact.lang, partner.lang, %(lang)s),
                   COALESCE(figures.amount, 0), COALESCE(figures.overdue_amount, 0),
                   COALESCE(figures.totals, '[]'), gen_random_uuid()::text,
                   CASE WHEN skipped.reason IS NULL THEN 'to_send' ELSE 'skipped' END,
                   skipped.reason, %(user)s, %(user)s, now() AT TIME ZONE 'UTC',
                   now() AT TIME ZONE 'UTC'
              FROM ar_account account
              JOIN res_partner partner ON partner.id = account.partner_id
         LEFT JOIN (%(figures)s) figures ON figures.account_id = account.id
         LEFT JOIN LATERAL (%(contact)s) contact ON TRUE
         LEFT JOIN mail_blacklist refused
                ON refused.email = contact.email AND refused.active
        CROSS JOIN LATERAL (SELECT %(reason)s AS reason) skipped
             WHERE account.company_id = %(company)s AND %(audience)s
          ORDER BY account.id
            """,
            campaign=self.id,
            currency=self.company_id.currency_id.id,
            as_of=scope.as_of,
            lang=self.company_id.partner_id.lang or self.env.lang or "en_US",
            user=self.env.uid,
            figures=accounts._statement_total_sql(scope),
            contact=self.env["ar.dunning.proposal"]._contact_sql(),
            reason=self._skip_reason_sql(),
            company=self.company_id.id,
            audience=self._audience_sql(),
        )

    def _audience_sql(self) -> SQL:
        """Return whom the campaign is for: chosen customers are listed even when they
        owe nothing, and then left out with that reason."""
        if self.audience == "list":
            return SQL("account.id IN %s", tuple(self.account_ids.ids) or (0,))
        if self.audience == "late":
            return SQL("account.active AND figures.overdue_amount > 0")
        return SQL("account.active AND figures.account_id IS NOT NULL")

    def _skip_reason_sql(self) -> SQL:
        """Return why a customer gets no mail, in the company's language, else NULL."""
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        return SQL(
            """
            CASE WHEN figures.account_id IS NULL THEN %(nothing)s
                 WHEN contact.email IS NULL THEN %(address)s
                 WHEN contact.ar_channel IN ('letter', 'phone') THEN %(channel)s
                 WHEN refused.id IS NOT NULL THEN %(refused)s END
            """,
            nothing=env._("nothing open on that day"),
            address=env._("no mail address that works: print the statement"),
            channel=env._("the contact prefers letters or calls: print the statement"),
            refused=env._("the address is on the list of those who refuse mails"),
        )

    # ------------------------------------------------------------------
    # Job
    # ------------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Let campaigns whose hour has come begin, then send batch after batch."""
        due = self.search(
            [
                ("state", "=", "scheduled"),
                ("scheduled_date", "<=", fields.Datetime.now()),
            ]
        )
        for campaign in due:
            locked = campaign.try_lock_for_update()
            if locked and locked.state == "scheduled":
                locked._begin()
            self.env["ir.cron"]._commit_progress()
        return super()._cron_send()

    def _claim_batch(self):
        # EXTENDS ar.sending.job: a PDF takes a second, and no batch a minute
        batch = ATTACH_BATCH if self.attach_pdf else 0
        return self.env["ar.statement"]._claim(SQL("campaign_id = %s", self.id), batch)

    def _finish(self):
        # EXTENDS ar.sending.job
        self.invalidate_recordset(["state"])
        waiting = [
            ("campaign_id", "=", self.id),
            ("state", "in", ("to_send", "sending")),
        ]
        if self.state == "sending" and not self.statement_ids.search_count(waiting):
            self.state = "done"

    # ------------------------------------------------------------------
    # Purge
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_expired(self):
        """Delete campaigns older than their company keeps its messages."""
        for company in self.env["res.company"].search([("ar_retention_years", ">", 0)]):
            limit = fields.Date.subtract(
                fields.Date.today(), years=company.ar_retention_years
            )
            campaigns = self.search(
                [
                    ("company_id", "=", company.id),
                    ("statement_date", "<", limit),
                    ("state", "in", ("draft", "done", "cancelled")),
                ],
                order="statement_date",
                limit=PURGE_BATCH,
            ).with_context(ar_retention_over=True)
            campaigns.statement_ids.mail_id.unlink()
            campaigns.statement_ids.unlink()
            campaigns.unlink()
