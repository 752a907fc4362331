"""Mail that comes in: answers of customers, and reminders that came back."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from .mail_thread import AUTOMATIC

TODO = "mail.mail_activity_data_todo"


class ArAccountMail(models.AbstractModel):
    _name = "ar.account.mail"
    _description = "Mail of customer accounts"

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail: an answer to one of our messages
        result = super().message_update(msg_dict, update_vals)
        if not self.env.context.get(AUTOMATIC):
            self._note_answer(msg_dict)
        return result

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        # OVERRIDE mail: a message never makes an account. It joins the account of its
        # sender, else the company's own contact, where a person will sort it out.
        company = self._get_company_of_message(custom_values)
        account = self._find_account_of_sender(msg_dict, company)
        if self.env.context.get(AUTOMATIC):
            return account or company.partner_id
        if account:
            account._note_answer(msg_dict)
            return account
        return self._keep_unknown_sender(msg_dict, company)

    def _get_company_of_message(self, custom_values):
        """Return the company whose collection address was written to."""
        company_id = (custom_values or {}).get("company_id") or self.env.company.id
        return self.env["res.company"].browse(company_id).root_id

    def _find_account_of_sender(self, msg_dict, company):
        """Return the account of whoever has the sender's address, empty if nobody."""
        email = email_normalize(msg_dict.get("email_from"))
        everyone = self.with_context(active_test=False)  # the archived may still owe
        senders = everyone.env["res.partner"].browse(msg_dict.get("author_id") or [])
        if email:
            senders |= senders.search([("email_normalized", "=", email)])
        customers = Domain("partner_id", "in", senders.commercial_partner_id.ids)
        of_company = Domain("company_id", "=", company.id)
        return everyone.search(customers & of_company, limit=1)

    def _keep_unknown_sender(self, msg_dict, company, user=None):
        """Hand a mail of nobody we know to a person, on the company's own contact.

        :param user: who sorts out what came to this address, else who gets what nobody
            owns
        """
        company.partner_id.activity_schedule(
            TODO,
            summary=self.env._(
                "Answer from an unknown sender: %(sender)s",
                sender=msg_dict.get("email_from"),
            ),
            user_id=(user or self._get_fallback_user(company)).id,
        )
        return company.partner_id

    def _note_answer(self, msg_dict):
        """Mark “customer answered” and tell whoever is in charge today."""
        for account in self:
            account.answered_date = fields.Datetime.now()
            account.activity_schedule(
                TODO,
                summary=self.env._(
                    "The customer answered: %(subject)s",
                    subject=msg_dict.get("subject") or "",
                ),
                user_id=account._get_owner().id,
            )

    # ------------------------------------------------------------------
    # Reminders that came back
    # ------------------------------------------------------------------

    def _message_receive_bounce(self, email, partner):
        # EXTENDS mail: the contact is marked by Odoo, a person must find another one
        result = super()._message_receive_bounce(email, partner)
        for account in self:
            words = self.env._("A reminder came back: %(email)s", email=email)
            account._message_log(body=words)
            owner = account._get_owner()
            account.activity_schedule(TODO, summary=words, user_id=owner.id)
        return result

    # ------------------------------------------------------------------
    # Followers, and where answers go
    # ------------------------------------------------------------------

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        # EXTENDS mail: followers are mailed what customers write, amounts and all
        self.check_access("write")
        return super().message_subscribe(partner_ids, subtype_ids)

    def _notify_get_reply_to_batch(self, defaults=None, author_ids=None):
        # EXTENDS mail: to the company's collection address when it has one
        replies = super()._notify_get_reply_to_batch(defaults, author_ids)
        for account in self:
            if address := account.sudo().company_id._get_ar_alias_email():
                replies[account.id] = account._notify_get_reply_to_formatted_email(
                    address, author_id=(author_ids or {}).get(account.id)
                )
        return replies
