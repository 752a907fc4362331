"""What a customer will get, before it leaves."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import plaintext2html

TEMPLATES = {
    "letter": "letter_template_id",
    "registered": "letter_template_id",
    "phone": "script_template_id",
    "task": "script_template_id",
}

# Mail layouts are wider than a phone: mail programs shrink them like this.
PHONE_STYLE = Markup(
    "<style>@media (max-width: 600px) {"
    " table {width: 100% !important; min-width: 0 !important; padding: 0 !important}"
    " td, th {min-width: 0 !important; padding: 2px !important; font-size: 11px}"
    " }</style>"
)


class ArDunningPreview(models.TransientModel):
    _name = "ar.dunning.preview"
    _description = "Preview of a dunning notice"

    notice_id = fields.Many2one("ar.dunning.notice", required=True, readonly=True)
    channel = fields.Selection(related="notice_id.channel")
    to = fields.Char(compute="_compute_message")
    subject = fields.Char(compute="_compute_message")
    body = fields.Html(compute="_compute_message", sanitize=False)
    sms_size = fields.Char(string="Length", compute="_compute_message")

    @api.depends("notice_id")
    def _compute_message(self):
        for preview in self:
            notice = preview.notice_id
            notice.check_access("read")  # texts are rendered with all rights
            if notice.channel == "sms":
                preview._show_sms()
                continue
            kind = TEMPLATES.get(notice.channel, "mail_template_id")
            subjects = notice._render_template_field(kind, "subject")
            bodies = notice._render_template_field(kind, "body_html")
            preview.to = notice.email or notice.contact_id.display_name
            preview.subject = subjects.get(notice.id)
            body = bodies.get(notice.id)
            if body and notice.channel == "mail":
                body = PHONE_STYLE + notice._wrap(body)
            preview.body = body
            preview.sms_size = False

    def _show_sms(self):
        text = self.notice_id._render_sms()[self.notice_id.id]
        self.to = self.notice_id.sms_number
        self.subject = False
        self.body = plaintext2html(text)
        self.sms_size = self.notice_id.level_id._get_sms_size(text)
