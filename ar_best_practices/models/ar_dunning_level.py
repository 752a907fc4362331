"""One step of a strategy: when, by which channel, in which words."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.sms import plain, size

# kind -> rank; ranks compare levels of different strategies
RANKS = {
    "pre_due": 0,
    "courtesy": 1,
    "reminder": 2,
    "call": 3,
    "firm": 4,
    "formal": 5,
    "handover": 6,
}
FIRM = RANKS["firm"]
# What the text of an SMS may say of a notice
SMS_WORDS = (
    "object.company_id.name",
    "object.asked_words",
    "object.invoices_words",
    "object.deadline_words",
    "object.answer_words",
)
NEVER_AUTOMATIC = ("formal", "handover")
# channel -> minutes of a person's work for one step, before anybody measured them
MINUTES = {"mail": 1, "sms": 1, "letter": 3, "registered": 10, "phone": 10, "task": 20}


class ArDunningLevel(models.Model):
    _name = "ar.dunning.level"
    _description = "Dunning level"
    _order = "strategy_id, rank, id"

    name = fields.Char(required=True, translate=True)
    strategy_id = fields.Many2one(
        "ar.dunning.strategy", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("pre_due", "Before the due date"),
            ("courtesy", "Courtesy"),
            ("reminder", "Reminder"),
            ("call", "Call"),
            ("firm", "Firm"),
            ("formal", "Formal notice"),
            ("handover", "Hand-over"),
        ],
        required=True,
        default="reminder",
    )
    rank = fields.Integer(compute="_compute_rank", store=True)
    delay_days = fields.Integer(
        string="Days after due",
        help="Days after the due date; negative before it.",
    )
    channel = fields.Selection(
        [
            ("mail", "E-mail"),
            ("sms", "SMS"),
            ("letter", "Letter"),
            ("registered", "Registered letter"),
            ("phone", "Phone"),
            ("task", "Task for the owner"),
        ],
        required=True,
        default="mail",
    )
    automatic = fields.Boolean(
        help="Goes out in the morning without anybody's approval."
    )
    owner_id = fields.Many2one(
        "res.users", help="Empty: the customer's collector does this step."
    )
    minutes = fields.Float(
        string="Minutes of work",
        compute="_compute_minutes",
        store=True,
        readonly=False,
        precompute=True,
        help="What this step takes a person, for the load of collectors: reviewing a"
        " mail, posting a letter, calling.",
    )
    description = fields.Text(translate=True)
    hold_state = fields.Selection(
        [
            ("none", "Leaves the customer as it is"),
            ("watch", "Watches"),
            ("hold", "Holds"),
        ],
        string="Effect on the customer",
        required=True,
        default="none",
        help="Once sent: watched or held until nothing is late any more. A natural"
        " person is never held without somebody deciding.",
    )
    attach_invoices = fields.Boolean(string="Attach the invoices")
    phone_minimum_amount = fields.Float(
        string="Call from",
        digits="Account",
        help="Below this amount, in the company's currency, an e-mail goes instead.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        string="Text of the mail",
        domain="[('model', '=', 'ar.dunning.notice')]",
        ondelete="set null",
    )
    letter_template_id = fields.Many2one(
        "mail.template",
        string="Text of the letter",
        domain="[('model', '=', 'ar.dunning.notice')]",
        ondelete="set null",
    )
    script_template_id = fields.Many2one(
        "mail.template",
        string="Call script",
        domain="[('model', '=', 'ar.dunning.notice')]",
        ondelete="set null",
    )

    sms_text = fields.Text(
        string="Text of the SMS",
        translate=True,
        help="Short and without threat: 160 characters are one SMS.",
    )
    sms_example = fields.Text(string="Example", compute="_compute_sms_example")
    sms_size = fields.Char(string="Length", compute="_compute_sms_example")
    reviewed_date = fields.Date(
        string="Texts read again on",
        readonly=True,
        copy=False,
        help="When a person last read the texts of this level and found them right.",
    )
    reviewed_uid = fields.Many2one(
        "res.users", string="Texts read again by", readonly=True, copy=False
    )
    mail_subject = fields.Char(related="mail_template_id.subject", string="Subject")
    mail_body = fields.Html(related="mail_template_id.body_html", string="Mail")
    letter_body = fields.Html(related="letter_template_id.body_html", string="Letter")
    script_body = fields.Html(related="script_template_id.body_html", string="Script")

    _kind_uniq = models.UniqueIndex(
        "(strategy_id, rank)", "A strategy has one level of each kind."
    )
    _never_automatic = models.Constraint(
        "CHECK (NOT automatic OR kind NOT IN ('formal', 'handover'))",
        "A formal notice or a hand-over is never sent without a person.",
    )
    _before_due = models.Constraint(
        "CHECK ((kind = 'pre_due') = (delay_days < 0))",
        "Only the level before the due date has a negative number of days.",
    )

    @api.depends("kind")
    def _compute_rank(self):
        for level in self:
            level.rank = RANKS.get(level.kind, 0)

    @api.depends("channel")
    def _compute_minutes(self):
        for level in self:
            level.minutes = MINUTES.get(level.channel, 1)

    @api.depends("sms_text")
    @api.depends_context("lang")
    def _compute_sms_example(self):
        """Show the text as the newest notice in the reader's language would be."""
        notices = self.env["ar.dunning.notice"]
        notice = notices.search(
            [("lang", "=", self.env.lang or "en_US")], order="id desc", limit=1
        )
        for level in self:
            try:
                text = level._render_sms(notice).get(notice.id, "")
            except ValidationError as error:
                text = str(error)
            level.sms_example = text
            level.sms_size = level._get_sms_size(text)

    @api.model
    def _get_sms_size(self, text: str) -> str:
        """Say how long a text is, and how many SMS that makes."""
        length, count = size(text)
        return self.env._(
            "%(length)s characters, SMS: %(count)s", length=length, count=count
        )

    def _render_sms(self, notices) -> dict[int, str]:
        """Return the SMS of this level by notice, in the language of the context."""
        self._check_sms_words()
        engine = self.env["mail.render.mixin"]
        texts = engine._render_template(self.sms_text, notices._name, notices.ids)
        return {notice_id: plain(str(text)) for notice_id, text in texts.items()}

    @api.constrains("sms_text")
    def _check_sms_words(self):
        """A text names words that exist and runs no code, whoever wrote it."""
        engine = self.env["mail.render.mixin"]
        for level in self:
            if engine._has_unsafe_expression_template_inline_template(
                level.sms_text, "ar.dunning.notice"
            ):
                raise ValidationError(
                    self.env._(
                        "In the SMS of “%(level)s” only these may stand in braces:"
                        " %(words)s.",
                        level=level.name,
                        words=", ".join(SMS_WORDS),
                    )
                )

    def action_mark_reviewed(self):
        """Say that the texts of these levels were read again today and are right."""
        today = fields.Date.context_today(self)
        self.write({"reviewed_date": today, "reviewed_uid": self.env.uid})
        return True

    @api.constrains("delay_days", "kind", "strategy_id")
    def _check_increasing_delays(self):
        for strategy in self.strategy_id:
            levels = strategy.level_ids.sorted("rank")
            delays = levels.mapped("delay_days")
            if any(a >= b for a, b in zip(delays, delays[1:], strict=False)):
                raise ValidationError(
                    self.env._(
                        "In “%(strategy)s” each level must come later than the one"
                        " before it.",
                        strategy=strategy.name,
                    )
                )
