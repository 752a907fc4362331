"""A mail server that keeps what it gets, and misbehaves when told to."""

import asyncio
import email
import email.policy
import logging
import socket
import threading
from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage

from aiosmtpd.controller import Controller

# each line of the dialogue would bury what a failing test says
logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass
class Mail:
    """One mail that arrived, and the connection it came by."""

    message: EmailMessage
    recipients: list[str]
    peer: tuple

    @property
    def number(self) -> str:
        """The message id."""
        return self.message["Message-Id"].strip()

    @property
    def html(self) -> str:
        """The HTML part."""
        return self.message.get_body(("html",)).get_content()


class Sink:
    """Counts a mail when its content is here, before it says so to the sender."""

    def __init__(self):
        self.mails: list[Mail] = []
        self.hold_at = 0  # the n-th mail waits for `gate`
        self.drop_at = 0  # the connection of the n-th mail is cut
        self.refuse_at = 0  # the n-th address is refused
        self.refused: list[str] = []
        self._addresses = 0
        self.gate = threading.Event()
        self.port = free_port()
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        """Listen."""
        self._server.start()

    def stop(self) -> None:
        """Let waiting senders go, and listen no more."""
        self.gate.set()
        self._server.stop()

    def counts(self) -> Counter:
        """Return how often each message id arrived."""
        return Counter(mail.number for mail in self.mails)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        """Take an address or refuse it; called by aiosmtpd."""
        self._addresses += 1
        if self._addresses == self.refuse_at:
            self.refused.append(address)
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """Keep a mail; called by aiosmtpd."""
        message = email.message_from_bytes(
            envelope.content, policy=email.policy.default
        )
        self.mails.append(Mail(message, envelope.rcpt_tos, session.peer))
        place = len(self.mails)
        if place == self.drop_at:
            server.transport.abort()
        if place == self.hold_at:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, self.gate.wait)
        return "250 OK"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
