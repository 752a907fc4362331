"""What the suite holds about a person: shown, exported, erased."""

import base64
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

PERSON_FIELDS = ("name", "email", "lang", "tz", "ar_style", "ar_channel") + (
    "ar_mobile",
    "ar_no_phone",
    "ar_no_sms",
)
ACCOUNT_FIELDS = (
    "company_id",
    "collector_id",
    "payer_profile_id",
    "payer_profile_since",
    "payer_profile_reason",
    "payer_profile_lock_reason",
    "strategy_id",
    "strategy_reason",
    "priority",
    "priority_reason",
    "hold_state",
    "hold_reason",
    "days_beyond_terms",
    "late_share",
    "payment_index",
    "settled_count",
    "turnover",
    "first_invoice_date",
    "behavior_date",
    "answered_date",
)
NOTICE_FIELDS = ("sent_date", "state", "name", "channel", "email", "lang", "amount") + (
    "sms_number",
    "posting_ref",
    "posting_date",
    "receipt_date",
)
STATEMENT_FIELDS = ("sent_date", "state", "date", "email", "lang", "amount")
SPOKEN_FIELDS = {
    "ar.collection.action": ("date", "direction", "channel", "outcome", "reason_id")
    + ("note", "next_words"),
    "ar.payment.promise": ("made_date", "date", "amount", "state", "means", "note"),
    "ar.payment.plan": ("made_date", "amount", "state", "note"),
}
LINE_FIELDS = ("number", "due_date", "days_late", "amount", "reason")
DECISION_FIELDS = ("date", "subject", "before", "after", "reason")
PAUSE_FIELDS = ("move_id", "due_date", "excluded_reason", "excluded_until", "disputed")
UNFINISHED = ("proposed", "approved", "sending", "unknown")


class ArPersonalData(models.TransientModel):
    """For the right of access and the right to be forgotten.

    A contact of a company is a person; a customer is one when it trades in its own
    name. What proves a claim (dates, levels, items, amounts) stays until the company's
    retention is over; addresses, texts and free words go.
    """

    _name = "ar.personal.data"
    _description = "Personal data held by the receivables suite"

    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    summary = fields.Char(compute="_compute_summary")
    file = fields.Binary(readonly=True, attachment=False)

    @api.depends("partner_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = self.env._(
                "%(accounts)s customer accounts, %(notices)s reminders,"
                " %(decisions)s decisions",
                accounts=len(wizard._get_accounts()),
                notices=len(wizard._get_notices()),
                decisions=len(wizard._get_accounts().decision_ids),
            )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_export(self):
        """Download everything as JSON, a format that other programs read."""
        self.ensure_one()
        content = json.dumps(self._get_content(), default=str, indent=2)
        self.file = base64.b64encode(content.encode())
        name = f"receivables-{self.partner_id.id}.json"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{name}?download=true",
            "target": "download",
        }

    def action_erase(self):
        """Erase what is personal and proves nothing."""
        self.ensure_one()
        self._check_settled()
        self._erase_wishes()
        self._erase_pauses(self._get_pauses())
        self._erase_texts(self._get_accounts())
        self._erase_notices(self._get_notices())
        self._erase_statements(self._get_statements())
        for name in SPOKEN_FIELDS:
            self._erase_spoken(self._get_spoken(name))
        return {"type": "ir.actions.act_window_close"}

    # ------------------------------------------------------------------
    # What is held
    # ------------------------------------------------------------------

    def _get_accounts(self):
        """Return the accounts that are the person's own, none for a mere contact."""
        accounts = self.env["ar.account"].with_context(active_test=False)
        return accounts.search([("partner_id", "=", self.partner_id.id)])

    def _get_notices(self):
        """Return the reminders to this person, or to its own account."""
        return self.env["ar.dunning.notice"].search(
            [
                "|",
                ("contact_id", "=", self.partner_id.id),
                ("account_id", "in", self._get_accounts().ids),
            ]
        )

    def _get_statements(self):
        """Return the statements sent to this person, or to its own account."""
        return self.env["ar.statement"].search(
            [
                "|",
                ("contact_id", "=", self.partner_id.id),
                ("account_id", "in", self._get_accounts().ids),
            ]
        )

    def _get_spoken(self, name: str):
        """Return the calls or promises of this person, or of its own account."""
        return self.env[name].search(
            [
                "|",
                ("contact_id", "=", self.partner_id.id),
                ("account_id", "in", self._get_accounts().ids),
            ]
        )

    def _get_pauses(self):
        """Return the person's items that somebody left out or that it disputed."""
        partners = self._get_accounts().partner_id
        return self.env["ar.item"].search(
            [
                ("move_id.commercial_partner_id", "in", partners.ids),
                "|",
                ("excluded_reason", "!=", False),
                ("disputed", "=", True),
            ]
        )

    def _get_content(self) -> dict:
        """Return all that is held, by kind; addons above add theirs by ``super()``."""
        accounts = self._get_accounts()
        person = self.partner_id
        return {
            "person": person.read(PERSON_FIELDS)[0],
            "hours": person.ar_hours.read(["weekday", "hour_from", "hour_to"]),
            "accounts": accounts.read(ACCOUNT_FIELDS),
            "decisions": accounts.decision_ids.read(DECISION_FIELDS),
            "pauses": self._get_pauses().read(PAUSE_FIELDS),
            "reminders": [
                {
                    **notice.read(NOTICE_FIELDS)[0],
                    "items": notice.line_ids.read(LINE_FIELDS),
                }
                for notice in self._get_notices()
            ],
            "statements": self._get_statements().read(STATEMENT_FIELDS),
            "spoken": {
                name: self._get_spoken(name).read(names)
                for name, names in SPOKEN_FIELDS.items()
            },
        }

    # ------------------------------------------------------------------
    # Erasing
    # ------------------------------------------------------------------

    def _check_settled(self):
        """Refuse while the data serve: something is owed or about to leave."""
        if any(account.open_amount for account in self._get_accounts()):
            raise UserError(
                self.env._("This customer still owes something: its file is needed.")
            )
        if self._get_notices().filtered(lambda notice: notice.state in UNFINISHED):
            raise UserError(
                self.env._("A reminder to this person is not finished: cancel its run.")
            )

    def _erase_wishes(self):
        """Forget how and when the person likes to be reached; that it does not want
        calls or SMS stays, or somebody would call again.

        sudo: who answers for personal data need not have the right to write contacts.
        """
        person = self.partner_id.sudo()
        person.ar_hours.unlink()
        person.write({"ar_style": False, "ar_channel": False})
        chosen = self.env["ar.account"].search([("contact_id", "=", person.id)])
        chosen.contact_id = False

    def _erase_pauses(self, items):
        """Forget why items were left out: nothing is owed any more."""
        items.write({"excluded": False, "excluded_reason": False})

    def _erase_notices(self, notices):
        """Take address, person and text out of reminders: the proof itself stays.

        sudo: mail records and what was frozen belong to the system.
        """
        notices = notices._checked_sudo()
        notices.mail_id.unlink()
        notices._unlink_sms()
        words = ("email", "sms_number", "contact_id", "style") + (
            "exclude_reason",
            "failure_reason",
        )
        notices.write(dict.fromkeys(words, False))
        notices.line_ids.write({"override_reason": False})

    def _erase_statements(self, statements):
        """Take address and text out of statements, and close their links."""
        statements = statements._checked_sudo()
        statements.mail_id.unlink()
        statements.write(dict.fromkeys(("email", "contact_id", "token"), False))

    def _erase_spoken(self, records):
        """Take person and free words out of calls and promises: codes, amounts and
        days stay. sudo: what was done is nobody's to change otherwise."""
        records._checked_sudo().write({"contact_id": False, "note": False})

    def _erase_texts(self, accounts):
        """Take the words of people out of the decisions, and log that it was done.

        By SQL: a decision is never changed otherwise.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE ar_account_decision SET reason = NULL WHERE account_id IN %s",
                tuple(accounts.ids) or (0,),
            )
        )
        accounts.decision_ids.invalidate_recordset(["reason"])
        words = ("payer_profile_lock_reason", "hold_reason")
        accounts._checked_sudo().write(dict.fromkeys(words, False))
        self.env["ar.account.decision"]._log(
            accounts,
            "erasure",
            self.env._("Personal data erased"),
            lambda _a: "",
            lambda _a: "",
        )
