"""Mails that a machine wrote say so: they land, and nobody takes them for an answer."""

from odoo import models

AUTOMATIC = "ar_automatic_mail"  # in the context of the gateway
# Absence notices and other answers of machines (RFC 3834, and what came before it)
MARKS = ("X-Autoreply", "X-Autorespond")
PRECEDENCES = ("auto_reply", "auto-reply")


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _message_route_process(self, message, message_dict, routes):
        # EXTENDS mail: those who read it know whether a person wrote it
        thread = self.with_context(**{AUTOMATIC: self._is_automatic(message)})
        return super(MailThread, thread)._message_route_process(
            message, message_dict, routes
        )

    def _is_automatic(self, message) -> bool:
        """Say whether a mail calls itself the answer of a machine."""
        submitted = (message.get("Auto-Submitted") or "no").strip().lower()
        precedence = (message.get("Precedence") or "").strip().lower()
        marked = any(message.get(mark) for mark in MARKS)
        return submitted != "no" or precedence in PRECEDENCES or marked
