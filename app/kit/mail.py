"""Mail: written into the outbox with the transaction, rendered and sent by a worker.

A template is plain text whose first line is the subject. Addresses of the mailer: smtp://,
smtp+starttls://, smtps:// for servers, file:///directory for demonstrations and tests.
"""

import asyncio
import re
import secrets
import smtplib
import ssl
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Services
from app.kit.i18n import Locale
from app.kit.outbox import enqueue

TIMEOUT_SECONDS = 20


class Mailer(Protocol):
    """Hands a message to whoever delivers it. Raises OSError or smtplib.SMTPException when it can't."""

    def send(self, message: EmailMessage) -> None: ...


class SmtpMailer:
    """A real SMTP server; smtp+starttls upgrades, smtps is encrypted from the first byte."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        """Deliver one message over one connection."""
        host, context = self.parts.hostname or "localhost", ssl.create_default_context()
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
    """
    if not to:
        return
    enqueue(session, "app.kit.mail.deliver_mail", to=to, template=template, locale=locale, facts=facts)


async def deliver_mail(
    services: Services, *, to: str, template: str, locale: Locale, facts: dict[str, object]
) -> None:
    """Job: render and send. Raises what the mailer raises: the outbox tries again later."""
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
    message = EmailMessage()
    message["Subject"] = subject.strip()
    message["From"] = settings.mail_from
    message["To"] = to
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=urlsplit(settings.base_url).hostname)
    message["Auto-Submitted"] = "auto-generated"
    if "stop_path" in facts:  # RFC 2369: mail programs show it as a button
        message["List-Unsubscribe"] = f"<{settings.base_url.rstrip('/')}{facts['stop_path']}>"
    message.set_content(re.sub(r"\n{3,}", "\n\n", body).strip() + "\n")
    await asyncio.to_thread(make_mailer(settings.mail_url).send, message)
