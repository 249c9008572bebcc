"""A real SMTP server that keeps what it is given, and can be told how to answer."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword


class Office:
    """An SMTP server that can be told how to answer."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.later = 0  # so many messages are told to come again
        self.grey = {"mary@example.ro"}  # addresses that are taken the second time only
        self.at_address = {"mutat@example.ro": "550 5.1.1 no such mailbox"}
        self.at_end: dict[str, str] = {}  # what is answered when the message is there
        self.forgets = 0  # so many addresses are taken and forgotten, so that DATA is refused
        self.drops: set[str] = set()  # addresses after whose message the connection ends without a word

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.at_address:
            return self.at_address[address]
        if address in self.grey:
            self.grey.remove(address)
            return "450 come again"
        if self.forgets:
            self.forgets -= 1
            return "250 OK"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.later:
            self.later -= 1
            return "451 come again"
        for address in envelope.rcpt_tos:
            if address in self.at_end:
                return self.at_end[address]
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if set(envelope.rcpt_tos) & self.drops:
            server.transport.abort()
        return "250 OK"

    def let_in(self, server: Any, session: Any, envelope: Any, mechanism: str, auth: Any) -> AuthResult:
        is_right = auth == LoginPassword(b"registratura", b"the right one")
        return AuthResult(success=is_right, handled=is_right)

    @property
    def recipients(self) -> Counter[str]:
        return Counter(str(message["To"]) for message in self.messages)


@contextmanager
def post_office(handler: Office | None = None) -> Iterator[tuple[Office, str]]:
    """The server and its address, while it runs."""
    handler = handler or Office()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        handler, hostname="127.0.0.1", port=port, authenticator=handler.let_in, auth_require_tls=False
    )
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
