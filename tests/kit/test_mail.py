"""Mail goes through a real SMTP server; when that is away, the promise stays and is kept later."""

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from sqlalchemy import select

from app.kit import outbox
from app.kit.clock import now
from app.kit.mail import FileMailer, make_mailer, send_mail
from app.main import make_services
from app.settings import Settings
from app.worker import run_message


class Inbox:
    """What an SMTP server was given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[tuple[Inbox, str]]:
    """A real SMTP server on a free port, and its address as a setting."""
    inbox = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, f"smtp://127.0.0.1:{port}"
    controller.stop()


async def promise(settings: Settings) -> bool:
    """Promise a message in a transaction and let the worker's code run it; whether it was sent."""
    services = make_services(settings)
    services.database.courier = None
    async with services.database.write() as session:
        send_mail(
            session,
            to="ana@example.ro",
            template="voting/mail/recorded.txt",
            locale="ro",
            title="Buget participativ „Șase”",
            closes="15 martie 2027",
            has_replaced=False,
            poll_id="1",
        )
    async with services.database.read() as session:
        ((message_id, _),) = await outbox.list_due(session, now())
    sent = await run_message(services, message_id)
    await services.database.dispose()
    await services.redis.aclose()
    return sent


async def test_a_message_arrives_with_its_romanian_letters(
    settings: Settings, smtp: tuple[Inbox, str]
) -> None:
    inbox, url = smtp
    assert await promise(msgspec.structs.replace(settings, mail_url=url, base_url="https://obste.example"))
    (message,) = inbox.messages
    assert message["To"] == "ana@example.ro"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@obste.example>")
    body = message.get_body(("plain",))
    assert body is not None
    assert "„Șase”" in body.get_content() + str(message["Subject"])


async def test_a_server_that_is_away_loses_nothing(settings: Settings) -> None:
    away = msgspec.structs.replace(settings, mail_url="smtp://127.0.0.1:9")
    assert not await promise(away)
    services = make_services(away)
    async with services.database.read() as session:
        row = (await session.execute(select(outbox.OutboxMessage))).scalar_one()
        assert (row.attempts, row.claimed_until) == (1, None)
        assert "refused" in (row.last_error or "").lower()
    await services.database.dispose()


def test_the_address_chooses_the_mailer() -> None:
    assert isinstance(make_mailer("file:///var/mail"), FileMailer)
    assert make_mailer("smtps://u:p@mail.example:465").__class__.__name__ == "SmtpMailer"
