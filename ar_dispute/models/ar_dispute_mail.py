"""What customers write about disputes: it opens a case, or goes on with it."""

from email.message import EmailMessage

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize, html2plaintext

from odoo.addons.ar_best_practices.models.mail_thread import AUTOMATIC
from odoo.addons.ar_best_practices.tools import reference

from ..tools import upload
from ..tools.dispute_states import OPEN

TODO = "mail.mail_activity_data_todo"
CLAIM_LENGTH = 5000
READ_LENGTH = 20_000  # of a mail, where numbers are looked for


class ArDisputeMail(models.AbstractModel):
    _name = "ar.dispute.mail"
    _description = "Mail of customers about disputes"
    _inherit = ["ar.dispute.flow"]

    # ------------------------------------------------------------------
    # What the customer writes
    # ------------------------------------------------------------------

    @api.private
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        # OVERRIDE mail: a mail opens a case when we know whose, and about what; all
        # others go to a person.
        accounts = self.env["ar.account"]
        company = accounts._get_company_of_message(custom_values)
        account = accounts._find_account_of_sender(msg_dict, company)
        if self.env.context.get(AUTOMATIC):
            return account or company.partner_id
        if not account:
            owner = company.ar_dispute_owner_id
            return accounts._keep_unknown_sender(msg_dict, company, owner)
        if case := self._find_case(account, msg_dict):
            case._receive(msg_dict)
            return case
        parts = self._find_disputed(account, msg_dict)
        if not parts:
            return self._keep_without_item(account, msg_dict)
        return self._open_from_mail(account, parts, msg_dict)

    def _find_case(self, account, msg_dict):
        """Return the open case whose number the subject of a mail has."""
        keys = reference.find_keys(msg_dict.get("subject") or "")
        cases = self.search(
            Domain("account_id", "=", account.id) & Domain("state", "in", OPEN)
        )
        return cases.filtered(lambda x: reference.squeeze(x.name) in keys)[:1]

    def _find_disputed(self, account, msg_dict) -> list:
        """Return what is open of the invoices that a mail names."""
        text = f"{msg_dict.get('subject') or ''}\n{self._get_text(msg_dict)}"
        keys = reference.find_keys(text[:READ_LENGTH])
        items = account.open_line_ids.filtered(lambda x: x.amount_residual > 0)
        named = items.filtered(
            lambda item: keys & reference.strong_keys(item.move_name or "")
        )
        # Short numbers tell the items of one customer apart, when nothing else does
        named = named or items.filtered(
            lambda item: reference.weak_key(item.move_name or "") in keys
        )
        return self.env["ar.dispute.line"]._whole(named)

    def _get_text(self, msg_dict) -> str:
        return html2plaintext(msg_dict.get("body") or "").strip()

    def _keep_without_item(self, account, msg_dict):
        """Hand a claim about nothing that we know to a person, on the account."""
        owner = account.company_id.ar_dispute_owner_id or account._get_owner()
        account.activity_schedule(
            TODO,
            summary=self.env._(
                "Claim without an open invoice: %s", msg_dict.get("subject") or ""
            ),
            user_id=owner.id,
        )
        return account

    def _open_from_mail(self, account, parts, msg_dict):
        refused = self._refuse_files(msg_dict)
        text = self._get_text(msg_dict)[:CLAIM_LENGTH]
        currency = parts[0].line.currency_id  # a case has one
        own = [part for part in parts if part.line.currency_id == currency]
        dispute = self._open(
            account,
            own,
            claim=text,
            channel="mail",
            heard_from_id=self._get_sender(account, msg_dict).id,
        )
        dispute._log_refused_files(refused)
        left = {part.line.move_name for part in parts if part not in own}
        dispute._tell_of_claim(text, sorted(left))
        return dispute

    def _tell_of_claim(self, text: str, left: list[str]):
        """Tell who treats a new case what was written, and what else was named."""
        house = self._with_house_language()
        if left:
            words = house.env._(
                "Also named, in another currency: %s. Register a case of their own.",
                ", ".join(left),
            )
            text = f"{words}\n{text}"
        house._tell_who_treats(house.env._("Claim by mail"), text)

    def _get_sender(self, account, msg_dict):
        """Return the customer's contact who wrote."""
        email = email_normalize(msg_dict.get("email_from"))
        return self.env["res.partner"].search(
            Domain("email_normalized", "=", email)
            & Domain("commercial_partner_id", "=", account.partner_id.id),
            limit=1,
        )

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    @api.private
    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS mail: an answer of the customer goes on with the case; what a stranger
        # writes is a note
        result = super().message_update(msg_dict, update_vals)
        for dispute in self:
            dispute._receive(msg_dict)
        return result

    def _receive(self, msg_dict):
        """Follow a mail that lands on this case."""
        self._log_refused_files(self._refuse_files(msg_dict))
        if self.env.context.get(AUTOMATIC):
            msg_dict["is_internal"] = True
        elif self._is_of_customer(msg_dict):
            self._hear(self._get_text(msg_dict))
        elif not self._is_of_colleague(msg_dict):
            msg_dict["is_internal"] = True

    def _is_of_customer(self, msg_dict) -> bool:
        """Say whether a mail comes from the customer of the case."""
        return bool(self._get_sender(self.account_id, msg_dict))

    def _is_of_colleague(self, msg_dict) -> bool:
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        return bool(author.user_ids) and not author.partner_share

    def _hear(self, text: str):
        """Tell who treats a case that the customer answered; whoever waited goes on."""
        house = self._with_house_language()
        house._tell_who_treats(house.env._("The customer answered"), text)
        if self.state == "waiting":
            house.action_resume(house.env._("The customer answered by mail."))

    def _message_receive_bounce(self, email, partner):
        # EXTENDS mail: the customer was told nothing, a person must find another way
        result = super()._message_receive_bounce(email, partner)
        for dispute in self:
            house = dispute._with_house_language()
            words = house.env._("Our message came back: %s", email)
            house._tell_who_treats(words, "")
        return result

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    @api.model
    def _refuse_files(self, msg_dict) -> list[str]:
        """Take out of a mail the files that are not taken; return their names."""
        files = msg_dict.get("attachments") or []
        taken = [file for file in files if self._is_taken(file[0], file[1])]
        msg_dict["attachments"] = taken[: upload.FILE_COUNT]
        refused = [file[0] for file in files if file not in taken]
        return refused + [file[0] for file in taken[upload.FILE_COUNT :]]

    @api.model
    def _is_taken(self, name: str, content: str | bytes | EmailMessage) -> bool:
        if isinstance(content, EmailMessage):  # a mail that was forwarded as a file
            content = content.as_bytes()
        data = content.encode() if isinstance(content, str) else content
        small = len(data) <= upload.FILE_BYTES
        return small and bool(upload.get_type(name or "", data))

    def _log_refused_files(self, names: list[str]):
        if names:
            self._message_log(
                body=self.env._(
                    "Files of the mail that were not kept (only %(types)s, of at most"
                    " 10 MB): %(names)s",
                    types=upload.NAMES,
                    names=", ".join(names),
                )
            )
