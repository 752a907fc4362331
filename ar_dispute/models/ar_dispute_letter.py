"""What we write to the customer about a dispute: a receipt, then an answer."""

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

IN_WRITING = ("portal", "mail")  # whoever writes expects a receipt
PAY_DAYS = 8  # days to pay what remains after our answer
RECEIPT = "ar_dispute.mail_template_dispute_received"
ANSWER = "ar_dispute.mail_template_dispute_answer"


class ArDisputeLetter(models.AbstractModel):
    _name = "ar.dispute.letter"
    _description = "Letters to the customer about a dispute"
    _inherit = ["ar.dispute.flow", "ar.paper"]

    _paper_report = "ar_dispute.ar_dispute_report_letter"

    acknowledged_date = fields.Date(
        string="Acknowledged on",
        readonly=True,
        help="The customer was told the number of the case and when he hears from us.",
    )
    answered_date = fields.Date(
        string="Answered on",
        readonly=True,
        help="The customer was told what was decided, and why.",
    )

    # ------------------------------------------------------------------
    # Letters to the customer
    # ------------------------------------------------------------------

    def action_acknowledge(self):
        """Tell the customer that his claim is registered: a mail to read and send."""
        return self._compose("acknowledged_date", RECEIPT)

    def action_answer(self):
        """Tell the customer what was decided: a mail to read and send."""
        self._need(self.approved_date, self.env._("the approval of the decision"))
        return self._compose("answered_date", ANSWER)

    def _compose(self, told: str, template: str) -> dict:
        """Open a mail to the customer; what it tells is noted once it is sent."""
        self.ensure_one()
        self.check_access("write")
        self._check_no_trial()
        if not self._get_contact().email_normalized:
            raise UserError(
                self.env._(
                    "%s has no mail address. Add one, or print the letter (Print ▸"
                    " Letter to the customer).",
                    self.partner_id.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the customer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": self._get_template(template).id,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "ar_dispute_told": told,
            },
        }

    def _check_no_trial(self):
        """In a trial company no message ever reaches a customer."""
        if self.company_id.ar_is_trial:
            raise UserError(
                self.env._(
                    "This is a trial company: nothing is sent to customers. Print the"
                    " letter instead (Print ▸ Letter to the customer)."
                )
            )

    def _get_template(self, name: str):
        """Return a text; sudo: texts are written by who may edit templates."""
        return self.env.ref(name).sudo()

    def _render_letter(self, name: str) -> tuple[str, Markup]:
        """Return subject and body of a letter, in the customer's language."""
        template = self._get_template(name)
        subject, body = (
            template._render_field(field, self.ids, compute_lang=True)[self.id]
            for field in ("subject", "body_html")
        )
        return subject, body

    def message_post(self, **kwargs):
        # EXTENDS mail: a letter that was sent is noted on the case
        message = super().message_post(**kwargs)
        told = self.env.context.get("ar_dispute_told")
        reached = self.partner_id in message.partner_ids.commercial_partner_id
        if told in ("acknowledged_date", "answered_date") and reached:
            self._checked_sudo()[told] = self._get_day()
        return message

    def _acknowledge(self):
        """Send the receipt of claims that came in writing, once each."""
        for dispute in self:
            if dispute.channel in IN_WRITING and not dispute.acknowledged_date:
                dispute._send_receipt()

    def _send_receipt(self):
        contact = self._get_contact()
        if not contact.email_normalized:
            words = self.env._("No receipt: %s has no mail address.", contact.name)
            self._message_log(body=words)
            return
        try:
            self._check_no_trial()
            with self.env.cr.savepoint():
                self._post_receipt(contact)
        except UserError as error:  # a text that cannot be made never loses a claim
            self._message_log(body=self.env._("No receipt: %s", error))

    def _post_receipt(self, contact):
        # sudo: a customer or the mail gateway opened the case, the company answers
        dispute = self.sudo().with_context(ar_dispute_told="acknowledged_date")
        signer, (subject, body) = self._get_signer(), self._render_letter(RECEIPT)
        dispute.message_post(
            subject=subject,
            body=body,
            author_id=(signer.partner_id or self.company_id.partner_id).id,
            email_layout_xmlid="mail.mail_notification_light",
            message_type="auto_comment",
            partner_ids=contact.ids,
            subtype_xmlid="mail.mt_comment",
        )

    # ------------------------------------------------------------------
    # Words in letters
    # ------------------------------------------------------------------

    def _get_contact(self):
        """Return who is written to: whoever told us, else who gets the reminders."""
        # sudo: whoever treats the case need not see the account
        dispute = self.sudo()
        teller = dispute.heard_from_id
        if teller.email_normalized:
            return teller
        return dispute.account_id._get_reminder_contact() or dispute.partner_id

    def _get_lang(self) -> str:
        """Return the language of the letters."""
        company = self.sudo().company_id  # the contact of the company is no secret
        return self._get_contact().lang or company.partner_id.lang or "en_US"

    def _get_signer(self):
        """Return whom the customer may call or write to."""
        dispute = self.sudo()  # names and numbers of colleagues are on every letter
        return dispute.processor_id or dispute.coordinator_id

    def _get_missing_evidence(self) -> list[str]:
        """Return what we ask from the customer."""
        asked = self._get_asked_evidence()
        return asked.filtered(lambda row: not row.received_date).mapped("name")

    def _get_payable(self) -> float:
        """Return what remains to be paid of what was disputed, by the decision."""
        refused = self.amount - self.accepted_amount
        return self.currency_id.round(min(refused, self._get_owed()))

    def _get_owed(self) -> float:
        """Return what is open of the items in dispute."""
        # sudo: whoever treats the case need not see journal items
        return sum(self.sudo().line_ids.line_id.mapped("amount_residual_currency"))

    def _get_pay_date(self):
        """Return by when it is to be paid: when it falls due, never before a week."""
        soon = fields.Date.add(self._get_day(), days=PAY_DAYS)
        return max([soon, *filter(None, self.line_ids.mapped("due_date"))])

    # ------------------------------------------------------------------
    # Paper
    # ------------------------------------------------------------------

    def _print_documents(self) -> bytes:
        """Return one PDF of the letters that these cases are at."""
        return self._print_letters()

    def _prepare_letters(self) -> list[dict]:
        # EXTENDS ar.paper
        return [
            dispute.with_context(lang=dispute._get_lang())._prepare_letter()
            for dispute in self
        ]

    def _prepare_letter(self) -> dict:
        """Return the values of the page: the answer once there is one, before that the
        receipt."""
        subject, body = self._render_letter(ANSWER if self.approved_date else RECEIPT)
        contact, company = self._get_contact(), self.company_id
        return {
            "page": "ar_best_practices.dunning_letter_page",
            "company": company,
            "customer": self.partner_id,
            "lang": self.env.lang,
            "subject": subject,
            "body": body,
            "annex": [],
            "address": self._get_postal_lines(self.partner_id, contact),
            "place_and_date": self._get_place_and_date(self._get_day()),
            "reference": self.name,
            "collector": self._get_signer(),
            "banks": self.env["res.partner.bank"],
        }
