"""Mail: written into the outbox with the transaction, rendered and sent by a worker.

What a message says, its Message-ID and its Date are fixed when it is promised, so that a copy that has to be
sent again is the same byte for byte (ADR 0020).

A template is plain text whose first line is the subject. Addresses of the mailer: smtp://,
smtp+starttls://, smtps:// for servers, file:///directory for demonstrations and tests.
"""

import asyncio
import re
import secrets
import smtplib
import ssl
import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formatdate, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import crypto
from app.kit.clock import BUCHAREST, now
from app.kit.context import Services
from app.kit.i18n import Locale
from app.kit.outbox import enqueue

TIMEOUT_SECONDS = 20
STOP_PATH = "/notices/stop"  # where a message's last line leads
STOP_PURPOSE = "stop mail"


class Mailer(Protocol):
    """Hands a message to whoever delivers it. Raises OSError or smtplib.SMTPException when it can't."""

    def send(self, message: EmailMessage) -> None: ...


class SmtpMailer:
    """A real SMTP server; smtp+starttls upgrades, smtps is encrypted from the first byte."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        """Deliver one message over one connection."""
        host = self.parts.hostname or "localhost"
        # Reading the machine's certificates takes longer than all the rest of an unencrypted delivery.
        context = None if self.parts.scheme == "smtp" else ssl.create_default_context()
        if self.parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self.parts.port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, self.parts.port or 25, timeout=TIMEOUT_SECONDS)
        with server:
            if self.parts.scheme == "smtp+starttls":
                server.starttls(context=context)
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
            server.send_message(message)


class FileMailer:
    """Each message a file `<nanoseconds>-<random>.eml`; in demo mode a page shows them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def send(self, message: EmailMessage) -> None:
        """Write one message, whole or not at all."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns()}-{secrets.token_hex(4)}.eml"
        draft = self.directory / f".{name}"
        draft.write_bytes(bytes(message))
        draft.rename(self.directory / name)


def make_mailer(url: str) -> Mailer:
    """The mailer for an address of settings."""
    if url.startswith("file:"):
        return FileMailer(Path(urlsplit(url).path))
    return SmtpMailer(url)


def send_mail(session: AsyncSession, *, to: str, template: str, locale: str, **facts: object) -> None:
    """Promise a message: `templates/<template>` filled with `facts` (JSON values), after COMMIT. To somebody
    without an address (an account opened at a desk) none is sent.

    The fact `stop` ({"who": an account's id, "what": which messages}) becomes `stop_path`, a signed address
    by which its reader says, without signing in, that it is enough.
    """
    if not to:
        return
    key, date = fixed_at(now())
    enqueue(
        session,
        "app.kit.mail.deliver_mail",
        to=to,
        template=template,
        locale=locale,
        facts=facts,
        key=key,
        date=date,
    )


def fixed_at(moment: datetime) -> tuple[str, str]:
    """What makes every copy of a message the same: `key` and `date` of `deliver_mail`."""
    return secrets.token_hex(16), format_datetime(moment.astimezone(BUCHAREST))


def stop_path(secret_key: str, locale: Locale, *, who: str, what: str) -> str:
    """The signed address by which somebody stops messages of one sort."""
    path = STOP_PATH if locale == "ro" else f"/en{STOP_PATH}"
    return f"{path}?token={crypto.sign(secret_key, STOP_PURPOSE, f'{who} {what}')}"


def read_stop(secret_key: str, token: str) -> tuple[uuid.UUID, str] | None:
    """Who stops what by such an address; None when it is not one of ours."""
    who, _, what = (crypto.read_signed(secret_key, STOP_PURPOSE, token) or "").partition(" ")
    return (uuid.UUID(who), what) if what else None


def write_text(
    services: Services, template: str, locale: Locale, facts: Mapping[str, object]
) -> tuple[str, str]:
    """Subject and body of a message: what is mailed, or printed for who has no address."""
    settings = services.settings
    text = (
        services.environments[locale]
        .get_template(template)
        .render(
            base_url=settings.base_url.rstrip("/"),
            district=settings.district,
            phone=settings.contact_phone,
            **facts,
        )
    )
    subject, _, body = text.lstrip().partition("\n")
    return subject.strip(), re.sub(r"\n{3,}", "\n\n", body).strip()


async def deliver_mail(
    services: Services,
    *,
    to: str,
    template: str,
    locale: Locale,
    facts: dict[str, object],
    key: str = "",
    date: str = "",
) -> None:
    """Job: render and send. Raises what the mailer raises: the outbox tries again later. `key` makes the
    Message-ID: it and `date` are the same at each try, so that a mailbox that has the message knows it again.
    """
    settings = services.settings
    if isinstance(stop := facts.get("stop"), dict):
        facts = {**facts, "stop_path": stop_path(settings.secret_key, locale, **stop)}
    subject, body = write_text(services, template, locale, facts)
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = settings.mail_from
    message["To"] = to
    message["Date"] = date or formatdate(localtime=True)
    host = urlsplit(settings.base_url).hostname
    message["Message-ID"] = f"<{key}@{host}>" if key else make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    if "stop_path" in facts:  # RFC 2369: mail programs show it as a button
        message["List-Unsubscribe"] = f"<{settings.base_url.rstrip('/')}{facts['stop_path']}>"
    if "stop" in facts:  # RFC 8058: which needs no page
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(body + "\n")
    await asyncio.to_thread(make_mailer(settings.mail_url).send, message)
