"""What customers see of their cases on the portal, and what they may do there.

Portal users have no right on any model of the register: these methods are their doors.
Each starts from `_get_portal_cases_domain`, and only what is listed in `PortalCase` and
in the dictionaries below leaves.
"""

import textwrap

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ..tools import dispute_portal, dispute_states

TODO = "mail.mail_activity_data_todo"
MESSAGE_LENGTH = 5000  # what a customer may write at once
MESSAGE_COUNT = 100  # the last ones are shown
MESSAGE_TYPES = ("comment", "email", "email_outgoing", "auto_comment")
# In these states a decision is the company's word.
TOLD = ("approved", "executed")


class ArDisputePortal(models.AbstractModel):
    _name = "ar.dispute.portal"
    _description = "Disputes on the portal"

    # ------------------------------------------------------------------
    # Whose cases
    # ------------------------------------------------------------------

    @api.model
    def _get_portal_cases_domain(self) -> Domain:
        """Return which cases are of the user's own customer, in all its accounts."""
        accounts = self.env["ar.account"]._get_portal_accounts()
        return Domain("account_id", "in", accounts.ids)

    @api.model
    def _find_portal_case(self, case_id: int):
        """Return a case of the user's customer, none for another id.

        sudo: portal users have no right on cases; the case is their customer's.
        """
        domain = self._get_portal_cases_domain() & Domain("id", "=", case_id)
        return self.sudo().search(domain)

    @api.model
    def _get_portal_case_count(self) -> int:
        """Return how many cases the user's customer has; sudo: as above."""
        return self.sudo().search_count(self._get_portal_cases_domain())

    @api.model
    def _get_portal_cases(
        self, limit: int, offset: int = 0
    ) -> list[dispute_portal.PortalCase]:
        """Return the customer's cases, the last one first; sudo: as above."""
        cases = self.sudo().search(
            self._get_portal_cases_domain(), order="id desc", limit=limit, offset=offset
        )
        return [case._get_portal_case() for case in cases]

    # ------------------------------------------------------------------
    # What is shown
    # ------------------------------------------------------------------

    def _get_portal_case(self) -> dispute_portal.PortalCase:
        notes = self._get_portal_documents().filtered(
            lambda move: move.move_type == "out_refund"
        )
        stage = dispute_portal.get_stage(self.state, bool(notes))
        return dispute_portal.PortalCase(
            id=self.id,
            number=self.name,
            company=self.company_id.name,
            stage=stage,
            stage_words=self._get_portal_stages()[stage],
            opened_date=self.opened_date,
            invoices=self.item_words,
            reason=self.reason_id.name or "",
            amount=self.currency_id.format(self.amount),
        )

    @api.model
    def _get_portal_stages(self) -> dict[str, str]:
        """Return the states of a case in the customer's words."""
        return {
            dispute_portal.RECEIVED: self.env._("Received"),
            dispute_portal.EXAMINED: self.env._("Being examined"),
            dispute_portal.WAITING: self.env._("Waiting for you"),
            dispute_portal.DECIDED: self.env._("Decided"),
            dispute_portal.CREDITED: self.env._("Credit note issued"),
            dispute_portal.CLOSED: self.env._("Closed"),
        }

    def _get_portal_page_values(self) -> dict:
        """Return all that the page of a case shows, and nothing else."""
        return {
            "case": self._get_portal_case(),
            "lines": [
                {
                    "number": line.number,
                    "product": line.product,
                    "quantity": line.quantity,
                    "amount": line.currency_id.format(line.amount),
                }
                for line in self.line_ids
            ],
            "asked": [
                {
                    "id": evidence.id,
                    "name": evidence.name,
                    "received_date": evidence.received_date,
                    "files": self._get_portal_files(evidence.attachment_ids),
                }
                for evidence in self._get_asked_evidence()
            ],
            "may_send": self.state in dispute_states.UNDECIDED,
            "decision": self._get_portal_decision(),
            "documents": [
                {
                    "name": move.name,
                    "url": move.access_url,
                    "is_credit": move.move_type == "out_refund",
                }
                for move in self._get_portal_documents()
            ],
            "messages": [
                self._get_portal_message(message)
                for message in self._get_portal_messages().sorted("id")
            ],
        }

    def _get_asked_evidence(self):
        """Return what the customer is asked for: the rest is our own work."""
        return self.evidence_ids.filtered("is_from_customer")

    def _get_portal_decision(self) -> dict | None:
        """Return what was decided, once it is the company's word."""
        if not self._is_decision_told():
            return None
        words = {
            "founded": self.env._("You are right: we accept your claim."),
            "partly": self.env._(
                "You are partly right: we accept a part of your claim."
            ),
            "unfounded": self.env._("We do not agree with your claim."),
        }
        return {"words": words[self.decision], "why": self.decision_note}

    def _is_decision_told(self) -> bool:
        """Tell whether a decision was approved, and the case not opened again since."""
        if self.state != "closed":
            return self.state in TOLD
        closing = self.step_ids.filtered(
            lambda step: step.to_state == "closed" and step.from_state != "closed"
        )
        return closing[:1].from_state in TOLD

    def _get_portal_documents(self):
        """Return the posted credit notes and new invoices of a case."""
        return (self._get_credit_notes() | self.document_move_id).filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in ("out_refund", "out_invoice")
                and move.commercial_partner_id == self.partner_id
            )
        )

    # ------------------------------------------------------------------
    # Messages and files
    # ------------------------------------------------------------------

    def _get_portal_messages(self):
        """Return what was written for the customer, and by it: never notes, never what
        the system tracks."""
        meant = (
            Domain("model", "=", self._name)
            & Domain("res_id", "=", self.id)
            & Domain("message_type", "in", MESSAGE_TYPES)
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False)
        )
        messages = self.env["mail.message"]
        return messages.search(meant, order="id desc", limit=MESSAGE_COUNT)

    def _get_portal_message(self, message) -> dict:
        """Return a message; who wrote it for us is the company."""
        author = message.author_id
        is_own = author.commercial_partner_id == self.partner_id
        if not author and message.message_type == "email":
            name = message.email_from  # answered by mail, from an unknown address
        else:
            name = author.name if is_own else self.company_id.name
        return {
            "is_own": is_own,
            "author": name,
            "date": message.date,
            "body": message.body,
            "files": self._get_portal_files(message.attachment_ids),
        }

    def _get_portal_files(self, attachments) -> list[dict]:
        return [{"id": file.id, "name": file.name} for file in attachments]

    def _find_portal_file(self, file_id: int):
        """Return a file that the customer sees on the page of a case, none else."""
        files = self._get_portal_messages().attachment_ids
        files |= self._get_asked_evidence().attachment_ids
        return files.filtered(lambda file: file.id == file_id)

    # ------------------------------------------------------------------
    # What the customer does
    # ------------------------------------------------------------------

    def _receive_portal_message(self, text: str | None, files):
        """Note what a customer writes on its case; whoever waited for it goes on."""
        text = self._read_portal_text(text, self.env._("Please write your message."))
        self._post_as_customer(text, self._attach_uploads(files))
        house = self._with_house_language()
        house._tell_who_treats(house.env._("The customer wrote"), text)
        if self.state == "waiting":
            house.action_resume(house.env._("The customer answered on the portal."))

    def _receive_portal_evidence(self, evidence_id: int, files):
        """Note what a customer sends of what it was asked for; when all of it has come
        the waiting ends."""
        asked = self._get_asked_evidence()
        missing = asked.filtered(lambda row: not row.received_date)
        evidence = missing.filtered(lambda row: row.id == evidence_id)
        if not evidence or self.state not in dispute_states.UNDECIDED:
            raise UserError(
                self.env._("This is not asked for any more: please write a message.")
            )
        attachments = self._attach_uploads(files)
        if not attachments:
            raise UserError(self.env._("Please choose a file."))
        evidence.attachment_ids += attachments
        self._post_as_customer(evidence.name, attachments)
        house = self._with_house_language()
        house._tell_who_treats(house.env._("The customer sent files"), evidence.name)
        if self.state == "waiting" and all(asked.mapped("received_date")):
            names = ", ".join(asked.mapped("name"))
            house.action_resume(
                house.env._("The customer sent all that was asked for: %s", names)
            )

    @api.model
    def _read_portal_text(self, text: str | None, missing: str) -> str:
        """Return what was written, cut to what may be written at once."""
        text = (text or "").strip()[:MESSAGE_LENGTH]
        if not text:
            raise UserError(missing)
        return text

    def _post_as_customer(self, text: str, attachments):
        self._post_from_outside(
            attachments,
            body=plaintext2html(text),
            author_id=self.env.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _get_who_treats(self):
        """Return who acts on a case that nobody was named for as well."""
        user = self.processor_id or self.coordinator_id
        return user or self.company_id.ar_dispute_owner_id

    def _with_house_language(self):
        """Return this case in the language of who treats it."""
        lang = self._get_who_treats().lang or self.company_id.partner_id.lang
        return self.with_context(lang=lang)

    def _tell_who_treats(self, summary: str, text: str):
        """Ask who treats a case to look at what came from outside."""
        self.activity_schedule(
            TODO,
            summary=summary,
            note=plaintext2html(textwrap.shorten(text, 200, placeholder="…")),
            date_deadline=fields.Date.context_today(self),
            user_id=self._get_who_treats().id,
        )
