"""Mail goes through a real SMTP server; when that is away, the promise stays and is kept later."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from sqlalchemy import select
from structlog.testing import capture_logs

from app import cli
from app.kit import outbox
from app.kit.clock import now
from app.kit.context import Services
from app.kit.mail import FileMailer, make_mailer, send_mail
from app.main import make_services
from app.settings import Settings
from app.worker import run_message
from tests.conftest import FrozenClock

GIVEN_UP = "job given up; see ./obste undelivered"
RECORDED = "voting/mail/recorded.txt"
FACTS: dict[str, Any] = {
    "title": "Buget participativ „Șase”",
    "closes": "15 martie 2027",
    "has_replaced": False,
    "poll_id": "1",
}


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
            template=RECORDED,
            locale="ro",
            **FACTS,
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


async def test_an_outage_of_three_days_loses_nothing_and_one_of_weeks_is_shown(
    settings: Settings,
    smtp: tuple[Inbox, str],
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inbox, url = smtp
    away = make_services(msgspec.structs.replace(settings, mail_url="smtp://127.0.0.1:9"))
    there = make_services(msgspec.structs.replace(settings, mail_url=url))
    away.database.courier = there.database.courier = None

    async def work(services: Services, until: datetime) -> int:
        """What sweeps and workers do until a moment; returns how many messages went."""
        went = 0
        while now() < until:
            async with services.database.read() as session:
                due = await outbox.list_due(session, now())
                waiting = (await session.execute(select(outbox.OutboxMessage.due_at))).scalars().all()
            went += sum([await run_message(services, one) for one, _ in due])
            clock.at(min([one for one in waiting if one > now()] + [until]) if not due else now())
        return went

    def command(*words: str) -> Any:
        monkeypatch.setattr("app.cli.get_settings", lambda: settings)
        monkeypatch.setattr("app.cli.fill_in", lambda environ: {})
        return asyncio.to_thread(cli.main, ["undelivered", *words])

    with capture_logs() as logged:  # rendering the traceback of each try would take seconds
        for days in (3, 14):
            async with away.database.write() as session:
                send_mail(session, to=f"ana{days}@example.ro", template=RECORDED, locale="ro", **FACTS)
            assert await work(away, now() + timedelta(days=days)) == 0
            if days == 14:
                assert await work(there, now() + timedelta(days=1)) == 0, "given up"
                assert await command() == 1
                listed = capsys.readouterr().out
                assert "ana14@example.ro" in listed
                assert "ConnectionRefusedError" in listed
                assert await command("--again") == 0
                assert await command() == 0
            assert await work(there, now() + timedelta(hours=7)) == 1
        assert [one["To"] for one in inbox.messages] == ["ana3@example.ro", "ana14@example.ro"]
    assert [one["event"] for one in logged if one["event"] != "job failed"] == [GIVEN_UP]
    for services in (away, there):
        await services.database.dispose()
        await services.redis.aclose()
