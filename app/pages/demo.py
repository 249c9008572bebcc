"""Only in demo mode: who can be signed in as, with their codes of the moment, and the mail that was sent."""

import email
import email.policy
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from litestar.di import NamedDependency

from app.kit.clock import BUCHAREST
from app.kit.context import Ctx
from app.kit.errors import NotFound
from app.kit.web import WebRequest, anyone, get, page


class DemoMail(msgspec.Struct, frozen=True):
    """A message as it would have arrived."""

    name: str
    to: str
    subject: str
    at: datetime
    body: str


class DemoMailPage(msgspec.Struct, frozen=True):
    """The newest messages first."""

    messages: list[DemoMail]


MAIL_SHOWN = 100


def _read_message(path: Path) -> DemoMail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    return DemoMail(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=datetime.fromtimestamp(int(path.name.partition("-")[0]) / 1e9, tz=BUCHAREST),
        body=body.get_content() if body else "",
    )


def _mail_directory(ctx: Ctx) -> Path:
    url = ctx.services.settings.mail_url
    if not url.startswith("file:"):
        raise NotFound()
    return Path(urlsplit(url).path)


@get("/demo/mail", audience=anyone, include_in_schema=False)
async def list_demo_mail(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """Every message the demonstration has sent."""
    directory = _mail_directory(ctx)
    paths = sorted(directory.glob("*.eml"), reverse=True)[:MAIL_SHOWN] if directory.is_dir() else []
    return page(request, "demo/mail.html", DemoMailPage([_read_message(path) for path in paths]))


DEMO_HANDLERS = (list_demo_mail,)
