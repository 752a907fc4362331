"""A question about a dispute to a colleague who does not work with Odoo."""

import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, email_normalize, formataddr, hmac, plaintext2html

SIGNATURE = "ar.dispute.question"
ANSWER_LENGTH = 5000


class ArDisputeQuestion(models.Model):
    """Answered on a page that opens by a signed link, while the case is open.

    Growth: a few rows per case, purged with it.
    """

    _name = "ar.dispute.question"
    _description = "Question to a colleague about a dispute"
    _inherit = ["ar.guarded"]
    _order = "id desc"

    dispute_id = fields.Many2one(
        "ar.dispute", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="dispute_id.company_id", store=True, index=True
    )
    name = fields.Char(string="Colleague", required=True, readonly=True)
    email = fields.Char(required=True, readonly=True)
    question = fields.Text(required=True, readonly=True)
    end_date = fields.Date(string="Opens until", required=True, readonly=True)
    is_revoked = fields.Boolean(string="Revoked", readonly=True)
    answer_ids = fields.Many2many("mail.message", string="Answers", readonly=True)
    token = fields.Char(
        required=True,
        readonly=True,
        groups="base.group_system",
        default=lambda self: secrets.token_urlsafe(),
    )

    def action_revoke(self):
        """The link opens no more."""
        self.dispute_id.check_access("write")
        # sudo: written by this button only; the right on the case was checked
        self.sudo().is_revoked = True

    # ------------------------------------------------------------------
    # Link
    # ------------------------------------------------------------------

    def _get_email_to(self) -> str:
        return formataddr((self.name, self.email))

    def _get_url(self) -> str:
        """Return the page of the question."""
        return f"{self.get_base_url()}/receivables/question/{self.id}/{self._sign()}"

    def _sign(self) -> str:
        """Return the seal of the link; sudo: the secrets belong to the system."""
        record = self.sudo()
        end = fields.Date.to_string(record.end_date)
        return hmac(record.env, SIGNATURE, (record.id, record.token, end))

    def _opens_with(self, seal: str) -> bool:
        """Say whether a link is ours, in time, not revoked, and the case open."""
        ours = consteq(seal.encode(), self._sign().encode())
        in_time = self.end_date >= fields.Date.today()
        return ours and in_time and not self.is_revoked and self.dispute_id._is_open()

    # ------------------------------------------------------------------
    # Answer
    # ------------------------------------------------------------------

    @api.model
    def _ask(self, dispute, **values):
        """Send a question and return it."""
        dispute.check_access("write")
        if not email_normalize(values["email"]):
            raise UserError(self.env._("Enter one e-mail address."))
        # sudo: questions are written here only; the right on the case was checked
        question = self.sudo().create({"dispute_id": dispute.id, **values})
        template = self.env.ref("ar_dispute.mail_template_question").sudo()
        template.send_mail(question.id)
        dispute.message_post(
            body=self.env._(
                "Asked %(name)s (%(email)s): %(question)s",
                name=question.name,
                email=question.email,
                question=question.question,
            ),
            subtype_xmlid="mail.mt_note",
        )
        return question

    def _answer(self, text: str | None, files):
        """Note an answer with its files and tell who treats the case."""
        text = (text or "").strip()[:ANSWER_LENGTH]
        if not text:
            raise UserError(self.env._("Please write your answer."))
        dispute = self.dispute_id
        attachments = dispute._attach_uploads(files)
        self.answer_ids += dispute._post_from_outside(
            attachments,
            body=plaintext2html(text),
            author_id=False,
            email_from=self._get_email_to(),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        dispute._tell_who_treats(self.env._("%s answered", self.name), text)

    def _get_page_values(self) -> dict:
        """Return all that the page shows, and nothing else."""
        dispute = self.dispute_id
        return {
            "company": dispute.company_id.name,
            "number": dispute.name,
            "customer": dispute.partner_id.name,
            "question": self.question,
            "end_date": self.end_date,
            "lines": [
                {
                    "number": line.number,
                    "product": line.product,
                    "amount": line.currency_id.format(line.amount),
                }
                for line in dispute.line_ids
            ],
            "answers": [
                {
                    "date": answer.date,
                    "body": answer.body,
                    "files": answer.attachment_ids.mapped("name"),
                }
                for answer in self.answer_ids.sorted("id")
            ],
        }
