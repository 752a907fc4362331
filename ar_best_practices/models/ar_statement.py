"""One statement of account to one customer: a mail with a signed link to its PDF."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, consteq, format_date, hmac

from ..tools.statement import Total

LINK_DAYS = 60
SIGNATURE = "ar.statement"


class ArStatement(models.Model):
    """Plain rows written by one INSERT … SELECT: no thread, no stored computes.

    Growth: one row per customer and campaign (20,000 customers every month: 240,000 a
    year), kept for ``ar_retention_years`` and purged with its campaign.
    """

    _name = "ar.statement"
    _description = "Statement of account"
    _inherit = ["ar.guarded", "ar.sending"]
    _order = "amount desc, id"

    _waiting_state = "to_send"
    _failure_field = "reason"
    _job_field = "campaign_id"

    campaign_id = fields.Many2one(
        "ar.statement.campaign",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    campaign_state = fields.Selection(
        related="campaign_id.state", string="State of the campaign"
    )
    account_id = fields.Many2one(
        "ar.account", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="set null"
    )
    date = fields.Date(string="As of", required=True, readonly=True)
    contact_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    email = fields.Char(readonly=True)
    lang = fields.Char(readonly=True)
    amount = fields.Monetary(
        string="Balance", readonly=True, help="Invoices less credits, disputed or not."
    )
    overdue_amount = fields.Monetary(string="Overdue", readonly=True)
    totals = fields.Json(readonly=True)
    state = fields.Selection(
        [
            ("to_send", "To send"),
            ("sending", "Sending"),
            ("sent", "Mail sent"),
            ("failed", "Failed"),
            ("unknown", "Unknown"),
            ("skipped", "Without mail"),
        ],
        required=True,
        default="to_send",
        readonly=True,
    )
    sent_date = fields.Datetime(string="Mail sent on", readonly=True)
    reason = fields.Char(string="Why not", readonly=True)
    token = fields.Char(
        readonly=True,
        groups="base.group_system",
        help="Part of the secret of the link: without it no link opens any more.",
    )
    subject = fields.Char(compute="_compute_message")
    body = fields.Html(compute="_compute_message", sanitize=False)

    _account_campaign_uniq = models.UniqueIndex(
        "(account_id, campaign_id)", "A customer gets one statement in a campaign."
    )
    _to_send = models.Index("(campaign_id) WHERE state IN ('to_send', 'sending')")

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends("partner_id", "date")
    def _compute_display_name(self):
        for statement in self:
            statement.display_name = self.env._(
                "%(name)s, statement as of %(date)s",
                name=statement.partner_id.name or "",
                date=format_date(self.env, statement.date),
            )

    def _compute_message(self):
        """What left, else what would leave."""
        self.check_access("read")  # texts are rendered with all rights
        subjects, bodies = self.sudo()._render_texts()
        for statement in self:
            mail = statement.sudo().mail_id
            subject, body = subjects[statement.id], bodies[statement.id]
            statement.subject = mail.subject or subject
            statement.body = mail.body_html or statement.sudo()._wrap(body)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_print(self):
        """Print these statements, as of their day."""
        return {
            "type": "ir.actions.act_url",
            "url": f"/ar/statement/{self.id}",
            "target": "new",
        }

    def action_open_account(self):
        """Open the customer account."""
        return self.account_id._get_form_action()

    # ------------------------------------------------------------------
    # Sending
    # ------------------------------------------------------------------

    def _deliver(self):
        """Send the claimed statements."""
        self._deliver_mails()

    def _filter_mailable(self):
        # EXTENDS ar.sending: somebody took the address away since
        no_address = self.filtered(lambda statement: not statement.email)
        no_address.write({"state": "skipped", "reason": self.env._("no mail address")})
        return self - no_address

    def _render_texts(self):
        # EXTENDS ar.sending: texts are written by managers who may edit templates
        subjects, bodies = {}, {}
        for template, statements in self.grouped(
            lambda statement: statement.campaign_id.template_id
        ).items():
            engine = template.sudo().with_context(ar_compiled_texts={})
            ids = statements.ids
            subjects |= engine._render_field("subject", ids, compute_lang=True)
            bodies |= engine._render_field("body_html", ids, compute_lang=True)
        return subjects, bodies

    def _get_text_name(self) -> str:
        # EXTENDS ar.sending
        return self.campaign_id.template_id.name

    def _get_sender(self):
        # EXTENDS ar.sending
        return self.campaign_id.approved_uid or self.env.user

    def _get_attachments(self):
        # EXTENDS ar.sending
        none = self.env["ir.attachment"]
        if not self.campaign_id.attach_pdf:
            return none
        return none.create(
            {
                "name": self._get_file_name(),
                "raw": self._print(),
                "res_model": self._name,
                "res_id": self.id,
                "mimetype": "application/pdf",
            }
        )

    def _choose_contact_again(self):
        # EXTENDS ar.sending
        contacts = self.account_id._get_contact_rows()
        for statement in self:
            statement.email = contacts[statement.account_id.id].email

    @api.model
    def _mark_sent(self, rows):
        # EXTENDS ar.sending
        if not rows:
            return
        rows.check_access("write")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_statement
                   SET state = 'sent', sent_date = %(now)s, reason = NULL,
                       write_date = %(now)s, write_uid = %(user)s
                 WHERE id IN %(rows)s
                """,
                now=fields.Datetime.now(),
                user=self.env.uid,
                rows=tuple(rows.ids),
            )
        )
        rows.invalidate_recordset()

    # ------------------------------------------------------------------
    # PDF
    # ------------------------------------------------------------------

    def _print(self) -> bytes:
        """Return the PDF of these statements, as of their day."""
        accounts = self.account_id.with_context(ar_as_of=self.date)
        return accounts._print_documents()

    def _get_file_name(self) -> str:
        localized = self.with_context(lang=self.lang).env
        return localized._("statement-%(date)s.pdf", date=self.date)

    # ------------------------------------------------------------------
    # Link
    # ------------------------------------------------------------------

    def _get_url(self) -> str:
        """Return the public page of the statement; it opens for ``LINK_DAYS``."""
        seal = self._sign(fields.Date.to_string(self._get_link_end()))
        return f"{self.get_base_url()}/receivables/statement/{self.id}/{seal}"

    def _get_link_end(self):
        """Return the last day of a link that is made today."""
        return fields.Date.add(fields.Date.today(), days=LINK_DAYS)

    def _sign(self, end: str) -> str:
        """Return the seal of a link that opens until a day.

        sudo: the secrets, this row's and the database's, belong to the system.
        """
        record = self.sudo()
        words = (record.id, record.token, end)
        return f"{end}_{hmac(record.env, SIGNATURE, words)}"

    def _opens_with(self, seal: str) -> bool:
        """Say whether a link is ours and not too old."""
        end = seal.partition("_")[0]
        ours = consteq(seal.encode(), self._sign(end).encode())
        return ours and end >= fields.Date.to_string(fields.Date.today())

    # ------------------------------------------------------------------
    # Words in messages
    # ------------------------------------------------------------------

    def _collector(self):
        """Return the user whom the customer may call or write to."""
        return self.account_id._get_owner()

    def _totals_table(self) -> Markup:
        """Return what is to pay in each currency, as an HTML table."""
        account = self.account_id.with_context(lang=self.lang)
        found = {key: Total(*values) for key, *values in self.totals or []}
        return Markup(
            self.env["ir.qweb"]
            .with_context(lang=self.lang)
            ._render(
                "ar_best_practices.statement_totals",
                {"totals": account._get_total_words(found)},
            )
        )

    # ------------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------------

    @api.model
    def _merge_accounts(self, source, target):
        """Let the target keep its statement of a campaign that wrote to both."""
        # sudo: merging is a right of its own, checked by its wizard
        statements = self.sudo().search([("account_id", "in", (source + target).ids)])
        kept = statements.filtered(lambda s: s.account_id == target).campaign_id
        statements.filtered(
            lambda s: s.account_id == source and s.campaign_id in kept
        ).unlink()
